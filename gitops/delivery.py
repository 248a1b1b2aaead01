"""What the rest of an environment sees of an application, and the roots that its engine syncs."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gitops import names
from gitops.layouts import paths
from gitops.manifests import argocd, flux
from gitops.manifests.site import Neighbour
from gitops.model import (
    Application,
    Chart,
    Cluster,
    Credentials,
    Delivery,
    Environment,
    Fleet,
    Stack,
    Team,
)
from gitops.objects import Manifest
from gitops.platform import Reach


@dataclass(frozen=True, kw_only=True, slots=True)
class Outline:
    """All that objects of others depend on: while it stays the same, they stay the same."""

    name: str
    team: str
    reached: Neighbour
    chart: bool
    tested: bool
    cluster_resources: tuple[str, ...]
    """Cluster-scoped kinds that it makes: ``group/Kind``."""


Outlines = Mapping[str, Mapping[str, Outline]]
"""By application, and by cluster in the environment's order; only where it runs."""


def outlines(fleet: Fleet, stack: Stack) -> dict[str, dict[str, Outline]]:
    """Return the outline of every application of *stack* on every cluster."""
    return {
        name: {
            cluster: _outline(fleet, stack.environment, app)
            for cluster, app in deployment.on.items()
        }
        for name, deployment in stack.deployments.items()
    }


def _outline(fleet: Fleet, environment: Environment, app: Application) -> Outline:
    ports: Mapping[str, int] = getattr(app, "ports", {})
    return Outline(
        name=app.name,
        team=app.team,
        reached=Neighbour(
            name=app.object_name,
            namespace=namespace(fleet, environment, app),
            ports=tuple(ports.values()),
        ),
        chart=isinstance(app, Chart),
        tested=bool(getattr(app, "integration_test", None)),
        cluster_resources=tuple(getattr(app, "cluster_resources", ())),
    )


def namespace(fleet: Fleet, environment: Environment, app: Application) -> str:
    """Return the namespace that *app* runs in."""
    return _suffixed(environment, app.namespace or fleet.teams[app.team].home)


def namespaces(environment: Environment, team: Team) -> list[str]:
    """Return the namespaces of *team*, its home first."""
    return [_suffixed(environment, each) for each in dict.fromkeys((team.home, *team.namespaces))]


def _suffixed(environment: Environment, name: str) -> str:
    return names.compose(name, environment.namespace_suffix or "")


Owned = dict[tuple[str, str], dict[str, Outline]]
"""What each team runs on each cluster: applications by name, by team and cluster."""


def owned(seen: Outlines) -> Owned:
    """Return what each team runs on each cluster."""
    found: Owned = defaultdict(dict)
    for name, on in seen.items():
        for cluster, outline in on.items():
            found[outline.team, cluster][name] = outline
    return found


def reach(fleet: Fleet, stack: Stack, apps: Owned) -> dict[str, Reach]:
    """Return by cluster where applications of *stack* may be."""
    spaces = [each for team in fleet.teams.values() for each in namespaces(stack.environment, team)]
    return {
        cluster: Reach(
            namespaces=spaces,
            kinds=sorted(
                {
                    kind
                    for (_, name), own in apps.items()
                    if name == cluster
                    for each in own.values()
                    for kind in each.cluster_resources
                }
            ),
        )
        for cluster in stack.clusters
    }


_CREDENTIALS = {Delivery.ARGOCD: argocd.CREDENTIALS, Delivery.FLUX: flux.CREDENTIALS}


def credentials(fleet: Fleet, stack: Stack) -> Mapping[str, str]:
    """Return by key of the Secret among the roots where in ``gitops:repository`` its value is."""
    known = _CREDENTIALS.get(stack.environment.delivery, {})
    return known.get(fleet.repository.credentials, {})


def roots(fleet: Fleet, stack: Stack, apps: Owned, cluster: Cluster) -> Iterator[Manifest]:
    """Yield what the engine of *cluster* starts from; nothing where delivery is direct.

    First comes the Secret with which it reads the repository, where one needs credentials.
    """
    environment = stack.environment
    needed = fleet.repository.credentials is not Credentials.NONE
    if environment.delivery is Delivery.FLUX:
        if needed:
            yield flux.repository_secret(fleet, environment)
        yield from _flux(fleet, stack, apps, cluster)
    elif environment.delivery is Delivery.ARGOCD:
        served = [stack.clusters[each] for each in stack.served_by(cluster.name)]
        found = list(_argocd(fleet, stack, apps, served, cluster))
        if needed and found:
            yield argocd.repository_secret(fleet, environment)
        yield from found


def _flux(fleet: Fleet, stack: Stack, apps: Owned, cluster: Cluster) -> Iterator[Manifest]:
    environment = stack.environment
    yield flux.git_repository(fleet, environment, paths.environment(fleet, environment.name))
    for team in fleet.teams.values():
        own = apps.get((team.name, cluster.name))
        if not own:
            continue
        place = (fleet, environment.name, cluster.name, team.name)
        yield flux.kustomization(fleet, environment, team, paths.team(*place))
        if any(each.tested for each in own.values()):
            yield flux.tests(fleet, environment, team, paths.tests(*place))


def _argocd(
    fleet: Fleet, stack: Stack, apps: Owned, served: list[Cluster], hub: Cluster
) -> Iterator[Manifest]:
    environment = stack.environment
    for team in fleet.teams.values():
        own = {each.name: apps.get((team.name, each.name), {}) for each in served}
        every = {name: each for some in own.values() for name, each in some.items()}
        if not every:
            continue
        kinds = {kind for each in every.values() for kind in each.cluster_resources}
        tenant = argocd.Tenant(
            fleet=fleet,
            environment=environment,
            team=team,
            namespaces=namespaces(environment, team),
            servers=[_server(each, hub) for each in served],
            cluster_resources=sorted(kinds),
        )
        yield argocd.app_project(tenant)
        for charts in (False, True):
            targets = [
                argocd.Target(
                    app=outline.reached.name,
                    cluster=each.name,
                    server=_server(each, hub),
                    namespace=outline.reached.namespace,
                    path=paths.application(fleet, environment.name, each.name, team.name, name),
                )
                for each in served
                for name, outline in own[each.name].items()
                if outline.chart is charts
            ]
            if targets:
                yield argocd.application_set(tenant, targets, charts=charts)


def _server(cluster: Cluster, hub: Cluster) -> str:
    return argocd.IN_CLUSTER if cluster.name == hub.name else cluster.server
