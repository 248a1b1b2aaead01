"""collisions: names and hosts that only clash once everything is put together.

What counts is who reads them: a cluster has one set of addresses, and an Argo CD one set of
Applications, however many environments share it.
"""

from collections.abc import Iterator, Mapping
from itertools import chain, product
from typing import NamedTuple

from gitops import names
from gitops.checks.finding import Finding, Place
from gitops.manifests import argocd, flux
from gitops.model import Delivery, Fleet, Level, Topology
from gitops.objects import Manifest, at, entries, identity
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
    first: dict[tuple[str, Address], tuple[str, str]] = {}
    for environment, cluster, app, address in _addresses(plans):
        this = (app, environment)
        owner = first.setdefault((cluster, address), this)
        if owner != this:
            yield Finding(
                check="collisions",
                level=Level.ENFORCE,
                places=(Place(environment, cluster),),
                subject=f"{address.host}{address.path}",
                what=f"applications {owner[0]!r} in {owner[1]} and {app!r} in {environment} both "
                "want this address",
                accepted="one application for each host and path",
                remedy="Give one of them another host or path",
            )


class Address(NamedTuple):
    """Where requests from outside come in; two applications cannot both have them."""

    way: str
    """The class of an Ingress, or the gateway: each has a front door of its own."""
    host: str
    path: str


def _addresses(plans: Mapping[str, StackPlan]) -> Iterator[tuple[str, str, str, Address]]:
    """Yield environment, cluster, application, and an address that it wants there."""
    for environment, plan in plans.items():
        for cluster, each in plan.clusters.items():
            for name, application in each.applications.items():
                for manifest in application.objects:
                    for address in addresses(manifest):
                        yield environment, cluster, name, address


def addresses(manifest: Manifest) -> Iterator[Address]:
    """Yield where the world reaches *manifest*, an Ingress or an HTTPRoute."""
    own, spec = identity(manifest), at(manifest, "spec")
    if (own.group, own.kind) == ("networking.k8s.io", "Ingress"):
        way = f"ingress class {spec.get('ingressClassName')}"
        for rule in entries(spec.get("rules")):
            for path in entries(at(rule, "http").get("paths")):
                yield Address(
                    way, str(at(rule).get("host") or "*"), str(at(path).get("path") or "/")
                )
    elif (own.group, own.kind) == ("gateway.networking.k8s.io", "HTTPRoute"):
        gateways = [
            f"gateway {each.get('namespace', own.namespace)}/{each.get('name')}"
            for each in map(at, entries(spec.get("parentRefs")))
        ]
        rules = [entries(at(each).get("matches")) or [{}] for each in entries(spec.get("rules"))]
        paths = [
            str(at(match, "path").get("value") or "/")
            for match in chain.from_iterable(rules or [[{}]])
            # Two may share a path where headers or methods tell their requests apart.
            if not set(at(match)) - {"path"}
        ]
        # Without a host it is the gateway that says which.
        for way, host, path in product(gateways, entries(spec.get("hostnames")), paths):
            yield Address(way, str(host), path)


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
