"""The README, word by word: every command runs, and says what the README says that it says."""

import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import ROOT
from tests.commands import commit, git

_NOT_HERE = frozenset({"bin/gitops test"})
"""What cannot run inside itself; continuous integration runs it."""


@dataclass(frozen=True)
class Step:
    command: str
    code: int
    said: tuple[str, ...]


def steps(text: str) -> Iterator[Step]:
    for block in re.findall(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *said = part.rstrip("\n").split("\n")
            command, _, code = command.partition("  # exit ")
            yield Step(command, int(code or 0), tuple(said))


def pattern(said: tuple[str, ...]) -> str:
    """Return what the output must match; a line of dots is any lines, dots in a line any text."""
    lines = [
        r"(?:[^\n]*\n)*?" if line == "..." else re.escape(line).replace(r"\.\.\.", ".*?") + r" *\n"
        for line in said
    ]
    return "".join(lines)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a fresh clone of what is here, committed or not, whose set-up is already done."""
    root = tmp_path_factory.mktemp("clone")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in listed.stdout.decode().split("\0")[:-1]:
        if (ROOT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes((ROOT / name).read_bytes())
            (root / name).chmod((ROOT / name).stat().st_mode)
    (root / ".venv").symlink_to(ROOT / ".venv")
    git(root, "init", "--quiet")
    commit(root)
    return root


def test_every_command_of_the_readme_says_what_the_readme_shows(clone: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = [step for step in steps(text) if step.command not in _NOT_HERE]
    assert len(found) > 8

    for step in found:
        done = subprocess.run(
            ["sh", "-c", step.command],
            cwd=clone,
            env={**os.environ, "COLUMNS": "120"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == step.code, f"{step.command}\n{done.stdout}"
        assert re.fullmatch(pattern(step.said), done.stdout), f"{step.command}\n{done.stdout}"


def test_the_table_of_verbs_is_complete() -> None:
    from gitops.cli.main import _LAZY

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| `(bin/gitops [^`]*)`", text, re.MULTILINE)

    assert {shlex.split(each)[1] for each in named} == set(_LAZY)


@pytest.mark.parametrize(
    "page", ["README.md", *(f"docs/{each.name}" for each in ROOT.glob("docs/*.md"))]
)
def test_every_link_leads_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")

    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert ((ROOT / page).parent / target).exists(), target
