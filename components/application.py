"""One application on one cluster, where no GitOps engine delivers it."""

from collections.abc import Sequence
from dataclasses import dataclass

from pulumi import ComponentResource, ResourceOptions

from components.objects import register_all
from gitops.objects import Manifest


@dataclass(frozen=True, kw_only=True)
class ApplicationArgs:
    """What the application consists of."""

    objects: Sequence[Manifest]
    """Everything that runs it."""
    tests: Sequence[Manifest] = ()
    """What tests it, once everything else is there."""


class Application(ComponentResource):
    """The objects of an application, and its tests after them."""

    def __init__(
        self, name: str, args: ApplicationArgs, opts: ResourceOptions | None = None
    ) -> None:
        """Register the objects, then the tests."""
        super().__init__("gitops:index:Application", name, None, opts)
        objects = register_all(self, name, args.objects)
        register_all(self, name, args.tests, depends_on=objects)
        self.register_outputs({"objects": len(args.objects) + len(args.tests)})
