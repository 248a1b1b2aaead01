"""An application that got another name is recognised, and told how its objects can stay."""

from pathlib import Path
from typing import Any

import pytest

from gitops.diff import Renaming, compare
from gitops.diff.plans import changed
from gitops.objects import Placed
from gitops.plan import StackPlan, plan
from tests.fleets import BASE, loading, write

STACK = BASE["Pulumi.test.yaml"]
WEB = BASE["fleet/apps/web.yaml"]
OTHER = WEB.replace("name: web", "name: api").replace("/shop/web", "/shop/api")
RELEASES = BASE["releases/test.yaml"]
API = RELEASES.replace("web:", "api:")
CHART = """
    name: {name}
    kind: chart
    team: shop
    chart: {{repository: https://charts.example.com, name: {chart}}}
"""
VERSION = "releases: {{{name}: {{chart: 1.0.0}}}}\n"


def renamed(text: str, new: str = "storefront", more: str = "") -> dict[str, str | None]:
    """Return the files of a fleet whose application web has the name *new*."""
    return {
        "fleet__apps__web_dot_yaml": None,
        f"fleet__apps__{new}_dot_yaml": text.replace("name: web", f"name: {new}\n{more}".rstrip()),
        "releases__test_dot_yaml": RELEASES.replace("web:", f"{new}:"),
    }


def planned(root: Path, **files: Any) -> StackPlan:
    return plan(loading(write(root, **files)).fleet, "test")


def found(
    tmp_path: Path, before: dict[str, Any], after: dict[str, Any], stack: str = STACK
) -> list[Renaming]:
    """Return what looks renamed between the fleets of the files *before* and *after*."""
    both = [
        {"test": planned(tmp_path / name, Pulumi_dot_test_dot_yaml=stack, **files)}
        for name, files in (("before", before), ("after", after))
    ]
    return list(compare(*changed(*both)).renamings)


def rooted(tmp_path: Path, **files: Any) -> list[Placed]:
    """Return what Pulumi applies of a fleet whose applications Argo CD delivers."""
    return [each for each in planned(tmp_path, **files).placed() if not each.application]


@pytest.mark.parametrize("delivery", ["argocd", "flux", "direct"])
def test_an_application_with_another_name_is_recognised_however_it_is_delivered(
    tmp_path: Path, delivery: str
) -> None:
    stack = STACK.replace("argocd", delivery)

    assert found(tmp_path, {}, renamed(WEB), stack) == [Renaming("test", "web", "storefront")]


def test_it_is_recognised_when_it_changes_besides(tmp_path: Path) -> None:
    text = WEB.replace("memory: 128Mi", "memory: 1Gi")

    assert found(tmp_path, {}, renamed(text)) == [Renaming("test", "web", "storefront")]


def test_an_application_with_another_image_or_in_another_namespace_is_another_one(
    tmp_path: Path,
) -> None:
    image = renamed(WEB.replace("/shop/web", "/shop/other"))
    teams = "shop: {contact: a@example.com, namespaces: [more]}\n"
    moved = renamed(f"{WEB}namespace: more\n")
    spaced = {"fleet__teams_dot_yaml": teams}

    assert found(tmp_path / "image", {}, image) == []
    assert found(tmp_path / "space", spaced, {**moved, **spaced}) == []


def test_a_chart_with_another_name_is_recognised_and_another_chart_is_not(tmp_path: Path) -> None:
    def files(name: str, chart: str = "redis") -> dict[str, str | None]:
        return {
            "fleet__apps__web_dot_yaml": None,
            f"fleet__apps__{name}_dot_yaml": CHART.format(name=name, chart=chart),
            "releases__test_dot_yaml": VERSION.format(name=name),
        }

    assert found(tmp_path / "same", files("cache"), files("store")) == [
        Renaming("test", "cache", "store")
    ]
    assert found(tmp_path / "other", files("cache"), files("store", "valkey")) == []


def test_where_two_could_be_it_none_is_named(tmp_path: Path) -> None:
    both = {
        **renamed(WEB),
        "fleet__apps__shopfront_dot_yaml": WEB.replace("name: web", "name: shopfront"),
        "releases__test_dot_yaml": RELEASES.replace("web:", "storefront:")
        + RELEASES.replace("web:", "shopfront:").partition("\n")[2],
    }

    assert found(tmp_path, {}, both) == []


def test_where_it_could_have_been_two_none_is_named(tmp_path: Path) -> None:
    twin = {
        "fleet__apps__twin_dot_yaml": WEB.replace("name: web", "name: twin"),
        "releases__test_dot_yaml": RELEASES + RELEASES.replace("web:", "twin:").partition("\n")[2],
    }

    assert found(tmp_path, twin, renamed(WEB)) == []


def test_what_stays_beside_the_new_one_was_not_renamed(tmp_path: Path) -> None:
    after = {
        "fleet__apps__storefront_dot_yaml": WEB.replace("name: web", "name: storefront"),
        "releases__test_dot_yaml": RELEASES
        + RELEASES.replace("web:", "storefront:").partition("\n")[2],
    }

    assert found(tmp_path, {}, after) == []


def test_a_former_name_leaves_every_object_as_it_is(tmp_path: Path) -> None:
    """The folder in the rendered tree has the new name, and only the ApplicationSet says so."""
    before = planned(tmp_path / "before")
    after = planned(tmp_path / "after", **renamed(WEB, more="formerly: web"))
    objects = compare(before.placed(), after.placed()).objects

    assert {each.object.kind for each in objects} == {"ApplicationSet"}
    assert [each.path.rpartition(".")[2] for each in objects[0].fields] == ["path", "path"]


def test_of_what_argo_cd_delivers_the_list_of_its_applications_tells(tmp_path: Path) -> None:
    before = rooted(tmp_path / "before")
    new = rooted(tmp_path / "new", **renamed(WEB))
    kept = rooted(tmp_path / "kept", **renamed(WEB, more="formerly: web"))

    assert compare(before, new).renamings == (Renaming("test", "web", "storefront"),)
    assert compare(before, kept).renamings == ()


def test_who_talks_to_a_renamed_application_finds_its_pods_by_the_former_name(
    tmp_path: Path,
) -> None:
    api = f"{OTHER}network: {{egress: [{{app: NAME}}]}}\n"
    releases = RELEASES.replace("web:", "storefront:") + API.partition("\n")[2]
    before = planned(
        tmp_path / "before",
        fleet__apps__api_dot_yaml=api.replace("NAME", "web"),
        releases__test_dot_yaml=RELEASES + API.partition("\n")[2],
    )
    after = planned(
        tmp_path / "after",
        **{
            **renamed(WEB, more="formerly: web"),
            "fleet__apps__api_dot_yaml": api.replace("NAME", "storefront"),
            "releases__test_dot_yaml": releases,
        },
    )

    own = [
        [each.manifest for each in stack.placed() if each.application == "api"]
        for stack in (before, after)
    ]
    assert own[0] == own[1]
    assert "'app.kubernetes.io/name': 'web'" in str(own)
