"""The components, built from plans of the sample fleet as ``__main__`` builds them."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest
from pulumi import ComponentResource, ResourceOptions

from components import (
    Application,
    ApplicationArgs,
    Cluster,
    ClusterArgs,
    Delivery,
    DeliveryArgs,
    Tenancy,
    TenancyArgs,
)
from components.objects import type_token
from gitops.manifests import chart
from gitops.objects import Manifest
from gitops.plan import PROTECTED, ApplicationPlan, ClusterPlan, StackPlan
from recording.monitor import Recording, Resource
from tests.programs import PROVIDER, STACK, monitored, objects, one, options, recorded

STACKS = {"development": "development", "staging": "staging-us-east", "production": "us-east"}
"""A cluster of a stack for each way of delivery: direct, Flux, Argo CD."""


def build(
    plan: ClusterPlan, *, applications: bool = False, protect: bool = False
) -> Callable[[], object]:
    args = ClusterArgs(plan=plan, applications=applications, protect=protect)
    return lambda: Cluster("it", args, options())


def kinds(manifests: Iterable[Manifest]) -> Counter[str]:
    """Count *manifests* by the type that Pulumi knows them by."""
    return Counter(
        "kubernetes:helm.sh/v3:Release" if each["kind"] == chart.KIND else type_token(each)
        for each in manifests
    )


def registered(recording: Recording) -> Counter[str]:
    return Counter(each.type for each in objects(recording))


def everything(plan: ClusterPlan) -> list[Manifest]:
    apps = [each for app in plan.applications.values() for each in (*app.objects, *app.tests)]
    return [*plan.tenancy, *platform(plan), *plan.alerts, *plan.delivery, *apps]


def platform(plan: ClusterPlan) -> list[Manifest]:
    """Return what is installed, but not the clusters that are made known once all are there."""
    known = list(plan.platform.served.values())
    return [each for each in plan.platform.objects() if each not in known]


def of_kind(recording: Recording, *wanted: str) -> list[Resource]:
    return [each for each in objects(recording) if each.type.rpartition(":")[2] in wanted]


@pytest.fixture(params=STACKS)
def plan(plans: dict[str, StackPlan], request: pytest.FixtureRequest) -> ClusterPlan:
    """Return the plan of one cluster, for each way of delivery."""
    return plans[request.param].clusters[STACKS[request.param]]


@pytest.fixture
def direct(plans: dict[str, StackPlan]) -> ClusterPlan:
    """Return the plan of a cluster that no engine delivers to."""
    return plans["development"].clusters["development"]


@pytest.fixture
def argocd(plans: dict[str, StackPlan]) -> ClusterPlan:
    """Return the plan of a cluster that Argo CD delivers to."""
    return plans["production"].clusters["us-east"]


def test_type_tokens_are_frozen(direct: ClusterPlan, argocd: ClusterPlan) -> None:
    """A changed token replaces live resources: add an alias, then change this table."""
    found: set[str] = set()
    for given, applications in ((direct, True), (argocd, False)):
        recording = recorded(build(given, applications=applications))
        found |= {each.type for each in recording.resources if not each.custom}

    assert found - {"pulumi:pulumi:Stack"} == {
        "gitops:index:Alerts",
        "gitops:index:Cluster",
        "gitops:index:Tenancy",
        "gitops:index:Delivery",
        "gitops:index:Application",
        "gitops:index:Platform",
        "gitops:index:Program",
    }


def test_a_cluster_registers_what_the_core_built_and_nothing_else(plan: ClusterPlan) -> None:
    recording = recorded(build(plan, applications=True))

    assert registered(recording) == kinds(everything(plan))


def test_applications_are_left_to_the_engine_unless_there_is_none(plan: ClusterPlan) -> None:
    recording = recorded(build(plan, applications=False))

    assert registered(recording) == kinds(
        [*plan.tenancy, *platform(plan), *plan.alerts, *plan.delivery]
    )


def test_every_object_has_the_explicit_provider_of_its_cluster(plan: ClusterPlan) -> None:
    recording = recorded(build(plan, applications=True))

    assert {each.provider for each in objects(recording)} == {PROVIDER}


def test_every_object_lies_in_a_component_and_no_component_is_lost(direct: ClusterPlan) -> None:
    recording = recorded(build(direct, applications=True))

    top = one(recording, "it")
    parts = {each.urn: each.name for each in recording.children(top.urn)}
    assert top.parent == STACK
    apps = {f"it-{app}" for app in direct.applications}
    assert set(parts.values()) == {"it-tenancy", *apps}
    assert {each.parent for each in objects(recording)} == set(parts)


def test_an_application_that_was_renamed_is_registered_as_before(direct: ClusterPlan) -> None:
    before = recorded(build(direct, applications=True))
    renamed: dict[str, ApplicationPlan] = {}
    for name, each in direct.applications.items():
        app = replace(each.site.app, name=f"new-{name}", formerly=name)
        renamed[app.name] = replace(each, site=replace(each.site, app=app))

    after = recorded(build(replace(direct, applications=renamed), applications=True))

    assert {each.urn for each in after.resources} == {each.urn for each in before.resources}


def test_an_outer_component_does_not_steal_the_children(argocd: ClusterPlan) -> None:
    def program() -> None:
        outer = ComponentResource("test:index:Outer", "outer", None, options())
        args = ClusterArgs(plan=argocd, applications=False, protect=False)
        Cluster("it", args, ResourceOptions(parent=outer))
        outer.register_outputs({})

    recording = recorded(program)

    assert one(recording, "it").parent == one(recording, "outer").urn
    assert {each.name for each in recording.children(one(recording, "it").urn)} == {
        "it-tenancy",
        "it-platform",
        "it-alerts",
        "it-delivery",
    }
    assert {each.provider for each in objects(recording)} == {PROVIDER}


def test_two_clusters_live_side_by_side_in_one_stack(argocd: ClusterPlan) -> None:
    args = ClusterArgs(plan=argocd, applications=True, protect=True)

    recording = recorded(lambda: [Cluster(name, args, options(name)) for name in ("one", "two")])

    owners = Counter(each.provider.rpartition("::")[2] for each in objects(recording))
    assert owners == {name: len(everything(argocd)) for name in ("one", "two")}


def test_the_roots_and_the_namespaces_of_a_guarded_environment_are_protected(
    plan: ClusterPlan,
) -> None:
    recording = recorded(build(plan, protect=True))

    assert {each.urn for each in objects(recording) if each.protect} == {
        each.urn for each in of_kind(recording, *PROTECTED)
    }
    assert of_kind(recording, "Namespace")


def test_nothing_is_protected_where_people_try_things(plan: ClusterPlan) -> None:
    recording = recorded(build(plan, applications=True, protect=False))

    assert not [each.urn for each in recording.resources if each.protect]


def test_objects_of_an_application_are_never_protected(direct: ClusterPlan) -> None:
    recording = recorded(build(direct, applications=True, protect=True))

    tenancy = one(recording, "it-tenancy").urn
    assert {each.parent for each in objects(recording) if each.protect} == {tenancy}


def test_namespaces_come_before_everything_else(direct: ClusterPlan) -> None:
    recording = recorded(build(direct, applications=True))

    spaces = {each.urn for each in of_kind(recording, "Namespace")}
    others = [each for each in objects(recording) if each.urn not in spaces]
    assert all(after(recording, each) & spaces == {space(recording, each)} for each in others)
    assert {each.dependencies for each in objects(recording) if each.urn in spaces} == {()}


def space(recording: Recording, resource: Resource) -> str:
    """Return the URN of the Namespace that *resource* lies in."""
    name = resource.inputs.get("metadata", resource.inputs)["namespace"]
    return next(
        each.urn
        for each in of_kind(recording, "Namespace")
        if each.inputs["metadata"]["name"] == name
    )


def after(recording: Recording, resource: Resource) -> set[str]:
    """Return the URNs that *resource* waits for."""
    known = {each.urn: each for each in recording.resources}
    return {*resource.dependencies, *known[resource.parent].dependencies}


@pytest.mark.parametrize(
    ("stack", "fences", "roots"),
    [
        ("production", ["AppProject"], ["ApplicationSet"]),
        ("staging", ["GitRepository"], ["Kustomization"]),
    ],
)
def test_fences_stand_before_what_they_fence(
    plans: dict[str, StackPlan], stack: str, fences: list[str], roots: list[str]
) -> None:
    manifests = plans[stack].clusters[STACKS[stack]].delivery

    recording = recorded(
        lambda: Delivery("it", DeliveryArgs(manifests=manifests, protect=True), options())
    )

    first, then = of_kind(recording, *fences), of_kind(recording, *roots)
    assert len(first) + len(then) == len(objects(recording)) == len(manifests)
    assert {each.dependencies for each in first} == {()}
    by_name = {each.inputs["metadata"]["name"]: each.urn for each in first}
    assert all(each.dependencies == (by_name[fence(each)],) for each in then)
    assert all(each.protect for each in objects(recording))


def fence(root: Resource) -> str:
    """Return the name of what *root* must come after."""
    spec = root.inputs["spec"]
    if root.type.endswith(":ApplicationSet"):
        return spec["template"]["spec"]["project"]
    return spec["sourceRef"]["name"]


def test_the_tests_of_an_application_come_after_all_its_objects(direct: ClusterPlan) -> None:
    app = next(each for each in direct.applications.values() if each.tests)
    args = ApplicationArgs(objects=app.objects, tests=app.tests)

    recording = recorded(lambda: Application("it", args, options()))

    running = {each.urn for each in objects(recording) if not each.dependencies}
    tests = [each for each in objects(recording) if each.dependencies]
    assert (len(running), len(tests)) == (len(app.objects), len(app.tests))
    assert all(set(each.dependencies) == running for each in tests)


def test_a_tenancy_waits_for_nothing_but_its_namespaces(direct: ClusterPlan) -> None:
    args = TenancyArgs(manifests=direct.tenancy, protect=True)

    recording = recorded(lambda: Tenancy("it", args, options()))

    spaces = of_kind(recording, "Namespace")
    assert registered(recording) == kinds(direct.tenancy)
    inside = [each for each in objects(recording) if each not in spaces]
    assert all(each.dependencies == (space(recording, each),) for each in inside)
    assert all(each.protect == (each in spaces) for each in objects(recording))


def test_every_component_says_what_it_holds(direct: ClusterPlan, argocd: ClusterPlan) -> None:
    both = ClusterPlan(
        cluster=direct.cluster,
        tenancy=direct.tenancy,
        platform=direct.platform,
        delivery=argocd.delivery,
        applications={"checkout": direct.applications["checkout"]},
    )

    found = monitored(build(both, applications=True)).finished

    app = both.applications["checkout"]
    assert {urn.rpartition("::")[2]: outputs for urn, outputs in found.items()} == {
        "gitops-test": {},
        "it": {"applications": ["checkout"]},
        "it-tenancy": {"namespaces": names(both.tenancy, "Namespace")},
        "it-delivery": {"roots": names(both.delivery, "ApplicationSet")},
        "it-checkout": {"objects": len(app.objects) + len(app.tests)},
    }


def names(manifests: Iterable[Manifest], kind: str) -> list[str]:
    return [each["metadata"]["name"] for each in manifests if each["kind"] == kind]
