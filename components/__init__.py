"""Pulumi components: thin shells around the objects that the core builds."""

from components.application import Application, ApplicationArgs
from components.cluster import Cluster, ClusterArgs
from components.delivery import Delivery, DeliveryArgs
from components.tenancy import Tenancy, TenancyArgs

__all__ = [
    "Application",
    "ApplicationArgs",
    "Cluster",
    "ClusterArgs",
    "Delivery",
    "DeliveryArgs",
    "Tenancy",
    "TenancyArgs",
]
