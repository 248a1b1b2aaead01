"""Where on this machine the program keeps what it can make again."""

import os
from pathlib import Path


def cache_folder() -> Path:
    """Return our folder in the user's cache directory; it need not exist.

    Source: https://specifications.freedesktop.org/basedir-spec/latest/
    """
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gitops"
