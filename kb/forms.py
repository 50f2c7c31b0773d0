"""Forms: the nouns as JSON objects, the same on the command line and in files. Keys are contracts."""

from dataclasses import asdict
from typing import Any

from kb.schema import Answer, Document, Passage, Retrieval, StoredText


def passage_form(passage: Passage) -> dict[str, Any]:
    """A passage; `start` and `end` count into the document's stored text."""
    form = asdict(passage)
    del form["chunk_id"]
    form["score"] = round(passage.score, 6)
    return form


def retrieval_form(found: Retrieval) -> dict[str, Any]:
    """The result of a search."""
    return {
        "question": found.question,
        "passages": [passage_form(passage) for passage in found.passages],
        "enough_evidence": found.enough_evidence,
        "evidence": round(found.evidence, 6),
        "seconds": round(found.seconds, 4),
    }


def answer_form(answer: Answer) -> dict[str, Any]:
    """An answer with its claims, citations and passages."""
    return {
        "question": answer.question,
        "searched": answer.searched,
        "answer": answer.text,
        "thinking": answer.thinking,
        "refused": answer.refused,
        "language": answer.language,
        "claims": [asdict(claim) for claim in answer.claims],
        "citations": [asdict(citation) for citation in answer.citations],
        "passages": [passage_form(passage) for passage in answer.passages],
        "notices": [asdict(notice) for notice in answer.notices],
        "engine": answer.engine,
        "model": answer.model,
        "seconds": round(answer.seconds, 3),
        "first_word_seconds": None if answer.first_word_seconds is None else round(answer.first_word_seconds, 3),
    }


def document_form(document: Document) -> dict[str, Any]:
    """An entry of the document list; `document` is the path relative to the ingested root."""
    form = asdict(document)
    form["document"] = form.pop("path")
    return form


def stored_text_form(stored: StoredText, document: Document, chunks: int) -> dict[str, Any]:
    """One document with its whole text."""
    return {
        **document_form(document),
        "version": stored.version,
        "pages": [
            {"page": page.number, "start": page.start, "end": page.end, "quality": round(page.quality, 4)}
            for page in stored.pages
        ],
        "chunks": chunks,
        "text": stored.text,
    }
