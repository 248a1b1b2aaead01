"""A stand-in for ``pulumi-resource-kubernetes``, for machines that cannot have the genuine plugin.

A test double: it speaks the provider's protocol and applies on the server's side to a real API
server, as the genuine one does where ``enableServerSideApply`` is set. It does not wait for
workloads to become ready, and knows no charts. It is never shipped, and ``up`` never uses it.

Source: https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto
"""

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent import futures
from pathlib import Path
from typing import Any, cast

import grpc
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from tests.real.api import Api, ApiError

MANAGER = "pulumi-kubernetes"
_SECRET = "4dabf18193072939515e22adb298388d"
"""Marks a value with a signature; see the SDK's ``rpc.py``."""
_SECRET_SIG = "1b47061264138c4ac30d75fd1eb44270"
_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_RELEASE = "kubernetes:helm.sh/v3:Release"
_IDENTITY = ("apiVersion", "kind", "metadata.name", "metadata.namespace")
_TOKEN = "kubernetes.io/service-account-token"
_WAIT = "pulumi.com/waitFor"
_PROPAGATION = "pulumi.com/deletionPropagationPolicy"
"""Annotations that the genuine plugin obeys; see its package's page in the Pulumi registry."""
_GONE = 60
"""Seconds to wait until an object that is deleted has gone."""


def fields(value: Any) -> dict[str, Any] | None:
    """Return *value* where it is an object."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def items(value: Any) -> list[Any] | None:
    """Return *value* where it is a list."""
    return cast("list[Any]", value) if isinstance(value, list) else None


def mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    """Return *value* with *change* made to everything right inside it."""
    if (found := fields(value)) is not None:
        return {key: change(each) for key, each in found.items()}
    if (listed := items(value)) is not None:
        return [change(each) for each in listed]
    return value


def plain(value: Any) -> Any:
    """Return *value* without marks of secrets."""
    found = fields(value)
    if found is not None and found.get(_SECRET) == _SECRET_SIG:
        return plain(found["value"])
    return mapped(value, plain)


def whole(value: Any) -> Any:
    """Return *value* with numbers that are whole as such: the protocol has none."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return mapped(value, whole)


def given(struct: Any) -> dict[str, Any]:
    """Return a protobuf struct as a dictionary."""
    return whole(json_format.MessageToDict(struct))


def struct(value: Mapping[str, Any]) -> Any:
    """Return *value* as a protobuf struct."""
    return json_format.ParseDict(dict(value), struct_pb2.Struct())


def unknown(value: Any) -> bool:
    """Tell whether anything in *value* is not known yet."""
    inside = (fields(value) or {}).values() or items(value) or ()
    return value == _UNKNOWN or any(map(unknown, inside))


def differences(old: Any, new: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the path of every value that differs, and whether it is added, updated or deleted."""
    before, after = fields(old), fields(new)
    one, other = items(old), items(new)
    if before is not None and after is not None:
        for key in sorted({*before, *after}):
            here = f"{path}.{key}" if path else key
            if key not in before:
                yield here, "ADD"
            elif key not in after:
                yield here, "DELETE"
            else:
                yield from differences(before[key], after[key], here)
    elif one is not None and other is not None and len(one) == len(other):
        for index, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from differences(left, right, f"{path}[{index}]")
    elif old != new:
        yield path, "UPDATE"


class Kubernetes(provider_pb2_grpc.ResourceProviderServicer):
    """Answers the engine."""

    def __init__(self) -> None:
        """Wait to be configured."""
        self.api: Api | None = None

    def Handshake(self, request: Any, context: Any) -> Any:
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True, accept_resources=False)

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo(version=os.environ.get("STAND_IN_VERSION", "4.34.2"))

    def GetSchema(self, request: Any, context: Any) -> Any:
        return provider_pb2.GetSchemaResponse(schema="{}")

    def CheckConfig(self, request: Any, context: Any) -> Any:
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Any) -> Any:
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Configure(self, request: Any, context: Any) -> Any:
        args = plain(given(request.args))
        text = args.get("kubeconfig")
        if text == _UNKNOWN:
            self.api = None
        else:
            text = text or Path(os.environ.get("KUBECONFIG", "")).read_text()
            text = Path(text).read_text() if text.startswith("/") else text
            self.api = Api.of(text, str(args.get("context") or ""))
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, acceptResources=False
        )

    def Check(self, request: Any, context: Any) -> Any:
        return provider_pb2.CheckResponse(inputs=request.news)

    def Diff(self, request: Any, context: Any) -> Any:
        old, new = plain(given(request.old_inputs)), plain(given(request.news))
        found = dict(differences(old, new))
        replaces = [path for path in found if path in _IDENTITY]
        if self.api is not None and found and not replaces and not unknown(new):
            try:
                self.api.apply(_object(request.type, new), _manager(given(request.olds)), dry=True)
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
        self._apply(manifest, MANAGER, context)
        live = self._ready(manifest, context)
        return provider_pb2.CreateResponse(
            id=_id(manifest), properties=_outputs({**properties, **live})
        )

    def Update(self, request: Any, context: Any) -> Any:
        properties = given(request.news)
        if request.preview:
            return provider_pb2.UpdateResponse(properties=request.news)
        manifest = _object(request.type, plain(properties))
        self._apply(manifest, _manager(given(request.olds)), context)
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
            time.sleep(0.05)  # As the genuine provider: an object with finalizers takes its time.
        return empty_pb2.Empty()

    def Cancel(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()

    def _apply(self, manifest: Mapping[str, Any], manager: str, context: Any) -> None:
        try:
            self._reached(context).apply(manifest, manager)
        except ApiError as error:
            code = grpc.StatusCode.UNKNOWN
            context.abort(code, f"{manifest['kind']} {_id(manifest)}: {error}")
        except OSError as error:
            context.abort(grpc.StatusCode.UNAVAILABLE, f"the cluster cannot be reached: {error}")

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
        api = self._reached(context)
        try:
            return api.call(method, api.of_object(manifest), body)
        except ApiError as error:
            if error.code != 404:
                context.abort(grpc.StatusCode.UNKNOWN, f"{_id(manifest)}: {error}")
        except OSError as error:
            context.abort(grpc.StatusCode.UNAVAILABLE, f"the cluster cannot be reached: {error}")
        return None

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


def main() -> None:
    """Serve until the engine ends, and say the port first, as every plugin does."""
    server = grpc.server(
        futures.ThreadPoolExecutor(max_workers=16),
        options=[("grpc.max_receive_message_length", 1 << 28)],
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Kubernetes(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.wait_for_termination()


if __name__ == "__main__":
    main()
