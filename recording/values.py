"""Property values as they travel to the engine, made readable: no secret survives it.

Source: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/properties.go
"""

from typing import Any

_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  # a type tag, not a secret
_OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_REFERENCE = "5cf8f73096256a8f31e491e813e4eb8e"
_UNKNOWN_TAGS = frozenset(
    {
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)
"""What an unknown value looks like: boolean, number, text, list, asset, archive, mapping."""
UNKNOWN_ID = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

SECRET = "[secret]"  # noqa: S105  # what is shown instead of one
UNKNOWN = "[known after up]"


def readable(value: Any) -> Any:
    """Return a protobuf *value* as plain data; secrets and unknowns become marks."""
    match value.WhichOneof("kind"):
        case "struct_value":
            return _mapping(value.struct_value)
        case "list_value":
            return [readable(each) for each in value.list_value.values]
        case "string_value":
            return UNKNOWN if value.string_value in _UNKNOWN_TAGS else value.string_value
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "bool_value":
            return value.bool_value
        case _:
            return None


def properties(struct: Any) -> dict[str, Any]:
    """Return a protobuf *struct* of properties as plain data, keys in alphabetical order."""
    return {key: readable(struct.fields[key]) for key in sorted(struct.fields)}


def _mapping(struct: Any) -> Any:
    if _SIGNATURE not in struct.fields:
        return properties(struct)
    match struct.fields[_SIGNATURE].string_value:
        case signature if signature == _SECRET:
            return SECRET
        case signature if signature == _OUTPUT:
            if struct.fields["secret"].bool_value:
                return SECRET
            return readable(struct.fields["value"]) if "value" in struct.fields else UNKNOWN
        case signature if signature == _REFERENCE:
            return struct.fields["urn"].string_value
        case _:
            return UNKNOWN
