"""Environments and what surrounds their applications: clusters, teams, policy, releases."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from gitops import fields
from gitops.model.alerts import Alerts
from gitops.model.parts import SHAPE, SyncMode
from gitops.model.platform import Component, ComponentName, Platform


class Delivery(StrEnum):
    """Who brings an environment's applications to its clusters; exactly one of them."""

    ARGOCD = "argocd"
    FLUX = "flux"
    DIRECT = "direct"


class Topology(StrEnum):
    """Where Argo CD runs: once for the environment, or on each of its clusters."""

    HUB = "hub"
    PER_CLUSTER = "perCluster"


@dataclass(frozen=True, kw_only=True)
class Environment:
    """One stage of the way to production; one Pulumi stack, `Pulumi.<name>.yaml`."""

    __pydantic_config__ = SHAPE

    name: fields.Label
    """Name of the stack; comes from the file's name."""
    description: fields.Text = ""
    """One sentence for people."""
    delivery: Delivery
    """Who brings the applications to the clusters: argocd, flux, or direct (Pulumi itself)."""
    clusters: tuple[fields.Label, ...]
    """Clusters of the environment, declared in `fleet/clusters.yaml`."""
    sync: SyncMode = SyncMode.MANUAL
    """Who starts a deployment after a merge: the engine, or a person."""
    topology: Topology = Topology.HUB
    """argocd: one Argo CD for the environment on its first cluster, or one on each cluster."""
    self_heal: fields.Bool = True
    """With automated sync: whether a change made by hand is undone."""
    promotes_from: fields.Label | None = None
    """The environment whose releases may come here; null for the first one."""
    follows: fields.Label | None = None
    """The environment whose releases run here at once, as in disaster recovery."""
    approvals: fields.Count = 0
    """People who must approve a change."""
    domains: tuple[fields.Domain, ...] = ()
    """DNS domains under which routes may have their hosts."""
    namespace_suffix: fields.Label | None = None
    """Appended to every namespace; needed when two environments share a cluster."""
    branch: fields.Branch | None = None
    """Branch of the rendered repository that is synced; the repository's when left out."""
    differs: Mapping[fields.Text, fields.Text] = field(default_factory=dict[str, str])
    """Declared differences to the environment it promotes from: `app.key: reason`."""
    platform: Platform = field(default_factory=Platform)
    """Programs that Pulumi installs on its clusters."""
    versions: Mapping[ComponentName, Component] = field(
        default_factory=dict[ComponentName, Component]
    )
    """Versions of those programs, instead of the ones in `fleet/versions.yaml`."""
    alerts: Alerts | None = None
    """Prometheus rules about the engine, the platform and the applications; none when left out."""

    @property
    def guarded(self) -> bool:
        """Whether a mistake here is expensive: every environment that releases are promoted to."""
        return self.promotes_from is not None or self.follows is not None


@dataclass(frozen=True, kw_only=True)
class IngressController:
    """What serves the Ingresses of a cluster."""

    __pydantic_config__ = SHAPE

    class_name: fields.Domain
    """IngressClass."""
    namespace: fields.Label
    """Namespace of the controller's pods; routes admit traffic from it."""


@dataclass(frozen=True, kw_only=True)
class Gateway:
    """What serves the HTTPRoutes of a cluster."""

    __pydantic_config__ = SHAPE

    name: fields.Label
    """Name of the Gateway."""
    namespace: fields.Label
    """Namespace of the Gateway and its pods."""


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """One Kubernetes cluster."""

    __pydantic_config__ = SHAPE

    name: fields.Label
    """Comes from its key in `fleet/clusters.yaml`."""
    server: fields.HttpsUrl
    """URL of the API server, as Argo CD reaches it."""
    context: fields.Text | None = None
    """Context of the kubeconfig that Pulumi uses; the cluster's name when left out."""
    kubernetes: fields.KubernetesVersion
    """Minor version it runs; removed API versions are checked against it."""
    region: fields.Text = ""
    """Region, for people and for labels."""
    ingress: IngressController | None = None
    """Ingress controller, if there is one."""
    gateway: Gateway | None = None
    """Gateway, if there is one."""
    storage_class: fields.Domain | None = None
    """StorageClass for stateful applications; the cluster's default when left out."""


class PodSecurity(StrEnum):
    """Pod security standard that a namespace enforces."""

    RESTRICTED = "restricted"
    BASELINE = "baseline"
    PRIVILEGED = "privileged"


@dataclass(frozen=True, kw_only=True)
class Quota:
    """What all pods of a namespace may ask for together."""

    __pydantic_config__ = SHAPE

    cpu: fields.Quantity
    """Sum of the CPU requests."""
    memory: fields.Quantity
    """Sum of the memory requests, and of the memory limits."""
    pods: fields.Positive = 100
    """Number of pods."""


@dataclass(frozen=True, kw_only=True)
class Team:
    """The people who own applications, and the namespace they share in every environment."""

    __pydantic_config__ = SHAPE

    name: fields.Label
    """Comes from its key in `fleet/teams.yaml`."""
    contact: fields.Text
    """Whom to call: a mail address or a chat channel."""
    namespace: fields.Label | None = None
    """Namespace of its applications; the team's name when left out."""
    namespaces: tuple[fields.Label, ...] = ()
    """Further namespaces that its applications may name."""
    pod_security: PodSecurity = PodSecurity.RESTRICTED
    """Pod security standard of its namespaces."""
    quota: Quota | None = None
    """Limits of each of its namespaces; none when left out."""
    quotas: Mapping[fields.Label, Quota] = field(default_factory=dict[str, Quota])
    """Limits by environment, instead of `quota`."""

    @property
    def home(self) -> str:
        """Namespace of the applications that name none."""
        return self.namespace or self.name


class Level(StrEnum):
    """What happens when a rule is broken."""

    OFF = "off"
    WARN = "warn"
    ENFORCE = "enforce"


Settings = Annotated[
    Mapping[fields.Label, Level],
    Field(description="Level by environment; the rule's own for environments left out."),
]


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What the fleet demands of every object; the rules themselves are in `gitops/rules`."""

    __pydantic_config__ = SHAPE

    registries: tuple[fields.Registry, ...]
    """Image registries, or paths in them, that images and charts may come from."""
    labels: tuple[fields.Text, ...] = ()
    """Labels that every workload must carry, beside the recommended ones."""
    levels: Mapping[fields.Label, Settings] = field(default_factory=dict[str, Mapping[str, Level]])
    """Level of a rule by environment: off, warn or enforce."""


@dataclass(frozen=True, kw_only=True)
class Release:
    """What of one application runs in one environment: exact, and written by machines only."""

    __pydantic_config__ = SHAPE

    tag: fields.Tag | None = None
    """Image tag, for people."""
    digest: fields.Digest | None = None
    """Image digest: this is what runs."""
    chart: fields.Version | None = None
    """Version of the chart, for chart applications."""
    settings: fields.Digest | None = None
    """Hash of the settings that are promoted with it."""
