"""A stand-in for ``pulumi-resource-random``: passwords alone, on machines without the genuine plugin.

A test double: never shipped, and ``up`` never uses it.
"""

import secrets
import string
from typing import Any

from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2

from tests.real.plugin import Plugin, serve
from tests.real.values import differences, given, plain, struct

_LETTERS = string.ascii_letters + string.digits


class Random(Plugin):
    """Answers the engine."""

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo(version="0.0.0")

    def Configure(self, request: Any, context: Any) -> Any:
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

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


if __name__ == "__main__":
    serve(Random())
