"""How an object of the core becomes a Pulumi resource."""

from importlib.metadata import version
from typing import Any

import pytest
from pulumi import ComponentResource

from components.objects import logical_name, register, register_all, type_token
from gitops.objects import Manifest
from recording.values import SECRET
from tests import CANARY
from tests.programs import one, options, recorded


def manifest(kind: str, name: str = "web", api: str = "v1", **more: Any) -> Manifest:
    return {
        "apiVersion": api,
        "kind": kind,
        "metadata": {"name": name, "namespace": "shop"},
        **more,
    }


def chart(repository: str) -> Manifest:
    spec = {"repository": repository, "chart": "kafka", "version": "1.2.3", "values": {"a": 1}}
    return manifest("Chart", "events", "gitops/v1", spec=spec)


@pytest.mark.parametrize(
    ("api", "kind", "token"),
    [
        ("v1", "Namespace", "kubernetes:core/v1:Namespace"),
        ("apps/v1", "Deployment", "kubernetes:apps/v1:Deployment"),
        ("networking.k8s.io/v1", "Ingress", "kubernetes:networking.k8s.io/v1:Ingress"),
        ("argoproj.io/v1alpha1", "AppProject", "kubernetes:argoproj.io/v1alpha1:AppProject"),
    ],
)
def test_the_type_is_that_of_the_typed_class(api: str, kind: str, token: str) -> None:
    assert type_token(manifest(kind, api=api)) == token


def test_a_logical_name_says_kind_namespace_and_name() -> None:
    assert logical_name("us-east", manifest("ConfigMap")) == "us-east-configmap-shop-web"


def test_an_object_without_a_namespace_has_a_shorter_name() -> None:
    space: Manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}

    assert logical_name("us-east", space) == "us-east-namespace-shop"


def test_an_object_is_registered_as_it_is() -> None:
    given = manifest("ConfigMap", data={"a": "1"})

    found = one(recorded(lambda: register("it", given, options())), "it")

    assert found.inputs == given
    assert found.type == "kubernetes:core/v1:ConfigMap"
    assert found.secret_outputs == ()


@pytest.mark.parametrize(
    "given", [manifest("ConfigMap"), manifest("Secret"), chart("https://c.example")]
)
def test_the_plugin_of_the_installed_package_is_asked_for(given: Manifest) -> None:
    recording = recorded(lambda: register("it", given, options()))

    assert one(recording, "it").version == version("pulumi-kubernetes")


@pytest.mark.parametrize("key", ["data", "stringData"])
def test_what_a_secret_holds_is_secret_on_the_way_in_and_out(key: str) -> None:
    given = {**manifest("Secret", type="Opaque"), key: {"password": CANARY}}

    recording = recorded(lambda: register("it", given, options()))

    found = one(recording, "it")
    assert found.inputs == {**given, key: SECRET}
    assert found.secret_outputs == ("data", "stringData")
    assert CANARY not in repr(recording)


def test_a_custom_kind_called_secret_is_no_secret() -> None:
    given = manifest("Secret", api="example.com/v1", data={"a": "open"})

    assert one(recorded(lambda: register("it", given, options())), "it").inputs == given


def test_making_a_secret_leaves_the_object_of_the_core_alone() -> None:
    given = manifest("Secret", data={"password": CANARY})

    recorded(lambda: register("it", given, options()))

    assert given == manifest("Secret", data={"password": CANARY})


def test_a_chart_becomes_a_release_of_its_repository() -> None:
    found = one(recorded(lambda: register("it", chart("https://c.example"), options())), "it")

    assert found.type == "kubernetes:helm.sh/v3:Release"
    assert found.inputs == {
        "name": "events",
        "namespace": "shop",
        "chart": "kafka",
        "version": "1.2.3",
        "values": {"a": 1},
        "repositoryOpts": {"repo": "https://c.example"},
    }


@pytest.mark.parametrize("repository", ["oci://c.example/charts", "oci://c.example/charts/"])
def test_a_chart_in_a_registry_is_named_by_its_whole_address(repository: str) -> None:
    found = one(recorded(lambda: register("it", chart(repository), options())), "it")

    assert found.inputs["chart"] == "oci://c.example/charts/kafka"
    assert "repositoryOpts" not in found.inputs


def test_many_are_registered_under_one_parent_after_what_they_depend_on() -> None:
    def program() -> None:
        parent = ComponentResource("t:i:Parent", "parent", None, options())
        first = register_all(parent, "x", [manifest("ConfigMap", "first")])
        kinds = [manifest("ConfigMap"), manifest("Service")]
        register_all(parent, "x", kinds, depends_on=first, protected={"Service": True})
        parent.register_outputs({})

    recording = recorded(program)

    parent, first = one(recording, "parent").urn, one(recording, "x-configmap-shop-first")
    later = [one(recording, f"x-{kind}-shop-web") for kind in ("configmap", "service")]
    assert {each.parent for each in (first, *later)} == {parent}
    assert [each.dependencies for each in (first, *later)] == [(), (first.urn,), (first.urn,)]
    assert [each.protect for each in (first, *later)] == [False, False, True]
