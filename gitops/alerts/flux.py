"""Alerts about Flux and what it brings.

Its controllers say only how they work themselves; since 2.1 the state of what they bring comes from
kube-state-metrics. Source: https://fluxcd.io/flux/monitoring/custom-metrics/
"""

from collections.abc import Iterator

from gitops.alerts.rule import Alert
from gitops.alerts.watch import Watch, namespaced, owned, relabelled
from gitops.manifests import flux
from gitops.model import Chart, Severity

_TEAM = frozenset({"team"})
_HELM = "HelmRelease|HelmRepository|OCIRepository"


def alerts(watch: Watch) -> Iterator[Alert]:
    """Yield every alert of a cluster on which Flux runs."""
    patience = watch.settings.patience
    charts = any(isinstance(each, Chart) for each in watch.applications.values())
    working = 'ready!="True", suspended!="true"'
    # A suspended Kustomization keeps what its last deployment said.
    said = 'ready="False"' if watch.manual else working
    yield Alert(
        name="FluxNotReady",
        expr=_by_team(watch, _kustomizations(watch, said)),
        hold=patience,
        labelled=_TEAM,
        summary="Flux cannot bring {{ $labels.team }} to what Git says",
        description="The Kustomization {{ $labels.name }} is not ready.",
    )
    yield Alert(
        name="FluxSourceNotReady",
        expr=f"max by (name) ({_source(watch, working)})",
        hold=patience,
        summary="Flux does not get what is in Git",
        description="The GitRepository {{ $labels.name }} is not ready: nothing new is deployed.",
    )
    if charts:
        yield Alert(
            name="FluxChartNotReady",
            expr=owned(watch, _charts(working)),
            hold=patience,
            labelled=_TEAM,
            summary="Flux cannot install the chart {{ $labels.name }}",
            description="The {{ $labels.customresource_kind }} {{ $labels.namespace }}/"
            "{{ $labels.name }} is not ready.",
        )
    if not watch.manual:
        yield from _automated(watch, charts=charts)
    controllers = ["gitrepository", "kustomization", *(["helmrelease"] if charts else [])]
    gone = " or ".join(
        f'absent(controller_runtime_max_concurrent_reconciles{{controller="{each}"}})'
        for each in controllers
    )
    yield Alert(
        name="FluxMetricsAbsent",
        expr=gone,
        hold=patience,
        summary="Nobody watches Flux",
        description="Prometheus has no metrics of the controller for {{ $labels.controller }}: it "
        "does not run, or is not scraped.",
    )
    yield Alert(
        name="FluxStateAbsent",
        expr=f"absent({_kustomizations(watch)})",
        hold=patience,
        summary="Nobody watches what Flux brings",
        description="kube-state-metrics says nothing about the Kustomizations of "
        f"{watch.environment.name}: no other alert about them can fire.",
    )


def _automated(watch: Watch, *, charts: bool) -> Iterator[Alert]:
    """Yield what is wrong only where nobody has to start a deployment."""
    source = _source(watch, 'revision!=""')
    applied = _kustomizations(watch, 'suspended!="true"')
    behind = f"{applied} unless on (revision) {source} and on () {source}"
    yield Alert(
        name="FluxOutOfSync",
        expr=_by_team(watch, behind),
        hold=watch.settings.patience,
        labelled=_TEAM,
        summary="{{ $labels.team }} is not what Git says",
        description="The Kustomization {{ $labels.name }} has not applied the last revision.",
    )
    suspended = 'suspended="true"'
    stopped = [
        _by_team(watch, _kustomizations(watch, suspended)),
        f"max by (name) ({_source(watch, suspended)})",
        *([owned(watch, _charts(suspended))] if charts else []),
    ]
    yield Alert(
        name="FluxSuspended",
        expr=" or ".join(stopped),
        hold=watch.settings.patience,
        most=Severity.WARNING,
        labelled=_TEAM,
        summary="{{ $labels.name }} is suspended",
        description="Somebody suspended {{ $labels.name }}, and Flux does not touch it any more.",
    )


def _kustomizations(watch: Watch, more: str = "") -> str:
    return _info("=", "Kustomization", f'name=~"{_names(watch)}"', more)


def _source(watch: Watch, more: str) -> str:
    return _info("=", "GitRepository", f'name="{flux.source_name(watch.environment)}"', more)


def _charts(more: str) -> str:
    return namespaced(_info("=~", _HELM, more), "customresource_kind", "name")


def _info(operator: str, kind: str, *more: str) -> str:
    where = ", ".join([f'customresource_kind{operator}"{kind}"', *(each for each in more if each)])
    # Ours by kind, or gotk_resource_info, as the Flux project's own configuration has it.
    return f'{{__name__=~"gotk_[a-z]+_info", {where}}}'


def _by_team(watch: Watch, series: str) -> str:
    """Return *series* by Kustomization, with its team; what may change of a series goes."""
    return relabelled(f"max by (name) ({series})", "team", "$1", "name", _names(watch))


def _names(watch: Watch) -> str:
    """Return a regular expression of the Kustomizations of all teams; the team is its first group."""
    return f"{watch.environment.name}-({watch.teams})({flux.TESTS_SUFFIX})?"
