"""Whether one field that differs gives a pod rights or reach that it did not have.

Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/
"""

import re

from gitops.diff.changes import ABSENT, FieldChange
from gitops.diff.fields import grew, shrank

_LEVELS = {"privileged": 0, "baseline": 1, "restricted": 2}
_BRACKETS = re.compile(r"\[[^]]*\]")
_OPENS = frozenset({"privileged", "hostNetwork", "hostPID", "hostIPC", "hostProcess",
                    "allowPrivilegeEscalation", "automountServiceAccountToken"})  # fmt: skip
_CLOSES = frozenset({"runAsNonRoot", "readOnlyRootFilesystem"})
_CLOSED = frozenset({"allowPrivilegeEscalation", "automountServiceAccountToken"})
"""What is open unless it is said to be closed."""
_PROFILES = frozenset({"seccompProfile", "appArmorProfile"})


def loosened(kind: str, field: FieldChange) -> bool:
    """Tell whether *field* of an object of *kind* is loosened; its branches come on their own."""
    if kind == "Namespace" and "pod-security.kubernetes.io/enforce]" in field.path:
        before = -1 if field.old is ABSENT else _LEVELS.get(str(field.old), 3)
        return _LEVELS.get(str(field.new), -1) < before
    *above, last = _BRACKETS.sub("", field.path).split(".")
    if last in _CLOSES:
        return field.old is True or field.new is False
    if last in _OPENS:
        return field.new is True or (last in _CLOSED and field.old is False)
    if "capabilities" in above:
        return _capabilities(last, field)
    if above and above[-1] in _PROFILES and last == "type":
        return field.new in (ABSENT, "Unconfined") and field.old != "Unconfined"
    reach = {
        "hostPath": field.old is ABSENT,
        "hostPort": field.new is not ABSENT,
        "procMount": field.new == "Unmasked",
        "runAsUser": field.new == 0,
    }
    return reach.get(last, "hostPath" in above and field.new is not ABSENT)


def _capabilities(last: str, field: FieldChange) -> bool:
    """Tell whether *last*, the capabilities that are added or dropped, leaves the pod more."""
    if last == "drop":
        everything = isinstance(field.new, list) and "ALL" in field.new
        return shrank(field) and not everything
    return last == "add" and grew(field)
