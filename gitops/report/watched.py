"""Whether somebody watches while something goes on."""

import os
import sys


def watched() -> bool:
    """Tell whether there is a terminal that can erase a line, and nobody has asked for calm."""
    seen = sys.stdout.isatty() and sys.stderr.isatty()
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM", "dumb") in {"", "dumb", "unknown"}
    return seen and not plain
