"""Real control planes: etcd and, for each cluster, an API server with RBAC and the controllers.

There is no kubelet: nothing runs, but everything is stored, validated, admitted and collected. Where
a test needs pods, a stand-in says that they run.
"""

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from gitops.objects import at, entries
from gitops.programs import build
from tests import ROOT
from tests.real.api import Api, ApiError
from tests.real.kubelet import Kubelet
from tests.real.schemas import CACHE, UnavailableError

TOKEN = "an-admin-of-these-tests"  # of a server that lives for one test
_PATIENCE = 60
"""Seconds that a program may take to start; it takes three."""
_CONTROLLERS = (
    "namespace-controller",
    "garbage-collector-controller",
    "serviceaccount-controller",
    "clusterrole-aggregation-controller",
    "serviceaccount-token-controller",
)
_OF_PODS = (
    "daemonset-controller",
    "deployment-controller",
    "endpoints-controller",
    "endpointslice-controller",
    "job-controller",
    "replicaset-controller",
    "resourcequota-controller",
    "statefulset-controller",
)


@dataclass(kw_only=True)
class ControlPlane:
    """One etcd and one API server, which can be stopped and started again."""

    name: str
    folder: Path
    port: int = 0
    pods: bool = False
    """Whether workloads get pods, of which a stand-in for kubelets says that they run."""
    kubelet: Kubelet | None = None
    processes: dict[str, subprocess.Popen[bytes]] = field(
        default_factory=dict[str, subprocess.Popen[bytes]]
    )

    @property
    def api(self) -> Api:
        """Return a client with all rights."""
        return Api(server=self.server, token=TOKEN)

    @property
    def server(self) -> str:
        """Return the URL of the API server."""
        return f"https://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start what is not running, and wait until the API server is ready."""
        self.folder.mkdir(parents=True, exist_ok=True)
        client, peer, self.port = ports(3) if not self.port else (*ports(2), self.port)
        etcd = f"http://127.0.0.1:{client}"
        if not self._runs("etcd"):
            self.etcd = etcd
            self._start(
                "etcd",
                [
                    *(str(programs("server", "etcd")), "--data-dir", str(self.folder / "etcd")),
                    *("--listen-client-urls", etcd, "--advertise-client-urls", etcd),
                    *("--listen-peer-urls", f"http://127.0.0.1:{peer}"),
                    # Nothing here must survive a power cut.
                    "--unsafe-no-fsync",
                ],
            )
        self.start_api()
        self._start(
            "kube-controller-manager",
            [
                str(programs("kube-controller-manager")),
                *("--kubeconfig", str(self._file("kubeconfig", kubeconfig({self.name: self})))),
                f"--controllers={','.join((*_CONTROLLERS, *(_OF_PODS if self.pods else ())))}",
                *("--secure-port", "0", "--leader-elect=false"),
                *("--service-account-private-key-file", str(self.folder / "service-accounts.key")),
                *("--root-ca-file", str(self.folder / "certificates/apiserver.crt")),
                *(
                    "--namespace-sync-period",
                    "2s",
                    "--kube-api-qps",
                    "500",
                    "--kube-api-burst",
                    "1000",
                ),
            ],
        )

        if self.pods and self.kubelet is None:
            self.kubelet = Kubelet(self.api)

    def start_api(self) -> None:
        """Start the API server alone, and wait until it is ready."""
        key = self.folder / "service-accounts.key"
        if not key.exists():
            subprocess.run(
                ["openssl", "genrsa", "-out", str(key), "2048"], check=True, capture_output=True
            )
        self._start(
            "kube-apiserver",
            [
                str(programs("kube-apiserver")),
                *("--etcd-servers", self.etcd, "--bind-address", "127.0.0.1"),
                *("--secure-port", str(self.port), "--cert-dir", str(self.folder / "certificates")),
                *("--service-cluster-ip-range", "10.0.0.0/16", "--authorization-mode", "RBAC"),
                *("--token-auth-file", str(self._file("tokens.csv", _tokens()))),
                *("--service-account-issuer", "https://kubernetes.default.svc"),
                *("--service-account-key-file", str(key)),
                *("--service-account-signing-key-file", str(key)),
            ],
        )
        _until_ready(self)

    def define(self, crds: Iterable[Mapping[str, Any]]) -> None:
        """Make custom kinds known, and wait until the API server serves them."""
        api, made = self.api, list(crds)

        def apply(crd: Mapping[str, Any]) -> None:
            api.apply(crd, "tests")

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(apply, made))
        end = time.monotonic() + _PATIENCE
        for each in made:
            while not _established(api.call("GET", api.of_object(each))):
                assert time.monotonic() < end, f"{each['metadata']['name']} is not established"
                time.sleep(0.05)  # It is the only sign that the API server gives.

    def stop_api(self) -> None:
        """Stop the API server as a crash would; what it stored stays."""
        self._stop("kube-apiserver")

    def stop(self) -> None:
        """Stop everything."""
        if self.kubelet is not None:
            self.kubelet.stop()
        for name in reversed(list(self.processes)):
            self._stop(name)

    def log(self, name: str) -> str:
        """Return what a program has said so far."""
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def _runs(self, name: str) -> bool:
        return name in self.processes and self.processes[name].poll() is None

    def _start(self, name: str, command: Sequence[str]) -> None:
        if self._runs(name):
            return
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.folder
            )

    def _stop(self, name: str) -> None:
        process = self.processes.pop(name, None)
        if process is not None:
            process.send_signal(signal.SIGKILL)
            process.wait()

    def _file(self, name: str, text: str) -> Path:
        file = self.folder / name
        file.write_text(text)
        return file


def kubeconfig(planes: Mapping[str, ControlPlane], token: str = TOKEN) -> str:
    """Return a kubeconfig of whoever has *token*, with a context for each of *planes*."""
    cluster = {"insecure-skip-tls-verify": True}
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                {"name": name, "cluster": {"server": each.server, **cluster}}
                for name, each in planes.items()
            ],
            "users": [{"name": "user", "user": {"token": token}}],
            "contexts": [
                {"name": name, "context": {"cluster": name, "user": "user"}} for name in planes
            ],
            "current-context": next(iter(planes), ""),
        }
    )


def programs(name: str, module: str = "kubernetes") -> Path:
    """Return a real program, built when it is not there; it outlives the run.

    Raises:
        ProgramError: it cannot be built.

    """
    return build(ROOT / "tools" / module, name, cache=CACHE)


def _established(crd: Mapping[str, Any]) -> bool:
    conditions = entries(at(crd, "status").get("conditions"))
    return any(each["type"] == "Established" and each["status"] == "True" for each in conditions)


def needed() -> None:
    """Say why there can be no control plane.

    Raises:
        UnavailableError: a program is missing.
        ProgramError: a program cannot be built.

    """
    if shutil.which("openssl") is None:
        raise UnavailableError("openssl is not installed (apt-get install openssl): it makes keys")
    for name, module in (
        ("kube-apiserver", "kubernetes"),
        ("server", "etcd"),
        ("pulumi", "pulumi"),
    ):
        programs(name, module)


def ports(number: int) -> list[int]:
    """Return *number* ports that are free at this moment."""
    sockets = [socket.socket() for _ in range(number)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    found = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return found


def _tokens() -> str:
    return f"{TOKEN},admin,admin,system:masters\nnobody-token,nobody,nobody\n"


def _until_ready(plane: ControlPlane) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        if plane.processes["kube-apiserver"].poll() is not None:
            break
        try:
            plane.api.call("GET", "/readyz")
        except (OSError, ApiError):
            time.sleep(0.1)  # Until it listens there is nothing that could tell.
        else:
            return
    raise AssertionError(f"the API server is not ready: {plane.log('kube-apiserver')[-2000:]}")
