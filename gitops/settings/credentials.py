"""Credentials for the Git repository, as the engine has decrypted them: whole and well formed.

Nothing here says a value, not even a part of one.
"""

import binascii
import json
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Any, cast

from gitops.errors import InputError, Problem
from gitops.model import Delivery, Fleet
from gitops.model.repository import CREDENTIALS
from gitops.settings import shapes
from gitops.settings.repository import KEYS, command

_PEM = re.compile(
    r"\s*-----BEGIN ([A-Z ]*)PRIVATE KEY-----\s(.*?)-----END [A-Z ]*-----\s*", re.DOTALL
)
_MAGIC = b"openssh-key-v1\x00"
_OPEN = _MAGIC + b"\x00\x00\x00\x04none"
"""How the body of a key of OpenSSH begins, and of one that no passphrase protects.

Source: https://cvsweb.openbsd.org/src/usr.bin/ssh/PROTOCOL.key
"""


def credentials(fleet: Fleet, environment: str, given: str | None) -> dict[str, str]:
    """Return what the engine of *environment* shows the Git server, by key of ``gitops:repository``.

    *given* is the decrypted value of that, as JSON; nothing is needed where Pulumi delivers itself.

    Raises:
        InputError: for each key that is missing, unknown or not what it must be.

    """
    kind = fleet.repository.credentials
    needed = CREDENTIALS[kind]
    if fleet.stacks[environment].environment.delivery is Delivery.DIRECT:
        needed = ()
    said = f"{', '.join(needed)}, because of 'credentials: {kind.value}' in {shapes.FLEET}"
    found = _object(given)
    wrong = {} if found is not None else {"": "this is no object (it is not shown)"}
    held = found or {}
    wrong |= {key: "the key is unknown" for key in held if key not in KEYS}
    wrong |= {key: what for key in needed for what in _complaints(key, held.get(key))}
    if wrong:
        raise InputError(
            Problem(
                file=f"Pulumi.{environment}.yaml",
                key=".".join(filter(None, ("gitops:repository", key))),
                what=what,
                accepted=said if needed and key in needed else ", ".join(KEYS),
                remedy="Remove it" if key and key not in KEYS else f"Run {_set(key, environment)}",
            )
            for key, what in wrong.items()
        )
    return {key: str(held[key]) for key in needed}


def _set(key: str, environment: str) -> str:
    return command(key or "KEY", environment)


def _object(given: str | None) -> Mapping[str, Any] | None:
    """Return what *given* holds by key; None when it is no object."""
    try:
        found = json.loads(given or "{}")
    except ValueError:
        return None
    return cast("dict[str, Any]", found) if isinstance(found, dict) else None


def _complaints(key: str, value: Any) -> Iterator[str]:
    """Yield what is wrong with the *value* of *key*, which is not said."""
    if value is None or value == "":
        yield "the value is missing"
    elif not isinstance(value, str | int) or isinstance(value, bool):
        yield "this is no text (it is not shown)"
    elif key == "privateKey":
        yield from _private_key(str(value))
    elif key.endswith("Id") and not re.fullmatch("[1-9][0-9]*", str(value)):
        yield "this is no number (it is not shown)"


def _private_key(text: str) -> Iterator[str]:
    found = _PEM.fullmatch(text)
    body = _decoded(found[2]) if found and found[1] == "OPENSSH " else None
    if found is None or (body is not None and not body.startswith(_MAGIC)):
        yield "this is no private key in PEM: '-----BEGIN ... PRIVATE KEY-----' (it is not shown)"
    elif "ENCRYPTED" in found[1] + found[2] or (body is not None and not body.startswith(_OPEN)):
        # Argo CD cannot be given one: its Secret has no key for it.
        yield "a passphrase protects this key, and an engine has none"


def _decoded(text: str) -> bytes:
    try:
        return b64decode("".join(text.split()))
    except binascii.Error:
        return b""
