"""An object that is on the cluster already and that the stack has not made."""

from typing import Any

import pytest

from tests.real.lab import Lab

pytestmark = pytest.mark.real


def made_by(lab: Lab, manager: str) -> dict[str, Any]:
    """Make the namespace of the team as somebody else would, and return it."""
    [ours] = [each for _, each in lab.wanted("test") if each["kind"] == "Namespace"]
    labels = {"made-by": "hand", "pod-security.kubernetes.io/enforce": "privileged"}
    theirs = {**ours, "metadata": {"name": lab.space, "labels": labels}}
    return lab.planes["one"].api.create(theirs, manager)


def test_what_somebody_else_has_made_is_left_alone_until_it_is_adopted_by_name(lab: Lab) -> None:
    """The message has the command, the plan what changes; then the object is the same one, and ours."""
    before, name = made_by(lab, "kubectl"), f"Namespace/{lab.space}"

    refused = lab("up", "test", "--yes")

    assert refused.code == 2
    assert f'namespaces "{lab.space}" already exists. It is there and this stack' in refused.err
    assert f"gitops up test --adopt {name}" in refused.err
    assert lab.live("Namespace", lab.space) == before
    adopted = lab("up", "test", "--yes", "--adopt", name)
    assert adopted.code == 0, adopted.err
    assert f"one-tenancy-namespace-{lab.space} is in the state now" in adopted.err
    assert f"~ test/one  Namespace {lab.space}" in adopted.out
    assert "privileged -> restricted" in adopted.out
    assert lab.different("test") == []
    now = lab.live("Namespace", lab.space)
    assert now is not None
    assert now["metadata"]["uid"] == before["metadata"]["uid"]
    again = lab("up", "test", "--yes", "--format", "json").document
    assert (again["result"], again["resources"]) == ("unchanged", {"same": 12})


def test_only_what_would_be_created_can_be_adopted(lab: Lab) -> None:
    done = lab("up", "test", "--yes", "--adopt", "Namespace/shopp")

    assert done.code == 2
    assert "--adopt Namespace/shopp: this update does not create it. It creates:" in done.err
    assert f"Deployment/{lab.space}/web" in done.err
    assert lab.live("Namespace", lab.space) is None


def test_what_is_adopted_and_not_there_is_created(lab: Lab) -> None:
    """It may have gone meanwhile; the state must not claim it."""
    before, name = made_by(lab, "kubectl"), f"Namespace/{lab.space}"
    assert lab("up", "test", "--yes").code == 2
    api = lab.planes["one"].api
    api.call("DELETE", api.of_object(before))
    while lab.live("Namespace", lab.space):
        pass

    done = lab("up", "test", "--yes", "--adopt", name)

    assert done.code == 0, done.err
    assert f"one-tenancy-namespace-{lab.space} is not there" in done.err
    assert lab.different("test") == []
