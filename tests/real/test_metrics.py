"""Every metric and label of our rules is one that the real programs, at the pinned versions, have."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gitops.model import ArgoCd, Delivery, Movable, Platform, SyncMode
from gitops.settings import Loaded
from tests.real.schemas import UnavailableError, module
from tests.watched import groups, watched

pytestmark = pytest.mark.real
_EVERY = Platform(
    argo_cd=ArgoCd(),
    argo_rollouts=Movable(),
    sealed_secrets=Movable(),
    external_secrets=Movable(),
)
_RUNTIME = "sigs.k8s.io/controller-runtime"
_ARGO_CD = ("github.com/argoproj/argo-cd/v3", "controller/metrics")
_ROLLOUTS = ("github.com/argoproj/argo-rollouts", "controller/metrics")
_SEALED = ("github.com/bitnami-labs/sealed-secrets", "pkg/controller")
_EXTERNAL = ("github.com/external-secrets/external-secrets", "pkg/controllers")
_STATE = ("k8s.io/kube-state-metrics/v2", "internal/store")
SOURCES = {
    "argocd_app_info": _ARGO_CD,
    "argocd_app_sync_total": _ARGO_CD,
    "argocd_cluster_connection_status": _ARGO_CD,
    "rollout_info": _ROLLOUTS,
    "rollout_info_replicas_available": _ROLLOUTS,
    "rollout_info_replicas_desired": _ROLLOUTS,
    "argo_rollouts_controller_info": _ROLLOUTS,
    "sealed_secrets_controller_build_info": _SEALED,
    "sealed_secrets_controller_condition_info": _SEALED,
    "externalsecret_status_condition": _EXTERNAL,
    "controller_runtime_max_concurrent_reconciles": (_RUNTIME, "pkg/internal/controller/metrics"),
    **dict.fromkeys(
        (
            "kube_cronjob_spec_suspend",
            "kube_cronjob_status_active",
            "kube_cronjob_status_last_schedule_time",
            "kube_cronjob_status_last_successful_time",
            "kube_deployment_spec_replicas",
            "kube_deployment_status_replicas_available",
            "kube_namespace_created",
            "kube_statefulset_replicas",
            "kube_statefulset_status_replicas_ready",
        ),
        _STATE,
    ),
}
"""Where the program that exposes a metric defines it; ``test_state`` runs that for Flux."""
_CONSTANTS = {
    "sealed_secrets_controller_": "sealed_secrets_controller",
    "externalsecret_": "externalsecret",
}
"""Prefixes that the source holds as a constant of their own."""


def used() -> dict[str, set[str]]:
    """Return by metric the labels that the rules select it by."""
    found: dict[str, set[str]] = {}
    for delivery in (Delivery.ARGOCD, Delivery.FLUX):
        for sync in SyncMode:
            for group in groups(watched(delivery=delivery, sync=sync, platform=_EVERY)):
                for rule in group["rules"]:
                    for name, labels in selectors(rule["expr"]):
                        found.setdefault(name, set()).update(labels)
    return found


def selectors(expr: str) -> Iterator[tuple[str, list[str]]]:
    bare = re.sub(r'"[^"]*"', '""', expr)
    for name, labels in re.findall(r"\b([a-z]+_[a-z_]+)(?:\{([^}]*)\})?", bare):
        if name not in {"label_replace", "group_left", "count_over_time"}:
            yield name, re.findall(r"(\w+)[=!]", labels)


def folder(metric: str) -> Path:
    name, inner = SOURCES[metric]
    try:
        return module(name) / inner
    except UnavailableError as error:
        pytest.skip(str(error))


def code(place: Path) -> str:
    files = (each for each in place.rglob("*.go") if not each.name.endswith("_test.go"))
    return "\n".join(each.read_text(encoding="utf-8") for each in sorted(files))


def test_the_source_of_every_metric_of_the_rules_is_known() -> None:
    known = {each for each in used() if ":" not in each}

    assert known - {"gitops_team", "customresource_kind", "exported_namespace"} == set(SOURCES)  # fmt: skip


@pytest.mark.parametrize("metric", SOURCES)
def test_the_program_defines_the_metric_with_the_labels_that_the_rules_ask_for(metric: str) -> None:
    text = code(folder(metric))
    name = metric
    for prefix, constant in _CONSTANTS.items():
        if metric.startswith(prefix):
            assert f'"{constant}"' in text
            name = metric.removeprefix(prefix)

    assert f'"{name}"' in text
    for label in used()[metric]:
        assert f'"{label}"' in text, f"{metric}: {label}"


def test_a_metric_that_argo_cd_has_removed_is_not_found() -> None:
    assert '"argocd_app_sync_status"' not in code(folder("argocd_app_info"))


@pytest.mark.parametrize(
    ("metric", "values"),
    [
        ("rollout_info", ["Abort", "Error", "InvalidSpec", "Paused", "Timeout"]),
        ("externalsecret_status_condition", ["condition", "status"]),
    ],
)
def test_the_values_that_the_rules_ask_for_are_the_programs(metric: str, values: list[str]) -> None:
    text = code(folder(metric))

    assert [each for each in values if f'"{each}"' not in text] == []


def test_the_states_of_an_application_are_argo_cds() -> None:
    """The engine behind them is another module, which is not published: its tests name them."""
    tests = (folder("argocd_app_info") / "metrics_test.go").read_text(encoding="utf-8")
    types = code(folder("argocd_app_info").parents[1] / "pkg/apis/application/v1alpha1")

    codes = re.findall(r'SyncStatusCode\w+ SyncStatusCode = "(\w+)"', types)
    assert codes == ["Unknown", "Synced", "OutOfSync"]
    for each in ('health_status="Degraded"', 'phase="Failed"', 'phase="Error"', 'dry_run="false"'):
        assert each in tests, each
    assert 'autosync_enabled="true"' in tests


def test_flux_registers_the_old_metric_of_conditions_and_no_controller_sets_it() -> None:
    """Its state comes from kube-state-metrics instead; a rule on the old one would be silent."""
    for name in ("source-controller", "kustomize-controller"):
        try:
            own = module(f"github.com/fluxcd/{name}")
        except UnavailableError as error:
            pytest.skip(str(error))
        text = code(own / "internal")
        assert "RecordDuration(" in text
        assert "RecordReadiness(" not in text
        assert "RecordCondition(" not in text
        assert "RecordSuspend(" not in text


def test_the_modules_are_of_the_versions_that_the_fleet_pins(loaded: Loaded) -> None:
    pinned = {name.value: each.version for name, each in loaded.fleet.versions.items()}

    for name, path in (
        ("argo-cd", "github.com/argoproj/argo-cd/v3"),
        ("argo-rollouts", "github.com/argoproj/argo-rollouts"),
        ("sealed-secrets", "github.com/bitnami-labs/sealed-secrets"),
        ("external-secrets", "github.com/external-secrets/external-secrets"),
    ):
        try:
            assert module(path).name.endswith(f"@{pinned[name]}")
        except UnavailableError as error:
            pytest.skip(str(error))
