"""``bench``: how fast this is, on this machine, with a fleet of any size."""

import os
import platform
import shutil
import tempfile
from pathlib import Path
from typing import Any

import click

from gitops.doctor import examine
from gitops.errors import ProgramError
from gitops.programs import build
from gitops.words import counted

_NEEDED = frozenset({"kubeconfig", "kubectl", "pulumi-resource-kubernetes"})
"""What cannot be had in passing, by its name for ``doctor``."""


@click.command("bench")
@click.option(
    "--applications",
    type=click.IntRange(min=40),
    default=1000,
    show_default=True,
    help="In each environment.",
)
@click.option(
    "--runs",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    help="Of each job; the median counts.",
)
@click.option(
    "--seed", type=int, default=1, show_default=True, help="The same seed, the same fleet."
)
@click.option(
    "--up",
    "context",
    metavar="CONTEXT",
    help="Measure `up` instead, on the cluster of this context. Makes namespaces bench-..., and takes them away.",
)
@click.option(
    "--resources",
    type=click.IntRange(min=28),
    default=400,
    show_default=True,
    help="With --up: objects on the cluster.",
)
@click.pass_obj
def command(
    root: Path, applications: int, runs: int, seed: int, context: str | None, resources: int
) -> int:
    """Measure whole commands and print a Markdown table; takes minutes.

    Exits 1 when a target is missed; targets are for 1,000 applications, or 400 resources, on two
    cores.
    """
    from gitops.bench.jobs import Bench
    from gitops.bench.updates import Updates

    engine = _engine(root) if context else None
    click.echo(f"Machine: {_machine()}. Medians of {counted(runs, 'run')}; seed {seed}.\n")
    click.echo("| job | measured | target | met |\n| --- | --- | --- | --- |")
    missed = False
    with tempfile.TemporaryDirectory(prefix="gitops-bench-") as work:
        shared: dict[str, Any] = {
            "checkout": root,
            "work": Path(work),
            "runs": runs,
            "seed": seed,
            "say": _say,
        }
        bench = (
            Updates(engine=engine, context=context, objects=resources, **shared)
            if engine and context
            else Bench(applications=applications, **shared)
        )
        for each in bench.results():
            met = "" if each.met is None else "yes" if each.met else "**no**"
            click.echo(f"| {each.job} | {each.figure} | {each.target} | {met} |")
            missed = missed or each.met is False
    return 1 if missed else 0


def _engine(root: Path) -> Path:
    """Return the engine for measurements of ``up``.

    Raises:
        ProgramError: something that they need is not installed.

    """
    for each in examine(root):
        if each.name in _NEEDED and not each.found:
            raise ProgramError(f"bench --up needs {each.name}, which is not there: {each.remedy}")
    found = shutil.which("pulumi")
    return Path(found) if found else build(root / "tools/pulumi", "pulumi", _say)


def _say(text: str) -> None:
    click.echo(f"{text} ...", err=True)


def _machine() -> str:
    cpu = platform.processor() or platform.machine()
    facts = Path("/proc/cpuinfo")
    if facts.exists():
        lines = facts.read_text(encoding="utf-8", errors="replace").splitlines()
        models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
        cpu = models[0] if models else cpu
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cpu}, {cores} cores, {platform.system()}, Python {platform.python_version()}"
