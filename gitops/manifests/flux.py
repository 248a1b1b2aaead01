"""Flux: the repository it reads, and the Kustomizations that bring a team's folder to a cluster.

Source: https://fluxcd.io/flux/components/kustomize/kustomizations/
"""

from typing import Any

from gitops.manifests.core import tenant_labels
from gitops.manifests.site import MANAGED_BY
from gitops.model import Environment, Fleet, SyncMode, Team
from gitops.objects import Manifest

NAMESPACE = "flux-system"
TESTS_SUFFIX = "-tests"


def git_repository(fleet: Fleet, environment: Environment, folder: str) -> Manifest:
    """Return the GitRepository with the rendered tree; only *folder* of it reaches the cluster."""
    ignore = f"/*\n!/{folder}/\n"
    spec = {
        "url": fleet.repository.url,
        "ref": {"branch": environment.branch or fleet.repository.branch},
        "interval": "1m0s",
        "timeout": "60s",
        "ignore": ignore if "/" not in folder else None,
    }
    labels = {
        "app.kubernetes.io/part-of": fleet.name,
        "app.kubernetes.io/managed-by": MANAGED_BY,
        f"{fleet.prefix}/environment": environment.name,
    }
    return {
        "apiVersion": "source.toolkit.fluxcd.io/v1",
        "kind": "GitRepository",
        "metadata": {"name": source_name(environment), "namespace": NAMESPACE, "labels": labels},
        "spec": {key: value for key, value in spec.items() if value is not None},
    }


def source_name(environment: Environment) -> str:
    """Return the name of the GitRepository; environments that share a Flux each have their own."""
    return f"rendered-{environment.name}"


def kustomization_name(environment: Environment, team: Team) -> str:
    """Return the name of a team's Kustomization; Flux makes it a label of every object."""
    return f"{environment.name}-{team.name}"


def kustomization(fleet: Fleet, environment: Environment, team: Team, path: str) -> Manifest:
    """Return the Kustomization that applies *path*, the applications of *team*."""
    name = kustomization_name(environment, team)
    return _manifest(fleet, environment, team, name, {**_spec(environment, path), "force": False})


def tests(fleet: Fleet, environment: Environment, team: Team, path: str) -> Manifest:
    """Return the Kustomization that runs the integration tests in *path* after the applications."""
    name = kustomization_name(environment, team)
    spec = {**_spec(environment, path), "force": True, "dependsOn": [{"name": name}]}
    return _manifest(fleet, environment, team, f"{name}{TESTS_SUFFIX}", spec)


def _spec(environment: Environment, path: str) -> dict[str, Any]:
    return {
        "sourceRef": {"kind": "GitRepository", "name": source_name(environment)},
        "path": f"./{path}",
        "interval": "10m0s",
        "retryInterval": "1m0s",
        "timeout": "5m0s",
        "prune": True,
        "wait": True,
        # Flux has no manual mode: a suspended Kustomization waits for `flux resume`.
        "suspend": environment.sync is SyncMode.MANUAL,
        "deletionPolicy": "Orphan" if environment.guarded else "MirrorPrune",
    }


def _manifest(
    fleet: Fleet, environment: Environment, team: Team, name: str, spec: dict[str, Any]
) -> Manifest:
    labels = tenant_labels(fleet, team, environment.name)
    return {
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "metadata": {"name": name, "namespace": NAMESPACE, "labels": labels},
        "spec": spec,
    }
