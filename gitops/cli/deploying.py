"""What the verbs share that drive the engine: opening a stack, watching it, what became of it."""

import gc
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from gitops.cli.choose import environments
from gitops.cli.usage import Unknown
from gitops.consequences import Destruction, destructions, holds_data, refused
from gitops.diff import Changes, Renaming, compare
from gitops.errors import ProgramError
from gitops.model import Fleet
from gitops.platform import fetching
from gitops.report import machine
from gitops.report.safe import visible
from gitops.settings import load
from gitops.source.files import WorkTree
from gitops.words import counted

if TYPE_CHECKING:
    from engine import Planned, Session

Found = TypeVar("Found")
Look = Callable[[Callable[[Any], None]], Found]
"""What drives the engine, and hears its events meanwhile."""
_NAMED = 10
"""So many steps are named that are left."""
_DONE = {"same": "unchanged", "create": "created", "update": "updated", "delete": "deleted",
         "replace": "replaced"}  # fmt: skip
"""The engine's words for what it does, as what it did."""


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """One environment, and its stack."""

    name: str
    session: "Session"
    began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Return how long it has taken so far."""
        return time.monotonic() - self.began


def deployment(
    root: Path, environment: str, *, create: bool, clusters: Sequence[str] = ()
) -> Deployment:
    """Open the stack of *environment*, which must have the *clusters*.

    Raises:
        GitOpsError: the fleet is wrong, there is no such environment, or no engine.

    """
    # This runs for minutes; the collector was stopped for verbs that run for seconds.
    gc.enable()
    fleet = load(WorkTree(root)).fleet
    [name] = environments(fleet, [environment])
    for each in clusters:
        if each not in fleet.stacks[name].clusters:
            raise Unknown("cluster", each, list(fleet.stacks[name].clusters))
    if create:
        _complete(root, fleet, name)
    # The engine's SDK takes half a second to import.
    from engine import open_session

    guarded = fleet.stacks[name].environment.guarded
    session = open_session(root, name, guarded=guarded, create=create, say=_say)
    _say(f"{name}: state in {session.backend}")
    return Deployment(name=name, session=session)


def _complete(root: Path, fleet: Fleet, name: str) -> None:
    """Fetch what the platform of the environment *name* needs and this machine does not have."""
    for each in fetching.wanted(fleet, [name]):
        if not fetching.fetched(each):
            _say(f"fetching {each}")
            fetching.fetch(each, fleet.mirror, root)


def watched(given: Deployment, what: str, run: Look[Found], *, lines: bool = True) -> Found:
    """Do *run* while somebody may watch, and return what it found; *lines* also without a terminal."""
    from engine.progress import Progress

    with Progress(f"{what} {given.name}", lines=lines) as progress:
        return run(progress.hear)


def failures(planned: "Planned", given: Deployment, shape: str) -> int:
    """Say what *planned* could not do or may not do; return the exit code, 0 where there is none."""
    stopped = [each for each in planned.violations if each.stops]
    for each in planned.violations:
        word = "error" if each.stops else "warning"
        click.echo(f"{word}: {given.name}: {each.resource}: {visible(each.said)}", err=True)
    for each in planned.failures:
        click.echo(f"error: {given.name}: {visible(str(each))}", err=True)
    if not planned.failed:
        return 0
    if shape == "json":
        write(
            given,
            result="stopped" if stopped else "failed",
            violations=[each._asdict() for each in planned.violations],
            failures=[each._asdict() for each in planned.failures],
        )
    return 1 if stopped else 2


def carry_out(
    given: Deployment,
    verb: str,
    preview: Look["Planned"],
    run: Look["Planned"],
    *,
    doing: tuple[str, str],
    question: str,
    named: Callable[[Destruction], bool],
    allowed: Sequence[str],
    yes: bool,
    shape: str,
    without: Sequence[str] = (),
    adopt: Sequence[str] = (),
) -> int:
    """Show what *run* will do, ask, and do it; return the exit code.

    *doing* says what goes on during *preview* and *run*. Whatever is *named* must be *allowed*.
    Clusters in *without* are not asked anything. What somebody else has made is taken over by the
    names in *adopt*.
    """
    settle = partial(given.session.settle, without=without)
    settled = watched(given, "asking the clusters of", settle, lines=False)
    if settled is not None and (code := failures(settled, given, shape)):
        return code
    planned = watched(given, doing[0], preview, lines=False)
    if code := failures(planned, given, shape):
        return code
    if adopt:
        taking = partial(given.session.adopt, planned, adopt)
        if code := failures(watched(given, "asking the clusters of", taking), given, shape):
            return code
        planned = watched(given, doing[0], preview, lines=False)
        if code := failures(planned, given, shape):
            return code
    before, after = planned.before(), planned.after()
    changes = compare(before, after)
    found = destructions(changes, before, after, planned.replaced())
    if shape == "text":
        show(given, planned, changes, found)
    if left := refused([each for each in found if named(each)], allowed):
        return refuse(given, verb, left, shape, changes.renamings)
    if not planned.changing():
        return summary(given, planned, None, shape)
    if not _asked(question, yes=yes):
        return 0
    done = watched(given, doing[1], run)
    if done.interrupted and (left := planned.left(done)):
        failures(done, given, "text")
        return interrupted(given, verb, [each.urn.rpartition("::")[2] for each in left], shape)
    return failures(done, given, shape) or summary(given, planned, done, shape)


def interrupted(given: Deployment, verb: str, left: Sequence[str], shape: str) -> int:
    """Say what is *left* to do, and return the exit code."""
    if shape == "json":
        write(given, result="interrupted", left=left)
    more = f" and {len(left) - _NAMED} more" if len(left) > _NAMED else ""
    click.echo(
        f"interrupted: {given.name}: {counted(len(left), 'step')} left: "
        f"{visible(', '.join(left[:_NAMED]))}{more}. What was done is in the state; gitops {verb} "
        f"{given.name} goes on from there.",
        err=True,
    )
    return 130


def _asked(question: str, *, yes: bool) -> bool:
    """Ask whether to go on, unless *yes* was said already.

    Raises:
        ProgramError: there is nobody to ask.

    """
    if yes:
        return True
    if not sys.stdin.isatty():
        raise ProgramError("nothing was changed: there is no terminal to ask on. Add --yes.")
    return click.confirm(question, err=True)


def show(
    given: Deployment, planned: "Planned", changes: Changes, found: Sequence[Destruction]
) -> None:
    """Print what changes and what is destroyed."""
    from gitops.report import text

    to = text.console()
    text.changes(changes, f"Changes to {given.name}", to)
    # Providers and components are no objects of a cluster.
    others = len(planned.changing()) - sum(len(each.clusters) for each in changes.objects)
    if others > 0:
        click.echo(f"and {counted(others, 'Pulumi resource')}\n")
    for warning in planned.warnings:
        click.echo(f"warning: {visible(warning)}", err=True)
    for each in found:
        if each.takes or holds_data(each):
            click.echo(click.style(f"destroys {_said(each)}", fg="red"))


def _said(each: Destruction) -> str:
    takes = f", and with it {', '.join(each.takes)}" if each.takes else ""
    again = ", and makes it again" if each.replaced else ""
    return f"{visible(each.name)} on {', '.join(each.clusters)}{takes}{again}"


def refuse(
    given: Deployment,
    verb: str,
    left: Sequence[Destruction],
    shape: str,
    renamings: Sequence[Renaming] = (),
) -> int:
    """Say which names allow what is *left*, and return the exit code."""
    names = list(dict.fromkeys(each.name for each in left))
    if shape == "json":
        destroys, renamed = [asdict(each) for each in left], [each._asdict() for each in renamings]
        write(given, result="refused", destroys=destroys, renamings=renamed)
        return 1
    options = " ".join(f"--allow-destroy {each}" for each in names)
    click.echo(
        f"error: {given.name}: {counted(len(names), 'object')} would be destroyed. Nothing was "
        f"changed. If that is meant: gitops {verb} {given.name} {options}",
        err=True,
    )
    return 1


def summary(
    given: Deployment,
    planned: "Planned",
    done: "Planned | None",
    shape: str,
    *,
    changes: Changes | None = None,
) -> int:
    """Say what was *done*, or *planned* and not needed, and how long it took."""
    counts = dict(sorted((done or planned).done.items()))
    if shape == "json":
        more: dict[str, Any] = {}
        if changes is not None:
            more["changes"] = [machine.change(each) for each in changes.objects]
        result, seconds = "changed" if done else "unchanged", round(given.seconds, 1)
        write(given, result=result, resources=counts, seconds=seconds, **more)
        return 0
    said = ", ".join(f"{number} {_DONE.get(kind, kind)}" for kind, number in counts.items())
    state = "done" if done else "nothing was changed"
    click.echo(f"{given.name}: {state} ({said or 'no resources'}), {given.seconds:.0f} s")
    return 0


def write(given: Deployment, **fields: Any) -> None:
    """Print *fields* about *given* as JSON."""
    document = {"version": 1, "environment": given.name, **fields}
    sys.stdout.write(json.dumps(document, indent=2) + "\n")


def _say(text: str) -> None:
    click.echo(f"gitops: {visible(text)}", err=True)
