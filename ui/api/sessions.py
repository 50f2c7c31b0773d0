"""Routes of the API: the browsers that were let in, and addresses that let in another."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from starlette.responses import Response

from kb.errors import RefusedByPolicy
from kb.people.sessions import Session
from ui.api.common import DoneForm, ServiceHere
from ui.api.stream import Json
from ui.service.auth import SESSION, page_address
from ui.service.sessions import CODE_LASTS

router = APIRouter(prefix="/sessions", tags=["sessions"])


def _session(request: Request) -> Session | None:
    found: Session | None = request.scope.get(SESSION)
    return found


SessionHere = Annotated[Session | None, Depends(_session)]  # None for who has the token


class SessionForm(BaseModel):
    """A browser that was let in. Times are ISO 8601, UTC. `current`: it is the one that asks."""

    id: str
    label: str
    created_at: str
    seen_at: str
    expires_at: str
    current: bool


class SessionsForm(BaseModel):
    """Those that let a browser in, oldest first."""

    sessions: list[SessionForm]


class AddressForm(BaseModel):
    """An address that lets one browser in, once, until `expires_at`."""

    address: str
    expires_at: str


@router.get("", response_model=SessionsForm)
def sessions(service: ServiceHere, own: SessionHere) -> Response:
    """The browsers that were let in."""
    rows: list[dict[str, Any]] = [
        {**asdict(session), "current": own is not None and session.id == own.id} for session in service.sessions.all()
    ]
    return Json({"sessions": rows})


@router.post("/address", response_model=AddressForm)
def address(request: Request, service: ServiceHere, own: SessionHere) -> Response:
    """An address that lets one browser in. Only who has the token gets one: no session begets another."""
    if own is not None:
        raise RefusedByPolicy("A browser gives no addresses to others. Run `kb open` on the machine of the service.")
    code = service.sessions.new_code()
    until = (datetime.now(UTC) + CODE_LASTS).isoformat(timespec="seconds")
    return Json({"address": page_address(str(request.base_url).rstrip("/"), code), "expires_at": until})


@router.delete("/{id}", response_model=DoneForm)
def end(id: str, service: ServiceHere, own: SessionHere) -> Response:
    """End a session, `current` for the one that asks: its browser is let in no more, and open pages of it are cut."""
    service.sessions.revoke(own.id if own is not None and id == "current" else id)
    return Json({"done": True})
