"""The engine as a child that outlives Ctrl-C: it ends what it has begun, and says what came of it."""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any

from pulumi.automation import CommandResult, PulumiCommand
from pulumi.automation.errors import create_command_error

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
CHANGING = frozenset({"up", "destroy"})
"""Commands that know what they have done when they are interrupted."""
_PATIENCE = 2
"""So many interruptions the engine hears; the next one kills it."""


class Engine(PulumiCommand):
    """Pulumi's command line. A first interruption lets it end what is under way; a second does not.

    It runs in a process group of its own. A terminal would otherwise send it the signal that we get,
    and two of them make it drop everything.
    """

    say: Callable[[str], None]
    interrupted: bool = False

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: Callable[[str], Any] | None = None,
        on_error: Callable[[str], Any] | None = None,
    ) -> CommandResult:
        """Run one command to its end, however often we are interrupted.

        Raises:
            CommandError: it failed.
            KeyboardInterrupt: it was interrupted, and changes nothing anyway.

        """
        environment = {**os.environ, **additional_env, "PULUMI_AUTOMATION_API": "true"}
        # A group of its own, not a session: with the terminal goes what a plugin can ask on.
        with (
            subprocess.Popen(
                [self.command, "--non-interactive", *args],
                cwd=cwd,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                process_group=0,
            ) as process,
            self._passing_on(process),
        ):
            out, err = process.communicate()
        for hear, said in ((on_output, out), (on_error, err)):
            if hear is not None:
                list(map(hear, said.splitlines()))
        if self.interrupted and args[0] not in CHANGING:
            raise KeyboardInterrupt
        result = CommandResult(stdout=out, stderr=err, code=process.returncode)
        if process.returncode:
            raise create_command_error(result)
        return result

    @contextmanager
    def _passing_on(self, process: subprocess.Popen[str]) -> Generator[None]:
        """Send *process* the signals that we get, instead of ending at once."""
        if threading.current_thread() is not threading.main_thread():
            yield  # Only the main thread hears of signals.
            return
        heard = 0

        def interrupted(number: int, frame: FrameType | None) -> None:
            del number, frame
            nonlocal heard
            heard += 1
            self.interrupted = True
            if heard > _PATIENCE:
                process.kill()
                return
            process.send_signal(signal.SIGINT)
            self.say(
                "stopping: waiting for what is under way; interrupt again to drop it"
                if heard == 1
                else "dropping what is under way"
            )

        before = {each: signal.signal(each, interrupted) for each in _SIGNALS}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)
