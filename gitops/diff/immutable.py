"""Fields that cannot be changed in place: the object is deleted and made again.

Source: the ValidateUpdate functions in https://github.com/kubernetes/kubernetes/tree/master/pkg/apis
"""

from collections.abc import Iterable
from typing import Any

from gitops.diff.changes import FieldChange
from gitops.objects import Manifest

_IMMUTABLE: dict[str, tuple[str, ...]] = {
    "apps/Deployment": ("spec.selector",),
    "apps/DaemonSet": ("spec.selector",),
    "apps/ReplicaSet": ("spec.selector",),
    "argoproj.io/Rollout": ("spec.selector",),
    "batch/Job": ("spec.selector", "spec.template", "spec.completionMode", "spec.completions"),
    "/Service": ("spec.clusterIP", "spec.clusterIPs"),
    "/PersistentVolumeClaim": ("spec",),
    "apps/StatefulSet": ("spec",),
    "/Secret": ("type",),
    "rbac.authorization.k8s.io/RoleBinding": ("roleRef",),
    "rbac.authorization.k8s.io/ClusterRoleBinding": ("roleRef",),
    "storage.k8s.io/StorageClass": (
        "provisioner",
        "parameters",
        "reclaimPolicy",
        "volumeBindingMode",
    ),
    "scheduling.k8s.io/PriorityClass": ("value", "preemptionPolicy"),
    "networking.k8s.io/IngressClass": ("spec.controller",),
    "node.k8s.io/RuntimeClass": ("handler",),
}
_EXCEPT: dict[str, tuple[str, ...]] = {
    "apps/StatefulSet": (
        "spec.replicas",
        "spec.ordinals",
        "spec.template",
        "spec.updateStrategy",
        "spec.persistentVolumeClaimRetentionPolicy",
        "spec.minReadySeconds",
        "spec.revisionHistoryLimit",
    ),
    "/PersistentVolumeClaim": ("spec.resources.requests", "spec.volumeAttributesClassName"),
}
_RECREATED = ("argocd.argoproj.io/hook", "kustomize.toolkit.fluxcd.io/force")
"""Annotations of Jobs that an engine deletes and makes again at each deployment, as it should."""


def needs_replacement(old: Manifest, fields: Iterable[FieldChange]) -> bool:
    """Tell whether the change of *fields* of *old* deletes the object and makes it again."""
    group, _, _ = str(old["apiVersion"]).rpartition("/")
    kind = f"{group}/{old['kind']}"
    annotations: dict[str, Any] = old["metadata"].get("annotations") or {}
    if kind == "batch/Job" and any(each in annotations for each in _RECREATED):
        return False
    fixed = _IMMUTABLE.get(kind, ())
    if old["kind"] in {"ConfigMap", "Secret"} and old.get("immutable") is True:
        fixed = (*fixed, "data", "stringData", "binaryData", "immutable")
    free = _EXCEPT.get(kind, ())
    return any(under(each.path, fixed) and not under(each.path, free) for each in fields)


def under(path: str, places: Iterable[str]) -> bool:
    """Tell whether *path* is one of *places*, or lies below one."""
    return any(path == place or path.startswith((f"{place}.", f"{place}[", f"{place} ("))
               for place in places)  # fmt: skip
