"""Reads a generated file, or whatever stands in its place."""

import errno
import os

from gitops.errors import OutputError
from gitops.tree.paths import linked

_CHUNK = 2**16


def content(path: str) -> bytes | None:
    """Return what the file at *path* holds, or None when there is none."""
    try:
        # Whatever stands there is not waited for.
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise linked(path) from None
        raise
    try:
        found = os.read(file, _CHUNK)
        while len(found) % _CHUNK == 0 and (more := os.read(file, _CHUNK)):
            found += more
        return found
    except IsADirectoryError:
        raise OutputError(f"{path} is a directory. Move it away.") from None
    finally:
        os.close(file)
