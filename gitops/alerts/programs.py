"""Alerts about Argo Rollouts, sealed-secrets and External Secrets, and what they bring about."""

from collections.abc import Iterator

from gitops.alerts.rule import Alert
from gitops.alerts.watch import Watch, namespaced, owned
from gitops.model import Severity

_TEAM = frozenset({"team"})
_NAME = "{{ $labels.namespace }}/{{ $labels.name }}"


def rollouts(watch: Watch) -> Iterator[Alert]:
    """Yield alerts about Rollouts.

    Source: https://argo-rollouts.readthedocs.io/en/stable/features/controller-metrics/
    """
    wrong = 'rollout_info{phase=~"Abort|Error|InvalidSpec|Timeout"}'
    yield Alert(
        name="RolloutDegraded",
        expr=owned(watch, namespaced(wrong, "name")),
        hold=watch.settings.patience,
        labelled=_TEAM,
        summary=f"The rollout of {_NAME} failed",
        description="It was aborted, got no further or cannot begin; the old version serves.",
    )
    yield Alert(
        name="RolloutPaused",
        expr=owned(watch, namespaced('rollout_info{phase="Paused"}', "name")),
        hold=watch.settings.paused,
        most=Severity.WARNING,
        labelled=_TEAM,
        summary=f"The rollout of {_NAME} waits for somebody",
        description=f"It has been paused for {watch.settings.paused}, and two versions run.",
    )
    yield _absent(watch, "Rollouts", "Argo Rollouts", "argo_rollouts_controller_info")


def sealed_secrets(watch: Watch) -> Iterator[Alert]:
    """Yield alerts about SealedSecrets.

    Source: https://github.com/bitnami-labs/sealed-secrets
    """
    wrong = 'sealed_secrets_controller_condition_info{condition="Synced"} == -1'
    yield Alert(
        name="SealedSecretNotSynced",
        expr=owned(watch, namespaced(wrong, "name")),
        hold=watch.settings.patience,
        labelled=_TEAM,
        summary=f"The SealedSecret {_NAME} cannot be opened",
        description="Its Secret is missing, or has what it had before.",
    )
    yield _absent(watch, "SealedSecrets", "sealed-secrets", "sealed_secrets_controller_build_info")


def external_secrets(watch: Watch) -> Iterator[Alert]:
    """Yield alerts about ExternalSecrets.

    Source: https://external-secrets.io/latest/api/metrics/
    """
    wrong = 'externalsecret_status_condition{condition="Ready", status="False"} == 1'
    yield Alert(
        name="ExternalSecretNotReady",
        expr=owned(watch, namespaced(wrong, "name")),
        hold=watch.settings.patience,
        labelled=_TEAM,
        summary=f"The ExternalSecret {_NAME} is not fetched",
        description="Its Secret is missing, or has what it had before.",
    )
    series = 'controller_runtime_max_concurrent_reconciles{controller="externalsecret"}'
    yield _absent(watch, "ExternalSecrets", "External Secrets", series)


def _absent(watch: Watch, name: str, program: str, series: str) -> Alert:
    return Alert(
        name=f"{name}MetricsAbsent",
        expr=f"absent({series})",
        hold=watch.settings.patience,
        summary=f"Nobody watches {program}",
        description=f"Prometheus has no metrics of {program}: it does not run, or is not scraped.",
    )
