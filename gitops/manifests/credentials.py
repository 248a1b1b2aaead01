"""The Secret with which an engine reads the Git repository, without what only the stack knows."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from gitops.manifests.core import shared_labels
from gitops.model import Environment, Fleet
from gitops.objects import Manifest


def name(environment: Environment) -> str:
    """Return the name of the Secret; environments that share an engine each have their own."""
    return f"repository-{environment.name}"


def secret(
    fleet: Fleet, environment: Environment, namespace: str, data: Mapping[str, str]
) -> Manifest:
    """Return the Secret in *namespace* with *data*, which everybody may know; more is added by Pulumi.

    What it holds is under ``data``: keys that were under ``stringData`` stay on the server when they
    are applied no more, and Argo CD would go on with a password that a key has replaced. Source:
    https://github.com/kubernetes/kubernetes/issues/108008
    """
    made: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": name(environment),
            "namespace": namespace,
            "labels": shared_labels(fleet, environment),
        },
        "type": "Opaque",
    }
    encoded = {key: b64encode(each.encode()).decode() for key, each in data.items()}
    return {**made, "data": encoded} if encoded else made
