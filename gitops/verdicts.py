"""What the rules say about objects, each at the level of its environment."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from gitops.model import Level, Policy
from gitops.objects import Identity, Placed, identity
from gitops.rules import RULES
from gitops.rules.rule import Complaint, Subject


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """One broken rule at one object of an environment, on whichever of its clusters."""

    rule: str
    level: Level
    environment: str
    clusters: tuple[str, ...]
    application: str
    """Empty for the platform's own objects."""
    object: Identity
    complaint: Complaint

    @property
    def place(self) -> str:
        """Return environment and clusters: ``production/us-east,us-west``."""
        return f"{self.environment}/{','.join(self.clusters)}"

    def __str__(self) -> str:
        """Return one line: where, which rule, what, accepted, remedy."""
        return f"{self.place}: {self.object}: [{self.rule}] {self.complaint}"


def verdicts(objects: Iterable[Placed], policy: Policy) -> list[Verdict]:
    """Return every broken rule among *objects*, each once for all clusters of an environment.

    Rules that are off in an environment say nothing.
    """
    found: dict[Verdict, list[str]] = {}
    for placed, verdict in _on_each_cluster(objects, policy):
        found.setdefault(verdict, []).append(placed.cluster)
    return [
        replace(verdict, clusters=tuple(dict.fromkeys(clusters)))
        for verdict, clusters in found.items()
    ]


def _on_each_cluster(objects: Iterable[Placed], policy: Policy) -> Iterator[tuple[Placed, Verdict]]:
    active: dict[str, list[tuple[str, Level]]] = {}
    for placed in objects:
        if placed.environment not in active:
            levels = (
                (name, rule.level_in(policy, placed.environment)) for name, rule in RULES.items()
            )
            active[placed.environment] = [each for each in levels if each[1] is not Level.OFF]
        subject = Subject(
            manifest=placed.manifest,
            environment=placed.environment,
            platform=not placed.application,
        )
        for name, level in active[placed.environment]:
            for complaint in RULES[name].judge(subject, policy):
                yield (
                    placed,
                    Verdict(
                        rule=name,
                        level=level,
                        environment=placed.environment,
                        clusters=(),
                        application=placed.application,
                        object=identity(placed.manifest),
                        complaint=complaint,
                    ),
                )
