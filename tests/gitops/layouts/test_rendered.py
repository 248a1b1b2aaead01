"""The rendered tree, byte for byte.

``tests/golden/rendered`` is what the small fleet below renders to. After a change that is meant,
``UPDATE_GOLDEN=1 .venv/bin/python -m pytest tests/gitops/layouts`` writes it anew: its diff is then
what the change does to every user.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from gitops.errors import GitOpsError
from gitops.layouts.rendered import file_name, rendered
from gitops.plan import StackPlan, plan
from gitops.settings import Loaded, load
from gitops.source import files
from gitops.source.files import WorkTree
from tests import ROOT
from tests.fleets import BASE, loading, write

GOLDEN = ROOT / "tests/golden/rendered"

_DIGEST = "sha256:" + "0123456789abcdef" * 4
_IMAGE = "team: shop\nimage: registry.example.com/shop/app\n"
_STACK = """
config:
  gitops:environment:
    delivery: {delivery}
    clusters: {clusters}
    {more}
    domains: [example.com]
"""
EVERY_KIND = {
    "fleet/clusters.yaml": BASE["fleet/clusters.yaml"]
    + """
three:
  server: https://three.example.com
  kubernetes: "1.35"
  gateway: {name: public, namespace: gateways}
  storageClass: gp3
four:
  server: https://four.example.com
  kubernetes: "1.35"
""",
    "fleet/teams.yaml": """
shop:
  contact: "#shop"
  quota: {cpu: "8", memory: 16Gi}
  quotas: {next: {cpu: "64", memory: 128Gi, pods: 300}}
""",
    "fleet/apps/web.yaml": BASE["fleet/apps/web.yaml"]
    + """
environments: [test]
config: {LEVEL: info, WINDOW: 12:30, FLAG: on, TEXT: "two\\nlines\\n"}
secrets: [database, {name: tls, mount: /etc/tls, keys: [a.pem]}]
probes: {readiness: {path: /ready}, liveness: {command: [check]}}
autoscaling: {min: 2, max: 8}
route: {hosts: [web.example.com]}
network: {egress: [{app: db}, {cidr: 203.0.113.0/24, ports: [443]}]}
integrationTest: {image: "registry.example.com/shop/tests:1.0.0"}
clusters: [one]
""",
    "fleet/apps/front.yaml": f"""
name: front
kind: service
{_IMAGE}
environments: [next]
ports: {{http: 8080, grpc: 9000}}
replicas: 3
rollout: {{strategy: blueGreen, promotion: manual}}
probes: {{readiness: {{port: grpc, grpc: true}}}}
route: {{hosts: [front.example.com], kind: gateway}}
integrationTest: {{image: "registry.example.com/shop/tests:1.0.0", command: [smoke]}}
""",
    "fleet/apps/queue.yaml": f"""
name: queue
kind: worker
{_IMAGE}
environments: [test, sandbox]

rollout: {{strategy: canary, weights: [50]}}
""",
    "fleet/apps/night.yaml": f"""
name: night
kind: scheduledJob
{_IMAGE}
environments: [sandbox]
schedule: 15 3 * * *
""",
    "fleet/apps/db.yaml": f"""
name: db
kind: stateful
{_IMAGE}
environments: [test, next]
data: restricted
ports: {{db: 5432}}
replicas: 2
storage: [{{name: data, mount: /data, size: 10Gi}}]
network: {{ingress: [{{app: web}}]}}
""",
    "fleet/apps/metrics.yaml": """
name: metrics
kind: chart
team: shop
chart: {repository: https://registry.example.com/charts, name: kube-metrics}
values: {replicas: 2, flag: "on", nothing: {}}
clusterResources: [rbac.authorization.k8s.io/ClusterRole]
""",
    "fleet/apps/page.yaml": """
name: page
kind: manifests
team: shop
path: raw
environments: [next]
clusterResources: [Namespace]
""",
    "raw/all.yaml": """
# Comments are for those who write; the tree has none of them.
apiVersion: v1
kind: ConfigMap
metadata: {name: page, labels: {app.kubernetes.io/name: other}}
data: {index.html: "<p>Hello</p>\\n", number: "012"}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: "page:read"}
rules: []
""",
    "raw/deep/namespace.yaml": """
apiVersion: v1
kind: Namespace
metadata: {name: page}
""",
    "Pulumi.test.yaml": _STACK.format(
        delivery="argocd", clusters="[one, two]", more="sync: automated"
    )
    + "  gitops:clusters: {two: {apps: {db: {replicas: 1}}}}\n",
    "Pulumi.next.yaml": _STACK.format(
        delivery="flux", clusters="[three]", more="promotesFrom: test"
    ),
    "Pulumi.sandbox.yaml": _STACK.format(
        delivery="direct", clusters="[four]", more="namespaceSuffix: sandbox"
    ),
    "releases/test.yaml": f"""
releases:
  metrics: {{chart: 2.1.0}}
  web: {{tag: 1.0.0, digest: "{_DIGEST}"}}
  queue: {{tag: "7", digest: "{_DIGEST}"}}
  db: {{digest: "{_DIGEST}"}}
""",
    "releases/next.yaml": f"""
releases:
  metrics: {{chart: 2.1.0}}
  front: {{tag: 1.0.0, digest: "{_DIGEST}"}}
  db: {{tag: 1.0.0, digest: "{_DIGEST}"}}
""",
    "releases/sandbox.yaml": f"""
releases:
  metrics: {{chart: 2.2.0+build.1}}
  night: {{tag: 1.0.0, digest: "{_DIGEST}"}}
  queue: {{tag: "8", digest: "{_DIGEST}"}}
""",
}
"""Changes to the base fleet: each kind of application, each engine, each way in from outside."""


def tree(root: Path) -> dict[str, str]:
    """Return the text of every file below *root*, by path."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes().decode()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def every_file(loaded: Loaded) -> dict[str, str]:
    """Return the rendered tree of all environments."""
    return {
        path: text
        for name in loaded.fleet.stacks
        for path, text in rendered(loaded.fleet, plan(loaded.fleet, name)).items()
    }


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return every_file(loading(write(tmp_path_factory.mktemp("fleet"), **EVERY_KIND)))


def test_the_tree_is_the_golden_one_byte_for_byte(small: dict[str, str]) -> None:
    if os.environ.get("UPDATE_GOLDEN") == "1":
        shutil.rmtree(GOLDEN, ignore_errors=True)
        for path, text in small.items():
            (GOLDEN / path).parent.mkdir(parents=True, exist_ok=True)
            (GOLDEN / path).write_bytes(text.encode())
    golden = tree(GOLDEN)

    assert sorted(small) == sorted(golden)
    for path, text in small.items():
        assert text == golden[path], path


def test_the_small_fleet_shows_every_kind_that_there_is(
    small: dict[str, str], plans: dict[str, StackPlan]
) -> None:
    # What Pulumi installs is no part of the tree: it depends on what was fetched.
    sample = {
        each["kind"]
        for plan in plans.values()
        for cluster in plan.clusters.values()
        for app in cluster.applications.values()
        for each in (*cluster.tenancy, *cluster.delivery, *app.objects, *app.tests)
    }
    shown = {yaml.safe_load(text).get("kind") for text in small.values()}

    assert not sample - shown


def test_every_file_begins_by_saying_what_it_was_made_from(small: dict[str, str]) -> None:
    heads = {path: text.partition("\n")[0] for path, text in small.items()}

    assert heads["test/one/apps/shop/web/deployment-web.yaml"] == (
        "# Generated by gitops from fleet/apps/web.yaml, Pulumi.test.yaml, releases/test.yaml; "
        "do not edit."
    )
    assert heads["next/three/apps/shop/page/configmap-page.yaml"] == (
        "# Generated by gitops from fleet/apps/page.yaml, Pulumi.next.yaml, raw/; do not edit."
    )
    assert heads["test/two/platform/tenancy/namespace-shop.yaml"] == (
        "# Generated by gitops from Pulumi.test.yaml, fleet/; do not edit. "
        "Applied by Pulumi; here to be reviewed."
    )
    assert {each.startswith("# Generated by gitops from ") for each in heads.values()} == {True}


def test_what_an_engine_syncs_and_what_pulumi_applies_lie_apart(small: dict[str, str]) -> None:
    assert {"/".join(path.split("/")[:3]) for path in small} == {
        "test/one/apps",
        "test/one/platform",
        "test/two/apps",
        "test/two/platform",
        "next/three/apps",
        "next/three/platform",
        "next/three/tests",
        "sandbox/four/apps",
        "sandbox/four/platform",
    }


def test_argo_cd_reads_tests_beside_the_application_and_flux_apart(small: dict[str, str]) -> None:
    assert {path for path in small if "integration-test" in path} == {
        "test/one/apps/shop/web/job-web-integration-test.yaml",
        "test/one/apps/shop/web/networkpolicy-web-integration-test.yaml",
        "next/three/tests/shop/front/job-front-integration-test.yaml",
        "next/three/tests/shop/front/networkpolicy-front-integration-test.yaml",
    }


def test_each_engine_finds_a_chart_as_it_takes_charts(small: dict[str, str]) -> None:
    assert {path for path in small if "/metrics/" in path and "/two/" not in path} == {
        "test/one/apps/shop/metrics/Chart.yaml",
        "test/one/apps/shop/metrics/values.yaml",
        "test/one/apps/shop/metrics/templates/networkpolicy-metrics.yaml",
        "next/three/apps/shop/metrics/helmrepository-metrics.yaml",
        "next/three/apps/shop/metrics/helmrelease-metrics.yaml",
        "next/three/apps/shop/metrics/networkpolicy-metrics.yaml",
        "sandbox/four/apps/shop/metrics/chart-metrics.yaml",
        "sandbox/four/apps/shop/metrics/networkpolicy-metrics.yaml",
    }


def test_every_path_that_an_engine_is_given_is_a_folder_of_the_tree(small: dict[str, str]) -> None:
    folders = {path.rpartition("/")[0] for path in small}
    given: set[str] = set()
    for path, text in small.items():
        if "/platform/delivery/" in path:
            spec = yaml.safe_load(text)["spec"]
            given |= {spec["path"].removeprefix("./")} if "path" in spec else set()
            given |= {
                element["path"]
                for generator in spec.get("generators", ())
                for element in generator["list"]["elements"]
            }

    assert given == {
        *(f"test/one/apps/shop/{app}" for app in ("db", "metrics", "queue", "web")),
        *(f"test/two/apps/shop/{app}" for app in ("db", "metrics", "queue")),
        "next/three/apps/shop",
        "next/three/tests/shop",
    }
    assert {each for each in given if any(f"{f}/".startswith(f"{each}/") for f in folders)} == given


def test_a_tree_may_lie_in_a_folder_of_its_repository(tmp_path: Path) -> None:
    head = BASE["fleet/fleet.yaml"].replace("rendered.git}", "rendered.git, path: trees/all}")
    loaded = loading(write(tmp_path, fleet__fleet_dot_yaml=head))

    found = every_file(loaded)

    assert {path.rpartition("/test/")[0] for path in found} == {"trees/all"}
    generated = yaml.safe_load(
        found["trees/all/test/one/platform/delivery/applicationset-test-shop.yaml"]
    )
    [first, *_] = generated["spec"]["generators"][0]["list"]["elements"]
    assert first["path"] == "trees/all/test/one/apps/shop/web"


def test_two_objects_that_would_be_one_file_are_refused_and_not_lost(tmp_path: Path) -> None:
    role = "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {{name: '{}'}}\n"
    write(
        tmp_path,
        fleet__apps__page_dot_yaml="name: page\nkind: manifests\nteam: shop\npath: raw\n",
        raw__a_dot_yaml=role.format("a:b"),
        raw__b_dot_yaml=role.format("a_b"),
    )

    with pytest.raises(GitOpsError, match=r"apps/shop/page/role-a_b\.yaml: two objects would be"):
        every_file(loading(tmp_path))


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("Deployment", "web", "deployment-web.yaml"),
        ("ClusterRole", "system:a/b", "clusterrole-system_a_b.yaml"),
        ("CustomResourceDefinition", "a.b.example.com", "customresourcedefinition-a.b.example.com.yaml"),
        ("Role", "Größe", "role-gr__e.yaml"),
    ],
)  # fmt: skip
def test_a_file_is_called_after_its_object_in_characters_that_every_disk_takes(
    kind: str, name: str, expected: str
) -> None:
    assert file_name({"kind": kind, "metadata": {"name": name}}) == expected


def test_the_sample_fleet_renders_alike_in_whatever_order_a_disk_lists_its_files(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    walk = os.walk

    def listed(*, backwards: bool) -> list[tuple[str, str]]:
        def ordered(top: Path) -> Iterator[tuple[Any, list[str], list[str]]]:
            for here, folders, names in walk(top):
                folders.sort(reverse=backwards)
                seen.append(sorted(names, reverse=backwards))
                yield here, folders, seen[-1]

        monkeypatch.setattr(files.os, "walk", ordered)
        return list(every_file(load(WorkTree(ROOT))).items())

    seen: list[list[str]] = []
    forwards = listed(backwards=False)
    before = list(seen)

    assert listed(backwards=True) == forwards
    assert seen[len(before) :] != before


def test_the_sample_fleet_renders_alike_in_another_process_under_another_hash_seed(
    loaded: Loaded, tmp_path: Path
) -> None:
    for seed in ("1", "4242"):
        subprocess.run(
            [sys.executable, "-m", "gitops", "render", "--out", str(tmp_path / seed)],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        )

    first, second = tree(tmp_path / "1"), tree(tmp_path / "4242")
    assert first == second
    assert first.pop(".gitops-tree.json")
    assert first == every_file(loaded)
