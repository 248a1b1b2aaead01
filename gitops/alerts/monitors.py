"""What tells Prometheus to scrape the programs of the platform.

Source: https://prometheus-operator.dev/docs/api-reference/api/
"""

from collections.abc import Iterator, Mapping
from typing import Any

from gitops.alerts.objects import API, manifest
from gitops.alerts.watch import Watch
from gitops.emit import documents
from gitops.model import AlertGroup, Flux
from gitops.objects import Manifest
from gitops.platform import catalogue

_PORTS = {
    AlertGroup.FLUX: ("PodMonitor", "http-prom"),
    AlertGroup.ARGO_CD: ("ServiceMonitor", "metrics"),
    AlertGroup.ARGO_ROLLOUTS: ("ServiceMonitor", "metrics"),
    AlertGroup.SEALED_SECRETS: ("PodMonitor", "metrics"),
    AlertGroup.EXTERNAL_SECRETS: ("PodMonitor", "metrics"),
}
"""How the metrics of a program are found: by its Service where that names the port."""
_SELECTED = {
    AlertGroup.ARGO_CD: ("app.kubernetes.io/name", "argocd-metrics"),
    AlertGroup.ARGO_ROLLOUTS: ("app.kubernetes.io/name", "argo-rollouts-metrics"),
    AlertGroup.SEALED_SECRETS: ("name", "sealed-secrets-controller"),
    AlertGroup.EXTERNAL_SECRETS: ("app.kubernetes.io/name", "external-secrets"),
}
"""Label of the Service or the pods."""
_STATE = {
    ("kustomize", "v1"): ("Kustomization",),
    ("source", "v1"): ("GitRepository", "HelmRepository", "OCIRepository"),
    ("helm", "v2"): ("HelmRelease",),
}
"""By part of Flux and version, the kinds whose state kube-state-metrics tells."""
_REVISIONS = {
    "Kustomization": ["status", "lastAppliedRevision"],
    "HelmRelease": ["status", "lastAttemptedRevision"],
}
"""Where a kind says which revision it has reached; that of its artifact otherwise."""


def monitors(watch: Watch) -> Iterator[Manifest]:
    """Yield a monitor for each program that Pulumi installs on the cluster and that has alerts."""
    served = watch.stack.served_by(watch.cluster.name)
    for name, settings in watch.environment.platform.installed():
        if name.value not in {each.value for each in _PORTS}:
            continue
        group = AlertGroup(name.value)
        if group in watch.settings.without or (group is AlertGroup.ARGO_CD and not served):
            continue
        if isinstance(settings, Flux):
            parts = [each.value for each in settings.controllers]
            words: dict[str, Any] = {"key": "app", "operator": "In", "values": parts}
            selector: dict[str, Any] = {"matchExpressions": [words]}
        else:
            key, value = _SELECTED[group]
            selector = {"matchLabels": {key: value}}
        yield _monitor(watch, group, selector, catalogue.namespace(name, settings))


def _monitor(
    watch: Watch, group: AlertGroup, selector: Mapping[str, Any], namespace: str
) -> Manifest:
    kind, port = _PORTS[group]
    # What a series says of the object it is about wins over what Prometheus says of the pod.
    endpoints = [{"port": port, "honorLabels": True}]
    spec = {
        "namespaceSelector": {"matchNames": [namespace]},
        "selector": selector,
        "endpoints" if kind == "ServiceMonitor" else "podMetricsEndpoints": endpoints,
    }
    return manifest(watch, API, kind, group.value, spec=spec)


def state(watch: Watch) -> Manifest:
    """Return the ConfigMap from which kube-state-metrics learns to tell the state of Flux's objects.

    Source: https://github.com/kubernetes/kube-state-metrics/blob/main/docs/metrics/extend/customresourcestate-metrics.md
    """
    resources = [_resource(*api, kind) for api, kinds in _STATE.items() for kind in kinds]
    config = {"kind": "CustomResourceStateMetrics", "spec": {"resources": resources}}
    text = documents([config])
    return manifest(watch, "v1", "ConfigMap", "flux-state", data={"config.yaml": text})


def _resource(part: str, version: str, kind: str) -> dict[str, Any]:
    labels = {
        "name": ["metadata", "name"],
        # As the Flux project calls it: a rule of theirs works with ours.
        "exported_namespace": ["metadata", "namespace"],
        "ready": ["status", "conditions", "[type=Ready]", "status"],
        "suspended": ["spec", "suspend"],
        "revision": _REVISIONS.get(kind, ["status", "artifact", "revision"]),
    }
    metric = {
        # A name for each kind: of kinds that share one, kube-state-metrics since 2.12 exposes the
        # first alone (https://github.com/kubernetes/kube-state-metrics/issues/2386).
        "name": f"{kind.lower()}_info",
        "help": f"The current state of a {kind} of Flux.",
        "each": {"type": "Info", "info": {"labelsFromPath": {"name": labels.pop("name")}}},
        "labelsFromPath": labels,
    }
    return {
        "groupVersionKind": {
            "group": f"{part}.toolkit.fluxcd.io",
            "version": version,
            "kind": kind,
        },
        "metricNamePrefix": "gotk",
        "metrics": [metric],
    }
