"""Small Pulumi programs, run against the monitor that ``preview`` records with."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from textwrap import dedent
from typing import Any

import pulumi_kubernetes as k8s
import pytest
from google.protobuf import json_format, struct_pb2
from pulumi import ProviderResource, ResourceOptions
from pulumi.runtime import config, reset_options, rpc
from pulumi.runtime.stack import run_in_stack

from recording.monitor import Monitor, Recording, Resource
from recording.run import Run

STACK = "urn:pulumi:test::gitops::pulumi:pulumi:Stack::gitops-test"
PROVIDER = "urn:pulumi:test::gitops::pulumi:providers:kubernetes::here"


def monitored(
    program: Callable[[], object],
    *,
    disabled: Sequence[str] = ("kubernetes",),
    given: Mapping[str, str] | None = None,
    secret: Sequence[str] = (),
) -> Monitor:
    """Run *program* as stack ``test``, wait for every registration, and return who saw them."""
    monitor = Monitor(project="gitops", stack="test", disabled=frozenset(disabled))
    reset_options(
        project="gitops",
        stack="test",
        monitor_address=monitor,  # pyright: ignore[reportArgumentType]  # a stub or an address
        engine_address=monitor,  # pyright: ignore[reportArgumentType]  # likewise
        preview=True,
    )
    config.set_all_config(dict(given or {}), list(secret))

    def main() -> None:
        program()

    try:
        asyncio.run(run_in_stack(main))
    finally:
        reset_options()
    return monitor


def recorded(program: Callable[[], object], **more: Any) -> Recording:
    """Run *program* as ``monitored`` does, and return what it asked for."""
    return monitored(program, **more).recording()


def sent(
    program: Callable[[], object],
    answer: Callable[[Any], Mapping[str, Any]] = lambda request: {},
    **more: Any,
) -> dict[str, Any]:
    """Run *program*, and return by name what it registers, secrets too.

    *answer* says what a request gets back beside what it gave.
    """
    register = Monitor.RegisterResource
    found: dict[str, Any] = {}

    def answering(self: Monitor, request: Any) -> Any:
        found[request.name] = json_format.MessageToDict(request.object)
        response = register(self, request)
        whole = struct_pb2.Struct()
        whole.CopyFrom(response.object)
        whole.update(dict(answer(request)))
        response.object.CopyFrom(whole)
        return response

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Monitor, "RegisterResource", answering)
        recorded(program, **more)
    return found


def opened(value: Any) -> Any:
    """Return what the secret *value* hides; it has to be one."""
    assert value[rpc._special_sig_key] == rpc._special_secret_sig
    return value["value"]


def run(root: Path, text: str, stack: str = "test", **config: str) -> Run:
    """Write *text* as ``__main__.py`` into *root*; ``_`` in a key of *config* stands for ``:``."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "__main__.py").write_text(dedent(text).lstrip("\n"))
    given = {key.replace("_", ":", 1): value for key, value in config.items()}
    return Run(root=root, project="gitops", stack=stack, config=given)


def cluster(name: str = "here") -> ProviderResource:
    """Return the provider of a cluster, as ``__main__`` makes one."""
    return k8s.Provider(name, context=name)


def options(name: str = "here") -> ResourceOptions:
    """Return the options with which ``__main__`` makes the component of a cluster."""
    return ResourceOptions(providers=[cluster(name)])


def objects(recording: Recording) -> list[Resource]:
    """Return the Kubernetes objects of *recording*, in the order of registration."""
    return [each for each in recording.resources if each.type.startswith("kubernetes:")]


def one(recording: Recording, name: str) -> Resource:
    """Return the only resource called *name*."""
    [found] = (each for each in recording.resources if each.name == name)
    return found
