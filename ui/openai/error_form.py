"""Errors in the form that OpenAI's clients read."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from kb.errors import UsageError
from ui.api.stream import Json

if TYPE_CHECKING:
    from starlette.responses import Response


class ErrorDetail(BaseModel):
    """`message` says what failed, on what, and what to do; `param` names the field, `code` is a stable word."""

    message: str
    type: str
    param: str | None
    code: str | None


class ErrorForm(BaseModel):
    """What comes with every status of 400 and more."""

    error: ErrorDetail


class NotTaken(UsageError):
    """A request that cannot be used, because of one field of it: `param`. `reason` is the code of that interface."""

    def __init__(self, code: str, param: str, reason: str = "unsupported_value", /, **values: object) -> None:
        super().__init__(code, **values)
        self.param = param
        self.reason = reason


class ModelNotFound(UsageError):
    """No model of that name, or none that the asker may use."""


def error_form(status: int, message: str, code: str | None = None, param: str | None = None) -> dict[str, Any]:
    """An error as a JSON object."""
    kind = "server_error" if status >= 500 or status == 409 else "invalid_request_error"
    kind = "requests" if status == 429 else kind
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def refusal(
    status: int,
    message: str,
    code: str | None = None,
    param: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> "Response":
    """An error as a reply."""
    return Json(error_form(status, message, code, param), status_code=status, headers=headers)
