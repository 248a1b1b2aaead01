"""Whether one field that differs gives a pod rights or reach that it did not have.

Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/
"""

from collections.abc import Callable, Mapping

from gitops.diff.changes import ABSENT, FieldChange
from gitops.diff.fields import grew, last, shrank

_LEVELS = {"privileged": 0, "baseline": 1, "restricted": 2}
_PROFILES = (".seccompProfile.type", ".appArmorProfile.type")


def loosened(kind: str, field: FieldChange) -> bool:
    """Tell whether *field* of an object of *kind* is loosened; its branches come on their own."""
    rule = _RULES.get(last(field.path))
    if rule is not None:
        # A definition describes such fields of other objects.
        return kind != "CustomResourceDefinition" and rule(field)
    return kind == "Namespace" and _level(field)


def _level(field: FieldChange) -> bool:
    if "pod-security.kubernetes.io/enforce]" not in field.path:
        return False
    before = -1 if field.old is ABSENT else _LEVELS.get(str(field.old), 3)
    return _LEVELS.get(str(field.new), -1) < before


def _opens(field: FieldChange) -> bool:
    return field.new is True


def _opens_unless_closed(field: FieldChange) -> bool:
    return field.new is True or field.old is False


def _closes(field: FieldChange) -> bool:
    return field.old is True or field.new is False


def _added(field: FieldChange) -> bool:
    return "capabilities" in field.path and grew(field)


def _dropped(field: FieldChange) -> bool:
    everything = isinstance(field.new, list) and "ALL" in field.new
    return "capabilities" in field.path and shrank(field) and not everything


def _profile(field: FieldChange) -> bool:
    given = field.new in (ABSENT, "Unconfined") and field.old != "Unconfined"
    return given and field.path.endswith(_PROFILES)


_RULES: Mapping[str, Callable[[FieldChange], bool]] = {
    "privileged": _opens,
    "hostNetwork": _opens,
    "hostPID": _opens,
    "hostIPC": _opens,
    "hostProcess": _opens,
    "allowPrivilegeEscalation": _opens_unless_closed,
    "automountServiceAccountToken": _opens_unless_closed,
    "runAsNonRoot": _closes,
    "readOnlyRootFilesystem": _closes,
    "add": _added,
    "drop": _dropped,
    "type": _profile,
    "path": lambda field: field.path.endswith(".hostPath.path") and field.new is not ABSENT,
    "hostPort": lambda field: field.new is not ABSENT,
    "procMount": lambda field: field.new == "Unmasked",
    "runAsUser": lambda field: field.new == 0,
}
"""By the last step of the path."""
