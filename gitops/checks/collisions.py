"""collisions: names and hosts that only clash once everything is put together.

What counts is who reads them: a cluster has one set of addresses, and an Argo CD one set of
Applications, however many environments share it.
"""

from collections.abc import Iterator, Mapping

from gitops import names
from gitops.checks.finding import Finding, Place
from gitops.manifests import argocd, flux
from gitops.model import Delivery, Fleet, Level, Service, Topology
from gitops.plan import StackPlan


def findings(fleet: Fleet, plans: Mapping[str, StackPlan]) -> Iterator[Finding]:
    """Yield clusters with two names, hosts with two applications, and names made twice or too long."""
    yield from _clusters(fleet)
    yield from _hosts(plans)
    yield from _applications(plans)
    for plan in plans.values():
        if plan.environment.delivery is Delivery.FLUX:
            yield from _kustomizations(fleet, plan)


def _clusters(fleet: Fleet) -> Iterator[Finding]:
    """Two names of one cluster would hide from every other check what clashes there."""
    first: dict[str, str] = {}
    for name, cluster in fleet.clusters.items():
        server = cluster.server.lower().removesuffix("/").removesuffix(":443")
        if server == argocd.IN_CLUSTER:
            continue  # Each cluster calls itself so.
        other = first.setdefault(server, name)
        if other != name:
            yield Finding(
                check="collisions",
                level=Level.ENFORCE,
                subject=f"fleet/clusters.yaml: {name}",
                what=f"{other!r} and {name!r} have the same server, so they are one cluster",
                accepted="one name for each cluster",
                remedy="Correct 'server', or keep one of the two; environments that share a "
                "cluster name it both, and one of them has a namespaceSuffix",
            )


def _hosts(plans: Mapping[str, StackPlan]) -> Iterator[Finding]:
    first: dict[tuple[str, str, str], tuple[str, str]] = {}
    for environment, cluster, app, address in _addresses(plans):
        this = (app, environment)
        owner = first.setdefault((cluster, *address), this)
        if owner != this:
            yield Finding(
                check="collisions",
                level=Level.ENFORCE,
                places=(Place(environment, cluster),),
                subject="".join(address),
                what=f"applications {owner[0]!r} in {owner[1]} and {app!r} in {environment} both "
                "want this address",
                accepted="one application for each host and path",
                remedy="Give one of them another host or path",
            )


def _addresses(
    plans: Mapping[str, StackPlan],
) -> Iterator[tuple[str, str, str, tuple[str, str]]]:
    """Yield environment, cluster, application, and a host and path that it wants there."""
    for environment, plan in plans.items():
        for cluster, each in plan.clusters.items():
            for name, application in each.applications.items():
                app = application.site.app
                route = app.route if isinstance(app, Service) else None
                for host in route.hosts if route else ():
                    for path in route.paths if route else ():
                        yield environment, cluster, name, (host, path)


def _applications(plans: Mapping[str, StackPlan]) -> Iterator[Finding]:
    """Argo CD names an Application ``<environment>-<cluster>-<app>``: dashes can make two alike."""
    first: dict[tuple[str, str], str] = {}
    for environment, plan in plans.items():
        if plan.environment.delivery is not Delivery.ARGOCD:
            continue
        for cluster, each in plan.clusters.items():
            per_cluster = plan.environment.topology is Topology.PER_CLUSTER
            home = cluster if per_cluster else next(iter(plan.clusters))
            for app in each.applications:
                composed = names.compose(environment, cluster, app)
                this = f"{environment}/{cluster}/{app}"
                owner = first.setdefault((home, composed), this)
                if owner != this:
                    yield Finding(
                        check="collisions",
                        level=Level.ENFORCE,
                        places=(Place(environment),),
                        subject=f"Application {composed}",
                        what=f"{owner!r} and {this!r} get the same name in the Argo CD on {home}",
                        accepted="names that differ once environment, cluster and app are joined",
                        remedy="Rename the application, the cluster or the environment",
                    )


def _kustomizations(fleet: Fleet, plan: StackPlan) -> Iterator[Finding]:
    for team in fleet.teams.values():
        name = flux.kustomization_name(plan.environment, team) + flux.TESTS_SUFFIX
        if len(name) > names.MAX_LABEL:
            yield Finding(
                check="collisions",
                level=Level.ENFORCE,
                places=(Place(plan.environment.name),),
                subject=f"Kustomization {name}",
                what=f"the name has {len(name)} characters, and Flux makes it a label",
                accepted=f"at most {names.MAX_LABEL}",
                remedy="Shorten the team's or the environment's name",
            )
