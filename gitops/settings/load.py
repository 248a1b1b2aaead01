"""Reads a whole fleet, checks all of it, and reports everything that is wrong at once."""

import posixpath
from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from gitops import names
from gitops.errors import InputError, Problem
from gitops.model import (
    Application,
    Deployment,
    Environment,
    Fleet,
    Manifests,
    Mirror,
    Policy,
    Release,
    Stack,
)
from gitops.objects import Manifest
from gitops.rules import RULES
from gitops.settings import directories, repository, shapes, stack
from gitops.settings.deployments import Deployments, Known, Sources
from gitops.settings.layers import Layer, get
from gitops.settings.reading import Reading
from gitops.settings.references import References
from gitops.source.document import Document
from gitops.source.files import Files, Traced


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A checked fleet, and the layers that each of its values came from."""

    fleet: Fleet
    layers: Mapping[tuple[str, str, str], tuple[Layer, ...]]
    """By environment, application and cluster; weakest first."""
    releases: Mapping[str, Document]
    """Lock files by environment."""


_last: list[tuple[Traced, Loaded]] = []
"""The fleet loaded last, and what it was made from: each stack's program loads the same one."""


def load(files: Files) -> Loaded:
    """Return the fleet in *files*.

    Raises:
        InputError: with everything that is wrong, in all files.

    """
    for trace, known in _last:
        if trace.same(files):
            return known
    trace = Traced(files)
    loaded = _load(trace)
    _last[:] = [(trace, loaded)]
    return loaded


def excerpt(files: Files, apps: Collection[str]) -> Fleet:
    """Return the fleet in *files*, but of its applications only *apps* and those they talk to.

    What is made of *apps* is the same as in the whole fleet. What is wrong with the others, or
    with what all of them are together, is not found.

    Raises:
        InputError: with what is wrong in the part that was read.

    """
    wanted: frozenset[str] = frozenset(apps)
    while True:
        fleet = _load(files, wanted).fleet
        found = [each for stack in fleet.stacks.values() for each in stack.deployments.values()]
        settings = [app for each in found for app in each.on.values() if app.name in apps]
        peers = frozenset(peer for app in settings for peer in app.peers)
        if peers <= wanted:
            return fleet
        wanted |= peers


def _load(files: Files, only: Container[str] | None = None) -> Loaded:
    reading = Reading(files, only)
    head = reading.file(shapes.FLEET)
    repository.check(reading, head)
    clusters = reading.file(shapes.CLUSTERS, named=True)
    teams = reading.file(shapes.TEAMS, named=True)
    rules = reading.file(shapes.POLICY)
    versions = reading.file(shapes.VERSIONS)
    sources = _sources(reading, clusters or {}, teams or {}, versions or {})
    deployments = Deployments(sources=sources, reading=reading)
    found = deployments.all()
    manifests = _directories(reading, sources, found, deployments.idle)
    if only is None:
        _unread(reading, sources)
    References(sources, reading).check(RULES)
    if reading.found:
        raise InputError(reading.found)
    fleet = Fleet(
        name=head.name,
        domain=head.domain,
        repository=head.repository,
        clusters=clusters,
        teams=teams,
        policy=rules,
        versions=versions,
        mirror=head.mirror,
        directories=manifests,
        stacks={
            each.name: Stack(
                environment=each,
                clusters={name: clusters[name] for name in each.clusters},
                deployments=found[each.name],
            )
            for each in in_order(sources.environments)
        },
    )
    return Loaded(fleet=fleet, layers=deployments.layers, releases=sources.releases)


def policy(files: Files) -> Policy:
    """Return ``fleet/policy.yaml`` alone; the policy pack needs nothing else.

    Raises:
        InputError: with everything that is wrong in it.

    """
    return _alone(files, shapes.POLICY)


def mirror(files: Files) -> Mirror:
    """Return where the platform comes from; whatever else is wrong with the fleet may be mended.

    Raises:
        InputError: with everything that is wrong in ``fleet/fleet.yaml``.

    """
    return _alone(files, shapes.FLEET).mirror


def _alone(files: Files, path: str) -> Any:
    reading = Reading(files)
    found = reading.file(path)
    if reading.found:
        raise InputError(reading.found)
    return found


def in_order(environments: Mapping[str, Environment]) -> list[Environment]:
    """Return *environments* from the first to the last on the way of a release."""

    def depth(environment: Environment | None) -> int:
        steps = 0
        while environment is not None and steps <= len(environments):
            environment = environments.get(environment.promotes_from or environment.follows or "")
            steps += 1
        return steps

    return sorted(environments.values(), key=lambda each: (depth(each), each.name))


def _sources(reading: Reading, clusters: Any, teams: Any, versions: Any) -> Sources:
    stacks: dict[str, Document] = {}
    environments: dict[str, Environment] = {}
    found = (shapes.STACK_FILE.fullmatch(path) for path in reading.files.names("."))
    matches = [each for each in found if each]
    for match in matches:
        document = reading.document(match[0]) if reading.ends_well(match[0]) else None
        if document is not None:
            stacks[match[1]] = document
            if (environment := stack.environment(reading, match[1], document)) is not None:
                environments[match[1]] = environment
    releases = reading.folder(shapes.RELEASES)
    paths = reading.files.names(shapes.APPS)
    known = Known(
        apps=frozenset(posixpath.basename(path).removesuffix(".yaml") for path in paths),
        environments=frozenset(match[1] for match in matches),
        clusters=_keys(reading, shapes.CLUSTERS),
        teams=_keys(reading, shapes.TEAMS),
    )
    return Sources(
        known=known,
        apps=reading.folder(shapes.APPS),
        stacks=stacks,
        releases=releases,
        environments=environments,
        clusters=clusters,
        teams=teams,
        versions=versions,
        released={name: _released(reading, each) for name, each in releases.items()},
    )


def _directories(
    reading: Reading,
    sources: Sources,
    found: Mapping[str, Mapping[str, Deployment]],
    idle: Sequence[Application],
) -> dict[str, tuple[Manifest, ...]]:
    """Read each directory of plain manifests once, whichever environments use it."""
    uses = [(each, "") for each in idle]
    for environment, deployments in found.items():
        suffix = sources.environments[environment].namespace_suffix or ""
        uses += [(app, suffix) for each in deployments.values() for app in each.on.values()]
    apps: dict[str, Manifests] = {}
    namespaces: dict[str, set[str]] = {}
    for app, suffix in uses:
        team = sources.teams.get(app.team)
        if isinstance(app, Manifests) and team is not None:
            apps[app.path] = app
            home = names.compose(app.namespace or team.home, suffix)
            namespaces.setdefault(app.path, set()).add(home)
    return {
        path: directories.read(reading, app, frozenset(namespaces[path]))
        for path, app in apps.items()
    }


def _unread(reading: Reading, sources: Sources) -> None:
    """Complain about YAML files in ``fleet/`` that nobody reads: somebody thinks they count."""
    folders = [get(each.data, ("path",)) for each in sources.apps.values()]
    roots = tuple(f"{posixpath.normpath(each)}/" for each in folders if isinstance(each, str))
    accepted = ", ".join((*shapes.FILES, f"{shapes.APPS}/<application>.yaml"))
    try:
        paths = reading.files.names("fleet", recursive=True)
    except InputError as error:
        reading.found += error.problems
        return
    for path in paths:
        folder, name = posixpath.split(path)
        known = path in shapes.FILES or folder == shapes.APPS or path.startswith(roots)
        if known or not name.endswith((".yaml", ".yml")):
            continue
        meant = names.nearest(path, shapes.FILES) if folder == "fleet" else None
        remedy = names.did_you_mean(meant, "Move it to where it counts")
        what = "nothing reads this file"
        reading.found.append(Problem(file=path, what=what, accepted=accepted, remedy=remedy))


def _keys(reading: Reading, path: str) -> frozenset[str] | None:
    """Return the names in the file at *path*, whether or not what they name is valid."""
    document = reading.again(path)
    if document is None or not isinstance(document.data, dict):
        return None
    return frozenset(cast("dict[str, Any]", document.data))


def _released(reading: Reading, document: Document) -> Mapping[str, Release]:
    if document.data is None:
        return {}
    checked = reading.checked(shapes.RELEASES, document, document.data)
    return checked.releases if checked is not None else {}
