"""Applications as each environment and cluster runs them: layers merged, checked, released."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gitops.errors import Problem
from gitops.model import (
    Application,
    Cluster,
    Component,
    ComponentName,
    Deployment,
    Environment,
    Release,
    Team,
)
from gitops.settings import problems, shapes, sound
from gitops.settings.layers import Layer, layer, merge, place
from gitops.settings.meaning import Complaint, alone, placed
from gitops.settings.once import Once
from gitops.settings.parts import APPS, CLUSTERS
from gitops.settings.reading import Reading, nearest_mark
from gitops.settings.releases import complaint
from gitops.source.document import Document, Mark, Path


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Everything that has a say about deployments; what could not be read is left out."""

    apps: Mapping[str, Document]
    stacks: Mapping[str, Document]
    releases: Mapping[str, Document]
    environments: Mapping[str, Environment]
    clusters: Mapping[str, Cluster]
    teams: Mapping[str, Team]
    versions: Mapping[ComponentName, Component]
    released: Mapping[str, Mapping[str, Release]]
    known: "Known"


@dataclass(frozen=True, kw_only=True)
class Known:
    """Every name that something may refer to, whether or not what it names is valid."""

    apps: frozenset[str]
    environments: frozenset[str]
    clusters: frozenset[str] | None
    """None when the file cannot be read: then nothing can be said about a name."""
    teams: frozenset[str] | None


@dataclass(kw_only=True)
class Deployments:
    """The deployments of all environments, made one by one; problems go to the reading."""

    sources: Sources
    reading: Reading
    layers: dict[tuple[str, str, str], tuple[Layer, ...]] = field(
        default_factory=dict[tuple[str, str, str], tuple[Layer, ...]]
    )
    """By environment, application and cluster; weakest first."""
    idle: list[Application] = field(default_factory=list[Application])
    """Applications that run in no environment."""
    once: Once = field(default_factory=Once)

    def all(self) -> dict[str, dict[str, Deployment]]:
        """Return every deployment, by environment and application."""
        bases = {name: self._base(name, each) for name, each in sorted(self.sources.apps.items())}
        found: dict[str, dict[str, Deployment]] = {}
        for environment in self.sources.environments.values():
            found[environment.name] = {}
            for name, base in bases.items():
                if base is None:
                    continue
                if deployment := self._deployment(environment, name, base):
                    found[environment.name][name] = deployment
        self.reading.found += self.once.problems()
        return found

    def _base(self, name: str, document: Document) -> Layer | None:
        base = layer("application", document)
        if base is None:
            self.reading.complain(document, (), "the file holds no mapping", "keys and values")
            return None
        if base.data.get("name") != name:
            self.reading.complain(
                document,
                ("name",),
                f"the name must be that of the file, {name!r}",
                name,
                "Rename one",
            )
        if not any(_runs_in(base, each) for each in self.sources.environments):
            found = self._checked((base,), "")
            self.idle += [found] if found is not None else []
        return base

    def _deployment(self, environment: Environment, name: str, base: Layer) -> Deployment | None:
        stack = self.sources.stacks[environment.name]
        over = layer("environment", stack, (*APPS, name))
        shared = (base, over) if over else (base,)
        local = {
            cluster: (*shared, each)
            for cluster in environment.clusters
            if (each := layer("cluster", stack, (*CLUSTERS, cluster, "apps", name)))
        }
        runs = _runs_in(base, environment.name)
        # What is said about an application where it does not run is checked all the same.
        application = self._checked(shared, environment.name) if runs or over else None
        special = {
            cluster: self._checked(layers, f"{environment.name}/{cluster}")
            for cluster, layers in local.items()
        }
        if application is None or not runs or application.name != name:
            return None
        release = self._release(environment, application)
        on: dict[str, Application] = {}
        for cluster in environment.clusters:
            here = special.get(cluster, application)
            if here is None or not _runs_on(application, cluster):
                continue
            own = local.get(cluster, shared)
            self.layers[environment.name, name, cluster] = own
            self._judge(here, environment, cluster, own)
            on[cluster] = here
        return Deployment(on=on, release=release) if on else None

    def _checked(self, layers: tuple[Layer, ...], place: str) -> Application | None:
        """Return the settings in *layers*; the same again for layers that were found sound."""
        parts = [(each.document, each.at) for each in layers]
        known = sound.recall(shapes.APPS, *parts)
        if known is not None:
            return known
        noted = len(self.reading.found)
        value, complaints = self._merged(layers)
        self._complain(complaints, layers, place)
        if value is not None and not complaints and len(self.reading.found) == noted:
            sound.keep(value, shapes.APPS, *parts)
        return value

    def _merged(self, layers: tuple[Layer, ...]) -> tuple[Application | None, list[Complaint]]:
        for each in layers[1:]:
            taken = {key for key in shapes.REMOVABLE if each.data.get(key) is not None}
            for key in sorted(shapes.FIXED & set(each.data) | taken):
                self.reading.complain(
                    each.document,
                    (*each.at, key),
                    f"{key!r} cannot differ between environments",
                    "",
                    f"Change it in {layers[0].document.file}",
                )
        value, wrong = _application(layers)
        self.reading.found += wrong
        if value is None:
            return None, []
        self._without_effect(layers)
        return value, list(alone(value))

    def _without_effect(self, layers: tuple[Layer, ...]) -> None:
        """Refuse replicas where autoscaling decides, and clusters where only one is meant.

        Replicas of a weaker layer than autoscaling's stay: that is how an environment scales.
        """
        scaled = False
        for each in layers:
            if "autoscaling" in each.data:
                scaled = each.data["autoscaling"] is not None
            if scaled and each.data.get("replicas") is not None:
                self.reading.complain(
                    each.document,
                    (*each.at, "replicas"),
                    "'replicas' has no effect, because 'autoscaling' decides",
                    "one of the two",
                    "Remove it, or set 'autoscaling' to null here",
                )
            if each.name == "cluster" and "clusters" in each.data:
                what, remedy = "'clusters' has no effect on one cluster", "Say it in 'gitops:apps'"
                self.reading.complain(each.document, (*each.at, "clusters"), what, "", remedy)

    def _release(self, environment: Environment, application: Application) -> Release:
        name, released = application.name, self.sources.released
        release = released.get(environment.name, {}).get(name)
        before = environment.promotes_from or environment.follows or ""
        source = before if name in released.get(before, {}) else None
        wrong = complaint(application, environment.name, release, before=source)
        if wrong is not None:
            document = self.sources.releases.get(environment.name)
            mark = nearest_mark(document, ("releases", *wrong.path)) if document else None
            self.reading.found.append(
                Problem(
                    file=f"{shapes.RELEASES}/{environment.name}.yaml",
                    line=mark.line if mark and wrong.path else 0,
                    column=mark.column if mark and wrong.path else 0,
                    key=problems.dotted(("releases", name)),
                    what=wrong.what,
                    accepted=wrong.accepted,
                    remedy=wrong.remedy,
                )
            )
        return release or Release()

    def _judge(
        self, app: Application, environment: Environment, cluster: str, layers: tuple[Layer, ...]
    ) -> None:
        team = self.sources.teams.get(app.team)
        target = self.sources.clusters.get(cluster)
        if team is None or target is None:
            return
        found = placed(app, environment, target, team)
        self._complain(found, layers, f"{environment.name}/{cluster}")

    def _complain(
        self, complaints: Iterable[Complaint], layers: tuple[Layer, ...], place: str
    ) -> None:
        locate = _locate(layers)
        for each in complaints:
            self.once.note(problems.problem(locate, *each), place)


def _application(layers: tuple[Layer, ...]) -> tuple[Application | None, list[Problem]]:
    data, locate = merge(layers), _locate(layers)
    own = shapes.of_kind(str(data.get("kind")))
    value = own and problems.check(own, data, locate)[0]
    # What is wrong is told in view of all kinds.
    return (value, []) if value else problems.check(shapes.adapter(shapes.APPS), data, locate)


def _locate(layers: tuple[Layer, ...]) -> problems.Locate:
    def locate(path: Path) -> tuple[str, Mark | None]:
        return place(layers, path)

    return locate


def _runs_in(base: Layer, environment: str) -> bool:
    environments = base.data.get("environments")
    return not isinstance(environments, list) or environment in environments


def _runs_on(application: Application, cluster: str) -> bool:
    return application.clusters is None or cluster in application.clusters
