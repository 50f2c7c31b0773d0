"""Routes of the API: how somebody wants the page, in whichever browser they sign in."""

from dataclasses import asdict
from typing import Literal

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from kb.people.preferences import LONGEST_MODEL, MOST_THINKING, Preferences, prefer, preferences
from ui.api.common import Asker, Body, ServiceHere
from ui.api.permissions import needs
from ui.api.stream import Json

router = APIRouter(prefix="/preferences", tags=["people"])

_Language = Literal["", "zh", "en"]
_Theme = Literal["system", "light", "dark"]


class PreferencesBody(Body):
    """What one chooses; a part that is left out goes back to its default."""

    language: _Language = Field("", description="of the page; empty: that of the browser")
    theme: _Theme = "system"
    think_budget: int | None = Field(None, ge=0, le=MOST_THINKING, description="tokens; null: the model's own")
    model: str = Field("", max_length=LONGEST_MODEL, description="the name of an installed one; empty: the one in use")


@router.get("", response_model=Preferences)
@needs("any")
def get(service: ServiceHere, asker: Asker) -> Response:
    """How one wants the page: its language and theme, and by which budget and model it asks."""
    return Json(asdict(preferences(service.kb.catalog, asker)))


@router.put("", response_model=Preferences)
@needs("any")
def put(body: PreferencesBody, service: ServiceHere, asker: Asker) -> Response:
    """Have the page so from the next sign-in on. What programs ask is not changed by it."""
    prefer(service.kb.catalog, asker, Preferences(**body.model_dump()))
    return Json(asdict(preferences(service.kb.catalog, asker)))
