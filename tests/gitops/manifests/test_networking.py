"""Traffic: what comes in from outside, and who may talk to whom."""

from dataclasses import replace
from typing import Any

import pytest

from gitops.manifests import networking
from gitops.manifests.site import Neighbour
from gitops.model import RouteKind, Workload
from gitops.model.environment import Gateway, IngressController
from gitops.model.parts import IntegrationTest, Network, Peer, Route
from tests.sites import ONE, job, metadata, selector, service, site, stateful, third_party, worker

DNS = {
    "to": [
        {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
            "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
        }
    ],
    "ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}],
}
TESTS = IntegrationTest(image="registry.example.com/shop/tests:1.0.0")
NEIGHBOURS = {
    "api": Neighbour(name="api", namespace="other", ports=(9000, 9001)),
    "queue": Neighbour(name="queue", namespace="shop", ports=()),
}


def tcp(*numbers: int) -> list[dict[str, Any]]:
    return [{"port": number, "protocol": "TCP"} for number in numbers]


def named(namespace: str) -> dict[str, Any]:
    return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}}}


def pods(namespace: str, app: str) -> dict[str, Any]:
    return {**named(namespace), "podSelector": {"matchLabels": selector(app)}}


def policy(app: Workload, **more: Any) -> dict[str, Any]:
    return networking.network_policy(site(app, **more), app)["spec"]


def test_an_ingress_serves_every_path_of_every_host_by_the_first_port() -> None:
    app = service(ports={"http": 8080, "metrics": 9090})
    route = Route(hosts=("a.example.com", "b.example.com"), paths=("/x", "/y"))
    backend = {"service": {"name": "web", "port": {"name": "http"}}}
    http = {
        "paths": [
            {"path": "/x", "pathType": "Prefix", "backend": backend},
            {"path": "/y", "pathType": "Prefix", "backend": backend},
        ]
    }

    assert networking.route(site(app), app, route) == {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": metadata(),
        "spec": {
            "rules": [
                {"host": "a.example.com", "http": http},
                {"host": "b.example.com", "http": http},
            ],
            "ingressClassName": "nginx",
            "tls": [{"hosts": ["a.example.com", "b.example.com"], "secretName": "web-tls"}],
        },
    }


def test_an_ingress_without_tls_asks_for_no_certificate_and_serves_the_named_port() -> None:
    app = service(ports={"http": 8080, "admin": 9090})

    found = networking.route(site(app), app, Route(hosts=("a",), tls=False, port="admin"))

    backend = {"service": {"name": "web", "port": {"name": "admin"}}}
    paths = [{"path": "/", "pathType": "Prefix", "backend": backend}]
    assert found["spec"] == {
        "rules": [{"host": "a", "http": {"paths": paths}}],
        "ingressClassName": "nginx",
    }


@pytest.mark.parametrize(("port", "number"), [(None, 8080), ("admin", 9090)])
def test_a_route_hangs_on_the_gateway_of_its_cluster_and_names_ports_by_number(
    port: str | None, number: int
) -> None:
    app = service(ports={"http": 8080, "admin": 9090})
    route = Route(hosts=("a", "b"), paths=("/x", "/y"), kind=RouteKind.GATEWAY, port=port)

    assert networking.route(site(app), app, route) == {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": metadata(),
        "spec": {
            "hostnames": ["a", "b"],
            "rules": [
                {
                    "matches": [
                        {"path": {"type": "PathPrefix", "value": "/x"}},
                        {"path": {"type": "PathPrefix", "value": "/y"}},
                    ],
                    "backendRefs": [{"name": "web", "port": number}],
                }
            ],
            "parentRefs": [{"name": "public", "namespace": "gateways"}],
        },
    }


@pytest.mark.parametrize("app", [service(), worker(), job(), stateful()], ids=lambda app: app.kind)
def test_an_application_may_ask_dns_and_do_nothing_else_unless_told(app: Workload) -> None:
    assert networking.network_policy(site(app), app) == {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata(app.kind),
        "spec": {
            "podSelector": {"matchLabels": selector()},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [],
            "egress": [DNS],
        },
    }


@pytest.mark.parametrize(
    ("peer", "rule"),
    [
        (Peer(app="api"), {"from": [pods("other", "api")], "ports": tcp(8080)}),
        (Peer(app="api", ports=(1, 2)), {"from": [pods("other", "api")], "ports": tcp(1, 2)}),
        (Peer(app="elsewhere"), {"from": [pods("shop", "elsewhere")], "ports": tcp(8080)}),
        (Peer(namespace="monitoring"), {"from": [named("monitoring")], "ports": tcp(8080)}),
        (
            Peer(cidr="10.0.0.0/8"),
            {"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}], "ports": tcp(8080)},
        ),
    ],
)
def test_who_may_connect_reaches_the_applications_own_ports(
    peer: Peer, rule: dict[str, Any]
) -> None:
    found = policy(service(network=Network(ingress=(peer,))), neighbours=NEIGHBOURS)

    assert (found["ingress"], found["egress"]) == ([rule], [DNS])


@pytest.mark.parametrize(
    ("peer", "rule"),
    [
        (Peer(app="api"), {"to": [pods("other", "api")], "ports": tcp(9000, 9001)}),
        (Peer(app="api", ports=(9000,)), {"to": [pods("other", "api")], "ports": tcp(9000)}),
        (Peer(app="queue"), {"to": [pods("shop", "queue")]}),
        (Peer(namespace="monitoring"), {"to": [named("monitoring")]}),
        (
            Peer(cidr="203.0.113.0/24", ports=(443,)),
            {"to": [{"ipBlock": {"cidr": "203.0.113.0/24"}}], "ports": tcp(443)},
        ),
    ],
)
def test_to_whom_it_may_connect_is_bounded_by_the_ports_of_the_other(
    peer: Peer, rule: dict[str, Any]
) -> None:
    found = policy(service(network=Network(egress=(peer,))), neighbours=NEIGHBOURS)

    assert (found["ingress"], found["egress"]) == ([], [DNS, rule])


@pytest.mark.parametrize(
    ("kind", "namespace"), [(RouteKind.INGRESS, "ingress-nginx"), (RouteKind.GATEWAY, "gateways")]
)
def test_a_route_lets_in_only_what_serves_it_and_only_to_its_port(
    kind: RouteKind, namespace: str
) -> None:
    app = service(
        ports={"http": 8080, "admin": 9090}, route=Route(hosts=("a",), kind=kind, port="admin")
    )
    cluster = replace(
        ONE,
        ingress=IngressController(class_name="nginx", namespace="ingress-nginx"),
        gateway=Gateway(name="public", namespace="gateways"),
    )

    found = policy(app, cluster=cluster)

    assert found["ingress"] == [{"from": [named(namespace)], "ports": tcp(9090)}]


def test_an_application_lets_its_integration_test_in() -> None:
    app = service(ports={"http": 8080, "admin": 9090}, integration_test=TESTS)

    tester = {"podSelector": {"matchLabels": selector("web-integration-test")}}
    assert policy(app)["ingress"] == [{"from": [tester], "ports": tcp(8080, 9090)}]


def test_an_integration_test_reaches_the_application_and_https_and_is_reached_by_nobody() -> None:
    app = service(ports={"http": 8080, "admin": 9090}, integration_test=TESTS)

    assert networking.test_policy(site(app), app) == {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata(name="web-integration-test"),
        "spec": {
            "podSelector": {"matchLabels": selector("web-integration-test")},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [],
            "egress": [
                DNS,
                {
                    "to": [{"podSelector": {"matchLabels": selector()}}],
                    "ports": tcp(8080, 9090),
                },
                {"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}], "ports": tcp(443)},
            ],
        },
    }


@pytest.mark.parametrize("app", [worker(integration_test=TESTS), job(integration_test=TESTS)])
def test_an_integration_test_of_an_application_without_ports_opens_none(app: Workload) -> None:
    ours, tests = networking.network_policy(site(app), app), networking.test_policy(site(app), app)

    assert ours["spec"]["ingress"] == []
    https = {"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}], "ports": tcp(443)}
    assert tests["spec"]["egress"] == [DNS, https]


def test_a_chart_may_talk_to_everybody_until_its_peers_are_declared() -> None:
    app = third_party()

    assert networking.chart_policy(site(app), app, None) == {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata("chart"),
        "spec": {
            "podSelector": {"matchLabels": {"app.kubernetes.io/instance": "web"}},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [{}],
            "egress": [{}],
        },
    }


def test_a_chart_with_declared_peers_talks_to_them_and_to_dns_only() -> None:
    app = third_party()
    network = Network(ingress=(Peer(namespace="monitoring"),), egress=(Peer(app="api"),))

    found = networking.chart_policy(site(app, neighbours=NEIGHBOURS), app, network)

    assert found["spec"] == {
        "podSelector": {"matchLabels": {"app.kubernetes.io/instance": "web"}},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [{"from": [named("monitoring")]}],
        "egress": [DNS, {"to": [pods("other", "api")], "ports": tcp(9000, 9001)}],
    }


def test_a_chart_that_declares_an_empty_network_is_closed() -> None:
    app = third_party()

    found = networking.chart_policy(site(app), app, Network())

    assert (found["spec"]["ingress"], found["spec"]["egress"]) == ([], [DNS])
