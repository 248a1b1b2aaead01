"""Values that were found sound: the same text is checked once, however many commits have it."""

from collections.abc import Hashable
from typing import Any

from gitops.source.document import Document, Path

_MOST = 20_000
"""Values that are kept."""
_known: dict[Hashable, tuple[Any, tuple[Document, ...]]] = {}
"""The documents are kept too, so that no other has the identity of one of them."""

Part = tuple[Document, Path]
"""A document, and where in it the value, or a layer of it, begins."""


def recall(kind: str, *parts: Part) -> Any:
    """Return the sound value of *kind* that was made of *parts*, or None."""
    found = _known.get(_key(kind, parts))
    return found[0] if found else None


def keep(value: Any, kind: str, *parts: Part) -> None:
    """Keep *value*, a sound value of *kind*, which depends on *parts* alone."""
    if len(_known) >= _MOST:
        _known.clear()
    _known[_key(kind, parts)] = value, tuple(document for document, _ in parts)


def _key(kind: str, parts: tuple[Part, ...]) -> Hashable:
    return kind, *((id(document), at) for document, at in parts)
