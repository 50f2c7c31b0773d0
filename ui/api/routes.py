"""The API: what the page does, for programs, under /api. `docs/api.md` says how to call it."""

import logging
import threading
from typing import TYPE_CHECKING, Any

from anyio import to_thread
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from kb import errors
from kb.messages.coded_text import CodedText, fields
from ui.api import (
    access,
    answers,
    audit,
    conversations,
    documents,
    evaluations,
    files,
    glossary,
    home,
    jobs,
    models,
    people,
    preferences,
    reviews,
    sessions,
    suggestions,
    uploads,
    usage,
)
from ui.api.body_limit import BodyLimit
from ui.api.common import VERSION, ErrorForm
from ui.api.permissions import permitted
from ui.api.stream import Json

if TYPE_CHECKING:
    from starlette.responses import Response

    from ui.service.runtime import Service

THREADS = 100  # for routes that work; those that only follow something have their own (ui/api/stream.py)
_STATUS: tuple[tuple[str, int], ...] = (
    # The first that fits: by the name of the error's class or of one above it.
    ("DocumentNotFound", 404),
    ("ConversationNotFound", 404),
    ("JobNotFound", 404),
    ("RunNotFound", 404),
    ("ReviewNotFound", 404),
    ("EntryNotFound", 404),
    ("SessionNotFound", 404),
    ("PassageNotFound", 404),
    ("PersonNotFound", 404),
    ("GroupNotFound", 404),
    ("TokenNotFound", 404),
    ("NotLetIn", 401),
    ("SignInRefused", 401),
    ("GuessingTooFast", 429),
    ("TooManyRequests", 429),
    ("NotFound", 404),
    ("UploadTooLarge", 413),
    ("Busy", 409),
    ("AccessChanged", 409),
    ("ReviewChanged", 409),
    ("PassagesChanged", 409),
    ("EmbeddingChanged", 409),
    ("HomeInUse", 409),
    ("UsageError", 400),
    ("RefusedByPolicy", 403),
    ("DocumentError", 422),
    ("KBError", 503),
)
PARTS = (
    access,
    answers,
    conversations,
    files,
    suggestions,
    documents,
    uploads,
    jobs,
    models,
    evaluations,
    glossary,
    home,
    audit,
    sessions,
    people,
    preferences,
    usage,
    reviews,
)
_REFUSED = (400, 401, 403, 429)
_NAMES = {404: "NotFound", 405: "MethodNotAllowed", 413: "RequestTooLarge"}

log = logging.getLogger(__name__)


def api_of(service: "Service") -> FastAPI:
    """The API over a service; it describes itself at /api/openapi.json."""
    app = FastAPI(
        title="Private knowledge base",
        version=VERSION,
        description="Ask your documents. Every request carries a token: `Authorization: Bearer TOKEN`.",
        openapi_url="/api/openapi.json",
        docs_url=None,  # their scripts come from another origin
        redoc_url=None,
        responses={status: {"model": ErrorForm, "description": "Refused, with the reason"} for status in _REFUSED},
        dependencies=[Depends(permitted)],
    )
    app.state.service = service
    app.state.closing = threading.Event()  # set when the service is being stopped: streams end
    app.add_middleware(BodyLimit)
    for part in PARTS:
        app.include_router(part.router, prefix="/api")
    app.add_exception_handler(errors.KBError, _on_error)
    app.add_exception_handler(RequestValidationError, _on_bad_request)
    app.add_exception_handler(UnicodeEncodeError, _on_half_character)
    app.add_exception_handler(OverflowError, _on_large_number)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(Exception, _on_crash)
    return app


def enlarge_threads() -> None:
    """Let so many routes work at once in this event loop."""
    limiter = to_thread.current_default_thread_limiter()
    limiter.total_tokens = max(limiter.total_tokens, THREADS)


def status_of(error: errors.KBError) -> int:
    """The HTTP status of an error."""
    names = {kind.__name__ for kind in type(error).__mro__}
    return next(status for name, status in _STATUS if name in names)


def headers_of(error: errors.KBError, status: int) -> dict[str, str] | None:
    """What the headers of a reply say of an error: when to try again, or that no more of the request is read."""
    if isinstance(error, errors.TryLater):
        return {"retry-after": str(error.retry_after)}
    return {"connection": "close"} if status == 413 else None


async def _on_error(request: Request, error: Exception) -> "Response":
    assert isinstance(error, errors.KBError)
    status = status_of(error)
    return _refusal(status, type(error).__name__, error.message, headers_of(error, status))


async def _on_bad_request(request: Request, error: Exception) -> "Response":
    assert isinstance(error, RequestValidationError)
    problems = (f"{'.'.join(str(at) for at in e['loc'])}: {e['msg']}" for e in error.errors())
    return _refusal(422, "UsageError", CodedText("request.unusable", problems="; ".join(problems)))


async def _on_half_character(request: Request, error: Exception) -> "Response":
    return _refusal(422, "UsageError", CodedText("request.half_character"))


async def _on_large_number(request: Request, error: Exception) -> "Response":
    return _refusal(422, "UsageError", CodedText("request.large_number"))


async def _on_http_error(request: Request, error: Exception) -> "Response":
    assert isinstance(error, HTTPException)
    message: str = error.detail
    if error.status_code == 404:
        message = CodedText("request.no_route", method=request.method, path=request.url.path)
    headers = {**(error.headers or {}), **({"connection": "close"} if error.status_code == 413 else {})}
    return _refusal(error.status_code, _NAMES.get(error.status_code, "UsageError"), message, headers)


async def _on_crash(request: Request, error: Exception) -> "Response":
    # Starlette raises it again, so that uvicorn logs it with its traceback.
    return _refusal(500, "InternalError", CodedText("service.internal_error"))


def _refusal(status: int, kind: str, message: str, headers: Any = None) -> "Response":
    return Json({"error": {"kind": kind, "message": message, **fields(message)}}, status_code=status, headers=headers)
