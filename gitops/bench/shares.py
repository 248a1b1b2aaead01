"""Runs a command that drives the engine, and says whose processor time it took."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

from gitops.errors import GitOpsError

_PROC = Path("/proc")
_EVERY = 0.05
"""Seconds between two looks; what a process does after the last of them is not counted."""
OURS, PACK, ENGINE, PROVIDER = "our program", "policy pack", "engine", "provider"


class Ran(NamedTuple):
    """One run."""

    seconds: float
    """Wall clock, from the start of the process to its end."""
    said: str
    """Its standard output."""
    shares: Mapping[str, float]
    """Seconds of processor by whose they are; none where the system does not tell (``/proc``)."""


def run(command: Sequence[str], directory: Path, environment: Mapping[str, str]) -> Ran:
    """Run *command* in *directory* to its end.

    Raises:
        GitOpsError: the command failed; a figure of it would mean nothing.

    """
    start = time.perf_counter()
    with subprocess.Popen(
        command,
        cwd=directory,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        shares = _Shares(process.pid)
        shares.start()
        said, error = process.communicate()
        seconds = time.perf_counter() - start
        shares.over.set()
        shares.join()
    if process.returncode:
        words = " ".join(command)
        what = (error.strip() or said.strip())[-2000:]
        raise GitOpsError(f"{words}: exit code {process.returncode}. It said: {what}")
    return Ran(seconds, said, shares.totals())


class _Shares(Thread):
    """Looks at the processes below one, again and again."""

    def __init__(self, top: int) -> None:
        super().__init__(daemon=True)
        self.top = top
        self.over = Event()
        self.found: dict[int, tuple[str, float]] = {}
        """By process: whose it is, and seconds."""

    def run(self) -> None:
        while sys.platform == "linux" and not self.over.wait(_EVERY):
            self._look()

    def totals(self) -> dict[str, float]:
        sums: dict[str, float] = {}
        for whose, seconds in self.found.values():
            sums[whose] = sums.get(whose, 0.0) + seconds
        return sums

    def _look(self) -> None:
        parents, seconds = _processes()
        for each in parents:
            line = [each]
            while line[-1] != self.top and line[-1] in parents:
                line.append(parents[line[-1]])
            if line[-1] == self.top:
                whose = self.found[each][0] if each in self.found else ""
                if not whose or whose == OURS:  # A process may yet become another program.
                    whose = _whose(line)
                self.found[each] = (whose, seconds[each])


def _processes() -> tuple[dict[int, int], dict[int, float]]:
    """Return the parent and the seconds of every process."""
    parents: dict[int, int] = {}
    seconds: dict[int, float] = {}
    tick = os.sysconf("SC_CLK_TCK")
    for each in _PROC.iterdir():
        if each.name.isdigit():
            try:
                # The name, in brackets, may hold anything.
                fields = (each / "stat").read_text(errors="replace").rpartition(")")[2].split()
            except OSError:
                continue  # It has ended.
            parents[int(each.name)] = int(fields[1])
            seconds[int(each.name)] = (int(fields[11]) + int(fields[12])) / tick
    return parents, seconds


def _whose(line: Sequence[int]) -> str:
    """Return whose the first process of *line* is; its ancestors follow."""
    words = [_command(each) for each in line]
    engines = [number for number, each in enumerate(words) if each and _is_engine(each[0])]
    if not engines:
        return OURS
    if engines[0] == 0:
        return ENGINE
    below = [Path(word).name for each in words[: engines[0]] for word in each]
    pack = any(each == "pulumi.policy" or each.startswith("pulumi-analyzer-") for each in below)
    return PACK if pack else PROVIDER


def _is_engine(program: str) -> bool:
    return Path(program).name == "pulumi"


def _command(process: int) -> list[str]:
    try:
        return (_PROC / str(process) / "cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return []
