"""One reading of a fleet: the files, what they say, and everything that is wrong so far."""

from collections.abc import Container, Mapping
from typing import Any, cast

from gitops.errors import InputError, Problem
from gitops.names import is_label
from gitops.settings import parts, problems, shapes, sound
from gitops.source.document import Document, Mark, Path, parse
from gitops.source.files import Files


class Reading:
    """Reads and checks files, and keeps every complaint instead of stopping at the first."""

    def __init__(self, files: Files, only: Container[str] | None = None) -> None:
        """Start to read *files*, or what they say about *only* some applications."""
        self.files, self.only = files, only
        self.found: list[Problem] = []

    def document(self, path: str) -> Document | None:
        """Return the file at *path*; note it when it is missing or cannot be read."""
        try:
            content = self.files.read(path)
            if content is not None:
                document = parse(path, content)
                if self.only is not None and parts.shared(path):
                    return parts.only(document, self.only)
                return document
        except InputError as error:
            self.found += error.problems
            return None
        self.found.append(Problem(file=path, what="the file is missing", remedy="Create it"))
        return None

    def again(self, path: str) -> Document | None:
        """Return a file that was read before; what was wrong with it has been noted then."""
        noted = len(self.found)
        document = self.document(path)
        del self.found[noted:]
        return document

    def folder(self, path: str) -> dict[str, Document]:
        """Return the YAML files in the folder *path* by name, without the ending."""
        found: dict[str, Document] = {}
        for file in self.files.names(path):
            name = file.removeprefix(f"{path}/").removesuffix(".yaml")
            if not self.ends_well(file) or not file.endswith(".yaml"):
                continue
            if path != shapes.APPS or self.only is None or name in self.only:
                document = self.document(file)
                if document is not None:
                    found[name] = document
        return found

    def ends_well(self, path: str) -> bool:
        """Tell whether *path* has not the other ending of YAML files; note it when it has."""
        if path.endswith(".yml"):
            what, remedy = "the ending is '.yml'", "Rename it to '.yaml'"
            self.found.append(Problem(file=path, what=what, remedy=remedy))
        return not path.endswith(".yml")

    def checked(self, kind: str, document: Document, data: Any, at: Path = ()) -> Any:
        """Return *data*, what *document* has at *at*, as a file of *kind*; None when it is wrong."""

        def locate(path: Path) -> tuple[str, Mark | None]:
            return document.file, nearest_mark(document, (*at, *path))

        known = sound.recall(kind, (document, at))
        if known is not None:
            return known
        value, wrong = problems.check(shapes.adapter(kind), data, locate)
        self.found += wrong
        if not wrong:
            sound.keep(value, kind, (document, at))
        return value

    def file(self, path: str, *, named: bool = False) -> Any:
        """Return the checked file at *path*; with *named*, each entry learns its key as name."""
        document = self.document(path)
        if document is None:
            return None
        data: Any = document.data if document.data is not None else {}
        if named and isinstance(data, dict):
            entries = cast("Mapping[str, Any]", data)
            data = {key: self.named(document, (key,), each, key) for key, each in entries.items()}
        return self.checked(path, document, data)

    def named(self, document: Document, at: Path, data: Any, name: str) -> Any:
        """Return *data*, what *document* has at *at*, with *name*, which it may say itself."""
        if not isinstance(data, dict):
            return data
        given = cast("Mapping[str, Any]", data)
        if given.get("name", name) != name:
            what = f"the name here is {name!r} already"
            self.complain(document, (*at, "name"), what, name, "Remove the key 'name'")
        # What is wrong with the name is said of the key, or of the file, that it comes from.
        return {**given, "name": name if is_label(name) else "unnamed"}

    def complain(self, document: Document, path: Path, what: str, *more: str) -> None:
        """Note that the value at *path* of *document* is wrong; *more*: accepted, remedy."""

        def locate(path: Path) -> tuple[str, Mark | None]:
            return document.file, nearest_mark(document, path)

        self.found.append(problems.problem(locate, path, what, *more))


def nearest_mark(document: Document, path: Path) -> Mark | None:
    """Return where the value at *path* is written, or the nearest value around it."""
    marks = (document.mark(path[:length]) for length in range(len(path), 0, -1))
    return next((each for each in marks if each), None)
