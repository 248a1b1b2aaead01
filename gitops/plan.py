"""What one environment consists of: every object on every cluster, and who owns it.

The plan is what Pulumi registers, what ``render`` writes, what a rule judges and what a diff
compares; there is no second way from the model to an object.
"""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from gitops import delivery
from gitops.alerts import alerts
from gitops.errors import ProgramError
from gitops.manifests import application, core, raw
from gitops.manifests.site import Site
from gitops.model import Cluster, ComponentName, Deployment, Environment, Fleet, Manifests, Stack
from gitops.objects import Manifest, Placed
from gitops.platform import Platform, Program, Wanted, platform

ROOTS = frozenset({"AppProject", "ApplicationSet", "GitRepository", "Kustomization"})
"""Kinds that an engine starts from; their names are made of an environment's and a team's."""
PROTECTED = ROOTS | {"Namespace", "CustomResourceDefinition"}
"""Kinds of the platform whose deletion takes others along: Pulumi refuses to delete them."""


@dataclass(frozen=True, kw_only=True)
class ApplicationPlan:
    """One application on one cluster; its objects are built when somebody asks for them."""

    site: Site
    raw: tuple[Manifest, ...] = ()
    """Objects of its directory, for an application of plain manifests."""

    @cached_property
    def objects(self) -> tuple[Manifest, ...]:
        """Everything that runs it."""
        app = self.site.app
        given: list[Manifest] = []
        if isinstance(app, Manifests):
            given = raw.placed(self.site, self.raw, app.cluster_resources)
        return tuple(application.objects(self.site, given))

    @cached_property
    def tests(self) -> tuple[Manifest, ...]:
        """Objects that test the others after each deployment."""
        return tuple(application.tests(self.site))


@dataclass(frozen=True, kw_only=True, slots=True)
class ClusterPlan:
    """Everything on one cluster of an environment."""

    cluster: Cluster
    tenancy: tuple[Manifest, ...]
    """Namespaces of the teams, with their limits and their closed doors. Pulumi's."""
    platform: Platform
    """Programs that bring applications about, watch and judge them. Pulumi's."""
    delivery: tuple[Manifest, ...]
    """Roots of the GitOps engine. Pulumi's; none where delivery is direct."""
    alerts: tuple[Manifest, ...] = ()
    """What Prometheus judges and scrapes. Pulumi's."""
    credentials: Mapping[str, str] = field(default_factory=dict[str, str])
    """By key of the Secret among the roots, where in ``gitops:repository`` its value is."""
    applications: Mapping[str, ApplicationPlan]
    """By name. The engine's, or Pulumi's where delivery is direct."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StackPlan:
    """Everything in one environment."""

    environment: Environment
    clusters: Mapping[str, ClusterPlan]

    def placed(self) -> Iterator[Placed]:
        """Iterate over every object, and say where it goes."""
        for name in self.clusters:
            yield from self.placed_on(name)

    def placed_on(
        self, name: str, *, without: Container[str] = (), platform: bool = True
    ) -> Iterator[Placed]:
        """Iterate over the objects on cluster *name*, but not those of applications *without*.

        The programs of the *platform* may be left out.
        """
        plan = self.clusters[name]
        programs = plan.platform.objects() if platform else ()
        for manifest in (*plan.tenancy, *programs, *plan.alerts, *plan.delivery):
            yield self._placed(name, "", manifest)
        for app, each in plan.applications.items():
            if app not in without:
                for manifest in (*each.objects, *each.tests):
                    yield self._placed(name, app, manifest)

    def missing(self) -> list[Wanted]:
        """Return the files of release manifests that were not fetched: their objects are unknown."""
        every = (
            each
            for plan in self.clusters.values()
            for program in plan.platform.programs
            for each in program.missing
        )
        return list({str(each): each for each in every}.values())

    def without(self, programs: Container[ComponentName]) -> "StackPlan":
        """Return the same plan without *programs* of the platform."""
        clusters = {
            name: replace(
                each,
                platform=replace(
                    each.platform,
                    programs=tuple(
                        one for one in each.platform.programs if one.name not in programs
                    ),
                ),
            )
            for name, each in self.clusters.items()
        }
        return replace(self, clusters=clusters)

    def complete(self) -> list[Wanted]:
        """Return nothing, where every release manifest was fetched.

        Raises:
            ProgramError: one was not: what is on a cluster of it would be deleted.

        """
        missing = self.missing()
        if missing:
            listed = ", ".join(str(each) for each in missing)
            name = self.environment.name
            raise ProgramError(f"{name}: {listed}: not fetched. Run gitops fetch {name}.")
        return missing

    def _placed(self, cluster: str, app: str, manifest: Manifest) -> Placed:
        return Placed(
            environment=self.environment.name,
            cluster=cluster,
            application=app,
            manifest=manifest,
            protect=not app and protected(self.environment, manifest),
        )


def protected(environment: Environment, manifest: Manifest) -> bool:
    """Tell whether Pulumi refuses to delete *manifest*, an object of the platform."""
    return environment.guarded and manifest["kind"] in PROTECTED


def plan(fleet: Fleet, environment: str) -> StackPlan:
    """Return everything that *environment* consists of."""
    stack = fleet.stacks[environment]
    seen = delivery.outlines(fleet, stack)
    owned = delivery.owned(seen)
    reach = delivery.reach(fleet, stack, owned)
    roots = {
        name: tuple(delivery.roots(fleet, stack, owned, each))
        for name, each in stack.clusters.items()
    }
    return StackPlan(
        environment=stack.environment,
        clusters={
            name: ClusterPlan(
                cluster=cluster,
                tenancy=tuple(_tenancy(fleet, stack.environment, cluster)),
                platform=platform(fleet, stack, cluster, reach),
                delivery=roots[name],
                credentials=delivery.credentials(fleet, stack),
                alerts=tuple(alerts(fleet, stack, cluster, engine=bool(roots[name]))),
                applications={
                    app: _application(fleet, stack, cluster, deployment, seen)
                    for app, deployment in stack.deployments.items()
                    if name in deployment.on
                },
            )
            for name, cluster in stack.clusters.items()
        },
    )


def _application(
    fleet: Fleet,
    stack: Stack,
    cluster: Cluster,
    deployment: Deployment,
    seen: delivery.Outlines,
) -> ApplicationPlan:
    app = deployment.on[cluster.name]
    return ApplicationPlan(
        site=Site(
            app=app,
            environment=stack.environment,
            cluster=cluster,
            release=deployment.release,
            namespace=seen[app.name][cluster.name].reached.namespace,
            prefix=fleet.prefix,
            neighbours={
                name: (seen[name].get(cluster.name) or next(iter(seen[name].values()))).reached
                for name in sorted(app.peers)
                if name in seen
            },
        ),
        raw=fleet.directories[app.path] if isinstance(app, Manifests) else (),
    )


def _tenancy(fleet: Fleet, environment: Environment, cluster: Cluster) -> Iterator[Manifest]:
    """Yield the namespaces of every team, whether it has applications there yet or not."""
    for team in fleet.teams.values():
        for name in delivery.namespaces(environment, team):
            made = core.namespace(fleet, team, cluster, environment.name, name)
            quota = core.resource_quota(made, team, environment.name)
            yield made
            yield from (quota,) if quota else ()
            yield core.limit_range(made)
            yield core.default_deny(made)


__all__ = [
    "PROTECTED",
    "ROOTS",
    "ApplicationPlan",
    "ClusterPlan",
    "Platform",
    "Program",
    "StackPlan",
    "plan",
    "protected",
]
