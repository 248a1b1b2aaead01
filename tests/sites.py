"""Small applications and the places they run in, for the tests of single builders."""

import hashlib
from typing import Any

from gitops.manifests.site import Site
from gitops.model import (
    Application,
    Chart,
    Cluster,
    Delivery,
    Environment,
    Fleet,
    Mirror,
    Policy,
    Release,
    Repository,
    ScheduledJob,
    Service,
    Stateful,
    Team,
    Worker,
)
from gitops.model.application import ChartSource
from gitops.model.environment import Gateway, IngressController
from gitops.model.parts import Volume

DIGEST = f"sha256:{hashlib.sha256(b'web').hexdigest()}"
IMAGE = f"registry.example.com/shop/web:1.0.0@{DIGEST}"
PREFIX = "gitops.example.com"

TEST = Environment(name="test", delivery=Delivery.ARGOCD, clusters=("one", "two"))
ONE = Cluster(
    name="one",
    server="https://one.example.com",
    kubernetes="1.34",
    ingress=IngressController(class_name="nginx", namespace="ingress-nginx"),
    gateway=Gateway(name="public", namespace="gateways"),
)
SHOP = Team(name="shop", contact="shop@example.com")
FLEET = Fleet(
    name="fleet",
    domain="example.com",
    repository=Repository(url="https://git.example.com/rendered.git"),
    clusters={"one": ONE},
    teams={"shop": SHOP},
    policy=Policy(registries=("registry.example.com",)),
    versions={},
    mirror=Mirror(),
    directories={},
    stacks={},
)

_WORKLOAD: dict[str, Any] = {
    "name": "web",
    "team": "shop",
    "image": "registry.example.com/shop/web",
}


def service(**more: Any) -> Service:
    """Return a service with one port and nothing else; *more* replaces its settings."""
    settings: dict[str, Any] = {**_WORKLOAD, "kind": "service", "ports": {"http": 8080}, **more}
    return Service(**settings)


def worker(**more: Any) -> Worker:
    """Return a worker without ports."""
    settings: dict[str, Any] = {**_WORKLOAD, "kind": "worker", **more}
    return Worker(**settings)


def job(**more: Any) -> ScheduledJob:
    """Return a job that runs every night."""
    settings: dict[str, Any] = {
        **_WORKLOAD,
        "kind": "scheduledJob",
        "schedule": "15 3 * * *",
        **more,
    }
    return ScheduledJob(**settings)


def stateful(**more: Any) -> Stateful:
    """Return a stateful application with one port and one volume."""
    own: dict[str, Any] = {
        "kind": "stateful",
        "ports": {"db": 5432},
        "storage": (Volume(name="data", mount="/data", size="1Gi"),),
    }
    return Stateful(**(_WORKLOAD | own | more))


def third_party(**more: Any) -> Chart:
    """Return a Helm chart of somebody else."""
    source = ChartSource(repository="https://charts.example.com/mirror", name="metrics")
    own: dict[str, Any] = {"name": "web", "team": "shop", "kind": "chart", "chart": source}
    return Chart(**(own | more))


def site(app: Application, **more: Any) -> Site:
    """Return the place of *app* on cluster one; *more* replaces what surrounds it."""
    given: dict[str, Any] = {
        "environment": TEST,
        "cluster": ONE,
        "release": Release(tag="1.0.0", digest=DIGEST),
        "namespace": "shop",
        "prefix": PREFIX,
        "neighbours": {},
    }
    return Site(app=app, **(given | more))


def selector(name: str = "web") -> dict[str, str]:
    """Return the labels that select the pods of *name*."""
    return {"app.kubernetes.io/name": name, "app.kubernetes.io/instance": name}


def labels(kind: str = "service", **more: str) -> dict[str, str]:
    """Return the labels of every object of the application ``web``."""
    return {
        **selector(),
        "app.kubernetes.io/component": kind,
        "app.kubernetes.io/part-of": "shop",
        "app.kubernetes.io/managed-by": "gitops",
        "gitops.example.com/environment": "test",
        "gitops.example.com/team": "shop",
        "gitops.example.com/data": "internal",
        "app.kubernetes.io/version": "1.0.0",
        **more,
    }


def metadata(kind: str = "service", name: str = "web") -> dict[str, Any]:
    """Return the metadata of an object of the application ``web``."""
    return {"name": name, "namespace": "shop", "labels": labels(kind)}


def tenant_metadata(name: str, namespace: str) -> dict[str, Any]:
    """Return the metadata of an object that team shop has in environment test."""
    return {"name": name, "namespace": namespace, "labels": TENANT}


TENANT = {
    "app.kubernetes.io/part-of": "shop",
    "app.kubernetes.io/managed-by": "gitops",
    "gitops.example.com/environment": "test",
    "gitops.example.com/team": "shop",
}
"""Labels of what a team has in environment test."""
