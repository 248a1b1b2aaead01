"""The launcher and the set-up: whole or not at all, with a remedy when it cannot be done."""

import fcntl
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest

from tests import ROOT

PYTHON = sys.executable
STAMP = ".venv/gitops-lock.txt"
PROGRAM = "import os, sys\nprint(*sys.argv[1:], sys.prefix, os.environ['PYTHONPATH'], sep='|')\n"


def load() -> ModuleType:
    """Import ``bin/setup.py``, which is a program and no module of a package."""
    spec = importlib.util.spec_from_file_location("setup_of_venv", ROOT / "bin/setup.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


setup = load()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a fresh copy of the launcher, with a lock of nothing and a program of two lines."""
    root = tmp_path / "a copy"
    (root / "gitops").mkdir(parents=True)
    (root / "gitops/__main__.py").write_text(PROGRAM)
    shutil.copytree(ROOT / "bin", root / "bin", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "requirements.txt").write_text("# nothing\n")
    return root


def start(root: Path, *arguments: str, **given: str) -> subprocess.Popen[str]:
    kept = {key: each for key, each in os.environ.items() if key != "PYTHONPATH"}
    return subprocess.Popen(
        [root / "bin/gitops", *arguments],
        env={**kept, **given},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def launch(root: Path, *arguments: str, **given: str) -> tuple[int, str, str]:
    """Run the launcher in *root*; return its exit code and what it said."""
    with start(root, *arguments, **given) as process:
        out, error = process.communicate()
    return process.returncode, out, error


def whole(root: Path) -> None:
    """Make *root* look set up: with a Python that is this one, and the stamp of today's lock."""
    (root / ".venv/bin").mkdir(parents=True, exist_ok=True)
    python = root / ".venv/bin/python"
    python.unlink(missing_ok=True)
    python.symlink_to(PYTHON)
    shutil.copy(root / "requirements.txt", root / STAMP)


def tools(folder: Path, **scripts: str) -> str:
    """Return a PATH with the launcher's own tools and *scripts*, and nothing else."""
    folder.mkdir()
    for name in ("sh", "cmp", "readlink", "env"):
        found = shutil.which(name)
        assert found
        (folder / name).symlink_to(found)
    for name, script in scripts.items():
        file = folder / name.replace("_", ".")
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
    return str(folder)


# The launcher, without a set-up.


def test_a_copy_that_is_set_up_runs_the_program_with_its_arguments(copy: Path) -> None:
    whole(copy)

    code, out, error = launch(copy, "check", "two words", "")

    assert (code, error) == (0, "")
    assert out.startswith("check|two words||")
    assert out.endswith(f"|{copy}\n")


def test_the_exit_code_is_the_programs(copy: Path) -> None:
    whole(copy)
    (copy / "gitops/__main__.py").write_text("raise SystemExit(7)\n")

    assert launch(copy) == (7, "", "")


@pytest.mark.parametrize("how", ["absolute", "relative", "chained"])
def test_the_launcher_is_found_through_links(copy: Path, tmp_path: Path, how: str) -> None:
    whole(copy)
    (tmp_path / "links/bin").mkdir(parents=True)
    link = tmp_path / "links/bin/gitops"
    if how == "absolute":
        link.symlink_to(copy / "bin/gitops")
    else:
        link.symlink_to(Path("../../a copy/bin/gitops"))
    if how == "chained":
        (tmp_path / "links/bin/other").symlink_to("gitops")
        link = tmp_path / "links/bin/other"

    done = subprocess.run([link, "x"], capture_output=True, text=True, check=False)

    assert done.stdout.endswith(f"|{copy}\n")


def test_the_working_directory_stays_and_hides_no_module(copy: Path, tmp_path: Path) -> None:
    whole(copy)
    (copy / "gitops/__main__.py").write_text("import json, os\nprint(os.getcwd())\n")
    (tmp_path / "elsewhere/gitops").mkdir(parents=True)
    for name in ("gitops/__init__.py", "gitops/__main__.py", "json.py"):
        (tmp_path / "elsewhere" / name).write_text("raise SystemExit('hidden')\n")

    done = subprocess.run(
        [copy / "bin/gitops"],
        cwd=tmp_path / "elsewhere",
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == f"{tmp_path / 'elsewhere'}\n"


def test_the_persons_own_python_path_hides_nothing(copy: Path, tmp_path: Path) -> None:
    whole(copy)
    (tmp_path / "mine/gitops").mkdir(parents=True)
    (tmp_path / "mine/gitops/__main__.py").write_text("print('mine')\n")

    code, out, _ = launch(copy, PYTHONPATH=str(tmp_path / "mine"))

    assert code == 0
    assert out.endswith(f"|{copy}\n")


@pytest.mark.parametrize(
    "scripts",
    [{}, {"python3": "exit 1"}, {"python3": "exit 1", "python3_12": "exit 1"}],
    ids=["none", "old", "all old"],
)
def test_without_a_python_that_is_new_enough_there_is_a_remedy(
    copy: Path, tmp_path: Path, scripts: dict[str, str]
) -> None:
    code, out, error = launch(copy, "check", PATH=tools(tmp_path / "tools", **scripts))

    assert (code, out) == (2, "")
    assert error.startswith("error: there is no Python 3.11 or newer on PATH. Install one")
    assert "apt-get install python3" in error
    assert error.count("\n") == 1
    assert not (copy / ".venv").exists()


@pytest.mark.parametrize(
    ("version", "said"),
    [("(2, 7, 18)", "no Python 3.11"), ("(3, 10, 14)", "no Python 3.11"), ("(3, 11, 0)", "set up")],
)
def test_the_oldest_python_that_will_do_is_three_eleven(
    copy: Path, tmp_path: Path, version: str, said: str
) -> None:
    script = (
        f'[ "$1" = -c ] && exec "{PYTHON}" -c "import sys; sys.version_info = {version}; $2"\n'
        "echo set up >&2; exit 1"
    )

    code, _, error = launch(copy, PATH=tools(tmp_path / "tools", python3=script))

    assert code == 2
    assert said in error


def test_a_newer_python_beside_an_old_one_is_taken(copy: Path, tmp_path: Path) -> None:
    path = tools(
        tmp_path / "tools",
        python3="exit 1",
        python3_13=f'[ "$1" = -c ] && exec "{PYTHON}" "$@"; echo "set up with $*" >&2; exit 1',
    )

    code, _, error = launch(copy, PATH=path)

    assert code == 2
    assert error == f"set up with -I {copy}/bin/setup.py {copy}\n"


@pytest.mark.parametrize("state", ["nothing", "no stamp", "old stamp", "no python"])
def test_what_is_not_whole_is_set_up_before_anything_runs(
    copy: Path, tmp_path: Path, state: str
) -> None:
    if state != "nothing":
        whole(copy)
    if state == "no stamp":
        (copy / STAMP).unlink()
    elif state == "old stamp":
        (copy / "requirements.txt").write_text("# another lock\n")
    elif state == "no python":
        (copy / ".venv/bin/python").unlink()
    path = tools(tmp_path / "tools", python3='[ "$1" = -c ] || { echo set up >&2; exit 1; }')

    assert launch(copy, PATH=path) == (2, "", "set up\n")


# The set-up, without the network.


@pytest.fixture
def installs(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Let an installation be a folder with a working Python; return the places of all."""
    made: list[Path] = []

    def install(root: Path, partial: Path) -> None:
        del root
        made.append(partial)
        (partial / "venv/bin").mkdir(parents=True)
        (partial / "venv/bin/python").symlink_to(PYTHON)

    monkeypatch.setattr(setup, "install", install)
    return made


def leftovers(root: Path) -> list[str]:
    return [each.name for each in root.glob(".venv.partial.*")]


def test_a_set_up_leaves_an_environment_with_the_stamp_and_nothing_beside(
    copy: Path, installs: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert setup.main(copy) == 0

    assert (copy / STAMP).read_bytes() == (copy / "requirements.txt").read_bytes()
    assert leftovers(copy) == []
    assert len(installs) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("gitops: setting up .venv (once; a few seconds)\ngitops: ready")


def test_what_the_verbs_import_is_compiled_also_where_python_keeps_nothing(
    copy: Path, installs: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    (copy / "gitops/verb.py").write_text("")
    monkeypatch.setattr(setup, "USED", "import gitops.verb")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")

    assert setup.main(copy) == 0

    assert len(installs) == 1
    assert [*copy.glob("gitops/__pycache__/verb.*.pyc")]


def test_a_verb_finds_all_that_it_imports_compiled(tmp_path: Path) -> None:
    """Whatever a verb compiles on its own it would compile again at each start."""
    keeping = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    keeping |= {"PYTHONPYCACHEPREFIX": str(tmp_path / "compiled"), "PYTHONPATH": str(ROOT)}

    def after(*arguments: str) -> set[str]:
        subprocess.run([PYTHON, *arguments], cwd=ROOT, env=keeping, capture_output=True, check=True)
        found = {each.as_posix() for each in tmp_path.rglob("*.pyc")}
        return {each for each in found if "/site-packages/" in each or f"{ROOT}/" in each}

    compiled = after("-P", "-c", setup.USED)
    after("-m", "gitops", "preview", "--format", "json")
    after("-m", "gitops", "explain", "production", "events")
    after("-m", "gitops", "doctor")
    found = after("-m", "gitops", "render", "--out", str(tmp_path / "out"))

    assert len(compiled) > 100
    assert found - compiled == set()


def test_every_module_that_is_compiled_exists() -> None:
    done = subprocess.run([PYTHON, "-c", setup.USED], cwd=ROOT, capture_output=True, check=False)

    assert (done.returncode, done.stderr) == (0, b"")


def test_what_is_whole_is_left_alone_without_a_word(
    copy: Path, installs: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    whole(copy)

    assert setup.main(copy) == 0

    assert installs == []
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("state", ["no stamp", "old stamp", "no python", "dead python", "a file"])
def test_what_is_not_whole_is_made_again(copy: Path, installs: list[Path], state: str) -> None:
    whole(copy)
    if state == "no stamp":
        (copy / STAMP).unlink()
    elif state == "old stamp":
        (copy / "requirements.txt").write_text("# another lock\n")
    elif state == "a file":
        shutil.rmtree(copy / ".venv")
        (copy / ".venv").write_text("")
    else:
        (copy / ".venv/bin/python").unlink()
        (copy / ".venv/bin/python").symlink_to("/bin/false" if "dead" in state else "/gone")
    (copy / ".venv.partial.left").mkdir()
    (copy / ".venv.partial.left/file").touch()

    assert setup.main(copy) == 0

    assert len(installs) == 1
    assert setup.is_whole(copy)
    assert leftovers(copy) == []


def test_an_installation_that_fails_leaves_what_was_there(
    copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole(copy)
    (copy / "requirements.txt").write_text("# another lock\n")

    def fail(root: Path, partial: Path) -> None:
        raise setup.SetupError("no network. Plug it in.")

    monkeypatch.setattr(setup, "install", fail)

    assert setup.main(copy) == 2

    assert (copy / STAMP).read_text() == "# nothing\n"
    assert leftovers(copy) == []
    assert capsys.readouterr().err.endswith("gitops: error: no network. Plug it in.\n")


def test_an_interruption_is_said_and_leaves_nothing(
    copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(root: Path, partial: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(setup, "install", interrupt)

    assert setup.main(copy) == 130

    assert not (copy / ".venv").exists()
    assert leftovers(copy) == []
    assert "interrupted; the next run starts the set-up again" in capsys.readouterr().err


def test_a_directory_that_cannot_be_written_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert setup.main(tmp_path / "gone") == 2

    said = capsys.readouterr().err
    assert said == (
        f"gitops: error: {tmp_path / 'gone/.venv.lock'}: No such file or directory. "
        "Make room or mend the permissions.\n"
    )


def test_whoever_comes_second_waits_and_says_so(
    copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tries: list[int] = []

    def flock(file: object, how: int) -> None:
        del file
        tries.append(how)
        if how & fcntl.LOCK_NB:
            whole(copy)
            raise BlockingIOError

    monkeypatch.setattr(setup.fcntl, "flock", flock)

    assert setup.main(copy) == 0

    assert tries == [fcntl.LOCK_EX | fcntl.LOCK_NB, fcntl.LOCK_EX]
    assert capsys.readouterr().err == "gitops: another run is setting up .venv; waiting for it\n"


@pytest.fixture
def plain_index(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("PIP_", "UV_")):
            monkeypatch.delenv(name)


@pytest.mark.usefixtures("plain_index")
@pytest.mark.parametrize(
    ("given", "options"),
    [
        ({}, []),
        ({"PIP_INDEX_URL": "https://a"}, ["--default-index", "https://a"]),
        (
            {"PIP_EXTRA_INDEX_URL": "https://a https://b"},
            ["--index", "https://a", "--index", "https://b"],
        ),
        ({"PIP_FIND_LINKS": "/wheels"}, ["--find-links", "/wheels"]),
        ({"PIP_INDEX_URL": "https://a", "UV_INDEX_URL": "https://b"}, []),
        ({"PIP_FIND_LINKS": "/wheels", "UV_FIND_LINKS": "/others"}, []),
    ],
)
def test_the_index_that_pip_was_told_is_given_on(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], options: list[str]
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    assert setup.index() == options


def test_a_command_that_fails_is_quoted_with_its_last_words_and_a_remedy() -> None:
    words = "import sys; [print(n, file=sys.stderr) for n in range(9)]; sys.exit(3)"

    with pytest.raises(setup.SetupError) as caught:
        setup.run([PYTHON, "-c", words])

    said = str(caught.value)
    assert said.startswith(f"`{Path(PYTHON).name} -c ")
    assert "\n  3\n  4\n  5\n  6\n  7\n  8\nCheck the network, the proxy (HTTPS_PROXY)" in said


def test_where_the_person_sends_packages_is_not_where_ours_go(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PIP_TARGET", "/elsewhere")
    monkeypatch.setenv("PIP_CERT", "/certificates")
    out = tmp_path / "out"

    setup.run(["/bin/sh", "-c", f'echo "$PIP_TARGET:$PIP_CERT" > "{out}"'])

    assert out.read_text() == ":/certificates\n"


def test_a_python_without_pip_has_a_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tools(tmp_path / "tools", python="exit 1")
    monkeypatch.setattr(setup.sys, "executable", str(tmp_path / "tools/python"))

    with pytest.raises(setup.SetupError, match=r"no pip\. Install it .*python3-pip"):
        setup.pip("install", "x")


def test_everything_is_installed_by_its_hash_and_from_the_lock(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[list[str]] = []

    def run(command: Sequence[str]) -> None:
        commands.append([*command])

    monkeypatch.setattr(setup, "run", run)
    monkeypatch.setattr(setup.sys, "executable", "/bin/true")

    setup.install(copy, copy / "partial")

    tool, environment, lock = commands
    assert tool[-3:] == ["--require-hashes", "-r", str(copy / "bin/uv.txt")]
    assert tool[tool.index("--target") + 1] == str(copy / "partial/tools")
    assert "--relocatable" in environment
    assert lock[-3:] == ["--require-hashes", "-r", str(copy / "requirements.txt")]
    assert lock[lock.index("--python") + 1] == str(copy / "partial/venv/bin/python")


def test_every_package_of_both_locks_has_hashes() -> None:
    for name in ("requirements.txt", "bin/uv.txt"):
        text = (ROOT / name).read_text().replace("\\\n", "")
        packages = [line for line in text.splitlines() if line and line[0] not in " #"]

        assert packages
        assert all("--hash=sha256:" in line for line in packages)


def test_the_set_up_needs_the_standard_library_only() -> None:
    # -I leaves out the environment and the directory, -S what is installed.
    done = subprocess.run(
        [PYTHON, "-I", "-S", ROOT / "bin/setup.py"], capture_output=True, text=True, check=False
    )

    assert "IndexError" in done.stderr  # it got as far as its missing argument


# The set-up, for real: two installations.


@pytest.mark.real
def test_a_fresh_copy_is_set_up_once_for_two_and_again_when_the_lock_changes(copy: Path) -> None:
    lock = ROOT.joinpath("requirements.txt").read_text()
    start_of = lock.index("click==")
    click = lock[start_of : lock.index("    # via", start_of)]
    (copy / "requirements.txt").write_text(click)
    (copy / "gitops/__main__.py").write_text("import click\nprint(click.__name__)\n")
    # As an interrupted set-up leaves it.
    (copy / ".venv/bin").mkdir(parents=True)
    (copy / ".venv.partial.killed/venv").mkdir(parents=True)

    both = [start(copy), start(copy)]
    said = [each.communicate() for each in both]

    if any("Check the network" in error for _, error in said):
        pytest.skip("the package index cannot be reached")
    assert [each.returncode for each in both] == [0, 0]
    assert [out for out, _ in said] == ["click\n", "click\n"]
    assert sum("ready after" in error for _, error in said) == 1
    assert leftovers(copy) == []
    assert launch(copy) == (0, "click\n", "")

    (copy / "requirements.txt").write_text("# nothing any more\n")
    code, out, error = launch(copy)

    assert (code, out) == (1, "")
    assert "ready after" in error
    assert "No module named 'click'" in error
    assert (copy / STAMP).read_text() == "# nothing any more\n"
