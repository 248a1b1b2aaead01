"""Pods are found in whatever kind they hide, or it is said that they were not judged."""

from typing import Any

import pytest

from gitops.rules import RULES
from gitops.rules.rule import Complaint
from tests.subjects import GOOD, LABELS, carrying, custom, judged

BAD: Any = {"name": "bad", "image": "busybox"}
PLACES: dict[str, dict[str, Any]] = {
    "spec.containers[name=bad]": {"spec": {"containers": [BAD]}},
    "spec.jobTargetRef.template.spec.initContainers[1]": {
        "spec": {"jobTargetRef": {"template": {"spec": {"initContainers": [{}, {"image": "sh"}]}}}}
    },
    "spec.tasks[name=a].template.spec.containers[name=bad]": {
        "spec": {"tasks": [{"name": "a", "template": {"spec": {"containers": [BAD]}}}]}
    },
    "pods[0][1].ephemeralContainers[name=bad]": {"pods": [["", {"ephemeralContainers": [BAD]}]]},
}


def test_a_kind_of_kubernetes_has_its_containers_where_kubernetes_has_them() -> None:
    pod = carrying("Pod", "containers", BAD)

    assert len(judged("approved-registries", pod)) == 1
    assert judged("approved-registries", {**pod, "kind": "ConfigMap"}) == []
    foreign = {**pod, "kind": "HTTPRoute", "apiVersion": "gateway.networking.k8s.io/v1"}
    assert judged("approved-registries", foreign) == []


@pytest.mark.parametrize("place", PLACES)
def test_a_custom_kind_is_searched_for_pods_to_its_end(place: str) -> None:
    manifest = custom(**PLACES[place])

    for rule in ("approved-registries", "no-mutable-tag"):
        assert [each.path for each in judged(rule, manifest)] == [f"{place}.image"]
    manifest["metadata"]["labels"] = {}
    assert len(judged("required-labels", manifest)) == len(LABELS)


def test_a_pod_where_workloads_have_theirs_is_judged_once_in_a_custom_kind_too() -> None:
    manifest = custom(
        "Rollout", "argoproj.io/v1alpha1", spec={"template": {"spec": {"containers": [BAD]}}}
    )

    assert len(judged("approved-registries", manifest)) == 1
    assert len(judged("resource-limits", manifest)) == 3
    manifest["spec"]["template"]["spec"]["containers"] = [{"name": "web"}]
    assert len(judged("approved-registries", manifest)) == 1


def test_a_container_without_an_image_is_left_to_the_custom_kind_that_fills_it_in() -> None:
    mixed = custom(spec={"pod": {"containers": [GOOD, {"name": "main"}]}})
    bare = custom(spec={"pod": {"containers": [{"name": "main"}]}}, metadata={"name": "x"})

    for manifest in (mixed, bare):
        found = [(rule, each.path) for rule in RULES for each in judged(rule, manifest)]
        assert found == [("no-hidden-pods", "spec.pod.containers[name=main]")]


@pytest.mark.parametrize("kind", ["List", "DeploymentList"])
def test_the_objects_of_a_list_are_judged(kind: str) -> None:
    items = [
        "",
        carrying("Deployment", "containers", BAD),
        custom(**PLACES["spec.containers[name=bad]"]),
    ]
    manifest = {"apiVersion": "v1", "kind": kind, "metadata": {"name": "x"}, "items": items}

    assert [each.path for each in judged("approved-registries", manifest)] == [
        "items[1].spec.template.spec.containers[name=bad].image",
        "items[2].spec.containers[name=bad].image",
    ]


@pytest.mark.parametrize(
    ("api", "kind"),
    [("kyverno.io/v1", "ClusterPolicy"), ("policies.kyverno.io/v1", "ValidatingPolicy"),
     ("helm.toolkit.fluxcd.io/v2", "HelmRelease"), ("argoproj.io/v1alpha1", "ApplicationSet")],
)  # fmt: skip
def test_patterns_and_values_are_no_pods(api: str, kind: str) -> None:
    inside = {"values": {"containers": [BAD], "image": "busybox"}}

    assert [each for rule in RULES for each in judged(rule, custom(kind, api, spec=inside))] == []


def test_pods_that_are_made_from_another_object_are_said_to_be_judged_there_only() -> None:
    reference = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    manifest = custom("Rollout", "argoproj.io/v1alpha1", spec={"workloadRef": reference})

    assert judged("no-hidden-pods", manifest) == [
        Complaint(
            "spec.workloadRef",
            "the pods are those of Deployment web, which is judged only where it is in this "
            "repository too",
            "a pod template in the object itself",
            "Look at it yourself; where that is settled, turn the rule off under 'levels' in "
            "fleet/policy.yaml",
        )
    ]


def test_what_looks_like_a_container_and_is_in_no_pod_is_said_to_be_not_judged() -> None:
    steps = [{"name": "a", "image": "evil.io/a:1"}, {"image": {"tag": "1"}}, {"image": "no image"}]
    spec = {"steps": steps, "template": {"container": BAD}, "containers": [GOOD]}

    assert judged("no-hidden-pods", custom(spec=spec)) == [
        Complaint(
            path,
            "this looks like a container, but not in a way that the rules understand; it was not "
            "judged",
            "containers of a pod, each with its image",
            "Look at it yourself; where that is settled, turn the rule off under 'levels' in "
            "fleet/policy.yaml",
        )
        for path in ("spec.steps[name=a]", "spec.template.container")
    ]


@pytest.mark.parametrize("spec", [{}, {"spec": None}, {"spec": ["image"]}, {"spec": "workloadRef"}])
def test_a_custom_kind_without_pods_is_nobodys_business(spec: dict[str, Any]) -> None:
    assert [each for rule in RULES for each in judged(rule, custom(**spec))] == []
