"""While an update goes on, whoever watches knows what it waits for."""

from typing import Any

import pytest

from engine.progress import Progress
from tests.engine.test_events import APP, diagnostic, event

URN = f"{APP}$kubernetes:apps/v1:Deployment::one-web-deployment"


def step(kind: str) -> Any:
    state: dict[str, Any] = {"type": "kubernetes:apps/v1:Deployment", "urn": URN, "id": "", "inputs": {}, "outputs": {},
             "provider": "", "parent": APP, "custom": True}  # fmt: skip
    metadata: dict[str, Any] = {"op": "create", "urn": URN, "type": state["type"], "old": None, "new": state,
                "provider": "", "keys": [], "logical": True}  # fmt: skip
    return event(**{kind: {"metadata": metadata, "planning": False}})


def waits(said: str) -> Any:
    return diagnostic("info", said, urn=URN, ephemeral=True)


def test_elsewhere_than_on_a_terminal_each_thing_waited_for_is_a_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Progress("updating test", lines=True) as progress:
        progress.hear(step("resourcePreEvent"))
        for said in ("[1/2] Waiting", "[1/2] Waiting", "<{%reset%}>[2/2] Nearly<{%reset%}>"):
            progress.hear(waits(said))
        progress.hear(step("resOutputsEvent"))

    assert capsys.readouterr().err.splitlines() == [
        "waiting for one-web-deployment: [1/2] Waiting",
        "waiting for one-web-deployment: [2/2] Nearly",
        "create one-web-deployment",
    ]


def test_what_is_said_of_nothing_that_is_under_way_is_no_waiting(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Progress("updating test", lines=True) as progress:
        progress.hear(waits("[1/2] Waiting"))

    assert capsys.readouterr().err == ""


def test_a_preview_says_nothing_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress("previewing test", lines=False) as progress:
        progress.hear(step("resourcePreEvent"))
        progress.hear(waits("[1/2] Waiting"))

    assert capsys.readouterr().err == ""
