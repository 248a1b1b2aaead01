"""Rollouts: a Deployment's work, done in steps."""

import pytest

from gitops.manifests.pod import pod_template, spread
from gitops.manifests.rollouts import preview_name, rollout
from gitops.model import RolloutStrategy, Service, SyncMode, Worker
from gitops.model.parts import Autoscaling, RolloutPlan
from tests.sites import metadata, selector, service, site, worker

CANARY = RolloutPlan(strategy=RolloutStrategy.CANARY, weights=(10, 50), pause="5m")
BLUE_GREEN = RolloutPlan(strategy=RolloutStrategy.BLUE_GREEN)


@pytest.mark.parametrize("app", [service(rollout=CANARY), worker(rollout=CANARY)])
def test_a_canary_goes_step_by_step_and_waits_at_each(app: Service | Worker) -> None:
    place = site(app)

    assert rollout(place, app) == {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Rollout",
        "metadata": metadata(app.kind),
        "spec": {
            "replicas": 1,
            "revisionHistoryLimit": 5,
            "progressDeadlineSeconds": 600,
            "selector": {"matchLabels": selector()},
            "strategy": {
                "canary": {
                    "maxSurge": "25%",
                    "maxUnavailable": 0,
                    "steps": [
                        {"setWeight": 10},
                        {"pause": {"duration": "5m"}},
                        {"setWeight": 50},
                        {"pause": {"duration": "5m"}},
                    ],
                }
            },
            "template": pod_template(place, app, topologySpreadConstraints=spread(place)),
        },
    }


def test_a_canary_without_a_pause_waits_for_a_person() -> None:
    app = service(rollout=RolloutPlan(strategy=RolloutStrategy.CANARY, weights=(50,), pause=None))

    assert rollout(site(app), app)["spec"]["strategy"]["canary"]["steps"] == [
        {"setWeight": 50},
        {"pause": {}},
    ]


@pytest.mark.parametrize(
    ("promotion", "alone"), [(SyncMode.AUTOMATED, True), (SyncMode.MANUAL, False)]
)
def test_the_traffic_switches_alone_only_where_nobody_wants_to_be_asked(
    promotion: SyncMode, *, alone: bool
) -> None:
    app = service(
        rollout=RolloutPlan(strategy=RolloutStrategy.BLUE_GREEN, promotion=promotion), replicas=2
    )

    found = rollout(site(app), app)

    assert found["spec"]["strategy"] == {
        "blueGreen": {
            "activeService": "web",
            "previewService": "web-preview",
            "autoPromotionEnabled": alone,
            "scaleDownDelaySeconds": 60,
        }
    }
    assert found["spec"]["replicas"] == 2


@pytest.mark.parametrize("plan", [CANARY, BLUE_GREEN])
def test_a_rollout_that_is_scaled_by_load_leaves_its_replicas_to_the_autoscaler(
    plan: RolloutPlan,
) -> None:
    given = service(rollout=plan)
    scaled = service(rollout=plan, autoscaling=Autoscaling(min=2, max=8))
    expected = rollout(site(given), given)
    del expected["spec"]["replicas"]

    assert rollout(site(scaled), scaled) == expected


def test_the_new_version_has_a_service_of_its_own_before_the_switch() -> None:
    assert preview_name("web") == "web-preview"
