"""``doctor``: what is installed, and what is missing for which verb."""

from pathlib import Path

import click

from gitops.doctor import examine


@click.command("doctor")
@click.pass_obj
def command(root: Path) -> int:
    """Say what is installed, what is missing for which verb, and the command that mends it."""
    for each in examine(root):
        mark = (
            click.style("ok     ", fg="green")
            if each.found
            else click.style("missing", fg="yellow")
        )
        click.echo(f"{mark}  {each.name}  {each.found}".rstrip())
        if not each.found:
            click.echo(f"         needed for {each.needed_for}\n         {each.remedy}")
    return 0
