"""``preview``: what every environment consists of, and what a change does to it."""

import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from gitops.cli.choose import environments
from gitops.cli.progress import working
from gitops.diff import Changes, compare
from gitops.diff.plans import changed
from gitops.errors import InputError, Problem
from gitops.model import Level
from gitops.plan import StackPlan, plan
from gitops.preview import Node, Preview, environment_preview
from gitops.settings import load
from gitops.source.files import Commit, Files, Traced, WorkTree
from gitops.verdicts import verdicts


@click.command("preview")
@click.argument("environment", nargs=-1)
@click.option("--against", metavar="REF", help="Commit, branch or tag to compare with.")
@click.option(
    "--format",
    "shape",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    show_default=True,
    help="Markdown fits into a pull-request comment.",
)
@click.option(
    "--full",
    is_flag=True,
    help="Name every application and every Pulumi resource, however many there are.",
)
@click.option("--fail-on-change", is_flag=True, help="Exit 1 when something changes.")
@click.pass_obj
def command(
    root: Path,
    environment: tuple[str, ...],
    against: str | None,
    shape: str,
    full: bool,  # noqa: FBT001  # click passes flags by name
    fail_on_change: bool,  # noqa: FBT001
) -> int:
    """Show what every ENVIRONMENT, or those named, consists of.

    Needs no cluster, no engine, no passphrase and no network. Exits 1 when a rule that is
    enforced is broken.
    """
    with working("previewing"):
        given = _preview(root, environment, against)
    _print(given, shape, full=full)
    enforced = any(
        verdict.level is Level.ENFORCE for each in given.environments for verdict in each.verdicts
    )
    return 1 if enforced or (fail_on_change and given.changes) else 0


def _preview(root: Path, wanted: tuple[str, ...], against: str | None) -> Preview:
    files = Traced(WorkTree(root))
    fleet = load(files).fleet
    names = environments(fleet, wanted)
    plans = {name: plan(fleet, name) for name in names}
    # The programs run beside everything else that is to be found out.
    with _resources(root, files, names) as resources:
        judged = {
            name: tuple(verdicts(each.placed(), fleet.policy)) for name, each in plans.items()
        }
        changes, left = (
            _changes(Commit(root, against, beside=files), plans, wanted)
            if against
            else (Changes(objects=()), {})
        )
        nodes = resources()
    return Preview(
        environments=tuple(
            environment_preview(
                fleet, each, judged[name], nodes[name][0], (*nodes[name][1], *left.get(name, ()))
            )
            for name, each in plans.items()
        ),
        against=against or "",
        changes=changes,
    )


def _changes(
    files: Commit, after: Mapping[str, StackPlan], wanted: tuple[str, ...]
) -> tuple[Changes, dict[str, list[str]]]:
    """Return what is different, and by environment a line for what cannot be compared."""
    try:
        before = load(files).fleet
    except InputError as error:
        what = "the fleet there is not valid, so nothing can be compared with it"
        then = Problem(
            file=files.revision, what=what, remedy="Name another revision with --against"
        )
        found = (replace(each, file=f"{files.revision}:{each.file}") for each in error.problems)
        raise InputError([then, *found]) from None
    finally:
        files.close()
    chosen = [name for name in before.stacks if not wanted or name in wanted]
    plans = {name: plan(before, name) for name in chosen}
    # What only one side knows would look as if it came, or went, as a whole.
    unknown = {
        name: {one.name for side in (plans, after) if name in side for one in side[name].missing()}
        for name in {*plans, *after}
    }
    sides = [
        {name: each.without(unknown[name]) for name, each in side.items()}
        for side in (plans, after)
    ]
    left = {
        name: [f"{one} of {files.revision} was not fetched: what is different is not shown. Run "
               f"gitops fetch --against {files.revision}." for one in each.missing()]
        for name, each in plans.items()
    }  # fmt: skip
    return compare(*changed(*sides)), left


_Resources = dict[str, tuple[tuple[Node, ...], tuple[str, ...]]]
"""By stack: its resources as trees, and its warnings."""


@contextmanager
def _resources(root: Path, files: Files, names: list[str]) -> Generator[Callable[[], _Resources]]:
    """Start the program of every stack, and yield what waits for its resources."""
    # Importing Pulumi takes half a second; only this verb pays for it.
    from recording import Run, recording_of
    from recording.config import project_name, stack_config
    from recording.nodes import nodes

    project = project_name(files)
    runs: list[Run] = []
    for name in names:
        config, secret = stack_config(files, name)
        runs.append(Run(root=root, project=project, stack=name, config=config, secret_keys=secret))
    with recording_of(runs) as recordings:
        yield lambda: {name: (nodes(each), each.warnings) for name, each in recordings().items()}


def _print(given: Preview, shape: str, *, full: bool) -> None:
    if shape == "markdown":
        from gitops.report import markdown

        sys.stdout.write(markdown.preview(given))
    elif shape == "json":
        from gitops.report import machine

        sys.stdout.write(machine.preview(given))
    else:
        from gitops.report import text

        text.preview(given, full=full, to=text.console())
    sys.stdout.flush()
