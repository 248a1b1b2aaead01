"""Two values in, every differing field out; lists of named things are matched by name."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

from gitops.diff.changes import ABSENT, FieldChange
from gitops.diff.keys import UNORDERED, matched, names, short

_ITEM = re.compile(r"\[([0-9]+|[^]]*=[^]]*)\]$")
"""The end of the path of an item of a list."""


def same(old: Any, new: Any) -> bool:
    """Tell whether both are equal and of one type, all the way down: 1 is neither 1.0 nor true."""
    return bool(old == new) and _alike(old, new)


def _alike(old: Any, new: Any) -> bool:
    """Tell whether both, which are equal, are of one type all the way down."""
    if type(old) is not type(new):
        return False
    if isinstance(old, dict):
        mapping = cast("dict[str, Any]", old)
        return all(_alike(each, new[key]) for key, each in mapping.items())
    return not isinstance(old, list | tuple) or all(map(_alike, cast("list[Any]", old), new))


def differences(old: Any, new: Any, path: str = "") -> Iterator[FieldChange]:
    """Yield every field in which *old* and *new* differ, in the order of the path."""
    if same(old, new):
        return
    if isinstance(old, dict) and isinstance(new, dict):
        left, right = cast("Mapping[str, Any]", old), cast("Mapping[str, Any]", new)
        for key in sorted({*left, *right}):
            yield from differences(left.get(key, ABSENT), right.get(key, ABSENT), join(path, key))
    elif isinstance(old, list) and isinstance(new, list):
        yield from _lists(cast("list[Any]", old), cast("list[Any]", new), path)
    else:
        yield FieldChange(path, old, new)


def inside(change: FieldChange) -> Iterator[FieldChange]:
    """Yield *change*, and every field of a branch that it brings or takes away.

    An item that leaves a list is not looked into: what it held closed leaves with it.
    """
    waiting = [change]
    while waiting:
        path, old, new = change = waiting.pop()
        yield change
        if isinstance(old, dict | list) and not _ITEM.search(path):
            waiting += [FieldChange(at, each, ABSENT) for at, each in _parts(old, new, path)]
        if isinstance(new, dict | list):
            waiting += [FieldChange(at, ABSENT, each) for at, each in _parts(new, old, path)]


def _parts(value: Any, other: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield what *value* consists of, with its path; of a list what *other* has not."""
    if isinstance(value, dict):
        for key, each in cast("dict[str, Any]", value).items():
            yield join(path, key), each
    elif isinstance(value, list):
        items = cast("list[Any]", value)
        for name, each in zip(names(items, last(path)), items, strict=True):
            if isinstance(each, dict) and not (
                isinstance(other, list) and _within(each, cast("list[Any]", other))
            ):
                yield f"{path}[{name}]", each


def grew(field: FieldChange) -> bool:
    """Tell whether the new value of *field* has something that the old one had not."""
    old, new = field.old, field.new
    if old is ABSENT or new is ABSENT:
        return new is not ABSENT and new != []
    if isinstance(old, list) and isinstance(new, list):
        before = cast("list[Any]", old)
        return any(not _within(each, before) for each in cast("list[Any]", new))
    if isinstance(old, dict) and isinstance(new, dict):
        return bool(set(cast("Any", new)) - set(cast("Any", old)))
    return True


def _within(item: Any, items: Iterable[Any]) -> bool:
    return any(same(item, each) for each in items)


def shrank(field: FieldChange) -> bool:
    """Tell whether the old value of *field* had something that the new one has not."""
    return grew(FieldChange(field.path, field.new, field.old))


def join(path: str, key: str) -> str:
    """Return the path of *key* below *path*; keys with dots stand in brackets."""
    if "." in key or "/" in key or "[" in key:
        return f"{path}[{key}]"
    return f"{path}.{key}" if path else key


def last(path: str) -> str:
    """Return the last field of *path*, such as ``image``."""
    return path.rpartition(".")[2]


def _lists(old: Sequence[Any], new: Sequence[Any], path: str) -> Iterator[FieldChange]:
    both = matched(old, new, last(path))
    if both is None:
        yield FieldChange(path, old, new)
        return
    left, right = both
    every = dict.fromkeys((*left, *right))
    for name in every:
        here = f"{path}[{name}]"
        yield from differences(left.get(name, ABSENT), right.get(name, ABSENT), here)
    # Where nothing else is said, what comes stands at the end.
    told = left.keys() & right.keys() if last(path) in UNORDERED else right.keys()
    if [name for name in right if name in told] != [name for name in every if name in told]:
        called = short(every)
        old_order, new_order = ([called[name] for name in side] for side in both)
        yield FieldChange(f"{path} (order)", old_order, new_order)
