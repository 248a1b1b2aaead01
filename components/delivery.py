"""Roots of the GitOps engine on one cluster."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pulumi import ComponentResource, Output, ResourceOptions

from components.objects import filled, register_all
from gitops.objects import Manifest

_FIRST = frozenset({"AppProject", "GitRepository"})
"""Kinds that the others name: an engine answers an unknown project or source with an error."""
_SECRET = "Secret"  # noqa: S105  # a kind


@dataclass(frozen=True, kw_only=True)
class DeliveryArgs:
    """What the engine of one cluster is told to deliver."""

    manifests: Sequence[Manifest]
    """AppProjects and ApplicationSets, or a GitRepository and its Kustomizations.

    Where the repository needs credentials, the Secret for them, too.
    """
    protect: bool
    """Whether Pulumi refuses to delete a root, and with it what the engine delivers."""
    credentials: Mapping[str, Output[str]] = field(default_factory=dict[str, Output[str]])
    """How the engine proves to the Git server who it is: by key of the Secret."""


class Delivery(ComponentResource):
    """Credentials, fences, then what fills those; the engine owns everything below."""

    def __init__(self, name: str, args: DeliveryArgs, opts: ResourceOptions | None = None) -> None:
        """Register the credentials, the fences, and each root after the fence that it names."""
        super().__init__("gitops:index:Delivery", name, None, opts)
        secrets = [each for each in args.manifests if each["kind"] == _SECRET]
        first = [each for each in args.manifests if each["kind"] in _FIRST]
        then = [each for each in args.manifests if each["kind"] not in {*_FIRST, _SECRET}]
        protected = {each["kind"]: args.protect for each in (*first, *then)}
        known = register_all(self, name, [filled(each, args.credentials) for each in secrets])
        made = register_all(self, name, first, protected=protected, depends_on=known)
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
