"""``explain``: the value, and every layer that had a say."""

from pathlib import Path

import click

from gitops.cli.choose import environments
from gitops.cli.usage import Unknown
from gitops.explain import Explanation, explain, known_fields
from gitops.report.safe import visible
from gitops.settings import load
from gitops.source.files import WorkTree


@click.command("explain")
@click.argument("environment")
@click.argument("app")
@click.argument("field", default="")
@click.pass_obj
def command(root: Path, environment: str, app: str, field: str) -> int:
    """Say what FIELD of APP is in ENVIRONMENT, and where that comes from.

    FIELD is a path such as replicas, config.LOG_LEVEL or resources; every field when left out.
    """
    loaded = load(WorkTree(root))
    environments(loaded.fleet, [environment])
    deployments = loaded.fleet.stacks[environment].deployments
    if app not in deployments:
        what = f"application in {environment}"
        raise Unknown(what, app, list(deployments))
    found = explain(loaded, environment, app, field)
    if not found:
        raise Unknown("field", field, known_fields(deployments[app].application))
    everywhere = tuple(deployments[app].on)
    for each in found:
        _print(each, everywhere)
    return 0


def _print(given: Explanation, everywhere: tuple[str, ...]) -> None:
    where = "" if given.clusters == everywhere else f"  (on {', '.join(given.clusters)})"
    click.echo(f"{click.style(visible(given.field), bold=True)}: {visible(given.value)}{where}")
    if not any(say.wins for say in given.said):
        click.echo("    default")
    for say in given.said:
        mark = "    " if say.wins else "    overridden: "
        value = f"  {visible(say.value)}" if say.value and not say.wins else ""
        click.echo(f"{mark}{say.place}  {say.layer}{value}")
