"""Image references, by the published grammar.

Source: https://github.com/distribution/reference/blob/main/reference.go
"""

import re
from typing import NamedTuple

_HOST = r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])"
_PATH = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_REFERENCE = re.compile(
    rf"(?:(?P<host>{_HOST}(?::[0-9]+)?)/)?(?P<path>{_PATH}(?:/{_PATH})*)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?"
    r"(?:@(?P<digest>[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?"
)
_MAX_NAME = 255
DEFAULT_HOST = "docker.io"


class Image(NamedTuple):
    """A parsed image reference."""

    registry: str
    """Registry host with its port, in lower case; ``docker.io`` when the text named none."""
    path: str
    """Path in the registry; ``library/`` is added where Docker Hub implies it."""
    tag: str | None
    digest: str | None

    @property
    def repository(self) -> str:
        """Return registry and path."""
        return f"{self.registry}/{self.path}"


def parse(text: str) -> Image | None:
    """Return *text* as an image reference, or None when it is none."""
    found = _REFERENCE.fullmatch(text) if text.isascii() else None
    if found is None:
        return None
    host, path = found["host"], found["path"]
    if host and not re.search(r"[.:\[A-Z]|^localhost$", host):
        host, path = None, f"{host}/{path}"
    if host is None:
        path = path if "/" in path else f"library/{path}"
    image = Image((host or DEFAULT_HOST).lower(), path, found["tag"], found["digest"])
    return image if len(image.repository) <= _MAX_NAME else None


def comes_from(image: Image, place: str) -> bool:
    """Tell whether *image* lies in *place*: a registry, or a path in one, at a ``/``."""
    return f"{image.repository}/".startswith(f"{place}/")
