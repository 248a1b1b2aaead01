"""The command line as people start it: in this process, in one of its own, and in a terminal."""

import gc
import os
import pty
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from gitops.cli.main import run
from tests import ROOT

PERSONAL = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TTY_COMPATIBLE", "PYTHONPATH")
COMMAND = (sys.executable, "-m", "gitops")


class Done(NamedTuple):
    """What a run left: its exit code and what it said."""

    code: int
    out: str
    err: str


class Cli:
    """The command line for the fleet in a directory, run in this process."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Work on the fleet in *root*."""
        self.root = root
        self.capsys = capsys

    def __call__(self, *arguments: str) -> Done:
        """Run ``gitops --root ROOT`` with *arguments*; what was said before is forgotten."""
        self.capsys.readouterr()
        with _collecting():
            code = run(["--root", str(self.root), *arguments])
        said = self.capsys.readouterr()
        return Done(code, said.out, said.err)


@contextmanager
def _collecting() -> Generator[None]:
    """Let the garbage collection that a run turns off go on after it."""
    try:
        yield
    finally:
        gc.enable()


def environment(**given: str) -> dict[str, str]:
    """Return the environment of a child that a stranger would have: no colours asked for or not."""
    kept = {key: each for key, each in os.environ.items() if key not in PERSONAL}
    return {**kept, "TERM": "xterm-256color", **given}


def git(root: Path, *arguments: str) -> None:
    """Run Git in the repository *root*, as nobody in particular, whatever it is told elsewhere."""
    told = ("user.name=test", "user.email=test@example.com", "commit.gpgSign=false")
    settings = [each for setting in told for each in ("-c", setting)]
    command = ["git", "-C", str(root), *settings, *arguments]
    subprocess.run(command, check=True, capture_output=True)


def commit(root: Path) -> None:
    """Commit everything in the repository *root*."""
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--no-verify", "-m", "x")


def program(*arguments: str) -> Done:
    """Run ``gitops`` with *arguments* in a process of its own."""
    done = subprocess.run(
        [*COMMAND, *arguments],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def in_terminal(*arguments: str, **given: str) -> Done:
    """Run ``gitops`` with its output on a pseudo-terminal, and its errors apart."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=ROOT,
        env=environment(**given),
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.PIPE,
    ) as process:
        os.close(theirs)
        said = b"".join(_read(ours))
        _, error = process.communicate()
    os.close(ours)
    return Done(process.returncode, said.decode(), error.decode())


def _read(descriptor: int) -> Iterator[bytes]:
    """Yield what comes until the other side is closed; Linux says that with an error."""
    while True:
        try:
            chunk = os.read(descriptor, 65_536)
        except OSError:
            return
        if not chunk:
            return
        yield chunk
