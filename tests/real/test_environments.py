"""Every environment of the sample fleet on fresh clusters, each with an API server of its own."""

import shutil
from pathlib import Path

import pytest

from gitops.settings import load
from gitops.source.files import WorkTree
from tests import ROOT
from tests.real.cluster import ControlPlane
from tests.real.lab import Lab, Start

pytestmark = pytest.mark.real
OTHERS = frozenset({"HTTPRoute"})
"""Custom kinds that come with a cluster, and not with our platform."""
LEFT_OUT = shutil.ignore_patterns(".*", "tests", "tools", "docs", "__pycache__")


@pytest.fixture
def sample(tmp_path: Path, published: Path) -> Lab:
    """Return a copy of the sample fleet, without control planes yet, that has a mirror."""
    made = Lab(folder=tmp_path, planes={})
    shutil.copytree(ROOT, made.root, ignore=LEFT_OUT)
    (made.root / "mirror").symlink_to(published)
    with (made.root / "fleet/fleet.yaml").open("a") as file:
        file.write("mirror: {manifests: mirror}\n")
    return made


def namespaces(plane: ControlPlane) -> set[str]:
    listed = plane.api.call("GET", "/api/v1/namespaces")
    return {each["metadata"]["name"] for each in listed["items"]}


@pytest.mark.parametrize("environment", ["development", "staging", "production", "dr"])
def test_an_environment_comes_about_stays_and_goes(
    sample: Lab, start: Start, environment: str
) -> None:
    fleet = load(WorkTree(sample.root)).fleet
    stack = fleet.stacks[environment]
    contexts = [each.context or name for name, each in stack.clusters.items()]
    sample.planes = {each: start(each, OTHERS) for each in contexts}
    before = {name: namespaces(plane) for name, plane in sample.planes.items()}

    first = sample("up", environment, "--yes")

    assert first.code == 0, first.err
    assert sample.different(environment) == []
    again = sample("up", environment, "--yes", "--format", "json")
    assert set(again.document["resources"]) == {"same"}
    if stack.environment.guarded:
        refused = sample("destroy", environment, "--yes", "--allow-destroy", "*")
        assert refused.code == 2
        assert f"gitops stack {environment} --unprotect" in refused.err
        assert sample.different(environment) == []
        assert sample("stack", environment, "--unprotect").code == 0
    gone = sample("destroy", environment, "--yes", "--allow-destroy", "*")
    assert gone.code == 0, gone.err
    assert {name: namespaces(plane) for name, plane in sample.planes.items()} == before
    for plane in sample.planes.values():
        plane.stop()
