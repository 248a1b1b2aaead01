"""What the engine hands to a program as its configuration, worked out from the stack's file.

Source: https://www.pulumi.com/docs/iac/concepts/config/
"""

import json
from collections.abc import Mapping
from typing import Any, cast

from pydantic_core import PydanticCustomError

from gitops.errors import InputError, Problem
from gitops.settings.repository import encrypted
from gitops.source import plain
from gitops.source.document import parse
from gitops.source.files import Files
from recording.values import SECRET

PROJECT_FILE = "Pulumi.yaml"


def project_name(files: Files) -> str:
    """Return the name of the project in ``Pulumi.yaml``."""
    name = settings(files, PROJECT_FILE).get("name")
    if isinstance(name, str):
        return str(name)
    raise InputError(
        [Problem(file=PROJECT_FILE, key="name", what="the name is missing", remedy="Add it")]
    )


def stack_config(files: Files, stack: str) -> tuple[dict[str, str], list[str]]:
    """Return the configuration of *stack* by full key, as text, and the keys that are secret.

    Encrypted values cannot be read without the passphrase: each becomes a placeholder that stays
    secret. Objects travel as JSON, as the engine sends them.
    """
    project = project_name(files)
    declared: Any = settings(files, PROJECT_FILE).get("config") or {}
    given: Any = settings(files, f"Pulumi.{stack}.yaml").get("config") or {}
    config: dict[str, str] = {}
    secret: list[str] = []
    for key, shape in cast("Mapping[str, Any]", declared).items():
        value = _declared_value(shape)
        if value is not None:
            config[key if ":" in key else f"{project}:{key}"] = _text(_open(value))
    for key, value in cast("Mapping[str, Any]", given).items():
        full = key if ":" in key else f"{project}:{key}"
        config[full] = _text(_open(value))
        if _has_secret(value):
            secret.append(full)
    return config, secret


def _declared_value(shape: Any) -> Any:
    if not isinstance(shape, dict):
        return shape
    found = cast("Mapping[str, Any]", shape)
    return found.get("value", found.get("default"))


def settings(files: Files, path: str) -> Mapping[str, Any]:
    """Return what one of Pulumi's own files says; nothing where there is no such file."""
    content = files.read(path)
    data = parse(path, content).data if content is not None else None
    return cast("dict[str, Any]", data) if isinstance(data, dict) else {}


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":"))


def _has_secret(value: Any) -> bool:
    if encrypted(value):
        return True
    if isinstance(value, dict):
        return any(_has_secret(each) for each in cast("dict[str, Any]", value).values())
    return isinstance(value, list) and any(_has_secret(each) for each in cast("list[Any]", value))


def _open(value: Any) -> Any:
    if encrypted(value):
        return SECRET
    if isinstance(value, dict):
        return {key: _open(each) for key, each in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_open(each) for each in cast("list[Any]", value)]
    try:
        return plain.values(value)
    except PydanticCustomError:  # Readers disagree about it, so whoever accepted it wants the text.
        return str(value)
