"""explain: every layer that has a say in a value, with file and line, the strongest first."""

from pathlib import Path

import pytest

from gitops.explain import Explanation, Say, _shown, explain, known_fields
from gitops.model import RolloutStrategy
from gitops.settings import Loaded
from tests.fleets import BASE, loading, write

APP = (
    BASE["fleet/apps/web.yaml"]
    + """replicas: 1
config: {A: base, B: base, LEVEL: x}
command: [run, slowly]
rollout: canary
"""
)
STACK = (
    BASE["Pulumi.test.yaml"]
    + """  gitops:apps:
    web:
      replicas: 2
      config: {B: env}
      command: [run]
  gitops:clusters:
    two:
      apps: {web: {replicas: 3, config: {A: null, C: two}}}
"""
)


@pytest.fixture
def fleet(tmp_path: Path) -> Loaded:
    return loading(write(tmp_path, fleet__apps__web_dot_yaml=APP, Pulumi_dot_test_dot_yaml=STACK))


def say(layer: str, place: str, value: str, *, wins: bool = False) -> Say:
    return Say(layer=layer, place=place, value=value, wins=wins)


def test_every_layer_has_its_say_and_the_strongest_wins_where_it_speaks(fleet: Loaded) -> None:
    app = say("application", "fleet/apps/web.yaml:9:1", "1")
    environment = say("environment", "Pulumi.test.yaml:8:7", "2")

    assert explain(fleet, "test", "web", "replicas") == [
        Explanation(
            field="replicas",
            value="2",
            clusters=("one",),
            said=(say("environment", environment.place, "2", wins=True), app),
        ),
        Explanation(
            field="replicas",
            value="3",
            clusters=("two",),
            said=(
                say("cluster", "Pulumi.test.yaml:13:20", "3", wins=True),
                environment,
                app,
            ),
        ),
    ]


def test_clusters_that_agree_are_named_together(fleet: Loaded) -> None:
    assert explain(fleet, "test", "web", "config.B") == [
        Explanation(
            field="config.B",
            value="env",
            clusters=("one", "two"),
            said=(
                say("environment", "Pulumi.test.yaml:9:16", "env", wins=True),
                say("application", "fleet/apps/web.yaml:10:19", "base"),
            ),
        )
    ]


def test_a_value_that_a_cluster_takes_away_is_explained_where_it_remains(fleet: Loaded) -> None:
    assert explain(fleet, "test", "web", "config.A") == [
        Explanation(
            field="config.A",
            value="base",
            clusters=("one",),
            said=(say("application", "fleet/apps/web.yaml:10:10", "base", wins=True),),
        )
    ]


def test_a_field_stands_for_everything_below_it(fleet: Loaded) -> None:
    found = explain(fleet, "test", "web", "config")

    assert [(each.field, each.value, each.clusters) for each in found] == [
        ("config.A", "base", ("one",)),
        ("config.B", "env", ("one", "two")),
        ("config.LEVEL", "x", ("one", "two")),
        ("config.C", "two", ("two",)),
    ]


def test_a_list_that_replaces_another_has_only_its_own_items(fleet: Loaded) -> None:
    assert explain(fleet, "test", "web", "command") == [
        Explanation(
            field="command[0]",
            value="run",
            clusters=("one", "two"),
            said=(
                say("environment", "Pulumi.test.yaml:10:17", "run", wins=True),
                say("application", "fleet/apps/web.yaml:11:11", "run"),
            ),
        )
    ]


def test_a_default_is_nobodys_word(fleet: Loaded) -> None:
    assert explain(fleet, "test", "web", "gracePeriod") == [
        Explanation(field="gracePeriod", value="30", clusters=("one", "two"), said=())
    ]


def test_a_release_is_explained_by_the_file_of_releases(fleet: Loaded) -> None:
    digest = BASE["releases/test.yaml"].partition('"')[2].partition('"')[0]

    found = explain(fleet, "test", "web", "release")

    assert found == [
        Explanation(
            field="release.tag",
            value="1.0.0",
            clusters=("one", "two"),
            said=(say("release", "releases/test.yaml:2:9", "", wins=True),),
        ),
        Explanation(
            field="release.digest",
            value=digest,
            clusters=("one", "two"),
            said=(say("release", "releases/test.yaml:2:21", "", wins=True),),
        ),
    ]


def test_a_field_that_only_begins_alike_is_not_meant(fleet: Loaded) -> None:
    assert explain(fleet, "test", "web", "repl") == []
    assert explain(fleet, "test", "web", "config.LEV") == []


def test_without_a_field_everything_is_explained(fleet: Loaded) -> None:
    everything = explain(fleet, "test", "web")

    parts = [each for field in known_fields(fleet.fleet.stacks["test"].deployments["web"].application)
             for each in explain(fleet, "test", "web", field)]  # fmt: skip
    assert sorted(everything, key=str) == sorted(parts, key=str)
    assert {"replicas", "kind", "image", "release.tag"} <= {each.field for each in everything}


def test_a_text_that_stands_for_a_mapping_is_found_in_its_line(fleet: Loaded) -> None:
    [strategy] = explain(fleet, "test", "web", "rollout.strategy")

    assert (strategy.value, [each.layer for each in strategy.said]) == ("canary", ["application"])
    assert strategy.said[0].place == "fleet/apps/web.yaml:12:1"


def test_a_text_that_stands_for_a_mapping_in_a_list_is_found_in_its_line(tmp_path: Path) -> None:
    app = BASE["fleet/apps/web.yaml"] + "secrets:\n  - one\n  - {name: two}\n"

    found = explain(
        loading(write(tmp_path, fleet__apps__web_dot_yaml=app)), "test", "web", "secrets"
    )

    said = {each.field: each.said for each in found if each.field.endswith("name")}
    assert said == {
        "secrets[0].name": (say("application", "fleet/apps/web.yaml:10:5", "one", wins=True),),
        "secrets[1].name": (say("application", "fleet/apps/web.yaml:11:6", "two", wins=True),),
    }


@pytest.mark.parametrize(
    ("app", "environment", "cluster", "field", "value", "line"),
    [
        ("secrets: [{name: a, optional: true}]", "secrets: [a]", "", "secrets[0].optional",
         "false", "fleet/apps/web.yaml:9:21"),
        ("probes: {liveness: {path: /a, period: 5}}", "probes: {liveness: null}",
         "probes: {liveness: {path: /b}}", "probes.liveness.period", "10",
         "fleet/apps/web.yaml:9:31"),
    ],
)  # fmt: skip
def test_what_was_replaced_as_a_whole_does_not_win_where_nothing_came_in_its_place(
    tmp_path: Path, app: str, environment: str, cluster: str, field: str, value: str, line: str
) -> None:
    stack = f"""  gitops:apps: {{web: {{{environment}}}}}
  gitops:clusters: {{one: {{apps: {{web: {{{cluster}}}}}}}, two: {{apps: {{web: {{{cluster}}}}}}}}}
"""
    root = write(
        tmp_path,
        fleet__apps__web_dot_yaml=f"{BASE['fleet/apps/web.yaml']}{app}\n",
        Pulumi_dot_test_dot_yaml=BASE["Pulumi.test.yaml"] + stack,
    )

    [found] = explain(loading(root), "test", "web", field)

    assert found.value == value
    assert [(each.layer, each.place, each.wins) for each in found.said] == [
        ("application", line, False)
    ]


@pytest.mark.parametrize(
    ("path", "value", "shown"),
    [
        (("config", "DB_PASSWORD"), "canary", "[hidden]"),
        (("values", "auth", "existingSecret"), True, "[hidden]"),
        (("values", "secretName"), "a", "a"),
        (("suspend",), True, "true"),
        (("rollout", "strategy"), RolloutStrategy.BLUE_GREEN, "blueGreen"),
        ((), 3, "3"),
    ],
)
def test_a_value_is_shown_as_it_is_written_and_a_secret_never(
    path: tuple[str, ...], value: object, shown: str
) -> None:
    assert _shown(path, value) == shown


@pytest.mark.parametrize(
    ("environment", "app", "field", "value", "layers"),
    [
        ("production", "my-application", "config.LOG_LEVEL", "warn", ["environment", "application"]),
        ("production", "my-application", "rollout.pause", "1h", ["environment"]),
        ("development", "checkout", "data", "restricted", ["application"]),
        ("dr", "events", "storage[0].size", "100Gi", ["environment", "application"]),
    ],
)  # fmt: skip
def test_values_of_the_sample_fleet_are_explained(
    loaded: Loaded, environment: str, app: str, field: str, value: str, layers: list[str]
) -> None:
    [found] = explain(loaded, environment, app, field)

    assert (found.value, [each.layer for each in found.said]) == (value, layers)


def test_each_place_is_where_the_value_is_written(loaded: Loaded) -> None:
    root = Path(__file__).parents[2]
    seen = 0
    for environment, stack in loaded.fleet.stacks.items():
        for app in stack.deployments:
            for each in explain(loaded, environment, app):
                for said in each.said:
                    file, line, _ = said.place.split(":")
                    text = (root / file).read_text().splitlines()[int(line) - 1]
                    assert said.value.strip('"') in text or each.field.startswith("release")
                    seen += 1
    assert seen > 100


def test_a_fleet_knows_which_fields_can_be_explained(fleet: Loaded) -> None:
    app = fleet.fleet.stacks["test"].deployments["web"].application

    assert known_fields(app) == [
        "command", "config", "data", "description", "gracePeriod", "image", "kind", "name", "ports",
        "release", "replicas", "resources", "rollout", "serviceAccount", "team", "writable",
    ]  # fmt: skip
