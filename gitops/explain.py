"""Where a value comes from: every layer that has a say, with file and line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from typing import Any, cast

from pydantic.alias_generators import to_camel

from gitops.model import Application, Deployment
from gitops.secrecy import HIDDEN, looks_secret
from gitops.settings import Loaded
from gitops.settings.layers import saying
from gitops.settings.problems import dotted
from gitops.settings.reading import nearest_mark
from gitops.source.document import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Say:
    """One layer's word on a value."""

    layer: str
    """application, environment, cluster or release."""
    place: str
    """``file:line:column``."""
    value: str
    wins: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """One value on some clusters, and everybody who had a say, strongest first."""

    field: str
    value: str
    clusters: tuple[str, ...]
    said: tuple[Say, ...]
    """None of them wins over a default."""


def explain(loaded: Loaded, environment: str, app: str, field: str = "") -> list[Explanation]:
    """Return every value of *app* in *environment* at or below *field*, by cluster where it differs."""
    deployment = loaded.fleet.stacks[environment].deployments[app]
    groups: dict[tuple[str, str, tuple[Say, ...]], list[str]] = {}
    for cluster, settings in deployment.on.items():
        for path, value in (*_values(settings, ()), *_release(deployment)):
            if _matches(dotted(path), field):
                said = tuple(_said(loaded, environment, app, cluster, path))
                groups.setdefault((dotted(path), value, said), []).append(cluster)
    return [
        Explanation(field=name, value=value, clusters=tuple(clusters), said=said)
        for (name, value, said), clusters in groups.items()
    ]


def _matches(path: str, field: str) -> bool:
    return not field or path == field or path.startswith((f"{field}.", f"{field}["))


def _values(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Yield every single value below *value* with its path as people write it in YAML."""
    if is_dataclass(value):
        for each in fields(value):
            yield from _values(getattr(value, each.name), (*path, to_camel(each.name)))
    elif isinstance(value, Mapping):
        mapping = cast("Mapping[str, Any]", value)
        for key, each in mapping.items():
            yield from _values(each, (*path, key))
    elif isinstance(value, tuple | list):
        for index, each in enumerate(cast("list[Any]", value)):
            yield from _values(each, (*path, index))
    elif value is not None:
        yield path, _shown(path, value)


def _shown(path: Path, value: Any) -> str:
    if path and looks_secret(str(path[-1])):
        return HIDDEN
    if isinstance(value, bool):
        return str(value).lower()
    return str(value.value if isinstance(value, Enum) else value)


def _release(deployment: Deployment) -> Iterator[tuple[Path, str]]:
    for each in fields(deployment.release):
        value = getattr(deployment.release, each.name)
        if value is not None:
            yield ("release", each.name), str(value)


def _said(loaded: Loaded, environment: str, app: str, cluster: str, path: Path) -> Iterator[Say]:
    if path[0] == "release":
        document = loaded.releases[environment]
        mark = nearest_mark(document, ("releases", app, *path[1:]))
        place = f"{document.file}:{mark.line}:{mark.column}" if mark else document.file
        yield Say(layer="release", place=place, value="", wins=True)
        return
    for layer, value, counts in saying(loaded.layers[environment, app, cluster], path):
        mark = layer.mark(path)
        place = f"{layer.document.file}:{mark.line}:{mark.column}" if mark else layer.document.file
        shown = (
            ""
            if isinstance(value, dict | list)
            else _shown(path, value if value is not None else "null")
        )
        yield Say(layer=layer.name, place=place, value=shown, wins=counts)


def known_fields(app: Application) -> list[str]:
    """Return the fields of *app* that ``explain`` takes."""
    return sorted({dotted(path[:1]) for path, _ in _values(app, ())} | {"release"})
