"""One thing that a check found, in all the places where it is alike."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from gitops.model import Level


class Place(NamedTuple):
    """A cluster of an environment, or all of the environment."""

    environment: str
    cluster: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that is wrong: where, what, what is accepted, what to do."""

    check: str
    """Name of the check, such as ``one-owner``."""
    level: Level
    """``enforce`` fails the run, ``warn`` does not."""
    subject: str
    """The object; or a file, and a name in it."""
    what: str
    accepted: str = ""
    remedy: str = ""
    places: tuple[Place, ...] = ()
    """Where the object is; nothing for a file."""

    @property
    def where(self) -> str:
        """Return places and subject: ``staging/a; production/b,c: Service shop/web``."""
        clusters: dict[str, list[str]] = {}
        for environment, cluster in self.places:
            clusters.setdefault(environment, []).extend([cluster] if cluster else [])
        places = "; ".join(
            f"{environment}/{','.join(found)}" if found else environment
            for environment, found in clusters.items()
        )
        return f"{places}: {self.subject}" if places else self.subject

    def __str__(self) -> str:
        """Return one line with all parts."""
        parts = [f"{self.where}: [{self.check}] {self.what}."]
        parts += [f"Accepted: {self.accepted}."] if self.accepted else []
        parts += [f"{self.remedy}."] if self.remedy else []
        return " ".join(parts)


def merged(findings: Iterable[Finding]) -> list[Finding]:
    """Return each of *findings* once, with all the places in which it is the same."""
    found: dict[Finding, dict[Place, None]] = {}
    for each in findings:
        found.setdefault(replace(each, places=()), {}).update(dict.fromkeys(each.places))
    return [replace(each, places=tuple(places)) for each, places in found.items()]
