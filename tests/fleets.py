"""Small fleets in temporary directories, written as people write them."""

import hashlib
from pathlib import Path
from textwrap import dedent

from gitops.errors import InputError
from gitops.model import Fleet
from gitops.plan import StackPlan, plan
from gitops.settings import Loaded, load
from gitops.source.files import WorkTree

DIGEST = f"sha256:{hashlib.sha256(b'web').hexdigest()}"
EXACT = f"{{tag: '1', digest: '{DIGEST}'}}"
"""A release of an image."""

_TEXTS = {
    "fleet/fleet.yaml": """
        name: test
        domain: example.com
        repository: {url: https://git.example.com/rendered.git}
    """,
    "fleet/clusters.yaml": """
        one:
          server: https://one.example.com
          kubernetes: "1.34"
          ingress: {className: nginx, namespace: ingress-nginx}
        two:
          server: https://two.example.com
          kubernetes: "1.34"
          gateway: {name: public, namespace: gateways}
    """,
    "fleet/teams.yaml": """
        shop: {contact: shop@example.com}
    """,
    "fleet/policy.yaml": """
        registries: [registry.example.com]
    """,
    "fleet/versions.yaml": """
        argo-cd: {version: v3.3.3}
    """,
    "fleet/apps/web.yaml": """
        name: web
        kind: service
        team: shop
        image: registry.example.com/shop/web
        ports: {http: 8080}
        resources:
          requests: {cpu: 100m, memory: 64Mi}
          limits: {memory: 128Mi}
    """,
    "Pulumi.test.yaml": """
        config:
          gitops:environment:
            delivery: argocd
            clusters: [one, two]
            domains: [example.com]
    """,
    "releases/test.yaml": f"""
        releases:
          web: {{tag: 1.0.0, digest: "{DIGEST}"}}
    """,
}

BASE = {path: f"{dedent(text).strip()}\n" for path, text in _TEXTS.items()}


def write(root: Path, **files: str | bytes | None) -> Path:
    """Write the base fleet into *root*, with *files* instead of some of it.

    A name is a path in which ``__`` stands for ``/`` and ``_dot_`` for ``.``; None leaves a file out.
    """
    given = {
        name.replace("__", "/").replace("_dot_", ".").replace("_dash_", "-"): text
        for name, text in files.items()
    }
    for path, text in {**BASE, **given}.items():
        if text is None:
            continue
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else dedent(text).lstrip("\n").encode())
    return root


def loading(root: Path) -> Loaded:
    """Load the fleet in *root*."""
    return load(WorkTree(root))


def problems(root: Path) -> list[str]:
    """Return what is wrong with the fleet in *root*, a line each."""
    try:
        loading(root)
    except InputError as error:
        return [str(each) for each in error.problems]
    return []


def planned(fleet: Fleet) -> dict[str, StackPlan]:
    """Return the plan of every environment of *fleet*."""
    return {name: plan(fleet, name) for name in fleet.stacks}
