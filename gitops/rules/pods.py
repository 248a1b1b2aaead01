"""Where pods hide in objects of any kind, and which containers they have."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

from gitops.objects import Manifest

_GROUPS = ("initContainers", "containers", "ephemeralContainers")
_TEMPLATES: tuple[tuple[str, ...], ...] = (
    ("spec", "template", "spec"),
    ("spec", "jobTemplate", "spec", "template", "spec"),
    ("template", "spec"),
)
"""Where a pod's spec is: workloads and Rollouts, CronJobs, PodTemplates; a Pod's is ``spec``."""


class Container(NamedTuple):
    """A container of a pod, and the path of it."""

    path: str
    spec: Mapping[str, Any]


def containers(manifest: Manifest) -> Iterator[Container]:
    """Yield every container of *manifest*, init and ephemeral ones included.

    Custom kinds count too: whatever has a pod template where workloads have theirs.
    """
    for path, pod in pod_specs(manifest):
        for group in _GROUPS:
            given = pod.get(group)
            for index, each in enumerate(_list(given)):
                if isinstance(each, dict):
                    found = cast("dict[str, Any]", each)
                    key = f"name={found['name']}" if "name" in found else str(index)
                    yield Container(f"{path}.{group}[{key}]", found)


def pod_specs(manifest: Manifest) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield every pod spec in *manifest* with its path."""
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
            yield ".".join(path), cast("dict[str, Any]", found)


def _list(value: Any) -> Sequence[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else ()
