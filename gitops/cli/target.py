"""Where a rendered tree may go: not among what people write, from which it is made."""

from collections.abc import Iterable
from pathlib import Path

from gitops.errors import OutputError, Problem

WRITTEN_BY_PEOPLE = frozenset(
    {
        "bin", "components", "docs", "engine", "fleet", "gitops", "policies", "recording", "releases",
        "schemas", "tests", "tools",
    }
)  # fmt: skip
"""Folders of this repository; what begins with a dot is nobody's business either."""


def check(root: Path, out: Path, directories: Iterable[str]) -> None:
    """Check that *out* is a place for a tree; *directories* of manifests are in *root* as well.

    Raises:
        OutputError: it is the repository, around it, or in a part of it that people write.

    """
    place = out.resolve()
    inside = place.relative_to(root).parts if place.is_relative_to(root) else ()
    top = inside[0].casefold() if inside else ""
    taken = (
        root.is_relative_to(place)
        or ".git" in (part.casefold() for part in place.parts)
        or top in WRITTEN_BY_PEOPLE
        or top.startswith(".")
        or any(place.is_relative_to((root / each).resolve()) for each in directories)
    )
    if taken:
        raise OutputError(
            str(
                Problem(
                    file=str(out),
                    what="a rendered tree may not go where people write",
                    accepted="a directory of its own, such as rendered, or another checkout",
                    remedy="Name one with --out",
                )
            )
        )
