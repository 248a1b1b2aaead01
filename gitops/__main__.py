"""``python -m gitops``: what ``bin/gitops`` runs."""

import os
import sys

# Set by the launcher for this process; programs that this one starts have paths of their own.
os.environ.pop("PYTHONPATH", None)

from gitops.cli.main import run

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
