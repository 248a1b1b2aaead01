"""Writes a generated tree: the old one or the new one on disk, and nothing that people wrote lost.

An index in the tree, ``.gitops-tree.json``, says which files are generated. A write stages every
changed file beside the tree's own files, records what is to be done in a journal, and only then
renames; a write that was killed is finished by the next one. See docs/adr/0006-atomic-tree.md.
"""

import fcntl
import os
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from gitops.errors import OutputError
from gitops.tree import index, journal
from gitops.tree.files import content
from gitops.tree.look import Look
from gitops.tree.paths import Folders, check


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """What a write did, in files."""

    added: int
    changed: int
    unchanged: int
    removed: int
    edited: tuple[str, ...]
    """Generated files that somebody had edited; they were overwritten."""
    finished: bool
    """Whether an earlier write had been interrupted and was finished first."""
    index: str
    """Digest of the index."""


def write(out: Path, files: Mapping[str, str], *, keep: Sequence[str] = ()) -> Written:
    """Make *files*, by path with ``/``, the generated files in the directory *out*.

    Generated files below the folders *keep* stay as they are.

    Raises:
        OutputError: a path outside *out* or through a link, a hand-written file in the way,
            another write at work, or a disk that does not take the files.

    """
    check(files)
    with _held(out):
        finished = journal.finish(out)
        _, before = index.read(out)
        others = tuple(f"{each}/" for each in keep)
        kept = {path: digest for path, digest in before.items() if path.startswith(others)}
        return _make(out, before, kept, files, finished=finished)


def update(
    out: Path, files: Mapping[str, str], *, folders: Sequence[str], known: str, look: Look
) -> Written | None:
    """Make *files* the generated files in the *folders* of *out*, and leave all others as they are.

    Nothing is done, and None returned, when the index is another than the one with the digest
    *known*, or *look* has seen another file that is not as it was made: then only a whole write
    helps.

    Raises:
        OutputError: as ``write`` does.

    """
    check(files)
    own = tuple(f"{each}/" for each in folders)
    with _held(out):
        seen = look()
        if seen is None or not all(path.startswith(own) for path in seen.changed):
            return None
        digest, before = index.read(out, trusted=known)
        if not digest == seen.index == known:
            return None
        kept = {path: digest for path, digest in before.items() if not path.startswith(own)}
        done = _make(out, before, kept, files)
        return replace(done, unchanged=done.unchanged + len(kept))


@contextmanager
def _held(out: Path) -> Generator[None]:
    """Hold the directory *out*, which need not exist; say what the disk refuses."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with _locked(out):
            yield
    except OSError as error:
        raise OutputError(
            f"{error.filename or out}: {error.strerror}. The tree in {out} is as it was, or is "
            "finished by the next render. Make room or mend the permissions, and render again."
        ) from None


def _make(
    out: Path,
    before: Mapping[str, str],
    kept: Mapping[str, str],
    files: Mapping[str, str],
    *,
    finished: bool = False,
) -> Written:
    """Make the generated files *files* and those that are *kept*; *before* is the index so far."""
    contents = {path: text.encode() for path, text in files.items()}
    todo, edited = _differences(out, before, contents)
    made = {path: index.digest(content) for path, content in contents.items()}
    after = {**kept, **made}
    text = index.text(after)
    gone = [path for path in before if path not in after]
    if todo or gone or before != after:
        journal.stage(out, todo, contents, gone, text)
        journal.apply(out)
    added = sum(1 for path in todo if path not in before)
    return Written(
        added=added,
        changed=len(todo) - added,
        unchanged=len(files) - len(todo),
        removed=len(gone),
        edited=tuple(edited),
        finished=finished,
        index=index.digest(text),
    )


@contextmanager
def _locked(out: Path) -> Generator[None]:
    """Hold the directory *out*; the kernel lets go when the process ends, however it ends."""
    if out.is_symlink():
        raise OutputError(f"{out} is a symbolic link. Name the directory itself.")
    descriptor = os.open(out, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise OutputError(f"{out}: another render is writing there. Wait for it.") from None
    finally:
        os.close(descriptor)


def _differences(
    out: Path, before: Mapping[str, str], files: Mapping[str, bytes]
) -> tuple[list[str], list[str]]:
    """Return the paths to write, and those of them that somebody edited."""
    todo: list[str] = []
    edited: list[str] = []
    folders = Folders(out, over=before)
    top = str(out)
    for path, wanted in files.items():
        found = content(f"{top}/{path}") if folders.has(path) else None
        if found == wanted:
            continue
        if found is not None:
            if path not in before:
                raise OutputError(
                    f"{out / path} was not made by a render and would be overwritten. Move it away."
                )
            if index.digest(found) != before[path]:
                edited.append(path)
        todo.append(path)
    return todo, edited
