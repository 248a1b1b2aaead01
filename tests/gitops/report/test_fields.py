"""Fields of a change: what could be a secret is hidden, and the rest is not."""

from typing import Any

import pytest

from gitops.diff.changes import ABSENT, FieldChange
from gitops.diff.fields import differences
from gitops.objects import Identity
from gitops.report.fields import shown
from gitops.secrecy import HIDDEN
from tests.previews import change

OLD, NEW = "hunter1-canary", "hunter2-canary"


def fields(kind: str, *given: FieldChange) -> list[FieldChange]:
    return list(shown(change(*given, object=Identity("", kind, "shop", "web"))))


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("Secret", "data"),
        ("Secret", "data.any"),
        ("Secret", "data[tls.key]"),
        ("Secret", "stringData.any"),
        ("SealedSecret", "spec.encryptedData.any"),
        ("ConfigMap", "data.DB_PASSWORD"),
        ("ConfigMap", "data.api-key"),
        ("ConfigMap", "data[db.password]"),
        ("ConfigMap", "data[example.com/token]"),
        ("Deployment", "spec.template.spec.containers[name=web].env[name=API_TOKEN].value"),
        ("HelmRelease", "spec.values.auth.adminPassword"),
        ("HelmRelease", "password"),
    ],
)
def test_both_values_of_what_could_be_a_secret_are_hidden(kind: str, path: str) -> None:
    assert fields(kind, FieldChange(path, OLD, NEW)) == [FieldChange(path, HIDDEN, HIDDEN)]


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("ConfigMap", "data.LOG_LEVEL"),
        ("ConfigMap", "data"),
        ("Secret", "metadata.labels.team"),
        ("Secret", "type"),
        ("Deployment", "spec.replicas"),
        ("Deployment", "spec.template.spec.containers[name=token].image"),
        ("Deployment", "spec.template.spec.containers[name=web].env[name=LOG_LEVEL].value"),
    ],
)
def test_what_is_no_secret_is_shown(kind: str, path: str) -> None:
    assert fields(kind, FieldChange(path, "a", "b")) == [FieldChange(path, "a", "b")]


def test_a_secret_that_comes_or_goes_is_still_seen_to() -> None:
    path = "data.DB_PASSWORD"

    assert fields("ConfigMap", FieldChange(path, ABSENT, NEW), FieldChange(path, OLD, ABSENT)) == [
        FieldChange(path, ABSENT, HIDDEN),
        FieldChange(path, HIDDEN, ABSENT),
    ]


def test_secrets_inside_a_whole_branch_are_hidden_and_the_rest_is_shown() -> None:
    branch: dict[str, Any] = {
        "auth": {"password": NEW, "user": "shop", "tokens": 3},
        "env": [{"name": "API_TOKEN", "value": NEW}, {"name": "LOG_LEVEL", "value": "info"}],
        "list": [[{"secret": NEW}]],
    }

    [field] = fields("HelmRelease", FieldChange("spec.values", ABSENT, branch))

    assert field.new == {
        "auth": {"password": HIDDEN, "user": "shop", "tokens": 3},
        "env": [{"name": "API_TOKEN", "value": HIDDEN}, {"name": "LOG_LEVEL", "value": "info"}],
        "list": [[{"secret": HIDDEN}]],
    }


def test_the_name_of_a_secret_that_a_variable_comes_from_is_no_secret() -> None:
    reference = {"name": "API_TOKEN", "valueFrom": {"secretKeyRef": {"name": "api", "key": "t"}}}

    [field] = fields("Deployment", FieldChange("spec.env[name=API_TOKEN]", ABSENT, reference))

    assert field.new == reference


def test_the_change_itself_keeps_its_values() -> None:
    branch = {"password": NEW}

    fields("HelmRelease", FieldChange("spec.values", ABSENT, branch))

    assert branch == {"password": NEW}


@pytest.mark.parametrize("key", ["DB_PASSWORD", "db.password", "example.com/api-token"])
def test_the_paths_that_a_diff_makes_are_understood(key: str) -> None:
    old, new = {"data": {key: OLD}}, {"data": {key: NEW}}

    assert [each.new for each in fields("ConfigMap", *differences(old, new))] == [HIDDEN]
