"""Brings release manifests from where they are published, or from the mirror, into the store."""

import hashlib
import http.client
import urllib.request
from collections.abc import Iterable, Iterator
from pathlib import Path

from gitops.errors import ProgramError
from gitops.model import Fleet, Mirror
from gitops.platform import catalogue, store
from gitops.platform.catalogue import Wanted

_PATIENCE = 60
"""Seconds without an answer."""
_LARGEST = 64 * 1024 * 1024
"""Bytes of a file; the largest release manifest has six million."""


def wanted(fleet: Fleet, environments: Iterable[str]) -> list[Wanted]:
    """Return every file that the platform of *environments* needs, each once."""
    return once(_wanted(fleet, environments))


def once(several: Iterable[Wanted]) -> list[Wanted]:
    """Return each of *several* once.

    Two versions may have the same file at two places; a mirror has to have both.
    """
    return list({(each.url, each.sha256): each for each in several}.values())


def _wanted(fleet: Fleet, environments: Iterable[str]) -> Iterator[Wanted]:
    for each in environments:
        environment = fleet.stacks[each].environment
        for name, settings in environment.platform.installed():
            component = fleet.component(environment, name)
            for file in catalogue.files(name, settings):
                yield Wanted(name=name, component=component, file=file)


def fetched(each: Wanted) -> bool:
    """Tell whether *each* is in the store."""
    return store.holds(each.sha256)


def fetch(each: Wanted, mirror: Mirror, root: Path) -> bytes:
    """Bring *each* into the store, and return its content; a mirror's folder is in *root*.

    Raises:
        ProgramError: it cannot be had, or is not what was pinned.

    """
    content, source = read(each, mirror, root)
    found = hashlib.sha256(content).hexdigest()
    if found != each.sha256:
        raise ProgramError(
            f"{each}: {source} is not what was pinned: its sha256 is {found}, and not {each.sha256}. "
            "Nothing was kept. Find out who changed it; if it is meant to be this one: "
            f"gitops pin {each.name.value} {each.component.version}"
        )
    keep(each, content, source)
    return content


def keep(each: Wanted, content: bytes, source: str) -> str:
    """Put *content*, which *each* is and came from *source*, into the store; return its digest.

    Raises:
        ProgramError: it is no release manifest.

    """
    found = hashlib.sha256(content).hexdigest()
    try:
        store.keep(found, content)
    except ProgramError as error:
        raise ProgramError(
            f"{each}: {source} is not what Kubernetes would read: {error}. Nothing was kept. Look "
            "at what is there: something else may have answered."
        ) from None
    return found


def read(each: Wanted, mirror: Mirror, root: Path) -> tuple[bytes, str]:
    """Return the content of *each*, whatever it is, and where it came from.

    Raises:
        ProgramError: it cannot be had.

    """
    given = mirror.manifests
    if given and not given.startswith("https://"):
        return _file(each, root / given / each.place), f"{given}/{each.place}"
    source = f"{given.rstrip('/')}/{each.place}" if given else each.url
    return _download(each, source), source


def _file(each: Wanted, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ProgramError(
            f"{each}: {path} cannot be read: {error.strerror}. Where there is a network, "
            "gitops fetch --to FOLDER fills such a folder."
        ) from None


def _download(each: Wanted, source: str) -> bytes:
    try:
        with urllib.request.urlopen(source, timeout=_PATIENCE) as answer:  # noqa: S310  # https
            content: bytes = answer.read(_LARGEST + 1)
            if len(content) <= _LARGEST and answer.length:
                # Whoever reads a number of bytes is not told that there were fewer.
                raise http.client.IncompleteRead(content, answer.length)
    except (http.client.HTTPException, OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise ProgramError(
            f"{each}: {source} cannot be fetched: {reason}. Try again; behind a proxy set "
            "HTTPS_PROXY; in a closed network set 'mirror' in fleet/fleet.yaml."
        ) from None
    if len(content) > _LARGEST:
        raise ProgramError(f"{each}: {source} has more than {_LARGEST >> 20} MiB.")
    return content
