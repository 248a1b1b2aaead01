"""The file kinds: where each lies, what it holds, and the adapter that checks it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from gitops import fields
from gitops.model import (
    KINDS,
    AnyApplication,
    Cluster,
    Component,
    ComponentName,
    Environment,
    Mirror,
    Policy,
    Release,
    Repository,
    Team,
)
from gitops.model.parts import SHAPE

FLEET = "fleet/fleet.yaml"
CLUSTERS = "fleet/clusters.yaml"
TEAMS = "fleet/teams.yaml"
POLICY = "fleet/policy.yaml"
VERSIONS = "fleet/versions.yaml"
FILES = (FLEET, CLUSTERS, TEAMS, POLICY, VERSIONS)
APPS = "fleet/apps"
RELEASES = "releases"
STACK_FILE = re.compile(r"Pulumi\.([^/]+)\.ya?ml")
"""Files at the top of the repository; each declares an environment."""
FIXED = frozenset({"name", "kind", "team", "environments"})
"""Keys that only ``fleet/apps/<app>.yaml`` may say: they are the application's identity."""
REMOVABLE = frozenset({"formerly"})
"""Keys that only ``fleet/apps/<app>.yaml`` may say, and others may take away."""


@dataclass(frozen=True, kw_only=True)
class FleetFile:
    """What the fleet as a whole is called, and where its rendered tree lives."""

    __pydantic_config__ = SHAPE

    name: fields.Label
    """Name of the fleet."""
    domain: fields.Domain
    """DNS domain of the company; our own labels begin with `gitops.` and it."""
    repository: Repository
    """Git repository that the engines sync."""
    mirror: Mirror = field(default_factory=Mirror)
    """Where the platform's own manifests and images come from instead of the internet."""


@dataclass(frozen=True, kw_only=True)
class ReleaseFile:
    """What runs in one environment, exactly; the only place that says it."""

    __pydantic_config__ = SHAPE

    releases: Mapping[fields.Label, Release] = field(default_factory=dict[str, Release])
    """Release by application."""


@dataclass(frozen=True, kw_only=True)
class ClusterLayer:
    """What is different on one cluster of the environment."""

    __pydantic_config__ = SHAPE

    apps: Mapping[fields.Label, Mapping[str, Any]] = field(
        default_factory=dict[str, Mapping[str, Any]]
    )
    """Settings by application; checked together with the layers below."""


Overlays = Mapping[fields.Label, Mapping[str, Any]]
"""What is different in one environment, by application; checked with the layers below it."""
ClusterLayers = Mapping[fields.Label, ClusterLayer]
"""What is different on one cluster of the environment."""


ADAPTERS: Mapping[str, Any] = {
    FLEET: FleetFile,
    CLUSTERS: Mapping[fields.Label, Cluster],
    TEAMS: Mapping[fields.Label, Team],
    POLICY: Policy,
    VERSIONS: Mapping[ComponentName, Component],
    RELEASES: ReleaseFile,
    APPS: AnyApplication,
    "environment": Environment,
    "apps": Overlays,
    "clusters": ClusterLayers,
}
STACK_KEYS = ("environment", "apps", "clusters", "kubeconfigs", "repository")
"""Keys of a stack file under ``config``, after the prefix ``gitops:``."""


@cache
def adapter(kind: str) -> TypeAdapter[Any]:
    """Return the checker of a file kind, made on first use."""
    return TypeAdapter(ADAPTERS[kind])


@cache
def of_kind(kind: str) -> TypeAdapter[Any] | None:
    """Return the checker of applications of one *kind*, a part of that of all, if there is one."""
    return TypeAdapter(KINDS[kind]) if kind in KINDS else None
