"""``bench --up`` from end to end on a real API server; what it measures is nobody's test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from gitops.bench.jobs import Result
from gitops.bench.updates import Updates
from tests import ROOT
from tests.real.bench import prepare
from tests.real.lab import Lab

pytestmark = pytest.mark.real


@pytest.fixture
def bench(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Updates]:
    """Return a small benchmark on the lab's cluster."""
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not installed")
    for name, value in lab.environment().items():
        monkeypatch.setenv(name, value)
    prepare(lab.planes["one"])
    work = tmp_path / "work"
    work.mkdir()
    engine = shutil.which("pulumi")
    assert engine
    yield Updates(
        checkout=ROOT,
        work=work,
        engine=Path(engine),
        context="one",
        objects=28,
        runs=1,
        seed=1,
        sizes=(0.5,),
    )
    api = lab.planes["one"].api
    api.call("DELETE", api.path("v1", "Namespace", name="argocd"))


def test_every_part_is_measured_and_nothing_is_left(bench: Updates, lab: Lab) -> None:
    results = {each.job: each for each in bench.results()}

    compared = [each for job, each in results.items() if "no change: " in job]
    assert len(compared) == 5
    assert all("times the smallest program (" in each.figure for each in compared)
    [growth] = [each for job, each in results.items() if "and again with no change" in job]
    assert "disk " in growth.figure
    assert "without checkpoints " in growth.figure
    assert "opening the stack" in _only(results, "new platform").figure
    shares = _only(results, "processor time").figure
    assert all(who in shares for who in ("our program", "engine", "provider", "policy pack"))
    assert {each.met for each in results.values()} == {None}
    assert _left(lab) == []


def _only(results: dict[str, Result], words: str) -> Result:
    [found] = [each for job, each in results.items() if words in job]
    return found


def _left(lab: Lab) -> list[str]:
    """Return the namespaces of the benchmark that are there to stay."""
    listed = lab.planes["one"].api.call("GET", "/api/v1/namespaces")
    return [
        each["metadata"]["name"]
        for each in listed["items"]
        if "-bench-" in each["metadata"]["name"] and "deletionTimestamp" not in each["metadata"]
    ]
