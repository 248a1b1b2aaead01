"""Deployments and StatefulSets."""

from dataclasses import replace
from typing import Any

import pytest

from gitops.manifests.apps import deployment, stateful_set
from gitops.manifests.pod import pod_template, spread
from gitops.model import RolloutStrategy, Service, Stateful, Worker
from gitops.model.parts import AccessMode, Autoscaling, RolloutPlan, Volume
from tests.sites import ONE, metadata, selector, service, site, stateful, worker


@pytest.mark.parametrize("app", [service(replicas=3), worker(replicas=3)], ids=lambda app: app.kind)
def test_a_deployment_never_has_less_than_its_replicas_while_it_rolls(
    app: Service | Worker,
) -> None:
    place = site(app)

    assert deployment(place, app) == {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata(app.kind),
        "spec": {
            "replicas": 3,
            "revisionHistoryLimit": 5,
            "progressDeadlineSeconds": 600,
            "selector": {"matchLabels": selector()},
            "strategy": {
                "type": "RollingUpdate",
                "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": 0},
            },
            "template": pod_template(place, app, topologySpreadConstraints=spread(place)),
        },
    }


def test_a_deployment_that_recreates_has_no_settings_of_a_rolling_update() -> None:
    app = service(rollout=RolloutPlan(strategy=RolloutStrategy.RECREATE))

    assert deployment(site(app), app)["spec"]["strategy"] == {"type": "Recreate"}


def test_a_deployment_that_is_scaled_by_load_leaves_its_replicas_to_the_autoscaler() -> None:
    given, scaled = service(replicas=4), service(autoscaling=Autoscaling(min=2, max=8))
    expected = deployment(site(given), given)
    del expected["spec"]["replicas"]

    assert deployment(site(scaled), scaled) == expected


def test_a_deployment_can_be_scaled_to_nothing() -> None:
    app = worker(replicas=0)

    assert deployment(site(app), app)["spec"]["replicas"] == 0


def test_the_selector_is_the_same_in_every_release_because_it_is_immutable() -> None:
    app = service()
    found = deployment(site(app), app)["spec"]

    assert found["selector"]["matchLabels"] == selector()
    assert (
        found["selector"]["matchLabels"].items() < found["template"]["metadata"]["labels"].items()
    )


def test_a_stateful_set_keeps_its_claims_when_it_goes() -> None:
    app = stateful(replicas=3)
    place = site(app)

    assert stateful_set(place, app) == {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": metadata("stateful"),
        "spec": {
            "replicas": 3,
            "revisionHistoryLimit": 5,
            "serviceName": "web-headless",
            "podManagementPolicy": "OrderedReady",
            "selector": {"matchLabels": selector()},
            "updateStrategy": {"type": "RollingUpdate"},
            "persistentVolumeClaimRetentionPolicy": {
                "whenDeleted": "Retain",
                "whenScaled": "Retain",
            },
            "template": pod_template(place, app, topologySpreadConstraints=spread(place)),
            "volumeClaimTemplates": [
                {
                    "apiVersion": "v1",
                    "kind": "PersistentVolumeClaim",
                    "metadata": {"name": "data", "labels": selector()},
                    "spec": {
                        "accessModes": ["ReadWriteOnce"],
                        "resources": {"requests": {"storage": "1Gi"}},
                    },
                }
            ],
        },
    }


@pytest.mark.parametrize(
    ("own", "of_the_cluster", "chosen"),
    [(None, None, None), (None, "gp3", "gp3"), ("fast", "gp3", "fast"), ("fast", None, "fast")],
)
def test_a_claim_takes_its_own_class_before_that_of_the_cluster(
    own: str | None, of_the_cluster: str | None, chosen: str | None
) -> None:
    volume = Volume(
        name="data", mount="/data", size="1Gi", storage_class=own, access=AccessMode.READ_WRITE_MANY
    )
    app = stateful(storage=(volume,))

    [claim] = claims(app, of_the_cluster)

    assert claim["spec"] == {
        "accessModes": ["ReadWriteMany"],
        **({"storageClassName": chosen} if chosen else {}),
        "resources": {"requests": {"storage": "1Gi"}},
    }


def claims(app: Stateful, storage_class: str | None) -> list[dict[str, Any]]:
    place = site(app, cluster=replace(ONE, storage_class=storage_class))
    return stateful_set(place, app)["spec"]["volumeClaimTemplates"]
