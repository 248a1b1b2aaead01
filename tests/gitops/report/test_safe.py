"""Text from files made harmless, held against a Markdown parser that is not ours."""

import html
import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from gitops.diff.changes import ABSENT
from gitops.report.safe import code, markdown, value, visible

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
HOSTILE = (
    "`code` and ``` a fence",
    "</code></details><img src=x onerror=alert(1)>",
    "@everybody please look at #1",
    "a | b | c",
    "[a link](https://evil.example.com) <https://evil.example.com> www.evil.example.com",
    "![an image](https://evil.example.com/x.png)",
    "**bold** _em_ ~~gone~~ __x__",
    "# title",
    "- item\n\n1. item",
    "> quote",
    "\x1b[31mred\x1b[0m \x1b]8;;https://evil.example.com\x07link",
    "abc\u202edcba\u2066x\u2069 zero\u200bwidth \ufeff",
    "&lt;&#60;&amp;",
    "back\\slash \\| \\`",
    "a\r\nb\tc\x00\x7f\x85\u2028\u2029",
    "$x$ $$y$$ :smile: ==x== ^y^ --- === ***",
    "<!-- a comment -->",
    "\ud800 lonely",
    "é ü 漢字 🎉 \U000e0041",
)
hostile = st.one_of(
    st.sampled_from(HOSTILE), st.text(max_size=80), st.text("`|<>&@#[]()!*_\\~-\n x:", max_size=40)
)


def rendered(text: str) -> str:
    """Return the HTML that Markdown *text* becomes, without the comments."""
    return re.sub(r"<!--.*?-->", "", PARSER.render(text), flags=re.DOTALL)


def shown(text: str) -> str:
    """Return what a person sees of a plain paragraph of HTML; anything else fails."""
    match = re.fullmatch(r"<p>x([^<>]*)x</p>\n", text)
    assert match, f"formatted: {text!r}"
    return html.unescape(match[1])


@given(hostile)
@example("\u202e")
def test_visible_text_has_no_character_that_controls_or_hides(text: str) -> None:
    categories = {unicodedata.category(each) for each in visible(text)}

    assert not categories & {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}
    assert visible(text).encode().decode() == visible(text)


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("\x1b[31m", "\\u001b[31m"),
        ("a\nb\tc", "a\\nb\\tc"),
        ("\u202e", "\\u202e"),
        ("\x7f", "\\u007f"),
        ("\x85", "\\u0085"),
        ("\u2028", "\\u2028"),
        ("\u200b", "\\u200b"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\udb40\\udc41"),
    ],
)
def test_what_cannot_be_seen_is_written_as_an_escape(text: str, escaped: str) -> None:
    assert visible(f"<{text}>") == f"<{escaped}>"


@pytest.mark.parametrize("text", ["", "plain: text", "Zoë 漢字 🎉", "C:\\temp"])
def test_what_can_be_seen_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


@given(hostile)
def test_markdown_shows_the_text_itself_and_formats_none_of_it(text: str) -> None:
    assert shown(rendered(f"x{markdown(text)}x")) == visible(text)


@given(hostile)
def test_a_cell_stays_one_cell(text: str) -> None:
    table = f"| a | b |\n| --- | --- |\n| {markdown(text)} | end |"

    cells = re.findall(r"<td>(.*?)</td>", rendered(table), flags=re.DOTALL)

    assert [html.unescape(each).strip() for each in cells] == [visible(text).strip(), "end"]


@given(hostile)
def test_code_is_one_element_that_nothing_in_it_ends(text: str) -> None:
    match = re.fullmatch(r"<p>x<code>([^<>]*)</code>x</p>\n", rendered(f"x{code(text)}x"))

    assert match
    assert html.unescape(match[1]) == visible(text)


@pytest.mark.parametrize("sign", ["@", "#"])
def test_nobody_is_mentioned_although_references_are_looked_for_after_rendering(sign: str) -> None:
    # GitHub searches the text between tags and comments of the finished HTML.
    texts = re.split(r"<[^>]*>", PARSER.render(markdown(f"see {sign}1a or x{sign}1")))

    assert all(not re.search(rf"{sign}\w", html.unescape(each)) for each in texts)


@pytest.mark.parametrize("text", ["https://evil.example.com", "www.evil.example.com", "a@b.com"])
def test_bare_links_are_broken_up_in_the_source(text: str) -> None:
    assert not re.search(r"https?://|www\.|\w@\w", markdown(text) + code(text))


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("plain", "plain"),
        ("", '""'),
        (3, "3"),
        (True, "true"),
        (None, "null"),
        (ABSENT, "(absent)"),
        ("(absent)", "(absent)"),
        ({"a": ["é", 1]}, '{"a": ["é", 1]}'),
        ("two\nlines", "two\\nlines"),
    ],
)
def test_a_value_is_one_visible_line(given: object, text: str) -> None:
    assert value(given) == text


def test_a_long_value_is_cut_and_says_how_long_it_was() -> None:
    assert value("x" * 200) == "x" * 200
    assert value("x" * 12_345) == f"{'x' * 200}... (12,345 characters)"
