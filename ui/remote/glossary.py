"""The glossary of a home that a running service owns; for the commands."""

from collections.abc import Callable
from typing import Any

from kb.errors import EntryNotFound
from kb.glossary.entries import Entry, EntryState, NewEntry, TermSource, folded
from kb.glossary.glossary import ImportReport
from kb.schema import Principal

Form = dict[str, Any]


class RemoteGlossary:
    """It has the methods of `kb.glossary.glossary.Glossary`, with the same errors."""

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call

    def entries(
        self, asker: Principal, state: EntryState = "accepted", search: str = "", limit: int | None = None,
        offset: int = 0,
    ) -> tuple[list[Entry], int]:  # fmt: skip
        """The entries by term, and how many there are."""
        wanted = {"state": state, "search": search, "limit": limit or 20_000, "offset": offset}
        found = self._call("GET", "glossary", asker, params=wanted)
        return [_entry(form) for form in found["entries"]], int(found["total"])

    def entry_of_term(self, asker: Principal, term: str) -> Entry:
        """The accepted entry of a term. Raises EntryNotFound."""
        found = next((e for e in self.entries(asker)[0] if folded(e.term) == folded(term)), None)
        if found is None:
            raise EntryNotFound("glossary.no_such_term", term=term[:80])
        return found

    def state_of(self, asker: Principal) -> str:
        """What identifies the accepted entries."""
        found, _ = self.entries(asker)
        return f"{len(found)}-{max(entry.at for entry in found)}" if found else ""

    def add(self, asker: Principal, new: NewEntry) -> Entry:
        """Write an entry."""
        return _entry(self._call("POST", "glossary", asker, body=_body(new)))

    def remove(self, asker: Principal, id: int) -> None:
        """Take an entry out."""
        self._call("DELETE", f"glossary/{id}", asker)

    def accept(self, asker: Principal, id: int) -> Entry:
        """Take a proposed entry into the glossary."""
        return _entry(self._call("POST", f"glossary/{id}/accept", asker))

    def dismiss(self, asker: Principal, id: int) -> None:
        """Leave a proposed entry out."""
        self._call("POST", f"glossary/{id}/dismiss", asker)

    def bring_in(self, asker: Principal, new: list[NewEntry], replace: bool = False) -> ImportReport:
        """Write many entries as one act."""
        from kb.glossary.csv_form import text_of_new

        return ImportReport(
            **self._call("POST", "glossary/import", asker, body={"csv": text_of_new(new), "replace": replace})
        )

    def look_again(self, asker: Principal) -> int:
        """Look through all documents for terms that they introduce."""
        return int(self._call("POST", "glossary/candidates", asker)["proposed"])


def _body(new: NewEntry) -> Form:
    return {
        "term": new.term, "forms": list(new.forms), "definition": new.definition, "sources": list(new.sources or ()),
    }  # fmt: skip


def _entry(form: Form) -> Entry:
    return Entry(
        form["id"], form["term"], tuple(form["forms"]), form["definition"], form["state"], form["taken"],
        tuple(TermSource(**source) for source in form["sources"]), form["person"], form["at"],
    )  # fmt: skip
