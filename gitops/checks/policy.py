"""policy: the rules' verdicts on every object."""

from collections.abc import Iterable, Iterator

from gitops.checks.finding import Finding
from gitops.model import Fleet, Level
from gitops.objects import Identity, Placed
from gitops.rules.rule import Complaint
from gitops.verdicts import verdicts


def findings(fleet: Fleet, objects: Iterable[Placed]) -> Iterator[Finding]:
    """Yield every broken rule, once for all places in which one object breaks it alike."""
    places: dict[tuple[str, Level, Identity, Complaint], list[str]] = {}
    for each in verdicts(objects, fleet.policy):
        mistake = (each.rule, each.level, each.object, each.complaint)
        places.setdefault(mistake, []).append(each.place)
    for (rule, level, own, complaint), where in places.items():
        yield Finding(
            check=rule,
            level=level,
            where=f"{'; '.join(where)}: {own}",
            what=f"{complaint.path}: {complaint.what}",
            accepted=complaint.accepted,
            remedy=complaint.remedy,
        )
