"""One YAML file as people wrote it: plain data whose scalars are still the text in the file.

Scalars stay text because only the model knows whether ``12:30``, ``on`` or ``1e3`` is meant as text.
A quoted scalar is a ``Quoted``, so that ``replicas: "3"`` can be told from ``replicas: 3``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import yaml

from gitops.errors import InputError, Problem

MAX_BYTES = 1024 * 1024
MAX_NODES = 200_000
"""Values one file may hold once its aliases are expanded."""
MAX_DEPTH = 60

Path = tuple[str | int, ...]
"""Keys and list positions from the top of a file to one value."""


class Quoted(str):
    """A scalar that was written in quotes or as a block: text, and nothing but text."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a file, both from 1."""

    line: int
    column: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """What one file says, and what it takes to find a value in it again."""

    file: str
    """Path relative to the repository root, with ``/``."""
    text: str
    data: Any
    """Mappings, lists, text, and None for an empty value."""

    def mark(self, path: Path) -> Mark | None:
        """Return where the value at *path* begins: at its key, or at the list item."""
        return _Builder(self.file, self.text, marked=True).marks().get(path)


@lru_cache(maxsize=8192)
def parse(file: str, content: bytes) -> Document:
    """Read *content*, the bytes of *file*; once, however many commits and programs have it.

    Raises:
        InputError: not UTF-8, too large, not YAML, a tab, a tag, a duplicate key, exploding aliases.

    """
    text = _decode(file, content)
    return Document(file=file, text=text, data=_Builder(file, text).build())


def parse_all(file: str, content: bytes) -> list[Document]:
    """Read every document of a file that may hold several, separated by ``---``."""
    text = _decode(file, content)
    builder = _Builder(file, text, many=True)
    return [Document(file=file, text=text, data=data) for data in builder.build_all()]


def _decode(file: str, content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise _refuse(
            file,
            f"the file has {len(content):,} bytes",
            accepted=f"at most {MAX_BYTES:,}",
            remedy="Split it",
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _refuse(
            file,
            f"byte 0x{content[error.start]:02x} is not UTF-8",
            line=line,
            accepted="UTF-8 text",
            remedy="Save the file as UTF-8",
        ) from None


def _refuse(file: str, what: str, **more: Any) -> InputError:
    return InputError([Problem(file=file, what=what, **more)])


class _Builder:
    """Turns libyaml's events into data; the event level is the only one that shows quotes."""

    def __init__(self, file: str, text: str, *, marked: bool = False, many: bool = False) -> None:
        self.file, self.text, self.many = file, text, many
        self.found: dict[Path, Mark] | None = {} if marked else None
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.open: set[str] = set()
        self.nodes = 0
        self.next: Callable[[], Any] = lambda: None
        """Returns libyaml's next event, and None after the last."""

    def build(self) -> Any:
        documents = self.build_all()
        return documents[0] if documents else None

    def build_all(self) -> list[Any]:
        documents: list[Any] = []
        try:
            self.next = cast("Any", yaml.CSafeLoader(self.text)).get_event
            while (event := self.next()) is not None:
                if isinstance(event, yaml.DocumentStartEvent):
                    self._one_only(event, documents)
                    self.anchors.clear()
                    documents.append(self._value(self.next(), (), 0))
        except yaml.MarkedYAMLError as error:
            raise self._syntax(error) from None
        except yaml.reader.ReaderError as error:
            line = self.text.count("\n", 0, error.position) + 1
            raise _refuse(
                self.file,
                f"the character U+{_code_point(error.character):04X} is not allowed in YAML",
                line=line,
                remedy="Delete it, or write it as an escape in double quotes",
            ) from None
        return documents

    def marks(self) -> dict[Path, Mark]:
        self.build_all()
        return self.found or {}

    def _one_only(self, event: Any, documents: list[Any]) -> None:
        if documents and not self.many:
            raise self._at(
                event, "a second document begins here", remedy="Keep one document in each file"
            )

    def _value(self, event: Any, path: Path, depth: int) -> Any:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise self._explosion(event)
        if type(event) is yaml.ScalarEvent and event.tag is None and event.anchor is None:
            return _scalar(event)  # Most values: the rest of what follows is not about them.
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if event.tag is not None and event.tag != "!":
            raise self._at(
                event, f"the tag {event.tag!r} is not accepted", remedy="Write the plain value"
            )
        if depth > MAX_DEPTH:
            raise self._at(event, f"nested deeper than {MAX_DEPTH} levels", remedy="Flatten it")
        before = self.nodes
        if event.anchor:
            self.open.add(event.anchor)
        value = self._content(event, path, depth)
        if event.anchor:
            self.open.discard(event.anchor)
            self.anchors[event.anchor] = (value, self.nodes - before + 1)
        return value

    def _content(self, event: Any, path: Path, depth: int) -> Any:
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path, depth)
        return self._mapping(path, depth)

    def _sequence(self, path: Path, depth: int) -> list[Any]:
        items: list[Any] = []
        while type(event := self.next()) is not yaml.SequenceEndEvent:
            here = (*path, len(items)) if self.found is not None else ()
            self._remember(here, event)
            items.append(self._value(event, here, depth + 1))
        return items

    def _mapping(self, path: Path, depth: int) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        while type(event := self.next()) is not yaml.MappingEndEvent:
            key = self._key(event, mapping)
            here = (*path, key) if self.found is not None else ()
            self._remember(here, event)
            mapping[key] = self._value(self.next(), here, depth + 1)
        return mapping

    def _key(self, event: Any, mapping: dict[str, Any]) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            raise self._at(event, "a key must be text", remedy="Write a single word as the key")
        if event.value == "<<" and event.implicit[0]:
            raise self._at(
                event,
                "the merge key '<<' is not accepted",
                remedy="Write the keys out, or use a layer",
            )
        if event.value in mapping:
            raise self._at(
                event, f"the key {event.value!r} stands here twice", remedy="Keep one of the two"
            )
        return event.value

    def _remember(self, path: Path, event: Any) -> None:
        if self.found is not None:
            mark = event.start_mark
            self.found[path] = Mark(mark.line + 1, mark.column + 1)

    def _alias(self, event: Any) -> Any:
        if event.anchor in self.open:
            raise self._at(
                event, f"the alias '*{event.anchor}' contains itself", remedy="Write the value out"
            )
        if event.anchor not in self.anchors:
            raise self._at(
                event,
                f"nothing before this line is named '&{event.anchor}'",
                remedy="Define the anchor first, or quote the text if '*' is part of it",
            )
        value, nodes = self.anchors[event.anchor]
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            raise self._explosion(event)
        return value

    def _explosion(self, event: Any) -> InputError:
        return self._at(
            event,
            f"the file holds more than {MAX_NODES:,} values once its aliases are expanded",
            remedy="Write fewer aliases",
        )

    def _at(self, event: Any, what: str, remedy: str) -> InputError:
        mark = event.start_mark
        return _refuse(self.file, what, line=mark.line + 1, column=mark.column + 1, remedy=remedy)

    def _syntax(self, error: yaml.MarkedYAMLError) -> InputError:
        mark = error.problem_mark or error.context_mark
        if mark and mark.line >= len(self.text.splitlines()) and error.context_mark:
            mark = error.context_mark  # What was never closed is of more use than the file's end.
        what = f"{error.context}, {error.problem}" if error.context else str(error.problem)
        line = mark.line + 1 if mark else 0
        source = self.text.splitlines()
        tab = "\t" in (source[line - 1] if 0 < line <= len(source) else "")
        return _refuse(
            self.file,
            "a tab stands where YAML allows spaces only" if tab else f"not YAML: {what}",
            line=line,
            column=mark.column + 1 if mark else 0,
            remedy="Indent with spaces" if tab else "Mend the YAML syntax",
        )


def _code_point(character: int | str) -> int:
    return character if isinstance(character, int) else ord(character)


def _scalar(event: Any) -> str | None:
    if not event.implicit[0]:
        return Quoted(event.value)
    return None if event.value in {"", "~", "null", "Null", "NULL"} else event.value
