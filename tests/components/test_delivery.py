"""Credentials for the repository as Pulumi registers them: first, whole and secret."""

from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from pulumi import Output

from components import Cluster, ClusterArgs
from gitops.model import Credentials
from gitops.plan import ClusterPlan, plan
from recording.monitor import Recording
from recording.values import SECRET
from tests import CANARY
from tests.fleets import BASE, loading, write
from tests.private import KNOWN_HOST, SSH, URLS, VALUES, WAYS, head
from tests.programs import objects, opened, options, recorded, sent

ENGINES = {"argocd": "argocd", "flux": "flux-system"}
"""Where the Secret lies, by way of delivery."""


def planned(root: Path, delivery: str, kind: Credentials) -> ClusterPlan:
    stack = BASE["Pulumi.test.yaml"].replace("argocd", delivery)
    files = {"fleet__fleet_dot_yaml": head(kind), "Pulumi_dot_test_dot_yaml": stack}
    return plan(loading(write(root, **files)).fleet, "test").clusters["one"]


def build(given: ClusterPlan, values: dict[str, str] | None = None) -> Any:
    """Return what registers *given* with *values*, as ``__main__`` does."""

    def program() -> None:
        known = {key: Output.secret(each) for key, each in (values or {}).items()}
        args = ClusterArgs(plan=given, applications=False, protect=True, repository=known)
        Cluster("one", args, options("one"))

    return program


def held(root: Path, delivery: str, kind: Credentials) -> dict[str, str]:
    """Return what the Secret holds that is registered, as its reader gets it."""
    found = sent(build(planned(root, delivery, kind), VALUES[kind]))
    name = f"one-delivery-secret-{ENGINES[delivery]}-repository-test"
    assert "stringData" not in found[name]
    return {key: b64decode(each).decode() for key, each in opened(found[name]["data"]).items()}


APP = VALUES[Credentials.GITHUB_APP]
KEY = VALUES[Credentials.SSH]["privateKey"]


@pytest.mark.parametrize(
    ("kind", "argocd", "flux"),
    [
        (Credentials.PASSWORD, VALUES[Credentials.PASSWORD], VALUES[Credentials.PASSWORD]),
        (
            Credentials.SSH,
            {"sshPrivateKey": KEY},
            {"identity": KEY, "known_hosts": f"{KNOWN_HOST}\n"},
        ),
        (
            Credentials.GITHUB_APP,
            *[
                {
                    "githubAppID": APP["appId"],
                    "githubAppInstallationID": APP["installationId"],
                    "githubAppPrivateKey": APP["privateKey"],
                }
            ]
            * 2,
        ),
    ],
)
def test_each_engine_finds_the_values_beside_what_everybody_may_know(
    tmp_path: Path, kind: Credentials, argocd: dict[str, str], flux: dict[str, str]
) -> None:
    known = {"type": "git", "url": URLS[kind]}

    assert held(tmp_path / "a", "argocd", kind) == {**known, **argocd}
    assert held(tmp_path / "b", "flux", kind) == flux


def names(recording: Recording, *kinds: str) -> dict[str, tuple[str, ...]]:
    """Return by URN what each object of *kinds* waits for."""
    return {
        each.urn: each.dependencies
        for each in objects(recording)
        if each.type.rpartition(":")[2] in kinds and "-delivery-" in each.name
    }


@pytest.mark.parametrize(
    ("delivery", "fence", "root"),
    [("argocd", "AppProject", "ApplicationSet"), ("flux", "GitRepository", "Kustomization")],
)
def test_the_credentials_are_there_before_the_roots_that_need_them(
    tmp_path: Path, delivery: str, fence: str, root: str
) -> None:
    given = planned(tmp_path, delivery, Credentials.PASSWORD)

    found = recorded(build(given, VALUES[Credentials.PASSWORD]))

    [secret], fences = names(found, "Secret"), names(found, fence)
    assert set(fences.values()) == {(secret,)}
    assert {each for some in names(found, root).values() for each in some} == set(fences)


@pytest.mark.parametrize("kind", WAYS)
@pytest.mark.parametrize("delivery", ENGINES)
def test_no_value_shows_and_no_secret_is_protected_from_being_deleted(
    tmp_path: Path, delivery: str, kind: Credentials
) -> None:
    found = recorded(build(planned(tmp_path, delivery, kind), VALUES[kind]))

    [secret] = (each for each in objects(found) if each.type == "kubernetes:core/v1:Secret")
    assert secret.inputs["data"] == SECRET
    assert secret.secret_outputs == ("data", "stringData")
    assert not secret.protect
    assert CANARY not in repr(found)
    assert not any(line in repr(found) for line in KEY.splitlines()[1:-1])


@pytest.mark.parametrize("delivery", ENGINES)
def test_where_nobody_may_know_the_values_the_secret_is_as_planned(
    tmp_path: Path, delivery: str
) -> None:
    given = planned(tmp_path, delivery, Credentials.SSH)
    [wanted] = (each for each in given.delivery if each["kind"] == "Secret")

    found = sent(build(given))

    [held] = (each for name, each in found.items() if "-secret-" in name)
    assert opened(held["data"]) == wanted["data"]
    assert {key: each for key, each in held.items() if key != "data"} == {
        key: each for key, each in wanted.items() if key != "data"
    }


def test_the_secret_of_an_engine_has_nothing_of_another_kind(tmp_path: Path) -> None:
    both = VALUES[Credentials.SSH] | VALUES[Credentials.PASSWORD]

    found = sent(build(planned(tmp_path, "argocd", Credentials.SSH), both))

    data = opened(found["one-delivery-secret-argocd-repository-test"]["data"])
    assert set(data) == {"type", "url", "sshPrivateKey"}
    assert b64decode(data["url"]).decode() == SSH
