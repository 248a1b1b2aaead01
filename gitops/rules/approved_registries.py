"""approved-registries: images and charts come from where the company looks at them first."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from gitops.model import Level, Policy
from gitops.rules import images
from gitops.rules.rule import Complaint, Rule, Subject

_REMEDY = (
    "Push it to an approved registry, or add the registry to 'registries' in fleet/policy.yaml"
)
_CHART_FIELDS = {"Chart": "repository", "HelmRepository": "url", "OCIRepository": "url"}


def _judge(subject: Subject, policy: Policy) -> Iterator[Complaint]:
    accepted = ", ".join(policy.registries)
    for path, container in subject.containers:
        given = container.get("image")
        image = images.parse(given) if isinstance(given, str) else None
        if image is None:
            what = f"{given!r} is no image reference"
            yield Complaint(f"{path}.image", what, "registry/path:tag@digest", "Correct it")
        elif not any(images.comes_from(image, each) for each in policy.registries):
            what = f"{given!r} comes from {image.registry!r}"
            yield Complaint(f"{path}.image", what, accepted, _REMEDY)
    yield from _charts(subject, policy, accepted)


def _charts(subject: Subject, policy: Policy, accepted: str) -> Iterator[Complaint]:
    field = _CHART_FIELDS.get(str(subject.manifest.get("kind")))
    spec: Any = subject.manifest.get("spec")
    if field is None or not isinstance(spec, dict):
        return
    url = str(cast("Mapping[str, Any]", spec).get(field, ""))
    place = url.partition("://")[2]
    if not any(f"{place}/".startswith(f"{each}/") for each in policy.registries):
        yield Complaint(f"spec.{field}", f"the chart comes from {url!r}", accepted, _REMEDY)


RULE = Rule(
    name="approved-registries",
    reason="An image or chart from elsewhere has been scanned and signed by nobody we know.",
    level=Level.ENFORCE,
    judge=_judge,
)
