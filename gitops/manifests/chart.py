"""Third-party Helm charts, as each engine takes them.

Argo CD renders a small chart of our own that depends on the third-party one; Flux reconciles a
HelmRelease; Pulumi installs a release. The first and the last share ``Chart``, an object of ours
that never reaches a cluster: it is what a diff and a rule see.
Source: https://helm.sh/docs/topics/charts/ and https://fluxcd.io/flux/components/helm/
"""

from typing import Any

from gitops.manifests.site import Site
from gitops.model import Chart, Delivery
from gitops.objects import Manifest

API = "gitops/v1"
KIND = "Chart"


def chart(site: Site, app: Chart) -> list[Manifest]:
    """Return the objects that make the engine of the environment install *app*."""
    if site.environment.delivery is not Delivery.FLUX:
        return [_chart(site, app)]
    if app.chart.repository.startswith("oci://"):
        return [_oci_repository(site, app), _release(site, app, oci=True)]
    return [_helm_repository(site, app), _release(site, app, oci=False)]


def _chart(site: Site, app: Chart) -> Manifest:
    return site.manifest(
        API,
        KIND,
        spec={
            "repository": app.chart.repository,
            "chart": app.chart.name,
            "version": site.release.chart,
            "values": dict(app.values),
        },
    )


def _helm_repository(site: Site, app: Chart) -> Manifest:
    return site.manifest(
        "source.toolkit.fluxcd.io/v1",
        "HelmRepository",
        spec={"url": app.chart.repository, "interval": "1h"},
    )


def _oci_repository(site: Site, app: Chart) -> Manifest:
    return site.manifest(
        "source.toolkit.fluxcd.io/v1",
        "OCIRepository",
        spec={
            "url": f"{app.chart.repository.rstrip('/')}/{app.chart.name}",
            # A tag holds no "+": Helm pushes version 1.0.0+a as tag 1.0.0_a.
            "ref": {"tag": (site.release.chart or "").replace("+", "_")},
            "interval": "1h",
        },
    )


def _release(site: Site, app: Chart, *, oci: bool) -> Manifest:
    source: dict[str, Any] = {
        "chart": {
            "spec": {
                "chart": app.chart.name,
                "version": site.release.chart,
                "sourceRef": {"kind": "HelmRepository", "name": site.name},
            }
        }
    }
    if oci:
        source = {"chartRef": {"kind": "OCIRepository", "name": site.name}}
    return site.manifest(
        "helm.toolkit.fluxcd.io/v2",
        "HelmRelease",
        spec={
            **source,
            "releaseName": site.name,
            "interval": "1h",
            "driftDetection": {"mode": "enabled"},
            "install": {"remediation": {"retries": 3}},
            "upgrade": {"remediation": {"retries": 3}},
            "values": dict(app.values),
        },
    )


def umbrella(manifest: Manifest) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return ``Chart.yaml`` and ``values.yaml`` of the chart that Argo CD renders for *manifest*."""
    name, spec = manifest["metadata"]["name"], manifest["spec"]
    dependency = {
        "name": spec["chart"],
        "version": spec["version"],
        "repository": spec["repository"],
    }
    head = {
        "apiVersion": "v2",
        "name": name,
        "version": "0.0.0",
        "dependencies": [dependency],
    }
    return head, {spec["chart"]: spec["values"]}
