"""``render``: writes the GitOps repository."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gitops.cli.progress import working
from gitops.tree import Look, Written, looking

if TYPE_CHECKING:
    from gitops.model import Fleet


@click.command("render")
@click.argument("environment", nargs=-1)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Directory to write.")
@click.pass_obj
def command(root: Path, environment: tuple[str, ...], out: Path) -> int:
    """Write the rendered tree of every ENVIRONMENT, or of those named, into a directory.

    Generated files that are no longer made are removed; files that people wrote stay.
    """
    # The old tree is looked through from the first moment on: that takes as long as all the rest.
    with looking(out) as look, working("rendering"):
        done = _render(root, out, environment, look)
    if done.finished:
        click.echo(f"finished an earlier render of {out} that was interrupted", err=True)
    for path in done.edited:
        click.echo(f"{path}: was edited by hand, and is as generated again", err=True)
    click.echo(
        f"{out}: {done.added} added, {done.changed} changed, {done.removed} removed, "
        f"{done.unchanged} unchanged"
    )
    return 0


def _render(root: Path, out: Path, wanted: tuple[str, ...], look: Look) -> Written:
    from gitops.cli import target
    from gitops.cli.choose import environments
    from gitops.render import render

    def choose(fleet: "Fleet") -> list[str]:
        target.check(root, out, fleet.directories)
        return environments(fleet, wanted)

    return render(root, out, wanted, choose, look)
