"""Layers of an application: each is checked, also where the application does not run."""

from pathlib import Path

import pytest

from tests.fleets import BASE, problems, write

APP = BASE["fleet/apps/web.yaml"]
STACK = BASE["Pulumi.test.yaml"]


def found_in_layer(root: Path, layer: str, *, runs: str) -> list[str]:
    """Return what is wrong when the application has *layer* in ``test`` and *runs* there or not."""
    return problems(
        write(
            root,
            fleet__apps__web_dot_yaml=f"{APP}environments: {runs}\n",
            Pulumi_dot_test_dot_yaml=STACK + layer,
            Pulumi_dot_other_dot_yaml="config: {'gitops:environment': "
            "{delivery: flux, clusters: [one]}}\n",
            releases__other_dot_yaml=BASE["releases/test.yaml"],
        )
    )


@pytest.mark.parametrize("runs", ["[test]", "[other]", "[]"])
@pytest.mark.parametrize(
    ("layer", "message"),
    [
        ("  gitops:apps: {web: {replcas: 2}}\n",
         "Pulumi.test.yaml:6:23: replcas: the key 'replcas' is unknown."),
        ("  gitops:clusters: {two: {apps: {web: {replcas: 2}}}}\n",
         "Pulumi.test.yaml:6:40: replcas: the key 'replcas' is unknown."),
        ("  gitops:apps: {web: {team: shop}}\n",
         "Pulumi.test.yaml:6:23: config.gitops:apps.web.team: 'team' cannot differ"),
        ("  gitops:apps: {web: {config: {DB_PASSWORD: canary}}}\n",
         "Pulumi.test.yaml:6:32: config.DB_PASSWORD: this looks like a secret in plain text"),
    ],
)  # fmt: skip
def test_a_layer_is_checked_whether_or_not_the_application_runs_there(
    tmp_path: Path, layer: str, message: str, runs: str
) -> None:
    [found] = found_in_layer(tmp_path, layer, runs=runs)

    assert found.startswith(message)


def test_what_only_the_environment_could_serve_is_not_asked_of_one_that_does_not_run_it(
    tmp_path: Path,
) -> None:
    layer = "  gitops:apps: {web: {route: {hosts: [web.example.org], kind: gateway}}}\n"

    assert found_in_layer(tmp_path / "a", layer, runs="[other]") == []
    assert len(found_in_layer(tmp_path / "b", layer, runs="[test]")) == 2


def test_an_application_that_runs_nowhere_is_checked(tmp_path: Path) -> None:
    app = f"{APP}environments: []\nconfig: {{API_TOKEN: canary}}\n"

    [found] = problems(write(tmp_path, fleet__apps__web_dot_yaml=app))

    assert found.startswith("fleet/apps/web.yaml:10:10: config.API_TOKEN: this looks like a secret")


SCALED = "autoscaling: {min: 2, max: 4}\n"


@pytest.mark.parametrize(
    ("app", "layer", "places"),
    [
        (f"replicas: 2\n{SCALED}", "", ["fleet/apps/web.yaml:9:1: replicas"]),
        ("", "replicas: 2, autoscaling: {min: 2, max: 4}",
         ["Pulumi.test.yaml:6:23: config.gitops:apps.web.replicas"]),
        (SCALED, "replicas: 2", ["Pulumi.test.yaml:6:23: config.gitops:apps.web.replicas"]),
        (SCALED, "replicas: 2, autoscaling: null", []),
        (SCALED, "replicas: null", []),
        ("replicas: 2\n", "autoscaling: {min: 2, max: 4}", []),
        ("replicas: 2\nautoscaling: null\n", "", []),
    ],
)  # fmt: skip
def test_replicas_that_autoscaling_makes_void_are_refused(
    tmp_path: Path, app: str, layer: str, places: list[str]
) -> None:
    found = problems(
        write(
            tmp_path,
            fleet__apps__web_dot_yaml=APP + app,
            Pulumi_dot_test_dot_yaml=f"{STACK}  gitops:apps: {{web: {{{layer}}}}}\n",
        )
    )

    assert found == [
        f"{place}: 'replicas' has no effect, because 'autoscaling' decides. Accepted: one of the "
        "two. Remove it, or set 'autoscaling' to null here."
        for place in places
    ]


def test_clusters_in_the_layer_of_one_cluster_are_refused(tmp_path: Path) -> None:
    layer = "  gitops:clusters: {two: {apps: {web: {clusters: [one]}}}}\n"

    assert problems(write(tmp_path, Pulumi_dot_test_dot_yaml=STACK + layer)) == [
        "Pulumi.test.yaml:6:40: config.gitops:clusters.two.apps.web.clusters: 'clusters' has no "
        "effect on one cluster. Say it in 'gitops:apps'."
    ]
