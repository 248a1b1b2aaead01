"""A resource monitor that behaves as the engine does in the first preview of an empty stack.

Source: https://github.com/pulumi/pulumi/blob/master/proto/pulumi/resource.proto
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from google.protobuf import empty_pb2
from pulumi.runtime.proto import resource_pb2

from gitops.errors import ProgramError
from recording import values

STACK_TYPE = "pulumi:pulumi:Stack"
_PROVIDER = "pulumi:providers:"
_DEFINITION = ":CustomResourceDefinition"
_UNSUPPORTED = frozenset(
    {
        # Output values would hide in inputs which properties a policy may look at.
        resource_pb2.RESOURCE_MONITOR_FEATURE_OUTPUT_VALUES,
    }
)
_FEATURES = tuple(
    number
    for name, number in resource_pb2.ResourceMonitorFeature.items()
    if number not in _UNSUPPORTED and name != "RESOURCE_MONITOR_FEATURE_UNSPECIFIED"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Resource:
    """One resource as the program asked for it."""

    urn: str
    type: str
    """Type token, e.g. ``kubernetes:core/v1:Namespace``."""
    name: str
    parent: str
    """URN of the parent; the stack's when the program named none, empty for the stack."""
    custom: bool
    """Whether a provider makes it; components are only registered."""
    provider: str
    """URN of the provider, empty for components and providers."""
    dependencies: tuple[str, ...]
    """URNs that must exist first."""
    inputs: Mapping[str, Any]
    """Plain data; ``[secret]`` and ``[known after up]`` stand where nothing may be shown."""
    protect: bool
    version: str
    """Version of the provider's plugin that it asks for."""
    secret_outputs: tuple[str, ...]
    aliases: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Recording:
    """Everything that one run of a program asked for."""

    stack: str
    resources: tuple[Resource, ...]
    """In the order of registration, the stack itself first."""
    outputs: Mapping[str, Any]
    """Exports of the stack; secrets are hidden."""
    warnings: tuple[str, ...]

    def children(self, urn: str) -> list[Resource]:
        """Return the resources right under *urn*, in the order of registration."""
        return [each for each in self.resources if each.parent == urn]


@dataclass(kw_only=True)
class Monitor:
    """Answers a program as ResourceMonitor and Engine do; the method names are the protocol's."""

    project: str
    stack: str
    disabled: frozenset[str] = frozenset()
    """Packages whose default provider is disabled, ``*`` for all."""
    resources: dict[str, Resource] = field(default_factory=dict[str, Resource])
    finished: dict[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    """Outputs of the components that have registered them, by URN."""
    errors: list[str] = field(default_factory=list[str])
    warnings: list[str] = field(default_factory=list[str])
    root: str = ""
    """The root resource as the engine was told, a URN."""

    def recording(self) -> Recording:
        """Return what was recorded.

        Raises:
            ProgramError: the program logged an error, or a component never finished.

        """
        if self.errors:
            raise ProgramError(f"{self.stack}: {'; '.join(self.errors)}")
        components = (each for each in self.resources.values() if not each.custom)
        unfinished = [each.urn for each in components if each.urn not in self.finished]
        if unfinished:
            raise ProgramError(
                f"{self.stack}: register_outputs was never called for {unfinished[0]}. "
                "Call it at the end of the component's constructor."
            )
        return Recording(
            stack=self.stack,
            resources=tuple(self.resources.values()),
            outputs=self.finished.get(self.root, {}),
            warnings=tuple(self.warnings),
        )

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802  # the protocol's name
        """Record a resource, or refuse it for the reasons for which the engine does."""
        if request.type == STACK_TYPE:
            self.root = urn = self._urn("", request.type, request.name)
        else:
            urn = self._urn(request.parent, request.type, request.name)
        self._refuse(urn, request)
        # A program that names no parent gets the stack, when it has been registered already.
        parent = request.parent or ("" if urn == self.root else self.root)
        self.resources[urn] = Resource(
            urn=urn,
            type=request.type,
            name=request.name,
            parent=parent,
            custom=request.custom,
            provider=request.provider.rpartition("::")[0],
            dependencies=tuple(sorted(request.dependencies)),
            inputs=values.properties(request.object),
            protect=request.protect,
            version=request.version,
            secret_outputs=tuple(request.additionalSecretOutputs),
            aliases=tuple(each.urn or each.spec.name for each in request.aliases),
        )
        # A preview does not know the id of what does not exist yet; a provider's id is a mark.
        known = values.UNKNOWN_ID if request.type.startswith(_PROVIDER) else ""
        # A custom kind is half of what a program sends, and no program asks what became of it.
        back = None if request.type.endswith(_DEFINITION) else request.object
        return resource_pb2.RegisterResourceResponse(urn=urn, id=known, object=back)

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802  # the protocol's name
        """Record the outputs of a component or of the stack."""
        if request.urn in self.finished:
            raise ProgramError(f"{request.urn}: register_outputs was called twice.")
        self.finished[request.urn] = values.properties(request.outputs)
        return empty_pb2.Empty()

    def GetDeploymentInfo(self, request: Any) -> Any:  # noqa: N802  # the protocol's name
        """Tell the program what this monitor supports."""
        del request
        return resource_pb2.DeploymentInfo(supportedFeatures=_FEATURES)

    def SupportsFeature(self, request: Any) -> Any:  # noqa: N802  # the protocol's name
        """Tell the program whether this monitor supports one thing; older SDKs ask this way."""
        return resource_pb2.SupportsFeatureResponse(hasSupport=request.id != "outputValues")

    def Invoke(self, request: Any) -> Any:  # noqa: N802  # the protocol's name
        """Refuse a look-up: there is nothing to look things up in."""
        raise ProgramError(
            f"the program calls {request.tok}, which needs a cluster or a network; an offline "
            "preview has neither. Take the value from the model instead."
        )

    Call = Invoke

    def ReadResource(self, request: Any) -> Any:  # noqa: N802  # the protocol's name
        """Refuse to read what exists: offline nothing does."""
        raise ProgramError(
            f"the program reads {request.type} {request.name!r}, which needs a cluster; an "
            "offline preview has none. Declare the object instead of reading it."
        )

    ExistsResource = ReadResource

    def SignalAndWaitForShutdown(self, request: Any) -> Any:  # noqa: N802  # the protocol's name
        """Let the program end."""
        del request
        return empty_pb2.Empty()

    def Log(self, request: Any) -> Any:  # noqa: N802  # the protocol's name
        """Keep what the program says; an error fails the run, as in the engine."""
        if request.severity >= 3:
            self.errors.append(request.message.strip())
        elif request.severity == 2:
            self.warnings.append(request.message.strip())
        return empty_pb2.Empty()

    def GetRootResource(self, request: Any) -> Any:  # noqa: N802  # the protocol's name
        """Return the root resource; the engine's older half of the protocol."""
        del request
        return empty_pb2.Empty()

    def SetRootResource(self, request: Any) -> Any:  # noqa: N802  # the protocol's name
        """Remember the root resource."""
        self.root = request.urn
        return empty_pb2.Empty()

    def _urn(self, parent: str, type_: str, name: str) -> str:
        above = parent.split("::")[2] if parent else ""
        chain = f"{above}${type_}" if above and above != STACK_TYPE else type_
        return f"urn:pulumi:{self.stack}::{self.project}::{chain}::{name}"

    def _refuse(self, urn: str, request: Any) -> None:
        if urn in self.resources:
            raise ProgramError(
                f"Duplicate resource URN '{urn}'; try giving it a unique name. Two resources of "
                "one type and one parent type share a name."
            )
        known = (request.parent, *request.dependencies)
        for each in known:
            if each and each not in self.resources:
                raise ProgramError(f"'{urn}' refers to '{each}', which is not registered.")
        if not request.custom or request.type.startswith(_PROVIDER):
            return
        package = request.type.partition(":")[0]
        if request.provider:
            if request.provider.rpartition("::")[0] not in self.resources:
                raise ProgramError(f"unknown provider '{request.provider}' of '{urn}'.")
        elif self.disabled & {package, "*"}:
            raise ProgramError(
                f"Default provider for '{package}' disabled. '{urn}' must use an explicit "
                "provider. Pass it in opts.providers of its component."
            )
