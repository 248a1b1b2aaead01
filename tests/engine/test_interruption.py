"""The engine hears once of each interruption, however it reaches us, and is waited for."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import ROOT

ENGINE = """#!{python}
import signal, sys
from pathlib import Path
here = Path(__file__).parent
if "version" in sys.argv:
    sys.exit(print("v3.999.0"))
signal.pthread_sigmask(signal.SIG_BLOCK, {{signal.SIGINT}})
(here / "begun").touch()
while not (here / "end").exists():
    if heard := signal.sigtimedwait({{signal.SIGINT}}, 0.01):
        with (here / "heard").open("a") as file:
            file.write(f"{{heard.si_pid}} ")
sys.exit(255)
"""
"""Ends when it is told to, and notes who interrupts it."""
DRIVER = """
from engine.interruption import Engine
from pulumi.automation.errors import CommandError
engine = Engine()
engine.say = lambda text: print(text, flush=True)
try:
    engine.run(["{verb}"], ".", {{}})
except (CommandError, KeyboardInterrupt) as error:
    print(type(error).__name__, engine.interrupted)
"""


def start(folder: Path, verb: str) -> subprocess.Popen[str]:
    """Start the engine through our own class, and wait until it listens."""
    engine = folder / "pulumi"
    engine.write_text(ENGINE.format(python=sys.executable))
    engine.chmod(0o755)
    process = subprocess.Popen(
        [sys.executable, "-c", DRIVER.format(verb=verb)],
        env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    there(folder / "begun")
    return process


def there(file: Path, number: int = 1) -> list[str]:
    """Wait until *file* has *number* words, or is there; return them."""
    end = time.monotonic() + 60
    while not file.exists() or (file.name == "heard" and len(file.read_text().split()) < number):
        assert time.monotonic() < end, f"{file.name} does not come"
        time.sleep(0.01)  # Nothing else tells of a file.
    return file.read_text().split()


@pytest.mark.parametrize(
    ("number", "send"),
    [(signal.SIGINT, os.killpg), (signal.SIGTERM, os.kill), (signal.SIGHUP, os.killpg)],
)
def test_one_interruption_is_passed_on_once_and_the_end_is_waited_for(
    tmp_path: Path, number: signal.Signals, send: Callable[[int, int], None]
) -> None:
    """A terminal signals the whole group, a supervisor one process."""
    process = start(tmp_path, "up")

    send(process.pid, number)

    assert there(tmp_path / "heard") == [str(process.pid)]
    assert process.poll() is None
    (tmp_path / "end").touch()
    out, _ = process.communicate()
    assert out == (
        "stopping: waiting for what is under way; interrupt again to drop it\nCommandError True\n"
    )


def test_a_second_interruption_is_passed_on_and_a_third_ends_the_engine(tmp_path: Path) -> None:
    process = start(tmp_path, "up")
    for number in (1, 2):
        process.send_signal(signal.SIGINT)
        assert len(there(tmp_path / "heard", number)) == number

    process.send_signal(signal.SIGTERM)

    out, _ = process.communicate()
    assert out.splitlines()[1:] == ["dropping what is under way", "CommandError True"]


def test_what_only_looks_ends_as_if_the_interruption_was_ours(tmp_path: Path) -> None:
    process = start(tmp_path, "preview")
    process.send_signal(signal.SIGINT)
    there(tmp_path / "heard")
    (tmp_path / "end").touch()

    out, _ = process.communicate()

    assert out.endswith("KeyboardInterrupt True\n")
