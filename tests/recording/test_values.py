"""Property values, as they travel to the engine and as people get to see them."""

from typing import Any

import pytest
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import rpc
from pulumi_policy import proxy

from recording.values import SECRET, UNKNOWN, UNKNOWN_ID, properties
from tests import CANARY

SIGNATURE = rpc._special_sig_key
SECRET_MARK = {SIGNATURE: rpc._special_secret_sig, "value": CANARY}


def seen(value: Any) -> Any:
    """Return what is shown of *value*, which is as the engine gets it."""
    struct = Struct()
    struct.update({"key": value})
    return properties(struct)["key"]


PLAIN: list[Any] = [
    "",
    "text",
    True,
    False,
    None,
    0,
    7,
    -1,
    2.5,
    [],
    {},
    [1, "a", None],
    {"a": [{}]},
]


@pytest.mark.parametrize("value", PLAIN)
def test_plain_data_stays_as_it_is(value: object) -> None:
    found = seen(value)

    assert found == value
    assert type(found) is type(value)


def test_a_whole_number_is_no_fraction() -> None:
    assert repr(seen(3.0)) == "3"


def test_keys_come_in_alphabetical_order() -> None:
    assert list(seen({"b": 1, "a": 2, "c": 3})) == ["a", "b", "c"]


@pytest.mark.parametrize(
    "value",
    [
        SECRET_MARK,
        {SIGNATURE: rpc._special_secret_sig, "value": {"a": [CANARY]}},
        {SIGNATURE: rpc._special_secret_sig, "value": UNKNOWN_ID},
        {SIGNATURE: rpc._special_output_value_sig, "value": CANARY, "secret": True},
        {SIGNATURE: rpc._special_output_value_sig, "secret": True},
    ],
)
def test_a_secret_becomes_a_mark(value: object) -> None:
    assert seen(value) == SECRET


def test_a_secret_deep_inside_is_found() -> None:
    assert seen({"a": [{"b": SECRET_MARK}], "c": "open"}) == {"a": [{"b": SECRET}], "c": "open"}


@pytest.mark.parametrize(
    "kind", ["BOOLEAN", "STRING", "NUMBER", "ARRAY", "ASSET", "ARCHIVE", "OBJECT"]
)
def test_what_is_known_only_later_is_said_so(kind: str) -> None:
    assert seen([getattr(proxy, f"UNKNOWN_{kind}_VALUE")]) == [UNKNOWN]


def test_the_mark_of_the_sdk_for_the_unknown_is_ours() -> None:
    assert rpc.UNKNOWN == UNKNOWN_ID


def test_an_output_shows_its_value_or_that_there_is_none_yet() -> None:
    output = {SIGNATURE: rpc._special_output_value_sig}

    assert seen({**output, "value": {"a": 1}, "secret": False}) == {"a": 1}
    assert seen({**output, "dependencies": ["urn"]}) == UNKNOWN


def test_a_resource_is_shown_by_its_urn() -> None:
    assert seen({SIGNATURE: rpc._special_resource_sig, "urn": "urn:a", "id": "x"}) == "urn:a"


def test_what_nobody_has_heard_of_is_not_shown() -> None:
    assert seen({SIGNATURE: "another", "value": CANARY}) == UNKNOWN
