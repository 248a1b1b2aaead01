"""Two fleets in, the objects that may differ out: what has equal inputs is not built twice."""

from collections.abc import Iterator, Sequence

from gitops.diff.fields import same
from gitops.model import Fleet
from gitops.objects import Placed
from gitops.plan import ApplicationPlan, ClusterPlan, StackPlan, plan


def changed(
    before: Fleet, after: Fleet, environments: Sequence[str]
) -> tuple[list[Placed], list[Placed]]:
    """Return the objects of both fleets, without those whose inputs are equal in both."""
    old: list[Placed] = []
    new: list[Placed] = []
    for name in environments:
        left = plan(before, name) if name in before.stacks else None
        right = plan(after, name) if name in after.stacks else None
        old += _objects(left, right)
        new += _objects(right, left)
    return old, new


def _objects(wanted: StackPlan | None, other: StackPlan | None) -> Iterator[Placed]:
    if wanted is None:
        return
    for name, cluster in wanted.clusters.items():
        theirs = other.clusters.get(name) if other else None
        same = _same(cluster, theirs)
        yield from wanted.placed_on(name, without=same)


def _same(cluster: ClusterPlan, other: ClusterPlan | None) -> frozenset[str]:
    """Return the applications that have equal inputs on both, and so equal objects."""
    if other is None:
        return frozenset()
    return frozenset(
        name
        for name, each in cluster.applications.items()
        if _equal(each, other.applications.get(name))
    )


def _equal(one: ApplicationPlan, other: ApplicationPlan | None) -> bool:
    if other is None or one.site != other.site:
        return False
    free, theirs = (getattr(each.site.app, "values", None) for each in (one, other))
    return same(one.raw, other.raw) and same(free, theirs)
