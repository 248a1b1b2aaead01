"""``destroy``: take an environment's platform off its clusters."""

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
from gitops.consequences import destructions, holds_data, refused
from gitops.diff import compare


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
    planned = watched(given, "looking at", given.session.preview_destroy, lines=False)
    if code := failures(planned, given, shape):
        return code
    before = planned.before()
    changes = compare(before, [])
    found = destructions(changes, before, [])
    if shape == "text":
        show(given, planned, changes, found)
    if left := refused([each for each in found if holds_data(each)], allow_destroy):
        return refuse(given, "destroy", left, shape)
    if not planned.changing():
        return summary(given, planned, None, shape)
    if not asked(f"Destroy {given.name}?", yes=yes):
        return 0
    done = watched(given, "destroying", given.session.destroy)
    return failures(done, given, shape) or summary(given, planned, done, shape)
