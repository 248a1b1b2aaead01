"""``up``: bring the clusters of an environment to what the model says."""

from functools import partial
from pathlib import Path

import click

from gitops.cli.deploying import (
    allowing,
    asked,
    deployment,
    failures,
    formats,
    refuse,
    show,
    summary,
    watched,
    yes,
)
from gitops.consequences import destructions, refused
from gitops.diff import compare


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
@yes
@formats
@click.pass_obj
def command(
    root: Path,
    environment: str,
    allow_destroy: tuple[str, ...],
    without: tuple[str, ...],
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
    planned = watched(
        given,
        "previewing",
        partial(given.session.preview, refresh=refresh, without=without),
        lines=False,
    )
    if code := failures(planned, given, shape):
        return code
    before, after = planned.before(), planned.after()
    changes = compare(before, after)
    found = destructions(changes, before, after, planned.replaced())
    if shape == "text":
        show(given, planned, changes, found)
    if left := refused(found, allow_destroy):
        return refuse(given, "up", left, shape)
    if not planned.changing():
        return summary(given, planned, None, shape)
    if not asked(f"Update {given.name}?", yes=yes):
        return 0
    done = watched(given, "updating", partial(given.session.up, refresh=refresh, without=without))
    return failures(done, given, shape) or summary(given, planned, done, shape)
