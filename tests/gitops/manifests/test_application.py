"""Which objects an application of each kind consists of, and in which order they are made."""

from dataclasses import replace

import pytest

from gitops.manifests import application
from gitops.model import Application, Delivery, Manifests, RolloutStrategy, RouteKind
from gitops.model.parts import Autoscaling, IntegrationTest, RolloutPlan, Route
from gitops.objects import Manifest
from tests.sites import TEST, job, service, site, stateful, third_party, worker

TESTS = IntegrationTest(image="registry.example.com/shop/tests:1.0.0")
PLAIN = Manifests(name="web", team="shop", kind="manifests", path="raw")


def names(manifests: list[Manifest]) -> list[str]:
    return [f"{each['kind']} {each['metadata']['name']}" for each in manifests]


@pytest.mark.parametrize(
    ("app", "expected"),
    [
        (service(), ["ServiceAccount web", "Service web", "Deployment web", "NetworkPolicy web"]),
        (
            service(
                config={"A": "b"},
                autoscaling=Autoscaling(min=2, max=4),
                route=Route(hosts=("a",)),
                integration_test=TESTS,
            ),
            [
                "ServiceAccount web",
                "ConfigMap web-config",
                "Service web",
                "Deployment web",
                "HorizontalPodAutoscaler web",
                "Ingress web",
                "PodDisruptionBudget web",
                "NetworkPolicy web",
            ],
        ),
        (
            service(
                rollout=RolloutPlan(strategy=RolloutStrategy.BLUE_GREEN),
                route=Route(hosts=("a",), kind=RouteKind.GATEWAY),
            ),
            [
                "ServiceAccount web",
                "Service web",
                "Service web-preview",
                "Rollout web",
                "HTTPRoute web",
                "NetworkPolicy web",
            ],
        ),
        (worker(), ["ServiceAccount web", "Deployment web", "NetworkPolicy web"]),
        (
            worker(rollout=RolloutPlan(strategy=RolloutStrategy.CANARY), replicas=2),
            ["ServiceAccount web", "Rollout web", "PodDisruptionBudget web", "NetworkPolicy web"],
        ),
        (job(), ["ServiceAccount web", "CronJob web", "NetworkPolicy web"]),
        (
            stateful(replicas=3),
            [
                "ServiceAccount web",
                "Service web",
                "Service web-headless",
                "StatefulSet web",
                "PodDisruptionBudget web",
                "NetworkPolicy web",
            ],
        ),
        (third_party(), ["Chart web", "NetworkPolicy web"]),
        (PLAIN, []),
    ],
)
def test_each_kind_of_application_is_exactly_these_objects(
    app: Application, expected: list[str]
) -> None:
    assert names(application.objects(site(app))) == expected


def test_flux_takes_a_chart_in_two_objects_and_the_policy_stays() -> None:
    place = site(third_party(), environment=replace(TEST, delivery=Delivery.FLUX))

    found = application.objects(place)

    assert names(found) == ["HelmRepository web", "HelmRelease web", "NetworkPolicy web"]


def test_plain_manifests_are_what_stands_in_their_directory() -> None:
    written: Manifest = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}

    assert application.objects(site(PLAIN), [written]) == [written]


@pytest.mark.parametrize(
    "app",
    [
        service(integration_test=TESTS),
        worker(integration_test=TESTS),
        job(integration_test=TESTS),
        stateful(integration_test=TESTS),
    ],
    ids=lambda app: app.kind,
)
def test_an_integration_test_brings_its_own_way_through_the_network(app: Application) -> None:
    assert names(application.tests(site(app))) == [
        "NetworkPolicy web-integration-test",
        "Job web-integration-test",
    ]


@pytest.mark.parametrize("app", [service(), third_party(), PLAIN], ids=lambda app: app.kind)
def test_who_has_no_integration_test_gets_none(app: Application) -> None:
    assert application.tests(site(app)) == []


def test_no_object_is_outside_the_namespace_of_its_application() -> None:
    app = service(config={"A": "b"}, integration_test=TESTS, route=Route(hosts=("a",)))
    place = site(app, namespace="shop-test")

    found = [*application.objects(place), *application.tests(place)]

    assert {each["metadata"]["namespace"] for each in found} == {"shop-test"}
