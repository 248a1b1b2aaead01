"""How an Argo CD reaches the clusters that it serves beside its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pulumi import ComponentResource, Output, ResourceOptions

from components.objects import register_all
from gitops.manifests.argocd import credentials
from gitops.objects import Manifest


@dataclass(frozen=True, kw_only=True)
class AccessArgs:
    """What lets the Argo CD of another cluster in."""

    manifests: Sequence[Manifest]
    """An account, its rights, and last the Secret with its token."""


class Access(ComponentResource):
    """An account of the Argo CD of another cluster."""

    def __init__(self, name: str, args: AccessArgs, opts: ResourceOptions | None = None) -> None:
        """Register the account and its rights, then its token."""
        super().__init__("gitops:index:Access", name, None, opts)
        *rights, token = args.manifests
        made = register_all(self, name, rights)
        # The API server fills it; to name the property is to read it.
        [secret] = register_all(self, name, [{**token, "data": None}], depends_on=made)
        data: Output[Any] = Output.secret(getattr(secret, "data"))  # noqa: B009  # not declared
        self.config = data.apply(lambda found: credentials(found["token"], found["ca.crt"]))
        """How the account talks to the cluster."""
        self.register_outputs({"account": rights[0]["metadata"]["name"]})


@dataclass(frozen=True, kw_only=True)
class ServedArgs:
    """Which clusters an Argo CD serves beside its own."""

    manifests: Mapping[str, Manifest]
    """By cluster, the Secret that names it."""
    config: Mapping[str, Output[str]]
    """By cluster, how Argo CD talks to it."""


class Served(ComponentResource):
    """Secrets by which an Argo CD knows the clusters that it serves."""

    def __init__(self, name: str, args: ServedArgs, opts: ResourceOptions | None = None) -> None:
        """Register a Secret for each cluster."""
        super().__init__("gitops:index:Served", name, None, opts)
        for cluster, manifest in args.manifests.items():
            data = {**manifest["stringData"], "config": args.config[cluster]}
            register_all(self, name, [{**manifest, "stringData": data}])
        self.register_outputs({"clusters": sorted(args.manifests)})
