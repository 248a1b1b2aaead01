"""Leaving: what a removed object held back matters while it stays; not every engine deletes."""

from dataclasses import replace
from typing import Any

import pytest

from gitops.diff import ChangeKind, compare
from gitops.diff import danger as kinds
from gitops.diff.changes import Danger
from gitops.diff.plans import changed
from gitops.objects import Manifest, Placed
from gitops.settings import Loaded
from tests.fleets import planned

WEB = {"app.kubernetes.io/name": "web"}
API = {"app.kubernetes.io/name": "api"}
EVERY: dict[str, str] = {}
OPENED = (kinds.DELETION, kinds.NETWORK)


def made(kind: str, name: str = "x", **spec: Any) -> Manifest:
    metadata = {"name": name, "namespace": "shop"}
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, "spec": spec}


def on(manifest: Manifest, application: str = "web", cluster: str = "one") -> Placed:
    return Placed(environment="test", cluster=cluster, application=application, manifest=manifest)


def pods(labels: dict[str, str], kind: str = "Deployment") -> Manifest:
    template = {"metadata": {"labels": {**labels, "more": "x"}}}
    if kind == "CronJob":
        return made(kind, jobTemplate={"spec": {"template": template}})
    return made(kind, template=template)


def policy(labels: dict[str, str]) -> Manifest:
    return made("NetworkPolicy", podSelector={"matchLabels": labels})


def namespace(name: str = "shop") -> Manifest:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def removed(before: list[Placed], after: list[Placed], kind: str = "NetworkPolicy") -> Any:
    """Return the dangers of the removed object of *kind*."""
    [found] = [each for each in compare(before, after).objects if each.object.kind == kind]
    assert found.kind is ChangeKind.REMOVED
    return found.dangers


@pytest.mark.parametrize("kind", ["Deployment", "CronJob"])
def test_a_policy_that_leaves_with_its_application_opens_nothing(kind: str) -> None:
    gone = [on(pods(WEB, kind)), on(policy(WEB))]

    assert removed(gone, []) == (kinds.DELETION,)
    assert removed([*gone, on(namespace(), "")], [on(namespace(), "")]) == (kinds.DELETION,)


def test_a_pod_without_a_workload_counts_too() -> None:
    pod: Manifest = made("Pod")
    pod["metadata"]["labels"] = WEB

    rest = on(pods(API))

    assert removed([rest, on(pod), on(policy(WEB))], [rest, on(pod)]) == OPENED
    assert removed([rest, on(pod), on(policy(WEB))], [rest]) == (kinds.DELETION,)


def test_a_policy_whose_pods_stay_opens_them() -> None:
    assert removed([on(pods(WEB)), on(policy(WEB))], [on(pods(WEB))]) == OPENED


def test_a_policy_that_leaves_with_all_its_pods_opens_nothing_though_its_application_stays() -> (
    None
):
    job, rest = {"app.kubernetes.io/name": "web-test"}, on(pods(WEB))

    assert removed([rest, on(pods(job, "Job")), on(policy(job))], [rest]) == (kinds.DELETION,)
    assert removed([rest, on(pods(job, "Job")), on(policy(job))], [rest, on(pods(job))]) == OPENED


@pytest.mark.parametrize("labels", [EVERY, {"team": "shop"}, API])
def test_a_policy_that_may_close_off_others_opens_them(labels: dict[str, str]) -> None:
    gone = [on(pods({**WEB, "team": "shop"})), on(policy(labels))]

    assert removed(gone, []) == OPENED
    assert removed([*gone, on(pods(API), "api")], [on(pods(API), "api")]) == OPENED


def test_a_policy_of_a_chart_whose_pods_nobody_sees_goes_by_its_application() -> None:
    chart = on(made("Chart"))

    assert removed([chart, on(policy(WEB))], []) == (kinds.DELETION,)
    assert removed([chart, on(policy(WEB))], [chart]) == OPENED


def test_an_application_leaves_one_cluster_and_stays_on_another() -> None:
    here = [on(pods(WEB)), on(policy(WEB))]
    there = [on(pods(WEB), cluster="two"), on(policy(WEB), cluster="two")]

    assert removed([*here, *there], there) == (kinds.DELETION,)
    assert removed([*here, *there], [*here, there[0]]) == OPENED


def test_what_holds_a_whole_namespace_back_matters_while_the_namespace_stays() -> None:
    home, deny = on(namespace(), ""), on(policy(EVERY), "")

    assert removed([home, deny], [home]) == OPENED
    assert removed([home, deny], []) == (kinds.DELETION,)
    assert removed([home, deny, on(namespace("other"), "")], [home]) == OPENED


def test_a_budget_that_leaves_with_its_pods_guarantees_nothing_any_more() -> None:
    budget = on(made("PodDisruptionBudget", selector={"matchLabels": WEB}))
    kind = "PodDisruptionBudget"

    assert removed([on(pods(WEB)), budget], [on(pods(WEB))], kind) == (
        kinds.DELETION,
        kinds.CAPACITY,
    )
    assert removed([on(pods(WEB)), budget], [], kind) == (kinds.DELETION,)


def application_set(
    *elements: tuple[str, str], sync: str = "create-update", preserve: bool = False
) -> Placed:
    """Return an ApplicationSet with *elements*, each a cluster and an application."""
    listed = [{"cluster": cluster, "app": app} for cluster, app in elements]
    manifest = made(
        "ApplicationSet",
        generators=[{"git": {}}, {"list": {"elements": listed}}],
        syncPolicy={"applicationsSync": sync, "preserveResourcesOnDeletion": preserve},
    )
    return on(manifest, "", "hub")


ORPHANED, DELETED = (kinds.ORPHANED,), (kinds.DELETION,)
BOTH = (("one", "web"), ("two", "web"))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (application_set(*BOTH), application_set(BOTH[1]), ORPHANED),
        (application_set(*BOTH), application_set(BOTH[1], sync="create-only"), ORPHANED),
        (application_set(*BOTH), application_set(BOTH[1], sync="sync", preserve=True), ORPHANED),
        (application_set(*BOTH, preserve=True), None, ORPHANED),
        (application_set(*BOTH), None, DELETED),
        (application_set(*BOTH), application_set(BOTH[1], sync="sync"), DELETED),
        (application_set(*BOTH, sync="sync"), application_set(BOTH[1], sync="sync"), DELETED),
        (application_set(BOTH[1]), application_set(BOTH[1]), DELETED),
        (application_set(*BOTH), application_set(BOTH[0]), DELETED),
    ],
)
def test_an_application_is_orphaned_where_argo_cd_may_not_delete_it(
    before: Placed, after: Placed | None, expected: tuple[Danger, ...]
) -> None:
    given = [before, on(pods(WEB)), on(policy(WEB))]

    for kind in ("Deployment", "NetworkPolicy"):
        assert removed(given, [after] if after else [], kind) == expected


def test_an_object_of_an_application_that_stays_is_deleted() -> None:
    given = [application_set(*BOTH), on(pods(WEB)), on(made("ConfigMap"))]

    assert removed(given, given[:2], "ConfigMap") == DELETED
    assert removed(given, [application_set(BOTH[1]), given[1]], "ConfigMap") == DELETED


def test_a_namespace_that_is_removed_takes_orphans_with_it() -> None:
    given = [application_set(*BOTH), on(namespace(), ""), on(pods(WEB))]

    assert removed(given, [application_set(BOTH[1])], "Deployment") == DELETED


def test_a_root_that_preserves_what_it_delivers_does_not_cascade() -> None:
    orphan = on(made("Kustomization", deletionPolicy="Orphan"), "")
    mirror = on(made("Kustomization", deletionPolicy="MirrorPrune"), "")

    assert removed([application_set(preserve=True)], [], "ApplicationSet") == ORPHANED
    assert removed([application_set()], [], "ApplicationSet") == (kinds.CASCADE,)
    assert removed([orphan], [], "Kustomization") == ORPHANED
    assert removed([mirror], [], "Kustomization") == (kinds.CASCADE,)


@pytest.mark.parametrize(
    ("environment", "expected"), [("production", ORPHANED), ("development", DELETED)]
)
def test_an_application_that_leaves_the_sample_fleet_is_called_what_happens_to_it(
    loaded: Loaded, environment: str, expected: tuple[Danger, ...]
) -> None:
    stack = loaded.fleet.stacks[environment]
    deployments = {name: each for name, each in stack.deployments.items() if name != "invoices"}
    stacks = {**loaded.fleet.stacks, environment: replace(stack, deployments=deployments)}
    after = replace(loaded.fleet, stacks=stacks)

    objects = compare(*changed(planned(loaded.fleet), planned(after))).objects

    gone = {each.object.kind: each.dangers for each in objects if each.kind is ChangeKind.REMOVED}
    assert {"Deployment", "NetworkPolicy", "Service"} <= gone.keys()
    assert set(gone.values()) == {expected}
