"""Text from files made harmless: nothing moves a cursor, hides, mentions, links or formats."""

import json
import re
import unicodedata
from typing import Any

from gitops.diff.changes import ABSENT

_PLAIN = re.compile(r"[\x20-\x7e]*")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+.!|~&<>@:/$^=-])")
_CODE = re.compile(r"[^A-Za-z0-9 ./=,;-]|(?<=www)\.", re.IGNORECASE)
_LONG = 200


def visible(text: str) -> str:
    """Return *text* with every control and invisible character written as an escape."""
    if _PLAIN.fullmatch(text):
        return text
    return "".join(_visible(each) for each in text)


def _visible(character: str) -> str:
    if unicodedata.category(character) in {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}:
        escape = json.dumps(character)[1:-1]
        return escape if escape != character else f"\\u{ord(character):04x}"
    return character


def value(given: Any) -> str:
    """Return a field's value in one visible line of bounded length."""
    if given is ABSENT:
        return "(absent)"
    text = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
    if len(text) > _LONG:
        text = f"{text[:_LONG]}... ({len(text):,} characters)"
    return visible(text) if text else '""'


def markdown(text: str) -> str:
    """Return *text* so that Markdown shows it as it is, on one line.

    Every character with a meaning is written as a character reference: unlike a backslash,
    that also stops bare links. GitHub looks for mentions and issue numbers in the HTML that comes
    of it, so a comment parts those signs from what follows.
    Source: https://github.com/github/cmark-gfm/issues/181
    """
    return _MARKDOWN.sub(_reference, visible(text))


def _reference(match: re.Match[str]) -> str:
    return f"&#{ord(match[1])};{'<!-- -->' if match[1] in '@#' else ''}"


def code(text: str) -> str:
    """Return *text* as inline code: in HTML, which no backtick can end.

    Markdown formats and links inside the element, and so what has a meaning is escaped there too.
    """
    return f"<code>{_CODE.sub(lambda match: f'&#{ord(match[0])};', visible(text))}</code>"
