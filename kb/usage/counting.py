"""Counting: what is asked each day and how it ends, which documents are cited, and who agreed to have words kept.

A count names nobody and holds no words. The words of a question or search that found nothing are kept where its asker
agreed, beside the documents that came nearest: who may read all of those is shown them. They go with the agreement, the
conversation, or one of the documents.
"""

import json
import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import Literal

from kb.config import UsageSettings
from kb.errors import KBError, UsageError
from kb.people.accounts import is_account
from kb.schema import Answer, AnswerOutcome, Done, Event, Failed, Principal, Retrieval
from kb.store.conversations import LONGEST_ASKED_IN_VAIN, OWNERS_WORDS, StoredTurn, clean, sources_of
from kb.store.database import Database, now

Kind = Literal["question", "search"]
Outcome = AnswerOutcome | Literal["stopped", "failed"]

# Why a question was refused or a search found nothing: kinds of notices. Any other is no reason.
REASONS = (
    "nothing_to_search", "nothing_matches", "weak_evidence", "not_stated", "model_found_nothing", "unsupported_answer",
    "empty_answer",
)  # fmt: skip
_NOT_OF_DOCUMENTS = ("greeting", "help", "clarify")
MOST_KEPT = 5_000  # questions with their words; the oldest go

log = logging.getLogger(__name__)


def today() -> str:
    """The day of this machine, as an ISO date."""
    return date.today().isoformat()


class Counting:
    """The counts of a home. May be used by several threads. What cannot be counted is told in the log: no answer waits
    for it or fails by it."""

    def __init__(self, database: Database, settings: UsageSettings, day: Callable[[], str] = today) -> None:
        self._database, self._settings, self._day = database, settings, day
        self._tidied = ""  # the day on which what is too old was last removed

    # ---- what is asked

    def count_question(self, asker: Principal, turn: StoredTurn) -> None:
        """Count a question that has ended: whatever became of it, once."""
        if turn.mode != "documents":
            return
        if turn.state == "done" and turn.answer is not None:
            self._count_answer(asker, turn.question, turn.answer, sources_of(turn))
        else:
            self._count("question", "failed" if turn.state == "failed" else "stopped")

    def followed(self, events: Iterable[Event], asker: Principal, question: str) -> Iterator[Event]:
        """The events of an answer that nothing else counts; it is counted when it ends."""
        ended = False
        try:
            for event in events:
                if isinstance(event, Done):
                    ended = True
                    found = {(p.collection, p.document) for p in event.answer.passages}
                    self._count_answer(asker, question, event.answer, found)
                elif isinstance(event, Failed):
                    ended = True
                    self._count("question", "failed")
                yield event
        finally:
            if not ended:
                self._count("question", "stopped")

    def searched(self, asker: Principal, found: Retrieval) -> None:
        """Count a search where nothing near enough was found."""
        if not found.passages:
            reason = _reason(notice.kind for notice in found.notices) or "nothing_to_search"
        elif not found.enough_evidence:
            reason = "weak_evidence"
        else:
            return
        sources = {(p.collection, p.document) for p in found.passages}
        self._count("search", "refused", reason, words=(asker, clean(found.question), sources))

    def _count_answer(
        self, asker: Principal, question: str, answer: Answer, sources: Iterable[tuple[str, str]]
    ) -> None:
        if answer.kind in _NOT_OF_DOCUMENTS:
            return
        if answer.outcome == "refused":
            reason = _reason(notice.kind for notice in answer.notices)
            self._count("question", "refused", reason, words=(asker, clean(question), sources))
        else:
            cited = {(citation.collection, citation.document) for citation in answer.citations}
            self._count("question", answer.outcome, cited=cited)

    def _count(
        self,
        kind: Kind,
        outcome: Outcome,
        reason: str = "",
        *,
        cited: Iterable[tuple[str, str]] = (),
        words: tuple[Principal, str, Iterable[tuple[str, str]]] | None = None,
    ) -> None:
        day = self._day()
        try:
            with self._database.transaction() as db:
                if self._tidied != day:
                    self._tidy(db, day)
                db.execute(
                    "INSERT INTO usage_counts (day, kind, outcome, reason, times) VALUES (?, ?, ?, ?, 1) "
                    "ON CONFLICT DO UPDATE SET times = times + 1",
                    (day, kind, outcome, reason),
                )
                for document_id in _ids(db, cited):
                    db.execute(
                        "INSERT INTO usage_citations (document_id, day, times) VALUES (?, ?, 1) "
                        "ON CONFLICT DO UPDATE SET times = times + 1",
                        (document_id, day),
                    )
                if words is not None:
                    self._keep_words(db, day, kind, *words)
        except (KBError, sqlite3.Error) as error:
            log.warning("a %s could not be counted (%s)", kind, type(error).__name__)

    def _keep_words(
        self, db: sqlite3.Connection, day: str, kind: Kind, asker: Principal, words: str,
        sources: Iterable[tuple[str, str]],
    ) -> None:  # fmt: skip
        """Where the asker agreed, and all documents that came nearest are still there."""
        person, named = self._person(asker), set(sources)
        if self._settings.texts == "never" or not _agreed(db, person):
            return
        ids = _ids(db, named)
        if len(ids) < len(named):
            return
        kept = db.execute(
            "INSERT INTO unanswered (person, day, kind, words) VALUES (?, ?, ?, ?)",
            (person, day, kind, words[:LONGEST_ASKED_IN_VAIN]),
        ).lastrowid
        db.executemany(
            "INSERT INTO unanswered_sources (unanswered_id, document_id) VALUES (?, ?)", [(kept, id) for id in ids]
        )

    # ---- agreement and retention

    def agrees(self, asker: Principal) -> bool:
        """Whether editors are shown the words of what this one asks in vain."""
        return self._settings.texts == "agreed" and _agreed(self._database.db, self._person(asker))

    def agree(self, asker: Principal, agrees: bool) -> None:
        """Agree, or take it back, and with it all words that were kept. Raises UsageError where nobody is asked to, and
        StorageFull."""
        if agrees and self._settings.texts == "never":
            raise UsageError("usage.no_words")
        person = self._person(asker)
        with self._database.transaction() as db:
            if _agreed(db, person) == agrees:
                return
            if agrees:
                db.execute("INSERT INTO usage_agreements (person, agreed_at) VALUES (?, ?)", (person, now()))
            else:
                db.execute("DELETE FROM usage_agreements WHERE person = ?", (person,))
            self._database.record(db, asker.name, "settings", "usage", {"words_agreed": agrees})

    def tidy(self) -> None:
        """Remove what is older than the settings keep, and all words where they let none be kept."""
        try:
            with self._database.transaction() as db:
                self._tidy(db, self._day())
        except (KBError, sqlite3.Error) as error:  # it is done with the next count
            log.warning("old counts could not be removed (%s)", type(error).__name__)

    def _tidy(self, db: sqlite3.Connection, day: str) -> None:
        oldest = first_day(day, self._settings.days)
        for table in ("usage_counts", "usage_citations", "unanswered"):
            db.execute(f"DELETE FROM {table} WHERE day < ?", (oldest,))
        db.execute(
            "DELETE FROM unanswered WHERE id IN (SELECT id FROM unanswered ORDER BY id DESC LIMIT -1 OFFSET ?)",
            (MOST_KEPT,),
        )
        if self._settings.texts == "never":
            db.execute("DELETE FROM usage_agreements")
        self._tidied = day

    def _person(self, asker: Principal) -> str:
        """By whom an agreement is kept: an account, or the home's owner by whatever name."""
        return asker.name if is_account(self._database, asker.name) else OWNERS_WORDS


def first_day(last: str, days: int) -> str:
    """The first of so many days, up to `last` and with it."""
    end = date.fromisoformat(last)
    return (end - timedelta(days=min(days, end.toordinal()) - 1)).isoformat()


def _reason(kinds: Iterable[str]) -> str:
    return next((kind for kind in kinds if kind in REASONS), "")


def _agreed(db: sqlite3.Connection, person: str) -> bool:
    return db.execute("SELECT 1 FROM usage_agreements WHERE person = ?", (person,)).fetchone() is not None


def _ids(db: sqlite3.Connection, names: Iterable[tuple[str, str]]) -> list[int]:
    """The documents of these names, as (collection, path), that are there."""
    rows = db.execute(
        "SELECT d.id FROM json_each(?) n JOIN collections c ON c.name = json_extract(n.value, '$[0]') "
        "JOIN documents d ON d.collection_id = c.id AND d.path = json_extract(n.value, '$[1]')",
        (json.dumps(sorted(set(names))),),
    )
    return [row[0] for row in rows]
