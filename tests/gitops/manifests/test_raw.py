"""Plain manifests: put in their place, and otherwise as they were written."""

from copy import deepcopy
from typing import Any

import pytest

from gitops.manifests.raw import group_kind, placed
from gitops.objects import Manifest
from tests.sites import labels, service, site

SITE = site(service())


def written(kind: str = "ConfigMap", api: str = "v1", **more: Any) -> Manifest:
    return {"apiVersion": api, "kind": kind, "metadata": {"name": "page", **more}, "data": {"a": 1}}


def test_a_manifest_gets_the_namespace_and_the_labels_of_its_application() -> None:
    assert placed(SITE, [written()], ()) == [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "page", "labels": labels(), "namespace": "shop"},
            "data": {"a": 1},
        }
    ]


def test_a_label_that_stands_in_the_manifest_wins() -> None:
    given = written(labels={"app.kubernetes.io/name": "own", "more": "x"}, annotations={"a": "b"})

    [found] = placed(SITE, [given], ())

    assert found["metadata"] == {
        "name": "page",
        "annotations": {"a": "b"},
        "labels": {**labels(), "app.kubernetes.io/name": "own", "more": "x"},
        "namespace": "shop",
    }


def test_labels_that_are_written_as_nothing_are_no_labels() -> None:
    [found] = placed(SITE, [written(labels=None)], ())

    assert found["metadata"]["labels"] == labels()


def test_the_namespace_is_that_of_the_application_whatever_stands_there() -> None:
    [found] = placed(SITE, [written(namespace="elsewhere")], ())

    assert found["metadata"]["namespace"] == "shop"


@pytest.mark.parametrize(
    ("api", "kind"),
    [
        ("v1", "Namespace"),
        ("rbac.authorization.k8s.io/v1", "ClusterRole"),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
        ("example.com/v1", "Widget"),
    ],
)
def test_what_lives_outside_namespaces_gets_none(api: str, kind: str) -> None:
    [found] = placed(SITE, [written(kind, api)], ["example.com/Widget"])

    assert found["metadata"] == {"name": "page", "labels": labels()}


def test_a_kind_of_the_same_name_in_another_group_lives_inside_a_namespace() -> None:
    [found] = placed(SITE, [written("ClusterRole", "example.com/v1")], ["other.com/Widget"])

    assert found["metadata"]["namespace"] == "shop"


def test_what_was_read_is_not_changed_because_every_environment_shares_it() -> None:
    given = written(labels={"a": "b"}, namespace="elsewhere")
    before = deepcopy(given)

    placed(SITE, [given], ())

    assert given == before


@pytest.mark.parametrize(
    ("api", "kind", "named"),
    [
        ("v1", "Service", "Service"),
        ("apps/v1", "Deployment", "apps/Deployment"),
        ("a.b/v1beta1", "C", "a.b/C"),
    ],
)
def test_a_kind_is_named_with_its_group_and_without_its_version(
    api: str, kind: str, named: str
) -> None:
    assert group_kind(written(kind, api)) == named
