"""Core objects: Namespace and its limits, ConfigMap, ServiceAccount, Service.

Source: https://kubernetes.io/docs/reference/kubernetes-api/
"""

from typing import Any

from gitops.manifests.rollouts import preview_name
from gitops.manifests.site import MANAGED_BY, Site
from gitops.model import (
    Cluster,
    Delivery,
    Environment,
    Fleet,
    PodSecurity,
    RolloutStrategy,
    Service,
    Stateful,
    Team,
    Workload,
)
from gitops.objects import Manifest


def namespace(fleet: Fleet, team: Team, cluster: Cluster, environment: str, name: str) -> Manifest:
    """Return a Namespace of *team* that enforces its pod security standard."""
    standards = pod_security_labels(team.pod_security, cluster.kubernetes)
    labels = {**tenant_labels(fleet, team, environment), **standards}
    annotations = {f"{fleet.prefix}/contact": team.contact}
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": name, "labels": labels, "annotations": annotations},
    }


def pod_security_labels(level: PodSecurity, kubernetes: str) -> dict[str, str]:
    """Return the labels by which a Namespace enforces *level*, as *kubernetes* has it.

    Source: https://kubernetes.io/docs/concepts/security/pod-security-admission/
    """
    return {
        f"pod-security.kubernetes.io/{mode}{suffix}": value
        for mode in ("enforce", "audit", "warn")
        for suffix, value in (("", level.value), ("-version", f"v{kubernetes}"))
    }


def tenant_labels(fleet: Fleet, team: Team, environment: str) -> dict[str, str]:
    """Return the labels of what a team's namespace consists of."""
    return {
        "app.kubernetes.io/part-of": team.name,
        "app.kubernetes.io/managed-by": MANAGED_BY,
        f"{fleet.prefix}/environment": environment,
        f"{fleet.prefix}/team": team.name,
    }


def shared_labels(fleet: Fleet, environment: Environment) -> dict[str, str]:
    """Return the labels of what an environment has for all its teams together."""
    return {
        "app.kubernetes.io/part-of": fleet.name,
        "app.kubernetes.io/managed-by": MANAGED_BY,
        f"{fleet.prefix}/environment": environment.name,
    }


def resource_quota(namespace: Manifest, team: Team, environment: str) -> Manifest | None:
    """Return the ResourceQuota of *namespace*, or None where the team has no limits."""
    quota = team.quotas.get(environment, team.quota)
    if quota is None:
        return None
    hard = {
        "requests.cpu": quota.cpu,
        "requests.memory": quota.memory,
        "limits.memory": quota.memory,
        "pods": str(quota.pods),
    }
    return _tenant("v1", "ResourceQuota", "quota", namespace, {"hard": hard})


def limit_range(namespace: Manifest) -> Manifest:
    """Return the LimitRange that gives a container without resources some, so that it counts."""
    limit = {
        "type": "Container",
        "defaultRequest": {"cpu": "50m", "memory": "64Mi"},
        "default": {"memory": "256Mi"},
    }
    return _tenant("v1", "LimitRange", "defaults", namespace, {"limits": [limit]})


def default_deny(namespace: Manifest) -> Manifest:
    """Return the NetworkPolicy that denies what no other policy of *namespace* allows."""
    spec: dict[str, Any] = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    return _tenant("networking.k8s.io/v1", "NetworkPolicy", "default-deny", namespace, spec)


def _tenant(
    api_version: str, kind: str, name: str, namespace: Manifest, spec: dict[str, Any]
) -> Manifest:
    labels = {
        key: value
        for key, value in namespace["metadata"]["labels"].items()
        if not key.startswith("pod-security.kubernetes.io/")
    }
    metadata = {"name": name, "namespace": namespace["metadata"]["name"], "labels": labels}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec}


def config_map(site: Site, app: Workload) -> Manifest:
    """Return the ConfigMap that becomes the environment variables of *app*."""
    return site.manifest("v1", "ConfigMap", site.config_name, data=dict(app.config))


def service_account(site: Site, app: Workload) -> Manifest:
    """Return the ServiceAccount of *app*; a pod mounts its token only when told to."""
    manifest = site.manifest(
        "v1", "ServiceAccount", automountServiceAccountToken=app.service_account.token
    )
    if app.service_account.annotations:
        manifest["metadata"]["annotations"] = dict(app.service_account.annotations)
    return manifest


_NOT_AWAITED = {"pulumi.com/skipAwait": "true"}
"""Pulumi waits until a Service finds a pod. Source:
https://www.pulumi.com/registry/packages/kubernetes/api-docs/core/v1/service/"""


def services(site: Site, app: Service | Stateful) -> list[Manifest]:
    """Return the Services of *app*: the one for callers, and those its controller needs."""
    found = [_service(site, app, site.name)]
    if isinstance(app, Stateful):
        headless = {"clusterIP": "None", "publishNotReadyAddresses": True}
        found.append(_service(site, app, f"{site.name}-headless", **headless))
    elif app.rollout.strategy is RolloutStrategy.BLUE_GREEN:
        found.append(_service(site, app, preview_name(site.name)))
    return found


def _service(site: Site, app: Service | Stateful, name: str, **more: Any) -> Manifest:
    ports = [
        {"name": port, "port": number, "targetPort": port, "protocol": "TCP"}
        for port, number in app.ports.items()
    ]
    spec = {"type": "ClusterIP", "selector": dict(site.selector), "ports": ports, **more}
    made = site.manifest("v1", "Service", name, spec=spec)
    scaled = getattr(app, "autoscaling", None) is not None
    if site.environment.delivery is Delivery.DIRECT and app.replicas == 0 and not scaled:
        made["metadata"]["annotations"] = dict(_NOT_AWAITED)
    return made
