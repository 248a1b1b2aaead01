"""The program of a stack, as the language host runs it, and in words what goes wrong in it."""

import runpy
import sys
import traceback
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pulumi

from gitops.errors import GitOpsError, ProgramError

_ABOUT_CODE = (AttributeError, ImportError, NameError, SyntaxError, TypeError)
"""Errors whose text is about names and types; that of others may quote a value."""


def program(root: Path) -> Callable[[], None]:
    """Return what runs ``__main__.py`` in *root*, unmodified."""

    def run() -> None:
        runpy.run_path(str(root / "__main__.py"), run_name="__main__")

    return run


@contextmanager
def hosted(root: Path) -> Generator[None]:
    """Let a program in *root* find its modules, and turn what goes wrong into one message.

    Raises:
        ProgramError: the program's own error, with its place and without a traceback.
        GitOpsError: raised by the program on purpose; passed on as it is.

    """
    sys.path.insert(0, str(root))
    try:
        yield
    except GitOpsError:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001  # whatever it is becomes one message
        raise ProgramError(_explained(error, root)) from None
    finally:
        sys.path.remove(str(root))


def _explained(error: BaseException, root: Path) -> str:
    """Return the program's own error with the innermost place in the repository."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [each for each in frames if Path(each.filename).is_relative_to(root)]
    own = [
        each for each in own if ".venv" not in each.filename and "/recording/" not in each.filename
    ]
    place = ""
    if own:
        place = f"{Path(own[-1].filename).relative_to(root)}:{own[-1].lineno}: "
    return f"{place}{_said(error)}"


def _said(error: BaseException) -> str:
    """Return what *error* says, but not where that may be a value, and so a secret."""
    if isinstance(error, pulumi.ConfigTypeError):
        return f"Configuration '{error.key}' is not a valid '{error.expect_type}'"
    if isinstance(error, pulumi.RunError):
        return str(error)
    kind = type(error).__name__
    number = isinstance(error, SystemExit) and isinstance(error.code, int)
    if number or isinstance(error, _ABOUT_CODE):
        return f"{kind}: {error}"
    return f"{kind}. Its text may hold a secret and is left out; `pulumi preview` shows it."
