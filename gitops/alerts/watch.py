"""What is watched on one cluster, and how it is said in PromQL whose a series is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gitops import delivery
from gitops.model import Alerts, Application, Cluster, Environment, Fleet, Stack, SyncMode

OWNERS = "namespace:gitops_team:info"
"""A series for each namespace of a team; see ``owners``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Watch:
    """One cluster of one environment, and what its alerts are to be like."""

    fleet: Fleet
    stack: Stack
    cluster: Cluster
    settings: Alerts
    engine: bool
    """Whether a GitOps engine on this cluster has roots of the environment."""

    @property
    def environment(self) -> Environment:
        """The environment."""
        return self.stack.environment

    @property
    def manual(self) -> bool:
        """Whether a person starts each deployment, so that a change may wait for one."""
        return self.environment.sync is SyncMode.MANUAL

    @property
    def applications(self) -> Mapping[str, Application]:
        """Applications on the cluster by name."""
        return {
            name: each.on[self.cluster.name]
            for name, each in self.stack.deployments.items()
            if self.cluster.name in each.on
        }

    @property
    def teams(self) -> str:
        """Every team, as a regular expression in which the longest name comes first."""
        return alternatives(list(self.fleet.teams))


def alternatives(names: Sequence[str]) -> str:
    """Return a regular expression that matches each of *names*, which are RFC 1123 labels.

    The longest comes first: of ``us`` and ``us-east``, ``us`` alone would match the start of both.
    """
    return "|".join(sorted(names, key=lambda each: (-len(each), each)))


def owners(watch: Watch) -> list[dict[str, object]]:
    """Return recording rules that say for each namespace which team it belongs to."""
    return [
        {
            "record": OWNERS,
            "expr": "vector(1)",
            "labels": {
                "environment": watch.environment.name,
                "namespace": namespace,
                "team": team.name,
            },
        }
        for team in watch.fleet.teams.values()
        for namespace in delivery.namespaces(watch.environment, team)
    ]


def relabelled(series: str, label: str, value: str, source: str, pattern: str) -> str:
    """Return *series* with *label* set to *value*, wherever *pattern* matches the label *source*."""
    return f'label_replace({series}, "{label}", "{value}", "{source}", "{pattern}")'


def namespaced(series: str, *more: str) -> str:
    """Return *series* by the namespace of the object that it is about, and by the labels *more*.

    Where the labels of the scraped pod win, Prometheus keeps the object's as exported_namespace.
    Everything else goes: a label that changes begins a new series, for which nobody waited yet.
    """
    moved = relabelled(series, "namespace", "$1", "exported_namespace", "(.+)")
    return f"max by ({', '.join(('namespace', *more))}) ({moved})"


def owned(watch: Watch, series: str) -> str:
    """Return those of *series*, which are by namespace, that are ours, each with its team."""
    where = f'{{environment="{watch.environment.name}"}}'
    return f"({series}) * on (namespace) group_left (team) {OWNERS}{where}"


def sudden(series: str, window: str) -> str:
    """Return the counters *series* that rose within *window*, or began in it.

    A counter that begins with its first event has nothing before that it could have risen from.
    """
    return f"(increase({series}[{window}]) > 0) or ({series} unless {series} offset {window})"
