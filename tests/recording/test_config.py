"""What a program gets as its configuration, without the engine and without the passphrase."""

import json
from pathlib import Path

import pytest

from gitops.errors import InputError
from gitops.source.files import WorkTree
from recording.config import project_name, stack_config
from recording.values import SECRET
from tests import CANARY


def given(
    root: Path, stack: str, project: str = "name: shop\n"
) -> tuple[dict[str, str], list[str]]:
    (root / "Pulumi.yaml").write_text(project)
    (root / "Pulumi.test.yaml").write_text(stack)
    return stack_config(WorkTree(root), "test")


def test_the_project_is_named_in_its_file(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")

    assert project_name(WorkTree(tmp_path)) == "shop"


@pytest.mark.parametrize("text", [None, "", "runtime: python\n", "name: [a]\n", "- name\n"])
def test_a_project_without_a_name_is_refused_with_a_way_out(
    tmp_path: Path, text: str | None
) -> None:
    if text is not None:
        (tmp_path / "Pulumi.yaml").write_text(text)

    with pytest.raises(InputError, match=r"^Pulumi\.yaml: name: the name is missing\. Add it\.$"):
        project_name(WorkTree(tmp_path))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ("'3'", "3"),
        ("3", "3"),
        ("2.5", "2.5"),
        ("true", "true"),
        ("'on'", "on"),
        ("on", "on"),
        ("12:30", "12:30"),
        ("[no, 0x1F]", '["no","0x1F"]'),
        ("''", ""),
        ("[a, 1, false]", '["a",1,false]'),
        ("{a: {b: '7', c: 7}}", '{"a":{"b":"7","c":7}}'),
    ],
)
def test_text_travels_as_it_is_and_everything_else_as_json(
    tmp_path: Path, value: str, text: str
) -> None:
    assert given(tmp_path, f"config:\n  a:b: {value}\n") == ({"a:b": text}, [])


def test_a_key_without_a_namespace_is_of_the_project(tmp_path: Path) -> None:
    config, secret = given(tmp_path, f"config:\n  size: big\n  token: {{secure: {CANARY}}}\n")

    assert config == {"shop:size": "big", "shop:token": SECRET}
    assert secret == ["shop:token"]


def test_a_stack_file_wins_over_the_defaults_of_the_project(tmp_path: Path) -> None:
    project = """
name: shop
config:
  a:value: {value: [x]}
  a:default: {type: object, default: {}}
  a:both: {type: string, default: base}
  a:needed: {type: string}
  size: small
"""

    config, secret = given(tmp_path, "config: {a:both: mine}\n", project)

    assert config == {"a:value": '["x"]', "a:default": "{}", "a:both": "mine", "shop:size": "small"}
    assert secret == []


def test_an_encrypted_value_becomes_a_placeholder_that_stays_secret(tmp_path: Path) -> None:
    config, secret = given(tmp_path, f"config:\n  a:open: x\n  a:b: {{secure: {CANARY}}}\n")

    assert config == {"a:open": "x", "a:b": SECRET}
    assert secret == ["a:b"]


@pytest.mark.parametrize("value", ["{one: {secure: %s}, two: x}", "[x, {secure: %s}]"])
def test_one_encrypted_part_makes_the_whole_value_secret(tmp_path: Path, value: str) -> None:
    config, secret = given(tmp_path, f"config:\n  a:b: {value % CANARY}\n")

    assert secret == ["a:b"]
    assert SECRET in json.dumps(json.loads(config["a:b"]))
    assert CANARY not in config["a:b"]


def test_a_key_called_secure_beside_others_is_no_encrypted_value(tmp_path: Path) -> None:
    config, secret = given(tmp_path, "config:\n  a:b: {secure: 'yes', port: 1}\n")

    assert json.loads(config["a:b"]) == {"secure": "yes", "port": 1}
    assert secret == []


@pytest.mark.parametrize("stack", ["", "config:\n", "encryptionsalt: v1:abc\n"])
def test_a_stack_without_configuration_has_none(tmp_path: Path, stack: str) -> None:
    assert given(tmp_path, stack) == ({}, [])


def test_a_stack_without_a_file_has_the_defaults_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nconfig: {size: small}\n")

    assert stack_config(WorkTree(tmp_path), "nowhere") == ({"shop:size": "small"}, [])
