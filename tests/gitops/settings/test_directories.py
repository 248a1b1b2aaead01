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


@pytest.mark.parametrize(
    "metadata", ["labels: ~", "labels: {}", "labels: {a: b}", "namespace: shop"]
)
def test_metadata_that_kubernetes_takes_is_taken(tmp_path: Path, metadata: str) -> None:
    manifest = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a, {metadata}}}\n"

    assert (
        problems(write(tmp_path, fleet__apps__page_dot_yaml=PAGE, raw__a_dot_yaml=manifest)) == []
    )
