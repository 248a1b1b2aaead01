"""Objects as YAML that every reader takes alike: YAML 1.1, YAML 1.2 and kubectl.

This module decides what may stand without quotes, because PyYAML's own choice is not enough: it
leaves ``y``, ``1e3`` and ``0o7`` bare, which kubectl reads as something else. It also writes the
lines, four times as fast as a general emitter; only the escapes inside quotes are libyaml's.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from io import StringIO
from typing import Any, Self, cast

import yaml

from gitops.errors import GitOpsError

_WORD = re.compile(r"[A-Za-z/_](?:[A-Za-z0-9_./@=$%+-]|:(?=[A-Za-z0-9_./@-])| (?=[A-Za-z0-9_./]))*")
_MEASURE = re.compile(r"[0-9]+(?:m|k|M|G|T|Ki|Mi|Gi|Ti|h|s|m0s|h0m0s|%)|[0-9]+\.[0-9]+\.[0-9]+")
_RESERVED = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_FIRST = {"apiVersion": 0, "kind": 1, "metadata": 2}
_TIDY_LINES = re.compile(r"(?!\s)[^\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]+", re.DOTALL)

_QUOTES = yaml.DocumentStartEvent(explicit=False), yaml.DocumentEndEvent(explicit=False)
_LONGEST_KEY = 1000
"""Characters of a key that stands before its colon on one line; YAML allows 1,024."""


def documents(values: Iterable[Mapping[str, Any]], header: str = "") -> str:
    """Return *values* as the documents of one file, below *header*, lines that begin with ``#``.

    Keys are sorted, but for apiVersion, kind and metadata, which come first: the text depends on
    the content alone. There are no anchors and no aliases.

    Raises:
        GitOpsError: a value that YAML cannot carry, with its path.

    """
    lines = [header]
    try:
        for number, value in enumerate(values):
            if number:
                lines.append("---\n")
            if value:
                _mapping(value, sorted(value, key=_top_order), "", "", lines.append)
            else:
                lines.append("{}\n")
    except _UnfitError as error:
        raise GitOpsError(f"{error.path}: {error.what}") from None
    return "".join(lines)


class _UnfitError(Exception):
    """A value that cannot be written; its path grows on the way out."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what, self.path = what, ""

    def inside(self, step: str) -> Self:
        """Return the same, one level further out."""
        separator = "." if self.path and not self.path.startswith("[") else ""
        self.path = f"{step}{separator}{self.path}"
        return self


_Out = Callable[[str], None]


def _mapping(
    value: Mapping[str, Any], keys: Iterable[Any], first: str, indent: str, out: _Out
) -> None:
    """Write a mapping that is not empty; its first line begins with *first*, others are indented."""
    deeper = indent + "  "
    for key in keys:
        try:
            item, name, beside = value[key], _key(key), indent
            if len(name) > _LONGEST_KEY:
                out(f"{first}? {name}\n")
                first, name, beside = indent, "", deeper
            if isinstance(item, str):
                _text(item, f"{first}{name}: ", deeper, out)
            elif isinstance(item, dict) and item:
                out(f"{first}{name}:\n")
                inner = cast("dict[str, Any]", item)
                _mapping(inner, sorted(inner), deeper, deeper, out)
            elif isinstance(item, list | tuple) and item:
                out(f"{first}{name}:\n")
                _list(cast("list[Any]", item), beside, beside, out)
            else:
                out(f"{first}{name}: {_scalar(item)}\n")
        except _UnfitError as error:
            raise error.inside(str(key)) from None
        first = indent


def _list(items: Sequence[Any], first: str, indent: str, out: _Out) -> None:
    """Write a list that is not empty, in the same manner."""
    deeper = indent + "  "
    for index, item in enumerate(items):
        begin = f"{first}- "
        try:
            if isinstance(item, str):
                _text(item, begin, deeper, out)
            elif isinstance(item, dict) and item:
                inner = cast("dict[str, Any]", item)
                _mapping(inner, sorted(inner), begin, deeper, out)
            elif isinstance(item, list | tuple) and item:
                _list(cast("list[Any]", item), begin, deeper, out)
            else:
                out(f"{begin}{_scalar(item)}\n")
        except _UnfitError as error:
            raise error.inside(f"[{index}]") from None
        first = indent


def _text(text: str, begin: str, indent: str, out: _Out) -> None:
    written = _inline(text)
    if written is not None:
        out(f"{begin}{written}\n")
        return
    out(f"{begin}{'|' if text.endswith(chr(10)) else '|-'}\n")
    for line in text.removesuffix("\n").split("\n"):
        out(f"{indent}{line}\n" if line else "\n")


@lru_cache(maxsize=16_384)
def _inline(text: str) -> str | None:
    """Return *text* as it stands on one line, or None where it is written as a block."""
    if (_WORD.fullmatch(text) or _MEASURE.fullmatch(text)) and text.lower() not in _RESERVED:
        return text
    return None if _tidy(text) else _quoted(text)


@lru_cache(maxsize=16_384)
def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise _UnfitError(f"the key {key!r} is no text. Write it in quotes.")
    return _inline(key) or _quoted(key)


def _quoted(text: str) -> str:
    """Return *text* in double quotes; what has to be escaped, libyaml knows."""
    stream = StringIO()
    emitter: Any = yaml.CSafeDumper(stream, width=-1, allow_unicode=True)
    start, end = _QUOTES
    try:
        for event in (
            yaml.StreamStartEvent(encoding=None),
            start,
            yaml.ScalarEvent(None, None, (False, True), text, style='"'),
            end,
            yaml.StreamEndEvent(),
        ):
            emitter.emit(event)
    except UnicodeEncodeError:
        what = "the text holds half a character (a lone surrogate). Correct it."
        raise _UnfitError(what) from None
    return stream.getvalue().removesuffix("\n")


def _top_order(key: str) -> tuple[int, str]:
    return _FIRST.get(key, 3), key


def _tidy(text: str) -> bool:
    """Tell whether *text* reads well, and loses nothing, as a literal block."""
    return (
        "\n" in text[:-1]
        and not text.endswith("\n\n")
        and " \n" not in text
        and not text.endswith(" ")
        and _TIDY_LINES.fullmatch(text) is not None
    )


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and math.isfinite(value):
        return _float(value)
    if isinstance(value, dict):
        return "{}"
    if isinstance(value, list | tuple):
        return "[]"
    raise _UnfitError(
        f"{value!r} cannot be written. Accepted: text, numbers, booleans, null, mappings, lists."
    )


def _float(value: float) -> str:
    """Return *value* so that YAML 1.1 sees a number too: it wants a point and a signed exponent."""
    text = repr(value)
    head, mark, exponent = text.partition("e")
    return f"{head if '.' in head else head + '.0'}e{exponent}" if mark else text
