"""What an update stands on and may fail: credentials, disk space, directories, the clock."""

import json
import os
import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.real.api import Api, ApiError
from tests.real.cluster import kubeconfig
from tests.real.lab import Lab
from tests.real.road import Barrier, road

pytestmark = pytest.mark.real
WEB = "fleet/apps/web.yaml"


def account(api: Api, name: str, **more: Any) -> str:
    """Make a service account that may do everything, and return a token of it."""
    meta = {"name": name, "namespace": "default"}
    api.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta}, "tests")
    group = "rbac.authorization.k8s.io"
    api.create(
        {
            "apiVersion": f"{group}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": name},
            "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": "cluster-admin"},
            "subjects": [{"kind": "ServiceAccount", **meta}],
        },
        "tests",
    )
    path = f"{api.path('v1', 'ServiceAccount', 'default', name)}/token"
    asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": more}
    return str(api.call("POST", path, asked)["status"]["token"])


def accepted(server: str, token: str) -> bool:
    """Tell whether an API server knows whose *token* this is."""
    try:
        Api(server=server, token=token).call("GET", "/api/v1/namespaces")
    except ApiError as error:
        return error.code != 401
    return True


def test_a_token_that_was_revoked_is_said_with_its_cluster_and_another_one_goes_on(
    lab: Lab,
) -> None:
    """A token that has expired gets the same answer; the shortest that there is lives ten minutes."""
    plane, config = lab.planes["one"], lab.folder / "of-an-account"
    name = f"deployer-{lab.space}"
    token = account(plane.api, name)
    config.write_text(kubeconfig(lab.planes, token))
    first = lab("up", "test", "--yes", KUBECONFIG=str(config))
    assert first.code == 0, first.err
    lab.edit(WEB, "memory: 128Mi", "memory: 256Mi")
    plane.api.call("DELETE", plane.api.path("v1", "ServiceAccount", "default", name))
    while accepted(plane.server, token):
        pass  # It remembers for some seconds whom it has accepted.

    done = lab("up", "test", "--yes", KUBECONFIG=str(config))

    assert done.code == 2
    assert "Cluster one does not accept the token of the kubeconfig" in done.err
    assert "Log in to the cluster again" in done.err
    assert token not in done.err + done.out
    again = lab("up", "test", "--yes")
    assert again.code == 0, again.err
    assert lab.different("test") == []
    binding = ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding")
    plane.api.call("DELETE", plane.api.path(*binding, name=name))


@pytest.fixture
def small(lab: Lab) -> Iterator[Path]:
    """Yield the folder of the state on a disk of its own of two megabytes; root may make one."""
    lab.state.mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(lab.state)]
    if os.getuid() != 0 or subprocess.run(mounted, check=False, capture_output=True).returncode:
        pytest.skip(
            "a small disk takes a mount of tmpfs, which only root may do, and not everywhere"
        )
    yield lab.state
    assert lab.telling() == []
    subprocess.run(["umount", "--lazy", str(lab.state)], check=True)


def fill(folder: Path) -> Path:
    """Leave no byte free where *folder* is; return the file that takes it all."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    return filler


def test_a_full_disk_is_said_before_anything_changes(lab: Lab, small: Path) -> None:
    assert lab("up", "test", "--yes").code == 0
    lab.edit(WEB, "memory: 128Mi", "memory: 256Mi")
    before, filler = lab.live("Deployment"), fill(small)

    done = lab("up", "test", "--yes")

    assert done.code == 2
    assert f"the disk with the state of test, in file://{small}, is full" in done.err
    assert "Make room there, and run this again" in done.err
    assert lab.live("Deployment") == before
    filler.unlink()
    again = lab("up", "test", "--yes")
    assert again.code == 0, again.err
    assert lab.different("test") == []


def test_a_disk_that_fills_up_in_the_middle_loses_nothing(lab: Lab, small: Path) -> None:
    barrier = Barrier(ending="/deployments", answered=True)
    with road(lab, barrier) as config:
        process = lab.start("up", "test", "--yes", KUBECONFIG=config)
        barrier.wait()
        filler = fill(small)
        barrier.open()
        _, err = process.communicate()

    assert process.returncode == 2
    assert "Traceback" not in err
    # One of them is said of a step, the other of the state; which comes first is chance.
    assert re.search("The disk with the state (of test, in .*, )?is full", err, re.IGNORECASE)
    assert "Make room there, and run " in err
    [file] = small.glob(".pulumi/stacks/*/test.json")
    assert json.loads(file.read_bytes()), "the engine cuts it or its copy short; ours mends it"
    filler.unlink()
    again = lab("up", "test", "--yes")
    assert again.code == 0, again.err
    assert lab.different("test") == []
    state = lab("stack", "test", "--format", "json").document
    assert (state["resources"], state["pending"]) == (12, [])


def test_a_state_that_may_only_be_read_is_said_and_nothing_is_changed(lab: Lab) -> None:
    """Modes do not bind root, who runs these tests in a container: the disk itself is read-only."""
    assert lab("up", "test", "--yes").code == 0
    lab.edit(WEB, "memory: 128Mi", "memory: 256Mi")
    before, state = lab.live("Deployment"), str(lab.state)
    bound = subprocess.run(["mount", "--bind", state, state], check=False, capture_output=True)
    if bound.returncode:
        pytest.skip(
            "a folder that even root may not write takes a mount, which is not allowed here"
        )
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", state], check=True)

        done = lab("up", "test", "--yes")
    finally:
        subprocess.run(["umount", "--lazy", state], check=True)

    assert done.code == 2
    assert f"the state of test, in file://{state}, cannot be written" in done.err
    assert "Let this user write there, or set PULUMI_BACKEND_URL" in done.err
    assert lab.live("Deployment") == before
    again = lab("up", "test", "--yes")
    assert again.code == 0, again.err


def test_a_lock_and_a_state_from_an_hour_ahead_confuse_nobody(lab: Lab) -> None:
    """As if the machine that wrote them had its clock an hour ahead, or ours was an hour behind.

    The engine is written in Go, which asks the kernel for the time and not the C library: faketime
    has no effect on it. So it is what it has written that is from another time.
    """
    assert lab("up", "test", "--yes").code == 0
    lab.edit(WEB, "memory: 128Mi", "memory: 256Mi")
    ahead = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    [file] = lab.state.glob(".pulumi/stacks/*/test.json")
    state = json.loads(file.read_text())
    state["checkpoint"]["latest"]["manifest"]["time"] = ahead
    file.write_text(json.dumps(state))
    ended = subprocess.Popen(["true"])
    ended.wait()
    holder = {"pid": ended.pid, "username": "op", "hostname": socket.gethostname()}
    lock = lab.state / f".pulumi/locks/organization/{file.parent.name}/test/other.json"
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.write_text(json.dumps({**holder, "timestamp": ahead}))

    done = lab("up", "test", "--yes")

    assert done.code == 0, done.err
    assert f"test was left locked by op on {socket.gethostname()} (process {ended.pid}" in done.err
    assert lab.different("test") == []
    assert not lock.exists()
