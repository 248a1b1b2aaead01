"""Writes a generated tree: the old one or the new one on disk, and nothing that people wrote lost.

An index in the tree, ``.gitops-tree.json``, says which files are generated. A write stages every
changed file beside the tree's own files, records what is to be done in a journal, and only then
renames; a write that was killed is finished by the next one. See docs/adr/0006-atomic-tree.md.
"""

import errno
import fcntl
import os
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from gitops.errors import OutputError
from gitops.tree import index, journal
from gitops.tree.paths import INDEX, STAGING, Folders, check, linked

_CHUNK = 2**16


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
        before = index.read(out)
        others = tuple(f"{each}/" for each in keep)
        kept = {path: digest for path, digest in before.items() if path.startswith(others)}
        return _make(out, before, kept, files, finished=finished)


def update(
    out: Path, files: Mapping[str, str], *, folders: Sequence[str], known: str
) -> Written | None:
    """Make *files* the generated files in the *folders* of *out*, and leave all others as they are.

    Nothing is done, and None returned, when the tree is not as its index says, or the index is
    another than the one with the digest *known*: then only a whole write helps.

    Raises:
        OutputError: as ``write`` does.

    """
    check(files)
    with _held(out):
        content = _content(str(Folders(out).inside(INDEX)))
        if os.path.lexists(out / STAGING) or content is None or index.digest(content) != known:
            return None
        before = index.read(out)
        own = tuple(f"{each}/" for each in folders)
        kept = {path: digest for path, digest in before.items() if not path.startswith(own)}
        if not _intact(out, kept):
            return None
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


def _intact(out: Path, files: Mapping[str, str]) -> bool:
    """Tell whether *files*, digest by path, are in *out* as they were made."""
    folders = Folders(out)
    top = str(out)
    for path, digest in files.items():
        folders.of(path)
        found = _content(f"{top}/{path}")
        if found is None or index.digest(found) != digest:
            return False
    return True


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
    folders = Folders(out)
    top = str(out)
    for path, content in files.items():
        folders.of(path)
        found = _content(f"{top}/{path}")
        if found == content:
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


def _content(path: str) -> bytes | None:
    """Return what the file at *path* holds, or None when there is none."""
    try:
        # Whatever stands there is not waited for.
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise linked(path) from None
        raise
    try:
        content = os.read(file, _CHUNK)
        while len(content) % _CHUNK == 0 and (more := os.read(file, _CHUNK)):
            content += more
        return content
    except IsADirectoryError:
        raise OutputError(f"{path} is a directory. Move it away.") from None
    finally:
        os.close(file)
