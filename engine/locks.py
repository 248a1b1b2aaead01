"""Locks of a stack: who holds one, and whether whoever it was is still there.

The backends that keep state in files or objects write a lock for each update; an update that was
killed leaves its lock behind.
"""

import os
import re
import socket
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar
from urllib.parse import unquote, urlsplit

from pulumi.automation.errors import CommandError, ConcurrentUpdateError

from gitops.errors import ProgramError

_HOLDER = re.compile(
    r"(?P<place>\S+): created by (?P<user>\S+?)@(?P<host>\S+) \(pid (?P<pid>\d+)\) at (?P<at>\S+)"
)
"""As the engine says it; see ``lock.go`` of its ``diy`` backend."""
_FILE = "file://"
_HALF = "failed to load checkpoint: EOF"
_PAUSES = (0.2, 0.5, 1.0)
"""Seconds; to write a part takes milliseconds."""
Run = TypeVar("Run")


class Holder(NamedTuple):
    """A process that has, or had, a lock."""

    user: str
    host: str
    pid: int
    at: str
    """When it began, RFC 3339."""
    place: str
    """URL of the lock."""

    def __str__(self) -> str:
        """Return who it is."""
        return f"{self.user} on {self.host} (process {self.pid}, since {self.at})"


def holders(said: str) -> list[Holder]:
    """Return whoever the engine says holds a lock."""
    return [
        Holder(each["user"], each["host"], int(each["pid"]), each["at"], each["place"])
        for each in _HOLDER.finditer(said)
    ]


def are_dead(found: Sequence[Holder]) -> bool:
    """Tell whether all of *found* ran on this machine and run no more."""
    return bool(found) and all(_is_dead(each) for each in found)


def freeing(run: Callable[[], Run], stack: str, say: Callable[[str], None]) -> Run:
    """Do *run*; once more where a process that was killed has left its lock of *stack* behind.

    Raises:
        ProgramError: somebody holds the lock, or may hold it.

    """
    try:
        return _settled(run)
    except ConcurrentUpdateError as error:
        found = holders(str(error))
        files = [Path(unquote(urlsplit(each.place).path)) for each in found]
        if not (are_dead(found) and all(each.place.startswith(_FILE) for each in found)):
            raise refusal(stack, str(error)) from None
        say(f"{stack} was left locked by {found[0]}, which runs no more; unlocking it")
        # `pulumi cancel` does the same, but not for a stack that was just being made.
        for each in files:
            each.unlink(missing_ok=True)
        return _settled(run)


def _settled(run: Callable[[], Run]) -> Run:
    """Do *run*; again where it has met a state of which another process was writing a part.

    The backend of files does not put the attributes of a file in place as a whole.
    """
    for pause in _PAUSES:
        try:
            return run()
        except CommandError as error:
            if _HALF not in str(error):
                raise
        time.sleep(pause)
    return run()


def refusal(stack: str, said: str) -> ProgramError:
    """Return the error about an update that is already going on."""
    found = holders(said)
    who = " and ".join(str(each) for each in found) or "somebody else"
    return ProgramError(
        f"{stack} is being updated by {who}. Wait for that to end; if it was killed, free the stack "
        f"with gitops stack {stack} --unlock."
    )


def _is_dead(holder: Holder) -> bool:
    if holder.host != socket.gethostname():
        return False
    try:
        os.kill(holder.pid, 0)  # No signal: only the question whether there is such a process.
    except OSError as error:
        return isinstance(error, ProcessLookupError)
    return _has_ended(holder.pid)


def _has_ended(pid: int) -> bool:
    """Tell whether process *pid* is only there because nobody has asked yet how it ended.

    Source: proc_pid_stat(5)
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[:1] in (["Z"], ["X"])
