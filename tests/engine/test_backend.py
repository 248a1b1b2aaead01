"""Where the state is: as a plain ``pulumi`` would find it, and on this machine where it would ask."""

import json
from pathlib import Path

import pytest

from engine import backend
from gitops.errors import InputError, ProgramError
from gitops.source.files import WorkTree


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the engine an empty home, and nothing in the environment."""
    for name in ("PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"):
        monkeypatch.delenv(name, raising=False)
    found = tmp_path / "home"
    found.mkdir()
    monkeypatch.setenv("PULUMI_HOME", str(found))
    return found


def test_the_nearest_word_about_the_backend_counts(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = WorkTree(tmp_path)
    assert backend.url(files) == "file://~"
    (home / "credentials.json").write_text("{")
    assert backend.url(files) == "file://~"
    (home / "credentials.json").write_text(json.dumps({"current": "s3://login"}))
    assert backend.url(files) == "s3://login"
    (tmp_path / "Pulumi.yaml").write_text("name: a\nbackend: {url: s3://project}\n")
    assert backend.url(files) == "s3://project"
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://environment")
    assert backend.url(files) == "s3://environment"


def secrets(root: Path, place: str = "file://~", *, guarded: bool = True) -> dict[str, str]:
    said: list[str] = []
    found = backend.secrets(WorkTree(root), "test", place, guarded=guarded, say=said.append)
    assert bool(said) == (found == {"PULUMI_CONFIG_PASSPHRASE": ""})
    return found


def test_a_passphrase_that_is_given_is_left_to_the_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "")

    assert secrets(tmp_path) == {}


def test_without_one_only_an_environment_that_is_not_guarded_goes_on_and_says_so(
    tmp_path: Path,
) -> None:
    assert secrets(tmp_path, guarded=False) == {"PULUMI_CONFIG_PASSPHRASE": ""}
    with pytest.raises(ProgramError, match="test needs its passphrase"):
        secrets(tmp_path)


def test_a_backend_or_a_provider_with_keys_of_its_own_needs_none(tmp_path: Path) -> None:
    assert secrets(tmp_path, "https://api.pulumi.com") == {}
    (tmp_path / "Pulumi.test.yaml").write_text("secretsprovider: awskms://alias/a\n")
    assert secrets(tmp_path) == {}


def test_a_file_with_the_passphrase_must_be_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "passphrase"
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE_FILE", str(file))
    with pytest.raises(InputError, match="cannot be read"):
        secrets(tmp_path)
    file.write_text("x")

    assert secrets(tmp_path) == {}


def test_a_damaged_state_is_said_with_its_newest_good_copy(tmp_path: Path) -> None:
    folder = tmp_path / ".pulumi"
    file, kept = folder / "stacks/gitops/test.json", folder / "backups/gitops/test"
    for each in (file.parent, kept):
        each.mkdir(parents=True)
    file.write_text("{")
    assert "There is no good copy" in str(
        backend.damaged(f"file://{tmp_path}", "gitops", "test", "x")
    )
    for name, text in (
        ("test.1.json", '{"a": 1}'),
        ("test.2.json", '{"a": 1}'),
        ("test.3.json", "{"),
    ):
        (kept / name).write_text(text)

    said = str(backend.damaged(f"file://{tmp_path}", "gitops", "test", "x"))

    assert f"{file}: the state is damaged (x)" in said
    assert f"The last good copy is {kept / 'test.2.json'}" in said


def test_what_a_full_disk_has_left_half_written_is_mended(tmp_path: Path) -> None:
    folder = tmp_path / ".pulumi"
    locks, stacks = folder / "locks/organization/gitops/test", folder / "stacks/gitops"
    for each in (locks, stacks):
        each.mkdir(parents=True)
    (locks / "a.json.1.tmp").write_text("")
    (locks / "b.json").write_text('{"pid": 1}')
    (stacks / "test.json").write_text('{"a')
    (stacks / "test.json.bak").write_text('{"a": 1}')

    said = backend.mend(f"file://{tmp_path}", "gitops", "test")

    assert "its copy of a moment before is in its place again" in said
    assert [each.name for each in locks.iterdir()] == ["b.json"]
    assert (stacks / "test.json").read_text() == '{"a": 1}'
    assert backend.mend(f"file://{tmp_path}", "gitops", "test") == ""


def test_a_state_with_no_good_copy_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / ".pulumi/stacks/gitops/test.json"
    file.parent.mkdir(parents=True)
    file.write_text('{"a')

    assert backend.mend(f"file://{tmp_path}", "gitops", "test") == ""
    assert file.read_text() == '{"a'
