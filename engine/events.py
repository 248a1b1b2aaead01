"""What the engine says while it works: steps, failures, violations; and what that is in objects."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from pulumi.automation import EngineEvent, OpType
from pulumi.automation.events import StepEventMetadata, StepEventStateMetadata

from engine.remedies import lost, remedy
from gitops.consequences import name
from gitops.objects import Identity, Manifest, Placed, identity

_KUBERNETES = "kubernetes:"
_RELEASE = "kubernetes:helm.sh/v3:Release"
PROVIDER = "pulumi:providers:kubernetes"
_APPLICATION = "gitops:index:Application"
_REMOVING = frozenset({OpType.DELETE, OpType.DISCARD})
_CREATING = frozenset({OpType.CREATE, OpType.CREATE_REPLACEMENT})
_CHANGING = frozenset({OpType.UPDATE, OpType.REPLACE, OpType.CREATE_REPLACEMENT})
QUIET = frozenset({OpType.SAME, OpType.READ, OpType.REFRESH})
"""Operations that change nothing."""
_MANDATORY = "mandatory"
_BESIDE = "using pulumi-analyzer-policy-python from $PATH"
"""That is meant; see ``command``."""
_EXPLAINED = " The resource already exists in the cluster. This can happen when"
"""Begins what the provider recommends to who writes a program; whoever runs one has ``--adopt``."""
_ENDINGS = ("context canceled", "preview failed", "update failed")
"""What is given up because something else has failed, which is said too."""


class Failure(NamedTuple):
    """One thing that the engine, the provider or the program could not do."""

    resource: str
    """Name of the resource; empty where it is none's."""
    said: str
    remedy: str
    """What to do; empty where nobody knows."""

    def __str__(self) -> str:
        """Return all of it in one line."""
        where = f"{self.resource}: " if self.resource else ""
        end = "" if self.said.endswith(".") else "."
        return f"{where}{self.said}{end} {self.remedy}{'.' * bool(self.remedy)}".rstrip()


class Violation(NamedTuple):
    """A rule of the policy pack that an object breaks."""

    rule: str
    resource: str
    said: str
    stops: bool


@dataclass(kw_only=True)
class Planned:
    """Everything that the engine said in one run; it fills while the run goes on."""

    stack: str
    steps: list[StepEventMetadata] = field(default_factory=list[StepEventMetadata])
    outcomes: list[StepEventMetadata] = field(default_factory=list[StepEventMetadata])
    """Steps that were taken, with what came of them."""
    failures: list[Failure] = field(default_factory=list[Failure])
    violations: list[Violation] = field(default_factory=list[Violation])
    warnings: list[str] = field(default_factory=list[str])
    done: Counter[str] = field(default_factory=Counter[str])
    """How many resources were created, updated and so on; of a preview, how many would be."""
    wrong: dict[str, str] = field(default_factory=dict[str, str])
    """By URN, what was said to be wrong, also where it is no failure of its own."""
    interrupted: bool = False
    """Whether somebody stopped it before its end."""

    @property
    def failed(self) -> bool:
        """Whether anything could not be done, or may not be."""
        return bool(self.failures) or any(each.stops for each in self.violations)

    def hear(self, event: EngineEvent) -> None:
        """Take in one event."""
        if event.resource_pre_event is not None:
            self.steps.append(event.resource_pre_event.metadata)
        elif event.res_outputs_event is not None:
            self.outcomes.append(event.res_outputs_event.metadata)
        elif event.diagnostic_event is not None:
            self._diagnosed(event.diagnostic_event)
        elif event.policy_event is not None:
            given = event.policy_event
            stops = given.enforcement_level == _MANDATORY
            name = name_of(given.resource_urn or "")
            self.violations.append(Violation(given.policy_name, name, plain(given.message), stops))
        elif event.summary_event is not None:
            changes: Mapping[Any, int] = event.summary_event.resource_changes
            for kind, number in changes.items():
                self.done[str(getattr(kind, "value", kind))] += number

    def before(self) -> list[Placed]:
        """Return the objects as they are in the state."""
        return [each for each, _ in self._placed() if each is not None]

    def after(self) -> list[Placed]:
        """Return the objects as they will be."""
        return [each for _, each in self._placed() if each is not None]

    def replaced(self) -> set[tuple[str, Identity]]:
        """Return cluster and identity of the objects that cannot change in place."""
        found = [
            _placed(self.stack, each, each.old)
            for each in self.steps
            if each.op is OpType.REPLACE and each.old is not None
        ]
        return {(each.cluster, identity(each.manifest)) for each in found if each is not None}

    def changing(self) -> list[StepEventMetadata]:
        """Return the steps that change something, each resource once."""
        found = {each.urn: each for each in self.steps if each.op not in QUIET}
        return list(found.values())

    def left(self, done: "Planned | None" = None) -> list[StepEventMetadata]:
        """Return the steps that change something outside and were not taken to their end.

        Of a preview, those that the update did not take of which *done* tells.
        """
        ended = {each.urn for each in (done or self).outcomes}
        found = [each for each in self.changing() if each.urn not in ended]
        return [
            each for each in found if any(side and side.custom for side in (each.old, each.new))
        ]

    def unsure(self) -> list[StepEventMetadata]:
        """Return the creations of which nobody knows whether the cluster carried them out."""
        begun = [each for each in self.left() if each.op in _CREATING]
        return [each for each in begun if lost(self.wrong.get(each.urn, ""))]

    def created(self) -> dict[str, list[StepEventMetadata]]:
        """Return the steps that create an object, by its name as ``--adopt`` takes it."""
        found: dict[str, list[StepEventMetadata]] = {}
        for step in self.steps:
            if step.op in _CREATING and (object_ := self._object(step)):
                found.setdefault(object_, []).append(step)
        return found

    def _object(self, step: StepEventMetadata) -> str:
        made = _placed(self.stack, step, step.new) if step.new else None
        return name(identity(made.manifest)) if made else ""

    def _placed(self) -> Iterator[tuple[Placed | None, Placed | None]]:
        """Yield each object as it is and as it will be."""
        found: dict[str, tuple[Placed | None, Placed | None]] = {}
        for step in self.steps:
            old, new = found.get(step.urn, (None, None))
            if step.op is OpType.CREATE:
                old = None  # Whatever there was has gone, as a refresh has just found out.
            elif step.old is not None:
                old = _placed(self.stack, step, step.old)
            if step.op in _REMOVING:
                new = None
            elif step.new is not None:
                new = _placed(self.stack, step, step.new)
            if step.op in _CHANGING and new == old:
                new = _renewed(new)
            found[step.urn] = (old, new)
        return iter(found.values())

    def _diagnosed(self, given: Any) -> None:
        if given.ephemeral or given.severity not in {"error", "warning"}:
            return
        said = plain(given.message)
        if given.severity == "error" and given.urn:
            self.wrong[given.urn] = said
        if said.startswith(_BESIDE) or said.removesuffix(".").endswith(_ENDINGS):
            return
        if given.severity == "error" and said:
            said = said.partition(_EXPLAINED)[0]
            self.failures.append(Failure(name_of(given.urn or ""), said, self._remedy(said, given)))
        elif said:
            self.warnings.append(said)

    def _remedy(self, said: str, given: Any) -> str:
        """Return what to do about what is *said* of a resource."""
        urn: str = given.urn or ""
        # What is wrong with a provider is wrong with its cluster.
        cluster, object_ = name_of(urn) if f"{PROVIDER}::" in urn else "", ""
        if found := next((each for each in self.steps if each.urn == urn), None):
            cluster = cluster or (found.provider and found.provider.split("::")[-2])
            object_ = self._object(found)
        return remedy(
            said, stack=self.stack, cluster=cluster or "CLUSTER", object=object_ or "NAME"
        )


def name_of(urn: str) -> str:
    """Return the name at the end of a URN."""
    return urn.rpartition("::")[2]


def plain(text: str) -> str:
    """Return *text* without the marks of colours, in one line."""
    for mark in ("<{%reset%}>", "<{%fg 1%}>", "<{%fg 3%}>", "<{%bold%}>"):
        text = text.replace(mark, "")
    return " ".join(text.split())


def _placed(stack: str, step: StepEventMetadata, state: StepEventStateMetadata) -> Placed | None:
    manifest = _manifest(step, state) if step.type.startswith(_KUBERNETES) else None
    if manifest is None:
        return None
    cluster = step.provider.split("::")[-2] if step.provider else ""
    return Placed(
        environment=stack,
        cluster=cluster,
        application=_application(state, cluster),
        manifest=manifest,
        protect=bool(state.protect),
    )


def _renewed(placed: Placed | None) -> Placed | None:
    """Return a Secret in whose values, which are not said, something is new; anything else as it is."""
    if placed is None or placed.manifest["kind"] != "Secret":
        return placed
    return replace(placed, manifest={**placed.manifest, "data": "[renewed]"})


def _manifest(step: StepEventMetadata, state: StepEventStateMetadata) -> Manifest | None:
    inputs: Manifest = dict(state.inputs or {})
    if step.type == _RELEASE:
        metadata = {"name": inputs.get("name", ""), "namespace": inputs.get("namespace", "")}
        return {"apiVersion": "helm.sh/v3", "kind": "Release", "metadata": metadata, "spec": inputs}
    return inputs if {"apiVersion", "kind", "metadata"} <= inputs.keys() else None


def _application(state: StepEventStateMetadata, cluster: str) -> str:
    parent = state.parent or ""
    kinds = parent.split("::")[2].split("$") if parent else [""]
    return name_of(parent).removeprefix(f"{cluster}-") if kinds[-1] == _APPLICATION else ""
