"""Names and limits that Kubernetes enforces, and how names are composed from parts.

Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
"""

import re
from collections.abc import Sequence

MAX_LABEL = 63  # characters; RFC 1123 label, and the value of a label
MAX_SUBDOMAIN = 253  # characters; RFC 1123 subdomain
MAX_CRON_JOB = 52  # characters; the controller appends 11 to name each Job
MAX_STATEFUL_SET = 52  # characters; the label controller-revision-hash appends 11

LABEL_PATTERN = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
SUBDOMAIN_PATTERN = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
LABEL_ACCEPTED = "a-z, 0-9 and '-', first and last a letter or digit"

_LABEL = re.compile(LABEL_PATTERN[:-1] + r"\Z")
_SUBDOMAIN = re.compile(SUBDOMAIN_PATTERN[:-1] + r"\Z")


def is_label(value: str, limit: int = MAX_LABEL) -> bool:
    """Tell whether *value* is an RFC 1123 label of at most *limit* characters."""
    return len(value) <= limit and _LABEL.match(value) is not None


def is_subdomain(value: str) -> bool:
    """Tell whether *value* is an RFC 1123 subdomain of at most 253 characters."""
    return len(value) <= MAX_SUBDOMAIN and _SUBDOMAIN.match(value) is not None


def compose(*parts: str) -> str:
    """Join *parts* with ``-``; empty parts vanish. Check the result with ``is_label``."""
    return "-".join(part for part in parts if part)


def did_you_mean(meant: str | None, otherwise: str) -> str:
    """Return the remedy for a wrong name: the one that was *meant*, or else *otherwise*."""
    return f"Did you mean {meant!r}?" if meant else otherwise


def nearest(word: str, known: Sequence[str]) -> str | None:
    """Return the name in *known* that *word* was most likely meant to be, or None."""
    # difflib costs 10 ms to import and is needed only when something is wrong.
    from difflib import get_close_matches

    folded = {each.casefold().replace("_", "").replace("-", ""): each for each in known}
    if exact := folded.get(word.casefold().replace("_", "").replace("-", "")):
        return exact
    begun = [each for each in known if len(word) > 2 and each.startswith(word)]
    if len(begun) == 1:
        return begun[0]
    close = get_close_matches(word, known, n=1, cutoff=0.6)
    return close[0] if close else None
