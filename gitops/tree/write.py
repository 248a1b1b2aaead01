"""Writes a generated tree: the old one or the new one on disk, and nothing that people wrote lost.

An index in the tree, ``.gitops-tree.json``, says which files are generated. A write stages every
changed file beside the tree's own files, records what is to be done in a journal, and only then
renames; a write that was killed is finished by the next one. See docs/adr/0006-atomic-tree.md.
"""

import errno
import fcntl
import json
import os
import shutil
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from gitops.errors import OutputError
from gitops.tree import index
from gitops.tree.paths import INDEX, STAGING, Folders, check, linked

_JOURNAL = "journal.json"
_FEW = 200
"""Up to so many files are flushed one by one; more by one flush of everything."""
_CHUNK = 2**20


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


def write(out: Path, files: Mapping[str, str], *, keep: Sequence[str] = ()) -> Written:
    """Make *files*, by path with ``/``, the generated files in the directory *out*.

    Generated files below the folders *keep* stay as they are.

    Raises:
        OutputError: a path outside *out* or through a link, a hand-written file in the way,
            another write at work, or a disk that does not take the files.

    """
    check(files)
    try:
        out.mkdir(parents=True, exist_ok=True)
        with _locked(out):
            finished = _finish(out)
            before = index.read(out)
            contents = {path: text.encode() for path, text in files.items()}
            todo, edited = _differences(out, before, contents)
            after = {path: digest for path, digest in before.items() if _below(path, keep)}
            after |= {path: index.digest(content) for path, content in contents.items()}
            gone = [path for path in before if path not in after]
            if todo or gone or before != after:
                _stage(out, todo, contents, gone, after)
                _apply(out)
    except OSError as error:
        raise OutputError(
            f"{error.filename or out}: {error.strerror}. The tree in {out} is as it was, or is "
            "finished by the next render. Make room or mend the permissions, and render again."
        ) from None
    added = sum(1 for path in todo if path not in before)
    return Written(
        added=added,
        changed=len(todo) - added,
        unchanged=len(files) - len(todo),
        removed=len(gone),
        edited=tuple(edited),
        finished=finished,
    )


def _below(path: str, folders: Sequence[str]) -> bool:
    return any(path.startswith(f"{folder}/") for folder in folders)


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
        parts: list[bytes] = []
        while part := os.read(file, _CHUNK):
            parts.append(part)
        return b"".join(parts)
    except IsADirectoryError:
        raise OutputError(f"{path} is a directory. Move it away.") from None
    finally:
        os.close(file)


def _stage(
    out: Path,
    todo: Sequence[str],
    files: Mapping[str, bytes],
    gone: Sequence[str],
    after: Mapping[str, str],
) -> None:
    """Write everything that is new where it disturbs nobody; a full disk is noticed here."""
    staging = out / STAGING
    try:
        staging.mkdir()
        for number, path in enumerate(todo):
            _put(f"{staging}/{number}", files[path], flush=len(todo) <= _FEW)
        _put(f"{staging}/index", index.text(after), flush=True)
        if len(todo) > _FEW:
            os.sync()
        journal = json.dumps({"write": todo, "remove": gone}).encode()
        _put(f"{staging}/journal.tmp", journal, flush=True)
        (staging / "journal.tmp").rename(staging / _JOURNAL)
    except OSError:
        shutil.rmtree(staging, ignore_errors=True)
        raise


def _put(path: str, content: bytes, *, flush: bool) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(file, rest) :]
        if flush:
            os.fsync(file)
    finally:
        os.close(file)


def _finish(out: Path) -> bool:
    """Finish a write that was interrupted after its journal, or forget one that was before."""
    if not os.path.lexists(out / STAGING):
        return False
    staging = Folders(out).inside(STAGING)
    if not (staging / _JOURNAL).exists():
        shutil.rmtree(staging)
        return False
    _apply(out)
    return True


def _apply(out: Path) -> None:
    """Do what the journal says; every step may already have been done."""
    staging = out / STAGING
    journal = cast("dict[str, list[str]]", json.loads((staging / _JOURNAL).read_bytes()))
    for path in journal["remove"]:
        Folders(out).inside(path).unlink(missing_ok=True)
        _prune(out, path)
    folders = Folders(out)
    made: set[str] = set()
    for number, path in enumerate(journal["write"]):
        folders.of(path)
        folder = path.rpartition("/")[0]
        if folder not in made:
            (out / folder).mkdir(parents=True, exist_ok=True)
            made.add(folder)
        _move(f"{staging}/{number}", f"{out}/{path}")
    _move(f"{staging}/index", f"{out}/{INDEX}")
    shutil.rmtree(staging)


def _move(staged: str, target: str) -> None:
    try:
        os.replace(staged, target)  # noqa: PTH105 - a Path for each file costs more than the rename
    except FileNotFoundError:
        if os.path.lexists(staged):
            raise


def _prune(out: Path, path: str) -> None:
    """Remove the folders above *path* that are empty now."""
    folder = (out / path).parent
    while folder != out:
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent
