"""A recording as trees, which a report can show."""

from pulumi import ComponentResource, CustomResource, ResourceOptions

from gitops.preview import Node
from recording.nodes import nodes
from tests.programs import recorded


def program() -> None:
    outer = ComponentResource("test:index:Outer", "outer")
    inner = ComponentResource("test:index:Inner", "inner", None, ResourceOptions(parent=outer))
    safe = ResourceOptions(parent=inner, protect=True)
    CustomResource("test:index:Thing", "leaf", {}, safe)
    CustomResource("test:index:Thing", "alone", {})
    inner.register_outputs({})
    outer.register_outputs({})


def test_every_resource_is_a_node_under_its_parent() -> None:
    leaf = Node(name="leaf", type="test:index:Thing", protect=True)
    inner = Node(name="inner", type="test:index:Inner", children=(leaf,))
    outer = Node(name="outer", type="test:index:Outer", children=(inner,))

    alone = Node(name="alone", type="test:index:Thing")
    assert set(nodes(recorded(program))) == {outer, alone}


def test_no_node_is_lost_but_the_stack() -> None:
    recording = recorded(program)

    assert sum(each.size() for each in nodes(recording)) == len(recording.resources) - 1


def test_a_program_without_resources_has_no_nodes() -> None:
    assert nodes(recorded(lambda: None)) == ()
