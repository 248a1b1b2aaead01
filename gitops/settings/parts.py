"""Which part of a file is about which application: where many of them share one file."""

import posixpath
from collections.abc import Container, Iterator
from dataclasses import replace
from typing import Any, cast

from gitops.settings import shapes
from gitops.settings.layers import get
from gitops.source.document import Document, Path

APPS: Path = ("config", "gitops:apps")
CLUSTERS: Path = ("config", "gitops:clusters")
_DEEPEST = len(CLUSTERS) + 2
"""Length of the longest path at which names of applications stand."""
REST = ""
"""Stands, in the place of an application's name, for what is about no application alone."""


def shared(file: str) -> bool:
    """Tell whether many applications share *file*, each with a part of its own."""
    return _is_lock(file) or shapes.STACK_FILE.fullmatch(file) is not None


def parts(document: Document) -> dict[str, list[Any]]:
    """Return what the shared file *document* says by application, and what else it says."""
    found: dict[str, list[Any]] = {REST: []}
    places = frozenset(_places(document))
    _sort(document.data, (), places, found)
    return found


def only(document: Document, apps: Container[str]) -> Document:
    """Return the shared file *document* without what is about other applications than *apps*."""
    return replace(document, data=_without(document.data, (), frozenset(_places(document)), apps))


def _is_lock(file: str) -> bool:
    return posixpath.dirname(file) == shapes.RELEASES


def _places(document: Document) -> Iterator[Path]:
    """Yield where the keys are names of applications."""
    if _is_lock(document.file):
        yield ("releases",)
        return
    yield APPS
    clusters = get(document.data, CLUSTERS)
    for cluster in cast("dict[str, Any]", clusters) if isinstance(clusters, dict) else ():
        yield (*CLUSTERS, cluster, "apps")


def _sort(data: Any, path: Path, places: frozenset[Path], found: dict[str, list[Any]]) -> None:
    """Put every value in *data* into the list of the application that it is about."""
    if not isinstance(data, dict):
        found[REST].append((path, data))
        return
    for key, value in cast("dict[str, Any]", data).items():
        if path in places:
            found.setdefault(key, []).append((path, value))
        else:
            _sort(value, (*path, key), places, found)


def _without(data: Any, path: Path, places: frozenset[Path], apps: Container[str]) -> Any:
    if not isinstance(data, dict) or len(path) > _DEEPEST:
        return cast("Any", data)
    return {
        key: _without(value, (*path, key), places, apps)
        for key, value in cast("dict[str, Any]", data).items()
        if path not in places or key in apps
    }
