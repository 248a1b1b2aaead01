"""What the stand-ins for Pulumi's plugins share: what they all answer alike, and how they serve."""

import sys
from concurrent import futures
from typing import Any

import grpc
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc


class Plugin(provider_pb2_grpc.ResourceProviderServicer):
    """Takes every configuration and every input as it is given."""

    def CheckConfig(self, request: Any, context: Any) -> Any:
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Any) -> Any:
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Check(self, request: Any, context: Any) -> Any:
        return provider_pb2.CheckResponse(inputs=request.news)


def serve(plugin: Plugin) -> None:
    """Serve until the engine ends, and say the port first, as every plugin does."""
    server = grpc.server(
        futures.ThreadPoolExecutor(max_workers=16),
        options=[("grpc.max_receive_message_length", 1 << 28)],
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(plugin, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.wait_for_termination()
