"""Forms: reviews as JSON objects, the same on the command line and in the API."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from kb.errors import UsageError
from kb.review.reviews import STATES, Correction, Mark, Review, Reviews
from kb.review.training import export
from kb.schema import Principal
from kb.serialization import passage_form, scope_form
from kb.store.catalog import Catalog


def review_form(review: Review, *, whole: bool = False) -> dict[str, Any]:
    """A review; the `whole` of it has the passages that were found, what the answer cites, and its reasoning."""
    judged = review.judged
    form: dict[str, Any] = {
        "id": review.id, "version": review.version, "state": review.state, "editor": review.editor,
        "reviewed_at": review.at, "curated": review.curated, "withdrawn": review.withdrawn,
        "conversation": judged.conversation if judged else "", "position": judged.position if judged else 0,
        "question": review.question, "answer": judged.answer if judged else "",
        "mode": judged.mode if judged else "documents", "verdict": judged.verdict if judged else None,
        "reason": judged.reason if judged else "", "who": judged.who if judged else "",
        "at": judged.at if judged else "",
        "correction": correction_form(review.correction) if review.correction else None,
    }  # fmt: skip
    if whole:
        form |= {
            "searched": review.searched, "thinking": review.thinking, "scope": scope_form(review.scope),
            "passages": [passage_form(passage) for passage in review.passages],
            "citations": [asdict(citation) for citation in review.citations],
        }  # fmt: skip
    return form


def correction_form(correction: Correction) -> dict[str, Any]:
    """A correction with its sources; `standing` says whether they are as they were."""
    return {
        "question": correction.question, "also": [*correction.also], "answer": correction.answer,
        "standing": correction.standing, "sources": [asdict(source) for source in correction.sources],
    }  # fmt: skip


class ReviewForms:
    """`Reviews` and their exports, with what they give as JSON objects. Raises what they raise."""

    def __init__(self, reviews: Reviews, catalog: Catalog) -> None:
        self._reviews, self._catalog = reviews, catalog

    def listed(
        self,
        asker: Principal,
        *,
        state: str | None = None,
        verdict: str | None = None,
        curated: bool = False,
        limit: int = 100,
    ) -> list[dict[str, Any]]:
        """Judged answers, the last judged first."""
        wanted = next((each for each in STATES if each == state), None)
        if state is not None and wanted is None:
            raise UsageError("review.no_state", name=state[:40], names=list(STATES))
        found = self._reviews.listed(asker, state=wanted, verdict=verdict, curated=curated, limit=limit)
        return [review_form(review) for review in found]

    def get(self, asker: Principal, id: str) -> dict[str, Any]:
        """One of them, whole."""
        return review_form(self._reviews.get(asker, id), whole=True)

    def correct(
        self,
        asker: Principal,
        id: str,
        seen: int,
        *,
        question: str,
        answer: str,
        marks: Sequence[Mark],
        also: Sequence[str] = (),
    ) -> dict[str, Any]:
        """Keep what should have been answered; see `Reviews.correct`."""
        made = self._reviews.correct(asker, id, seen, question=question, answer=answer, marks=marks, also=also)
        return review_form(made, whole=True)

    def accept(self, asker: Principal, id: str, seen: int, *, curated: bool = False) -> dict[str, Any]:
        """Accept it; see `Reviews.accept`."""
        return review_form(self._reviews.accept(asker, id, seen, curated=curated), whole=True)

    def dismiss(self, asker: Principal, id: str, seen: int) -> dict[str, Any]:
        """Leave it as it is."""
        return review_form(self._reviews.dismiss(asker, id, seen), whole=True)

    def withdraw(self, asker: Principal, id: str, seen: int) -> dict[str, Any]:
        """Give a curated answer no more."""
        return review_form(self._reviews.withdraw(asker, id, seen), whole=True)

    def export(self, asker: Principal, format: str) -> list[dict[str, Any]]:
        """Accepted corrections as training data or questions; see `kb.review.training`."""
        return export(self._reviews, self._catalog, asker, format)
