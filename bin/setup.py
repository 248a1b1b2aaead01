"""Makes .venv from the lock: whole or not at all, by one process at a time.

Runs before anything is installed, so it may use the standard library only.
"""

import fcntl
import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

LOCK = "requirements.txt"
STAMP = "gitops-lock.txt"
"""Copy of the lock inside .venv, written last: the launcher compares the two."""
PARTIAL = ".venv.partial."
USED = "import " + ", ".join(
    (
        *(f"gitops.cli.{verb}" for verb in ("check", "doctor", "explain", "preview", "render")),
        *("gitops.__main__", "gitops.cli.target", "gitops.doctor", "gitops.render"),
        *(f"gitops.report.{each}" for each in ("machine", "markdown", "text")),
        *(
            "components.cluster",
            "engine.progress",
            "pulumi_policy",
            "recording",
            "recording.config",
            "recording.nodes",
        ),
        # What these import only when it is needed.
        *("pulumi_kubernetes.provider", "pydantic.dataclasses", "pydantic.plugin._loader"),
    )
)
"""What the verbs import."""


class SetupError(Exception):
    """Why the set-up failed, in words for whoever ran it."""


def main(root: Path) -> int:
    """Make ``root/.venv`` unless it is whole already; return the exit code."""
    try:
        with held(root / ".venv.lock"):
            if not is_whole(root):
                make(root)
    except SetupError as error:
        say(f"error: {error}")
        return 2
    except OSError as error:
        say(f"error: {error.filename}: {error.strerror}. Make room or mend the permissions.")
        return 2
    except KeyboardInterrupt:
        say("interrupted; the next run starts the set-up again")
        return 130
    return 0


def say(text: str) -> None:
    """Tell the person who waits; standard output belongs to the verb."""
    print(f"gitops: {text}", file=sys.stderr, flush=True)  # noqa: T201


@contextmanager
def held(path: Path) -> Generator[None]:
    """Hold the lock file *path*; the kernel lets go when this process ends, however it ends."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another run is setting up .venv; waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def is_whole(root: Path) -> bool:
    """Tell whether .venv was made from today's lock, and its Python still starts."""
    venv = root / ".venv"
    stamp = venv / STAMP
    if not stamp.exists() or not filecmp.cmp(stamp, root / LOCK, shallow=False):
        return False
    command = [str(venv / "bin/python"), "-c", ""]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:  # the Python that it was made with has been removed
        return False


def make(root: Path) -> None:
    """Install the lock into a new environment beside .venv, then put it in its place."""
    begun = time.monotonic()
    say("setting up .venv (once; a few seconds)")
    for left in root.glob(f"{PARTIAL}*"):
        shutil.rmtree(left, ignore_errors=True)
    partial = Path(tempfile.mkdtemp(prefix=PARTIAL, dir=root))
    try:
        install(root, partial)
        shutil.copyfile(root / LOCK, partial / "venv" / STAMP)
        venv = root / ".venv"
        if os.path.lexists(venv):
            venv.rename(partial / "old")
        (partial / "venv").rename(venv)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    compile_used(root)
    say(f"ready after {time.monotonic() - begun:.0f} s")


def install(root: Path, partial: Path) -> None:
    """Make ``partial/venv`` with uv: relocatable, so that the last rename breaks nothing."""
    tools = partial / "tools"
    pip("install", "--target", str(tools), "--require-hashes", "-r", str(root / "bin/uv.txt"))
    uv = str(tools / "bin/uv")
    venv = partial / "venv"
    run([uv, "venv", "--quiet", "--relocatable", "--python", sys.executable, str(venv)])
    python = str(venv / "bin/python")
    lock = ["--require-hashes", "-r", str(root / LOCK)]
    run([uv, "pip", "install", "--quiet", "--python", python, *index(), *lock])


def compile_used(root: Path) -> None:
    """Keep the bytecode of what the verbs import: images often tell Python to keep none.

    Compiling takes longer than all the rest of a start. Where it fails, starting is only slower.
    """
    clean = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    command = [str(root / ".venv/bin/python"), "-P", "-c", USED]
    subprocess.run(
        command, env={**clean, "PYTHONPATH": str(root)}, capture_output=True, check=False
    )


def index() -> list[str]:
    """Give uv the package index that pip was told to use: people configure pip."""
    options = {
        "PIP_INDEX_URL": "--default-index",
        "PIP_EXTRA_INDEX_URL": "--index",
        "PIP_FIND_LINKS": "--find-links",
    }
    return [
        word
        for variable, option in options.items()
        if f"UV_{variable.removeprefix('PIP_')}" not in os.environ
        for place in os.environ.get(variable, "").split()
        for word in (option, place)
    ]


def pip(*arguments: str) -> None:
    """Run pip; make it available first where Python came without it."""
    command = [sys.executable, "-m", "pip"]
    if subprocess.run([*command, "--version"], capture_output=True, check=False).returncode:
        raise SetupError(
            "this Python has no pip. Install it (Debian and Ubuntu: apt-get install python3-pip; "
            "Fedora: dnf install python3-pip), then run this again."
        )
    run([*command, "--quiet", "--disable-pip-version-check", *arguments])


def run(command: Sequence[str]) -> None:
    """Run *command*; when it fails, say the end of what it said."""
    # A PIP_TARGET or PIP_USER of the person's own would send the packages elsewhere.
    clean = {
        key: value
        for key, value in os.environ.items()
        if key not in {"PIP_TARGET", "PIP_USER", "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV"}
    }
    done = subprocess.run(
        list(command), env=clean, capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode:
        last = "\n  ".join((done.stderr or done.stdout).strip().splitlines()[-6:])
        name = " ".join(Path(word).name for word in command[:4])
        raise SetupError(
            f"`{name} ...` failed:\n  {last}\nCheck the network, the proxy (HTTPS_PROXY) and the "
            "package index (PIP_INDEX_URL), then run this again."
        )


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
