"""Which changes a person should look at twice, and why. One function for each danger."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from gitops.diff.changes import ABSENT, ChangeKind, Danger, FieldChange
from gitops.diff.fields import grew, inside, shrank
from gitops.diff.leaving import KEEPING, preserves
from gitops.diff.security import loosened
from gitops.objects import Manifest
from gitops.rules import images

DATA = Danger(1, "data-loss", "stored data can be lost with it")
CASCADE = Danger(2, "cascade", "everything that it delivers can be deleted with it")
DELETION = Danger(3, "deletion", "it stops working for whoever uses it")
REPLACEMENT = Danger(4, "replacement", "an immutable field changes: it is deleted and made again")
SWITCHED = Danger(4, "kind-changed", "another kind takes its place; until it is deleted both run")
PROTECTION = Danger(5, "protection-removed", "the next mistake is no longer stopped")
RBAC = Danger(6, "access-widened", "somebody may do more than before")
SECURITY = Danger(7, "security-loosened", "a pod gets rights or reach that it did not have")
NETWORK = Danger(8, "network-opened", "connections become possible that were denied")
REPOSITORY = Danger(9, "image-repository", "another program runs, not another version")
IMAGE = Danger(10, "image", "another version runs")
CAPACITY = Danger(11, "capacity-down", "fewer pods are guaranteed")
LIMITS = Danger(12, "limits-removed", "one pod can starve its node")
AUTOMATION = Danger(13, "automation", "changes go live, or are deleted, without a person")
EXPOSURE = Danger(14, "exposure", "it is reached in another way from outside")
SECRET = Danger(15, "secret-reference", "it reads another Secret")
ORPHANED = Danger(16, "orphaned", "its engine does not delete it: it runs on until a person does")

DATA_KINDS = frozenset(
    {"StatefulSet", "PersistentVolumeClaim", "PersistentVolume", "Namespace",
     "CustomResourceDefinition"}
)  # fmt: skip
_ROOTS = frozenset({"AppProject", "ApplicationSet", "Application", "Kustomization",
                    "GitRepository", "HelmRelease", "Chart"})  # fmt: skip
_RBAC = frozenset({"Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"})
_GUARDS = {
    "NetworkPolicy": NETWORK,
    "PodDisruptionBudget": CAPACITY,
    "LimitRange": LIMITS,
    "ResourceQuota": LIMITS,
}
"""What is possible without an object that does nothing but hold others back."""
IMAGE_FIELD = re.compile(r"\.(containers|initContainers)\[name=[^]]*\]\.image$")
VERSION_FIELDS = frozenset({"spec.version", "spec.chart.spec.version", "spec.ref.tag"})
_CAPACITY = {
    "spec.replicas": 1,
    "spec.minReplicas": 1,
    "spec.maxReplicas": 0,
    "spec.minAvailable": 0,
}
"""What holds where the field is left out: Kubernetes' default, or no guarantee."""

Finder = Callable[[Manifest, Manifest, FieldChange], bool]


def dangers(
    kind: ChangeKind,
    old: Manifest | None,
    new: Manifest | None,
    fields: Sequence[FieldChange],
    *,
    opens: bool = True,
) -> tuple[Danger, ...]:
    """Return why the change from *old* to *new* deserves a second look, worst first.

    A removal *opens* something where what the object held back stays.
    """
    found: set[Danger] = set()
    if new is None and old is not None:
        found.add(_deletion(old))
        guarded = _GUARDS.get(str(old["kind"]))
        if guarded is not None and opens:
            found.add(guarded)
    elif old is None and new is not None:
        found |= set(_brought(new))
    elif old is not None and new is not None:
        if kind is ChangeKind.REPLACED:
            found.add(_replacement(old, new))
        found |= set(_changed(old, new, fields))
    return tuple(sorted(found))


def _deletion(old: Manifest) -> Danger:
    if old["kind"] in DATA_KINDS:
        return DATA
    if preserves(old):
        return ORPHANED
    return CASCADE if old["kind"] in _ROOTS else DELETION


def _replacement(old: Manifest, new: Manifest) -> Danger:
    if old["kind"] in DATA_KINDS:
        return DATA
    return REPLACEMENT if old["kind"] == new["kind"] else SWITCHED


def _brought(new: Manifest) -> Iterator[Danger]:
    """Yield what a new object opens; that it runs, reads and restarts is no news about it."""
    if new["kind"] in _RBAC:
        yield RBAC
    if new["kind"] in _GUARDS:
        return  # They hold back; not to look inside saves time in new environments.
    for field in inside(FieldChange("", ABSENT, new)):
        for danger, finder in _OPENING:
            if finder(new, new, field):
                yield danger


def _changed(old: Manifest, new: Manifest, fields: Sequence[FieldChange]) -> Iterator[Danger]:
    for field in (each for branch in fields for each in inside(branch)):
        for danger, finder in _FINDERS:
            if finder(old, new, field):
                yield danger
        if IMAGE_FIELD.search(field.path):
            yield _image(field)
        if field.path in VERSION_FIELDS:
            yield IMAGE


def _image(field: FieldChange) -> Danger:
    if field.old is ABSENT:
        return REPOSITORY
    before, after = images.parse(str(field.old)), images.parse(str(field.new))
    if before and after and before.repository != after.repository:
        return REPOSITORY
    return IMAGE


def _protection(old: Manifest, new: Manifest, field: FieldChange) -> bool:
    del old, new
    if field.path == "(protect)":
        return field.new is False
    loosened = {
        "spec.syncPolicy.applicationsSync": field.old in KEEPING and field.new not in KEEPING,
        "spec.syncPolicy.preserveResourcesOnDeletion": field.old is True,
        "spec.deletionPolicy": field.old == "Orphan",
        "spec.force": field.new is True,
    }
    claims = field.path.startswith("spec.persistentVolumeClaimRetentionPolicy.when")
    return loosened.get(field.path, False) or (claims and field.new == "Delete")


def _access(old: Manifest, new: Manifest, field: FieldChange) -> bool:
    del new
    kind = old["kind"]
    if kind in _RBAC:
        return field.path.startswith(("rules", "subjects", "roleRef")) and grew(field)
    if kind == "AppProject":
        places = ("spec.destinations", "spec.sourceRepos", "spec.clusterResourceWhitelist")
        refused = field.path.startswith("spec.namespaceResourceBlacklist") and shrank(field)
        return refused or (field.path.startswith(places) and grew(field))
    return kind == "ConfigMap" and field.path.startswith("data[policy.")


def _security(old: Manifest, new: Manifest, field: FieldChange) -> bool:
    del new
    return loosened(str(old["kind"]), field)


def _network(old: Manifest, new: Manifest, field: FieldChange) -> bool:
    del new
    if old["kind"] != "NetworkPolicy" or not field.path.startswith("spec"):
        return False
    # A direction that no policy names is open.
    return shrank(field) if field.path == "spec.policyTypes" else grew(field)


def _capacity(old: Manifest, new: Manifest, field: FieldChange) -> bool:
    del old, new
    if field.path == "spec.maxUnavailable":
        return _number(field.new) > _number(field.old)
    default = _CAPACITY.get(field.path)
    # An autoscaler does not keep what is there: a field that goes falls to its default first.
    return default is not None and _number(field.new, default) < _number(field.old, default)


def _limits(old: Manifest, new: Manifest, field: FieldChange) -> bool:
    del old, new
    place = re.search(r"\.resources\.limits\.(memory|ephemeral-storage)$", field.path)
    return place is not None and field.new is ABSENT


def _automation(old: Manifest, new: Manifest, field: FieldChange) -> bool:
    del old, new
    if field.path.startswith("spec.template.spec.syncPolicy.automated"):
        return field.new is not ABSENT
    if field.path == "spec.suspend":
        return field.old is True
    return field.path == "spec.prune" and field.new is True


def _exposure(old: Manifest, new: Manifest, field: FieldChange) -> bool:
    del new
    if old["kind"] == "Service":
        return field.path == "spec.type" and _type(field.old) != _type(field.new)
    hosts = ("spec.rules", "spec.hostnames", "spec.parentRefs", "spec.tls", "spec.ingressClassName")
    return old["kind"] in {"Ingress", "HTTPRoute"} and field.path.startswith(hosts)


def _type(value: Any) -> Any:
    return "ClusterIP" if value is ABSENT else value


def _secret(old: Manifest, new: Manifest, field: FieldChange) -> bool:
    del old, new
    named = {"secret", "secretRef", "secretKeyRef"} & set(field.path.split("."))
    return bool(named) or "[secretRef=" in field.path


def _number(value: Any, default: int = 0) -> int:
    if value is ABSENT or value is None:
        return default
    match = re.match(r"[0-9]+", str(value))
    return int(match[0]) if match else 0


_FINDERS: tuple[tuple[Danger, Finder], ...] = (
    (PROTECTION, _protection),
    (RBAC, _access),
    (SECURITY, _security),
    (NETWORK, _network),
    (CAPACITY, _capacity),
    (LIMITS, _limits),
    (AUTOMATION, _automation),
    (EXPOSURE, _exposure),
    (SECRET, _secret),
)
_OPENING = ((RBAC, _access), (SECURITY, _security), (EXPOSURE, _exposure))
