"""What is installed on which cluster, in which order, and what is not known of it."""

from pathlib import Path

import pytest

from gitops.checks import owners
from gitops.errors import ProgramError
from gitops.model import ComponentName
from gitops.objects import Manifest, identity
from gitops.plan import ClusterPlan, StackPlan, plan
from tests.fleets import loading, write
from tests.published import VERSION, another, argo_cd, fetched, installing, made, release

BOTH = {"argo-cd": argo_cd(), "argo-rollouts": release()}


def clusters(root: Path) -> dict[str, ClusterPlan]:
    return dict(plan(fetched(root), "test").clusters)


def programs(cluster: ClusterPlan) -> list[str]:
    return [each.name.value for each in cluster.platform.programs]


def kinds(manifests: tuple[Manifest, ...]) -> list[str]:
    return [each["kind"] for each in manifests]


def test_custom_kinds_come_before_what_pods_need_before_pods_and_who_asks_them(
    tmp_path: Path,
) -> None:
    [found] = clusters(installing(tmp_path))["one"].platform.programs

    assert kinds(found.definitions) == ["CustomResourceDefinition"]
    assert [sorted(kinds(each)) for each in found.stages] == [
        ["ClusterRoleBinding", "ConfigMap", "Role", "Secret", "ServiceAccount"],
        ["Deployment", "ValidatingWebhookConfiguration"],
    ]


def test_a_service_that_is_waited_for_until_it_finds_pods_comes_with_them(tmp_path: Path) -> None:
    service = made("v1", "Service", "controller", spec={"selector": {"app": "controller"}})
    given = {**BOTH, "argo-rollouts": [service, *release()]}

    [found] = clusters(installing(tmp_path, programs=given))["one"].platform.programs

    [together] = (each for each in found.stages if "Service" in kinds(each))
    assert "Deployment" in kinds(together)


def test_no_stage_is_empty(tmp_path: Path) -> None:
    only = {"argo-rollouts": [made("v1", "ConfigMap", "settings")]}

    [found] = clusters(installing(tmp_path, programs=only))["one"].platform.programs

    assert (found.definitions, [kinds(each) for each in found.stages]) == ((), [["ConfigMap"]])


def test_every_cluster_gets_the_programs_and_only_the_first_one_argo_cd(tmp_path: Path) -> None:
    found = clusters(installing(tmp_path, "{argo-cd: {}, argo-rollouts: {}}", BOTH))

    assert {name: programs(each) for name, each in found.items()} == {
        "one": ["argo-cd", "argo-rollouts"],
        "two": ["argo-rollouts"],
    }
    spaces = {name: [each["metadata"]["name"] for each in cluster.platform.namespaces]
              for name, cluster in found.items()}  # fmt: skip
    assert spaces == {"one": ["argocd", "argo-rollouts"], "two": ["argo-rollouts"]}


def test_the_first_cluster_knows_the_others_and_they_let_it_in(tmp_path: Path) -> None:
    found = clusters(installing(tmp_path, "{argo-cd: {}}", BOTH))

    one, two = found["one"].platform, found["two"].platform
    assert (list(one.served), one.access) == (["two"], ())
    assert one.served["two"]["stringData"]["server"] == "https://two.example.com"
    assert (two.served, kinds(two.access)[-1]) == ({}, "Secret")


def test_an_argo_cd_on_each_cluster_reaches_no_other(tmp_path: Path) -> None:
    stack = "Pulumi.test.yaml"
    root = installing(tmp_path, "{argo-cd: {}}", BOTH)
    (root / stack).write_text(f"{(root / stack).read_text()}    topology: perCluster\n")

    for each in clusters(root).values():
        assert programs(each) == ["argo-cd"]
        assert (each.platform.served, each.platform.access) == ({}, ())


def test_rights_on_a_whole_cluster_are_named_once_however_many_applications_need_them(
    tmp_path: Path,
) -> None:
    app = "name: {0}\nkind: manifests\nteam: shop\npath: fleet/{0}\nclusterResources: [Namespace]\n"
    space = "apiVersion: v1\nkind: Namespace\nmetadata: {{name: {0}-extra}}\n"
    root = installing(tmp_path, "{argo-cd: {}}", BOTH)
    for name in ("first", "second"):
        (root / f"fleet/apps/{name}.yaml").write_text(app.format(name))
        (root / f"fleet/{name}").mkdir()
        (root / f"fleet/{name}/space.yaml").write_text(space.format(name))

    [role] = (
        each
        for each in clusters(root)["two"].platform.access
        if each["kind"] == "ClusterRole" and each["metadata"]["name"].endswith("-cluster")
    )

    assert [each["resources"] for each in role["rules"]] == [["namespaces"]]


def test_the_namespace_of_a_release_is_made_by_us_with_the_labels_it_has_there(
    tmp_path: Path,
) -> None:
    space = made("v1", "Namespace", "gatekeeper-system")
    space["metadata"]["labels"] = {
        "admission.gatekeeper.sh/ignore": "no-self-managing",
        "kubernetes.io/metadata.name": "gatekeeper-system",
    }
    other = made("v1", "Namespace", "another")
    root = installing(tmp_path, "{gatekeeper: {}}", {"gatekeeper": [space, other]})

    found = clusters(root)["one"].platform

    names = [each["metadata"]["name"] for each in found.objects()]
    assert names == ["gatekeeper-system", "another"]
    labels = found.namespaces[0]["metadata"]["labels"]
    assert labels["admission.gatekeeper.sh/ignore"] == "no-self-managing"
    assert "kubernetes.io/metadata.name" not in labels


def test_no_object_is_planned_twice_on_a_cluster(tmp_path: Path) -> None:
    platform = (
        "{argo-cd: {}, argo-rollouts: {namespace: shared}, external-secrets: {namespace: shared}}"
    )
    given = {**BOTH, "external-secrets": [made("v1", "ConfigMap", "x")]}
    stack = plan(fetched(installing(tmp_path, platform, given)), "test")

    assert list(owners.findings({"test": stack}, stack.placed())) == []
    spaces = [each["metadata"]["name"] for each in stack.clusters["two"].platform.namespaces]
    assert spaces == ["shared"]


def both(root: Path) -> dict[str, StackPlan]:
    fleet = fetched(root)
    return {name: plan(fleet, name) for name in fleet.stacks}


def test_two_environments_that_install_a_program_on_one_cluster_are_found(tmp_path: Path) -> None:
    root = installing(tmp_path)
    another(root, "{argo-rollouts: {}}")
    plans = both(root)

    found = list(owners.findings(plans, (each for one in plans.values() for each in one.placed())))

    assert {each.subject for each in found} >= {
        "Namespace argo-rollouts",
        "CustomResourceDefinition widgets.example.org",
        "Deployment argo-rollouts/controller",
    }
    assert {each.what for each in found} == {
        "Pulumi (the platform in test) makes it, and so does Pulumi (the platform in other)"
    }


def test_what_was_not_fetched_is_named_once_and_everything_else_is_planned(
    tmp_path: Path, own_cache: Path
) -> None:
    found = plan(loading(installing(tmp_path)).fleet, "test")

    assert [str(each) for each in found.missing()] == [f"argo-rollouts {VERSION} (install.yaml)"]
    assert found.clusters["one"].applications
    assert [identity(each).kind for each in found.clusters["one"].platform.objects()] == [
        "Namespace"
    ]
    assert not own_cache.exists()


def test_an_update_without_what_was_not_fetched_is_refused(tmp_path: Path, own_cache: Path) -> None:
    root = installing(tmp_path, "{argo-cd: {}, argo-rollouts: {}}", BOTH)

    with pytest.raises(ProgramError) as caught:
        plan(loading(root).fleet, "test").complete()

    assert str(caught.value) == (
        f"test: argo-cd {VERSION} (install.yaml), argo-rollouts {VERSION} (install.yaml): "
        "not fetched. Run gitops fetch test."
    )
    assert plan(fetched(root), "test").complete() == []
    assert own_cache.exists()


def test_an_environment_pins_a_version_of_its_own(tmp_path: Path) -> None:
    root = installing(tmp_path)
    digest = "0" * 64
    stack = root / "Pulumi.test.yaml"
    own = f"{{version: v9.9.9, sha256: {{install.yaml: '{digest}'}}}}"
    stack.write_text(f"{stack.read_text()}    versions: {{argo-rollouts: {own}}}\n")
    fleet = loading(root).fleet

    found = fleet.component(fleet.stacks["test"].environment, ComponentName.ARGO_ROLLOUTS)

    assert (found.version, found.sha256) == ("v9.9.9", {"install.yaml": digest})


def test_the_small_fleet_installs_nothing(tmp_path: Path) -> None:
    found = plan(loading(write(tmp_path)).fleet, "test")

    assert [list(each.platform.objects()) for each in found.clusters.values()] == [[], []]
