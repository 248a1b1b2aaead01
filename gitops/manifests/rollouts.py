"""Argo Rollouts: a Deployment's work done in steps.

Source: https://argo-rollouts.readthedocs.io/en/stable/features/specification/
"""

from typing import Any

from gitops.manifests.apps import HISTORY, replicas
from gitops.manifests.pod import pod_template, spread
from gitops.manifests.site import Site
from gitops.model import RolloutStrategy, Service, SyncMode, Worker
from gitops.objects import Manifest

PROGRESSIVE = frozenset({RolloutStrategy.CANARY, RolloutStrategy.BLUE_GREEN})
"""Strategies for which the workload is a Rollout instead of a Deployment."""


def rollout(site: Site, app: Service | Worker) -> Manifest:
    """Return the Rollout of *app*."""
    blue_green = app.rollout.strategy is RolloutStrategy.BLUE_GREEN
    strategy = {"blueGreen": _blue_green(site, app)} if blue_green else {"canary": _canary(app)}
    return site.manifest(
        "argoproj.io/v1alpha1",
        "Rollout",
        spec={
            **replicas(app),
            "revisionHistoryLimit": HISTORY,
            "progressDeadlineSeconds": 600,
            "selector": {"matchLabels": dict(site.selector)},
            "strategy": strategy,
            "template": pod_template(site, app, topologySpreadConstraints=spread(site)),
        },
    )


def preview_name(name: str) -> str:
    """Return the name of the Service that reaches the new version before the switch."""
    return f"{name}-preview"


def _canary(app: Service | Worker) -> dict[str, Any]:
    steps: list[dict[str, Any]] = []
    pause: dict[str, Any] = {"duration": app.rollout.pause} if app.rollout.pause else {}
    for weight in app.rollout.weights:
        steps += [{"setWeight": weight}, {"pause": pause}]
    return {"maxSurge": "25%", "maxUnavailable": 0, "steps": steps}


def _blue_green(site: Site, app: Service | Worker) -> dict[str, Any]:
    return {
        "activeService": site.name,
        "previewService": preview_name(site.name),
        "autoPromotionEnabled": app.rollout.promotion is SyncMode.AUTOMATED,
        "scaleDownDelaySeconds": 60,
    }
