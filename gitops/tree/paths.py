"""Which paths a generated tree may have: none leaves it, hides in it, or goes through a link."""

import re
from collections.abc import Iterable
from pathlib import Path

from gitops.errors import OutputError

INDEX = ".gitops-tree.json"
STAGING = ".gitops-staging"
_HARMLESS = re.compile(r"(?:[a-z0-9][a-z0-9._-]{0,200}/)*[a-z0-9][a-z0-9._-]{0,200}")
"""Nearly every path: in lower case, nothing hidden, nothing special."""


def check(paths: Iterable[str]) -> None:
    """Refuse paths that leave the tree, hide in it, or are one on a Mac and two here.

    Raises:
        OutputError: naming the path.

    """
    folded: dict[str, str] = {}
    for path in paths:
        if _HARMLESS.fullmatch(path):
            other = folded.setdefault(path, path)
        elif all(_is_part(part) for part in path.split("/")):
            other = folded.setdefault(path.casefold(), path)
        else:
            raise OutputError(f"{path!r} is no path inside the tree. Rename what it was made from.")
        if other != path:
            raise OutputError(
                f"{path!r} and {other!r} are one file where case does not count. Rename one."
            )


def _is_part(part: str) -> bool:
    plain = part not in {"", ".", ".."} and part.casefold() not in {".git", INDEX, STAGING}
    return plain and len(part.encode()) <= 255 and not set(part) & set('\\\0\n\r:*?"<>|')


class Folders:
    """The folders of one tree that are known to be no symbolic links; each is looked at once."""

    def __init__(self, out: Path) -> None:
        """Look below *out*."""
        self.out = out
        self._real: set[str] = set()

    def inside(self, path: str) -> Path:
        """Return where *path* lies.

        Raises:
            OutputError: a part of it is a symbolic link.

        """
        self.of(path)
        here = self.out / path
        if here.is_symlink():
            raise linked(here)
        return here

    def of(self, path: str) -> None:
        """Refuse *path* when a folder on the way to it is a symbolic link."""
        folder = path.rpartition("/")[0]
        if folder and folder not in self._real:
            self.inside(folder)
            self._real.add(folder)


def linked(here: object) -> OutputError:
    """Return the error about the symbolic link *here*."""
    return OutputError(f"{here} is a symbolic link. Remove it; it is never followed.")
