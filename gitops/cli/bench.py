"""``bench``: how fast this is, on this machine, with a fleet of any size."""

import os
import platform
import tempfile
from pathlib import Path

import click

from gitops.words import counted


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
@click.pass_obj
def command(root: Path, applications: int, runs: int, seed: int) -> int:
    """Measure whole commands and print a Markdown table; takes minutes.

    Exits 1 when a target is missed; targets are for 1,000 applications on two cores.
    """
    from gitops.bench.jobs import Bench

    click.echo(f"Machine: {_machine()}. Medians of {counted(runs, 'run')}; seed {seed}.\n")
    click.echo("| job | measured | target | met |\n| --- | --- | --- | --- |")
    missed = False
    with tempfile.TemporaryDirectory(prefix="gitops-bench-") as work:
        bench = Bench(
            checkout=root,
            work=Path(work),
            applications=applications,
            runs=runs,
            seed=seed,
            say=lambda text: click.echo(f"{text} ...", err=True),
        )
        for each in bench.results():
            met = "" if each.met is None else "yes" if each.met else "**no**"
            click.echo(f"| {each.job} | {each.figure} | {each.target} | {met} |")
            missed = missed or each.met is False
    return 1 if missed else 0


def _machine() -> str:
    cpu = platform.processor() or platform.machine()
    facts = Path("/proc/cpuinfo")
    if facts.exists():
        lines = facts.read_text(encoding="utf-8", errors="replace").splitlines()
        models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
        cpu = models[0] if models else cpu
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cpu}, {cores} cores, {platform.system()}, Python {platform.python_version()}"
