"""Which rules and monitors there are, where, and what they have in common."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from gitops.model import (
    AlertGroup,
    Alerts,
    ArgoCd,
    Delivery,
    Flux,
    Movable,
    Platform,
    Severity,
    SyncMode,
    Topology,
)
from gitops.model.platform import FluxController
from gitops.objects import Manifest
from gitops.plan import StackPlan, plan
from tests import ROOT
from tests.fleets import loading, write
from tests.watched import groups, watched

EVERY = Platform(
    argo_cd=ArgoCd(),
    argo_rollouts=Movable(namespace="rollouts"),
    sealed_secrets=Movable(),
    external_secrets=Movable(),
)


def names(manifests: list[Manifest]) -> list[str]:
    return [f"{each['kind']} {each['metadata']['name']}" for each in manifests]


def rules(**environment: Any) -> list[Mapping[str, Any]]:
    """Return every alerting rule of everything that can be watched."""
    return [
        rule
        for delivery in (Delivery.ARGOCD, Delivery.FLUX)
        for sync in SyncMode
        for group in groups(watched(delivery=delivery, sync=sync, platform=EVERY, **environment))
        for rule in group["rules"]
        if "alert" in rule
    ]


def test_an_environment_without_alerts_is_not_watched(plans: dict[str, StackPlan]) -> None:
    assert [each.alerts for each in plans["development"].clusters.values()] == [()]


def test_what_is_watched_is_what_the_cluster_has() -> None:
    bare = watched(engine=False, cluster="us-east")

    assert names(bare) == [
        "PrometheusRule gitops-test-owners",
        "PrometheusRule gitops-test-applications",
    ]
    assert names(watched(platform=EVERY)) == [
        "PrometheusRule gitops-test-owners",
        "PrometheusRule gitops-test-argo-cd",
        "PrometheusRule gitops-test-argo-rollouts",
        "PrometheusRule gitops-test-sealed-secrets",
        "PrometheusRule gitops-test-external-secrets",
        "PrometheusRule gitops-test-applications",
        "ServiceMonitor gitops-test-argo-cd",
        "ServiceMonitor gitops-test-argo-rollouts",
        "PodMonitor gitops-test-sealed-secrets",
        "PodMonitor gitops-test-external-secrets",
    ]
    assert names(watched(delivery=Delivery.FLUX, platform=Platform(flux=Flux()))) == [
        "PrometheusRule gitops-test-owners",
        "PrometheusRule gitops-test-flux",
        "PrometheusRule gitops-test-applications",
        "PodMonitor gitops-test-flux",
        "ConfigMap gitops-test-flux-state",
    ]


def test_argo_cd_is_watched_where_it_runs(tmp_path: Path) -> None:
    stack = "config:\n  gitops:environment:\n    delivery: argocd\n    clusters: [one, two]\n"
    stack += "    domains: [example.com]\n    alerts: {namespace: monitoring}\n"
    root = write(tmp_path, Pulumi_dot_test_dot_yaml=stack)

    def watching() -> dict[str, list[str]]:
        clusters = plan(loading(root).fleet, "test").clusters
        return {name: names(list(each.alerts)) for name, each in clusters.items()}

    rest = ["PrometheusRule gitops-test-owners", "PrometheusRule gitops-test-applications"]
    both = [rest[0], "PrometheusRule gitops-test-argo-cd", rest[1]]
    assert watching() == {"one": both, "two": rest}
    (root / "Pulumi.test.yaml").write_text(f"{stack}    topology: perCluster\n")
    assert watching() == {"one": both, "two": both}


def test_an_argo_cd_on_another_cluster_is_not_scraped_here() -> None:
    platform = Platform(argo_cd=ArgoCd())

    def monitors(**more: Any) -> list[str]:
        found = watched(cluster="us-east", platform=platform, **more)
        return [each["kind"] for each in found if each["kind"] == "ServiceMonitor"]

    assert monitors() == []
    assert monitors(topology=Topology.PER_CLUSTER) == ["ServiceMonitor"]


def test_a_group_that_is_left_out_has_no_rules_and_no_monitor() -> None:
    without = Alerts(without=(AlertGroup.ARGO_ROLLOUTS, AlertGroup.APPLICATIONS))
    platform = Platform(argo_rollouts=Movable())

    assert names(watched(without, platform=platform)) == [
        "PrometheusRule gitops-test-owners",
        "PrometheusRule gitops-test-argo-cd",
    ]
    flux = Alerts(without=(AlertGroup.FLUX,))
    assert names(watched(flux, delivery=Delivery.FLUX, platform=Platform(flux=Flux())))[:1] == [
        "PrometheusRule gitops-test-owners"
    ]


def test_where_others_scrape_there_are_rules_alone() -> None:
    for delivery in (Delivery.ARGOCD, Delivery.FLUX):
        found = watched(Alerts(monitors=False), delivery=delivery, platform=EVERY)
        assert {each["kind"] for each in found} == {"PrometheusRule"}


def test_every_object_is_where_prometheus_looks_and_says_whose_it_is() -> None:
    labels = {"release": "prometheus", "app.kubernetes.io/part-of": "kube-prometheus"}
    found = watched(Alerts(namespace="observed", labels=labels), platform=EVERY)

    assert {each["metadata"]["namespace"] for each in found} == {"observed"}
    for each in found:
        assert each["metadata"]["labels"].items() >= labels.items()
        assert each["metadata"]["labels"]["gitops.example.com/environment"] == "test"


def test_a_program_is_scraped_where_it_lies_and_its_own_labels_win() -> None:
    found = {each["metadata"]["name"]: each for each in watched(platform=EVERY)}

    assert found["gitops-test-argo-rollouts"]["spec"] == {
        "namespaceSelector": {"matchNames": ["rollouts"]},
        "selector": {"matchLabels": {"app.kubernetes.io/name": "argo-rollouts-metrics"}},
        "endpoints": [{"port": "metrics", "honorLabels": True}],
    }


def test_only_the_controllers_of_flux_that_run_are_scraped() -> None:
    parts = (FluxController.SOURCE, FluxController.KUSTOMIZE)
    platform = Platform(flux=Flux(controllers=parts))
    [monitor] = (
        each
        for each in watched(delivery=Delivery.FLUX, platform=platform)
        if each["kind"] == "PodMonitor"
    )

    [words] = monitor["spec"]["selector"]["matchExpressions"]
    assert words["values"] == ["source-controller", "kustomize-controller"]


def test_every_namespace_has_its_team_with_the_suffix_of_the_environment() -> None:
    [owners] = [
        each for each in groups(watched(namespace_suffix="x")) if each["name"].endswith("-owners")
    ]

    assert {(each["labels"]["namespace"], each["labels"]["team"]) for each in owners["rules"]} == {
        ("shop-x", "shop"),
        ("shop-data-x", "shop-data"),
        ("lake-x", "shop-data"),
        ("platform-x", "platform"),
        ("monitoring-x", "platform"),
    }
    assert {each["labels"]["environment"] for each in owners["rules"]} == {"test"}


def test_every_alert_says_how_urgent_it_is_and_whose() -> None:
    for each in rules():
        labels, expr = each["labels"], each["expr"]
        assert labels["environment"] == "test"
        assert labels["severity"] in {"warning", "info"}
        assert ("cluster" in labels) is ('"cluster"' not in expr), each["alert"]
        whose = "group_left (team)" in expr or '"team"' in expr
        assert (labels.get("team") == "platform") is not whose, each["alert"]


@pytest.mark.parametrize("severity", Severity)
def test_what_can_wait_is_never_as_urgent_as_the_rest(severity: Severity) -> None:
    found = groups(watched(Alerts(severity=severity)))
    levels = {rule["alert"]: rule["labels"]["severity"]
              for group in found for rule in group["rules"] if "alert" in rule}  # fmt: skip

    assert levels["ArgoCDUnhealthy"] == severity
    assert levels["ArgoCDOutOfSync"] == "info"
    assert levels["ArgoCDChangeWaiting"] == ("info" if severity is Severity.INFO else "warning")


def test_every_alert_has_a_section_in_the_runbook_and_no_section_is_without_alert() -> None:
    text = (ROOT / "docs/on-call.md").read_text(encoding="utf-8")
    _, _, part = text.partition("\n## Alerts\n")
    sections = re.findall(r"^### (\w+)$", part.partition("\n## ")[0], re.MULTILINE)

    found = rules()
    assert set(sections) == {each["alert"] for each in found}
    assert len(sections) == len(set(sections))
    for each in found:
        assert each["annotations"]["runbook"] == f"docs/on-call.md#{each['alert'].lower()}"
        assert each["annotations"].keys() == {"summary", "description", "runbook"}


def test_a_runbook_that_is_published_is_linked() -> None:
    [group] = [
        each
        for each in groups(watched(Alerts(runbooks="https://docs.example.com/on-call")))
        if each["name"].endswith("argo-cd")
    ]

    links = {each["annotations"]["runbook_url"] for each in group["rules"]}
    assert "https://docs.example.com/on-call#argocdoutofsync" in links


def test_how_long_it_takes_is_what_the_environment_says() -> None:
    settings = Alerts(patience="7m", waiting="3h", paused="2h")
    holds = {
        rule["alert"]: rule.get("for")
        for group in groups(watched(settings, platform=EVERY))
        for rule in group["rules"]
        if "alert" in rule
    }

    assert holds.pop("ArgoCDChangeWaiting") == "3h"
    assert holds.pop("RolloutPaused") == "2h"
    assert holds.pop("ScheduledJobFailed") == "2m"
    assert holds.pop("ArgoCDSyncFailed") is None
    assert set(holds.values()) == {"7m"}


def test_kube_state_metrics_is_told_of_the_kinds_that_the_rules_ask_for() -> None:
    [state] = [each for each in watched(delivery=Delivery.FLUX) if each["kind"] == "ConfigMap"]

    config = yaml.safe_load(state["data"]["config.yaml"])
    told = {each["groupVersionKind"]["kind"] for each in config["spec"]["resources"]}
    text = str([each["expr"] for each in rules()])
    asked = re.findall(r'customresource_kind=~?\\?"([^"\\]+)', text)
    assert told == {kind for each in asked for kind in each.split("|")}
