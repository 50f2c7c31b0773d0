"""Models as clients see them: `kb` (all that one may read), `kb:COLLECTION`, and `chat` (no documents)."""

from dataclasses import dataclass

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import Response

from kb.schema import EVERYTHING, Principal, Scope
from kb.store.conversations import Mode
from kb.store.document_queries import status_group
from ui.api.common import Asker, ServiceHere
from ui.api.permissions import needs
from ui.api.stream import Json
from ui.openai.error_form import ModelNotFound
from ui.service.runtime import Service

ALL, CHAT = "kb", "chat"
_WITHIN = f"{ALL}:"

router = APIRouter(tags=["models"])


class ModelForm(BaseModel):
    """A model. `created`: seconds since 1970; 0, as these are not made at any time."""

    id: str
    object: str = "model"
    created: int = 0
    owned_by: str = "kb"


class ModelsForm(BaseModel):
    """All models that the asker may use."""

    object: str = "list"
    data: list[ModelForm]


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """What a model's name stands for."""

    mode: Mode
    scope: Scope = EVERYTHING


@router.get("/models", response_model=ModelsForm)
@needs("ask")
def models(service: ServiceHere, asker: Asker) -> Response:
    """The models that this token may use."""
    return Json(ModelsForm(data=[ModelForm(id=name) for name in names(service, asker)]).model_dump())


@router.get("/models/{name:path}", response_model=ModelForm)
@needs("ask")
def model(name: str, service: ServiceHere, asker: Asker) -> Response:
    """One of them."""
    model_choice(name, service, asker)
    return Json(ModelForm(id=name).model_dump())


def names(service: Service, asker: Principal) -> list[str]:
    """The names of all models that the asker may use."""
    return [ALL, *(f"{_WITHIN}{collection}" for collection in _collections(service, asker)), CHAT]


def model_choice(name: str, service: Service, asker: Principal) -> ModelChoice:
    """What a name stands for. Raises ModelNotFound, also for a collection of which the asker may read nothing."""
    if name == ALL:
        return ModelChoice("documents")
    if name == CHAT:
        return ModelChoice("chat")
    collection = name.removeprefix(_WITHIN)
    if collection != name and collection in _collections(service, asker):
        return ModelChoice("documents", Scope(collections=(collection,)))
    raise ModelNotFound("openai.no_model", name=name, names=", ".join(names(service, asker)))


def _collections(service: Service, asker: Principal) -> list[str]:
    """The collections that hold something the asker may search."""
    return sorted({each.collection for each in service.kb.documents(asker) if status_group(each) == "ready"})
