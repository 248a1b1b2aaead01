"""Credentials for the Git repository, with the genuine engine on a real API server."""

import time
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from contextlib import suppress

import pytest

from gitops.manifests import argocd, flux
from gitops.model import Credentials
from gitops.objects import Manifest, at
from tests.private import KNOWN_HOST, URLS, VALUES, fleet, head
from tests.real.api import ApiError
from tests.real.lab import Lab
from tests.real.schemas import Schemas
from tests.sites import TEST

pytestmark = pytest.mark.real
SPACES = {"argocd": "argocd", "flux": "flux-system"}
"""Where an engine is: somebody else has installed it."""
KEY = VALUES[Credentials.SSH]["privateKey"]


@pytest.fixture(params=SPACES)
def engine(lab: Lab, request: pytest.FixtureRequest) -> Iterator[str]:
    """Let an engine deliver the small fleet, from a repository that a password opens."""
    name: str = request.param
    (lab.root / "fleet/fleet.yaml").write_text(head(Credentials.PASSWORD))
    lab.edit("Pulumi.test.yaml", "delivery: direct", f"delivery: {name}")
    api = lab.planes["one"].api
    space: Manifest = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": SPACES[name]},
    }
    while at(api.apply(space, "these-tests", force=True), "metadata").get("deletionTimestamp"):
        time.sleep(0.2)  # Of another test, which has just ended; nothing else tells.
    yield name
    lab("destroy", "test", "--yes", "--allow-destroy", "*")
    with suppress(ApiError):
        api.call("DELETE", api.path("v1", "Secret", SPACES[name], "repository-test"))


def give(lab: Lab, key: str, value: str) -> None:
    """Put *value* into the stack as a person would; from then on it may be seen nowhere."""
    lab.secrets += [value, b64encode(value.encode()).decode()]
    lab.secrets += [each for each in value.splitlines() if len(each) > 60]
    path = ("--secret", "--path", f"gitops:repository.{key}", "--stack", "test")
    lab.pulumi("config", "set", *path, given=value)


def live(lab: Lab, engine: str) -> Mapping[str, object]:
    """Return the Secret as it is on the cluster."""
    api = lab.planes["one"].api
    return api.call("GET", api.path("v1", "Secret", SPACES[engine], "repository-test"))


def held(lab: Lab, engine: str) -> dict[str, str]:
    """Return what the engine finds in the Secret."""
    return {key: b64decode(each).decode() for key, each in at(live(lab, engine), "data").items()}


def update(lab: Lab) -> str:
    """Update, and return what was said; nothing may be destroyed by it."""
    done = lab("up", "test", "--yes")
    assert done.code == 0, done.err
    assert lab.different("test") == []
    assert not lab.leaks((lab.root / "Pulumi.test.yaml").read_text())
    return done.out


def known(engine: str, kind: Credentials) -> dict[str, str]:
    """Return what of the Secret everybody may know."""
    if engine == "argocd":
        return {"type": "git", "url": URLS[kind]}
    return {"known_hosts": f"{KNOWN_HOST}\n"} if kind is Credentials.SSH else {}


def test_credentials_arrive_are_renewed_in_place_and_are_nowhere_else(
    lab: Lab, engine: str
) -> None:
    """Whatever is printed and stored is searched for them by the lab itself."""
    refused = lab("up", "test", "--yes")
    assert refused.code == 2
    for key in ("username", "password"):
        command = f"pulumi config set --secret --path 'gitops:repository.{key}' -s test"
        assert command in refused.err
    assert lab.live("Namespace", lab.space) is None

    lab.pulumi("stack", "select", "--create", "test", given="")
    give(lab, "username", "a-reader-of-this-repository")
    give(lab, "password", "the-first-password")
    update(lab)

    public = known(engine, Credentials.PASSWORD)
    name = {"username": "a-reader-of-this-repository"}
    assert held(lab, engine) == {**public, **name, "password": "the-first-password"}
    assert "unchanged" in update(lab)
    first = at(live(lab, engine), "metadata")["uid"]

    give(lab, "password", "the-second-password")
    assert f"Secret {SPACES[engine]}/repository-test" in update(lab)

    assert held(lab, engine) == {**public, **name, "password": "the-second-password"}
    assert at(live(lab, engine), "metadata")["uid"] == first

    (lab.root / "fleet/fleet.yaml").write_text(head(Credentials.SSH))
    give(lab, "privateKey", KEY)
    update(lab)

    # A password that stayed would go before the key: Argo CD looks for one first.
    inside = "sshPrivateKey" if engine == "argocd" else "identity"
    public = known(engine, Credentials.SSH)
    found = held(lab, engine)
    assert found == {**public, inside: found[inside]}
    assert found[inside].strip() == KEY.strip()
    for verb in ("stack", "refresh", "preview"):
        assert lab(verb, "test", "--format", "json").code == 0


@pytest.mark.parametrize("kind", Credentials)
def test_flux_and_kubernetes_take_what_is_made_for_every_kind(
    schemas: Schemas, kind: Credentials
) -> None:
    given = fleet(kind, "https://ghe.example.com/a.git" if kind is Credentials.GITHUB_APP else "")
    made = [flux.git_repository(given, TEST, "test")]
    made += [each.repository_secret(given, TEST) for each in (argocd, flux)]

    assert [problem for each in made for problem in schemas.problems(each)] == []
