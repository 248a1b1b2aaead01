"""Every object of the sample fleet against the schemas of the programs that will read it."""

import copy
from collections.abc import Iterator
from typing import Any, cast

import pytest
import yaml

from gitops.layouts.rendered import rendered
from gitops.manifests import chart
from gitops.objects import Manifest
from gitops.plan import StackPlan
from gitops.settings import Loaded
from tests.real.schemas import Schemas

pytestmark = pytest.mark.real

KINDS = {
    "Deployment", "StatefulSet", "CronJob", "Job", "Rollout", "Service", "Ingress", "HTTPRoute",
    "HorizontalPodAutoscaler", "PodDisruptionBudget", "NetworkPolicy", "ServiceAccount",
    "ConfigMap", "Namespace", "ResourceQuota", "LimitRange", "AppProject", "ApplicationSet",
    "GitRepository", "Kustomization", "HelmRelease", "HelmRepository",
    "Secret", "ClusterRole", "ClusterRoleBinding", "RoleBinding",
    "PrometheusRule", "ServiceMonitor", "PodMonitor",
}  # fmt: skip


def objects(plans: dict[str, StackPlan]) -> Iterator[Manifest]:
    for plan in plans.values():
        for placed in plan.placed():
            if placed.manifest["kind"] != chart.KIND:
                yield placed.manifest


def test_the_sample_fleet_has_an_object_of_every_kind(plans: dict[str, StackPlan]) -> None:
    assert {each["kind"] for each in objects(plans)} == KINDS


def test_every_object_is_valid(schemas: Schemas, plans: dict[str, StackPlan]) -> None:
    found = {
        f"{each['kind']} {each['metadata']['name']}: {problem}"
        for each in objects(plans)
        for problem in schemas.problems(each)
    }

    assert not found


def test_every_file_that_an_engine_syncs_is_valid(
    schemas: Schemas, loaded: Loaded, plans: dict[str, StackPlan]
) -> None:
    """What an engine reads is the file, not the object: this goes through the writer."""
    found: set[str] = set()
    for plan in plans.values():
        for path, text in rendered(loaded.fleet, plan).items():
            if path.endswith(("/Chart.yaml", "/values.yaml")):
                continue
            manifest = yaml.safe_load(text)
            if manifest["kind"] != chart.KIND:
                found |= {f"{path}: {problem}" for problem in schemas.problems(manifest)}

    assert not found


def first(plans: dict[str, StackPlan], kind: str) -> Manifest:
    return copy.deepcopy(next(each for each in objects(plans) if each["kind"] == kind))


def last_mapping(value: dict[str, Any]) -> dict[str, Any]:
    """Return the deepest mapping on the way of the last keys: where a typo hides best."""
    for key, each in reversed(value.items()):
        if key == "values":
            continue  # A chart's values are free.
        below = cast("dict[str, Any]", each) if isinstance(each, dict) else {}
        if not all(isinstance(leaf, str) for leaf in below.values()):
            return last_mapping(below)
    return value


@pytest.mark.parametrize("kind", sorted(KINDS - {"ConfigMap"}))
def test_a_misspelled_field_of_any_kind_is_noticed(
    schemas: Schemas, plans: dict[str, StackPlan], kind: str
) -> None:
    manifest = first(plans, kind)
    last_mapping(manifest)["misspelled"] = {"a": 1}

    assert schemas.problems(manifest)


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("Deployment", {"apiVersion": "apps/v1beta1"}),
        ("Deployment", {"spec": {"replicas": "3"}}),
        ("HorizontalPodAutoscaler", {"apiVersion": "autoscaling/v2beta2"}),
        ("GitRepository", {"apiVersion": "source.toolkit.fluxcd.io/v1beta1"}),
        ("Kustomization", {"spec": {"interval": "10m0s", "prune": True, "validation": "client"}}),
        ("ApplicationSet", {"spec": {"generators": []}}),
        ("AppProject", {"spec": {"destinations": "all"}}),
        ("Service", {"spec": {"ports": [{"port": "http"}]}}),
        ("PrometheusRule", {"spec": {"groups": [{"rules": "all"}]}}),
        ("PodMonitor", {"spec": {"selector": {}, "podMetricsEndpoints": {"port": "x"}}}),
        ("ServiceMonitor", {"spec": {"endpoints": [{"port": "metrics"}]}}),
    ],
)
def test_a_wrong_type_a_missing_field_and_an_old_version_are_noticed(
    schemas: Schemas, plans: dict[str, StackPlan], kind: str, change: dict[str, Any]
) -> None:
    assert schemas.problems({**first(plans, kind), **change})
