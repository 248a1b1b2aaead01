"""Everything of one environment on one cluster."""

from dataclasses import dataclass

from pulumi import ComponentResource, ResourceOptions

from components.application import Application, ApplicationArgs
from components.delivery import Delivery, DeliveryArgs
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
    """Whether Pulumi refuses to delete namespaces and roots."""


class Cluster(ComponentResource):
    """Namespaces, the engine's roots and, where there is no engine, the applications."""

    def __init__(self, name: str, args: ClusterArgs, opts: ResourceOptions | None = None) -> None:
        """Register namespaces before everything that lies in them."""
        super().__init__("gitops:index:Cluster", name, None, opts)
        tenancy = Tenancy(
            f"{name}-tenancy",
            TenancyArgs(manifests=args.plan.tenancy, protect=args.protect),
            ResourceOptions(parent=self),
        )
        spaces = tenancy.namespaces
        if args.plan.delivery:
            delivery = DeliveryArgs(manifests=args.plan.delivery, protect=args.protect)
            after = ResourceOptions(parent=self, depends_on=list(spaces.values()))
            Delivery(f"{name}-delivery", delivery, after)
        if args.applications:
            for app, plan in args.plan.applications.items():
                given = ApplicationArgs(objects=plan.objects, tests=plan.tests)
                own = {each["metadata"].get("namespace") for each in (*plan.objects, *plan.tests)}
                after = ResourceOptions(
                    parent=self, depends_on=[spaces[each] for each in spaces if each in own]
                )
                Application(f"{name}-{app}", given, after)
        self.register_outputs({"applications": sorted(args.plan.applications)})
