"""The real kube-state-metrics, with our configuration, on a real API server: what the rules hear."""

import re
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest

from gitops.manifests import flux
from gitops.model import Delivery, SyncMode
from gitops.objects import Manifest
from tests.real.cluster import ControlPlane, kubeconfig, ports, programs
from tests.real.lab import Start
from tests.real.promtool import Promtool, Series
from tests.watched import fleet, groups, stack, watched

pytestmark = pytest.mark.real
KINDS = frozenset(
    {"GitRepository", "HelmRelease", "HelmRepository", "Kustomization", "OCIRepository"}
)
AUTOMATED: dict[str, Any] = {"delivery": Delivery.FLUX, "sync": SyncMode.AUTOMATED}
PATIENCE = 60
"""Seconds until every kind is seen."""


SEEN = (
    'customresource_kind="HelmRelease"',
    'customresource_kind="GitRepository"',
    'name="test-shop"',
    'name="test-shop-data"',
    "kube_cronjob_status_last_successful_time{",
    "kube_deployment_status_replicas_available{",
)
"""What is exposed once every kind was seen."""


@pytest.fixture(scope="module")
def plane(start: Start) -> ControlPlane:
    """Return a cluster with the kinds of Flux, and objects in every state that matters."""
    made = start("state", KINDS)
    environment = stack(**AUTOMATED).environment
    for name in ("flux-system", "shop", "lake"):
        made.api.create(_object("v1", "Namespace", name), "tests")
    team = fleet().teams
    source = flux.git_repository(fleet(), environment, "test")
    _put(made, source, {"conditions": [_ready("True")], "artifact": _artifact("main@sha1:2")})
    for name, ready, revision in (
        ("shop", "True", "main@sha1:2"),
        ("shop-data", "False", "main@sha1:1"),
    ):
        root = flux.kustomization(fleet(), environment, team[name], f"test/{name}")
        status = {"conditions": [_ready(ready)], "lastAppliedRevision": revision}
        _put(made, root, status)
    release = _object("helm.toolkit.fluxcd.io/v2", "HelmRelease", "store", "lake")
    reference = {"kind": "HelmRepository", "name": "store"}
    chart = {"spec": {"chart": "store", "sourceRef": reference}}
    release["spec"] = {"interval": "1h", "chart": chart, "suspend": True}
    _put(made, release, {"conditions": [_ready("True")]})
    pods = {"metadata": {"labels": {"a": "b"}},
            "spec": {"containers": [{"name": "it", "image": "registry.example.com/x:1"}]}}  # fmt: skip
    web = _object("apps/v1", "Deployment", "web", "shop")
    web["spec"] = {"replicas": 2, "selector": {"matchLabels": {"a": "b"}}, "template": pods}
    _put(made, web, {"replicas": 2, "availableReplicas": 1, "readyReplicas": 1})
    job = _object("batch/v1", "CronJob", "nightly", "lake")
    once = {"template": {**pods, "spec": {**pods["spec"], "restartPolicy": "Never"}}}
    job["spec"] = {"schedule": "0 3 * * *", "jobTemplate": {"spec": once}}
    times = {
        "lastScheduleTime": "2026-01-02T03:00:00Z",
        "lastSuccessfulTime": "2026-01-01T03:00:00Z",
    }
    _put(made, job, times)
    return made


def _object(api: str, kind: str, name: str, namespace: str = "") -> Manifest:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": api, "kind": kind, "metadata": metadata}


def _ready(status: str) -> dict[str, str]:
    time = {"lastTransitionTime": "2026-01-01T00:00:00Z"}
    return {"type": "Ready", "status": status, "reason": "Told", "message": "", **time}


def _artifact(revision: str) -> dict[str, str]:
    place = {"path": "x", "url": "http://x", "digest": f"sha256:{'0' * 64}"}
    return {"revision": revision, "lastUpdateTime": "2026-01-01T00:00:00Z", **place}


def _put(plane: ControlPlane, manifest: Manifest, status: dict[str, Any]) -> None:
    """Make *manifest*, and say of it what its controller would."""
    plane.api.create(manifest, "tests")
    metadata = manifest["metadata"]
    place = plane.api.path(
        manifest["apiVersion"], manifest["kind"], metadata["namespace"], metadata["name"]
    )
    merge = "application/merge-patch+json"
    plane.api.call("PATCH", f"{place}/status", {"status": status}, kind=merge)


@pytest.fixture(scope="module")
def exposed(plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return what kube-state-metrics exposes."""
    folder = tmp_path_factory.mktemp("state")
    [state] = [each for each in watched(**AUTOMATED) if each["kind"] == "ConfigMap"]
    (folder / "config.yaml").write_text(state["data"]["config.yaml"])
    (folder / "kubeconfig").write_text(kubeconfig({"state": plane}))
    port, telemetry = ports(2)
    command = [
        str(programs("kube-state-metrics", "kubestate")),
        *("--kubeconfig", str(folder / "kubeconfig")),
        *("--custom-resource-state-config-file", str(folder / "config.yaml")),
        *("--host", "127.0.0.1", "--port", str(port)),
        *("--telemetry-host", "127.0.0.1", "--telemetry-port", str(telemetry)),
        "--resources=namespaces,deployments,statefulsets,cronjobs",
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            yield _scraped(port, folder / "log")
        finally:
            process.kill()
            process.wait()


def _scraped(port: int, log: Path) -> str:
    end = time.monotonic() + PATIENCE
    missing, text = set(SEEN), ""
    while missing and time.monotonic() < end:
        time.sleep(0.5)
        with suppress(URLError, OSError):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
                text = answer.read().decode()
            missing = {each for each in SEEN if each not in text}
    assert not missing, log.read_text()
    return text


def series(text: str) -> Series:
    """Return what was scraped, as it stays for an hour."""
    lines = (each.rpartition(" ") for each in text.splitlines() if each and each[0] != "#")
    return {name: f"{float(value):.0f}x60" for name, _, value in lines}


def info(text: str, name: str) -> dict[str, str]:
    [line] = [
        each for each in text.splitlines() if each.startswith("gotk_") and f',name="{name}"' in each
    ]
    return dict(re.findall(r'(\w+)="([^"]*)"', line))


def test_the_state_of_flux_is_exposed_under_the_names_that_the_rules_use(exposed: str) -> None:
    assert info(exposed, "test-shop-data") == {
        "customresource_group": "kustomize.toolkit.fluxcd.io",
        "customresource_version": "v1",
        "customresource_kind": "Kustomization",
        "exported_namespace": "flux-system",
        "name": "test-shop-data",
        "ready": "False",
        "suspended": "false",
        "revision": "main@sha1:1",
    }
    assert info(exposed, "rendered-test")["revision"] == "main@sha1:2"
    assert info(exposed, "store")["suspended"] == "true"


def test_what_is_exposed_makes_exactly_the_alerts_that_it_should(
    exposed: str, tmp_path: Path
) -> None:
    made = Promtool(folder=tmp_path, groups=groups(watched(**AUTOMATED)))
    running = {
        f'controller_runtime_max_concurrent_reconciles{{controller="{each}"}}': "1x60"
        for each in ("gitrepository", "kustomization", "helmrelease")
    }

    here = {"severity": "warning", "environment": "test", "cluster": "us"}
    data = {**here, "team": "shop-data"}
    behind = {**data, "name": "test-shop-data"}
    store = {"name": "store", "namespace": "lake", "customresource_kind": "HelmRelease"}
    assert made.judged(
        {**series(exposed), **running},
        {
            20: [
                {"alertname": "FluxNotReady", **behind},
                {"alertname": "FluxOutOfSync", **behind},
                {"alertname": "FluxSuspended", **data, **store},
                {"alertname": "ApplicationUnavailable", **here, "namespace": "shop",
                 "application": "web", "team": "shop"},
                {"alertname": "ScheduledJobFailed", **data, "namespace": "lake",
                 "cronjob": "nightly"},
            ]
        },
    ) == ""  # fmt: skip


def test_no_metric_is_described_twice(exposed: str) -> None:
    """Of kinds that share a name, kube-state-metrics exposes some, or a text that is not valid."""
    described = re.findall(r"^# HELP (\S+)", exposed, re.MULTILINE)

    assert len(described) == len(set(described))
    assert "gotk_kustomization_info" in described
