"""Compares two sets of desired objects; cost grows with the objects, not with their square."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from gitops.diff.changes import ChangeKind, Changes, Danger, FieldChange, ObjectChange
from gitops.diff.danger import DATA, ORPHANED, dangers
from gitops.diff.fields import differences, same
from gitops.diff.immutable import needs_replacement
from gitops.diff.leaving import Leaving
from gitops.diff.renaming import renamings
from gitops.objects import Identity, Placed, identity

MOVED = Danger(3, "namespace-changed", "it is deleted in one namespace and made in another")
_WORKLOADS = frozenset({"Deployment", "Rollout", "StatefulSet", "DaemonSet", "ReplicaSet"})


class _Key(NamedTuple):
    environment: str
    cluster: str
    object: Identity


_Objects = Mapping[_Key, Placed]


def compare(before: Iterable[Placed], after: Iterable[Placed]) -> Changes:
    """Return every difference between *before* and *after*, most dangerous first."""
    old, new = _by_key(before), _by_key(after)
    successors = _successors(old, new)
    found = _merged([*_stayed(old, new, successors), *_came_and_went(old, new, successors)])
    found.sort(key=lambda each: (each.rank, each.environment, each.application, each.object))
    return Changes(objects=tuple(found), renamings=renamings(old.values(), new.values()))


def _by_key(objects: Iterable[Placed]) -> _Objects:
    return {_Key(each.environment, each.cluster, identity(each.manifest)): each for each in objects}


def _successors(old: _Objects, new: _Objects) -> Mapping[_Key, _Key]:
    """Return which workload takes the place of which: another kind of the same name."""
    gone, come = (
        {
            each._replace(object=each.object._replace(group="", kind="")): each
            for each in here
            if each.object.kind in _WORKLOADS and each not in there
        }
        for here, there in ((old, new), (new, old))
    )
    return {
        each: come[place]
        for place, each in gone.items()
        if place in come and come[place].object.kind != each.object.kind
    }


def _stayed(
    old: _Objects, new: _Objects, successors: Mapping[_Key, _Key]
) -> Iterator[ObjectChange]:
    for key, left in old.items():
        there = successors.get(key, key)
        right = new.get(there)
        if right is None or (left.protect == right.protect and same(left.manifest, right.manifest)):
            continue
        fields = tuple(differences(left.manifest, right.manifest))
        if left.protect != right.protect:
            fields = (FieldChange("(protect)", left.protect, right.protect), *fields)
        replaced = there != key or needs_replacement(left.manifest, fields)
        kind = ChangeKind.REPLACED if replaced else ChangeKind.CHANGED
        found = dangers(kind, left.manifest, right.manifest, fields)
        yield _change(there, kind, right, fields=fields, dangers=found)


def _came_and_went(
    old: _Objects, new: _Objects, successors: Mapping[_Key, _Key]
) -> Iterator[ObjectChange]:
    leaving = Leaving(tuple(old.values()), tuple(new.values()))
    come = {key: each for key, each in new.items() if key not in old}
    names = {_anywhere(key) for key in come}
    for key, placed in old.items():
        if key not in new and key not in successors:
            found = _removed(placed, leaving, moved=_anywhere(key) in names)
            yield _change(key, ChangeKind.REMOVED, placed, dangers=found)
    taken = set(successors.values())
    for key, placed in come.items():
        if key not in taken:
            found = dangers(ChangeKind.ADDED, None, placed.manifest, ())
            yield _change(key, ChangeKind.ADDED, placed, dangers=found)


def _anywhere(key: _Key) -> _Key:
    """Return *key* without its namespace and its group."""
    return key._replace(object=key.object._replace(namespace="", group=""))


def _removed(removed: Placed, leaving: Leaving, *, moved: bool) -> tuple[Danger, ...]:
    if leaving.is_orphaned(removed):
        return (ORPHANED,)
    opens = leaving.opens(removed)
    found = dangers(ChangeKind.REMOVED, removed.manifest, None, (), opens=opens)
    if moved and DATA not in found:
        found = tuple(sorted((MOVED, *found), key=lambda each: each.rank))
    return found


def _change(
    key: _Key,
    kind: ChangeKind,
    placed: Placed,
    *,
    fields: tuple[FieldChange, ...] = (),
    dangers: tuple[Danger, ...],
) -> ObjectChange:
    return ObjectChange(
        kind=kind,
        environment=key.environment,
        clusters=(key.cluster,),
        application=placed.application,
        object=key.object,
        fields=fields,
        dangers=dangers,
    )


def _merged(changes: Iterable[ObjectChange]) -> list[ObjectChange]:
    """Return *changes* with those in one that are the same on several clusters."""
    groups: dict[Any, list[ObjectChange]] = {}
    for each in changes:
        what = (each.kind, each.environment, each.application, each.object, each.dangers)
        groups.setdefault((*what, repr(each.fields)), []).append(each)
    return [
        replace(some[0], clusters=tuple(each.clusters[0] for each in some))
        for some in groups.values()
    ]
