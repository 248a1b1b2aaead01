"""collisions: hosts and names that only clash once everything is put together."""

from pathlib import Path

import pytest

from gitops.checks import collisions
from gitops.checks.finding import Finding
from gitops.model import Level
from gitops.plan import plan
from tests.fleets import BASE, EXACT, loading, write

APP = BASE["fleet/apps/web.yaml"]
STACK = BASE["Pulumi.test.yaml"]
INGRESSES = BASE["fleet/clusters.yaml"].replace(
    "gateway: {name: public, namespace: gateways}", "ingress: {className: a, namespace: b}"
)
RELEASES = f"releases: {{web: {EXACT}, api: {EXACT}}}\n"


def found(root: Path, **files: str) -> list[Finding]:
    fleet = loading(write(root, **files)).fleet
    return list(collisions.findings(fleet, {name: plan(fleet, name) for name in fleet.stacks}))


def two_apps(root: Path, web: str, api: str) -> list[Finding]:
    return found(
        root,
        fleet__clusters_dot_yaml=INGRESSES,
        fleet__apps__web_dot_yaml=f"{APP}{web}\n",
        fleet__apps__api_dot_yaml=f"{APP.replace('web', 'api')}{api}\n",
        releases__test_dot_yaml=RELEASES,
    )


def test_two_applications_that_want_one_address_are_found_on_each_cluster(tmp_path: Path) -> None:
    route = "route: {hosts: [other.example.com, shop.example.com], paths: [/a, /b]}"
    other = "route: {hosts: [shop.example.com], paths: [/b, /c]}"

    assert two_apps(tmp_path, route, other) == [
        Finding(
            check="collisions",
            level=Level.ENFORCE,
            where=f"test/{cluster}: shop.example.com/b",
            what="applications 'api' and 'web' both want this address",
            accepted="one application for each host and path",
            remedy="Give one of them another host or path",
        )
        for cluster in ("one", "two")
    ]


@pytest.mark.parametrize(
    "other",
    [
        "",
        "route: {hosts: [shop.example.com], paths: [/api]}",
        "route: {hosts: [api.example.com]}",
        "route: {hosts: [shop.example.com]}\nclusters: [two]",
    ],
)
def test_addresses_that_differ_anywhere_are_fine(tmp_path: Path, other: str) -> None:
    web = "route: {hosts: [shop.example.com]}\nclusters: [one]"

    assert two_apps(tmp_path, web, other) == []


def test_one_application_may_name_an_address_twice(tmp_path: Path) -> None:
    route = "route: {hosts: [shop.example.com], paths: [/a, /a]}"

    assert two_apps(tmp_path, route, "") == []


def dashed(root: Path, delivery: str) -> list[Finding]:
    """Return what is found where application and cluster share their dashes."""
    clusters = BASE["fleet/clusters.yaml"].replace("two:", "one-more:")
    app = APP.replace("name: web", "name: more-web")
    return found(
        root,
        fleet__clusters_dot_yaml=clusters,
        fleet__apps__more_dash_web_dot_yaml=app,
        Pulumi_dot_test_dot_yaml=STACK.replace("argocd", delivery).replace("two", "one-more"),
        releases__test_dot_yaml=f"releases: {{web: {EXACT}, more-web: {EXACT}}}\n",
    )


def test_two_argo_cd_applications_of_one_name_are_found(tmp_path: Path) -> None:
    assert dashed(tmp_path, "argocd") == [
        Finding(
            check="collisions",
            level=Level.ENFORCE,
            where="test: Application test-one-more-web",
            what="'more-web on one' and 'web on one-more' get the same name",
            accepted="names that differ once environment, cluster and app are joined",
            remedy="Rename the application or the cluster",
        )
    ]


@pytest.mark.parametrize("delivery", ["flux", "direct"])
def test_only_argo_cd_joins_those_names(tmp_path: Path, delivery: str) -> None:
    assert dashed(tmp_path, delivery) == []


def long_team(root: Path, length: int, delivery: str) -> list[Finding]:
    name = "a" * length
    return found(
        root,
        fleet__teams_dot_yaml=f"{BASE['fleet/teams.yaml']}{name}: {{contact: a}}\n",
        Pulumi_dot_test_dot_yaml=STACK.replace("argocd", delivery),
    )


def test_a_kustomization_whose_name_is_too_long_for_a_label_is_found(tmp_path: Path) -> None:
    fits = 63 - len("test-") - len("-tests")
    name = f"test-{'a' * (fits + 1)}-tests"

    assert long_team(tmp_path / "fits", fits, "flux") == []
    assert long_team(tmp_path / "argo", fits + 1, "argocd") == []
    assert long_team(tmp_path / "long", fits + 1, "flux") == [
        Finding(
            check="collisions",
            level=Level.ENFORCE,
            where=f"test: Kustomization {name}",
            what="the name has 64 characters, and Flux makes it a label",
            accepted="at most 63",
            remedy="Shorten the team's or the environment's name",
        )
    ]
