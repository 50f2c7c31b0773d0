"""Routes of the API: the browsers that were let in, and addresses that let in another."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from kb.errors import RefusedByPolicy
from kb.people.sessions import Session
from ui.api.common import Asker, DoneForm, ServiceHere
from ui.api.permissions import needs, visitor_of
from ui.api.stream import Json
from ui.service.auth import page_address
from ui.service.runtime import Service
from ui.service.sessions import CODE_LASTS, SessionNotFound
from ui.service.visitors import Visitor

router = APIRouter(prefix="/sessions", tags=["sessions"])


class SessionForm(BaseModel):
    """A browser that was let in. Times are ISO 8601, UTC. `person` is "" for who came by an address of the owner;
    `current`: it is the one that asks.
    """

    id: str
    label: str
    created_at: str
    seen_at: str
    expires_at: str
    person: str
    current: bool


class SessionsForm(BaseModel):
    """Those that let a browser in, oldest first."""

    sessions: list[SessionForm]


class AddressForm(BaseModel):
    """An address that lets one browser in, once, until `expires_at`."""

    address: str
    expires_at: str


class EndedForm(BaseModel):
    """How many sessions were ended."""

    ended: int


@router.get("", response_model=SessionsForm)
@needs("any")
def sessions(service: ServiceHere, request: Request) -> Response:
    """The browsers that were let in: for an admin all, for others their own."""
    own = visitor_of(request).session
    rows: list[dict[str, Any]] = [
        {**asdict(session), "current": own is not None and session.id == own.id}
        for session in _seen_by(visitor_of(request), service)
    ]
    return Json({"sessions": rows})


@router.post("/address", response_model=AddressForm)
@needs("admin")
def address(request: Request, service: ServiceHere) -> Response:
    """An address that lets one browser in. Only who has the home's token gets one: no session begets another."""
    if not visitor_of(request).has_home_token:
        raise RefusedByPolicy("session.owner_alone")
    code = service.sessions.new_code()
    until = (datetime.now(UTC) + CODE_LASTS).isoformat(timespec="seconds")
    return Json({"address": page_address(service.place.origin, code), "expires_at": until})


@router.delete("", response_model=EndedForm)
@needs("any")
def end_own(service: ServiceHere, request: Request, asker: Asker) -> Response:
    """Sign out everywhere: end all sessions of who asks, that of this browser too."""
    own = visitor_of(request)
    if own.session is None:
        raise RefusedByPolicy("session.of_token")
    ended = service.sessions.all(own.session.person)
    for session in ended:
        service.sessions.revoke(session.id, asker.name)
    return Json({"ended": len(ended)})


@router.delete("/{id}", response_model=DoneForm)
@needs("any")
def end(id: str, service: ServiceHere, request: Request, asker: Asker) -> Response:
    """End a session, `current` for the one that asks: its browser is let in no more, and open pages of it are cut."""
    own = visitor_of(request)
    wanted = own.session.id if own.session is not None and id == "current" else id
    if all(session.id != wanted for session in _seen_by(own, service)):
        raise SessionNotFound("session.not_found", id=wanted[:80])
    service.sessions.revoke(wanted, asker.name)
    return Json({"done": True})


def _seen_by(visitor: Visitor, service: Service) -> list[Session]:
    """The sessions that somebody may see and end. A person's token, too, sees those of that person."""
    if "admin" in visitor.asker.permissions:
        return service.sessions.all()
    return service.sessions.all(visitor.asker.name)
