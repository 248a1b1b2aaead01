"""What all objects that Prometheus and its neighbours read have in common."""

from typing import Any

from gitops.alerts.watch import Watch
from gitops.manifests.site import MANAGED_BY
from gitops.objects import Manifest

API = "monitoring.coreos.com/v1"


def manifest(watch: Watch, api: str, kind: str, name: str, **body: Any) -> Manifest:
    """Return an object that is found by the labels that Prometheus looks for."""
    prefix = watch.fleet.prefix
    labels = {
        "app.kubernetes.io/name": name,
        "app.kubernetes.io/part-of": watch.fleet.name,
        "app.kubernetes.io/managed-by": MANAGED_BY,
        f"{prefix}/environment": watch.environment.name,
    }
    metadata = {
        # Environments that share a cluster have their rules side by side.
        "name": f"gitops-{watch.environment.name}-{name}",
        "namespace": watch.settings.namespace,
        "labels": {**labels, **watch.settings.labels},
    }
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **body}
