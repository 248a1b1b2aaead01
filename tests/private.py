"""Repositories that not everybody may read: their fleets, and credentials that open nothing."""

import re
from base64 import b64encode
from dataclasses import replace
from textwrap import wrap

from gitops.model import Credentials, Fleet, Repository
from tests import CANARY
from tests.sites import FLEET

HTTPS = "https://git.example.com/rendered.git"
SSH = "ssh://git@git.example.com:2222/rendered.git"
KNOWN_HOST = f"[git.example.com]:2222 ssh-ed25519 {b64encode(bytes(48)).decode()}"
URLS = {
    Credentials.NONE: HTTPS,
    Credentials.PASSWORD: HTTPS,
    Credentials.SSH: SSH,
    Credentials.GITHUB_APP: "https://github.com/example/rendered.git",
}


def private_key(cipher: bytes = b"none", kind: str = "OPENSSH ") -> str:
    """Return what looks like a private key in a form that is encrypted by *cipher*."""
    body = b"openssh-key-v1\0" + len(cipher).to_bytes(4, "big") + cipher + CANARY.encode() * 9
    lines = "\n".join(wrap(b64encode(body).decode(), 70))
    return f"-----BEGIN {kind}PRIVATE KEY-----\n{lines}\n-----END {kind}PRIVATE KEY-----\n"


VALUES: dict[Credentials, dict[str, str]] = {
    Credentials.PASSWORD: {"username": "reader", "password": CANARY},
    Credentials.SSH: {"privateKey": private_key()},
    Credentials.GITHUB_APP: {
        "appId": "12",
        "installationId": "34",
        "privateKey": private_key(kind="RSA "),
    },
}
"""Values of ``gitops:repository`` that are whole."""
WAYS = tuple(VALUES)


def reading(kind: Credentials, url: str = "") -> Repository:
    """Return a repository that is read with credentials of *kind*."""
    known = (KNOWN_HOST,) if kind is Credentials.SSH else ()
    return Repository(url=url or URLS[kind], credentials=kind, known_hosts=known)


def fleet(kind: Credentials, url: str = "") -> Fleet:
    """Return the small fleet with a repository that is read with credentials of *kind*."""
    return replace(FLEET, repository=reading(kind, url))


def head(kind: Credentials) -> str:
    """Return ``fleet/fleet.yaml`` of a fleet whose repository is read with credentials of *kind*."""
    known = f"  knownHosts:\n    - '{KNOWN_HOST}'\n" if kind is Credentials.SSH else ""
    return (
        "name: test\ndomain: example.com\nrepository:\n"
        f"  url: {URLS[kind]}\n  credentials: {kind.value}\n{known}"
    )


def shown(text: str) -> bool:
    """Tell whether *text* has a part of a value that nobody may see."""
    bodies = [re.sub("-----.*-----", "", each["privateKey"]).split() for each in VALUES.values()
              if "privateKey" in each]  # fmt: skip
    return any(each in text for each in (CANARY, *(line for body in bodies for line in body)))
