"""Routes of the API: the document list, a document's text, chunks, original and page pictures, and deletion."""

from dataclasses import asdict
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, model_validator
from starlette.responses import FileResponse, Response

from ingest.sync.editing import EditedPlace, correct, join, split
from kb.editing.passages import DocumentPassages
from kb.errors import DocumentError
from kb.schema import Chunk, Document, HiddenText, OrderScore, Target
from kb.serialization import chunk_form, document_form, planned_deletion_form, stored_text_form
from kb.store.document_queries import DocumentQuery, Sort, select
from ui.api.common import Asker, Body, CollectionQuery, NotFound, PathQuery, ServiceHere
from ui.api.permissions import needs
from ui.api.stream import Json
from ui.pictures.page_picture import PageError
from ui.pictures.render_pool import drawings, is_drawn
from ui.sources.content_types import shown_as

router = APIRouter(prefix="/documents", tags=["documents"])

_ALL = 1_000_000

PathsQuery = Annotated[list[str], Query(description="Paths of documents within the collection; once for each.")]
VersionQuery = Annotated[int | None, Query(ge=1, description="An earlier version.")]


class DocumentForm(BaseModel):
    """An entry of the document list; `document` is the path within its collection, `id` is never another's."""

    id: int
    collection: str
    document: str
    title: str
    media_type: str
    status: Literal["added", "changed", "unchanged", "deleted", "failed", "skipped"]
    reason: str
    reason_code: str
    reason_values: dict[str, Any]
    version: int
    sha256: str
    size: int
    pages: int | None
    chunks: int
    quality: float
    ingested_at: str
    ocr_pages: int
    poor_pages: int
    quarantined: bool
    orders: OrderScore
    shown_title: str
    tags: list[str]
    edits: int


class DocumentsForm(BaseModel):
    """A part of the document list; `total` counts all that match."""

    documents: list[DocumentForm]
    total: int


class PageForm(BaseModel):
    """Where a page stands in the text. `quality` is 0..1; `ocr`: the text was recognised in an image of the page."""

    page: int
    start: int
    end: int
    quality: float
    ocr: bool


class TextForm(BaseModel):
    """A document with the text of one version."""

    collection: str
    document: str
    title: str
    media_type: str
    status: str
    reason: str
    reason_code: str
    reason_values: dict[str, Any]
    version: int
    sha256: str
    size: int
    pages: list[PageForm]
    chunks: int
    quality: float
    ingested_at: str
    ocr_pages: int
    poor_pages: int
    quarantined: bool
    orders: OrderScore
    shown_title: str
    tags: list[str]
    edits: int
    id: int
    text: str
    hidden: list[HiddenText]


class ChunksForm(BaseModel):
    """The chunks of a document, in reading order."""

    chunks: list[Chunk]


class DoomedForm(BaseModel):
    """A document that a deletion takes. `kept_in`: the mail or uploaded archive that holds it still; "" for none."""

    id: int
    collection: str
    document: str
    kept_in: str


class DoomedListForm(BaseModel):
    """All that a deletion takes."""

    documents: list[DoomedForm]


class NameForm(Body):
    """A document by its path; the collection is needed where the path stands in several."""

    document: str
    collection: str | None = None


class TitleBody(NameForm):
    """A title to be shown in place of the document's path; "" takes it away."""

    title: str = Field(max_length=4096)


class TagsBody(NameForm):
    """The tags that a document shall have, and no others; none takes them all away."""

    tags: list[Annotated[str, Field(max_length=1000)]] = Field(max_length=1000)


class TagForm(BaseModel):
    """A tag, and how many documents that the asker may read have it."""

    tag: str
    documents: int


class TagListForm(BaseModel):
    """The tags of the documents that the asker may read, by name."""

    tags: list[TagForm]


class MoveBody(NameForm):
    """Where a document shall stand. `to`: its path there; `to_collection`: its collection, `~` for one's own; each
    stays as it is where it is null."""

    to: str | None = Field(None, max_length=4096)
    to_collection: Annotated[str, Field(min_length=1, max_length=1000)] | None = None


class PassageBody(NameForm):
    """The passage `text[start:end]` of a document. `seen` are the `edits` that the change was decided on."""

    seen: int = Field(ge=0)
    start: int = Field(ge=0)
    end: int = Field(ge=0)


class LeftOutBody(PassageBody):
    """A passage, and whether nothing shall find it."""

    left_out: bool


class CorrectedBody(PassageBody):
    """A passage, and what it shall read."""

    text: str = Field(max_length=100_000)


class SplitBody(PassageBody):
    """A passage, and the character of the document's text from which on it shall be another one."""

    at: int = Field(ge=0)


class TargetsForm(Body):
    """Documents to delete, by their ids, their names or both; at least one."""

    ids: list[Annotated[int, Field(ge=1, lt=2**63)]] = Field([])
    documents: list[NameForm] = Field([])

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not self.ids and not self.documents:
            raise ValueError("Name a document, in `ids` or in `documents`.")
        return self

    def targets(self) -> list[Target]:
        return [*self.ids, *((each.collection, each.document) for each in self.documents)]


class DeletedForm(DoomedForm):
    """What was deleted."""

    status: Literal["deleted"]


class DeletedListForm(BaseModel):
    """All that was deleted."""

    documents: list[DeletedForm]


@router.get("", response_model=DocumentsForm)
@needs("search")
def documents(
    service: ServiceHere,
    asker: Asker,
    search: Annotated[str, Query(description="words of collection, path or title")] = "",
    collection: Annotated[list[str] | None, Query()] = None,
    type: Annotated[list[str] | None, Query(description="a suffix without the dot: pdf")] = None,
    tag: Annotated[list[str] | None, Query(description="of which a document has one")] = None,
    status: Annotated[list[str] | None, Query(description="ready, quarantined, failed, skipped, deleted")] = None,
    since: Annotated[str, Query(description="ISO date; ingested on that day of the service's machine or later")] = "",
    until: Annotated[str, Query(description="ISO date; ingested on that day of the service's machine or earlier")] = "",
    sort: Sort = "collection",
    descending: bool = False,
    limit: Annotated[int, Query(ge=1)] = _ALL,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """The document list, by collection and path; all of it without a limit."""
    wanted = DocumentQuery(
        search, tuple(collection or ()), tuple(type or ()), tuple(status or ()), since, until, sort, descending, limit,
        offset, tuple(tag or ()),
    )  # fmt: skip
    found = select(service.kb.documents(asker), wanted)
    return Json({"documents": [document_form(d) for d in found.documents], "total": found.total})


@router.get("/entry", response_model=DocumentForm)
@needs("search")
def entry(service: ServiceHere, asker: Asker, path: PathQuery, collection: CollectionQuery = None) -> Response:
    """The entry of one document."""
    return Json(document_form(_listed(service, asker, path, collection)))


@router.get("/tags", response_model=TagListForm)
@needs("search")
def tags(service: ServiceHere, asker: Asker) -> Response:
    """The tags there are."""
    found = service.kb.tags(asker)
    return Json({"tags": [{"tag": tag, "documents": count} for tag, count in found.items()]})


@router.get("/text", response_model=TextForm)
@needs("search")
def text(
    service: ServiceHere, asker: Asker, path: PathQuery, collection: CollectionQuery = None,
    version: VersionQuery = None,
) -> Response:  # fmt: skip
    """The stored text of a document: of the version that answers, or of an earlier one."""
    stored = service.kb.stored_text(asker, collection, path, version)
    listed = _listed(service, asker, path, stored.collection)
    chunks = service.kb.chunks(asker, stored.collection, path)
    hidden = service.kb.hidden(stored)
    form = stored_text_form(stored, listed, len(chunks), hidden)
    return Json({**form, "title": stored.title, "media_type": stored.media_type, "sha256": stored.sha256})


@router.get("/chunks", response_model=ChunksForm)
@needs("search")
def chunks(service: ServiceHere, asker: Asker, path: PathQuery, collection: CollectionQuery = None) -> Response:
    """The chunks of a document."""
    return Json({"chunks": [chunk_form(chunk) for chunk in service.kb.chunks(asker, collection, path)]})


@router.get("/original", response_class=FileResponse)
@needs("search")
def original(
    service: ServiceHere, asker: Asker, path: PathQuery, collection: CollectionQuery = None,
    version: VersionQuery = None,
) -> Response:  # fmt: skip
    """The file as it was ingested. A browser shows a PDF, a picture or plain text, and only saves all others."""
    stored = service.kb.stored_text(asker, collection, path, version)
    file = service.kb.original_of(stored)
    service.kb.catalog.audit(
        asker.name, "export", f"{stored.collection}/{stored.path}", {"what": "original", "version": stored.version}
    )
    shown = shown_as(stored.media_type)
    response = FileResponse(
        file, media_type=shown or "application/octet-stream", filename=PurePosixPath(path).name or "document",
        content_disposition_type="inline" if shown else "attachment",
        headers={"cache-control": "no-store", "content-security-policy": "sandbox"},
    )  # fmt: skip
    if shown == "text/plain":
        response.headers["content-type"] = shown  # without an encoding, which the browser finds out
    return response


@router.get("/page.png", response_class=Response, responses={200: {"content": {"image/png": {}}}})
@needs("search")
def page_picture(
    service: ServiceHere, asker: Asker, path: PathQuery, page: Annotated[int, Query(ge=1)],
    collection: CollectionQuery = None, version: VersionQuery = None,
    start: Annotated[int, Query(ge=0, description="marks text[start:end] of the stored text")] = 0,
    end: Annotated[int, Query(ge=0)] = 0,
) -> Response:  # fmt: skip
    """A page of a PDF or image as a picture, with some of its words marked."""
    stored = service.kb.stored_text(asker, collection, path, version)
    if not is_drawn(stored.media_type):
        raise DocumentError("document.no_pictures", path=path)
    if all(span.number != page for span in stored.pages):
        raise NotFound("document.no_page", path=path, page=page, pages=len(stored.pages))
    file = service.kb.original_of(stored)
    try:
        picture = drawings.draw(file, stored, page, start, end, service.kb.recognised(stored, page))
    except PageError as error:
        raise DocumentError("document.page_not_drawn", page=page, path=path, why=error) from None
    return Response(picture.png, media_type="image/png", headers={"cache-control": "no-store"})


@router.get("/doomed", response_model=DoomedListForm)
@needs("ingest")
def doomed_by_name(service: ServiceHere, asker: Asker, path: PathsQuery, collection: CollectionQuery = None) -> Any:
    """What deleting these would delete: what is inside a mail or archive goes with it."""
    return _doomed(service, asker, [(collection, each) for each in path])


@router.post("/doomed", response_model=DoomedListForm)
@needs("ingest")
def doomed(service: ServiceHere, asker: Asker, targets: TargetsForm) -> Any:
    """What goes with these: they themselves, and what is inside a mail or archive among them."""
    return _doomed(service, asker, targets.targets())


@router.delete("", response_model=DeletedListForm)
@needs("ingest")
def delete_by_name(service: ServiceHere, asker: Asker, path: PathsQuery, collection: CollectionQuery = None) -> Any:
    """Delete documents, and what is inside them: all versions, vectors, words and originals. All or none is found."""
    return _delete(service, asker, [(collection, each) for each in path])


@router.post("/delete", response_model=DeletedListForm)
@needs("ingest")
def delete(service: ServiceHere, asker: Asker, targets: TargetsForm) -> Any:
    """Delete documents as one act: those of the ids and no other, and the named ones with what is inside them."""
    return _delete(service, asker, targets.targets())


@router.post("/release", response_model=DocumentForm)
@needs("ingest")
def release(service: ServiceHere, asker: Asker, named: NameForm) -> Any:
    """Let a document out of quarantine: questions find it from now on, while its title and text are the same."""
    collection = service.kb.release(asker, named.collection, named.document)
    return Json(document_form(_listed(service, asker, named.document, collection)))


@router.put("/title", response_model=DocumentForm)
@needs("ingest")
def set_title(service: ServiceHere, asker: Asker, body: TitleBody) -> Any:
    """Give a document a title, shown in lists, beside citations and above its text. What is searched stays as it is."""
    collection = service.kb.set_title(asker, body.collection, body.document, body.title)
    return Json(document_form(_listed(service, asker, body.document, collection)))


@router.put("/tags", response_model=DocumentForm)
@needs("ingest")
def set_tags(service: ServiceHere, asker: Asker, body: TagsBody) -> Any:
    """Give a document these tags in place of those it has."""
    collection = service.kb.set_tags(asker, body.collection, body.document, body.tags)
    return Json(document_form(_listed(service, asker, body.document, collection)))


@router.post("/move", response_model=DocumentForm)
@needs("ingest")
def move(service: ServiceHere, asker: Asker, body: MoveBody) -> Any:
    """Give an uploaded document another path, collection, or both. Nothing is read anew; who may read it is what the
    rules say of its new place."""
    collection, path = service.kb.move_document(asker, body.collection, body.document, body.to, body.to_collection)
    return Json(document_form(_listed(service, asker, path, collection)))


@router.get("/passages", response_model=DocumentPassages)
@needs("ingest")
def passages(service: ServiceHere, asker: Asker, path: PathQuery, collection: CollectionQuery = None) -> Response:
    """The passages of a document, also those that were left out, for who edits its collection."""
    return Json(asdict(service.kb.passages(asker, collection, path)))


@router.put("/passages/left-out", response_model=DocumentPassages)
@needs("ingest")
def leave_out(service: ServiceHere, asker: Asker, body: LeftOutBody) -> Response:
    """Leave a passage out of all that is found and answered from, or bring it back. It stays so, however often the file
    is read again, while its content is the same."""
    found = service.kb.leave_out(asker, body.collection, body.document, body.seen, body.start, body.end, body.left_out)
    return Json(asdict(found))


@router.put("/passages/text", response_model=DocumentPassages)
@needs("ingest")
def correct_passage(service: ServiceHere, asker: Asker, body: CorrectedBody) -> Response:
    """Correct the text of a passage: a new version of the document's text, with its editor. The file stays as it is,
    and the correction is kept, however often it is read again, while its content is the same."""
    return Json(asdict(correct(service.kb, asker, _place(body), body.text)))


@router.post("/passages/split", response_model=DocumentPassages)
@needs("ingest")
def split_passage(service: ServiceHere, asker: Asker, body: SplitBody) -> Response:
    """Split a passage in two, which are found apart; kept as a correction is."""
    return Json(asdict(split(service.kb, asker, _place(body), body.at)))


@router.post("/passages/join", response_model=DocumentPassages)
@needs("ingest")
def join_passage(service: ServiceHere, asker: Asker, body: PassageBody) -> Response:
    """Join the two parts of a passage that was split; either of them is named."""
    return Json(asdict(join(service.kb, asker, _place(body))))


@router.delete("/passages/set-aside", response_model=DocumentPassages)
@needs("ingest")
def forget_set_aside(
    service: ServiceHere, asker: Asker, path: PathQuery, collection: CollectionQuery = None
) -> Response:  # fmt: skip
    """Forget the changes to passages that were made for an earlier content of the file."""
    return Json(asdict(service.kb.forget_edits(asker, collection, path)))


def _place(body: PassageBody) -> EditedPlace:
    return EditedPlace(body.collection, body.document, body.seen, body.start, body.end)


def _doomed(service: Any, asker: Any, targets: list[Target]) -> Response:
    return Json({"documents": [planned_deletion_form(each) for each in service.kb.planned_deletions(asker, targets)]})


def _delete(service: Any, asker: Any, targets: list[Target]) -> Response:
    deleted = service.kb.delete_documents(asker, targets)
    return Json({"documents": [{**planned_deletion_form(each), "status": "deleted"} for each in deleted]})


def _listed(service: Any, asker: Any, path: str, collection: str | None) -> Document:
    _, name = service.kb.catalog.find_document(asker, path, collection)
    listed: Document | None = next((d for d in service.kb.documents(asker, name) if d.path == path), None)
    if listed is None:
        raise NotFound("document.gone", path=path, collection=name)
    return listed
