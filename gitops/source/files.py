"""Where the input comes from: the working tree, or a commit; the same files either way."""

import hashlib
import os
import posixpath
import stat
import subprocess
from pathlib import Path
from typing import Protocol

from gitops.errors import GitError, InputError, Problem
from gitops.source.document import MAX_BYTES

_SHA1_DIGITS = 40


class Files(Protocol):
    """Read-only view of a repository; paths are relative to its root, with ``/``."""

    def names(self, folder: str, *, recursive: bool = False) -> list[str]:
        """Return the paths of the files in *folder*, sorted; none when there is no such folder."""
        ...

    def read(self, path: str) -> bytes | None:
        """Return the content of *path*, or None when there is no such file."""
        ...


class WorkTree:
    """The files as they lie in a checkout, committed or not."""

    def __init__(self, root: Path) -> None:
        """Look at the checkout in *root*."""
        self.root = root.resolve()
        self._known: set[str] = set()
        """Folders that are known to lie inside."""

    def names(self, folder: str, *, recursive: bool = False) -> list[str]:
        """Return the paths of the files in *folder*, sorted."""
        self._inside(folder)
        found: list[str] = []
        top = str(self.root)
        for here, folders, files in os.walk(f"{top}/{folder}"):
            relative = os.path.relpath(here, top)
            start = "" if relative == "." else f"{relative}/"
            found += [f"{start}{name}" for name in files]
            # At the top there may be anything, such as a linked .venv; none of it is input.
            if recursive or start:
                for name in folders:
                    self._inside(f"{start}{name}")
            if not recursive:
                break
        return sorted(found)

    def read(self, path: str) -> bytes | None:
        """Return the content of *path*, or None when there is no such file.

        Raises:
            InputError: the file lies outside the repository, is no file, or is too large.

        """
        try:
            folder = posixpath.dirname(path)
            if folder not in self._known:
                self._inside(folder)
                self._known.add(folder)
            here = f"{self.root}/{path}"
            if not stat.S_ISREG(os.lstat(here).st_mode):
                self._inside(path)
            with open(here, "rb", buffering=0) as file:  # noqa: PTH123 - there are thousands
                return file.read(MAX_BYTES + 1)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise _problem(path, f"cannot be read: {error.strerror}", "Mend its mode") from None

    def _inside(self, path: str) -> None:
        """Refuse *path* when it, or a link in it, leads out of the repository."""
        target = (self.root / path).resolve()
        if not target.is_relative_to(self.root):
            raise _problem(
                path, "the path leads out of the repository", "Move the file into the repository"
            )
        if target.exists() and stat.S_IFMT(target.stat().st_mode) not in {
            stat.S_IFREG,
            stat.S_IFDIR,
        }:
            raise _problem(path, "this is no plain file", "Replace it by a file")


class Traced:
    """Passes on what other files say, and keeps it: whether they say the same later can be asked."""

    def __init__(self, files: Files) -> None:
        """Ask *files*."""
        self.files = files
        self.listed: dict[tuple[str, bool], list[str]] = {}
        self.content: dict[str, bytes | None] = {}

    def names(self, folder: str, *, recursive: bool = False) -> list[str]:
        """Return the paths of the files in *folder*, sorted."""
        found = self.files.names(folder, recursive=recursive)
        self.listed[folder, recursive] = found
        return list(found)

    def read(self, path: str) -> bytes | None:
        """Return the content of *path*, or None when there is no such file."""
        if path not in self.content:
            self.content[path] = self.files.read(path)
        return self.content[path]

    def same(self, other: Files) -> bool:
        """Tell whether *other* has the same answers to everything that was asked."""
        try:
            return all(
                other.names(folder, recursive=recursive) == found
                for (folder, recursive), found in self.listed.items()
            ) and all(other.read(path) == found for path, found in self.content.items())
        except InputError:
            return False  # Whoever reads it says so, together with all else that is wrong.


class Commit:
    """The files as a commit has them, read through one ``git cat-file`` process."""

    def __init__(self, root: Path, revision: str, *, beside: Traced | None = None) -> None:
        """Look at *revision* of the checkout in *root*.

        Git is not asked for the content of files that are the same in *beside*.

        Raises:
            GitError: no Git repository, or no such revision.

        """
        self.root = root.resolve()
        self.revision = revision
        self._beside = beside.content if beside else {}
        prefix = self._git("rev-parse", "--show-prefix").decode().strip()
        self.commit = (
            self._git(
                "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
            )
            .decode()
            .strip()
        )
        listing = self._git("ls-tree", "-r", "-z", "--full-tree", self.commit, "--", prefix or ".")
        self.blobs: dict[str, tuple[str, str]] = {}
        for entry in listing.decode("utf-8", "surrogateescape").split("\0")[:-1]:
            head, _, path = entry.partition("\t")
            mode, _, blob = head.split(" ")
            self.blobs[path.removeprefix(prefix)] = (mode, blob)
        self._reader: subprocess.Popen[bytes] | None = None

    def names(self, folder: str, *, recursive: bool = False) -> list[str]:
        """Return the paths of the files in *folder*, sorted."""
        clean = posixpath.normpath(folder)
        start = "" if clean == "." else f"{clean}/"
        return sorted(
            path
            for path in self.blobs
            if path.startswith(start) and (recursive or "/" not in path[len(start) :])
        )

    def read(self, path: str) -> bytes | None:
        """Return the content of *path*, or None when there is no such file."""
        if path not in self.blobs:
            return None
        mode, blob = self.blobs[path]
        if mode not in {"100644", "100755"}:
            raise _problem(path, "this is no plain file", "Replace it by a file")
        content = self._beside.get(path)
        if content is not None and _blob_id(content, len(blob)) == blob:
            return content
        return self._blob(blob)

    def _blob(self, blob: str) -> bytes:
        if self._reader is None:
            self._reader = subprocess.Popen(
                ["git", "-C", str(self.root), "cat-file", "--batch"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        reader = self._reader
        if reader.stdin is None or reader.stdout is None:
            raise GitError("git cat-file has no pipes")
        reader.stdin.write(f"{blob}\n".encode())
        reader.stdin.flush()
        header = reader.stdout.readline().split()
        if len(header) != 3:
            raise GitError(f"git cannot read object {blob} of {self.revision}. Run `git fsck`.")
        content = reader.stdout.read(int(header[2]) + 1)
        return content[:-1]

    def close(self) -> None:
        """End the reading process."""
        if self._reader is not None:
            self._reader.communicate()
            self._reader = None

    def _git(self, *arguments: str) -> bytes:
        try:
            done = subprocess.run(
                ["git", "-C", str(self.root), *arguments], capture_output=True, check=False
            )
        except FileNotFoundError:
            raise GitError("git: the program is not installed. Install Git.") from None
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip().splitlines()
            reason = said[-1] if said else f"there is no commit {self.revision!r}"
            raise GitError(
                f"{self.revision}: {reason}. Name a commit, branch or tag of this repository; "
                "in a shallow clone fetch it first (`git fetch --unshallow`)."
            )
        return done.stdout


def _blob_id(content: bytes, digits: int) -> str:
    """Return Git's name of *content* in a repository whose names have so many *digits*.

    Source: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
    """
    algorithm = hashlib.sha1 if digits == _SHA1_DIGITS else hashlib.sha256
    return algorithm(b"blob %d\0%b" % (len(content), content), usedforsecurity=False).hexdigest()


def _problem(path: str, what: str, remedy: str) -> InputError:
    return InputError([Problem(file=path, what=what, remedy=remedy)])
