"""What Pulumi installs on the clusters of an environment, from release manifests."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from gitops.model import (
    ArgoCd,
    Cluster,
    ComponentName,
    Fleet,
    Flux,
    Stack,
)
from gitops.objects import Manifest, at
from gitops.platform import argocd, catalogue, flux, store
from gitops.platform.catalogue import Wanted
from gitops.platform.install import WORKLOADS, Held, Place, installed, namespaces, with_pods
from gitops.platform.store import DEFINITION

_TOGETHER = WORKLOADS | {
    "Service", "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "APIService"
}  # fmt: skip
"""Kinds that wait for each other: the provider waits until a Service finds pods that are ready, and
a pod may be ready only when the webhook is there to which it gives its certificate."""
_LAST = frozenset({"Receiver"})
"""Kinds to which only a running program gives a meaning."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Program:
    """One program of the platform on one cluster: its objects, in the order they need."""

    name: ComponentName
    version: str
    definitions: tuple[Manifest, ...] = ()
    """Custom kinds."""
    stages: tuple[tuple[Manifest, ...], ...] = ()
    """Everything else: what pods need, the pods with what finds and asks them, what needs those; none
    is empty."""
    webhook: Held | None = None
    """Where it looks for what proves that a call comes from the Git server, if one calls it."""
    missing: tuple[Wanted, ...] = ()
    """Files that were not fetched: nobody knows what is in them."""

    def workloads(self) -> list[str]:
        """Return the names of what has pods."""
        return with_pods(chain.from_iterable(self.stages))


@dataclass(frozen=True, kw_only=True, slots=True)
class Platform:
    """Everything that is installed on one cluster."""

    namespaces: tuple[Manifest, ...] = ()
    programs: tuple[Program, ...] = ()
    access: tuple[Manifest, ...] = ()
    """What lets the Argo CD of another cluster in."""
    served: Mapping[str, Manifest] = field(default_factory=dict[str, Manifest])
    """By cluster, the Secret by which the Argo CD here knows it, without credentials."""

    def objects(self) -> Iterator[Manifest]:
        """Iterate over all objects."""
        yield from self.namespaces
        for each in self.programs:
            yield from each.definitions
            yield from chain.from_iterable(each.stages)
        yield from self.access
        yield from self.served.values()


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """Where applications of an environment may be on one cluster."""

    namespaces: Sequence[str]
    kinds: Sequence[str]
    """Cluster-scoped ones: ``group/Kind``."""


def platform(fleet: Fleet, stack: Stack, cluster: Cluster, reach: Mapping[str, Reach]) -> Platform:
    """Return what is installed on *cluster*; *reach* says by cluster where applications may be."""
    reached = stack.served_by(cluster.name)
    places = [
        Place(
            fleet=fleet,
            environment=stack.environment,
            name=name,
            component=fleet.component(stack.environment, name),
            settings=settings,
        )
        for name, settings in stack.environment.platform.installed()
    ]
    here = [each for each in places if reached or each.name is not ComponentName.ARGO_CD]
    found = {each.name: _found(each) for each in here}
    argo = next((each for each in places if each.name is ComponentName.ARGO_CD), None)
    access: Iterator[Manifest] = iter(())
    served: dict[str, Manifest] = {}
    if argo is not None and reached:
        served = {
            name: argocd.cluster_secret(
                argo, stack.clusters[name], reach[name].namespaces, reach[name].kinds
            )
            for name in reached
            if name != cluster.name
        }
    elif argo is not None:
        own = reach[cluster.name]
        access = argocd.access(argo, own.namespaces, own.kinds)
    return Platform(
        namespaces=tuple(
            namespaces(
                here,
                cluster.kubernetes,
                {each.name: _own_labels(each, found[each.name]) for each in here},
            )
        ),
        programs=tuple(_program(each, found[each.name]) for each in here),
        access=tuple(access),
        served=served,
    )


Found = Sequence[tuple[Wanted, tuple[Manifest, ...] | None]]
"""What each file of a release manifest holds; None where it was not fetched."""


def _found(place: Place) -> Found:
    files = catalogue.files(place.name, place.settings)
    wanted = [Wanted(name=place.name, component=place.component, file=file) for file in files]
    return [(each, store.objects(each.sha256)) for each in wanted]


def _own_labels(place: Place, found: Found) -> Mapping[str, str]:
    """Return the labels that the release of a program gives the namespace that it expects."""
    every = chain.from_iterable(some or () for _, some in found)
    own = next((each for each in every if not _ours(place, each)), None)
    labels = at(own, "metadata", "labels")
    return {key: each for key, each in labels.items() if key != "kubernetes.io/metadata.name"}


def _program(place: Place, found: Found) -> Program:
    published = [each for _, some in found for each in some or () if _ours(place, each)]
    objects = installed(place, published)
    held: Held | None = None
    if isinstance(place.settings, ArgoCd):
        objects = list(argocd.configured(place, place.settings, objects))
        held = argocd.webhook(place.settings)
    elif isinstance(place.settings, Flux):
        objects += flux.receiver(place, place.settings)
        held = flux.webhook(place, place.settings)
    return Program(
        name=place.name,
        version=place.component.version,
        definitions=tuple(each for each in objects if each["kind"] == DEFINITION),
        stages=_stages(objects),
        webhook=held,
        missing=tuple(each for each, some in found if some is None),
    )


def _stages(objects: Sequence[Manifest]) -> tuple[tuple[Manifest, ...], ...]:
    """Return *objects*, but no custom kinds, in the order in which they can work."""
    found: dict[int, list[Manifest]] = {0: [], 1: [], 2: []}
    for each in objects:
        kind = each["kind"]
        if kind != DEFINITION:
            found[1 if kind in _TOGETHER else 2 if kind in _LAST else 0].append(each)
    return tuple(tuple(each) for each in found.values() if each)


def _ours(place: Place, manifest: Manifest) -> bool:
    """Tell whether *manifest* is not the program's namespace, which we make ourselves."""
    name = catalogue.CATALOGUE[place.name].namespace
    return not (manifest["kind"] == "Namespace" and manifest["metadata"]["name"] == name)


__all__ = ["Held", "Platform", "Program", "Reach", "Wanted", "platform"]
