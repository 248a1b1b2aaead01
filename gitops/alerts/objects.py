"""What all objects that Prometheus and its neighbours read have in common."""

from typing import Any

from gitops.alerts.watch import Watch
from gitops.manifests.core import shared_labels
from gitops.objects import Manifest

API = "monitoring.coreos.com/v1"


def manifest(watch: Watch, api: str, kind: str, name: str, **body: Any) -> Manifest:
    """Return an object that is found by the labels that Prometheus looks for."""
    labels = {
        "app.kubernetes.io/name": name,
        **shared_labels(watch.fleet, watch.environment),
    }
    metadata = {
        # Environments that share a cluster have their rules side by side.
        "name": f"gitops-{watch.environment.name}-{name}",
        "namespace": watch.settings.namespace,
        "labels": {**labels, **watch.settings.labels},
    }
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **body}
