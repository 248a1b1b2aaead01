"""Options that several verbs have."""

import click

allowing = click.option(
    "--allow-destroy",
    multiple=True,
    metavar="NAME",
    help="Allow to delete the object NAME, such as Namespace/shop. May be repeated.",
)
yes = click.option("--yes", is_flag=True, help="Do not ask.")
formats = click.option(
    "--format",
    "shape",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
)
