"""Forms: the nouns as JSON objects, the same on the command line, in files and in the API. Keys are contracts.

`..._of_form` is the way back: what it gives has the same form again. (A form does not tell a passage's chunk id.)
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from kb.messages.coded_text import fields, of_fields
from kb.schema import (
    Answer,
    Chunk,
    Citation,
    Claim,
    Document,
    Done,
    Event,
    Failed,
    HiddenText,
    Notice,
    OrderReason,
    OrderScore,
    PageSpan,
    Passage,
    PlannedDeletion,
    Progress,
    Retrieval,
    Retrieved,
    Revised,
    Scope,
    StoredText,
    Term,
    Thought,
    Token,
    Usage,
)


def passage_form(passage: Passage) -> dict[str, Any]:
    """A passage; `start` and `end` count into the document's stored text."""
    form = asdict(passage)
    del form["chunk_id"]
    form["score"] = round(passage.score, 6)
    return form


def notice_form(notice: Notice) -> dict[str, Any]:
    """A notice, with the code and the values of its text."""
    return {**asdict(notice), **fields(notice.text)}


def notice_of_form(form: dict[str, Any]) -> Notice:
    """The notice of a form."""
    return Notice(form["kind"], of_fields(form["text"], form))


def retrieval_form(found: Retrieval) -> dict[str, Any]:
    """The result of a search."""
    return {
        "question": found.question,
        "passages": [passage_form(passage) for passage in found.passages],
        "enough_evidence": found.enough_evidence,
        "evidence": round(found.evidence, 6),
        "seconds": round(found.seconds, 4),
        "notices": [notice_form(notice) for notice in found.notices],
        "terms": [term_form(term) for term in found.terms],
    }


def term_form(term: Term) -> dict[str, Any]:
    """An entry of the glossary that a question holds."""
    documents = [{"collection": collection, "document": path} for collection, path in term.documents]
    return {"term": term.term, "forms": list(term.forms), "definition": term.definition, "documents": documents}


def term_of_form(form: dict[str, Any]) -> Term:
    """The entry of a form."""
    documents = tuple((each["collection"], each["document"]) for each in form["documents"])
    return Term(form["term"], tuple(form["forms"]), form["definition"], documents)


def answer_form(answer: Answer) -> dict[str, Any]:
    """An answer with its claims, citations and passages."""
    return {
        "question": answer.question,
        "searched": answer.searched,
        "answer": answer.text,
        "thinking": answer.thinking,
        "refused": answer.refused,
        "outcome": answer.outcome,
        "answerable": None if answer.answerable is None else round(answer.answerable, 4),
        "kind": answer.kind,
        "language": answer.language,
        "claims": [asdict(claim) for claim in answer.claims],
        "citations": [asdict(citation) for citation in answer.citations],
        "passages": [passage_form(passage) for passage in answer.passages],
        "notices": [notice_form(notice) for notice in answer.notices],
        "engine": answer.engine,
        "model": answer.model,
        "seconds": round(answer.seconds, 3),
        "first_word_seconds": None if answer.first_word_seconds is None else round(answer.first_word_seconds, 3),
        "usage": None if answer.usage is None else asdict(answer.usage),
        "terms": [term_form(term) for term in answer.terms],
    }


def document_form(document: Document) -> dict[str, Any]:
    """An entry of the document list; `document` is the path relative to the ingested root."""
    form = asdict(document)
    form["document"] = form.pop("path")
    return form | fields(document.reason, "reason_")


def planned_deletion_form(each: PlannedDeletion) -> dict[str, Any]:
    """A document that a deletion takes."""
    return {"id": each.id, "collection": each.collection, "document": each.path, "kept_in": each.kept_in}


def stored_text_form(
    stored: StoredText, document: Document, chunks: int, hidden: Sequence[HiddenText] = ()
) -> dict[str, Any]:
    """One document with its whole text, and what of its file nobody sees."""
    return {
        **document_form(document),
        "version": stored.version,
        "pages": [
            {
                "page": page.number,
                "start": page.start,
                "end": page.end,
                "quality": round(page.quality, 4),
                "ocr": page.ocr,
            }
            for page in stored.pages
        ],
        "chunks": chunks,
        "text": stored.text,
        "hidden": [asdict(each) for each in hidden],
    }


def scope_form(scope: Scope) -> dict[str, Any]:
    """Which documents a question was limited to."""
    return {
        "paths": list(scope.paths),
        "collections": list(scope.collections),
        "types": list(scope.types),
        "since": scope.since,
        "until": scope.until,
        "tags": list(scope.tags),
    }


def chunk_form(chunk: Chunk) -> dict[str, Any]:
    """A chunk as it is searched; `start` and `end` count into the document's stored text."""
    return asdict(chunk)


def event_form(event: Event) -> dict[str, Any]:
    """One event of an answer being made; `event` names its kind."""
    match event:
        case Retrieved(passages, searched, _, translated, terms):
            return {
                "event": "retrieved", "passages": [passage_form(p) for p in passages], "searched": searched,
                "translated": translated, "terms": [term_form(term) for term in terms],
            }  # fmt: skip
        case Progress(number, total, part, left):
            return {"event": "progress", "number": number, "total": total, "part": part, "seconds_left": left}
        case Thought(text):
            return {"event": "thought", "text": text}
        case Token(text):
            return {"event": "token", "text": text}
        case Notice():
            return {"event": "notice", **notice_form(event)}
        case Revised(text):
            return {"event": "revised", "text": text}
        case Done(answer):
            return {"event": "done", "answer": answer_form(answer)}
        case Failed(error, partial, thinking):
            return {"event": "failed", "error": error, **fields(error), "partial": partial, "thinking": thinking}


def passage_of_form(form: dict[str, Any]) -> Passage:
    """The passage of a form."""
    return Passage(chunk_id=0, **form)


def retrieval_of_form(form: dict[str, Any]) -> Retrieval:
    """The result of a search, of a form."""
    return Retrieval(
        **{
            **form,
            "passages": tuple(passage_of_form(p) for p in form["passages"]),
            "notices": tuple(map(notice_of_form, form["notices"])),
            "terms": tuple(term_of_form(term) for term in form.get("terms", ())),
        }
    )


def answer_of_form(form: dict[str, Any]) -> Answer:
    """The answer of a form."""
    return Answer(
        **{
            **{name: value for name, value in form.items() if name not in ("answer", "outcome")},
            "text": form["answer"],
            "uncertain": form.get("outcome") == "uncertain",
            "claims": tuple(Claim(**{**claim, "markers": tuple(claim["markers"])}) for claim in form["claims"]),
            "citations": tuple(Citation(**citation) for citation in form["citations"]),
            "passages": tuple(passage_of_form(p) for p in form["passages"]),
            "notices": tuple(map(notice_of_form, form["notices"])),
            "usage": Usage(**form["usage"]) if form.get("usage") else None,
            "terms": tuple(term_of_form(term) for term in form.get("terms", ())),
        }
    )


def document_of_form(form: dict[str, Any]) -> Document:
    """The document of a form."""
    return Document(
        **{
            **{name: value for name, value in form.items() if name not in ("document", "reason_code", "reason_values")},
            "path": form["document"],
            "tags": tuple(form["tags"]),
            "reason": of_fields(form["reason"], form, "reason_"),
            "orders": OrderScore(
                form["orders"]["score"], tuple(OrderReason(**reason) for reason in form["orders"]["reasons"])
            ),
        }
    )


def planned_deletion_of_form(form: dict[str, Any]) -> PlannedDeletion:
    """A document that a deletion takes."""
    return PlannedDeletion(form["collection"], form["document"], form["kept_in"], form["id"])


def stored_text_of_form(form: dict[str, Any]) -> StoredText:
    """The stored text of a form."""
    spans = ({**page, "number": page["page"]} for page in form["pages"])
    return StoredText(
        collection=form["collection"], path=form["document"], version=form["version"], title=form["title"],
        media_type=form["media_type"], sha256=form["sha256"], text=form["text"],
        pages=tuple(PageSpan(**{n: v for n, v in span.items() if n != "page"}) for span in spans),
    )  # fmt: skip


def event_of_form(form: dict[str, Any]) -> Event | None:
    """The event of a form; None for those that are the service's own (it is waiting its turn)."""
    match form["event"]:
        case "retrieved":
            passages = tuple(passage_of_form(p) for p in form["passages"])
            terms = tuple(term_of_form(term) for term in form.get("terms", ()))
            return Retrieved(passages, form["searched"], translated=form.get("translated", ""), terms=terms)
        case "progress":
            return Progress(form["number"], form["total"], form["part"], form["seconds_left"])
        case "thought":
            return Thought(form["text"])
        case "token":
            return Token(form["text"])
        case "notice":
            return notice_of_form(form)
        case "revised":
            return Revised(form["text"])
        case "done":
            return Done(answer_of_form(form["answer"]))
        case "failed":
            return Failed(of_fields(form["error"], form), form["partial"], form["thinking"])
    return None
