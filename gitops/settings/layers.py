"""Layers of one application: which of them says what, and what they say together.

Weakest first: application, environment, cluster. Mappings merge, lists and scalars replace,
null takes a value away.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from gitops.source.document import Document, Mark, Path

SHORTHANDS = {"rollout": "strategy"}
"""Keys under which a text stands for a mapping with one key, so that layers can merge."""
LISTED = {"secrets": "name"}
"""Keys under which a text in a list stands for a mapping with one key."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Layer:
    """A part of a file that has a say about one application."""

    name: str
    """``application``, ``environment``, ``cluster`` or ``release``."""
    document: Document
    at: Path
    """Where in the document the layer begins."""
    data: Mapping[str, Any]

    def mark(self, path: Path) -> Mark | None:
        """Return where the value at *path* inside the layer is written."""
        mark = self.document.mark((*self.at, *path))
        if mark is None and path and path[-1] == {**SHORTHANDS, **LISTED}.get(str(path[0])):
            return self.document.mark((*self.at, *path[:-1]))
        return mark

    def replaces(self, path: Path) -> bool:
        """Tell whether the layer replaces, or takes away, as a whole something around *path*."""
        around = (get(self.data, path[:length], {}) for length in range(1, len(path)))
        return any(not isinstance(each, dict) for each in around)


def layer(name: str, document: Document, at: Path = ()) -> Layer | None:
    """Return the part of *document* at *at* as a layer, or None when nothing is there."""
    data = get(document.data, at)
    if not isinstance(data, dict):
        return None
    mapping = cast("dict[str, Any]", data)
    expanded = {key: _whole(key, value) for key, value in mapping.items()}
    return Layer(name=name, document=document, at=at, data=expanded)


def _whole(key: str, value: Any) -> Any:
    """Return *value*, or the mapping that it stands for under *key*."""
    if key in SHORTHANDS and isinstance(value, str):
        return {SHORTHANDS[key]: value}
    if key in LISTED and isinstance(value, list):
        items = cast("list[Any]", value)
        return [{LISTED[key]: each} if isinstance(each, str) else each for each in items]
    return value


def merge(layers: Sequence[Layer]) -> dict[str, Any]:
    """Return what *layers* say together."""
    merged = dict(layers[0].data)
    for over in layers[1:]:
        merged = _over(merged, over.data)
    return merged


def _over(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict) and isinstance(below, dict):
            merged[key] = _over(cast("dict[str, Any]", below), cast("dict[str, Any]", value))
        elif isinstance(value, dict):
            merged[key] = _over({}, cast("dict[str, Any]", value))
        else:
            merged[key] = value
    return merged


_MISSING: Any = object()


def get(data: Any, path: Path, default: Any = None) -> Any:
    """Return the value at *path* in *data*, or *default* where there is none."""
    for step in path:
        if isinstance(data, dict):
            data = cast("dict[Any, Any]", data).get(step, _MISSING)
        elif isinstance(data, list) and isinstance(step, int):
            items = cast("list[Any]", data)
            data = items[step] if 0 <= step < len(items) else _MISSING
        else:
            return default
        if data is _MISSING:
            return default
    return data


def saying(layers: Sequence[Layer], path: Path) -> Iterator[tuple[Layer, Any, bool]]:
    """Yield the layers that have a value at *path*, strongest first, with that value.

    Last comes whether it counts: one of them at most does, and none when a layer over it replaces
    what is around *path* as a whole.
    """
    decided = False
    for each in reversed(layers):
        value = get(each.data, path, _MISSING)
        if value is not _MISSING:
            yield each, value, not decided
        decided = decided or value is not _MISSING or each.replaces(path)


def place(layers: Sequence[Layer], path: Path) -> tuple[str, Mark | None]:
    """Return the file and the mark of the value at *path*, or of the nearest value around it."""
    for length in range(len(path), 0, -1):
        for each, _, counts in saying(layers, path[:length]):
            if counts and (mark := each.mark(path[:length])) is not None:
                return each.document.file, mark
    return layers[0].document.file, None
