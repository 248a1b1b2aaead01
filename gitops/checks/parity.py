"""parity: an environment differs from the one before it only where that was said.

What belongs to an environment may differ freely: how many, how large, under which host, which
*values* a configuration has. Anything else (a configuration key that only one of the two has, a
port, a secret, a command) is a difference that a promotion cannot carry, and must be declared
under ``differs`` of the environment, with its reason.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, cast

from gitops.checks.finding import Finding
from gitops.model import Application, Level, Stack
from gitops.plan import StackPlan
from gitops.settings import Loaded

_FREE = frozenset(
    {
        "replicas", "autoscaling", "resources", "rollout", "disruption", "clusters", "suspend",
        "values", "route.hosts", "storage.size", "storage.storage_class", "storage.access",
        "integration_test.api_url", "environments", "description",
    }
)  # fmt: skip
"""Settings that belong to an environment."""
_KEYS_ONLY = frozenset({"config", "service_account.annotations"})
"""Settings whose keys must agree and whose values need not."""


def findings(loaded: Loaded, plans: Mapping[str, StackPlan]) -> Iterator[Finding]:
    """Yield the undeclared differences of every environment to the one before, and stale ones."""
    stacks = loaded.fleet.stacks
    for name in plans:
        stack = stacks[name]
        before = stacks.get(stack.environment.promotes_from or stack.environment.follows or "")
        yield from _compared(stack, before) if before else _needless(stack)


def _needless(stack: Stack) -> Iterator[Finding]:
    """Yield what the first environment declares: it comes from no other, so nothing can differ."""
    for key in sorted(stack.environment.differs):
        yield Finding(
            check="parity",
            level=Level.ENFORCE,
            subject=f"Pulumi.{stack.environment.name}.yaml: differs.{key}",
            what="the environment comes from no other, so it differs from none",
            remedy="Remove it from 'differs', or say in 'promotesFrom' or 'follows' where the "
            "environment comes from",
        )


def _compared(stack: Stack, before: Stack) -> Iterator[Finding]:
    """Yield the differences that are not declared, and the declared ones that do not exist."""
    declared = stack.environment.differs
    used: set[str] = set()
    for key, here, there in _differences(stack, before):
        if key in declared:
            used.add(key)
            continue
        name, other = stack.environment.name, before.environment.name
        yield Finding(
            check="parity",
            level=Level.ENFORCE,
            subject=f"Pulumi.{name}.yaml: {key}",
            what=f"{name} has {here}, {other} has {there}",
            accepted="a difference that is declared",
            remedy=f"Make them equal, or add '{key}: <reason>' under 'differs' of {name}",
        )
    for key in sorted(set(declared) - used):
        yield Finding(
            check="parity",
            level=Level.ENFORCE,
            subject=f"Pulumi.{stack.environment.name}.yaml: differs.{key}",
            what="the declared difference does not exist",
            remedy="Remove it from 'differs'",
        )


def _differences(stack: Stack, before: Stack) -> Iterator[tuple[str, str, str]]:
    """Yield ``app.key`` and what the two environments have there."""
    for name, deployment in stack.deployments.items():
        other = before.deployments.get(name)
        if other is None:
            continue  # Where an application runs is declared in its own file.
        here, there = _all(deployment.on), _all(other.on)
        for key in sorted({*here, *there}):
            one, two = here.get(key, set()), there.get(key, set())
            if one != two:
                yield f"{name}.{key}", _said(one), _said(two)


def _all(on: Mapping[str, Application]) -> dict[str, set[str]]:
    """Return the values that each setting has on any cluster."""
    found: dict[str, set[str]] = {}
    for app in {id(each): each for each in on.values()}.values():
        for key, value in _settings(app, "", ""):
            found.setdefault(key, set()).add(value)
    return found


def _settings(value: Any, path: str, plain: str) -> Iterator[tuple[str, str]]:
    """Yield every setting that environments share: *plain* is the path without list positions."""
    if plain in _FREE:
        return
    if is_dataclass(value):
        for name, key in _keys(type(value)):
            yield from _settings(getattr(value, name), _join(path, key), _join(plain, name))
    elif isinstance(value, Mapping):
        for key, each in cast("Mapping[str, Any]", value).items():
            shown = "set" if plain in _KEYS_ONLY else each
            yield from _settings(shown, _join(path, key), _join(plain, key))
    elif isinstance(value, tuple):
        for index, each in enumerate(cast("tuple[Any, ...]", value)):
            yield from _settings(each, f"{path}[{index}]", plain)
    elif value is not None:
        yield path, str(value.value if isinstance(value, Enum) else value)


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


@cache
def _keys(kind: type[Any]) -> tuple[tuple[str, str], ...]:
    """Return the fields of *kind*, and what they are called in files."""
    return tuple((field.name, _camel(field.name)) for field in fields(kind))


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(each.capitalize() for each in rest)


def _said(values: set[str]) -> str:
    return " and ".join(repr(each) for each in sorted(values)) if values else "nothing"
