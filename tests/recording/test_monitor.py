"""The monitor records and refuses as the engine does in the first preview of an empty stack."""

from typing import Any

import pulumi
import pytest
from google.protobuf.struct_pb2 import Struct
from pulumi import ComponentResource, CustomResource, Output, ResourceOptions
from pulumi.runtime.proto.resource_pb2 import RegisterResourceRequest

from gitops.errors import ProgramError
from recording.monitor import Monitor
from recording.values import SECRET, UNKNOWN
from tests import CANARY
from tests.programs import PROVIDER, STACK, cluster, one, recorded

NAMESPACE = "kubernetes:core/v1:Namespace"


class Box(ComponentResource):
    """A component with one resource in it, and outputs when it is told so."""

    def __init__(
        self, name: str, child: str, opts: ResourceOptions | None = None, *, finish: bool = True
    ) -> None:
        super().__init__("test:index:Box", name, None, opts)
        self.child = thing(child, parent=self)
        if finish:
            self.register_outputs({"child": child})


def thing(name: str, inputs: dict[str, Any] | None = None, **options: Any) -> CustomResource:
    return CustomResource("test:index:Thing", name, inputs or {}, ResourceOptions(**options))


def namespace(name: str, **options: Any) -> CustomResource:
    return CustomResource(NAMESPACE, name, {}, ResourceOptions(**options))


def test_a_program_without_resources_has_its_stack_and_nothing_else() -> None:
    recording = recorded(lambda: None)

    [stack] = recording.resources
    assert (stack.urn, stack.type, stack.parent) == (STACK, "pulumi:pulumi:Stack", "")
    assert (recording.stack, dict(recording.outputs), recording.warnings) == ("test", {}, ())


def test_a_urn_says_the_types_of_the_components_around_but_not_their_names() -> None:
    recording = recorded(lambda: [Box("outer", "inner"), thing("alone")])

    assert {each.urn for each in recording.resources} == {
        STACK,
        "urn:pulumi:test::gitops::test:index:Box::outer",
        "urn:pulumi:test::gitops::test:index:Box$test:index:Thing::inner",
        "urn:pulumi:test::gitops::test:index:Thing::alone",
    }


def test_two_resources_of_one_type_and_name_are_refused() -> None:
    with pytest.raises(ProgramError, match=r"Duplicate resource URN .*test:index:Thing::same'"):
        recorded(lambda: [thing("same"), thing("same")])


def test_two_components_whose_children_share_a_name_are_refused() -> None:
    with pytest.raises(
        ProgramError, match=r"Duplicate resource URN .*Box\$test:index:Thing::child'"
    ):
        recorded(lambda: [Box("one", "child"), Box("two", "child")])


def test_one_name_under_different_types_is_fine() -> None:
    recording = recorded(lambda: [Box("same", "same"), thing("same")])

    assert len({each.urn for each in recording.resources}) == 4


def test_a_resource_without_a_parent_lies_under_the_stack() -> None:
    recording = recorded(lambda: [Box("outer", "inner"), thing("alone")])

    box = one(recording, "outer")
    assert {each.name for each in recording.children(STACK)} == {"outer", "alone"}
    assert [each.name for each in recording.children(box.urn)] == ["inner"]
    assert (box.custom, one(recording, "inner").custom) == (False, True)


def test_dependencies_are_recorded_whether_written_down_or_carried_by_a_value() -> None:
    def program() -> None:
        first, second = thing("first"), thing("second")
        thing("told", depends_on=[second, first])
        thing("given", {"value": first.id})

    recording = recorded(program)

    urns = [one(recording, name).urn for name in ("first", "second")]
    assert one(recording, "first").dependencies == ()
    assert one(recording, "told").dependencies == tuple(urns)
    assert one(recording, "given").dependencies == (urns[0],)


def test_an_explicit_provider_is_recorded_and_comes_down_from_the_component() -> None:
    def program() -> None:
        provider = cluster()
        namespace("direct", provider=provider)
        outer = ComponentResource(
            "test:index:Outer", "outer", None, ResourceOptions(providers=[provider])
        )
        namespace("inside", parent=outer)
        outer.register_outputs({})

    recording = recorded(program)

    assert one(recording, "direct").provider == one(recording, "inside").provider == PROVIDER
    assert (one(recording, "here").provider, one(recording, "outer").provider) == ("", "")


@pytest.mark.parametrize("disabled", ["kubernetes", "*"])
def test_a_default_provider_is_refused_where_the_project_disables_it(disabled: str) -> None:
    with pytest.raises(
        ProgramError, match=r"Default provider for 'kubernetes' disabled\. '.*::lost'"
    ):
        recorded(lambda: namespace("lost"), disabled=[disabled])


@pytest.mark.parametrize("disabled", [(), ("aws",)])
def test_a_default_provider_is_taken_where_it_is_not_disabled(disabled: tuple[str, ...]) -> None:
    recording = recorded(lambda: namespace("free"), disabled=disabled)

    assert one(recording, "free").provider == ""


def test_a_provider_is_no_resource_that_needs_a_provider() -> None:
    assert one(recorded(cluster, disabled=["*"]), "here").urn == PROVIDER


def test_protection_version_secret_outputs_and_aliases_are_recorded() -> None:
    recording = recorded(
        lambda: [
            thing("plain"),
            thing(
                "rich",
                protect=True,
                version="1.2.3",
                additional_secret_outputs=["data"],
                aliases=[
                    pulumi.Alias(name="old"),
                    "urn:pulumi:test::gitops::test:index:Thing::older",
                ],
            ),
        ]
    )

    plain, rich = one(recording, "plain"), one(recording, "rich")
    assert (rich.protect, rich.version, rich.secret_outputs) == (True, "1.2.3", ("data",))
    assert rich.aliases == ("old", "urn:pulumi:test::gitops::test:index:Thing::older")
    assert (plain.protect, plain.version, plain.secret_outputs, plain.aliases) == (
        False,
        "",
        (),
        (),
    )


def test_a_secret_never_shows_wherever_it_is_put() -> None:
    def program() -> None:
        secret = pulumi.Config("a").require_secret("key")
        parts = Output.secret({"a": [CANARY]})
        thing("one", {"whole": secret, "deep": {"list": [1, parts]}})
        thing(
            "two", {"made": Output.format("x-{0}", secret), "from": parts.apply(lambda it: it["a"])}
        )
        box = ComponentResource("test:index:Box", "box")
        box.register_outputs({"secret": secret})
        pulumi.export("secret", {"in": [secret], "open": "seen"})

    recording = recorded(program, given={"a:key": CANARY}, secret=["a:key"])

    assert CANARY not in repr(recording)
    assert one(recording, "one").inputs == {"whole": SECRET, "deep": {"list": [1, SECRET]}}
    assert one(recording, "two").inputs == {"made": SECRET, "from": SECRET}
    assert recording.outputs == {"secret": {"in": [SECRET], "open": "seen"}}


def test_a_secret_stays_one_on_its_way_through_a_resource() -> None:
    class Echo(CustomResource):
        word: Output[str]

    def program() -> None:
        echo = Echo("test:index:Echo", "echo", {"word": Output.secret(CANARY)})
        thing("next", {"word": echo.word.apply(str.upper)})

    recording = recorded(program)

    assert one(recording, "next").inputs == {"word": SECRET}
    assert CANARY.upper() not in repr(recording)


def test_an_id_is_unknown_before_the_resource_exists() -> None:
    def program() -> None:
        first = thing("first")
        thing("next", {"id": first.id, "urn": first.urn, "secret": Output.secret(first.id)})
        pulumi.export("id", first.id)

    recording = recorded(program)

    assert one(recording, "next").inputs == {
        "id": UNKNOWN,
        "urn": one(recording, "first").urn,
        "secret": SECRET,
    }
    assert recording.outputs == {"id": UNKNOWN}


def test_nothing_is_computed_from_what_is_not_known_yet() -> None:
    called: list[object] = []

    recorded(lambda: thing("first").id.apply(called.append))

    assert called == []


def test_a_component_that_never_finishes_is_named() -> None:
    with pytest.raises(ProgramError, match=r"register_outputs was never called for .*Box::lazy\."):
        recorded(lambda: Box("lazy", "child", finish=False))


def test_a_component_that_finishes_twice_is_named() -> None:
    with pytest.raises(ProgramError, match=r"Box::keen: register_outputs was called twice"):
        recorded(lambda: Box("keen", "child").register_outputs({}))


def test_a_warning_is_kept_and_an_error_fails_the_run() -> None:
    recording = recorded(lambda: [pulumi.log.warn("mind the gap"), pulumi.log.info("all is well")])

    assert recording.warnings == ("mind the gap",)
    with pytest.raises(ProgramError, match=r"^test: the roof is on fire$"):
        recorded(lambda: pulumi.log.error("the roof is on fire"))


def test_a_lookup_is_refused_because_nothing_is_there_to_look_up() -> None:
    def program() -> None:
        pulumi.export("found", pulumi.runtime.invoke_output("test:index:getThing", {}))

    with pytest.raises(ProgramError, match="the program calls test:index:getThing, which needs"):
        recorded(program)


def test_reading_a_resource_is_refused_because_nothing_exists() -> None:
    with pytest.raises(
        ProgramError, match="the program reads test:index:Thing 'there', which needs"
    ):
        recorded(lambda: thing("there", id="there"))


@pytest.mark.parametrize("reference", [{"parent": STACK}, {"dependencies": [STACK]}])
def test_what_is_not_registered_cannot_be_referred_to(reference: dict[str, Any]) -> None:
    monitor = Monitor(project="gitops", stack="test")
    request = RegisterResourceRequest(type="test:index:Thing", name="it", custom=True, **reference)

    with pytest.raises(ProgramError, match=rf"Thing::it' refers to '{STACK}', which is not"):
        monitor.RegisterResource(request)


def test_a_provider_that_is_not_registered_is_refused() -> None:
    monitor = Monitor(project="gitops", stack="test")
    request = RegisterResourceRequest(
        type=NAMESPACE, name="it", custom=True, provider=f"{PROVIDER}::an-id"
    )

    with pytest.raises(ProgramError, match=rf"unknown provider '{PROVIDER}::an-id' of '.*::it'"):
        monitor.RegisterResource(request)


def test_a_custom_kind_is_not_sent_back_and_everything_else_is() -> None:
    """Half of what a program sends would come back for nobody."""
    asked = Monitor(project="gitops", stack="test")
    inputs = Struct()
    inputs.update({"spec": {"group": "example.org"}})

    def answer(kind: str) -> Any:
        request = RegisterResourceRequest(type=kind, name="it", custom=True, object=inputs)
        return asked.RegisterResource(request).object

    assert dict(answer("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition")) == {}
    assert answer(NAMESPACE) == inputs
    assert [dict(each.inputs) for each in asked.resources.values()] == [
        {"spec": {"group": "example.org"}}
    ] * 2
