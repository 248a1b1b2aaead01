"""The rules in the real promtool: what fires, when, for whom, and what does not."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from gitops.errors import ProgramError
from gitops.model import Alerts, Delivery, Movable, Platform, Severity, SyncMode
from tests.real.cluster import programs
from tests.real.promtool import Promtool, Series
from tests.real.schemas import UnavailableError
from tests.watched import groups, watched

pytestmark = pytest.mark.real
ARGO: dict[str, Any] = {"delivery": Delivery.ARGOCD}
FLUX: dict[str, Any] = {"delivery": Delivery.FLUX}
AUTOMATED: dict[str, Any] = {"sync": SyncMode.AUTOMATED}
EVERY: dict[str, Any] = {"platform": Platform(argo_rollouts=Movable(), sealed_secrets=Movable(),
                              external_secrets=Movable())}  # fmt: skip
HERE = {"severity": "warning", "environment": "test", "cluster": "us"}
PLATFORM = {**HERE, "team": "platform"}


@pytest.fixture(scope="module", autouse=True)
def _promtool() -> None:  # pyright: ignore[reportUnusedFunction]  # pytest uses it
    """Skip with the reason why there is no promtool."""
    try:
        programs("promtool", "prometheus")
    except (ProgramError, UnavailableError) as error:
        pytest.skip(str(error))


def rules(folder: Path, settings: Alerts | None = None, **environment: Any) -> Promtool:
    """Return the rules of an environment with everything that there are alerts for."""
    made = watched(settings, **{**EVERY, **environment})
    return Promtool(folder=folder, groups=groups(made))


def application(name: str = "test-us-web", project: str = "test-shop", **more: str) -> str:
    """Return the series of an application as Argo CD 3.3 exposes it, and Prometheus keeps it."""
    labels = {
        "namespace": "argocd", "name": name, "project": project, "autosync_enabled": "true",
        "repo": "https://git.example.com/rendered", "dest_server": "https://kubernetes.default.svc",
        "dest_namespace": "shop", "sync_status": "Synced", "health_status": "Healthy",
        "operation": "", "job": "argocd-metrics", "instance": "10.0.0.1:8082",
    }  # fmt: skip
    return series("argocd_app_info", {**labels, **more})


def series(name: str, labels: Mapping[str, str]) -> str:
    words = [f'{key}="{each}"' for key, each in labels.items()]
    return f"{name}{{{', '.join(words)}}}"


def flux(kind: str, name: str, namespace: str = "flux-system", **more: str) -> str:
    """Return the series of an object of Flux as kube-state-metrics exposes it."""
    labels = {
        "customresource_kind": kind, "name": name, "exported_namespace": namespace,
        "namespace": "monitoring", "ready": "True", "suspended": "false", "revision": "main@sha1:1",
    }  # fmt: skip
    return series(f"gotk_{kind.lower()}_info", {**labels, **more})


ALWAYS = "1x2000"
SCRAPED: Series = {
    "argo_rollouts_controller_info": ALWAYS,
    "sealed_secrets_controller_build_info": ALWAYS,
    "kube_namespace_created": ALWAYS,
    **{
        f'controller_runtime_max_concurrent_reconciles{{controller="{each}"}}': ALWAYS
        for each in ("gitrepository", "kustomization", "helmrelease", "externalsecret")
    },
}
"""What there is always of programs that run and are scraped."""
ARGO_WELL: Series = {**SCRAPED, application("test-us-store", "test-shop-data"): ALWAYS}
SOURCE = flux("GitRepository", "rendered-test")
FLUX_WELL: Series = {
    **SCRAPED,
    SOURCE: ALWAYS,
    flux("Kustomization", "test-shop"): ALWAYS,
    flux("HelmRelease", "store", "lake", revision="1.0.0"): ALWAYS,
}
WEB = {"name": "test-us-web", "project": "test-shop", "team": "shop", "cluster": "us",
       "application": "web", "environment": "test", "severity": "warning"}  # fmt: skip


@pytest.mark.parametrize("sync", SyncMode)
@pytest.mark.parametrize("delivery", [ARGO, FLUX])
def test_promtool_finds_nothing_wrong_with_the_rules(
    tmp_path: Path, delivery: dict[str, Any], sync: SyncMode
) -> None:
    assert rules(tmp_path, **delivery, sync=sync).checked() == ""


def test_promtool_finds_a_rule_that_is_wrong(tmp_path: Path) -> None:
    made = rules(tmp_path)
    made.groups.append({"name": "x", "rules": [{"alert": "X", "expr": "sum by (team"}]})

    assert "parse error" in made.checked()


@pytest.mark.parametrize("sync", SyncMode)
@pytest.mark.parametrize(("delivery", "well"), [(ARGO, ARGO_WELL), (FLUX, FLUX_WELL)])
def test_nothing_fires_where_all_is_well(
    tmp_path: Path, delivery: dict[str, Any], well: Series, sync: SyncMode
) -> None:
    assert rules(tmp_path, **delivery, sync=sync).judged(well, {30: [], 1500: []}) == ""


def test_an_application_that_is_out_of_sync_fires_after_fifteen_minutes_and_not_before(
    tmp_path: Path,
) -> None:
    made = rules(tmp_path, **ARGO, **AUTOMATED)
    # One minute well, then out of sync: pending from then on.
    given = {
        **ARGO_WELL,
        application(): "1 stale",
        application(sync_status="OutOfSync"): "_ 1x20 stale",
    }

    fires = {"alertname": "ArgoCDOutOfSync", **WEB}
    assert made.judged(given, {15: [], 16: [fires], 21: [fires], 22: []}) == ""


def test_a_status_that_changes_does_not_begin_the_wait_anew(tmp_path: Path) -> None:
    made = rules(tmp_path, **ARGO, **AUTOMATED)
    given = {
        **ARGO_WELL,
        application(sync_status="OutOfSync"): "1x6 stale",
        application(sync_status="OutOfSync", operation="sync"): "_x7 1x5 stale",
        application(sync_status="OutOfSync", health_status="Progressing"): "_x13 1x60",
    }

    assert made.judged(given, {14: [], 16: [{"alertname": "ArgoCDOutOfSync", **WEB}]}) == ""


def test_where_a_person_syncs_it_wakes_nobody_until_it_has_waited_too_long(tmp_path: Path) -> None:
    made = rules(tmp_path, Alerts(waiting="2h", severity=Severity.CRITICAL), **ARGO)
    given = {**ARGO_WELL, application(sync_status="OutOfSync", autosync_enabled="false"): ALWAYS}
    told = {"alertname": "ArgoCDOutOfSync", **WEB, "severity": "info"}

    waits = {"alertname": "ArgoCDChangeWaiting", **WEB, "severity": "warning"}
    assert made.judged(given, {14: [], 16: [told], 119: [told], 121: [told, waits]}) == ""


def test_an_application_of_another_environment_on_the_same_argo_cd_fires_nothing(
    tmp_path: Path,
) -> None:
    made = rules(tmp_path, **ARGO, **AUTOMATED)
    wrong = {"sync_status": "OutOfSync", "health_status": "Degraded"}
    given = {
        **ARGO_WELL,
        application("testing-us-web", "testing-shop", **wrong): ALWAYS,
        application("test-eu-us-web", "test-eu-shop", **wrong): ALWAYS,
        application("somebody", "default", **wrong): ALWAYS,
        application("evil", r"test-shop\nx", **wrong): ALWAYS,
        application("evil2", r"x\"} or vector(1)", **wrong): ALWAYS,
    }

    assert made.judged(given, {60: []}) == ""


def test_a_cluster_and_a_team_whose_names_begin_like_anothers_are_told_apart(
    tmp_path: Path,
) -> None:
    made = rules(tmp_path, **ARGO, **AUTOMATED)
    name, project = "test-us-east-store", "test-shop-data"
    given = {**ARGO_WELL, application(name, project, health_status="Degraded"): ALWAYS}

    labels = {"name": name, "project": project, "team": "shop-data", "cluster": "us-east",
              "application": "store", "environment": "test", "severity": "warning"}  # fmt: skip
    assert made.judged(given, {20: [{"alertname": "ArgoCDUnhealthy", **labels}]}) == ""


def test_hostile_labels_are_shown_and_no_more(tmp_path: Path) -> None:
    made = rules(tmp_path, **ARGO, **AUTOMATED)
    name = r"test-us-{{ $value }}\"\n$1"
    given = {**ARGO_WELL, application(name, sync_status="Unknown"): ALWAYS}
    heard = 'test-us-{{ $value }}"\n$1'
    labels = {**WEB, "name": heard, "application": '{{ $value }}"\n$1'}

    assert made.judged(given, {20: [{"alertname": "ArgoCDSyncUnknown", **labels}]}) == ""


def test_what_an_alert_says(tmp_path: Path) -> None:
    made = rules(tmp_path, Alerts(runbooks="https://docs.example.com/on-call"), **ARGO, **AUTOMATED)
    given = {**ARGO_WELL, application(sync_status="OutOfSync"): ALWAYS}

    expected = {
        "exp_labels": WEB,
        "exp_annotations": {
            "summary": "web on us is not what Git says",
            "description": "Argo CD does not bring test-us-web to what Git says, or somebody "
            "changes the cluster by hand.",
            "runbook_url": "https://docs.example.com/on-call#argocdoutofsync",
        },
    }
    test = {"eval_time": "20m", "alertname": "ArgoCDOutOfSync", "exp_alerts": [expected]}
    assert made.tested(given, alert_rule_test=[test]) == ""


def test_what_was_never_synced_is_missing_rightly_where_a_person_syncs(tmp_path: Path) -> None:
    manual = rules(tmp_path, **ARGO)
    given = {**ARGO_WELL, application(health_status="Missing", autosync_enabled="false"): ALWAYS}
    assert manual.judged(given, {60: []}) == ""

    given[application(autosync_enabled="false")] = "_x700"
    gone = {
        **ARGO_WELL,
        application(autosync_enabled="false"): "1x60 _x700",
        application(autosync_enabled="false", health_status="Missing"): "_x60 1x700",
    }
    fires = {"alertname": "ArgoCDUnhealthy", **WEB}
    assert manual.judged(gone, {70: [], 80: [fires], 700: [fires]}) == ""

    automated = rules(tmp_path, **ARGO, **AUTOMATED)
    given = {**ARGO_WELL, application(health_status="Missing"): ALWAYS}
    assert automated.judged(given, {20: [fires]}) == ""


def sync(phase: str, **more: str) -> str:
    labels = {"name": "test-us-web", "project": "test-shop", "phase": phase, "dry_run": "false"}
    return series("argocd_app_sync_total", {**labels, **more})


@pytest.mark.parametrize("values", ["_x20 1x60", "3x20 4x60", "7x20 1x60"])
def test_the_first_failed_sync_is_told_and_so_is_each_later_one(
    tmp_path: Path, values: str
) -> None:
    """A counter begins with its first event, and once more after its program was restarted."""
    made = rules(tmp_path, **ARGO)
    fires = {"alertname": "ArgoCDSyncFailed", **WEB}

    for phase in ("Failed", "Error"):
        given = {**ARGO_WELL, sync(phase): values}
        assert made.judged(given, {18: [], 22: [fires], 50: []}) == ""


def test_a_sync_that_succeeds_or_only_tries_is_not_told(tmp_path: Path) -> None:
    given = {**ARGO_WELL, sync("Succeeded"): "0+1x60", sync("Failed", dry_run="true"): "0+1x60"}

    assert rules(tmp_path, **ARGO).judged(given, {30: []}) == ""


def test_somebody_who_switches_automation_off_is_told(tmp_path: Path) -> None:
    given = {**ARGO_WELL, application(autosync_enabled="false"): ALWAYS}
    made = rules(tmp_path, Alerts(severity=Severity.CRITICAL), **ARGO, **AUTOMATED)

    assert made.judged(given, {20: [{"alertname": "ArgoCDAutomationOff", **WEB}]}) == ""


def test_a_cluster_that_argo_cd_does_not_reach_is_told_by_its_name(tmp_path: Path) -> None:
    reached = "argocd_cluster_connection_status"
    away = {"server": "https://us-east.example.com", "k8s_version": "1.34"}
    other = {"server": "https://elsewhere.example.com", "k8s_version": "1.34"}
    given = {**ARGO_WELL, series(reached, away): "0x60", series(reached, other): "0x60"}

    labels = {**PLATFORM, "cluster": "us-east", "server": away["server"]}
    fires = {"alertname": "ArgoCDClusterUnreachable", **labels}
    assert rules(tmp_path, **ARGO).judged(given, {14: [], 16: [fires]}) == ""


@pytest.mark.parametrize(
    ("delivery", "alert", "gone", "more"),
    [
        (ARGO, "ArgoCDMetricsAbsent", "argocd_app_info", {}),
        (FLUX, "FluxMetricsAbsent", 'controller="gitrepository"', {"controller": "gitrepository"}),
        (FLUX, "FluxMetricsAbsent", 'controller="kustomization"', {"controller": "kustomization"}),
        (FLUX, "FluxMetricsAbsent", 'controller="helmrelease"', {"controller": "helmrelease"}),
        (FLUX, "FluxStateAbsent", 'kind="Kustomization"', {"customresource_kind": "Kustomization"}),
        (ARGO, "RolloutsMetricsAbsent", "argo_rollouts_controller_info", {}),
        (ARGO, "SealedSecretsMetricsAbsent", "sealed_secrets", {}),
        (ARGO, "ExternalSecretsMetricsAbsent", "externalsecret", {"controller": "externalsecret"}),
        (ARGO, "KubeStateMetricsAbsent", "kube_namespace_created", {}),
    ],
)  # fmt: skip
def test_silence_is_not_health(
    tmp_path: Path, delivery: dict[str, Any], alert: str, gone: str, more: dict[str, str]
) -> None:
    well = ARGO_WELL if delivery is ARGO else FLUX_WELL
    given = {name: "1x5 _x60" if gone in name else each for name, each in well.items()}
    assert given != well

    fires = {"alertname": alert, **PLATFORM, **more}
    # Prometheus takes a series for gone five minutes after its last sample.
    assert rules(tmp_path, **delivery).judged(given, {22: [], 26: [fires]}) == ""


def test_a_kustomization_that_is_not_ready_is_told_to_its_team(tmp_path: Path) -> None:
    made = rules(tmp_path, **FLUX, **AUTOMATED)
    for name, team in (("test-shop", "shop"), ("test-shop-tests", "shop"),
                       ("test-shop-data", "shop-data")):  # fmt: skip
        given = {
            **FLUX_WELL,
            flux("Kustomization", "test-shop"): "_x60",
            flux("Kustomization", name, ready="False"): "1x8 stale",
            flux("Kustomization", name, ready="Unknown"): "_x9 1x60",
            flux("Kustomization", "testing-shop", ready="False"): "1x60",
        }
        fires = {"alertname": "FluxNotReady", **HERE, "name": name, "team": team}
        assert made.judged(given, {14: [], 16: [fires]}) == ""


def test_the_flux_projects_own_configuration_serves_as_well(tmp_path: Path) -> None:
    given = {
        re.sub("gotk_[a-z]+_info", "gotk_resource_info", name): each
        for name, each in {
            **FLUX_WELL,
            flux("Kustomization", "test-shop", ready="False"): ALWAYS,
        }.items()
    }

    fires = {"alertname": "FluxNotReady", **HERE, "name": "test-shop", "team": "shop"}
    assert rules(tmp_path, **FLUX, **AUTOMATED).judged(given, {14: [], 16: [fires]}) == ""


def test_where_a_person_resumes_flux_only_a_deployment_that_failed_is_told(tmp_path: Path) -> None:
    made = rules(tmp_path, **FLUX)
    waits = flux("Kustomization", "test-shop-data", suspended="true", ready="", revision="")
    old = flux("Kustomization", "test-platform", suspended="true", revision="main@sha1:0")
    assert made.judged({**FLUX_WELL, waits: ALWAYS, old: ALWAYS}, {60: []}) == ""

    failed = flux("Kustomization", "test-shop-data", suspended="true", ready="False")
    fires = {"alertname": "FluxNotReady", **HERE, "name": "test-shop-data", "team": "shop-data"}
    assert made.judged({**FLUX_WELL, failed: ALWAYS}, {60: [fires]}) == ""


def test_a_kustomization_that_stays_behind_its_source_is_out_of_sync(tmp_path: Path) -> None:
    made = rules(tmp_path, **FLUX, **AUTOMATED)
    given = {
        **SCRAPED,
        SOURCE: "1x10 stale",
        flux("GitRepository", "rendered-test", revision="main@sha1:2"): "_x10 1x10 stale",
        flux("GitRepository", "rendered-test", revision="main@sha1:3"): "_x21 1x60",
        flux("Kustomization", "test-shop"): "1x100",
        flux("Kustomization", "test-shop-data"): "1x12 stale",
        flux("Kustomization", "test-shop-data", revision="main@sha1:2"): "_x12 1x10 stale",
        flux("Kustomization", "test-shop-data", revision="main@sha1:3"): "_x23 1x60",
    }

    fires = {"alertname": "FluxOutOfSync", **HERE, "name": "test-shop", "team": "shop"}
    assert made.judged(given, {25: [], 27: [fires], 60: [fires]}) == ""


def test_without_the_state_of_the_source_nobody_is_out_of_sync(tmp_path: Path) -> None:
    given = {name: each for name, each in FLUX_WELL.items() if name != SOURCE}

    assert rules(tmp_path, **FLUX, **AUTOMATED).judged(given, {60: []}) == ""


@pytest.mark.parametrize(
    ("kind", "name", "namespace", "labels"),
    [
        ("Kustomization", "test-shop-data", "flux-system", {"team": "shop-data"}),
        ("GitRepository", "rendered-test", "flux-system", {}),
        ("HelmRelease", "other", "lake", {"team": "shop-data", "namespace": "lake",
                                         "customresource_kind": "HelmRelease"}),
    ],
)  # fmt: skip
def test_what_somebody_suspends_is_told_where_flux_should_act_alone(
    tmp_path: Path, kind: str, name: str, namespace: str, labels: dict[str, str]
) -> None:
    given = {**FLUX_WELL, flux(kind, name, namespace, suspended="true"): ALWAYS}
    fires = {"alertname": "FluxSuspended", **HERE, "name": name, **labels}

    assert rules(tmp_path, **FLUX, **AUTOMATED).judged(given, {14: [], 16: [fires]}) == ""
    assert rules(tmp_path, **FLUX).judged(given, {60: []}) == ""


def test_a_source_that_cannot_be_read_is_told_to_the_platform(tmp_path: Path) -> None:
    given = {**FLUX_WELL, SOURCE: "1x5 _x60"}
    given[flux("GitRepository", "rendered-test", ready="False")] = "_x5 1x60"

    fires = {"alertname": "FluxSourceNotReady", **PLATFORM, "name": "rendered-test"}
    assert rules(tmp_path, **FLUX).judged(given, {19: [], 22: [fires]}) == ""


@pytest.mark.parametrize("kind", ["HelmRelease", "HelmRepository", "OCIRepository"])
def test_a_chart_that_is_not_installed_is_told_to_its_team(tmp_path: Path, kind: str) -> None:
    given = {
        **FLUX_WELL,
        flux(kind, "store", "lake", ready="False"): ALWAYS,
        flux(kind, "store", "elsewhere", ready="False"): ALWAYS,
    }

    fires = {"alertname": "FluxChartNotReady", **HERE, "name": "store", "namespace": "lake",
             "customresource_kind": kind, "team": "shop-data"}  # fmt: skip
    assert rules(tmp_path, **FLUX).judged(given, {14: [], 16: [fires]}) == ""


@pytest.mark.parametrize(
    "namespaces",
    [{"namespace": "shop"}, {"namespace": "argo-rollouts", "exported_namespace": "shop"}],
)
@pytest.mark.parametrize(
    ("metric", "value", "alert"),
    [
        ('rollout_info{phase="Abort", NS}', "1", "RolloutDegraded"),
        ('rollout_info{phase="Error", NS}', "1", "RolloutDegraded"),
        ('rollout_info{phase="Timeout", NS}', "1", "RolloutDegraded"),
        ('rollout_info{phase="InvalidSpec", NS}', "1", "RolloutDegraded"),
        ('sealed_secrets_controller_condition_info{condition="Synced", NS}', "-1",
         "SealedSecretNotSynced"),
        ('externalsecret_status_condition{condition="Ready", status="False", NS}', "1",
         "ExternalSecretNotReady"),
    ],
)  # fmt: skip
def test_whose_it_is_is_known_by_the_namespace_whoever_labels_it(
    tmp_path: Path, metric: str, value: str, alert: str, namespaces: dict[str, str]
) -> None:
    """Prometheus may be told to let its own labels win, whatever a monitor says."""
    found = ", ".join(f'{key}="{each}"' for key, each in namespaces.items())
    other = ", ".join(f'{key}="elsewhere"' for key in namespaces)
    given = {
        **ARGO_WELL,
        metric.replace("NS", f'name="web", {found}'): f"{value}x60",
        metric.replace("NS", f'name="web", {other}'): f"{value}x60",
    }

    fires = {"alertname": alert, **HERE, "name": "web", "namespace": "shop", "team": "shop"}
    assert rules(tmp_path, **ARGO).judged(given, {14: [], 16: [fires]}) == ""


def test_secrets_that_are_there_fire_nothing(tmp_path: Path) -> None:
    given = {
        **ARGO_WELL,
        'sealed_secrets_controller_condition_info{condition="Synced", namespace="shop"}': ALWAYS,
        'externalsecret_status_condition{condition="Ready", status="True", namespace="shop"}': "1x60",
        'externalsecret_status_condition{condition="Ready", status="False", namespace="shop"}': "0x60",
        'externalsecret_status_condition{condition="Deleted", status="False", namespace="shop"}': "1x60",
    }

    assert rules(tmp_path, **ARGO).judged(given, {60: []}) == ""


def test_a_rollout_may_pause_as_long_as_the_environment_says(tmp_path: Path) -> None:
    made = rules(tmp_path, Alerts(paused="1h", severity=Severity.CRITICAL), **ARGO)
    given = {**ARGO_WELL, 'rollout_info{phase="Paused", namespace="shop", name="web"}': "1x120"}

    fires = {"alertname": "RolloutPaused", **HERE, "name": "web", "namespace": "shop",
             "team": "shop"}  # fmt: skip
    assert made.judged(given, {59: [], 61: [fires]}) == ""


@pytest.mark.parametrize(
    ("there", "wanted", "label"),
    [
        (
            "kube_deployment_status_replicas_available",
            "kube_deployment_spec_replicas",
            "deployment",
        ),
        ("kube_statefulset_status_replicas_ready", "kube_statefulset_replicas", "statefulset"),
        ("rollout_info_replicas_available", "rollout_info_replicas_desired", "name"),
    ],
)
def test_an_application_with_too_few_pods_is_told_to_its_team(
    tmp_path: Path, there: str, wanted: str, label: str
) -> None:
    where = {"exported_namespace": "shop", "namespace": "monitoring", label: "web"}
    given = {**ARGO_WELL}
    # Two of kube-state-metrics say the same.
    for instance in ("a", "b"):
        given[series(there, {**where, "instance": instance})] = "3x3 0x10 2x20 3x60"
        given[series(wanted, {**where, "instance": instance})] = "3x100"

    fires = {"alertname": "ApplicationUnavailable", **HERE, "namespace": "shop",
             "application": "web", "team": "shop"}  # fmt: skip
    assert rules(tmp_path, **ARGO).judged(given, {18: [], 20: [fires], 60: []}) == ""


def job(last: str, good: str = "_x60", active: str = "0x60", off: str = "0x60") -> Series:
    where = {"namespace": "lake", "cronjob": "nightly"}
    names = ("status_last_schedule_time", "status_last_successful_time", "status_active",
             "spec_suspend")  # fmt: skip
    return {
        series(f"kube_cronjob_{name}", where): values
        for name, values in zip(names, (last, good, active, off), strict=True)
    }


@pytest.mark.parametrize(
    ("given", "fires"),
    [
        (job("100x60", "50x60"), True),
        (job("100x60"), True),
        (job("100x60", "101x60"), False),
        (job("100x60", "50x60", active="1x60"), False),
        (job("100x60", active="1x60"), False),
        (job("100x60", "50x60", off="1x60"), False),
        (job("_x60"), False),
    ],
)
def test_a_scheduled_job_fires_when_its_last_run_ended_without_success(
    tmp_path: Path, given: Series, fires: bool
) -> None:
    labels = {**HERE, "namespace": "lake", "cronjob": "nightly", "team": "shop-data"}
    expected = [{"alertname": "ScheduledJobFailed", **labels}] if fires else []

    assert rules(tmp_path, **ARGO).judged({**ARGO_WELL, **given}, {1: [], 5: expected}) == ""


def test_two_environments_that_share_a_cluster_hear_each_of_its_own(tmp_path: Path) -> None:
    mine, others = groups(watched(**EVERY)), groups(watched(**EVERY, namespace_suffix="other"))
    renamed = [
        {
            **group,
            "name": f"other-{group['name']}",
            "rules": [_other(each) for each in group["rules"]],
        }
        for group in others
    ]
    made = Promtool(folder=tmp_path, groups=[*mine, *renamed])
    given = {**ARGO_WELL, 'rollout_info{phase="Abort", namespace="shop", name="web"}': ALWAYS}

    fires = {"alertname": "RolloutDegraded", **HERE, "name": "web", "namespace": "shop",
             "team": "shop"}  # fmt: skip
    assert made.judged(given, {16: [fires]}) == ""


def _other(rule: dict[str, Any]) -> dict[str, Any]:
    labels = {**rule["labels"], "environment": "other"}
    expr = (
        rule["expr"]
        .replace('environment="test"', 'environment="other"')
        .replace("absent(", "absent(vector(1) or ")
    )
    return {**rule, "expr": expr, "labels": labels}
