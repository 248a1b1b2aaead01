"""What a change destroys is named, with the applications that go with it."""

from typing import Any

from gitops.consequences import Destruction, destructions, holds_data, refused
from gitops.diff import compare
from gitops.objects import Identity, Manifest, Placed


def placed(manifest: Manifest, application: str = "", cluster: str = "one") -> Placed:
    return Placed(environment="test", cluster=cluster, application=application, manifest=manifest)


def manifest(kind: str, name: str, namespace: str = "", **spec: Any) -> Manifest:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, "spec": spec}


def application_set(*apps: str, policy: str = "sync", preserve: bool = False) -> Manifest:
    found = manifest(
        "ApplicationSet",
        "shop",
        "argocd",
        generators=[{"list": {"elements": [{"cluster": "one", "app": each} for each in apps]}}],
        syncPolicy={"applicationsSync": policy, "preserveResourcesOnDeletion": preserve},
        template={"spec": {"project": "test-shop"}},
    )
    return {**found, "apiVersion": "argoproj.io/v1alpha1"}


def found(before: list[Placed], after: list[Placed], *replaced: Any) -> list[Destruction]:
    return destructions(compare(before, after), before, after, set(replaced))


SPACE = placed(manifest("Namespace", "shop"))
CONFIG = placed(manifest("ConfigMap", "web", "shop"), "web")
PROJECT = {**manifest("AppProject", "test-shop", "argocd"), "apiVersion": "argoproj.io/v1alpha1"}


def test_nothing_is_destroyed_by_what_comes_and_changes() -> None:
    changed = placed({**CONFIG.manifest, "data": {"a": "b"}}, "web")

    assert found([CONFIG], [changed, SPACE]) == []


def test_a_namespace_takes_the_applications_in_it() -> None:
    elsewhere = placed(manifest("ConfigMap", "api", "other"), "api")

    [space] = found([SPACE, elsewhere, CONFIG], [elsewhere, CONFIG])

    assert space == Destruction(
        name="Namespace/shop", clusters=("one",), replaced=False, takes=("web",)
    )
    assert holds_data(space)


def test_an_object_with_a_namespace_is_named_with_it() -> None:
    [config] = found([CONFIG], [])

    assert (config.name, config.takes) == ("ConfigMap/shop/web", ())
    assert not holds_data(config)


def test_an_application_set_takes_what_it_lists_unless_it_preserves_it() -> None:
    [gone] = found([placed(application_set("web", "api"))], [])
    [kept] = found([placed(application_set("web", preserve=True))], [])

    assert (gone.name, gone.takes) == ("ApplicationSet/argocd/shop", ("api", "web"))
    assert kept.takes == ()


def test_a_project_takes_the_applications_of_its_sets() -> None:
    apps = placed(application_set("web"))

    [project] = found([placed(PROJECT), apps], [apps])

    assert (project.name, project.takes) == ("AppProject/argocd/test-shop", ("web",))


def test_an_application_that_a_set_names_no_longer_is_destroyed_unless_it_is_kept() -> None:
    before = [placed(application_set("web", "api"))]

    [gone] = found(before, [placed(application_set("web"))])
    kept = found(before, [placed(application_set("web", policy="create-update"))])

    assert (gone.name, gone.clusters, gone.takes) == ("Application/api", ("one",), ("api",))
    assert kept == []


def test_what_the_engine_has_to_replace_is_destroyed_though_it_only_seems_to_change() -> None:
    changed = placed({**CONFIG.manifest, "data": {"a": "b"}}, "web")

    [config] = found([CONFIG], [changed], ("one", Identity("", "ConfigMap", "shop", "web")))

    assert (config.name, config.replaced) == ("ConfigMap/shop/web", True)


def test_a_star_allows_many_and_nothing_allows_none() -> None:
    both = found([SPACE, CONFIG], [])

    assert [each.name for each in refused(both, [])] == [each.name for each in both]
    assert [each.name for each in refused(both, ["Namespace/*"])] == ["ConfigMap/shop/web"]
    assert refused(both, ["*"]) == []
