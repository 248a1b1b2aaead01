"""What the last render was made from, so that the next one makes only what is different.

Kept in the user's cache directory as plain JSON: it may be deleted at any time, and what it says is
never trusted for content, only for which applications need no work. See docs/adr/0009-memory.md.
"""

import hashlib
import json
import posixpath
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, cast

import pydantic
import yaml

from gitops import delivery
from gitops.model import Fleet, Manifests
from gitops.places import cache_folder, put
from gitops.settings import shapes
from gitops.settings.parts import parts, shared
from gitops.source.document import Quoted, parse
from gitops.source.files import Traced

_YAML = (".yaml", ".yml")
_LONG = 30 * 24 * 3600
"""Seconds after which a memory that was not used is forgotten."""
_DEEP = "/**"
"""Marks a folder that was listed with everything below it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Memory:
    """One render: what it read, and what it made of it. Everything is a digest."""

    program: str
    """The program that rendered, its libraries and its Python."""
    asked: Sequence[str]
    """Environments that were named."""
    tree: str
    """Index of the tree that was written."""
    folders: Mapping[str, str]
    """YAML files in each folder that was listed."""
    files: Mapping[str, str]
    """Content of each file; empty where there is none."""
    parts: Mapping[str, Mapping[str, str]]
    """Of each file with many applications: what it says by application, and apart from them."""
    outlines: Mapping[str, str]
    """What the rest of the fleet sees of each application."""


def place(root: Path, out: Path) -> Path:
    """Return where the last render from *root* to *out* is remembered."""
    name = _digest(f"{root.resolve()}\0{out.resolve()}")[:32]
    return cache_folder() / "renders" / f"{name}.json"


def recall(path: Path) -> Memory | None:
    """Return what is remembered at *path*; None when there is nothing, or nothing that fits."""
    try:
        found = Memory(**json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError):
        return None
    return found if found.program == _program() else None


def keep(path: Path, memory: Memory) -> None:
    """Remember *memory* at *path*; without a place to write, the next render makes everything."""
    with suppress(OSError):
        known = {each: getattr(memory, each) for each in Memory.__slots__}
        put(path, json.dumps(known).encode())
        _forget(path.parent)


def _forget(folder: Path) -> None:
    """Remove the memories in *folder* that no render has used for long."""
    for path in folder.iterdir():
        if path.stat().st_mtime < time.time() - _LONG:
            path.unlink()


def whole(trace: Traced, fleet: Fleet, asked: Sequence[str], tree: str) -> Memory:
    """Return what to remember of a render of the whole *fleet*, which was read through *trace*."""
    return Memory(
        program=_program(),
        asked=list(asked),
        tree=tree,
        folders={
            f"{folder}{_DEEP if deep else ''}": _names(names)
            for (folder, deep), names in trace.listed.items()
        },
        files={path: _content(content) for path, content in trace.content.items()},
        parts={
            path: _parts(path, content)
            for path, content in trace.content.items()
            if content is not None and shared(path)
        },
        outlines=outlines(fleet),
    )


def changed(memory: Memory, trace: Traced) -> frozenset[str] | None:
    """Return the applications about which the files say something else than they did.

    None when something else is different too, and everything has to be made.
    """
    found: set[str] = set()
    for folder, names in memory.folders.items():
        if _names(trace.names(folder.removesuffix(_DEEP), recursive=_DEEP in folder)) != names:
            return None
    for path, digest in memory.files.items():
        content = trace.read(path)
        if _content(content) == digest:
            continue
        if content is None or not (path in memory.parts or _is_application(path)):
            return None
        found |= _about(memory, path, content)
    return frozenset(found) if found <= memory.outlines.keys() else None


def _about(memory: Memory, path: str, content: bytes) -> set[str]:
    """Return the applications about which the file at *path* says something else, or the rest."""
    if path not in memory.parts:
        return {posixpath.basename(path).removesuffix(".yaml")}
    before, after = memory.parts[path], _parts(path, content)
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}


def again(memory: Memory, trace: Traced, tree: str) -> Memory:
    """Return *memory* after a render of what had changed, which left the index *tree*."""
    read = {path: content for path, content in trace.content.items() if path in memory.files}
    return replace(
        memory,
        tree=tree,
        files={path: _content(content) for path, content in read.items()},
        parts={
            path: _parts(path, content)
            if content is not None and _content(content) != memory.files[path]
            else memory.parts[path]
            for path, content in read.items()
            if path in memory.parts
        },
    )


def outlines(fleet: Fleet) -> dict[str, str]:
    """Return what others see of each application of *fleet* that runs and whose objects we make."""
    seen: dict[str, list[Any]] = {}
    strange: set[str] = set()
    for name, stack in fleet.stacks.items():
        for app, on in delivery.outlines(fleet, stack).items():
            seen.setdefault(app, []).append((name, on))
            if isinstance(stack.deployments[app].application, Manifests):
                strange.add(app)
    return {app: _digest(repr(each)) for app, each in seen.items() if app not in strange}


def _is_application(path: str) -> bool:
    return posixpath.dirname(path) == shapes.APPS


@lru_cache(maxsize=256)
def _parts(path: str, content: bytes) -> dict[str, str]:
    return {name: _digest(_text(each)) for name, each in parts(parse(path, content)).items()}


def _names(names: Iterable[str]) -> str:
    """Return the digest of a listing; only YAML files count."""
    return _digest("\n".join(name for name in names if name.endswith(_YAML)))


def _text(value: Any) -> str:
    """Return *value* as text; what is written in quotes is not the same as without."""
    if isinstance(value, Quoted):
        return f"q{str(value)!r}"
    if isinstance(value, dict):
        pairs = cast("dict[str, Any]", value).items()
        return f"{{{','.join(f'{key!r}:{_text(each)}' for key, each in pairs)}}}"
    if isinstance(value, list | tuple):
        return f"[{','.join(_text(each) for each in cast('list[Any]', value))}]"
    return repr(value)


@lru_cache(maxsize=8192)
def _content(content: bytes | None) -> str:
    return "" if content is None else hashlib.sha256(content).hexdigest()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


@cache
def _program() -> str:
    """Return the digest of everything that decides what is made of the same input."""
    sources = sorted(Path(__file__).parent.rglob("*.py"))
    digest = hashlib.sha256(f"{sys.version} {pydantic.VERSION} {yaml.__version__}".encode())
    for path in sources:
        digest.update(f"{path}\0".encode() + path.read_bytes())
    return digest.hexdigest()
