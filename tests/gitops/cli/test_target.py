"""Where a render may write: beside what people write, never among it."""

import os
import subprocess
from pathlib import Path

import pytest

from gitops.cli.target import WRITTEN_BY_PEOPLE
from tests import ROOT
from tests.commands import Cli

RAW = "name: raw\nkind: manifests\nteam: shop\npath: raw\n"


def everything(folder: Path) -> dict[str, bytes]:
    return {
        str(each.relative_to(folder)): each.read_bytes() if each.is_file() else b""
        for each in folder.rglob("*")
    }


@pytest.mark.parametrize(
    "out",
    [".", "..", "fleet", "fleet/new", "releases", "Policies", ".git", ".git/x", ".github", ".new",
     "rendered/../fleet", "link", "link/new", "raw", "raw/new", "../else/.git/x"],
)  # fmt: skip
def test_a_place_where_people_write_is_refused_and_nothing_is_written(
    cli: Cli, out: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (cli.root / "fleet/apps/raw.yaml").write_text(RAW)
    (cli.root / "raw").mkdir()
    (cli.root / "raw/a.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")
    (cli.root / "link").symlink_to("fleet")
    monkeypatch.chdir(cli.root)
    before = everything(cli.root.parent)

    done = cli("render", "--out", out)

    assert done == (
        2,
        "",
        f"error: {out}: a rendered tree may not go where people write. Accepted: a directory of its "
        "own, such as rendered, or another checkout. Name one with --out.\n",
    )
    assert everything(cli.root.parent) == before


@pytest.mark.parametrize("out", ["rendered", "build/one", "../elsewhere", "../fleet-rendered"])
def test_a_place_of_its_own_is_taken(cli: Cli, out: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(cli.root)

    assert cli("render", "--out", out).code == 0

    assert (cli.root / out / ".gitops-tree.json").exists()


def test_every_folder_of_this_repository_counts_as_written_by_people() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout
    folders = {os.fsdecode(each).split("/")[0] for each in listed.split(b"\0") if b"/" in each}

    assert {each for each in folders if not each.startswith(".")} == WRITTEN_BY_PEOPLE
