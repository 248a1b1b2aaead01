"""The one place where an object of the core becomes a Pulumi resource."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.metadata import version
from typing import Any

from pulumi import CustomResource, Output, Resource, ResourceOptions

from gitops.manifests import chart
from gitops.objects import Manifest, identity

_SECRET_KEYS = ("data", "stringData")


def register(name: str, manifest: Manifest, opts: ResourceOptions) -> CustomResource:
    """Register *manifest* under the logical *name*, as the typed class of its kind would.

    The raw resource costs half of a typed one, and lets every kind go the same way; what the
    typed classes add (plugin version, secret outputs of a Secret) is added here.
    """
    if manifest["kind"] == chart.KIND:
        return _helm_release(name, manifest, opts)
    properties: dict[str, Any] = dict(manifest)
    if manifest["kind"] == "Secret" and manifest["apiVersion"] == "v1":
        for key in _SECRET_KEYS:
            if properties.get(key) is not None:
                properties[key] = Output.secret(properties[key])
        opts = ResourceOptions.merge(
            opts, ResourceOptions(additional_secret_outputs=list(_SECRET_KEYS))
        )
    opts = ResourceOptions.merge(opts, ResourceOptions(version=plugin_version()))
    return CustomResource(type_token(manifest), name, properties, opts)


def register_all(
    parent: Resource,
    prefix: str,
    manifests: Iterable[Manifest],
    *,
    protected: Mapping[str, bool] | None = None,
    depends_on: Sequence[Resource] = (),
) -> list[Resource]:
    """Register *manifests* under *parent*; their logical names begin with *prefix*.

    *protected* says by kind whether Pulumi refuses to delete an object.
    """
    return [
        register(
            logical_name(prefix, each),
            each,
            ResourceOptions(
                parent=parent,
                protect=(protected or {}).get(each["kind"], False) or None,
                depends_on=list(depends_on),
            ),
        )
        for each in manifests
    ]


def filled(manifest: Manifest, values: Mapping[str, Output[str]]) -> Manifest:
    """Return the Secret *manifest* with *values*, by key, that only Pulumi knows."""
    encoded = {key: each.apply(_encoded) for key, each in values.items()}
    return {**manifest, "data": {**(manifest.get("data") or {}), **encoded}} if values else manifest


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def logical_name(prefix: str, manifest: Manifest) -> str:
    """Return a name that is stable and unique below *prefix*: kind, namespace and name."""
    own = identity(manifest)
    parts = (prefix, own.kind.lower(), own.namespace, own.name)
    return "-".join(part for part in parts if part)


def type_token(manifest: Manifest) -> str:
    """Return the type token of pulumi-kubernetes, e.g. ``kubernetes:apps/v1:Deployment``."""
    api_version = manifest["apiVersion"]
    group = api_version if "/" in api_version else f"core/{api_version}"
    return f"kubernetes:{group}:{manifest['kind']}"


@cache
def plugin_version() -> str:
    """Return the version of the Kubernetes plugin that belongs to the installed package."""
    return version("pulumi-kubernetes")


def _helm_release(name: str, manifest: Manifest, opts: ResourceOptions) -> CustomResource:
    spec, metadata = manifest["spec"], manifest["metadata"]
    url: str = spec["repository"]
    oci = url.startswith("oci://")
    properties: dict[str, Any] = {
        "name": metadata["name"],
        "namespace": metadata["namespace"],
        "chart": f"{url.rstrip('/')}/{spec['chart']}" if oci else spec["chart"],
        "version": spec["version"],
        "values": spec["values"],
    }
    if not oci:
        properties["repositoryOpts"] = {"repo": url}
    opts = ResourceOptions.merge(opts, ResourceOptions(version=plugin_version()))
    return CustomResource("kubernetes:helm.sh/v3:Release", name, properties, opts)
