"""What programs speak to: the API under /api, OpenAI's under /v1 and MCP at /mcp, as one ASGI application."""

import threading
from typing import TYPE_CHECKING, Any

from anyio import to_thread

from ui.api.routes import api_of
from ui.openai.routes import openai_of

if TYPE_CHECKING:
    from ui.mcp.http import McpEndpoint
    from ui.service.runtime import Service


class Programs:
    """ASGI: each part under its path. `closing` is set when the service is being stopped: streams end."""

    def __init__(self, service: "Service") -> None:
        self._api = api_of(service)
        self.closing: threading.Event = self._api.state.closing
        self._openai = openai_of(service, self.closing)
        self._service = service
        self._mcp: McpEndpoint | None = None  # opened at the first message: its library takes half a second to load

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        app: Any = self._api
        if scope["type"] == "http" and scope["path"] == "/mcp":
            if self._mcp is None:
                self._mcp = await to_thread.run_sync(self._open_mcp)
            app = self._mcp
        elif scope["type"] == "http" and scope["path"].startswith("/v1/"):
            app = self._openai
        await app(scope, receive, send)

    def _open_mcp(self) -> "McpEndpoint":
        from ui.mcp.http import McpEndpoint

        return McpEndpoint(self._service, self.closing)
