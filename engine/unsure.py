"""Creations of which nobody knows whether they happened: cut off, or their answer was lost.

The engine notes what it was creating when it was killed, and from then on waits for a person. Of a
creation that failed it notes nothing, although the cluster may have carried it out. The provider
refuses to create what is there, so either would stop every update that follows.

Such an object goes into the state as one that exists, with ``MARK`` among what is wrong with it, and
the cluster is asked: a refresh takes the mark off what it finds, and what it does not find out of
the state. Wherever that is cut off, the mark remains, and the cluster is asked again.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from pulumi.automation.events import StepEventMetadata

from gitops.objects import at, entries

MARK = "gitops: nobody knows whether this was created"
_KUBERNETES = "kubernetes:"
_HIDDEN = "[secret]"
"""What the engine's events have instead of a secret."""

State = dict[str, Any]
"""A resource, or a whole deployment, as the engine exports it."""


def creating(deployment: State) -> list[State]:
    """Return the resources that were being created when the engine was killed."""
    pending = entries(deployment.get("pending_operations"))
    return [each["resource"] for each in pending if each["type"] == "creating"]


def unsure(deployment: State) -> list[State]:
    """Return the objects of which *deployment* does not know whether they exist."""
    resources: Sequence[State] = entries(deployment.get("resources"))
    sure = {each["urn"] for each in resources if not each.get("pendingReplacement")}
    cut = [each for each in creating(deployment) if each["urn"] not in sure]
    marked = [each for each in resources if is_marked(each)]
    return marked + [_marked(each) for each in cut if each["type"].startswith(_KUBERNETES)]


def is_marked(resource: State) -> bool:
    """Tell whether nobody knows if *resource* exists."""
    return MARK in entries(resource.get("initErrors"))


def urns(deployment: State) -> set[str]:
    """Return the URNs of all that *deployment* has."""
    return {each["urn"] for each in entries(deployment.get("resources"))}


def noted(deployment: State, found: Iterable[State]) -> State:
    """Return *deployment* with *found* among its resources, and nothing left pending."""
    new = {each["urn"]: each for each in found}
    old = [each for each in entries(deployment.get("resources")) if each["urn"] not in new]
    # At the end: what they belong to and depend on stands before them.
    return {**deployment, "resources": [*old, *new.values()], "pending_operations": []}


def without(deployment: State, urns: Collection[str]) -> State:
    """Return *deployment* without the resources *urns*."""
    kept = [each for each in entries(deployment.get("resources")) if each["urn"] not in urns]
    return {**deployment, "resources": kept}


def strangers(found: Iterable[State], deployment: State) -> set[str]:
    """Return what of *found* is there with another name tag: somebody else made that."""
    now = {each["urn"]: each for each in entries(deployment.get("resources"))}
    return {
        each["urn"] for each in found if each["urn"] in now and _tag(now[each["urn"]]) != _tag(each)
    }


def twin(step: StepEventMetadata, deployment: State) -> str:
    """Return the URN under which *deployment* has what *step* creates; empty if it has not."""
    if step.new is None:
        return ""
    own = (step.type, _provider(step), _name(step.new.inputs or {}))
    for each in entries(deployment.get("resources")):
        provider = each.get("provider", "").rpartition("::")[0]
        if each["urn"] != step.urn and (each["type"], provider, each.get("id")) == own:
            return str(each["urn"])
    return ""


def of_step(step: StepEventMetadata, deployment: State) -> State | None:
    """Return the object that *step* creates, as one that may exist; None where it cannot be noted.

    What holds a secret cannot: the engine hides that. Nor can what belongs to a cluster that the
    state does not know yet.
    """
    if (
        step.new is None
        or not step.type.startswith(_KUBERNETES)
        or _HIDDEN in json.dumps(step.new.inputs)
    ):
        return None
    known = {each["urn"]: each for each in entries(deployment.get("resources"))}
    provider = known.get(_provider(step))
    if provider is None or step.new.parent not in known:
        return None
    return _marked(
        {
            "urn": step.urn,
            "custom": True,
            "type": step.type,
            "inputs": dict(step.new.inputs or {}),
            "parent": step.new.parent,
            "provider": f"{provider['urn']}::{provider['id']}",
        }
    )


def cluster_of(resource: State) -> str:
    """Return the cluster of an object, which its provider is named after."""
    return str(resource.get("provider", "")).split("::")[-2]


def _marked(resource: State) -> State:
    inputs = resource["inputs"]
    return {**resource, "id": _name(inputs), "outputs": inputs, "initErrors": [MARK]}


def _name(inputs: Mapping[str, Any]) -> str:
    """Return the id that the provider gives an object."""
    metadata = at(inputs, "metadata") or inputs  # A chart has its name outside.
    return "/".join(str(metadata[key]) for key in ("namespace", "name") if metadata.get(key))


def _provider(step: StepEventMetadata) -> str:
    """Return the URN of the provider of what *step* creates."""
    return (step.provider or (step.new.provider if step.new else "")).rpartition("::")[0]


def _tag(resource: State) -> Mapping[str, Any]:
    return at(resource.get("inputs"), "metadata")
