"""What Flux reads, and what it may do with it."""

from dataclasses import replace

import pytest

from gitops.manifests import flux
from gitops.model import Delivery, Environment, SyncMode
from tests.sites import FLEET, SHOP, TENANT, TEST

PLAIN = replace(TEST, delivery=Delivery.FLUX)
GUARDED = replace(PLAIN, promotes_from="before")


def test_a_cluster_reads_only_its_environments_folder_of_the_repository() -> None:
    assert flux.git_repository(FLEET, PLAIN, "test") == {
        "apiVersion": "source.toolkit.fluxcd.io/v1",
        "kind": "GitRepository",
        "metadata": {
            "name": "rendered-test",
            "namespace": "flux-system",
            "labels": {
                "app.kubernetes.io/part-of": "fleet",
                "app.kubernetes.io/managed-by": "gitops",
                "gitops.example.com/environment": "test",
            },
        },
        "spec": {
            "url": "https://git.example.com/rendered.git",
            "ref": {"branch": "main"},
            "interval": "1m0s",
            "timeout": "60s",
            "ignore": "/*\n!/test/\n",
        },
    }


def test_a_folder_inside_another_cannot_be_told_apart_by_ignoring_and_is_not() -> None:
    assert "ignore" not in flux.git_repository(FLEET, PLAIN, "trees/test")["spec"]


def test_an_environment_may_have_a_branch_of_its_own() -> None:
    found = flux.git_repository(FLEET, replace(PLAIN, branch="env/test"), "test")

    assert found["spec"]["ref"] == {"branch": "env/test"}


def test_a_teams_applications_are_applied_together_and_waited_for() -> None:
    assert flux.kustomization(FLEET, PLAIN, SHOP, "test/one/apps/shop") == {
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "metadata": {"name": "test-shop", "namespace": "flux-system", "labels": TENANT},
        "spec": {
            "sourceRef": {"kind": "GitRepository", "name": "rendered-test"},
            "path": "./test/one/apps/shop",
            "interval": "10m0s",
            "retryInterval": "1m0s",
            "timeout": "5m0s",
            "prune": True,
            "wait": True,
            "suspend": True,
            "deletionPolicy": "MirrorPrune",
            "force": False,
        },
    }


def test_the_tests_run_after_the_applications_and_again_each_time() -> None:
    applications = flux.kustomization(FLEET, PLAIN, SHOP, "test/one/tests/shop")

    assert flux.tests(FLEET, PLAIN, SHOP, "test/one/tests/shop") == {
        **applications,
        "metadata": {"name": "test-shop-tests", "namespace": "flux-system", "labels": TENANT},
        "spec": {**applications["spec"], "force": True, "dependsOn": [{"name": "test-shop"}]},
    }


@pytest.mark.parametrize(
    ("environment", "suspend"), [(PLAIN, True), (replace(PLAIN, sync=SyncMode.AUTOMATED), False)]
)
def test_flux_waits_where_a_person_starts_the_deployment(
    environment: Environment, *, suspend: bool
) -> None:
    found = flux.kustomization(FLEET, environment, SHOP, "a")

    assert found["spec"]["suspend"] is suspend


@pytest.mark.parametrize("environment", [GUARDED, replace(PLAIN, follows="production")])
def test_where_mistakes_are_expensive_removing_a_kustomization_removes_no_application(
    environment: Environment,
) -> None:
    applications = flux.kustomization(FLEET, environment, SHOP, "a")
    tests = flux.tests(FLEET, environment, SHOP, "a")

    assert [each["spec"]["deletionPolicy"] for each in (applications, tests)] == ["Orphan"] * 2
