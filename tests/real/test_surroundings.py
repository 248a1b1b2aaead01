"""What an update stands on and may fail: credentials, disk space, directories, the clock."""

from typing import Any

import pytest

from tests.real.api import Api, ApiError
from tests.real.cluster import kubeconfig
from tests.real.lab import Lab

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
