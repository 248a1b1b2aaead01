"""What a policy rule is, and what it says about an object."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from gitops.model import Level, Policy
from gitops.objects import Manifest
from gitops.rules.pods import Container, Pod, containers_of, pods_of


class Complaint(NamedTuple):
    """One thing about an object that a rule does not accept."""

    path: str
    """Field of the object, such as ``spec.template.spec.containers[name=web].image``."""
    what: str
    accepted: str
    remedy: str

    def __str__(self) -> str:
        """Return the four parts in one line."""
        return f"{self.path}: {self.what}. Accepted: {self.accepted}. {self.remedy}."


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """An object under judgement, and the environment it is meant for."""

    manifest: Manifest
    environment: str
    platform: bool
    """Whether it is the platform's own and no application's."""

    pods: tuple[Pod, ...] = field(init=False)
    """Every pod of the object that can be found."""
    containers: tuple[Container, ...] = field(init=False)
    """Every container of these pods."""

    def __post_init__(self) -> None:
        """Find the pods once for all rules."""
        pods = tuple(pods_of(self.manifest))
        object.__setattr__(self, "pods", pods)
        found = tuple(each for pod in pods for each in containers_of(pod))
        object.__setattr__(self, "containers", found)


Judge = Callable[[Subject, Policy], Iterator[Complaint]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One rule: a name, a reason, and a pure judgement."""

    name: str
    """Kebab case; the key under ``levels`` in ``fleet/policy.yaml``."""
    reason: str
    """Why the rule exists, in one sentence."""
    level: Level
    """Level in environments for which ``fleet/policy.yaml`` says nothing."""
    judge: Judge

    def level_in(self, policy: Policy, environment: str) -> Level:
        """Return what happens in *environment* when the rule is broken."""
        return policy.levels.get(self.name, {}).get(environment, self.level)
