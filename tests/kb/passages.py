"""Passages for tests, cut from texts so that their offsets are right."""

from kb.schema import Passage


def passage(rank: int, text: str, *, document: str = "a.md", start: int = 0, **fields: object) -> Passage:
    values: dict[str, object] = {
        "rank": rank, "chunk_id": rank, "collection": "c", "document": document, "version": 1, "page": None,
        "start": start, "end": start + len(text), "text": text, "section": "", "header": "", "title": "", "score": 1.0,
    }  # fmt: skip
    return Passage(**(values | fields))  # type: ignore[arg-type]
