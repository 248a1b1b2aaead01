"""What a change destroys: what goes, which applications go with it, and the name that allows it."""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from gitops.diff import ChangeKind, Changes
from gitops.diff.danger import DATA_KINDS
from gitops.diff.leaving import elements, keeps, preserves
from gitops.objects import Identity, Placed, at, identity

_GONE = frozenset({ChangeKind.REMOVED, ChangeKind.REPLACED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Destruction:
    """One object that is deleted, or deleted and made again, on some clusters."""

    name: str
    """What ``--allow-destroy`` takes: ``Namespace/shop``, ``Deployment/shop/web``."""
    clusters: tuple[str, ...]
    replaced: bool
    """Whether it is made again afterwards."""
    takes: tuple[str, ...]
    """Applications that go with it."""


def destructions(
    changes: Changes,
    before: Sequence[Placed],
    after: Sequence[Placed],
    replaced: Container[tuple[str, Identity]] = (),
) -> list[Destruction]:
    """Return what *changes*, from *before* to *after*, destroy; the worst first, as they are.

    The engine knows of more that has to be *replaced*, by cluster and object: it asks the cluster.
    """
    found = [
        Destruction(
            name=name(each.object),
            clusters=each.clusters,
            replaced=each.kind is not ChangeKind.REMOVED,
            takes=tuple(sorted(set(_takes(each.object, each.clusters, before)))),
        )
        for each in changes.objects
        if each.kind in _GONE
        or any((cluster, each.object) in replaced for cluster in each.clusters)
    ]
    return [*found, *_left_out(before, after)]


def refused(found: Iterable[Destruction], allowed: Sequence[str]) -> list[Destruction]:
    """Return those of *found* whose names are not *allowed*; ``*`` stands for any text."""
    return [
        each for each in found if not any(fnmatchcase(each.name, pattern) for pattern in allowed)
    ]


def holds_data(given: Destruction) -> bool:
    """Tell whether data can be lost with *given*."""
    return given.name.partition("/")[0] in DATA_KINDS


def name(own: Identity) -> str:
    """Return *own* as ``Kind/namespace/name``, or ``Kind/name`` where there is no namespace."""
    return "/".join(part for part in (own.kind, own.namespace, own.name) if part)


def _takes(own: Identity, clusters: Sequence[str], before: Sequence[Placed]) -> Iterator[str]:
    """Yield the applications that end with the object *own* on *clusters*."""
    for placed in before:
        if placed.cluster not in clusters:
            continue
        if own.kind == "Namespace":
            if placed.manifest["metadata"].get("namespace") == own.name and placed.application:
                yield placed.application
        elif placed.manifest["kind"] == "ApplicationSet" and not preserves(placed.manifest):
            template = at(placed.manifest, "spec", "template", "spec")
            ends = own.kind == "AppProject" and template.get("project") == own.name
            if ends or identity(placed.manifest) == own:
                yield from (app for _, app in elements(placed.manifest))


def _left_out(before: Sequence[Placed], after: Sequence[Placed]) -> Iterator[Destruction]:
    """Yield the applications that an ApplicationSet names no longer, and deletes for that."""
    later = {(each.cluster, identity(each.manifest)): each.manifest for each in after}
    for placed in before:
        new = later.get((placed.cluster, identity(placed.manifest)))
        if placed.manifest["kind"] != "ApplicationSet" or new is None or keeps(new):
            continue
        for cluster, app in sorted(elements(placed.manifest) - elements(new)):
            yield Destruction(
                name=f"Application/{app}", clusters=(cluster,), replaced=False, takes=(app,)
            )
