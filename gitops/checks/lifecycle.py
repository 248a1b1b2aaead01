"""removed-api: no object in a version that its cluster does not serve any more."""

from collections.abc import Iterable, Iterator

from gitops.checks.finding import Finding, Place
from gitops.lifecycle import removal
from gitops.model import Fleet, Level
from gitops.objects import Placed, identity


def findings(fleet: Fleet, objects: Iterable[Placed]) -> Iterator[Finding]:
    """Yield every object whose API version is not served on its cluster."""
    for placed in objects:
        version = fleet.clusters[placed.cluster].kubernetes
        gone = removal(placed.manifest["apiVersion"], placed.manifest["kind"], version)
        if gone is None:
            continue
        since = f"Kubernetes {gone.since}" if gone.since else "its current versions"
        yield Finding(
            check="removed-api",
            level=Level.ENFORCE,
            places=(Place(placed.environment, placed.cluster),),
            subject=str(identity(placed.manifest)),
            what=f"{placed.manifest['apiVersion']} is no longer served since {since}",
            accepted=gone.replacement or "nothing: the kind itself was removed",
            remedy=f"Change apiVersion to {gone.replacement}" if gone.replacement else "Remove it",
        )
