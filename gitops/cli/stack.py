"""``stack``: what the state of an environment holds, and what is wrong with it."""

from pathlib import Path

import click

from gitops.cli.deploying import deployment, write
from gitops.cli.options import formats
from gitops.words import counted


@click.command("stack")
@click.argument("environment")
@click.option("--unlock", is_flag=True, help="Take the lock of an update away that was killed.")
@click.option("--unprotect", is_flag=True, help="Let Pulumi delete what it protects, for destroy.")
@formats
@click.pass_obj
def command(
    root: Path,
    environment: str,
    unlock: bool,  # noqa: FBT001  # click passes flags by name
    unprotect: bool,  # noqa: FBT001
    shape: str,
) -> int:
    """Show what the state of ENVIRONMENT holds."""
    given = deployment(root, environment, create=False)
    if unlock:
        given.session.unlock()
    if unprotect:
        given.session.unprotect()
    found = given.session.state()
    if shape == "json":
        write(given, **found)
        return 0
    click.echo(f"{given.name}: {counted(found['resources'], 'resource')} in {found['backend']}")
    click.echo(f"  last update: {found['updated'] or 'none'}")
    click.echo(f"  protected: {found['protected']}")
    for each in found["pending"]:
        click.echo(
            f"  pending: {each}; the next gitops up {given.name} finds out what became of it"
        )
    return 0
