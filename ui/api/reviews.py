"""Routes of the API: judged answers as a queue for editors, corrections, curated answers, and training data."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from kb.review.forms import ReviewForms
from kb.review.reviews import CorrectionSource, Mark
from kb.review.training import Format, line_of
from kb.schema import Citation
from ui.api.common import Asker, Body, PassageForm, ScopeForm, ServiceHere
from ui.api.permissions import needs
from ui.api.stream import Json
from ui.service.runtime import Service

router = APIRouter(prefix="/reviews", tags=["reviews"])

Standing = Literal["current", "changed", "deleted", "quarantined", "left_out"]


class MarkForm(Body):
    """A passage that states the answer: `text[start:end]` of the document. `version`: the one that was looked at."""

    collection: str = ""
    document: str
    start: int
    end: int
    version: int | None = None


class SeenBody(Body):
    """`seen` is the review's version that this was decided on: where it is another by now nothing is changed (409)."""

    seen: int = Field(ge=0)


class CorrectionBody(SeenBody):
    """What should have been answered. `[n]` in the answer names the n-th of the `sources`, of which one is needed.
    `also`: other ways to ask it, in either language."""

    question: str
    answer: str
    sources: list[MarkForm] = Field(max_length=100)
    also: list[str] = Field([], max_length=100)


class AcceptBody(SeenBody):
    """`curated`: give the answer when the same is asked again."""

    curated: bool = False


class CorrectionForm(BaseModel):
    """A correction; `answer` is "" where a document it rests on was deleted."""

    question: str
    also: list[str]
    answer: str
    standing: Standing
    sources: list[CorrectionSource]


class ReviewForm(BaseModel):
    """A judged answer. `withdrawn` says why a curated answer is not given any more; null where it is, or none was
    made. `verdict` is null where it was taken back, or the conversation was deleted."""

    id: str
    version: int
    state: Literal["open", "corrected", "accepted", "dismissed"]
    editor: str
    reviewed_at: str
    curated: bool
    withdrawn: Standing | None
    conversation: str
    position: int
    question: str
    answer: str
    mode: Literal["documents", "chat"]
    verdict: Literal["up", "down"] | None
    reason: str
    who: str
    at: str
    correction: CorrectionForm | None


class WholeReviewForm(ReviewForm):
    """A judged answer with the passages that were found for it, and what it cites."""

    searched: str
    thinking: str
    scope: ScopeForm
    passages: list[PassageForm]
    citations: list[Citation]


class ReviewListForm(BaseModel):
    """Judged answers, the last judged first."""

    reviews: list[ReviewForm]


def _forms(service: Service) -> ReviewForms:
    return ReviewForms(service.kb.reviews, service.kb.catalog)


@router.get("", response_model=ReviewListForm)
@needs("review")
def listed(
    service: ServiceHere,
    asker: Asker,
    state: Annotated[Literal["open", "corrected", "accepted", "dismissed"] | None, Query()] = None,
    verdict: Annotated[Literal["up", "down"] | None, Query(description="only those judged so")] = None,
    curated: Annotated[bool, Query(description="only curated answers, given or withdrawn")] = False,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 100,
) -> Response:
    """The judged answers that the editor may see."""
    found = _forms(service).listed(asker, state=state, verdict=verdict, curated=curated, limit=limit)
    return Json({"reviews": found})


@router.get(
    "/export",
    response_class=Response,
    responses={200: {"description": "One JSON object a line", "content": {"application/x-ndjson": {}}}},
)
@needs("review")
def export(service: ServiceHere, asker: Asker, format: Annotated[Format, Query()]) -> Response:
    """Accepted corrections: for TRL's trainers (`sft`, `dpo`), or as a question set of `kb eval` (`questions`)."""
    lines = "".join(map(line_of, _forms(service).export(asker, format)))
    headers = {"content-disposition": f'attachment; filename="feedback-{format}.jsonl"'}
    return Response(lines.encode(), media_type="application/x-ndjson", headers=headers)


@router.get("/{id}", response_model=WholeReviewForm)
@needs("review")
def get(id: str, service: ServiceHere, asker: Asker) -> Response:
    """One judged answer with its evidence."""
    return Json(_forms(service).get(asker, id))


@router.put("/{id}/correction", response_model=WholeReviewForm)
@needs("review")
def correct(id: str, body: CorrectionBody, service: ServiceHere, asker: Asker) -> Response:
    """Keep what should have been answered, and where that stands."""
    marks = [Mark(each.collection, each.document, each.start, each.end, each.version) for each in body.sources]
    made: dict[str, Any] = _forms(service).correct(
        asker, id, body.seen, question=body.question, answer=body.answer, marks=marks, also=body.also
    )
    return Json(made)


@router.post("/{id}/accept", response_model=WholeReviewForm)
@needs("review")
def accept(id: str, body: AcceptBody, service: ServiceHere, asker: Asker) -> Response:
    """Accept a correction, or an answer that was judged helpful as it is."""
    return Json(_forms(service).accept(asker, id, body.seen, curated=body.curated))


@router.post("/{id}/dismiss", response_model=WholeReviewForm)
@needs("review")
def dismiss(id: str, body: SeenBody, service: ServiceHere, asker: Asker) -> Response:
    """Leave it as it is: nothing comes of it."""
    return Json(_forms(service).dismiss(asker, id, body.seen))


@router.post("/{id}/withdraw", response_model=WholeReviewForm)
@needs("review")
def withdraw(id: str, body: SeenBody, service: ServiceHere, asker: Asker) -> Response:
    """Give a curated answer no more."""
    return Json(_forms(service).withdraw(asker, id, body.seen))
