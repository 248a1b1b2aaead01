"""What one application's settings must mean: rules between keys that no type can state."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, cast

from gitops import names
from gitops.model import (
    Application,
    Chart,
    Cluster,
    Environment,
    RolloutStrategy,
    RouteKind,
    ScheduledJob,
    Service,
    Stateful,
    Team,
    Worker,
    Workload,
)
from gitops.secrecy import looks_secret
from gitops.source.document import Path

_LITERALS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{30}"
    r"|\bxox[abprs]-[A-Za-z0-9-]{10}|\bsk_live_[A-Za-z0-9]{10}|\bglpat-[A-Za-z0-9_-]{20}"
    r"|\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}|://[^/\s:@]+:[^/\s@]+@"
)


class Complaint(NamedTuple):
    """One broken rule at a path inside the application's settings."""

    path: Path
    what: str
    accepted: str = ""
    remedy: str = ""


def alone(app: Application) -> Iterator[Complaint]:
    """Yield everything about *app* that cannot work anywhere."""
    yield from _composed_names(app)
    if isinstance(app, Chart):
        yield from _literals(app.values, ("values",))
    if isinstance(app, Workload):
        yield from _literals(app.config, ("config",))
        for key in ("command", "args"):
            for index, word in enumerate(getattr(app, key)):
                yield from _literal(word, (key, index), key)
        yield from _ports(app)
        yield from _mounts(app)
        yield from _peers(app)
    if isinstance(app, Service | Worker | Stateful):
        yield from _scaling(app)
    if isinstance(app, Service | Worker):
        yield from _rollout(app)


def placed(
    app: Application, environment: Environment, cluster: Cluster, team: Team
) -> Iterator[Complaint]:
    """Yield everything about *app* that cannot work on *cluster* in *environment*."""
    yield from _namespace(app, environment, team)
    if isinstance(app, Service):
        yield from _route(app, environment, cluster)


def _namespace(app: Application, environment: Environment, team: Team) -> Iterator[Complaint]:
    namespace = names.compose(app.namespace or team.home, environment.namespace_suffix or "")
    allowed = (team.home, *team.namespaces)
    if app.namespace and app.namespace not in allowed:
        yield Complaint(
            ("namespace",),
            f"{app.namespace!r} is no namespace of team {team.name!r}",
            ", ".join(allowed),
            "Add it under 'namespaces' of the team in fleet/teams.yaml",
        )
    if not names.is_label(namespace):
        yield Complaint(
            ("namespace",),
            f"the composed namespace {namespace!r} has {len(namespace)} characters",
            f"at most {names.MAX_LABEL}",
            "Shorten the team's namespace or the environment's namespaceSuffix",
        )


def _composed_names(app: Application) -> Iterator[Complaint]:
    """Check names against the limit of what is derived from them, not of the name itself."""
    limit = names.MAX_LABEL
    if isinstance(app, ScheduledJob):
        limit = names.MAX_CRON_JOB
    if isinstance(app, Stateful):
        limit = names.MAX_STATEFUL_SET
    if isinstance(app, Workload) and app.integration_test is not None:
        limit = min(limit, names.MAX_LABEL - len("-integration-test"))
    if isinstance(app, Service) and app.rollout.strategy is RolloutStrategy.BLUE_GREEN:
        limit = min(limit, names.MAX_LABEL - len("-preview"))
    if isinstance(app, Stateful):
        longest = max((len(each.name) for each in app.storage), default=0)
        limit = min(limit, names.MAX_LABEL - len("-headless"), names.MAX_SUBDOMAIN - longest - 7)
    name = app.object_name
    if len(name) > limit:
        yield Complaint(
            ("formerly",) if app.formerly else ("name",),
            f"{name!r} has {len(name)} characters; names made from it get too long",
            f"at most {limit} for this application",
            "Shorten the name",
        )


def _literals(values: Mapping[str, Any], path: Path) -> Iterator[Complaint]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _literals(cast("dict[str, Any]", value), (*path, key))
        elif isinstance(value, str):
            yield from _literal(value, (*path, key), key)


def _literal(value: str, path: Path, key: str) -> Iterator[Complaint]:
    if (looks_secret(key) and value) or _LITERALS.search(value):
        yield Complaint(
            path,
            "this looks like a secret in plain text (the value is not shown)",
            "a reference to a Secret",
            "Move it to a Secret and name that under 'secrets'; revoke it if it was committed",
        )


def _ports(app: Workload) -> Iterator[Complaint]:
    ports: Mapping[str, int] = getattr(app, "ports", {})
    for number, count in Counter(ports.values()).items():
        if count > 1:
            yield Complaint(("ports",), f"port {number} stands here twice", remedy="Keep one")
    if isinstance(app, Service | Stateful) and not ports:
        yield Complaint(("ports",), "there is no port", "at least one", "Add one, or use a worker")
    for which in ("readiness", "liveness", "startup"):
        probe = getattr(app.probes, which)
        if probe is None:
            continue
        path = ("probes", which)
        if probe.command and (probe.path or probe.grpc or probe.port):
            yield Complaint(path, "a command takes no path, port or grpc", remedy="Keep one way")
        elif not probe.command and not ports:
            yield Complaint(path, "the application has no port to ask", remedy="Give a command")
        elif probe.port and probe.port not in ports:
            yield _no_port((*path, "port"), probe.port, ports)


def _no_port(path: Path, port: str, ports: Mapping[str, int]) -> Complaint:
    return Complaint(path, f"there is no port named {port!r}", ", ".join(ports), "Name one of them")


def _mounts(app: Workload) -> Iterator[Complaint]:
    mounts = [*app.writable, *(each.mount for each in app.secrets if each.mount)]
    if isinstance(app, Stateful):
        mounts += [each.mount for each in app.storage]
        for name, count in Counter(each.name for each in app.storage).items():
            if count > 1:
                yield Complaint(("storage",), f"volume {name!r} stands here twice", remedy="Rename")
    for mount, count in Counter(mounts).items():
        if count > 1:
            yield Complaint(
                ("writable",), f"{mount!r} is mounted twice", remedy="Give each its own directory"
            )
    for name, count in Counter(each.name for each in app.secrets).items():
        if count > 1:
            yield Complaint(("secrets",), f"{name!r} stands here twice", remedy="Keep one of them")


def _peers(app: Workload) -> Iterator[Complaint]:
    for side in ("ingress", "egress"):
        for index, peer in enumerate(getattr(app.network, side)):
            if sum(1 for each in (peer.app, peer.namespace, peer.cidr) if each) != 1:
                yield Complaint(
                    ("network", side, index),
                    "it is not clear who the peer is",
                    "exactly one of app, namespace, cidr",
                    "Keep one of the three",
                )


def _scaling(app: Service | Worker | Stateful) -> Iterator[Complaint]:
    autoscaling = None if isinstance(app, Stateful) else app.autoscaling
    if autoscaling and autoscaling.min > autoscaling.max:
        yield Complaint(
            ("autoscaling", "min"),
            f"{autoscaling.min} is more than max, {autoscaling.max}",
            f"at most {autoscaling.max}",
            "Raise max or lower min",
        )
    if app.disruption and app.disruption.max_unavailable and app.disruption.min_available:
        yield Complaint(
            ("disruption",), "maxUnavailable and minAvailable exclude each other", remedy="Keep one"
        )
    fewest = autoscaling.min if autoscaling else app.replicas
    needed = app.disruption.min_available if app.disruption else None
    if needed and needed >= fewest:
        yield Complaint(
            ("disruption", "minAvailable"),
            f"{needed} of {fewest} pods must remain, so that no node can ever be drained",
            f"less than {fewest}",
            "Use maxUnavailable: 1",
        )


def _rollout(app: Service | Worker) -> Iterator[Complaint]:
    plan = app.rollout
    if plan.strategy is RolloutStrategy.BLUE_GREEN and isinstance(app, Worker):
        yield Complaint(
            ("rollout", "strategy"),
            "a worker has no Service whose traffic blueGreen could switch",
            "rolling, recreate, canary",
            "Choose canary",
        )
    if list(plan.weights) != sorted(set(plan.weights)) or not plan.weights:
        yield Complaint(
            ("rollout", "weights"), "the weights do not rise", "rising percentages such as [20, 60]"
        )


def _route(app: Service, environment: Environment, cluster: Cluster) -> Iterator[Complaint]:
    route = app.route
    if route is None:
        return
    if route.port and route.port not in app.ports:
        yield _no_port(("route", "port"), route.port, app.ports)
    served = cluster.gateway if route.kind is RouteKind.GATEWAY else cluster.ingress
    if served is None:
        yield Complaint(
            ("route", "kind"),
            f"cluster {cluster.name!r} has no {route.kind}",
            remedy="Declare it in fleet/clusters.yaml, or choose the other kind",
        )
    if not route.hosts:
        yield Complaint(("route", "hosts"), "there is no host", "at least one")
    for index, host in enumerate(route.hosts):
        if not any(host == each or host.endswith(f".{each}") for each in environment.domains):
            yield Complaint(
                ("route", "hosts", index),
                f"{host!r} belongs to no domain of environment {environment.name!r}",
                ", ".join(f"*.{each}" for each in environment.domains) or "no host at all",
                f"Add the domain in Pulumi.{environment.name}.yaml, or give another host there",
            )
