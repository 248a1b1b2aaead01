"""Changes as a person reads them: a release is said once, not on every object that bears its label.

The JSON has all of them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from gitops.diff import ChangeKind, Changes, FieldChange, ObjectChange
from gitops.diff.danger import IMAGE_FIELD, VERSION_FIELDS
from gitops.objects import Identity
from gitops.rules import images

_LABEL = "metadata.labels[app.kubernetes.io/version]"
_Versions = Mapping[tuple[str, str, str], set[tuple[str | None, str | None]]]
"""Old and new version of what an application runs, by environment, cluster and application."""


class Block(NamedTuple):
    """A change as it is shown, for one object or for several of one application."""

    change: ObjectChange
    """That of the first object, without the labels that only repeat its release."""
    others: tuple[Identity, ...] = ()
    """Objects of which nothing but that label changes, as it does of the first."""

    def size(self) -> int:
        """Return how many objects on clusters it stands for."""
        return len(self.change.clusters) * (1 + len(self.others))

    def name(self) -> str:
        """Return the object as people say it, or the kinds of several."""
        if not self.others:
            return str(self.change.object)
        kinds = Counter(each.kind for each in (self.change.object, *self.others))
        return ", ".join(
            kind if count == 1 else f"{count} {kind}" for kind, count in sorted(kinds.items())
        )


def folded(changes: Changes) -> list[Block]:
    """Return what is shown of *changes*, in their order."""
    versions = _versions(changes.objects)
    found: dict[Any, Block] = {}
    for number, change in enumerate(changes.objects):
        kept = tuple(each for each in change.fields if not _repeats(each, change, versions))
        if kept or change.kind is not ChangeKind.CHANGED:
            found[number] = Block(replace(change, fields=kept))
            continue
        key = (change.environment, change.application, change.clusters, change.fields)
        block = found.get(key)
        others = (*block.others, change.object) if block else ()
        found[key] = Block(block.change if block else change, others)
    return list(found.values())


def _versions(changes: Iterable[ObjectChange]) -> _Versions:
    found: dict[tuple[str, str, str], set[tuple[str | None, str | None]]] = {}
    for change in changes:
        for field in change.fields:
            if isinstance(field.old, str) and isinstance(field.new, str):
                pair = _version(field.path, field.old), _version(field.path, field.new)
                for cluster in change.clusters:
                    place = (change.environment, cluster, change.application)
                    found.setdefault(place, set()).add(pair)
    return found


def _version(path: str, value: str) -> str | None:
    """Return the version that *value* of the field at *path* names; None where it names none."""
    if path in VERSION_FIELDS:
        return value
    image = images.parse(value) if IMAGE_FIELD.search(path) else None
    return image.tag if image else None


def _repeats(field: FieldChange, change: ObjectChange, versions: _Versions) -> bool:
    """Tell whether *field* is a label that says the same as the image or the chart."""
    if not field.path.endswith(_LABEL):
        return False
    places = [(change.environment, each, change.application) for each in change.clusters]
    pair = (str(field.old), str(field.new))
    return all(pair in versions.get(place, ()) for place in places)
