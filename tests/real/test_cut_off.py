"""An update that is cut off in the middle: by the API server, by a person, by a kill."""

import json
import os
import signal
import subprocess
import time

import pytest

from gitops.objects import at, entries
from tests.real.lab import Lab, signal_all
from tests.real.road import Barrier, road

pytestmark = pytest.mark.real
STOPPING = "stopping: waiting for what is under way"
PROGRAM = "__main__.py"
ALL = 12
"""Resources of the fleet of these tests."""
HOLD = """
import time
from pathlib import Path
(Path(__file__).parent / "begun").touch()
while not (Path(__file__).parent / "go").exists():
    time.sleep(0.05)
"""
"""A program that waits until the test lets it go on, or ends it."""


def uid(lab: Lab) -> str:
    """Return what tells the Deployment from another one of its name; empty where there is none."""
    found = lab.live("Deployment")
    return found["metadata"]["uid"] if found else ""


def converges(lab: Lab) -> str:
    """Update once more, and return what was said; all is there then, and nothing is open."""
    done = lab("up", "test", "--yes")
    assert done.code == 0, done.err
    assert lab.different("test") == []
    state = lab("stack", "test", "--format", "json").document
    assert (state["resources"], state["pending"]) == (ALL, [])
    return done.err


def ended(process: subprocess.Popen[str], heard: str = "") -> str:
    """Wait for the end of a command of which *heard* is known; return all that it said as errors."""
    assert process.stdout is not None
    assert process.stderr is not None
    with process:
        said = heard + process.stderr.read()
        process.stdout.read()
    assert "Traceback" not in said
    return said


def until(process: subprocess.Popen[str], *texts: str) -> str:
    """Wait until a command says all of *texts*; return what it said as errors meanwhile."""
    assert process.stderr is not None
    said = ""
    while not all(each in said for each in texts):
        line = process.stderr.readline()
        assert line, said
        said += line
    return said


def held(lab: Lab, barrier: Barrier) -> None:
    """Wait until *barrier* holds a request, and everything else of the update is done."""
    barrier.wait()
    while not _alone(lab):
        time.sleep(0.05)  # The engine writes its state after each step, and nothing else tells.


def _alone(lab: Lab) -> bool:
    try:
        [file] = lab.state.glob(".pulumi/stacks/*/test.json")
        latest = at(json.loads(file.read_text()), "checkpoint", "latest")
    except ValueError:
        return False  # Just being written, or not there yet.
    pending = [str(each["resource"]["urn"]) for each in entries(latest.get("pending_operations"))]
    known = {str(each["urn"]) for each in entries(latest.get("resources"))}
    return len(pending) == 1 and len(known.union(pending)) == ALL


def left_alone(lab: Lab, barrier: Barrier) -> tuple[int, str]:
    """Stop the API server while an update waits for one answer; return its exit code and errors."""
    with road(lab, barrier) as config:
        process = lab.start("up", "test", "--yes", KUBECONFIG=config)
        held(lab, barrier)
        lab.planes["one"].stop_api()
        barrier.open(lose=True)
        said = ended(process)
    return process.returncode, said


@pytest.mark.parametrize("arrived", [False, True])
def test_an_api_server_that_goes_away_while_it_creates_is_said_and_made_up_for(
    lab: Lab, arrived: bool
) -> None:
    """Whether the request arrived or not: the object is there once, and the state knows it."""
    plane = lab.planes["one"]

    code, said = left_alone(lab, Barrier(ending="/deployments", answered=arrived))

    assert code == 2
    assert "one-web-deployment" in said
    assert "The cluster does not answer any more, and may have done this or not" in said
    plane.start_api()
    before = uid(lab)
    assert bool(before) == arrived
    again = converges(lab)
    assert f"was cut off: it was {'' if arrived else 'not '}created" in again
    assert not arrived or uid(lab) == before


def test_an_api_server_that_goes_away_while_it_changes_is_said_and_made_up_for(lab: Lab) -> None:
    converges(lab)
    lab.edit("fleet/apps/web.yaml", "memory: 128Mi", "memory: 256Mi")

    code, said = left_alone(lab, Barrier(ending="/deployments/web", answered=True))

    assert code == 2
    assert "The cluster does not answer" in said
    lab.planes["one"].start_api()
    converges(lab)


def test_an_unknown_creation_stays_unknown_while_the_cluster_is_away(lab: Lab) -> None:
    """Nothing is taken for created, nor for not created, before the cluster has said so."""
    left_alone(lab, Barrier(ending="/deployments"))

    away = lab("up", "test", "--yes")
    state = lab("stack", "test", "--format", "json").document

    assert away.code == 2
    assert "The cluster does not answer" in away.err
    assert (state["resources"], len(state["pending"])) == (11, 1)
    lab.planes["one"].start_api()
    converges(lab)


def test_what_somebody_else_has_made_meanwhile_is_not_taken_for_ours(lab: Lab) -> None:
    barrier = Barrier(ending="/deployments")
    with road(lab, barrier) as config:
        process = lab.start("up", "test", "--yes", KUBECONFIG=config)
        held(lab, barrier)
        signal_all(process, signal.SIGKILL)
        process.communicate()
    [found] = [each for _, each in lab.wanted("test") if each["kind"] == "Deployment"]
    other = {**found, "metadata": {**found["metadata"], "labels": {"made-by": "somebody-else"}}}
    lab.planes["one"].api.create(other, "somebody-else")

    done = lab("up", "test", "--yes")

    assert done.code == 2
    assert "was cut off: it was not created" in done.err
    assert "already exists" in done.err


def test_a_creation_whose_answer_a_kill_has_cut_off_is_there_once(lab: Lab) -> None:
    barrier = Barrier(ending="/deployments", answered=True)
    with road(lab, barrier) as config:
        process = lab.start("up", "test", "--yes", KUBECONFIG=config)
        held(lab, barrier)
        signal_all(process, signal.SIGKILL)
        process.communicate()
    before = uid(lab)

    said = converges(lab)

    assert "was cut off: it was created" in said
    assert uid(lab) == before


@pytest.mark.parametrize(("number", "terminal"), [(signal.SIGINT, True), (signal.SIGTERM, False)])
def test_an_update_that_is_interrupted_waits_for_the_engine_and_says_what_is_left(
    lab: Lab, number: signal.Signals, terminal: bool
) -> None:
    """A terminal signals the whole foreground group, a supervisor only the one process."""
    barrier = Barrier(ending="/deployments", answered=True)
    with road(lab, barrier) as config:
        process = lab.start("up", "test", "--yes", KUBECONFIG=config)
        barrier.wait()
        others = (f"serviceaccount-{lab.space}", f"web-service-{lab.space}", "default-deny")
        heard = until(process, *others, "-defaults", f"web-networkpolicy-{lab.space}")
        (os.killpg if terminal else os.kill)(process.pid, number)
        said = ended(process, heard + until(process, STOPPING))

    assert process.returncode == 130
    assert f"interrupted: test: 1 step left: one-web-deployment-{lab.space}-web." in said
    assert "gitops up test goes on from there" in said
    [state] = lab.state.glob(".pulumi/stacks/*/test.json")
    assert "pending_operations" not in state.read_text()
    assert not list(lab.state.glob(".pulumi/locks/**/*.json"))
    before = uid(lab)
    assert "was cut off: it was created" in converges(lab)
    assert uid(lab) == before


def test_a_second_interruption_drops_what_is_under_way_and_the_next_update_finds_out(
    lab: Lab,
) -> None:
    barrier = Barrier(ending="/deployments", answered=True)
    with road(lab, barrier) as config:
        process = lab.start("up", "test", "--yes", KUBECONFIG=config)
        barrier.wait()
        signal_all(process, signal.SIGSTOP)  # So that both arrive while it is under way.
        for number in (signal.SIGINT, signal.SIGTERM):
            process.send_signal(number)
        signal_all(process, signal.SIGCONT)
        said = ended(process)

    assert process.returncode == 130, said
    assert "dropping what is under way" in said
    converges(lab)


def test_an_interruption_before_anything_changes_leaves_nothing(lab: Lab) -> None:
    program = lab.root / PROGRAM
    whole = program.read_text()
    program.write_text(f"{whole}\n{HOLD}")
    process = lab.start("up", "test", "--yes")
    while not (lab.root / "begun").exists():
        assert process.poll() is None, ended(process)
    process.send_signal(signal.SIGINT)

    said = ended(process)

    assert process.returncode == 130
    assert said.endswith("interrupted\n")
    assert lab.live("Namespace", lab.space) is None
    program.write_text(whole)
    converges(lab)
