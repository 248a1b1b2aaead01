"""Roots of the GitOps engine on one cluster."""

from collections.abc import Sequence
from dataclasses import dataclass

from pulumi import ComponentResource, Resource, ResourceOptions

from components.objects import register_all
from gitops.objects import Manifest

_FIRST = frozenset({"AppProject", "GitRepository"})
"""Kinds that the others name: an engine answers an unknown project or source with an error."""


@dataclass(frozen=True, kw_only=True)
class DeliveryArgs:
    """What the engine of one cluster is told to deliver."""

    manifests: Sequence[Manifest]
    """AppProjects and ApplicationSets, or a GitRepository and its Kustomizations."""
    protect: bool
    """Whether Pulumi refuses to delete a root, and with it what the engine delivers."""


class Delivery(ComponentResource):
    """Fences first, then what fills them; the engine owns everything below."""

    def __init__(self, name: str, args: DeliveryArgs, opts: ResourceOptions | None = None) -> None:
        """Register the fences, then the roots."""
        super().__init__("gitops:index:Delivery", name, None, opts)
        first = [each for each in args.manifests if each["kind"] in _FIRST]
        then = [each for each in args.manifests if each["kind"] not in _FIRST]
        protected = {each["kind"]: args.protect for each in args.manifests}
        fences = register_all(self, name, first, protected=protected)
        roots = register_all(self, name, then, protected=protected, depends_on=fences)
        self.roots: list[Resource] = roots
        self.register_outputs({"roots": [each["metadata"]["name"] for each in then]})
