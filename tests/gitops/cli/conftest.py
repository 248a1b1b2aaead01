"""What the tests of the verbs share."""

import shutil
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import ROOT
from tests.commands import PERSONAL, Cli, commit, git
from tests.fleets import write


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]  # pytest uses it
    """Take away what the terminal of whoever runs the tests says; xdist sets a width, too."""
    for name in PERSONAL:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Return the command line for the small fleet, in a directory of the test's own."""
    root = write(tmp_path / "fleet")
    for name in ("Pulumi.yaml", "__main__.py"):
        shutil.copy(ROOT / name, root)
    return Cli(root, capsys)


@pytest.fixture
def broken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Return the command line for a fleet with three problems in two files."""
    root = write(tmp_path / "broken")
    app, teams = root / "fleet/apps/web.yaml", root / "fleet/teams.yaml"
    app.write_text(app.read_text().replace("ports:", "prots:").replace("100m", "lots"))
    teams.write_text(f"{teams.read_text()}Not_A_Name: {{contact: x}}\n")
    return Cli(root, capsys)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a Git repository of its own that holds the sample fleet, committed."""
    root = tmp_path / "checkout"
    root.mkdir()
    for name in ("fleet", "releases", "components"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for file in (*ROOT.glob("Pulumi*.yaml"), ROOT / "__main__.py"):
        shutil.copy(file, root)
    git(root, "init", "--quiet")
    commit(root)
    return root


@pytest.fixture
def without_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the Pulumi program out of a preview: running it takes a second."""
    from gitops.cli import preview

    @contextmanager
    def nothing(root: Path, files: object, names: list[str]) -> Generator[Callable[[], object]]:
        del root, files
        yield lambda: dict.fromkeys(names, ((), ()))

    monkeypatch.setattr(preview, "_resources", nothing)
