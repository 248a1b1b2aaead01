"""The road to an API server, on which a test can stand in the way of one request."""

import http.client
import ssl
import threading
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.real.api import TIMEOUT
from tests.real.cluster import ControlPlane, kubeconfig
from tests.real.lab import Lab

_PATIENCE = 120
"""Seconds that a test may take to say what becomes of a request."""
_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}
"""Headers that are about one connection."""


@dataclass(kw_only=True)
class Barrier:
    """Holds the first request that changes an object whose path ends in *ending*."""

    ending: str
    answered: bool = False
    """Whether it is held only after the API server has done it: then its answer is what is lost."""
    reached: threading.Event = field(default_factory=threading.Event)
    opened: threading.Event = field(default_factory=threading.Event)
    lost: bool = False

    def wait(self) -> None:
        """Wait until a request is held."""
        assert self.reached.wait(_PATIENCE), f"nothing changed {self.ending}"

    def open(self, *, lose: bool = False) -> None:
        """Let the request, or its answer, go on, or *lose* it."""
        self.lost = lose
        self.opened.set()

    def holds(self, method: str, path: str) -> bool:
        """Tell whether this request is the one to hold."""
        if method not in {"POST", "PATCH", "DELETE"} or "dryRun" in path or self.reached.is_set():
            return False
        return urlsplit(path).path.endswith(self.ending)

    def stop(self) -> bool:
        """Hold a request until the test opens; tell whether it is lost."""
        self.reached.set()
        assert self.opened.wait(_PATIENCE), "the barrier was never opened"
        return self.lost


@contextmanager
def road(lab: Lab, barrier: Barrier) -> Generator[str]:
    """Yield the path of a kubeconfig that leads to cluster one by a road with a *barrier* on it."""
    plane, config = lab.planes["one"], lab.folder / "kubeconfig-of-the-road"

    class Handler(_Handler):
        pass

    Handler.plane, Handler.barrier = plane, barrier
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        own = plane.folder / "certificates"
        context.load_cert_chain(own / "apiserver.crt", own / "apiserver.key")
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            here = f"https://127.0.0.1:{server.server_address[1]}"
            config.write_text(kubeconfig({"one": plane}).replace(plane.server, here))
            yield str(config)
        finally:
            barrier.open(lose=True)
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    """Hands every request on, and its answer back."""

    plane: ControlPlane
    barrier: Barrier

    def _hand_on(self) -> None:
        held = self.barrier.holds(self.command, self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.close_connection = True
        if held and not self.barrier.answered and self.barrier.stop():
            return
        try:
            with closing(self._connection()) as connection:
                headers = {k: v for k, v in self.headers.items() if k.lower() not in _HOP}
                connection.request(self.command, self.path, body or None, headers)
                with connection.getresponse() as answer:
                    if held and self.barrier.answered and self.barrier.stop():
                        return
                    self._hand_back(answer)
        except OSError:
            return  # Whoever asked sees that the connection ends.

    def _hand_back(self, answer: http.client.HTTPResponse) -> None:
        self.send_response_only(answer.status)
        for key, value in answer.getheaders():
            if key.lower() not in _HOP:
                self.send_header(key, value)
        self.end_headers()
        while part := answer.read1(1 << 16):
            self.wfile.write(part)
            self.wfile.flush()

    def _connection(self) -> http.client.HTTPSConnection:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return http.client.HTTPSConnection(
            "127.0.0.1", self.plane.port, timeout=TIMEOUT, context=context
        )

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _hand_on  # noqa: N815  # its names
