"""A stand-in for ``pulumi-resource-random``: passwords alone, on machines without the genuine plugin.

A test double: never shipped, and ``up`` never uses it.
"""

import secrets
import string
import sys
from concurrent import futures
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from tests.real.values import differences, given, plain, struct

_LETTERS = string.ascii_letters + string.digits


class Random(provider_pb2_grpc.ResourceProviderServicer):
    """Answers the engine."""

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo(version="0.0.0")

    def CheckConfig(self, request: Any, context: Any) -> Any:
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Any) -> Any:
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Configure(self, request: Any, context: Any) -> Any:
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    def Check(self, request: Any, context: Any) -> Any:
        return provider_pb2.CheckResponse(inputs=request.news)

    def Diff(self, request: Any, context: Any) -> Any:
        found = dict(differences(plain(given(request.old_inputs)), plain(given(request.news))))
        some, none = provider_pb2.DiffResponse.DIFF_SOME, provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(changes=some if found else none, replaces=list(found))

    def Create(self, request: Any, context: Any) -> Any:
        properties = given(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(properties=request.properties)
        length = int(plain(properties)["length"])
        result = "".join(secrets.choice(_LETTERS) for _ in range(length))
        return provider_pb2.CreateResponse(
            id="none", properties=struct({**properties, "result": result})
        )

    def Read(self, request: Any, context: Any) -> Any:
        return provider_pb2.ReadResponse(
            id=request.id, properties=request.properties, inputs=request.inputs
        )

    def Delete(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()

    def Cancel(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()


def main() -> None:
    """Serve until the engine ends, and say the port first, as every plugin does."""
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Random(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.wait_for_termination()


if __name__ == "__main__":
    main()
