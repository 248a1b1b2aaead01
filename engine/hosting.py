"""Runs the program in this process for the engine, as the Automation API asks for it."""

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pulumi
from pulumi import automation as auto
from pulumi.runtime.stack import wait_for_rpcs

from gitops.errors import GitOpsError
from recording.program import hosted, program


def inline(root: Path) -> Callable[[], Any]:
    """Return the program in *root* for the Automation API, whose own host would show tracebacks."""

    async def run() -> None:
        try:
            with hosted(root), quiet():
                program(root)()
                # The SDK queues what was registered when the loop turns next. If it waits before
                # that, it waits for every output at once, again after each: a quarter of the time.
                await asyncio.sleep(0)
                await wait_for_rpcs()
        except GitOpsError as error:
            raise pulumi.RunError(str(error)) from None

    return run


@contextmanager
def quiet() -> Generator[None]:
    """Keep the SDK's debug messages to itself.

    For each resource it sends five to the engine and waits for each; the engine shows none of them.
    """
    debug = pulumi.log.debug
    pulumi.log.debug = _unheard
    try:
        yield
    finally:
        pulumi.log.debug = debug


def _unheard(
    msg: str,
    resource: pulumi.Resource | None = None,
    stream_id: int | None = None,
    ephemeral: bool | None = None,  # noqa: FBT001  # as the SDK has it
) -> None:
    del msg, resource, stream_id, ephemeral


def ask_nothing_more(stack: auto.Stack) -> None:
    """Keep the SDK from asking, after each update, for outputs and a summary that nobody reads here.

    That is three more starts of the engine, one of them for every secret of the configuration.
    """
    now = datetime.now(tz=UTC)
    unread = auto.UpdateSummary(
        kind="", start_time=now, message="", environment={}, config={}, result=""
    )

    def outputs() -> auto.OutputMap:
        return {}

    def info(show_secrets: bool = False) -> auto.UpdateSummary:  # noqa: FBT001, FBT002  # the SDK's
        del show_secrets
        return unread

    stack.outputs, stack.info = outputs, info
