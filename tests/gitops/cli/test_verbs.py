"""The verbs but for preview: what each says and how it ends."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from gitops.cli import test as verb
from gitops.schemas import schemas
from tests import ROOT
from tests.commands import Cli


def enforced(cli: Cli) -> None:
    """Break a rule that is enforced: the image comes from elsewhere."""
    (cli.root / "fleet/policy.yaml").write_text("registries: [elsewhere.example.com]\n")


def warned(cli: Cli) -> None:
    enforced(cli)
    with (cli.root / "fleet/policy.yaml").open("a") as file:
        file.write("levels: {approved-registries: {test: warn}}\n")


def tree(folder: Path) -> dict[str, bytes]:
    return {
        each.relative_to(folder).as_posix(): each.read_bytes()
        for each in folder.rglob("*")
        if each.is_file()
    }


def test_check_says_how_much_is_fine(cli: Cli) -> None:
    assert cli("check") == (0, "1 environment, 16 objects: 0 errors, 0 warnings\n", "")


def test_check_ends_with_one_when_something_enforced_is_broken(cli: Cli) -> None:
    enforced(cli)

    done = cli("check", "test")

    assert (done.code, done.err) == (1, "")
    first, *_, last = done.out.splitlines()
    assert first.startswith("error: test/one")
    assert "[approved-registries]" in first
    assert last.startswith("1 environment, 16 objects: ")
    assert not last.endswith("0 errors, 0 warnings")


def test_check_ends_with_zero_when_it_only_warns(cli: Cli) -> None:
    warned(cli)

    done = cli("check")

    assert done.code == 0
    assert done.out.startswith("warning: test/one")
    assert ": 0 errors, " in done.out


def test_check_as_json_holds_every_finding_in_parts(cli: Cli) -> None:
    enforced(cli)

    done = cli("check", "--format", "json")

    document = json.loads(done.out)
    assert done.code == 1
    assert document["version"] == 1
    assert {each["check"] for each in document["findings"]} == {"approved-registries"}
    finding = document["findings"][0]
    assert set(finding) == {
        "check", "level", "where", "places", "subject", "what", "accepted", "remedy",
    }  # fmt: skip
    assert finding["where"].endswith(f": {finding['subject']}")
    assert all(set(each) == {"environment", "cluster"} for each in finding["places"])
    assert {each["environment"] for each in finding["places"]} == {"test"}


def test_check_does_not_run_the_program_and_says_so(cli: Cli) -> None:
    (cli.root / "__main__.py").write_text("1 / 0\n")

    assert cli("check").code == 0
    for help_of in (cli("check", "--help"), cli("--help")):
        assert "does not run the Pulumi program" in " ".join(help_of.out.split())


def test_check_as_json_of_a_fleet_without_findings_is_an_empty_list(cli: Cli) -> None:
    assert json.loads(cli("check", "--format", "json").out) == {
        "version": 1,
        "findings": [],
        "notFetched": [],
    }


def test_the_sample_fleet_has_no_findings(capsys: pytest.CaptureFixture[str]) -> None:
    done = Cli(ROOT, capsys)("check")

    assert done.code == 0
    assert done.out.endswith(": 0 errors, 0 warnings\n")


def test_explain_names_every_layer_with_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    done = Cli(ROOT, capsys)("explain", "production", "my-application", "replicas")

    assert done.code == 0
    shown = [line.split(":")[0] for line in done.out.splitlines() if line[0] != " "]
    assert shown == ["replicas", "replicas"]
    assert "replicas: 3  (on us-east, us-west)\n    Pulumi.production.yaml:" in done.out
    assert "replicas: 5  (on eu-central)\n    Pulumi.production.yaml:" in done.out
    assert "    overridden: fleet/apps/my-application.yaml:" in done.out


def test_explain_says_when_nobody_said_anything(cli: Cli) -> None:
    assert cli("explain", "test", "web", "gracePeriod").out == "gracePeriod: 30\n    default\n"


def test_explain_says_that_a_default_came_back_and_what_it_replaced(cli: Cli) -> None:
    with (cli.root / "fleet/apps/web.yaml").open("a") as file:
        file.write("secrets: [{name: a, optional: true}]\n")
    with (cli.root / "Pulumi.test.yaml").open("a") as file:
        file.write("  gitops:apps: {web: {secrets: [a]}}\n")

    assert cli("explain", "test", "web", "secrets[0].optional").out == (
        "secrets[0].optional: false\n    default\n"
        "    overridden: fleet/apps/web.yaml:9:21  application  true\n"
    )


def test_explain_says_everything_when_no_field_is_named(cli: Cli) -> None:
    shown = cli("explain", "test", "web").out

    assert (
        "image: registry.example.com/shop/web\n    fleet/apps/web.yaml:4:1  application\n" in shown
    )
    assert "release.tag: 1.0.0\n    releases/test.yaml:2:" in shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("test", "wbe"),
            "there is no application in test 'wbe'. Accepted: web. Did you mean 'web'?",
        ),
        (("test", "web", "replcas"), "writable. Did you mean 'replicas'?"),
    ],
)
def test_explain_tells_the_nearest_name(cli: Cli, arguments: tuple[str, ...], message: str) -> None:
    done = cli("explain", *arguments)

    assert (done.code, done.out) == (2, "")
    assert message in done.err


def test_a_secret_in_plain_text_is_refused_and_not_repeated(cli: Cli) -> None:
    with (cli.root / "fleet/apps/web.yaml").open("a") as file:
        file.write("config: {DB_PASSWORD: hunter2-canary}\n")

    done = cli("explain", "test", "web")

    assert (done.code, done.out) == (2, "")
    assert "config.DB_PASSWORD: this looks like a secret in plain text" in done.err
    assert "hunter2" not in done.err


def test_a_key_that_people_wrote_cannot_move_the_cursor(cli: Cli) -> None:
    (cli.root / "fleet/apps/db.yaml").write_text(
        'name: db\nkind: chart\nteam: shop\nvalues: {"\\e[2Ja": 1}\n'
        "chart: {repository: https://registry.example.com/charts, name: db}\n"
    )
    with (cli.root / "releases/test.yaml").open("a") as file:
        file.write("  db: {chart: 1.0.0}\n")

    shown = cli("explain", "test", "db").out

    assert "values.\\u001b[2Ja: 1\n" in shown
    assert "\x1b" not in shown


def test_explain_hides_what_could_be_a_secret_all_the_same(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gitops.explain.looks_secret", "image".__eq__)

    shown = cli("explain", "test", "web", "image").out

    assert shown == "image: [hidden]\n    fleet/apps/web.yaml:4:1  application\n"


def test_render_writes_a_tree_and_a_second_time_nothing(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "out"

    first = cli("render", "--out", str(out))
    before = tree(out)
    second = cli("render", "--out", str(out))

    assert first == (0, f"{out}: 16 added, 0 changed, 0 removed, 0 unchanged\n", "")
    assert second == (0, f"{out}: 0 added, 0 changed, 0 removed, 16 unchanged\n", "")
    assert tree(out) == before
    assert len(before) == 17


def test_render_undoes_what_was_edited_by_hand_and_says_so(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "out"
    cli("render", "--out", str(out))
    before = tree(out)
    edited = next(path for path in sorted(before) if path.endswith(".yaml"))
    (out / edited).write_text("mine")

    done = cli("render", "--out", str(out))

    assert done.code == 0
    assert done.err == f"{edited}: was edited by hand, and is as generated again\n"
    assert tree(out) == before


def test_render_of_one_environment_leaves_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sample, out = Cli(ROOT, capsys), tmp_path / "out"
    sample("render", "--out", str(out))
    before = tree(out)

    done = sample("render", "staging", "--out", str(out))

    assert (done.code, done.err) == (0, "")
    assert ": 0 added, 0 changed, 0 removed, " in done.out
    assert tree(out) == before


def test_render_into_a_file_is_refused_and_the_file_stays(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.write_text("mine")

    done = cli("render", "--out", str(out))

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: ")
    assert out.read_text() == "mine"


def test_render_of_a_broken_fleet_makes_no_directory(broken: Cli, tmp_path: Path) -> None:
    assert broken("render", "--out", str(tmp_path / "out")).code == 2

    assert not (tmp_path / "out").exists()


def test_schema_writes_what_is_missing_or_old_and_names_it(cli: Cli) -> None:
    cli("schema")
    (cli.root / "schemas/fleet.json").write_text("{}")
    (cli.root / "schemas/teams.json").unlink()

    done = cli("schema")

    assert done == (0, "schemas/fleet.json: written\nschemas/teams.json: written\n", "")
    assert {f"schemas/{name}": text.decode() for name, text in tree(cli.root / "schemas").items()} == schemas()  # fmt: skip


def test_schema_only_looks_when_asked_to_check(cli: Cli) -> None:
    done = cli("schema", "--check")

    assert done.code == 1
    assert "schemas/fleet.json: out of date; run bin/gitops schema\n" in done.out
    assert not (cli.root / "schemas").exists()


def test_schema_check_of_fresh_schemas_says_nothing(cli: Cli) -> None:
    cli("schema")

    assert cli("schema", "--check") == (0, "", "")


def test_doctor_says_what_is_there_and_how_to_mend_what_is_not(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    done = cli("doctor")

    assert (done.code, done.err) == (0, "")
    assert f"ok       Python  {'.'.join(map(str, sys.version_info[:3]))}\n" in done.out
    assert (
        "missing  git\n         needed for preview --against\n         apt-get install" in done.out
    )


class Steps:
    """Stands in for the programs that ``test`` starts, and keeps what was asked for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *failing: str) -> None:
        """Let every command fail that has one of *failing* among its words."""
        self.commands: list[list[str]] = []
        self.failing = failing
        monkeypatch.setattr(verb.subprocess, "run", self)

    def __call__(self, command: list[str], **given: Any) -> object:
        """Answer as ``subprocess.run`` does."""
        del given
        self.commands.append(command[2:])
        code = int(any(word in command for word in self.failing))
        return type("Done", (), {"returncode": code})()


def test_test_runs_lint_format_types_and_tests(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = Steps(monkeypatch)

    assert cli("test").code == 0

    assert steps.commands == [
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["basedpyright"],
        ["basedpyright", "-p", "policies"],
        ["pytest", "-n", "auto", "--dist", "worksteal"],
    ]


def test_test_goes_on_after_a_failure_and_ends_with_one(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = Steps(monkeypatch, "check")

    done = cli("test")

    assert done.code == 1
    assert len(steps.commands) == 5
    assert done.err.splitlines()[-1] == "failed: lint"


def test_test_ends_with_one_when_a_test_fails(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    Steps(monkeypatch, "pytest")

    assert cli("test").code == 1


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (("-k", "tree"), ["pytest", "-n", "auto", "--dist", "worksteal", "-k", "tree"]),
        (("-n0", "tests/x"), ["pytest", "-n0", "tests/x"]),
        (("--pdb",), ["pytest", "--pdb"]),
    ],
)
def test_test_gives_its_arguments_to_the_tests_alone(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], command: list[str]
) -> None:
    steps = Steps(monkeypatch)

    cli("test", *arguments)

    assert steps.commands == [command]
