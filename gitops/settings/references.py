"""Names that point to something else: environments, clusters, teams, applications, rules."""

from collections import Counter
from collections.abc import Collection
from typing import Any, cast

from gitops import names
from gitops.model import Delivery, Environment
from gitops.model.platform import FluxController
from gitops.platform import catalogue
from gitops.settings import shapes
from gitops.settings.deployments import Sources
from gitops.settings.layers import get
from gitops.settings.parts import APPS, CLUSTERS
from gitops.settings.reading import Reading
from gitops.settings.stack import ENVIRONMENT, KUBECONFIGS, kubeconfigs
from gitops.source.document import Document, Path

_SINGLE = frozenset({"team", "promotesFrom", "follows", "app"})
"""Keys that hold one name; under the others a text is a mistake that is reported elsewhere."""


class References:
    """Checks every name against what it must name; problems go to the reading."""

    def __init__(self, sources: Sources, reading: Reading) -> None:
        """Check the names in *sources*."""
        self.sources, self.reading = sources, reading

    def check(self, rules: Collection[str]) -> None:
        """Check everything; *rules* are the names of the policy rules."""
        for name, environment in self.sources.environments.items():
            self._environment(environment, self.sources.stacks[name])
        self._promotion()
        for document in self.sources.apps.values():
            self._application(document)
        self._former()
        self._releases()
        self._teams()
        self._policy(rules)

    def _names(
        self, document: Document, path: Path, known: Collection[str] | None, what: str, where: str
    ) -> None:
        """Complain when the text, list or keys at *path* name something that is not *known*."""
        if known is None:
            return
        value = get(document.data, path)
        words: list[tuple[Path, str]] = []
        if isinstance(value, str) and path[-1] in _SINGLE:
            words = [(path, str(value))]
        elif isinstance(value, list):
            items = enumerate(cast("list[Any]", value))
            words = [((*path, index), each) for index, each in items if isinstance(each, str)]
        elif isinstance(value, dict):
            words = [((*path, key), key) for key in cast("dict[str, Any]", value)]
        for at, word in words:
            # What no name can be was said where the value was checked.
            if word not in known and names.is_label(word):
                self._unknown(document, at, what, word, known, where)

    def _unknown(
        self,
        document: Document,
        at: Path,
        what: str,
        word: str,
        known: Collection[str],
        where: str,
    ) -> None:
        meant = names.nearest(word, sorted(known))
        remedy = names.did_you_mean(meant, f"Declare it in {where}")
        accepted = ", ".join(sorted(known)[:20]) or "nothing is declared yet"
        self.reading.complain(document, at, f"there is no {what} {str(word)!r}", accepted, remedy)

    def _environment(self, environment: Environment, document: Document) -> None:
        known = self.sources.known.environments
        clusters = self.sources.known.clusters
        self._names(document, (*ENVIRONMENT, "clusters"), clusters, "cluster", shapes.CLUSTERS)
        for key in ("promotesFrom", "follows"):
            where = "a Pulumi.<environment>.yaml"
            self._names(document, (*ENVIRONMENT, key), known, "environment", where)
        self._clusters(environment, document, CLUSTERS)
        if kubeconfigs(document):
            self._clusters(environment, document, KUBECONFIGS)
        self._layers(environment, document, APPS)
        for cluster in environment.clusters:
            self._layers(environment, document, (*CLUSTERS, cluster, "apps"))
        for cluster, count in Counter(environment.clusters).items():
            if count > 1:
                self.reading.complain(
                    document, (*ENVIRONMENT, "clusters"), f"{cluster!r} stands here twice"
                )
        self._platform(environment, document)
        teams = self.sources.known.teams
        self._names(document, (*ENVIRONMENT, "alerts", "team"), teams, "team", shapes.TEAMS)
        if not environment.clusters:
            self.reading.complain(
                document, (*ENVIRONMENT, "clusters"), "there is no cluster", "at least one"
            )

    def _platform(self, environment: Environment, document: Document) -> None:
        """Check that what is installed is pinned, with a digest for each file that is needed."""
        for name, settings in environment.platform.installed():
            pinned = environment.versions.get(name) or self.sources.versions.get(name)
            left = catalogue.unpinned(name, settings, pinned)
            if left:
                version = pinned.version if pinned else "VERSION"
                self.reading.complain(
                    document,
                    (*ENVIRONMENT, "platform", name.value),
                    f"{name.value} is not pinned: there is no digest of {', '.join(left)}",
                    f"version and sha256 in {shapes.VERSIONS}",
                    f"Run gitops pin {name.value} {version}",
                )
        self._receiver(environment, document)

    def _receiver(self, environment: Environment, document: Document) -> None:
        """Check that somebody answers the Git server that calls Flux, and has something to fetch."""
        flux = environment.platform.flux
        if flux is None or flux.webhook is None:
            return
        at = (*ENVIRONMENT, "platform", "flux", "webhook")
        if FluxController.NOTIFICATION not in flux.controllers:
            what = "nobody answers a webhook: notification-controller is not among 'controllers'"
            remedy = "Add notification-controller to 'controllers', or remove 'webhook'"
            self.reading.complain(document, at, what, "", remedy)
        if environment.delivery is not Delivery.FLUX:
            what = f"Flux reads no repository here: 'delivery' is {environment.delivery.value}"
            self.reading.complain(document, at, what, "delivery: flux", "Remove 'webhook'")

    def _layers(self, environment: Environment, document: Document, path: Path) -> None:
        """Check what the layers at *path*, by application, name."""
        self._names(document, path, self.sources.known.apps, "application", shapes.APPS)
        apps = get(document.data, path)
        for app in cast("dict[str, Any]", apps) if isinstance(apps, dict) else ():
            self._clusters(environment, document, (*path, app, "clusters"))
            self._peers(document, (*path, app))

    def _clusters(self, environment: Environment, document: Document, path: Path) -> None:
        what, where = "cluster of this environment", "'clusters' of gitops:environment"
        self._names(document, path, environment.clusters, what, where)

    def _promotion(self) -> None:
        """Refuse circles: an environment whose releases come, in the end, from itself."""
        before = {
            each.name: each.promotes_from or each.follows
            for each in self.sources.environments.values()
        }
        for name, source in before.items():
            seen, step = {name}, source
            while step is not None and step not in seen:
                seen.add(step)
                step = before.get(step)
            if step == name:
                document = self.sources.stacks[name]
                key = "promotesFrom" if self.sources.environments[name].promotes_from else "follows"
                self.reading.complain(
                    document,
                    (*ENVIRONMENT, key),
                    "the environments promote from each other in a circle",
                    "a line from the first environment to the last",
                    "Set promotesFrom of the first environment to null",
                )

    def _application(self, document: Document) -> None:
        self._names(document, ("team",), self.sources.known.teams, "team", shapes.TEAMS)
        environments = self.sources.known.environments
        self._names(
            document, ("environments",), environments, "environment", "a Pulumi.<environment>.yaml"
        )
        clusters = self.sources.known.clusters
        self._names(document, ("clusters",), clusters, "cluster", shapes.CLUSTERS)
        self._peers(document, ())

    def _former(self) -> None:
        """Refuse a former name that somebody has: the objects of both would be the same."""
        owners = {name: name for name in self.sources.known.apps}
        for name, document in self.sources.apps.items():
            former = get(document.data, ("formerly",))
            if not isinstance(former, str):
                continue
            if former in owners:
                self.reading.complain(
                    document,
                    ("formerly",),
                    f"{str(former)!r} is the name of application {owners[former]!r}",
                    "a name that no application has any more",
                    "Rename one of the two, or delete this line",
                )
            owners[former] = name

    def _peers(self, document: Document, path: Path) -> None:
        """Check the applications that the application at *path* talks to."""
        for side in ("ingress", "egress"):
            peers = get(document.data, (*path, "network", side))
            for index in range(len(cast("list[Any]", peers)) if isinstance(peers, list) else 0):
                at = (*path, "network", side, index, "app")
                self._names(document, at, self.sources.known.apps, "application", shapes.APPS)

    def _releases(self) -> None:
        for environment, document in self.sources.releases.items():
            if environment not in self.sources.known.environments:
                self._unknown(
                    document,
                    (),
                    "environment",
                    environment,
                    self.sources.known.environments,
                    "a stack",
                )
            self._names(
                document, ("releases",), self.sources.known.apps, "application", shapes.APPS
            )

    def _teams(self) -> None:
        document = self.reading.again(shapes.TEAMS)
        owner: dict[str, str] = {}
        for team in self.sources.teams.values():
            at = (team.name, "quotas")
            where = "a Pulumi.<environment>.yaml"
            if document is None:
                continue
            self._names(document, at, self.sources.known.environments, "environment", where)
            for namespace in (team.home, *team.namespaces):
                first = owner.setdefault(namespace, team.name)
                if first != team.name:
                    self.reading.complain(
                        document,
                        (team.name,),
                        f"namespace {namespace!r} belongs to team {first!r} already",
                        "one owner for each namespace",
                        "Rename one of the two",
                    )

    def _policy(self, rules: Collection[str]) -> None:
        document = self.reading.again(shapes.POLICY)
        if document is None:
            return
        self._names(document, ("levels",), rules, "rule", "gitops/rules")
        for rule in cast("dict[str, Any]", get(document.data, ("levels",)) or {}):
            at = ("levels", rule)
            self._names(
                document, at, self.sources.known.environments, "environment", "a stack file"
            )
