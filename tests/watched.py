"""A fleet that is watched: two clusters of which one's name begins the other's, three applications."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from gitops.alerts import alerts
from gitops.model import Alerts, Environment, Fleet, Stack
from gitops.objects import Manifest
from tests.fleets import EXACT, loading, write

_FILES = {
    "fleet__clusters_dot_yaml": """
        us: {server: https://us.example.com, kubernetes: "1.34"}
        us-east: {server: https://us-east.example.com, kubernetes: "1.34"}
    """,
    "fleet__teams_dot_yaml": """
        shop: {contact: shop@example.com}
        shop-data: {contact: data@example.com, namespaces: [lake]}
        platform: {contact: platform@example.com, namespaces: [monitoring]}
    """,
    "fleet__apps__nightly_dot_yaml": """
        name: nightly
        kind: scheduledJob
        team: shop-data
        image: registry.example.com/shop/nightly
        schedule: "0 3 * * *"
        resources: {requests: {cpu: 1m, memory: 1Mi}, limits: {memory: 1Mi}}
    """,
    "fleet__apps__store_dot_yaml": """
        name: store
        kind: chart
        team: shop-data
        namespace: lake
        chart: {repository: https://registry.example.com/charts, name: store}
    """,
    "releases__test_dot_yaml": f"""
        releases:
          web: {EXACT}
          nightly: {EXACT}
          store: {{chart: 1.0.0}}
    """,
    "Pulumi_dot_test_dot_yaml": """
        config:
          gitops:environment:
            delivery: argocd
            clusters: [us, us-east]
            domains: [example.com]
    """,
}


@cache
def fleet() -> Fleet:
    """Return the fleet; its environment ``test`` is watched by nobody yet."""
    with TemporaryDirectory() as folder:
        return loading(write(Path(folder), **_FILES)).fleet


def stack(settings: Alerts | None = None, **environment: Any) -> Stack:
    """Return the environment, watched as *settings* say, with *environment* said of it."""
    found = fleet().stacks["test"]
    made: Environment = replace(
        found.environment, alerts=settings or Alerts(team="platform"), **environment
    )
    return replace(found, environment=made)


def watched(
    settings: Alerts | None = None, cluster: str = "us", *, engine: bool = True, **environment: Any
) -> list[Manifest]:
    """Return what watches *cluster*."""
    made = stack(settings, **environment)
    return list(alerts(fleet(), made, made.clusters[cluster], engine=engine))


def groups(manifests: list[Manifest]) -> list[Mapping[str, Any]]:
    """Return the groups of rules in *manifests*."""
    rules = [each for each in manifests if each["kind"] == "PrometheusRule"]
    return [group for each in rules for group in each["spec"]["groups"]]
