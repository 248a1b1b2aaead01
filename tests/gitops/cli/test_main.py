"""How every run ends: the exit code, what is said where, and never a traceback."""

import os
import subprocess
from pathlib import Path

import click
import pytest

from gitops.cli import main as command_line
from tests import ROOT
from tests.commands import COMMAND, Cli, environment, in_terminal, program

VERBS = (
    "preview", "render", "check", "fetch", "pin", "rename", "up", "destroy", "refresh", "stack", "explain", "doctor", "schema",
    "bench", "test",
)  # fmt: skip
LOADING = {
    "preview": ("preview",),
    "render": ("render", "--out", "never-made"),
    "check": ("check",),
    "explain": ("explain", "test", "web"),
    "up": ("up", "test"),
    "destroy": ("destroy", "test"),
    "refresh": ("refresh", "test"),
    "stack": ("stack", "test"),
}
"""Every verb that reads the fleet."""


@pytest.mark.parametrize("arguments", [("--help",), ("-h",), ("check", "--help"), ("test", "-h")])
def test_help_is_no_error(cli: Cli, arguments: tuple[str, ...]) -> None:
    done = cli(*arguments)

    assert done.code == 0
    assert done.out.startswith("Usage: gitops")
    assert done.err == ""


def test_help_lists_every_verb_and_what_it_does(cli: Cli) -> None:
    listed = cli("--help").out

    for verb in VERBS:
        assert f"  {verb} " in listed


def test_no_verb_at_all_shows_the_help_as_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.run([]) == 2

    assert capsys.readouterr().err.startswith("Usage: gitops [OPTIONS] COMMAND [ARGS]...\n\n")


@pytest.mark.parametrize(
    ("verb", "meant"),
    [("chekc", "check"), ("previw", "preview"), ("rend", "render"), ("Doctor", "doctor")],
)
def test_an_unknown_verb_is_told_its_nearest_name(cli: Cli, verb: str, meant: str) -> None:
    assert cli(verb) == (
        2,
        "",
        f"error: gitops: there is no verb {verb!r}. Accepted: {', '.join(VERBS)}. "
        f"Did you mean {meant!r}?\n",
    )


def test_a_verb_like_no_other_is_told_what_there_is(cli: Cli) -> None:
    assert cli("zzz") == (
        2,
        "",
        f"error: gitops: there is no verb 'zzz'. Accepted: {', '.join(VERBS)}. See gitops --help.\n",
    )


@pytest.mark.parametrize(
    ("arguments", "accepted", "remedy"),
    [
        (("check", "--formt", "json"), "--format, --help", "Did you mean '--format'?"),
        (("preview", "--againts", "HEAD"), "--against, --fail-on-change, --format, --full, --help",
         "Did you mean '--against'?"),
        (("render", "--uot", "x"), "--help, --out", "Did you mean '--out'?"),
        (("schema", "--zzz"), "--check, --help", "See gitops schema --help."),
    ],
)  # fmt: skip
def test_an_unknown_option_is_told_its_nearest_name(
    cli: Cli, arguments: tuple[str, ...], accepted: str, remedy: str
) -> None:
    verb, option = arguments[:2]

    assert cli(*arguments) == (
        2,
        "",
        f"error: gitops {verb}: there is no option {option!r}. Accepted: {accepted}. {remedy}\n",
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("render",), "gitops render: missing option '--out'. Accepted: Directory to write."),
        (("explain",), "gitops explain: missing argument 'ENVIRONMENT'. "
         "Accepted: gitops explain [OPTIONS] ENVIRONMENT APP [FIELD]."),
        (("explain", "test"), "gitops explain: missing argument 'APP'. "
         "Accepted: gitops explain [OPTIONS] ENVIRONMENT APP [FIELD]."),
        (("check", "--format", "yaml"),
         "gitops check: --format: 'yaml' is not accepted. Accepted: text, json."),
        (("preview", "--format", "xml"),
         "gitops preview: --format: 'xml' is not accepted. Accepted: text, markdown, json."),
        (("doctor", "surplus"), "gitops doctor: got unexpected extra argument (surplus). "
         "Accepted: gitops doctor [OPTIONS]."),
        (("bench", "--runs", "0"), "gitops bench: invalid value for '--runs': 0 is not in the range "
         "x>=1. Accepted: a whole number, at least 1."),
        (("--root", "/nowhere", "check"),
         "gitops: invalid value for '--root': Directory '/nowhere' does not exist. "
         "Accepted: Directory with fleet/, releases/ and the stack files."),
        (("render", "--out"), "gitops: option '--out' requires an argument."),
    ],
)  # fmt: skip
def test_a_command_that_is_not_complete_or_not_right_says_where_what_and_what_is_accepted(
    cli: Cli, arguments: tuple[str, ...], message: str
) -> None:
    done = cli(*arguments)

    where = message.partition(": ")[0]
    assert done == (2, "", f"error: {message} See {where} --help.\n")


def test_what_was_typed_cannot_move_the_cursor(cli: Cli) -> None:
    said = cli("doctor", "\x1b[2J").err

    assert "unexpected extra argument (\\u001b[2J)" in said
    assert "\x1b" not in said


@pytest.mark.parametrize(
    "arguments",
    [
        ("preview", "tset"),
        ("preview", "test", "tset"),
        ("render", "tset", "--out", "never-made"),
        ("check", "tset"),
        ("explain", "tset", "web"),
    ],
)
def test_an_unknown_environment_is_told_its_nearest_name(
    cli: Cli, arguments: tuple[str, ...]
) -> None:
    done = cli(*arguments)

    assert done.code == 2
    assert done.out == ""
    assert done.err == (
        f"error: gitops {arguments[0]}: there is no environment 'tset'. Accepted: test. "
        "Did you mean 'test'?\n"
    )


@pytest.mark.parametrize("arguments", LOADING.values(), ids=LOADING)
def test_a_broken_fleet_is_told_everything_at_once(broken: Cli, arguments: tuple[str, ...]) -> None:
    done = broken(*arguments)

    assert done.code == 2
    assert done.out == ""
    lines = done.err.splitlines()
    assert all(line.startswith("error: fleet/") for line in lines[:-1])
    assert lines[-1] == f"{len(lines) - 1} problems in 2 files"
    for part in (
        "fleet/apps/web.yaml:5:1: prots: the key 'prots' is unknown",
        "Did you mean 'ports'?",
        "fleet/apps/web.yaml:7:14: resources.requests.cpu: 'lots' does not fit",
        "fleet/teams.yaml:2:1: Not_A_Name",
    ):
        assert part in done.err


def test_problems_in_one_file_are_in_one_file(cli: Cli) -> None:
    (cli.root / "fleet/policy.yaml").write_text("registries: 3\nlevels: 4\n")

    assert cli("check").err.splitlines()[-1] == "2 problems in 1 file"


def test_one_problem_is_not_counted(cli: Cli) -> None:
    (cli.root / "fleet/policy.yaml").write_text("registries: 3\n")

    done = cli("check")

    assert done.code == 2
    assert "problems in" not in done.err


def test_what_a_file_says_cannot_move_the_cursor(cli: Cli) -> None:
    (cli.root / "fleet/policy.yaml").write_text('"\\e[2J\\u202ex": []\nregistries: []\n')

    done = cli("check")

    assert done.code == 2
    assert "\\u001b[2J\\u202ex" in done.err
    assert not {"\x1b", "\u202e"} & set(done.err)


def test_a_run_that_is_interrupted_says_so(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(root: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr("gitops.cli.doctor.examine", interrupted)

    assert cli("doctor") == (130, "", "interrupted\n")


def test_a_verb_that_gives_up_says_so(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def given_up(root: object) -> object:
        raise click.Abort

    monkeypatch.setattr("gitops.cli.doctor.examine", given_up)

    assert cli("doctor") == (130, "", "interrupted\n")


def test_a_mistake_of_ours_is_not_hidden(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(root: object) -> object:
        raise ZeroDivisionError

    monkeypatch.setattr("gitops.cli.doctor.examine", wrong)

    with pytest.raises(ZeroDivisionError):
        cli("doctor")


def test_a_broken_fleet_ends_with_two_and_no_traceback_in_a_process_of_its_own(
    broken: Cli,
) -> None:
    done = program("--root", str(broken.root), "check")

    assert done.code == 2
    assert done.out == ""
    assert done.err.startswith("error: fleet/apps/web.yaml")
    assert "Traceback" not in done.err


@pytest.mark.parametrize("arguments", [("check",), ("preview",)])
def test_whoever_stops_reading_gets_no_traceback(cli: Cli, arguments: tuple[str, ...]) -> None:
    command = [*COMMAND, "--root", str(cli.root), *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        said = process.stderr.read()

    assert said == b""
    assert process.returncode == 141


def test_colours_are_for_terminals_and_for_those_who_want_them() -> None:
    assert "\x1b[32mok     \x1b[0m  Python" in in_terminal("doctor").out
    for plain in (in_terminal("doctor", NO_COLOR="1").out, program("doctor").out):
        assert "ok       Python" in plain
        assert "\x1b" not in plain


def test_a_preview_in_a_terminal_has_colours_and_its_progress_stays_out_of_them(cli: Cli) -> None:
    done = in_terminal("--root", str(cli.root), "preview")

    assert done.code == 0
    assert "\x1b[32m  policy: every rule is kept\x1b[0m" in done.out
    assert done.err == ""


def test_the_checkout_itself_is_the_default_root(capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.run(["explain", "production", "checkout", "replicas"]) == 0

    assert capsys.readouterr().out.startswith("replicas: 3\n    Pulumi.production.yaml:")


def test_python_path_of_the_launcher_reaches_no_child(tmp_path: Path) -> None:
    code = "import os, gitops.__main__; print('PYTHONPATH' in os.environ)"
    done = subprocess.run(
        [COMMAND[0], "-c", code],
        cwd=tmp_path,
        env=environment(PYTHONPATH=str(ROOT)),
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.endswith("False\n")


EXPLAIN = [*COMMAND, "explain", "production", "checkout"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk that is always full")
def test_output_that_nobody_can_keep_is_an_error_and_no_traceback() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            EXPLAIN, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )

    assert done.returncode == 2
    assert done.stderr == (
        "error: standard output: No space left on device. Mend that, and run it again.\n"
    )


def test_output_that_nobody_reads_any_more_ends_the_run_quietly() -> None:
    reading, writing = os.pipe()
    os.close(reading)

    done = subprocess.run(
        EXPLAIN, cwd=ROOT, stdout=writing, stderr=subprocess.PIPE, text=True, check=False
    )

    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")
