"""Workloads that keep running: Deployment and StatefulSet.

Source: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/
"""

from typing import Any

from gitops.manifests.pod import pod_template, spread
from gitops.manifests.site import Site
from gitops.model import RolloutStrategy, Service, Stateful, Worker
from gitops.objects import Manifest

HISTORY = 5
"""Old ReplicaSets that are kept for a rollback by hand."""


def deployment(site: Site, app: Service | Worker) -> Manifest:
    """Return the Deployment of *app*."""
    rolling = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": 0}}
    recreate = app.rollout.strategy is RolloutStrategy.RECREATE
    return site.manifest(
        "apps/v1",
        "Deployment",
        spec={
            **replicas(app),
            "revisionHistoryLimit": HISTORY,
            "progressDeadlineSeconds": 600,
            "selector": {"matchLabels": dict(site.selector)},
            "strategy": {"type": "Recreate"} if recreate else rolling,
            "template": pod_template(site, app, topologySpreadConstraints=spread(site)),
        },
    )


def replicas(app: Service | Worker) -> dict[str, Any]:
    """Return the field ``replicas``, or nothing where an autoscaler owns it."""
    return {} if app.autoscaling else {"replicas": app.replicas}


def stateful_set(site: Site, app: Stateful) -> Manifest:
    """Return the StatefulSet of *app*; its claims outlive it."""
    return site.manifest(
        "apps/v1",
        "StatefulSet",
        spec={
            "replicas": app.replicas,
            "revisionHistoryLimit": HISTORY,
            "serviceName": f"{site.name}-headless",
            "podManagementPolicy": "OrderedReady",
            "selector": {"matchLabels": dict(site.selector)},
            "updateStrategy": {"type": "RollingUpdate"},
            "persistentVolumeClaimRetentionPolicy": {
                "whenDeleted": "Retain",
                "whenScaled": "Retain",
            },
            "template": pod_template(site, app, topologySpreadConstraints=spread(site)),
            "volumeClaimTemplates": [_claim(site, each) for each in app.storage],
        },
    )


def _claim(site: Site, volume: Any) -> dict[str, Any]:
    """Return a claim template: immutable, so its labels are only those that never change."""
    storage_class = volume.storage_class or site.cluster.storage_class
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": volume.name, "labels": dict(site.selector)},
        "spec": {
            "accessModes": [volume.access.value],
            **({"storageClassName": storage_class} if storage_class else {}),
            "resources": {"requests": {"storage": volume.size}},
        },
    }
