"""parity: what belongs to an environment may differ; the rest is declared, or it is found."""

from pathlib import Path

import pytest

from gitops.checks import parity
from gitops.checks.finding import Finding
from gitops.model import Level
from gitops.plan import plan
from tests.fleets import BASE, EXACT, loading, write

APP = BASE["fleet/apps/web.yaml"] + "config: {LEVEL: info}\n"
DATABASE = """
    name: db
    kind: stateful
    team: shop
    image: registry.example.com/shop/db
    ports: {sql: 5432}
    storage: [{name: data, mount: /data, size: 1Gi}]
"""
CHART = """
    name: metrics
    kind: chart
    team: shop
    chart: {repository: https://registry.example.com/charts, name: metrics}
    values: {replicas: 1}
"""
RELEASES = f"releases: {{web: {EXACT}, db: {EXACT}, metrics: {{chart: 1.0.0}}}}\n"


def found(
    root: Path, apps: str = "", *, source: str = "promotesFrom: test", differs: str = "", more: str = ""
) -> list[Finding]:  # fmt: skip
    """Return what is found of ``next``, which comes from ``test`` and has *apps* of its own."""
    environment = BASE["Pulumi.test.yaml"] + f"    {source}\n    namespaceSuffix: next\n"
    environment += f"    differs: {{{differs}}}\n" if differs else ""
    fleet = loading(
        write(
            root,
            fleet__apps__web_dot_yaml=APP,
            fleet__apps__db_dot_yaml=DATABASE,
            fleet__apps__metrics_dot_yaml=CHART,
            releases__test_dot_yaml=RELEASES,
            Pulumi_dot_next_dot_yaml=environment + (f"  gitops:apps: {apps}\n" if apps else "") + more,
            releases__next_dot_yaml=RELEASES.replace("'1'", "'2'").replace("1.0.0", "2.0.0"),
        )
    )  # fmt: skip
    plans = {name: plan(fleet.fleet, name) for name in fleet.fleet.stacks}
    return list(parity.findings(fleet, plans))


@pytest.mark.parametrize(
    "apps",
    [
        "",
        "{web: {replicas: 3}}",
        "{web: {autoscaling: {min: 2, max: 3}}}",
        "{web: {resources: {limits: {memory: 1Gi}}}}",
        "{web: {rollout: {strategy: canary, pause: 5m}}}",
        "{web: {replicas: 3, disruption: {maxUnavailable: 2}}}",
        "{web: {clusters: [one]}}",
        "{web: {description: Another one.}}",
        "{web: {config: {LEVEL: debug}}}",
        "{db: {storage: [{name: data, mount: /data, size: 9Gi, storageClass: fast}]}}",
        "{db: {storage: [{name: data, mount: /data, size: 1Gi, access: ReadWriteMany}]}}",
        "{metrics: {values: {replicas: 2, more: {a: b}}}}",
    ],
)
def test_what_belongs_to_an_environment_may_differ(tmp_path: Path, apps: str) -> None:
    assert found(tmp_path, apps) == []


def test_an_undeclared_difference_says_what_either_has_and_how_to_declare_it(
    tmp_path: Path,
) -> None:
    assert found(tmp_path, "{web: {gracePeriod: 60}}") == [
        Finding(
            check="parity",
            level=Level.ENFORCE,
            subject="Pulumi.next.yaml: web.gracePeriod",
            what="next has '60', test has '30'",
            accepted="a difference that is declared",
            remedy="Make them equal, or add 'web.gracePeriod: <reason>' under 'differs' of next",
        )
    ]


@pytest.mark.parametrize(
    ("apps", "expected"),
    [
        ("{web: {config: {FLAG: 'on'}}}", {"web.config.FLAG": "next has 'set', test has nothing"}),
        ("{web: {config: {LEVEL: null}}}", {"web.config.LEVEL": "next has nothing, test has 'set'"}),
        ("{web: {command: [run]}}", {"web.command[0]": "next has 'run', test has nothing"}),
        ("{web: {secrets: [db]}}",
         {"web.secrets[0].name": "next has 'db', test has nothing",
          "web.secrets[0].optional": "next has 'False', test has nothing"}),
        ("{web: {ports: {http: 8081}}}", {"web.ports.http": "next has '8081', test has '8080'"}),
        ("{web: {serviceAccount: {annotations: {role: a}}}}",
         {"web.serviceAccount.annotations.role": "next has 'set', test has nothing"}),
        ("{web: {serviceAccount: {token: true}}}",
         {"web.serviceAccount.token": "next has 'True', test has 'False'"}),
        ("{db: {storage: [{name: data, mount: /other, size: 1Gi}]}}",
         {"db.storage[0].mount": "next has '/other', test has '/data'"}),
        ("{web: {user: 1000, gracePeriod: 5}}",
         {"web.gracePeriod": "next has '5', test has '30'",
          "web.user": "next has '1000', test has nothing"}),
    ],
)  # fmt: skip
def test_what_a_promotion_cannot_carry_is_found(
    tmp_path: Path, apps: str, expected: dict[str, str]
) -> None:
    findings = {each.where: each.what for each in found(tmp_path, apps)}

    assert findings == {f"Pulumi.next.yaml: {key}": what for key, what in expected.items()}


def test_a_host_may_differ_and_the_rest_of_a_route_may_not(tmp_path: Path) -> None:
    apps = "{web: {clusters: [one], route: {hosts: [w.example.com], tls: false}}}"

    wheres = [each.where for each in found(tmp_path, apps)]

    assert wheres == [f"Pulumi.next.yaml: web.route.{key}" for key in ("kind", "paths[0]", "tls")]


@pytest.mark.parametrize("source", ["promotesFrom: test", "follows: test"])
def test_an_environment_is_held_against_the_one_it_comes_from(tmp_path: Path, source: str) -> None:
    assert len(found(tmp_path, "{web: {gracePeriod: 60}}", source=source)) == 1


def test_the_first_environment_is_held_against_nothing(tmp_path: Path) -> None:
    assert found(tmp_path, "{web: {gracePeriod: 60}}", source="description: First.") == []


def test_what_the_first_environment_declares_is_found(tmp_path: Path) -> None:
    apps = "{web: {gracePeriod: 60}}"
    differs = "web.user: x, web.gracePeriod: y"

    assert found(tmp_path, apps, source="description: First.", differs=differs) == [
        Finding(
            check="parity",
            level=Level.ENFORCE,
            subject=f"Pulumi.next.yaml: differs.{key}",
            what="the environment comes from no other, so it differs from none",
            remedy="Remove it from 'differs', or say in 'promotesFrom' or 'follows' where the "
            "environment comes from",
        )
        for key in ("web.gracePeriod", "web.user")
    ]


def test_a_declared_difference_is_accepted_and_only_that(tmp_path: Path) -> None:
    apps = "{web: {gracePeriod: 60, user: 1000}}"

    [other] = found(tmp_path, apps, differs="web.gracePeriod: It is slow to stop.")

    assert other.where == "Pulumi.next.yaml: web.user"


@pytest.mark.parametrize("apps", ["", "{web: {replicas: 2}}"])
def test_a_declared_difference_that_does_not_exist_is_found(tmp_path: Path, apps: str) -> None:
    assert found(tmp_path, apps, differs="web.user: x, web.gracePeriod: y") == [
        Finding(
            check="parity",
            level=Level.ENFORCE,
            subject=f"Pulumi.next.yaml: differs.{key}",
            what="the declared difference does not exist",
            remedy="Remove it from 'differs'",
        )
        for key in ("web.gracePeriod", "web.user")
    ]


def test_a_cluster_that_differs_makes_its_environment_differ(tmp_path: Path) -> None:
    clusters = "  gitops:clusters: {two: {apps: {web: {gracePeriod: 60}}}}\n"

    [finding] = found(tmp_path, more=clusters)

    assert finding.what == "next has '30' and '60', test has '30'"


def test_an_application_in_one_of_the_two_environments_only_is_no_difference(
    tmp_path: Path,
) -> None:
    fleet = loading(
        write(
            tmp_path,
            fleet__apps__web_dot_yaml=APP + "environments: [next]\n",
            releases__test_dot_yaml="releases: {}\n",
            Pulumi_dot_next_dot_yaml=BASE["Pulumi.test.yaml"] + "    promotesFrom: test\n",
            releases__next_dot_yaml=BASE["releases/test.yaml"],
        )
    )

    plans = {name: plan(fleet.fleet, name) for name in fleet.fleet.stacks}
    assert list(parity.findings(fleet, plans)) == []


def test_only_the_environments_that_were_asked_for_are_held_against_theirs(
    tmp_path: Path,
) -> None:
    assert found(tmp_path, "{web: {gracePeriod: 60}}")
    fleet = loading(tmp_path)

    assert list(parity.findings(fleet, {"test": plan(fleet.fleet, "test")})) == []
