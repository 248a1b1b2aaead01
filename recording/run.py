"""Runs a stack's program in a process of its own, and brings the recording back."""

import asyncio
import json
import multiprocessing
import os
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from pulumi.runtime import config, reset_options, resource
from pulumi.runtime.proto.source_pb2 import StackTrace
from pulumi.runtime.stack import run_in_stack

from gitops.errors import GitOpsError, ProgramError
from recording.monitor import Monitor, Recording
from recording.program import hosted, program

_DISABLED = "pulumi:disable-default-providers"
_OFFLINE = "gitops:offline"
"""Tells the program that nobody can fetch anything, and that nothing is deleted either."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One program, as one stack runs it."""

    root: Path
    """Directory of ``__main__.py``."""
    project: str
    stack: str
    config: Mapping[str, str]
    """Configuration by full key, such as ``gitops:environment``; objects as JSON."""
    secret_keys: Sequence[str] = ()


def record(run: Run) -> Recording:
    """Run the program in this process, and return what it asked for.

    Raises:
        ProgramError: what the engine would refuse, or the program's own error, with its place.
        GitOpsError: raised by the program on purpose; passed on as it is.

    """
    monitor = Monitor(project=run.project, stack=run.stack, disabled=_disabled(run))
    reset_options(
        project=run.project,
        stack=run.stack,
        root_directory=str(run.root),
        monitor_address=monitor,  # pyright: ignore[reportArgumentType]  # a stub or an address
        engine_address=monitor,  # pyright: ignore[reportArgumentType]  # likewise
        preview=True,
        organization="organization",
    )
    config.set_all_config({**run.config, _OFFLINE: "true"}, list(run.secret_keys))
    with _without_positions():
        asyncio.run(_run(run.root))
    return monitor.recording()


@contextmanager
def _without_positions() -> Generator[None]:
    """Let nobody find out which line made which resource: a quarter of the time, and not shown."""
    found = resource._get_stack_trace  # pyright: ignore[reportPrivateUsage]
    resource._get_stack_trace = StackTrace  # pyright: ignore[reportPrivateUsage]
    try:
        yield
    finally:
        resource._get_stack_trace = found  # pyright: ignore[reportPrivateUsage]


def _disabled(run: Run) -> frozenset[str]:
    """Return the packages whose default provider the project or the stack disables."""
    try:
        found: Any = json.loads(run.config.get(_DISABLED, "[]"))
    except ValueError:
        found = None
    if isinstance(found, list) and all(isinstance(each, str) for each in cast("list[Any]", found)):
        return frozenset(cast("list[str]", found))
    raise ProgramError(
        f"{run.stack}: {_DISABLED} is no list of packages. Accepted: a list such as [kubernetes], "
        f"or ['*']. Correct it in Pulumi.yaml or Pulumi.{run.stack}.yaml."
    )


async def _run(root: Path) -> None:
    # What goes wrong is raised below; a task that fails beside it would print what it was given.
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
    with hosted(root):
        await run_in_stack(program(root))


def record_all(runs: Sequence[Run]) -> dict[str, Recording]:
    """Run every program, two or more at once, and return the recordings by stack.

    Raises:
        GitOpsError: the first that failed, in the order of *runs*.

    """
    with recording_of(runs) as recordings:
        return recordings()


@contextmanager
def recording_of(runs: Sequence[Run]) -> Generator[Callable[[], dict[str, Recording]]]:
    """Start every program, and yield what waits for the recordings, as `record_all` gives them."""
    method = "fork" if sys.platform == "linux" else "spawn"
    import_module("pulumi_kubernetes.provider")  # Forked programs need not do it again.
    workers = max(1, min(len(runs), os.cpu_count() or 1))
    with ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context(method), initializer=_apart
    ) as pool:
        futures = {run.stack: pool.submit(_guarded, run) for run in runs}
        try:
            yield lambda: _results(futures)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _apart() -> None:
    """Send what a program prints to standard error: the output belongs to whoever runs it.

    The descriptor itself is turned, so that programs which this one starts follow.
    """
    os.dup2(2, 1)
    sys.stdout = sys.stderr


def _results(futures: Mapping[str, Future[Recording | GitOpsError]]) -> dict[str, Recording]:
    try:
        results = {stack: future.result() for stack, future in futures.items()}
    except BrokenProcessPool:
        raise ProgramError(
            "the program ended without a word (killed, or out of memory). Run it again."
        ) from None
    for result in results.values():
        if isinstance(result, GitOpsError):
            raise result
    return {stack: each for stack, each in results.items() if isinstance(each, Recording)}


def _guarded(run: Run) -> Recording | GitOpsError:
    try:
        return record(run)
    except GitOpsError as error:
        return error
