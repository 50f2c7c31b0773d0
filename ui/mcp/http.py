"""MCP over HTTP: one POST to /mcp for each message, answered on its own and for the asker of that request.

There are no sessions, so that none can be used by another, and nothing is left of a client that went away. Whose
request it is, and that it comes from no other site, is judged before (`ui.server`).
"""

import threading
from typing import TYPE_CHECKING, Any

import anyio
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.datastructures import State
from starlette.requests import Request
from starlette.responses import Response

from ui.api.common import asker_of, client_of
from ui.api.stream import Json, cancel_when
from ui.mcp.library import ServiceLibrary
from ui.mcp.server import Caller, server_of
from ui.service.replies import rpc_error

if TYPE_CHECKING:
    from ui.service.runtime import Service

MOST_BYTES = 1 << 20  # of a message
_TOO_LARGE = f"The message is larger than {MOST_BYTES >> 20} MB. Send less at once."


class McpEndpoint:
    """ASGI: the endpoint /mcp of a service. `closing` is set when the service is being stopped."""

    def __init__(self, service: "Service", closing: threading.Event) -> None:
        self._service, self._closing = service, closing
        self._server = server_of(self._reader)
        self.state = State({"service": service})  # where what judges a request looks for the service

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["method"] != "POST":  # no stream without a request, and no session to end
            await Response(status_code=405, headers={"allow": "POST"})(scope, receive, send)
            return
        begun = too_large = False

        async def send_and_see(message: Any) -> None:
            nonlocal begun, too_large
            too_large = too_large or message.get("status") == 413
            if not too_large:  # else it is said below, in a form that clients show
                begun = True
                await send(message)

        manager = StreamableHTTPSessionManager(self._server, stateless=True, max_request_body_size=MOST_BYTES)
        async with anyio.create_task_group() as group:
            group.start_soon(cancel_when, self._closing, group.cancel_scope)
            async with manager.run():  # ended with the request, and with it all that was done for it
                await manager.handle_request({**scope, "app": self}, receive, send_and_see)
            group.cancel_scope.cancel()
        if too_large:
            await Json(rpc_error("UsageError", _TOO_LARGE), 413)(scope, receive, send)
        elif not begun and self._closing.is_set():
            await Response("The service is being stopped.\n", 503)(scope, receive, send)

    def _reader(self, request: Request) -> Caller:
        origin = str(request.base_url).rstrip("/")
        return Caller(ServiceLibrary(self._service, client_of(request)), asker_of(request), origin)
