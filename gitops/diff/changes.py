"""The vocabulary of a diff: fields, objects, dangers, and how many there are of each."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from gitops.objects import Identity


class ChangeKind(StrEnum):
    """What happens to an object."""

    REPLACED = "replaced"
    """Deleted and made again, because a field that changes cannot be changed in place."""
    REMOVED = "removed"
    CHANGED = "changed"
    ADDED = "added"


class _Absent:
    """The value of a field that is not there."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "absent"


ABSENT = _Absent()


class FieldChange(NamedTuple):
    """One field that differs."""

    path: str
    """Such as ``spec.template.spec.containers[name=web].image``."""
    old: Any
    """Plain data, or ABSENT."""
    new: Any
    """Plain data, or ABSENT."""


class Danger(NamedTuple):
    """Why a person should look twice."""

    rank: int
    """Most dangerous first, from 1."""
    name: str
    consequence: str
    """What it can do, in one sentence without a full stop."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ObjectChange:
    """One object that differs, on every cluster on which it differs in the same way."""

    kind: ChangeKind
    environment: str
    clusters: tuple[str, ...]
    application: str
    """Empty for the platform's own objects."""
    object: Identity
    fields: tuple[FieldChange, ...]
    """Every differing field; for an added or a removed object none."""
    dangers: tuple[Danger, ...]
    """Most dangerous first."""

    @property
    def rank(self) -> int:
        """Rank of the worst danger; 99 where there is none."""
        return self.dangers[0].rank if self.dangers else 99


class Renaming(NamedTuple):
    """An application that seems to have got another name."""

    environment: str
    old: str
    new: str

    def __str__(self) -> str:
        """Return what to write so that nothing is made anew."""
        return (
            f"if {self.new} is {self.old} renamed, write 'formerly: {self.old}' in "
            f"fleet/apps/{self.new}.yaml, as gitops rename does: its objects keep their name, and "
            "nothing is made anew"
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Changes:
    """Everything that differs, most dangerous first."""

    objects: tuple[ObjectChange, ...]
    renamings: tuple[Renaming, ...] = ()
    """Applications that go while one like them comes."""

    def __bool__(self) -> bool:
        """Tell whether anything differs."""
        return bool(self.objects)

    def counts(self) -> dict[str, int]:
        """Return the number of objects on clusters by what happens to them."""
        counted: Counter[str] = Counter()
        for each in self.objects:
            counted[each.kind.value] += len(each.clusters)
        return {kind.value: counted[kind.value] for kind in ChangeKind}

    def places(self) -> list[tuple[str, str]]:
        """Return every environment and cluster in which something differs."""
        found = {(each.environment, cluster) for each in self.objects for cluster in each.clusters}
        return sorted(found)
