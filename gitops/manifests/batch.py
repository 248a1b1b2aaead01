"""Workloads that end: CronJob, and the Job that tests an environment after a deployment.

Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/
"""

from typing import Any

from gitops.manifests.pod import locked_down, pod_spec, pod_template
from gitops.manifests.site import Site, content_hash, image, selector
from gitops.model import Delivery, ScheduledJob, Service, Workload
from gitops.model.parts import IntegrationTest
from gitops.objects import Manifest

HOOKS: dict[Delivery, dict[str, str]] = {
    Delivery.ARGOCD: {
        "argocd.argoproj.io/hook": "PostSync",
        "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation",
    },
    Delivery.FLUX: {"kustomize.toolkit.fluxcd.io/force": "enabled"},
    Delivery.DIRECT: {},
}
"""What makes each engine run a Job again, although Jobs are immutable."""


def cron_job(site: Site, app: ScheduledJob) -> Manifest:
    """Return the CronJob of *app*."""
    return site.manifest(
        "batch/v1",
        "CronJob",
        spec={
            "schedule": app.schedule,
            "timeZone": app.time_zone,
            "concurrencyPolicy": app.concurrency.value,
            "suspend": app.suspend,
            "startingDeadlineSeconds": 600,
            "successfulJobsHistoryLimit": 3,
            "failedJobsHistoryLimit": 3,
            "jobTemplate": {
                "metadata": {"labels": dict(site.labels)},
                "spec": {
                    "activeDeadlineSeconds": app.timeout,
                    "backoffLimit": app.retries,
                    "template": pod_template(site, app, restartPolicy="Never"),
                },
            },
        },
    )


def test_name(name: str) -> str:
    """Return the name of the integration test of application *name*."""
    return f"{name}-integration-test"


def integration_test(site: Site, app: Workload, test: IntegrationTest) -> Manifest:
    """Return the Job that runs after each deployment of *app*."""
    name = test_name(site.name)
    labels = {**site.labels, **selector(name), "app.kubernetes.io/component": "integrationTest"}
    # The Job must differ whenever the application does: otherwise Flux has nothing to run again.
    release = content_hash([image(app, site.release), dict(app.config), test.image])
    manifest = site.manifest("batch/v1", "Job", name)
    manifest["metadata"]["labels"] = labels
    if hooks := HOOKS[site.environment.delivery]:
        manifest["metadata"]["annotations"] = dict(hooks)
    manifest["spec"] = {
        "backoffLimit": 0,
        "activeDeadlineSeconds": test.timeout,
        "template": {
            "metadata": {"labels": labels, "annotations": {f"{site.prefix}/release": release}},
            "spec": _test_pod(site, app, test),
        },
    }
    return manifest


def _test_pod(site: Site, app: Workload, test: IntegrationTest) -> dict[str, Any]:
    route = app.route if isinstance(app, Service) else None
    url = test.api_url or (f"https://{route.hosts[0]}" if route else "")
    variables = {"ENVIRONMENT": site.environment.name, "API_URL": url}
    container: dict[str, Any] = {
        "name": "integration-test",
        "image": test.image,
        "env": [{"name": key, "value": value} for key, value in variables.items() if value],
        "resources": {
            "requests": {"cpu": "50m", "memory": "64Mi"},
            "limits": {"cpu": "500m", "memory": "256Mi"},
        },
        "securityContext": locked_down(),
        "volumeMounts": [{"name": "writable-0", "mountPath": "/tmp"}],  # noqa: S108
    }
    if test.command:
        container["command"] = list(test.command)
    pod = pod_spec(site, app, container, restartPolicy="Never")
    pod["automountServiceAccountToken"] = False
    pod["serviceAccountName"] = "default"
    pod["volumes"] = [{"name": "writable-0", "emptyDir": {"sizeLimit": "256Mi"}}]
    return pod
