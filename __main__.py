"""What one stack consists of: the model in, one provider and one component for each cluster out."""

from pathlib import Path

import pulumi
import pulumi_kubernetes as k8s

from components import Cluster, ClusterArgs
from gitops import settings
from gitops.model import Delivery
from gitops.plan import plan
from gitops.source.files import WorkTree

config, environment = pulumi.Config("gitops"), pulumi.get_stack()
files = WorkTree(Path(__file__).parent)
fleet = settings.load(files).fleet
given = {key: config.get_object(key) for key in ("environment", "apps", "clusters")}
# Git holds the truth: what the engine was given must be what the stack's file says.
settings.agree(files, environment, given)
stack = plan(fleet, environment)
# Only a preview without a network may do without release manifests, and without credentials.
offline = config.get_bool("offline")
known = {} if offline else settings.credentials(fleet, environment, config.get("repository"))
for each in stack.missing() if offline else stack.complete():
    pulumi.log.warn(f"{each} was not fetched: its objects are not shown. Run gitops fetch.")
kubeconfigs: dict[str, str] = config.get_object("kubeconfigs") or {}

clusters: dict[str, Cluster] = {}
for name, each in stack.clusters.items():
    provider = k8s.Provider(
        name,
        # Empty, the person's own is used. Without it the SDK would note their path in the state.
        kubeconfig=pulumi.Output.secret(kubeconfigs[name]) if name in kubeconfigs else "",
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
            repository={key: pulumi.Output.secret(each) for key, each in known.items()},
        ),
        pulumi.ResourceOptions(providers=[provider]),
    )
access = {name: each.access for name, each in clusters.items() if each.access is not None}
webhooks: dict[str, pulumi.Output[str]] = {}
for name, each in clusters.items():
    each.serve(name, access)
    webhooks |= each.webhooks

pulumi.export("environment", environment)
pulumi.export("delivery", stack.environment.delivery.value)
running = {name: sorted(each.applications) for name, each in stack.clusters.items()}
pulumi.export("clusters", running)
if webhooks:
    pulumi.export("webhooks", pulumi.Output.secret(webhooks))
