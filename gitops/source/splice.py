"""Changes one value in a file that people write, and leaves every other character as it is."""

from collections.abc import Sequence
from typing import Any, cast

import yaml


def splice(text: str, path: Sequence[str], block: str) -> str:
    """Return *text*, YAML, with *block*, lines of YAML, as the value at *path*.

    What is not there yet of *path* is added at the end of the mapping that is nearest. *block* is
    not indented; the mappings on *path* are written as blocks.
    """
    node = cast("Any", yaml.compose(text, Loader=yaml.CSafeLoader))
    column, end = 0, len(text.rstrip())
    for depth, key in enumerate(path):
        pairs = cast("list[tuple[Any, Any]]", node.value) if node is not None else []
        found = next((pair for pair in pairs if pair[0].value == key), None)
        if pairs:
            column = pairs[0][0].start_mark.column
        if found is None:
            return _added(text, end, column, path[depth:], block)
        start, node = found[0].start_mark.index, found[1]
        end = _end(node)
        if depth + 1 == len(path):
            return text[:start] + _lines((key,), column, block).lstrip() + text[end:]
        column += 2
    return text


def _added(text: str, end: int, column: int, keys: Sequence[str], block: str) -> str:
    start = "\n" if text[:end].strip() else ""
    return f"{text[:end]}{start}{_lines(keys, column, block)}{text[end:] or chr(10)}"


def _lines(keys: Sequence[str], column: int, block: str) -> str:
    """Return *block* below *keys*, each two further in than the one before."""
    lines = [f"{' ' * (column + 2 * depth)}{key}:" for depth, key in enumerate(keys)]
    inside = " " * (column + 2 * len(keys))
    return "\n".join([*lines, *(f"{inside}{each}" for each in block.splitlines())])


def _end(node: Any) -> int:
    """Return where *node* ends; a block of libyaml's ends where the next thing begins."""
    if node.value and isinstance(node.value, list) and not node.flow_style:
        last = cast("list[Any]", node.value)[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)
