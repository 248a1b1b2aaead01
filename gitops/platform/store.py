"""Release manifests as they were fetched: by their digest, in the user's cache directory.

A file is there only if its content had the digest that was pinned. What was read from it lies
beside it as JSON, which is read forty times as fast.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, cast

import yaml

from gitops.errors import ProgramError
from gitops.objects import Manifest, at, entries
from gitops.places import cache_folder, put

DEFINITION = "CustomResourceDefinition"
_FORM = 1
"""Raised whenever what is read from a manifest becomes another thing."""
_INT = re.compile(r"[-+]?(?:0b[01_]+|0o?[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+)\Z")
_FLOAT = re.compile(
    r"(?:[-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?[0-9]+[eE][-+]?[0-9]+)\Z"
)


class _Loader(yaml.CSafeLoader):
    """Reads YAML as Kubernetes does: no dates, no numbers to the base of sixty, ``y`` for true.

    Source: https://github.com/kubernetes-sigs/yaml, which reads YAML for Kubernetes
    """

    bool_values: ClassVar = {**yaml.CSafeLoader.bool_values, "y": True, "n": False}


_Loader.yaml_implicit_resolvers = {
    first: [each for each in found if each[0].rpartition(":")[2] in {"bool", "null", "merge"}]
    for first, found in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:float", _FLOAT, list("-+0123456789."))
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", _INT, list("-+0123456789"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"[yYnN]\Z"), list("yYnN"))


def holds(sha256: str) -> bool:
    """Tell whether the file with the digest *sha256* was fetched, and is whole."""
    return objects(sha256) is not None


def keep(sha256: str, content: bytes) -> None:
    """Keep *content*, whose digest is *sha256*, and what it says.

    Raises:
        ProgramError: it is not what Kubernetes would read; says why, and not where it came from.

    """
    put(_read(sha256), _sealed(_body(content)))
    put(_raw(sha256), content)


def objects(sha256: str) -> tuple[Manifest, ...] | None:
    """Return the objects in the file with the digest *sha256*; None where it was not fetched.

    Nobody may change them: they are shared.
    """
    try:
        return _shared(cache_folder(), sha256)
    except LookupError:
        return None


@lru_cache(maxsize=64)
def _shared(folder: Path, sha256: str) -> tuple[Manifest, ...]:
    """Return the objects in the file *sha256* in *folder*; what is not there is not remembered."""
    found = _found(sha256)
    if found is None:
        raise LookupError(f"{folder}: {sha256}")
    return found


def _found(sha256: str) -> tuple[Manifest, ...] | None:
    with suppress(OSError, ValueError):
        head, _, body = _read(sha256).read_bytes().partition(b"\n")
        if head.decode() == hashlib.sha256(body).hexdigest():
            return tuple(json.loads(body))
    # Another version of this program has read it, or somebody has touched it.
    try:
        content = _raw(sha256).read_bytes()
    except OSError:
        return None
    if hashlib.sha256(content).hexdigest() != sha256:
        return None
    try:
        body = _body(content)
    except ProgramError as error:
        raise ProgramError(f"{_raw(sha256)}: {error}. Delete it, and run gitops fetch.") from None
    with suppress(OSError):  # Who may not write here reads it again next time.
        put(_read(sha256), _sealed(body))
    return tuple(json.loads(body))


def _body(content: bytes) -> bytes:
    found = list(_objects(content))
    try:
        return json.dumps(found, separators=(",", ":")).encode()
    except (TypeError, ValueError) as error:  # A tag made what JSON does not know.
        raise ProgramError(str(error)) from None


def _objects(content: bytes) -> Iterator[Manifest]:
    try:
        for each in yaml.load_all(content, Loader=_Loader):  # it is a safe one
            if each is not None:
                yield from _alone(each)
    except yaml.YAMLError as error:
        raise ProgramError(" ".join(str(error).split())) from None


def _alone(document: Any) -> Iterator[Manifest]:
    """Yield what *document* holds: an object, or a list of some."""
    given = at(document)
    kind, called = given.get("kind"), at(given, "metadata").get("name")
    if isinstance(kind, str) and kind.endswith("List") and not called:
        for each in entries(given.get("items")):
            yield from _alone(each)
    elif all(isinstance(each, str) and each for each in (given.get("apiVersion"), kind, called)):
        found = cast("Manifest", document)
        yield {**found, "spec": _terse(found.get("spec"))} if kind == DEFINITION else found
    else:
        raise ProgramError("a document is no Kubernetes object")


def _terse(value: Any, *, named: bool = False) -> Any:
    """Return the specification of a custom kind without descriptions, half of what it consists of.

    Where *named*, the keys are names of fields, of which one may be ``description``. What a field
    is when nobody sets it is no specification: every word of it counts.
    """
    if isinstance(value, dict):
        given = cast("dict[str, Any]", value)
        return {
            key: each
            if key in {"default", "enum"} and not named
            else _terse(each, named=key == "properties" and not named)
            for key, each in given.items()
            if named or key != "description" or not isinstance(each, str)
        }
    if isinstance(value, list):
        return [_terse(each) for each in cast("list[Any]", value)]
    return value


def _raw(sha256: str) -> Path:
    return cache_folder() / "manifests" / f"{sha256}.yaml"


def _read(sha256: str) -> Path:
    return cache_folder() / "manifests" / f"{sha256}.{_FORM}.json"


def _sealed(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode() + b"\n" + body
