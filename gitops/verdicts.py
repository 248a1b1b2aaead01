"""What the rules say about objects, each at the level of its environment."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gitops.model import Level, Policy
from gitops.objects import Identity, Placed, identity
from gitops.rules import RULES
from gitops.rules.rule import Complaint, Subject


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """One broken rule at one object."""

    rule: str
    level: Level
    environment: str
    cluster: str
    application: str
    """Empty for the platform's own objects."""
    object: Identity
    complaint: Complaint

    def __str__(self) -> str:
        """Return one line: where, which rule, what, accepted, remedy."""
        where = f"{self.environment}/{self.cluster}: {self.object}"
        return f"{where}: [{self.rule}] {self.complaint}"


def verdicts(objects: Iterable[Placed], policy: Policy) -> Iterator[Verdict]:
    """Yield every broken rule among *objects*; rules that are off in an environment say nothing."""
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
                yield Verdict(
                    rule=name,
                    level=level,
                    environment=placed.environment,
                    cluster=placed.cluster,
                    application=placed.application,
                    object=identity(placed.manifest),
                    complaint=complaint,
                )
