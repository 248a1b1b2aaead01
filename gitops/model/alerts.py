"""What an environment is watched for: when somebody hears of it, and how urgently."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from gitops import fields, names
from gitops.model.parts import SHAPE

_WORD = r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
_KEY = fields.Pattern(
    rf"({names.SUBDOMAIN_PATTERN.strip('^$')}/)?{_WORD}",
    "the key of a label, such as release or example.com/release",
    names.MAX_SUBDOMAIN + 1 + names.MAX_LABEL,
)
_VALUE = fields.Pattern(
    rf"({_WORD})?",
    "the value of a label: letters, digits, '-', '_' and '.', at most 63 characters",
    names.MAX_LABEL,
)


class Severity(StrEnum):
    """How urgent an alert is; Alertmanager routes by it."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


class AlertGroup(StrEnum):
    """What alerts are about; each is one PrometheusRule."""

    ARGO_CD = "argo-cd"
    FLUX = "flux"
    ARGO_ROLLOUTS = "argo-rollouts"
    SEALED_SECRETS = "sealed-secrets"
    EXTERNAL_SECRETS = "external-secrets"
    APPLICATIONS = "applications"


@dataclass(frozen=True, kw_only=True)
class Alerts:
    """Prometheus rules; the Prometheus operator, which reads them, is on the clusters already."""

    __pydantic_config__ = SHAPE

    namespace: fields.Label = "monitoring"
    """Namespace of the rules and monitors; it exists already, or is one of a team's."""
    labels: Mapping[Annotated[str, _KEY], Annotated[str, _VALUE]] = field(
        default_factory=dict[str, str]
    )
    """Labels by which Prometheus finds rules and monitors: its ruleSelector, podMonitorSelector."""
    severity: Severity = Severity.WARNING
    """Severity of what somebody has to see to now; what can wait has a lower one."""
    team: fields.Label | None = None
    """Team that hears of the platform itself; alerts about applications go to their own."""
    runbooks: fields.HttpsUrl | None = None
    """URL at which docs/on-call.md can be read; each alert has a section there."""
    patience: fields.Duration = "15m"
    """How long something is wrong before somebody hears of it."""
    waiting: fields.Duration = "24h"
    """With manual sync: how long a change may wait for a person."""
    paused: fields.Duration = "4h"
    """How long a Rollout may pause: longer than each pause that an application plans."""
    monitors: fields.Bool = True
    """Whether Prometheus is told to scrape the programs that `platform` installs."""
    without: tuple[AlertGroup, ...] = ()
    """Groups of alerts that are left out."""
