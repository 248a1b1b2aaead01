"""How many pods there are, and how many may be missing: HorizontalPodAutoscaler, PodDisruptionBudget.

Source: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
"""

from typing import Any

from gitops.manifests.rollouts import PROGRESSIVE
from gitops.manifests.site import Site
from gitops.model import Service, Stateful, Worker
from gitops.model.parts import Autoscaling
from gitops.objects import Manifest

_DEFAULT_CPU = 80


def autoscaler(site: Site, app: Service | Worker, given: Autoscaling) -> Manifest:
    """Return the HorizontalPodAutoscaler of *app*."""
    progressive = app.rollout.strategy in PROGRESSIVE
    target = {
        "apiVersion": "argoproj.io/v1alpha1" if progressive else "apps/v1",
        "kind": "Rollout" if progressive else "Deployment",
        "name": site.name,
    }
    targets = {"cpu": given.cpu, "memory": given.memory}
    if given.cpu is None and given.memory is None:
        targets["cpu"] = _DEFAULT_CPU
    metrics = [_metric(name, percent) for name, percent in targets.items() if percent]
    return site.manifest(
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        spec={
            "scaleTargetRef": target,
            "minReplicas": given.min,
            "maxReplicas": given.max,
            "metrics": metrics,
        },
    )


def _metric(name: str, percent: int) -> dict[str, Any]:
    target = {"type": "Utilization", "averageUtilization": percent}
    return {"type": "Resource", "resource": {"name": name, "target": target}}


def disruption_budget(site: Site, app: Service | Worker | Stateful) -> Manifest | None:
    """Return the PodDisruptionBudget of *app*, or None where it runs a single pod."""
    autoscaling = None if isinstance(app, Stateful) else app.autoscaling
    fewest = autoscaling.min if autoscaling else app.replicas
    if app.disruption is None and fewest < 2:
        return None
    budget: dict[str, Any] = {"maxUnavailable": 1}
    if app.disruption is not None and app.disruption.min_available is not None:
        budget = {"minAvailable": app.disruption.min_available}
    elif app.disruption is not None and app.disruption.max_unavailable is not None:
        budget = {"maxUnavailable": app.disruption.max_unavailable}
    return site.manifest(
        "policy/v1",
        "PodDisruptionBudget",
        spec={
            **budget,
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
            "selector": {"matchLabels": dict(site.selector)},
        },
    )
