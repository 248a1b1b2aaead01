"""What one stack consists of: the model in, one provider and one component for each cluster out."""

from pathlib import Path

import pulumi
import pulumi_kubernetes as k8s

from components import Cluster, ClusterArgs
from gitops import settings
from gitops.model import Delivery
from gitops.plan import plan
from gitops.source.files import WorkTree

config = pulumi.Config("gitops")
fleet = settings.load(WorkTree(Path(__file__).parent)).fleet
# Git holds the truth: what the engine was given must be what the stack's file says.
settings.agree(
    WorkTree(Path(__file__).parent),
    pulumi.get_stack(),
    {key: config.get_object(key) for key in ("environment", "apps", "clusters")},
)
stack = plan(fleet, pulumi.get_stack())
# Only a preview without a network may go on without release manifests, and it says so.
for each in stack.missing() if config.get_bool("offline") else stack.complete():
    pulumi.log.warn(f"{each} was not fetched: its objects are not shown. Run gitops fetch.")
kubeconfigs = config.get_object("kubeconfigs") or {}

clusters: dict[str, Cluster] = {}
for name, each in stack.clusters.items():
    provider = k8s.Provider(
        name,
        # Without one the person's own is used; null would be one in which there is nothing.
        kubeconfig=pulumi.Output.secret(kubeconfigs[name]) if name in kubeconfigs else None,
        context=each.cluster.context or name,
        enable_server_side_apply=True,
        enable_config_map_mutable=True,  # not deleted and made anew, under those who read it
        enable_secret_mutable=True,
    )
    clusters[name] = Cluster(
        name,
        ClusterArgs(
            plan=each,
            applications=stack.environment.delivery is Delivery.DIRECT,
            protect=stack.environment.guarded,
        ),
        pulumi.ResourceOptions(providers=[provider]),
    )
access = {name: each.access for name, each in clusters.items() if each.access is not None}
webhooks: dict[str, pulumi.Output[str]] = {}
for name, each in clusters.items():
    each.serve(name, access)
    webhooks |= each.webhooks

pulumi.export("environment", stack.environment.name)
pulumi.export("delivery", stack.environment.delivery.value)
pulumi.export(
    "clusters", {name: sorted(each.applications) for name, each in stack.clusters.items()}
)
if webhooks:
    pulumi.export("webhooks", pulumi.Output.secret(webhooks))
