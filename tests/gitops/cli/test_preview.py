"""``preview``: what it compares, in which form it says it, and how it ends."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from gitops.report.markdown import LIMIT
from tests.commands import Cli, commit, program

STACK = "Pulumi.production.yaml"


def edit(file: Path, old: str, new: str) -> None:
    """Replace the first *old* in *file* by *new*; it has to be there."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture
def sample(
    checkout: Path,
    capsys: pytest.CaptureFixture[str],
    without_program: None,  # pyright: ignore[reportUnusedParameter]  # for what it does
) -> Cli:
    """Return the command line for the committed sample fleet, without its program."""
    return Cli(checkout, capsys)


def document(sample: Cli, *arguments: str) -> Any:
    """Return the JSON that ``preview`` prints with *arguments*."""
    done = sample("preview", "--format", "json", *arguments)
    assert (done.code, done.err) == (0, "")
    return json.loads(done.out)


@pytest.fixture
def replicas(sample: Cli) -> Cli:
    """Return the sample fleet with one replica less of my-application in production."""
    edit(sample.root / STACK, "replicas: 3", "replicas: 2")
    return sample


def test_one_number_changes_one_field_on_the_clusters_that_have_it(replicas: Cli) -> None:
    found = document(replicas, "--against", "HEAD")

    assert found["against"] == "HEAD"
    assert found["counts"] == {"replaced": 0, "removed": 0, "changed": 2, "added": 0}
    [change] = found["changes"]
    assert change["environment"] == "production"
    assert change["clusters"] == ["us-east", "us-west"]
    assert change["application"] == "my-application"
    assert change["object"]["kind"] == "Rollout"
    assert change["dangers"] == ["capacity-down"]
    assert change["fields"] == [{"path": "spec.replicas", "old": 3, "new": 2}]


def test_a_person_reads_the_same_and_nothing_more(replicas: Cli) -> None:
    done = replicas("preview", "--against", "HEAD")

    assert (done.code, done.err) == (0, "")
    changes = done.out.split("\n\n")[0].splitlines()
    assert changes[0] == (
        "Changes against HEAD: 0 added, 2 changed, 0 removed, 0 replaced "
        "on 2 clusters of production"
    )
    assert changes[1] == "  capacity-down: 1 object; fewer pods are guaranteed"
    assert changes[2].startswith("~ production/us-east,us-west  Rollout ")
    assert changes[3:] == ["    spec.replicas: 3 -> 2"]


def test_the_comment_says_it_too_and_fits(replicas: Cli) -> None:
    done = replicas("preview", "--against", "HEAD", "--format", "markdown")

    assert (done.code, done.err) == (0, "")
    assert "<code>spec.replicas</code>: <code>3</code> → <code>2</code>" in done.out
    assert len(done.out) <= LIMIT


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--against", "HEAD"), 0),
        (("--against", "HEAD", "--fail-on-change"), 1),
        (("production", "--against", "HEAD", "--fail-on-change"), 1),
        (("staging", "--against", "HEAD", "--fail-on-change"), 0),
        (("--fail-on-change",), 0),
    ],
)
def test_a_change_ends_with_one_only_when_asked_to(
    replicas: Cli, arguments: tuple[str, ...], code: int
) -> None:
    assert replicas("preview", *arguments).code == code


def test_without_a_change_there_is_none_to_fail_on(sample: Cli) -> None:
    done = sample("preview", "--against", "HEAD", "--fail-on-change")

    assert done.code == 0
    assert done.out.startswith("Changes against HEAD: no change\n")


def test_other_environments_are_not_compared(replicas: Cli) -> None:
    found = document(replicas, "staging", "--against", "HEAD")

    assert found["changes"] == []
    assert [each["name"] for each in found["environments"]] == ["staging"]


def test_environments_come_in_the_order_of_promotion(sample: Cli) -> None:
    found = document(sample, "dr", "staging", "development")

    names = [each["name"] for each in found["environments"]]
    assert names == ["development", "staging", "dr"]


def test_an_application_that_goes_is_dangerous(sample: Cli) -> None:
    (sample.root / "fleet/apps/reports.yaml").unlink()
    for stack in ("staging", "production", "dr", "development"):
        release = sample.root / f"releases/{stack}.yaml"
        text = re.sub(r"  reports:\n(    .*\n)+", "", release.read_text())
        release.write_text(text)
    edit(sample.root / STACK, "    reports:\n      clusters: [us-east]\n", "")

    found = document(sample, "production", "--against", "HEAD")

    kinds = {(each["kind"], each["object"]["kind"]) for each in found["changes"]}
    assert ("removed", "CronJob") in kinds
    assert {each["clusters"] == ["us-east"] for each in found["changes"]} == {True}
    assert found["changes"][0]["dangers"] != []


def test_an_environment_that_goes_takes_everything_with_it(sample: Cli) -> None:
    for name in ("Pulumi.dr.yaml", "releases/dr.yaml"):
        (sample.root / name).unlink()
    teams = sample.root / "fleet/teams.yaml"
    teams.write_text(re.sub(r"    dr: .*\n", "", teams.read_text()))

    found = document(sample, "--against", "HEAD")

    assert {(each["kind"], each["environment"]) for each in found["changes"]} == {("removed", "dr")}


@pytest.mark.parametrize("revision", ["nope", "HEAD~9", "--help", "HEAD^{tree}"])
def test_a_revision_that_is_none_is_refused(sample: Cli, revision: str) -> None:
    done = sample("preview", f"--against={revision}")

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: ")
    assert "Name a commit, branch or tag of this repository" in done.err


def test_outside_a_repository_there_is_nothing_to_compare_with(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, without_program: None
) -> None:
    del without_program
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(cli.root.parent))

    done = cli("preview", "--against", "HEAD")

    assert (done.code, done.out) == (2, "")
    assert "not a git repository" in done.err


def test_a_fleet_that_was_broken_then_is_named_with_its_revision(sample: Cli) -> None:
    policy = sample.root / "fleet/policy.yaml"
    good = policy.read_text()
    policy.write_text('registries: []\n"\\e[2Jx": 1\n')
    commit(sample.root)
    policy.write_text(good)

    done = sample("preview", "--against", "HEAD")

    assert (done.code, done.out) == (2, "")
    first, second, *_ = done.err.splitlines()
    assert first == (
        "error: HEAD: the fleet there is not valid, so nothing can be compared with it. "
        "Name another revision with --against."
    )
    assert second.startswith("error: HEAD:fleet/policy.yaml:2:1: \\u001b[2Jx: the key")
    assert "\x1b" not in done.err


def test_a_rule_that_is_enforced_and_broken_ends_with_one(cli: Cli, without_program: None) -> None:
    del without_program
    (cli.root / "fleet/policy.yaml").write_text("registries: [elsewhere.example.com]\n")

    done = cli("preview")

    assert done.code == 1
    assert "policy enforce: test/one,two: " in done.out
    assert "[approved-registries]" in done.out


def test_a_rule_that_only_warns_ends_with_zero(cli: Cli, without_program: None) -> None:
    del without_program
    (cli.root / "fleet/policy.yaml").write_text(
        "registries: [elsewhere.example.com]\nlevels: {approved-registries: {test: warn}}\n"
    )

    done = cli("preview")

    assert done.code == 0
    assert "policy warn: test/one,two: " in done.out


def test_the_program_is_run_and_its_resources_are_in_the_json(cli: Cli) -> None:
    done = program("--root", str(cli.root), "preview", "--format", "json")

    assert (done.code, done.err) == (0, "")
    assert "\x1b" not in done.out
    [environment] = json.loads(done.out)["environments"]
    kinds = [each["type"] for each in environment["resources"]]
    assert kinds == ["pulumi:providers:kubernetes"] * 2 + ["gitops:index:Cluster"] * 2
    assert all(each["children"] for each in environment["resources"][2:])


def test_what_the_program_prints_stays_out_of_the_json(cli: Cli) -> None:
    main = cli.root / "__main__.py"
    main.write_text(f"{main.read_text()}\nprint('look at me')\n")

    done = program("--root", str(cli.root), "preview", "--format", "json")

    assert done.code == 0
    assert json.loads(done.out)["environments"]
    assert done.err == "look at me\n"


def test_an_error_of_the_program_is_said_with_its_place_and_no_traceback(cli: Cli) -> None:
    main = cli.root / "__main__.py"
    main.write_text(f"{main.read_text()}\nfleet.nothing\n")
    line = len(main.read_text().splitlines())

    done = program("--root", str(cli.root), "preview")

    assert (done.code, done.out) == (2, "")
    assert done.err == (
        f"error: __main__.py:{line}: AttributeError: 'Fleet' object has no attribute 'nothing'\n"
    )
