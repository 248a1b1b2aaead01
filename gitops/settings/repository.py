"""Credentials for the Git repository, as files have them: what does not fit, and what is not encrypted."""

from typing import Any, cast

from gitops import names
from gitops.model import Credentials
from gitops.model.repository import CREDENTIALS, OPEN
from gitops.settings import shapes
from gitops.settings.layers import get
from gitops.settings.reading import Reading
from gitops.settings.shapes import FleetFile
from gitops.source.document import Document, Path

VALUES: Path = ("config", "gitops:repository")
KEYS = tuple(dict.fromkeys(key for keys in CREDENTIALS.values() for key in keys))
"""Every key that ``gitops:repository`` may have, whatever ``fleet/fleet.yaml`` needs of it now."""


def check(reading: Reading, head: FleetFile | None) -> None:
    """Check that the credentials in *head* are of a kind that the server of the URL takes."""
    document = reading.again(shapes.FLEET)
    if document is None or head is None:
        return
    repository = head.repository
    kind, url = repository.credentials, repository.url
    at = ("repository", "credentials")
    # Argo CD takes a URL without a user for no SSH at all (IsSSHURL in its util/git/git.go).
    if kind is Credentials.SSH and not (url.startswith("ssh://") and "@" in url):
        accepted = "a url such as ssh://git@git.example.com/platform/rendered.git"
        what = f"'ssh' does not go with the url {url!r}"
        reading.complain(document, at, what, accepted, "Correct one of the two")
    if kind in {Credentials.PASSWORD, Credentials.GITHUB_APP} and not url.startswith("https://"):
        what = f"{kind.value!r} does not go with the url {url!r}"
        remedy = "Correct one of the two; 'ssh' goes with this url"
        reading.complain(document, at, what, "a url that begins with https://", remedy)
    if kind is Credentials.SSH and not repository.known_hosts:
        host, _, port = (
            url.removeprefix("ssh://").rpartition("@")[2].partition("/")[0].partition(":")
        )
        scan = f"ssh-keyscan {f'-p {port} ' if port else ''}{host}"
        what = "'ssh' needs 'knownHosts': an engine must be able to tell the Git server from others"
        remedy = f"Add the lines of {scan}, compared with what the server publishes"
        reading.complain(document, at, what, "knownHosts: [HOST KIND KEY, ...]", remedy)
    if kind is not Credentials.SSH and repository.known_hosts:
        what = f"'knownHosts' is for 'credentials: ssh', and they are {kind.value!r}"
        reading.complain(document, ("repository", "knownHosts"), what, "", "Remove it")


def values(reading: Reading, name: str, document: Document) -> None:
    """Refuse unknown keys and what must be encrypted and is not; no value is ever shown."""
    given = get(document.data, VALUES)
    if given is None:
        return
    if not isinstance(given, dict) or encrypted(given):
        what = "the credentials are one value instead of one by key (it is not shown)"
        remedy = f"Remove it, and run for each key: {command('KEY', name)}"
        reading.complain(document, VALUES, what, ", ".join(KEYS), remedy)
        return
    for key, each in cast("dict[str, Any]", given).items():
        if key not in KEYS:
            remedy = names.did_you_mean(names.nearest(key, KEYS), "Correct or remove it")
            what = f"the key {str(key)!r} is unknown"
            reading.complain(document, (*VALUES, key), what, ", ".join(KEYS), remedy)
        elif key not in OPEN and not encrypted(each):
            what = f"this {key} is not encrypted (it is not shown)"
            remedy = f"Run {command(key, name)}; revoke it if it was committed"
            reading.complain(document, (*VALUES, key), what, "an encrypted value", remedy)


def command(key: str, stack: str) -> str:
    """Return the command that sets the value of *key* in *stack*: from a file, or from the keyboard."""
    file = " < FILE" if key == "privateKey" else ""
    return f"pulumi config set --secret --path 'gitops:repository.{key}' -s {stack}{file}"


def encrypted(value: Any) -> bool:
    """Tell whether *value* is an encrypted one, as the engine writes it into a stack file."""
    return isinstance(value, dict) and list(cast("dict[str, Any]", value)) == ["secure"]
