"""Changes a tree in two steps: everything is staged inside it, and only then moved into place.

The journal beside what is staged says what will be removed: whoever finds it, after a crash, can
finish. See docs/adr/0006-atomic-tree.md.
"""

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from gitops.tree.paths import INDEX, STAGING, Folders, linked

_JOURNAL = "journal.json"
_NEW = "new"
"""The folder with what is staged, at the paths that it will have."""
_FEW = 200
"""Up to so many files are flushed one by one; more by one flush of everything."""


def stage(
    out: Path,
    todo: Sequence[str],
    files: Mapping[str, bytes],
    gone: Sequence[str],
    text: bytes,
) -> None:
    """Write everything that is new where it disturbs nobody; a full disk is noticed here.

    The new tree has the content *files* at the paths *todo* and nothing at those *gone*; *text* is
    its index. With the journal, the last file written, the new tree is decided upon.
    """
    staging = out / STAGING
    try:
        new = staging / _NEW
        new.mkdir(parents=True)
        made: set[str] = set()
        for path in todo:
            folder = path.rpartition("/")[0]
            if folder not in made:
                (new / folder).mkdir(parents=True, exist_ok=True)
                made.add(folder)
            _put(f"{new}/{path}", files[path], flush=len(todo) <= _FEW)
        _put(f"{staging}/index", text, flush=True)
        if len(todo) > _FEW:
            os.sync()
        journal = json.dumps({"remove": gone}).encode()
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


def finish(out: Path) -> bool:
    """Finish a write that was interrupted after its journal, or forget one that was before."""
    if not os.path.lexists(out / STAGING):
        return False
    staging = Folders(out).inside(STAGING)
    if not (staging / _JOURNAL).exists():
        shutil.rmtree(staging)
        return False
    apply(out)
    return True


def apply(out: Path) -> None:
    """Do what the journal says; every step may already have been done."""
    staging = out / STAGING
    journal = cast("dict[str, list[str]]", json.loads((staging / _JOURNAL).read_bytes()))
    folders = Folders(out)
    for path in journal["remove"]:
        if folders.has(path):
            folders.inside(path).unlink(missing_ok=True)
            _prune(out, path)
    if (staging / _NEW).exists():
        _move(staging / _NEW, out)
    if (staging / "index").exists():
        (staging / "index").replace(out / INDEX)
    shutil.rmtree(staging)


def _move(staged: Path, target: Path) -> None:
    """Move all that is in the folder *staged* to *target*; a folder that is new moves as one."""
    for each in sorted(staged.iterdir()):
        goal = target / each.name
        if goal.is_symlink():
            raise linked(goal)
        if each.is_dir() and goal.exists():
            _move(each, goal)
        else:
            each.replace(goal)


def _prune(out: Path, path: str) -> None:
    """Remove the folders above *path* that are empty now."""
    folder = (out / path).parent
    while folder != out:
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent
