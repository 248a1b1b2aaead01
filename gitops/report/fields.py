"""Fields of a change as they may be shown: whatever could be a secret is hidden first."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from gitops.diff import FieldChange, ObjectChange
from gitops.diff.changes import ABSENT
from gitops.secrecy import HIDDEN, hide, looks_secret

_LAST = re.compile(r"\[name=(?P<name>[^]]*)\]\.value$|[.\[](?P<key>[^.\[\]]*)\]?$")


def shown(change: ObjectChange) -> Iterator[FieldChange]:
    """Yield the fields of *change*, with a mark instead of what must not be shown."""
    for field in change.fields:
        kind = change.object.kind
        old, new = _shown(kind, field.path, field.old), _shown(kind, field.path, field.new)
        yield FieldChange(field.path, old, new)


def _shown(kind: str, path: str, value: Any) -> Any:
    if value is ABSENT:
        return value
    match = _LAST.search(path)
    key = (match["name"] or match["key"] or "") if match else path
    hidden = hide(kind, path, key, value)
    return hidden if hidden is HIDDEN else _inside(value)


def _inside(value: Any) -> Any:
    """Hide secrets in a value that is a whole branch of an object."""
    if isinstance(value, dict):
        mapping = cast("Mapping[str, Any]", value)
        if isinstance(mapping.get("name"), str) and looks_secret(mapping["name"]):
            mapping = {**mapping, **({"value": HIDDEN} if "value" in mapping else {})}
        return {
            key: HIDDEN if looks_secret(key) and isinstance(each, str) else _inside(each)
            for key, each in mapping.items()
        }
    return (
        [_inside(each) for each in cast("list[Any]", value)] if isinstance(value, list) else value
    )
