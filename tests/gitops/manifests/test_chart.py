"""Charts of somebody else, as each engine takes them."""

from dataclasses import replace
from typing import Any

import pytest

from gitops.manifests.chart import chart, umbrella
from gitops.model import Delivery, Release
from gitops.model.application import ChartSource
from gitops.objects import Manifest
from tests.sites import TEST, labels, site, third_party

VALUES = {"replicas": 2, "image": {"tag": "1"}}
OCI = ChartSource(repository="oci://charts.example.com/mirror/", name="metrics")


def objects(delivery: Delivery, version: str = "2.1.0", **more: Any) -> list[Manifest]:
    app = third_party(values=VALUES, **more)
    environment = replace(TEST, delivery=delivery)
    return chart(site(app, environment=environment, release=Release(chart=version)), app)


def metadata() -> dict[str, Any]:
    own = labels("chart", **{"app.kubernetes.io/version": "2.1.0"})
    return {"name": "web", "namespace": "shop", "labels": own}


@pytest.mark.parametrize("delivery", [Delivery.ARGOCD, Delivery.DIRECT])
def test_a_chart_is_one_object_of_ours_where_no_engine_has_a_kind_for_it(
    delivery: Delivery,
) -> None:
    assert objects(delivery) == [
        {
            "apiVersion": "gitops/v1",
            "kind": "Chart",
            "metadata": metadata(),
            "spec": {
                "repository": "https://charts.example.com/mirror",
                "chart": "metrics",
                "version": "2.1.0",
                "values": VALUES,
            },
        }
    ]


def test_argo_cd_gets_a_small_chart_that_depends_on_the_exact_version() -> None:
    [found] = objects(Delivery.ARGOCD)

    assert umbrella(found) == (
        {
            "apiVersion": "v2",
            "name": "web",
            "version": "0.0.0",
            "dependencies": [
                {
                    "name": "metrics",
                    "version": "2.1.0",
                    "repository": "https://charts.example.com/mirror",
                }
            ],
        },
        {"metrics": VALUES},
    )


def release(source: dict[str, Any]) -> Manifest:
    return {
        "apiVersion": "helm.toolkit.fluxcd.io/v2",
        "kind": "HelmRelease",
        "metadata": metadata(),
        "spec": {
            **source,
            "releaseName": "web",
            "interval": "1h",
            "driftDetection": {"mode": "enabled"},
            "install": {"remediation": {"retries": 3}},
            "upgrade": {"remediation": {"retries": 3}},
            "values": VALUES,
        },
    }


def test_flux_installs_from_a_helm_repository() -> None:
    source = {"kind": "HelmRepository", "name": "web"}

    assert objects(Delivery.FLUX) == [
        {
            "apiVersion": "source.toolkit.fluxcd.io/v1",
            "kind": "HelmRepository",
            "metadata": metadata(),
            "spec": {"url": "https://charts.example.com/mirror", "interval": "1h"},
        },
        release({"chart": {"spec": {"chart": "metrics", "version": "2.1.0", "sourceRef": source}}}),
    ]


def test_flux_installs_from_an_oci_registry_by_tag() -> None:
    assert objects(Delivery.FLUX, chart=OCI) == [
        {
            "apiVersion": "source.toolkit.fluxcd.io/v1",
            "kind": "OCIRepository",
            "metadata": metadata(),
            "spec": {
                "url": "oci://charts.example.com/mirror/metrics",
                "ref": {"tag": "2.1.0"},
                "interval": "1h",
            },
        },
        release({"chartRef": {"kind": "OCIRepository", "name": "web"}}),
    ]


def test_a_version_with_a_build_is_the_tag_under_which_helm_pushes_it() -> None:
    found, _ = objects(Delivery.FLUX, "2.1.0+build.5", chart=OCI)

    assert found["spec"]["ref"] == {"tag": "2.1.0_build.5"}
