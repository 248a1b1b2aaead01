"""How long ``up`` takes on a cluster, and what of it is ours, the engine's and the provider's."""

import json
import os
import secrets
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gitops.bench.generate import generate
from gitops.bench.jobs import Result
from gitops.bench.shares import ENGINE, Ran, run
from gitops.emit import documents
from gitops.errors import GitOpsError
from gitops.objects import Manifest
from gitops.plan import PROTECTED, plan
from gitops.settings import load
from gitops.source.files import WorkTree

_STACK = "development"
_OBJECTS = 7.15
"""Of one application, with its share of its team's."""
_MOST = 1.3
"""How many times as long as the smallest program ours may take."""
_CHEAP = {"PULUMI_SKIP_CHECKPOINTS": "true"}
_MEMORY = Path("/dev/shm")  # noqa: S108  # a file system in memory is what is wanted


@dataclass(kw_only=True)
class _Fleet:
    """A fleet on the disk; Pulumi makes the objects of one of its environments."""

    root: Path
    applications: int
    delivery: str
    smallest: Path
    """Folder of the smallest program, with the same objects in other namespaces."""
    objects: int = 0


@dataclass(kw_only=True)
class Updates:
    """The jobs; *work* is a directory of their own, thrown away afterwards."""

    checkout: Path
    work: Path
    engine: Path
    """The ``pulumi`` that drives them all."""
    context: str
    """Of the cluster, in the kubeconfig."""
    objects: int
    runs: int
    seed: int
    say: Callable[[str], None] = field(default=lambda _: None)
    sizes: Sequence[float] = (0.25, 0.5, 1, 2)
    """Parts of the objects with which growth is measured."""
    states: list[Path] = field(default_factory=list[Path])
    """Folders with states."""
    made: list[Manifest] = field(default_factory=list[Manifest])
    """What has to be taken away from the cluster: namespaces, and what lies in those of others."""

    def results(self) -> Iterator[Result]:
        """Yield one result after the other; then take away what was made on the cluster.

        Raises:
            GitOpsError: a command failed.

        """
        if shutil.which("kubectl") is None:
            raise GitOpsError("kubectl is not installed: it takes away what the benchmark makes")
        try:
            yield from self._unchanged()
            yield from self._platform()
            yield from self._growth()
        finally:
            self._clean()

    @property
    def full(self) -> bool:
        """Whether there are as many objects as the targets are about."""
        return self.objects == 400

    def _unchanged(self) -> Iterator[Result]:
        """Compare with the smallest program where nothing changes, each run after the others'."""
        fleet = self._fleet(self.objects)
        state = self._state(self.work)
        self.say(f"up of {fleet.objects} new objects, with both programs")
        smallest = [sys.executable, str(self.checkout / "engine/smallest.py"), str(fleet.smallest)]
        self._run([*smallest, "up"], fleet.smallest, {**state, **_CHEAP})
        self._run(self._ours(fleet, "up"), self.checkout, {**state, **_CHEAP})
        verb = [sys.executable, "-P", "-m", "gitops", "--root", str(fleet.root), "up", _STACK]
        jobs = {
            "smallest up": ([*smallest, "up"], fleet.smallest),
            "verb": ([*verb, "--yes"], self.checkout),
            "up": (self._ours(fleet, "up"), self.checkout),
            "up unjudged": (self._ours(fleet, "up", "--unjudged"), self.checkout),
            "smallest preview": ([*smallest, "preview"], fleet.smallest),
            "preview": (self._ours(fleet, "preview"), self.checkout),
            "preview unjudged": (self._ours(fleet, "preview", "--unjudged"), self.checkout),
        }
        ran: dict[str, list[Ran]] = {name: [] for name in jobs}
        for number in range(self.runs):
            self.say(f"with no change, {number + 1} of {self.runs}")
            for name, (command, folder) in jobs.items():
                ran[name].append(self._run(command, folder, state))
        what = f"{fleet.objects} objects, no change: "
        for job, name, other in (
            ("`gitops up`, whole (one preview, judged)", "verb", "smallest up"),
            ("the engine's `up` of our program, judged", "up", "smallest up"),
            ("the same `up`, not judged", "up unjudged", "smallest up"),
            ("the engine's preview of our program, judged", "preview", "smallest preview"),
            ("the same preview, not judged", "preview unjudged", "smallest preview"),
        ):
            yield self._compared(what + job, ran[name], ran[other], target="same" not in job)

    def _compared(
        self, job: str, ours: Sequence[Ran], theirs: Sequence[Ran], *, target: bool
    ) -> Result:
        # What else the machine does changes within minutes: runs of one round are compared.
        rounds = list(zip(ours, theirs, strict=True))
        ratio = _median(one.seconds / other.seconds for one, other in rounds)
        used = _median(_total(one) / max(_total(other), 0.001) for one, other in rounds)
        return Result(
            job=job,
            figure=f"{ratio:.2f} times the smallest program ({_seconds(ours)} against "
            f"{_seconds(theirs)}; of processor time {used:.2f} times)",
            target=f"at most {_MOST} times" if target else "",
            met=ratio <= _MOST if target and self.full else None,
        )

    def _growth(self) -> Iterator[Result]:
        """Measure ``up`` at each size, with checkpoints and without; once for three other runs."""
        for part in self.sizes:
            fleet = self._fleet(round(self.objects * part))
            ways = ["disk", "without checkpoints"]
            if part == 1 and os.access(_MEMORY, os.W_OK):
                ways.insert(1, "in memory")
            new: dict[str, list[Ran]] = {way: [] for way in ways}
            same: dict[str, list[Ran]] = {way: [] for way in ways}
            for _ in range(max(self.runs // 3, 1)):
                for way in ways:
                    self.say(f"up of {fleet.objects} new objects, state {way}")
                    state = self._state(_MEMORY if way == "in memory" else self.work)
                    more = _CHEAP if way == "without checkpoints" else {}
                    self._move(fleet)
                    for ran in (new, same):
                        command = self._ours(fleet, "up")
                        ran[way].append(self._run(command, self.checkout, {**state, **more}))
            yield Result(
                job=f"`up` of {fleet.objects} new objects, and again with no change",
                figure="; ".join(
                    f"{way} {_seconds(new[way])}, {_seconds(same[way])}" for way in ways
                )
                + f"; of the first the engine's processor time {_engine(new[ways[0]]):.1f} s, "
                f"{ways[-1]} {_engine(new[ways[-1]]):.1f} s",
            )

    def _platform(self) -> Iterator[Result]:
        """Measure the platform of one environment, and whose the time is."""
        fleet = self._fleet(self.objects, delivery="argocd")
        self.say("up of a platform")
        try:
            ran = self._run(self._ours(fleet, "both"), self.checkout, self._state(self.work))
        except GitOpsError as error:
            figure = f"not measured: {str(error).splitlines()[-1]}"
            yield Result(job="`up` of a new platform", figure=figure.replace("|", "/"))
            return
        parts: dict[str, float] = json.loads(ran.said)["parts"]
        made = json.loads(ran.said)["done"]["create"]
        started = ran.seconds - parts["opening"] - parts["preview"] - parts["up"]
        yield Result(
            job=f"`up` of a new platform, {made} resources, as the verb does it",
            figure=f"{ran.seconds:.1f} s: {started:.1f} s start, {parts['opening']:.1f} s opening "
            f"the stack, {parts['preview']:.1f} s preview, {parts['up']:.1f} s update; in both "
            f"runs together the program took {parts['program']:.1f} s, of it {parts['loading']:.1f} "
            f"s loading and {parts['planning']:.1f} s planning; {parts.get('applying', 0):.1f} s of "
            "the update the provider was at work",
        )
        whole = max(_total(ran), 0.001)
        shares = sorted(ran.shares.items(), key=lambda each: -each[1])
        yield Result(
            job="the same in processor time, by whose it is",
            figure=", ".join(f"{who} {each:.1f} s ({each / whole:.0%})" for who, each in shares)
            or "this system does not tell",
        )

    def _ours(self, fleet: _Fleet, verb: str, *more: str) -> list[str]:
        command = [sys.executable, "-P", "-m", "engine.measured", str(fleet.root), _STACK]
        return [*command, verb, *more]

    def _run(self, command: Sequence[str], folder: Path, state: Mapping[str, str]) -> Ran:
        path = os.pathsep.join([str(self.engine.parent), os.environ.get("PATH", os.defpath)])
        return run(command, folder, {"PYTHONPATH": str(self.checkout), "PATH": path, **state})

    def _state(self, place: Path) -> dict[str, str]:
        """Return the environment of commands that keep their state in a new folder in *place*."""
        folder = place / f"gitops-bench-{secrets.token_hex(6)}"
        folder.mkdir()
        self.states.append(folder)
        return {
            "PULUMI_BACKEND_URL": f"file://{folder}",
            "PULUMI_CONFIG_PASSPHRASE": "bench",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }

    def _fleet(self, objects: int, *, delivery: str = "direct") -> _Fleet:
        number = len(list(self.work.iterdir()))
        root, smallest = (self.work / f"{name}-{number}" for name in ("ours", "smallest"))
        applications = max(round(objects / _OBJECTS), 4)
        self.say(f"making a fleet of {applications} applications")
        for name in ("__main__.py", "Pulumi.yaml"):
            root.mkdir(exist_ok=True)
            shutil.copy(self.checkout / name, root / name)
        fleet = _Fleet(root=root, applications=applications, delivery=delivery, smallest=smallest)
        smallest.mkdir()
        (smallest / "Pulumi.yaml").write_text("name: smallest\nruntime: python\n", encoding="utf-8")
        text = json.dumps([self.context, self._move(fleet)])
        (smallest / "objects.json").write_text(text, encoding="utf-8")
        self._move(fleet)
        return fleet

    def _move(self, fleet: _Fleet) -> list[Manifest]:
        """Let *fleet* lie in new namespaces, and return the objects that Pulumi makes there."""
        generate(
            fleet.root,
            fleet.applications,
            self.seed,
            development={
                "delivery": fleet.delivery,
                "namespaceSuffix": f"bench-{secrets.token_hex(3)}",
            },
            context=self.context,
        )
        found = plan(load(WorkTree(fleet.root)).fleet, _STACK)
        applications = fleet.delivery == "direct"
        objects = [each.manifest for each in found.placed() if applications or not each.application]
        self.made += [each for each in objects if each["kind"] in PROTECTED]
        fleet.objects = len(objects)
        return objects

    def _clean(self) -> None:
        for folder in self.states:
            shutil.rmtree(folder, ignore_errors=True)
        self.say("taking away what was made on the cluster")
        command = ["kubectl", "--context", self.context, "delete", "--ignore-not-found"]
        subprocess.run(
            [*command, "--wait=false", "-f", "-"],
            input=documents(self.made),
            capture_output=True,
            text=True,
            check=False,  # What defines a kind may not be there, and neither is then an object.
        )


def _wall(ran: Ran) -> float:
    return ran.seconds


def _total(ran: Ran) -> float:
    return sum(ran.shares.values())


def _engine(ran: Sequence[Ran]) -> float:
    return _median(each.shares.get(ENGINE, 0.0) for each in ran)


def _median(figures: Iterable[float]) -> float:
    return statistics.median(figures)


def _seconds(ran: Sequence[Ran]) -> str:
    return f"{_median(map(_wall, ran)):.1f} s"
