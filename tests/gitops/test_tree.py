"""The generated tree: the old one or the new one, and nothing of anybody else's."""

import errno
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitops.errors import OutputError
from gitops.tree import INDEX, STAGING, write
from gitops.tree.write import _locked
from tests import ROOT


def content(out: Path) -> dict[str, str]:
    """Return every file below *out* but the index, by path."""
    return {
        path.relative_to(out).as_posix(): path.read_text()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.name != INDEX
    }


def refusal(out: Path, files: dict[str, str]) -> str:
    """Write *files* into *out*; return why that failed, and nothing when it did not."""
    try:
        write(out, files)
    except OutputError as error:
        return str(error)
    return ""


def test_a_tree_is_written_as_given(tmp_path: Path) -> None:
    done = write(tmp_path / "new/out", {"a/b.yaml": "1", "c.yaml": "2"})

    assert content(tmp_path / "new/out") == {"a/b.yaml": "1", "c.yaml": "2"}
    assert (done.added, done.changed, done.unchanged, done.removed) == (2, 0, 0, 0)


def test_a_second_write_touches_only_what_changed(tmp_path: Path) -> None:
    write(tmp_path, {"a": "1", "b": "2", "c/d": "3"})
    before = {name: (tmp_path / name).stat().st_mtime_ns for name in ("a", "b")}

    done = write(tmp_path, {"a": "1", "b": "changed", "e": "4"})

    assert (tmp_path / "a").stat().st_mtime_ns == before["a"]
    assert (done.added, done.changed, done.unchanged, done.removed) == (1, 1, 1, 1)
    assert content(tmp_path) == {"a": "1", "b": "changed", "e": "4"}
    assert not (tmp_path / "c").exists()


def test_the_index_is_the_same_whatever_came_before(tmp_path: Path) -> None:
    write(tmp_path / "one", {"a": "1", "b": "2"})
    write(tmp_path / "two", {"z": "1", "b": "0"})
    write(tmp_path / "two", {"b": "2", "a": "1"})

    assert (tmp_path / "one" / INDEX).read_bytes() == (tmp_path / "two" / INDEX).read_bytes()


def test_what_people_wrote_stays(tmp_path: Path) -> None:
    write(tmp_path, {"a/generated": "1"})
    (tmp_path / "a/README.md").write_text("mine")

    write(tmp_path, {})

    assert content(tmp_path) == {"a/README.md": "mine"}


def test_a_file_that_people_wrote_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("mine")

    with pytest.raises(OutputError, match="was not made by a render"):
        write(tmp_path, {"a": "generated", "b": "1"})

    assert content(tmp_path) == {"a": "mine"}


def test_a_file_of_somebody_where_a_folder_should_be_is_named_before_anything_is_done(
    tmp_path: Path,
) -> None:
    write(tmp_path, {"b": "1"})
    (tmp_path / "a").write_text("mine")

    with pytest.raises(OutputError, match="/a is no directory, and files go into one"):
        write(tmp_path, {"a/x/c": "generated"})

    assert content(tmp_path) == {"a": "mine", "b": "1"}


def test_a_folder_takes_the_place_of_a_generated_file(tmp_path: Path) -> None:
    write(tmp_path, {"a": "1"})

    write(tmp_path, {"a/b": "2"})

    assert content(tmp_path) == {"a/b": "2"}


def test_what_somebody_put_in_the_place_of_a_generated_folder_stays(tmp_path: Path) -> None:
    write(tmp_path, {"a/b": "1", "c": "1"})
    (tmp_path / "a/b").unlink()
    (tmp_path / "a").rmdir()
    (tmp_path / "a").write_text("mine")

    write(tmp_path, {"c": "2"})

    assert content(tmp_path) == {"a": "mine", "c": "2"}


def test_new_files_join_what_people_have_in_the_same_folders(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/mine").write_text("mine")

    write(tmp_path, {"a/b/c/d": "1", "a/b/e": "2"})

    assert content(tmp_path) == {"a/b/mine": "mine", "a/b/c/d": "1", "a/b/e": "2"}


def test_an_edited_generated_file_is_made_again_and_reported(tmp_path: Path) -> None:
    write(tmp_path, {"a": "1"})
    (tmp_path / "a").write_text("edited")

    assert write(tmp_path, {"a": "1"}).edited == ("a",)
    assert content(tmp_path) == {"a": "1"}


def test_folders_that_are_kept_stay_as_they_are(tmp_path: Path) -> None:
    write(tmp_path, {"one/a": "1", "two/a": "1"})

    write(tmp_path, {"one/b": "2"}, keep=["two"])

    assert content(tmp_path) == {"one/b": "2", "two/a": "1"}
    write(tmp_path, {})
    assert content(tmp_path) == {}


@pytest.mark.parametrize(
    "path",
    ["../a", "/a", "a/../b", "a//b", "", "a/", ".", "./a", ".git/config", "a/.GIT/x", "a\\b", "a\0b",
     INDEX, f"{STAGING}/a", "a\nb", "x" * 256, "a:b"],
)  # fmt: skip
def test_a_path_that_leaves_the_tree_or_hides_in_it_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(OutputError, match="is no path inside the tree"):
        write(tmp_path / "out", {path: "x"})

    assert not (tmp_path / "out").exists()


def test_two_paths_that_are_one_on_a_mac_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="one file where case does not count"):
        write(tmp_path, {"A": "1", "a": "2"})


PIPE = """
import sys
from pathlib import Path
from gitops.tree import write
write(Path(sys.argv[1]), {"a": "1"})
"""


def test_a_pipe_in_the_way_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a")
    command = [sys.executable, "-c", PIPE, str(tmp_path)]

    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )

    assert "was not made by a render" in done.stderr


@pytest.mark.parametrize("link", ["a", "a/b", "a/b/c.yaml"])
def test_a_symbolic_link_is_never_followed(tmp_path: Path, link: str) -> None:
    outside = tmp_path / "outside"
    (outside / "b").mkdir(parents=True)
    out = tmp_path / "out"
    (out / link).parent.mkdir(parents=True)
    (out / link).symlink_to(outside)

    with pytest.raises(OutputError, match="is a symbolic link"):
        write(out, {"a/b/c.yaml": "x"})

    assert content(outside) == {}
    assert not (out / STAGING).exists()


def test_a_link_put_in_the_place_of_a_generated_folder_is_not_followed_when_pruning(
    tmp_path: Path,
) -> None:
    out, outside = tmp_path / "out", tmp_path / "outside"
    write(out, {"a/b": "1"})
    outside.mkdir()
    (outside / "b").write_text("mine")
    (out / "a/b").unlink()
    (out / "a").rmdir()
    (out / "a").symlink_to(outside)

    with pytest.raises(OutputError, match="is a symbolic link"):
        write(out, {})

    assert content(outside) == {"b": "mine"}


def test_finishing_follows_no_link_that_has_come_since(tmp_path: Path) -> None:
    out, outside = tmp_path / "out", tmp_path / "outside"
    outside.mkdir()
    (out / STAGING / "new/a").mkdir(parents=True)
    (out / STAGING / "new/a/b").write_text("1")
    (out / STAGING / "journal.json").write_text('{"remove": []}')
    (out / "a").symlink_to(outside)

    with pytest.raises(OutputError, match="is a symbolic link"):
        write(out, {})

    assert content(outside) == {}


def test_an_index_that_names_a_file_outside_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    write(tmp_path / "out", {"a": "1"})
    (tmp_path / "out" / INDEX).write_text(json.dumps({"version": 1, "files": {"../mine": "x"}}))

    with pytest.raises(OutputError, match="no path inside the tree"):
        write(tmp_path / "out", {})

    assert (tmp_path / "mine").exists()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"files": []}', '{"version": 1}'])
def test_a_damaged_index_is_named_and_nothing_is_lost(tmp_path: Path, text: str) -> None:
    write(tmp_path, {"a": "1"})
    (tmp_path / INDEX).write_text(text)

    with pytest.raises(OutputError, match=r"is damaged\. Restore it from Git"):
        write(tmp_path, {"a": "2"})

    assert content(tmp_path) == {"a": "1"}


def test_a_second_write_at_once_is_refused(tmp_path: Path) -> None:
    with (
        _locked(tmp_path),
        pytest.raises(OutputError, match="another render is writing there"),
    ):
        write(tmp_path, {"a": "1"})


OLD = {"keep": "same", "change/a": "old", "change/b": "old", "gone/a": "old", "gone/b/c": "old"}
NEW = {"keep": "same", "change/a": "new", "change/b": "new", "new/a": "new", "new/b/c": "new"}
CALLS: list[tuple[Any, str]] = [
    (os, "replace"), (os, "rename"), (os, "unlink"), (os, "mkdir"), (os, "rmdir"), (os, "fsync"),
    (os, "open"), (os, "write"),
]  # fmt: skip


def interrupting(
    monkeypatch: pytest.MonkeyPatch, at: int, error: BaseException
) -> Callable[[], int]:
    """Make the call number *at* that touches the disk raise *error* instead; count the calls."""
    count = 0

    def patched(original: Any) -> Any:
        def call(*arguments: Any, **keywords: Any) -> Any:
            nonlocal count
            count += 1
            if count == at:
                raise error
            return original(*arguments, **keywords)

        return call

    for owner, name in CALLS:
        monkeypatch.setattr(owner, name, patched(getattr(owner, name)))
    return lambda: count


class Killed(BaseException):
    """Stands for SIGKILL: nothing of the program runs after it."""


@pytest.mark.parametrize("at", range(1, 60))
def test_a_full_disk_leaves_the_old_tree_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    write(tmp_path, OLD)
    with monkeypatch.context() as patch:
        full = OSError(errno.ENOSPC, "No space left on device", "somewhere")
        interrupting(patch, at, full)
        said = refusal(tmp_path, NEW)

    assert not said or "No space left on device" in said
    journal = tmp_path / STAGING / "journal.json"
    assert journal.exists() or content(tmp_path) in (OLD, NEW)
    write(tmp_path, NEW)
    assert content(tmp_path) == NEW
    assert not (tmp_path / STAGING).exists()


SCRIPT = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {root!r})
from tests.gitops import test_tree
from gitops.tree import write
count = 0
def patched(original):
    def call(*arguments, **keywords):
        global count
        count += 1
        if count == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*arguments, **keywords)
    return call
for owner, name in test_tree.CALLS:
    setattr(owner, name, patched(getattr(owner, name)))
write(Path(sys.argv[1]), test_tree.NEW)
"""


@pytest.mark.parametrize("at", range(1, 48, 3))
def test_a_killed_write_is_finished_or_forgotten_by_the_next(tmp_path: Path, at: int) -> None:
    write(tmp_path, OLD)
    script = SCRIPT.format(root=str(ROOT))
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path), str(at)], check=False)
    killed = done.returncode == -9

    journal = (tmp_path / STAGING / "journal.json").exists()
    if killed and not journal:
        rest = {k: v for k, v in content(tmp_path).items() if not k.startswith(STAGING)}
        assert rest in (OLD, NEW)
    again = write(tmp_path, NEW)

    assert again.finished is (killed and journal)
    assert content(tmp_path) == NEW


def test_the_calls_that_are_interrupted_are_those_that_a_write_makes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, OLD)
    count = interrupting(monkeypatch, -1, Killed())
    write(tmp_path, NEW)

    assert 30 < count() < 60


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_directory_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)

    with pytest.raises(OutputError, match="Permission denied"):
        write(tmp_path, {"a": "1"})


names = st.from_regex(r"([d-e]/){0,2}[a-c]{1,2}\.yaml", fullmatch=True)


@given(st.lists(st.dictionaries(names, st.sampled_from(["1", "2"]), max_size=6), max_size=4))
@settings(max_examples=60, deadline=None)
def test_after_any_writes_the_tree_is_the_last_one(
    tmp_path_factory: pytest.TempPathFactory, trees: list[dict[str, str]]
) -> None:
    out = tmp_path_factory.mktemp("out")
    for files in trees:
        write(out, files)
        assert content(out) == files


def test_a_folder_where_a_file_should_be_is_named_and_nothing_is_lost(tmp_path: Path) -> None:
    write(tmp_path, {"a/b": "1"})

    with pytest.raises(OutputError, match="is a directory"):
        write(tmp_path, {"a": "1"})

    assert content(tmp_path) == {"a/b": "1"}


def test_a_folder_may_stand_where_a_generated_file_was(tmp_path: Path) -> None:
    write(tmp_path, {"a": "1"})
    write(tmp_path, {"a/b": "2"})

    assert content(tmp_path) == {"a/b": "2"}
