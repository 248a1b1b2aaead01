"""Writes a generated tree: the old one or the new one on disk, and nothing that people wrote lost.

An index in the tree, ``.gitops-tree.json``, says which files are generated. A write stages every
changed file beside the tree's own files, records what is to be done in a journal, and only then
renames; a write that was killed is finished by the next one. See docs/adr/0006-atomic-tree.md.
"""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from gitops.errors import OutputError

INDEX = ".gitops-tree.json"
STAGING = ".gitops-staging"
_JOURNAL = "journal.json"
_FEW = 200
"""Up to so many files are flushed one by one; more by one flush of everything."""


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
    _check_paths(files)
    try:
        out.mkdir(parents=True, exist_ok=True)
        with _locked(out):
            finished = _finish(out)
            before = _index(out)
            made = {path: _digest(text.encode()) for path, text in files.items()}
            todo, edited = _differences(out, before, made)
            kept = {path: digest for path, digest in before.items() if _below(path, keep)}
            after = dict(sorted({**kept, **made}.items()))
            gone = [path for path in before if path not in after]
            if todo or gone or before != after:
                _stage(out, todo, files, gone, after)
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
        unchanged=len(made) - len(todo),
        removed=len(gone),
        edited=tuple(edited),
        finished=finished,
    )


def _check_paths(files: Mapping[str, str]) -> None:
    """Refuse paths that leave the tree, hide in it, or are one on a Mac and two here."""
    folded: dict[str, str] = {}
    for path in files:
        parts = path.split("/")
        if not all(_is_part(part) for part in parts):
            raise OutputError(f"{path!r} is no path inside the tree. Rename what it was made from.")
        other = folded.setdefault(path.casefold(), path)
        if other != path:
            raise OutputError(
                f"{path!r} and {other!r} are one file where case does not count. Rename one."
            )


def _below(path: str, folders: Sequence[str]) -> bool:
    return any(path.startswith(f"{folder}/") for folder in folders)


def _is_part(part: str) -> bool:
    plain = part not in {"", ".", ".."} and part.casefold() not in {".git", INDEX, STAGING}
    return plain and len(part.encode()) <= 255 and not set(part) & set('\\\0\n\r:*?"<>|')


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


def _index(out: Path) -> dict[str, str]:
    """Return the generated files in *out*: digest by path."""
    path = out / INDEX
    _no_links(out, INDEX)
    try:
        found: Any = json.loads(path.read_bytes())
        files = {str(key): str(value) for key, value in found["files"].items()}
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise OutputError(
            f"{path} is damaged. Restore it from Git, or delete it together with the tree."
        ) from None
    _check_paths(files)
    return files


def _differences(
    out: Path, before: Mapping[str, str], after: Mapping[str, str]
) -> tuple[list[str], list[str]]:
    """Return the paths to write, and those of them that somebody edited."""
    todo: list[str] = []
    edited: list[str] = []
    safe: set[str] = set()
    for path, digest in after.items():
        _no_links(out, path, safe)
        try:
            found = _digest((out / path).read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            todo.append(path)
            continue
        except IsADirectoryError:
            raise OutputError(f"{out / path} is a directory. Move it away.") from None
        if path not in before and found != digest:
            raise OutputError(
                f"{out / path} was not made by a render and would be overwritten. Move it away."
            )
        if found != digest:
            todo.append(path)
            if found != before.get(path):
                edited.append(path)
    return todo, edited


def _no_links(out: Path, path: str, safe: set[str] | None = None) -> None:
    """Refuse *path* when a part of it is a symbolic link; *safe* are folders already looked at."""
    known = safe if safe is not None else set[str]()
    parts = path.split("/")
    for length in range(1, len(parts) + 1):
        here = "/".join(parts[:length])
        if here in known:
            continue
        if (out / here).is_symlink():
            raise OutputError(f"{out / here} is a symbolic link. Remove it; it is never followed.")
        if length < len(parts):
            known.add(here)


def _stage(
    out: Path,
    todo: list[str],
    files: Mapping[str, str],
    gone: list[str],
    after: Mapping[str, str],
) -> None:
    """Write everything that is new where it disturbs nobody; a full disk is noticed here."""
    staging = out / STAGING
    try:
        staging.mkdir()
        for number, path in enumerate(todo):
            _put(staging / str(number), files[path].encode(), flush=len(todo) <= _FEW)
        index = {"version": 1, "files": dict(after)}
        _put(staging / "index", _json(index), flush=True)
        if len(todo) > _FEW:
            os.sync()
        journal = {"write": todo, "remove": gone}
        _put(staging / "journal.tmp", _json(journal), flush=True)
        (staging / "journal.tmp").rename(staging / _JOURNAL)
    except OSError:
        shutil.rmtree(staging, ignore_errors=True)
        raise


def _put(path: Path, content: bytes, *, flush: bool) -> None:
    with path.open("xb") as file:
        file.write(content)
        if flush:
            file.flush()
            os.fsync(file.fileno())


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=0, sort_keys=True) + "\n").encode()


def _finish(out: Path) -> bool:
    """Finish a write that was interrupted after its journal, or forget one that was before."""
    staging = out / STAGING
    if not os.path.lexists(staging):
        return False
    _no_links(out, STAGING)
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
        _no_links(out, path)
        (out / path).unlink(missing_ok=True)
        _prune(out, path)
    made: set[Path] = set()
    for number, path in enumerate(journal["write"]):
        target = out / path
        if target.parent not in made:
            _no_links(out, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            made.add(target.parent)
        staged = staging / str(number)
        try:
            staged.replace(target)
        except FileNotFoundError:
            if staged.exists():
                raise
    if (staging / "index").exists():
        (staging / "index").replace(out / INDEX)
    shutil.rmtree(staging)


def _prune(out: Path, path: str) -> None:
    """Remove the folders above *path* that are empty now."""
    folder = (out / path).parent
    while folder != out:
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
