"""``python -m gitops``: what ``bin/gitops`` runs."""

import sys

from gitops.cli.main import run

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
