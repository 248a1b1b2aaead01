"""What is installed on this machine, what for, and the command that mends what is missing."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gitops.places import pulumi_home


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One program or file, found or not."""

    name: str
    found: str
    """Version or place; empty when it is missing."""
    needed_for: str
    remedy: str
    """Command or sentence that mends it."""


def examine(root: Path) -> list[Finding]:
    """Look at everything that a verb may need; nothing is changed and nothing is fetched."""
    return [each(root) for each in _EXAMINATIONS]


def _python(root: Path) -> Finding:
    del root
    return Finding(
        name="Python",
        found=".".join(str(part) for part in sys.version_info[:3]),
        needed_for="everything",
        remedy="Install Python 3.11 or newer",
    )


def _environment(root: Path) -> Finding:
    stamp, lock = root / ".venv/gitops-lock.txt", root / "requirements.txt"
    fresh = stamp.exists() and stamp.read_bytes() == lock.read_bytes()
    return Finding(
        name=".venv",
        found="as in requirements.txt" if fresh else "",
        needed_for="everything",
        remedy="rm -rf .venv && bin/gitops doctor",
    )


def _git(root: Path) -> Finding:
    del root
    return Finding(
        name="git",
        found=_version("git", "--version"),
        needed_for="preview --against",
        remedy="apt-get install git (Debian, Ubuntu), dnf install git (Fedora), "
        "brew install git (macOS)",
    )


def _repository(root: Path) -> Finding:
    return Finding(
        name="Git repository",
        found=str(root) if (root / ".git").exists() else "",
        needed_for="preview --against",
        remedy="git clone the repository instead of copying its files, or git init",
    )


def _pulumi(root: Path) -> Finding:
    del root
    return Finding(
        name="pulumi",
        found=_version("pulumi", "version"),
        needed_for="up, destroy, refresh, stack (which install it, or build it with Go)",
        remedy="curl -fsSL https://get.pulumi.com | sh",
    )


def _plugin(root: Path) -> Finding:
    del root
    home = pulumi_home()
    plugins = (home / "plugins").glob("resource-kubernetes-v*") if home.exists() else ()
    found = sorted((each for each in plugins if each.is_dir()), key=_numbers)
    return Finding(
        name="pulumi-resource-kubernetes",
        found=found[-1].name.rpartition("-v")[2] if found else _which("pulumi-resource-kubernetes"),
        needed_for="up (the engine downloads it by itself where it may)",
        remedy="pulumi plugin install resource kubernetes",
    )


def _kubeconfig(root: Path) -> Finding:
    del root
    given = os.environ.get("KUBECONFIG") or str(Path.home() / ".kube/config")
    there = [each for each in given.split(os.pathsep) if each and Path(each).exists()]
    return Finding(
        name="kubeconfig",
        found=", ".join(there),
        needed_for="up, where the stack holds none under gitops:kubeconfigs",
        remedy="pulumi config set --secret --path gitops:kubeconfigs.CLUSTER -s ENVIRONMENT < FILE",
    )


def _kubectl(root: Path) -> Finding:
    del root
    return Finding(
        name="kubectl",
        found=_version("kubectl", "version", "--client"),
        needed_for="test (how kubectl reads what we write), bench (the comparison)",
        remedy="see https://kubernetes.io/docs/tasks/tools/",
    )


def _go(root: Path) -> Finding:
    del root
    return Finding(
        name="go",
        found=_version("go", "version"),
        needed_for="test (real schemas and real programs come from Go modules); up, where there is no "
        "pulumi",
        remedy="apt-get install golang (Debian, Ubuntu), brew install go (macOS)",
    )


def _numbers(path: Path) -> list[int]:
    return [int(each) for each in re.findall(r"[0-9]+", path.name)]


def _which(program: str) -> str:
    return shutil.which(program) or ""


def _version(program: str, *arguments: str) -> str:
    if shutil.which(program) is None:
        return ""
    try:
        done = subprocess.run(
            [program, *arguments], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    match = re.search(r"[0-9]+\.[0-9]+(\.[0-9]+)?[^\s,]*", done.stdout)
    return match[0] if match else "" if done.returncode else "installed"


_EXAMINATIONS: tuple[Callable[[Path], Finding], ...] = (
    _python,
    _environment,
    _git,
    _repository,
    _pulumi,
    _plugin,
    _kubeconfig,
    _kubectl,
    _go,
)
