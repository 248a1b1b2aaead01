"""Whoever holds a lock is named; one of a process that has gone is no obstacle."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from pulumi.automation import CommandResult
from pulumi.automation.errors import CommandError, ConcurrentUpdateError

from engine import locks
from engine.locks import Holder, are_dead, freeing, holders, refusal
from gitops.errors import ProgramError

PLACE = "/state/.pulumi/locks/organization/gitops/test/a.json"
SAID = """error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end
or delete the lock file with `pulumi cancel`.
  file://{place}?no_tmp_dir=true: created by me@{host} (pid {pid}) at 2026-11-25T13:00:00Z"""


def gone() -> int:
    """Return the number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_the_holder_is_read_from_what_the_engine_says() -> None:
    assert holders(SAID.format(host="here", pid=12, place=PLACE)) == [
        Holder("me", "here", 12, "2026-11-25T13:00:00Z", f"file://{PLACE}?no_tmp_dir=true")
    ]
    assert holders("something else") == []


def test_a_refusal_names_the_holder_and_the_way_out() -> None:
    said = str(refusal("test", SAID.format(host="here", pid=12, place=PLACE)))

    assert "test is being updated by me on here (process 12, since 2026-11-25T13:00:00Z)" in said
    assert "gitops stack test --unlock" in said
    assert "by somebody else" in str(refusal("test", "?"))


def test_only_a_process_of_this_machine_can_be_known_to_have_gone() -> None:
    here = socket.gethostname()

    assert are_dead([Holder("me", here, gone(), "", "")])
    assert not are_dead([Holder("me", here, os.getpid(), "", "")])
    assert not are_dead([Holder("me", "elsewhere", gone(), "", "")])


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only Linux tells")
def test_a_process_that_has_ended_and_was_not_asked_about_yet_is_gone() -> None:
    """As one is whose parent was killed with it."""
    with subprocess.Popen(["true"]) as process:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)

        assert are_dead([Holder("me", socket.gethostname(), process.pid, "", "")])


def test_one_that_lives_is_enough_and_none_is_not_dead() -> None:
    here = socket.gethostname()

    assert not are_dead(
        [Holder("me", here, gone(), "", ""), Holder("me", here, os.getpid(), "", "")]
    )
    assert not are_dead([])


class Locked:
    """A command of an engine that finds a lock until it is gone."""

    def __init__(self, place: Path, pid: int, scheme: str = "file://") -> None:
        place.write_text("{}")
        self.place, self.pid, self.scheme = place, pid, scheme

    def __call__(self) -> str:
        if not self.place.exists():
            return "done"
        said = SAID.format(host=socket.gethostname(), pid=self.pid, place=self.place)
        said = said.replace("file://", self.scheme)
        raise ConcurrentUpdateError(CommandResult("", said, 255))


def test_a_lock_of_a_process_that_has_gone_is_taken_away_and_said(tmp_path: Path) -> None:
    said: list[str] = []

    assert freeing(Locked(tmp_path / "lock", gone()), "test", said.append) == "done"

    assert len(said) == 1
    assert "was left locked by me on" in said[0]


@pytest.mark.parametrize(("pid", "scheme"), [(1, "file://"), (0, "s3://")])
def test_any_other_lock_is_left_alone(tmp_path: Path, pid: int, scheme: str) -> None:
    place = tmp_path / "lock"

    with pytest.raises(ProgramError, match="test is being updated by me"):
        freeing(Locked(place, pid or gone(), scheme), "test", lambda _: None)

    assert place.exists()


@pytest.mark.parametrize("at", ["2099-01-01T00:00:00Z", "1970-01-01T00:00:00+02:00"])
def test_the_time_of_a_lock_decides_nothing(at: str) -> None:
    """A clock may be off, here or there; whether a process runs is a better question."""
    here = socket.gethostname()
    text = SAID.replace("2026-11-25T13:00:00Z", at)

    assert are_dead(holders(text.format(host=here, pid=gone(), place=PLACE)))
    assert not are_dead(holders(text.format(host=here, pid=os.getpid(), place=PLACE)))


def test_a_state_of_which_a_part_is_just_being_written_is_read_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(locks, "_PAUSES", (0.0, 0.0))
    said = ["error: failed to load checkpoint: EOF", "error: failed to load checkpoint: EOF"]

    def run() -> str:
        if said:
            raise CommandError(CommandResult(stdout="", stderr=said.pop(), code=255))
        return "read"

    assert locks.freeing(run, "test", print) == "read"


def test_a_state_that_stays_broken_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "_PAUSES", (0.0, 0.0))

    def run() -> str:
        said = "error: failed to load checkpoint: EOF"
        raise CommandError(CommandResult(stdout="", stderr=said, code=255))

    with pytest.raises(CommandError):
        locks.freeing(run, "test", print)
