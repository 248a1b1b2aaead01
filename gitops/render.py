"""The rendered tree in a directory: made whole, or only what has changed since the last time."""

from collections.abc import Callable, Sequence
from pathlib import Path

from gitops import memory, tree
from gitops.errors import InputError
from gitops.layouts import paths
from gitops.layouts.rendered import application_files, rendered
from gitops.memory import Memory
from gitops.model import Fleet
from gitops.plan import plan
from gitops.settings import excerpt, load
from gitops.source.files import Traced, WorkTree

Choose = Callable[[Fleet], Sequence[str]]


def render(
    root: Path, out: Path, asked: Sequence[str], choose: Choose, look: tree.Look
) -> tree.Written:
    """Write to *out* what the fleet in *root* is in the environments that were *asked* for.

    *choose* returns the environments, and refuses what may not be done; it is asked only where
    that could have changed. *look* tells what is in *out*. Files of other environments stay.

    Raises:
        GitOpsError: wrong input, two objects that would be one file, or what ``tree.write`` raises.

    """
    place = memory.place(root, out)
    trace = Traced(WorkTree(root))
    known = memory.recall(place)
    if known is not None and list(known.asked) == list(asked):
        done = _again(known, trace, out, look)
        if done is not None:
            memory.keep(place, memory.again(known, trace, done.index))
            return done
    fleet = load(trace).fleet
    done = _whole(fleet, choose(fleet), out)
    memory.keep(place, memory.whole(trace, fleet, asked, done.index))
    return done


def _whole(fleet: Fleet, environments: Sequence[str], out: Path) -> tree.Written:
    files: dict[str, str] = {}
    for name in environments:
        files |= rendered(fleet, plan(fleet, name))
    others = [paths.environment(fleet, each) for each in fleet.stacks if each not in environments]
    return tree.write(out, files, keep=others)


def _again(known: Memory, trace: Traced, out: Path, look: tree.Look) -> tree.Written | None:
    """Render what has changed since *known*; return None when that is more than applications."""
    try:
        apps = memory.changed(known, trace)
        fleet = excerpt(trace, apps) if apps else None
    except InputError:
        return None  # The whole fleet is read then, and everything that is wrong in it named.
    if apps is None:
        return None
    files: dict[str, str] = {}
    folders: list[str] = []
    if fleet is not None:
        seen = memory.outlines(fleet)
        if any(seen.get(app) != known.outlines[app] for app in apps):
            return None
        for environment in known.asked or fleet.stacks:
            for cluster, each in plan(fleet, environment).clusters.items():
                for app in apps & each.applications.keys():
                    own = each.applications[app]
                    place = (fleet, environment, cluster, own.site.app.team)
                    folders += [paths.application(*place, app), f"{paths.tests(*place)}/{app}"]
                    files |= application_files(fleet, environment, cluster, app, own)
    return tree.update(out, files, folders=folders, known=known.tree, look=look)
