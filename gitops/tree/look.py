"""Looks through a tree while its next content is made: a process of its own, that only reads."""

import json
import os
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NoReturn

from gitops.tree import index
from gitops.tree.files import content
from gitops.tree.paths import STAGING, Folders


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """A tree as it was found."""

    index: str
    """Digest of the index; empty when there is none."""
    changed: tuple[str, ...]
    """Generated files that are gone, or not as they were made."""


Look = Callable[[], Seen | None]
"""Waits for what is seen; None when the tree cannot be read, or a write of it is unfinished."""


@contextmanager
def looking(out: Path) -> Generator[Look]:
    """Start to look through the tree in *out*, and stop when the result is of no use any more."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _tell(out, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        try:
            yield lambda: _understood(answer.read())
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def _tell(out: Path, writing: int) -> NoReturn:
    """Write what is seen in *out*, and end the process: nothing that belongs to the other runs."""
    try:
        found = seen(out)
        if found is not None:
            with os.fdopen(writing, "wb") as answer:
                answer.write(json.dumps(asdict(found)).encode())
    finally:
        os._exit(0)


def _understood(answer: bytes) -> Seen | None:
    if not answer:
        return None
    found = json.loads(answer)
    return Seen(index=found["index"], changed=tuple(found["changed"]))


def seen(out: Path) -> Seen | None:
    """Return what is in *out* now.

    Raises:
        OutputError: the index is damaged, or something is a symbolic link.
        OSError: something cannot be read.

    """
    if os.path.lexists(out / STAGING):
        return None
    folders, top = Folders(out), str(out)
    own, files = index.read(out)
    changed: list[str] = []
    for path, digest in files.items():
        found = content(f"{top}/{path}") if folders.has(path) else None
        if found is None or index.digest(found) != digest:
            changed.append(path)
    return Seen(index=own, changed=tuple(changed))
