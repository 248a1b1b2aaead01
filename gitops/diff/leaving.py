"""What a removal leaves behind: what it held back, and what nobody deletes.

Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Controlling-Resource-Modification/
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from gitops.objects import Identity, Manifest, Placed, at, entries, identity

KEEPING = ("create-only", "create-update")
"""Policies with which Argo CD does not delete the Applications of an ApplicationSet."""
_NAMES = frozenset({"app.kubernetes.io/name", "app.kubernetes.io/instance", "app"})
"""Labels that only pods of one application share."""
_TEMPLATES = (("spec", "template"), ("spec", "jobTemplate", "spec", "template"))


class _Place(NamedTuple):
    environment: str
    cluster: str
    name: str
    """Of an application or of a namespace."""


class _Pods(NamedTuple):
    """Pods that an object makes."""

    application: str
    labels: Mapping[str, Any]


@dataclass(frozen=True)
class Leaving:
    """Everything before and after, for the questions that a removed object asks."""

    before: Sequence[Placed]
    after: Sequence[Placed]

    def is_orphaned(self, removed: Placed) -> bool:
        """Tell whether *removed* runs on, because its engine does not delete it."""
        app = _application(removed)
        kept = app in self._kept and app not in self._staying
        return kept and _home(removed) not in self._namespaces

    def opens(self, removed: Placed) -> bool:
        """Tell whether anything that *removed* held back stays; it does when in doubt."""
        home = _home(removed)
        if home in self._namespaces:
            return False
        selector = _selector(removed.manifest)
        if not _NAMES & selector.keys():
            return True
        before = [each for each in self._pods_before.get(home, ()) if _selects(selector, each)]
        if not before and removed.application not in selector.values():
            return True
        if any(each.application != removed.application for each in before):
            return True
        if _application(removed) not in self._staying:
            return False
        after = self._pods_after.get(home, ())
        return not before or any(_selects(selector, each) for each in after)

    @cached_property
    def _staying(self) -> frozenset[_Place]:
        """Applications that still have an object on the cluster."""
        return frozenset(_application(each) for each in self.after)

    @cached_property
    def _namespaces(self) -> frozenset[_Place]:
        """Namespaces that are removed."""
        old, new = (
            {
                _Place(each.environment, each.cluster, each.manifest["metadata"]["name"])
                for each in given
                if each.manifest["kind"] == "Namespace"
            }
            for given in (self.before, self.after)
        )
        return frozenset(old - new)

    @cached_property
    def _kept(self) -> frozenset[_Place]:
        """Applications that an ApplicationSet names no longer, and does not delete."""
        sets, found = _sets(self.after), set[_Place]()
        for key, old in _sets(self.before).items():
            new = sets.get(key)
            if keeps(new) if new else preserves(old):
                gone = elements(old) - elements(new or {})
                found |= {_Place(key[0], cluster, app) for cluster, app in gone}
        return frozenset(found)

    @cached_property
    def _pods_before(self) -> Mapping[_Place, Sequence[_Pods]]:
        return _pods(self.before)

    @cached_property
    def _pods_after(self) -> Mapping[_Place, Sequence[_Pods]]:
        return _pods(self.after)


def keeps(manifest: Manifest) -> bool:
    """Tell whether *manifest*, an ApplicationSet that stays, leaves what it names no longer."""
    policy = at(manifest, "spec", "syncPolicy").get("applicationsSync")
    return preserves(manifest) or policy in KEEPING


def preserves(manifest: Manifest) -> bool:
    """Tell whether *manifest*, a root of an engine, leaves what it delivered when it goes."""
    if manifest["kind"] == "Kustomization":
        return at(manifest, "spec").get("deletionPolicy") == "Orphan"
    policy = at(manifest, "spec", "syncPolicy")
    return (
        manifest["kind"] == "ApplicationSet" and policy.get("preserveResourcesOnDeletion") is True
    )


def _application(placed: Placed) -> _Place:
    return _Place(placed.environment, placed.cluster, placed.application)


def _home(placed: Placed) -> _Place:
    namespace = placed.manifest["metadata"].get("namespace", "")
    return _Place(placed.environment, placed.cluster, namespace)


def _sets(objects: Sequence[Placed]) -> dict[tuple[str, str, Identity], Manifest]:
    return {
        (each.environment, each.cluster, identity(each.manifest)): each.manifest
        for each in objects
        if each.manifest["kind"] == "ApplicationSet"
    }


def elements(application_set: Manifest) -> set[tuple[str, str]]:
    """Return cluster and name of the applications that *application_set* lists."""
    return {(str(each.get("cluster")), str(each.get("app"))) for each in listed(application_set)}


def listed(application_set: Manifest) -> Iterator[Mapping[str, Any]]:
    """Yield what *application_set* lists, each with its ``app``, ``cluster`` and ``namespace``."""
    for generator in entries(at(application_set, "spec").get("generators")):
        yield from (at(each) for each in entries(at(generator, "list").get("elements")))


def _selector(manifest: Manifest) -> Mapping[str, Any]:
    """Return the labels by which a NetworkPolicy or a PodDisruptionBudget finds its pods."""
    spec = at(manifest, "spec")
    return at(spec.get("podSelector") or spec.get("selector"), "matchLabels")


def _pods(objects: Sequence[Placed]) -> dict[_Place, list[_Pods]]:
    found: dict[_Place, list[_Pods]] = {}
    for each in objects:
        for path in ((),) if each.manifest["kind"] == "Pod" else _TEMPLATES:
            if labels := at(each.manifest, *path, "metadata", "labels"):
                found.setdefault(_home(each), []).append(_Pods(each.application, labels))
    return found


def _selects(selector: Mapping[str, Any], pods: _Pods) -> bool:
    return selector.items() <= pods.labels.items()
