"""``python -m gitops``: what ``bin/gitops`` runs."""

import os
import sys

# Set by the launcher for this process; programs that this one starts have paths of their own.
os.environ.pop("PYTHONPATH", None)

from gitops.cli.main import run

if __name__ == "__main__":
    code = run(sys.argv[1:])
    sys.stderr.flush()
    # Millions of values would be taken apart one by one, to no end.
    os._exit(code)
