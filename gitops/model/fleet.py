"""The whole fleet, checked and frozen: the one value that every command starts from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gitops.model.application import Application
from gitops.model.environment import (
    Cluster,
    Environment,
    Policy,
    Release,
    Team,
    Topology,
)
from gitops.model.platform import Component, ComponentName, Mirror
from gitops.model.repository import Repository
from gitops.objects import Manifest


@dataclass(frozen=True, kw_only=True, slots=True)
class Deployment:
    """One application in one environment: its settings on each cluster, and its release."""

    on: Mapping[str, Application]
    """By cluster, in the environment's order; only the clusters it runs on."""
    release: Release

    @property
    def application(self) -> Application:
        """The settings on its first cluster; the others differ only by the cluster layer."""
        return next(iter(self.on.values()))


@dataclass(frozen=True, kw_only=True, slots=True)
class Stack:
    """One environment with everything that runs in it."""

    environment: Environment
    clusters: Mapping[str, Cluster]
    """In the order that the environment names them."""
    deployments: Mapping[str, Deployment]
    """By application, in alphabetical order."""

    def served_by(self, name: str) -> Sequence[str]:
        """Return the clusters that the Argo CD on cluster *name* serves, none where it has none."""
        if self.environment.topology is Topology.PER_CLUSTER:
            return [name]
        served = list(self.clusters)
        return served if name == served[0] else []


@dataclass(frozen=True, kw_only=True, slots=True)
class Fleet:
    """Environments, clusters, teams, applications and releases, and what they must obey."""

    name: str
    """Name of the fleet; the value of ``app.kubernetes.io/part-of`` for the platform."""
    domain: str
    """DNS domain of the company; prefix of labels and annotations of our own."""
    repository: Repository
    clusters: Mapping[str, Cluster]
    teams: Mapping[str, Team]
    policy: Policy
    versions: Mapping[ComponentName, Component]
    """Pinned programs of the platform, for environments that pin no other version."""
    mirror: Mirror
    directories: Mapping[str, tuple[Manifest, ...]]
    """Objects of the plain-manifest applications, by directory."""
    stacks: Mapping[str, Stack]
    """By environment, in the order of promotion."""

    @property
    def prefix(self) -> str:
        """Prefix of our own labels and annotations, without the slash."""
        return f"gitops.{self.domain}"

    def component(self, environment: Environment, name: ComponentName) -> Component:
        """Return what is pinned of *name*, which *environment* installs."""
        return environment.versions.get(name) or self.versions[name]

    def placements(self) -> Iterator[tuple[Stack, Cluster, str, Deployment]]:
        """Iterate over every application on every cluster of every environment."""
        for stack in self.stacks.values():
            for name, deployment in stack.deployments.items():
                for cluster in deployment.on:
                    yield stack, stack.clusters[cluster], name, deployment
