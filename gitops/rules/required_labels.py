"""required-labels: every workload says what it is and whose it is."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from gitops.model import Level, Policy
from gitops.rules.rule import Complaint, Rule, Subject

RECOMMENDED = ("app.kubernetes.io/name", "app.kubernetes.io/part-of")


def _judge(subject: Subject, policy: Policy) -> Iterator[Complaint]:
    if not subject.pods:
        return
    metadata: Any = subject.manifest.get("metadata") or {}
    labels: Any = cast("Mapping[str, Any]", metadata).get("labels") or {}
    for label in dict.fromkeys((*RECOMMENDED, *policy.labels)):
        if not labels.get(label):
            yield Complaint(
                f"metadata.labels[{label}]", "the label is missing", "any value", "Add the label"
            )


RULE = Rule(
    name="required-labels",
    reason="At night nobody should have to guess whose workload is failing.",
    level=Level.ENFORCE,
    judge=_judge,
)
