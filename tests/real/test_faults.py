"""What goes wrong in production: an update that is cut off, a cluster that is away, a lost state."""

import json
import random
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.real.lab import Lab, Start, signal_all

pytestmark = pytest.mark.real
WEB = "fleet/apps/web.yaml"
KILLS = 20


def kill(process: subprocess.Popen[str]) -> None:
    """Kill a command and all that it has started, as a machine that goes down does."""
    signal_all(process, signal.SIGKILL)
    process.communicate()


def test_an_update_that_is_killed_anywhere_converges_when_it_is_run_again(lab: Lab) -> None:
    """Each time something changes, so that there is something to cut off."""
    chance = random.Random(5)  # noqa: S311  # the same points in every run
    begun = time.monotonic()
    assert lab("up", "test", "--yes").code == 0
    whole = time.monotonic() - begun
    cut = 0
    for number in range(KILLS):
        old, new = f"{129 + number}Mi", f"{130 + number}Mi"
        lab.edit(WEB, "memory: 128Mi" if number == 0 else f"memory: {old}", f"memory: {new}")
        process = lab.start("up", "test", "--yes")
        try:
            process.wait(timeout=chance.uniform(0.1, 0.9) * whole)
        except subprocess.TimeoutExpired:
            cut += 1
        kill(process)

    done = lab("up", "test", "--yes")

    assert cut > KILLS / 2
    assert done.code == 0, done.err
    assert lab.different("test") == []
    state = lab("stack", "test", "--format", "json").document
    assert (state["resources"], state["pending"]) == (12, [])
    assert lab("up", "test", "--yes", "--format", "json").document["result"] == "unchanged"


@pytest.mark.parametrize("seconds", [1.5, 2.5, 4.0])
def test_a_first_update_that_is_killed_leaves_nothing_twice(lab: Lab, seconds: float) -> None:
    process = lab.start("up", "test", "--yes")
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=seconds)
    kill(process)

    done = lab("up", "test", "--yes")

    assert done.code == 0, done.err
    assert lab.different("test") == []
    state = lab("stack", "test", "--format", "json").document
    assert (state["resources"], state["pending"]) == (12, [])


def test_a_second_update_at_once_is_refused_and_names_the_first(lab: Lab) -> None:
    locks = lab.state / ".pulumi/locks"
    # So that the lock that is seen is that of an update, not that of making the stack.
    assert lab("up", "test", "--yes").code == 0
    lab.edit(WEB, "memory: 128Mi", "memory: 256Mi")
    first = lab.start("up", "test", "--yes")
    while not (locks.exists() and list(locks.rglob("*.json"))):
        assert first.poll() is None, first.communicate()
    signal_all(first, signal.SIGSTOP)

    second = lab("up", "test", "--yes")
    signal_all(first, signal.SIGCONT)
    out, err = first.communicate()

    assert first.returncode == 0, err
    assert second.code == 2, out
    assert "test is being updated by" in second.err
    assert "(process " in second.err


def test_a_cluster_that_does_not_answer_is_named_and_comes_back(lab: Lab) -> None:
    assert lab("up", "test", "--yes").code == 0
    lab.edit(WEB, "memory: 128Mi", "memory: 256Mi")
    plane = lab.planes["one"]
    plane.stop_api()

    done = lab("up", "test", "--yes")

    plane.start_api()
    assert done.code == 2
    assert "one-web-deployment" in done.err
    assert "The cluster does not answer" in done.err
    again = lab("up", "test", "--yes")
    assert again.code == 0, again.err
    assert lab.different("test") == []


def memory(lab: Lab, cluster: str) -> str:
    """Return the memory limit that the state has for the Deployment on *cluster*."""
    [file] = lab.state.glob(".pulumi/stacks/*/test.json")
    resources = json.loads(file.read_text())["checkpoint"]["latest"]["resources"]
    [found] = [each for each in resources if f"::{cluster}-web-deployment" in each["urn"]]
    return found["inputs"]["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"][
        "memory"
    ]


def test_one_cluster_that_is_away_can_be_left_out_and_its_state_stays(
    lab: Lab, start: Start
) -> None:
    lab.edit("Pulumi.test.yaml", "clusters: [one]", "clusters: [one, two]")
    two = start("two", frozenset())
    lab.planes["two"] = two
    first = lab("up", "test", "--yes")
    assert first.code == 0, first.err
    lab.edit(WEB, "memory: 128Mi", "memory: 256Mi")
    two.stop_api()

    refused = lab("up", "test", "--yes")
    done = lab("up", "test", "--yes", "--without", "two")

    assert refused.code == 2
    assert "--without two updates the others" in refused.err
    assert done.code == 0, done.err
    assert (memory(lab, "one"), memory(lab, "two")) == ("256Mi", "128Mi")
    two.start_api()
    assert lab("up", "test", "--yes").code == 0
    assert memory(lab, "two") == "256Mi"
    two.stop()


def test_a_cluster_that_the_environment_does_not_have_cannot_be_left_out(lab: Lab) -> None:
    done = lab("up", "test", "--yes", "--without", "three")

    assert done.code == 2
    assert "there is no cluster 'three'. Accepted: one" in done.err


def test_a_state_that_is_damaged_is_named_and_its_last_good_copy_offered(lab: Lab) -> None:
    assert lab("up", "test", "--yes").code == 0
    [file] = lab.state.glob(".pulumi/stacks/*/test.json")
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])

    done = lab("up", "test", "--yes")

    assert done.code == 2
    assert f"{file.name}" in done.err
    assert "test.json.bak" in done.err
    (file.parent / "test.json.bak").replace(file)
    assert lab("up", "test", "--yes").code == 0


def test_a_state_that_cannot_be_written_is_named(lab: Lab, tmp_path: Path) -> None:
    place = tmp_path / "a file"
    place.write_text("")

    done = lab("up", "test", "--yes", PULUMI_BACKEND_URL=f"file://{place}")

    assert done.code == 2
    assert str(place) in done.err


def test_without_the_prometheus_operator_it_is_said_who_is_missing(lab: Lab) -> None:
    alerts = "\n    alerts: {namespace: default}"
    lab.edit("Pulumi.test.yaml", "domains: [example.com]", f"domains: [example.com]{alerts}")

    done = lab("up", "test", "--yes")

    assert done.code == 2
    assert "Cluster one has no Prometheus operator" in done.err
    assert "Pulumi.test.yaml" in done.err
