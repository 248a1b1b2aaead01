"""Free-form values (chart values, raw manifests): YAML 1.2 types, nothing ambiguous.

Helm and kubectl read YAML 1.1, people think in YAML 1.2. Where the two disagree about a plain
scalar (``on``, ``010``, ``12:30``), the value is refused and has to be quoted.
Source: https://yaml.org/spec/1.2.2/#103-core-schema and https://yaml.org/type/
"""

import re
from typing import Any, cast

from pydantic_core import PydanticCustomError

from gitops.source.document import Path, Quoted

_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+([eE][-+][0-9]+)?")
_AMBIGUOUS = re.compile(
    r"(?i:y|n|yes|no|on|off)"
    r"|[-+]?0[0-7_]+|[-+]?0[xob][0-9a-fA-F_]+|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?"
    r"|[-+]?[0-9][0-9_]*_[0-9_]*|[-+]?\.[0-9]+([eE][-+]?[0-9]+)?|[-+]?[0-9]+\."
    r"|[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+|[-+]?0[0-9]+(\.[0-9]*)?"
    r"|[-+]?(?i:\.inf)|(?i:\.nan)|=|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?"
)


def values(raw: Any) -> Any:
    """Return *raw*, a tree of texts from ``source.document``, with YAML 1.2 types.

    Raises:
        PydanticCustomError: for a scalar that YAML 1.1 and 1.2 read differently; its context
            says ``at`` which path inside *raw*.

    """
    return _values(raw, ())


def _values(raw: Any, at: Path) -> Any:
    if isinstance(raw, dict):
        mapping = cast("dict[str, Any]", raw)
        return {key: _values(value, (*at, key)) for key, value in mapping.items()}
    if isinstance(raw, list):
        items = cast("list[Any]", raw)
        return [_values(value, (*at, index)) for index, value in enumerate(items)]
    if isinstance(raw, Quoted):
        return str(raw)
    return _plain(raw, at) if isinstance(raw, str) else raw


def _plain(word: str, at: Path) -> Any:
    if word in {"true", "True", "TRUE", "false", "False", "FALSE"}:
        return word.lower() == "true"
    if _INT.fullmatch(word):
        return int(word)
    if _FLOAT.fullmatch(word):
        return float(word)
    if _AMBIGUOUS.fullmatch(word):
        context: dict[str, Any] = {
            "what": f"{word!r} means different things to YAML 1.1 and YAML 1.2",
            "accepted": "a value that every reader takes alike",
            "remedy": "Put it in quotes if it is text, else write true, false or a decimal number",
            "at": at,
        }
        raise PydanticCustomError("refused", "{what}", context)
    return word
