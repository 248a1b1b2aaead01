"""Two versions of one program in two environments at once, and the way from the old to the new."""

import shutil
from pathlib import Path

import pytest

from gitops.model import Component, ComponentName
from gitops.platform.fetching import Wanted
from tests import ROOT
from tests.fleets import BASE, write
from tests.real.lab import Lab, Start
from tests.real.published import content
from tests.real.schemas import UnavailableError

pytestmark = pytest.mark.real
OLD, NEW = "v1.10.0", "v1.10.1"
STACK = """
config:
  gitops:environment:
    delivery: direct
    clusters: [{cluster}]
    platform: {{argo-rollouts: {{}}}}
"""
POLICY = "registries: [registry.example.com, quay.io/argoproj]\n"


@pytest.fixture
def two(tmp_path: Path, start: Start) -> Lab:
    """Return a fleet with an environment on each of two clusters, and a mirror with both versions."""
    made = Lab(folder=tmp_path, planes={name: start(name, frozenset()) for name in ("one", "two")})
    release = BASE["releases/test.yaml"]
    write(
        made.root,
        fleet__fleet_dot_yaml=BASE["fleet/fleet.yaml"] + "mirror: {manifests: mirror}\n",
        fleet__policy_dot_yaml=POLICY,
        Pulumi_dot_test_dot_yaml=None,
        Pulumi_dot_a_dot_yaml=STACK.format(cluster="one"),
        Pulumi_dot_b_dot_yaml=STACK.format(cluster="two"),
        releases__test_dot_yaml=None,
        releases__a_dot_yaml=release,
        releases__b_dot_yaml=release,
    )
    for name in ("__main__.py", "Pulumi.yaml"):
        shutil.copy(ROOT / name, made.root / name)
    for version in (OLD, NEW):
        each = Wanted(
            name=ComponentName.ARGO_ROLLOUTS,
            component=Component(version=version),
            file="install.yaml",
        )
        file = made.root / "mirror" / each.place
        file.parent.mkdir(parents=True)
        try:
            file.write_bytes(content(each))
        except UnavailableError as error:
            pytest.skip(str(error))
    return made


def image(lab: Lab, plane: str) -> str:
    api = lab.planes[plane].api
    path = api.path("apps/v1", "Deployment", "argo-rollouts", "argo-rollouts")
    [container] = api.call("GET", path)["spec"]["template"]["spec"]["containers"]
    return container["image"].rpartition(":")[2]


def test_a_version_is_tried_in_one_environment_and_then_comes_to_the_other(two: Lab) -> None:
    pinned = two("pin", "argo-rollouts", OLD), two("pin", "argo-rollouts", NEW, "--env", "b")
    first = [two("up", name, "--yes") for name in ("a", "b")]

    assert [each.code for each in (*pinned, *first)] == [0] * 4, [each.err for each in first]
    assert (image(two, "one"), image(two, "two")) == (OLD, NEW)
    assert two.different("a") == two.different("b") == []

    two("pin", "argo-rollouts", NEW)
    upgraded = two("up", "a", "--yes")

    assert upgraded.code == 0, upgraded.err
    assert "~ a/one  Deployment argo-rollouts/argo-rollouts" in upgraded.out
    assert f"argo-rollouts:{OLD} -> quay.io/argoproj/argo-rollouts:{NEW}" in upgraded.out
    assert image(two, "one") == NEW
    assert two.different("a") == []
    assert set(two("up", "b", "--yes", "--format", "json").document["resources"]) == {"same"}
