"""Objects as YAML that every reader takes alike: YAML 1.1, YAML 1.2 and kubectl.

libyaml writes the text; this module decides what may stand without quotes. PyYAML's own choice is
not enough: it leaves ``y``, ``1e3`` and ``0o7`` bare, which kubectl reads as something else.
"""

import math
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from io import StringIO
from typing import Any, cast

import yaml

from gitops.errors import GitOpsError

_WORD = re.compile(r"[A-Za-z/_](?:[A-Za-z0-9_./@=$%+-]|:(?=[A-Za-z0-9_./@-])| (?=[A-Za-z0-9_./]))*")
_MEASURE = re.compile(r"[0-9]+(?:m|k|M|G|T|Ki|Mi|Gi|Ti|h|s|m0s|h0m0s|%)|[0-9]+\.[0-9]+\.[0-9]+")
_RESERVED = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_FIRST = {"apiVersion": 0, "kind": 1, "metadata": 2}
_TIDY_LINES = re.compile(
    r"[^\s\x00-\x1f\x7f](?:[^\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]*)", re.DOTALL
)

_START = yaml.StreamStartEvent(encoding=None)
_END = yaml.StreamEndEvent()
_DOCUMENT = yaml.DocumentStartEvent(explicit=False)
_NEXT_DOCUMENT = yaml.DocumentStartEvent(explicit=True)
_DOCUMENT_END = yaml.DocumentEndEvent(explicit=False)
_MAPPING = yaml.MappingStartEvent(None, None, implicit=True, flow_style=False)
_EMPTY_MAPPING = yaml.MappingStartEvent(None, None, implicit=True, flow_style=True)
_MAPPING_END = yaml.MappingEndEvent()
_LIST = yaml.SequenceStartEvent(None, None, implicit=True, flow_style=False)
_EMPTY_LIST = yaml.SequenceStartEvent(None, None, implicit=True, flow_style=True)
_LIST_END = yaml.SequenceEndEvent()


def documents(values: Iterable[Mapping[str, Any]], header: str = "") -> str:
    """Return *values* as the documents of one file, below *header*, lines that begin with ``#``.

    Keys are sorted, but for apiVersion, kind and metadata, which come first: the text depends on
    the content alone. There are no anchors and no aliases.

    Raises:
        GitOpsError: a value that YAML cannot carry, with its path.

    """
    stream = StringIO()
    stream.write(header)
    writer = _Writer(stream)
    for value in values:
        writer.document(value)
    writer.emitter.emit(_END)
    return stream.getvalue()


class _Writer:
    """Feeds libyaml's emitter with events: twice as fast as PyYAML's representers."""

    def __init__(self, stream: StringIO) -> None:
        self.emitter: Any = yaml.CSafeDumper(stream, width=-1, allow_unicode=True, indent=2)
        self.emitter.emit(_START)
        self.first = True

    def document(self, value: Mapping[str, Any]) -> None:
        self.emitter.emit(_DOCUMENT if self.first else _NEXT_DOCUMENT)
        self.first = False
        self._mapping(value, "", top=True)
        self.emitter.emit(_DOCUMENT_END)

    def _value(self, value: Any, path: str) -> None:
        if isinstance(value, str):
            self._text(value, path)
        elif isinstance(value, dict):
            self._mapping(cast("dict[str, Any]", value), path)
        elif isinstance(value, list | tuple):
            self._list(cast("list[Any]", value), path)
        else:
            self._plain(_scalar(value, path))

    def _mapping(self, value: Mapping[str, Any], path: str, *, top: bool = False) -> None:
        emit = self.emitter.emit
        if not value:
            emit(_EMPTY_MAPPING)
        else:
            emit(_MAPPING)
            keys = sorted(value, key=_top_order) if top else sorted(value)
            for key in keys:
                self._text(key, path)
                self._value(value[key], f"{path}.{key}")
        emit(_MAPPING_END)

    def _list(self, value: list[Any], path: str) -> None:
        emit = self.emitter.emit
        emit(_LIST if value else _EMPTY_LIST)
        for index, each in enumerate(value):
            self._value(each, f"{path}[{index}]")
        emit(_LIST_END)

    def _text(self, text: Any, path: str) -> None:
        if not isinstance(text, str):
            raise GitOpsError(f"{path}: the key {text!r} is no text. Write it in quotes.")
        try:
            self.emitter.emit(_event(text))
        except UnicodeEncodeError:
            what = "the text holds half a character (a lone surrogate)"
            raise GitOpsError(f"{path.lstrip('.')}: {what}. Correct it.") from None

    def _plain(self, text: str) -> None:
        self.emitter.emit(yaml.ScalarEvent(None, None, (True, False), text))


@lru_cache(maxsize=16_384)
def _event(text: str) -> Any:
    """Return the event that writes *text*; the same few texts make up most of a fleet."""
    text.encode()
    style = _style(text)
    if style is None:
        return yaml.ScalarEvent(None, None, (True, False), text)
    return yaml.ScalarEvent(None, None, (False, True), text, style=style)


def _top_order(key: str) -> tuple[int, str]:
    return _FIRST.get(key, 3), key


def _style(text: str) -> str | None:
    """Return None where *text* is itself without quotes, to every reader; else how to quote it."""
    if (_WORD.fullmatch(text) or _MEASURE.fullmatch(text)) and text.lower() not in _RESERVED:
        return None
    return "|" if _tidy(text) else '"'


def _tidy(text: str) -> bool:
    """Tell whether *text* reads well, and loses nothing, as a literal block."""
    return (
        "\n" in text[:-1]
        and not text.endswith("\n\n")
        and " \n" not in text
        and not text.endswith(" ")
        and _TIDY_LINES.fullmatch(text) is not None
    )


def _scalar(value: Any, path: str) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and math.isfinite(value):
        return _float(value)
    raise GitOpsError(
        f"{path.lstrip('.')}: {value!r} cannot be written. Accepted: text, numbers, booleans, null."
    )


def _float(value: float) -> str:
    """Return *value* so that YAML 1.1 sees a number too: it wants a point and a signed exponent."""
    text = repr(value)
    head, mark, exponent = text.partition("e")
    return f"{head if '.' in head else head + '.0'}e{exponent}" if mark else text
