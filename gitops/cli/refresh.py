"""``refresh``: what on the clusters differs from what was last applied."""

from pathlib import Path

import click

from gitops.cli.deploying import deployment, failures, show, summary, watched
from gitops.cli.options import formats
from gitops.diff import compare


@click.command("refresh")
@click.argument("environment")
@click.option("--accept", is_flag=True, help="Take what is on the clusters into the state.")
@click.option("--fail-on-change", is_flag=True, help="Exit 1 when something differs.")
@formats
@click.pass_obj
def command(
    root: Path,
    environment: str,
    accept: bool,  # noqa: FBT001  # click passes flags by name
    fail_on_change: bool,  # noqa: FBT001
    shape: str,
) -> int:
    """Show what on the clusters of ENVIRONMENT differs from what was last applied.

    Changes nothing on the clusters; `up --refresh` brings them back. Exits 2 when a cluster cannot
    be asked.
    """
    given = deployment(root, environment, create=False)
    look = given.session.refresh if accept else given.session.drift
    found = watched(given, "asking the clusters of", look, lines=False)
    if code := failures(found, given, shape):
        return code
    changes = compare(found.before(), found.after())
    if shape == "text":
        show(given, found, changes, [])
    code = summary(given, found, found if accept else None, shape, changes=changes)
    return 1 if fail_on_change and changes else code
