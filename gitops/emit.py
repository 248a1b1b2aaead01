"""Objects as YAML that every reader takes alike: YAML 1.1, YAML 1.2 and Kubernetes.

Block style only, three forms of text: bare where no reader could see anything else in it, a literal
block for the lines of a file, double quotes for the rest. Why no library: docs/adr/0005.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

from gitops.errors import GitOpsError

_WORD = re.compile(
    r"[A-Za-z/_](?:[A-Za-z0-9_./@=$%+-]|:(?=[A-Za-z0-9_./@-])| (?=[A-Za-z0-9_./]))*"
)
_MEASURE = re.compile(r"[0-9]+(?:m|k|M|G|T|Ki|Mi|Gi|Ti|h|s|m0s|h0m0s|%)|[0-9]+\.[0-9]+\.[0-9]+")
_RESERVED = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_HIDDEN = (
    "\x00-\x08\x0b-\x1f\x7f-\xa0\xad\u200b-\u200f\u2028-\u202f\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f"
)
"""What a reader of YAML may refuse or change, and what a person who reviews would not see."""
_LITERAL = re.compile(rf"[^\s{_HIDDEN}][^{_HIDDEN}]*")
_ESCAPED = re.compile(rf'["\\\t\n{_HIDDEN}]')
_COMMENT = re.compile(rf"(?:#[^\n\t{_HIDDEN}]*\n)*")
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_FIRST = {"apiVersion": 0, "kind": 1, "metadata": 2}
_LONGEST_KEY = 1000
"""Characters as written; past 1,024 readers no longer see a key."""
_LONGEST_CACHED = 200
_DEEPEST = 100
"""Levels of nesting; a structure that holds itself ends here too."""


class _RefusedError(Exception):
    """A value that cannot be written, and the way to it, gathered from the inside out."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.steps: list[str] = []


def document(value: Mapping[str, Any]) -> str:
    """Return *value* as one YAML document, without ``---``.

    Keys are sorted, but for apiVersion, kind and metadata, which come first: the text depends on
    the content alone. There are no anchors, no aliases, no tags and no folded lines.

    Raises:
        GitOpsError: a value that YAML or Kubernetes cannot carry, with its path.

    """
    out: list[str] = []
    try:
        if value:
            _mapping(value, "", "", out.append, key=_top_order)
        else:
            out.append("{}\n")
    except _RefusedError as refused:
        path = "".join(reversed(refused.steps)).lstrip(".")
        raise GitOpsError(f"{path}: {refused}") from None
    return "".join(out)


def documents(values: Iterable[Mapping[str, Any]], header: str = "") -> str:
    """Return *values* as the documents of one file, below *header*, whole lines that begin with #.

    Raises:
        GitOpsError: see *document*; or a header that would not stay a comment.

    """
    if not _COMMENT.fullmatch(header):
        raise GitOpsError(f"{header!r} is no YAML comment. Accepted: printable lines after '#'.")
    return header + "---\n".join(document(each) for each in values)


def _mapping(
    value: Mapping[str, Any],
    lead: str,
    indent: str,
    put: Callable[[str], None],
    key: Callable[[str], tuple[int, str]] | None = None,
) -> None:
    """Write the entries of *value*, the first one after *lead*, the others after *indent*."""
    name = ""
    try:
        for name in _ordered(value, indent, key):
            put(lead)
            lead = indent
            put(_key(name))
            _value(value[name], ":", indent, put)
    except _RefusedError as refused:
        refused.steps.append(f".{name}")
        raise


def _sequence(value: Sequence[Any], indent: str, put: Callable[[str], None]) -> None:
    """Write the items of *value*; the dashes stand below the key, as kubectl writes them."""
    index = 0
    try:
        for index, each in enumerate(value):
            if each and isinstance(each, Mapping):
                _mapping(cast("Mapping[str, Any]", each), f"{indent}- ", f"{indent}  ", put)
            elif each and isinstance(each, list | tuple):
                _nested(cast("Sequence[Any]", each), indent, put)
            else:
                put(f"{indent}-")
                _value(each, "", indent, put)
    except _RefusedError as refused:
        refused.steps.append(f"[{index}]")
        raise


def _nested(value: Sequence[Any], indent: str, put: Callable[[str], None]) -> None:
    """Write a sequence in a sequence, below a dash of its own."""
    if len(indent) > 2 * _DEEPEST:
        raise _RefusedError(f"nested deeper than {_DEEPEST} levels. Make it flatter.")
    put(f"{indent}-\n")
    _sequence(value, f"{indent}  ", put)


def _value(value: Any, mark: str, indent: str, put: Callable[[str], None]) -> None:
    """Write *value* after the key or dash that stands on the line; *mark* closes a key."""
    if isinstance(value, str):
        if "\n" in value and _is_literal(value):
            _literal(value, mark, indent, put)
        else:
            put(f"{mark} {_cached(value) if len(value) < _LONGEST_CACHED else _inline(value)}\n")
    elif isinstance(value, Mapping):
        if value:
            put(f"{mark}\n")
            _mapping(cast("Mapping[str, Any]", value), f"{indent}  ", f"{indent}  ", put)
        else:
            put(f"{mark} {{}}\n")
    elif isinstance(value, list | tuple):
        if value:
            put(f"{mark}\n")
            _sequence(cast("Sequence[Any]", value), indent, put)
        else:
            put(f"{mark} []\n")
    else:
        put(f"{mark} {_scalar(value)}\n")


def _ordered(
    value: Mapping[str, Any], indent: str, key: Callable[[str], tuple[int, str]] | None
) -> list[str]:
    if len(indent) > 2 * _DEEPEST:
        raise _RefusedError(f"nested deeper than {_DEEPEST} levels. Make it flatter.")
    for each in cast("Iterable[Any]", value):
        if not isinstance(each, str):
            raise _RefusedError(f"the key {each!r} is no text. Write it in quotes.")
    return sorted(value, key=key)


def _top_order(key: str) -> tuple[int, str]:
    return _FIRST.get(key, 3), key


def _key(text: str) -> str:
    written = _cached(text)
    if len(written) > _LONGEST_KEY:
        raise _RefusedError(f"a key of {len(text)} characters. Accepted: at most {_LONGEST_KEY}.")
    return written


def _inline(text: str) -> str:
    """Return *text* bare where it is itself to every reader; else in double quotes."""
    if (_WORD.fullmatch(text) or _MEASURE.fullmatch(text)) and text.lower() not in _RESERVED:
        return text
    return f'"{_ESCAPED.sub(_escape, text)}"'


_cached = lru_cache(maxsize=16_384)(_inline)
"""The same few texts make up most of a fleet."""


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    short = _SHORT.get(character)
    if short is not None:
        return short
    code = ord(character)
    if 0xD800 <= code <= 0xDFFF:  # noqa: PLR2004  # the surrogates
        raise _RefusedError("the text holds half a character (a lone surrogate). Correct it.")
    if code > 0xFFFF:  # noqa: PLR2004  # more than \u can hold
        return f"\\U{code:08X}"
    return f"\\u{code:04X}" if code > 0xFF else f"\\x{code:02X}"  # noqa: PLR2004  # \x holds two


def _is_literal(text: str) -> bool:
    """Tell whether *text* has lines that a literal block shows and loses nothing of."""
    return (
        "\n" in text[:-1]
        and not text.endswith((" ", "\t", "\n\n"))
        and _LITERAL.fullmatch(text) is not None
    )


def _literal(text: str, mark: str, indent: str, put: Callable[[str], None]) -> None:
    lines = text.removesuffix("\n").split("\n")
    put(f"{mark} |\n" if text.endswith("\n") else f"{mark} |-\n")
    for line in lines:
        put(f"{indent}  {line}\n" if line else "\n")


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        if -(2**63) <= value < 2**63:
            return str(int(value))
        raise _RefusedError("a whole number of more than 64 bits. Write it as text.")
    if isinstance(value, float) and math.isfinite(value):
        return _float(value)
    what = str(value) if isinstance(value, float) else f"a {type(value).__name__}"
    raise _RefusedError(
        f"{what} cannot be written. Accepted: text, finite numbers, booleans, null, lists, maps."
    )


def _float(value: float) -> str:
    """Return *value* so that YAML 1.1 sees a number too: it wants a point and a signed exponent."""
    text = float.__repr__(value)
    head, mark, exponent = text.partition("e")
    return f"{head if '.' in head else head + '.0'}e{exponent}" if mark else text
