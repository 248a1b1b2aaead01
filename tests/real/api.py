"""A small client of a Kubernetes API server: what the tests and their stand-in for a provider need."""

import http.client
import json
import ssl
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import yaml

TIMEOUT = 20
"""Seconds for one request; the server is on this machine."""
_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
_TLS.check_hostname, _TLS.verify_mode = False, ssl.CERT_NONE
"""One for all: to read the machine's authorities, whom nobody asks, costs more than a request."""
_KUBECTL = ("kubectl", "before-first-apply")
"""Managers whose fields the genuine provider takes over when it applies."""


class ApiError(Exception):
    """What the API server answered instead of an object."""

    def __init__(self, code: int, status: Mapping[str, Any]) -> None:
        """Keep the HTTP *code* and the ``Status`` of the answer."""
        self.code = code
        self.status = status
        super().__init__(str(status.get("message") or f"HTTP {code}"))

    @property
    def exists(self) -> bool:
        """Tell whether it refused to make what is there already."""
        return self.status.get("reason") == "AlreadyExists"


@dataclass(kw_only=True)
class Api:
    """One API server, as one user."""

    server: str
    token: str
    plurals: dict[tuple[str, str], tuple[str, bool]] = field(
        default_factory=dict[tuple[str, str], tuple[str, bool]]
    )
    """By apiVersion and kind: the name in paths, and whether objects are in a namespace."""

    @classmethod
    def of(cls, kubeconfig: str, context: str = "") -> "Api":
        """Return the API server that *kubeconfig*, a text, names; its CA is not checked here."""
        config = yaml.safe_load(kubeconfig)
        contexts = {each["name"]: each["context"] for each in config["contexts"]}
        chosen = contexts[context or config["current-context"]]
        clusters = {each["name"]: each["cluster"] for each in config["clusters"]}
        users = {each["name"]: each["user"] for each in config["users"]}
        server, user = clusters[chosen["cluster"]]["server"], users[chosen["user"]]
        return cls(server=server, token=user["token"])

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        kind: str = "application/json",
        query: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Return the answer to one request.

        Raises:
            ApiError: the server refused it.
            OSError: the server cannot be reached.

        """
        full = f"{path}?{urlencode(query)}" if query else path
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": kind}
        text = None if body is None else json.dumps(body)
        with closing(self.connection()) as connection:
            connection.request(method, full, text, headers)
            with connection.getresponse() as response:
                code, answer = response.status, response.read()
        found = json.loads(answer) if answer.startswith(b"{") else {"message": answer.decode()}
        if code >= 300:
            raise ApiError(code, found)
        return found

    def path(self, api_version: str, kind: str, namespace: str = "", name: str = "") -> str:
        """Return the path of an object, or of all objects of its kind.

        Raises:
            ApiError: the server has no such kind.

        """
        base = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
        if (api_version, kind) not in self.plurals:
            self._discover(base, api_version)
        if (api_version, kind) not in self.plurals:
            message = f'no matches for kind "{kind}" in version "{api_version}"'
            raise ApiError(404, {"message": message, "reason": "NoKindMatch"})
        plural, namespaced = self.plurals[api_version, kind]
        parts = [
            base,
            *(["namespaces", namespace or "default"] if namespaced and name else []),
            plural,
        ]
        return "/".join([*parts, *([quote(name)] if name else [])])

    def of_object(self, manifest: Mapping[str, Any]) -> str:
        """Return the path of *manifest*."""
        metadata = manifest["metadata"]
        return self.path(
            manifest["apiVersion"],
            manifest["kind"],
            metadata.get("namespace", ""),
            metadata["name"],
        )

    def apply(
        self, manifest: Mapping[str, Any], manager: str, *, force: bool = False, dry: bool = False
    ) -> dict[str, Any]:
        """Apply *manifest* on the server's side, strictly."""
        query = {"fieldManager": manager, "fieldValidation": "Strict"}
        query |= {"force": "true"} if force else {}
        query |= {"dryRun": "All"} if dry else {}
        kind = "application/apply-patch+yaml"
        return self.call("PATCH", self.of_object(manifest), manifest, kind=kind, query=query)

    def create(self, manifest: Mapping[str, Any], manager: str) -> dict[str, Any]:
        """Make *manifest*, which must not be there yet, strictly.

        The genuine provider has held it against the cluster's schema before, in its ``Check``.
        """
        query = {"fieldManager": manager, "fieldValidation": "Strict"}
        place = self.of_object(manifest).rpartition("/")[0]
        return self.call("POST", place, manifest, query=query)

    def hand_over(self, manifest: Mapping[str, Any], manager: str) -> None:
        """Make *manager* the one who applies what it has created, or ``kubectl`` has applied.

        The API server holds one who creates and one who applies for two, who would be in conflict.
        """
        path = self.of_object(manifest)
        metadata = self.call("GET", path)["metadata"]
        before = metadata["managedFields"]
        taken = [
            each
            for each in before
            if each["manager"] in {manager, *_KUBECTL} and "subresource" not in each
        ]
        mine = {"manager": manager, "operation": "Apply"}
        if not taken or (len(taken) == 1 and mine.items() <= taken[0].items()):
            return
        owned: dict[str, Any] = {}
        for each in taken:
            owned = _merged(owned, each["fieldsV1"])
        after = [each for each in before if each not in taken]
        after.append({**taken[-1], **mine, "fieldsV1": owned})
        version = metadata["resourceVersion"]
        patch = [
            {"op": "replace", "path": "/metadata/managedFields", "value": after},
            {"op": "replace", "path": "/metadata/resourceVersion", "value": version},
        ]
        self.call("PATCH", path, patch, kind="application/json-patch+json")

    def _discover(self, base: str, api_version: str) -> None:
        try:
            listed = self.call("GET", base)
        except ApiError as error:
            if error.code != 404:
                raise
            return
        for each in listed["resources"]:
            if "/" not in each["name"]:
                self.plurals[api_version, each["kind"]] = (each["name"], each["namespaced"])

    def connection(self, timeout: float = TIMEOUT) -> http.client.HTTPSConnection:
        """Return a new connection; *timeout* is in seconds."""
        place = urlsplit(self.server)
        return http.client.HTTPSConnection(
            str(place.hostname), place.port, timeout=timeout, context=_TLS
        )


def _merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return all fields that are in *one* or in *other*."""
    both = {key: _merged(each, other[key]) for key, each in one.items() if key in other}
    return {**one, **other, **both}
