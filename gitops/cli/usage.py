"""A command line that is wrong, said like all else that is: where, what, accepted, remedy."""

from collections.abc import Sequence

import click

from gitops.errors import Problem
from gitops.names import did_you_mean, nearest


class Unknown(click.UsageError):
    """A name on the command line that does not exist."""

    def __init__(self, what: str, name: str, known: Sequence[str]) -> None:
        """Say that there is no *what* called *name*, only the *known* ones."""
        super().__init__(f"there is no {what} {name!r}")
        self.name, self.known = name, known


def problem(error: click.ClickException) -> Problem:
    """Return what click, or one of our verbs, found wrong."""
    context: click.Context | None = getattr(error, "ctx", None)
    command = context.command_path if context else "gitops"
    what, accepted, meant = _parts(error, context)
    remedy = did_you_mean(meant, f"See {command} --help")
    return Problem(file=command, what=what, accepted=accepted, remedy=remedy)


def _parts(
    error: click.ClickException, context: click.Context | None
) -> tuple[str, str, str | None]:
    """Return what is wrong, what is accepted, and which name was meant."""
    message = " ".join(error.format_message().split()).rstrip(".")
    if isinstance(error, Unknown):
        return message, ", ".join(error.known) or "none", nearest(error.name, error.known)
    if isinstance(error, click.NoSuchOption) and context:
        options = [name for each in context.command.get_params(context) for name in each.opts]
        known = sorted(each for each in options if each.startswith("--"))
        what = f"there is no option {error.option_name!r}"
        return what, ", ".join(known), nearest(error.option_name, known)
    parameter = error.param if isinstance(error, click.BadParameter) else None
    if parameter is not None and isinstance(parameter.type, click.Choice):
        given = error.message.partition(" is not one of")[0]
        known = [str(each) for each in parameter.type.choices]
        return f"{parameter.opts[0]}: {given} is not accepted", ", ".join(known), None
    return f"{message[:1].lower()}{message[1:]}", _accepted(parameter, context), None


def _accepted(parameter: click.Parameter | None, context: click.Context | None) -> str:
    if parameter is not None and isinstance(parameter.type, click.IntRange):
        return f"a whole number, at least {parameter.type.min}"
    if isinstance(parameter, click.Option) and parameter.help:
        return parameter.help
    return " ".join(context.get_usage().split()[1:]) if context else ""
