"""``up`` with Pulumi's own provider, which waits: for pods, for who finds them, for custom kinds."""

import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.fleets import DIGEST
from tests.real.api import ApiError
from tests.real.cluster import ControlPlane
from tests.real.lab import Lab, Start

pytestmark = pytest.mark.real
WEB = "fleet/apps/web.yaml"


@pytest.fixture(scope="module")
def busy(start: Start) -> ControlPlane:
    """Return a control plane on which pods run, as far as anybody can see."""
    return start("busy", pods=True)


@pytest.fixture
def waiting(lab: Lab, busy: ControlPlane, provider: Path) -> Iterator[Lab]:
    """Return a small fleet on a cluster on which pods run, with Pulumi's own provider."""
    lab.planes["one"], lab.provider = busy, provider
    yield lab
    with suppress(ApiError):
        busy.api.call("DELETE", busy.api.path("v1", "Namespace", name=lab.space))


def test_an_update_waits_for_what_it_makes_and_a_second_one_changes_nothing(waiting: Lab) -> None:
    first = waiting("up", "test", "--yes")

    assert first.code == 0, first.err
    assert "waiting for one-web-service-" in first.err
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


PLAIN = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: plain
  labels: &labels {app.kubernetes.io/name: plain}
  annotations: {pulumi.com/timeoutSeconds: "SECONDS"}
spec:
  selector: {matchLabels: *labels}
  template:
    metadata: {labels: *labels}
    spec:
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
        - name: plain
          image: registry.example.com/shop/missing:1.0.0@DIGEST
          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
          resources: {requests: {cpu: 10m, memory: 16Mi}, limits: {memory: 16Mi}}
"""


def with_plain(waiting: Lab, seconds: int) -> None:
    """Add an application whose image nobody has, and for which *seconds* are long enough."""
    (waiting.root / "plain").mkdir()
    text = PLAIN.replace("DIGEST", DIGEST).replace("SECONDS", str(seconds))
    (waiting.root / "plain/deployment.yaml").write_text(text)
    app = "name: plain\nkind: manifests\nteam: shop\npath: plain\n"
    (waiting.root / "fleet/apps/plain.yaml").write_text(app)


def test_what_does_not_become_ready_is_said_and_stays_in_the_state(waiting: Lab) -> None:
    with_plain(waiting, 3)

    first = waiting("up", "test", "--yes")

    assert first.code == 2
    assert "one-plain-deployment" in first.err
    assert "It is on cluster one and in the state, but does not become ready" in first.err
    state = waiting("stack", "test", "--format", "json").document
    assert state["pending"] == []
    waiting.edit("plain/deployment.yaml", "shop/missing", "shop/plain")
    done = waiting("up", "test", "--yes")
    assert done.code == 0, done.err
    assert waiting.different("test") == []


def test_whoever_does_not_want_to_wait_longer_loses_nothing(waiting: Lab) -> None:
    with_plain(waiting, 600)
    process = waiting.start("up", "test", "--yes")
    while waiting.live("Deployment", "plain") is None:
        assert process.poll() is None, process.communicate()

    process.send_signal(signal.SIGINT)
    _, err = process.communicate()

    assert process.returncode in {2, 130}, err
    assert "Traceback" not in err
    waiting.edit("plain/deployment.yaml", "shop/missing", "shop/plain")
    done = waiting("up", "test", "--yes")
    assert done.code == 0, done.err
    assert waiting.different("test") == []
    again = waiting("up", "test", "--yes", "--format", "json")
    assert again.document["result"] == "unchanged"
