"""The audit trail of a home that a running service owns; for the commands."""

from collections.abc import Callable, Iterator
from typing import Any

from kb.audit.heads import Head, head_form
from kb.audit.verification import Problem, Verification
from kb.messages.coded_text import of_fields
from kb.schema import Principal

Form = dict[str, Any]


class RemoteTrail:
    """It has the methods of `kb.audit.trail.Trail`, with the same errors."""

    def __init__(self, call: Callable[..., Any], lines: Callable[..., Iterator[Form]]) -> None:
        self._call, self._lines = call, lines

    def rows(
        self, limit: int = 100, *, since: str = "", until: str = "", asker: str = "", action: str = ""
    ) -> list[Form]:
        """The newest rows, newest first."""
        wanted = {"limit": limit, "since": since, "until": until, "asker": asker, "action": action}
        rows: list[Form] = self._call("GET", "audit", params=wanted)["audit"]
        return rows

    def verify(self, head: Head | None = None) -> Verification:
        """Whether the trail is whole and leads to a head."""
        form = self._call("POST", "audit/verify", body={"head": None if head is None else head_form(head)})
        problems = tuple(Problem(each["record"], of_fields(each["what"], each)) for each in form["problems"])
        return Verification(form["records"], form["erased"], form["hash"], form["head"], problems)

    def head(self) -> Head:
        """The signed head."""
        return Head(**self._call("GET", "audit/head"))

    def export(self, by: str, *, texts: bool = True) -> Iterator[Form]:
        """The lines of an export."""
        path = f"audit/export?texts={str(texts).lower()}"
        return self._lines("GET", path, Principal(by), None, None, lambda: None)

    def erase(self, by: str, before: str) -> int:
        """Erase what lies beside the records that were written before a day. Returns of how many."""
        return int(self._call("POST", "audit/erase", Principal(by), body={"before": before})["records"])
