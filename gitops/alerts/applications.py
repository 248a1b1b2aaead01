"""Alerts about the applications themselves, from what kube-state-metrics says.

Source: https://github.com/kubernetes/kube-state-metrics/tree/main/docs/metrics/workload
"""

from collections.abc import Iterator

from gitops.alerts.rule import Alert
from gitops.alerts.watch import Watch, namespaced, owned, relabelled

_TEAM = frozenset({"team"})
_WORKLOADS = {
    "deployment": ("kube_deployment_status_replicas_available", "kube_deployment_spec_replicas"),
    "statefulset": ("kube_statefulset_status_replicas_ready", "kube_statefulset_replicas"),
    "name": ("rollout_info_replicas_available", "rollout_info_replicas_desired"),
}
"""Of each kind of workload: the label with its name, how many pods there are, and should be."""
_FINISHED = "2m"
"""Between the end of a Job and the moment that its CronJob knows how it ended."""


def alerts(watch: Watch) -> Iterator[Alert]:
    """Yield alerts about the applications of *watch*."""
    yield Alert(
        name="ApplicationUnavailable",
        expr=owned(watch, " or ".join(_fewer(*each) for each in _WORKLOADS.items())),
        hold=watch.settings.patience,
        labelled=_TEAM,
        summary="{{ $labels.namespace }}/{{ $labels.application }} has too few pods",
        description="Fewer pods work than it should have.",
    )
    yield Alert(
        name="ScheduledJobFailed",
        expr=owned(watch, _failed()),
        hold=_FINISHED,
        labelled=_TEAM,
        summary="{{ $labels.namespace }}/{{ $labels.cronjob }} failed",
        description="Its last run ended, and not with success.",
    )
    yield Alert(
        name="KubeStateMetricsAbsent",
        expr="absent(kube_namespace_created)",
        hold=watch.settings.patience,
        summary="Nobody watches the applications",
        description="Prometheus has no metrics of kube-state-metrics: it does not run, or is not "
        "scraped.",
    )


def _fewer(label: str, metrics: tuple[str, str]) -> str:
    there, wanted = metrics
    named = relabelled(f"{there} < {wanted}", "application", "$1", label, "(.+)")
    return namespaced(named, "application")


def _failed() -> str:
    last, good, active, off = (
        namespaced(f"kube_cronjob_{each}", "cronjob")
        for each in (
            "status_last_schedule_time",
            "status_last_successful_time",
            "status_active",
            "spec_suspend",
        )
    )
    return f"({last} > {good} or {last} unless {good}) unless {active} > 0 unless {off} > 0"
