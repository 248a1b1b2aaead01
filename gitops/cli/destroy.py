"""``destroy``: take an environment's platform off its clusters."""

from pathlib import Path

import click

from gitops.cli.deploying import carry_out, deployment
from gitops.cli.options import allowing, formats, yes
from gitops.consequences import holds_data


@click.command("destroy")
@click.argument("environment")
@allowing
@yes
@formats
@click.pass_obj
def command(
    root: Path,
    environment: str,
    allow_destroy: tuple[str, ...],
    yes: bool,  # noqa: FBT001  # click passes flags by name
    shape: str,
) -> int:
    """Delete everything that Pulumi made in ENVIRONMENT.

    Shows first what goes, and asks. What holds data must be named. Exits 1 when it is not, 2 when
    something fails.
    """
    given = deployment(root, environment, create=False)
    return carry_out(
        given,
        "destroy",
        given.session.preview_destroy,
        given.session.destroy,
        doing=("looking at", "destroying"),
        question=f"Destroy {given.name}?",
        named=holds_data,
        allowed=allow_destroy,
        yes=yes,
        shape=shape,
    )
