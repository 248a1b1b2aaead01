"""What the engine's events mean in objects, failures and violations."""

from typing import Any

import pytest
from pulumi.automation import EngineEvent

from engine.events import Failure, Planned, Violation
from gitops.diff import compare
from gitops.objects import Identity

PROVIDER = "urn:pulumi:test::gitops::pulumi:providers:kubernetes::one::id"
APP = "urn:pulumi:test::gitops::gitops:index:Cluster$gitops:index:Application::one-web"


def config_map(data: str, **more: Any) -> dict[str, Any]:
    manifest = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": data}
    return {"inputs": manifest, "parent": APP, **more}


def step(op: str, old: Any = None, new: Any = None, name: str = "a") -> EngineEvent:
    kind = "kubernetes:core/v1:ConfigMap"
    metadata = {"op": op, "urn": f"{APP}${kind}::{name}", "type": kind, "provider": PROVIDER}
    sides = {key: each for key, each in (("old", old), ("new", new)) if each is not None}
    return event(resourcePreEvent={"metadata": {**metadata, **sides}})


def event(**fields: Any) -> EngineEvent:
    return EngineEvent.from_json({"sequence": 1, "timestamp": 1, **fields})


def heard(*events: EngineEvent) -> Planned:
    planned = Planned(stack="test")
    for each in events:
        planned.hear(each)
    return planned


def data(planned: Planned) -> tuple[list[Any], list[Any]]:
    before, after = planned.before(), planned.after()
    return [each.manifest["data"] for each in before], [each.manifest["data"] for each in after]


def secret(**more: Any) -> dict[str, Any]:
    """Return a Secret as the engine tells of it."""
    manifest = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "data": "[secret]"}
    return {"inputs": {**manifest, **more}, "parent": APP}


@pytest.mark.parametrize(
    "ops",
    [
        ["update"],
        ["create-replacement", "replace", "delete-replaced"],
        ["delete-replaced", "replace", "create-replacement"],
    ],
)
def test_a_secret_with_new_values_differs_although_no_value_is_said(ops: list[str]) -> None:
    """Otherwise nobody would be asked whether it may go for a while."""
    sides = {"delete-replaced": (secret(), None)}
    planned = heard(*(step(op, *sides.get(op, (secret(), secret()))) for op in ops))

    [found] = compare(planned.before(), planned.after()).objects

    assert found.object == Identity("", "Secret", "", "a")
    assert [(each.path, each.old, each.new) for each in found.fields] == [
        ("data", "[secret]", "[renewed]")
    ]


@pytest.mark.parametrize("op", ["same", "refresh"])
def test_a_secret_that_stays_differs_in_nothing(op: str) -> None:
    planned = heard(step(op, secret(), secret()))

    assert compare(planned.before(), planned.after()).objects == ()


def test_what_differs_of_a_secret_beside_its_values_is_all_that_is_said() -> None:
    planned = heard(step("update", secret(), secret(type="Opaque")))

    [found] = compare(planned.before(), planned.after()).objects

    assert [each.path for each in found.fields] == ["type"]


@pytest.mark.parametrize(
    ("events", "before", "after"),
    [
        ([step("create", None, config_map("n"))], [], ["n"]),
        ([step("update", config_map("o"), config_map("n"))], ["o"], ["n"]),
        ([step("same", config_map("o"), config_map("o"))], ["o"], ["o"]),
        ([step("delete", config_map("o"))], ["o"], []),
        ([step("create-replacement", config_map("o"), config_map("n")),
          step("replace", config_map("o"), config_map("n")),
          step("delete-replaced", config_map("o"))], ["o"], ["n"]),
        # After a refresh: gone on the cluster, and changed on it.
        ([step("refresh", config_map("o"), config_map("o")), step("delete", config_map("o"))], ["o"], []),
        ([step("refresh", config_map("o")), step("create", None, config_map("n"))], [], ["n"]),
        ([step("refresh", config_map("o")), step("update", config_map("x"), config_map("n"))], ["x"], ["n"]),
    ],
)  # fmt: skip
def test_steps_say_what_is_there_and_what_will_be(
    events: list[EngineEvent], before: list[str], after: list[str]
) -> None:
    assert data(heard(*events)) == (before, after)


def test_an_object_knows_its_place_and_its_protection() -> None:
    [placed] = heard(step("create", None, config_map("n", protect=True))).after()

    assert (placed.environment, placed.cluster, placed.application) == ("test", "one", "web")
    assert placed.protect


def test_what_is_no_kubernetes_object_is_no_object() -> None:
    assert heard(step("create", None, {"inputs": {"a": "b"}})).after() == []


def test_what_changes_is_counted_once() -> None:
    steps = (
        step("replace", config_map("o"), config_map("n")),
        step("delete-replaced", config_map("o")),
    )

    planned = heard(*steps, step("same", config_map("o"), config_map("o"), name="b"))

    assert [each.urn.rpartition("::")[2] for each in planned.changing()] == ["a"]
    assert planned.replaced() == {("one", Identity("", "ConfigMap", "", "a"))}


def diagnostic(severity: str, message: str, **more: Any) -> EngineEvent:
    return event(diagnosticEvent={"severity": severity, "message": message, "color": "", **more})


def test_errors_and_warnings_are_kept_in_one_line_without_colours() -> None:
    planned = heard(
        diagnostic("error", "<{%reset%}>it is\n broken<{%reset%}>", urn=f"{APP}::web"),
        diagnostic("warning", "look"),
        diagnostic("info", "hello"),
        diagnostic("error", "for a moment", ephemeral=True),
        diagnostic("error", "update failed"),
    )

    assert planned.failures == [Failure("web", "it is broken", "")]
    assert planned.warnings == ["look"]
    assert planned.failed


@pytest.mark.parametrize(("level", "stops"), [("mandatory", True), ("advisory", False)])
def test_a_violation_stops_where_it_is_mandatory(level: str, stops: bool) -> None:
    policy = {
        "message": "no",
        "policyName": "rule",
        "enforcementLevel": level,
        "resourceUrn": f"{APP}::a",
    }

    planned = heard(event(policyEvent=policy))

    assert planned.violations == [Violation("rule", "a", "no", stops)]
    assert planned.failed is stops


def test_a_summary_counts_what_was_done() -> None:
    planned = heard(event(summaryEvent={"resourceChanges": {"create": 2, "same": 1}}))

    assert planned.done == {"create": 2, "same": 1}


UNREACHABLE = "configured Kubernetes cluster is unreachable: unable to load schema information from the API server: "


@pytest.mark.parametrize(
    ("said", "remedy"),
    [
        (f"{UNREACHABLE}the server has asked for the client to provide credentials",
         "Cluster one does not accept the token"),
        (f'{UNREACHABLE}Get "https://a": dial tcp: connect: connection refused', "--without one"),
        (f'{UNREACHABLE}Get "https://a": tls: failed to verify certificate: x509: certificate has expired '
         "or is not yet valid: current time 2026-01-01T00:00:00Z is before 2026-01-01T01:00:00Z",
         "By the clock of this machine the certificate of cluster one is not valid"),
        ('Post "https://a": EOF', "may have done this or not. gitops up test finds out"),
        ("3 errors occurred: * the Kubernetes API server reported that \"a\" failed to fully initialize or "
         "become live: 'a' timed out waiting to be Ready", "It is on cluster one and in the state"),
        ('configmaps "a" already exists\n\nThe resource already exists in the cluster. This can happen when:',
         "gitops up test --adopt ConfigMap/a"),
        ("the API server reported that the apiVersion for this resource does not exist. Verify that any "
         'required CRDs have been created: no matches for kind "PrometheusRule" in version '
         '"monitoring.coreos.com/v1"',
         "Cluster one has no Prometheus operator, which defines this kind and reads it. Install it there, "
         "or take 'alerts' out of Pulumi.test.yaml"),
    ],
)  # fmt: skip
def test_what_the_genuine_provider_says_has_a_remedy_with_cluster_and_object(
    said: str, remedy: str
) -> None:
    urn = f"{APP}$kubernetes:core/v1:ConfigMap::a"

    [failure] = heard(
        step("create", None, config_map("n")), diagnostic("error", said, urn=urn)
    ).failures

    assert remedy in failure.remedy
    assert "This can happen when" not in failure.said


def test_only_creations_that_may_have_happened_are_unsure() -> None:
    made = config_map("n", custom=True)
    names = ("lost", "refused", "silent", "late")
    steps = [step("create", None, made, name) for name in names]
    urn = f"{APP}$kubernetes:core/v1:ConfigMap"
    planned = heard(
        *steps,
        diagnostic("error", 'Post "https://a": context canceled', urn=f"{urn}::lost"),
        diagnostic("error", "connection refused", urn=f"{urn}::refused"),
        diagnostic(
            "error", "failed to fully initialize or become live: timed out", urn=f"{urn}::late"
        ),
    )

    assert [each.urn.rpartition("::")[2] for each in planned.unsure()] == ["lost", "silent"]
