"""The Git repository that the engines read, and how they prove to its server who they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from gitops import fields
from gitops.model.parts import SHAPE


class Credentials(StrEnum):
    """How an engine proves to the Git server who it is."""

    NONE = "none"
    PASSWORD = "password"  # noqa: S105  # a word
    SSH = "ssh"
    GITHUB_APP = "githubApp"


CREDENTIALS: Mapping[Credentials, tuple[str, ...]] = {
    Credentials.NONE: (),
    Credentials.PASSWORD: ("username", "password"),
    Credentials.SSH: ("privateKey",),
    Credentials.GITHUB_APP: ("appId", "installationId", "privateKey"),
}
"""Keys of ``gitops:repository``, in the stack's encrypted configuration, that each way needs."""
OPEN = frozenset({"username", "appId", "installationId"})
"""Keys of ``gitops:repository`` whose value opens nothing by itself, and may be read by everybody."""
KnownHost = Annotated[
    str,
    fields.Pattern(
        r"(@(cert-authority|revoked) )?[^\s@#]\S* (ssh-(ed25519|rsa)|ecdsa-sha2-nistp(256|384|521))"
        r" [A-Za-z0-9+/]{40,}={0,2}",
        "a line of known_hosts: host, kind of key, key, as ssh-keyscan prints it",
        2048,
    ),
]
"""Source: https://man.openbsd.org/sshd#SSH_KNOWN_HOSTS_FILE_FORMAT"""
_GITHUB = "github.com"
_GITHUB_TENANT = ".ghe.com"


@dataclass(frozen=True, kw_only=True)
class Repository:
    """The Git repository that holds the rendered tree."""

    __pydantic_config__ = SHAPE

    url: fields.GitUrl
    """https:// or ssh://, without credentials."""
    branch: fields.Branch = "main"
    """Branch that the engines sync."""
    path: fields.RelativePath | None = None
    """Folder of the tree in the repository; its top when left out."""
    credentials: Credentials = Credentials.NONE
    """none, password or githubApp (https://), ssh; values: `gitops:repository` of each stack."""
    known_hosts: tuple[KnownHost, ...] = ()
    """ssh: public keys of the Git server, lines of `ssh-keyscan`; compare them with its own."""

    @property
    def api(self) -> str:
        """URL of the API of the GitHub that has the repository; empty for github.com.

        Source: https://docs.github.com/en/enterprise-server/rest/quickstart, and for ghe.com
        https://docs.github.com/en/enterprise-cloud@latest/admin/data-residency
        """
        host = self.url.removeprefix("https://").partition("/")[0]
        if host == _GITHUB:
            return ""
        return f"https://api.{host}" if host.endswith(_GITHUB_TENANT) else f"https://{host}/api/v3"
