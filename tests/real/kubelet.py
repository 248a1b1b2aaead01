"""A stand-in for what is missing on a control plane alone: scheduler, kubelets, an ingress controller.

A test double: nothing runs. It says of every pod that it runs, unless its image is one that nobody
has, of a Job's that it is done, and of every Ingress that it has an address. It is never shipped. What decides about pods before
(controllers, pod security, quotas) and after (endpoints, availability) is real.
"""

import http.client
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from typing import Any

from gitops.objects import at, entries
from tests.real.api import Api, ApiError

NODE = "node-of-the-tests"
MISSING = "missing"
"""Ends the path of an image that nobody has."""
_CONDITIONS = ("PodScheduled", "Initialized", "ContainersReady", "Ready")
_MERGE = "application/merge-patch+json"


class Kubelet:
    """Watches the pods and Ingresses of one API server until it is stopped."""

    def __init__(self, api: Api) -> None:
        """Begin; there is one node."""
        self.api = api
        self._ended = threading.Event()
        with suppress(ApiError):  # From an earlier start.
            node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": NODE}}
            api.call("POST", "/api/v1/nodes", node)
        for path, answer in (
            ("/api/v1/pods", self._pod),
            ("/apis/networking.k8s.io/v1/ingresses", self._ingress),
        ):
            threading.Thread(target=self._watch, args=(path, answer), daemon=True).start()

    def stop(self) -> None:
        """Say nothing more."""
        self._ended.set()

    def _watch(self, path: str, answer: Callable[[Mapping[str, Any]], None]) -> None:
        while not self._ended.is_set():
            # The server ends a watch from time to time, or goes away.
            with suppress(OSError, http.client.HTTPException, ApiError):
                for found in self._each(path):
                    with suppress(ApiError):  # It has changed meanwhile: another event follows.
                        answer(found)
            self._ended.wait(0.2)

    def _each(self, path: str) -> Iterator[Mapping[str, Any]]:
        """Yield every object of a kind, and each again when it changes."""
        listed = self.api.call("GET", path)
        yield from entries(listed["items"])
        version = at(listed, "metadata")["resourceVersion"]
        headers = {"Authorization": f"Bearer {self.api.token}"}
        with closing(self.api.connection(timeout=600)) as connection:
            connection.request("GET", f"{path}?watch=1&resourceVersion={version}", headers=headers)
            with connection.getresponse() as response:
                for line in response:
                    event = json.loads(line)
                    if self._ended.is_set():
                        return
                    if event["type"] in {"ADDED", "MODIFIED"}:
                        yield event["object"]

    def _pod(self, pod: Mapping[str, Any]) -> None:
        metadata = at(pod, "metadata")
        path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}"
        if metadata.get("deletionTimestamp"):
            self.api.call("DELETE", path, {"gracePeriodSeconds": 0})
        elif not at(pod, "spec").get("nodeName"):
            target = {"apiVersion": "v1", "kind": "Node", "name": NODE}
            name = {"metadata": {"name": metadata["name"]}}
            binding = {"apiVersion": "v1", "kind": "Binding", **name, "target": target}
            self.api.call("POST", f"{path}/binding", binding)
        elif at(pod, "status").get("phase") == "Pending":
            self.api.call("PATCH", f"{path}/status", {"status": _status(pod)}, kind=_MERGE)

    def _ingress(self, ingress: Mapping[str, Any]) -> None:
        metadata = at(ingress, "metadata")
        path = f"/apis/networking.k8s.io/v1/namespaces/{metadata['namespace']}/ingresses"
        if not at(ingress, "status", "loadBalancer").get("ingress"):
            status = {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}
            full = f"{path}/{metadata['name']}/status"
            self.api.call("PATCH", full, {"status": status}, kind=_MERGE)


def _status(pod: Mapping[str, Any]) -> dict[str, Any]:
    owners = entries(at(pod, "metadata").get("ownerReferences"))
    done = any(each["kind"] == "Job" for each in owners)
    address = (
        f"10.1.{int(at(pod, 'metadata')['uid'][:2], 16)}.{int(at(pod, 'metadata')['uid'][2:4], 16)}"
    )
    images = [each["image"] for each in entries(at(pod, "spec").get("containers"))]
    ready = not done and not any(map(_is_missing, images))
    return {
        "phase": "Succeeded" if done else "Running",
        "podIP": address,
        "podIPs": [{"ip": address}],
        "conditions": [
            {"type": each, "status": str(ready or not each.endswith("Ready"))}
            for each in _CONDITIONS
        ],
        "containerStatuses": [
            {
                "name": each["name"],
                "image": each["image"],
                "imageID": each["image"],
                "restartCount": 0,
                **_of_container(each["image"], done=done),
            }
            for each in entries(at(pod, "spec").get("containers"))
        ],
    }


def _of_container(image: str, *, done: bool) -> dict[str, Any]:
    if _is_missing(image):
        waiting = {"reason": "ImagePullBackOff", "message": f"there is no image {image}"}
        return {"ready": False, "started": False, "state": {"waiting": waiting}}
    finished = {"terminated": {"exitCode": 0, "reason": "Completed"}}
    return {
        "ready": not done,
        "started": not done,
        "state": finished if done else {"running": {}},
    }


def _is_missing(image: str) -> bool:
    return image.partition("@")[0].partition(":")[0].endswith(f"/{MISSING}")
