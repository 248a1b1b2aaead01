"""Alerts about Argo CD and the applications that it brings.

Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/metrics/
"""

from collections.abc import Iterator

from gitops.alerts.rule import Alert
from gitops.alerts.watch import Watch, alternatives, relabelled, sudden
from gitops.model import Severity

_LABELS = frozenset({"cluster", "team"})
_WHO = "{{ $labels.application }} on {{ $labels.cluster }}"
_SEEN = "[1d:10m]"
"""How far back a manual environment is looked at for what has gone missing."""


def alerts(watch: Watch) -> Iterator[Alert]:
    """Yield every alert of the cluster on which Argo CD runs."""
    yield from _synced(watch)
    yield Alert(
        name="ArgoCDUnhealthy",
        expr=_by_application(watch, _unhealthy(watch)),
        hold=watch.settings.patience,
        labelled=_LABELS,
        summary=f"{_WHO} is degraded, or part of it is missing",
        description="Argo CD finds objects of {{ $labels.name }} that do not work or are not there.",
    )
    yield Alert(
        name="ArgoCDSyncFailed",
        expr=_by_application(watch, _failed(watch)),
        labelled=_LABELS,
        summary=f"A sync of {_WHO} failed",
        description="The last syncs of {{ $labels.name }} ended with an error; what runs may be old.",
    )
    yield Alert(
        name="ArgoCDSyncUnknown",
        expr=_by_application(watch, _info(watch, 'sync_status="Unknown"')),
        hold=watch.settings.patience,
        labelled=_LABELS,
        summary=f"Argo CD cannot tell whether {_WHO} is what Git says",
        description="{{ $labels.name }} cannot be compared: its folder or its cluster cannot be read.",
    )
    yield from _unreachable(watch)
    yield Alert(
        name="ArgoCDMetricsAbsent",
        expr=f"absent({_info(watch)})",
        hold=watch.settings.patience,
        summary="Nobody watches Argo CD",
        description="Prometheus has no metrics of the applications of "
        f"{watch.environment.name}: no other alert about them can fire.",
    )


def _synced(watch: Watch) -> Iterator[Alert]:
    out = _by_application(watch, _info(watch, 'sync_status="OutOfSync"'))
    if watch.manual:
        yield Alert(
            name="ArgoCDOutOfSync",
            expr=out,
            hold=watch.settings.patience,
            most=Severity.INFO,
            labelled=_LABELS,
            summary=f"{_WHO} is not what Git says",
            description="A change waits until somebody syncs {{ $labels.name }}, or somebody changed "
            "the cluster by hand.",
        )
        yield Alert(
            name="ArgoCDChangeWaiting",
            expr=out,
            hold=watch.settings.waiting,
            most=Severity.WARNING,
            labelled=_LABELS,
            summary=f"{_WHO} has not been what Git says for {watch.settings.waiting}",
            description="Nobody synced {{ $labels.name }}, and nobody took the change back.",
        )
        return
    yield Alert(
        name="ArgoCDOutOfSync",
        expr=out,
        hold=watch.settings.patience,
        labelled=_LABELS,
        summary=f"{_WHO} is not what Git says",
        description="Argo CD does not bring {{ $labels.name }} to what Git says, or somebody changes "
        "the cluster by hand.",
    )
    yield Alert(
        name="ArgoCDAutomationOff",
        expr=_by_application(watch, _info(watch, 'autosync_enabled="false"')),
        hold=watch.settings.patience,
        most=Severity.WARNING,
        labelled=_LABELS,
        summary=f"{_WHO} is not synced any more",
        description="Somebody switched off the automated sync of {{ $labels.name }}.",
    )


def _unhealthy(watch: Watch) -> str:
    """Return what is wrong; in a manual environment, what was never synced is missing rightly."""
    if not watch.manual:
        return _info(watch, 'health_status=~"Degraded|Missing"')
    degraded, missing, there = (
        _info(watch, f"health_status{each}")
        for each in ('="Degraded"', '="Missing"', '!="Missing"')
    )
    return f"{degraded} or ({missing} and on (name) count_over_time({there}{_SEEN}))"


def _failed(watch: Watch) -> str:
    where = f'{{{_projects(watch)}, phase=~"Error|Failed", dry_run!="true"}}'
    return sudden(f"argocd_app_sync_total{where}", watch.settings.patience)


def _unreachable(watch: Watch) -> Iterator[Alert]:
    for name in watch.stack.served_by(watch.cluster.name):
        if name == watch.cluster.name:
            continue
        where = f'{{server="{watch.stack.clusters[name].server}"}}'
        yield Alert(
            name="ArgoCDClusterUnreachable",
            # Its other label is a version, which an upgrade changes.
            expr=f"min by (server) (argocd_cluster_connection_status{where}) == 0",
            hold=watch.settings.patience,
            labels={"cluster": name},
            summary=f"Argo CD does not reach {name}",
            description=f"Nothing is deployed to {name}, and nothing is known of what runs there.",
        )


def _info(watch: Watch, more: str = "") -> str:
    where = ", ".join(each for each in (_projects(watch), more) if each)
    return f"argocd_app_info{{{where}}}"


def _projects(watch: Watch) -> str:
    return f'project=~"{watch.environment.name}-({watch.teams})"'


def _by_application(watch: Watch, series: str) -> str:
    """Return *series* by application, with its team and cluster.

    Everything else goes: a status that changes begins a new series, for which nobody waited yet.
    """
    environment = watch.environment.name
    pattern = f"{environment}-({alternatives(watch.stack.served_by(watch.cluster.name))})-(.+)"
    found = f"max by (name, project) ({series})"
    found = relabelled(found, "team", "$1", "project", f"{environment}-(.+)")
    found = relabelled(found, "cluster", "$1", "name", pattern)
    return relabelled(found, "application", "$2", "name", pattern)
