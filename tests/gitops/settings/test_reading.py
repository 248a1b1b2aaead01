"""Files whose keys are names: each mistake is said once, where it was made."""

from pathlib import Path

import pytest

from tests.fleets import BASE, problems, write

CLUSTER = "{server: https://a.example.com, kubernetes: '1.34'}"
LABEL = (
    "an RFC 1123 label: a-z, 0-9 and '-', first and last a letter or digit, at most 63 characters"
)


@pytest.mark.parametrize(
    ("file", "value"),
    [("teams", "{contact: a}"), ("clusters", CLUSTER)],
)
def test_a_key_that_can_be_no_name_is_one_problem(tmp_path: Path, file: str, value: str) -> None:
    path = f"fleet/{file}.yaml"
    root = write(tmp_path)
    (root / path).write_text(f"{BASE[path]}Not_A_Name: {value}\n")
    line = len(BASE[path].splitlines()) + 1

    assert problems(root) == [
        f"{path}:{line}:1: Not_A_Name: 'Not_A_Name' does not fit. Accepted: {LABEL}. Rename it."
    ]


def test_only_programs_of_the_platform_have_a_version(tmp_path: Path) -> None:
    versions = f"{BASE['fleet/versions.yaml']}argo-rollout: {{version: v1.10.1}}\n"

    assert problems(write(tmp_path, fleet__versions_dot_yaml=versions)) == [
        "fleet/versions.yaml:2:1: argo-rollout: 'argo-rollout' is not accepted. Accepted: argo-cd, "
        "flux, argo-rollouts, sealed-secrets, external-secrets, kyverno, gatekeeper. Did you mean "
        "'argo-rollouts'?"
    ]


def test_a_name_that_cannot_be_is_not_missing_as_well(tmp_path: Path) -> None:
    app = BASE["fleet/apps/web.yaml"].replace("team: shop", "team: Shop_X")

    assert problems(write(tmp_path, fleet__apps__web_dot_yaml=app)) == [
        f"fleet/apps/web.yaml:3:1: team: 'Shop_X' does not fit. Accepted: {LABEL}. Rename it."
    ]


@pytest.mark.parametrize(
    ("files", "place"),
    [
        ({"fleet__policy_dot_yaml": "registries: []\nlevels: x\n"}, "fleet/policy.yaml:2:1: levels"),
        ({"Pulumi_dot_test_dot_yaml": BASE["Pulumi.test.yaml"] + "  gitops:apps: x\n"},
         "Pulumi.test.yaml:6:3"),
        ({"Pulumi_dot_test_dot_yaml": BASE["Pulumi.test.yaml"] + "  gitops:clusters: x\n"},
         "Pulumi.test.yaml:6:3"),
    ],
)  # fmt: skip
def test_a_text_where_names_should_stand_is_not_a_name_as_well(
    tmp_path: Path, files: dict[str, str], place: str
) -> None:
    assert problems(write(tmp_path, **files)) == [
        f"{place}: 'x' stands here. Accepted: a mapping of keys and values."
    ]


def test_the_key_is_the_name_and_no_other_name_counts(tmp_path: Path) -> None:
    teams = BASE["fleet/teams.yaml"]
    named = "ok: {{contact: a, name: {}}}\n".format

    assert problems(write(tmp_path / "a", fleet__teams_dot_yaml=teams + named("ok"))) == []
    assert problems(write(tmp_path / "b", fleet__teams_dot_yaml=teams + named("other"))) == [
        "fleet/teams.yaml:2:18: ok.name: the name here is 'ok' already. Accepted: ok. "
        "Remove the key 'name'."
    ]
