"""A preview as text: for a terminal of any width, for a pipe, with colour or without."""

import os
import sys
from collections import Counter
from collections.abc import Sequence
from io import StringIO
from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from gitops.diff import ChangeKind, Changes
from gitops.preview import ApplicationRow, EnvironmentPreview, Node, Preview
from gitops.report.fields import shown
from gitops.report.folded import Block, folded
from gitops.report.safe import value, visible
from gitops.words import counted

_SIGNS = {
    ChangeKind.ADDED: ("+", "green"),
    ChangeKind.CHANGED: ("~", "yellow"),
    ChangeKind.REMOVED: ("-", "red"),
    ChangeKind.REPLACED: ("!", "bold red"),
}
_PIPE_WIDTH = 160
_MOST = 12
"""Environments that a summary names; of more it says the number."""
_ROWS = 40
"""Applications of an environment that are named unasked; of more, those that change come first."""


class _Console(Console):
    """A console that lets the command line say how it ends when nobody reads on."""

    def on_broken_pipe(self) -> None:
        raise  # noqa: PLE0704  # rich calls this while it handles the error


def console(file: TextIO | None = None) -> Console:
    """Return the console of *file*: styles on a terminal only, none where NO_COLOR is set."""
    stream = file or sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else _PIPE_WIDTH
    return _Console(
        file=stream,
        width=width,
        color_system=None if os.environ.get("NO_COLOR") else "auto",
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=False,
    )


def preview(given: Preview, *, full: bool, to: Console) -> None:
    """Print *given*: what changes first, then each environment; *full* names everything."""
    if given.against:
        changes(given.changes, f"Changes against {given.against}", to)
    changed = {(each.environment, each.application) for each in given.changes.objects}
    for each in given.environments:
        rows = each.applications
        if not full and len(rows) > _ROWS:
            ours = [row for row in rows if (each.name, row.name) in changed]
            rows = tuple((ours or rows)[:_ROWS])
        _environment(each, rows, full=full, to=to)


def changes(given: Changes, title: str, to: Console) -> None:
    """Print what *given* holds under *title*: counts, dangers, then every field."""
    to.print(Text(f"{visible(title)}: {summary(given)}", style="bold"))
    dangers = Counter(danger for each in given.objects for danger in each.dangers)
    for danger, count in sorted(dangers.items()):
        line = f"  {danger.name}: {counted(count, 'object')}; {danger.consequence}"
        to.print(Text(line, style="red"), soft_wrap=True)
    for renaming in given.renamings:
        line = f"  {renaming.environment}: {renaming}"
        to.print(Text(visible(line), style="yellow"), soft_wrap=True)
    for each in folded(given):
        _change(each, to)
    to.print()


def summary(given: Changes) -> str:
    """Return the counts in one line."""
    if not given:
        return "no change"
    counts = given.counts()
    said = ", ".join(f"{counts[kind.value]} {kind.value}" for kind in reversed(ChangeKind))
    environments = sorted({environment for environment, _ in given.places()})
    clusters = counted(len(given.places()), "cluster")
    where = (
        ", ".join(environments)
        if len(environments) <= _MOST
        else counted(len(environments), "environment")
    )
    return f"{said} on {clusters} of {where}"


def _change(block: Block, to: Console) -> None:
    change = block.change
    sign, style = _SIGNS[change.kind]
    where = f"{change.environment}/{','.join(change.clusters)}"
    head = Text(f"{sign} ", style=style)
    head.append(f"{where}  {visible(block.name())}", style="bold")
    if change.application:
        head.append(f"  ({change.application})")
    if change.dangers:
        head.append(f"  {', '.join(each.name for each in change.dangers)}", style="red")
    to.print(head, soft_wrap=True)
    for field in shown(change):
        to.print(Text(f"    {visible(field.path)}: {value(field.old)} -> {value(field.new)}"),
                 soft_wrap=True)  # fmt: skip


def _environment(
    given: EnvironmentPreview, rows: Sequence[ApplicationRow], *, full: bool, to: Console
) -> None:
    to.print(Text(given.name, style="bold") + Text(f"  {visible(given.description)}", style="dim"))
    source = f", releases from {given.comes_from}" if given.comes_from else ""
    clusters = ", ".join(given.clusters)
    to.print(Text(f"  {given.delivery}, {given.sync} sync{source}; clusters: {clusters}"))
    to.print(_applications(given, rows))
    if left := len(given.applications) - len(rows):
        to.print(Text(f"  and {counted(left, 'more application')}; --full names them", style="dim"))
    to.print(_tree(given, full=full))
    objects = ", ".join(f"{count} {visible(kind)}" for kind, count in given.objects.items())
    count = counted(sum(given.objects.values()), "Kubernetes object")
    to.print(Text(f"  {count}: {objects}", style="dim"))
    _verdicts(given, to)
    to.print()


def _applications(given: EnvironmentPreview, rows: Sequence[ApplicationRow]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("  application", no_wrap=True)
    for title in ("kind", "runs", "replicas", "strategy", "clusters"):
        table.add_column(title, overflow="fold")
    for each in rows:
        everywhere = each.clusters == given.clusters
        table.add_row(
            *(
                Text(visible(cell))
                for cell in (
                    f"  {each.name}",
                    each.kind,
                    each.runs,
                    each.replicas,
                    each.strategy,
                    "all" if everywhere else ", ".join(each.clusters),
                )
            )
        )
    return table


def _tree(given: EnvironmentPreview, *, full: bool) -> Tree:
    count = counted(sum(each.size() for each in given.resources), "Pulumi resource")
    tree = Tree(Text(f"  {count}"), guide_style="dim")
    for each in given.resources:
        _branch(tree, each, full=full)
    return tree


def _branch(tree: Tree, node: Node, *, full: bool) -> None:
    label = Text(visible(node.name))
    label.append(f"  {visible(node.type)}", style="dim")
    if node.protect:
        label.append("  protected", style="cyan")
    branch = tree.add(label)
    leaves = [each for each in node.children if not each.children]
    if not full and len(leaves) > 1:
        branch.add(Text(visible(_counted(leaves)), style="dim"))
        leaves = []
    for each in node.children:
        if each.children or each in leaves:
            _branch(branch, each, full=full)


def _counted(nodes: Sequence[Node]) -> str:
    counts = Counter((each.type.rpartition(":")[2], each.protect) for each in nodes)
    return ", ".join(
        f"{count} {kind}{' (protected)' if protect else ''}"
        for (kind, protect), count in counts.items()
    )


def _verdicts(given: EnvironmentPreview, to: Console) -> None:
    if not given.verdicts:
        to.print(Text("  policy: every rule is kept", style="green"))
    for each in given.verdicts:
        style = "red" if each.level.value == "enforce" else "yellow"
        line = f"  policy {each.level.value}: {visible(str(each))}"
        to.print(Text(line, style=style), soft_wrap=True)
    for warning in given.warnings:
        to.print(Text(f"  warning: {visible(warning)}", style="yellow"), soft_wrap=True)


def as_text(given: Preview, *, full: bool = False, width: int = _PIPE_WIDTH) -> str:
    """Return what ``preview`` prints, without colours."""
    stream = StringIO()
    to = Console(file=stream, width=width, highlight=False, markup=False, emoji=False)
    preview(given, full=full, to=to)
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"
