"""The input as a working tree and as a commit: the same files, and nothing outside."""

from pathlib import Path

import pytest

from gitops.errors import GitError, InputError
from gitops.source.files import Commit, Traced, WorkTree
from tests.commands import commit, git


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a Git repository with one commit, in a folder below its top."""
    root = tmp_path / "top" / "below"
    (root / "fleet/apps").mkdir(parents=True)
    (root / "fleet/apps/b.yaml").write_text("b")
    (root / "fleet/apps/a.yaml").write_text("a")
    (root / "Pulumi.test.yaml").write_text("t")
    (root / "link.yaml").symlink_to("fleet/apps/a.yaml")
    git(tmp_path / "top", "init", "-q", "-b", "main")
    commit(tmp_path / "top")
    return root


def test_a_commit_holds_what_the_working_tree_held_then(repository: Path) -> None:
    (repository / "fleet/apps/a.yaml").write_text("changed")
    then = Commit(repository, "HEAD")

    assert then.names(".") == ["Pulumi.test.yaml", "link.yaml"]
    assert then.names("fleet/apps/") == ["fleet/apps/a.yaml", "fleet/apps/b.yaml"]
    assert then.names(".", recursive=True)[-1] == "link.yaml"
    assert then.read("fleet/apps/a.yaml") == b"a"
    assert then.read("none") is None
    assert WorkTree(repository).read("fleet/apps/a.yaml") == b"changed"
    then.close()


@pytest.mark.parametrize("objects", ["sha1", "sha256"])
def test_git_is_asked_only_for_what_the_working_tree_has_not(
    tmp_path: Path, objects: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "init", "-q", f"--object-format={objects}")
    for name, text in (("same", "a\n"), ("changed", "b\n"), ("gone", "c\n")):
        (tmp_path / name).write_text(text)
    commit(tmp_path)
    (tmp_path / "changed").write_text("other\n")
    (tmp_path / "gone").unlink()
    (tmp_path / "new").write_text("d\n")
    tree = Traced(WorkTree(tmp_path))
    assert tree.read("gone") is None
    for name in ("same", "changed", "new"):
        tree.read(name)
    then = Commit(tmp_path, "HEAD", beside=tree)

    assert then.read("changed") == b"b\n"
    assert then.read("gone") == b"c\n"
    assert then.read("new") is None

    def asked(blob: str) -> bytes:
        raise AssertionError(f"Git was asked for {blob}")

    monkeypatch.setattr(then, "_blob", asked)
    assert then.read("same") == b"a\n"
    monkeypatch.undo()
    then.close()


def test_names_are_the_same_in_both(repository: Path) -> None:
    then, tree = Commit(repository, "main"), WorkTree(repository)

    for folder in (".", "fleet", "fleet/apps", "none"):
        assert then.names(folder, recursive=True) == tree.names(folder, recursive=True)
    then.close()


@pytest.mark.parametrize("revision", ["no-such-branch", "--help", "HEAD~5"])
def test_a_revision_that_does_not_exist_is_named(repository: Path, revision: str) -> None:
    with pytest.raises(GitError, match="Name a commit, branch or tag"):
        Commit(repository, revision)


def test_a_directory_without_git_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GitError):
        Commit(tmp_path, "HEAD")


def test_a_link_in_a_commit_is_not_followed(repository: Path) -> None:
    with pytest.raises(InputError, match=r"link\.yaml: this is no plain file"):
        Commit(repository, "HEAD").read("link.yaml")


@pytest.mark.parametrize("path", ["../secret.yaml", "outside.yaml", "folder/secret.yaml"])
def test_nothing_outside_the_repository_is_read(repository: Path, path: str) -> None:
    (repository.parent / "secret.yaml").write_text("secret")
    (repository / "outside.yaml").symlink_to("../secret.yaml")
    (repository / "folder").symlink_to("..")

    with pytest.raises(InputError, match="the path leads out of the repository"):
        WorkTree(repository).read(path)


def test_a_folder_that_leads_out_is_not_listed(repository: Path) -> None:
    (repository / "fleet/apps/out").symlink_to("/")

    with pytest.raises(InputError, match="fleet/apps/out: the path leads out of the repository"):
        WorkTree(repository).names("fleet/apps")


def test_a_linked_folder_beside_the_stack_files_is_nobodys_business(repository: Path) -> None:
    (repository / ".venv").symlink_to("/")

    assert WorkTree(repository).names(".") == ["Pulumi.test.yaml", "link.yaml"]


def test_a_trace_notices_every_change_of_what_was_asked_and_no_other(repository: Path) -> None:
    trace = Traced(WorkTree(repository))
    trace.names("fleet/apps")
    assert trace.read("fleet/apps/a.yaml") == b"a"
    assert trace.read("none") is None

    assert trace.same(WorkTree(repository))
    (repository / "Pulumi.test.yaml").write_text("not asked for")
    assert trace.same(WorkTree(repository))
    (repository / "none").write_text("now")
    assert not trace.same(WorkTree(repository))
    (repository / "none").unlink()
    (repository / "fleet/apps/c.yaml").write_text("new")
    assert not trace.same(WorkTree(repository))
    (repository / "fleet/apps/c.yaml").unlink()
    (repository / "fleet/apps/a.yaml").write_text("changed")
    assert not trace.same(WorkTree(repository))


def test_what_can_no_longer_be_read_is_not_the_same_and_is_not_refused_yet(
    repository: Path,
) -> None:
    trace = Traced(WorkTree(repository))
    trace.read("fleet/apps/a.yaml")
    (repository / "fleet/apps/a.yaml").unlink()
    (repository / "fleet/apps/a.yaml").symlink_to("/etc/hostname")

    assert not trace.same(WorkTree(repository))
