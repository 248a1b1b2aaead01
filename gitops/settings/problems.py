"""From pydantic's complaints to Problems: where, what, accepted, remedy."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from gitops import fields, names
from gitops.errors import Problem
from gitops.secrecy import looks_secret
from gitops.source.document import Mark, Path

T = TypeVar("T")
Locate = Callable[[Path], tuple[str, Mark | None]]
"""Turns a path inside the checked value into a file and a place in it."""


def check(adapter: TypeAdapter[T], data: Any, locate: Locate) -> tuple[T | None, list[Problem]]:
    """Return *data* as the adapter's type, or what is wrong with it."""
    try:
        return adapter.validate_python(data), []
    except ValidationError as error:
        return None, [
            _translate(adapter, data, each, locate) for each in error.errors(include_url=False)
        ]


def problem(
    locate: Locate, path: Path, what: str, accepted: str = "", remedy: str = "", *, below: str = ""
) -> Problem:
    """Make a Problem about the value at *path*."""
    file, mark = locate(path)
    return Problem(
        file=file,
        line=mark.line if mark else 0,
        column=mark.column if mark else 0,
        key=dotted(path) or below,
        what=what,
        accepted=accepted,
        remedy=remedy,
    )


def dotted(path: Path) -> str:
    """Write *path* as people do: ``ports.http``, ``secrets[0].name``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def _translate(adapter: TypeAdapter[Any], data: Any, error: Any, locate: Locate) -> Problem:
    path = _path(error["loc"], data)
    context: dict[str, Any] = error.get("ctx", {})
    match error["type"]:
        case "refused":
            path = (*path, *context.get("at", ()))
            what, accepted, remedy = (context[key] for key in ("what", "accepted", "remedy"))
            if path and looks_secret(str(path[-1])):
                what = "the value does not fit"
            return problem(locate, path, what, accepted, remedy)
        case "unexpected_keyword_argument":
            known = sorted(_properties(adapter, data, path[:-1]))
            what = f"the key {str(path[-1])!r} is unknown"
            return _nearest(locate, path, what, str(path[-1]), known)
        case "missing":
            what = f"the key {str(path[-1])!r} is missing"
            remedy = f"Add {path[-1]!r}: {_describe(adapter, data, path)}".rstrip(": ")
            return problem(locate, path[:-1], what, remedy=remedy)
        case "union_tag_not_found":
            return problem(locate, (), "the key 'kind' is missing", _kinds(adapter), "Add 'kind'")
        case "union_tag_invalid":
            what = f"{fields.shape(context['tag'])} is no kind of application"
            return _nearest(locate, ("kind",), what, context["tag"], _kind_names(adapter))
        case "enum" | "literal_error":
            accepted = str(context["expected"]).replace(" or ", ", ").replace("'", "").split(", ")
            what = f"{fields.shape(error['input'])} is not accepted"
            return _nearest(locate, path, what, error["input"], accepted)
        case kind:
            what = f"{fields.shape(error['input'])} stands here"
            return problem(locate, path, what, _accepted(kind, context))


def _path(loc: Sequence[Any], data: Any) -> Path:
    """Drop what pydantic adds to a path: the kind of the application, the mark of a key."""
    steps = [step for step in loc if step != "[key]"]
    # The kind may be the name of a key as well: a chart has 'chart'.
    kind = cast("Mapping[str, Any]", data).get("kind") if isinstance(data, dict) else None
    return tuple(steps[1:] if steps and steps[0] == kind else steps)


def _nearest(locate: Locate, path: Path, what: str, word: Any, known: Sequence[str]) -> Problem:
    meant = names.nearest(str(word), known)
    remedy = names.did_you_mean(meant, "Correct or remove it")
    return problem(locate, path, what, ", ".join(known), remedy)


def _accepted(kind: str, context: Mapping[str, Any]) -> str:
    limits = {"greater_than_equal": ("at least", "ge"), "less_than_equal": ("at most", "le")}
    if kind in limits:
        word, key = limits[kind]
        return f"{word} {context[key]}"
    if kind in {"dataclass_type", "mapping_type", "dict_type", "model_attributes_type"}:
        return "a mapping of keys and values"
    return "a list" if kind in {"tuple_type", "list_type", "sequence_str"} else "another type"


def _kinds(adapter: TypeAdapter[Any]) -> str:
    return ", ".join(_kind_names(adapter))


def _kind_names(adapter: TypeAdapter[Any]) -> list[str]:
    return list(adapter.json_schema()["discriminator"]["mapping"])


def _describe(adapter: TypeAdapter[Any], data: Any, path: Path) -> str:
    found = _properties(adapter, data, path[:-1]).get(str(path[-1]), {})
    return str(found.get("description", "")).rstrip(".")


def _properties(adapter: TypeAdapter[Any], data: Any, path: Path) -> dict[str, Any]:
    """Return the properties of every mapping that may stand at *path* of *data*, by key."""
    schema = adapter.json_schema()
    definitions: dict[str, Any] = schema.get("$defs", {})
    if "discriminator" in schema:
        schema = {"$ref": schema["discriminator"]["mapping"][data["kind"]]}
    here = _open([schema], definitions)
    for step in path:
        here = _open([_child(each, step) for each in here], definitions)
    return {key: value for each in here for key, value in each.get("properties", {}).items()}


def _child(schema: Mapping[str, Any], step: str | int) -> dict[str, Any]:
    if isinstance(step, int):
        return schema.get("items", {})
    found = schema.get("properties", {}).get(step) or schema.get("additionalProperties")
    patterns = list(schema.get("patternProperties", {}).values())
    return found or (patterns[0] if patterns else {})


def _open(schemas: Sequence[Any], definitions: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Follow references and alternatives until only plain schemas are left."""
    plain: list[dict[str, Any]] = []
    queue = [cast("dict[str, Any]", each) for each in schemas if isinstance(each, dict)]
    while queue:
        each = queue.pop()
        if "$ref" in each:
            queue.append(definitions[each["$ref"].rsplit("/", 1)[-1]])
        plain.append(each)
        queue += [*each.get("anyOf", []), *each.get("oneOf", [])]
    return plain
