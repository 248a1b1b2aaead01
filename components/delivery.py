"""Roots of the GitOps engine on one cluster."""

from collections.abc import Sequence
from dataclasses import dataclass

from pulumi import ComponentResource, ResourceOptions

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
        """Register the fences, then each root after the fence that it names."""
        super().__init__("gitops:index:Delivery", name, None, opts)
        first = [each for each in args.manifests if each["kind"] in _FIRST]
        then = [each for each in args.manifests if each["kind"] not in _FIRST]
        protected = {each["kind"]: args.protect for each in args.manifests}
        made = register_all(self, name, first, protected=protected)
        fences = {each["metadata"]["name"]: own for each, own in zip(first, made, strict=True)}
        for each in then:
            register_all(self, name, [each], protected=protected, depends_on=[fences[_fence(each)]])
        self.register_outputs({"roots": [each["metadata"]["name"] for each in then]})


def _fence(root: Manifest) -> str:
    """Return the name of the AppProject or GitRepository that *root* names."""
    spec = root["spec"]
    if root["kind"] == "ApplicationSet":
        return spec["template"]["spec"]["project"]
    return spec["sourceRef"]["name"]
