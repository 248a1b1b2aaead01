"""What one environment consists of: every object on every cluster, and who owns it.

The plan is what Pulumi registers, what ``render`` writes, what a rule judges and what a diff
compares; there is no second way from the model to an object.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from gitops import names
from gitops.layouts import paths
from gitops.manifests import application, argocd, core, flux, raw
from gitops.manifests.site import Neighbour, Site
from gitops.model import (
    Application,
    Chart,
    Cluster,
    Delivery,
    Deployment,
    Environment,
    Fleet,
    Manifests,
    Stack,
    Team,
    Topology,
)
from gitops.model.parts import Network
from gitops.objects import Manifest, Placed

Owned = dict[tuple[str, str], dict[str, Application]]
"""What each team runs on each cluster: applications by name, by team and cluster."""
PROTECTED = frozenset(
    {"Namespace", "AppProject", "ApplicationSet", "GitRepository", "Kustomization"}
)
"""Kinds of the platform whose deletion takes applications along: Pulumi refuses to delete them."""


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
    delivery: tuple[Manifest, ...]
    """Roots of the GitOps engine. Pulumi's; none where delivery is direct."""
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

    def placed_on(self, name: str, *, without: frozenset[str] = frozenset()) -> Iterator[Placed]:
        """Iterate over the objects on cluster *name*, but not those of applications *without*."""
        plan = self.clusters[name]
        for manifest in (*plan.tenancy, *plan.delivery):
            yield self._placed(name, "", manifest)
        for app, each in plan.applications.items():
            if app not in without:
                for manifest in (*each.objects, *each.tests):
                    yield self._placed(name, app, manifest)

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
    neighbours = {
        name: _neighbour(fleet, stack.environment, each.application)
        for name, each in stack.deployments.items()
    }
    owned = _owned(stack)
    return StackPlan(
        environment=stack.environment,
        clusters={
            name: ClusterPlan(
                cluster=cluster,
                tenancy=tuple(_tenancy(fleet, stack.environment, cluster)),
                delivery=tuple(_delivery(fleet, stack, owned, cluster)),
                applications={
                    app: application_plan(fleet, stack, cluster, deployment, neighbours)
                    for app, deployment in stack.deployments.items()
                    if name in deployment.on
                },
            )
            for name, cluster in stack.clusters.items()
        },
    )


def application_plan(
    fleet: Fleet,
    stack: Stack,
    cluster: Cluster,
    deployment: Deployment,
    neighbours: Mapping[str, Neighbour],
) -> ApplicationPlan:
    """Return what one application is on one cluster."""
    app = deployment.on[cluster.name]
    return ApplicationPlan(
        site=Site(
            app=app,
            environment=stack.environment,
            cluster=cluster,
            release=deployment.release,
            namespace=namespace(fleet, stack.environment, app),
            prefix=fleet.prefix,
            neighbours=_peers(app, neighbours),
        ),
        raw=fleet.directories[app.path] if isinstance(app, Manifests) else (),
    )


def _peers(app: Application, neighbours: Mapping[str, Neighbour]) -> dict[str, Neighbour]:
    """Return those of *neighbours* that *app* talks to or hears from."""
    network: Network | None = getattr(app, "network", None)
    peers = (*network.ingress, *network.egress) if network else ()
    names = sorted({each.app for each in peers if each.app in neighbours and each.app})
    return {name: neighbours[name] for name in names}


def namespace(fleet: Fleet, environment: Environment, app: Application) -> str:
    """Return the namespace that *app* runs in."""
    return suffixed(environment, app.namespace or fleet.teams[app.team].home)


def suffixed(environment: Environment, name: str) -> str:
    """Return namespace *name* as it is called in *environment*."""
    return names.compose(name, environment.namespace_suffix or "")


def _neighbour(fleet: Fleet, environment: Environment, app: Application) -> Neighbour:
    ports: Mapping[str, int] = getattr(app, "ports", {})
    return Neighbour(namespace=namespace(fleet, environment, app), ports=tuple(ports.values()))


def _namespaces(environment: Environment, team: Team) -> list[str]:
    return [suffixed(environment, each) for each in dict.fromkeys((team.home, *team.namespaces))]


def _tenancy(fleet: Fleet, environment: Environment, cluster: Cluster) -> Iterator[Manifest]:
    """Yield the namespaces of every team, whether it has applications there yet or not."""
    for team in fleet.teams.values():
        for name in _namespaces(environment, team):
            made = core.namespace(fleet, team, cluster, environment.name, name)
            quota = core.resource_quota(made, team, environment.name)
            yield made
            yield from (quota,) if quota else ()
            yield core.limit_range(made)
            yield core.default_deny(made)


def _delivery(fleet: Fleet, stack: Stack, owned: Owned, cluster: Cluster) -> Iterator[Manifest]:
    delivery = stack.environment.delivery
    if delivery is Delivery.FLUX:
        yield from _flux(fleet, stack, owned, cluster)
    elif delivery is Delivery.ARGOCD:
        per_cluster = stack.environment.topology is Topology.PER_CLUSTER
        served = [cluster] if per_cluster else list(stack.clusters.values())
        if per_cluster or cluster.name == next(iter(stack.clusters)):
            yield from _argocd(fleet, stack, owned, served, cluster)


def _flux(fleet: Fleet, stack: Stack, owned: Owned, cluster: Cluster) -> Iterator[Manifest]:
    environment = stack.environment
    yield flux.git_repository(fleet, environment, paths.environment(fleet, environment.name))
    for team in fleet.teams.values():
        apps = owned.get((team.name, cluster.name))
        if not apps:
            continue
        place = (fleet, environment.name, cluster.name, team.name)
        yield flux.kustomization(fleet, environment, team, paths.team(*place))
        if any(getattr(app, "integration_test", None) for app in apps.values()):
            yield flux.tests(fleet, environment, team, paths.tests(*place))


def _argocd(
    fleet: Fleet, stack: Stack, owned: Owned, served: list[Cluster], hub: Cluster
) -> Iterator[Manifest]:
    environment = stack.environment
    for team in fleet.teams.values():
        apps = {each.name: owned.get((team.name, each.name), {}) for each in served}
        every = {name: app for some in apps.values() for name, app in some.items()}
        if not every:
            continue
        kinds = {kind for app in every.values() for kind in getattr(app, "cluster_resources", ())}
        tenant = argocd.Tenant(
            fleet=fleet,
            environment=environment,
            team=team,
            namespaces=_namespaces(environment, team),
            servers=[_server(each, hub) for each in served],
            cluster_resources=sorted(kinds),
        )
        yield argocd.app_project(tenant)
        for charts in (False, True):
            targets = [
                argocd.Target(
                    app=name,
                    cluster=each.name,
                    server=_server(each, hub),
                    namespace=namespace(fleet, environment, app),
                    path=paths.application(fleet, environment.name, each.name, team.name, name),
                )
                for each in served
                for name, app in apps[each.name].items()
                if isinstance(app, Chart) is charts
            ]
            if targets:
                yield argocd.application_set(tenant, targets, charts=charts)


def _server(cluster: Cluster, hub: Cluster) -> str:
    return argocd.IN_CLUSTER if cluster.name == hub.name else cluster.server


def _owned(stack: Stack) -> Owned:
    owned: Owned = defaultdict(dict)
    for name, deployment in stack.deployments.items():
        for cluster, app in deployment.on.items():
            owned[deployment.application.team, cluster][name] = app
    return owned
