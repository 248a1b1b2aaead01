"""Where each program of the platform is published, and what its project recommends."""

from collections.abc import Mapping
from dataclasses import dataclass

from gitops.model import (
    ArgoCd,
    Component,
    ComponentName,
    Flux,
    Installed,
    Movable,
)
from gitops.model.platform import FluxController

_RAW = "https://raw.githubusercontent.com"
_HUB = "https://github.com"


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One program, as its project publishes it."""

    source: str
    """URL of a file of its release manifest, with ``{version}`` and ``{file}``."""
    namespace: str
    """Namespace that it expects; release manifests may leave it out."""
    files: tuple[str, ...] = ("install.yaml",)
    registry: str = ""
    """Registry of images that the manifest names without one; Docker Hub's when empty."""


CATALOGUE: Mapping[ComponentName, Entry] = {
    ComponentName.ARGO_CD: Entry(
        source=f"{_RAW}/argoproj/argo-cd/{{version}}/manifests/{{file}}",
        namespace="argocd",
    ),
    # The manifests of the Flux project by controller: the release itself has only all in one.
    ComponentName.FLUX: Entry(
        source=f"{_RAW}/controlplaneio-fluxcd/flux-operator/main/config/data/flux/{{version}}/{{file}}",
        namespace="flux-system",
        registry="ghcr.io",
    ),
    ComponentName.ARGO_ROLLOUTS: Entry(
        source=f"{_RAW}/argoproj/argo-rollouts/{{version}}/manifests/{{file}}",
        namespace="argo-rollouts",
    ),
    ComponentName.SEALED_SECRETS: Entry(
        source=f"{_HUB}/bitnami-labs/sealed-secrets/releases/download/{{version}}/{{file}}",
        namespace="kube-system",
        files=("controller.yaml",),
    ),
    ComponentName.EXTERNAL_SECRETS: Entry(
        source=f"{_HUB}/external-secrets/external-secrets/releases/download/{{version}}/{{file}}",
        namespace="external-secrets",
        files=("external-secrets.yaml",),
    ),
    ComponentName.KYVERNO: Entry(
        source=f"{_HUB}/kyverno/kyverno/releases/download/{{version}}/{{file}}",
        namespace="kyverno",
    ),
    ComponentName.GATEKEEPER: Entry(
        source=f"{_RAW}/open-policy-agent/gatekeeper/{{version}}/deploy/{{file}}",
        namespace="gatekeeper-system",
        files=("gatekeeper.yaml",),
    ),
}


def files(name: ComponentName, settings: Installed) -> tuple[str, ...]:
    """Return the files of the release manifest of *name* that *settings* need, in order."""
    if isinstance(settings, ArgoCd) and settings.high_availability:
        return ("ha/install.yaml",)
    if isinstance(settings, Flux):
        parts = [f"{each.value}.yaml" for each in settings.controllers]
        return ("rbac.yaml", "policies.yaml", *parts)
    return CATALOGUE[name].files


def every_file(name: ComponentName) -> tuple[str, ...]:
    """Return every file of the release manifest of *name* that some settings need."""
    if name is ComponentName.ARGO_CD:
        return (*files(name, ArgoCd()), *files(name, ArgoCd(high_availability=True)))
    if name is ComponentName.FLUX:
        return files(name, Flux(controllers=tuple(FluxController)))
    return CATALOGUE[name].files


def namespace(name: ComponentName, settings: Installed) -> str:
    """Return the namespace of *name*."""
    own = settings.namespace if isinstance(settings, Movable) else None
    return own or CATALOGUE[name].namespace


def url(name: ComponentName, component: Component, file: str) -> str:
    """Return where *file* of the release manifest is published."""
    source = component.source or CATALOGUE[name].source
    return source.replace("{version}", component.version).replace("{file}", file)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """One file of a release manifest."""

    name: ComponentName
    component: Component
    file: str

    @property
    def url(self) -> str:
        """Where its project publishes it."""
        return url(self.name, self.component, self.file)

    @property
    def sha256(self) -> str:
        """Digest that is pinned."""
        return self.component.sha256[self.file]

    @property
    def place(self) -> str:
        """Path under a mirror: host and path of the URL."""
        return self.url.removeprefix("https://")

    @property
    def program(self) -> str:
        """Program and version."""
        return f"{self.name.value} {self.component.version}"

    def __str__(self) -> str:
        """Return program, version and file."""
        return f"{self.program} ({self.file})"


def unpinned(
    name: ComponentName, settings: Installed, component: Component | None
) -> tuple[str, ...]:
    """Return the files of *name* that are needed and have no digest."""
    return tuple(
        each for each in files(name, settings) if component is None or each not in component.sha256
    )
