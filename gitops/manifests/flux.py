"""Flux: the repository it reads, and the Kustomizations that bring a team's folder to a cluster.

Source: https://fluxcd.io/flux/components/kustomize/kustomizations/
"""

from collections.abc import Mapping
from typing import Any

from gitops.manifests import credentials
from gitops.manifests.core import shared_labels, tenant_labels
from gitops.model import Credentials, Environment, Fleet, Repository, SyncMode, Team
from gitops.objects import Manifest

NAMESPACE = "flux-system"
TESTS_SUFFIX = "-tests"
SOURCE_API = "source.toolkit.fluxcd.io/v1"
CREDENTIALS: Mapping[Credentials, Mapping[str, str]] = {
    Credentials.PASSWORD: {"username": "username", "password": "password"},
    Credentials.SSH: {"identity": "privateKey"},
    Credentials.GITHUB_APP: {
        "githubAppID": "appId",
        "githubAppInstallationID": "installationId",
        "githubAppPrivateKey": "privateKey",
    },
}
"""Keys of the Secret that Flux reads the repository with, and of ``gitops:repository``.

Sources: https://fluxcd.io/flux/components/source/gitrepositories/#secret-reference,
https://github.com/fluxcd/pkg/blob/main/git/options.go, and for the app
https://github.com/fluxcd/pkg/blob/main/auth/githubapp/client.go
"""


def git_repository(fleet: Fleet, environment: Environment, folder: str) -> Manifest:
    """Return the GitRepository with the rendered tree; only *folder* of it reaches the cluster."""
    ignore = f"/*\n!/{folder}/\n"
    kind = fleet.repository.credentials
    known = kind is not Credentials.NONE
    spec = {
        "url": fleet.repository.url,
        "ref": {"branch": environment.branch or fleet.repository.branch},
        "interval": "1m0s",
        "timeout": "60s",
        "ignore": ignore if "/" not in folder else None,
        "secretRef": {"name": credentials.name(environment)} if known else None,
        # Source-controller takes what is in the Secret for a GitHub App only where this says so.
        "provider": "github" if kind is Credentials.GITHUB_APP else None,
    }
    labels = shared_labels(fleet, environment)
    return {
        "apiVersion": SOURCE_API,
        "kind": "GitRepository",
        "metadata": {"name": source_name(environment), "namespace": NAMESPACE, "labels": labels},
        "spec": {key: value for key, value in spec.items() if value is not None},
    }


def repository_secret(fleet: Fleet, environment: Environment) -> Manifest:
    """Return the Secret that Flux reads the repository with, without what only the stack knows."""
    return credentials.secret(fleet, environment, NAMESPACE, _open(fleet.repository))


def _open(repository: Repository) -> dict[str, str]:
    if repository.credentials is Credentials.SSH:
        return {"known_hosts": "".join(f"{each}\n" for each in repository.known_hosts)}
    app = repository.credentials is Credentials.GITHUB_APP
    return {"githubAppBaseURL": repository.api} if app and repository.api else {}


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
