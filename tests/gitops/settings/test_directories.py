"""Plain manifests whose metadata is not what Kubernetes takes: a problem, never a traceback."""

from pathlib import Path

import pytest

from tests.fleets import problems, write

PAGE = "name: page\nkind: manifests\nteam: shop\npath: raw\n"


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ("labels: [x]", "raw/a.yaml:3:21: metadata.labels: the labels are no texts by name."),
        ("labels: x", "raw/a.yaml:3:21: metadata.labels: the labels are no texts by name."),
        ("labels: {a: 1}", "raw/a.yaml:3:21: metadata.labels: the labels are no texts by name."),
        ("namespace: [b]", "raw/a.yaml:3:21: metadata.namespace: namespace ['b'] is not"),
        ("namespace: {b: c}", "raw/a.yaml:3:21: metadata.namespace: namespace {'b': 'c'} is not"),
        ("namespace: 7", "raw/a.yaml:3:21: metadata.namespace: namespace 7 is not"),
    ],
)
def test_metadata_of_a_wrong_shape_is_named(tmp_path: Path, metadata: str, message: str) -> None:
    manifest = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a, {metadata}}}\n"

    [found] = problems(write(tmp_path, fleet__apps__page_dot_yaml=PAGE, raw__a_dot_yaml=manifest))

    assert found.startswith(message)


@pytest.mark.parametrize("metadata", ["name: a", "resourceVersion: ''"])
@pytest.mark.parametrize("kind", ["List", "ConfigMapList"])
def test_a_list_is_refused(tmp_path: Path, kind: str, metadata: str) -> None:
    manifest = f"apiVersion: v1\nkind: {kind}\nmetadata: {{{metadata}}}\nitems: []\n"

    assert problems(write(tmp_path, fleet__apps__page_dot_yaml=PAGE, raw__a_dot_yaml=manifest)) == [
        "raw/a.yaml:4:1: items: a list hides its objects from every check. Accepted: one object in "
        "each document. Write each item as a document of its own, with --- between them."
    ]


def test_a_kind_of_somebody_whose_name_ends_like_a_list_is_taken(tmp_path: Path) -> None:
    manifest = "apiVersion: example.com/v1\nkind: AllowList\nmetadata: {name: a}\nspec: {}\n"
    root = write(tmp_path, fleet__apps__page_dot_yaml=PAGE, raw__a_dot_yaml=manifest)

    assert problems(root) == []


@pytest.mark.parametrize(
    "metadata", ["labels: ~", "labels: {}", "labels: {a: b}", "namespace: shop"]
)
def test_metadata_that_kubernetes_takes_is_taken(tmp_path: Path, metadata: str) -> None:
    manifest = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a, {metadata}}}\n"

    assert (
        problems(write(tmp_path, fleet__apps__page_dot_yaml=PAGE, raw__a_dot_yaml=manifest)) == []
    )
