"""Small release manifests, made by hand, and fleets whose mirror is a folder that holds them."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from gitops.model import Component, ComponentName, Fleet, Installed, Mirror, Movable
from gitops.objects import Manifest
from gitops.platform import catalogue
from gitops.platform.fetching import Wanted, fetch, wanted
from gitops.platform.install import Place
from tests.fleets import BASE, loading, write
from tests.sites import FLEET, TEST

VERSION = "v1.2.3"
NAMESPACE = "argo-rollouts"
"""Where the manifests below expect to be."""
_POLICY = "registries: [registry.example.com, quay.io/x, quay.io/argoproj]\n"
_RBAC = "rbac.authorization.k8s.io"


def made(api: str, kind: str, name: str, namespace: str = "", **body: Any) -> Manifest:
    """Return an object as a release has it."""
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **body}


def definition(name: str = "Widget", **schema: Any) -> Manifest:
    """Return a custom kind whose objects have the fields *schema*."""
    word = name.lower()
    spec = {
        "group": "example.org",
        "names": {"kind": name, "plural": f"{word}s"},
        "scope": "Namespaced",
        "versions": [{"name": "v1", "schema": {"openAPIV3Schema": schema or {"type": "object"}}}],
    }
    full = f"{word}s.example.org"
    return made("apiextensions.k8s.io/v1", "CustomResourceDefinition", full, spec=spec)


def deployment(
    name: str = "controller", image: str = "quay.io/x/controller:v1.2.3", **more: Any
) -> Manifest:
    """Return a workload of one container, which *more* is said of."""
    pod = {"containers": [{"name": "it", "image": image, **more}]}
    return made("apps/v1", "Deployment", name, spec={"replicas": 1, "template": {"spec": pod}})


def release(namespace: str = NAMESPACE) -> list[Manifest]:
    """Return a whole release, in no good order, of which half is in a list."""
    account = {"kind": "ServiceAccount", "name": "controller", "namespace": namespace}
    role = {"apiGroup": _RBAC, "kind": "ClusterRole", "name": "controller"}
    hook = {"name": "a.example.org", "clientConfig": {"service": {"namespace": namespace}}}
    api = "admissionregistration.k8s.io/v1"
    items = [
        made("v1", "ConfigMap", "settings", data={"level": "info"}),
        made(
            f"{_RBAC}/v1",
            "ClusterRoleBinding",
            "controller",
            roleRef=role,
            subjects=[account],
        ),
    ]
    return [
        made(api, "ValidatingWebhookConfiguration", "controller", webhooks=[hook]),
        deployment(),
        made("v1", "Secret", "keys", data=None, type="Opaque"),
        made("v1", "ServiceAccount", "controller"),
        made(f"{_RBAC}/v1", "Role", "controller", namespace, rules=[]),
        {"apiVersion": "v1", "kind": "List", "items": items},
        definition(),
    ]


def argo_cd() -> list[Manifest]:
    """Return what of Argo CD the fleet has a say in."""
    names = ("argocd-cm", "argocd-cmd-params-cm", "argocd-rbac-cm", "argocd-notifications-cm")
    return [
        definition("Application"),
        *(made("v1", "ConfigMap", each) for each in names),
        made("v1", "Secret", "argocd-secret", type="Opaque"),
        deployment("argocd-server", "quay.io/argoproj/argocd:v1.2.3"),
    ]


def place(
    name: ComponentName = ComponentName.ARGO_ROLLOUTS,
    settings: Installed | None = None,
    mirror: str | None = None,
) -> Place:
    """Return where the program *name* is installed as *settings* say; images are in *mirror*."""
    return Place(
        fleet=replace(FLEET, mirror=Mirror(images=mirror)),
        environment=TEST,
        name=name,
        component=Component(version=VERSION),
        settings=settings or Movable(),
    )


def text(manifests: Iterable[Manifest]) -> bytes:
    """Return *manifests* as one file."""
    return yaml.safe_dump_all(manifests, sort_keys=False).encode()


def digest(content: bytes) -> str:
    """Return the digest of *content* as ``fleet/versions.yaml`` has it."""
    return hashlib.sha256(content).hexdigest()


def publish(
    root: Path, name: str, content: bytes, *, version: str = VERSION, folder: str = "mirror"
) -> dict[str, str]:
    """Put the program *name* into the mirror in *root*, and return the digest of each file.

    Every file of it is *content*, and says which one it is.
    """
    program, component = ComponentName(name), Component(version=version)
    digests: dict[str, str] = {}
    for file in catalogue.every_file(program):
        place = root / folder / Wanted(name=program, component=component, file=file).place
        place.parent.mkdir(parents=True, exist_ok=True)
        own = content + f"# {file}\n".encode()
        place.write_bytes(own)
        digests[file] = digest(own)
    return digests


def versions(pinned: Mapping[str, Mapping[str, str]], version: str = VERSION) -> str:
    """Return ``fleet/versions.yaml`` with the digests *pinned*."""
    return "".join(
        f"{name}: {{version: {version}, sha256: {json.dumps(each)}}}\n"
        for name, each in pinned.items()
    )


def environment(platform: str, **more: str) -> str:
    """Return a stack file that installs *platform*; *more* replaces what else it says."""
    given = {"delivery": "argocd", "clusters": "[one, two]", "domains": "[example.com]", **more}
    lines = "".join(f"    {key}: {each}\n" for key, each in given.items())
    return f"config:\n  gitops:environment:\n{lines}    platform: {platform}\n"


def head(mirror: str = "{manifests: mirror}") -> str:
    """Return ``fleet/fleet.yaml`` of a fleet that has everything from *mirror*."""
    repository = "{url: https://git.example.com/rendered.git}"
    return f"name: test\ndomain: example.com\nrepository: {repository}\nmirror: {mirror}\n"


def installing(
    root: Path,
    platform: str = "{argo-rollouts: {}}",
    programs: Mapping[str, Sequence[Manifest] | bytes] | None = None,
    *,
    mirror: str = "{manifests: mirror}",
    **files: str,
) -> Path:
    """Write into *root* a fleet whose environment ``test`` installs *platform*.

    Its *programs*, the ones above where none are given, are in the mirror and pinned.
    """
    given = programs or {"argo-rollouts": release(), "argo-cd": argo_cd()}
    pinned = {
        name: publish(root, name, each if isinstance(each, bytes) else text(each))
        for name, each in given.items()
    }
    return write(
        root,
        **{
            "fleet__fleet_dot_yaml": head(mirror),
            "fleet__policy_dot_yaml": _POLICY,
            "fleet__versions_dot_yaml": versions(pinned),
            "Pulumi_dot_test_dot_yaml": environment(platform),
            **files,
        },
    )


def another(root: Path, platform: str, more: str = "") -> None:
    """Write into *root* a second environment, ``other``, on the same clusters; *more* is said of it."""
    stack = environment(platform, namespaceSuffix="other")
    (root / "Pulumi.other.yaml").write_text(stack + more)
    (root / "releases/other.yaml").write_text(BASE["releases/test.yaml"])


def fetched(root: Path) -> Fleet:
    """Return the fleet in *root*, everything it installs fetched."""
    fleet = loading(root).fleet
    for each in wanted(fleet, fleet.stacks):
        fetch(each, fleet.mirror, root)
    return fleet
