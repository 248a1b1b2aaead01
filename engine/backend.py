"""Where the state of a stack is kept, and what its secrets are encrypted with."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from gitops.errors import InputError, Problem, ProgramError
from gitops.objects import at
from gitops.places import pulumi_home
from gitops.source.files import Files
from recording.config import PROJECT_FILE, settings

LOCAL = "file://~"
"""Pulumi's own folder in the home directory, as ``pulumi login --local`` chooses it."""
_PASSPHRASE = "PULUMI_CONFIG_PASSPHRASE"  # noqa: S105  # the name of a variable


def url(files: Files) -> str:
    """Return the backend that a plain ``pulumi`` would use, and a local one where it would ask."""
    if given := os.environ.get("PULUMI_BACKEND_URL"):
        return given
    if declared := at(settings(files, PROJECT_FILE), "backend").get("url"):
        return str(declared)
    try:
        found: Any = json.loads((pulumi_home() / "credentials.json").read_bytes())
    except (OSError, ValueError):
        return LOCAL
    return str(at(found).get("current") or LOCAL)


def secrets(
    files: Files, stack: str, backend: str, *, guarded: bool, say: Callable[[str], None]
) -> dict[str, str]:
    """Return the variables with which the engine opens the secrets of *stack*.

    Raises:
        ProgramError: the passphrase is needed, and neither given nor can it be asked for.
        InputError: the file that should hold it cannot be read.

    """
    provider = str(settings(files, f"Pulumi.{stack}.yaml").get("secretsprovider") or "passphrase")
    if provider != "passphrase" or backend.startswith(("https://", "http://")):
        return {}
    if _PASSPHRASE in os.environ:
        return {}
    if file := os.environ.get(f"{_PASSPHRASE}_FILE"):
        if os.access(file, os.R_OK):
            return {}
        what = f"{_PASSPHRASE}_FILE names a file that cannot be read"
        raise InputError([Problem(file=file, what=what, remedy="Correct the variable")])
    if sys.stdin.isatty():
        asked: str = click.prompt(f"Passphrase of {stack}", hide_input=True, err=True)
        return {_PASSPHRASE: asked}
    if guarded:
        raise ProgramError(
            f"{stack} needs its passphrase, which decrypts its secrets. Set {_PASSPHRASE} or "
            f"{_PASSPHRASE}_FILE, or run this in a terminal, which asks for it."
        )
    say(f"no passphrase is set, so the secrets of {stack} are encrypted with an empty one")
    return {_PASSPHRASE: ""}


def damaged(place: str, project: str, stack: str, said: str) -> ProgramError:
    """Return the error about a state that cannot be read, with its last good copy."""
    folder, file = _files(place, project, stack)
    if not file.exists():
        return ProgramError(f"the state of {stack} in {place} cannot be read: {said}.")
    copies = [
        file.with_name(f"{file.name}.bak"),
        *sorted(folder.glob(f"backups/{project}/{stack}/*.json"), reverse=True),
    ]
    good = next((each for each in copies if _is_whole(each)), None)
    remedy = (
        f"The last good copy is {good}: put it in its place, then run gitops refresh {stack}"
        if good
        else "There is no good copy; restore it from a backup of yours"
    )
    return ProgramError(f"{file}: the state is damaged ({said}). {remedy}.")


def is_full(said: str) -> bool:
    """Tell whether *said* is about a disk on which there is no room."""
    return "no space left on device" in said or "disk quota exceeded" in said


def is_closed(said: str, place: str) -> bool:
    """Tell whether *said* is about a folder of state, at *place*, that may not be written."""
    refused = "read-only file system" in said or "permission denied" in said
    return refused and place.startswith("file://") and place.removeprefix("file://") in said


def mend(place: str, project: str, stack: str) -> str:
    """Take away what the engine has left half written on a full disk; return what was done.

    Its library puts even a file that it could not finish in the place of the good one.
    Source: ``WriteAll`` in https://github.com/google/go-cloud/blob/master/blob/blob.go
    """
    folder, file = _files(place, project, stack)
    for lock in folder.glob(f"locks/**/{stack}/*"):
        if not _is_whole(lock):
            lock.unlink(missing_ok=True)  # It names nobody, and the engine stumbles over it.
    copy = file.with_name(f"{file.name}.bak")
    if not file.exists() or _is_whole(file) or not _is_whole(copy):
        return ""
    copy.replace(file)
    return "the state was cut short, and its copy of a moment before is in its place again"


def _files(place: str, project: str, stack: str) -> tuple[Path, Path]:
    """Return the folder of a state that is kept in files, and the file of *stack*."""
    folder = Path(place.removeprefix("file://")).expanduser() / ".pulumi"
    return folder, folder / "stacks" / project / f"{stack}.json"


def _is_whole(file: Path) -> bool:
    try:
        return bool(json.loads(file.read_bytes()))
    except (OSError, ValueError):
        return False
