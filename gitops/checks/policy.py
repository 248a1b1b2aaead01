"""policy: the rules' verdicts on every object."""

from collections.abc import Iterable, Iterator

from gitops.checks.finding import Finding
from gitops.model import Fleet
from gitops.objects import Placed
from gitops.verdicts import verdicts


def findings(fleet: Fleet, objects: Iterable[Placed]) -> Iterator[Finding]:
    """Yield every broken rule."""
    for each in verdicts(objects, fleet.policy):
        yield Finding(
            check=each.rule,
            level=each.level,
            where=f"{each.environment}/{each.cluster}: {each.object}",
            what=f"{each.complaint.path}: {each.complaint.what}",
            accepted=each.complaint.accepted,
            remedy=each.complaint.remedy,
        )
