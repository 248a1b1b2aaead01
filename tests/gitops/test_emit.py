"""YAML that every reader takes alike."""

import json
import random
import shutil
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from gitops.emit import documents
from gitops.errors import GitOpsError

NASTY = [
    "", " ", "y", "Y", "n", "N", "yes", "No", "on", "OFF", "true", "False", "null", "Null", "~",
    "1", "-1", "+1", "1e3", "1E3", "1e+3", "1.", ".5", "0o7", "0x1F", "010", "0b1", "1_000", "12:30",
    "12:30:45", "190:20:30.15", "2001-01-01", "2001-12-14t21:59:43.10-05:00", ".inf", "-.INF", ".nan",
    "NaN", "Infinity", "=", "<<", "- a", "-", "?", "? a", ":", "a: b", "a:", ": a", "a #b", "#b", "a#b",
    "%a", "@a", "`a", "!a", "!!str a", "&a", "*a", "|", ">", "{", "}", "[", "]", ",", "a, b", "{a: b}",
    "---", "--- a", "...", "'", '"', "\\", "a\\nb", "'a'", '"a"', " a", "a ", "\ta", "a\t", "a\tb",
    "\n", "a\n", "a\nb", "a\nb\n", "a\n\nb\n", "a\n\n", "\na", " a\nb", "a \nb", "a\n b\n", "a\n  b\nc",
    "a\r\nb", "a\rb", "\x00", "\x07", "\x1b[31m", "\x7f", "\x80", "\x85", "\xa0", "a\xa0b", "\u2028",
    "a\u2029b", "\ufeff", "\ufeffa", "\ufffd", "\U0001f600", "e\u0301", "\u202e", "x" * 5000,
    "word " * 1000, "100m", "64Mi", "1Gi", "25%", "1h", "30s", "10m0s", "1.2.3", "v1.2.3", "0.1",
    "1E", "5E", "1e", "0h", "00", "0%", "http://a/b?c=d#e", "a/b:c@d", "apps/v1", "100E", "1k", "0x",
    "1:2", "a:1", "::", "a::b", "key:", "~a", "!", "a!", "null ", "0.0.0", "1.2.3.4", "08", "09.5",
    "\x80\n0", "\ufeffa\nb",
]  # fmt: skip
"""Texts that some reader, somewhere, takes for something else."""

texts = st.one_of(
    st.sampled_from(NASTY),
    st.text(alphabet=st.characters(exclude_categories=["Cs"])),
    st.text(alphabet="01234567890.:_-+eExobnyNYaf~=<>!&*|%@`'\"#{}[], \n\t"),
)
values = st.recursive(
    st.one_of(
        texts,
        st.none(),
        st.booleans(),
        st.integers(-(2**63), 2**63),
        st.floats(allow_nan=False, allow_infinity=False),
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
manifests = st.dictionaries(texts, values, max_size=5)


def yaml_1_1(text: str) -> list[Any]:
    return list(yaml.safe_load_all(text))


def yaml_1_2(text: str) -> list[Any]:
    return list(YAML(typ="safe", pure=True).load_all(StringIO(text)))


@given(manifests)
@settings(max_examples=300, deadline=None)
def test_everything_reads_back_as_it_was_under_yaml_1_1(value: dict[str, Any]) -> None:
    assert yaml_1_1(documents([value])) == [value]


@given(manifests)
@settings(max_examples=150, deadline=None)
def test_everything_reads_back_as_it_was_under_yaml_1_2(value: dict[str, Any]) -> None:
    assert yaml_1_2(documents([value])) == [value]


@pytest.mark.parametrize("text", NASTY)
def test_every_nasty_text_is_text_to_both_as_a_key_and_as_a_value(text: str) -> None:
    for value in ({"a": text}, {text: "a"}, {"a": [text]}, {"a": [{text: text}]}):
        written = documents([value])

        assert yaml_1_1(written) == [value]
        assert yaml_1_2(written) == [value]


@pytest.mark.real
def test_every_nasty_text_is_text_to_kubectl(tmp_path: Path) -> None:
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not installed")
    chance = random.Random(1)  # noqa: S311  # not for secrets
    alphabet = "01234567890.:_-+eExobnyNYaf~=<>!&*|%@`'\"#{}[], \n\täß\u2028\U0001f600\x01"
    invented = ["".join(chance.choices(alphabet, k=chance.randrange(9))) for _ in range(3000)]
    data = {f"key-{number}": text for number, text in enumerate([*NASTY, *invented])}
    data |= {text: "key" for text in NASTY if text}
    manifest = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": data}
    (tmp_path / "a.yaml").write_text(documents([manifest]), encoding="utf-8")

    command = ["kubectl", "patch", "--local", "-f", "a.yaml", "--type=merge", "-p={}", "-o=json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)

    assert json.loads(done.stdout)["data"] == data


def test_the_text_depends_on_the_content_alone() -> None:
    one = {"kind": "A", "apiVersion": "v1", "metadata": {"b": 1, "a": 2}, "spec": {}}
    two = {"spec": {}, "metadata": {"a": 2, "b": 1}, "apiVersion": "v1", "kind": "A"}

    assert documents([one]) == documents([two])
    assert documents([one]).startswith("apiVersion: v1\nkind: A\nmetadata:\n  a: 2\n  b: 1\n")


def test_a_value_that_stands_twice_is_written_twice() -> None:
    shared = {"a": ["b"]}

    written = documents([{"one": shared, "two": shared}])

    assert "&" not in written
    assert "*" not in written


def test_a_text_of_several_lines_is_a_block_that_people_can_read() -> None:
    assert documents([{"a": "x: 1\ny: 2\n"}]) == "a: |\n  x: 1\n  y: 2\n"


def test_everyday_texts_need_no_quotes() -> None:
    everyday = {"image": "registry.example.com/a/b:1.2@sha256:0af", "memory": "64Mi", "cpu": "100m",
                "path": "/healthz", "text": "Sends last day's", "max": "25%"}  # fmt: skip
    written = documents([everyday])

    assert '"' not in written.replace('"Sends last day\'s"', "")


def test_documents_of_one_file_are_separated_below_the_header() -> None:
    assert documents([{"a": 1}, {"b": 2}], "# x\n") == "# x\na: 1\n---\nb: 2\n"


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), "\ud800", object(), b"bytes", {1: "a"}, {1, 2}]
)
def test_what_yaml_cannot_carry_is_refused_with_its_path(value: Any) -> None:
    with pytest.raises(GitOpsError, match="spec"):
        documents([{"spec": {"field": value}}])


def test_importing_the_writer_is_cheap() -> None:
    """Start-up stays lean: the writer must not pull in what only other verbs need."""
    script = "import gitops.emit, sys; print([m for m in ('pydantic', 'rich', 'pulumi') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
