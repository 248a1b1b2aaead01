"""The schemas for editors: fresh, sound, and they accept what the loader accepts."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from gitops.schemas import schemas
from gitops.settings import Loaded
from tests import ROOT

GENERATED = schemas()
WRITTEN = sorted(
    each.relative_to(ROOT).as_posix()
    for pattern in ("fleet/*.yaml", "fleet/apps/*.yaml", "releases/*.yaml", "Pulumi.*.yaml")
    for each in ROOT.glob(pattern)
)
"""Every file of the sample fleet that people, or their tools, write in a form of ours."""
_REFERENCE = re.compile(r"# yaml-language-server: \$schema=(\S+)")


def referenced(path: str) -> Path:
    """Return the schema that the first line of *path* names to the editor."""
    file = ROOT / path
    match = _REFERENCE.fullmatch(file.read_text(encoding="utf-8").splitlines()[0])
    assert match, f"{path} names no schema in its first line"
    return (file.parent / match[1]).resolve()


def validator(path: str) -> jsonschema_rs.Draft7Validator:
    return jsonschema_rs.Draft7Validator(json.loads(referenced(path).read_text(encoding="utf-8")))


def parsed(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def complaints(path: str, document: Any) -> list[str]:
    return [each.message for each in validator(path).iter_errors(document)]


def test_the_committed_schemas_are_the_generated_ones() -> None:
    committed = {
        each.relative_to(ROOT).as_posix(): each.read_text(encoding="utf-8")
        for each in (ROOT / "schemas").iterdir()
    }

    assert committed == GENERATED


@pytest.mark.parametrize("path", GENERATED)
def test_every_schema_is_one_by_the_standard_that_it_names(path: str) -> None:
    schema = json.loads(GENERATED[path])

    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert jsonschema_rs.meta.is_valid(schema)


@pytest.mark.parametrize("path", GENERATED)
def test_no_schema_has_words_that_draft_seven_does_not_know(path: str) -> None:
    text = GENERATED[path]

    assert '"$defs"' not in text
    assert '"discriminator"' not in text
    assert set(re.findall(r'"\$ref": "([^"]*)/', text)) <= {"#/definitions"}


@pytest.mark.parametrize("path", WRITTEN)
def test_every_file_of_the_sample_fleet_is_what_its_schema_asks_for(path: str) -> None:
    assert complaints(path, parsed(path)) == []


def test_every_schema_is_named_by_a_file() -> None:
    named = {referenced(path).relative_to(ROOT).as_posix() for path in WRITTEN}

    assert named == set(GENERATED)


def test_every_file_that_the_loader_read_was_looked_at(loaded: Loaded) -> None:
    stacks = {f"Pulumi.{name}.yaml" for name in loaded.fleet.stacks}
    apps = {
        f"fleet/apps/{app}.yaml"
        for each in loaded.fleet.stacks.values()
        for app in each.deployments
    }

    assert apps | stacks <= set(WRITTEN)


MISSPELLED = {
    "fleet/fleet.yaml": ("domian",),
    "fleet/clusters.yaml": ("us-east", "storageclass"),
    "fleet/teams.yaml": ("shop", "contacts"),
    "fleet/policy.yaml": ("registry",),
    "fleet/versions.yaml": ("argo-cd", "Version"),
    "fleet/apps/checkout.yaml": ("replica",),
    "fleet/apps/events.yaml": ("route",),
    "fleet/apps/my-application.yaml": ("resources", "request"),
    "releases/production.yaml": ("releases", "checkout", "digets"),
    "Pulumi.staging.yaml": ("config", "gitops:enviroment"),
    "Pulumi.development.yaml": ("config", "apps"),
    "Pulumi.dr.yaml": ("config", "gitops:apps", "checkout", "replica"),
    "Pulumi.production.yaml": (
        "config", "gitops:clusters", "eu-central", "apps", "my-application", "replicsa",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("path", "keys"), MISSPELLED.items(), ids=MISSPELLED)
def test_a_misspelled_key_is_underlined(path: str, keys: tuple[str, ...]) -> None:
    document = parsed(path)
    place = document
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = 1

    assert complaints(path, document)


def test_an_overlay_may_say_one_setting_or_take_one_away() -> None:
    document = parsed("Pulumi.staging.yaml")
    document["config"]["gitops:apps"] = {
        "checkout": {"replicas": 4, "route": None, "resources": {"limits": {"memory": "1Gi"}}}
    }

    assert complaints("Pulumi.staging.yaml", document) == []


@pytest.mark.parametrize("key", ["name", "kind", "team", "environments"])
def test_an_overlay_may_not_say_what_an_application_is(key: str) -> None:
    document = parsed("Pulumi.staging.yaml")
    document["config"]["gitops:apps"] = {"checkout": {key: "checkout"}}

    assert complaints("Pulumi.staging.yaml", document)


def test_a_stack_may_have_keys_of_others_but_not_be_without_its_environment() -> None:
    document = parsed("Pulumi.staging.yaml")
    document["config"]["kubernetes:namespace"] = "x"
    document["secretsprovider"] = "passphrase"
    assert complaints("Pulumi.staging.yaml", document) == []

    document["secretprovider"] = "passphrase"
    assert complaints("Pulumi.staging.yaml", document)

    del document["secretprovider"], document["config"]["gitops:environment"]

    assert any("gitops:environment" in each for each in complaints("Pulumi.staging.yaml", document))


@pytest.mark.parametrize("path", ["fleet/clusters.yaml", "fleet/teams.yaml", "Pulumi.staging.yaml"])
def test_what_the_key_or_the_file_says_is_not_said_again(path: str) -> None:
    schema = json.loads(referenced(path).read_text(encoding="utf-8"))
    document = parsed(path)
    keyed = document["config"]["gitops:environment"] if path.startswith("Pulumi") else document
    place = keyed if path.startswith("Pulumi") else next(iter(keyed.values()))
    assert jsonschema_rs.Draft7Validator(schema).is_valid(document)

    place["name"] = "again"

    assert not jsonschema_rs.Draft7Validator(schema).is_valid(document)
