"""What tests against real programs and schemas share."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

from gitops.errors import ProgramError
from gitops.settings import Loaded
from tests import ROOT
from tests.fleets import write
from tests.real.api import ApiError
from tests.real.cluster import ControlPlane, needed, programs
from tests.real.lab import Lab, Start
from tests.real.published import mirror
from tests.real.schemas import Schemas, UnavailableError, crds
from tests.real.schemas import schemas as real_schemas

DIRECT = """
config:
  gitops:environment:
    delivery: direct
    clusters: [one]
    domains: [example.com]
    namespaceSuffix: {suffix}
"""
APPLIED = frozenset(
    {"AppProject", "ApplicationSet", "GitRepository", "HTTPRoute", "HelmRelease", "HelmRepository",
     "Kustomization", "OCIRepository", "Rollout"}
)  # fmt: skip
"""Custom kinds that Pulumi applies; each costs an API server a second."""
_NUMBERS = count(1)


@pytest.fixture(scope="session")
def _cache_of_labs(tmp_path_factory: pytest.TempPathFactory) -> Path:  # pyright: ignore[reportUnusedFunction]  # pytest uses it
    return tmp_path_factory.mktemp("cache-of-labs")


@pytest.fixture(autouse=True)
def _apart(_cache_of_labs: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]  # pytest uses it
    """Keep what updates fetch from the tests in which nothing was fetched."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(_cache_of_labs))


@pytest.fixture(scope="session")
def schemas() -> Schemas:
    """Return the real schemas, or skip with the reason why they cannot be had."""
    try:
        return real_schemas()
    except UnavailableError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory, loaded: Loaded) -> Path:
    """Return a mirror of all that the sample fleet pins, or skip with the reason why there is none."""
    try:
        return mirror(tmp_path_factory.mktemp("mirror"), loaded.fleet)
    except UnavailableError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Return what starts a control plane of a name, or skip with the reason why there is none."""
    try:
        needed()
        definitions = list(crds())
    except (UnavailableError, ProgramError) as error:
        pytest.skip(str(error))
    started: list[ControlPlane] = []

    def starting(name: str, kinds: frozenset[str] = APPLIED, *, pods: bool = False) -> ControlPlane:
        plane = ControlPlane(name=name, folder=tmp_path_factory.mktemp("plane"), pods=pods)
        started.append(plane)
        plane.start()
        plane.define(each for each in definitions if each["spec"]["names"]["kind"] in kinds)
        return plane

    yield starting
    for each in started:
        each.stop()


@pytest.fixture(scope="session")
def provider() -> Path:
    """Return Pulumi's own Kubernetes provider, or skip with the reason why there is none."""
    try:
        return programs("pulumi-resource-kubernetes", "provider")
    except ProgramError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def plane(start: Start) -> ControlPlane:
    """Return a control plane that tests share; each leaves it as it found it."""
    return start("shared")


@pytest.fixture
def lab(tmp_path: Path, plane: ControlPlane) -> Iterator[Lab]:
    """Return a small fleet whose environment test is applied by Pulumi to cluster one."""
    # A namespace takes its time to go: each test has one of its own.
    suffix = f"t{next(_NUMBERS)}"
    made = Lab(folder=tmp_path, planes={"one": plane}, space=f"shop-{suffix}")
    made.root.mkdir()
    write(made.root, Pulumi_dot_test_dot_yaml=DIRECT.format(suffix=suffix))
    for name in ("__main__.py", "Pulumi.yaml"):
        shutil.copy(ROOT / name, made.root / name)
    yield made
    assert made.telling() == []
    with suppress(ApiError):
        plane.api.call("DELETE", plane.api.path("v1", "Namespace", name=made.space))
