"""One alert, and the rule of Prometheus that it becomes.

Source: https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gitops.alerts.watch import Watch
from gitops.model import Severity

_PAGE = "docs/on-call.md"
_ORDER = list(Severity)


@dataclass(frozen=True, kw_only=True, slots=True)
class Alert:
    """What is wrong, how it is noticed, and who has to know."""

    name: str
    """In CamelCase; the section of the runbook is called the same."""
    expr: str
    """PromQL; an alert for each series that it returns."""
    summary: str
    """One line; may have templates of Prometheus, as the description."""
    description: str
    hold: str = ""
    """How long it must be so; at once when empty."""
    most: Severity = Severity.CRITICAL
    """The highest severity that it ever has."""
    labelled: frozenset[str] = frozenset()
    """Labels that the series have: those of the cluster and of the platform's team otherwise."""
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    """Labels instead of those."""


def rule(watch: Watch, alert: Alert) -> dict[str, object]:
    """Return *alert* as Prometheus reads it."""
    labels = {
        "severity": max(watch.settings.severity, alert.most, key=_ORDER.index).value,
        "environment": watch.environment.name,
        "cluster": watch.cluster.name,
        "team": watch.settings.team or "",
        **alert.labels,
    }
    base = watch.settings.runbooks
    key, place = ("runbook_url", base) if base else ("runbook", _PAGE)
    return {
        "alert": alert.name,
        "expr": alert.expr,
        **({"for": alert.hold} if alert.hold else {}),
        # A label of a rule wins over the one of a series.
        "labels": {key: each for key, each in labels.items() if each and key not in alert.labelled},
        "annotations": {
            "summary": alert.summary,
            "description": alert.description,
            key: f"{place}#{alert.name.lower()}",
        },
    }
