"""Files as people write them: what arrives, and what is refused with its place."""

import pytest

from gitops.errors import InputError
from gitops.source.document import MAX_BYTES, Mark, Quoted, parse, parse_all


def refusal(content: bytes) -> str:
    with pytest.raises(InputError) as caught:
        parse("file.yaml", content)
    return str(caught.value)


@pytest.mark.parametrize(
    "word", ["on", "no", "1e3", "12:30", "0o7", "010", "1_000", "yes", "2026-01-01"]
)
def test_a_plain_scalar_arrives_as_the_text_in_the_file(word: str) -> None:
    assert parse("file.yaml", f"key: {word}".encode()).data == {"key": word}


def test_a_quoted_scalar_can_be_told_from_a_plain_one() -> None:
    data = parse("file.yaml", b"a: \"3\"\nb: '3'\nc: |\n  3\nd: 3").data

    assert [isinstance(value, Quoted) for value in data.values()] == [True, True, True, False]


@pytest.mark.parametrize("word", ["", "~", "null"])
def test_an_empty_value_is_none(word: str) -> None:
    assert parse("file.yaml", f"key: {word}".encode()).data == {"key": None}


def test_a_byte_order_mark_is_no_part_of_the_first_key() -> None:
    assert parse("file.yaml", b"\xef\xbb\xbfkey: 1").data == {"key": "1"}


def test_a_value_is_found_again_at_its_key_or_list_item() -> None:
    document = parse("file.yaml", b"a:\n  b:\n    - x\n    - {c: y}\n")

    assert document.mark(("a", "b")) == Mark(2, 3)
    assert document.mark(("a", "b", 1)) == Mark(4, 7)
    assert document.mark(("a", "b", 1, "c")) == Mark(4, 8)
    assert document.mark(("a", "z")) is None


def test_an_alias_repeats_its_value() -> None:
    assert parse("file.yaml", b"a: &x [1]\nb: *x").data == {"a": ["1"], "b": ["1"]}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a: 1\nb: 2\na: 3", "file.yaml:3:1: the key 'a' stands here twice."),
        (b"a:\n\tb: 1", "file.yaml:2:1: a tab stands where YAML allows spaces only."),
        (b"a: \xff", "file.yaml:1: byte 0xff is not UTF-8."),
        (b"a: \x07", "file.yaml:1: the character U+0007 is not allowed in YAML."),
        (b"a: !!int 3", "file.yaml:1:4: the tag 'tag:yaml.org,2002:int' is not accepted."),
        (b"a: *x", "file.yaml:1:4: nothing before this line is named '&x'."),
        (b"a: &x [*x]", "file.yaml:1:8: the alias '*x' contains itself."),
        (b"a: 1\n---\nb: 2", "file.yaml:2:1: a second document begins here."),
        (b"<<: {a: 1}", "file.yaml:1:1: the merge key '<<' is not accepted."),
        (b"[a, b]: 1", "file.yaml:1:1: a key must be text."),
        (b"a: [1, 2", "file.yaml:1:4: not YAML: while parsing a flow sequence"),
        (b"[" * 100, "file.yaml:1:62: nested deeper than 60 levels."),
    ],
)
def test_what_yaml_or_we_refuse_is_named_with_its_place(content: bytes, message: str) -> None:
    assert refusal(content).startswith(message)


def test_aliases_that_explode_are_refused_before_they_do() -> None:
    levels = [b"a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [
        b"a%d: &a%d [%s]" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 10)) for n in range(1, 20)
    ]

    assert "more than 200,000 values once its aliases are expanded" in refusal(b"\n".join(levels))


def test_a_file_over_one_mebibyte_is_refused_unread() -> None:
    assert "the file has 1,048,577 bytes" in refusal(b"#" * (MAX_BYTES + 1))


def test_several_documents_are_read_where_they_are_allowed() -> None:
    found = parse_all("file.yaml", b"a: 1\n---\nb: 2\n---\n")

    assert [each.data for each in found] == [{"a": "1"}, {"b": "2"}, None]
