"""collisions: names and hosts that only clash once everything is put together."""

from collections.abc import Iterator, Mapping

from gitops import names
from gitops.checks.finding import Finding
from gitops.manifests import flux
from gitops.model import Delivery, Fleet, Level, Service
from gitops.plan import StackPlan


def findings(fleet: Fleet, plans: Mapping[str, StackPlan]) -> Iterator[Finding]:
    """Yield hosts with two applications, Argo CD names made twice, and labels that get too long."""
    for plan in plans.values():
        yield from _hosts(plan)
        yield from _applications(plan)
        if plan.environment.delivery is Delivery.FLUX:
            yield from _kustomizations(fleet, plan)


def _hosts(plan: StackPlan) -> Iterator[Finding]:
    for name, cluster in plan.clusters.items():
        first: dict[tuple[str, str], str] = {}
        for app, each in cluster.applications.items():
            route = each.site.app.route if isinstance(each.site.app, Service) else None
            for host in route.hosts if route else ():
                for path in route.paths if route else ():
                    owner = first.setdefault((host, path), app)
                    if owner != app:
                        yield Finding(
                            check="collisions",
                            level=Level.ENFORCE,
                            where=f"{plan.environment.name}/{name}: {host}{path}",
                            what=f"applications {owner!r} and {app!r} both want this address",
                            accepted="one application for each host and path",
                            remedy="Give one of them another host or path",
                        )


def _applications(plan: StackPlan) -> Iterator[Finding]:
    """Argo CD names an Application ``<environment>-<cluster>-<app>``: dashes can make two alike."""
    if plan.environment.delivery is not Delivery.ARGOCD:
        return
    first: dict[str, str] = {}
    for name, cluster in plan.clusters.items():
        for app in cluster.applications:
            composed = names.compose(plan.environment.name, name, app)
            this = f"{app} on {name}"
            owner = first.setdefault(composed, this)
            if owner != this:
                yield Finding(
                    check="collisions",
                    level=Level.ENFORCE,
                    where=f"{plan.environment.name}: Application {composed}",
                    what=f"{owner!r} and {this!r} get the same name",
                    accepted="names that differ once environment, cluster and app are joined",
                    remedy="Rename the application or the cluster",
                )


def _kustomizations(fleet: Fleet, plan: StackPlan) -> Iterator[Finding]:
    for team in fleet.teams.values():
        name = flux.kustomization_name(plan.environment, team) + flux.TESTS_SUFFIX
        if len(name) > names.MAX_LABEL:
            yield Finding(
                check="collisions",
                level=Level.ENFORCE,
                where=f"{plan.environment.name}: Kustomization {name}",
                what=f"the name has {len(name)} characters, and Flux makes it a label",
                accepted=f"at most {names.MAX_LABEL}",
                remedy="Shorten the team's or the environment's name",
            )
