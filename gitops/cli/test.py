"""``test``: every test that can run on this machine, and why any could not."""

import os
import subprocess
import sys
from pathlib import Path

import click


@click.command("test", context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_obj
def command(root: Path, arguments: tuple[str, ...]) -> int:
    """Run lint, format, types and every test; further ARGUMENTS go to pytest, alone.

    A test that needs a program which is not there is reported with the reason, and fails in
    continuous integration (CI=true).
    """
    steps = [] if arguments else _static()
    failed = [name for name, command in steps if not _passes(root, name, command)]
    few = any(each.startswith(("-n", "--pdb")) for each in arguments)
    # Some tests take minutes: whoever is done takes over from the other.
    workers = [] if few else ["-n", "auto", "--dist", "worksteal"]
    click.echo("== tests", err=True)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *workers, *arguments], cwd=root, check=False
    )
    for name in failed:
        click.echo(f"failed: {name}", err=True)
    return 1 if done.returncode or failed else 0


def _static() -> list[tuple[str, list[str]]]:
    python = sys.executable
    return [
        ("lint", [python, "-m", "ruff", "check", "."]),
        ("format", [python, "-m", "ruff", "format", "--check", "."]),
        ("types", [python, "-m", "basedpyright"]),
        ("types of the policy pack", [python, "-m", "basedpyright", "-p", "policies"]),
    ]


def _passes(root: Path, name: str, command: list[str]) -> bool:
    click.echo(f"== {name}", err=True)
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    return subprocess.run(command, cwd=root, env=environment, check=False).returncode == 0
