"""The Secret that each engine reads the repository with: what everybody may know of it, and no more."""

from base64 import b64decode, b64encode

import pytest

from gitops.manifests import argocd, flux
from gitops.model import Credentials
from gitops.model.repository import CREDENTIALS
from gitops.objects import Manifest
from tests.private import HTTPS, KNOWN_HOST, SSH, URLS, WAYS, fleet, reading
from tests.sites import TEST

LABELS = {
    "app.kubernetes.io/part-of": "fleet",
    "app.kubernetes.io/managed-by": "gitops",
    "gitops.example.com/environment": "test",
}
GHE = "https://ghe.example.com/platform/rendered.git"


def data(secret: Manifest) -> dict[str, str]:
    """Return what *secret* holds, as its reader gets it."""
    assert "stringData" not in secret, "what is left out of it later would stay on the server"
    return {key: b64decode(each).decode() for key, each in secret.get("data", {}).items()}


def test_argo_cd_knows_the_secret_by_its_label_and_the_repository_by_its_url() -> None:
    assert argocd.repository_secret(fleet(Credentials.PASSWORD), TEST) == {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": "repository-test",
            "namespace": "argocd",
            "labels": {**LABELS, "argocd.argoproj.io/secret-type": "repository"},
        },
        "type": "Opaque",
        "data": {
            "type": b64encode(b"git").decode(),
            "url": b64encode(HTTPS.encode()).decode(),
        },
    }


def test_flux_finds_the_secret_by_its_name() -> None:
    assert flux.repository_secret(fleet(Credentials.PASSWORD), TEST) == {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "repository-test", "namespace": "flux-system", "labels": LABELS},
        "type": "Opaque",
    }


def test_the_url_of_the_secret_is_the_one_that_the_applications_have() -> None:
    found = data(argocd.repository_secret(fleet(Credentials.SSH), TEST))

    assert found == {"type": "git", "url": SSH}


def test_flux_tells_the_server_from_others_by_the_keys_that_are_in_git() -> None:
    found = data(flux.repository_secret(fleet(Credentials.SSH), TEST))

    assert found == {"known_hosts": f"{KNOWN_HOST}\n"}


@pytest.mark.parametrize(
    ("url", "api"),
    [
        (URLS[Credentials.GITHUB_APP], ""),
        (GHE, "https://ghe.example.com/api/v3"),
        ("https://ghe.example.com:8443/a/b.git", "https://ghe.example.com:8443/api/v3"),
        ("https://octocorp.ghe.com/a/b.git", "https://api.octocorp.ghe.com"),
    ],
)
def test_a_github_of_ones_own_is_asked_where_its_api_is(url: str, api: str) -> None:
    given = fleet(Credentials.GITHUB_APP, url)

    found = [data(each.repository_secret(given, TEST)) for each in (argocd, flux)]

    assert found == [
        {"type": "git", "url": url, **({"githubAppEnterpriseBaseUrl": api} if api else {})},
        {"githubAppBaseURL": api} if api else {},
    ]
    assert reading(Credentials.GITHUB_APP, url).api == api


def test_only_a_github_app_needs_to_know_where_the_api_is() -> None:
    given = fleet(Credentials.PASSWORD, GHE)

    assert set(data(argocd.repository_secret(given, TEST))) == {"type", "url"}
    assert data(flux.repository_secret(given, TEST)) == {}


@pytest.mark.parametrize("kind", WAYS)
def test_each_engine_gets_every_value_under_the_key_that_it_looks_for(kind: Credentials) -> None:
    keys = {
        Credentials.PASSWORD: [{"username", "password"}] * 2,
        Credentials.SSH: [{"sshPrivateKey"}, {"identity"}],
        Credentials.GITHUB_APP: [
            {"githubAppID", "githubAppInstallationID", "githubAppPrivateKey"}
        ] * 2,
    }  # fmt: skip

    found = [each.CREDENTIALS[kind] for each in (argocd, flux)]

    assert [set(each) for each in found] == keys[kind]
    assert [set(each.values()) for each in found] == [set(CREDENTIALS[kind])] * 2


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        (Credentials.NONE, {}),
        (Credentials.PASSWORD, {"secretRef": {"name": "repository-test"}}),
        (Credentials.SSH, {"secretRef": {"name": "repository-test"}}),
        (
            Credentials.GITHUB_APP,
            {"secretRef": {"name": "repository-test"}, "provider": "github"},
        ),
    ],
)
def test_flux_is_told_which_secret_and_that_it_is_one_of_a_github_app(
    kind: Credentials, more: dict[str, object]
) -> None:
    spec = flux.git_repository(fleet(kind), TEST, "test")["spec"]

    assert {key: spec[key] for key in spec if key in {"secretRef", "provider"}} == more
