"""What a preview shows: each environment's applications, resources, verdicts, and what changes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gitops.diff import Changes
from gitops.manifests.site import image
from gitops.model import (
    Application,
    Chart,
    Deployment,
    Fleet,
    Manifests,
    RolloutStrategy,
    ScheduledJob,
    Service,
    Stateful,
    Worker,
    Workload,
)
from gitops.plan import StackPlan
from gitops.verdicts import Verdict


@dataclass(frozen=True, kw_only=True, slots=True)
class ApplicationRow:
    """One application in one environment, as a line of a table."""

    name: str
    kind: str
    team: str
    runs: str
    """Image with tag, chart with version, or directory."""
    digest: str
    """Digest of the image; empty where there is none."""
    replicas: str
    """Such as ``3``, ``2-10``, or ``3, eu-central 5``; empty where there are none."""
    strategy: str
    """How a new version replaces the old one, or when a job runs."""
    clusters: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """A resource of the Pulumi program and what is below it."""

    name: str
    type: str
    protect: bool = False
    children: tuple["Node", ...] = ()

    def size(self) -> int:
        """Return how many resources this is, with everything below."""
        return 1 + sum(each.size() for each in self.children)


@dataclass(frozen=True, kw_only=True, slots=True)
class EnvironmentPreview:
    """Everything to be seen of one environment."""

    name: str
    description: str
    delivery: str
    sync: str
    comes_from: str
    """Environment that releases come from; empty for the first."""
    clusters: tuple[str, ...]
    applications: tuple[ApplicationRow, ...]
    resources: tuple[Node, ...]
    """Resources of the Pulumi program below the stack; none when the program was not run."""
    objects: Mapping[str, int]
    """Number of Kubernetes objects by kind, on all clusters."""
    verdicts: tuple[Verdict, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """One run of ``preview``."""

    environments: tuple[EnvironmentPreview, ...]
    against: str = ""
    """Revision that is compared with; empty when none is."""
    changes: Changes = field(default_factory=lambda: Changes(objects=()))


def environment_preview(
    fleet: Fleet,
    plan: StackPlan,
    verdicts: Iterable[Verdict],
    resources: Sequence[Node] = (),
    warnings: Sequence[str] = (),
) -> EnvironmentPreview:
    """Return what a preview shows of the environment of *plan*."""
    environment = plan.environment
    stack = fleet.stacks[environment.name]
    kinds = Counter(each.manifest["kind"] for each in plan.placed())
    return EnvironmentPreview(
        name=environment.name,
        description=environment.description,
        delivery=environment.delivery.value,
        sync=environment.sync.value,
        comes_from=environment.promotes_from or environment.follows or "",
        clusters=environment.clusters,
        applications=tuple(_row(each) for each in stack.deployments.values()),
        resources=tuple(resources),
        objects=dict(sorted(kinds.items(), key=lambda each: (-each[1], each[0]))),
        verdicts=tuple(verdicts),
        warnings=tuple(warnings),
    )


def _row(deployment: Deployment) -> ApplicationRow:
    app = deployment.application
    runs, digest = _runs(app, deployment)
    return ApplicationRow(
        name=app.name,
        kind=app.kind,
        team=app.team,
        runs=runs,
        digest=digest,
        replicas=_replicas(deployment),
        strategy=_strategy(app),
        clusters=tuple(deployment.on),
    )


def _runs(app: Application, deployment: Deployment) -> tuple[str, str]:
    if isinstance(app, Workload):
        reference, _, digest = image(app, deployment.release).partition("@")
        return reference, digest
    if isinstance(app, Chart):
        return f"{app.chart.name} {deployment.release.chart}", ""
    return (app.path if isinstance(app, Manifests) else ""), ""


def _replicas(deployment: Deployment) -> str:
    """Name the replicas once where all clusters agree, and else what is different where."""
    counts = {cluster: _count(app) for cluster, app in deployment.on.items()}
    usual, _ = Counter(counts.values()).most_common(1)[0]
    others = [f"{cluster} {count}" for cluster, count in counts.items() if count != usual]
    return ", ".join([usual, *others])


def _count(app: Application) -> str:
    scaling = app.autoscaling if isinstance(app, Service | Worker) else None
    if scaling is not None:
        return f"{scaling.min}-{scaling.max}"
    return str(app.replicas) if isinstance(app, Service | Worker | Stateful) else ""


def _strategy(app: Application) -> str:
    if isinstance(app, ScheduledJob):
        return app.schedule
    if isinstance(app, Service | Worker):
        plan = app.rollout
        if plan.strategy is RolloutStrategy.CANARY:
            return f"canary {'/'.join(str(each) for each in plan.weights)}"
        return plan.strategy.value
    return "ordered" if isinstance(app, Stateful) else ""
