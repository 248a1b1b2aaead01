"""How long a command takes and how much memory it needs, as a whole process, as its user sees it."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gitops.errors import GitOpsError

_UNIT = 1 if sys.platform == "darwin" else 1024
"""Of the memory that the system reports, in bytes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """Runs of one command."""

    seconds: tuple[float, ...]
    """Wall clock, one for each run."""
    memory: int
    """The most that a run had resident, in bytes; of the process itself, not of its children."""

    @property
    def median(self) -> float:
        """The run in the middle, in seconds."""
        return statistics.median(self.seconds)


def measure(
    command: Sequence[str],
    directory: Path,
    *,
    runs: int,
    before: Callable[[int], None] = lambda _: None,
) -> Figure:
    """Run *command* in *directory* so often, each after *before* with the number of the run.

    Raises:
        GitOpsError: the command failed; a figure of it would mean nothing.

    """
    seconds: list[float] = []
    memory = 0
    for number in range(runs):
        before(number)
        start = time.perf_counter()
        with subprocess.Popen(
            command, cwd=directory, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        ) as process:
            said = process.stderr.read() if process.stderr else b""
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        seconds.append(time.perf_counter() - start)
        memory = max(memory, usage.ru_maxrss * _UNIT)
        if process.returncode:
            raise GitOpsError(
                f"{' '.join(command)}: exit code {process.returncode}. "
                f"It said: {said.decode(errors='replace').strip()[:2000]}"
            )
    return Figure(seconds=tuple(seconds), memory=memory)
