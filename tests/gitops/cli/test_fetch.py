"""``fetch``: what is brought here, what is refused, and what that says."""

import os
from pathlib import Path

import pytest

from gitops.platform import store
from tests.commands import Cli, Done
from tests.published import VERSION, another, argo_cd, digest, installing, made, release, text

PLACE = f"raw.githubusercontent.com/argoproj/argo-rollouts/{VERSION}/manifests/install.yaml"
NAME = f"argo-rollouts {VERSION} (install.yaml)"


@pytest.fixture(autouse=True)
def cache(own_cache: Path) -> Path:
    """Return the cache, in which nothing is yet."""
    return own_cache


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a fleet with one program, whose mirror is a folder."""
    return installing(tmp_path / "fleet")


@pytest.fixture
def cli(root: Path, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Return the command line for it."""
    return Cli(root, capsys)


def kept(cache: Path) -> list[Path]:
    return [each for each in cache.rglob("manifests/*") if each.is_file()]


def refused(done: Done, cache: Path) -> str:
    """Return the message of a fetch that kept nothing."""
    assert (done.code, done.out, kept(cache)) == (2, "", [])
    return done.err


def test_what_is_pinned_is_fetched_once(cli: Cli) -> None:
    assert cli("fetch") == (0, f"fetched {NAME}\n1 release manifest, 1 fetched\n", "")
    assert cli("fetch") == (0, "1 release manifest, 0 fetched\n", "")
    (cli.root / "mirror" / PLACE).unlink()
    assert cli("fetch", "test").code == 0


def test_an_environment_without_programs_needs_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cli = Cli(installing(tmp_path / "empty", "{}"), capsys)

    assert cli("fetch") == (0, "0 release manifests, 0 fetched\n", "")


def test_only_what_the_named_environments_install_is_fetched(root: Path, cli: Cli) -> None:
    another(root, "{argo-cd: {}}")

    assert cli("fetch", "other").out == (
        f"fetched argo-cd {VERSION} (install.yaml)\n1 release manifest, 1 fetched\n"
    )
    assert cli("fetch").out.endswith("2 release manifests, 1 fetched\n")


def test_what_is_not_what_was_pinned_is_not_kept(cli: Cli, cache: Path) -> None:
    file = cli.root / "mirror" / PLACE
    pinned, changed = digest(file.read_bytes()), file.read_bytes() + b"# changed\n"
    file.write_bytes(changed)

    assert refused(cli("fetch"), cache) == (
        f"error: {NAME}: mirror/{PLACE} is not what was pinned: its sha256 is {digest(changed)}, "
        f"and not {pinned}. Nothing was kept. Find out who changed it; if it is meant to be this "
        f"one: gitops pin argo-rollouts {VERSION}\n"
    )


def test_a_file_that_the_mirror_lacks_is_named_and_how_to_fill_it(cli: Cli, cache: Path) -> None:
    (cli.root / "mirror" / PLACE).unlink()

    assert refused(cli("fetch"), cache) == (
        f"error: {NAME}: {cli.root}/mirror/{PLACE} cannot be read: No such file or directory. "
        "Where there is a network, gitops fetch --to FOLDER fills such a folder.\n"
    )


@pytest.mark.parametrize("content", [b"<html>Sign in</html>", b"a: [", b"\xff"])
def test_a_file_that_is_no_release_manifest_is_told_though_it_was_pinned(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], cache: Path, content: bytes
) -> None:
    cli = Cli(installing(tmp_path / "wrong", programs={"argo-rollouts": content}), capsys)

    message = refused(cli("fetch"), cache)

    assert message.count("\n") == 1
    assert message.startswith(f"error: {NAME}: mirror/{PLACE} is not what Kubernetes would read: ")
    assert message.endswith(
        ". Nothing was kept. Look at what is there: something else may have answered.\n"
    )


def test_what_was_fetched_before_a_failure_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], cache: Path
) -> None:
    both = {"argo-cd": argo_cd(), "argo-rollouts": release()}
    cli = Cli(installing(tmp_path / "both", "{argo-cd: {}, argo-rollouts: {}}", both), capsys)
    file = cli.root / "mirror" / PLACE
    whole = file.read_bytes()
    file.unlink()
    assert cli("fetch").code == 2
    file.write_bytes(whole)

    assert cli("fetch").out == f"fetched {NAME}\n2 release manifests, 1 fetched\n"
    assert len(kept(cache)) == 4


def test_a_file_that_was_cut_short_in_the_cache_is_fetched_again(cli: Cli, cache: Path) -> None:
    cli("fetch")
    for each in kept(cache):
        each.write_bytes(each.read_bytes()[:100])
    store._shared.cache_clear()

    assert cli("fetch").out == f"fetched {NAME}\n1 release manifest, 1 fetched\n"
    assert cli("fetch").out == "1 release manifest, 0 fetched\n"


def test_a_folder_for_a_closed_network_is_filled_whatever_the_cache_has(
    cli: Cli, tmp_path: Path
) -> None:
    cli("fetch")
    closed = tmp_path / "closed"

    assert cli("fetch", "--to", str(closed)).out.endswith("1 release manifest, 1 fetched\n")

    files = {each.relative_to(closed).as_posix() for each in closed.rglob("*") if each.is_file()}
    assert files == {PLACE}
    assert (closed / PLACE).read_bytes() == (cli.root / "mirror" / PLACE).read_bytes()


def test_a_folder_that_was_filled_is_a_mirror(cli: Cli, cache: Path) -> None:
    cli("fetch", "--to", str(cli.root / "elsewhere"))
    for each in kept(cache):
        each.unlink()
    head = cli.root / "fleet/fleet.yaml"
    head.write_text(head.read_text().replace("manifests: mirror", "manifests: elsewhere"))

    assert cli("fetch").out.endswith("1 release manifest, 1 fetched\n")


def test_two_versions_with_the_same_file_lie_at_both_places_of_a_mirror(
    cli: Cli, tmp_path: Path
) -> None:
    mirror = cli.root / "mirror"
    other = mirror / PLACE.replace(VERSION, "v1.2.4")
    other.parent.mkdir(parents=True)
    other.write_bytes((mirror / PLACE).read_bytes())
    pinned = f"{{version: v1.2.4, sha256: {{install.yaml: {digest(other.read_bytes())}}}}}"
    another(cli.root, "{argo-rollouts: {}}", f"    versions: {{argo-rollouts: {pinned}}}\n")

    cli("fetch", "--to", str(tmp_path / "closed"))

    for file in (PLACE, PLACE.replace(VERSION, "v1.2.4")):
        assert (tmp_path / "closed" / file).exists()


def test_a_folder_that_cannot_be_written_is_named(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "closed").write_text("a file")

    done = cli("fetch", "--to", str(tmp_path / "closed/in"))

    assert (done.code, done.out) == (2, "")
    assert done.err == (
        f"error: {tmp_path}/closed/in/{PLACE}: Not a directory. Name another folder with --to.\n"
    )


def test_a_write_that_is_interrupted_leaves_no_file_in_the_folder(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    write = Path.write_bytes

    def half(path: Path, content: bytes) -> int:
        if not path.is_relative_to(closed):
            return write(path, content)
        write(path, content[:10])
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_bytes", half)

    assert cli("fetch", "--to", str(closed)) == (130, "", "interrupted\n")
    assert [each for each in closed.rglob("*") if each.is_file()] == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_cache_that_is_read_only_is_named(cli: Cli, cache: Path) -> None:
    cache.mkdir(parents=True)
    cache.chmod(0o500)

    done = cli("fetch")

    assert done.code == 2
    assert f"error: {cache}/manifests: Permission denied." in done.err


def test_an_environment_that_does_not_exist_is_told_with_the_nearest(cli: Cli) -> None:
    assert cli("fetch", "tset") == (
        2,
        "",
        "error: gitops fetch: there is no environment 'tset'. Accepted: test. Did you mean 'test'?\n",
    )


def test_a_mirror_with_other_things_in_it_is_fine(cli: Cli) -> None:
    (cli.root / "mirror/README").write_text("x")
    (cli.root / "mirror/other.yaml").write_bytes(text([made("v1", "ConfigMap", "x")]))

    assert cli("fetch").code == 0
