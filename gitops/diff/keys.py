"""By what the items of a list are told apart: names that are in the data, as people use them.

Kubernetes merges such lists by key too. Here the key is the first of a few well-known ones that
every item has and no two items share.
Source: https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

Items = Mapping[str, Any]
"""The items of a list by what stands in brackets behind its path, such as ``name=web``."""

_KEYS: tuple[tuple[str, ...], ...] = (
    ("name",),
    ("metadata.name",),
    ("key",),
    ("mountPath",),
    ("topologyKey",),
    ("host",),
    ("cluster", "app"),
    ("server", "namespace"),
    ("app",),
    ("cluster",),
    ("server",),
    ("env",),
    ("environment",),
    ("cluster", "env"),
    ("containerPort",),
    ("port",),
    ("path",),
    ("type",),
)
"""Fields that name an item; of several all together do."""
_SOURCES = ("configMapRef", "secretRef")
UNORDERED = frozenset({"destinations", "elements", "imagePullSecrets", "ports", "subjects",
                       "topologySpreadConstraints", "volumeMounts", "volumes"})  # fmt: skip
"""Lists of which nobody cares where an item stands."""


def matched(old: Sequence[Any], new: Sequence[Any], field: str) -> tuple[Items, Items] | None:
    """Return the items of both lists, values of *field*, by the same key; None without one."""
    for left, right in zip(_by_key(old, field), _by_key(new, field), strict=False):
        if left is not None and right is not None:
            return left, right
    return None


def names(items: Sequence[Any], field: str) -> Sequence[str | int]:
    """Return what stands in brackets for each of *items*: its number where it has no name."""
    found = next((each for each in _by_key(items, field) if each is not None), None)
    return list(found) if found else range(len(items))


def short(names: Iterable[str]) -> Mapping[str, str]:
    """Return what each of *names* is called among the others: without a key that all share."""
    parts = {name: name.partition("=") for name in names}
    plain = len({each[0] for each in parts.values()}) == 1 and not any(
        "," in name for name in parts
    )
    return {name: each[2] or name if plain else name for name, each in parts.items()}


def _by_key(items: Sequence[Any], field: str) -> Iterator[Items | None]:
    """Yield *items* by each key in turn, None where a key does not tell them apart."""
    if not items or not all(isinstance(each, dict) for each in items):
        return
    if field == "envFrom":
        yield _unique([_source(each) for each in items], items)
    if field == "generators":
        yield _unique([_generator(each) for each in items], items)
    shared = set(items[0]).intersection(*items[1:])
    for key in _KEYS:
        possible = all(each.partition(".")[0] in shared for each in key)
        yield _unique([_name(each, key) for each in items], items) if possible else None


def _unique(names: Sequence[str | None], items: Sequence[Any]) -> Items | None:
    found = {name: each for name, each in zip(names, items, strict=True) if name is not None}
    return found if len(found) == len(items) else None


def _name(item: Mapping[str, Any], key: tuple[str, ...]) -> str | None:
    values = [_get(item, each) for each in key]
    if not all(isinstance(each, str | int) for each in values):
        return None
    return ",".join(f"{field}={value}" for field, value in zip(key, values, strict=True))


def _source(item: Mapping[str, Any]) -> str | None:
    """Return what a container takes its environment from."""
    for kind in _SOURCES:
        name = _get(item, f"{kind}.name")
        if isinstance(name, str):
            return f"{kind}={name}"
    return None


def _generator(item: Mapping[str, Any]) -> str | None:
    """Return the kind of a generator of an ApplicationSet."""
    kinds = [each for each in item if each != "selector"]
    return kinds[0] if len(kinds) == 1 else None


def _get(item: Any, path: str) -> Any:
    for step in path.split("."):
        item = cast("Mapping[str, Any]", item).get(step) if isinstance(item, dict) else None
    return item
