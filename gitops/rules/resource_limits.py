"""resource-limits: every container says what it needs, and cannot take its node down."""

from collections.abc import Iterator

from gitops.model import Level, Policy
from gitops.objects import at
from gitops.rules.rule import Complaint, Rule, Subject

_NEEDED = (("requests", "cpu"), ("requests", "memory"), ("limits", "memory"))
"""A CPU limit is not asked for: it throttles a container while its node idles."""


def _judge(subject: Subject, policy: Policy) -> Iterator[Complaint]:
    del policy
    for path, container in subject.containers:
        if ".ephemeralContainers[" in path:
            continue  # The API refuses resources there.
        for side, amount in _NEEDED:
            if not at(container, "resources", side).get(amount):
                yield Complaint(
                    f"{path}.resources.{side}.{amount}",
                    f"there is no {amount} {side.removesuffix('s')}",
                    "a quantity such as 250m or 256Mi",
                    "Add it under 'resources' of the application",
                )


RULE = Rule(
    name="resource-limits",
    reason="A container without requests is placed blindly, and one without a memory limit can "
    "take its whole node down.",
    level=Level.ENFORCE,
    judge=_judge,
)
