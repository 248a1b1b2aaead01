"""Arguments that name environments of the fleet."""

from collections.abc import Sequence

from gitops.cli.usage import Unknown
from gitops.model import Fleet


def environments(fleet: Fleet, wanted: Sequence[str]) -> list[str]:
    """Return the *wanted* environments in the order of promotion; all when none is named.

    Raises:
        Unknown: an environment that does not exist.

    """
    for name in wanted:
        if name not in fleet.stacks:
            raise Unknown("environment", name, list(fleet.stacks))
    return [name for name in fleet.stacks if not wanted or name in wanted]
