"""Errors raised by this project, and the four-part message each of them carries.

GitOpsError (ValueError)    exit code 2: the input is wrong
├── InputError              one or more Problems in files that people wrote
├── OutputError             a place this program may not, or could not, write to
├── GitError                a Git command that failed, or a revision that does not exist
└── ProgramError            the Pulumi program or a tool it needs failed
"""

from collections.abc import Iterable
from dataclasses import dataclass


class GitOpsError(ValueError):
    """Base of every error this project raises on purpose; shown without a traceback."""


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Problem:
    """One thing that is wrong in a file: where, what, what is accepted, what to do."""

    file: str
    """Path relative to the repository root, with ``/``."""
    line: int = 0
    """From 1; 0 when the problem belongs to the whole file."""
    column: int = 0
    """From 1; 0 when the problem belongs to the whole line or file."""
    key: str = ""
    """Dotted path of the key inside the file, e.g. ``ports.http``."""
    what: str
    """The problem itself, quoting the value where that is safe."""
    accepted: str = ""
    """What would be accepted; may be empty."""
    remedy: str = ""
    """What to do; may be empty."""

    def __str__(self) -> str:
        """Return ``file:line:column: key: what. Accepted: ... Remedy.``, in at most one line."""
        where = ":".join([self.file, *(str(n) for n in (self.line, self.column) if n)])
        head = f"{where}: {self.key}: {self.what}" if self.key else f"{where}: {self.what}"
        parts = [head, f"Accepted: {self.accepted}" if self.accepted else "", self.remedy]
        return " ".join(_sentence(part) for part in parts if part)


class InputError(GitOpsError):
    """Everything that is wrong with the input, collected in one run."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep *problems* sorted by place, each once."""
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(each) for each in self.problems))

    def __reduce__(self) -> tuple[type["InputError"], tuple[tuple[Problem, ...]]]:
        """Let the error travel between processes."""
        return type(self), (self.problems,)


class OutputError(GitOpsError):
    """A place this program may not, or could not, write to."""


class GitError(GitOpsError):
    """A Git command that failed, or a revision that does not exist."""


class ProgramError(GitOpsError):
    """The Pulumi program, or a tool it needs, failed."""


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", ":")) else f"{text}."
