"""Two values in, every differing field out; lists of named things are matched by name.

Kubernetes merges such lists by key too. Here the key is found in the data: the first of a few
well-known keys that every item has and no two items share.
Source: https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from gitops.diff.changes import ABSENT, FieldChange

_KEYS: tuple[tuple[str, ...], ...] = (
    ("name",),
    ("metadata", "name"),
    ("key",),
    ("mountPath",),
    ("topologyKey",),
    ("host",),
    ("app",),
    ("containerPort",),
    ("port",),
    ("path",),
    ("type",),
)
_ITEM = re.compile(r"\[([0-9]+|[^]]*=[^]]*)\]$")
"""The end of the path of an item of a list."""


def differences(old: Any, new: Any, path: str = "") -> Iterator[FieldChange]:
    """Yield every field in which *old* and *new* differ, in the order of the path."""
    if old == new and type(old) is type(new):
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
        named = _keyed(items)
        names = [f"{key}={name}" for key, name in named] if named else range(len(items))
        for name, each in zip(names, items, strict=True):
            if isinstance(each, dict) and not (isinstance(other, list) and each in other):
                yield f"{path}[{name}]", each


def grew(field: FieldChange) -> bool:
    """Tell whether the new value of *field* has something that the old one had not."""
    old, new = field.old, field.new
    if old is ABSENT or new is ABSENT:
        return new is not ABSENT and new != []
    if isinstance(old, list) and isinstance(new, list):
        before = cast("list[Any]", old)
        return any(each not in before for each in cast("list[Any]", new))
    if isinstance(old, dict) and isinstance(new, dict):
        return bool(set(cast("Any", new)) - set(cast("Any", old)))
    return True


def shrank(field: FieldChange) -> bool:
    """Tell whether the old value of *field* had something that the new one has not."""
    return grew(FieldChange(field.path, field.new, field.old))


def join(path: str, key: str) -> str:
    """Return the path of *key* below *path*; keys with dots stand in brackets."""
    if "." in key or "/" in key or "[" in key:
        return f"{path}[{key}]"
    return f"{path}.{key}" if path else key


def _lists(old: Sequence[Any], new: Sequence[Any], path: str) -> Iterator[FieldChange]:
    left, right = _keyed(old), _keyed(new)
    if left is None or right is None or next(iter(left))[0] != next(iter(right))[0]:
        yield FieldChange(path, old, new)
        return
    for name in dict.fromkeys((*left, *right)):
        here = f"{path}[{name[0]}={name[1]}]"
        yield from differences(left.get(name, ABSENT), right.get(name, ABSENT), here)
    if [name for name in left if name in right] != [name for name in right if name in left]:
        yield FieldChange(f"{path} (order)", [n[1] for n in left], [n[1] for n in right])


def _keyed(items: Sequence[Any]) -> dict[tuple[str, str], Any] | None:
    """Return *items* by their key, or None when they have none in common."""
    if not items or not all(isinstance(each, dict) for each in items):
        return None
    for key in _KEYS:
        names = [_get(each, key) for each in items]
        if all(isinstance(name, str | int) for name in names):
            found = {(".".join(key), str(n)): each for n, each in zip(names, items, strict=True)}
            if len(found) == len(items):
                return found
    return None


def _get(item: Any, key: tuple[str, ...]) -> Any:
    for step in key:
        item = cast("Mapping[str, Any]", item).get(step) if isinstance(item, dict) else None
    return item
