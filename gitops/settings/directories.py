"""Directories of plain manifests: read once, checked for what no builder could mend."""

from collections.abc import Iterator
from typing import Any, cast

from pydantic_core import PydanticCustomError

from gitops.errors import InputError, Problem
from gitops.manifests.raw import CLUSTER_SCOPED, group_kind
from gitops.model import Manifests
from gitops.objects import Manifest
from gitops.settings.problems import dotted
from gitops.settings.reading import Reading, nearest_mark
from gitops.source import plain
from gitops.source.document import Document, Path, parse_all


def read(reading: Reading, app: Manifests, namespaces: frozenset[str]) -> tuple[Manifest, ...]:
    """Return the objects in the directory of *app*; what is wrong goes to *reading*.

    *namespaces* are the only ones that an object may name: those that *app* runs in.
    """
    try:
        paths = reading.files.names(app.path, recursive=True)
    except InputError as error:
        reading.found += error.problems
        return ()
    chosen = [path for path in paths if path.endswith((".yaml", ".yml"))]
    if not chosen:
        remedy = "Correct 'path', or put a .yaml file there"
        reading.found.append(
            Problem(file=app.path, what="there is no manifest here", remedy=remedy)
        )
    found: list[Manifest] = []
    for path in chosen:
        for document in _documents(reading, path):
            manifest = _manifest(reading, document)
            if manifest is not None:
                reading.found += _wrong(document, manifest, app, namespaces)
                found.append(manifest)
    return tuple(found)


def _documents(reading: Reading, path: str) -> list[Document]:
    try:
        content = reading.files.read(path)
        return [each for each in parse_all(path, content or b"") if each.data is not None]
    except InputError as error:
        reading.found += error.problems
        return []


def _manifest(reading: Reading, document: Document) -> Manifest | None:
    try:
        data = plain.values(document.data)
    except PydanticCustomError as error:
        context: dict[str, Any] = dict(error.context or {})
        more = (context["what"], context["accepted"], context["remedy"])
        reading.complain(document, context["at"], *more)
        return None
    if not isinstance(data, dict):
        reading.complain(document, (), "this is no Kubernetes object", "a mapping")
        return None
    manifest = cast("Manifest", data)
    if str(manifest.get("kind")).endswith("List") and isinstance(manifest.get("items"), list):
        what, accepted = "a list hides its objects from every check", "one object in each document"
        remedy = "Write each item as a document of its own, with --- between them"
        reading.complain(document, ("items",), what, accepted, remedy)
        return None
    metadata = manifest.get("metadata")
    needed = (manifest.get("apiVersion"), manifest.get("kind"))
    name = cast("Manifest", metadata).get("name") if isinstance(metadata, dict) else None
    if all(isinstance(each, str) and each for each in (*needed, name)):
        return manifest
    reading.complain(
        document, (), "this is no Kubernetes object", "apiVersion, kind and metadata.name as text"
    )
    return None


def _wrong(
    document: Document, manifest: Manifest, app: Manifests, namespaces: frozenset[str]
) -> Iterator[Problem]:
    kind, metadata = group_kind(manifest), manifest["metadata"]
    namespace, accepted = metadata.get("namespace"), sorted(namespaces)
    labels: Any = metadata.get("labels") or {}
    if not isinstance(labels, dict) or any(
        not isinstance(each, str) for each in cast("Manifest", labels).values()
    ):
        what = "the labels are no texts by name"
        yield _problem(document, ("metadata", "labels"), what, "a mapping of texts", "Quote them")
    if kind in CLUSTER_SCOPED and kind not in app.cluster_resources:
        remedy = f"Add {kind!r} to 'clusterResources' in fleet/apps/{app.name}.yaml"
        yield _problem(document, ("kind",), f"{kind} is cluster-scoped", "", remedy)
    if namespace is not None and namespace not in accepted:
        what = f"namespace {namespace!r} is not the application's"
        yield _problem(
            document, ("metadata", "namespace"), what, ", ".join(accepted), "Leave it out"
        )
    if kind == "Secret" and (manifest.get("data") or manifest.get("stringData")):
        what = "a Secret stands here in plain text (its values are not shown)"
        remedy = "Seal it, or take it from a secret store; revoke it if it was committed"
        yield _problem(document, ("kind",), what, "no Secret in the repository", remedy)


def _problem(document: Document, path: Path, what: str, accepted: str, remedy: str) -> Problem:
    mark = nearest_mark(document, path)
    return Problem(
        file=document.file,
        line=mark.line if mark else 0,
        column=mark.column if mark else 0,
        key=dotted(path),
        what=what,
        accepted=accepted,
        remedy=remedy,
    )
