"""Where one application runs: everything that its builders need to know, worked out once."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from gitops import names
from gitops.model import Application, Cluster, Environment, Release, Workload
from gitops.objects import Manifest

MANAGED_BY = "gitops"


@dataclass(frozen=True, kw_only=True, slots=True)
class Neighbour:
    """An application as others reach it over the network."""

    name: str
    """Name of its objects."""
    namespace: str
    ports: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Site:
    """One application on one cluster of one environment."""

    app: Application
    environment: Environment
    cluster: Cluster
    release: Release
    namespace: str
    """Namespace it runs in, with the environment's suffix."""
    prefix: str
    """Prefix of our own labels and annotations, without the slash."""
    neighbours: Mapping[str, Neighbour]
    """The applications that it talks to or hears from, by name."""

    @property
    def name(self) -> str:
        """Name of most of its objects."""
        return self.app.object_name

    @cached_property
    def selector(self) -> dict[str, str]:
        """Labels that never change: selectors are immutable."""
        return selector(self.name)

    @cached_property
    def labels(self) -> dict[str, str]:
        """Labels of every object of the application."""
        labels = {
            **self.selector,
            "app.kubernetes.io/component": self.app.kind,
            "app.kubernetes.io/part-of": self.app.team,
            "app.kubernetes.io/managed-by": MANAGED_BY,
            f"{self.prefix}/environment": self.environment.name,
            f"{self.prefix}/team": self.app.team,
            f"{self.prefix}/data": self.app.data.value,
        }
        version = self.release.tag or self.release.chart or ""
        if version and is_label_value(version):
            labels["app.kubernetes.io/version"] = version
        return labels

    @property
    def config_name(self) -> str:
        """Name of the application's ConfigMap."""
        return names.compose(self.name, "config")

    def manifest(
        self, api_version: str, kind: str, name: str | None = None, **body: object
    ) -> Manifest:
        """Return an object of the application; *body* is what comes after the metadata."""
        return {
            "apiVersion": api_version,
            "kind": kind,
            "metadata": {
                "name": name or self.name,
                "namespace": self.namespace,
                "labels": dict(self.labels),
            },
            **body,
        }


def selector(name: str) -> dict[str, str]:
    """Return the labels by which the pods of application *name* are found."""
    return {"app.kubernetes.io/name": name, "app.kubernetes.io/instance": name}


def image(app: Workload, release: Release) -> str:
    """Return the exact image reference of *app*: ``repository:tag@sha256:...``."""
    tag = f":{release.tag}" if release.tag else ""
    digest = f"@{release.digest}" if release.digest else ""
    return f"{app.image}{tag}{digest}"


def content_hash(value: object) -> str:
    """Return a short stable hash of *value*, which JSON can hold."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def is_label_value(value: str) -> bool:
    """Tell whether *value* may be the value of a label."""
    body = value.replace(".", "").replace("_", "").replace("-", "")
    ends = f"{value[:1]}{value[-1:]}"
    return len(value) <= names.MAX_LABEL and body.isascii() and body.isalnum() and ends.isalnum()
