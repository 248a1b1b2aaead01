"""An update while it goes on: a tree on a terminal, a line for each resource elsewhere."""

import sys
from collections import Counter
from types import TracebackType
from typing import Self

from pulumi.automation import EngineEvent
from pulumi.automation.events import StepEventMetadata
from rich.console import Console
from rich.live import Live
from rich.text import Text
from rich.tree import Tree

from engine.events import QUIET, name_of, plain
from gitops.report.safe import visible
from gitops.report.watched import watched

_SHOWN = 3
"""So many of a component's resources are named that are waited for."""


class Progress:
    """Hears the engine's events and shows on standard error how far it is."""

    def __init__(self, title: str, *, lines: bool) -> None:
        """Show *title* above everything; *lines* are written where there is no terminal."""
        self.title, self.lines = title, lines
        self.begun: Counter[str] = Counter()
        self.done: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self.groups: dict[str, str] = {}
        """By URN, the component of what is under way."""
        self.waits: dict[str, str] = {}
        """By URN, what the provider says that it waits for."""
        self.live: Live | None = None

    def __enter__(self) -> Self:
        """Begin to show."""
        if watched():
            self.live = Live(self._tree(), console=Console(stderr=True), transient=True)
            self.live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Leave nothing behind on a terminal."""
        del kind, error, at
        if self.live is not None:
            self.live.stop()

    def hear(self, event: EngineEvent) -> None:
        """Take in one event of the engine."""
        if event.resource_pre_event is not None:
            metadata = event.resource_pre_event.metadata
            self.groups[metadata.urn] = _group(metadata)
            self.begun[_group(metadata)] += 1
        elif event.res_outputs_event is not None:
            self._finished(event.res_outputs_event.metadata, self.done, "")
        elif event.res_op_failed_event is not None:
            self._finished(event.res_op_failed_event.metadata, self.failed, "failed: ")
        elif event.diagnostic_event is not None and event.diagnostic_event.ephemeral:
            self._waits(event.diagnostic_event.urn or "", plain(event.diagnostic_event.message))
        else:
            return
        if self.live is not None:
            self.live.update(self._tree())

    def _finished(self, metadata: StepEventMetadata, counts: Counter[str], how: str) -> None:
        counts[_group(metadata)] += 1
        self.waits.pop(metadata.urn, None)
        if self.live is None and self.lines and metadata.op not in QUIET:
            sys.stderr.write(f"{how}{metadata.op.value} {visible(name_of(metadata.urn))}\n")

    def _waits(self, urn: str, said: str) -> None:
        if urn not in self.groups or not said or self.waits.get(urn) == said:
            return
        self.waits[urn] = said
        if self.live is None and self.lines:
            sys.stderr.write(f"waiting for {visible(name_of(urn))}: {visible(said)}\n")

    def _tree(self) -> Tree:
        tree = Tree(Text(self.title, style="bold"))
        for group, begun in self.begun.items():
            line = Text(f"{visible(group)}  {self.done[group]}/{begun}")
            if self.failed[group]:
                line.append(f"  {self.failed[group]} failed", style="red")
            branch = tree.add(line)
            here = [each for each in self.waits.items() if self.groups[each[0]] == group]
            for urn, said in here[:_SHOWN]:
                text = f"{visible(name_of(urn))}: {visible(said)}"
                branch.add(Text(text, style="dim", no_wrap=True, overflow="ellipsis"))
        return tree


def _group(metadata: StepEventMetadata) -> str:
    """Return the component that a resource belongs to."""
    state = metadata.new or metadata.old
    return name_of((state and state.parent) or "") or "stack"
