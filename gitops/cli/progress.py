"""Progress for a person who waits: on a terminal only, on standard error, gone when done."""

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def working(what: str) -> Generator[None]:
    """Say on a terminal that *what* is going on, while it is."""
    if not _wanted():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield


def _wanted() -> bool:
    """Tell whether somebody watches a terminal that can erase a line, and did not ask for calm."""
    watched = sys.stdout.isatty() and sys.stderr.isatty()
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM", "dumb") in {"", "dumb", "unknown"}
    return watched and not plain
