"""``schema``: writes the JSON Schemas that editors use."""

from pathlib import Path

import click

from gitops.schemas import schemas


@click.command("schema")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when a schema is out of date.")
@click.pass_obj
def command(root: Path, check: bool) -> int:  # noqa: FBT001  # click passes flags by name
    """Write schemas/*.json from the model, or check that they are up to date."""
    stale: list[str] = []
    for path, text in schemas().items():
        file = root / path
        if file.exists() and file.read_text(encoding="utf-8") == text:
            continue
        stale.append(path)
        if not check:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    for path in stale:
        click.echo(f"{path}: {'out of date; run bin/gitops schema' if check else 'written'}")
    return 1 if check and stale else 0
