"""Conversations: what was asked and answered, kept in the catalog, so that it outlives the process.

The order is one of integers, never of the clock. What a turn rests on is kept beside it: when a document
is deleted, the turns that hold its words lose them.
"""

import builtins
import json
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from glob import escape
from typing import Any, Literal

from pydantic import TypeAdapter

from kb.errors import ConversationNotFound, UsageError
from kb.language.language import language_of
from kb.messages.coded_text import of_stored, stored, text_in
from kb.schema import Answer, Notice, Passage, Scope, Term
from kb.serialization import notice_form, notice_of_form
from kb.store.database import Database, now

TurnState = Literal[
    "queued", "searching", "waiting", "reading", "thinking", "answering", "done", "failed", "stopped", "interrupted"
]
Mode = Literal["documents", "chat"]
Verdict = Literal["up", "down"]

FINISHED: frozenset[TurnState] = frozenset({"done", "failed", "stopped", "interrupted"})
LONGEST_TITLE = 200  # characters
LONGEST_REASON = 4_000
_LONGEST_SEARCH = 1_000
LONGEST_ASKED_IN_VAIN = 500  # characters of a question that usage keeps (`kb.usage.counting`)
OWNERS_WORDS = ":owner"  # who asked such a question where no account did
MOST_CONVERSATIONS = 20_000
MOST_TURNS = 500  # of one
MOST_FILES = 50  # dropped into one, and not kept yet
_EMPTY_KEPT = 1_000  # conversations in which nothing was asked: each visit of the page begins one
_FINISHED = ", ".join(f"'{state}'" for state in sorted(FINISHED))
FORGOTTEN = "(deleted)"  # in a filter, in place of a document that was deleted
# Codes of why an answer went.
GONE, NOT_READABLE = "conversation.deleted_source", "conversation.not_readable"
NOT_READABLE_HERE = "conversation.not_readable_here"  # by somebody with whom it is shared


@dataclass(frozen=True, slots=True)
class Feedback:
    """A reader's judgement of an answer."""

    verdict: Verdict
    reason: str
    at: str  # ISO 8601, UTC


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """A question and what came of it, as far as it was written."""

    id: str
    position: int  # from 0
    question: str
    mode: Mode
    scope: Scope
    state: TurnState
    searched: str
    thinking: str
    thought_tokens: int
    text: str
    passages: tuple[Passage, ...] | None  # None until retrieval is done, and without documents
    notices: tuple[Notice, ...]
    answer: Answer | None
    error: str | None  # what to tell the reader when `state` is "failed"; "" for an internal error
    asked_at: str  # ISO 8601, UTC
    seconds: float
    feedback: Feedback | None
    think_budget: int | None = None  # tokens; None: the model's own, as long as it has not begun to reason
    access_changes: int = 0  # how often it had been changed who may read what, when it was asked
    told_of: tuple[tuple[str, str], ...] = ()  # documents, as (collection, path), of which the turns before it speak
    terms: tuple[Term, ...] = ()  # of the glossary, that its question held


@dataclass(frozen=True, slots=True)
class JudgedAnswer:
    """An answer that a reader judged."""

    conversation: str
    position: int  # of the turn, from 0
    question: str
    answer: str  # "" where a document it rested on was deleted
    mode: Mode
    verdict: Verdict
    reason: str
    who: str
    at: str  # ISO 8601, UTC


@dataclass(frozen=True, slots=True)
class StoredConversation:
    """One entry of the list of conversations. `title` is the first question until it is renamed."""

    id: str
    owner: str
    title: str
    created_at: str  # ISO 8601, UTC
    updated_at: str
    turns: int


@dataclass(frozen=True, slots=True)
class ConversationFile:
    """A file that was dropped into a conversation: `name` is that of its document, `job_id` what reads it."""

    collection: str
    name: str
    job_id: int


class ConversationStore:
    """All SQL about conversations, over the catalog's database. Raises what Database raises."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # ---- conversations

    def create(self, owner: str) -> StoredConversation:
        """A new conversation. Of those in which nothing was asked, only the newest thousand are kept."""
        id = secrets.token_hex(12)  # hex: the page makes element keys of it, which forbid "__"
        at = now()
        with self._database.transaction() as db:
            db.execute(
                "INSERT INTO conversations (id, owner, used, created_at, updated_at) "
                "SELECT ?, ?, coalesce(max(used), 0) + 1, ?, ? FROM conversations",
                (id, owner, at, at),
            )
            db.execute(
                "DELETE FROM conversations WHERE id IN (SELECT id FROM conversations c WHERE title IS NULL "
                "AND NOT EXISTS (SELECT 1 FROM turns t WHERE t.conversation_id = c.id) "
                "AND NOT EXISTS (SELECT 1 FROM conversation_files f WHERE f.conversation_id = c.id) "
                "ORDER BY used DESC LIMIT -1 OFFSET ?)",
                (_EMPTY_KEPT,),
            )
        return StoredConversation(id, owner, "", at, at, 0)

    def get(self, id: str) -> StoredConversation | None:
        """A conversation, without its turns; None where there is none of that id."""
        row = self._database.db.execute(f"{_LISTED} WHERE c.id = ?", (id,)).fetchone()
        return _conversation(row) if row else None

    def list(
        self, owner: str | None = None, search: str = "", limit: int = 50, offset: int = 0
    ) -> builtins.list[StoredConversation]:
        """Conversations in which something was asked, or which have a name or files; the last used first.

        `owner` None lists those of the home's owner, by whatever name programs asked for them. `search` looks
        for these characters in titles, questions and answers.
        Raises UsageError where it is endless.
        """
        if len(search) > _LONGEST_SEARCH:
            raise UsageError("conversation.search_too_long", count=len(search), most=_LONGEST_SEARCH)
        pattern = f"%{_escaped(' '.join(search.split()))}%"
        rows = self._database.db.execute(
            f"{_LISTED} WHERE (c.owner = ?1 OR (?1 IS NULL AND c.owner NOT IN (SELECT name FROM accounts))) "
            "AND (c.title IS NOT NULL OR EXISTS "
            "(SELECT 1 FROM turns t WHERE t.conversation_id = c.id) OR EXISTS "
            "(SELECT 1 FROM conversation_files f WHERE f.conversation_id = c.id)) "
            "AND (?2 = '%%' OR c.title LIKE ?2 ESCAPE '\\' "
            "OR EXISTS (SELECT 1 FROM turns t WHERE t.conversation_id = c.id "
            "AND (t.question LIKE ?2 ESCAPE '\\' OR t.text LIKE ?2 ESCAPE '\\'))) "
            "ORDER BY c.used DESC LIMIT ?3 OFFSET ?4",
            (owner, pattern, limit, offset),
        )
        return [_conversation(row) for row in rows]

    def rename(self, id: str, title: str) -> None:
        """Give it a name; "" goes back to the first question. Raises ConversationNotFound and UsageError."""
        name = clean(" ".join(title.split()))
        if len(name) > LONGEST_TITLE:
            raise UsageError("conversation.title_too_long", count=len(name), most=LONGEST_TITLE)
        with self._database.transaction() as db:
            changed = db.execute("UPDATE conversations SET title = ? WHERE id = ?", (name or None, id))
            if not changed.rowcount:
                raise _missing(id)

    def delete(self, id: str, by: str = "local") -> None:
        """Delete a conversation with all its turns and what usage keeps of its questions, and record who did.

        Raises ConversationNotFound, StorageFull.
        """
        with self._database.transaction() as db:
            db.execute(
                "DELETE FROM unanswered WHERE words IN (SELECT substr(question, 1, ?1) FROM turns "
                "WHERE conversation_id = ?2) AND person = (SELECT CASE WHEN owner IN (SELECT name FROM accounts) "
                "THEN owner ELSE ?3 END FROM conversations WHERE id = ?2)",
                (LONGEST_ASKED_IN_VAIN, id, OWNERS_WORDS),
            )
            if not db.execute("DELETE FROM conversations WHERE id = ?", (id,)).rowcount:
                raise _missing(id)
            self._database.record(db, by, "conversation_deleted", "", {"id": id})

    def clearings(self, id: str) -> int | None:
        """How often evidence was taken out of it by `forget_document`; None where there is no such conversation."""
        row = self._database.db.execute("SELECT cleared FROM conversations WHERE id = ?", (id,)).fetchone()
        return int(row["cleared"]) if row else None

    # ---- files

    def files(self, id: str) -> builtins.list[ConversationFile]:
        """The files that were dropped into a conversation and not kept since, in order."""
        rows = self._database.db.execute(
            "SELECT c.name, f.name, f.job_id FROM conversation_files f JOIN collections c ON c.id = f.collection_id "
            "WHERE f.conversation_id = ? ORDER BY f.id",
            (id,),
        )
        return [ConversationFile(*row) for row in rows]

    def check_room(self, id: str) -> None:
        """Raises ConversationNotFound, and UsageError where a conversation holds as many files as there can be."""
        db = self._database.db
        if db.execute("SELECT 1 FROM conversations WHERE id = ?", (id,)).fetchone() is None:
            raise _missing(id)
        there = db.execute("SELECT count(*) FROM conversation_files WHERE conversation_id = ?", (id,)).fetchone()[0]
        if there >= MOST_FILES:
            raise UsageError("conversation.many_files", most=MOST_FILES)

    def add_file(self, id: str, file: ConversationFile) -> None:
        """Let a file be one of a conversation. Raises ConversationNotFound, and UsageError where there is no room."""
        with self._database.transaction() as db:
            self.check_room(id)
            db.execute(
                "INSERT INTO conversation_files (conversation_id, collection_id, name, job_id) "
                "SELECT ?, id, ?, ? FROM collections WHERE name = ?",
                (id, file.name, file.job_id, file.collection),
            )
            db.execute("UPDATE conversations SET updated_at = ? WHERE id = ?", (now(), id))

    def keep_file(self, id: str, name: str) -> None:
        """Let a file be no longer one of its conversation; its document stays."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM conversation_files WHERE conversation_id = ? AND name = ?", (id, name))

    # ---- turns

    def turns(self, id: str) -> builtins.list[StoredTurn]:
        """The turns of a conversation, in order; none where there is no such conversation."""
        rows = self._database.db.execute("SELECT * FROM turns WHERE conversation_id = ? ORDER BY position", (id,))
        return [_turn(row) for row in rows]

    def save_turn(
        self,
        conversation_id: str,
        turn: StoredTurn,
        cleared: int | None = None,
        *,
        in_place: bool = False,
        by: str = "",
    ) -> StoredTurn:
        """Insert a turn, or bring it up to date; feedback is left as it is. Returns what is kept.

        One that is inserted `in_place` takes the place of the turn at its position and of all after it, which are
        deleted; `by` is who does.

        A turn that rests on a document that is gone by now is kept without its words, as `forget_document` leaves it;
        so is a follow-up where the conversation was not `cleared` so often when it was asked. Raises
        ConversationNotFound where the conversation was deleted, and UsageError where there is no room for another.
        """
        with self._database.transaction() as db:
            row = db.execute("SELECT cleared FROM conversations WHERE id = ?", (conversation_id,)).fetchone()
            if row is None:
                raise _missing(conversation_id)
            sources = sources_of(turn)
            told_of_it = cleared not in (None, row["cleared"]) and is_follow_up(turn)
            if told_of_it or any(not _exists(db, *source) for source in sources):
                turn, sources = without_evidence(turn), set()
            new = not db.execute("SELECT 1 FROM turns WHERE id = ?", (turn.id,)).fetchone()
            values = _columns(turn)
            if new:
                if in_place:
                    gone = "DELETE FROM turns WHERE conversation_id = ? AND position >= ?"
                    removed = db.execute(gone, (conversation_id, turn.position)).rowcount
                    told = {"id": conversation_id, "position": turn.position, "removed": removed}
                    self._database.record(db, by, "question_edited", "", told)
                _check_room(db, conversation_id)
                values |= {"id": turn.id, "conversation_id": conversation_id, "position": turn.position}
                if turn.feedback:
                    values |= {"verdict": turn.feedback.verdict, "reason": clean(turn.feedback.reason)}
                    values["judged_at"] = turn.feedback.at
                names, marks = ", ".join(values), ", ".join("?" * len(values))
                db.execute(f"INSERT INTO turns ({names}) VALUES ({marks})", tuple(values.values()))
                db.execute(
                    "UPDATE conversations SET updated_at = ?, used = (SELECT max(used) + 1 FROM conversations) "
                    "WHERE id = ?",
                    (now(), conversation_id),
                )
            else:
                _update(db, turn.id, values)
            _set_sources(db, turn.id, sources)
        return turn

    def interrupt(self) -> int:
        """Mark what is still being answered as interrupted: for the start, when nothing can be. Returns how many."""
        with self._database.transaction() as db:
            return db.execute(f"UPDATE turns SET state = 'interrupted' WHERE state NOT IN ({_FINISHED})").rowcount

    def set_feedback(self, turn_id: str, verdict: Verdict | None, reason: str = "", who: str = "") -> Feedback | None:
        """Keep a reader's judgement; None takes it back. Raises ConversationNotFound and UsageError."""
        if verdict not in ("up", "down", None):
            raise UsageError("feedback.no_verdict", verdict=verdict)
        reason = clean(reason.strip()) if verdict else ""
        if len(reason) > LONGEST_REASON:
            raise UsageError("feedback.reason_too_long", count=len(reason), most=LONGEST_REASON)
        at = now() if verdict else ""
        with self._database.transaction() as db:
            changed = db.execute(
                "UPDATE turns SET verdict = ?, reason = ?, judged_at = ?, judged_by = ? WHERE id = ?",
                (verdict, reason, at, who if verdict else "", turn_id),
            )
            if not changed.rowcount:
                raise ConversationNotFound("conversation.turn_not_found", id=turn_id)
        return Feedback(verdict, reason, at) if verdict else None

    def judged(self, verdict: Verdict | None = None, limit: int = 100) -> builtins.list[JudgedAnswer]:
        """The answers that readers judged, the last judged first; with `verdict` only those judged so."""
        rows = self._database.db.execute(
            "SELECT conversation_id, position, question, text, mode, verdict, reason, judged_by, judged_at FROM turns "
            "WHERE verdict IS NOT NULL AND (?1 IS NULL OR verdict = ?1) ORDER BY judged_at DESC, rowid DESC LIMIT ?2",
            (verdict, limit),
        )
        return [JudgedAnswer(*row) for row in rows]

    def judged_turns(self, id: str | None = None) -> Iterator[tuple[JudgedAnswer, StoredTurn]]:
        """The turns that readers judged, or that an editor has reviewed, the last judged first; or the one of an id."""
        rows = self._database.db.execute(
            "SELECT * FROM turns WHERE (verdict IS NOT NULL OR id IN (SELECT id FROM reviews)) "
            "AND (?1 IS NULL OR id = ?1) ORDER BY judged_at DESC, rowid DESC",
            (id,),
        )
        while part := rows.fetchmany(100):
            for row in part:
                judged = JudgedAnswer(
                    row["conversation_id"], row["position"], row["question"], row["text"], row["mode"], row["verdict"],
                    row["reason"], row["judged_by"], row["judged_at"],
                )  # fmt: skip
                yield judged, _turn(row)

    # ---- documents that move, and that are deleted

    def rename_documents(self, names: Mapping[tuple[str, str], tuple[str, str]], db: sqlite3.Connection) -> None:
        """Let what rests on these documents, each as (collection, path), name them by their new names, so that it
        leads to them and nothing else. `db` is an open transaction."""
        rows = db.execute(
            "SELECT t.*, s.turn_id IS NOT NULL AS rests FROM turns t LEFT JOIN (SELECT DISTINCT s.turn_id "
            "FROM json_each(?) n JOIN turn_sources s ON s.collection = json_extract(n.value, '$[0]') "
            "AND s.path = json_extract(n.value, '$[1]')) s ON s.turn_id = t.id "
            "WHERE s.turn_id IS NOT NULL OR json_extract(t.scope, '$.paths[0]') <> ''",
            (json.dumps([*names]),),
        )
        for row in rows.fetchall():
            turn = _turn(row)
            renamed = _renamed(turn, names)
            if renamed == turn:
                continue
            _update(db, turn.id, _columns(renamed))
            if row["rests"]:
                _set_sources(db, turn.id, sources_of(renamed))
            db.execute("UPDATE conversations SET cleared = cleared + 1 WHERE id = ?", (row["conversation_id"],))

    def forget_scopes(self, names: set[tuple[str, str]], db: sqlite3.Connection) -> None:
        """Take these documents, as (collection, path), out of the filters that questions were asked with; what stands
        in their place matches nothing."""
        globs = {escape(f"{collection}/{path}") for collection, path in names}
        rows = db.execute("SELECT id, conversation_id, scope FROM turns WHERE json_extract(scope, '$.paths[0]') <> ''")
        for row in rows.fetchall():
            scope = scope_of(row["scope"])
            paths = tuple(FORGOTTEN if glob.removesuffix("/*") in globs else glob for glob in scope.paths)
            if paths != scope.paths:
                left = _json_text(asdict(replace(scope, paths=tuple(dict.fromkeys(paths)))))
                db.execute("UPDATE turns SET scope = ? WHERE id = ?", (left, row["id"]))
                db.execute("UPDATE conversations SET cleared = cleared + 1 WHERE id = ?", (row["conversation_id"],))

    def forget_document(self, collection: str, path: str, db: sqlite3.Connection | None = None) -> int:
        """Take the words of a document out of all conversations. Returns how many turns lost theirs.

        A turn rests on the document if a passage or a citation is of it, or if it is a follow-up that was made with
        the words of such a turn. It keeps its question, and gets a notice. `db` is an open transaction to do it in.
        """
        if db is None:
            with self._database.transaction() as own:
                return self.forget_document(collection, path, own)
        rows = db.execute(
            "SELECT DISTINCT t.conversation_id FROM turn_sources s JOIN turns t ON t.id = s.turn_id "
            "WHERE s.collection = ? AND s.path = ?",
            (collection, path),
        ).fetchall()
        forgotten = 0
        for row in rows:
            spoken = False  # whether a turn before this one held the words
            for turn in self.turns(row["conversation_id"]):
                if (collection, path) in sources_of(turn) or (spoken and is_follow_up(turn)):
                    spoken = True
                    forgotten += 1
                    _update(db, turn.id, _columns(without_evidence(turn)))
                    _set_sources(db, turn.id, set())
            db.execute("UPDATE conversations SET cleared = cleared + 1 WHERE id = ?", (row["conversation_id"],))
        return forgotten


def _check_room(db: sqlite3.Connection, conversation_id: str) -> None:
    turns = db.execute("SELECT count(*) FROM turns WHERE conversation_id = ?", (conversation_id,)).fetchone()[0]
    if turns >= MOST_TURNS:
        raise UsageError("conversation.full", most=MOST_TURNS)
    used = "SELECT count(*) FROM conversations c WHERE EXISTS (SELECT 1 FROM turns t WHERE t.conversation_id = c.id)"
    if not turns and db.execute(used).fetchone()[0] >= MOST_CONVERSATIONS:
        raise UsageError("conversation.too_many", most=MOST_CONVERSATIONS)


def without_evidence(turn: StoredTurn, kind: str = "document_deleted", why: str = GONE) -> StoredTurn:
    """The turn without anything that came from documents: its question, and a notice that says `why`, a code."""
    return StoredTurn(
        id=turn.id, position=turn.position, question=turn.question, mode=turn.mode, scope=turn.scope, state=turn.state,
        searched="", thinking="", thought_tokens=0, text="", passages=None,
        notices=(Notice(kind, text_in(language_of(turn.question), why)),), answer=None, error=turn.error,
        asked_at=turn.asked_at, seconds=turn.seconds, feedback=turn.feedback, think_budget=turn.think_budget,
        access_changes=turn.access_changes,
    )  # fmt: skip


def renamed_scope(scope: Scope, names: Mapping[tuple[str, str], tuple[str, str]]) -> Scope:
    """The filter, where it names a document that moved, with its new name."""
    globs = {escape(f"{old[0]}/{old[1]}"): escape(f"{new[0]}/{new[1]}") for old, new in names.items()}

    def moved(glob: str) -> str:
        inside = "/*" if glob.endswith("/*") else ""
        name = glob.removesuffix(inside)
        return f"{globs[name]}{inside}" if name in globs else glob

    return replace(scope, paths=tuple(map(moved, scope.paths)))


def _renamed(turn: StoredTurn, names: Mapping[tuple[str, str], tuple[str, str]]) -> StoredTurn:
    def moved(each: Any) -> Any:
        collection, path = names.get((each.collection, each.document), (each.collection, each.document))
        return replace(each, collection=collection, document=path)

    def moved_documents(documents: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        return tuple(names.get((collection, path), (collection, path)) for collection, path in documents)

    answer = turn.answer and replace(
        turn.answer,
        citations=tuple(map(moved, turn.answer.citations)),
        passages=tuple(map(moved, turn.answer.passages)),
    )
    return replace(
        turn, scope=renamed_scope(turn.scope, names), answer=answer, told_of=moved_documents(turn.told_of),
        passages=None if turn.passages is None else tuple(map(moved, turn.passages)),
        terms=tuple(replace(term, documents=moved_documents(term.documents)) for term in turn.terms),
    )  # fmt: skip


def title_of(question: str) -> str:
    """A question as a title: one line of at most 80 characters."""
    return " ".join(question.split())[:80]


def clean(text: str) -> str:
    """The text with half characters (lone surrogates, which JSON can bring in) replaced, one by one."""
    return text.encode("utf-8", "replace").decode("utf-8")


_LISTED = (
    "SELECT c.*, (SELECT question FROM turns t WHERE t.conversation_id = c.id ORDER BY position LIMIT 1) AS first, "
    "(SELECT name FROM conversation_files f WHERE f.conversation_id = c.id ORDER BY id LIMIT 1) AS file, "
    "(SELECT count(*) FROM turns t WHERE t.conversation_id = c.id) AS turns FROM conversations c"
)


def _conversation(row: sqlite3.Row) -> StoredConversation:
    title = row["title"] or title_of(row["first"] or row["file"] or "")
    return StoredConversation(row["id"], row["owner"], title, row["created_at"], row["updated_at"], row["turns"])


def _turn(row: sqlite3.Row) -> StoredTurn:
    return StoredTurn(
        id=row["id"], position=row["position"], question=row["question"], mode=row["mode"],
        scope=_read(Scope, row["scope"]), state=row["state"], searched=row["searched"], thinking=row["thinking"],
        thought_tokens=row["thought_tokens"], text=row["text"],
        passages=None if row["passages"] is None else _read(tuple[Passage, ...], row["passages"]),
        notices=_notices(json.loads(row["notices"])),
        answer=None if row["answer"] is None else _answer(row["answer"]),
        error=None if row["error"] is None else of_stored(row["error"], row["error_message"]),
        asked_at=row["asked_at"], seconds=row["seconds"],
        feedback=Feedback(row["verdict"], row["reason"], row["judged_at"]) if row["verdict"] else None,
        think_budget=row["think_budget"], access_changes=row["access_changes"],
        told_of=tuple((collection, path) for collection, path in json.loads(row["told_of"])),
        terms=_read(tuple[Term, ...], row["terms"]),
    )  # fmt: skip


def _notices(forms: list[dict[str, Any]]) -> tuple[Notice, ...]:
    return tuple(map(notice_of_form, forms))


def _answer(text: str) -> Answer:
    answer: Answer = _read(Answer, text)
    return replace(answer, notices=_notices(json.loads(text)["notices"])) if answer.notices else answer


def _answer_form(answer: Answer) -> dict[str, Any]:
    return {**asdict(answer), "notices": [notice_form(notice) for notice in answer.notices]}


def _columns(turn: StoredTurn) -> dict[str, Any]:
    """The columns that change while a turn is answered, and those that are written with it."""
    return {
        "question": clean(turn.question), "mode": turn.mode, "scope": _json_text(asdict(turn.scope)),
        "state": turn.state, "searched": clean(turn.searched), "thinking": clean(turn.thinking),
        "thought_tokens": turn.thought_tokens, "text": clean(turn.text),
        "passages": None if turn.passages is None else _json_text([asdict(p) for p in turn.passages]),
        "notices": _json_text([notice_form(n) for n in turn.notices]),
        "answer": None if turn.answer is None else _json_text(_answer_form(turn.answer)),
        "error": None if turn.error is None else clean(turn.error), "error_message": stored(turn.error),
        "asked_at": turn.asked_at, "seconds": turn.seconds,
        "think_budget": turn.think_budget, "access_changes": turn.access_changes,
        "told_of": _json_text(turn.told_of if is_follow_up(turn) else ()),
        "terms": _json_text([asdict(term) for term in turn.terms]),
    }  # fmt: skip


def _update(db: sqlite3.Connection, turn_id: str, values: dict[str, Any]) -> None:
    names = ", ".join(f"{name} = ?" for name in values)
    db.execute(f"UPDATE turns SET {names} WHERE id = ?", (*values.values(), turn_id))


def sources_of(turn: StoredTurn) -> set[tuple[str, str]]:
    """The documents a turn rests on, as (collection, path); of a follow-up those of the turns before it, too."""
    passages = (turn.passages or ()) + (turn.answer.passages if turn.answer else ())
    citations = turn.answer.citations if turn.answer else ()
    own = {(p.collection, p.document) for p in passages} | {(c.collection, c.document) for c in citations}
    own.update(document for term in turn.terms for document in term.documents)
    return own.union(turn.told_of) if is_follow_up(turn) else own


def _set_sources(db: sqlite3.Connection, turn_id: str, sources: set[tuple[str, str]]) -> None:
    db.execute("DELETE FROM turn_sources WHERE turn_id = ?", (turn_id,))
    db.executemany(
        "INSERT INTO turn_sources (turn_id, collection, path) VALUES (?, ?, ?)",
        [(turn_id, collection, path) for collection, path in sources],
    )


def _exists(db: sqlite3.Connection, collection: str, path: str) -> bool:
    row = db.execute(
        "SELECT 1 FROM documents d JOIN collections c ON c.id = d.collection_id WHERE c.name = ? AND d.path = ?",
        (collection, path),
    ).fetchone()
    return row is not None


def is_follow_up(turn: StoredTurn) -> bool:
    """Whether the turns before it were put to the model: always in plain chat, else if the question was rewritten."""
    return turn.mode == "chat" or turn.searched != turn.question.strip()


def _escaped(text: str) -> str:
    return clean(text).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _missing(id: str) -> ConversationNotFound:
    return ConversationNotFound("conversation.not_found", id=id)


def _json_text(value: Any) -> str:
    return clean(json.dumps(value, ensure_ascii=False))


@cache
def _adapter(form: Any) -> TypeAdapter[Any]:
    return TypeAdapter(form)


def scope_of(text: str) -> Scope:
    """A filter as it is stored."""
    return _read(Scope, text)  # type: ignore[no-any-return]


def _read(form: Any, text: str) -> Any:
    return _adapter(form).validate_json(text)
