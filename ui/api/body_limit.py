"""The limit of request bodies: JSON is read whole, so it must not be large. Uploads have limits of their own."""

import re
from typing import Any

from starlette.exceptions import HTTPException

from kb.evaluation.questions import MAX_SET_MB
from kb.glossary.csv_form import MOST_MB

_MB = 1 << 20
_JSON_MB = 1
_UPLOADS = re.compile(r"/api/documents/upload|/api/conversations/[^/]+/files")
_LARGE = {  # a file may stand in the request
    "/api/evaluations": MAX_SET_MB + 1,
    "/api/evaluations/documents": MAX_SET_MB + 1,
    "/api/glossary/import": MOST_MB + 1,
}


class BodyLimit:
    """ASGI middleware: 413 for a body that is too large, before it has come whole."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or _UPLOADS.fullmatch(scope["path"]):
            await self._app(scope, receive, send)
            return
        most, came = _LARGE.get(scope["path"], _JSON_MB) * _MB, 0
        announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")

        async def receive_at_most() -> Any:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > most or int(announced) > most:  # a client that says how much it will send is stopped at once
                raise HTTPException(413, f"The request is larger than {most // _MB} MB. Send less at once.")
            return message

        await self._app(scope, receive_at_most, send)
