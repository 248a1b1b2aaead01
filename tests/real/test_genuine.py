"""``up`` with Pulumi's own provider, which waits: for pods, for who finds them, for custom kinds."""

from pathlib import Path

import pytest

from tests.real.lab import Lab, Start

pytestmark = pytest.mark.real
WEB = "fleet/apps/web.yaml"


@pytest.fixture
def waiting(lab: Lab, start: Start, provider: Path) -> Lab:
    """Return a small fleet on a cluster of its own on which pods run, as far as anybody can see."""
    lab.planes["one"] = start("one", pods=True)
    lab.provider = provider
    return lab


def test_an_update_waits_for_what_it_makes_and_a_second_one_changes_nothing(waiting: Lab) -> None:
    first = waiting("up", "test", "--yes")

    assert first.code == 0, first.err
    assert waiting.different("test") == []
    live = waiting.live("Deployment")
    assert live is not None
    assert live["status"]["availableReplicas"] == live["spec"]["replicas"]
    again = waiting("up", "test", "--yes", "--format", "json")
    assert again.document["result"] == "unchanged", again.err
    waiting.edit(WEB, "memory: 128Mi", "memory: 256Mi")
    changed = waiting("up", "test", "--yes")
    assert changed.code == 0, changed.err
    assert "(11 unchanged, 1 updated)" in changed.out
    gone = waiting("destroy", "test", "--yes", "--allow-destroy", "*")
    assert gone.code == 0, gone.err
    assert waiting.live("Namespace", waiting.space) is None
