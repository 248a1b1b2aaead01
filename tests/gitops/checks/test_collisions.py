"""collisions: hosts and names that only clash once everything is put together."""

from pathlib import Path

import pytest

from gitops.checks import collisions
from gitops.checks import findings as all_findings
from gitops.checks.finding import Finding, Place
from gitops.model import Level
from gitops.objects import Manifest
from gitops.plan import plan
from tests.fleets import BASE, EXACT, loading, write

APP = BASE["fleet/apps/web.yaml"]
STACK = BASE["Pulumi.test.yaml"]
INGRESSES = BASE["fleet/clusters.yaml"].replace(
    "gateway: {name: public, namespace: gateways}", "ingress: {className: a, namespace: b}"
)
GATEWAY = "gateway: {name: public, namespace: gateways}"
INGRESS = "ingress: {className: nginx, namespace: ingress-nginx}"
BOTH = "".join(
    f"{each}: {{server: 'https://{each}.example.com', kubernetes: '1.34', {INGRESS}, {GATEWAY}}}\n"
    for each in ("one", "two")
)
RELEASES = f"releases: {{web: {EXACT}, api: {EXACT}}}\n"


def found(root: Path, **files: str) -> list[Finding]:
    fleet = loading(write(root, **files)).fleet
    return list(collisions.findings(fleet, {name: plan(fleet, name) for name in fleet.stacks}))


def two_apps(root: Path, web: str, api: str) -> list[Finding]:
    return found(
        root,
        fleet__clusters_dot_yaml=INGRESSES,
        fleet__apps__web_dot_yaml=f"{APP}{web}\n",
        fleet__apps__api_dot_yaml=f"{APP.replace('web', 'api')}{api}\n",
        releases__test_dot_yaml=RELEASES,
    )


def test_two_applications_that_want_one_address_are_found_on_each_cluster(tmp_path: Path) -> None:
    route = "route: {hosts: [other.example.com, shop.example.com], paths: [/a, /b]}"
    other = "route: {hosts: [shop.example.com], paths: [/b, /c]}"

    assert two_apps(tmp_path, route, other) == [
        Finding(
            check="collisions",
            level=Level.ENFORCE,
            places=(Place("test", cluster),),
            subject="shop.example.com/b",
            what="applications 'api' in test and 'web' in test both want this address",
            accepted="one application for each host and path",
            remedy="Give one of them another host or path",
        )
        for cluster in ("one", "two")
    ]


@pytest.mark.parametrize(
    "other",
    [
        "",
        "route: {hosts: [shop.example.com], paths: [/api]}",
        "route: {hosts: [api.example.com]}",
        "route: {hosts: [shop.example.com]}\nclusters: [two]",
    ],
)
def test_addresses_that_differ_anywhere_are_fine(tmp_path: Path, other: str) -> None:
    web = "route: {hosts: [shop.example.com]}\nclusters: [one]"

    assert two_apps(tmp_path, web, other) == []


WRITTEN_INGRESS = """
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: mine}
spec:
  ingressClassName: nginx
  rules:
    - host: shop.example.com
      http: {paths: [{path: /a, pathType: Prefix, backend: {service: {name: a, port: {number: 1}}}}]}
"""
WRITTEN_ROUTE = """
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: mine}
spec:
  parentRefs: [{name: public, namespace: gateways}]
  hostnames: [shop.example.com]
  rules:
    - matches: [{path: {value: /a}}, {path: {value: /b}, method: GET}]
"""


@pytest.mark.parametrize(
    ("kind", "manifest"), [("ingress", WRITTEN_INGRESS), ("gateway", WRITTEN_ROUTE)]
)
@pytest.mark.parametrize(("path", "count"), [("/a", 2), ("/b", 0)])
def test_what_people_wrote_themselves_is_compared_too(
    tmp_path: Path, kind: str, manifest: str, path: str, count: int
) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw/mine.yaml").write_text(manifest)
    route = f"route: {{kind: {kind}, hosts: [shop.example.com], paths: [{path}]}}\n"

    findings = found(
        tmp_path,
        fleet__clusters_dot_yaml=BOTH,
        fleet__apps__web_dot_yaml=APP + route,
        fleet__apps__page_dot_yaml="name: page\nkind: manifests\nteam: shop\npath: raw\n",
    )

    assert [each.where for each in findings] == [
        f"test/{cluster}: shop.example.com{path}" for cluster in ("one", "two")
    ][:count]


ROUTED: Manifest = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "a", "namespace": "n"}}  # fmt: skip
INGRESSED: Manifest = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "Ingress",
    "metadata": {"name": "a"},
}
DOOR: Manifest = {"parentRefs": [{"name": "door"}], "hostnames": ["a"]}
TWO_DOORS: Manifest = {
    "parentRefs": [{"name": "door"}, {"name": "d", "namespace": "m"}],
    "hostnames": ["a"],
}


ADDRESSES: list[tuple[Manifest, set[str]]] = [
    (ROUTED | {"spec": DOOR}, {"gateway n/door a /"}),
    (ROUTED | {"spec": TWO_DOORS}, {"gateway n/door a /", "gateway m/d a /"}),
    (ROUTED | {"spec": DOOR | {"hostnames": ["a", "b"], "rules": [{}]}}, {"gateway n/door a /", "gateway n/door b /"}),
    (ROUTED | {"spec": DOOR | {"rules": [{"matches": [{}, {"path": {"value": "/x"}}]}]}}, {"gateway n/door a /", "gateway n/door a /x"}),
    (ROUTED | {"spec": DOOR | {"rules": [{"matches": [{"headers": []}]}]}}, set()),
    (ROUTED | {"spec": {"hostnames": ["a"]}}, set()),
    (ROUTED | {"spec": {"parentRefs": DOOR["parentRefs"]}}, set()),
    (ROUTED | {"spec": "text"}, set()),
    (INGRESSED | {"spec": {"rules": [{"http": {"paths": [{}]}}]}}, {"ingress class None * /"}),
    (INGRESSED | {"spec": {"ingressClassName": "b", "rules": [{"host": "a", "http": {"paths": [{"path": "/x"}]}}]}}, {"ingress class b a /x"}),
    (INGRESSED | {"spec": {"rules": [{"host": "a"}, "text", None]}}, set()),
    (INGRESSED | {"apiVersion": "v1", "spec": {"rules": [{"http": {"paths": [{}]}}]}}, set()),
]  # fmt: skip


@pytest.mark.parametrize(("manifest", "expected"), ADDRESSES)
def test_an_address_is_read_as_the_api_means_it(manifest: Manifest, expected: set[str]) -> None:
    assert {" ".join(each) for each in collisions.addresses(manifest)} == expected


def test_one_application_may_name_an_address_twice(tmp_path: Path) -> None:
    route = "route: {hosts: [shop.example.com], paths: [/a, /a]}"

    assert two_apps(tmp_path, route, "") == []


def next_to(root: Path, *, cluster: str, host: str) -> list[Finding]:
    """Return what is found where ``test`` has an address on cluster one, and ``next`` one too."""
    web = f"{APP}route: {{hosts: [shop.example.com]}}\n"
    stack = STACK.replace("[one, two]", f"[{cluster}]") + "    namespaceSuffix: next\n"
    return found(
        root,
        fleet__clusters_dot_yaml=INGRESSES,
        fleet__apps__web_dot_yaml=web,
        Pulumi_dot_test_dot_yaml=STACK.replace("[one, two]", "[one]"),
        Pulumi_dot_next_dot_yaml=f"{stack}  gitops:apps: {{web: {{route: {{hosts: [{host}]}}}}}}\n",
        releases__next_dot_yaml=BASE["releases/test.yaml"],
    )


def test_two_environments_on_one_cluster_that_want_one_address_are_found(tmp_path: Path) -> None:
    assert next_to(tmp_path / "two", cluster="two", host="shop.example.com") == []
    assert next_to(tmp_path / "other", cluster="one", host="next.example.com") == []
    assert next_to(tmp_path / "same", cluster="one", host="shop.example.com") == [
        Finding(
            check="collisions",
            level=Level.ENFORCE,
            places=(Place("test", "one"),),
            subject="shop.example.com/",
            what="applications 'web' in next and 'web' in test both want this address",
            accepted="one application for each host and path",
            remedy="Give one of them another host or path",
        )
    ]


def test_an_environment_is_held_against_all_others_on_its_clusters(tmp_path: Path) -> None:
    next_to(tmp_path, cluster="one", host="shop.example.com")
    loaded = loading(tmp_path)

    for name, other in (("test", "next"), ("next", "test")):
        [finding] = all_findings(loaded, {name: plan(loaded.fleet, name)})

        assert finding.where == f"{name}/one: shop.example.com/"
        assert f"'web' in {other} and" in finding.what


def test_what_is_wrong_beside_the_environments_that_were_asked_for_is_not_said(
    tmp_path: Path,
) -> None:
    """``test`` has two applications for one address, and ``next`` shares its cluster."""
    route = "route: {hosts: [shop.example.com]}"
    write(
        tmp_path,
        Pulumi_dot_next_dot_yaml=STACK.replace("[one, two]", "[one]")
        + "    namespaceSuffix: next\n  gitops:apps: {web: {route: null}, api: {route: null}}\n",
        releases__next_dot_yaml=RELEASES,
    )
    assert len(two_apps(tmp_path, route, route)) == 2
    loaded = loading(tmp_path)

    assert [*all_findings(loaded, {"next": plan(loaded.fleet, "next")})] == []


@pytest.mark.parametrize("server", ["https://one.example.com", "https://ONE.example.com:443/"])
def test_one_cluster_under_two_names_is_found(tmp_path: Path, server: str) -> None:
    clusters = BASE["fleet/clusters.yaml"].replace("https://two.example.com", server)

    assert found(tmp_path, fleet__clusters_dot_yaml=clusters) == [
        Finding(
            check="collisions",
            level=Level.ENFORCE,
            subject="fleet/clusters.yaml: two",
            what="'one' and 'two' have the same server, so they are one cluster",
            accepted="one name for each cluster",
            remedy="Correct 'server', or keep one of the two; environments that share a cluster "
            "name it both, and one of them has a namespaceSuffix",
        )
    ]


def test_clusters_that_each_call_themselves_by_the_name_inside_are_different(
    tmp_path: Path,
) -> None:
    inside = "https://kubernetes.default.svc"
    clusters = BASE["fleet/clusters.yaml"]
    for name in ("one", "two"):
        clusters = clusters.replace(f"https://{name}.example.com", inside)

    assert found(tmp_path, fleet__clusters_dot_yaml=clusters) == []


def dashed(root: Path, delivery: str) -> list[Finding]:
    """Return what is found where application and cluster share their dashes."""
    clusters = BASE["fleet/clusters.yaml"].replace("two:", "one-more:")
    app = APP.replace("name: web", "name: more-web")
    return found(
        root,
        fleet__clusters_dot_yaml=clusters,
        fleet__apps__more_dash_web_dot_yaml=app,
        Pulumi_dot_test_dot_yaml=STACK.replace("argocd", delivery).replace("two", "one-more"),
        releases__test_dot_yaml=f"releases: {{web: {EXACT}, more-web: {EXACT}}}\n",
    )


def test_two_argo_cd_applications_of_one_name_are_found(tmp_path: Path) -> None:
    assert dashed(tmp_path, "argocd") == [
        Finding(
            check="collisions",
            level=Level.ENFORCE,
            places=(Place("test"),),
            subject="Application test-one-more-web",
            what="'test/one/more-web' and 'test/one-more/web' get the same name in the Argo CD on one",
            accepted="names that differ once environment, cluster and app are joined",
            remedy="Rename the application, the cluster or the environment",
        )
    ]


def test_an_argo_cd_on_each_cluster_has_names_of_its_own(tmp_path: Path) -> None:
    assert dashed(tmp_path, "argocd\n    topology: perCluster") == []


@pytest.mark.parametrize(
    ("clusters", "wheres"),
    [("[one]", ["test-a: Application test-a-one-web"]), ("[two, one]", [])],
)
def test_environments_that_share_an_argo_cd_share_its_names(
    tmp_path: Path, clusters: str, wheres: list[str]
) -> None:
    """``test`` on cluster ``a-one`` and ``test-a`` on ``one`` make the same Application."""
    known = BASE["fleet/clusters.yaml"]
    known += known.partition("two:")[0].replace("one", "a-one")
    stack = f"{STACK.replace('two', 'a-one')}    namespaceSuffix: test\n"

    findings = found(
        tmp_path,
        fleet__clusters_dot_yaml=known,
        Pulumi_dot_test_dot_yaml=stack,
        Pulumi_dot_test_dash_a_dot_yaml=STACK.replace("[one, two]", clusters),
        releases__test_dash_a_dot_yaml=BASE["releases/test.yaml"],
    )

    assert [each.where for each in findings] == wheres


@pytest.mark.parametrize("delivery", ["flux", "direct"])
def test_only_argo_cd_joins_those_names(tmp_path: Path, delivery: str) -> None:
    assert dashed(tmp_path, delivery) == []


def long_team(root: Path, length: int, delivery: str) -> list[Finding]:
    name = "a" * length
    return found(
        root,
        fleet__teams_dot_yaml=f"{BASE['fleet/teams.yaml']}{name}: {{contact: a}}\n",
        Pulumi_dot_test_dot_yaml=STACK.replace("argocd", delivery),
    )


def test_a_kustomization_whose_name_is_too_long_for_a_label_is_found(tmp_path: Path) -> None:
    fits = 63 - len("test-") - len("-tests")
    name = f"test-{'a' * (fits + 1)}-tests"

    assert long_team(tmp_path / "fits", fits, "flux") == []
    assert long_team(tmp_path / "argo", fits + 1, "argocd") == []
    assert long_team(tmp_path / "long", fits + 1, "flux") == [
        Finding(
            check="collisions",
            level=Level.ENFORCE,
            places=(Place("test"),),
            subject=f"Kustomization {name}",
            what="the name has 64 characters, and Flux makes it a label",
            accepted="at most 63",
            remedy="Shorten the team's or the environment's name",
        )
    ]
