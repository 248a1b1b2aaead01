"""Objects with pods, and what the rules say of them."""

from typing import Any

from gitops.model import Policy
from gitops.objects import Manifest
from gitops.rules import RULES
from gitops.rules.rule import Complaint, Subject

POLICY = Policy(registries=("registry.example.com", "ghcr.io/shop", "localhost:5000"))
DIGEST = "sha256:" + "0123456789abcdef" * 4
GOOD = {
    "name": "web",
    "image": f"registry.example.com/shop/web:1.0.0@{DIGEST}",
    "resources": {"requests": {"cpu": "1m", "memory": "1Mi"}, "limits": {"memory": "1Mi"}},
}
LABELS = {"app.kubernetes.io/name": "web", "app.kubernetes.io/part-of": "shop"}
TEMPLATED = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "Rollout", "Custom")
PATHS = {
    **dict.fromkeys(TEMPLATED, ("spec", "template", "spec")),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    "PodTemplate": ("template", "spec"),
    "Pod": ("spec",),
}
GROUPS = ("initContainers", "containers", "ephemeralContainers")


def carrying(kind: str, group: str = "containers", *containers: Any) -> Manifest:
    """Return an object of *kind* with *containers* where its pods have them."""
    body: dict[str, Any] = {group: list(containers)}
    for step in reversed(PATHS[kind]):
        body = {step: body}
    metadata = {"name": "web", "namespace": "shop", "labels": dict(LABELS)}
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, **body}


def judged(rule: str, manifest: Manifest, policy: Policy = POLICY) -> list[Complaint]:
    """Return what *rule* says of *manifest*."""
    subject = Subject(manifest=manifest, environment="test", platform=False)
    return list(RULES[rule].judge(subject, policy))


def custom(kind: str = "Custom", api: str = "example.com/v1", **body: Any) -> Manifest:
    """Return an object of a kind that somebody added."""
    metadata = {"name": "x", "labels": dict(LABELS), "annotations": {"image": "busybox"}}
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **body}
