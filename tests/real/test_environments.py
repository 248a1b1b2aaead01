"""Every environment of the sample fleet on fresh clusters, each with an API server of its own."""

import json
import shutil
from base64 import b64decode, b64encode
from pathlib import Path

import pytest

from gitops.objects import at
from gitops.settings import load
from gitops.source.files import WorkTree
from tests import ROOT
from tests.real.api import Api, ApiError
from tests.real.cluster import ControlPlane
from tests.real.lab import Lab, Start

pytestmark = pytest.mark.real
OTHERS = frozenset({"HTTPRoute", "PodMonitor", "PrometheusRule", "ServiceMonitor"})
"""Custom kinds that come with a cluster, and not with our platform."""
BARE = {"default", "kube-node-lease", "kube-public", "kube-system"}
"""Namespaces of a cluster on which nothing was installed."""
LEFT_OUT = shutil.ignore_patterns(".*", "tests", "tools", "docs", "__pycache__")


@pytest.fixture
def sample(tmp_path: Path, published: Path) -> Lab:
    """Return a copy of the sample fleet, without control planes yet, that has a mirror."""
    made = Lab(folder=tmp_path, planes={}, checkpoints=False)
    shutil.copytree(ROOT, made.root, ignore=LEFT_OUT)
    (made.root / "mirror").symlink_to(published)
    with (made.root / "fleet/fleet.yaml").open("a") as file:
        file.write("mirror: {manifests: mirror}\n")
    return made


def namespaces(plane: ControlPlane) -> set[str]:
    listed = plane.api.call("GET", "/api/v1/namespaces")
    return {each["metadata"]["name"] for each in listed["items"]}


def definitions(plane: ControlPlane) -> set[str]:
    listed = plane.api.call("GET", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions")
    return {each["metadata"]["name"] for each in listed["items"]}


def secret(plane: ControlPlane, namespace: str, name: str) -> dict[str, str]:
    """Return what a Secret holds."""
    found = plane.api.call("GET", plane.api.path("v1", "Secret", namespace, name))
    return {key: b64decode(each).decode() for key, each in at(found, "data").items()}


def reached(sample: Lab, hub: str, environment: str, cluster: str) -> Api:
    """Return *cluster* as the Argo CD of *hub* reaches it; the token becomes a secret of the test."""
    found = secret(sample.planes[hub], "argocd", f"cluster-{environment}-{cluster}")
    token = json.loads(found["config"])["bearerToken"]
    sample.secrets += [token, b64encode(token.encode()).decode()]
    return Api(server=sample.planes[cluster].server, token=token)


def test_argo_cd_reaches_the_clusters_that_it_serves_and_only_what_is_the_teams(
    sample: Lab, start: Start, provider: Path
) -> None:
    """Its tokens and the secret of its webhook are nowhere but on the clusters."""
    stack = load(WorkTree(sample.root)).fleet.stacks["production"]
    hub, *served = stack.clusters
    sample.planes = {each: start(each, OTHERS, pods=True) for each in stack.clusters}
    sample.provider = provider

    first = sample("up", "production", "--yes")

    assert first.code == 0, first.err
    for name in served:
        api = reached(sample, hub, "production", name)
        api.call("GET", "/apis/apps/v1/namespaces/shop/deployments")
        api.call("GET", "/api/v1/namespaces/shop/secrets")
        for other in ("kube-system", "argo-rollouts"):
            with pytest.raises(ApiError, match="forbidden"):
                api.call("GET", f"/api/v1/namespaces/{other}/secrets")
    made = secret(sample.planes[hub], "argocd", "argocd-secret")["webhook.github.secret"]
    assert len(made) == 40
    sample.secrets += [made, b64encode(made.encode()).decode()]
    outputs = sample("stack", "production", "--format", "json")
    assert outputs.code == 0
    files = [each for each in sample.state.rglob("*") if each.is_file()]
    assert len(files) > 1
    assert sample.telling() == []
    comes_and_goes(sample, "production")


def comes_and_goes(sample: Lab, environment: str) -> None:
    """Hold that what was made stays as it is, and goes when it is told to."""
    guarded = load(WorkTree(sample.root)).fleet.stacks[environment].environment.guarded
    assert sample.different(environment) == []
    again = sample("up", environment, "--yes", "--format", "json")
    assert set(again.document["resources"]) == {"same"}
    if guarded:
        refused = sample("destroy", environment, "--yes", "--allow-destroy", "*")
        assert refused.code == 2
        assert f"gitops stack {environment} --unprotect" in refused.err
        assert sample.different(environment) == []
        assert sample("stack", environment, "--unprotect").code == 0
    gone = sample("destroy", environment, "--yes", "--allow-destroy", "*")
    assert gone.code == 0, gone.err
    for plane in sample.planes.values():
        assert namespaces(plane) == BARE
        kinds = {each.partition(".")[0] for each in definitions(plane)}
        assert kinds == {f"{each.lower()}s" for each in OTHERS}
        plane.stop()


def test_an_environment_that_stands_by_comes_about_stays_and_goes(
    sample: Lab, start: Start, provider: Path
) -> None:
    """Pulumi's own provider waits for the programs of the platform, and the roots come after them."""
    sample.planes = {"dr-us-central": start("dr-us-central", OTHERS, pods=True)}
    sample.provider = provider

    first = sample("up", "dr", "--yes")

    assert first.code == 0, first.err
    comes_and_goes(sample, "dr")


def test_an_environment_without_an_engine_comes_about_stays_and_goes(
    sample: Lab, start: Start
) -> None:
    """On the stand-in: the genuine provider fetches the charts in it, and there is no network."""
    [development] = load(WorkTree(sample.root)).fleet.stacks["development"].clusters.values()
    sample.planes = {str(development.context): start("development", OTHERS)}

    first = sample("up", "development", "--yes")

    assert first.code == 0, first.err
    comes_and_goes(sample, "development")


def test_flux_is_told_of_commits_and_reads_what_not_everybody_may(
    sample: Lab, start: Start, provider: Path
) -> None:
    """What it needs for both is nowhere but on the cluster; its own kinds take what we say of them.

    Beside it are programs with webhooks: the environment is staging, whole, with both switched on.
    """
    stack, head = "Pulumi.staging.yaml", "fleet/fleet.yaml"
    sample.edit(stack, "flux: {}", "flux: {webhook: github}")
    sample.edit(head, "branch: main", "branch: main\n  credentials: password")
    sample.planes = {"staging-us-east": start("staging-us-east", OTHERS, pods=True)}
    sample.provider = provider
    plane = sample.planes["staging-us-east"]
    sample.pulumi("stack", "init", "staging", given="")
    for key, value in (("username", "a-reader"), ("password", "the-password-of-a-reader")):
        sample.secrets += [value, b64encode(value.encode()).decode()]
        path = ("--secret", "--path", f"gitops:repository.{key}", "--stack", "staging")
        sample.pulumi("config", "set", *path, given=value)

    first = sample("up", "staging", "--yes")

    assert first.code == 0, first.err
    assert secret(plane, "flux-system", "repository-staging") == {
        "username": "a-reader",
        "password": "the-password-of-a-reader",
    }
    [token] = secret(plane, "flux-system", "webhook-staging").values()
    assert len(token) == 40
    sample.secrets += [token, b64encode(token.encode()).decode()]
    assert sample.telling() == []
    comes_and_goes(sample, "staging")
