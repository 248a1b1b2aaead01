"""JSON Schemas of every file that people write, generated from the model, for their editors."""

import copy
import json
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from pydantic import TypeAdapter

from gitops.model import KINDS
from gitops.model.parts import SHAPE
from gitops.model.repository import CREDENTIALS, OPEN
from gitops.settings import repository, shapes, stack

FOLDER = "schemas"
_DRAFT = "http://json-schema.org/draft-07/schema#"


def schemas() -> dict[str, str]:
    """Return the text of every schema by its path in the repository."""
    with _described():
        made = {
            "fleet": _schema(shapes.FLEET),
            "clusters": _keyed(_schema(shapes.CLUSTERS)),
            "teams": _keyed(_schema(shapes.TEAMS)),
            "policy": _schema(shapes.POLICY),
            "versions": _schema(shapes.VERSIONS),
            "application": _schema(shapes.APPS),
            "releases": _schema(shapes.RELEASES),
            "stack": _stack(),
        }
    return {f"{FOLDER}/{name}.json": _text(name, schema) for name, schema in made.items()}


@contextmanager
def _described() -> Generator[None]:
    """Let pydantic read what the model's docstrings say; a load can do without, and is faster."""
    SHAPE["use_attribute_docstrings"] = True
    try:
        yield
    finally:
        del SHAPE["use_attribute_docstrings"]


def _schema(kind: str) -> dict[str, Any]:
    return _of(shapes.ADAPTERS[kind])


def _of(shape: Any) -> dict[str, Any]:
    adapter: TypeAdapter[Any] = TypeAdapter(shape)
    return adapter.json_schema(ref_template="#/definitions/{model}")


def _text(name: str, schema: dict[str, Any]) -> str:
    whole = {"$schema": _DRAFT, "$id": f"gitops-{name}", **_seven(schema)}
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _seven(schema: dict[str, Any]) -> dict[str, Any]:
    """Return *schema* as draft 7, which every editor reads; ``discriminator`` is OpenAPI's."""
    moved = {key: each for key, each in schema.items() if key not in {"$defs", "discriminator"}}
    if "$defs" in schema:
        moved["definitions"] = schema["$defs"]
    return moved


def _keyed(schema: dict[str, Any]) -> dict[str, Any]:
    """Take ``name`` away from what a file holds by name."""
    values: dict[str, Any] = schema.get("additionalProperties") or next(
        iter(schema["patternProperties"].values())
    )
    _nameless(schema["$defs"][values["$ref"].rpartition("/")[2]])
    return schema


def _nameless(schema: dict[str, Any]) -> None:
    """Take ``name`` away where the key, or the file's name, is the name."""
    del schema["properties"]["name"]
    schema["required"] = [each for each in schema["required"] if each != "name"]


def _stack() -> dict[str, Any]:
    """Return the schema of ``Pulumi.<environment>.yaml``: Pulumi's own keys, and ours."""
    environment = _schema("environment")
    definitions: dict[str, Any] = environment.pop("$defs", {})
    _nameless(environment)
    overlay = {"type": "object", "properties": _overlay(definitions), "additionalProperties": False}
    definitions["Overlay"] = overlay
    apps = {"type": "object", "additionalProperties": {"$ref": "#/definitions/Overlay"}}
    cluster = {"type": "object", "properties": {"apps": apps}, "additionalProperties": False}
    config = {
        "gitops:environment": environment,
        "gitops:apps": {"description": "What is different here, by application.", **apps},
        "gitops:clusters": {
            "description": "What is different on one cluster, by cluster and application.",
            "type": "object",
            "additionalProperties": cluster,
        },
        "gitops:kubeconfigs": {
            "description": "Kubeconfig by cluster: `pulumi config set --secret --path`.",
            "type": "object",
        },
        "gitops:repository": _credentials(),
    }
    known: dict[str, Any] = {
        "type": "object",
        "properties": config,
        "required": ["gitops:environment"],
        "patternProperties": {"^(?!gitops:)[^:]+:.+": {}},
        "additionalProperties": False,
    }
    return {
        "title": "Stack",
        "type": "object",
        "properties": {**{key: {} for key in stack.PULUMI_KEYS}, "config": known},
        "required": ["config"],
        "additionalProperties": False,
        "$defs": definitions,
    }


def _credentials() -> dict[str, Any]:
    """Return the schema of the credentials for the Git repository, each an encrypted value."""
    secure = {
        "type": "object",
        "properties": {"secure": {"type": "string"}},
        "required": ["secure"],
        "additionalProperties": False,
    }
    open_value = {"anyOf": [secure, {"type": ["string", "integer"]}]}
    return {
        "description": "What `credentials` in fleet/fleet.yaml needs, set with `pulumi config set "
        "--secret --path`: "
        + "; ".join(
            f"{kind.value}: {', '.join(keys)}" for kind, keys in CREDENTIALS.items() if keys
        ),
        "type": "object",
        "properties": {key: open_value if key in OPEN else secure for key in repository.KEYS},
        "additionalProperties": False,
    }


def _overlay(definitions: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of all kinds of application, each optional, null to take it away."""
    found: dict[str, list[dict[str, Any]]] = {}
    for kind in KINDS.values():
        schema = _of(kind)
        for name, each in schema.pop("$defs", {}).items():
            definitions[name] = _partial(each)
        for key, each in schema["properties"].items():
            if key not in shapes.FIXED and each not in found.setdefault(key, []):
                found[key].append(_partial(each))
    return {key: {"anyOf": [*each, {"type": "null"}]} for key, each in found.items()}


def _partial(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return *schema* with nothing required: a layer says only what is different."""
    partial = copy.deepcopy(dict(schema))
    for each in _nested(partial):
        each.pop("required", None)
        each.pop("default", None)
    return partial


def _nested(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield cast("dict[str, Any]", value)
        for each in cast("dict[str, Any]", value).values():
            yield from _nested(each)
    elif isinstance(value, list):
        for each in cast("list[Any]", value):
            yield from _nested(each)
