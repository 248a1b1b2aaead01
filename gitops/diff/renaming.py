"""Applications that look like others renamed: one goes, and one like it comes in its place.

Nothing can be renamed on a cluster, so a new name in the fleet makes everything anew and deletes the
old, unless the application says what it was called.
"""

from collections.abc import Iterable, Iterator, Mapping

from gitops.diff.changes import Renaming
from gitops.diff.leaving import listed
from gitops.objects import Placed, at, identity
from gitops.rules import images
from gitops.rules.pods import containers_of, pods_of

_Place = tuple[str, str]
"""Environment and cluster."""
_Shape = frozenset[tuple[str, ...]]
"""What an application consists of, without its name."""
_Applications = Mapping[_Place, Mapping[str, list[tuple[str, ...]]]]
"""Parts of each application in each place."""


def renamings(before: Iterable[Placed], after: Iterable[Placed]) -> tuple[Renaming, ...]:
    """Return which applications of *before* seem to have another name in *after*.

    An application whose like there is twice is left alone: nobody could tell which it was.
    """
    left, right = tuple(before), tuple(after)
    if any(each.application for each in left):
        found = _matched(_objects(left, right), _objects(right, left))
    else:
        # What Argo CD delivers is only named in what Pulumi applies.
        found = _matched(_elements(left), _elements(right))
    return tuple(sorted(set(found)))


def _matched(left: _Applications, right: _Applications) -> Iterator[Renaming]:
    for place in left.keys() & right.keys():
        gone, come = (
            {app: frozenset(parts) for app, parts in here[place].items() if app not in there[place]}
            for here, there in ((left, right), (right, left))
        )
        for app, shape in gone.items():
            if (like := _only(shape, come)) and _only(shape, gone):
                yield Renaming(place[0], app, like)


def _only(shape: _Shape, among: Mapping[str, _Shape]) -> str:
    """Return the one application *among* others that has *shape*; nothing where it is not one."""
    found = [app for app, each in among.items() if each == shape]
    return found[0] if len(found) == 1 else ""


def _objects(objects: Iterable[Placed], others: Iterable[Placed]) -> _Applications:
    """Return the applications of *objects*; the parts only of those that *others* do not have."""
    there = {(each.environment, each.cluster, each.application) for each in others}
    found: dict[_Place, dict[str, list[tuple[str, ...]]]] = {}
    for each in objects:
        if each.application:
            place = (each.environment, each.cluster)
            parts = found.setdefault(place, {}).setdefault(each.application, [])
            if (*place, each.application) not in there:
                parts += _parts(each)
    return found


def _parts(placed: Placed) -> Iterator[tuple[str, ...]]:
    manifest, app = placed.manifest, placed.application
    own = identity(manifest)
    begins = own.name == app or own.name.startswith(f"{app}-")
    name = f"*{own.name.removeprefix(app)}" if begins else own.name
    yield own.kind, own.namespace, name
    for pod in pods_of(manifest):
        for container in containers_of(pod):
            parsed = images.parse(str(container.spec.get("image", "")))
            yield "image", parsed.repository if parsed else ""
    if chart := at(manifest, "spec").get("chart"):
        yield "chart", str(at(chart, "spec").get("chart", chart))


def _elements(objects: Iterable[Placed]) -> _Applications:
    """Return the applications that ApplicationSets list, with where each goes."""
    found: dict[_Place, dict[str, list[tuple[str, ...]]]] = {}
    for placed in objects:
        if placed.manifest["kind"] != "ApplicationSet":
            continue
        name = placed.manifest["metadata"]["name"]
        for each in listed(placed.manifest):
            place = (placed.environment, str(each.get("cluster")))
            parts = found.setdefault(place, {}).setdefault(str(each.get("app")), [])
            parts.append((name, str(each.get("namespace"))))
    return found
