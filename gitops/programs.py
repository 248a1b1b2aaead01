"""Builds a program from its Go module under ``tools/``, once for all clones of a user.

What was built lies in the user's cache directory, under the digest of what it was built from. A
build that failed or was killed leaves nothing there.
"""

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from gitops.errors import ProgramError
from gitops.places import cache_folder

_TAGS = "tags.txt"


def build(
    module: Path,
    program: str,
    say: Callable[[str], None] = lambda _: None,
    *,
    cache: Path | None = None,
) -> Path:
    """Return *program*, a tool of the Go module in the folder *module*; *say* hears of a build.

    It lies in the folder *cache*, or in the user's own.

    Raises:
        ProgramError: Go is not installed, or cannot build it.

    """
    place = (cache or cache_folder()) / "programs" / f"{module.name}-{_digest(module)}"
    built = place / program
    if built.exists():
        return built
    go = shutil.which("go")
    if go is None:
        raise ProgramError(
            f"{program} is not installed, and Go, which would build it, is neither. Install one of "
            "them (Debian and Ubuntu: apt-get install golang; macOS: brew install go)."
        )
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.with_name(f"{place.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not built.exists():
            say(f"building {program} with Go (once; it takes some minutes)")
            _build(go, module, place)
    return built


def _build(go: str, module: Path, place: Path) -> None:
    """Build every tool that the module names; see https://go.dev/ref/mod#go-mod-file-tool."""
    partial = place.with_name(f"{place.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    flags = ["-trimpath", "-ldflags", _flags(module), *_tags(module), "-o", str(partial)]
    command = [go, "build", *flags, "tool"]
    # The user's own flags may be for their own modules; this one is built as its lock says.
    environment = {**os.environ, "GOFLAGS": "-mod=readonly -buildvcs=false"}
    try:
        done = subprocess.run(
            command, cwd=module, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            last = " / ".join(done.stderr.strip().splitlines()[-3:])
            raise ProgramError(
                f"Go cannot build {module.name}: {last}. Mend that (go build tool, in {module}, "
                "shows all of it), or install the program."
            )
        partial.rename(place)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _flags(module: Path) -> str:
    """Return the flags of the linker, such as those that tell the program its version."""
    file = module / "ldflags.txt"
    own = file.read_text(encoding="utf-8").split() if file.exists() else []
    return " ".join(["-s", "-w", *own])


def _tags(module: Path) -> list[str]:
    """Return the build tags, such as those that leave out what nobody here needs."""
    file = module / _TAGS
    return ["-tags", ",".join(file.read_text(encoding="utf-8").split())] if file.exists() else []


def _digest(module: Path) -> str:
    found = hashlib.sha256(f"{sys.platform} {platform.machine()}".encode())
    own = sorted(module.rglob("*.go"))
    for file in (*(module / name for name in ("go.mod", "go.sum", "ldflags.txt")), *own):
        found.update(hashlib.sha256(file.read_bytes() if file.exists() else b"").digest())
    # Only where there are some: what was built without any keeps its place.
    if (module / _TAGS).exists():
        found.update(hashlib.sha256((module / _TAGS).read_bytes()).digest())
    return found.hexdigest()[:16]
