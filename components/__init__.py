"""Pulumi components: thin shells around the objects that the core builds."""

from components.access import Access, AccessArgs, Served, ServedArgs
from components.alerts import Alerts, AlertsArgs
from components.application import Application, ApplicationArgs
from components.cluster import Cluster, ClusterArgs
from components.delivery import Delivery, DeliveryArgs
from components.platform import (
    Definitions,
    DefinitionsArgs,
    Platform,
    PlatformArgs,
    Program,
    ProgramArgs,
)
from components.tenancy import Tenancy, TenancyArgs

__all__ = [
    "Access",
    "AccessArgs",
    "Alerts",
    "AlertsArgs",
    "Application",
    "ApplicationArgs",
    "Cluster",
    "ClusterArgs",
    "Definitions",
    "DefinitionsArgs",
    "Delivery",
    "DeliveryArgs",
    "Platform",
    "PlatformArgs",
    "Program",
    "ProgramArgs",
    "Served",
    "ServedArgs",
    "Tenancy",
    "TenancyArgs",
]
