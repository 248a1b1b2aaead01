"""What a change does: two sets of desired objects in, every difference out."""

from gitops.diff.changes import ChangeKind, Changes, FieldChange, ObjectChange, Renaming
from gitops.diff.compare import compare

__all__ = ["ChangeKind", "Changes", "FieldChange", "ObjectChange", "Renaming", "compare"]
