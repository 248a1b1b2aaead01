"""Which paths a generated tree may have: none leaves it, hides in it, or goes through a link."""

import re
from collections.abc import Container, Iterable
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
    """The folders of one tree, each looked at once; none is a symbolic link."""

    def __init__(self, out: Path, *, over: Container[str] | None = None) -> None:
        """Look below *out*; with *over*, no file but one of these may be where a folder should."""
        self.out = out
        self._over = over
        self._there = {"": True}

    def inside(self, path: str) -> Path:
        """Return where *path* lies.

        Raises:
            OutputError: a part of it is a symbolic link.

        """
        self.has(path)
        here = self.out / path
        if here.is_symlink():
            raise linked(here)
        return here

    def has(self, path: str) -> bool:
        """Tell whether the folder that *path* lies in is there.

        Raises:
            OutputError: a folder on the way to it is a symbolic link, or a file in the way.

        """
        folder = path.rpartition("/")[0]
        there = self._there.get(folder)
        if there is None:
            there = self._there[folder] = self.has(folder) and self._is_folder(folder)
        return there

    def _is_folder(self, folder: str) -> bool:
        here = self.inside(folder)
        if here.is_dir():
            return True
        if self._over is not None and folder not in self._over and here.exists():
            raise OutputError(f"{here} is no directory, and files go into one. Move it away.")
        return False


def linked(here: object) -> OutputError:
    """Return the error about the symbolic link *here*."""
    return OutputError(f"{here} is a symbolic link. Remove it; it is never followed.")
