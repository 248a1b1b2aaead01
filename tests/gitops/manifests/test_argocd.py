"""The fence around a team, and what Argo CD may do inside it."""

from dataclasses import replace
from typing import Any

import pytest

from gitops.manifests.argocd import Target, Tenant, app_project, application_set
from gitops.model import Environment, Repository, SyncMode
from tests.sites import FLEET, SHOP, TENANT, TEST, tenant_metadata

IN_CLUSTER = "https://kubernetes.default.svc"
GUARDED = replace(TEST, promotes_from="before")
FOLLOWER = replace(TEST, follows="production")
AUTOMATED = replace(TEST, sync=SyncMode.AUTOMATED)
FOREGROUND = {"pulumi.com/deletionPropagationPolicy": "foreground"}
TARGET = Target(
    app="web",
    cluster="two",
    server="https://two.example.com",
    namespace="shop",
    path="test/two/apps/shop/web",
)


def tenant(environment: Environment = TEST, **more: Any) -> Tenant:
    given: dict[str, Any] = {
        "fleet": FLEET,
        "environment": environment,
        "team": SHOP,
        "namespaces": ["shop", "shop-jobs"],
        "servers": [IN_CLUSTER, "https://two.example.com"],
        "cluster_resources": [],
    }
    return Tenant(**(given | more))


def applications(environment: Environment, *, charts: bool = False) -> dict[str, Any]:
    return application_set(tenant(environment), [TARGET], charts=charts)["spec"]


def test_a_project_fences_a_team_into_its_namespaces_and_one_repository() -> None:
    assert app_project(tenant()) == {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "AppProject",
        "metadata": tenant_metadata("test-shop", "argocd"),
        "spec": {
            "description": "shop in test",
            "sourceRepos": ["https://git.example.com/rendered.git"],
            "destinations": [
                {"server": IN_CLUSTER, "namespace": "shop"},
                {"server": IN_CLUSTER, "namespace": "shop-jobs"},
                {"server": "https://two.example.com", "namespace": "shop"},
                {"server": "https://two.example.com", "namespace": "shop-jobs"},
            ],
            "clusterResourceWhitelist": [],
            "namespaceResourceBlacklist": [
                {"group": "", "kind": "ResourceQuota"},
                {"group": "", "kind": "LimitRange"},
            ],
            "orphanedResources": {"warn": True},
        },
    }


def test_the_fence_opens_only_for_the_cluster_wide_kinds_that_are_declared() -> None:
    given = tenant(cluster_resources=["Namespace", "rbac.authorization.k8s.io/ClusterRole"])

    assert app_project(given)["spec"]["clusterResourceWhitelist"] == [
        {"group": "", "kind": "Namespace"},
        {"group": "rbac.authorization.k8s.io", "kind": "ClusterRole"},
    ]


def test_an_application_set_lists_exactly_what_the_model_has() -> None:
    assert application_set(tenant(), [TARGET], charts=False) == {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "ApplicationSet",
        "metadata": {**tenant_metadata("test-shop", "argocd"), "annotations": FOREGROUND},
        "spec": {
            "goTemplate": True,
            "goTemplateOptions": ["missingkey=error"],
            "generators": [
                {
                    "list": {
                        "elements": [
                            {
                                "app": "web",
                                "cluster": "two",
                                "server": "https://two.example.com",
                                "namespace": "shop",
                                "path": "test/two/apps/shop/web",
                            }
                        ]
                    }
                }
            ],
            "syncPolicy": {"applicationsSync": "sync", "preserveResourcesOnDeletion": False},
            "template": {
                "metadata": {
                    "name": "test-{{.cluster}}-{{.app}}",
                    "labels": {
                        **TENANT,
                        "app.kubernetes.io/name": "{{.app}}",
                        "gitops.example.com/cluster": "{{.cluster}}",
                    },
                    "finalizers": ["resources-finalizer.argocd.argoproj.io"],
                },
                "spec": {
                    "project": "test-shop",
                    "source": {
                        "repoURL": "https://git.example.com/rendered.git",
                        "targetRevision": "main",
                        "path": "{{.path}}",
                    },
                    "destination": {"server": "{{.server}}", "namespace": "{{.namespace}}"},
                    "syncPolicy": {
                        "syncOptions": [
                            "CreateNamespace=false",
                            "PruneLast=true",
                            "ServerSideApply=true",
                            "ApplyOutOfSyncOnly=true",
                            "FailOnSharedResource=true",
                        ],
                        "retry": {
                            "limit": 5,
                            "backoff": {"duration": "10s", "factor": 2, "maxDuration": "3m"},
                        },
                    },
                    "revisionHistoryLimit": 10,
                },
            },
        },
    }


@pytest.mark.parametrize("environment", [GUARDED, FOLLOWER])
def test_where_mistakes_are_expensive_removing_a_set_removes_no_application(
    environment: Environment,
) -> None:
    found = applications(environment)

    assert found["syncPolicy"] == {
        "applicationsSync": "create-update",
        "preserveResourcesOnDeletion": True,
    }
    assert "finalizers" not in found["template"]["metadata"]


@pytest.mark.parametrize("heal", [True, False])
def test_an_automated_sync_prunes_but_never_empties(*, heal: bool) -> None:
    found = applications(replace(AUTOMATED, self_heal=heal))["template"]["spec"]["syncPolicy"]

    assert found["automated"] == {"prune": True, "selfHeal": heal}


def test_a_manual_sync_has_no_word_of_automation_because_an_empty_one_would_sync() -> None:
    assert "automated" not in applications(TEST)["template"]["spec"]["syncPolicy"]


def test_an_environment_may_have_a_branch_of_its_own() -> None:
    fleet = replace(FLEET, repository=Repository(url="ssh://git@example.com/a", branch="trunk"))

    def revision(environment: Environment) -> str:
        given = tenant(environment, fleet=fleet)
        found = application_set(given, [TARGET], charts=False)
        return found["spec"]["template"]["spec"]["source"]["targetRevision"]

    assert (revision(TEST), revision(replace(TEST, branch="env/test"))) == ("trunk", "env/test")


def test_charts_have_a_set_of_their_own_that_names_the_helm_release_after_the_application() -> None:
    plain, charts = (application_set(tenant(), [TARGET], charts=each) for each in (False, True))

    metadata = tenant_metadata("test-shop-charts", "argocd")
    assert charts["metadata"] == {**metadata, "annotations": FOREGROUND}
    assert charts["spec"]["template"]["spec"]["source"].pop("helm") == {"releaseName": "{{.app}}"}
    assert charts["spec"] == plain["spec"]
