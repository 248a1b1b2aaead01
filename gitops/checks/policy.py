"""policy: the rules' verdicts on every object."""

from collections.abc import Iterable, Iterator

from gitops.checks.finding import Finding, Place
from gitops.model import Fleet
from gitops.objects import Placed
from gitops.verdicts import verdicts


def findings(fleet: Fleet, objects: Iterable[Placed]) -> Iterator[Finding]:
    """Yield every broken rule."""
    for each in verdicts(objects, fleet.policy):
        yield Finding(
            check=each.rule,
            level=each.level,
            places=tuple(Place(each.environment, cluster) for cluster in each.clusters),
            subject=str(each.object),
            what=f"{each.complaint.path}: {each.complaint.what}",
            accepted=each.complaint.accepted,
            remedy=each.complaint.remedy,
        )
