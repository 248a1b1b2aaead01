"""Applications: the six kinds that people deploy, as one application runs in one environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from gitops import fields
from gitops.model.parts import (
    SHAPE,
    Autoscaling,
    Disruption,
    IntegrationTest,
    Network,
    Probes,
    Resources,
    Rollout,
    RolloutPlan,
    Route,
    Secret,
    ServiceAccount,
    Volume,
)
from gitops.source import plain


class Sensitivity(StrEnum):
    """How bad it is when the application's data leaves the company."""

    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    RESTRICTED = "restricted"


@dataclass(frozen=True, kw_only=True)
class Application:
    """What every kind of application has."""

    __pydantic_config__ = SHAPE

    kind: str
    """What it is; each kind below has a name of its own."""
    name: fields.Label
    """Same as the file's name; unique in the fleet."""
    formerly: fields.Label | None = None
    """Name before it was renamed: its objects keep that one, so that nothing is made anew. Elsewhere
    than in `fleet/apps/` it can only be taken away (null), which ends that there."""
    team: fields.Label
    """The team that owns it; declared in `fleet/teams.yaml`."""
    description: fields.Text = ""
    """One sentence for people."""
    data: Sensitivity = Sensitivity.INTERNAL
    """Sensitivity of the data it handles."""
    namespace: fields.Label | None = None
    """Namespace it runs in; the team's when left out."""
    environments: tuple[fields.Label, ...] | None = None
    """Environments it runs in; all of them when left out. Only in `fleet/apps/`."""
    clusters: tuple[fields.Label, ...] | None = None
    """Clusters of the environment it runs on; all of them when left out."""

    @property
    def object_name(self) -> str:
        """Name of it on the clusters, where nothing can be renamed."""
        return self.formerly or self.name

    @property
    def peers(self) -> frozenset[str]:
        """Names of the applications that it talks to or hears from."""
        network: Network | None = getattr(self, "network", None)
        sides = (*network.ingress, *network.egress) if network else ()
        return frozenset(each.app for each in sides if each.app)


@dataclass(frozen=True, kw_only=True)
class Workload(Application):
    """An application of which this fleet makes the pods."""

    image: fields.ImageRepository
    """Image without tag or digest: those are the release, in `releases/<environment>.yaml`."""
    command: tuple[fields.Text, ...] = ()
    """Replaces the image's entry point."""
    args: tuple[fields.Text, ...] = ()
    """Arguments of the entry point."""
    user: fields.UserId | None = None
    """Numeric user to run as; the image's own when left out, and never root."""
    resources: Resources = field(default_factory=Resources)
    """What the container asks for and may use."""
    config: Mapping[fields.EnvName, fields.Text] = field(default_factory=dict[str, str])
    """Environment variables from a ConfigMap; a change restarts the pods. No secrets."""
    secrets: tuple[Secret, ...] = ()
    """Secrets it reads, by name."""
    probes: Probes = field(default_factory=Probes)
    """Health of the container."""
    network: Network = field(default_factory=Network)
    """Who may talk to it, and to whom it may talk."""
    service_account: ServiceAccount = field(default_factory=ServiceAccount)
    """The identity of its pods."""
    writable: tuple[fields.AbsolutePath, ...] = ("/tmp",)  # noqa: S108  # inside the container
    """Directories that are writable and lost with the pod; the rest of the disk is read-only."""
    grace_period: Annotated[fields.Seconds, Field(ge=1)] = 30
    """Seconds between SIGTERM and SIGKILL."""
    integration_test: IntegrationTest | None = None
    """Job that runs after each deployment."""


@dataclass(frozen=True, kw_only=True)
class Service(Workload):
    """A long-running program that others call over the network."""

    kind: Literal["service"]
    ports: Mapping[fields.PortName, fields.PortNumber]
    """Ports by name, such as `http: 8080`; the first one serves the route and the probes."""
    replicas: fields.Count = 1
    """Pods; not with `autoscaling`."""
    autoscaling: Autoscaling | None = None
    """Replicas that follow the load."""
    disruption: Disruption | None = None
    """How many pods a node drain may take; one at a time when left out and there are several."""
    route: Route | None = None
    """How traffic from outside the cluster reaches it."""
    rollout: Rollout = field(default_factory=RolloutPlan)
    """How a new version replaces the old one."""


@dataclass(frozen=True, kw_only=True)
class Worker(Workload):
    """A long-running program that nobody calls, such as a queue consumer."""

    kind: Literal["worker"]
    ports: Mapping[fields.PortName, fields.PortNumber] = field(default_factory=dict[str, int])
    """Ports for probes and metrics; there is no Service."""
    replicas: fields.Count = 1
    """Pods; not with `autoscaling`."""
    autoscaling: Autoscaling | None = None
    """Replicas that follow the load."""
    disruption: Disruption | None = None
    """How many pods a node drain may take; one at a time when left out and there are several."""
    rollout: Rollout = field(default_factory=RolloutPlan)
    """How a new version replaces the old one."""


class Concurrency(StrEnum):
    """What happens when a run is due while the last one is still going."""

    ALLOW = "Allow"
    FORBID = "Forbid"
    REPLACE = "Replace"


@dataclass(frozen=True, kw_only=True)
class ScheduledJob(Workload):
    """A program that runs to its end at fixed times (CronJob)."""

    kind: Literal["scheduledJob"]
    schedule: fields.Schedule
    """Cron schedule."""
    time_zone: fields.TimeZone = "Etc/UTC"
    """Time zone of the schedule."""
    concurrency: Concurrency = Concurrency.FORBID
    """What happens when the last run is still going."""
    suspend: fields.Bool = False
    """Whether runs are skipped."""
    timeout: Annotated[fields.Seconds, Field(ge=1)] = 3600
    """Seconds until a run counts as failed."""
    retries: fields.Count = 2
    """How often a failed run is tried again."""


@dataclass(frozen=True, kw_only=True)
class Stateful(Workload):
    """A program whose replicas each have a name and storage of their own (StatefulSet)."""

    kind: Literal["stateful"]
    ports: Mapping[fields.PortName, fields.PortNumber]
    """Ports by name."""
    storage: tuple[Volume, ...]
    """Volumes of each replica."""
    replicas: fields.Count = 1
    """Pods."""
    disruption: Disruption | None = None
    """How many pods a node drain may take; one at a time when left out and there are several."""


@dataclass(frozen=True, kw_only=True)
class ChartSource:
    """A Helm chart of somebody else; its version is the release, in `releases/`."""

    __pydantic_config__ = SHAPE

    repository: fields.ChartRepository
    """Helm repository (https://) or registry (oci://), without the chart's name."""
    name: fields.Label
    """Name of the chart."""


@dataclass(frozen=True, kw_only=True)
class Chart(Application):
    """A third-party Helm chart."""

    kind: Literal["chart"]
    chart: ChartSource
    """Where the chart comes from."""
    values: Annotated[Mapping[str, Any], BeforeValidator(plain.values)] = field(
        default_factory=dict[str, Any]
    )
    """Values of the chart; mappings of the layers are merged."""
    network: Network | None = None
    """Who may talk to its pods, and to whom they may talk; everything when left out."""
    cluster_resources: tuple[fields.ResourceKind, ...] = ()
    """Cluster-scoped kinds that the chart makes, such as apiextensions.k8s.io/CustomResourceDefinition."""


@dataclass(frozen=True, kw_only=True)
class Manifests(Application):
    """A directory of plain Kubernetes manifests."""

    kind: Literal["manifests"]
    path: fields.RelativePath
    """Directory in this repository; every .yaml file in it is read."""
    cluster_resources: tuple[fields.ResourceKind, ...] = ()
    """Cluster-scoped kinds that the directory holds."""


AnyApplication = Annotated[
    Service | Worker | ScheduledJob | Stateful | Chart | Manifests, Field(discriminator="kind")
]
KINDS: dict[str, type[Application]] = {
    "service": Service,
    "worker": Worker,
    "scheduledJob": ScheduledJob,
    "stateful": Stateful,
    "chart": Chart,
    "manifests": Manifests,
}
