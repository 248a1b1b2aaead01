"""Everything of one environment on one cluster."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pulumi import ComponentResource, Output, Resource, ResourceOptions

from components.access import Access, AccessArgs, Served, ServedArgs
from components.alerts import Alerts, AlertsArgs
from components.application import Application, ApplicationArgs
from components.delivery import Delivery, DeliveryArgs
from components.platform import Platform, PlatformArgs
from components.tenancy import Tenancy, TenancyArgs
from gitops.plan import ClusterPlan


@dataclass(frozen=True, kw_only=True)
class ClusterArgs:
    """What the core planned for the cluster."""

    plan: ClusterPlan
    """Objects by owner."""
    applications: bool
    """Whether Pulumi applies the applications too, because no engine does."""
    protect: bool
    """Whether Pulumi refuses to delete namespaces, custom kinds and roots."""
    repository: Mapping[str, Output[str]] = field(default_factory=dict[str, Output[str]])
    """How the engine proves to the Git server who it is; nothing where nobody may know it."""


class Cluster(ComponentResource):
    """Namespaces, the platform, the engine's roots and, where no engine is, the applications."""

    def __init__(self, name: str, args: ClusterArgs, opts: ResourceOptions | None = None) -> None:
        """Register namespaces before everything that lies in them, and roots after their engine."""
        super().__init__("gitops:index:Cluster", name, None, opts)
        below = ResourceOptions(parent=self)
        tenancy = TenancyArgs(manifests=args.plan.tenancy, protect=args.protect)
        spaces = Tenancy(f"{name}-tenancy", tenancy, below).namespaces
        self.served = args.plan.platform.served
        """Secrets by which the Argo CD here knows other clusters."""
        self.webhooks: Mapping[str, Output[str]] = {}
        """Secrets of the programs that a Git server calls."""
        self.ready: Sequence[Resource] = ()
        """What is there when the programs of the platform work."""
        if args.plan.platform.programs:
            given = PlatformArgs(planned=args.plan.platform, cluster=name, protect=args.protect)
            # A webhook that is not answered yet may refuse a namespace: all of them come first.
            after = ResourceOptions(parent=self, depends_on=list(spaces.values()))
            platform = Platform(f"{name}-platform", given, after)
            self.webhooks, self.ready = platform.webhooks, platform.ready
        self.access: Output[str] | None = None
        """How the Argo CD of another cluster talks to this one, where there is such a one."""
        if args.plan.platform.access:
            given = AccessArgs(manifests=args.plan.platform.access)
            after = ResourceOptions(parent=self, depends_on=list(spaces.values()))
            self.access = Access(f"{name}-access", given, after).config
        if args.plan.alerts:
            # Rules may lie in the namespace of a team, and their kind may come with a program.
            after = ResourceOptions(parent=self, depends_on=[*spaces.values(), *self.ready])
            Alerts(f"{name}-alerts", AlertsArgs(manifests=args.plan.alerts), after)
        if args.plan.delivery:
            delivery = DeliveryArgs(
                manifests=args.plan.delivery,
                protect=args.protect,
                credentials={
                    key: args.repository[source]
                    for key, source in args.plan.credentials.items()
                    if source in args.repository
                },
            )
            after = ResourceOptions(parent=self, depends_on=[*spaces.values(), *self.ready])
            Delivery(f"{name}-delivery", delivery, after)
        if args.applications:
            for plan in args.plan.applications.values():
                given = ApplicationArgs(objects=plan.objects, tests=plan.tests)
                own = {each["metadata"].get("namespace") for each in (*plan.objects, *plan.tests)}
                needed = [*(spaces[each] for each in spaces if each in own), *self.ready]
                after = ResourceOptions(parent=self, depends_on=needed)
                # As its objects are called, so that another name in the fleet changes nothing here.
                Application(f"{name}-{plan.site.name}", given, after)
        self.register_outputs({"applications": sorted(args.plan.applications)})

    def serve(self, name: str, access: Mapping[str, Output[str]]) -> None:
        """Let the Argo CD here, if there is one, reach the clusters to which it has *access*."""
        if self.served:
            args = ServedArgs(manifests=self.served, config=access)
            after = ResourceOptions(parent=self, depends_on=list(self.ready))
            Served(f"{name}-served", args, after)
