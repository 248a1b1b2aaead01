"""one-owner: an object, or its replicas, with two writers; both are named."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from gitops.checks import findings as all_findings
from gitops.checks import owners
from gitops.checks.finding import Finding, Place
from gitops.model import Level
from gitops.objects import Manifest, Placed
from gitops.plan import StackPlan, plan
from gitops.settings import Loaded
from tests.fleets import BASE, EXACT, loading, write


def made(kind: str, name: str = "web", namespace: str = "shop", **body: Any) -> Manifest:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": metadata, **body}


def scaler(name: str, target: str = "web", namespace: str = "shop") -> Manifest:
    reference = {"kind": "Deployment", "name": target}
    return made("HorizontalPodAutoscaler", name, namespace, spec={"scaleTargetRef": reference})


def placed(
    manifest: Manifest, app: str = "web", environment: str = "production", cluster: str = "us-east"
) -> Placed:
    return Placed(environment=environment, cluster=cluster, application=app, manifest=manifest)


def found(plans: dict[str, StackPlan], *objects: Placed) -> list[Finding]:
    return list(owners.findings(plans, objects))


def test_the_sample_fleet_has_nothing_wrong_with_it(
    loaded: Loaded, plans: dict[str, StackPlan]
) -> None:
    assert [str(each) for each in all_findings(loaded, plans)] == []


def test_a_finding_says_all_its_parts_in_one_line() -> None:
    finding = Finding(check="c", level=Level.WARN, subject="here", what="it is wrong")

    assert str(finding) == "here: [c] it is wrong."
    full = Finding(
        check="c", level=Level.WARN, subject="h", what="wrong", accepted="right", remedy="Do"
    )
    assert str(full) == "h: [c] wrong. Accepted: right. Do."


def test_an_object_that_two_applications_make_is_found_and_both_are_named(
    plans: dict[str, StackPlan],
) -> None:
    assert found(plans, placed(made("Service")), placed(made("Service"), "other")) == [
        Finding(
            check="one-owner",
            level=Level.ENFORCE,
            places=(Place("production", "us-east"),),
            subject="Service shop/web",
            what="argocd (application other in production) makes it, and so does argocd "
            "(application web in production)",
            accepted="one owner for each object",
            remedy="Rename it in one of the two, or remove it from one; two environments on one "
            "cluster need a namespaceSuffix",
        )
    ]


def test_the_writer_is_the_engine_of_the_environment_and_pulumi_for_the_platform(
    plans: dict[str, StackPlan],
) -> None:
    places = [("development", "web"), ("staging", "web"), ("dr", "web"), ("staging", "")]
    objects = [placed(made("Service"), app, env, "one") for env, app in places]

    whats = [each.what.partition(" makes")[0] for each in found(plans, *objects)]

    assert whats == [
        "flux (application web in staging)",
        "argocd (application web in dr)",
        "Pulumi (the platform in staging)",
    ]
    [last] = found(plans, *reversed(objects[:2]))
    assert last.what == (
        "Pulumi (application web in development) makes it, and so does flux "
        "(application web in staging)"
    )


@pytest.mark.parametrize(
    "other",
    [
        placed(made("Service"), cluster="us-west"),
        placed(made("Service", namespace="data")),
        placed(made("Service", "other")),
        placed(made("Deployment")),
        placed({**made("Service"), "apiVersion": "example.com/v1"}),
    ],
)
def test_objects_in_different_places_are_different_objects(
    plans: dict[str, StackPlan], other: Placed
) -> None:
    assert found(plans, placed(made("Service")), other) == []


def test_another_version_of_the_api_is_the_same_object(plans: dict[str, StackPlan]) -> None:
    other = placed({**made("Service"), "apiVersion": "apps/v1beta1"})

    assert len(found(plans, placed(made("Service")), other)) == 1


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "Rollout", "ReplicaSet"])
def test_replicas_that_an_autoscaler_writes_too_are_found(
    plans: dict[str, StackPlan], kind: str
) -> None:
    autoscaler = scaler("web-scaler")
    autoscaler["spec"]["scaleTargetRef"]["kind"] = kind
    workload = made(kind, spec={"replicas": 0})

    for objects in ([autoscaler, workload], [workload, autoscaler]):
        assert found(plans, *(placed(each) for each in objects)) == [
            Finding(
                check="one-owner",
                level=Level.ENFORCE,
                places=(Place("production", "us-east"),),
                subject=f"{kind} shop/web",
                what=f"spec.replicas is written by {kind} shop/web of argocd (application web in "
                "production) and by HorizontalPodAutoscaler shop/web-scaler of argocd "
                "(application web in production)",
                accepted="one writer for each field",
                remedy="Leave 'replicas' out where an autoscaler decides, and keep one autoscaler",
            )
        ]


def unscaled() -> Iterable[tuple[str, list[Placed]]]:
    workload = placed(made("Deployment", spec={"replicas": 1}))
    yield "no replicas", [placed(made("Deployment", spec={})), placed(scaler("a"))]
    yield "no spec", [placed(made("Deployment")), placed(scaler("a"))]
    yield "another name", [workload, placed(scaler("a", "other"))]
    yield "another namespace", [workload, placed(scaler("a", namespace="data"))]
    yield "another cluster", [workload, placed(scaler("a"), cluster="us-west")]
    yield "another kind", [placed(made("Rollout", spec={"replicas": 1})), placed(scaler("a"))]
    yield "no target", [workload, placed(made("HorizontalPodAutoscaler", spec={}))]


@pytest.mark.parametrize("objects", [pytest.param(each, id=name) for name, each in unscaled()])
def test_replicas_with_one_writer_are_fine(
    plans: dict[str, StackPlan], objects: list[Placed]
) -> None:
    assert found(plans, *objects) == []


def test_two_autoscalers_of_one_workload_are_found(plans: dict[str, StackPlan]) -> None:
    workload = placed(made("Deployment", spec={}))

    [finding] = found(plans, placed(scaler("a")), placed(scaler("b"), "other"), workload)

    assert finding.where == "production/us-east: Deployment shop/web"
    assert finding.what == (
        "spec.replicas is written by HorizontalPodAutoscaler shop/b of argocd (application other "
        "in production) and by HorizontalPodAutoscaler shop/a of argocd (application web in "
        "production)"
    )


@pytest.mark.parametrize("second", ["argocd", "flux", "direct"])
@pytest.mark.parametrize("first", ["argocd", "flux", "direct"])
def test_two_environments_on_one_cluster_collide_until_one_has_a_suffix(
    tmp_path: Path, first: str, second: str
) -> None:
    def owned_twice(root: Path, suffix: str) -> list[Finding]:
        stack = BASE["Pulumi.test.yaml"]
        files = {
            "Pulumi_dot_test_dot_yaml": stack.replace("argocd", first),
            "Pulumi_dot_next_dot_yaml": stack.replace("argocd", second) + suffix,
            "releases__next_dot_yaml": BASE["releases/test.yaml"],
        }
        fleet = loading(write(root, **files)).fleet
        plans = {name: plan(fleet, name) for name in fleet.stacks}
        return found(plans, *(each for one in plans.values() for each in one.placed()))

    clashing = {each.where for each in owned_twice(tmp_path / "a", "")}

    assert {"test/one: Namespace shop", "test/two: Deployment shop/web"} <= clashing
    assert owned_twice(tmp_path / "b", "    namespaceSuffix: next\n") == []


@pytest.mark.parametrize(
    ("delivery", "kinds"),
    [("argocd", {"AppProject", "ApplicationSet"}), ("flux", {"Kustomization"})],
)
def test_roots_of_two_environments_whose_names_become_alike_are_found(
    tmp_path: Path, delivery: str, kinds: set[str]
) -> None:
    """Team ``a-shop`` in ``test`` and team ``shop`` in ``test-a`` have the same project."""
    stack = BASE["Pulumi.test.yaml"].replace("argocd", delivery)
    files = {
        "fleet__teams_dot_yaml": "shop: {contact: a}\na-shop: {contact: a}\n",
        "fleet__apps__api_dot_yaml": BASE["fleet/apps/web.yaml"]
        .replace("web", "api")
        .replace("team: shop", "team: a-shop"),
        "Pulumi_dot_test_dot_yaml": stack,
        "Pulumi_dot_test_dash_a_dot_yaml": stack + "    namespaceSuffix: a\n",
    }
    for name in ("test", "test_dash_a"):
        files[f"releases__{name}_dot_yaml"] = f"releases: {{web: {EXACT}, api: {EXACT}}}\n"
    fleet = loading(write(tmp_path, **files)).fleet
    plans = {name: plan(fleet, name) for name in fleet.stacks}

    findings = found(plans, *(each for one in plans.values() for each in one.placed()))

    assert {each.where.split()[1] for each in findings} == kinds
    assert {each.remedy for each in findings} == {
        "Rename a team or an environment: their names, joined with dashes, become alike"
    }


def test_an_object_of_an_environment_that_was_not_asked_for_counts(tmp_path: Path) -> None:
    files = {
        "Pulumi_dot_next_dot_yaml": BASE["Pulumi.test.yaml"],
        "releases__next_dot_yaml": BASE["releases/test.yaml"],
    }
    loaded = loading(write(tmp_path, **files))

    wheres = {each.where for each in all_findings(loaded, {"test": plan(loaded.fleet, "test")})}

    assert {"test/one,two: Namespace shop", "test/one,two: Deployment shop/web"} <= wheres
    assert all(each.startswith("test/") for each in wheres)
