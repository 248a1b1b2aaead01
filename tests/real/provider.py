"""A stand-in for ``pulumi-resource-kubernetes``, for machines that cannot have the genuine plugin.

A test double: it speaks the provider's protocol to a real API server. As the genuine one does since
4.29 where ``enableServerSideApply`` is set, it creates what must not be there yet, and applies
changes on the server's side. It does not wait for workloads to become ready, and knows no charts. It
is never shipped, and ``up`` never uses it.

Sources: https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto,
https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/await/await.go
"""

import os
import time
from collections.abc import Callable, Mapping
from concurrent import futures
from pathlib import Path
from typing import Any, TypeVar

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2

from tests.real.api import Api, ApiError
from tests.real.plugin import Plugin, serve
from tests.real.values import UNKNOWN, differences, fields, given, items, plain, struct, unknown

MANAGER = "pulumi-kubernetes"
Answer = TypeVar("Answer")
_RELEASE = "kubernetes:helm.sh/v3:Release"
_IDENTITY = ("apiVersion", "kind", "metadata.name", "metadata.namespace")
_TOKEN = "kubernetes.io/service-account-token"
_WAIT = "pulumi.com/waitFor"
_PROPAGATION = "pulumi.com/deletionPropagationPolicy"
"""Annotations that the genuine plugin obeys; see its package's page in the Pulumi registry."""
_HELD = {"Secret": ("data", "stringData"), "ConfigMap": ("data", "binaryData")}
"""What the genuine plugin changes only where it is told that it may, and replaces otherwise.

Source: https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/provider/diff.go
"""
_GONE = 60
"""Seconds to wait until an object that is deleted has gone."""
_EXISTS = (
    "The resource already exists in the cluster. This can happen when: Adopting a resource into "
    "Pulumi: use `pulumi import`."
)
"""What the genuine one adds, shortened."""
_REFUSED = (
    "configured Kubernetes cluster is unreachable: unable to load schema information from the API "
    "server: the server has asked for the client to provide credentials"
)
"""What the genuine one says of a token that is not accepted."""


class Kubernetes(Plugin):
    """Answers the engine."""

    def __init__(self) -> None:
        """Wait to be configured."""
        self.api: Api | None = None
        self.mutable: frozenset[str] = frozenset()
        self.cancelled: futures.Future[Any] = futures.Future()
        self.requests = futures.ThreadPoolExecutor(64)

    def Handshake(self, request: Any, context: Any) -> Any:
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True, accept_resources=False)

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo(version=os.environ.get("STAND_IN_VERSION", "4.34.2"))

    def GetSchema(self, request: Any, context: Any) -> Any:
        return provider_pb2.GetSchemaResponse(schema="{}")

    def Configure(self, request: Any, context: Any) -> Any:
        args = plain(given(request.args))
        text = args.get("kubeconfig")
        if text == UNKNOWN or ("kubeconfig" in args and text is None):
            self.api = (
                None  # The genuine one takes null for a kubeconfig in which there is nothing.
            )
        else:
            text = text or Path(os.environ.get("KUBECONFIG", "")).read_text()
            text = Path(text).read_text() if text.startswith("/") else text
            self.api = Api.of(text, str(args.get("context") or ""))
        may = {kind: str(args.get(f"enable{kind}Mutable")).lower() == "true" for kind in _HELD}
        self.mutable = frozenset(kind for kind, each in may.items() if each)
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, acceptResources=False
        )

    def Diff(self, request: Any, context: Any) -> Any:
        old, new = plain(given(request.old_inputs)), plain(given(request.news))
        found = dict(differences(old, new))
        kind = str(new.get("kind", ""))
        held = () if kind in self.mutable else _HELD.get(kind, ())
        replaces = [path for path in found if path in _IDENTITY or path.split(".")[0] in held]
        if self.api is not None and found and not replaces and not unknown(new):
            try:
                manager = _manager(given(request.olds))
                self.api.apply(_object(request.type, new), manager, force=True, dry=True)
            except ApiError as error:
                if error.code == 422 and "immutable" in str(error):
                    replaces = list(found)
            except OSError:
                pass  # As the genuine one: what cannot be reached is found out by the update.
        kinds = provider_pb2.PropertyDiff.Kind
        detailed = {
            path: provider_pb2.PropertyDiff(
                kind=kinds.Value(f"{how}_REPLACE" if path in replaces else how), inputDiff=True
            )
            for path, how in found.items()
        }
        some, none = provider_pb2.DiffResponse.DIFF_SOME, provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(
            changes=some if found else none,
            replaces=replaces,
            diffs=sorted({path.partition(".")[0] for path in found}),
            detailedDiff=detailed,
            hasDetailedDiff=True,
            deleteBeforeReplace=bool(replaces) and not set(replaces) & set(_IDENTITY),
        )

    def Create(self, request: Any, context: Any) -> Any:
        properties = given(request.properties)
        manifest = _object(request.type, plain(properties))
        if request.preview:
            return provider_pb2.CreateResponse(properties=request.properties)
        self._sent(lambda api: api.create(manifest, MANAGER), manifest, context)
        live = self._ready(manifest, context)
        return provider_pb2.CreateResponse(
            id=_id(manifest), properties=_outputs({**properties, **live})
        )

    def Update(self, request: Any, context: Any) -> Any:
        properties = given(request.news)
        if request.preview:
            return provider_pb2.UpdateResponse(properties=request.news)
        manifest = _object(request.type, plain(properties))
        manager = _manager(given(request.olds))
        self._sent(lambda api: api.hand_over(manifest, manager), manifest, context)
        self._sent(lambda api: api.apply(manifest, manager), manifest, context)
        live = self._ready(manifest, context)
        return provider_pb2.UpdateResponse(properties=_outputs({**properties, **live}))

    def Read(self, request: Any, context: Any) -> Any:
        properties = given(request.properties)
        inputs = plain(given(request.inputs) or properties)
        found = self._get(_object(request.type, inputs), context)
        if found is None:
            return provider_pb2.ReadResponse()
        live = inputs if request.type == _RELEASE else _restricted(found, inputs)
        more = {"data": found["data"]} if inputs.get("type") == _TOKEN else {}
        return provider_pb2.ReadResponse(
            id=request.id, properties=_outputs({**live, **more}), inputs=struct(live)
        )

    def Delete(self, request: Any, context: Any) -> Any:
        inputs = plain(given(request.old_inputs) or given(request.properties))
        manifest = _object(request.type, inputs)
        policy = str(_annotations(manifest).get(_PROPAGATION, "background")).capitalize()
        self._ask(context, "DELETE", manifest, {"propagationPolicy": policy})
        end = time.monotonic() + _GONE
        while self._get(manifest, context) is not None:
            if time.monotonic() > end:
                context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, f"{_id(manifest)} does not go")
            time.sleep(0.2)  # As the genuine provider: an object with finalizers takes its time.
        return empty_pb2.Empty()

    def Cancel(self, request: Any, context: Any) -> Any:
        """Give up the requests that are under way, as the genuine one does."""
        if not self.cancelled.done():
            self.cancelled.set_result(None)
        return empty_pb2.Empty()

    def _ready(self, manifest: Mapping[str, Any], context: Any) -> dict[str, Any]:
        """Wait as the genuine one does, and return what of the object only the cluster knows."""
        token = manifest.get("type") == _TOKEN
        condition = str(_annotations(manifest).get(_WAIT, "")).removeprefix("condition=")
        if not (token or condition):
            return {}
        end = time.monotonic() + _GONE
        while time.monotonic() < end:
            live = self._get(manifest, context) or {}
            if token and live.get("data"):
                return {"data": live["data"]}
            if condition and _holds(live, condition):
                return {}
            time.sleep(0.05)  # As the genuine one, which watches.
        context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, f"{_id(manifest)} does not become ready")
        raise AssertionError

    def _get(self, manifest: Mapping[str, Any], context: Any) -> dict[str, Any] | None:
        return self._ask(context, "GET", manifest, None)

    def _ask(
        self, context: Any, method: str, manifest: Mapping[str, Any], body: Any
    ) -> dict[str, Any] | None:
        def ask(api: Api) -> dict[str, Any] | None:
            try:
                return api.call(method, api.of_object(manifest), body)
            except ApiError as error:
                if error.code != 404:
                    raise
            return None

        return self._sent(ask, manifest, context)

    def _sent(self, send: Callable[[Api], Answer], manifest: Any, context: Any) -> Answer:
        """Return what the API server answers; end the call with an error where it refuses."""
        sent = self.requests.submit(send, self._reached(context))
        either: tuple[futures.Future[Any], ...] = (sent, self.cancelled)
        done, _ = futures.wait(either, return_when=futures.FIRST_COMPLETED)
        if sent not in done:
            context.abort(grpc.StatusCode.UNKNOWN, f"{_id(manifest)}: context canceled")
        try:
            return sent.result()
        except ApiError as error:
            said = f"{error}\n\n{_EXISTS}" if error.exists else str(error)
            said = _REFUSED if error.code == 401 else said
            context.abort(grpc.StatusCode.UNKNOWN, f"{manifest['kind']} {_id(manifest)}: {said}")
        except OSError as error:
            context.abort(grpc.StatusCode.UNAVAILABLE, f"the cluster cannot be reached: {error}")
        raise AssertionError

    def _reached(self, context: Any) -> Api:
        if self.api is None:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, "the kubeconfig is not known")
            raise AssertionError
        return self.api


def _object(kind: str, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the object of *inputs*; of a chart only the Secret in which Helm notes a release."""
    if kind != _RELEASE:
        return inputs
    metadata = {"name": f"sh.helm.release.v1.{inputs['name']}.v1", "namespace": inputs["namespace"]}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": metadata,
        "type": "helm.sh/release.v1",
    }


def _annotations(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = fields(manifest.get("metadata")) or {}
    return fields(metadata.get("annotations")) or {}


def _holds(live: Mapping[str, Any], condition: str) -> bool:
    found = items((fields(live.get("status")) or {}).get("conditions")) or []
    return any(each["type"] == condition and each["status"] == "True" for each in found)


def _id(manifest: Mapping[str, Any]) -> str:
    metadata = manifest["metadata"]
    return "/".join(filter(None, (metadata.get("namespace"), metadata["name"])))


def _manager(olds: Mapping[str, Any]) -> str:
    return str(olds.get("__fieldManager") or MANAGER)


def _outputs(properties: Mapping[str, Any]) -> Any:
    return struct({**properties, "__fieldManager": MANAGER})


def _restricted(live: Any, wanted: Any) -> Any:
    """Return of *live* what *wanted* has too: what others set is not ours."""
    here, there = fields(live), fields(wanted)
    one, other = items(live), items(wanted)
    if here is not None and there is not None:
        # What is empty the API server leaves out.
        return {
            key: _restricted(here[key], each) if key in here else each
            for key, each in there.items()
            if key in here or each in ([], {})
        }
    if one is not None and other is not None and len(one) == len(other):
        return [_restricted(left, right) for left, right in zip(one, other, strict=True)]
    return live


if __name__ == "__main__":
    serve(Kubernetes())
