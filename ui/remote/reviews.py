"""The judged answers of a home that a running service owns; for the commands."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from kb.schema import Principal

if TYPE_CHECKING:
    from kb.review.reviews import Mark

Form = dict[str, Any]


class RemoteReviews:
    """The judged answers of the service, as `kb.review.forms.ReviewForms` gives them."""

    def __init__(self, call: Callable[..., Any], lines: Callable[..., Any]) -> None:
        self._call, self._lines = call, lines

    def listed(
        self, asker: Principal, *, state: str | None = None, verdict: str | None = None, curated: bool = False,
        limit: int = 100,
    ) -> list[Form]:  # fmt: skip
        """Judged answers, the last judged first."""
        wanted = {"state": state, "verdict": verdict, "curated": curated, "limit": limit}
        params = {name: value for name, value in wanted.items() if value is not None}
        found: list[Form] = self._call("GET", "reviews", asker, params=params)["reviews"]
        return found

    def get(self, asker: Principal, id: str) -> Form:
        """One of them, whole."""
        form: Form = self._call("GET", f"reviews/{quote(id, safe='')}", asker)
        return form

    def correct(
        self, asker: Principal, id: str, seen: int, *, question: str, answer: str, marks: "Sequence[Mark]",
        also: Sequence[str] = (),
    ) -> Form:  # fmt: skip
        """Keep what should have been answered."""
        body = {
            "seen": seen, "question": question, "answer": answer, "also": [*also],
            "sources": [asdict(mark) for mark in marks],
        }  # fmt: skip
        form: Form = self._call("PUT", f"reviews/{quote(id, safe='')}/correction", asker, body=body)
        return form

    def accept(self, asker: Principal, id: str, seen: int, *, curated: bool = False) -> Form:
        """Accept it."""
        return self._decide(asker, id, "accept", {"seen": seen, "curated": curated})

    def dismiss(self, asker: Principal, id: str, seen: int) -> Form:
        """Leave it as it is."""
        return self._decide(asker, id, "dismiss", {"seen": seen})

    def withdraw(self, asker: Principal, id: str, seen: int) -> Form:
        """Give a curated answer no more."""
        return self._decide(asker, id, "withdraw", {"seen": seen})

    def export(self, asker: Principal, format: str) -> list[Form]:
        """Accepted corrections as training data or questions."""
        from kb.review.training import format_named

        path = f"reviews/export?format={quote(format_named(format))}"
        return [*self._lines("GET", path, asker, None, None, lambda: None)]

    def _decide(self, asker: Principal, id: str, what: str, body: Form) -> Form:
        form: Form = self._call("POST", f"reviews/{quote(id, safe='')}/{what}", asker, body=body)
        return form
