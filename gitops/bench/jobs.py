"""What is measured, on which fleet, and the figure that it should reach."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gitops.bench.generate import ENVIRONMENTS, generate
from gitops.bench.measure import Figure, measure
from gitops.emit import documents

CHANGED = 10
"""Applications that the measured commit changes."""
_FEW = 4
"""Applications of a fleet whose render is little more than the start of the program."""
_PROBED = 2000
"""Files that show how long the file system takes to make one."""
_SLOW = 0.0001
"""Seconds for one file; a file system at rest takes half of it."""
SAMPLED = 20
"""Overlays that kustomize builds; their time is taken for all of them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """One line of the report."""

    job: str
    figure: str
    """What was measured, with its unit."""
    target: str = ""
    met: bool | None = None
    """None where there is no target, or the job is of another size than the target's."""


@dataclass(kw_only=True)
class Bench:
    """The jobs; *work* is a directory of their own, thrown away afterwards."""

    checkout: Path
    work: Path
    applications: int
    runs: int
    seed: int
    say: Callable[[str], None] = field(default=lambda _: None)

    def results(self) -> Iterator[Result]:
        """Yield one result after the other, as soon as it is known."""
        yield self._sample()
        fleet = self._fleet(self.applications)
        quarter = self._fleet(self.applications // 4)
        yield from self._check(fleet)
        render = yield from self._render(fleet, quarter)
        yield self._again(fleet)
        yield self._against(fleet)
        yield from self._kustomize(render)

    @property
    def full(self) -> bool:
        """Whether the fleet is the one that the targets are about."""
        return self.applications == 1000

    @property
    def _rendered(self) -> Path:
        return self.work / "rendered"

    def _fleet(self, applications: int) -> Path:
        self.say(f"making a fleet of {applications} applications")
        root = self.work / f"fleet-{applications}"
        generate(root, applications, self.seed)
        for name in ("__main__.py", "Pulumi.yaml"):
            shutil.copy(self.checkout / name, root / name)
        return root

    def _measure(
        self, root: Path, *arguments: str, before: Callable[[int], None] = lambda _: None
    ) -> Figure:
        self.say(f"gitops {arguments[0]}")
        command = [sys.executable, "-m", "gitops", "--root", str(root), *arguments]
        return measure(command, self.checkout, runs=self.runs, before=before)

    def _sample(self) -> Result:
        found = self._measure(self.checkout, "preview")
        return Result(
            job="`preview` of the sample fleet, all stacks",
            figure=_seconds(found),
            target="under 3 s",
            met=found.median < 3,
        )

    def _check(self, fleet: Path) -> Iterator[Result]:
        found = self._measure(fleet, "check")
        yield Result(
            job=f"`check` of {self._size()}",
            figure=f"{_seconds(found)}, {_mebibytes(found)}",
            target="under 10 s, under 1 GiB",
            met=found.median < 10 and found.memory < 2**30 if self.full else None,
        )

    def _render(self, fleet: Path, quarter: Path) -> Generator[Result, None, float]:
        out = self._rendered

        def fresh(_: int) -> None:
            # Deleting is slow and goes on in the file system for a while: not now.
            if out.exists():
                out.rename(self.work / f"old-{len(list(self.work.iterdir()))}")

        few = self._measure(self._fleet(_FEW), "render", "--out", str(out), before=fresh)
        if _time_of_a_file(self.work / "probe") > _SLOW:
            self.say(
                "the file system makes files slowly, as ext4 does for five minutes after many have "
                "been deleted; renders will take longer than they do at rest"
            )
        small = self._measure(quarter, "render", "--out", str(out), before=fresh)
        whole = self._measure(fleet, "render", "--out", str(out), before=fresh)
        growth = whole.median / small.median
        rest = max(small.median - few.median, 0.001)
        without = (whole.median - few.median) / rest
        yield Result(
            job=f"`render` of {self._size()}, to an empty directory",
            figure=f"{_seconds(whole)}, {_mebibytes(whole)}",
            target="under 15 s",
            met=whole.median < 15 if self.full else None,
        )
        yield Result(
            job="the same with a quarter of the applications",
            figure=f"{_seconds(small)}; the whole takes {growth:.1f} times as long, or "
            f"{without:.1f} times without the {_seconds(few)} that {_FEW} applications take",
            target="linear: at least 3.5 times",
            met=growth >= 3.5 if self.full else None,
        )
        return self.applications * len(ENVIRONMENTS) / whole.median

    def _again(self, fleet: Path) -> Result:
        app = fleet / "fleet/apps/app-0000.yaml"
        text = app.read_text(encoding="utf-8")

        def edit(number: int) -> None:
            app.write_text(text.replace("replicas: 2", f"replicas: {number + 3}"), encoding="utf-8")

        found = self._measure(fleet, "render", "--out", str(self._rendered), before=edit)
        app.write_text(text, encoding="utf-8")
        return Result(
            job="the same again, after one application has changed",
            figure=_seconds(found),
            target="under 1 s",
            met=found.median < 1 if self.full else None,
        )

    def _against(self, fleet: Path) -> Result:
        _commit(fleet)
        for number in range(CHANGED):
            app = fleet / f"fleet/apps/app-{number:04d}.yaml"
            text = app.read_text(encoding="utf-8")
            app.write_text(text.replace("memory: 128Mi", "memory: 160Mi"), encoding="utf-8")
        _commit(fleet)
        found = self._measure(fleet, "preview", "--against", "HEAD~1")
        return Result(
            job=f"`preview --against HEAD~1` of it, {CHANGED} applications changed",
            figure=_seconds(found),
            target="under 5 s",
            met=found.median < 5 if self.full else None,
        )

    def _kustomize(self, rate: float) -> Iterator[Result]:
        """Compare with the program that most people render overlays with, building the same."""
        ours = f"{rate:.0f} overlays/s"
        if shutil.which("kubectl") is None:
            yield Result(
                job="`render` against `kubectl kustomize`",
                figure=f"{ours}; kubectl is not installed, so nothing to compare with",
            )
            return
        # All of one environment: one process refuses two objects of one name.
        one = self._rendered / ENVIRONMENTS[0]
        folders = sorted(one.glob("*/apps/*/app-*"))[:SAMPLED]
        for folder in folders:
            _kustomization(folder, [each.name for each in folder.glob("*.yaml")])
        self.say("kubectl kustomize")
        build = ["kubectl", "kustomize"]
        each = [measure([*build, str(folder)], self.work, runs=1) for folder in folders]
        single = len(folders) / sum(figure.median for figure in each)
        _kustomization(one, [folder.relative_to(one).as_posix() for folder in folders])
        together = len(folders) / measure([*build, str(one)], self.work, runs=self.runs).median
        yield Result(
            job="`render` against `kubectl kustomize`, a process for each overlay",
            figure=f"{ours} against {single:.1f}: {rate / single:.0f} times",
            target="at least 25 times",
            met=rate / single >= 25 if self.full else None,
        )
        yield Result(
            job=f"`render` against one `kubectl kustomize` of {len(folders)} overlays",
            figure=f"{ours} against {together:.1f}: {rate / together:.1f} times",
        )

    def _size(self) -> str:
        return f"{self.applications:,} applications x {len(ENVIRONMENTS)} environments"


def _time_of_a_file(folder: Path) -> float:
    folder.mkdir()
    start = time.perf_counter()
    for number in range(_PROBED):
        (folder / f"{number}").touch()
    return (time.perf_counter() - start) / _PROBED


def _seconds(figure: Figure) -> str:
    return f"{figure.median:.2f} s"


def _mebibytes(figure: Figure) -> str:
    return f"{figure.memory / 2**20:.0f} MiB"


def _kustomization(folder: Path, resources: Sequence[str]) -> None:
    text = documents([{"resources": sorted(resources)}])
    (folder / "kustomization.yaml").write_text(text, encoding="utf-8")


def _commit(root: Path) -> None:
    git = ["git", "-c", "user.name=bench", "-c", "user.email=bench@example.com"]
    git += ["-c", "commit.gpgSign=false"]
    for arguments in (
        ["init", "--quiet"],
        ["add", "--all"],
        ["commit", "--quiet", "--no-verify", "--message", "bench"],
    ):
        subprocess.run([*git, *arguments], cwd=root, check=True)
