"""Progress for a person who waits: on a terminal only, on standard error, gone when done."""

from collections.abc import Generator
from contextlib import contextmanager

from gitops.report.watched import watched


@contextmanager
def working(what: str) -> Generator[None]:
    """Say on a terminal that *what* is going on, while it is."""
    if not watched():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield
