"""Plain manifests from a directory: namespace and labels added, everything else as written."""

from collections.abc import Sequence
from typing import Any

from gitops.manifests.site import Site
from gitops.objects import Manifest

CLUSTER_SCOPED = frozenset(
    {
        "Namespace",
        "Node",
        "PersistentVolume",
        "admissionregistration.k8s.io/MutatingAdmissionPolicy",
        "admissionregistration.k8s.io/MutatingAdmissionPolicyBinding",
        "admissionregistration.k8s.io/MutatingWebhookConfiguration",
        "admissionregistration.k8s.io/ValidatingAdmissionPolicy",
        "admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding",
        "admissionregistration.k8s.io/ValidatingWebhookConfiguration",
        "apiextensions.k8s.io/CustomResourceDefinition",
        "apiregistration.k8s.io/APIService",
        "certificates.k8s.io/CertificateSigningRequest",
        "flowcontrol.apiserver.k8s.io/FlowSchema",
        "flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration",
        "networking.k8s.io/IngressClass",
        "node.k8s.io/RuntimeClass",
        "rbac.authorization.k8s.io/ClusterRole",
        "rbac.authorization.k8s.io/ClusterRoleBinding",
        "scheduling.k8s.io/PriorityClass",
        "storage.k8s.io/CSIDriver",
        "storage.k8s.io/StorageClass",
        "storage.k8s.io/VolumeAttributesClass",
    }
)
"""Kinds of Kubernetes itself that live outside namespaces: ``group/Kind``."""


def group_kind(manifest: Manifest) -> str:
    """Return ``group/Kind`` of *manifest*, or ``Kind`` in the core group."""
    group, _, _ = str(manifest["apiVersion"]).rpartition("/")
    return f"{group}/{manifest['kind']}" if group else str(manifest["kind"])


def placed(
    site: Site, manifests: Sequence[Manifest], cluster_resources: Sequence[str]
) -> list[Manifest]:
    """Return *manifests* in the namespace of *site*, with its labels beside their own."""
    return [_placed(site, each, CLUSTER_SCOPED | set(cluster_resources)) for each in manifests]


def _placed(site: Site, manifest: Manifest, cluster_scoped: set[str] | frozenset[str]) -> Manifest:
    metadata: dict[str, Any] = dict(manifest["metadata"])
    metadata["labels"] = {**site.labels, **(metadata.get("labels") or {})}
    if group_kind(manifest) not in cluster_scoped:
        metadata["namespace"] = site.namespace
    return {**manifest, "metadata": metadata}
