"""One value, one problem: told once, however many environments and clusters have it."""

import re
from collections.abc import Iterator
from dataclasses import replace

from gitops.errors import Problem

_DIFFERS = re.compile(r"'[^']*'|[0-9]+")
"""What differs between two places that have the same problem: names and numbers."""
_MOST = 6
"""Places that are named; of more it says the number."""


class Once:
    """Collects problems with the place each was found in, and joins what is the same problem."""

    def __init__(self) -> None:
        """Begin with no problem."""
        self._found: dict[tuple[str, ...], dict[Problem, dict[str, None]]] = {}

    def note(self, problem: Problem, place: str) -> None:
        """Note *problem*, found in *place*, an environment or one of its clusters."""
        alike = (str(problem.line), str(problem.column), _DIFFERS.sub("", problem.what))
        group = self._found.setdefault((problem.file, problem.key, *alike), {})
        group.setdefault(problem, {})[place] = None

    def problems(self) -> Iterator[Problem]:
        """Yield each problem once; it names the other places where it is the same."""
        for group in self._found.values():
            (first, here), *_ = group.items()
            places = [place for each in group.values() for place in each]
            others = [place for place in places if place not in here]
            if len(places) > len(set(places)):
                yield from group  # One place has several of them, so they are not the same.
            elif others:
                shown = ", ".join(others) if len(others) <= _MOST else f"{len(others)} more places"
                yield replace(first, what=f"{first.what}; likewise in {shown}")
            else:
                yield first
