"""A rule of the core as a CrossGuard policy."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from threading import local
from types import SimpleNamespace
from typing import Any, cast

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
)
from pulumi_policy import policy as sdk

from gitops.manifests import chart
from gitops.model import Level
from gitops.model import Policy as Demands
from gitops.objects import Manifest
from gitops.rules import RULES
from gitops.rules.rule import Rule, Subject
from gitops.settings import policy
from gitops.source.files import WorkTree

_LEVELS = {
    Level.OFF: EnforcementLevel.DISABLED,
    Level.WARN: EnforcementLevel.ADVISORY,
    Level.ENFORCE: EnforcementLevel.MANDATORY,
}
_PREFIX = "kubernetes:"
_RELEASE = "kubernetes:helm.sh/v3:Release"


def guards(root: Path, stack: str) -> list[Policy]:
    """Return a policy for each rule, at the level it has in *stack*."""
    given = policy(WorkTree(root))
    return [_guard(rule, given, stack) for rule in RULES.values()]


def _guard(rule: Rule, given: Demands, stack: str) -> ResourceValidationPolicy:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        if not args.resource_type.startswith(_PREFIX):
            return
        # An unknown value raises here; the engine then says that the rule is decided at `up`.
        subject = Subject(manifest=manifest(args), environment=stack, platform=True)
        for complaint in rule.judge(subject, given):
            report(str(complaint), None)

    return ResourceValidationPolicy(
        name=rule.name,
        description=rule.reason,
        validate=validate,
        enforcement_level=_LEVELS[rule.level_in(given, stack)],
    )


def manifest(args: ResourceValidationArgs) -> Manifest:
    """Return the object that *args* is about, as the core builds it."""
    properties: dict[str, Any] = _plain(args.props)
    if args.resource_type != _RELEASE:
        return properties
    repository: dict[str, Any] = properties.get("repositoryOpts") or {}
    return {
        "apiVersion": chart.API,
        "kind": chart.KIND,
        "metadata": {"name": properties.get("name", args.name)},
        "spec": {"repository": repository.get("repo") or properties.get("chart", "")},
    }


def plain(value: Any) -> Any:
    """Return *value* without the SDK's proxies, which are no dicts and no lists."""
    if value is None or isinstance(value, str | bool | int | float):
        return value  # Most values are; whether one is a mapping takes long to ask.
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [plain(each) for each in cast("Sequence[Any]", value)]
    return value


def decode_once() -> None:
    """Let the SDK remember what it has just decoded: it decodes a resource again for each rule.

    No rule changes what it is given.
    """
    inside: Any = sdk
    to_dict = remembering(inside.json_format.MessageToDict)
    inside.json_format = SimpleNamespace(MessageToDict=to_dict)
    inside.deserialize_properties = remembering(inside.deserialize_properties)
    inside.unknown_checking_proxy = remembering(inside.unknown_checking_proxy)


def remembering(run: Callable[..., Any]) -> Callable[..., Any]:
    """Return *run* with a memory of one: asked again about the very same thing it knows the answer."""
    last = local()

    @wraps(run)
    def remembered(thing: Any, *more: Any) -> Any:
        if getattr(last, "thing", last) is not thing or last.more != more:
            last.answer = run(thing, *more)
            # It is kept, so that nothing else can take its place in memory.
            last.thing, last.more = thing, more
        return last.answer

    return remembered


_plain = remembering(plain)
