"""Parts that applications are made of: ports, probes, resources, routes, scaling, storage."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any

from pydantic import ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.alias_generators import to_camel
from pydantic_core import core_schema

from gitops import fields

SHAPE = ConfigDict(extra="forbid", alias_generator=to_camel)
"""Every value people write: unknown keys are errors, keys are camelCase in YAML."""


class Shorthand:
    """Lets a single text stand for a mapping in which only one key is given."""

    def __init__(self, key: str) -> None:
        """Let a text mean ``{key: text}``."""
        self.key = key

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Turn a text into the mapping before the mapping is checked."""
        return core_schema.no_info_before_validator_function(
            lambda value: {self.key: value} if isinstance(value, str) else value, handler(source)
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Offer the text and the mapping to editors."""
        whole = handler(schema)
        inner = handler.resolve_ref_schema(whole)["properties"][self.key]
        return {"anyOf": [inner, whole]}


@dataclass(frozen=True, kw_only=True, slots=True)
class ResourceList:
    """Amounts of what a container needs."""

    __pydantic_config__ = SHAPE

    cpu: fields.Quantity | None = None
    """CPU in cores, such as 250m."""
    memory: fields.Quantity | None = None
    """Memory in bytes, such as 256Mi."""
    ephemeral_storage: fields.Quantity | None = None
    """Local disk in bytes, such as 1Gi."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Resources:
    """What a container asks for, and what it may use at most."""

    __pydantic_config__ = SHAPE

    requests: ResourceList = field(default_factory=ResourceList)
    """What the scheduler reserves."""
    limits: ResourceList = field(default_factory=ResourceList)
    """What the kernel allows; a container over its memory limit is killed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Probe:
    """How the kubelet asks a container for its health: by `path`, `command`, or a plain `port`."""

    __pydantic_config__ = SHAPE

    path: fields.AbsolutePath | None = None
    """HTTP path that answers 200 to 399."""
    port: fields.PortName | None = None
    """Name of one of the application's ports; its first port when left out."""
    command: tuple[fields.Text, ...] = ()
    """Command that exits 0 when healthy."""
    grpc: fields.Bool = False
    """Ask by the gRPC health protocol instead."""
    initial_delay: fields.Seconds = 0
    """Seconds before the first question."""
    period: Annotated[fields.Seconds, Field(ge=1)] = 10
    """Seconds between two questions."""
    timeout: Annotated[fields.Seconds, Field(ge=1)] = 2
    """Seconds to wait for an answer."""
    failures: fields.Positive = 3
    """Failures in a row that count."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Probes:
    """Health of a container: ready for traffic, alive, started."""

    __pydantic_config__ = SHAPE

    readiness: Probe | None = None
    """Not ready: no traffic, and a rollout waits."""
    liveness: Probe | None = None
    """Not alive: the container is restarted."""
    startup: Probe | None = None
    """The other two begin when this has succeeded once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SecretReference:
    """A Secret that the application reads; its values are never written in this repository."""

    __pydantic_config__ = SHAPE

    name: fields.Label
    """Name of the Secret in the application's namespace."""
    keys: tuple[fields.Text, ...] = ()
    """Keys it must have; all of them become environment variables when there is no `mount`."""
    mount: fields.AbsolutePath | None = None
    """Directory in which the keys appear as files, instead of environment variables."""
    optional: fields.Bool = False
    """Whether a pod may start without it."""


Secret = Annotated[SecretReference, Shorthand("name")]


class RouteKind(StrEnum):
    """Which API object brings traffic from outside."""

    INGRESS = "ingress"
    GATEWAY = "gateway"


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """How HTTP traffic from outside the cluster reaches the application."""

    __pydantic_config__ = SHAPE

    hosts: tuple[fields.Host, ...]
    """DNS names; each must belong to a domain of the environment."""
    paths: tuple[fields.AbsolutePath, ...] = ("/",)
    """Path prefixes."""
    kind: RouteKind = RouteKind.INGRESS
    """An Ingress, or an HTTPRoute of the Gateway API on the cluster's gateway."""
    port: fields.PortName | None = None
    """Name of the port that serves it; the first port when left out."""
    tls: fields.Bool = True
    """Whether the Ingress asks for a certificate; a gateway has its own listeners."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Autoscaling:
    """Replicas that follow the load (HorizontalPodAutoscaler); `replicas` is then not set."""

    __pydantic_config__ = SHAPE

    min: fields.Positive
    """Fewest replicas."""
    max: fields.Positive
    """Most replicas, at least `min`."""
    cpu: fields.Percent | None = None
    """Average CPU use to aim for, in percent of the request; 80 when no target is given."""
    memory: fields.Percent | None = None
    """Average memory use to aim for, in percent of the request."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Disruption:
    """How many pods a node drain may take at once (PodDisruptionBudget)."""

    __pydantic_config__ = SHAPE

    max_unavailable: fields.Positive | None = None
    """Pods that may be missing; 1 when nothing is given."""
    min_available: fields.Positive | None = None
    """Pods that must remain; give this or `maxUnavailable`, not both."""


class SyncMode(StrEnum):
    """Who starts the next step: the controller itself, or a person."""

    AUTOMATED = "automated"
    MANUAL = "manual"


class RolloutStrategy(StrEnum):
    """How a new version replaces the old one."""

    ROLLING = "rolling"
    RECREATE = "recreate"
    CANARY = "canary"
    BLUE_GREEN = "blueGreen"


@dataclass(frozen=True, kw_only=True, slots=True)
class RolloutPlan:
    """How a new version replaces the old one; canary and blueGreen need Argo Rollouts."""

    __pydantic_config__ = SHAPE

    strategy: RolloutStrategy = RolloutStrategy.ROLLING
    """rolling and recreate are a Deployment; canary and blueGreen are a Rollout."""
    weights: tuple[fields.Percent, ...] = (20, 40, 60, 80)
    """canary: percent of the traffic, or of the pods, at each step; rising."""
    pause: fields.Duration | None = "1h"
    """canary: how long each step waits."""
    promotion: SyncMode = SyncMode.AUTOMATED
    """blueGreen: who switches the traffic, Argo Rollouts itself or a person."""


Rollout = Annotated[RolloutPlan, Shorthand("strategy")]


@dataclass(frozen=True, kw_only=True, slots=True)
class Peer:
    """Somebody on the other end of a connection; give exactly one of the first three."""

    __pydantic_config__ = SHAPE

    app: fields.Label | None = None
    """An application of this fleet, wherever it runs in the same cluster."""
    namespace: fields.Label | None = None
    """Every pod of a namespace."""
    cidr: fields.Cidr | None = None
    """A block of addresses."""
    ports: tuple[fields.PortNumber, ...] = ()
    """TCP ports; every port when left out (for `from`: the application's own ports)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Network:
    """Who may talk to the application, and to whom it may talk. Everything else is denied."""

    __pydantic_config__ = SHAPE

    ingress: tuple[Peer, ...] = ()
    """Who may connect, beside the ingress controller when there is a route."""
    egress: tuple[Peer, ...] = ()
    """To whom it may connect, beside DNS."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceAccount:
    """The identity of the application's pods."""

    __pydantic_config__ = SHAPE

    annotations: Mapping[fields.Text, fields.Text] = field(default_factory=dict[str, str])
    """For example the cloud role that the identity may assume."""
    token: fields.Bool = False
    """Whether pods get a token for the Kubernetes API."""


@dataclass(frozen=True, kw_only=True, slots=True)
class IntegrationTest:
    """A Job that runs after each deployment and says whether the environment works."""

    __pydantic_config__ = SHAPE

    image: fields.ImageReference
    """Full reference with a tag or digest."""
    command: tuple[fields.Text, ...] = ()
    """Command to run; the image's own when left out."""
    api_url: fields.HttpsUrl | None = None
    """Value of API_URL; the first host of the route when left out."""
    timeout: Annotated[fields.Seconds, Field(ge=1)] = 600
    """Seconds until it counts as failed."""


class AccessMode(StrEnum):
    """Who may mount a volume at once."""

    READ_WRITE_ONCE = "ReadWriteOnce"
    READ_WRITE_ONCE_POD = "ReadWriteOncePod"
    READ_WRITE_MANY = "ReadWriteMany"


@dataclass(frozen=True, kw_only=True, slots=True)
class Volume:
    """Storage of each replica of a stateful application; outlives the pod."""

    __pydantic_config__ = SHAPE

    name: fields.Label
    """Name of the claim template."""
    mount: fields.AbsolutePath
    """Directory in the container."""
    size: fields.Quantity
    """Size in bytes, such as 20Gi; may grow later, never shrink."""
    storage_class: fields.Domain | None = None
    """StorageClass; the cluster's when left out."""
    access: AccessMode = AccessMode.READ_WRITE_ONCE
    """Who may mount it at once."""
