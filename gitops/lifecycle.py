"""API versions that are no longer served, and what took their place.

Source: https://kubernetes.io/docs/reference/using-api/deprecation-guide/ and the release notes of
Argo CD, Flux, External Secrets and the Grafana operator. A test holds the Kubernetes part against
the lifecycle methods in the source of k8s.io/api.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Removal(NamedTuple):
    """Since when an API version is gone, and what to write instead."""

    since: str
    """Kubernetes minor version that no longer serves it; empty for custom resources."""
    replacement: str
    """The apiVersion to use; empty where the kind itself was removed."""


_KUBERNETES: Mapping[str, Mapping[str, str]] = {
    "1.16": {
        "extensions/v1beta1 Deployment": "apps/v1",
        "extensions/v1beta1 DaemonSet": "apps/v1",
        "extensions/v1beta1 ReplicaSet": "apps/v1",
        "extensions/v1beta1 NetworkPolicy": "networking.k8s.io/v1",
        "extensions/v1beta1 PodSecurityPolicy": "",
        "apps/v1beta1 Deployment": "apps/v1",
        "apps/v1beta1 StatefulSet": "apps/v1",
        "apps/v1beta1 ControllerRevision": "apps/v1",
        "apps/v1beta2 Deployment": "apps/v1",
        "apps/v1beta2 StatefulSet": "apps/v1",
        "apps/v1beta2 DaemonSet": "apps/v1",
        "apps/v1beta2 ReplicaSet": "apps/v1",
        "apps/v1beta2 ControllerRevision": "apps/v1",
    },
    "1.22": {
        "extensions/v1beta1 Ingress": "networking.k8s.io/v1",
        "networking.k8s.io/v1beta1 Ingress": "networking.k8s.io/v1",
        "networking.k8s.io/v1beta1 IngressClass": "networking.k8s.io/v1",
        "rbac.authorization.k8s.io/v1beta1 Role": "rbac.authorization.k8s.io/v1",
        "rbac.authorization.k8s.io/v1beta1 RoleBinding": "rbac.authorization.k8s.io/v1",
        "rbac.authorization.k8s.io/v1beta1 ClusterRole": "rbac.authorization.k8s.io/v1",
        "rbac.authorization.k8s.io/v1beta1 ClusterRoleBinding": "rbac.authorization.k8s.io/v1",
        "apiextensions.k8s.io/v1beta1 CustomResourceDefinition": "apiextensions.k8s.io/v1",
        "apiregistration.k8s.io/v1beta1 APIService": "apiregistration.k8s.io/v1",
        "admissionregistration.k8s.io/v1beta1 MutatingWebhookConfiguration": (
            "admissionregistration.k8s.io/v1"
        ),
        "admissionregistration.k8s.io/v1beta1 ValidatingWebhookConfiguration": (
            "admissionregistration.k8s.io/v1"
        ),
        "authentication.k8s.io/v1beta1 TokenReview": "authentication.k8s.io/v1",
        "authorization.k8s.io/v1beta1 SubjectAccessReview": "authorization.k8s.io/v1",
        "authorization.k8s.io/v1beta1 LocalSubjectAccessReview": "authorization.k8s.io/v1",
        "authorization.k8s.io/v1beta1 SelfSubjectAccessReview": "authorization.k8s.io/v1",
        "authorization.k8s.io/v1beta1 SelfSubjectRulesReview": "authorization.k8s.io/v1",
        "certificates.k8s.io/v1beta1 CertificateSigningRequest": "certificates.k8s.io/v1",
        "coordination.k8s.io/v1beta1 Lease": "coordination.k8s.io/v1",
        "scheduling.k8s.io/v1beta1 PriorityClass": "scheduling.k8s.io/v1",
        "storage.k8s.io/v1beta1 StorageClass": "storage.k8s.io/v1",
        "storage.k8s.io/v1beta1 VolumeAttachment": "storage.k8s.io/v1",
        "storage.k8s.io/v1beta1 CSIDriver": "storage.k8s.io/v1",
        "storage.k8s.io/v1beta1 CSINode": "storage.k8s.io/v1",
    },
    "1.25": {
        "batch/v1beta1 CronJob": "batch/v1",
        "discovery.k8s.io/v1beta1 EndpointSlice": "discovery.k8s.io/v1",
        "events.k8s.io/v1beta1 Event": "events.k8s.io/v1",
        "policy/v1beta1 PodDisruptionBudget": "policy/v1",
        "policy/v1beta1 PodSecurityPolicy": "",
        "autoscaling/v2beta1 HorizontalPodAutoscaler": "autoscaling/v2",
        "node.k8s.io/v1beta1 RuntimeClass": "node.k8s.io/v1",
    },
    "1.26": {
        "autoscaling/v2beta2 HorizontalPodAutoscaler": "autoscaling/v2",
        "flowcontrol.apiserver.k8s.io/v1beta1 FlowSchema": "flowcontrol.apiserver.k8s.io/v1",
        "flowcontrol.apiserver.k8s.io/v1beta1 PriorityLevelConfiguration": (
            "flowcontrol.apiserver.k8s.io/v1"
        ),
    },
    "1.27": {"storage.k8s.io/v1beta1 CSIStorageCapacity": "storage.k8s.io/v1"},
    "1.29": {
        "flowcontrol.apiserver.k8s.io/v1beta2 FlowSchema": "flowcontrol.apiserver.k8s.io/v1",
        "flowcontrol.apiserver.k8s.io/v1beta2 PriorityLevelConfiguration": (
            "flowcontrol.apiserver.k8s.io/v1"
        ),
    },
    "1.32": {
        "flowcontrol.apiserver.k8s.io/v1beta3 FlowSchema": "flowcontrol.apiserver.k8s.io/v1",
        "flowcontrol.apiserver.k8s.io/v1beta3 PriorityLevelConfiguration": (
            "flowcontrol.apiserver.k8s.io/v1"
        ),
    },
    "1.33": {"authentication.k8s.io/v1beta1 SelfSubjectReview": "authentication.k8s.io/v1"},
    "1.34": {
        "admissionregistration.k8s.io/v1beta1 ValidatingAdmissionPolicy": (
            "admissionregistration.k8s.io/v1"
        ),
        "admissionregistration.k8s.io/v1beta1 ValidatingAdmissionPolicyBinding": (
            "admissionregistration.k8s.io/v1"
        ),
    },
}
_CUSTOM: Mapping[str, str] = {
    "source.toolkit.fluxcd.io/v1beta1 ": "source.toolkit.fluxcd.io/v1",
    "source.toolkit.fluxcd.io/v1beta2 ": "source.toolkit.fluxcd.io/v1",
    "kustomize.toolkit.fluxcd.io/v1beta1 ": "kustomize.toolkit.fluxcd.io/v1",
    "kustomize.toolkit.fluxcd.io/v1beta2 ": "kustomize.toolkit.fluxcd.io/v1",
    "helm.toolkit.fluxcd.io/v2beta1 ": "helm.toolkit.fluxcd.io/v2",
    "helm.toolkit.fluxcd.io/v2beta2 ": "helm.toolkit.fluxcd.io/v2",
    "external-secrets.io/v1alpha1 ": "external-secrets.io/v1",
    "external-secrets.io/v1beta1 ": "external-secrets.io/v1",
    "integreatly.org/v1alpha1 ": "grafana.integreatly.org/v1beta1",
    "argoproj.io/v1alpha1 ConfigManagementPlugin": "",
    "constraints.gatekeeper.sh/v1beta1 K8sImmutableField": "",
    "gateway.networking.k8s.io/v1alpha2 HTTPRoute": "gateway.networking.k8s.io/v1",
    "gateway.networking.k8s.io/v1alpha2 Gateway": "gateway.networking.k8s.io/v1",
}
"""Custom resources by ``apiVersion Kind``; the kind is left out where all of a version are gone."""


def removal(api_version: str, kind: str, kubernetes: str) -> Removal | None:
    """Return why *kind* in *api_version* is not served by *kubernetes*, such as ``1.34``, or None."""
    name = f"{api_version} {kind}"
    if name in REMOVED:
        since, replacement = REMOVED[name]
        return Removal(since, replacement) if _minor(kubernetes) >= _minor(since) else None
    for known in (name, f"{api_version} "):
        if known in _CUSTOM:
            return Removal("", _CUSTOM[known])
    return None


def _minor(version: str) -> int:
    return int(version.partition(".")[2])


REMOVED: Mapping[str, Removal] = {
    name: Removal(since, replacement)
    for since, kinds in _KUBERNETES.items()
    for name, replacement in kinds.items()
}
"""Kubernetes' own removals by ``apiVersion Kind``."""
