"""Puts one word in the place of another in a file that people write, where it is meant."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, cast

import yaml

from gitops.source.document import Path
from gitops.source.splice import BYTE_ORDER_MARK

ANY = "*"
"""Stands for any key, and for any place in a list."""
Pattern = Path
"""Path of a value, or of a key with the key itself at its end."""


def substitute(text: str, old: str, new: str, patterns: Sequence[Pattern]) -> str:
    """Return *text*, YAML, with *new* for each *old* that stands at one of *patterns*.

    Every other character stays as it is.
    """
    if text.startswith(BYTE_ORDER_MARK):  # No character of the text for libyaml.
        return BYTE_ORDER_MARK + substitute(text[1:], old, new, patterns)
    node = cast("Any", yaml.compose(text, Loader=yaml.CSafeLoader))
    places = {
        (each.start_mark.index, each.end_mark.index)
        for path, each in _scalars(node, ())
        if each.value == old and any(_matches(path, pattern) for pattern in patterns)
    }
    for start, end in sorted(places, reverse=True):
        text = text[:start] + written(new) + text[end:]
    return text


def written(word: str) -> str:
    """Return *word* as YAML says it."""
    return word if yaml.safe_load(word) == word else json.dumps(word)


def _scalars(node: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """Yield every key and every value that is a text, with its path."""
    if isinstance(node, yaml.MappingNode):
        for key, value in cast("list[tuple[Any, Any]]", node.value):
            yield (*path, key.value), key
            yield from _scalars(value, (*path, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for index, each in enumerate(cast("list[Any]", node.value)):
            yield from _scalars(each, (*path, index))
    elif node is not None:
        yield path, node


def _matches(path: Path, pattern: Pattern) -> bool:
    return len(path) == len(pattern) and all(
        wanted in (ANY, each) for each, wanted in zip(path, pattern, strict=True)
    )
