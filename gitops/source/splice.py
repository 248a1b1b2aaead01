"""Changes one value in a file that people write, and leaves every other character as it is."""

import json
import re
from collections.abc import Sequence
from typing import Any, cast

import yaml

BYTE_ORDER_MARK = "\ufeff"
_ALIAS = re.compile(r"[^*]*\*[^\s,\[\]{}]+")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")
"""Plain scalars that are the same inside a flow mapping."""
_EMPTY = ("", "~", "null", "Null", "NULL")


def splice(text: str, path: Sequence[str], block: str) -> str:
    """Return *text*, YAML, with *block*, lines of YAML, as the value at *path*.

    What is not there yet of *path* is added at the end of the mapping that is nearest. *block* is
    not indented, and is written in one line where what surrounds it is. What cannot be changed so,
    as the value of an alias, comes out as YAML that says something else, or as none.
    """
    if text.startswith(BYTE_ORDER_MARK):  # No character of the text for libyaml.
        return BYTE_ORDER_MARK + splice(text[1:], path, block)
    break_ = "\r\n" if "\r\n" in text else "\n"
    node = cast("Any", yaml.compose(text, Loader=yaml.CSafeLoader))
    column, end, floor, flow = 0, len(text.rstrip()), 0, False
    for depth, key in enumerate(path):
        pairs = _pairs(node)
        flow = flow or bool(pairs and node.flow_style)
        if not pairs and _is_empty(node):
            if flow:
                return _instead(text, node, f" {{{_entry(path[depth:], block)}}}")
            # What stands for nothing goes.
            head = text[: node.start_mark.index].rstrip(" ")
            text, end = head + text[node.end_mark.index :], len(head)
        found = next((pair for pair in pairs if pair[0].value == key), None)
        if found is None and flow and pairs:
            end = _end(text, pairs[-1][1], pairs[-1][0].end_mark.index)
            return f"{text[:end]}, {_entry(path[depth:], block)}{text[end:]}"
        if pairs:
            column = pairs[0][0].start_mark.column
        if found is None:
            return _added(text, end, column, path[depth:], block, break_)
        start, floor, node = found[0].start_mark.index, found[0].end_mark.index, found[1]
        end = _end(text, node, floor)
        if depth + 1 == len(path):
            written = (
                _entry((key,), block) if flow else _lines((key,), column, block, break_).lstrip()
            )
            return text[:start] + written + text[end:]
        column += 2
    return text


def _pairs(node: Any) -> list[tuple[Any, Any]]:
    return cast("list[tuple[Any, Any]]", node.value) if isinstance(node, yaml.MappingNode) else []


def _is_empty(node: Any) -> bool:
    """Tell whether *node* is there and says that nothing is."""
    if isinstance(node, yaml.ScalarNode):
        return not node.style and node.value in _EMPTY
    return isinstance(node, yaml.MappingNode)


def _instead(text: str, node: Any, written: str) -> str:
    start, end = node.start_mark.index, node.end_mark.index
    return text[:start].rstrip(" ") + written + text[end:]


def _added(text: str, end: int, column: int, keys: Sequence[str], block: str, break_: str) -> str:
    """Return *text* with *block* below *keys* after the line that *end* is in."""
    rest = text.find(break_, end)
    end = rest if rest >= 0 else len(text)  # A comment stays beside what it is about.
    start = break_ if text[:end].strip() else ""
    return f"{text[:end]}{start}{_lines(keys, column, block, break_)}{text[end:] or break_}"


def _lines(keys: Sequence[str], column: int, block: str, break_: str) -> str:
    """Return *block* below *keys*, each two further in than the one before."""
    lines = [f"{' ' * (column + 2 * depth)}{key}:" for depth, key in enumerate(keys)]
    inside = " " * (column + 2 * len(keys))
    return break_.join([*lines, *(f"{inside}{each}" for each in block.splitlines())])


def _entry(keys: Sequence[str], block: str) -> str:
    """Return *block* below *keys* as one entry of a flow mapping."""
    *outer, last = keys
    value = _flow(cast("Any", yaml.compose(block, Loader=yaml.CSafeLoader)))
    return f"{''.join(f'{key}: {{' for key in outer)}{last}: {value}{'}' * len(outer)}"


def _flow(node: Any) -> str:
    if isinstance(node, yaml.MappingNode):
        return f"{{{', '.join(f'{_flow(key)}: {_flow(each)}' for key, each in _pairs(node))}}}"
    if isinstance(node, yaml.SequenceNode):
        return f"[{', '.join(_flow(each) for each in node.value)}]"
    value = str(node.value)
    return value if not node.style and _PLAIN.fullmatch(value) else json.dumps(value)


def _end(text: str, node: Any, floor: int) -> int:
    """Return where *node* ends, which begins after *floor*; a block of libyaml's ends later."""
    if node.start_mark.index < floor and (alias := _ALIAS.match(text, floor)):
        return alias.end()
    if node.value and isinstance(node.value, list) and not node.flow_style:
        items = cast("list[Any]", node.value)
        if isinstance(node, yaml.MappingNode):
            key, last = items[-1]
            return _end(text, last, key.end_mark.index)
        start = int(node.start_mark.index)
        if items[-1].start_mark.index < start:  # An alias, after whatever comes before it.
            for each in items[:-1]:
                start = _end(text, each, start)
        return _end(text, items[-1], start)
    return len(text[: node.end_mark.index].rstrip())
