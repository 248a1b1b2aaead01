"""Fixtures that every test shares, and what continuous integration must not skip."""

import asyncio
import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from gitops.places import cache_folder
from gitops.plan import StackPlan
from gitops.settings import Loaded, load
from gitops.source.files import WorkTree
from tests import ROOT
from tests.fleets import planned

os.environ["PULUMI_ERROR_OUTPUT_STRING"] = "1"  # f"{output}" raises instead of lying


@pytest.fixture(autouse=True)
def _event_loop() -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]  # pytest uses it
    """Give every test a loop of its own: newer Pythons no longer make one implicitly."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    loop.close()
    asyncio.set_event_loop(None)


@pytest.fixture(scope="session", autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]  # pytest uses it
    """Let what renders remember of each other end with the run."""
    with pytest.MonkeyPatch.context() as patch:
        # Go's own would begin anew with it, and a build of what tests need take twice as long.
        patch.setenv(
            "GOCACHE", os.environ.get("GOCACHE") or str(cache_folder().parent / "go-build")
        )
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a cache that only this test has, and nothing is in."""
    place = tmp_path / "own-cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(place))
    return place / "gitops"


@pytest.fixture(scope="session")
def loaded() -> Loaded:
    """Return the sample fleet, the real input of every test here."""
    return load(WorkTree(ROOT))


@pytest.fixture(scope="session")
def plans(loaded: Loaded) -> dict[str, StackPlan]:
    """Return the plan of every environment of the sample fleet."""
    return planned(loaded.fleet)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes minutes: whoever is done takes over from the other at the end."""
    first = ("test_environments", "test_faults", "test_genuine")

    def rank(item: pytest.Item) -> tuple[bool, bool]:
        real = item.get_closest_marker("real") is not None
        return not (real and item.path.stem in first), not real

    items.sort(key=rank)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a real program that is missing fail the run in continuous integration."""
    del call
    report = yield
    if report.skipped and item.get_closest_marker("real") and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"skipped in continuous integration: {report.longrepr}"
    return report
