"""Namespaces with their limits and closed doors; ConfigMaps, ServiceAccounts and Services."""

from dataclasses import replace

import pytest

from gitops.manifests import core
from gitops.model import Delivery, RolloutStrategy, Service, Stateful
from gitops.model.environment import PodSecurity, Quota
from gitops.model.parts import Autoscaling, RolloutPlan, ServiceAccount
from gitops.objects import Manifest
from tests.sites import (
    FLEET,
    ONE,
    SHOP,
    TENANT,
    TEST,
    metadata,
    selector,
    service,
    site,
    stateful,
    tenant_metadata,
)

HTTP = {"name": "http", "port": 8080, "targetPort": "http", "protocol": "TCP"}
DB = {"name": "db", "port": 5432, "targetPort": "db", "protocol": "TCP"}


def shop(level: PodSecurity = PodSecurity.RESTRICTED) -> Manifest:
    return core.namespace(FLEET, replace(SHOP, pod_security=level), ONE, "test", "shop-test")


def test_a_namespace_enforces_the_restricted_standard_of_its_own_kubernetes() -> None:
    assert shop() == {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": "shop-test",
            "labels": {
                **TENANT,
                "pod-security.kubernetes.io/enforce": "restricted",
                "pod-security.kubernetes.io/enforce-version": "v1.34",
                "pod-security.kubernetes.io/audit": "restricted",
                "pod-security.kubernetes.io/audit-version": "v1.34",
                "pod-security.kubernetes.io/warn": "restricted",
                "pod-security.kubernetes.io/warn-version": "v1.34",
            },
            "annotations": {"gitops.example.com/contact": "shop@example.com"},
        },
    }


def test_a_team_is_held_to_the_restricted_standard_unless_it_says_otherwise() -> None:
    assert SHOP.pod_security is PodSecurity.RESTRICTED
    assert {
        value
        for key, value in shop(PodSecurity.BASELINE)["metadata"]["labels"].items()
        if key.startswith("pod-security") and not key.endswith("-version")
    } == {"baseline"}


def test_a_quota_bounds_requests_and_memory_but_not_the_burst_of_cpu() -> None:
    team = replace(SHOP, quota=Quota(cpu="8", memory="16Gi", pods=60))

    assert core.resource_quota(shop(), team, "test") == {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": tenant_metadata("quota", "shop-test"),
        "spec": {
            "hard": {
                "requests.cpu": "8",
                "requests.memory": "16Gi",
                "limits.memory": "16Gi",
                "pods": "60",
            }
        },
    }


@pytest.mark.parametrize(
    ("environment", "cpu"), [("test", "1"), ("production", "64"), ("other", "1")]
)
def test_the_quota_of_an_environment_wins_over_that_of_the_team(environment: str, cpu: str) -> None:
    team = replace(
        SHOP,
        quota=Quota(cpu="1", memory="1Gi"),
        quotas={"production": Quota(cpu="64", memory="1Gi")},
    )

    found = core.resource_quota(shop(), team, environment)

    assert found is not None
    assert found["spec"]["hard"]["requests.cpu"] == cpu


def test_a_team_without_limits_has_no_quota() -> None:
    assert core.resource_quota(shop(), SHOP, "test") is None


def test_a_container_without_resources_gets_some_so_that_a_quota_does_not_refuse_it() -> None:
    assert core.limit_range(shop()) == {
        "apiVersion": "v1",
        "kind": "LimitRange",
        "metadata": tenant_metadata("defaults", "shop-test"),
        "spec": {
            "limits": [
                {
                    "type": "Container",
                    "defaultRequest": {"cpu": "50m", "memory": "64Mi"},
                    "default": {"memory": "256Mi"},
                }
            ]
        },
    }


def test_what_nobody_allows_is_denied_in_both_directions_to_every_pod() -> None:
    assert core.default_deny(shop()) == {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": tenant_metadata("default-deny", "shop-test"),
        "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
    }


def test_the_configuration_becomes_a_config_map() -> None:
    app = service(config={"LEVEL": "info", "FLAG": "on"})

    assert core.config_map(site(app), app) == {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": metadata(name="web-config"),
        "data": {"LEVEL": "info", "FLAG": "on"},
    }


def test_an_identity_gives_out_no_token_and_has_no_annotations_unless_told_to() -> None:
    app = service()

    assert core.service_account(site(app), app) == {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": metadata(),
        "automountServiceAccountToken": False,
    }


def test_an_identity_carries_the_role_that_it_may_assume() -> None:
    app = service(service_account=ServiceAccount(token=True, annotations={"role": "web"}))

    assert core.service_account(site(app), app) == {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {**metadata(), "annotations": {"role": "web"}},
        "automountServiceAccountToken": True,
    }


def test_a_service_sends_each_port_to_the_pods_port_of_that_name() -> None:
    app = service(ports={"http": 8080, "metrics": 9090})

    assert core.services(site(app), app) == [
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": metadata(),
            "spec": {
                "type": "ClusterIP",
                "selector": selector(),
                "ports": [
                    HTTP,
                    {"name": "metrics", "port": 9090, "targetPort": "metrics", "protocol": "TCP"},
                ],
            },
        }
    ]


@pytest.mark.parametrize(
    ("delivery", "app", "awaited"),
    [
        (Delivery.DIRECT, service(replicas=0), False),
        (Delivery.DIRECT, stateful(replicas=0), False),
        (Delivery.DIRECT, service(replicas=1), True),
        (Delivery.DIRECT, service(replicas=0, autoscaling=Autoscaling(min=1, max=2)), True),
        (Delivery.ARGOCD, service(replicas=0), True),
    ],
)
def test_pulumi_does_not_wait_for_the_pods_of_what_has_none(
    delivery: Delivery, app: Service | Stateful, awaited: bool
) -> None:
    here = site(app, environment=replace(TEST, delivery=delivery))

    skipped = {"pulumi.com/skipAwait": "true"}
    for each in core.services(here, app):
        assert each["metadata"].get("annotations") == (None if awaited else skipped)


def test_a_stateful_application_has_a_headless_service_through_which_its_pods_find_each_other() -> (
    None
):
    app = stateful()

    assert core.services(site(app), app) == [
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": metadata("stateful"),
            "spec": {"type": "ClusterIP", "selector": selector(), "ports": [DB]},
        },
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": metadata("stateful", "web-headless"),
            "spec": {
                "type": "ClusterIP",
                "selector": selector(),
                "ports": [DB],
                "clusterIP": "None",
                "publishNotReadyAddresses": True,
            },
        },
    ]


@pytest.mark.parametrize(
    ("strategy", "names"),
    [
        (RolloutStrategy.ROLLING, ["web"]),
        (RolloutStrategy.CANARY, ["web"]),
        (RolloutStrategy.BLUE_GREEN, ["web", "web-preview"]),
    ],
)
def test_only_a_switch_of_traffic_needs_a_second_service(
    strategy: RolloutStrategy, names: list[str]
) -> None:
    app = service(rollout=RolloutPlan(strategy=strategy))

    found = core.services(site(app), app)

    assert [each["metadata"]["name"] for each in found] == names
    assert {tuple(each["spec"]) for each in found} == {("type", "selector", "ports")}
