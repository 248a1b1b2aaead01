"""Compares two sets of desired objects; cost grows with the objects, not with their square."""

from collections.abc import Iterable
from typing import NamedTuple

from gitops.diff.changes import ABSENT, ChangeKind, Changes, FieldChange, ObjectChange
from gitops.diff.danger import DATA, ORPHANED, Danger, dangers
from gitops.diff.fields import differences, same
from gitops.diff.immutable import needs_replacement
from gitops.diff.leaving import Leaving
from gitops.objects import Identity, Manifest, Placed, identity

MOVED = Danger(3, "namespace-changed", "it is deleted in one namespace and made in another")


class _Key(NamedTuple):
    environment: str
    cluster: str
    object: Identity


class _Group(NamedTuple):
    """What must be equal for a change to be shown once for several clusters."""

    environment: str
    application: str
    object: Identity
    kind: ChangeKind
    fields: str
    dangers: tuple[Danger, ...]


def compare(before: Iterable[Placed], after: Iterable[Placed]) -> Changes:
    """Return every difference between *before* and *after*, most dangerous first."""
    old, new = _by_key(before), _by_key(after)
    leaving = Leaving(tuple(old.values()), tuple(new.values()))
    groups: dict[_Group, tuple[tuple[FieldChange, ...], list[str]]] = {}
    names = {
        (key.environment, key.cluster, key.object.kind, key.object.name)
        for key in new.keys() - old.keys()
    }
    for key in (*old, *(each for each in new if each not in old)):
        left, right = old.get(key), new.get(key)
        if left is not None and right is not None and _equal(left, right):
            continue
        found = _removal(key, left, names, leaving) if left is not None and right is None else None
        group, fields = _change(key, left, right, found)
        groups.setdefault(group, (fields, []))[1].append(key.cluster)
    objects = [
        ObjectChange(
            kind=group.kind,
            environment=group.environment,
            clusters=tuple(clusters),
            application=group.application,
            object=group.object,
            fields=fields,
            dangers=group.dangers,
        )
        for group, (fields, clusters) in groups.items()
    ]
    objects.sort(key=lambda each: (each.rank, each.environment, each.application, each.object))
    return Changes(objects=tuple(objects))


def _by_key(objects: Iterable[Placed]) -> dict[_Key, Placed]:
    return {_Key(each.environment, each.cluster, identity(each.manifest)): each for each in objects}


def _equal(left: Placed, right: Placed) -> bool:
    return left.protect == right.protect and same(left.manifest, right.manifest)


def _change(
    key: _Key, left: Placed | None, right: Placed | None, found: tuple[Danger, ...] | None
) -> tuple[_Group, tuple[FieldChange, ...]]:
    old: Manifest | None = left.manifest if left else None
    new: Manifest | None = right.manifest if right else None
    fields: tuple[FieldChange, ...] = ()
    kind = ChangeKind.ADDED if old is None else ChangeKind.REMOVED
    if left is not None and right is not None and old is not None:
        fields = tuple(differences(old, new))
        if left.protect != right.protect:
            fields = (FieldChange("(protect)", left.protect, right.protect), *fields)
        replaced = needs_replacement(old, fields)
        kind = ChangeKind.REPLACED if replaced else ChangeKind.CHANGED
    if found is None:
        found = dangers(kind, old, new, fields)
    application = (right or left).application if (right or left) else ""  # pyright: ignore[reportOptionalMemberAccess]
    group = _Group(key.environment, application, key.object, kind, repr(fields), found)
    return group, fields


def _removal(
    key: _Key, removed: Placed, names: set[tuple[str, str, str, str]], leaving: Leaving
) -> tuple[Danger, ...]:
    if leaving.is_orphaned(removed):
        return (ORPHANED,)
    opens = leaving.opens(removed)
    found = dangers(ChangeKind.REMOVED, removed.manifest, None, (), opens=opens)
    moved = (key.environment, key.cluster, key.object.kind, key.object.name) in names
    if moved and DATA not in found:
        found = tuple(sorted((MOVED, *found), key=lambda each: each.rank))
    return found


__all__ = ["ABSENT", "compare"]
