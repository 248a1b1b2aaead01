"""Arguments that name environments of the fleet."""

from collections.abc import Sequence

import click

from gitops.model import Fleet
from gitops.names import nearest


def environments(fleet: Fleet, wanted: Sequence[str]) -> list[str]:
    """Return the *wanted* environments in the order of promotion; all when none is named.

    Raises:
        click.BadParameter: an environment that does not exist.

    """
    for name in wanted:
        if name not in fleet.stacks:
            raise click.BadParameter(unknown("environment", name, list(fleet.stacks)))
    return [name for name in fleet.stacks if not wanted or name in wanted]


def unknown(what: str, name: str, known: Sequence[str]) -> str:
    """Return the message for a *name* that is not among the *known* ones."""
    meant = nearest(name, known)
    hint = f" Did you mean {meant!r}?" if meant else ""
    return f"there is no {what} {name!r}.{hint} Accepted: {', '.join(known) or 'none'}."
