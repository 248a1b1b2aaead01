"""What the fleet makes of a release manifest: its namespace, labels, images and resources."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from gitops import names
from gitops.manifests.core import pod_security_labels, shared_labels
from gitops.manifests.raw import CLUSTER_SCOPED, group_kind
from gitops.manifests.site import MANAGED_BY
from gitops.model import (
    Component,
    ComponentName,
    Environment,
    Fleet,
    Installed,
    PodSecurity,
    Resources,
)
from gitops.model.parts import ResourceList
from gitops.objects import Manifest, at
from gitops.platform import catalogue
from gitops.platform.store import DEFINITION
from gitops.rules import images

WORKLOADS = frozenset({"Deployment", "StatefulSet", "DaemonSet"})
_PODS = {
    **dict.fromkeys((*WORKLOADS, "Job"), ("spec", "template", "spec")),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
}
"""Kinds that have pods, and where."""
_DEFAULTS = {
    "requests": {"cpu": "50m", "memory": "128Mi"},
    "limits": {"memory": "1Gi"},
}
"""For containers about which neither the release nor the fleet says anything."""
_INITIAL = frozenset({"default", "kube-node-lease", "kube-public", "kube-system"})
"""Namespaces that are there before everything else.

Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/
"""
_WAIT = {"pulumi.com/waitFor": "condition=Established"}
"""Source: https://www.pulumi.com/registry/packages/kubernetes/#waitfor"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """Where a program looks for what proves that a call comes from the Git server."""

    name: str
    """Name of the Secret, in the namespace of the program."""
    key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """One program of the platform in one environment."""

    fleet: Fleet
    environment: Environment
    name: ComponentName
    component: Component
    settings: Installed

    @property
    def namespace(self) -> str:
        """Namespace that it lies in."""
        return catalogue.namespace(self.name, self.settings)

    @property
    def labels(self) -> dict[str, str]:
        """Labels that say whose an object is; what the release says beside them stays."""
        return {
            "app.kubernetes.io/managed-by": MANAGED_BY,
            f"{self.fleet.prefix}/environment": self.environment.name,
            f"{self.fleet.prefix}/component": self.name.value,
        }


def installed(place: Place, published: Iterable[Manifest]) -> list[Manifest]:
    """Return *published*, the objects of a release manifest, as *place* has them."""
    return [_installed(place, each) for each in published]


def _installed(place: Place, manifest: Manifest) -> Manifest:
    made: Manifest = {**manifest, "metadata": _metadata(place, manifest)}
    kind = manifest["kind"]
    if kind in _PODS:
        made = cast(
            "Manifest", _within(made, _PODS[kind], partial(_pod, place, _needs(place, made)))
        )
    elif kind == "Secret" and not (manifest.get("data") or manifest.get("stringData")):
        # The program fills it: what is empty here must not become ours.
        made = {key: each for key, each in made.items() if key not in {"data", "stringData"}}
    return _moved(place, made)


def _metadata(place: Place, manifest: Manifest) -> dict[str, Any]:
    given: Mapping[str, Any] = manifest["metadata"]
    labels = {**at(given, "labels"), **place.labels}
    labels.setdefault("app.kubernetes.io/name", _label(given["name"]))
    labels.setdefault("app.kubernetes.io/part-of", place.name.value)
    made: dict[str, Any] = {**given, "labels": labels}
    made.pop("creationTimestamp", None)
    if group_kind(manifest) not in CLUSTER_SCOPED:
        made["namespace"] = given.get("namespace") or place.namespace
    if manifest["kind"] == DEFINITION:
        made["annotations"] = {**at(given, "annotations"), **_WAIT}
    return made


def _label(name: str) -> str:
    """Return *name* as the value of a label, which may have fewer characters, and no colon."""
    return re.sub(r"[^A-Za-z0-9_.-]", ".", name)[: names.MAX_LABEL].strip("_.-")


def with_pods(objects: Iterable[Manifest]) -> list[str]:
    """Return the names of those of *objects* that have pods."""
    return [each["metadata"]["name"] for each in objects if each["kind"] in _PODS]


def _needs(place: Place, manifest: Manifest) -> Resources | None:
    return place.settings.resources.get(manifest["metadata"]["name"])


def _within(value: Any, path: Sequence[str], change: Callable[[Any], Any]) -> Any:
    """Return *value* with what is at *path* in it changed."""
    if not path:
        return change(value)
    return {**value, path[0]: _within(value[path[0]], path[1:], change)}


def _pod(place: Place, needs: Resources | None, spec: Mapping[str, Any]) -> dict[str, Any]:
    groups = {
        group: [_container(place, each, needs) for each in spec[group]]
        for group in ("initContainers", "containers")
        if group in spec
    }
    return {**spec, **groups}


def _container(
    place: Place, container: Mapping[str, Any], needs: Resources | None
) -> dict[str, Any]:
    return {
        **container,
        "image": image(place, container["image"]),
        "resources": _resources(at(container, "resources"), needs),
    }


def _resources(given: Mapping[str, Any], needs: Resources | None) -> dict[str, Any]:
    """Return what a container needs: what the fleet says, else the release, else a default.

    A default never contradicts the rest: no request is above its limit.
    """
    requests, limits = (
        {**at(given, side), **_said(getattr(needs, side, None))} for side in ("requests", "limits")
    )
    for name, amount in _DEFAULTS["requests"].items():
        # The API server takes a limit for the request, too, where there is no other.
        requests.setdefault(name, limits.get(name, amount))
    most = max(_DEFAULTS["limits"]["memory"], requests["memory"], key=_bytes)
    limits.setdefault("memory", most)
    return {**given, "requests": requests, "limits": limits}


def _said(ours: ResourceList | None) -> dict[str, str]:
    said = {
        "cpu": getattr(ours, "cpu", None),
        "memory": getattr(ours, "memory", None),
        "ephemeral-storage": getattr(ours, "ephemeral_storage", None),
    }
    return {key: each for key, each in said.items() if each}


def _bytes(quantity: Any) -> float:
    """Return how many bytes *quantity* is."""
    found = re.match(r"[0-9.]+", str(quantity))
    unit = str(quantity)[found.end() :] if found else ""
    power = "kMGTPE".find(unit[:1].replace("K", "k")) + 1 if unit else 0
    base = 1024 if unit.endswith("i") else 1000
    return float(found[0]) * base**power if found else 0.0


def image(place: Place, reference: str) -> str:
    """Return the image *reference* of a release as the fleet pulls it: exact, from its mirror."""
    entry = catalogue.CATALOGUE[place.name]
    found = images.parse(reference)
    if found is None:
        return reference
    implied = found.registry == images.DEFAULT_HOST and not reference.startswith(found.registry)
    registry = entry.registry if entry.registry and implied else found.registry
    tag, digest = found.tag, found.digest
    if digest is None and tag in {None, "latest"}:
        # The file in the repository of a project may name what was built last.
        tag = place.component.version
    mirror = place.fleet.mirror.images
    return "".join(
        [
            f"{mirror}/" if mirror else "",
            f"{registry}/{found.path}",
            f":{tag}" if tag else "",
            f"@{digest}" if digest else "",
        ]
    )


def _moved(place: Place, manifest: Manifest) -> Manifest:
    """Return *manifest* with every reference to the namespace it was written for turned to ours."""
    published = catalogue.CATALOGUE[place.name].namespace
    if place.namespace == published:
        return manifest
    return cast("Manifest", _turned(manifest, published, place.namespace))


def _turned(value: Any, old: str, new: str) -> Any:
    if isinstance(value, dict):
        given = cast("dict[str, Any]", value)
        return {
            key: new if key == "namespace" and each == old else _turned(each, old, new)
            for key, each in given.items()
        }
    if isinstance(value, list):
        return [_turned(each, old, new) for each in cast("list[Any]", value)]
    return value


def made(
    place: Place, api_version: str, kind: str, name: str, namespace: str = "", **body: Any
) -> Manifest:
    """Return an object that the release of the program of *place* does not have."""
    metadata: dict[str, Any] = {"name": name}
    if namespace:
        metadata["namespace"] = namespace
    labels = {"app.kubernetes.io/part-of": place.fleet.name, **place.labels}
    return {
        "apiVersion": api_version,
        "kind": kind,
        "metadata": {**metadata, "labels": labels},
        **body,
    }


def namespaces(
    places: Iterable[Place], kubernetes: str, published: Mapping[ComponentName, Mapping[str, Any]]
) -> list[Manifest]:
    """Return the namespaces of *places*, each once, however many share it.

    What a program says of its own, its *published* labels, stays: by them its webhooks let it pass.
    """
    found: dict[str, list[Place]] = {}
    for each in places:
        if each.namespace not in _INITIAL:
            found.setdefault(each.namespace, []).append(each)
    return [
        _namespace(
            name,
            sharing,
            kubernetes,
            {key: value for each in sharing for key, value in published.get(each.name, {}).items()},
        )
        for name, sharing in found.items()
    ]


def _namespace(
    name: str, sharing: list[Place], kubernetes: str, published: Mapping[str, Any]
) -> Manifest:
    first = sharing[0]
    # The pods of every program in the catalogue are made for it.
    standards = pod_security_labels(PodSecurity.RESTRICTED, kubernetes)
    labels = shared_labels(first.fleet, first.environment)
    metadata = {"name": name, "labels": {**published, **labels, **standards}}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


__all__ = ["WORKLOADS", "Held", "Place", "image", "installed", "made", "namespaces", "with_pods"]
