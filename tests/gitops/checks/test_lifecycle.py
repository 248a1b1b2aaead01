"""removed-api: an object in a version that its own cluster does not serve any more."""

from dataclasses import replace

import pytest

from gitops.checks import lifecycle
from gitops.checks.finding import Finding, Place, merged
from gitops.model import Level
from gitops.objects import Placed
from gitops.settings import Loaded


def found(loaded: Loaded, api: str, kind: str, kubernetes: str) -> list[Finding]:
    clusters = {
        "old": replace(loaded.fleet.clusters["us-east"], name="old", kubernetes="1.15"),
        "new": replace(loaded.fleet.clusters["us-east"], name="new", kubernetes=kubernetes),
    }
    manifest = {"apiVersion": api, "kind": kind, "metadata": {"name": "web", "namespace": "shop"}}
    objects = [
        Placed(environment="test", cluster=each, application="web", manifest=manifest)
        for each in clusters
    ]
    return list(lifecycle.findings(replace(loaded.fleet, clusters=clusters), objects))


def test_a_version_is_refused_on_the_cluster_that_no_longer_serves_it(loaded: Loaded) -> None:
    assert found(loaded, "policy/v1beta1", "PodDisruptionBudget", "1.25") == [
        Finding(
            check="removed-api",
            level=Level.ENFORCE,
            places=(Place("test", "new"),),
            subject="PodDisruptionBudget shop/web",
            what="policy/v1beta1 is no longer served since Kubernetes 1.25",
            accepted="policy/v1",
            remedy="Change apiVersion to policy/v1",
        )
    ]


@pytest.mark.parametrize(("kubernetes", "count"), [("1.24", 0), ("1.25", 1), ("1.100", 1)])
def test_versions_are_compared_as_numbers(loaded: Loaded, kubernetes: str, count: int) -> None:
    assert len(found(loaded, "batch/v1beta1", "CronJob", kubernetes)) == count


def test_a_kind_that_was_removed_has_nothing_to_change_to(loaded: Loaded) -> None:
    [finding] = found(loaded, "policy/v1beta1", "PodSecurityPolicy", "1.30")

    assert (finding.accepted, finding.remedy) == (
        "nothing: the kind itself was removed",
        "Remove it",
    )


def test_a_custom_resource_is_held_to_the_current_versions_of_its_program(loaded: Loaded) -> None:
    old, new = found(loaded, "helm.toolkit.fluxcd.io/v2beta1", "HelmRelease", "1.34")

    assert (old.where, new.where) == (
        "test/old: HelmRelease shop/web",
        "test/new: HelmRelease shop/web",
    )
    assert new.what == (
        "helm.toolkit.fluxcd.io/v2beta1 is no longer served since its current versions"
    )
    assert new.remedy == "Change apiVersion to helm.toolkit.fluxcd.io/v2"


@pytest.mark.parametrize(
    ("api", "kind"),
    [("apps/v1", "Deployment"), ("policy/v1", "PodDisruptionBudget"), ("v1", "ConfigMap"),
     ("policy/v1beta1", "SomethingElse"), ("example.com/v1beta1", "CronJob")],
)  # fmt: skip
def test_what_is_served_is_fine(loaded: Loaded, api: str, kind: str) -> None:
    assert found(loaded, api, kind, "1.34") == []


def test_a_version_that_is_gone_everywhere_is_said_once(loaded: Loaded) -> None:
    [one] = merged(found(loaded, "helm.toolkit.fluxcd.io/v2beta1", "HelmRelease", "1.34"))

    assert one.where == "test/old,new: HelmRelease shop/web"
