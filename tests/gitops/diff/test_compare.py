"""compare: a change is named once, on exactly the clusters that it reaches, the worst first."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gitops.diff import ChangeKind, FieldChange, ObjectChange, compare
from gitops.diff import danger as kinds
from gitops.diff.changes import ABSENT, Changes, Danger
from gitops.diff.compare import MOVED
from gitops.diff.plans import changed
from gitops.objects import Identity, Manifest, Placed
from gitops.plan import StackPlan, plan
from gitops.settings import Loaded
from tests.fleets import BASE, EXACT, loading, planned, write


def made(
    kind: str = "ConfigMap", name: str = "x", namespace: str = "shop", **body: Any
) -> Manifest:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, **body}


def placed(
    manifest: Manifest, cluster: str = "one", environment: str = "test", *, protect: bool = False
) -> Placed:
    return Placed(
        environment=environment, cluster=cluster, application="web", manifest=manifest, protect=protect
    )  # fmt: skip


def change(kind: ChangeKind, *clusters: str, **more: Any) -> ObjectChange:
    given: dict[str, Any] = {
        "environment": "test",
        "application": "web",
        "object": Identity("", "ConfigMap", "shop", "x"),
        "fields": (),
        "dangers": (),
        **more,
    }
    return ObjectChange(kind=kind, clusters=clusters, **given)


def edited(tmp_path: Path, **files: str) -> Changes:
    """Return what *files* change in the base fleet."""
    before = loading(write(tmp_path / "before")).fleet
    after = loading(write(tmp_path / "after", **files)).fleet
    return compare(*changed(planned(before), planned(after)))


def test_nothing_differs_between_a_fleet_and_itself(plans: dict[str, StackPlan]) -> None:
    objects = [each for plan in plans.values() for each in plan.placed()]

    changes = compare(objects, reversed(objects))

    assert changes == Changes(objects=())
    assert not changes
    assert changes.places() == []
    assert changes.counts() == {"replaced": 0, "removed": 0, "changed": 0, "added": 0}


def test_replicas_of_one_environment_are_one_field_on_each_cluster_of_it(tmp_path: Path) -> None:
    stack = BASE["Pulumi.test.yaml"] + "  gitops:apps: {web: {replicas: 0}}\n"

    changes = edited(tmp_path, Pulumi_dot_test_dot_yaml=stack)

    assert changes.objects == (
        change(
            ChangeKind.CHANGED,
            "one",
            "two",
            object=Identity("apps", "Deployment", "shop", "web"),
            fields=(FieldChange("spec.replicas", 1, 0),),
            dangers=(kinds.CAPACITY,),
        ),
    )
    assert changes.counts() == {"replaced": 0, "removed": 0, "changed": 2, "added": 0}
    assert changes.places() == [("test", "one"), ("test", "two")]


def test_replicas_of_one_cluster_are_one_field_on_that_cluster(tmp_path: Path) -> None:
    stack = BASE["Pulumi.test.yaml"] + "  gitops:clusters: {two: {apps: {web: {replicas: 0}}}}\n"

    [each] = edited(tmp_path, Pulumi_dot_test_dot_yaml=stack).objects

    assert each.clusters == ("two",)
    assert each.fields == (FieldChange("spec.replicas", 1, 0),)


def test_clusters_on_which_the_change_is_another_one_are_told_apart(tmp_path: Path) -> None:
    stack = BASE["Pulumi.test.yaml"] + (
        "  gitops:apps: {web: {config: {A: x}, probes: {liveness: {path: /live}}}}\n"
        "  gitops:clusters: {two: {apps: {web: {probes: {liveness: {path: /two}}}}}}\n"
    )

    objects = edited(tmp_path, Pulumi_dot_test_dot_yaml=stack).objects

    found = [(each.kind.value, str(each.object), each.clusters) for each in objects]
    assert sorted(found) == [
        ("added", "ConfigMap shop/web-config", ("one", "two")),
        ("changed", "Deployment shop/web", ("one",)),
        ("changed", "Deployment shop/web", ("two",)),
    ]


def test_replicas_of_production_touch_no_other_environment(loaded: Loaded) -> None:
    stack = loaded.fleet.stacks["production"]
    deployment = stack.deployments["invoices"]
    on: dict[str, Any] = dict(deployment.on)
    on = {name: replace(app, replicas=4) for name, app in on.items()}
    deployments = {**stack.deployments, "invoices": replace(deployment, on=on)}
    stacks = {**loaded.fleet.stacks, "production": replace(stack, deployments=deployments)}
    after = replace(loaded.fleet, stacks=stacks)

    changes = compare(*changed(planned(loaded.fleet), planned(after)))

    assert changes.objects == (
        change(
            ChangeKind.CHANGED,
            "us-east",
            "us-west",
            "eu-central",
            environment="production",
            application="invoices",
            object=Identity("apps", "Deployment", "billing", "invoices"),
            fields=(FieldChange("spec.replicas", 3, 4),),
        ),
    )


def test_what_has_equal_inputs_is_not_built_to_be_compared(tmp_path: Path) -> None:
    other = BASE["fleet/apps/web.yaml"].replace("web", "api")
    releases = f"releases: {{web: {EXACT}, api: {EXACT}}}\n"
    files = {"fleet__apps__api_dot_yaml": other, "releases__test_dot_yaml": releases}
    before = loading(write(tmp_path / "before", **files)).fleet
    files["releases__test_dot_yaml"] = releases.replace("api: {tag: '1'", "api: {tag: '2'")
    after = loading(write(tmp_path / "after", **files)).fleet

    old, new = changed(planned(before), planned(after))

    assert {each.application for each in old} == {each.application for each in new} == {"", "api"}
    all_of = [list(plan(fleet, "test").placed()) for fleet in (before, after)]
    assert compare(old, new) == compare(*all_of)


def test_an_environment_that_is_new_or_gone_counts_whole(tmp_path: Path) -> None:
    before = loading(write(tmp_path / "before")).fleet
    after = replace(before, stacks={})
    everything = list(plan(before, "test").placed())

    gone = compare(*changed(planned(before), planned(after)))
    new = compare(*changed(planned(after), planned(before)))

    assert gone.counts() == {
        "replaced": 0, "removed": len(everything), "changed": 0, "added": 0,
    }  # fmt: skip
    assert new.counts() == {"replaced": 0, "removed": 0, "changed": 0, "added": len(everything)}


@pytest.mark.parametrize(("old", "new"), [("1", "true"), ("0", "false"), ("1", "1.0")])
def test_another_type_of_a_free_value_is_a_change(tmp_path: Path, old: str, new: str) -> None:
    def files(value: str) -> dict[str, str]:
        return {
            "fleet__apps__db_dot_yaml": (
                "name: db\nkind: chart\nteam: shop\n"
                "chart: {repository: https://registry.example.com/charts, name: db}\n"
                f"values: {{on: [{value}]}}\n"
            ),
            "fleet__apps__page_dot_yaml": "name: page\nkind: manifests\nteam: shop\npath: raw\n",
            "raw__page_dot_yaml": "apiVersion: example.com/v1\nkind: Page\nmetadata: {name: page}\n"
            f"spec: {{on: {value}}}\n",
            "releases__test_dot_yaml": f"releases: {{web: {EXACT}, db: {{chart: 1.0.0}}}}\n",
        }

    before = loading(write(tmp_path / "before", **files(old))).fleet
    after = loading(write(tmp_path / "after", **files(new))).fleet

    objects = compare(*changed(planned(before), planned(after))).objects

    assert [each.object.kind for each in objects] == ["Chart", "Page"]
    whole = [list(plan(fleet, "test").placed()) for fleet in (before, after)]
    assert compare(*whole).objects == objects


def test_objects_are_added_and_removed() -> None:
    one, two = placed(made()), placed(made(), "two")

    assert compare([], [one, two]).objects == (change(ChangeKind.ADDED, "one", "two"),)
    assert compare([one, two], [two]).objects == (
        change(ChangeKind.REMOVED, "one", dangers=(kinds.DELETION,)),
    )


def test_an_immutable_field_makes_a_change_a_replacement() -> None:
    old, new = (placed(made("Secret", type=each)) for each in ("Opaque", "kubernetes.io/tls"))

    [found] = compare([old], [new]).objects

    assert found == change(
        ChangeKind.REPLACED,
        "one",
        object=Identity("", "Secret", "shop", "x"),
        fields=(FieldChange("type", "Opaque", "kubernetes.io/tls"),),
        dangers=(kinds.REPLACEMENT,),
    )


def test_another_version_of_the_api_is_a_change_and_another_group_another_object() -> None:
    def of(api: str) -> list[Placed]:
        return [placed({**made(), "apiVersion": api})]

    [same] = compare(of("a/v1"), of("a/v2")).objects
    both = compare(of("a/v1"), of("b/v1")).objects

    assert same.fields == (FieldChange("apiVersion", "a/v1", "a/v2"),)
    assert [each.kind for each in both] == [ChangeKind.REMOVED, ChangeKind.ADDED]


def workload(kind: str, name: str = "x", namespace: str = "shop", **spec: Any) -> Placed:
    group = {"Deployment": "apps/v1", "StatefulSet": "apps/v1", "Rollout": "argoproj.io/v1alpha1"}
    made_of = made(kind, name, namespace, spec=spec)
    return placed({**made_of, "apiVersion": group.get(kind, "v1")})


def test_a_workload_of_another_kind_replaces_its_namesake_and_shows_what_else_differs() -> None:
    old, new = workload("Deployment", replicas=3), workload("Rollout", replicas=2)

    assert compare([old], [new]).objects == (
        change(
            ChangeKind.REPLACED,
            "one",
            object=Identity("argoproj.io", "Rollout", "shop", "x"),
            fields=(
                FieldChange("apiVersion", "apps/v1", "argoproj.io/v1alpha1"),
                FieldChange("kind", "Deployment", "Rollout"),
                FieldChange("spec.replicas", 3, 2),
            ),
            dangers=(kinds.SWITCHED, kinds.CAPACITY),
        ),
    )


def test_a_switch_away_from_a_stateful_set_can_lose_its_data() -> None:
    [found] = compare([workload("StatefulSet")], [workload("Deployment")]).objects

    assert (found.kind, found.dangers) == (ChangeKind.REPLACED, (kinds.DATA,))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (workload("Deployment"), workload("Rollout", "y")),
        (workload("Deployment"), workload("Rollout", namespace="other")),
        (workload("Deployment"), workload("Service")),
        (workload("Deployment"), replace(workload("Rollout"), cluster="two")),
        (workload("Deployment"), replace(workload("Rollout"), environment="other")),
        (workload("ReplicaSet"), placed({**workload("ReplicaSet").manifest, "apiVersion": "a/v1"})),
    ],
)
def test_what_is_no_namesake_of_another_kind_takes_nobodys_place(old: Placed, new: Placed) -> None:
    found = compare([old], [new]).objects

    assert sorted(each.kind for each in found) == [ChangeKind.ADDED, ChangeKind.REMOVED]


def test_a_workload_that_was_there_before_takes_nobodys_place() -> None:
    old, new = workload("Deployment"), workload("Rollout")

    assert [each.kind for each in compare([old, new], [new]).objects] == [ChangeKind.REMOVED]
    assert [each.kind for each in compare([old], [old, new]).objects] == [ChangeKind.ADDED]


def test_a_canary_in_place_of_a_rolling_update_is_one_change(tmp_path: Path) -> None:
    stack = BASE["Pulumi.test.yaml"] + (
        "  gitops:apps: {web: {rollout: {strategy: canary, weights: [50]}}}\n"
    )

    [found] = edited(tmp_path, Pulumi_dot_test_dot_yaml=stack).objects

    assert (found.kind, found.dangers) == (ChangeKind.REPLACED, (kinds.SWITCHED,))
    assert found.clusters == ("one", "two")
    assert FieldChange("kind", "Deployment", "Rollout") in found.fields
    assert {each.path.partition(".")[0] for each in found.fields} == {"apiVersion", "kind", "spec"}


def test_a_protection_that_is_taken_away_is_a_change_by_itself() -> None:
    guarded, free = placed(made(), protect=True), placed(made())

    assert compare([guarded], [free]).objects == (
        change(
            ChangeKind.CHANGED,
            "one",
            fields=(FieldChange("(protect)", True, False),),
            dangers=(kinds.PROTECTION,),
        ),
    )
    [given] = compare([free], [guarded]).objects
    assert (given.fields, given.dangers) == ((FieldChange("(protect)", False, True),), ())


def test_a_change_of_owner_alone_is_none_in_the_cluster() -> None:
    old = placed(made())

    assert not compare([old], [replace(old, application="other")])


def moved(kind: str, **clusters: str) -> tuple[Danger, ...]:
    new = [placed(made(kind, namespace=space), name) for name, space in clusters.items()]
    found = compare([placed(made(kind, namespace="old"))], new).objects
    [removed] = [each for each in found if each.kind is ChangeKind.REMOVED]
    return removed.dangers


def test_what_leaves_one_namespace_for_another_is_called_moved() -> None:
    assert moved("Deployment", one="new") == (MOVED, kinds.DELETION)
    assert moved("Deployment", two="new") == (kinds.DELETION,)


def test_what_is_worse_about_a_move_comes_first() -> None:
    assert moved("Kustomization", one="new") == (kinds.CASCADE, MOVED)
    assert moved("StatefulSet", one="new") == (kinds.DATA,)


def test_a_namesake_that_was_there_before_is_no_move() -> None:
    old, other = (placed(made("LimitRange", namespace=each)) for each in ("old", "other"))

    [removed] = compare([old, other], [other]).objects

    assert removed.dangers == (kinds.DELETION, kinds.LIMITS)


def test_the_most_dangerous_comes_first_and_equals_come_in_order_of_place() -> None:
    def world(*, after: bool) -> list[Placed]:
        given = [] if after else [placed(made("StatefulSet", "gone")), placed(made(name="gone"))]
        return [
            placed(made(name="b", data={"a": str(after)}), environment="b"),
            placed(made(name="z", data={"a": str(after)}), environment="a"),
            placed(made(name="a", data={"a": str(after)}), environment="a"),
            placed(made("Deployment", spec={"replicas": 1 if after else 2})),
            *given,
        ]

    objects = compare(world(after=False), world(after=True)).objects

    assert [(each.rank, each.environment, each.object.name) for each in objects] == [
        (1, "test", "gone"),
        (3, "test", "gone"),
        (11, "test", "x"),
        (99, "a", "a"),
        (99, "a", "z"),
        (99, "b", "b"),
    ]


def test_every_field_that_changes_is_listed_however_many_there_are() -> None:
    old = made(data={f"k{each:03}": "a" for each in range(300)}, same=1)
    new = made(data={f"k{each:03}": "b" for each in range(1, 301)}, same=1)

    [found] = compare([placed(old)], [placed(new)]).objects

    assert found.fields == (
        FieldChange("data.k000", "a", ABSENT),
        *(FieldChange(f"data.k{each:03}", "a", "b") for each in range(1, 300)),
        FieldChange("data.k300", ABSENT, "b"),
    )
