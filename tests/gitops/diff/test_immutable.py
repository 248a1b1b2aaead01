"""Immutable fields: what the API server refuses to change is deleted and made again."""

from typing import Any

import pytest

from gitops.diff.changes import FieldChange
from gitops.diff.immutable import needs_replacement, under


def replaced(api: str, kind: str, path: str, **more: Any) -> bool:
    old = {"apiVersion": api, "kind": kind, "metadata": {"name": "x"}, **more}
    return needs_replacement(old, [FieldChange("metadata.labels.a", 1, 2), FieldChange(path, 1, 2)])


@pytest.mark.parametrize(
    ("api", "kind", "path"),
    [
        ("apps/v1", "Deployment", "spec.selector.matchLabels.a"),
        ("apps/v1", "DaemonSet", "spec.selector"),
        ("apps/v1", "ReplicaSet", "spec.selector"),
        ("argoproj.io/v1alpha1", "Rollout", "spec.selector.matchLabels[a/b]"),
        ("batch/v1", "Job", "spec.template.spec.containers[name=a].image"),
        ("batch/v1", "Job", "spec.completions"),
        ("v1", "Service", "spec.clusterIP"),
        ("v1", "PersistentVolumeClaim", "spec.storageClassName"),
        ("v1", "PersistentVolumeClaim", "spec.accessModes"),
        ("apps/v1", "StatefulSet", "spec.serviceName"),
        ("apps/v1", "StatefulSet", "spec.podManagementPolicy"),
        ("apps/v1", "StatefulSet", "spec.volumeClaimTemplates[metadata.name=a].spec.accessModes"),
        ("apps/v1", "StatefulSet", "spec.volumeClaimTemplates (order)"),
        ("v1", "Secret", "type"),
        ("rbac.authorization.k8s.io/v1", "RoleBinding", "roleRef.name"),
        ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "roleRef"),
        ("storage.k8s.io/v1", "StorageClass", "parameters.type"),
        ("scheduling.k8s.io/v1", "PriorityClass", "value"),
        ("networking.k8s.io/v1", "IngressClass", "spec.controller"),
        ("node.k8s.io/v1", "RuntimeClass", "handler"),
    ],
)
def test_an_object_whose_immutable_field_changes_is_replaced(
    api: str, kind: str, path: str
) -> None:
    assert replaced(api, kind, path)


@pytest.mark.parametrize(
    ("api", "kind", "path"),
    [
        ("apps/v1", "Deployment", "spec.template.spec.containers[name=a].image"),
        ("apps/v1", "Deployment", "spec.selectorOfSomebodyElse"),
        ("example.com/v1", "Deployment", "spec.selector.matchLabels.a"),
        ("apps/v1", "StatefulSet", "spec.replicas"),
        ("apps/v1", "StatefulSet", "spec.template.spec.containers[name=a].image"),
        ("apps/v1", "StatefulSet", "spec.updateStrategy.type"),
        ("apps/v1", "StatefulSet", "spec.persistentVolumeClaimRetentionPolicy.whenDeleted"),
        ("apps/v1", "StatefulSet", "metadata.labels[a]"),
        ("v1", "PersistentVolumeClaim", "spec.resources.requests.storage"),
        ("v1", "PersistentVolumeClaim", "spec.volumeAttributesClassName"),
        ("v1", "Service", "spec.type"),
        ("v1", "ConfigMap", "data.a"),
        ("v1", "Secret", "data.a"),
        ("batch/v1", "Job", "spec.suspend"),
        ("batch/v1", "CronJob", "spec.jobTemplate.spec.template"),
        ("rbac.authorization.k8s.io/v1", "RoleBinding", "subjects[name=a]"),
    ],
)
def test_an_object_whose_other_fields_change_is_not_replaced(
    api: str, kind: str, path: str
) -> None:
    assert not replaced(api, kind, path)


@pytest.mark.parametrize("kind", ["ConfigMap", "Secret"])
@pytest.mark.parametrize(
    "path", ["data.a", "data[a.b]", "stringData.a", "binaryData.a", "immutable"]
)
def test_what_was_declared_immutable_is_replaced(kind: str, path: str) -> None:
    assert replaced("v1", kind, path, immutable=True)
    assert not replaced("v1", kind, path, immutable=False)
    assert not replaced("v1", kind, "metadata.labels.a", immutable=True)


@pytest.mark.parametrize(
    "annotation", ["argocd.argoproj.io/hook", "kustomize.toolkit.fluxcd.io/force"]
)
def test_a_job_that_its_engine_makes_anew_each_time_is_not_counted_as_replaced(
    annotation: str,
) -> None:
    metadata = {"name": "x", "annotations": {annotation: "x"}}

    assert not replaced("batch/v1", "Job", "spec.template.a", metadata=metadata)
    assert replaced("apps/v1", "Deployment", "spec.selector", metadata=metadata)


def test_a_place_holds_itself_and_what_is_below_it_only() -> None:
    inside = ("spec", "spec.a", "spec[a/b]", "spec (order)")
    outside = ("special", "spe", "a.spec", "", "spec-a")

    assert [under(each, ["x", "spec"]) for each in (*inside, *outside)] == [True] * 4 + [False] * 5
