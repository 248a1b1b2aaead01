"""The index in a tree: which files are generated, and the digest of each."""

import hashlib
import json
from collections.abc import Mapping
from json.encoder import encode_basestring_ascii
from pathlib import Path
from typing import Any

from gitops.errors import OutputError
from gitops.tree.paths import INDEX, Folders, check


def read(out: Path, *, trusted: str = "") -> tuple[str, dict[str, str]]:
    """Return the digest of the index in *out*, and what it lists: digest by path.

    The digest is empty where there is no index. One with the digest *trusted* is not checked again.

    Raises:
        OutputError: the index is damaged, or names files outside the tree.

    """
    path = Folders(out).inside(INDEX)
    try:
        content = path.read_bytes()
        found: Any = json.loads(content)
        files = {str(key): str(value) for key, value in found["files"].items()}
    except FileNotFoundError:
        return "", {}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise OutputError(
            f"{path} is damaged. Restore it from Git, or delete it together with the tree."
        ) from None
    own = digest(content)
    if own != trusted:
        check(files)
    return own, files


def text(files: Mapping[str, str]) -> bytes:
    """Return the index of *files*: a line for each, sorted, so that Git can merge it."""
    lines = (f'\n{encode_basestring_ascii(path)}: "{files[path]}"' for path in sorted(files))
    entries = ",".join(lines)
    end = "\n" if entries else ""
    return f'{{\n"files": {{{entries}{end}}},\n"version": 1\n}}\n'.encode()


def digest(content: bytes) -> str:
    """Return the digest by which the index knows *content*."""
    return hashlib.sha256(content).hexdigest()
