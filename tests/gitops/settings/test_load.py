"""A whole fleet: everything that is wrong is reported at once, each with its place and a way out."""

from pathlib import Path
from typing import Any

import pytest

from gitops.model import Service
from tests.fleets import BASE, EXACT, loading, problems, write

APP = BASE["fleet/apps/web.yaml"]


def with_app(tmp_path: Path, extra: str, base: str = APP) -> list[str]:
    return problems(write(tmp_path, fleet__apps__web_dot_yaml=base + extra))


def with_overlay(tmp_path: Path, overlay: str) -> list[str]:
    stack = BASE["Pulumi.test.yaml"] + overlay
    return problems(write(tmp_path, Pulumi_dot_test_dot_yaml=stack))


def test_the_base_fleet_of_these_tests_is_valid(tmp_path: Path) -> None:
    assert problems(write(tmp_path)) == []


def test_the_layers_merge_weakest_first_and_null_takes_away(tmp_path: Path) -> None:
    write(
        tmp_path,
        fleet__apps__web_dot_yaml=APP + "config: {A: base, B: base, C: base}\n"
        "command: [a, b]\nreplicas: 1\nrollout: canary\n",
        Pulumi_dot_test_dot_yaml=BASE["Pulumi.test.yaml"]
        + """  gitops:apps:
    web:
      config: {B: env, C: null}
      command: [c]
      replicas: 2
      rollout: {pause: 5m}
  gitops:clusters:
    two: {apps: {web: {replicas: 3, config: {A: two}}}}
""",
    )

    deployment = loading(tmp_path).fleet.stacks["test"].deployments["web"]
    one, two = deployment.on["one"], deployment.on["two"]
    assert isinstance(one, Service)
    assert isinstance(two, Service)
    assert dict(one.config) == {"A": "base", "B": "env"}
    assert dict(two.config) == {"A": "two", "B": "env"}
    assert (one.command, one.replicas, two.replicas) == (("c",), 2, 3)
    assert (one.rollout.strategy.value, one.rollout.pause) == ("canary", "5m")


@pytest.mark.parametrize("word", ["on", "no", "1e3", "12:30", "0o7", "true", "3", "1.50"])
def test_text_arrives_as_it_was_written(tmp_path: Path, word: str) -> None:
    write(tmp_path, fleet__apps__web_dot_yaml=APP + f"config: {{KEY: {word}}}\n")

    app = loading(tmp_path).fleet.stacks["test"].deployments["web"].application
    assert isinstance(app, Service)
    assert app.config["KEY"] == word


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ("replica: 3\n",
         "fleet/apps/web.yaml:9:1: replica: the key 'replica' is unknown. Accepted: args, "),
        ("replicas: '3'\n",
         "fleet/apps/web.yaml:9:1: replicas: '3' is quoted text. Accepted: a whole number. "
         "Remove the quotes."),
        ("replicas: 1e3\n",
         "fleet/apps/web.yaml:9:1: replicas: '1e3' is no whole number. Accepted: a whole number"),
        ("replicas: 3.0\n", "fleet/apps/web.yaml:9:1: replicas: '3.0' is no whole number."),
        ("replicas: -1\n", "fleet/apps/web.yaml:9:1: replicas: -1 stands here. Accepted: at least 0."),
        ("command: run\n",
         "fleet/apps/web.yaml:9:1: command: 'run' stands here. Accepted: a list."),
        ("config: [a]\n",
         "fleet/apps/web.yaml:9:1: config: a list stands here. Accepted: a mapping"),
        ("config: {A: {B: c}}\n",
         "fleet/apps/web.yaml:9:10: config.A: a mapping stands here. Accepted: text."),
        ("config: {A: }\n", "fleet/apps/web.yaml:9:10: config.A: there is no value."),
        ("config: {A-B: c}\n", "fleet/apps/web.yaml:9:10: config.A-B: 'A-B' does not fit."),
        ("secrets: [{name: a, optional: yes}]\n",
         "fleet/apps/web.yaml:9:21: secrets[0].optional: 'yes' is no boolean. Accepted: true or false."),
        ("rollout: carnary\n",
         "fleet/apps/web.yaml:9:1: rollout.strategy: 'carnary' is not accepted. Accepted: rolling, "
         "recreate, canary, blueGreen. Did you mean 'canary'?"),
        ("probes: {liveness: {pth: /x}}\n",
         "fleet/apps/web.yaml:9:21: probes.liveness.pth: the key 'pth' is unknown. Accepted: command, "
         "failures, grpc, initialDelay, path, period, port, timeout. Did you mean 'path'?"),
        ("probes: {liveness: {port: metrics}}\n",
         "fleet/apps/web.yaml:9:21: probes.liveness.port: there is no port named 'metrics'. "
         "Accepted: http."),
        ("secrets: [{nam: a}]\n", "fleet/apps/web.yaml:9:11: secrets[0]: the key 'name' is missing."),
        ("route: {hosts: [web.example.org], kind: gateway}\n",
         "fleet/apps/web.yaml:9:17: route.hosts[0]: 'web.example.org' belongs to no domain of "
         "environment 'test'. Accepted: *.example.com."),
        ("route: {hosts: [web.example.com], kind: gateway}\n",
         "fleet/apps/web.yaml:9:35: route.kind: cluster 'one' has no gateway."),
        ("autoscaling: {min: 5, max: 2}\n",
         "fleet/apps/web.yaml:9:15: autoscaling.min: 5 is more than max, 2."),
        ("disruption: {minAvailable: 1}\n",
         "fleet/apps/web.yaml:9:14: disruption.minAvailable: 1 of 1 pods must remain"),
        ("rollout: {strategy: canary, weights: [50, 20]}\n",
         "fleet/apps/web.yaml:9:29: rollout.weights: the weights do not rise."),
        ("network: {egress: [{app: wab}]}\n",
         "fleet/apps/web.yaml:9:21: network.egress[0].app: there is no application 'wab'. "
         "Accepted: web. Did you mean 'web'?"),
        ("network: {egress: [{app: web, cidr: 10.0.0.0/8}]}\n",
         "fleet/apps/web.yaml:9:20: network.egress[0]: it is not clear who the peer is."),
        ("namespace: other\n", "fleet/apps/web.yaml:9:1: namespace: 'other' is no namespace of team"),
        ("environments: [tset]\n",
         "fleet/apps/web.yaml:9:16: environments[0]: there is no environment 'tset'."),
        ("clusters: [one, tow]\n",
         "fleet/apps/web.yaml:9:17: clusters[1]: there is no cluster 'tow'. Accepted: one, two."),
        ("formerly: web\n",
         "fleet/apps/web.yaml:9:1: formerly: 'web' is the name of application 'web'. Accepted: a name "
         "that no application has any more."),
        (f"formerly: {'w' * 60}\nintegrationTest: {{image: 'registry.example.com/a/b:1'}}\n",
         "fleet/apps/web.yaml:9:1: formerly: '" + "w" * 60 + "' has 60 characters; names made from it "
         "get too long. Accepted: at most 46 for this application."),
        ("writable: [/a, /a]\n", "fleet/apps/web.yaml:9:1: writable: '/a' is mounted twice."),
    ],
)  # fmt: skip
def test_each_mistake_is_named_with_its_place_and_what_is_accepted(
    tmp_path: Path, extra: str, message: str
) -> None:
    found = with_app(tmp_path, extra)

    assert [each for each in found if each.startswith(message)], found


def test_two_applications_cannot_have_been_the_same_one(tmp_path: Path) -> None:
    files = {
        f"fleet__apps__{name}_dot_yaml": APP.replace("name: web", f"name: {name}\nformerly: old")
        for name in ("web", "api")
    }

    found = [each for each in problems(write(tmp_path, **files)) if "formerly" in each]

    assert len(found) == 1
    assert "'old' is the name of application" in found[0]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("name: web", "name: wbe", "fleet/apps/web.yaml:1:1: name: the name must be that of the file, 'web'."),
        ("kind: service", "kind: servcie",
         "fleet/apps/web.yaml:2:1: kind: 'servcie' is no kind of application. Accepted: chart, manifests,"),
        ("kind: service", "knd: service", "fleet/apps/web.yaml: the key 'kind' is missing."),
        ("team: shop", "team: shp", "fleet/apps/web.yaml:3:1: team: there is no team 'shp'."),
        ("shop/web", "shop/web:1.0", "fleet/apps/web.yaml:4:1: image: "),
        ("registry.example.com/shop/web", "web", "fleet/apps/web.yaml:4:1: image: 'web' does not fit."),
        ("ports: {http: 8080}", "ports: {}", "fleet/apps/web.yaml:5:1: ports: there is no port."),
        ("ports: {http: 8080}", "ports: {http: 80, web: 80}",
         "fleet/apps/web.yaml:5:1: ports: port 80 stands here twice."),
        ("cpu: 100m", "cpu: 100x", "fleet/apps/web.yaml:7:14: resources.requests.cpu: '100x' does not fit."),
    ],
)  # fmt: skip
def test_each_wrong_identity_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in APP
    found = with_app(tmp_path, "", APP.replace(old, new))

    assert [each for each in found if each.startswith(message)], found


@pytest.mark.parametrize(
    ("overlay", "message"),
    [
        ("  gitops:apps: {wbe: {replicas: 2}}\n",
         "Pulumi.test.yaml:6:17: config.gitops:apps.wbe: there is no application 'wbe'. "
         "Accepted: web. Did you mean 'web'?"),
        ("  gitops:apps: {web: {replcas: 2}}\n",
         "Pulumi.test.yaml:6:23: replcas: the key 'replcas' is unknown."),
        ("  gitops:apps: {web: {team: other}}\n",
         "Pulumi.test.yaml:6:23: config.gitops:apps.web.team: 'team' cannot differ between environments."),
        ("  gitops:apps: {web: {formerly: shop}}\n",
         "Pulumi.test.yaml:6:23: config.gitops:apps.web.formerly: 'formerly' cannot differ between environments."),
        ("  gitops:app: {}\n", "Pulumi.test.yaml:6:3: config.gitops:app: the key 'gitops:app' is unknown."),
        ("  gitops:clusters: {tow: {apps: {}}}\n",
         "Pulumi.test.yaml:6:21: config.gitops:clusters.tow: there is no cluster of this environment 'tow'."),
        ("  gitops:apps: {web: {clusters: [three]}}\n",
         "Pulumi.test.yaml:6:34: config.gitops:apps.web.clusters[0]: there is no cluster"),
        ("  gitops:apps: {web: {network: {egress: [{app: wbe}]}}}\n",
         "Pulumi.test.yaml:6:43: config.gitops:apps.web.network.egress[0].app: there is no "
         "application 'wbe'. Accepted: web. Did you mean 'web'?"),
        ("  gitops:clusters: {two: {apps: {web: {network: {ingress: [{app: wbe}]}}}}}\n",
         "Pulumi.test.yaml:6:61: config.gitops:clusters.two.apps.web.network.ingress[0].app: there"),
    ],
)  # fmt: skip
def test_mistakes_in_a_layer_are_named_in_its_file(
    tmp_path: Path, overlay: str, message: str
) -> None:
    found = with_overlay(tmp_path, overlay)

    assert [each for each in found if each.startswith(message)], found


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("clusters: [one, two]", "clusters: [one, tow]",
         "Pulumi.test.yaml:4:21: config.gitops:environment.clusters[1]: there is no cluster 'tow'."),
        ("delivery: argocd", "delivery: argo",
         "Pulumi.test.yaml:3:5: delivery: 'argo' is not accepted. Accepted: argocd, flux, direct. "
         "Did you mean 'argocd'?"),
        ("domains:", "promotesFrom: test\n    domains:",
         "Pulumi.test.yaml:5:5: config.gitops:environment.promotesFrom: the environments promote"),
        ("domains:", "follows: prod\n    domains:",
         "Pulumi.test.yaml:5:5: config.gitops:environment.follows: there is no environment 'prod'."),
    ],
)  # fmt: skip
def test_a_wrong_environment_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    stack = BASE["Pulumi.test.yaml"].replace(old, new)

    found = problems(write(tmp_path, Pulumi_dot_test_dot_yaml=stack))

    assert [each for each in found if each.startswith(message)], found


def test_everything_that_is_wrong_is_reported_in_one_run(tmp_path: Path) -> None:
    found = problems(
        write(
            tmp_path,
            fleet__teams_dot_yaml="shop: {contct: a}\n",
            fleet__apps__web_dot_yaml=APP.replace("team: shop", "team: shp") + "replica: 1\n",
            fleet__policy_dot_yaml="registries: a\nlevels: {no-such-rule: {}}\n",
            releases__test_dot_yaml="releases: {web: {tag: '-'}, wbe: {tag: a}}\n",
            Pulumi_dot_other_dot_yaml="config: {}\n",
        )
    )

    files = {each.split(":")[0] for each in found}
    assert files == {
        "Pulumi.other.yaml", "fleet/teams.yaml", "fleet/apps/web.yaml", "fleet/policy.yaml",
        "releases/test.yaml",
    }  # fmt: skip
    assert len(found) >= 8


@pytest.mark.parametrize(
    ("key", "value"),
    [("DB_PASSWORD", "hunter2-canary"), ("API_TOKEN", "hunter2-canary"),
     ("URL", "postgres://u:hunter2-canary@db/x"), ("KEY", "AKIAIOSFODNN7EXAMPLE"),
     ("PEM", "-----BEGIN RSA PRIVATE KEY-----")],
)  # fmt: skip
def test_a_secret_in_plain_text_is_refused_and_never_repeated(
    tmp_path: Path, key: str, value: str
) -> None:
    found = with_app(tmp_path, f"config: {{{key}: {value!r}}}\n")

    assert [each for each in found if "looks like a secret in plain text" in each], found
    assert value not in "".join(found)


def test_a_secret_of_a_wrong_type_is_never_repeated(tmp_path: Path) -> None:
    stack = BASE["Pulumi.test.yaml"] + "  gitops:apps: {web: {config: {DB_PASSWORD: [canary]}}}\n"

    found = problems(write(tmp_path, Pulumi_dot_test_dot_yaml=stack))

    assert found
    assert "canary" not in "".join(found)


def test_a_secret_in_the_values_of_a_chart_is_refused(tmp_path: Path) -> None:
    chart = """
        name: db
        kind: chart
        team: shop
        chart: {repository: https://registry.example.com/charts, name: db}
        values: {auth: {rootPassword: canary}}
    """
    found = problems(write(tmp_path, fleet__apps__db_dot_yaml=chart))

    assert [
        each
        for each in found
        if each.startswith("fleet/apps/db.yaml:5:17: values.auth.rootPassword")
    ]
    assert "canary" not in "".join(found)


@pytest.mark.parametrize(
    ("kind", "length", "limit"),
    [("scheduledJob", 53, 52), ("stateful", 53, 52)],
)
def test_a_name_is_held_to_the_limit_of_what_is_made_from_it(
    tmp_path: Path, kind: str, length: int, limit: int
) -> None:
    more = {
        "scheduledJob": "schedule: '@daily'",
        "stateful": "ports: {a: 1}\nstorage: [{name: d, mount: /d, size: 1Gi}]",
    }[kind]
    files: dict[str, Any] = {}
    for size in (length - 1, length):
        name = "a" * size
        files[f"fleet__apps__{name}_dot_yaml"] = (
            f"name: {name}\nkind: {kind}\nteam: shop\nimage: registry.example.com/a/b\n{more}\n"
        )
    names = [f"{'a' * size}: {EXACT}" for size in (length - 1, length)]
    files["releases__test_dot_yaml"] = f"releases: {{web: {EXACT}, {', '.join(names)}}}\n"

    found = problems(write(tmp_path, **files))

    assert {each.split(":")[0] for each in found} == {f"fleet/apps/{'a' * length}.yaml"}
    assert any(f"at most {limit}" in each for each in found)


def test_an_application_without_a_release_is_refused(tmp_path: Path) -> None:
    found = problems(write(tmp_path, releases__test_dot_yaml="releases: {}\n"))

    assert found == [
        "releases/test.yaml: releases.web: 'web' has no release in 'test'. "
        "Add 'web' with 'tag' and 'digest' to releases/test.yaml."
    ]


@pytest.mark.parametrize("key", ["promotesFrom", "follows"])
def test_an_application_without_a_release_is_told_where_there_is_one(
    tmp_path: Path, key: str
) -> None:
    stack = f"config: {{'gitops:environment': {{delivery: flux, clusters: [one], {key}: test}}}}\n"

    [found] = problems(write(tmp_path, Pulumi_dot_next_dot_yaml=stack))

    assert found.endswith(
        "Add 'web' with 'tag' and 'digest' to releases/next.yaml, or copy its entry from "
        "releases/test.yaml."
    )
    (tmp_path / "releases/test.yaml").write_text("releases: {}\n")

    assert "copy" not in "".join(problems(tmp_path))


def test_a_release_is_exact_and_a_tag_is_not(tmp_path: Path) -> None:
    found = problems(write(tmp_path, releases__test_dot_yaml="releases: {web: {tag: 1.0.0}}\n"))

    assert found == [
        "releases/test.yaml:1:12: releases.web: the release has no digest, and a tag can move. "
        "Accepted: 'tag' and 'digest'. Add 'digest'."
    ]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert problems(write(tmp_path, fleet__versions_dot_yaml=None)) == [
        "fleet/versions.yaml: the file is missing. Create it."
    ]


@pytest.mark.parametrize(
    ("path", "remedy"),
    [
        ("fleet/cluster.yaml", "Did you mean 'fleet/clusters.yaml'?"),
        ("fleet/teams.yml", "Did you mean 'fleet/teams.yaml'?"),
        ("fleet/apps/shop/web.yaml", "Move it to where it counts."),
        ("fleet/raw/a.yaml", "Move it to where it counts."),
    ],
)
def test_a_file_that_nothing_reads_is_named(tmp_path: Path, path: str, remedy: str) -> None:
    root = write(tmp_path)
    (root / path).parent.mkdir(exist_ok=True)
    (root / path).write_text("a: b\n")

    assert problems(root) == [
        f"{path}: nothing reads this file. Accepted: fleet/fleet.yaml, fleet/clusters.yaml, "
        f"fleet/teams.yaml, fleet/policy.yaml, fleet/versions.yaml, "
        f"fleet/apps/<application>.yaml. {remedy}"
    ]


def test_a_folder_that_leads_out_of_the_repository_is_one_problem_among_others(
    tmp_path: Path,
) -> None:
    (tmp_path / "out").mkdir()
    root = write(tmp_path / "repository", fleet__policy_dot_yaml="registries: x\n")
    (root / "fleet/link").symlink_to(tmp_path / "out")

    policy, link = sorted(problems(root), reverse=True)

    assert policy.startswith("fleet/policy.yaml:1:1: registries: ")
    assert link.startswith("fleet/link: the path leads out of the repository.")


@pytest.mark.parametrize("folder", ["fleet/raw", "./fleet//raw/"])
def test_manifests_and_other_files_in_the_fleet_are_read_or_left_alone(
    tmp_path: Path, folder: str
) -> None:
    manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
    app = MANIFESTS.replace("path: raw", f"path: {folder}")
    root = write(tmp_path, fleet__apps__raw_dot_yaml=app, fleet__raw__sub__a_dot_yaml=manifest)
    (root / "fleet/README.md").write_text("# Ours\n")

    assert problems(root) == []


def test_the_manifests_of_an_application_that_runs_nowhere_are_checked(tmp_path: Path) -> None:
    app = f"{MANIFESTS}    environments: []\n"

    [found] = problems(write(tmp_path, fleet__apps__raw_dot_yaml=app, raw__a_dot_yaml="a: b\n"))

    assert found.startswith("raw/a.yaml: this is no Kubernetes object.")


def test_two_teams_cannot_own_one_namespace(tmp_path: Path) -> None:
    teams = "shop: {contact: a}\nother: {contact: b, namespaces: [shop]}\n"

    [found] = problems(write(tmp_path, fleet__teams_dot_yaml=teams))

    assert "namespace 'shop' belongs to team 'shop' already" in found


def test_environments_come_in_the_order_of_promotion(tmp_path: Path) -> None:
    def stack(more: str) -> str:
        return f"config: {{'gitops:environment': {{delivery: flux, clusters: [one]{more}}}}}\n"

    write(
        tmp_path,
        fleet__apps__web_dot_yaml=APP + "environments: [test]\n",
        Pulumi_dot_a_dot_yaml=stack(", promotesFrom: z"),
        Pulumi_dot_b_dot_yaml=stack(", follows: a"),
        Pulumi_dot_z_dot_yaml=stack(", promotesFrom: test"),
    )

    assert list(loading(tmp_path).fleet.stacks) == ["test", "z", "a", "b"]


MANIFESTS = """
    name: raw
    kind: manifests
    team: shop
    path: raw
"""


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n", "raw/a.yaml: this is no Kubernetes object."),
        ("- a\n", "raw/a.yaml: this is no Kubernetes object."),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: b}\n",
         "raw/a.yaml:3:21: metadata.namespace: namespace 'b' is not the application's. Accepted: shop."),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: on}\n",
         "raw/a.yaml:4:8: data.a: 'on' means different things to YAML 1.1 and YAML 1.2."),
        ("apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n",
         "raw/a.yaml:2:1: kind: Namespace is cluster-scoped."),
        ("apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {a: canary}\n",
         "raw/a.yaml:2:1: kind: a Secret stands here in plain text"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_plain_manifest_is_named(
    tmp_path: Path, manifest: str, message: str
) -> None:
    found = problems(write(tmp_path, fleet__apps__raw_dot_yaml=MANIFESTS, raw__a_dot_yaml=manifest))

    assert [each for each in found if each.startswith(message)], found
    assert "canary" not in "".join(found)


@pytest.mark.parametrize("path", ["../out", "/etc", "raw/../../out", "link"])
def test_a_directory_outside_the_repository_is_refused(tmp_path: Path, path: str) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/a.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")
    root = tmp_path / "repository"
    write(root, fleet__apps__raw_dot_yaml=MANIFESTS.replace("path: raw", f"path: {path}"))
    (root / "link").symlink_to("../out")

    assert [each for each in problems(root) if "path" in each]


def test_an_unknown_key_of_a_chart_is_not_taken_for_one_below_its_key_chart(tmp_path: Path) -> None:
    chart = (
        "name: web\nkind: chart\nteam: shop\nzz: 1\n"
        "chart: {repository: https://registry.example.com/charts, name: web}\n"
    )

    found = problems(write(tmp_path, fleet__apps__web_dot_yaml=chart))

    assert any(each.startswith("fleet/apps/web.yaml:4:1: zz: ") for each in found), found


def test_a_fleet_is_loaded_again_when_a_file_has_changed_and_only_then(tmp_path: Path) -> None:
    write(tmp_path)
    first = loading(tmp_path)
    assert loading(tmp_path) is first

    write(tmp_path, fleet__apps__web_dot_yaml=APP + "replicas: 7\n")

    app = loading(tmp_path).fleet.stacks["test"].deployments["web"].on["one"]
    assert isinstance(app, Service)
    assert app.replicas == 7


def test_of_two_commits_only_what_is_different_is_checked_again(tmp_path: Path) -> None:
    other = BASE["fleet/apps/web.yaml"].replace("name: web", "name: api")
    files = {
        "fleet__apps__api_dot_yaml": other,
        "releases__test_dot_yaml": f"releases: {{web: {EXACT}, api: {EXACT}}}",
    }
    one = loading(write(tmp_path / "one", **files)).fleet.stacks["test"].deployments
    files["fleet__apps__api_dot_yaml"] = other.replace("http: 8080", "http: 8081")
    two = loading(write(tmp_path / "two", **files)).fleet.stacks["test"].deployments

    assert two["web"].application is one["web"].application
    assert two["api"].application != one["api"].application


@pytest.mark.parametrize(
    "wrong", ["replicas: many", "user: 0", "config: {PASSWORD: hunter22hunter}"]
)
def test_a_mistake_is_told_every_time(tmp_path: Path, wrong: str) -> None:
    root = write(tmp_path, fleet__apps__web_dot_yaml=f"{BASE['fleet/apps/web.yaml']}{wrong}\n")

    first = problems(root)

    assert first
    assert problems(root) == first
