"""Everything that can be wrong with a fleet that loads: one module for each question."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from gitops.checks import collisions, lifecycle, owners, parity, platform, policy
from gitops.checks.finding import Finding, merged
from gitops.model import Fleet
from gitops.objects import Placed
from gitops.plan import StackPlan, plan
from gitops.settings import Loaded


def findings(loaded: Loaded, plans: Mapping[str, StackPlan]) -> list[Finding]:
    """Return everything that is wrong with the environments in *plans*, in order."""
    fleet: Fleet = loaded.fleet
    objects = [each for one in plans.values() for each in one.placed()]
    found = chain(
        _shared(fleet, plans, objects),
        parity.findings(loaded, plans),
        platform.findings(plans),
        lifecycle.findings(fleet, objects),
        policy.findings(fleet, objects),
    )
    return sorted(merged(found), key=lambda each: (each.check, each.level, str(each)))


def _shared(
    fleet: Fleet, plans: Mapping[str, StackPlan], objects: Sequence[Placed]
) -> Iterator[Finding]:
    """Yield what clashes, also with environments that are not in *plans* but on their clusters."""
    ours = {cluster for each in plans.values() for cluster in each.clusters}
    beside = {
        name: plan(fleet, name)
        for name, stack in fleet.stacks.items()
        if name not in plans and ours & set(stack.clusters)
    }
    # What comes second is at fault, and that must be an environment that was asked for.
    every = {**beside, **plans}
    placed = chain.from_iterable(each.placed() for each in beside.values())
    for found in (
        owners.findings(every, chain(placed, objects)),
        collisions.findings(fleet, every),
    ):
        yield from (
            each for each in found if not any(place.environment in beside for place in each.places)
        )


__all__ = ["Finding", "findings"]
