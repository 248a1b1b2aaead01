"""``up``: bring the clusters of an environment to what the model says."""

from functools import partial
from pathlib import Path

import click

from gitops.cli.deploying import carry_out, deployment
from gitops.cli.options import allowing, formats, yes


@click.command("up")
@click.argument("environment")
@allowing
@click.option(
    "--refresh", is_flag=True, help="Ask the clusters first, and mend what differs there too."
)
@click.option(
    "--without",
    multiple=True,
    metavar="CLUSTER",
    help="Leave CLUSTER as it is, because it cannot be reached. May be repeated.",
)
@click.option(
    "--adopt",
    multiple=True,
    metavar="NAME",
    help="Take over the object NAME, such as Namespace/shop, that somebody else has made. Repeatable.",
)
@yes
@formats
@click.pass_obj
def command(
    root: Path,
    environment: str,
    allow_destroy: tuple[str, ...],
    without: tuple[str, ...],
    adopt: tuple[str, ...],
    refresh: bool,  # noqa: FBT001  # click passes flags by name
    yes: bool,  # noqa: FBT001
    shape: str,
) -> int:
    """Bring the clusters of ENVIRONMENT to what the model says.

    Shows first what changes and what is destroyed, judged by the policy pack, and asks. What is
    destroyed must be named. Exits 1 when a rule stops it or something that would be destroyed is
    not named, 2 when something fails.
    """
    given = deployment(root, environment, create=True, clusters=without)
    return carry_out(
        given,
        "up",
        partial(given.session.preview, refresh=refresh, without=without),
        partial(given.session.up, refresh=refresh, without=without),
        doing=("previewing", "updating"),
        question=f"Update {given.name}?",
        named=lambda _: True,
        allowed=allow_destroy,
        yes=yes,
        shape=shape,
        without=without,
        adopt=adopt,
    )
