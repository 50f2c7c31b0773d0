"""The passages of documents of a home that a running service owns; for the commands."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kb.editing.passages import DocumentPassage, DocumentPassages
from kb.schema import Principal

if TYPE_CHECKING:
    from ingest.sync.editing import EditedPlace

Form = dict[str, Any]


class RemotePassages:
    """It has the methods of `KnowledgeBase` and the functions of `ingest.sync.editing`, with the same errors."""

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call

    def passages(self, asker: Principal, collection: str | None, path: str) -> DocumentPassages:
        """The passages of a document."""
        return self._document_passages("GET", "documents/passages", asker, collection, path)

    def leave_out(
        self, asker: Principal, collection: str | None, path: str, seen: int, start: int, end: int, left_out: bool
    ) -> DocumentPassages:
        """Leave a passage out, or bring it back."""
        body = {"document": path, "collection": collection, "seen": seen, "start": start, "end": end}
        body["left_out"] = left_out
        return _passages(self._call("PUT", "documents/passages/left-out", asker, body=body))

    def correct(self, asker: Principal, place: "EditedPlace", text: str) -> DocumentPassages:
        """Let a passage read `text`."""
        return _passages(self._call("PUT", "documents/passages/text", asker, body={**_body(place), "text": text}))

    def split(self, asker: Principal, place: "EditedPlace", at: int) -> DocumentPassages:
        """Let a passage be two."""
        return _passages(self._call("POST", "documents/passages/split", asker, body={**_body(place), "at": at}))

    def join(self, asker: Principal, place: "EditedPlace") -> DocumentPassages:
        """Let a passage and the other part that it was split from be one again."""
        return _passages(self._call("POST", "documents/passages/join", asker, body=_body(place)))

    def forget_edits(self, asker: Principal, collection: str | None, path: str) -> DocumentPassages:
        """Forget the edits that were made for another content of the file."""
        return self._document_passages("DELETE", "documents/passages/set-aside", asker, collection, path)

    def _document_passages(
        self, method: str, route: str, asker: Principal, collection: str | None, path: str
    ) -> DocumentPassages:
        params = {"path": path} | ({} if collection is None else {"collection": collection})
        return _passages(self._call(method, route, asker, params=params))


def _body(place: "EditedPlace") -> Form:
    return {
        "document": place.path, "collection": place.collection, "seen": place.seen, "start": place.start,
        "end": place.end,
    }  # fmt: skip


def _passages(form: Form) -> DocumentPassages:
    return DocumentPassages(**{**form, "passages": tuple(map(_passage, form["passages"]))})


def _passage(form: Form) -> DocumentPassage:
    other = form["other_part"]
    return DocumentPassage(**{**form, "other_part": None if other is None else (other[0], other[1])})
