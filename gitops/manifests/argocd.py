"""Argo CD: the AppProject that fences a team in, the ApplicationSet that fills the fence.

Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gitops.manifests import credentials as shared
from gitops.manifests.core import tenant_labels
from gitops.model import Credentials, Environment, Fleet, SyncMode, Team
from gitops.objects import Manifest

API = "argoproj.io/v1alpha1"
NAMESPACE = "argocd"
IN_CLUSTER = "https://kubernetes.default.svc"
SECRET_TYPE = "argocd.argoproj.io/secret-type"  # noqa: S105  # the name of a label
"""Label that makes a Secret one of Argo CD's settings."""
CREDENTIALS: Mapping[Credentials, Mapping[str, str]] = {
    Credentials.PASSWORD: {"username": "username", "password": "password"},
    Credentials.SSH: {"sshPrivateKey": "privateKey"},
    Credentials.GITHUB_APP: {
        "githubAppID": "appId",
        "githubAppInstallationID": "installationId",
        "githubAppPrivateKey": "privateKey",
    },
}
"""Keys of the Secret that Argo CD reads the repository with, and of ``gitops:repository``.

Sources: https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/#repositories,
https://github.com/argoproj/argo-cd/blob/master/util/db/repository_secrets.go
"""

_OPTIONS = [
    # Namespaces carry pod-security labels and belong to Pulumi: one owner for each object.
    "CreateNamespace=false",
    "PruneLast=true",
    "ServerSideApply=true",
    "ApplyOutOfSyncOnly=true",
    "FailOnSharedResource=true",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """One application on one cluster, as the list generator names it."""

    app: str
    cluster: str
    server: str
    """URL of the cluster's API server, as this Argo CD reaches it."""
    namespace: str
    path: str
    """Directory in the rendered repository."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tenant:
    """One team in one environment, on the clusters that one Argo CD serves."""

    fleet: Fleet
    environment: Environment
    team: Team
    namespaces: Sequence[str]
    """Namespaces of the team, with the environment's suffix."""
    servers: Sequence[str]
    cluster_resources: Sequence[str]
    """Cluster-scoped kinds that its applications make: ``group/Kind``."""

    @property
    def name(self) -> str:
        """Name of the project: environment and team."""
        return f"{self.environment.name}-{self.team.name}"


def app_project(tenant: Tenant) -> Manifest:
    """Return the AppProject: from one repository, into the team's namespaces, nothing else."""
    destinations = [
        {"server": server, "namespace": namespace}
        for server in tenant.servers
        for namespace in tenant.namespaces
    ]
    spec = {
        "description": f"{tenant.team.name} in {tenant.environment.name}",
        "sourceRepos": [tenant.fleet.repository.url],
        "destinations": destinations,
        "clusterResourceWhitelist": [_kind(each) for each in tenant.cluster_resources],
        "namespaceResourceBlacklist": [
            {"group": "", "kind": "ResourceQuota"},
            {"group": "", "kind": "LimitRange"},
        ],
        "orphanedResources": {"warn": True},
    }
    return _manifest(tenant, "AppProject", tenant.name, spec)


def application_set(tenant: Tenant, targets: Sequence[Target], *, charts: bool) -> Manifest:
    """Return the ApplicationSet with one Application for each of *targets*.

    With *charts* the targets hold Helm charts, which are installed under the application's name.
    """
    environment = tenant.environment
    source: dict[str, Any] = {
        "repoURL": tenant.fleet.repository.url,
        "targetRevision": environment.branch or tenant.fleet.repository.branch,
        "path": "{{.path}}",
    }
    if charts:
        source["helm"] = {"releaseName": "{{.app}}"}
    elements = [
        {
            "app": each.app,
            "cluster": each.cluster,
            "server": each.server,
            "namespace": each.namespace,
            "path": each.path,
        }
        for each in targets
    ]
    spec = {
        "goTemplate": True,
        "goTemplateOptions": ["missingkey=error"],
        "generators": [{"list": {"elements": elements}}],
        "syncPolicy": _lifecycle(environment),
        "template": _template(tenant, source),
    }
    return _manifest(tenant, "ApplicationSet", tenant.name + ("-charts" if charts else ""), spec)


def _template(tenant: Tenant, source: dict[str, Any]) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "name": f"{tenant.environment.name}-{{{{.cluster}}}}-{{{{.app}}}}",
        "labels": {
            **tenant_labels(tenant.fleet, tenant.team, tenant.environment.name),
            "app.kubernetes.io/name": "{{.app}}",
            f"{tenant.fleet.prefix}/cluster": "{{.cluster}}",
        },
    }
    if not tenant.environment.guarded:
        metadata["finalizers"] = ["resources-finalizer.argocd.argoproj.io"]
    return {
        "metadata": metadata,
        "spec": {
            "project": tenant.name,
            "source": source,
            "destination": {"server": "{{.server}}", "namespace": "{{.namespace}}"},
            "syncPolicy": _sync(tenant.environment),
            "revisionHistoryLimit": 10,
        },
    }


def _sync(environment: Environment) -> dict[str, Any]:
    """Return the sync policy; ``automated``, even when empty, is what makes Argo CD act alone."""
    retry = {"limit": 5, "backoff": {"duration": "10s", "factor": 2, "maxDuration": "3m"}}
    policy: dict[str, Any] = {"syncOptions": list(_OPTIONS), "retry": retry}
    if environment.sync is SyncMode.AUTOMATED:
        policy["automated"] = {"prune": True, "selfHeal": environment.self_heal}
    return policy


def _lifecycle(environment: Environment) -> dict[str, Any]:
    """Return what removing an element, or the whole set, may do to Applications and workloads."""
    if environment.guarded:
        return {"applicationsSync": "create-update", "preserveResourcesOnDeletion": True}
    return {"applicationsSync": "sync", "preserveResourcesOnDeletion": False}


def repository_secret(fleet: Fleet, environment: Environment) -> Manifest:
    """Return the Secret that Argo CD reads the repository with, without what only the stack knows.

    The keys of an SSH server are not in it: ``argocd-ssh-known-hosts-cm`` has them.
    """
    repository = fleet.repository
    data = {"type": "git", "url": repository.url}
    if repository.credentials is Credentials.GITHUB_APP and repository.api:
        data["githubAppEnterpriseBaseUrl"] = repository.api
    made = shared.secret(fleet, environment, NAMESPACE, data)
    made["metadata"]["labels"][SECRET_TYPE] = "repository"
    return made


def credentials(token: str, authority: str) -> str:
    """Return how Argo CD talks to a cluster: the ``config`` of the cluster's Secret.

    *token* and *authority* are as a Secret holds them, in base64. Source:
    https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/#clusters
    """
    return json.dumps(
        {
            "bearerToken": base64.b64decode(token).decode(),
            "tlsClientConfig": {"insecure": False, "caData": authority},
        }
    )


def _kind(name: str) -> dict[str, str]:
    group, _, kind = name.rpartition("/")
    return {"group": group, "kind": kind}


def _manifest(tenant: Tenant, kind: str, name: str, spec: dict[str, Any]) -> Manifest:
    labels = tenant_labels(tenant.fleet, tenant.team, tenant.environment.name)
    metadata: dict[str, Any] = {"name": name, "namespace": NAMESPACE, "labels": labels}
    if kind == "ApplicationSet":
        # Its Applications have to go first: they are taken down by the Argo CD that goes next.
        metadata["annotations"] = {"pulumi.com/deletionPropagationPolicy": "foreground"}
    return {"apiVersion": API, "kind": kind, "metadata": metadata, "spec": spec}
