"""The platform as Pulumi registers it: in an order that works, secrets kept, kinds protected."""

import base64
import json
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pulumi
import pytest

from components import Cluster, ClusterArgs
from gitops.plan import ClusterPlan, plan
from recording.monitor import Recording, Resource
from recording.values import SECRET
from tests import CANARY
from tests.programs import monitored, objects, one, opened, options, recorded, sent
from tests.published import (
    argo_cd,
    definition,
    deployment,
    environment,
    fetched,
    installing,
    publish,
    release,
    text,
    versions,
)

PROGRAMS = {
    "argo-cd": argo_cd(),
    "argo-rollouts": release(),
    "external-secrets": release("x"),
}
CALLED = "{flux: {webhook: github, controllers: [notification-controller]}}"
PLATFORM = "{argo-cd: {webhook: github}, argo-rollouts: {}}"


def clusters(root: Path, platform: str = PLATFORM) -> dict[str, ClusterPlan]:
    return dict(plan(fetched(installing(root, platform, PROGRAMS)), "test").clusters)


def build(plans: Mapping[str, ClusterPlan], *, protect: bool = False) -> Callable[[], object]:
    """Return what registers *plans*, as ``__main__`` does."""

    def program() -> None:
        made = {
            name: Cluster(
                name, ClusterArgs(plan=each, applications=False, protect=protect), options(name)
            )
            for name, each in plans.items()
        }
        access = {name: each.access for name, each in made.items() if each.access is not None}
        for name, each in made.items():
            each.serve(name, access)

    return program


def before(recording: Recording, resource: Resource) -> set[str]:
    """Return the URNs of everything that is there before *resource* is made.

    A component that something waits for stands for all that is in it.
    """
    known = {each.urn: each for each in recording.resources}
    found: set[str] = set()
    left = [resource.urn]
    while left:
        here = known[left.pop()]
        above = known.get(here.parent)
        more = {*here.dependencies, *(above.dependencies if above else ())} - found
        found |= more
        left += [*more, *([here.parent] if above else [])]
    return found


def kind(resource: Resource) -> str:
    return resource.type.rpartition(":")[2]


def program(recording: Recording, name: str, *wanted: str) -> list[Resource]:
    """Return the objects of *wanted* kinds in the program *name*."""
    return [
        each
        for each in objects(recording)
        if each.name.startswith(f"{name}-") and kind(each) in wanted
    ]


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """Return two clusters: one with the Argo CD of both, one that it serves."""
    return recorded(build(clusters(tmp_path_factory.mktemp("fleet"))))


def test_kinds_come_before_what_pods_need_before_pods_and_who_asks_them(
    recording: Recording,
) -> None:
    order = [
        ["CustomResourceDefinition"],
        ["ServiceAccount"],
        ["Deployment", "ValidatingWebhookConfiguration"],
    ]
    stages = [program(recording, "one-argo-rollouts", *each) for each in order]

    for earlier, later in pairwise(stages):
        assert earlier
        assert later
        for each in later:
            assert {other.urn for other in earlier} <= before(recording, each)
    together = {each.urn for each in stages[-1]}
    assert all(together.isdisjoint(before(recording, each)) for each in stages[-1])


def test_a_program_waits_for_its_namespace(recording: Recording) -> None:
    [space] = [
        each
        for each in objects(recording)
        if kind(each) == "Namespace" and each.name == "one-platform-namespace-argo-rollouts"
    ]

    for each in ("CustomResourceDefinition", "Deployment", "ConfigMap"):
        for found in program(recording, "one-argo-rollouts", each):
            assert space.urn in before(recording, found)


def test_a_namespace_that_two_programs_share_is_made_once_and_both_wait_for_it(
    tmp_path: Path,
) -> None:
    shared = "{argo-rollouts: {namespace: shared}, external-secrets: {namespace: shared}}"

    found = recorded(build({"one": clusters(tmp_path, shared)["one"]}))

    [space] = [each for each in objects(found) if each.name == "one-platform-namespace-shared"]
    for name in ("one-argo-rollouts", "one-external-secrets"):
        [pods] = program(found, name, "Deployment")
        assert space.urn in before(found, pods)
        assert pods.inputs["metadata"]["namespace"] == "shared"


def test_the_roots_wait_for_the_engine_that_reads_them(recording: Recording) -> None:
    roots = [each for each in objects(recording) if kind(each) in {"AppProject", "ApplicationSet"}]
    [server] = program(recording, "one-argo-cd", "Deployment")
    [definition] = program(recording, "one-argo-cd", "CustomResourceDefinition")

    assert {kind(each) for each in roots} == {"AppProject", "ApplicationSet"}
    for each in roots:
        assert {server.urn, definition.urn} <= before(recording, each)


def test_a_served_cluster_is_made_known_once_it_lets_argo_cd_in(recording: Recording) -> None:
    [known] = [each for each in objects(recording) if each.name.endswith("-cluster-test-two")]
    [token] = [each for each in objects(recording) if each.name.endswith("-argocd-manager-token")]
    [server] = program(recording, "one-argo-cd", "Deployment")

    assert (known.provider.rpartition("::")[2], token.provider.rpartition("::")[2]) == (
        "one",
        "two",
    )
    assert {token.urn, server.urn} <= before(recording, known)


def test_whoever_passes_on_how_a_cluster_is_reached_passes_on_a_secret(tmp_path: Path) -> None:
    plans = clusters(tmp_path)

    def program() -> None:
        args = ClusterArgs(plan=plans["two"], applications=False, protect=False)
        pulumi.export("reached", Cluster("two", args, options("two")).access)

    assert recorded(program).outputs["reached"] == SECRET


def test_the_token_comes_after_the_rights_it_gives(recording: Recording) -> None:
    [token] = [each for each in objects(recording) if each.name.endswith("-argocd-manager-token")]

    rights = {each.urn for each in recording.children(token.parent)} - {token.urn}
    assert rights == set(token.dependencies)


def test_rights_are_given_in_namespaces_that_are_there(recording: Recording) -> None:
    [binding] = [
        each
        for each in objects(recording)
        if kind(each) == "RoleBinding" and "-access-" in each.name
    ]
    [space] = [each for each in objects(recording) if each.name == "two-tenancy-namespace-shop"]

    assert space.urn in before(recording, binding)


def test_what_secrets_hold_is_secret(recording: Recording) -> None:
    found = [each for each in objects(recording) if kind(each) == "Secret"]

    for each in found:
        assert set(each.secret_outputs) == {"data", "stringData"}
        held = [each.inputs[key] for key in ("data", "stringData") if key in each.inputs]
        assert all(value in {SECRET, None} for value in held)
    assert len(found) == 5


@pytest.mark.parametrize("protect", [True, False])
def test_kinds_and_namespaces_of_a_guarded_environment_are_protected(
    tmp_path: Path, *, protect: bool
) -> None:
    found = recorded(build(clusters(tmp_path), protect=protect))

    taking = {"Namespace", "CustomResourceDefinition", "AppProject", "ApplicationSet"}
    assert {kind(each) for each in objects(found)} > taking
    for each in objects(found):
        assert each.protect == (protect and kind(each) in taking)


def test_every_component_says_what_it_holds(tmp_path: Path) -> None:
    monitor = monitored(build(clusters(tmp_path)))

    found = {urn.rpartition("::")[2]: each for urn, each in monitor.finished.items()}
    assert found["one-platform"] == {"programs": ["argo-cd", "argo-rollouts"]}
    assert found["one-argo-rollouts"] == {"version": "v1.2.3"}
    assert found["one-argo-rollouts-definitions"] == {"kinds": 1}
    assert found["two-access"] == {"account": "argocd-manager"}
    assert found["one-served"] == {"clusters": ["two"]}
    assert "two-served" not in found
    assert "one-access" not in found


TOKEN = {"token": base64.b64encode(CANARY.encode()).decode(), "ca.crt": "Q0E="}


def answer(request: Any) -> Mapping[str, Any]:
    """Return what a cluster fills in, and what a password becomes."""
    if request.name.endswith("-argocd-manager-token"):
        return {"data": TOKEN}
    password = request.type == "random:index/randomPassword:RandomPassword"
    return {"result": CANARY} if password else {}


@pytest.fixture(scope="module")
def registered(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """Return what was registered by name, secrets too, where a cluster answers."""
    return sent(build(clusters(tmp_path_factory.mktemp("fleet"))), answer)


def test_the_token_of_a_served_cluster_is_how_argo_cd_talks_to_it(
    registered: Mapping[str, Any],
) -> None:
    [name] = [each for each in registered if each.endswith("-cluster-test-two")]

    held = opened(registered[name]["stringData"])

    assert held["server"] == "https://two.example.com"
    assert json.loads(held["config"]) == {
        "bearerToken": CANARY,
        "tlsClientConfig": {"insecure": False, "caData": "Q0E="},
    }


def test_the_secret_of_the_webhook_is_made_and_put_where_argo_cd_looks(
    registered: Mapping[str, Any],
) -> None:
    [name] = [each for each in registered if each.endswith("-secret-argocd-argocd-secret")]

    held = opened(registered[name]["data"])

    assert held == {"webhook.github.secret": base64.b64encode(CANARY.encode()).decode()}
    assert registered["one-argo-cd-webhook"] == {"length": 40, "special": False}


def test_a_secret_that_pulumi_does_not_fill_is_left_to_its_program(
    registered: Mapping[str, Any],
) -> None:
    names = [each for each in registered if each.endswith("-secret-argo-rollouts-keys")]

    assert len(names) == 2
    assert not any({"data", "stringData"} & set(registered[each]) for each in names)


def test_without_a_webhook_no_secret_is_made(tmp_path: Path) -> None:
    found = recorded(build(clusters(tmp_path, "{argo-cd: {}}")))

    assert not [each for each in found.resources if "RandomPassword" in each.type]
    assert "data" not in one(found, "one-argo-cd-secret-argocd-argocd-secret").inputs


def called(root: Path) -> ClusterPlan:
    """Return the plan of a cluster whose Flux is told of new commits."""
    installing(root, CALLED, PROGRAMS)
    file = "notification-controller.yaml"
    parts = text([definition("Receiver"), deployment("notification-controller")])
    own = publish(root, "flux", parts)[file]
    [place] = root.rglob(f"mirror/**/{file}")
    content = place.read_bytes()
    others = publish(root, "flux", b"")
    place.write_bytes(content)
    (root / "fleet/versions.yaml").write_text(versions({"flux": {**others, file: own}}))
    (root / "Pulumi.test.yaml").write_text(environment(CALLED, delivery="flux"))
    return plan(fetched(root), "test").clusters["one"]


def test_flux_is_called_after_its_kinds_its_pods_and_the_token_are_there(tmp_path: Path) -> None:
    found = recorded(build({"one": called(tmp_path)}))

    [receiver] = (each for each in objects(found) if kind(each) == "Receiver")
    needed = [
        each
        for each in objects(found)
        if kind(each) in {"CustomResourceDefinition", "Deployment", "Secret"}
    ]
    assert [kind(each) for each in needed].count("Secret") == 1
    assert {each.urn for each in needed} <= before(found, receiver)


def test_the_token_of_flux_is_made_as_the_one_of_argo_cd_is(tmp_path: Path) -> None:
    found = sent(build({"one": called(tmp_path)}), answer)

    held = opened(found["one-flux-secret-flux-system-webhook-test"]["data"])
    assert held == {"token": base64.b64encode(CANARY.encode()).decode()}
    assert found["one-flux-webhook"] == {"length": 40, "special": False}


def test_each_cluster_whose_flux_is_called_passes_its_token_on(tmp_path: Path) -> None:
    given = called(tmp_path)

    def program() -> None:
        args = ClusterArgs(plan=given, applications=False, protect=False)
        pulumi.export("tokens", Cluster("one", args, options("one")).webhooks)

    assert set(recorded(program).outputs["tokens"]) == {"one-flux"}


WATCHED = "{namespace: %s, labels: {release: prometheus}}"


def watched(root: Path, namespace: str) -> Mapping[str, ClusterPlan]:
    """Return two clusters that are watched from *namespace*, with the programs above."""
    installing(root, PLATFORM, PROGRAMS)
    stack = root / "Pulumi.test.yaml"
    stack.write_text(f"{stack.read_text()}    alerts: {WATCHED % namespace}\n")
    return dict(plan(fetched(root), "test").clusters)


def test_rules_wait_for_the_namespaces_of_teams_and_for_the_programs_they_watch(
    tmp_path: Path,
) -> None:
    found = recorded(build(watched(tmp_path, "shop")))

    rules = [each for each in objects(found) if kind(each) in {"PrometheusRule", "ServiceMonitor"}]
    [space] = [each for each in objects(found) if each.name == "one-tenancy-namespace-shop"]
    [server] = program(found, "one-argo-cd", "Deployment")
    mine = [each for each in rules if each.name.startswith("one-alerts-")]
    assert {kind(each) for each in mine} == {"PrometheusRule", "ServiceMonitor"}
    for each in mine:
        assert {space.urn, server.urn} <= before(found, each)
        assert each.inputs["metadata"]["namespace"] == "shop"
        assert not each.protect


def test_the_component_of_the_rules_names_them(tmp_path: Path) -> None:
    monitor = monitored(build(watched(tmp_path, "shop")))

    found = {urn.rpartition("::")[2]: each for urn, each in monitor.finished.items()}
    assert found["two-alerts"] == {
        "rules": ["gitops-test-owners", "gitops-test-argo-rollouts", "gitops-test-applications"]
    }


def test_nothing_is_registered_where_nothing_is_watched(recording: Recording) -> None:
    assert not [each for each in recording.resources if "alerts" in each.name]
