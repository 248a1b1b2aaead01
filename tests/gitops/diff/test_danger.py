"""Dangers: each has changes that are one and changes that only look alike; the worst comes first."""

from typing import Any

import pytest

from gitops.diff import danger as kinds
from gitops.diff.changes import ABSENT, ChangeKind, Danger, FieldChange
from gitops.diff.danger import dangers
from gitops.diff.fields import differences
from gitops.objects import Manifest

POD = "spec.template.spec"
CONTAINER = f"{POD}.containers[name=web]"
SECURE = f"{CONTAINER}.securityContext"
ENFORCE = "metadata.labels[pod-security.kubernetes.io/enforce]"
CLAIMS = "spec.persistentVolumeClaimRetentionPolicy"
EVERY = (
    kinds.DATA, kinds.CASCADE, kinds.DELETION, kinds.REPLACEMENT, kinds.PROTECTION, kinds.RBAC,
    kinds.SECURITY, kinds.NETWORK, kinds.REPOSITORY, kinds.IMAGE, kinds.CAPACITY, kinds.LIMITS,
    kinds.AUTOMATION, kinds.EXPOSURE, kinds.SECRET,
)  # fmt: skip

ANYBODY: dict[str, Any] = {}
NOTHING: list[Any] = []
HARDENED: dict[str, Any] = {
    "securityContext": {"runAsNonRoot": True, "capabilities": {"drop": ["ALL"]}},
    "resources": {"limits": {"memory": "1"}},
}


def of(kind: str) -> Manifest:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": "x"}}


def pod(**spec: Any) -> Manifest:
    """Return the body of an object that makes pods with *spec*."""
    return {"spec": {"template": {"spec": spec}}}


def context(**given: Any) -> dict[str, Any]:
    return {"securityContext": given}


def changed(kind: str, path: str, old: Any, new: Any) -> tuple[Danger, ...]:
    return dangers(ChangeKind.CHANGED, of(kind), of(kind), [FieldChange(path, old, new)])


def test_the_dangers_are_ranked_and_none_is_ranked_twice() -> None:
    assert [each.rank for each in EVERY] == list(range(1, 16))
    assert len({each.name for each in EVERY}) == len(EVERY)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("StatefulSet", [kinds.DATA]),
        ("PersistentVolumeClaim", [kinds.DATA]),
        ("PersistentVolume", [kinds.DATA]),
        ("Namespace", [kinds.DATA]),
        ("CustomResourceDefinition", [kinds.DATA]),
        ("AppProject", [kinds.CASCADE]),
        ("ApplicationSet", [kinds.CASCADE]),
        ("Application", [kinds.CASCADE]),
        ("Kustomization", [kinds.CASCADE]),
        ("GitRepository", [kinds.CASCADE]),
        ("HelmRelease", [kinds.CASCADE]),
        ("Chart", [kinds.CASCADE]),
        ("Deployment", [kinds.DELETION]),
        ("NetworkPolicy", [kinds.DELETION, kinds.NETWORK]),
        ("PodDisruptionBudget", [kinds.DELETION, kinds.CAPACITY]),
        ("LimitRange", [kinds.DELETION, kinds.LIMITS]),
        ("ResourceQuota", [kinds.DELETION, kinds.LIMITS]),
    ],
)
def test_what_a_removal_takes_along_depends_on_the_kind(kind: str, expected: list[Danger]) -> None:
    assert dangers(ChangeKind.REMOVED, of(kind), None, ()) == tuple(expected)


@pytest.mark.parametrize("kind", ["Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"])
def test_new_rights_are_dangerous(kind: str) -> None:
    assert dangers(ChangeKind.ADDED, None, of(kind), ()) == (kinds.RBAC,)


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("Deployment", pod(containers=[{"name": "a", **context(privileged=True)}]), kinds.SECURITY),
        ("Deployment", pod(**context(runAsUser=0)), kinds.SECURITY),
        ("Rollout", pod(volumes=[{"name": "v", "hostPath": {"path": "/"}}]), kinds.SECURITY),
        ("CronJob", {"spec": {"jobTemplate": pod(hostNetwork=True)}}, kinds.SECURITY),
        ("Pod", {"spec": {"hostPID": True}}, kinds.SECURITY),
        ("AppProject", {"spec": {"sourceRepos": ["*"]}}, kinds.RBAC),
        ("ConfigMap", {"data": {"policy.csv": "p, role:a, *, *, *, allow"}}, kinds.RBAC),
        ("Ingress", {"spec": {"rules": [{"host": "a.example.com"}]}}, kinds.EXPOSURE),
        ("HTTPRoute", {"spec": {"hostnames": ["a.example.com"]}}, kinds.EXPOSURE),
        ("Service", {"spec": {"type": "LoadBalancer"}}, kinds.EXPOSURE),
    ],
)
def test_a_new_object_is_as_dangerous_as_what_it_opens(
    kind: str, body: Manifest, expected: Danger
) -> None:
    assert dangers(ChangeKind.ADDED, None, {**of(kind), **body}, ()) == (expected,)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("Namespace", {}),
        ("Kustomization", {"spec": {"prune": True, "force": True}}),
        ("NetworkPolicy", {"spec": {"egress": [ANYBODY], "policyTypes": ["Egress"]}}),
        ("ApplicationSet", {"spec": {"syncPolicy": {"applicationsSync": "sync"}}}),
        ("Service", {"spec": {"type": "ClusterIP", "ports": [{"port": 80}]}}),
        ("CustomResourceDefinition", {"spec": {"properties": {"hostPort": {"type": "integer"}}}}),
        (
            "Deployment",
            pod(**context(runAsNonRoot=True), containers=[{"name": "a", "image": "b:1"}]),
        ),
        ("Deployment", pod(volumes=[{"name": "v", "secret": {"secretName": "s"}}])),
    ],
)
def test_other_new_objects_are_not_dangerous(kind: str, body: Manifest) -> None:
    assert dangers(ChangeKind.ADDED, None, {**of(kind), **body}, ()) == ()


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("StatefulSet", kinds.DATA), ("PersistentVolumeClaim", kinds.DATA),
     ("Deployment", kinds.REPLACEMENT), ("Job", kinds.REPLACEMENT)],
)  # fmt: skip
def test_a_replacement_loses_what_the_object_holds(kind: str, expected: Danger) -> None:
    field = FieldChange("spec.a", 1, 2)

    assert dangers(ChangeKind.REPLACED, of(kind), of(kind), [field]) == (expected,)


@pytest.mark.parametrize(
    ("expected", "kind", "path", "old", "new"),
    [
        (kinds.PROTECTION, "Namespace", "(protect)", True, False),
        (kinds.PROTECTION, "ApplicationSet", "spec.syncPolicy.applicationsSync", "create-update", "sync"),
        (kinds.PROTECTION, "ApplicationSet", "spec.syncPolicy.preserveResourcesOnDeletion", True, False),
        (kinds.PROTECTION, "ApplicationSet", "spec.syncPolicy.preserveResourcesOnDeletion", True, ABSENT),
        (kinds.PROTECTION, "ApplicationSet", "spec.syncPolicy.applicationsSync", "create-only", ABSENT),
        (kinds.PROTECTION, "ApplicationSet", "spec.syncPolicy", {"preserveResourcesOnDeletion": True}, ABSENT),
        (kinds.PROTECTION, "Kustomization", "spec.deletionPolicy", "Orphan", "Delete"),
        (kinds.PROTECTION, "Kustomization", "spec.force", False, True),
        (kinds.PROTECTION, "StatefulSet", f"{CLAIMS}.whenDeleted", "Retain", "Delete"),
        (kinds.PROTECTION, "StatefulSet", f"{CLAIMS}.whenScaled", ABSENT, "Delete"),
        (kinds.RBAC, "Role", "rules", [{"verbs": ["get"]}], [{"verbs": ["*"]}]),
        (kinds.RBAC, "RoleBinding", "subjects[name=me]", ABSENT, {"name": "me"}),
        (kinds.RBAC, "RoleBinding", "roleRef.name", "view", "admin"),
        (kinds.RBAC, "AppProject", "spec.sourceRepos", ["a"], ["a", "*"]),
        (kinds.RBAC, "AppProject", "spec.destinations", [{"server": "a"}], [{"server": "*"}]),
        (kinds.RBAC, "AppProject", "spec.clusterResourceWhitelist", ABSENT, [{"kind": "Node"}]),
        (kinds.RBAC, "AppProject", "spec.namespaceResourceBlacklist", [{"kind": "Role"}], ABSENT),
        (kinds.RBAC, "ConfigMap", "data[policy.csv]", "a", ""),
        (kinds.SECURITY, "Namespace", ENFORCE, "restricted", "baseline"),
        (kinds.SECURITY, "Namespace", ENFORCE, "baseline", "privileged"),
        (kinds.SECURITY, "Namespace", ENFORCE, "privileged", ABSENT),
        (kinds.SECURITY, "Namespace", ENFORCE, "restricted", "unheard-of"),
        (kinds.SECURITY, "Deployment", f"{SECURE}.privileged", ABSENT, True),
        (kinds.SECURITY, "Deployment", f"{SECURE}.allowPrivilegeEscalation", False, ABSENT),
        (kinds.SECURITY, "Deployment", f"{SECURE}.allowPrivilegeEscalation", False, True),
        (kinds.SECURITY, "Deployment", f"{SECURE}.runAsNonRoot", True, ABSENT),
        (kinds.SECURITY, "Deployment", f"{SECURE}.readOnlyRootFilesystem", True, False),
        (kinds.SECURITY, "Deployment", f"{SECURE}.runAsUser", 1000, 0),
        (kinds.SECURITY, "Deployment", f"{SECURE}.seccompProfile", {"type": "a"}, ABSENT),
        (kinds.SECURITY, "Deployment", SECURE, {"runAsNonRoot": True}, ABSENT),
        (kinds.SECURITY, "Deployment", SECURE, ABSENT, {"privileged": True}),
        (kinds.SECURITY, "Deployment", SECURE, ABSENT, {"capabilities": {"add": ["NET_ADMIN"]}}),
        (kinds.SECURITY, "Deployment", f"{SECURE}.capabilities", {"drop": ["ALL"]}, ABSENT),
        (kinds.SECURITY, "Deployment", f"{SECURE}.capabilities.drop", ["ALL"], ["KILL"]),
        (kinds.SECURITY, "Deployment", f"{SECURE}.seccompProfile.type", ABSENT, "Unconfined"),
        (kinds.SECURITY, "Deployment", f"{POD}.securityContext", {"runAsNonRoot": True}, ABSENT),
        (kinds.SECURITY, "Deployment", f"{POD}.automountServiceAccountToken", False, ABSENT),
        (kinds.SECURITY, "Deployment", CONTAINER, ABSENT, context(privileged=True)),
        (kinds.SECURITY, "Deployment", f"{POD}.initContainers", ABSENT,
         [{"name": "i", **context(allowPrivilegeEscalation=True)}]),
        (kinds.RBAC, "Role", "rules", [{"nonResourceURLs": [1]}], [{"nonResourceURLs": [True]}]),
        (kinds.SECURITY, "Deployment", f"{POD}.containers", NOTHING,
         [{"name": "i", "ports": [{"containerPort": 80, "hostPort": 80}]}]),
        (kinds.SECURITY, "Deployment", f"{POD}.volumes[name=v]", ABSENT, {"hostPath": {"path": "/"}}),
        (kinds.SECURITY, "Deployment", f"{POD}.volumes[name=v].hostPath.path", "/var/log", "/"),
        (kinds.SECURITY, "Deployment", "spec.template", ABSENT, {"spec": {"hostNetwork": True}}),
        (kinds.SECURITY, "Namespace", "metadata.labels",
         {"pod-security.kubernetes.io/enforce": "restricted"}, ABSENT),
        (kinds.SECURITY, "Deployment", f"{SECURE}.capabilities.add", ["A"], ["A", "B"]),
        (kinds.SECURITY, "Deployment", f"{SECURE}.capabilities.drop", ["ALL"], ABSENT),
        (kinds.SECURITY, "Deployment", f"{POD}.automountServiceAccountToken", False, True),
        (kinds.SECURITY, "Deployment", f"{POD}.hostNetwork", ABSENT, True),
        (kinds.SECURITY, "Deployment", f"{POD}.hostPID", False, True),
        (kinds.SECURITY, "Deployment", f"{POD}.hostIPC", False, True),
        (kinds.NETWORK, "NetworkPolicy", "spec.ingress", [{"from": [1]}], [{"from": [1]}, ANYBODY]),
        (kinds.NETWORK, "NetworkPolicy", "spec.egress", ABSENT, [ANYBODY]),
        (kinds.NETWORK, "NetworkPolicy", "spec.podSelector.matchLabels.a", ABSENT, "b"),
        (kinds.NETWORK, "NetworkPolicy", "spec.policyTypes", ["Ingress", "Egress"], ["Ingress"]),
        (kinds.NETWORK, "NetworkPolicy", "spec.policyTypes", ["Ingress"], ["Egress"]),
        (kinds.REPOSITORY, "Deployment", f"{CONTAINER}.image", "a.b/web:1", "a.b/webs:1"),
        (kinds.REPOSITORY, "Deployment", f"{CONTAINER}.image", "a.b/web:1", "a.c/web:1"),
        (kinds.REPOSITORY, "Deployment", f"{POD}.containers[name=new]", ABSENT, {"image": "a.b/new:1"}),
        (kinds.REPOSITORY, "CronJob", f"spec.jobTemplate.{POD}.initContainers[name=a].image", "a", "b"),
        (kinds.IMAGE, "Deployment", f"{CONTAINER}.image", "a.b/web:1", "a.b/web:2"),
        (kinds.IMAGE, "Deployment", f"{CONTAINER}.image", "web", "docker.io/library/web"),
        (kinds.IMAGE, "Deployment", f"{CONTAINER}.image", "a.b/web:1", "no image at all"),
        (kinds.IMAGE, "Chart", "spec.version", "1.0.0", "1.1.0"),
        (kinds.IMAGE, "HelmRelease", "spec.chart.spec.version", "1.0.0", "1.1.0"),
        (kinds.IMAGE, "OCIRepository", "spec.ref.tag", "1.0.0", "1.1.0"),
        (kinds.CAPACITY, "Deployment", "spec.replicas", 3, 2),
        (kinds.CAPACITY, "Deployment", "spec.replicas", ABSENT, 0),
        (kinds.CAPACITY, "StatefulSet", "spec.replicas", 2, ABSENT),
        (kinds.CAPACITY, "Rollout", "spec.replicas", 2, None),
        (kinds.CAPACITY, "HorizontalPodAutoscaler", "spec.minReplicas", 2, ABSENT),
        (kinds.CAPACITY, "HorizontalPodAutoscaler", "spec.minReplicas", ABSENT, 0),
        (kinds.CAPACITY, "PodDisruptionBudget", "spec.minAvailable", 1, ABSENT),
        (kinds.CAPACITY, "HorizontalPodAutoscaler", "spec.minReplicas", 10, 9),
        (kinds.CAPACITY, "HorizontalPodAutoscaler", "spec.maxReplicas", 10, 9),
        (kinds.CAPACITY, "PodDisruptionBudget", "spec.minAvailable", "50%", "9%"),
        (kinds.CAPACITY, "PodDisruptionBudget", "spec.maxUnavailable", 9, 10),
        (kinds.CAPACITY, "PodDisruptionBudget", "spec.maxUnavailable", ABSENT, 1),
        (kinds.LIMITS, "Deployment", f"{CONTAINER}.resources", {"limits": {"memory": "1"}}, ABSENT),
        (kinds.LIMITS, "Deployment", f"{CONTAINER}.resources.limits", {"memory": "1"}, ABSENT),
        (kinds.LIMITS, "Deployment", f"{CONTAINER}.resources.limits.memory", "1", ABSENT),
        (kinds.LIMITS, "Deployment", f"{CONTAINER}.resources.limits.ephemeral-storage", "1", ABSENT),
        (kinds.AUTOMATION, "ApplicationSet", f"{POD}.syncPolicy.automated", ABSENT, {"prune": True}),
        (kinds.AUTOMATION, "ApplicationSet", f"{POD}.syncPolicy.automated.prune", False, True),
        (kinds.AUTOMATION, "Kustomization", "spec.suspend", True, ABSENT),
        (kinds.AUTOMATION, "CronJob", "spec.suspend", True, False),
        (kinds.AUTOMATION, "Kustomization", "spec.prune", False, True),
        (kinds.EXPOSURE, "Service", "spec.type", "ClusterIP", "LoadBalancer"),
        (kinds.EXPOSURE, "Ingress", "spec.rules[host=a.example.com]", ABSENT, {"host": "a"}),
        (kinds.EXPOSURE, "Ingress", "spec.tls", [{"hosts": NOTHING}], ABSENT),
        (kinds.EXPOSURE, "Ingress", "spec.ingressClassName", "internal", "public"),
        (kinds.EXPOSURE, "HTTPRoute", "spec.hostnames", ["a"], ["b"]),
        (kinds.EXPOSURE, "HTTPRoute", "spec.parentRefs[name=a].namespace", "a", "b"),
        (kinds.SECRET, "Deployment", f"{CONTAINER}.envFrom", NOTHING, [{"secretRef": {"name": "a"}}]),
        (kinds.SECRET, "Deployment", f"{CONTAINER}.envFrom", [{"secretRef": {"name": "a"}}], NOTHING),
        (kinds.SECRET, "Deployment", f"{POD}.volumes[name=v].secret.secretName", "a", "b"),
        (kinds.SECRET, "Deployment", f"{POD}.volumes[name=v]", ABSENT, {"secret": {"secretName": "a"}}),
        (kinds.SECRET, "Deployment", f"{CONTAINER}.env[name=A]", ABSENT, {"valueFrom": {"secretKeyRef": ANYBODY}}),
        (kinds.SECRET, "Deployment", f"{CONTAINER}.env[name=A].valueFrom.secretKeyRef.name", "a", "b"),
    ],
)  # fmt: skip
def test_a_dangerous_change_is_called_by_its_danger(
    expected: Danger, kind: str, path: str, old: Any, new: Any
) -> None:
    assert changed(kind, path, old, new) == (expected,)


@pytest.mark.parametrize(
    ("kind", "path", "old", "new"),
    [
        ("Namespace", "(protect)", False, True),
        ("ApplicationSet", "spec.syncPolicy.applicationsSync", "sync", "create-update"),
        ("ApplicationSet", "spec.syncPolicy.preserveResourcesOnDeletion", False, True),
        ("Kustomization", "spec.deletionPolicy", "Delete", "Orphan"),
        ("Kustomization", "spec.force", True, False),
        ("StatefulSet", f"{CLAIMS}.whenDeleted", "Delete", "Retain"),
        ("Role", "rules", [{"verbs": ["get"]}, {"verbs": ["list"]}], [{"verbs": ["get"]}]),
        ("RoleBinding", "subjects[name=me]", {"name": "me"}, ABSENT),
        ("Role", "metadata.labels.a", "1", "2"),
        ("AppProject", "spec.sourceRepos", ["a", "*"], ["a"]),
        ("AppProject", "spec.description", "a", "b"),
        ("AppProject", "spec.namespaceResourceBlacklist", ABSENT, [{"kind": "Role"}]),
        ("ConfigMap", "data.policy", "a", "b"),
        ("Namespace", ENFORCE, "privileged", "restricted"),
        ("Namespace", ENFORCE, ABSENT, "restricted"),
        ("Namespace", "metadata.labels[pod-security.kubernetes.io/warn]", "restricted", "baseline"),
        ("Deployment", f"{SECURE}.privileged", True, ABSENT),
        ("Deployment", f"{SECURE}.allowPrivilegeEscalation", True, False),
        ("Deployment", f"{SECURE}.runAsNonRoot", ABSENT, True),
        ("Deployment", f"{SECURE}.runAsUser", 0, 1000),
        ("Deployment", f"{SECURE}.seccompProfile", ABSENT, {"type": "RuntimeDefault"}),
        ("Deployment", SECURE, ABSENT, {"runAsNonRoot": True}),
        ("Deployment", SECURE, {"privileged": True, "runAsUser": 0}, ABSENT),
        ("Deployment", f"{SECURE}.capabilities.add", ABSENT, NOTHING),
        ("Deployment", f"{SECURE}.capabilities.drop", ["KILL"], ["ALL"]),
        ("Deployment", f"{SECURE}.seccompProfile", {"type": "Unconfined"}, ABSENT),
        ("Deployment", CONTAINER, {"image": "a.b/web:1", **HARDENED}, ABSENT),
        (
            "Deployment",
            f"{POD}.initContainers",
            [{"name": "i", "image": "a:1", **HARDENED}],
            ABSENT,
        ),
        ("Deployment", f"{POD}.containers", [{"name": "i", **HARDENED}], NOTHING),
        ("Deployment", f"{POD}.containers", [HARDENED, HARDENED], NOTHING),
        ("Deployment", f"{POD}.volumes[name=v].hostPath", {"path": "/"}, ABSENT),
        ("Service", "spec.type", ABSENT, "ClusterIP"),
        ("ApplicationSet", "spec.syncPolicy", ABSENT, {"preserveResourcesOnDeletion": False}),
        ("ApplicationSet", "spec.syncPolicy.applicationsSync", ABSENT, "sync"),
        ("Deployment", f"{SECURE}.capabilities.add", ["A", "B"], ["A"]),
        ("Deployment", f"{SECURE}.capabilities.drop", ["A"], ["ALL", "A"]),
        ("Deployment", f"{POD}.hostNetwork", True, ABSENT),
        ("Deployment", f"{POD}.tolerations.add", ABSENT, 1),
        ("NetworkPolicy", "spec.ingress", [{"from": [1]}, ANYBODY], [{"from": [1]}]),
        ("NetworkPolicy", "spec.egress", [ANYBODY], ABSENT),
        ("NetworkPolicy", "spec.policyTypes", ["Ingress"], ["Ingress", "Egress"]),
        ("NetworkPolicy", "metadata.labels.a", ABSENT, "b"),
        ("Deployment", "spec.policy", ABSENT, [ANYBODY]),
        ("Deployment", f"{CONTAINER}.imagePullPolicy", "Always", "Never"),
        ("Deployment", "spec.replicas", 2, 10),
        ("Deployment", "spec.replicas", 1, ABSENT),
        ("Deployment", "spec.replicas", ABSENT, 3),
        ("Deployment", "spec.replicas", 0, ABSENT),
        ("Deployment", "spec.replicas", 1, None),
        ("HorizontalPodAutoscaler", "spec.minReplicas", ABSENT, 1),
        ("PodDisruptionBudget", "spec.minAvailable", ABSENT, 0),
        ("PodDisruptionBudget", "spec.maxUnavailable", 1, ABSENT),
        ("HorizontalPodAutoscaler", "spec.maxReplicas", 9, 10),
        ("PodDisruptionBudget", "spec.minAvailable", 2, "2"),
        ("PodDisruptionBudget", "spec.maxUnavailable", "50%", "9%"),
        ("Deployment", f"{CONTAINER}.resources.limits.cpu", "1", ABSENT),
        ("Deployment", f"{CONTAINER}.resources.limits.memory", "1", "2"),
        ("Deployment", f"{CONTAINER}.resources.requests", {"cpu": "1"}, ABSENT),
        ("ApplicationSet", f"{POD}.syncPolicy.automated", {"prune": True}, ABSENT),
        ("Kustomization", "spec.suspend", ABSENT, True),
        ("Kustomization", "spec.prune", True, False),
        ("Service", "spec.ports[name=http].port", 80, 81),
        ("Deployment", "spec.type", "a", "b"),
        ("Ingress", "spec.defaultBackend", ABSENT, ANYBODY),
        ("Deployment", f"{CONTAINER}.envFrom", NOTHING, [{"configMapRef": {"name": "a"}}]),
        ("Deployment", f"{CONTAINER}.env[name=secretive].value", "a", "b"),
    ],
)
def test_a_change_that_only_looks_alike_is_not_dangerous(
    kind: str, path: str, old: Any, new: Any
) -> None:
    assert changed(kind, path, old, new) == ()


CONFIG, OTHER = {"configMapRef": {"name": "a"}}, {"configMapRef": {"name": "b"}}
SECRET, TOKEN = {"secretRef": {"name": "a"}}, {"secretRef": {"name": "token"}}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([CONFIG, SECRET], [OTHER, SECRET], ()),
        ([CONFIG, SECRET], [SECRET, CONFIG], ()),
        ([SECRET], [CONFIG, SECRET], ()),
        ([CONFIG], NOTHING, ()),
        ([SECRET, {**SECRET, "prefix": "A"}], [CONFIG, SECRET, {**SECRET, "prefix": "A"}], ()),
        ([CONFIG, SECRET], [CONFIG, TOKEN], (kinds.SECRET,)),
        ([CONFIG, SECRET], [CONFIG], (kinds.SECRET,)),
        ([CONFIG], [CONFIG, SECRET], (kinds.SECRET,)),
    ],
)
def test_only_another_secret_in_the_environment_of_a_container_is_one(
    old: list[Any], new: list[Any], expected: tuple[Danger, ...]
) -> None:
    fields = list(differences({"envFrom": old}, {"envFrom": new}, CONTAINER))

    assert dangers(ChangeKind.CHANGED, of("Deployment"), of("Deployment"), fields) == expected


def test_an_object_has_each_of_its_dangers_once_and_the_worst_first() -> None:
    fields = [
        FieldChange(f"{POD}.volumes[name=v].secret.secretName", "a", "b"),
        FieldChange("spec.replicas", 3, 1),
        FieldChange(f"{CONTAINER}.image", "a.b/web:1", "a.b/web:2"),
        FieldChange(f"{POD}.initContainers[name=i].image", "a.b/web:1", "a.b/web:2"),
        FieldChange(f"{SECURE}.privileged", False, True),
        FieldChange(f"{CLAIMS}.whenDeleted", "Retain", "Delete"),
        FieldChange("spec.serviceName", "a", "b"),
    ]

    found = dangers(ChangeKind.REPLACED, of("StatefulSet"), of("StatefulSet"), fields)

    assert found == (
        kinds.DATA, kinds.PROTECTION, kinds.SECURITY, kinds.IMAGE, kinds.CAPACITY, kinds.SECRET,
    )  # fmt: skip
