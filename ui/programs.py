"""What programs speak to: the API under /api and OpenAI's under /v1, as one ASGI application."""

import threading
from typing import TYPE_CHECKING, Any

from ui.api.routes import api_of
from ui.openai.routes import openai_of

if TYPE_CHECKING:
    from ui.service.runtime import Service


class Programs:
    """ASGI: each part under its path. `closing` is set when the service is being stopped: streams end."""

    def __init__(self, service: "Service") -> None:
        self._api = api_of(service)
        self.closing: threading.Event = self._api.state.closing
        self._openai = openai_of(service, self.closing)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        under_v1 = scope["type"] == "http" and (scope["path"] + "/").startswith("/v1/")
        await (self._openai if under_v1 else self._api)(scope, receive, send)
