"""no-mutable-tag: what runs cannot change behind an unchanged name."""

from collections.abc import Iterator

from gitops.model import Level, Policy
from gitops.rules import images
from gitops.rules.rule import Complaint, Rule, Subject

_MUTABLE = frozenset(
    {"latest", "stable", "main", "master", "edge", "nightly", "dev", "develop", "staging", "prod"}
)


def _judge(subject: Subject, policy: Policy) -> Iterator[Complaint]:
    del policy
    for path, container in subject.containers:
        image = images.parse(str(container.get("image", "")))
        if image is None or image.digest is not None:
            continue
        if image.tag is None or image.tag.lower() in _MUTABLE:
            named = f"the tag {image.tag!r}" if image.tag else "no tag, which means 'latest',"
            yield Complaint(
                f"{path}.image",
                f"{container.get('image')!r} has {named} and no digest",
                "a version tag, or better a digest",
                "Put tag and digest in releases/<environment>.yaml",
            )


RULE = Rule(
    name="no-mutable-tag",
    reason="A tag that moves makes two deployments of one commit differ.",
    level=Level.ENFORCE,
    judge=_judge,
)
