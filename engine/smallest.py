"""The smallest program that makes the same objects, which the benchmark holds ``up`` against.

``python engine/smallest.py FOLDER VERB``: FOLDER has ``Pulumi.yaml`` and, as ``objects.json``, the
context of a cluster and its objects, namespaces first. It runs by its path, so that nothing of
this project is imported.
"""

import json
import sys
from pathlib import Path
from typing import Any

import pulumi
import pulumi_kubernetes as k8s
from pulumi import automation as auto

FOLDER = Path(sys.argv[1])


def program() -> None:
    """Register every object in a loop, each after its namespace."""
    context, objects = json.loads((FOLDER / "objects.json").read_bytes())
    provider = k8s.Provider("cluster", context=context, enable_server_side_apply=True)
    spaces: dict[str, pulumi.Resource] = {}
    for each in objects:
        kind, metadata = each["kind"], each["metadata"]
        name, space = metadata["name"], metadata.get("namespace", "")
        group = each["apiVersion"] if "/" in each["apiVersion"] else f"core/{each['apiVersion']}"
        after: list[Any] = [spaces[space]] if space else []
        opts = pulumi.ResourceOptions(provider=provider, depends_on=after)
        token = f"kubernetes:{group}:{kind}"
        made = pulumi.CustomResource(token, f"{kind}-{space}-{name}", each, opts)
        if kind == "Namespace":
            spaces[name] = made


if __name__ == "__main__":
    options = auto.LocalWorkspaceOptions(work_dir=str(FOLDER))
    stack = auto.create_or_select_stack("bench", "smallest", program, opts=options)
    getattr(stack, sys.argv[2])()
