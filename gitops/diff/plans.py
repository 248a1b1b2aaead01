"""Two states of a fleet in, the objects that may differ out: equal inputs are not built twice."""

from collections.abc import Iterator, Mapping

from gitops.diff.fields import same
from gitops.objects import Placed
from gitops.plan import ApplicationPlan, ClusterPlan, StackPlan


def changed(
    before: Mapping[str, StackPlan], after: Mapping[str, StackPlan]
) -> tuple[list[Placed], list[Placed]]:
    """Return the objects of both, by environment, without those whose inputs are equal in both."""
    old: list[Placed] = []
    new: list[Placed] = []
    for name in {**after, **before}:
        left, right = before.get(name), after.get(name)
        old += _objects(left, right)
        new += _objects(right, left)
    return old, new


def _objects(wanted: StackPlan | None, other: StackPlan | None) -> Iterator[Placed]:
    if wanted is None:
        return
    for name, cluster in wanted.clusters.items():
        theirs = other.clusters.get(name) if other else None
        same = _same(cluster, theirs)
        installed = theirs is None or cluster.platform != theirs.platform
        yield from wanted.placed_on(name, without=same, platform=installed)


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
