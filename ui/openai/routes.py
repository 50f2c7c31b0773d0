"""The application under /v1: its routes, and its errors in the form that OpenAI's clients read."""

import threading
from typing import TYPE_CHECKING

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from kb import errors
from ui.api.body_limit import BodyLimit
from ui.api.common import VERSION
from ui.api.permissions import permitted
from ui.api.routes import headers_of, status_of
from ui.openai import chat, embeddings, models
from ui.openai.error_form import ErrorForm, ModelNotFound, NotTaken, refusal

if TYPE_CHECKING:
    from starlette.responses import Response

    from ui.service.runtime import Service

PARTS = (models, chat, embeddings)


def openai_of(service: "Service", closing: threading.Event) -> FastAPI:
    """OpenAI's API over a service; it describes itself at /v1/openapi.json. `closing` is set when streams must end."""
    statuses = (400, 401, 403, 404, 405, 409, 413, 429, 500, 503)
    app = FastAPI(
        title="Private knowledge base, as OpenAI's clients speak to it",
        version=VERSION,
        openapi_url="/v1/openapi.json",
        docs_url=None,  # their scripts come from another origin
        redoc_url=None,
        dependencies=[Depends(permitted)],
        responses={status: {"model": ErrorForm, "description": "Refused, with the reason"} for status in statuses},
    )
    app.state.service = service
    app.state.closing = closing
    app.add_middleware(BodyLimit)
    for part in PARTS:
        app.include_router(part.router, prefix="/v1")
    app.add_exception_handler(errors.KBError, _on_error)
    app.add_exception_handler(RequestValidationError, _on_bad_request)
    app.add_exception_handler(UnicodeEncodeError, _on_half_character)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(Exception, _on_crash)
    return app


async def _on_error(request: Request, error: Exception) -> "Response":
    assert isinstance(error, errors.KBError)
    if isinstance(error, ModelNotFound):
        return refusal(404, str(error), "model_not_found", "model")
    if isinstance(error, NotTaken):
        return refusal(400, str(error), error.reason, error.param)
    if isinstance(error, errors.ContextOverflow):
        return refusal(400, str(error), "context_length_exceeded", "messages")
    status = status_of(error)
    if isinstance(error, errors.TooManyRequests):
        return refusal(status, str(error), "rate_limit_exceeded", headers=headers_of(error, status))
    return refusal(status, str(error), type(error).__name__)


async def _on_bad_request(request: Request, error: Exception) -> "Response":
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    places = [".".join(str(part) for part in each["loc"][1:]) for each in found]
    problems = "; ".join(f"{place or 'the body'}: {each['msg']}" for place, each in zip(places, found, strict=True))
    return refusal(
        400,
        f"The request cannot be used: {problems}.",
        "invalid_value",
        None if places[0].isdigit() else places[0] or None,
    )


async def _on_half_character(request: Request, error: Exception) -> "Response":
    said = "The request holds half of a surrogate pair, which is no text. Send whole ones."
    return refusal(400, said, "invalid_value")


async def _on_http_error(request: Request, error: Exception) -> "Response":
    assert isinstance(error, HTTPException)
    message, code = str(error.detail), "invalid_value"
    if error.status_code == 404:
        code = "unknown_url"
        message = f"There is no {request.method} {request.url.path}. /v1/openapi.json describes what there is."
    elif error.status_code == 405:
        code = "unknown_url"
        message = f"{request.url.path} does not take {request.method}. /v1/openapi.json describes what there is."
    elif error.status_code == 413:
        code = "request_too_large"
        return refusal(413, message, code, headers={"connection": "close"})
    return refusal(error.status_code, message, code, headers=error.headers)


async def _on_crash(request: Request, error: Exception) -> "Response":
    # Starlette raises it again, so that uvicorn logs it with its traceback.
    return refusal(500, "An internal error. What `kb up` printed on stderr says more.", "internal_error")
