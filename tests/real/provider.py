"""A stand-in for ``pulumi-resource-kubernetes``, for machines that cannot have the genuine plugin.

A test double: it speaks the provider's protocol and applies on the server's side to a real API
server, as the genuine one does where ``enableServerSideApply`` is set. It does not wait for
workloads to become ready, and knows no charts. It is never shipped, and ``up`` never uses it.

Source: https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto
"""

import os
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from tests.real.api import Api, ApiError

MANAGER = "pulumi-kubernetes"
_SECRET = "4dabf18193072939515e22adb298388d"
"""Marks a value with a signature; see the SDK's ``rpc.py``."""
_SECRET_SIG = "1b47061264138c4ac30d75fd1eb44270"
_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_IDENTITY = ("apiVersion", "kind", "metadata.name", "metadata.namespace")
_GONE = 60
"""Seconds to wait until an object that is deleted has gone."""


def plain(value: Any) -> Any:
    """Return *value* without marks of secrets."""
    if isinstance(value, dict):
        if value.get(_SECRET) == _SECRET_SIG:
            return plain(value["value"])
        return {key: plain(each) for key, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list) else value


def given(struct: Any) -> dict[str, Any]:
    """Return a protobuf struct as a dictionary, whole numbers as such."""
    return _whole(json_format.MessageToDict(struct))


def struct(value: Mapping[str, Any]) -> Any:
    """Return *value* as a protobuf struct."""
    return json_format.ParseDict(dict(value), struct_pb2.Struct())


def _whole(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _whole(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_whole(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def unknown(value: Any) -> bool:
    """Tell whether anything in *value* is not known yet."""
    if isinstance(value, dict):
        return any(map(unknown, value.values()))
    return any(map(unknown, value)) if isinstance(value, list) else value == _UNKNOWN


def differences(old: Any, new: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the path of every value that differs, and whether it is added, updated or deleted."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            here = f"{path}.{key}" if path else key
            if key not in old:
                yield here, "ADD"
            elif key not in new:
                yield here, "DELETE"
            else:
                yield from differences(old[key], new[key], here)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from differences(one, other, f"{path}[{index}]")
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
                self.api.apply(new, _manager(given(request.olds)), dry=True)
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
        manifest = plain(properties)
        if request.preview:
            return provider_pb2.CreateResponse(properties=request.properties)
        self._apply(manifest, MANAGER, context)
        return provider_pb2.CreateResponse(id=_id(manifest), properties=_outputs(properties))

    def Update(self, request: Any, context: Any) -> Any:
        properties = given(request.news)
        if request.preview:
            return provider_pb2.UpdateResponse(properties=request.news)
        self._apply(plain(properties), _manager(given(request.olds)), context)
        return provider_pb2.UpdateResponse(properties=_outputs(properties))

    def Read(self, request: Any, context: Any) -> Any:
        properties = given(request.properties)
        manifest = plain(given(request.inputs) or properties)
        found = self._get(manifest, context)
        if found is None:
            return provider_pb2.ReadResponse()
        live = _restricted(found, manifest)
        return provider_pb2.ReadResponse(
            id=request.id, properties=_outputs(live), inputs=struct(live)
        )

    def Delete(self, request: Any, context: Any) -> Any:
        manifest = plain(given(request.old_inputs) or given(request.properties))
        self._ask(context, "DELETE", manifest, {"propagationPolicy": "Background"})
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


def _id(manifest: Mapping[str, Any]) -> str:
    metadata = manifest["metadata"]
    return "/".join(filter(None, (metadata.get("namespace"), metadata["name"])))


def _manager(olds: Mapping[str, Any]) -> str:
    return str(olds.get("__fieldManager") or MANAGER)


def _outputs(properties: Mapping[str, Any]) -> Any:
    return struct({**properties, "__fieldManager": MANAGER})


def _restricted(live: Any, wanted: Any) -> Any:
    """Return of *live* what *wanted* has too: what others set is not ours."""
    if isinstance(live, dict) and isinstance(wanted, dict):
        return {key: _restricted(live[key], each) for key, each in wanted.items() if key in live}
    if isinstance(live, list) and isinstance(wanted, list) and len(live) == len(wanted):
        return [_restricted(one, other) for one, other in zip(live, wanted, strict=True)]
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
