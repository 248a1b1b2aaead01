"""Where on this machine things are kept: what can be made again, and what Pulumi keeps."""

import os
from contextlib import suppress
from pathlib import Path


def cache_folder() -> Path:
    """Return our folder in the user's cache directory; it need not exist.

    Source: https://specifications.freedesktop.org/basedir-spec/latest/
    """
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gitops"


def pulumi_home() -> Path:
    """Return where Pulumi keeps its plugins and its logins; it need not exist.

    Source: https://www.pulumi.com/docs/iac/cli/environment-variables/
    """
    return Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")


def put(path: Path, content: bytes) -> None:
    """Write *content* to *path*: all of it, or what was there before stays.

    Raises:
        OSError: it cannot be written.

    """
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        new.write_bytes(content)
        new.replace(path)
    finally:
        with suppress(OSError):  # It is in its place, or there never was one.
            new.unlink()
