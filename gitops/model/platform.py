"""The platform's own programs: which version is pinned, and which of them an environment gets."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from dataclasses import fields as fields_of
from enum import StrEnum
from typing import Any

from pydantic import ConfigDict

from gitops import fields
from gitops.model.parts import SHAPE, Resources

_KEBAB = ConfigDict(extra="forbid", alias_generator=lambda name: name.replace("_", "-"))
"""Keys that are names of programs are written as their projects write them."""


class ComponentName(StrEnum):
    """A program of the platform."""

    ARGO_CD = "argo-cd"
    FLUX = "flux"
    ARGO_ROLLOUTS = "argo-rollouts"
    SEALED_SECRETS = "sealed-secrets"
    EXTERNAL_SECRETS = "external-secrets"
    KYVERNO = "kyverno"
    GATEKEEPER = "gatekeeper"


@dataclass(frozen=True, kw_only=True)
class Component:
    """A program of the platform, pinned: its version, and what its release manifest must be."""

    __pydantic_config__ = SHAPE

    version: fields.Version
    """Exact version."""
    sha256: Mapping[fields.RelativePath, fields.Sha256] = field(default_factory=dict[str, str])
    """Digest of each file of the release manifest; `gitops pin` writes them."""
    source: fields.Source | None = None
    """Where the files lie, with {version} and {file}; where the project publishes them if left out."""


@dataclass(frozen=True, kw_only=True)
class Mirror:
    """Where everything of the platform comes from instead of the internet."""

    __pydantic_config__ = SHAPE

    images: fields.Registry | None = None
    """Registry, or path in it, under which images lie: `mirror/quay.io/argoproj/argocd`."""
    manifests: fields.MirrorPlace | None = None
    """https:// URL or folder of the repository under which manifests lie by host and path."""


@dataclass(frozen=True, kw_only=True)
class Installed:
    """A program of the platform in one environment."""

    __pydantic_config__ = SHAPE

    resources: Mapping[fields.Label, Resources] = field(default_factory=dict[str, Resources])
    """What the containers of a workload need, by its name; the release's, or a default, otherwise."""


@dataclass(frozen=True, kw_only=True)
class Movable(Installed):
    """A program of the platform that may lie in any namespace."""

    namespace: fields.Label | None = None
    """Namespace; the one that its project recommends when left out. Several may share one."""


class Webhook(StrEnum):
    """Who tells Argo CD of a new commit."""

    GITHUB = "github"
    GITLAB = "gitlab"
    GOGS = "gogs"
    BITBUCKET_SERVER = "bitbucketserver"


@dataclass(frozen=True, kw_only=True)
class Notifications:
    """Where Argo CD reports deployments."""

    __pydantic_config__ = SHAPE

    slack: fields.Text | None = None
    """Channel; the token is the key `slack-token` of the Secret `argocd-notifications-secret`."""
    webhook: fields.HttpsUrl | None = None
    """URL to which each event is posted as JSON."""


@dataclass(frozen=True, kw_only=True)
class ArgoCd(Installed):
    """Argo CD, where the environment's `topology` has it."""

    high_availability: fields.Bool = False
    """Whether each part has replicas that stand in for each other; needs three nodes."""
    url: fields.HttpsUrl | None = None
    """Address at which people open it."""
    webhook: Webhook | None = None
    """Who tells it of a new commit; the secret is made, and is an output of the stack."""
    notifications: Notifications | None = None
    """Where it reports deployments."""


class FluxController(StrEnum):
    """A part of Flux."""

    SOURCE = "source-controller"
    KUSTOMIZE = "kustomize-controller"
    HELM = "helm-controller"
    NOTIFICATION = "notification-controller"
    IMAGE_REFLECTOR = "image-reflector-controller"
    IMAGE_AUTOMATION = "image-automation-controller"


class FluxWebhook(StrEnum):
    """Who tells Flux of a new commit, of those that prove it; Gitea and Forgejo do as GitHub.

    Source: https://fluxcd.io/flux/components/notification/receivers/#type
    """

    GITHUB = "github"
    GITLAB = "gitlab"
    BITBUCKET = "bitbucket"
    GENERIC_HMAC = "generic-hmac"


@dataclass(frozen=True, kw_only=True)
class Flux(Installed):
    """Flux, on each cluster of the environment."""

    controllers: tuple[FluxController, ...] = (
        FluxController.SOURCE,
        FluxController.KUSTOMIZE,
        FluxController.HELM,
        FluxController.NOTIFICATION,
    )
    """Parts that run."""
    webhook: FluxWebhook | None = None
    """Who tells it of a new commit; the token is made, and is an output of the stack."""


@dataclass(frozen=True, kw_only=True)
class Platform:
    """Programs that Pulumi installs on the clusters of an environment; others bring the rest."""

    __pydantic_config__ = _KEBAB

    argo_cd: ArgoCd | None = None
    """Brings the applications where `delivery` is argocd."""
    flux: Flux | None = None
    """Brings the applications where `delivery` is flux."""
    argo_rollouts: Movable | None = None
    """Carries out canary and blueGreen rollouts."""
    sealed_secrets: Movable | None = None
    """Opens SealedSecrets."""
    external_secrets: Movable | None = None
    """Fetches secrets from a store."""
    kyverno: Installed | None = None
    """Judges objects at admission."""
    gatekeeper: Installed | None = None
    """Judges objects at admission."""

    def installed(self) -> Iterator[tuple[ComponentName, Installed]]:
        """Iterate over what is installed."""
        for each in fields_of(self):
            value: Any = getattr(self, each.name)
            if value is not None:
                yield ComponentName(each.name.replace("_", "-")), value
