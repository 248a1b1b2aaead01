"""Which clusters get the credentials for the repository, and in which order."""

from pathlib import Path

import pytest

from gitops.checks import owners
from gitops.layouts.rendered import rendered
from gitops.model import Credentials
from gitops.plan import StackPlan, plan
from tests.fleets import BASE, loading, write
from tests.private import WAYS, head

STACK = BASE["Pulumi.test.yaml"]


def planned(root: Path, kind: Credentials, stack: str = STACK) -> StackPlan:
    fleet = loading(write(root, fleet__fleet_dot_yaml=head(kind), Pulumi_dot_test_dot_yaml=stack))
    return plan(fleet.fleet, "test")


def secrets(found: StackPlan) -> dict[str, list[str]]:
    """Return by cluster the Secrets among the roots, with their namespaces."""
    return {
        name: [
            f"{each['metadata']['namespace']}/{each['metadata']['name']}"
            for each in cluster.delivery
            if each["kind"] == "Secret"
        ]
        for name, cluster in found.clusters.items()
    }


PER_CLUSTER = f"{STACK}    topology: perCluster\n"
FLUX = STACK.replace("argocd", "flux")
DIRECT = STACK.replace("argocd", "direct")


@pytest.mark.parametrize(
    ("stack", "one", "two"),
    [
        (STACK, ["argocd/repository-test"], []),
        (PER_CLUSTER, ["argocd/repository-test"], ["argocd/repository-test"]),
        (FLUX, ["flux-system/repository-test"], ["flux-system/repository-test"]),
        (DIRECT, [], []),
    ],
)
def test_each_cluster_whose_engine_reads_the_repository_has_the_secret(
    tmp_path: Path, stack: str, one: list[str], two: list[str]
) -> None:
    found = planned(tmp_path, Credentials.PASSWORD, stack)

    assert secrets(found) == {"one": one, "two": two}


def test_an_argo_cd_without_applications_reads_nothing_and_needs_no_secret(tmp_path: Path) -> None:
    files = {"fleet__apps__web_dot_yaml": None, "releases__test_dot_yaml": "releases: {}\n"}
    root = write(tmp_path, fleet__fleet_dot_yaml=head(Credentials.PASSWORD), **files)

    assert plan(loading(root).fleet, "test").clusters["one"].delivery == ()


@pytest.mark.parametrize("stack", [STACK, FLUX])
def test_whoever_may_read_the_repository_anyway_gets_no_secret(tmp_path: Path, stack: str) -> None:
    found = planned(tmp_path, Credentials.NONE, stack)

    assert secrets(found) == {"one": [], "two": []}
    assert [dict(each.credentials) for each in found.clusters.values()] == [{}, {}]


@pytest.mark.parametrize("kind", WAYS)
@pytest.mark.parametrize("stack", [STACK, FLUX])
def test_the_plan_says_where_each_value_comes_from_and_has_none(
    tmp_path: Path, kind: Credentials, stack: str
) -> None:
    found = planned(tmp_path, kind, stack).clusters["one"]

    [secret] = (each for each in found.delivery if each["kind"] == "Secret")
    assert found.credentials
    assert not set(found.credentials) & set(secret.get("data", {}))


@pytest.mark.parametrize("stack", [STACK, FLUX])
def test_the_rendered_tree_has_no_secret_that_would_take_the_values_away(
    tmp_path: Path, stack: str
) -> None:
    fleet = loading(
        write(
            tmp_path,
            fleet__fleet_dot_yaml=head(Credentials.PASSWORD),
            Pulumi_dot_test_dot_yaml=stack,
        )
    ).fleet

    files = rendered(fleet, plan(fleet, "test"))

    assert [each for each in files if "/platform/delivery/" in each]
    assert not [path for path, text in files.items() if "kind: Secret" in text]


def test_two_environments_that_share_an_engine_have_a_secret_each(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        fleet__fleet_dot_yaml=head(Credentials.PASSWORD),
        Pulumi_dot_other_dot_yaml=f"{STACK}    namespaceSuffix: other\n",
        releases__other_dot_yaml=BASE["releases/test.yaml"],
    )
    fleet = loading(root).fleet
    plans = {name: plan(fleet, name) for name in fleet.stacks}

    found = owners.findings(plans, (each for one in plans.values() for each in one.placed()))

    assert not [each for each in found if "Secret" in each.subject]
