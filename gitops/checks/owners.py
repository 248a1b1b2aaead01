"""one-owner: no object, and no field of one, has two writers. Both are named."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gitops.checks.finding import Finding, Place
from gitops.model import Delivery, Level
from gitops.objects import Identity, Placed, identity
from gitops.plan import ROOTS, StackPlan

_SCALED = frozenset({"Deployment", "StatefulSet", "Rollout", "ReplicaSet"})


def findings(plans: Mapping[str, StackPlan], objects: Iterable[Placed]) -> Iterator[Finding]:
    """Yield every object with two writers, and every field ``replicas`` with two."""
    owner: dict[tuple[str, Identity], Placed] = {}
    for placed in objects:
        own = identity(placed.manifest)
        first = owner.setdefault((placed.cluster, own), placed)
        if first is not placed:
            yield Finding(
                check="one-owner",
                level=Level.ENFORCE,
                places=(Place(placed.environment, placed.cluster),),
                subject=str(own),
                what=f"{_who(plans, placed)} makes it, and so does {_who(plans, first)}",
                accepted="one owner for each object",
                remedy=_remedy(placed, first),
            )
    yield from _replicas(plans, owner)


def _remedy(placed: Placed, first: Placed) -> str:
    if placed.manifest["kind"] in ROOTS and not (placed.application or first.application):
        return "Rename a team or an environment: their names, joined with dashes, become alike"
    return (
        "Rename it in one of the two, or remove it from one; two environments on one cluster "
        "need a namespaceSuffix"
    )


def _who(plans: Mapping[str, StackPlan], placed: Placed) -> str:
    """Return who writes an object: ``argocd (application web in production)``."""
    delivery = plans[placed.environment].environment.delivery
    writer = "Pulumi" if not placed.application or delivery is Delivery.DIRECT else delivery.value
    what = f"application {placed.application}" if placed.application else "the platform"
    return f"{writer} ({what} in {placed.environment})"


def _replicas(
    plans: Mapping[str, StackPlan], owner: Mapping[tuple[str, Identity], Placed]
) -> Iterator[Finding]:
    """Yield workloads whose replicas are set and scaled, or scaled twice."""
    scalers: dict[tuple[str, str, str, str], Placed] = {}
    for (cluster, own), placed in owner.items():
        if own.kind != "HorizontalPodAutoscaler":
            continue
        target: dict[str, Any] = placed.manifest["spec"].get("scaleTargetRef") or {}
        key = (cluster, own.namespace, str(target.get("kind")), str(target.get("name")))
        first = scalers.setdefault(key, placed)
        if first is not placed:
            yield _field(plans, placed, first, f"{key[2]} {own.namespace}/{key[3]}")
    for (cluster, own), placed in owner.items():
        scaler = scalers.get((cluster, own.namespace, own.kind, own.name))
        spec: dict[str, Any] = placed.manifest.get("spec") or {}
        if own.kind in _SCALED and scaler is not None and "replicas" in spec:
            yield _field(plans, placed, scaler, str(own))


def _field(plans: Mapping[str, StackPlan], one: Placed, other: Placed, target: str) -> Finding:
    return Finding(
        check="one-owner",
        level=Level.ENFORCE,
        places=(Place(one.environment, one.cluster),),
        subject=target,
        what=f"spec.replicas is written by {identity(one.manifest)} of {_who(plans, one)} and by "
        f"{identity(other.manifest)} of {_who(plans, other)}",
        accepted="one writer for each field",
        remedy="Leave 'replicas' out where an autoscaler decides, and keep one autoscaler",
    )
