"""no-hidden-pods: where an object brings pods that no other rule can see, that is said."""

from collections.abc import Iterator
from typing import Any, cast

from gitops.model import Level, Policy
from gitops.objects import Manifest
from gitops.rules import images, pods
from gitops.rules.rule import Complaint, Rule, Subject

_REMEDY = (
    "Look at it yourself; where that is settled, turn the rule off under 'levels' in "
    "fleet/policy.yaml"
)


def _judge(subject: Subject, policy: Policy) -> Iterator[Complaint]:
    del policy
    if not pods.is_custom(subject.manifest):
        return
    spec: Any = subject.manifest.get("spec")
    reference = cast("Manifest", spec).get("workloadRef") if isinstance(spec, dict) else None
    if isinstance(reference, dict):
        target = cast("Manifest", reference)
        yield Complaint(
            "spec.workloadRef",
            f"the pods are those of {target.get('kind')} {target.get('name')}, which is judged "
            "only where it is in this repository too",
            "a pod template in the object itself",
            _REMEDY,
        )
    judged = {each.path for each in subject.containers}
    for path in _containers(subject):
        if path not in judged:
            yield Complaint(
                path,
                "this looks like a container, but not in a way that the rules understand; it was "
                "not judged",
                "containers of a pod, each with its image",
                _REMEDY,
            )


def _containers(subject: Subject) -> Iterator[str]:
    """Yield the path of everything that looks like a container."""
    for path, value in pods.mappings(subject.manifest):
        image = value.get("image")
        if isinstance(image, str) and images.parse(image):
            yield path
        yield from (each.path for each in pods.listed(path, value))


RULE = Rule(
    name="no-hidden-pods",
    reason="A pod that no rule can see may hold anything.",
    level=Level.WARN,
    judge=_judge,
)
