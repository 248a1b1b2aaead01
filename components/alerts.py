"""What Prometheus is told about one cluster."""

from collections.abc import Sequence
from dataclasses import dataclass

from pulumi import ComponentResource, ResourceOptions

from components.objects import register_all
from gitops.objects import Manifest


@dataclass(frozen=True, kw_only=True)
class AlertsArgs:
    """What the core planned."""

    manifests: Sequence[Manifest]
    """Rules, monitors, and what kube-state-metrics reads."""


class Alerts(ComponentResource):
    """Rules that Prometheus judges, and what it is to scrape."""

    def __init__(self, name: str, args: AlertsArgs, opts: ResourceOptions | None = None) -> None:
        """Register everything at once: none of it needs another."""
        super().__init__("gitops:index:Alerts", name, None, opts)
        register_all(self, name, args.manifests)
        rules = [each for each in args.manifests if each["kind"] == "PrometheusRule"]
        self.register_outputs({"rules": [each["metadata"]["name"] for each in rules]})
