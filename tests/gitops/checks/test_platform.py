"""platform: what is said of a workload that a pinned release has not."""

from pathlib import Path

import pytest

from gitops.checks import platform
from gitops.checks.finding import Finding, Place
from gitops.model import Level
from gitops.plan import plan
from tests.fleets import loading
from tests.published import VERSION, fetched, installing

NEEDS = "{limits: {memory: 2Gi}}"


def settings(name: str) -> str:
    return f"{{argo-rollouts: {{resources: {{{name}: {NEEDS}}}}}}}"


@pytest.fixture(autouse=True)
def cache(own_cache: Path) -> Path:
    """Return the cache, in which nothing is yet."""
    return own_cache


def found(root: Path) -> list[Finding]:
    return list(platform.findings({"test": plan(fetched(root), "test")}))


def test_a_workload_that_the_release_has_is_fine(tmp_path: Path) -> None:
    assert found(installing(tmp_path, settings("controller"))) == []


def test_a_misspelt_one_is_found_on_every_cluster_with_what_was_meant(tmp_path: Path) -> None:
    one, two = found(installing(tmp_path, settings("controler")))

    assert one == Finding(
        check="platform",
        level=Level.ENFORCE,
        places=(Place("test", "one"),),
        subject="platform.argo-rollouts.resources",
        what=f"argo-rollouts {VERSION} has no workload 'controler'",
        accepted="controller",
        remedy="Write 'controller'",
    )
    assert two.places == (Place("test", "two"),)


def test_of_a_release_that_was_not_fetched_nobody_can_tell(tmp_path: Path) -> None:
    fleet = loading(installing(tmp_path, settings("controler"))).fleet

    assert list(platform.findings({"test": plan(fleet, "test")})) == []
