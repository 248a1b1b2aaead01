"""Pods: one container, locked down, with its probes, configuration, secrets and volumes.

Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
"""

from collections.abc import Mapping
from typing import Any

from gitops.manifests.site import Site, content_hash, image
from gitops.model import Stateful, Workload
from gitops.model.parts import Probe, ResourceList, Resources

_GROUP = 65532
_SCRATCH_LIMIT = "256Mi"
"""Size of each writable directory that is lost with the pod."""


def pod_template(site: Site, app: Workload, **more: Any) -> dict[str, Any]:
    """Return the pod template of *app*; *more* goes into the pod's spec."""
    annotations: dict[str, str] = {"kubectl.kubernetes.io/default-container": site.name}
    if app.config:
        annotations[f"{site.prefix}/config-hash"] = content_hash(dict(app.config))
    return {
        "metadata": {"labels": dict(site.labels), "annotations": annotations},
        "spec": pod_spec(site, app, _container(site, app), **more),
    }


def pod_spec(site: Site, app: Workload, container: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return the spec of a pod that runs *container* under the "restricted" standard."""
    context: dict[str, Any] = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    if app.user is not None:
        context |= {"runAsUser": app.user, "runAsGroup": app.user}
    # Mounted secrets and volumes belong to root: the group is how a pod without root reads them.
    context["fsGroup"] = app.user or _GROUP
    return {
        "serviceAccountName": site.name,
        "automountServiceAccountToken": app.service_account.token,
        "enableServiceLinks": False,
        "securityContext": context,
        "terminationGracePeriodSeconds": app.grace_period,
        "containers": [container],
        "volumes": _volumes(app),
        **more,
    }


def spread(site: Site) -> list[dict[str, Any]]:
    """Return constraints that spread the replicas over zones first, then over nodes."""
    return [
        {
            "maxSkew": 1,
            "topologyKey": key,
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": dict(site.selector)},
        }
        for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
    ]


def locked_down() -> dict[str, Any]:
    """Return the security context of every container."""
    return {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def _container(site: Site, app: Workload) -> dict[str, Any]:
    ports: Mapping[str, int] = getattr(app, "ports", {})
    container: dict[str, Any] = {
        "name": site.name,
        "image": image(app, site.release),
        "imagePullPolicy": "IfNotPresent",
        "securityContext": locked_down(),
        "volumeMounts": _mounts(app),
    }
    optional: dict[str, Any] = {
        "command": list(app.command),
        "args": list(app.args),
        "ports": [
            {"name": name, "containerPort": number, "protocol": "TCP"}
            for name, number in ports.items()
        ],
        "envFrom": _environment(site, app),
        "resources": resources(app.resources),
        **_probes(app, ports),
    }
    return container | {key: value for key, value in optional.items() if value}


def resources(given: Resources) -> dict[str, Any]:
    """Return *given* as a container has it."""
    both = {"requests": _amounts(given.requests), "limits": _amounts(given.limits)}
    return {key: amounts for key, amounts in both.items() if amounts}


def _amounts(given: ResourceList) -> dict[str, str]:
    amounts = {
        "cpu": given.cpu,
        "memory": given.memory,
        "ephemeral-storage": given.ephemeral_storage,
    }
    return {key: amount for key, amount in amounts.items() if amount is not None}


def _environment(site: Site, app: Workload) -> list[dict[str, Any]]:
    sources: list[dict[str, Any]] = []
    if app.config:
        sources.append({"configMapRef": {"name": site.config_name}})
    for secret in app.secrets:
        if secret.mount is None:
            optional = {"optional": True} if secret.optional else {}
            sources.append({"secretRef": {"name": secret.name, **optional}})
    return sources


def _mounts(app: Workload) -> list[dict[str, Any]]:
    mounts: list[dict[str, Any]] = [
        {"name": f"writable-{index}", "mountPath": path} for index, path in enumerate(app.writable)
    ]
    mounts += [
        {"name": f"secret-{index}", "mountPath": secret.mount, "readOnly": True}
        for index, secret in enumerate(app.secrets)
        if secret.mount
    ]
    if isinstance(app, Stateful):
        mounts += [{"name": each.name, "mountPath": each.mount} for each in app.storage]
    return mounts


def _volumes(app: Workload) -> list[dict[str, Any]]:
    volumes: list[dict[str, Any]] = [
        {"name": f"writable-{index}", "emptyDir": {"sizeLimit": _SCRATCH_LIMIT}}
        for index in range(len(app.writable))
    ]
    for index, secret in enumerate(app.secrets):
        if secret.mount:
            source: dict[str, Any] = {"secretName": secret.name, "defaultMode": 0o440}
            if secret.keys:
                source["items"] = [{"key": key, "path": key} for key in secret.keys]
            if secret.optional:
                source["optional"] = True
            volumes.append({"name": f"secret-{index}", "secret": source})
    return volumes


def _probes(app: Workload, ports: Mapping[str, int]) -> dict[str, Any]:
    given = {
        "startupProbe": app.probes.startup,
        "readinessProbe": app.probes.readiness,
        "livenessProbe": app.probes.liveness,
    }
    return {key: _probe(probe, ports) for key, probe in given.items() if probe is not None}


def _probe(probe: Probe, ports: Mapping[str, int]) -> dict[str, Any]:
    timing: dict[str, Any] = {
        "periodSeconds": probe.period,
        "timeoutSeconds": probe.timeout,
        "failureThreshold": probe.failures,
    }
    if probe.initial_delay:
        timing["initialDelaySeconds"] = probe.initial_delay
    if probe.command:
        return {"exec": {"command": list(probe.command)}, **timing}
    port = probe.port or next(iter(ports))
    if probe.grpc:
        return {"grpc": {"port": ports[port]}, **timing}
    if probe.path:
        return {"httpGet": {"path": probe.path, "port": port, "scheme": "HTTP"}, **timing}
    return {"tcpSocket": {"port": port}, **timing}
