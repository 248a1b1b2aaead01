"""What people write about alerts: what is not known or cannot work is told with its place."""

from pathlib import Path

import pytest

from gitops.model import Alerts, Severity
from tests.fleets import loading, problems, write
from tests.published import environment

STACK = "Pulumi.test.yaml"


def stack(alerts: str) -> str:
    return environment("{}", alerts=alerts)


def told(root: Path, alerts: str) -> list[str]:
    return problems(write(root, Pulumi_dot_test_dot_yaml=stack(alerts)))


def test_a_few_words_are_enough(tmp_path: Path) -> None:
    root = write(tmp_path, Pulumi_dot_test_dot_yaml=stack("{}"))

    assert loading(root).fleet.stacks["test"].environment.alerts == Alerts()


def test_everything_can_be_said(tmp_path: Path) -> None:
    alerts = (
        "{namespace: watched, labels: {release: prometheus, example.com/a: B_1.c}, "
        "severity: critical, team: shop, runbooks: https://docs.example.com/on-call, "
        "patience: 1h30m, waiting: 8h, paused: 90m, monitors: false, without: [flux]}"
    )
    root = write(tmp_path, Pulumi_dot_test_dot_yaml=stack(alerts))

    found = loading(root).fleet.stacks["test"].environment.alerts
    assert found is not None
    assert (found.severity, found.labels["example.com/a"]) == (Severity.CRITICAL, "B_1.c")
    assert (found.patience, found.monitors, found.without[0]) == ("1h30m", False, "flux")


@pytest.mark.parametrize(
    ("alerts", "said"),
    [
        ("{severty: critical}",
         "severty: the key 'severty' is unknown. Accepted: labels, monitors, namespace, patience, "
         "paused, runbooks, severity, team, waiting, without. Did you mean 'severity'?"),
        ("{severity: critica}",
         "severity: 'critica' is not accepted. Accepted: critical, warning, info. "
         "Did you mean 'critical'?"),
        ("{team: shopp}",
         "team: there is no team 'shopp'. Accepted: shop. Did you mean 'shop'?"),
        ("{patience: 15}",
         "patience: '15' does not fit. Accepted: a duration such as 30s, 5m or 1h30m."),
        ("{labels: {release: 'a b'}}",
         "labels.release: 'a b' does not fit. Accepted: the value of a label: letters, digits, '-', "
         "'_' and '.', at most 63 characters."),
        ("{labels: {'a/b/c': x}}",
         "labels.a/b/c: 'a/b/c' does not fit. Accepted: the key of a label, such as release or "
         "example.com/release."),
        ("{runbooks: 'https://user:pass@docs.example.com'}",
         "runbooks: 'https://user:pass@docs.example.com' does not fit. Accepted: an https:// URL "
         "without credentials. Put credentials in a Secret."),
        ("{without: [fluxx]}",
         "without[0]: 'fluxx' is not accepted. Accepted: argo-cd, flux, argo-rollouts, "
         "sealed-secrets, external-secrets, applications. Did you mean 'flux'?"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, alerts: str, said: str) -> None:
    [found] = told(tmp_path, alerts)

    place, _, rest = found.partition(": ")
    assert place.startswith(f"{STACK}:6:")
    assert rest.removeprefix("config.gitops:environment.").removeprefix("alerts.") == said
