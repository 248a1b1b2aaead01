"""Namespaces of the teams on one cluster."""

from collections.abc import Sequence
from dataclasses import dataclass

from pulumi import ComponentResource, Resource, ResourceOptions

from components.objects import register_all
from gitops.objects import Manifest


@dataclass(frozen=True, kw_only=True)
class TenancyArgs:
    """Which namespaces there are, and what is in each before any application is."""

    manifests: Sequence[Manifest]
    """Namespaces, each before what lies in it."""
    protect: bool
    """Whether Pulumi refuses to delete a Namespace, and with it all that runs there."""


class Tenancy(ComponentResource):
    """Namespaces with their quotas, defaults and closed doors."""

    def __init__(self, name: str, args: TenancyArgs, opts: ResourceOptions | None = None) -> None:
        """Register the namespaces first, then what lies in each, after it alone."""
        super().__init__("gitops:index:Tenancy", name, None, opts)
        spaces = [each for each in args.manifests if each["kind"] == "Namespace"]
        inside = [each for each in args.manifests if each["kind"] != "Namespace"]
        made = register_all(self, name, spaces, protected={"Namespace": args.protect})
        names = [each["metadata"]["name"] for each in spaces]
        self.namespaces: dict[str, Resource] = dict(zip(names, made, strict=True))
        for each in inside:
            space = self.namespaces[each["metadata"]["namespace"]]
            register_all(self, name, [each], depends_on=[space])
        self.register_outputs({"namespaces": names})
