"""The program as the engine runs it: in this process, and without the SDK's debug messages."""

import asyncio
from pathlib import Path

import pulumi
import pytest

from engine.hosting import inline, quiet


def test_the_debug_messages_of_the_sdk_go_nowhere_while_a_program_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "debug", said.append)

    with quiet():
        pulumi.log.debug("registering resource")
    pulumi.log.debug("afterwards")

    assert said == ["afterwards"]


def test_what_is_wrong_in_a_program_is_said_with_its_place_and_without_a_traceback(
    tmp_path: Path,
) -> None:
    (tmp_path / "__main__.py").write_text("import nowhere\n")

    with pytest.raises(pulumi.RunError, match=r"^__main__.py:1: ModuleNotFoundError: .*nowhere"):
        asyncio.run(inline(tmp_path)())

    assert pulumi.log.debug.__module__ == "pulumi.log"
