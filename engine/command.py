"""Finds the Pulumi engine: on PATH, as the Automation API installs it, or built from ``tools/``."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from pulumi.automation import PulumiCommand
from pulumi.automation.errors import InvalidVersionError

from engine.interruption import Engine
from gitops.errors import ProgramError
from gitops.programs import build

HERE = Path(__file__).parent
_ANALYZER = "pulumi-analyzer-policy-python"


def find(checkout: Path, say: Callable[[str], None]) -> Engine:
    """Return the engine; *checkout* has ``tools/``. What it needs beside it is put on PATH.

    Raises:
        ProgramError: there is none, and none can be installed or built; or it is too old.

    """
    try:
        if shutil.which("pulumi") is None:
            _get(checkout, say)
        if shutil.which(_ANALYZER) is None:
            _on_path(HERE / "bin", last=True)
            os.environ["GITOPS_PYTHON"] = sys.executable
        engine = Engine()
    except InvalidVersionError as error:
        raise ProgramError(f"pulumi: {error} See https://www.pulumi.com/docs/install/.") from None
    engine.say = say
    return engine


def _get(checkout: Path, say: Callable[[str], None]) -> None:
    try:
        say("installing the Pulumi engine (once)")
        _on_path(Path(PulumiCommand.install().command).parent)
    except (OSError, subprocess.CalledProcessError):
        say("it cannot be downloaded")
        _on_path(build(checkout / "tools/pulumi", "pulumi", say).parent)


def _on_path(folder: Path, *, last: bool = False) -> None:
    parts = [str(folder), os.environ.get("PATH", os.defpath)]
    os.environ["PATH"] = os.pathsep.join(reversed(parts) if last else parts)
