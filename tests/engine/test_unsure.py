"""Objects of which the state does not know whether they exist: which they are, and how it notes them."""

from typing import Any

import pytest
from pulumi.automation.events import StepEventMetadata

from engine import unsure

CLUSTER = "urn:pulumi:test::gitops::pulumi:providers:kubernetes::one"
PARENT = "urn:pulumi:test::gitops::gitops:index:Application::one-web"
URN = f"{PARENT}$kubernetes:core/v1:Secret::one-web-secret"
KNOWN: list[dict[str, Any]] = [{"urn": CLUSTER, "id": "7"}, {"urn": PARENT}]


def of(**more: Any) -> dict[str, Any]:
    inputs = {"kind": "Secret", "metadata": {"name": "web", "namespace": "shop"}}
    kind = "kubernetes:core/v1:Secret"
    return {"urn": URN, "type": kind, "inputs": inputs, "provider": f"{CLUSTER}::7", **more}


def cut(resource: dict[str, Any], *resources: dict[str, Any]) -> dict[str, Any]:
    pending = [{"type": "creating", "resource": resource}, {"type": "updating", "resource": of()}]
    return {"resources": [*KNOWN, *resources], "pending_operations": pending}


def step(data: str, provider: str = CLUSTER) -> StepEventMetadata:
    new = {**of(parent=PARENT), "inputs": {**of()["inputs"], "data": {"a": data}}}
    return StepEventMetadata.from_json(
        {"op": "create", "urn": URN, "type": of()["type"], "provider": f"{provider}::7", "new": new}
    )


def test_what_was_being_created_is_noted_as_an_object_to_ask_for() -> None:
    before = cut(of())
    [found] = unsure.unsure(before)

    after = unsure.noted(before, [found])

    assert (found["id"], unsure.cluster_of(found)) == ("shop/web", "one")
    assert (after["resources"][-1], after["pending_operations"]) == (found, [])
    assert unsure.unsure(after) == [found]


def test_a_provider_that_was_being_created_is_made_again() -> None:
    before = cut({"urn": CLUSTER, "type": "pulumi:providers:kubernetes"})

    assert unsure.unsure(before) == []
    assert unsure.noted(before, [])["pending_operations"] == []


def test_what_the_state_knows_already_is_no_question() -> None:
    assert unsure.unsure(cut(of(), of(id="shop/web"))) == []


def test_what_was_being_replaced_takes_the_place_of_what_was_deleted() -> None:
    before = cut(of(), of(id="shop/web", pendingReplacement=True))

    [*_, last] = unsure.noted(before, unsure.unsure(before))["resources"]

    assert unsure.is_marked(last)
    assert "pendingReplacement" not in last


@pytest.mark.parametrize(
    ("given", "noted"),
    [(step("b"), True), (step("[secret]"), False), (step("b", provider="urn::away"), False)],
)
def test_a_step_is_noted_unless_something_of_it_is_hidden_or_its_cluster_unknown(
    given: StepEventMetadata, noted: bool
) -> None:
    assert (unsure.of_step(given, {"resources": KNOWN}) is not None) == noted


def test_an_object_with_other_labels_is_a_stranger() -> None:
    labels = {"name": "web", "namespace": "shop", "labels": {"a": "b"}}
    other = of(inputs={"kind": "Secret", "metadata": labels})

    assert unsure.strangers([of()], {"resources": [other]}) == {URN}
    assert unsure.strangers([of()], {"resources": [of()]}) == set()
    assert unsure.strangers([of()], {"resources": []}) == set()
