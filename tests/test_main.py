"""The whole program, as every stack of the sample fleet configures it."""

import ast
import dataclasses
import json
from collections import Counter

import pytest

from components.objects import logical_name, type_token
from gitops.errors import InputError
from gitops.manifests import chart
from gitops.model import Delivery
from gitops.objects import Manifest, Placed
from gitops.plan import StackPlan
from gitops.source.files import WorkTree
from recording import Recording, Run, record, record_all
from recording.config import project_name, stack_config
from recording.values import SECRET
from tests import CANARY, ROOT
from tests.programs import objects

TENANCY = {"Namespace", "ResourceQuota", "LimitRange", "NetworkPolicy"}
STACKS = ("development", "staging", "production", "dr")


def given(stack: str) -> Run:
    files = WorkTree(ROOT)
    config, secret = stack_config(files, stack)
    project = project_name(files)
    return Run(root=ROOT, project=project, stack=stack, config=config, secret_keys=secret)


def with_kubeconfigs(stack: str, clusters: list[str]) -> Run:
    """Return the run of *stack* as the engine makes it, which can decrypt the kubeconfigs."""
    run, key = given(stack), "gitops:kubeconfigs"
    kubeconfigs = {name: f"token: {CANARY}-{name}" for name in clusters}
    return dataclasses.replace(
        run, config={**run.config, key: json.dumps(kubeconfigs)}, secret_keys=[key]
    )


@pytest.fixture(scope="module")
def recordings() -> dict[str, Recording]:
    """Return what the program of every stack asks for."""
    return record_all([given(stack) for stack in STACKS])


def pulumis(plan: StackPlan) -> list[Placed]:
    """Return the objects of *plan* that Pulumi applies itself; the engine applies the others."""
    direct = plan.environment.delivery is Delivery.DIRECT
    return [each for each in plan.placed() if direct or not each.application]


def asked_for(placed: Placed) -> tuple[str, str, str, bool]:
    """Return cluster, type, logical name and protection with which *placed* is registered."""
    manifest = placed.manifest
    part = placed.application or _part(placed)
    release = manifest["kind"] == chart.KIND
    return (
        placed.cluster,
        "kubernetes:helm.sh/v3:Release" if release else type_token(manifest),
        logical_name(f"{placed.cluster}-{part}", manifest),
        placed.protect,
    )


def _part(placed: Placed) -> str:
    """Return the part of the platform that *placed* belongs to."""
    manifest, labels = placed.manifest, placed.manifest["metadata"]["labels"]
    if any(each.endswith("/component") and "gitops." in each for each in labels):
        known = "argocd.argoproj.io/secret-type" in labels
        return "served" if known else "access"
    if manifest["metadata"]["name"].startswith("gitops-"):
        return "alerts"
    if manifest["kind"] not in TENANCY:
        return "delivery"
    return "tenancy" if any(each.endswith("/team") for each in labels) else "platform"


def test_every_stack_file_has_its_tests() -> None:
    files = {path.name.split(".")[1] for path in ROOT.glob("Pulumi.*.yaml")}

    assert files == set(STACKS)


@pytest.mark.parametrize("stack", STACKS)
def test_every_planned_object_is_registered_once_with_the_provider_of_its_cluster(
    stack: str, recordings: dict[str, Recording], plans: dict[str, StackPlan]
) -> None:
    wanted = Counter(asked_for(each) for each in pulumis(plans[stack]))

    found = Counter(
        (each.provider.rpartition("::")[2], each.type, each.name, each.protect)
        for each in objects(recordings[stack])
    )

    assert found == wanted
    assert set(found.values()) == {1}


def hidden(manifest: Manifest) -> Manifest:
    """Return *manifest* as a recording may show it."""
    secret = ("data", "stringData") if manifest["kind"] == "Secret" else ()
    return {**manifest, **{key: SECRET for key in secret if key in manifest}}


@pytest.mark.parametrize("stack", STACKS)
def test_what_is_registered_is_what_was_planned(
    stack: str, recordings: dict[str, Recording], plans: dict[str, StackPlan]
) -> None:
    planned = {
        asked_for(each)[2]: hidden(each.manifest)
        for each in pulumis(plans[stack])
        if each.manifest["kind"] != chart.KIND
    }

    found = {each.name: each.inputs for each in objects(recordings[stack])}

    assert {name: found[name] for name in planned} == json.loads(json.dumps(planned))


@pytest.mark.parametrize("stack", STACKS)
def test_every_cluster_has_one_provider_at_its_context(
    stack: str,
    recordings: dict[str, Recording],
    plans: dict[str, StackPlan],
) -> None:
    providers = {
        each.name: each.inputs
        for each in recordings[stack].resources
        if each.type == "pulumi:providers:kubernetes"
    }

    assert {name: each["context"] for name, each in providers.items()} == {
        name: each.cluster.context or name for name, each in plans[stack].clusters.items()
    }
    # Null would be a kubeconfig in which there is nothing.
    assert {each["kubeconfig"] for each in providers.values()} == {""}
    for flag in ("enableServerSideApply", "enableConfigMapMutable", "enableSecretMutable"):
        assert {each[flag] for each in providers.values()} == {"true"}


@pytest.mark.parametrize("stack", STACKS)
def test_no_object_falls_to_a_default_provider(
    stack: str, recordings: dict[str, Recording]
) -> None:
    known = {each.urn for each in recordings[stack].resources}

    assert {each.provider for each in objects(recordings[stack])} <= known


@pytest.mark.parametrize("stack", STACKS)
def test_only_providers_and_clusters_lie_right_under_the_stack(
    stack: str, recordings: dict[str, Recording]
) -> None:
    root = recordings[stack].resources[0]

    types = {each.type for each in recordings[stack].children(root.urn)}

    assert types == {"pulumi:providers:kubernetes", "gitops:index:Cluster"}


@pytest.mark.parametrize("stack", STACKS)
def test_a_second_run_asks_for_the_same(stack: str, recordings: dict[str, Recording]) -> None:
    again = record(given(stack))

    first = recordings[stack]
    assert {each.urn: each for each in again.resources} == {
        each.urn: each for each in first.resources
    }
    assert (again.outputs, again.warnings) == (first.outputs, first.warnings)


@pytest.mark.parametrize("stack", STACKS)
def test_the_stack_says_what_it_is(
    stack: str, recordings: dict[str, Recording], plans: dict[str, StackPlan]
) -> None:
    plan = plans[stack]

    webhooks = {"webhooks": SECRET} if stack == "production" else {}
    assert recordings[stack].outputs == {
        **webhooks,
        "environment": stack,
        "delivery": plan.environment.delivery.value,
        "clusters": {name: sorted(each.applications) for name, each in plan.clusters.items()},
    }


def test_whose_kubeconfig_is_used_does_not_get_into_the_state(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KUBECONFIG", "/home/somebody/.kube/config")

    recording = record(given("staging"))

    providers = [each for each in recording.resources if "providers" in each.type]
    assert {each.inputs["kubeconfig"] for each in providers} == {""}


def test_a_kubeconfig_never_shows(plans: dict[str, StackPlan]) -> None:
    recording = record(with_kubeconfigs("production", list(plans["production"].clusters)))

    providers = [each for each in recording.resources if "providers" in each.type]
    assert {each.inputs["kubeconfig"] for each in providers} == {SECRET}
    assert CANARY not in repr(recording)


def test_a_kubeconfig_does_not_change_what_is_registered(
    recordings: dict[str, Recording], plans: dict[str, StackPlan]
) -> None:
    recording = record(with_kubeconfigs("production", list(plans["production"].clusters)))

    first = {each.urn: each for each in objects(recordings["production"])}
    assert {each.urn: each for each in objects(recording)} == first


def test_a_value_that_is_not_in_git_is_refused_with_its_key() -> None:
    run = given("staging")
    environment = {**json.loads(run.config["gitops:environment"]), "sync": "manual"}
    changed = {**run.config, "gitops:environment": json.dumps(environment)}

    with pytest.raises(InputError) as caught:
        record(dataclasses.replace(run, config=changed))

    [problem] = caught.value.problems
    assert (problem.file, problem.key) == ("Pulumi.staging.yaml", "gitops:environment.sync")


def test_the_program_is_a_table_of_contents() -> None:
    text = (ROOT / "__main__.py").read_text()

    assert len(text.splitlines()) <= 60
    made = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    assert not [each for each in ast.walk(ast.parse(text)) if isinstance(each, made)]
