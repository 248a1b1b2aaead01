"""The policy pack, asked as the engine asks it: through the SDK's own servicer."""

from pathlib import Path
from typing import Any, NamedTuple

import pytest
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import rpc
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import EnforcementLevel, Policy, proxy
from pulumi_policy import policy as sdk
from pulumi_policy.policy import _PolicyAnalyzerServicer

from components.objects import register
from gitops.manifests import chart
from gitops.model import Level
from gitops.objects import Manifest, Placed
from gitops.plan import StackPlan
from gitops.rules import RULES
from gitops.settings import Loaded
from gitops.verdicts import verdicts
from policies.guard import decode_once, guards, plain, remembering
from recording.monitor import Resource
from tests import CANARY, ROOT
from tests.fleets import BASE, write
from tests.programs import one, options, recorded

STACKS = ("development", "staging", "production", "dr")


class Diagnostic(NamedTuple):
    """One thing that the policy pack tells the engine."""

    rule: str
    level: int
    message: str


def ask(policies: list[Policy], type_: str, properties: dict[str, Any]) -> list[Diagnostic]:
    """Return what *policies* say about a resource, as the engine hears it."""
    struct = Struct()
    struct.update(properties)
    request = analyzer_pb2.AnalyzeRequest(
        type=type_, properties=struct, urn=f"urn:pulumi:test::gitops::{type_}::it", name="it"
    )
    servicer = _PolicyAnalyzerServicer("gitops", "0.0.1", policies, EnforcementLevel.ADVISORY)
    answer = servicer.Analyze(request, None)
    return [
        Diagnostic(each.policyName, each.enforcementLevel, each.message)
        for each in answer.diagnostics
    ]


def registered(manifest: Manifest) -> Resource:
    """Return *manifest* as the components register it."""
    return one(recorded(lambda: register("it", manifest, options())), "it")


def deployment(**container: Any) -> Manifest:
    labels = {"app.kubernetes.io/name": "web", "app.kubernetes.io/part-of": "shop"}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "shop", "labels": labels},
        "spec": {"template": {"spec": {"containers": [{"name": "web", **container}]}}},
    }


def release(repository: str) -> Manifest:
    spec: dict[str, Any] = {
        "repository": repository,
        "chart": "kafka",
        "version": "1.2.3",
        "values": {},
    }
    metadata = {"name": "events", "namespace": "shop"}
    return {"apiVersion": chart.API, "kind": chart.KIND, "metadata": metadata, "spec": spec}


SIZES = {"requests": {"cpu": "1", "memory": "1Mi"}, "limits": {"memory": "1Mi"}}
GOOD = deployment(image=f"registry.example.com/web@sha256:{'0' * 64}", resources=SIZES)
BROKEN: dict[str, Manifest] = {
    "nothing": GOOD,
    "everything": deployment(image="docker.io/web:latest"),
    "no image": deployment(resources=SIZES),
    "no tag": deployment(image="registry.example.com/web", resources=SIZES),
    "look-alike": deployment(image="registry.example.com.evil.io/web:1.0", resources=SIZES),
    "no labels": {**GOOD, "metadata": {"name": "web", "namespace": "shop"}},
    "job": {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": "nightly", "namespace": "shop"},
        "spec": {"jobTemplate": {"spec": {"template": GOOD["spec"]["template"]}}},
    },
    "service": {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"ports": [{"port": 80}]},
    },
    "chart": release("https://charts.evil.io"),
    "good chart": release("https://charts.example.com"),
    "registry of charts": release("oci://charts.example.com/bitnami"),
}
_LEVELS = {Level.WARN: analyzer_pb2.ADVISORY, Level.ENFORCE: analyzer_pb2.MANDATORY}


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("manifest", BROKEN.values(), ids=BROKEN)
def test_the_engine_hears_the_verdict_of_the_pull_request(
    loaded: Loaded, stack: str, manifest: Manifest
) -> None:
    placed = Placed(environment=stack, cluster="one", application="web", manifest=manifest)
    wanted = list(verdicts([placed], loaded.fleet.policy))
    resource = registered(manifest)

    found = ask(guards(ROOT, stack), resource.type, dict(resource.inputs))

    assert [(each.rule, each.level) for each in found] == [
        (each.rule, _LEVELS[each.level]) for each in wanted
    ]
    assert all(str(v.complaint) in d.message for v, d in zip(wanted, found, strict=True))


def test_a_chart_in_a_foreign_registry_is_refused() -> None:
    resource = registered(release("oci://ghcr.io/charts"))

    [found] = ask(guards(ROOT, "production"), resource.type, dict(resource.inputs))

    assert (found.rule, found.level) == ("approved-registries", analyzer_pb2.MANDATORY)
    assert "'oci://ghcr.io/charts/kafka'" in found.message


@pytest.mark.parametrize("stack", STACKS)
def test_nothing_is_said_about_the_sample_fleet(stack: str, plans: dict[str, StackPlan]) -> None:
    policies = guards(ROOT, stack)

    for each in plans[stack].placed():
        if each.manifest["kind"] != chart.KIND:
            assert ask(policies, "kubernetes:any:Kind", each.manifest) == []


def test_every_rule_is_a_policy_with_its_reason() -> None:
    policies = guards(ROOT, "production")

    assert {each.name: each.description for each in policies} == {
        name: rule.reason for name, rule in RULES.items()
    }


def test_a_rule_has_the_level_of_its_stack(tmp_path: Path) -> None:
    levels = "levels:\n  no-mutable-tag: {a: 'off', b: warn, c: enforce}\n"
    write(tmp_path, fleet__policy_dot_yaml=BASE["fleet/policy.yaml"] + levels)

    found = {
        stack: {each.name: each.enforcement_level for each in guards(tmp_path, stack)}
        for stack in ("a", "b", "c", "d")
    }

    assert [found[stack]["no-mutable-tag"] for stack in found] == [
        EnforcementLevel.DISABLED,
        EnforcementLevel.ADVISORY,
        EnforcementLevel.MANDATORY,
        EnforcementLevel.MANDATORY,
    ]
    assert found["a"]["resource-limits"] == EnforcementLevel.MANDATORY


def test_the_demands_are_those_of_the_given_fleet(tmp_path: Path) -> None:
    write(tmp_path, fleet__policy_dot_yaml="registries: [else.example.com]\n")

    [found] = ask(guards(tmp_path, "test"), "kubernetes:apps/v1:Deployment", GOOD)

    assert (found.rule, "Accepted: else.example.com." in found.message) == (
        "approved-registries",
        True,
    )


@pytest.mark.parametrize(
    "type_", ["gitops:index:Cluster", "pulumi:providers:kubernetes", "random:x:Y"]
)
def test_what_is_no_kubernetes_object_is_nobodys_business(type_: str) -> None:
    assert ask(guards(ROOT, "production"), type_, BROKEN["everything"]) == []


def test_what_is_not_known_yet_is_said_and_never_passes_in_silence() -> None:
    unknown = deployment(image=proxy.UNKNOWN_STRING_VALUE, resources=SIZES)

    found = ask(guards(ROOT, "production"), "kubernetes:apps/v1:Deployment", unknown)

    assert {each.rule for each in found} == set(RULES)
    assert {each.level for each in found} == {analyzer_pb2.ADVISORY}
    path = ".spec.template.spec.containers.0.image"
    assert all(f"value at {path} can't be known during preview" in each.message for each in found)


def test_a_secret_is_judged_like_any_value_and_never_shown() -> None:
    secret = {rpc._special_sig_key: rpc._special_secret_sig, "value": CANARY}
    open_env = [{"name": "TOKEN", "value": secret}]
    manifest = deployment(image="registry.example.com/web:latest", env=open_env)

    found = ask(guards(ROOT, "production"), "kubernetes:apps/v1:Deployment", manifest)

    assert {each.rule for each in found} == {"no-mutable-tag", "resource-limits"}
    assert CANARY not in repr(found)


def test_a_secret_of_kubernetes_is_never_shown() -> None:
    secret = {rpc._special_sig_key: rpc._special_secret_sig, "value": {"password": CANARY}}
    properties = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "data": secret}

    assert ask(guards(ROOT, "production"), "kubernetes:core/v1:Secret", properties) == []


def test_the_proxies_of_the_sdk_become_plain_data() -> None:
    data: dict[str, Any] = {"a": [{"b": "c"}, 1, None], "d": "text", "e": {}}

    found = plain(proxy.unknown_checking_proxy(data))

    assert found == data
    assert (type(found), type(found["a"]), type(found["a"][0])) == (dict, list, dict)


def test_what_was_decoded_once_is_judged_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    policies = guards(ROOT, "production")
    cases = [dict(registered(each).inputs) for each in BROKEN.values()]
    before = [ask(policies, "kubernetes:apps/v1:Deployment", each) for each in cases]
    for name in ("json_format", "deserialize_properties", "unknown_checking_proxy"):
        monkeypatch.setattr(sdk, name, getattr(sdk, name))

    decode_once()

    assert [ask(policies, "kubernetes:apps/v1:Deployment", each) for each in cases] == before


def test_only_the_very_same_thing_is_remembered() -> None:
    asked: list[list[int]] = []

    def run(thing: list[int]) -> int:
        asked.append(thing)
        return len(asked)

    remembered = remembering(run)
    one, other = [1], [1]

    assert [remembered(each) for each in (one, one, other, other, one)] == [1, 1, 2, 2, 3]
