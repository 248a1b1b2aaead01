"""Measures ``up`` on a control plane of its own: ``python -m tests.real.bench [OPTIONS]``.

The options are those of ``bench``. Where the Kubernetes plugin is missing, Pulumi's own provider is
built. Nothing runs on the control plane: what the provider waits for a stand-in says at once.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from tests import ROOT
from tests.real.cluster import ControlPlane, programs
from tests.real.conftest import APPLIED
from tests.real.lab import Lab, stands_in
from tests.real.schemas import crds

CONTEXT = "bench"


def prepare(plane: ControlPlane) -> None:
    """Let *plane* know what a platform is made of."""
    plane.define(each for each in crds() if each["spec"]["names"]["kind"] in APPLIED)
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "argocd"}}
    plane.api.apply(space, "bench")


def main() -> int:
    """Start a control plane, measure, stop it, and return the exit code."""
    with tempfile.TemporaryDirectory(prefix="gitops-lab-") as folder:
        plane = ControlPlane(name=CONTEXT, folder=Path(folder) / "plane", pods=True)
        try:
            plane.start()
            prepare(plane)
            lab = Lab(folder=Path(folder), planes={CONTEXT: plane})
            if stands_in():
                lab.provider = programs("pulumi-resource-kubernetes", "provider")
            command = [sys.executable, "-P", "-m", "gitops", "bench", "--up", CONTEXT]
            return subprocess.run(
                [*command, *sys.argv[1:]],
                cwd=ROOT,
                env={**lab.environment(), "PYTHONPATH": str(ROOT)},
                check=False,
            ).returncode
        finally:
            plane.stop()


if __name__ == "__main__":
    sys.exit(main())
