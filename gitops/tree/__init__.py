"""A generated tree in a directory that people may also write to."""

from gitops.tree.look import Look, looking
from gitops.tree.paths import INDEX, STAGING
from gitops.tree.write import Written, update, write

__all__ = ["INDEX", "STAGING", "Look", "Written", "looking", "update", "write"]
