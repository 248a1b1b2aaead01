"""Release manifests as their projects publish them, from their Go modules, as a mirror has them."""

import os
import subprocess
import urllib.request
import zipfile
from pathlib import Path
from urllib.error import URLError

from gitops.model import ComponentName, Fleet
from gitops.platform.fetching import Wanted, wanted
from tests.real.schemas import CACHE, UnavailableError, module

_FOLDERS = {
    ComponentName.ARGO_CD: ("github.com/argoproj/argo-cd/v3", "manifests"),
    ComponentName.ARGO_ROLLOUTS: ("github.com/argoproj/argo-rollouts", "manifests"),
    ComponentName.GATEKEEPER: ("github.com/open-policy-agent/gatekeeper/v3", "deploy"),
}
"""Modules whose files are what the project publishes at the tag, and their folder."""
_FLUX = "github.com/controlplaneio-fluxcd/flux-operator"
_FLUX_VERSION = "v0.59.0"
"""Read as a plain archive: its code needs a newer Go. What is in it has digests of its own."""


def mirror(place: Path, fleet: Fleet) -> Path:
    """Make a folder at *place* that holds what *fleet* pins, by host and path.

    Raises:
        UnavailableError: something cannot be downloaded.

    """
    for each in wanted(fleet, fleet.stacks):
        file = place / each.place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content(each))
    return place


def content(each: Wanted) -> bytes:
    """Return the file *each* as it is published.

    Raises:
        UnavailableError: it cannot be downloaded.

    """
    if each.name is ComponentName.FLUX:
        inner = f"{_FLUX}@{_FLUX_VERSION}/config/data/flux/{each.component.version}/{each.file}"
        with zipfile.ZipFile(_archive()) as archive:
            return archive.read(inner)
    name, folder = _FOLDERS[each.name]
    return (module(name, each.component.version) / folder / each.file).read_bytes()


def _archive() -> Path:
    kept = CACHE / "archives" / f"flux-operator-{_FLUX_VERSION}.zip"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        partial = kept.with_name(f"{kept.name}.{os.getpid()}")
        partial.write_bytes(_download(f"{_FLUX}/@v/{_FLUX_VERSION}.zip"))
        partial.replace(kept)
    return kept


def _download(path: str) -> bytes:
    go = ["go", "env", "GOPROXY"]
    proxies = subprocess.run(go, capture_output=True, text=True, check=True).stdout.strip()
    [first, *_] = proxies.replace("|", ",").split(",")
    try:
        with urllib.request.urlopen(f"{first}/{path}", timeout=60) as answer:  # noqa: S310
            return answer.read()
    except (URLError, OSError, ValueError) as error:
        raise UnavailableError(f"{path} cannot be downloaded: {error}") from None
