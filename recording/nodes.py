"""A recording as trees of nodes, which reports can show without knowing Pulumi."""

from gitops.preview import Node
from recording.monitor import STACK_TYPE, Recording, Resource


def nodes(recording: Recording) -> tuple[Node, ...]:
    """Return the resources below the stack, in the order of registration."""
    below: dict[str, list[Resource]] = {}
    for each in recording.resources:
        below.setdefault(each.parent, []).append(each)

    def node(resource: Resource) -> Node:
        return Node(
            name=resource.name,
            type=resource.type,
            protect=resource.protect,
            children=tuple(node(each) for each in below.get(resource.urn, ())),
        )

    roots = [each.urn for each in recording.resources if each.type == STACK_TYPE]
    return tuple(node(each) for urn in roots for each in below.get(urn, ()))
