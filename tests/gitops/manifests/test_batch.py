"""CronJobs, and the Job that tests an application after each deployment."""

from dataclasses import replace
from typing import Any

import pytest

from gitops.manifests.batch import cron_job, integration_test
from gitops.manifests.pod import locked_down, pod_template
from gitops.model import Delivery, Release, Workload
from gitops.model.application import Concurrency
from gitops.model.parts import IntegrationTest, Route, ServiceAccount
from tests.sites import DIGEST, TEST, job, labels, metadata, selector, service, site, worker

TESTS = IntegrationTest(image="registry.example.com/shop/tests:1.0.0", command=("run",), timeout=60)


def job_of(app: Workload, given: IntegrationTest = TESTS, **more: Any) -> dict[str, Any]:
    return integration_test(site(app, **more), app, given)


def test_a_job_runs_at_its_times_one_at_a_time_and_gives_up_after_a_while() -> None:
    app = job()
    place = site(app)

    assert cron_job(place, app) == {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": metadata("scheduledJob"),
        "spec": {
            "schedule": "15 3 * * *",
            "timeZone": "Etc/UTC",
            "concurrencyPolicy": "Forbid",
            "suspend": False,
            "startingDeadlineSeconds": 600,
            "successfulJobsHistoryLimit": 3,
            "failedJobsHistoryLimit": 3,
            "jobTemplate": {
                "metadata": {"labels": labels("scheduledJob")},
                "spec": {
                    "activeDeadlineSeconds": 3600,
                    "backoffLimit": 2,
                    "template": pod_template(place, app, restartPolicy="Never"),
                },
            },
        },
    }


def test_a_job_does_what_it_is_told() -> None:
    app = job(
        schedule="@weekly",
        time_zone="Europe/Berlin",
        concurrency=Concurrency.REPLACE,
        suspend=True,
        timeout=60,
        retries=0,
    )

    found = cron_job(site(app), app)["spec"]

    template = found.pop("jobTemplate")["spec"]
    assert found == {
        "schedule": "@weekly",
        "timeZone": "Europe/Berlin",
        "concurrencyPolicy": "Replace",
        "suspend": True,
        "startingDeadlineSeconds": 600,
        "successfulJobsHistoryLimit": 3,
        "failedJobsHistoryLimit": 3,
    }
    assert (template["activeDeadlineSeconds"], template["backoffLimit"]) == (60, 0)


def test_the_pods_of_a_job_end_when_it_ends() -> None:
    app = job()

    template = cron_job(site(app), app)["spec"]["jobTemplate"]["spec"]["template"]

    assert template["spec"]["restartPolicy"] == "Never"


def test_an_integration_test_is_a_locked_down_job_that_argo_cd_runs_after_a_sync() -> None:
    own = {
        **labels(),
        **selector("web-integration-test"),
        "app.kubernetes.io/component": "integrationTest",
    }
    app = service(integration_test=TESTS, route=Route(hosts=("web.example.com", "other")), user=10)

    assert job_of(app) == {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": "web-integration-test",
            "namespace": "shop",
            "labels": own,
            "annotations": {
                "argocd.argoproj.io/hook": "PostSync",
                "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation",
            },
        },
        "spec": {
            "backoffLimit": 0,
            "activeDeadlineSeconds": 60,
            "template": {
                "metadata": {
                    "labels": own,
                    "annotations": {"gitops.example.com/release": release(job_of(app))},
                },
                "spec": {
                    "serviceAccountName": "default",
                    "automountServiceAccountToken": False,
                    "enableServiceLinks": False,
                    "securityContext": {
                        "runAsNonRoot": True,
                        "seccompProfile": {"type": "RuntimeDefault"},
                        "runAsUser": 10,
                        "runAsGroup": 10,
                        "fsGroup": 10,
                    },
                    "terminationGracePeriodSeconds": 30,
                    "containers": [
                        {
                            "name": "integration-test",
                            "image": "registry.example.com/shop/tests:1.0.0",
                            "env": [
                                {"name": "ENVIRONMENT", "value": "test"},
                                {"name": "API_URL", "value": "https://web.example.com"},
                            ],
                            "resources": {
                                "requests": {"cpu": "50m", "memory": "64Mi"},
                                "limits": {"cpu": "500m", "memory": "256Mi"},
                            },
                            "securityContext": locked_down(),
                            "volumeMounts": [{"name": "writable-0", "mountPath": "/tmp"}],
                            "command": ["run"],
                        }
                    ],
                    "volumes": [{"name": "writable-0", "emptyDir": {"sizeLimit": "256Mi"}}],
                    "restartPolicy": "Never",
                },
            },
        },
    }


@pytest.mark.parametrize(
    ("delivery", "annotations"),
    [
        (Delivery.FLUX, {"kustomize.toolkit.fluxcd.io/force": "enabled"}),
        (Delivery.DIRECT, None),
    ],
)
def test_each_engine_is_told_in_its_own_way_to_run_a_job_again(
    delivery: Delivery, annotations: dict[str, str] | None
) -> None:
    found = job_of(service(), environment=replace(TEST, delivery=delivery))

    assert found["metadata"].get("annotations") == annotations


def test_the_tests_get_neither_the_identity_nor_the_token_of_the_application() -> None:
    pod = job_of(service(service_account=ServiceAccount(token=True)))["spec"]["template"]["spec"]

    assert pod["serviceAccountName"] == "default"
    assert pod["automountServiceAccountToken"] is False


def test_the_tests_do_not_get_the_traffic_of_the_application() -> None:
    found = job_of(service())["spec"]["template"]["metadata"]["labels"]

    assert not selector().items() & found.items()


@pytest.mark.parametrize(
    ("route", "url", "variables"),
    [
        (None, None, {"ENVIRONMENT": "test"}),
        (None, "https://api", {"ENVIRONMENT": "test", "API_URL": "https://api"}),
        (Route(hosts=("a", "b")), "https://api", {"ENVIRONMENT": "test", "API_URL": "https://api"}),
        (Route(hosts=("a", "b")), None, {"ENVIRONMENT": "test", "API_URL": "https://a"}),
    ],
)
def test_the_tests_learn_where_the_application_is(
    route: Route | None, url: str | None, variables: dict[str, str]
) -> None:
    found = job_of(service(route=route), replace(TESTS, api_url=url))

    [container] = found["spec"]["template"]["spec"]["containers"]
    assert {each["name"]: each["value"] for each in container["env"]} == variables


def test_the_tests_of_something_without_ports_know_only_the_environment() -> None:
    [container] = job_of(worker(), replace(TESTS, command=()))["spec"]["template"]["spec"][
        "containers"
    ]

    assert container["env"] == [{"name": "ENVIRONMENT", "value": "test"}]
    assert "command" not in container


def test_the_tests_differ_whenever_the_application_or_they_themselves_do() -> None:
    found = [
        job_of(service()),
        job_of(service(), release=Release(tag="1.0.1", digest=DIGEST)),
        job_of(service(config={"LEVEL": "info"})),
        job_of(service(), replace(TESTS, image="registry.example.com/shop/tests:1.0.1")),
    ]

    assert len({release(each) for each in found}) == len(found)
    assert release(job_of(service())) == release(found[0])


def release(manifest: dict[str, Any]) -> str:
    [(key, found)] = manifest["spec"]["template"]["metadata"]["annotations"].items()
    assert key == "gitops.example.com/release"
    return found
