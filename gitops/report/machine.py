"""A preview as JSON; ``version`` grows when a key changes its meaning."""

import json
from dataclasses import asdict
from typing import Any

from gitops.diff.changes import ABSENT, ObjectChange
from gitops.preview import Preview
from gitops.report.fields import shown

VERSION = 1


def preview(given: Preview) -> str:
    """Return *given* as JSON, with every change and none of the secrets."""
    document: dict[str, Any] = {
        "version": VERSION,
        "environments": [_environment(each) for each in given.environments],
    }
    if given.against:
        document["against"] = given.against
        document["counts"] = given.changes.counts()
        document["changes"] = [change(each) for each in given.changes.objects]
        document["renamings"] = [each._asdict() for each in given.changes.renamings]
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def _environment(given: Any) -> dict[str, Any]:
    found = asdict(given)
    found["verdicts"] = [
        {
            "rule": each.rule,
            "level": each.level.value,
            "cluster": cluster,
            "application": each.application,
            "object": each.object._asdict(),
            **each.complaint._asdict(),
        }
        for each in given.verdicts
        for cluster in each.clusters
    ]
    return found


def change(given: ObjectChange) -> dict[str, Any]:
    """Return one change as plain data."""
    return {
        "kind": given.kind.value,
        "environment": given.environment,
        "clusters": list(given.clusters),
        "application": given.application,
        "object": given.object._asdict(),
        "dangers": [each.name for each in given.dangers],
        "fields": [_field(each) for each in shown(given)],
    }


def _field(field: Any) -> dict[str, Any]:
    found = {"path": field.path, "old": field.old, "new": field.new}
    return {key: each for key, each in found.items() if each is not ABSENT}
