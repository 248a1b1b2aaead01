"""Makes a fleet of any size from a seed: the same seed, the same bytes."""

import hashlib
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gitops.emit import documents

ENVIRONMENTS = ("development", "staging", "production", "dr")
_DELIVERY = {"development": "argocd", "staging": "flux", "production": "argocd", "dr": "argocd"}
_BEFORE = {"staging": "development", "production": "staging"}
_TEAM_SIZE = 20
"""Applications of one team."""


def generate(
    root: Path,
    applications: int,
    seed: int = 1,
    *,
    development: Mapping[str, Any] | None = None,
    context: str | None = None,
) -> None:
    """Write a fleet with *applications* into *root*: four environments, one cluster each.

    *development* has settings of that environment; its cluster is at *context* of the kubeconfig.
    """
    chance = random.Random(seed)  # noqa: S311  # a benchmark, not a secret
    names = [f"app-{number:04d}" for number in range(applications)]
    teams = {f"team-{number:03d}" for number in range((applications - 1) // _TEAM_SIZE + 1)}
    _write(
        root / "fleet/fleet.yaml",
        {
            "name": "bench",
            "domain": "example.com",
            "repository": {"url": "https://git.example.com/rendered.git"},
        },
    )
    clusters = {each: _cluster(each) for each in ENVIRONMENTS}
    if context:
        clusters["development"]["context"] = context
    _write(root / "fleet/clusters.yaml", clusters)
    _write(root / "fleet/teams.yaml", {each: {"contact": f"{each}@example.com"} for each in teams})
    _write(root / "fleet/policy.yaml", {"registries": ["registry.example.com"]})
    _write(root / "fleet/versions.yaml", {"argo-cd": {"version": "v3.3.3"}})
    for number, name in enumerate(names):
        team = f"team-{number // _TEAM_SIZE:03d}"
        _write(root / f"fleet/apps/{name}.yaml", _application(chance, name, team, names))
    for environment in ENVIRONMENTS:
        stack = _stack(chance, environment, names)
        if environment == "development":
            stack["config"]["gitops:environment"] |= development or {}
        _write(root / f"Pulumi.{environment}.yaml", stack)
        _write(root / f"releases/{environment}.yaml", _releases(environment, names))


def _write(path: Path, value: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(documents([value]), encoding="utf-8")


def _cluster(name: str) -> dict[str, Any]:
    return {
        "server": f"https://{name}.example.com",
        "kubernetes": "1.34",
        "ingress": {"className": "nginx", "namespace": "ingress-nginx"},
    }


def _application(chance: random.Random, name: str, team: str, names: list[str]) -> dict[str, Any]:
    peers = sorted({chance.choice(names) for _ in range(3)} - {name})
    return {
        "name": name,
        "kind": "service",
        "team": team,
        "image": f"registry.example.com/{team}/{name}",
        "ports": {"http": 8080, "metrics": 9090},
        "replicas": 2,
        "resources": {
            "requests": {"cpu": f"{chance.randrange(1, 9)}00m", "memory": "128Mi"},
            "limits": {"memory": f"{chance.randrange(2, 8)}00Mi"},
        },
        "config": {f"SETTING_{index}": f"value {chance.random():.6f}" for index in range(6)},
        "secrets": ["database-credentials"],
        "probes": {"readiness": {"path": "/ready"}, "liveness": {"path": "/live"}},
        "route": {"hosts": [f"{name}.development.example.com"]},
        "network": {"egress": [{"app": peer} for peer in peers]},
    }


def _stack(chance: random.Random, environment: str, names: list[str]) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "delivery": _DELIVERY[environment],
        "clusters": [environment],
        "sync": "automated" if environment == "development" else "manual",
        "domains": [f"{environment}.example.com"],
    }
    if environment in _BEFORE:
        settings["promotesFrom"] = _BEFORE[environment]
    if environment == "dr":
        settings["follows"] = "production"
    apps: dict[str, Any] = {}
    for name in names:
        host = {"route": {"hosts": [f"{name}.{environment}.example.com"]}}
        scaling: dict[str, Any] = {"replicas": chance.randrange(2, 6)}
        if chance.random() < 0.5:
            scaling = {"autoscaling": {"min": 2, "max": 8}}
        apps[name] = host | (scaling if environment != "development" else {})
    return {"config": {"gitops:environment": settings, "gitops:apps": apps}}


def _releases(environment: str, names: list[str]) -> dict[str, Any]:
    return {
        "releases": {
            name: {
                "tag": "1.0.0",
                "digest": f"sha256:{hashlib.sha256(f'{environment}{name}'.encode()).hexdigest()}",
            }
            for name in names
        }
    }
