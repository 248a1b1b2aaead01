"""``doctor``: what it finds on machines that have much, little, or something odd."""

import sys
from pathlib import Path

import pytest

from gitops import doctor
from gitops.doctor import Finding, examine

NAMES = [
    "Python",
    ".venv",
    "git",
    "Git repository",
    "pulumi",
    "pulumi-resource-kubernetes",
    "kubeconfig",
    "kubectl",
    "go",
]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a machine that has nothing: an empty PATH, an empty home, an empty checkout."""
    for name in ("bin", "home", "checkout"):
        (tmp_path / name).mkdir()
    (tmp_path / "checkout/requirements.txt").write_text("click==8\n")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("PULUMI_HOME", "KUBECONFIG"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def install(machine: Path, name: str, script: str) -> None:
    """Put a program *name* on the PATH of *machine*; the shell's builtins are all it has."""
    file = machine / "bin" / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def found(machine: Path, name: str) -> str:
    return one(machine, name).found


def one(machine: Path, name: str) -> Finding:
    [finding] = (each for each in examine(machine / "checkout") if each.name == name)
    return finding


def test_a_bare_machine_has_python_and_nothing_else(machine: Path) -> None:
    findings = examine(machine / "checkout")

    assert [each.name for each in findings] == NAMES
    assert [each.name for each in findings if each.found] == ["Python"]


def test_everything_that_is_missing_comes_with_its_purpose_and_its_remedy(machine: Path) -> None:
    for each in examine(machine / "checkout"):
        assert each.needed_for
        assert each.remedy


def test_looking_changes_nothing(machine: Path) -> None:
    before = sorted(machine.rglob("*"))

    examine(machine / "checkout")

    assert sorted(machine.rglob("*")) == before


def test_python_is_the_one_that_runs(machine: Path) -> None:
    assert found(machine, "Python") == ".".join(str(part) for part in sys.version_info[:3])


@pytest.mark.parametrize(
    ("stamp", "said"),
    [("click==8\n", "as in requirements.txt"), ("click==7\n", ""), (None, "")],
)
def test_an_environment_is_fresh_when_it_was_made_from_todays_lock(
    machine: Path, stamp: str | None, said: str
) -> None:
    (machine / "checkout/.venv").mkdir()
    if stamp is not None:
        (machine / "checkout/.venv/gitops-lock.txt").write_text(stamp)

    assert found(machine, ".venv") == said


@pytest.mark.parametrize(
    ("name", "output", "version"),
    [
        ("git", "git version 2.39.5 (Apple Git-154)", "2.39.5"),
        ("pulumi", "v3.272.0", "3.272.0"),
        ("pulumi", "v3.272.0-alpha.1+dirty", "3.272.0-alpha.1+dirty"),
        ("kubectl", "Client Version: v1.34.1", "1.34.1"),
        ("go", "go version go1.26 linux/amd64", "1.26"),
        ("go", "it works", "installed"),
    ],
)
def test_the_version_is_found_in_whatever_a_program_says(
    machine: Path, name: str, output: str, version: str
) -> None:
    install(machine, name, f"echo '{output}'")

    assert found(machine, name) == version


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("git", "--version"),
        ("pulumi", "version"),
        ("kubectl", "version --client"),
        ("go", "version"),
    ],
)
def test_each_program_is_asked_in_its_own_way(machine: Path, name: str, arguments: str) -> None:
    install(machine, name, f'[ "$*" = "{arguments}" ] && echo 1.2.3')

    assert found(machine, name) == "1.2.3"


@pytest.mark.parametrize("script", ["exit 1", "echo no version here; exit 3"])
def test_a_program_that_fails_is_as_good_as_missing(machine: Path, script: str) -> None:
    install(machine, "kubectl", script)

    assert found(machine, "kubectl") == ""


def test_a_program_that_cannot_be_started_is_as_good_as_missing(machine: Path) -> None:
    install(machine, "kubectl", "")
    (machine / "bin/kubectl").write_text("#!/no/such/interpreter\n")

    assert found(machine, "kubectl") == ""


def test_a_program_that_hangs_is_as_good_as_missing(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(machine, "kubectl", "echo 1.2.3")

    def hanging(command: list[str], *, timeout: float, **given: object) -> object:
        del given
        raise doctor.subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setattr(doctor.subprocess, "run", hanging)

    assert found(machine, "kubectl") == ""


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_a_repository_is_one_also_in_a_worktree_where_git_is_a_file(
    machine: Path, kind: str
) -> None:
    place = machine / "checkout/.git"
    if kind == "folder":
        place.mkdir()
    else:
        place.write_text("gitdir: /elsewhere\n")

    assert found(machine, "Git repository") == str(machine / "checkout")


@pytest.mark.parametrize("home", ["home/.pulumi", "elsewhere"])
def test_the_newest_plugin_is_looked_for_where_the_engine_keeps_it(
    machine: Path, monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    for version in ("4.9.1", "4.34.0", "4.10.0"):
        (machine / home / f"plugins/resource-kubernetes-v{version}").mkdir(parents=True)
    (machine / home / "plugins/resource-kubernetes-v4.34.0.lock").touch()
    (machine / home / "plugins/resource-random-v9.0.0").mkdir()
    if home == "elsewhere":
        monkeypatch.setenv("PULUMI_HOME", str(machine / home))

    assert found(machine, "pulumi-resource-kubernetes") == "4.34.0"


def test_a_plugin_on_the_path_counts(machine: Path) -> None:
    install(machine, "pulumi-resource-kubernetes", "")

    assert found(machine, "pulumi-resource-kubernetes").endswith("bin/pulumi-resource-kubernetes")


def test_the_kubeconfig_of_the_home_is_found(machine: Path) -> None:
    (machine / "home/.kube").mkdir()
    (machine / "home/.kube/config").touch()

    assert found(machine, "kubeconfig") == str(machine / "home/.kube/config")


def test_of_several_kubeconfigs_those_that_exist_are_named(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = [machine / "one", machine / "two"]
    for each in there:
        each.touch()
    monkeypatch.setenv("KUBECONFIG", f"{there[0]}:{machine / 'gone'}::{there[1]}")

    assert found(machine, "kubeconfig") == f"{there[0]}, {there[1]}"
