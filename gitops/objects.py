"""What a Kubernetes object is to the core: a plain dict, its identity, and where it goes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

Manifest = dict[str, Any]
"""``{"apiVersion": ..., "kind": ..., "metadata": {...}, ...}`` as the API server reads it."""


class Identity(NamedTuple):
    """What makes two manifests the same object on one cluster (the version is not part of it)."""

    group: str
    """API group, e.g. ``apps``; empty for the core group."""
    kind: str
    namespace: str
    """Empty for cluster-scoped objects."""
    name: str

    def __str__(self) -> str:
        """Return ``Kind namespace/name``, as people say it."""
        place = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.kind} {place}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """One object in one place: what a diff compares, a render writes and a rule judges."""

    environment: str
    cluster: str
    application: str
    """Name of the application it belongs to; empty for the platform's own objects."""
    manifest: Manifest
    protect: bool = False
    """Whether Pulumi refuses to delete it."""


def identity(manifest: Mapping[str, Any]) -> Identity:
    """Return the identity of *manifest*, which has at least apiVersion, kind and metadata.name."""
    group, _, _ = manifest["apiVersion"].rpartition("/")
    metadata = manifest["metadata"]
    return Identity(group, manifest["kind"], metadata.get("namespace", ""), metadata["name"])


def at(value: Any, *path: str) -> Mapping[str, Any]:
    """Return the mapping at *path* in *value*; an empty one where there is none.

    What somebody else wrote may have anything anywhere.
    """
    for step in path:
        value = cast("Mapping[str, Any]", value).get(step) if isinstance(value, dict) else None
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


def entries(value: Any) -> Sequence[Any]:
    """Return *value* where it is a list, and nothing otherwise."""
    return cast("list[Any]", value) if isinstance(value, list) else ()
