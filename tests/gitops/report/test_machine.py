"""A preview as JSON: every change, every verdict, none of the secrets."""

import json
from typing import Any

import pytest

from gitops.diff import ChangeKind
from gitops.diff.changes import ABSENT, FieldChange
from gitops.objects import Identity
from gitops.preview import Preview
from gitops.report import machine
from tests import CANARY
from tests.gitops.report.test_safe import HOSTILE
from tests.previews import DANGER, change, environment, preview, row, verdict


def document(given: Preview) -> dict[str, Any]:
    """Return what a program that reads the JSON gets; not-a-number is no JSON."""
    return json.loads(machine.preview(given), parse_constant=pytest.fail)


def test_without_a_comparison_there_is_no_word_of_changes() -> None:
    assert document(preview()) == {
        "version": 1,
        "environments": [
            {
                "name": "test",
                "description": "Where things are tried.",
                "delivery": "argocd",
                "sync": "manual",
                "comes_from": "",
                "clusters": ["one", "two"],
                "applications": [
                    {
                        "name": "web",
                        "kind": "service",
                        "team": "shop",
                        "runs": "registry.example.com/shop/web:1.0.0",
                        "digest": "sha256:0",
                        "replicas": "3",
                        "strategy": "rolling",
                        "clusters": ["one"],
                    }
                ],
                "resources": [
                    {
                        "name": "one",
                        "type": "gitops:index:Cluster",
                        "protect": False,
                        "children": [
                            {
                                "name": f"one-{name}",
                                "type": "kubernetes:core/v1:Namespace",
                                "protect": True,
                                "children": [],
                            }
                            for name in ("shop", "data")
                        ],
                    }
                ],
                "objects": {"Deployment": 2, "Service": 1},
                "verdicts": [],
                "warnings": [],
            }
        ],
    }


def test_a_change_has_its_place_its_dangers_and_every_field() -> None:
    given = change(
        FieldChange("spec.replicas", 3, 2), FieldChange("a", ABSENT, None), dangers=(DANGER,)
    )

    found = document(preview(changes=[given], against="v1"))

    assert found["against"] == "v1"
    assert found["counts"] == {"replaced": 0, "removed": 0, "changed": 2, "added": 0}
    assert found["changes"] == [
        {
            "kind": "changed",
            "environment": "test",
            "clusters": ["one", "two"],
            "application": "web",
            "object": {"group": "apps", "kind": "Deployment", "namespace": "shop", "name": "web"},
            "dangers": ["capacity-down"],
            "fields": [{"path": "spec.replicas", "old": 3, "new": 2}, {"path": "a", "new": None}],
        }
    ]


def test_no_change_is_an_empty_list_and_not_a_missing_key() -> None:
    found = document(preview(against="main"))

    assert found["changes"] == []
    assert set(found["counts"].values()) == {0}


def test_a_field_that_goes_has_no_new_value() -> None:
    found = document(preview(changes=[change(FieldChange("a", 1, ABSENT))]))

    assert found["changes"][0]["fields"] == [{"path": "a", "old": 1}]


def test_every_kind_of_change_is_counted_on_every_cluster() -> None:
    given = [change(kind=kind, clusters=("one", "two", "three")) for kind in ChangeKind]

    assert set(document(preview(changes=given))["counts"].values()) == {3}


def test_a_broken_rule_is_said_in_parts() -> None:
    found = document(preview(environment(verdicts=(verdict(),))))

    assert found["environments"][0]["verdicts"] == [
        {
            "rule": "no-mutable-tag",
            "level": "enforce",
            "cluster": "one",
            "application": "web",
            "object": {"group": "apps", "kind": "Deployment", "namespace": "shop", "name": "web"},
            "path": "spec.template",
            "what": "the tag is mutable",
            "accepted": "a digest",
            "remedy": "Name the digest",
        }
    ]


def test_a_broken_rule_is_said_for_each_cluster() -> None:
    found = document(preview(environment(verdicts=(verdict(clusters=("one", "two")),))))

    assert [each["cluster"] for each in found["environments"][0]["verdicts"]] == ["one", "two"]


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_comes_back_as_it_was_and_is_plain_ascii_underway(text: str) -> None:
    given = preview(
        environment(applications=(row(runs=text),)), changes=[change(FieldChange(text, text, text))]
    )

    written = machine.preview(given)

    assert written.replace("\n", "").isascii()
    assert written.replace("\n", "").isprintable()
    found = json.loads(written)
    assert found["environments"][0]["applications"][0]["runs"] == text
    assert found["changes"][0]["fields"] == [{"path": text, "old": text, "new": text}]


def test_secrets_are_hidden() -> None:
    given = change(
        FieldChange("data.DB_PASSWORD", CANARY, CANARY),
        FieldChange("data", ABSENT, {"API_TOKEN": CANARY, "LOG_LEVEL": "info"}),
        object=Identity("", "ConfigMap", "shop", "web"),
    )

    written = machine.preview(preview(changes=[given]))

    assert CANARY not in written
    assert json.loads(written)["changes"][0]["fields"] == [
        {"path": "data.DB_PASSWORD", "old": "[hidden]", "new": "[hidden]"},
        {"path": "data", "new": {"API_TOKEN": "[hidden]", "LOG_LEVEL": "info"}},
    ]
