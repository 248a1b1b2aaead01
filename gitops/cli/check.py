"""``check``: everything that can be wrong before a cluster sees it."""

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from gitops.checks import Finding, findings
from gitops.cli.choose import environments
from gitops.cli.options import formats
from gitops.cli.progress import working
from gitops.model import Level
from gitops.plan import plan
from gitops.report.safe import visible
from gitops.settings import load
from gitops.source.files import WorkTree
from gitops.words import counted


@click.command("check")
@click.argument("environment", nargs=-1)
@formats
@click.pass_obj
def command(root: Path, environment: tuple[str, ...], shape: str) -> int:
    """Check the schema, references, owners, names, parity, API versions and policy.

    Looks at what the files declare and does not run the Pulumi program: `preview` does.
    Exits 1 when something that is enforced is broken, 2 when a file is wrong.
    """
    with working("checking"):
        loaded = load(WorkTree(root))
        plans = {name: plan(loaded.fleet, name) for name in environments(loaded.fleet, environment)}
        found = findings(loaded, plans)
    left = list(dict.fromkeys(one.program for each in plans.values() for one in each.missing()))
    if left:
        click.echo(f"not checked, because not fetched (gitops fetch): {', '.join(left)}", err=True)
    if shape == "json":
        _json(found, left)
    else:
        objects = sum(1 for each in plans.values() for _ in each.placed())
        _text(found, f"{counted(len(plans), 'environment')}, {counted(objects, 'object')}")
    return 1 if any(each.level is Level.ENFORCE for each in found) else 0


def _json(found: list[Finding], left: list[str]) -> None:
    document = {"version": 1, "findings": [_machine(each) for each in found], "notFetched": left}
    click.echo(json.dumps(document, indent=2))


def _machine(found: Finding) -> dict[str, Any]:
    places = [each._asdict() for each in found.places]
    return {**asdict(found), "places": places, "where": found.where}


def _text(found: list[Finding], checked: str) -> None:
    for each in found:
        word, colour = ("error", "red") if each.level is Level.ENFORCE else ("warning", "yellow")
        click.echo(f"{click.style(word, fg=colour)}: {visible(str(each))}")
    counts = Counter(each.level for each in found)
    errors, warnings = counts[Level.ENFORCE], counts[Level.WARN]
    click.echo(f"{checked}: {counted(errors, 'error')}, {counted(warnings, 'warning')}")
