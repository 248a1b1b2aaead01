"""Whoever holds a lock is named; one of a process that has gone is no obstacle."""

import os
import socket
import subprocess
import sys

from engine.locks import Holder, are_dead, holders, refusal

SAID = """error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end
or delete the lock file with `pulumi cancel`.
  file:///state/.pulumi/locks/organization/gitops/test/a.json: created by me@{host} (pid {pid}) at 2026-11-25T13:00:00Z"""


def gone() -> int:
    """Return the number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_the_holder_is_read_from_what_the_engine_says() -> None:
    assert holders(SAID.format(host="here", pid=12)) == [
        Holder("me", "here", 12, "2026-11-25T13:00:00Z")
    ]
    assert holders("something else") == []


def test_a_refusal_names_the_holder_and_the_way_out() -> None:
    said = str(refusal("test", SAID.format(host="here", pid=12)))

    assert "test is being updated by me on here (process 12, since 2026-11-25T13:00:00Z)" in said
    assert "gitops stack test --unlock" in said
    assert "by somebody else" in str(refusal("test", "?"))


def test_only_a_process_of_this_machine_can_be_known_to_have_gone() -> None:
    here = socket.gethostname()

    assert are_dead([Holder("me", here, gone(), "")])
    assert not are_dead([Holder("me", here, os.getpid(), "")])
    assert not are_dead([Holder("me", "elsewhere", gone(), "")])


def test_one_that_lives_is_enough_and_none_is_not_dead() -> None:
    here = socket.gethostname()

    assert not are_dead([Holder("me", here, gone(), ""), Holder("me", here, os.getpid(), "")])
    assert not are_dead([])
