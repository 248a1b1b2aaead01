"""A program is built once, whole or not at all, and why it cannot be is said."""

from pathlib import Path

import pytest

from gitops.errors import ProgramError
from gitops.programs import build

GO = """#!/bin/sh
echo "$*" >> "$(dirname "$0")/calls"
for word; do [ "$before" = -o ] && echo program > "$word/tool"; before=$word; done
exit ${FAILS:-0}
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a Go module; the Go that builds it is a stand-in."""
    go = tmp_path / "bin/go"
    go.parent.mkdir()
    go.write_text(GO)
    go.chmod(0o755)
    monkeypatch.setenv("PATH", f"{go.parent}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    made = tmp_path / "module"
    made.mkdir()
    (made / "go.mod").write_text("module a\n")
    return made


def calls(tmp_path: Path) -> int:
    file = tmp_path / "bin/calls"
    return len(file.read_text().splitlines()) if file.exists() else 0


def test_a_program_is_built_once_and_again_when_its_lock_changes(
    module: Path, tmp_path: Path
) -> None:
    said: list[str] = []

    first, second = build(module, "tool", said.append), build(module, "tool", said.append)

    assert first == second
    assert first.read_text() == "program\n"
    assert (calls(tmp_path), len(said)) == (1, 1)
    (module / "go.sum").write_text("changed\n")
    assert build(module, "tool") != first
    assert calls(tmp_path) == 2


def test_a_build_that_fails_leaves_nothing_and_says_why(
    module: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAILS", "1")
    with pytest.raises(ProgramError, match="Go cannot build module"):
        build(module, "tool")
    assert not [
        each for each in (tmp_path / "cache").rglob("*") if each.is_dir() and "module" in each.name
    ]
    monkeypatch.delenv("FAILS")

    assert build(module, "tool").exists()


def test_what_a_killed_build_left_is_not_used(module: Path, tmp_path: Path) -> None:
    place = build(module, "tool").parent
    place.rename(place.with_name(f"{place.name}.partial"))
    (place.with_name(f"{place.name}.partial") / "tool").write_text("half")

    assert build(module, "tool").read_text() == "program\n"
    assert calls(tmp_path) == 2


def test_without_go_the_remedies_are_named(module: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(module))

    with pytest.raises(ProgramError, match="tool is not installed, and Go, which would build it"):
        build(module, "tool")


def test_tags_leave_out_what_they_name_and_are_a_part_of_what_was_built(
    module: Path, tmp_path: Path
) -> None:
    whole = build(module, "tool")
    (module / "tags.txt").write_text("remove_all_sd\nnetgo\n")

    assert build(module, "tool") != whole
    first, second = (tmp_path / "bin/calls").read_text().splitlines()
    assert "-tags" not in first
    assert "-tags remove_all_sd,netgo -o" in second
