"""How many pods there are, and how many may be missing."""

from typing import Any

import pytest

from gitops.manifests.scaling import autoscaler, disruption_budget
from gitops.model import RolloutStrategy, Service, Stateful, Worker
from gitops.model.parts import Autoscaling, Disruption, RolloutPlan
from tests.sites import metadata, selector, service, site, stateful, worker

CPU = {
    "type": "Resource",
    "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}},
}
MEMORY = {
    "type": "Resource",
    "resource": {"name": "memory", "target": {"type": "Utilization", "averageUtilization": 60}},
}


def test_an_autoscaler_aims_for_four_fifths_of_the_cpu_when_nothing_is_given() -> None:
    app = service()

    assert autoscaler(site(app), app, Autoscaling(min=2, max=8)) == {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": metadata(),
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
            "minReplicas": 2,
            "maxReplicas": 8,
            "metrics": [CPU],
        },
    }


@pytest.mark.parametrize(
    ("targets", "metrics"),
    [
        ({"cpu": 80}, [CPU]),
        ({"memory": 60}, [MEMORY]),
        ({"cpu": 80, "memory": 60}, [CPU, MEMORY]),
    ],
)
def test_an_autoscaler_aims_for_what_is_given(
    targets: dict[str, int], metrics: list[dict[str, Any]]
) -> None:
    app = worker()

    found = autoscaler(site(app), app, Autoscaling(min=1, max=2, **targets))

    assert found["spec"]["metrics"] == metrics


@pytest.mark.parametrize(
    ("strategy", "api", "kind"),
    [
        (RolloutStrategy.ROLLING, "apps/v1", "Deployment"),
        (RolloutStrategy.RECREATE, "apps/v1", "Deployment"),
        (RolloutStrategy.CANARY, "argoproj.io/v1alpha1", "Rollout"),
        (RolloutStrategy.BLUE_GREEN, "argoproj.io/v1alpha1", "Rollout"),
    ],
)
def test_an_autoscaler_scales_the_workload_that_there_is(
    strategy: RolloutStrategy, api: str, kind: str
) -> None:
    app = service(rollout=RolloutPlan(strategy=strategy))

    found = autoscaler(site(app), app, Autoscaling(min=1, max=2))

    assert found["spec"]["scaleTargetRef"] == {"apiVersion": api, "kind": kind, "name": "web"}


@pytest.mark.parametrize("app", [service(replicas=2), worker(replicas=2), stateful(replicas=2)])
def test_several_pods_lose_one_at_a_time(app: Service | Worker | Stateful) -> None:
    assert disruption_budget(site(app), app) == {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": metadata(app.kind),
        "spec": {
            "maxUnavailable": 1,
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
            "selector": {"matchLabels": selector()},
        },
    }


@pytest.mark.parametrize(
    "app",
    [
        service(),
        service(replicas=0),
        service(replicas=5, autoscaling=Autoscaling(min=1, max=5)),
        stateful(),
    ],
)
def test_a_single_pod_has_no_budget_because_it_would_block_every_drain(
    app: Service | Stateful,
) -> None:
    assert disruption_budget(site(app), app) is None


@pytest.mark.parametrize(
    ("given", "budget"),
    [
        (Disruption(), {"maxUnavailable": 1}),
        (Disruption(max_unavailable=3), {"maxUnavailable": 3}),
        (Disruption(min_available=2), {"minAvailable": 2}),
    ],
)
def test_a_budget_is_what_was_asked_for_and_only_one_of_the_two(
    given: Disruption, budget: dict[str, int]
) -> None:
    app = service(replicas=4, disruption=given)

    found = disruption_budget(site(app), app)

    assert found is not None
    assert found["spec"] == {
        **budget,
        "unhealthyPodEvictionPolicy": "AlwaysAllow",
        "selector": {"matchLabels": selector()},
    }


def test_the_fewest_pods_of_an_autoscaler_count_and_not_the_replicas() -> None:
    app = service(replicas=1, autoscaling=Autoscaling(min=2, max=5))

    assert disruption_budget(site(app), app) is not None
