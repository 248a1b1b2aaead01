"""Free-form values: YAML 1.2 types, and nothing that two readers take differently."""

import pytest
from pydantic_core import PydanticCustomError

from gitops.source.document import Quoted, parse
from gitops.source.plain import values


@pytest.mark.parametrize(
    ("word", "value"),
    [("3", 3), ("-3", -3), ("0", 0), ("1.5", 1.5), ("1.0e+3", 1000.0), ("true", True),
     ("False", False), ("text", "text"), ("1.2.3", "1.2.3"), ("100m", "100m"), ("v1", "v1")],
)  # fmt: skip
def test_a_plain_scalar_has_the_type_that_every_reader_gives_it(word: str, value: object) -> None:
    found = values(word)

    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    "word",
    ["on", "off", "yes", "No", "y", "N", "010", "0o7", "0x1f", "0b1", "12:30", "190:20:30", "1_000",
     "1e3", ".5", "5.", ".inf", "-.Inf", ".NaN", "=", "2026-11-24", "0123.4", "+.5e1"],
)  # fmt: skip
def test_what_yaml_1_1_and_1_2_read_differently_must_be_quoted(word: str) -> None:
    with pytest.raises(PydanticCustomError) as caught:
        values({"a": [word]})

    assert caught.value.context is not None
    assert caught.value.context["at"] == ("a", 0)
    assert values(Quoted(word)) == word


def test_quoted_text_is_text_and_no_subclass() -> None:
    found = values(parse("f", b"a: '3'").data)

    assert found == {"a": "3"}
    assert type(found["a"]) is str
