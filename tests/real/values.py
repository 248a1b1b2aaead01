"""What the provider's protocol carries: structs, marks of secrets, values that are not known yet."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from google.protobuf import json_format, struct_pb2

_SECRET = "4dabf18193072939515e22adb298388d"
"""Marks a value with a signature; see the SDK's ``rpc.py``."""
_SECRET_SIG = "1b47061264138c4ac30d75fd1eb44270"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def fields(value: Any) -> dict[str, Any] | None:
    """Return *value* where it is an object."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def items(value: Any) -> list[Any] | None:
    """Return *value* where it is a list."""
    return cast("list[Any]", value) if isinstance(value, list) else None


def mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    """Return *value* with *change* made to everything right inside it."""
    if (found := fields(value)) is not None:
        return {key: change(each) for key, each in found.items()}
    if (listed := items(value)) is not None:
        return [change(each) for each in listed]
    return value


def plain(value: Any) -> Any:
    """Return *value* without marks of secrets."""
    found = fields(value)
    if found is not None and found.get(_SECRET) == _SECRET_SIG:
        return plain(found["value"])
    return mapped(value, plain)


def whole(value: Any) -> Any:
    """Return *value* with numbers that are whole as such: the protocol has none."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return mapped(value, whole)


def given(struct: Any) -> dict[str, Any]:
    """Return a protobuf struct as a dictionary."""
    return whole(json_format.MessageToDict(struct))


def struct(value: Mapping[str, Any]) -> Any:
    """Return *value* as a protobuf struct."""
    return json_format.ParseDict(dict(value), struct_pb2.Struct())


def unknown(value: Any) -> bool:
    """Tell whether anything in *value* is not known yet."""
    inside = (fields(value) or {}).values() or items(value) or ()
    return value == UNKNOWN or any(map(unknown, inside))


def differences(old: Any, new: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the path of every value that differs, and whether it is added, updated or deleted."""
    before, after = fields(old), fields(new)
    one, other = items(old), items(new)
    if before is not None and after is not None:
        for key in sorted({*before, *after}):
            here = f"{path}.{key}" if path else key
            if key not in before:
                yield here, "ADD"
            elif key not in after:
                yield here, "DELETE"
            else:
                yield from differences(before[key], after[key], here)
    elif one is not None and other is not None and len(one) == len(other):
        for index, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from differences(left, right, f"{path}[{index}]")
    elif old != new:
        yield path, "UPDATE"
