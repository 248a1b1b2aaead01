"""Traffic: Ingress, HTTPRoute and NetworkPolicy.

Source: https://kubernetes.io/docs/concepts/services-networking/network-policies/ and
https://gateway-api.sigs.k8s.io/reference/spec/
"""

from collections.abc import Sequence
from typing import Any

from gitops.manifests.batch import test_name
from gitops.manifests.site import Site, selector
from gitops.model import Application, RouteKind, Service, Workload
from gitops.model.parts import Network, Peer, Route
from gitops.objects import Manifest

_DNS = {
    "to": [
        {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
            "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
        }
    ],
    "ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}],
}


def route(site: Site, app: Service, given: Route) -> Manifest:
    """Return the Ingress or the HTTPRoute of *app*."""
    return (_http_route if given.kind is RouteKind.GATEWAY else _ingress)(site, app, given)


def _ingress(site: Site, app: Service, given: Route) -> Manifest:
    backend = {"service": {"name": site.name, "port": {"name": _port(app, given)}}}
    paths = [{"path": path, "pathType": "Prefix", "backend": backend} for path in given.paths]
    spec: dict[str, Any] = {
        "rules": [{"host": host, "http": {"paths": paths}} for host in given.hosts]
    }
    if site.cluster.ingress is not None:
        spec["ingressClassName"] = site.cluster.ingress.class_name
    if given.tls:
        spec["tls"] = [{"hosts": list(given.hosts), "secretName": f"{site.name}-tls"}]
    return site.manifest("networking.k8s.io/v1", "Ingress", spec=spec)


def _http_route(site: Site, app: Service, given: Route) -> Manifest:
    matches = [{"path": {"type": "PathPrefix", "value": path}} for path in given.paths]
    backend = {"name": site.name, "port": app.ports[_port(app, given)]}
    spec: dict[str, Any] = {
        "hostnames": list(given.hosts),
        "rules": [{"matches": matches, "backendRefs": [backend]}],
    }
    if (gateway := site.cluster.gateway) is not None:
        spec["parentRefs"] = [{"name": gateway.name, "namespace": gateway.namespace}]
    return site.manifest("gateway.networking.k8s.io/v1", "HTTPRoute", spec=spec)


def _port(app: Service, given: Route) -> str:
    return given.port or next(iter(app.ports))


def network_policy(site: Site, app: Workload) -> Manifest:
    """Return the NetworkPolicy that allows *app* its declared peers, its route and DNS."""
    own: dict[str, int] = dict(getattr(app, "ports", {}))
    ingress = [_rule(site, "from", peer, tuple(own.values())) for peer in app.network.ingress]
    if isinstance(app, Service) and app.route is not None:
        ingress.append(_from_outside(site, app, app.route))
    if app.integration_test is not None and own:
        tester = {"podSelector": {"matchLabels": selector(test_name(site.name))}}
        ingress.append({"from": [tester], "ports": _ports(tuple(own.values()))})
    return _policy(site, site.name, site.selector, ingress, _egress(site, app.network))


def test_policy(site: Site, app: Workload) -> Manifest:
    """Return the NetworkPolicy of the integration test: the application itself, and HTTPS."""
    own: dict[str, int] = dict(getattr(app, "ports", {}))
    tested = {
        "to": [{"podSelector": {"matchLabels": dict(site.selector)}}],
        "ports": _ports(own.values()),
    }
    https = {"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}], "ports": _ports((443,))}
    # Without a port there is nothing to call; a rule with no ports would open all of them.
    egress = [_DNS, *([tested] if own else []), https]
    name = test_name(site.name)
    return _policy(site, name, selector(name), [], egress)


def chart_policy(site: Site, app: Application, network: Network | None) -> Manifest:
    """Return the NetworkPolicy of a chart's pods, found by the label that Helm charts share."""
    found = {"app.kubernetes.io/instance": site.name}
    if network is None:
        return _policy(site, site.name, found, [{}], [{}])
    ingress = [_rule(site, "from", peer, ()) for peer in network.ingress]
    return _policy(site, site.name, found, ingress, _egress(site, network))


def _policy(
    site: Site,
    name: str,
    pods: dict[str, str],
    ingress: Sequence[dict[str, Any]],
    egress: Sequence[dict[str, Any]],
) -> Manifest:
    return site.manifest(
        "networking.k8s.io/v1",
        "NetworkPolicy",
        name,
        spec={
            "podSelector": {"matchLabels": dict(pods)},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": list(ingress),
            "egress": list(egress),
        },
    )


def _egress(site: Site, network: Network) -> list[dict[str, Any]]:
    return [_DNS, *(_rule(site, "to", peer, ()) for peer in network.egress)]


def _rule(site: Site, side: str, peer: Peer, default: tuple[int, ...]) -> dict[str, Any]:
    neighbour = site.neighbours.get(peer.app or "")
    theirs = neighbour.ports if neighbour and side == "to" else ()
    ports = _ports(peer.ports or theirs or default)
    return {side: [_peer(site, peer)], **({"ports": ports} if ports else {})}


def _peer(site: Site, peer: Peer) -> dict[str, Any]:
    if peer.cidr is not None:
        return {"ipBlock": {"cidr": peer.cidr}}
    neighbour = site.neighbours.get(peer.app or "")
    namespace = neighbour.namespace if neighbour else peer.namespace or site.namespace
    found: dict[str, Any] = {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}}
    }
    if peer.app is not None:
        called = neighbour.name if neighbour else peer.app
        found["podSelector"] = {"matchLabels": selector(called)}
    return found


def _from_outside(site: Site, app: Service, given: Route) -> dict[str, Any]:
    cluster = site.cluster
    served = cluster.gateway if given.kind is RouteKind.GATEWAY else cluster.ingress
    namespace = served.namespace if served else site.namespace
    labels = {"kubernetes.io/metadata.name": namespace}
    return {
        "from": [{"namespaceSelector": {"matchLabels": labels}}],
        "ports": _ports((app.ports[_port(app, given)],)),
    }


def _ports(numbers: Any) -> list[dict[str, Any]]:
    return [{"port": number, "protocol": "TCP"} for number in numbers]
