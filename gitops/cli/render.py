"""``render``: writes the GitOps repository."""

from pathlib import Path

import click

from gitops.cli import target
from gitops.cli.choose import environments
from gitops.cli.progress import working
from gitops.model import Fleet
from gitops.render import render


@click.command("render")
@click.argument("environment", nargs=-1)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Directory to write.")
@click.pass_obj
def command(root: Path, environment: tuple[str, ...], out: Path) -> int:
    """Write the rendered tree of every ENVIRONMENT, or of those named, into a directory.

    Generated files that are no longer made are removed; files that people wrote stay.
    """

    def choose(fleet: Fleet) -> list[str]:
        target.check(root, out, fleet.directories)
        return environments(fleet, environment)

    with working("rendering"):
        done = render(root, out, environment, choose)
    if done.finished:
        click.echo(f"finished an earlier render of {out} that was interrupted", err=True)
    for path in done.edited:
        click.echo(f"{path}: was edited by hand, and is as generated again", err=True)
    click.echo(
        f"{out}: {done.added} added, {done.changed} changed, {done.removed} removed, "
        f"{done.unchanged} unchanged"
    )
    return 0
