"""The benchmark runs from end to end; what it measures is nobody's test."""

import subprocess
from pathlib import Path

from tests import ROOT
from tests.commands import COMMAND, environment


def test_every_job_is_measured_on_a_small_fleet_and_has_no_target_there() -> None:
    command = [*COMMAND, "bench", "--applications", "40", "--runs", "1"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    rows = [line.split("|") for line in done.stdout.splitlines() if line.startswith("| ")][2:]
    jobs = [row[1].strip() for row in rows]
    assert any("`check` of 40 applications x 4 environments" in job for job in jobs)
    assert sum("`render`" in job for job in jobs) >= 2
    assert any("`preview --against HEAD~1`" in job for job in jobs)
    assert {row[4].strip() for row in rows[1:]} == {""}
    assert all(any(each.isdigit() for each in row[2]) for row in rows)


def test_what_up_needs_is_said_before_anything_is_measured(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "bench", "--up", "nowhere"],
        cwd=ROOT,
        env=environment(KUBECONFIG=str(tmp_path / "none"), PULUMI_HOME=str(tmp_path)),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "error: bench --up needs " in done.stderr
    assert done.stdout == ""
