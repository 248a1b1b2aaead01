"""Progress for a person who waits: on a terminal only, on standard error, gone when done."""

import sys
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def working(what: str) -> Generator[None]:
    """Say on a terminal that *what* is going on, while it is."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield
