"""Everything that can be wrong with a fleet that loads: one module for each question."""

from collections.abc import Iterator, Mapping

from gitops.checks import collisions, lifecycle, owners, parity, policy
from gitops.checks.finding import Finding
from gitops.model import Fleet
from gitops.plan import StackPlan
from gitops.settings import Loaded


def findings(loaded: Loaded, plans: Mapping[str, StackPlan]) -> Iterator[Finding]:
    """Yield everything that is wrong with the environments in *plans*."""
    fleet: Fleet = loaded.fleet
    objects = [each for plan in plans.values() for each in plan.placed()]
    yield from owners.findings(plans, objects)
    yield from collisions.findings(fleet, plans)
    yield from parity.findings(loaded, plans)
    yield from lifecycle.findings(fleet, objects)
    yield from policy.findings(fleet, objects)


__all__ = ["Finding", "findings"]
