"""``pin``: what is written into which file, and what leaves the files alone."""

from pathlib import Path

import pytest

from tests.commands import Cli
from tests.published import VERSION, argo_cd, digest, installing, publish, release, text

NEW = "v1.2.4"
VERSIONS = "fleet/versions.yaml"
ROLLOUTS = "raw.githubusercontent.com/argoproj/argo-rollouts/{}/manifests/install.yaml"


@pytest.fixture(autouse=True)
def cache(own_cache: Path) -> Path:
    """Return the cache, in which nothing is yet."""
    return own_cache


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Return the command line for a fleet whose mirror has a newer version of all it installs."""
    root = installing(tmp_path / "fleet", "{argo-rollouts: {}}")
    publish(root, "argo-rollouts", text(release()) + b"# new\n", version=NEW)
    publish(root, "argo-cd", text(argo_cd()) + b"# new\n", version=NEW)
    return Cli(root, capsys)


def files(root: Path) -> dict[str, bytes]:
    """Return every file of the fleet but those of its mirror."""
    return {
        each.relative_to(root).as_posix(): each.read_bytes()
        for each in root.rglob("*")
        if each.is_file() and "mirror" not in each.parts
    }


def content(cli: Cli, version: str = NEW) -> bytes:
    return (cli.root / "mirror" / ROLLOUTS.format(version)).read_bytes()


def test_version_and_digests_are_written_and_nothing_else(cli: Cli) -> None:
    before = files(cli.root)
    line = next(each for each in before[VERSIONS].splitlines(True) if b"argo-rollouts" in each)

    assert cli("pin", "argo-rollouts", NEW) == (0, f"{VERSIONS}: argo-rollouts {NEW}\n", "")

    written = (
        f"argo-rollouts:\n  version: {NEW}\n  sha256:\n    install.yaml: {digest(content(cli))}\n"
    )
    assert files(cli.root) == {
        **before,
        VERSIONS: before[VERSIONS].replace(line, written.encode()),
    }


def test_what_was_pinned_is_there_and_need_not_be_fetched(cli: Cli) -> None:
    cli("pin", "argo-rollouts", NEW)

    assert cli("fetch") == (0, "1 release manifest, 0 fetched\n", "")
    assert cli("check").code == 0


def test_every_file_that_some_settings_need_is_pinned(cli: Cli) -> None:
    cli("pin", "argo-cd", NEW)
    stack = cli.root / "Pulumi.test.yaml"

    for settings in ("{}", "{highAvailability: true}"):
        stack.write_text(stack.read_text().replace("argo-rollouts: {}", f"argo-cd: {settings}"))
        assert cli("check").code == 0
        assert cli("fetch").out == "1 release manifest, 0 fetched\n"


def test_one_environment_tries_a_version_and_the_others_keep_theirs(cli: Cli) -> None:
    before = files(cli.root)

    done = cli("pin", "argo-rollouts", NEW, "--env", "test")

    assert done == (0, f"Pulumi.test.yaml: argo-rollouts {NEW}\n", "")
    after = files(cli.root)
    stack = before.pop("Pulumi.test.yaml").decode()
    assert after.pop("Pulumi.test.yaml").decode() == (
        f"{stack}    versions:\n      argo-rollouts:\n        version: {NEW}\n        sha256:\n"
        f"          install.yaml: {digest(content(cli))}\n"
    )
    assert after == before
    assert cli("check").code == 0


def test_lines_that_end_as_windows_ends_them_still_do(cli: Cli) -> None:
    file = cli.root / VERSIONS
    file.write_bytes(b"# ours\r\n" + file.read_bytes().replace(b"\n", b"\r\n"))

    cli("pin", "argo-rollouts", NEW)

    assert file.read_bytes().count(b"\n") == file.read_bytes().count(b"\r\n") == 6


def test_files_that_lie_elsewhere_are_pinned_with_where(cli: Cli) -> None:
    place = cli.root / f"mirror/git.example.com/{NEW}/install.yaml"
    place.parent.mkdir(parents=True)
    place.write_bytes(content(cli))
    source = "https://git.example.com/{version}/{file}"

    assert cli("pin", "argo-rollouts", NEW, "--source", source).code == 0

    assert f"  source: {source}\n" in (cli.root / VERSIONS).read_text()
    (cli.root / "mirror" / ROLLOUTS.format(NEW)).unlink()
    assert cli("fetch").code == 0


def test_a_program_can_be_pinned_while_its_missing_pin_is_the_problem(cli: Cli) -> None:
    (cli.root / VERSIONS).unlink()
    (cli.root / VERSIONS).write_text("flux: {version: v1.0.0}\n")
    assert cli("check").code == 2

    assert cli("pin", "argo-rollouts", NEW).code == 0
    assert cli("check").code == 0


def refused(cli: Cli, *arguments: str) -> str:
    """Return why a ``pin`` changed nothing."""
    before = files(cli.root)

    done = cli("pin", *arguments)

    assert (done.code, done.out) == (2, "")
    assert files(cli.root) == before
    return done.err


def test_a_program_that_is_none_of_the_platform_is_told_with_the_nearest(cli: Cli) -> None:
    assert refused(cli, "argo-rollout", NEW) == (
        "error: gitops pin: there is no component 'argo-rollout'. Accepted: argo-cd, flux, "
        "argo-rollouts, sealed-secrets, external-secrets, kyverno, gatekeeper. "
        "Did you mean 'argo-rollouts'?\n"
    )


@pytest.mark.parametrize("version", ["latest", "1.2", "v1.2.3/../x", "v1.2.3 "])
def test_a_version_that_is_not_exact_is_told(cli: Cli, version: str) -> None:
    assert refused(cli, "argo-rollouts", version) == (
        f"error: gitops pin: version: {version!r} does not fit. "
        "Accepted: an exact version, such as 1.4.2.\n"
    )


@pytest.mark.parametrize(
    "source",
    [
        "http://git.example.com/{version}/{file}",
        "https://user:secret@git.example.com/{file}",
        "https://git.example.com/../../{file}",
        "https://git.example.com/{version}/../{file}",
        "https://git.example.com/{env}",
        "file:///etc/passwd",
    ],
)
def test_a_source_that_is_no_safe_url_is_told(cli: Cli, source: str) -> None:
    message = refused(cli, "argo-rollouts", NEW, "--source", source)

    assert message.startswith("error: gitops pin: source: ")
    assert "Accepted: an https:// URL without credentials or '..', with {version} and {file}." in (
        message
    )


def test_an_environment_that_does_not_exist_is_told_with_the_nearest(cli: Cli) -> None:
    assert refused(cli, "argo-rollouts", NEW, "--env", "tset") == (
        "error: gitops pin: there is no environment 'tset'. Accepted: test. Did you mean 'test'?\n"
    )


def test_a_version_that_the_mirror_lacks_is_named(cli: Cli) -> None:
    assert refused(cli, "argo-rollouts", "v9.9.9") == (
        f"error: argo-rollouts v9.9.9 (install.yaml): {cli.root}/mirror/{ROLLOUTS.format('v9.9.9')} "
        "cannot be read: No such file or directory. Where there is a network, "
        "gitops fetch --to FOLDER fills such a folder.\n"
    )


def test_a_file_that_is_no_release_manifest_is_not_pinned(cli: Cli, cache: Path) -> None:
    (cli.root / "mirror" / ROLLOUTS.format(NEW)).write_bytes(b"<html>Sign in</html>")

    message = refused(cli, "argo-rollouts", NEW)

    assert message.startswith(
        f"error: argo-rollouts {NEW} (install.yaml): mirror/{ROLLOUTS.format(NEW)} is not what "
        "Kubernetes would read: "
    )
    assert list(cache.rglob("*.yaml")) == []


def test_a_file_that_is_broken_already_is_told_where_and_left_alone(cli: Cli) -> None:
    (cli.root / VERSIONS).write_text("flux: {version: v1.0.0}\nargo-cd: [\n")

    assert refused(cli, "argo-rollouts", NEW).startswith(f"error: {VERSIONS}:3:1: not YAML: ")


def test_a_place_that_cannot_be_changed_alone_is_told_with_what_to_write(cli: Cli) -> None:
    (cli.root / VERSIONS).write_text(
        "flux: &same {version: v1.0.0}\nargo-rollouts: 3\nkyverno: *same\n"
    )
    stack = cli.root / "Pulumi.test.yaml"
    stack.write_text(f"{stack.read_text()}    versions: none\n")

    message = refused(cli, "argo-rollouts", NEW, "--env", "test")

    assert message.startswith(
        "error: Pulumi.test.yaml: config.gitops:environment.versions.argo-rollouts cannot be "
        "changed and everything else left as it is. Write it there yourself:\n"
    )
    assert f"version: {NEW}\n" in message


def test_a_write_that_is_interrupted_leaves_the_file_as_it_was(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Path.write_bytes

    def half(path: Path, data: bytes) -> int:
        if not path.is_relative_to(cli.root):
            return write(path, data)
        write(path, data[:10])
        raise KeyboardInterrupt

    before = files(cli.root)
    monkeypatch.setattr(Path, "write_bytes", half)

    assert cli("pin", "argo-rollouts", NEW) == (130, "", "interrupted\n")
    assert files(cli.root) == before


def test_the_old_version_is_pinned_again_as_it_was(cli: Cli) -> None:
    cli("pin", "argo-rollouts", NEW)
    cli("pin", "argo-rollouts", VERSION)

    assert f"install.yaml: {digest(content(cli, VERSION))}\n" in (cli.root / VERSIONS).read_text()
