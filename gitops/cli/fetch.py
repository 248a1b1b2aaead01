"""``fetch``: bring the release manifests of the platform to this machine."""

from pathlib import Path

import click

from gitops.cli.choose import environments
from gitops.cli.progress import working
from gitops.errors import OutputError
from gitops.model import Fleet
from gitops.places import put
from gitops.platform import fetching
from gitops.settings import load
from gitops.source.files import Commit, WorkTree
from gitops.words import counted


@click.command("fetch")
@click.argument("environment", nargs=-1)
@click.option(
    "--to",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Also write them to FOLDER, for a mirror in a closed network.",
)
@click.option(
    "--against", metavar="REF", help="Also what the commit, branch or tag REF pins, to compare."
)
@click.pass_obj
def command(root: Path, environment: tuple[str, ...], to: Path | None, against: str | None) -> int:
    """Fetch the release manifests that every ENVIRONMENT, or those named, installs.

    Each is kept in the user's cache once its digest is the one that is pinned; what is there
    already is not fetched again. Exits 2 when one cannot be had.
    """
    fleet = load(WorkTree(root)).fleet
    names = environments(fleet, environment)
    wanted = fetching.wanted(fleet, names)
    if against is not None:
        before = _fleet(Commit(root, against))
        wanted += fetching.wanted(before, [each for each in names if each in before.stacks])
    wanted = fetching.once(wanted)
    left = [each for each in wanted if to is not None or not fetching.fetched(each)]
    with working("fetching"):
        for each in left:
            content = fetching.fetch(each, fleet.mirror, root)
            if to is not None:
                _write(to / each.place, content)
    for each in left:
        click.echo(f"fetched {each}")
    click.echo(f"{counted(len(wanted), 'release manifest')}, {len(left)} fetched")
    return 0


def _fleet(files: Commit) -> Fleet:
    try:
        return load(files).fleet
    finally:
        files.close()


def _write(path: Path, content: bytes) -> None:
    try:
        put(path, content)
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror}. Name another folder with --to.") from None
