"""A fleet, real control planes for its clusters, and the command line with the genuine engine."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol, cast

from gitops.objects import Manifest, at, entries, identity
from gitops.places import pulumi_home
from gitops.plan import plan
from gitops.settings import load
from gitops.source.files import WorkTree
from tests import ROOT
from tests.real.api import Api, ApiError
from tests.real.cluster import TOKEN, ControlPlane, kubeconfig, programs

_CALM = {"PULUMI_SKIP_UPDATE_CHECK": "true", "NO_COLOR": "1"}
PASSPHRASE = "a passphrase of these tests"


class Start(Protocol):
    """Starts a control plane of a name that knows some custom kinds."""

    def __call__(
        self, name: str, kinds: frozenset[str] = ..., *, pods: bool = False
    ) -> ControlPlane:
        """Return it when it is ready."""
        ...


@dataclass(frozen=True, kw_only=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Return what it printed as JSON."""
        return json.loads(self.out)


@dataclass(kw_only=True)
class Lab:
    """A checkout of a fleet in a folder of its own, with its state and its control planes."""

    folder: Path
    planes: dict[str, ControlPlane]
    """By context in the kubeconfig."""
    space: str = "shop"
    """The namespace of the team shop."""
    secrets: list[str] = field(default_factory=list[str])
    """What was made by an update, and must not be seen anywhere but on its cluster."""
    checkpoints: bool = True
    """Whether the engine writes its state before and after each step. With hundreds of objects that
    is most of its time, and what comes about is the same."""
    provider: Path | None = None
    """The genuine provider, where it was built for this; otherwise an installed one or a stand-in."""

    @property
    def root(self) -> Path:
        """Return the folder of the fleet."""
        return self.folder / "fleet"

    @property
    def state(self) -> Path:
        """Return where the engine keeps its state."""
        return self.folder / "state"

    def environment(self, **given: str) -> dict[str, str]:
        """Return the environment of a command; what is *given* comes last, and empty is left out."""
        self.state.mkdir(exist_ok=True)
        config = self.folder / "kubeconfig"
        config.write_text(kubeconfig(self.planes))
        # Each command starts four programs in Python: they may keep their bytecode.
        kept = {
            key: each
            for key, each in os.environ.items()
            if not key.startswith("PULUMI_") and key != "PYTHONDONTWRITEBYTECODE"
        }
        engine = shutil.which("pulumi") or programs("pulumi", "pulumi")
        found = {
            **kept,
            **_CALM,
            "PATH": os.pathsep.join([str(Path(engine).parent), os.environ["PATH"]]),
            "PULUMI_HOME": str(home(self.folder, self.provider)),
            "PULUMI_BACKEND_URL": f"file://{self.state}",
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "KUBECONFIG": str(config),
            "PULUMI_SKIP_CHECKPOINTS": "" if self.checkpoints else "true",
            **given,
        }
        return {key: each for key, each in found.items() if each}

    def start(self, *arguments: str, **given: str) -> subprocess.Popen[str]:
        """Start the command line, and do not wait."""
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "gitops", "--root", str(self.root), *arguments],
            cwd=self.folder,
            env={**self.environment(**given), "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def __call__(self, *arguments: str, **given: str) -> Done:
        """Run the command line to its end."""
        with self.start(*arguments, **given) as process:
            out, err = process.communicate()
        assert "Traceback" not in err
        assert not self.leaks(out + err), "a secret is printed"
        return Done(code=process.returncode, out=out, err=err)

    def leaks(self, text: str) -> bool:
        """Tell whether *text* holds a secret of these tests."""
        return any(each in text for each in (PASSPHRASE, TOKEN, *self.secrets))

    def telling(self) -> list[Path]:
        """Return the files of the state, history and backups too, that hold a secret of these tests."""
        files = (each for each in self.state.rglob("*") if each.is_file())
        return [each for each in files if self.leaks(each.read_text(errors="replace"))]

    def pulumi(self, *arguments: str, given: str) -> None:
        """Run the engine's own command line, with *given* on standard input."""
        environment = self.environment()
        program = shutil.which("pulumi", path=environment["PATH"])
        assert program
        command = [program, "--non-interactive", *arguments]
        subprocess.run(
            command, cwd=self.root, env=environment, input=given, text=True, check=True,
            capture_output=True,
        )  # fmt: skip

    def edit(self, path: str, old: str, new: str) -> None:
        """Change a file of the fleet as a person would."""
        file = self.root / path
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))

    def live(self, kind: str, name: str = "web", *, plane: str = "one") -> dict[str, Any] | None:
        """Return an object of the team as it is on a cluster; None where there is none."""
        api = self.planes[plane].api
        namespace = "" if kind == "Namespace" else self.space
        path = api.path("apps/v1" if kind == "Deployment" else "v1", kind, namespace, name)
        try:
            return api.call("GET", path)
        except ApiError as error:
            if error.code != 404:
                raise
            return None

    def wanted(self, environment: str) -> Iterator[tuple[str, Manifest]]:
        """Yield context and object of all that Pulumi applies in *environment*."""
        found = plan(load(WorkTree(self.root)).fleet, environment)
        for name, each in found.clusters.items():
            apps = each.applications.values() if found.environment.delivery == "direct" else ()
            own = [*each.tenancy, *each.platform.objects(), *each.delivery]
            own += [one for app in apps for one in (*app.objects, *app.tests)]
            for manifest in own:
                yield each.cluster.context or name, manifest

    def different(self, environment: str) -> list[str]:
        """Return the objects that are not on their cluster as the model says."""
        return [
            f"{context}: {identity(manifest)}"
            for context, manifest in self.wanted(environment)
            if manifest["kind"] != "Chart" and not _as_wanted(self.planes[context].api, manifest)
        ]


def signal_all(process: subprocess.Popen[str], number: signal.Signals) -> None:
    """Send a signal to a command and all that it has started, which has groups of its own."""
    listed = subprocess.run(["ps", "-A", "-o", "pid="], check=True, capture_output=True, text=True)
    for each in map(int, listed.stdout.split()):
        with suppress(ProcessLookupError):  # It may have ended meanwhile.
            if os.getsid(each) == process.pid:
                os.kill(each, number)


def _as_wanted(api: Api, manifest: Manifest) -> bool:
    try:
        live = api.call("GET", api.of_object(manifest))
    except ApiError:
        return False
    return holds(live, _stored(manifest))


def _stored(manifest: Manifest) -> Manifest:
    """Return *manifest* as the API server keeps it."""
    if "stringData" not in manifest:
        return manifest
    data = {key: b64encode(each.encode()).decode() for key, each in manifest["stringData"].items()}
    return {**{key: each for key, each in manifest.items() if key != "stringData"}, "data": data}


def holds(live: Any, wanted: Any) -> bool:
    """Tell whether *live* has all of *wanted*; the API server adds what it decides itself."""
    if not wanted and isinstance(wanted, dict | list):
        return not live  # What is empty it leaves out.
    if isinstance(wanted, dict):
        given = cast("dict[str, Any]", wanted)
        return all(holds(at(live).get(key), each) for key, each in given.items())
    if isinstance(wanted, list):
        given, found = cast("list[Any]", wanted), entries(live)
        same = len(found) == len(given)
        return same and all(holds(one, other) for one, other in zip(found, given, strict=True))
    return live == wanted or (_quantity(live) is not None and _quantity(live) == _quantity(wanted))


_SUFFIXES = {"m": Decimal("0.001"), "": Decimal(1), "k": Decimal(1000), "Ki": Decimal(1024),
             "Mi": Decimal(1024**2), "Gi": Decimal(1024**3)}  # fmt: skip


def _quantity(value: Any) -> Decimal | None:
    """Return how much *value* is: the API server writes 1000m as 1."""
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)(m|k|Ki|Mi|Gi|)", str(value))
    return Decimal(found[1]) * _SUFFIXES[found[2]] if found else None


_STAND_INS = {"kubernetes": "tests.real.provider", "random": "tests.real.passwords"}
"""Modules that stand in for plugins."""


def genuine(package: str = "kubernetes") -> Path:
    """Return where the genuine plugin of *package* is, if it is installed."""
    name = f"resource-{package}-v{version(f'pulumi-{package}')}"
    return pulumi_home() / "plugins" / name


def stands_in(package: str = "kubernetes") -> bool:
    """Tell whether a stand-in takes the place of the genuine plugin."""
    return not genuine(package).exists()


def home(folder: Path, provider: Path | None = None) -> Path:
    """Return a home of the engine with the plugins it needs: the genuine ones, or stand-ins.

    *provider* is the genuine one of Kubernetes, where it is not installed and was built.
    """
    made = folder / "pulumi"
    made.mkdir(exist_ok=True)
    # The engine's own log costs a third of its time; where it can have no folder there is none.
    (made / "logs").touch()
    for package, module in _STAND_INS.items():
        place = made / "plugins" / genuine(package).name
        if place.exists():
            continue
        if not stands_in(package):
            shutil.copytree(genuine(package), place)
            continue
        place.mkdir(parents=True)
        program = place / f"pulumi-resource-{package}"
        if package == "kubernetes" and provider is not None:
            program.symlink_to(provider)
            continue
        program.write_text(
            f"#!/bin/sh\nPYTHONPATH='{ROOT}' exec '{sys.executable}' -P -m {module} \"$@\"\n"
        )
        program.chmod(0o755)
    return made
