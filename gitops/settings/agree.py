"""Whether the engine was given what the stack's file says: what is not in Git is refused."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from gitops.errors import InputError, Problem
from gitops.settings.problems import dotted
from gitops.settings.reading import nearest_mark
from gitops.source.document import Path, parse
from gitops.source.files import Files

_MISSING: Any = object()


def agree(files: Files, stack: str, given: Mapping[str, Any]) -> None:
    """Compare *given*, the engine's values by key, with ``Pulumi.<stack>.yaml``.

    Raises:
        InputError: for each value that differs, with its place in the file.

    """
    file = f"Pulumi.{stack}.yaml"
    content = files.read(file)
    document = parse(file, content if content is not None else b"{}")
    data = cast("Mapping[str, Any]", document.data or {})
    config = cast("Mapping[str, Any]", data.get("config") or {})
    problems: list[Problem] = []
    for key, value in given.items():
        full = f"gitops:{key}"
        for path in _differences(config.get(full) or {}, value or {}, ("config", full)):
            mark = nearest_mark(document, path)
            problems.append(
                Problem(
                    file=file,
                    line=mark.line if mark else 0,
                    column=mark.column if mark else 0,
                    key=dotted(path[1:]),
                    what="the engine was given another value than this file has",
                    remedy=f"Write the value in {file}; --config and --config-file are not for it",
                )
            )
    if problems:
        raise InputError(problems)


def _differences(ours: Any, theirs: Any, path: Path) -> Iterator[Path]:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        left, right = cast("dict[str, Any]", ours), cast("dict[str, Any]", theirs)
        for key in sorted({*left, *right}):
            yield from _differences(left.get(key, _MISSING), right.get(key, _MISSING), (*path, key))
    elif isinstance(ours, list) and isinstance(theirs, list):
        items, others = cast("list[Any]", ours), cast("list[Any]", theirs)
        if len(items) != len(others):
            yield path
        for index, (one, other) in enumerate(zip(items, others, strict=False)):
            yield from _differences(one, other, (*path, index))
    elif not _same(ours, theirs):
        yield path


def _same(ours: Any, theirs: Any) -> bool:
    """Tell whether two scalars are the same to a person: the engine's YAML reader knows types."""
    if (
        _MISSING in (ours, theirs)
        or isinstance(ours, dict | list)
        or isinstance(theirs, dict | list)
    ):
        return ours is theirs
    if ours is None or theirs is None:
        return ours is theirs
    if isinstance(theirs, bool):
        return str(ours).lower() == str(theirs).lower()
    if isinstance(theirs, str) or str(ours) == str(theirs):
        return str(ours) == str(theirs)
    return _number(ours) == float(theirs)


def _number(text: Any) -> float | None:
    for read in (lambda: float(text), lambda: float(int(text, 0)), lambda: float(int(text, 8))):
        try:
            return read()
        except ValueError:
            continue
    return None
