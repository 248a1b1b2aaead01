"""The spinner: for people who wait at a terminal, and for nobody else."""

import io
import sys
from collections.abc import Mapping
from types import MappingProxyType

import pytest

from gitops.cli.progress import working


class Stream(io.StringIO):
    """A stream that is a terminal, or is not."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


def said(
    monkeypatch: pytest.MonkeyPatch,
    *,
    out: bool = True,
    err: bool = True,
    environment: Mapping[str, str | None] = MappingProxyType({}),
) -> str:
    """Return what a job says on standard error, where *out* and *err* are terminals or not."""
    for key, value in {"TERM": "xterm-256color", **environment}.items():
        if value is None:
            monkeypatch.delenv(key, raising=False)
        else:
            monkeypatch.setenv(key, value)
    errors = Stream(terminal=err)
    monkeypatch.setattr(sys, "stdout", Stream(terminal=out))
    monkeypatch.setattr(sys, "stderr", errors)
    with working("checking"):
        pass
    return errors.getvalue()


def test_whoever_waits_at_a_terminal_sees_what_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "checking" in said(monkeypatch)


@pytest.mark.parametrize("piped", ["out", "err"])
def test_a_pipe_gets_no_progress(monkeypatch: pytest.MonkeyPatch, piped: str) -> None:
    assert (
        said(monkeypatch, out=piped != "out", err=piped != "err", environment={"FORCE_COLOR": "1"})
        == ""
    )


@pytest.mark.parametrize(
    ("key", "value"), [("NO_COLOR", "1"), ("TERM", "dumb"), ("TERM", "unknown"), ("TERM", None)]
)
def test_whoever_asks_for_calm_gets_it(
    monkeypatch: pytest.MonkeyPatch, key: str, value: str | None
) -> None:
    assert said(monkeypatch, environment={key: value}) == ""
