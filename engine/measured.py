"""One run of a stack for the benchmark, and where its time went.

``python -m engine.measured ROOT STACK VERB [--unjudged]`` prints JSON: what was done, and seconds.
VERB is ``preview``, ``up``, or ``both`` as the verb ``up`` has it. Without judgement there is no
policy pack.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from pulumi.automation import EngineEvent

from engine import Planned, hosting, open_session
from engine.events import QUIET
from gitops import plan, settings


class Clock:
    """Adds up how long parts take."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.parts: dict[str, float] = {}
        self.busy: set[str] = set()
        """Resources that the engine is making at this moment."""
        self.since = 0.0

    def part(self, name: str, seconds: float) -> None:
        """Add *seconds* to part *name*."""
        self.parts[name] = self.parts.get(name, 0.0) + seconds

    def timed(self, name: str, run: Callable[..., Any]) -> Callable[..., Any]:
        """Return *run*, whose time counts as part *name*."""

        def timed(*given: Any, **named: Any) -> Any:
            start = time.perf_counter()
            try:
                return run(*given, **named)
            finally:
                self.part(name, time.perf_counter() - start)

        return timed

    def hear(self, event: EngineEvent) -> None:
        """Take in one event: while any object is being made, the provider is at work."""
        if event.resource_pre_event is not None:
            step = event.resource_pre_event.metadata
            if step.op in QUIET or not step.provider:
                return
            self.since = self.since if self.busy else time.perf_counter()
            self.busy.add(step.urn)
        elif event.res_outputs_event is not None:
            urn = event.res_outputs_event.metadata.urn
            if self.busy == {urn}:
                self.part("applying", time.perf_counter() - self.since)
            self.busy.discard(urn)


def unheard(_: EngineEvent) -> None:
    """Take no notice."""


def main() -> int:
    """Run, print, and return the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=Path)
    parser.add_argument("stack")
    parser.add_argument("verb", choices=("preview", "up", "both"))
    parser.add_argument("--unjudged", action="store_true")
    given = parser.parse_args()
    clock = Clock()
    # The program imports them by their module: it finds these.
    settings.load = clock.timed("loading", settings.load)
    settings.agree = clock.timed("loading", settings.agree)
    plan.plan = clock.timed("planning", plan.plan)
    program = hosting.program

    def timed_program(root: Path) -> Callable[[], None]:
        return clock.timed("program", program(root))

    hosting.program = timed_program
    began = time.perf_counter()
    session = open_session(given.root, given.stack, guarded=False, create=True, say=lambda _: None)
    clock.part("opening", time.perf_counter() - began)
    found = Planned(stack=given.stack)
    for verb in ("preview", "up") if given.verb == "both" else (given.verb,):
        hear = clock.hear if verb == "up" else unheard
        run = partial(session._run, verb) if given.unjudged else getattr(session, verb)
        found = clock.timed(verb, run)(hear)
        if found.failed:
            said = [*map(str, found.failures), *(each.said for each in found.violations)]
            sys.stderr.write("\n".join(said) + "\n")
            return 1
    parts = {key: round(each, 3) for key, each in clock.parts.items()}
    sys.stdout.write(json.dumps({"done": dict(found.done), "parts": parts}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
