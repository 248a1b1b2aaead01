"""Where pods hide in objects of any kind, and which containers they have."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, cast

from gitops.objects import Manifest, entries

_GROUPS = ("initContainers", "containers", "ephemeralContainers")
_TEMPLATES: tuple[tuple[str, ...], ...] = (
    ("spec", "template", "spec"),
    ("spec", "jobTemplate", "spec", "template", "spec"),
    ("template", "spec"),
)
"""Where a pod's spec is: workloads and Rollouts, CronJobs, PodTemplates; a Pod's is ``spec``."""
_NO_PODS = frozenset(
    {
        ("argoproj.io", "Application"),
        ("argoproj.io", "ApplicationSet"),
        ("helm.toolkit.fluxcd.io", "HelmRelease"),
    }
)
"""Custom kinds that hold values of charts: what a chart makes of them nobody can tell here."""


class Pod(NamedTuple):
    """The spec of a pod, and the path of it."""

    path: str
    spec: Mapping[str, Any]
    whole: bool = True
    """Whether it must be complete; a custom kind may fill in what is missing."""


class Container(NamedTuple):
    """A container of a pod, and the path of it."""

    path: str
    spec: Mapping[str, Any]


def pods_of(manifest: Manifest) -> Iterator[Pod]:
    """Yield every pod of *manifest*: the kinds of Kubernetes have theirs in fixed places.

    Custom kinds may have pods anywhere, and a list holds other objects.
    """
    known = list(_known(manifest))
    yield from known
    if is_custom(manifest):
        places = {each.path for each in known}
        for path, value in mappings(manifest):
            if path not in places and any("image" in each for _, each in listed(path, value)):
                yield Pod(path, value, whole=False)
    elif str(manifest.get("kind")).endswith("List"):
        for index, item in enumerate(entries(manifest.get("items"))):
            if isinstance(item, dict):
                for each in pods_of(cast("Manifest", item)):
                    yield each._replace(path=f"items[{index}].{each.path}")


def containers_of(pod: Pod) -> Iterator[Container]:
    """Yield every container of *pod*, init and ephemeral ones included."""
    for each in listed(pod.path, pod.spec):
        if pod.whole or "image" in each.spec:
            yield each


def listed(path: str, value: Mapping[str, Any]) -> Iterator[Container]:
    """Yield what *value*, which is at *path*, lists as containers."""
    for group in _GROUPS:
        if group in value:
            for index, each in enumerate(entries(value[group])):
                if isinstance(each, dict):
                    found = cast("dict[str, Any]", each)
                    yield Container(f"{_join(path, group)}[{_key(found, index)}]", found)


def is_custom(manifest: Manifest) -> bool:
    """Tell whether *manifest* is of a kind that somebody added, and that may make pods."""
    group = str(manifest.get("apiVersion")).rpartition("/")[0]
    if "." not in group or group.endswith((".k8s.io", "kyverno.io")):
        return False  # Kyverno's policies hold patterns that look like pods.
    return (group, manifest.get("kind")) not in _NO_PODS


def mappings(value: Any, path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield every mapping in *value* with its path, but nothing about the object itself."""
    if isinstance(value, dict):
        found = cast("dict[str, Any]", value)
        yield path, found
        for key, each in found.items():
            if isinstance(each, dict | list) and (path or key not in {"metadata", "status"}):
                yield from mappings(each, _join(path, key))
    else:
        for index, each in enumerate(entries(value)):
            if isinstance(each, dict | list):
                yield from mappings(each, f"{path}[{_key(each, index)}]")


def _known(manifest: Manifest) -> Iterator[Pod]:
    spec: Any = manifest.get("spec")
    pod = manifest.get("kind") == "Pod"
    inside = isinstance(spec, dict) and ("template" in spec or "jobTemplate" in spec)
    if not (inside or pod or "template" in manifest):
        return  # Most objects: a look at each template in turn would be most of the time.
    candidates = (*_TEMPLATES, ("spec",)) if pod else _TEMPLATES
    for path in candidates:
        found: Any = manifest
        for step in path:
            found = cast("dict[str, Any]", found).get(step) if isinstance(found, dict) else None
        if isinstance(found, dict) and any(group in found for group in _GROUPS):
            yield Pod(".".join(path), cast("dict[str, Any]", found))


def _key(value: Any, index: int) -> str:
    return f"name={value['name']}" if isinstance(value, dict) and "name" in value else str(index)


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
