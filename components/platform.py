"""The platform's own programs on one cluster."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pulumi import ComponentResource, Output, Resource, ResourceOptions
from pulumi_random import RandomPassword

from components.objects import filled, register_all
from gitops.objects import Manifest
from gitops.plan import Platform as PlannedPlatform
from gitops.plan import Program as PlannedProgram

_LETTERS = 40
"""Letters and digits of a secret that is made: more than 200 bits."""


@dataclass(frozen=True, kw_only=True)
class DefinitionsArgs:
    """Which custom kinds there are."""

    manifests: Sequence[Manifest]
    """CustomResourceDefinitions."""
    protect: bool
    """Whether Pulumi refuses to delete one, and with it every object of its kind."""


class Definitions(ComponentResource):
    """Custom kinds, each ready to be used when it is made."""

    def __init__(
        self, name: str, args: DefinitionsArgs, opts: ResourceOptions | None = None
    ) -> None:
        """Register the kinds."""
        super().__init__("gitops:index:Definitions", name, None, opts)
        protected = {"CustomResourceDefinition": args.protect}
        self.made = register_all(self, name, args.manifests, protected=protected)
        self.register_outputs({"kinds": len(args.manifests)})


@dataclass(frozen=True, kw_only=True)
class ProgramArgs:
    """What the core planned for one program."""

    planned: PlannedProgram
    """Its objects."""
    protect: bool
    """Whether Pulumi refuses to delete its custom kinds."""
    secrets: Mapping[str, Mapping[str, Output[str]]] = field(
        default_factory=dict[str, Mapping[str, Output[str]]]
    )
    """What Secrets hold that Pulumi fills: values by key, by name of the Secret."""


class Program(ComponentResource):
    """One program: its custom kinds, what its pods need, then the pods and what finds them."""

    def __init__(self, name: str, args: ProgramArgs, opts: ResourceOptions | None = None) -> None:
        """Register each stage after the one before."""
        super().__init__("gitops:index:Program", name, None, opts)
        self.ready: Sequence[Resource] = ()
        """What is there last: whoever needs the program comes after it."""
        if args.planned.definitions:
            kinds = DefinitionsArgs(manifests=args.planned.definitions, protect=args.protect)
            self.ready = Definitions(
                f"{name}-definitions", kinds, ResourceOptions(parent=self)
            ).made
        for stage in args.planned.stages:
            filled = [_filled(each, args.secrets) for each in stage]
            self.ready = register_all(self, name, filled, depends_on=self.ready)
        self.register_outputs({"version": args.planned.version})


@dataclass(frozen=True, kw_only=True)
class PlatformArgs:
    """What the core planned for the platform of one cluster."""

    planned: PlannedPlatform
    """Namespaces and programs."""
    cluster: str
    """Begins the names of the programs."""
    protect: bool
    """Whether Pulumi refuses to delete namespaces and custom kinds."""


class Platform(ComponentResource):
    """The programs of the platform, each in its namespace."""

    def __init__(self, name: str, args: PlatformArgs, opts: ResourceOptions | None = None) -> None:
        """Register the namespaces, each once, then the programs after them."""
        super().__init__("gitops:index:Platform", name, None, opts)
        protected = {"Namespace": args.protect}
        spaces = register_all(self, name, args.planned.namespaces, protected=protected)
        self.ready: list[Resource] = []
        """What is there when all programs work."""
        self.webhooks: dict[str, Output[str]] = {}
        """Secrets of the programs that a Git server calls."""
        for each in args.planned.programs:
            full = f"{args.cluster}-{each.name.value}"
            secrets: dict[str, dict[str, Output[str]]] = {}
            if each.webhook:
                password = RandomPassword(
                    f"{full}-webhook",
                    length=_LETTERS,
                    special=False,
                    opts=ResourceOptions(parent=self),
                )
                self.webhooks[full] = password.result
                secrets[each.webhook.name] = {each.webhook.key: password.result}
            given = ProgramArgs(planned=each, protect=args.protect, secrets=secrets)
            program = Program(full, given, ResourceOptions(parent=self, depends_on=spaces))
            self.ready += program.ready
        self.register_outputs({"programs": [each.name.value for each in args.planned.programs]})


def _filled(manifest: Manifest, secrets: Mapping[str, Mapping[str, Output[str]]]) -> Manifest:
    """Return *manifest* with what Pulumi has made for it."""
    if manifest["kind"] != "Secret":
        return manifest
    return filled(manifest, secrets.get(manifest["metadata"]["name"], {}))
