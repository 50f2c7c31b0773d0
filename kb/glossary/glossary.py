"""The glossary of a home: entries written by editors or taken from documents, and the terms that a question holds.

Whoever may use the product reads what editors wrote; an entry taken from documents is seen, and widens a search, only
for who may read one of them, and never from a document in quarantine. It goes with the last of its documents.
"""

import json
import sqlite3
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kb.access import order_scores
from kb.errors import DocumentNotFound, EntryNotFound, RefusedByPolicy, UsageError
from kb.glossary import entries as rules
from kb.glossary import matching
from kb.glossary.candidates import candidates
from kb.glossary.entries import MOST_ENTRIES, Entry, EntryState, NewEntry, TermSource, folded, form_language
from kb.language.language import language_of
from kb.language.tokenizer import tokenise
from kb.people.permissions import edits_for_others
from kb.schema import Language, PageSpan, Principal, Term, page_number_at
from kb.store.catalog import Catalog
from kb.store.database import now

MOST_TERMS = 5  # of a question
_CHANGES = "glossary_changes"  # the property that counts what was changed
_MANY, _MANY_OF = 20, 0.1  # passages, and the share of all, that a word of everyday use stands in
_LOOKED_AT = 20  # chunks that hold a form, by whose spelling it is told whether it is an ordinary word


@dataclass(frozen=True, slots=True)
class Widened:
    """A question with the other forms of its terms: `text` in its own language is embedded, `words` of both languages
    are searched for, and `other` are the forms in the other language."""

    text: str
    words: str
    other: tuple[str, ...]
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did."""

    added: int
    changed: int
    unchanged: int
    removed: int


class Glossary:
    """Safe from several threads."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._lock = threading.Lock()
        self._index: tuple[str, matching.FormIndex] | None = None

    # ---- looking

    def entries(
        self,
        asker: Principal,
        state: EntryState = "accepted",
        search: str = "",
        limit: int | None = None,
        offset: int = 0,
    ) -> tuple[list[Entry], int]:
        """The entries that the asker may see, by term, and how many there are. `search` stands in a form or definition.
        What is proposed or dismissed is for editors."""
        if state != "accepted":
            self._check_editor(asker)
        rows = self._rows(asker, "e.state = ?", (state,))
        wanted = folded(search)
        if wanted:
            rows = [r for r in rows if wanted in r["all_forms"] or wanted in folded(r["definition"])]
        rows.sort(key=lambda r: (folded(r["term"]), r["id"]))
        chosen = rows[offset : None if limit is None else offset + limit]
        return self._entries(chosen, asker), len(rows)

    def entry(self, asker: Principal, id: int) -> Entry:
        """One of them. Raises EntryNotFound, also where the asker may not see it."""
        rows = self._rows(asker, "e.id = ?", (id,))
        if not rows or (rows[0]["state"] != "accepted" and not self.is_editor(asker)):
            raise EntryNotFound("glossary.no_entry", id=id)
        return self._entries(rows, asker)[0]

    def entry_of_term(self, asker: Principal, term: str) -> Entry:
        """The accepted entry of a term. Raises EntryNotFound."""
        found = self._of_term(asker, term)
        if found is None:
            raise EntryNotFound("glossary.no_such_term", term=term[:80])
        return found

    def is_editor(self, asker: Principal) -> bool:
        """Whether the asker may change the glossary: the owner, admins, and who edits a collection that others read."""
        return edits_for_others(asker)

    def state_of(self, asker: Principal) -> str:
        """What identifies the accepted entries as the asker sees them; "" where there are none."""
        rows = self._rows(asker, "e.state = 'accepted'", ())
        return f"{len(rows)}-{self._catalog.property(_CHANGES)}" if rows else ""

    # ---- changing

    def add(self, asker: Principal, new: NewEntry) -> Entry:
        """Write an entry. Raises UsageError for what it cannot be, and RefusedByPolicy."""
        self._check_editor(asker)
        new = rules.checked(new)
        if self._of_term(asker, new.term) is not None:
            raise UsageError("glossary.there_already", term=new.term)
        self._check_circles(asker, [new])
        with self._catalog.transaction() as db:
            self._check_room(db, 1)
            id = self._insert(db, new, "accepted", asker)
            self._record(db, asker, "added", id)
        return self.entry(asker, id)

    def change(self, asker: Principal, id: int, new: NewEntry) -> Entry:
        """Write an entry anew; one that is proposed is accepted so. Raises what `add` raises, and EntryNotFound."""
        self._check_editor(asker)
        before = self.entry(asker, id)
        new = rules.checked(new)
        other = self._of_term(asker, new.term)
        if other is not None and other.id != id:
            raise UsageError("glossary.there_already", term=new.term)
        self._check_circles(asker, [new], besides={before.id})
        with self._catalog.transaction() as db:
            if before.state != "accepted":
                self._check_room(db, 1)
            self._write(db, id, new, asker)
            self._record(db, asker, "changed", id)
        return self.entry(asker, id)

    def remove(self, asker: Principal, id: int) -> None:
        """Take an entry out. Raises EntryNotFound and RefusedByPolicy."""
        self._check_editor(asker)
        self.entry(asker, id)
        with self._catalog.transaction() as db:
            db.execute("DELETE FROM glossary_entries WHERE id = ?", (id,))
            self._record(db, asker, "removed", id)

    def accept(self, asker: Principal, id: int) -> Entry:
        """Take a proposed or dismissed entry into the glossary. Raises what `change` raises."""
        found = self.entry(asker, id)
        same = self._of_term(asker, found.term)
        if same is None or same.id == id:
            return self.change(asker, id, NewEntry(found.term, found.forms, found.definition))
        return self._merge(asker, found, same)

    def dismiss(self, asker: Principal, id: int) -> None:
        """Leave a proposed entry out: it is not proposed again. Raises EntryNotFound and RefusedByPolicy."""
        self._check_editor(asker)
        self.entry(asker, id)
        with self._catalog.transaction() as db:
            db.execute(
                "UPDATE glossary_entries SET state = 'dismissed', person = ?, at = ? WHERE id = ?",
                (asker.name, now(), id),
            )
            self._record(db, asker, "dismissed", id)

    def bring_in(self, asker: Principal, new: Sequence[NewEntry], replace: bool = False) -> ImportReport:
        """Write many entries as one act; those whose term is there already are changed. With `replace`, all others that
        the asker sees go. Raises UsageError for what they cannot be, before anything is changed."""
        self._check_editor(asker)
        if len(new) > MOST_ENTRIES:
            raise UsageError("glossary.too_many", n=len(new), most=MOST_ENTRIES)
        given = [rules.checked(entry) for entry in new]
        rules.check_together(given)
        present = {folded(entry.term): entry for entry in self.entries(asker)[0]}
        if not replace:
            self._check_circles(asker, given, besides={present[k].id for k in map(_key, given) if k in present})
        added = changed = unchanged = removed = 0
        with self._catalog.transaction() as db:
            sources = self._named_documents(db, asker, given)
            if replace:
                kept = {_key(entry) for entry in given}
                gone = [(entry.id,) for key, entry in present.items() if key not in kept]
                db.executemany("DELETE FROM glossary_entries WHERE id = ?", gone)
                removed = len(gone)
            self._check_room(db, sum(_key(entry) not in present for entry in given))
            for entry in given:
                known = present.get(_key(entry))
                if known is None:
                    self._insert(db, entry, "accepted", asker, sources)
                    added += 1
                elif _same(known, entry):
                    unchanged += 1
                else:
                    self._write(db, known.id, entry, asker, sources)
                    changed += 1
            if added or changed or removed:
                self._record(db, asker, "imported", 0, {"added": added, "changed": changed, "removed": removed})
        return ImportReport(added, changed, unchanged, removed)

    # ---- candidates

    def propose(self, stop: threading.Event | None = None) -> int:
        """Look through the documents that nobody looked through yet, and propose the terms that they introduce. Returns
        how many are new. `stop` ends it between two documents, and the next call goes on."""
        waiting = self._catalog.db.execute(
            "SELECT d.id, d.version_id FROM documents d WHERE d.version_id IS NOT NULL AND NOT "
            f"{order_scores.IS_HELD} AND NOT EXISTS (SELECT 1 FROM glossary_read r WHERE r.version_id = d.version_id) "
            "ORDER BY d.id"
        ).fetchall()
        count = 0
        for document_id, version_id in waiting:
            if stop is not None and stop.is_set():
                break
            row = self._catalog.db.execute("SELECT text FROM versions WHERE id = ?", (version_id,)).fetchone()
            found = candidates(row["text"]) if row is not None else []
            with self._catalog.transaction() as db:
                current = db.execute("SELECT version_id FROM documents WHERE id = ?", (document_id,)).fetchone()
                if current is None or current["version_id"] != version_id:  # changed meanwhile
                    continue
                db.execute(
                    "DELETE FROM glossary_sources WHERE document_id = ? AND version_id <> ? AND entry_id IN "
                    "(SELECT id FROM glossary_entries WHERE state = 'proposed')",
                    (document_id, version_id),
                )
                for each in found:
                    new = NewEntry(each.term, each.forms)
                    try:
                        new = rules.checked(new)
                    except UsageError:  # a form of one character
                        continue
                    count += self._propose(db, new, (document_id, version_id, each.start, each.end))
                db.execute("INSERT OR IGNORE INTO glossary_read (version_id) VALUES (?)", (version_id,))
        return count

    def look_again(self, asker: Principal) -> int:
        """Look through all documents once more; what was dismissed stays dismissed. Returns how many terms are new that
        the asker may see. Raises RefusedByPolicy."""
        before = {entry.id for entry in self.entries(asker, "proposed")[0]}
        with self._catalog.transaction() as db:
            db.execute("DELETE FROM glossary_read")
        self.propose()
        return sum(entry.id not in before for entry in self.entries(asker, "proposed")[0])

    def _propose(self, db: sqlite3.Connection, new: NewEntry, source: tuple[int, int, int, int]) -> bool:
        """Propose an entry, or note one more document of one that is there; whether it is new."""
        row = db.execute(
            "SELECT e.id, e.taken FROM glossary_forms t JOIN glossary_entries e ON e.id = t.entry_id "
            "JOIN glossary_forms f ON f.entry_id = e.id WHERE t.position = 0 AND t.folded = ? AND f.folded = ? "
            "ORDER BY e.taken, e.id",
            (folded(new.term), folded(new.forms[0])),
        ).fetchone()
        if row is not None and not row["taken"]:
            return False  # an editor wrote it
        is_new = row is None
        id = self._insert(db, new, "proposed", None) if row is None else row["id"]
        if is_new:
            db.execute("UPDATE glossary_entries SET taken = 1 WHERE id = ?", (id,))
        db.execute(
            'INSERT OR REPLACE INTO glossary_sources (entry_id, document_id, version_id, start, "end") '
            "VALUES (?, ?, ?, ?, ?)",
            (id, *source),
        )
        return is_new

    # ---- terms of a question

    def widened(self, question: str, asker: Principal) -> Widened | None:
        """The question with the other forms of the terms that it holds; None where it holds none that the asker may
        see."""
        terms = self.terms_in(question, asker)
        if not terms:
            return None
        language = language_of(question)
        own: list[str] = []
        other: list[str] = []
        text = matching.read(question)
        for held, term in reversed(terms):  # from the end, so that places hold
            more = self._useful(held.form, list(matching.others_than(question, (term.term, *term.forms))))
            here = [form for form in more if form_language(form) == language]
            own += here
            other += [form for form in more if form_language(form) != language]
            if here:
                text = f"{text[: held.end]}{_in_brackets(here, language)}{text[held.end :]}"
        return Widened(text, " ".join((question, *own, *other)), tuple(other), tuple(term for _, term in terms))

    def _useful(self, held: str, others: list[str]) -> list[str]:
        """The other forms by which more may be found: where documents hold the form in the question, those that they
        hold, too; and none of its language where it is a word of very many passages, whatever it means in them."""
        if self._is_everywhere(held):
            others = [form for form in others if form_language(form) != form_language(held)]
        known = {form: self._is_known(form) for form in (held, *others)}
        return [form for form in others if known[form] or not known[held]]

    def _is_known(self, form: str) -> bool:
        """Whether documents hold all words of a form."""
        return all(self._catalog.document_frequencies(tokenise(form)).values())

    def _is_everywhere(self, form: str) -> bool:
        """Whether a form stands in so many passages that another beside it would only move the question."""
        phrase = " ".join(tokenise(form))
        held = self._catalog.document_frequencies([phrase])[phrase] if phrase else 0
        return held > max(_MANY, _MANY_OF * self._catalog.count_live())

    def terms_in(self, text: str, asker: Principal) -> list[tuple[matching.Occurrence, Term]]:
        """The forms that a text holds with their entries, in order, as far as the asker may see these; each once."""
        index = self._forms()
        held = index.occurrences(matching.read(text), self._is_ordinary) if index is not None else []
        ids = {entry for each in held for entry in each.entries}
        if not ids:
            return []
        rows = self._rows(asker, "e.state = 'accepted' AND e.id IN (SELECT value FROM json_each(?))", (_json(ids),))
        known = {entry.id: entry for entry in self._entries(rows, asker)}
        found: list[tuple[matching.Occurrence, Term]] = []
        for each in held:
            for id in each.entries:
                entry = known.pop(id, None)
                if entry is not None and len(found) < MOST_TERMS:
                    documents = tuple(dict.fromkeys((s.collection, s.document) for s in entry.sources))[:1]
                    found.append((each, Term(entry.term, entry.forms, entry.definition, documents)))
        return found

    def _forms(self) -> matching.FormIndex | None:
        """The index of all accepted forms; None where there are none. Who may see an entry is looked at afterwards."""
        changes = self._catalog.property(_CHANGES)
        if changes is None:
            return None
        with self._lock:
            if self._index is None or self._index[0] != changes:
                rows = self._catalog.db.execute(
                    "SELECT f.entry_id, f.form FROM glossary_forms f JOIN glossary_entries e ON e.id = f.entry_id "
                    "WHERE e.state = 'accepted' ORDER BY f.entry_id, f.position"
                )
                self._index = changes, matching.FormIndex((row[0], row[1]) for row in rows)
            return self._index[1]

    def _is_ordinary(self, form: str) -> bool:
        """Whether the documents mostly write a form otherwise than the entry does, where they hold it at all."""
        words = tokenise(form)
        query = " AND ".join(f'"{word}"' for word in words)
        rows = self._catalog.db.execute(
            "SELECT c.text FROM words w JOIN chunks c ON c.id = w.rowid WHERE words MATCH ? AND c.live = 1 LIMIT ?",
            (query, _LOOKED_AT),
        ).fetchall()
        return 2 * sum(form not in row["text"] for row in rows) > len(rows)

    # ---- the store

    def _rows(self, asker: Principal, where: str, values: Sequence[object]) -> list[sqlite3.Row]:
        """Rows of entries that the asker may see: of those taken from documents, where one may be read."""
        allowed = self._catalog.access_ids(asker)
        among, given = _readable(allowed)
        return self._catalog.db.execute(
            "SELECT e.*, (SELECT group_concat(folded, char(10)) FROM glossary_forms f WHERE f.entry_id = e.id) "
            f"AS all_forms FROM glossary_entries e WHERE {where} AND (e.taken = 0 OR EXISTS (SELECT 1 FROM "
            "glossary_sources s JOIN documents d ON d.id = s.document_id WHERE s.entry_id = e.id AND "
            f"d.version_id IS NOT NULL AND NOT {order_scores.IS_HELD} {among}))",
            (*values, *given),
        ).fetchall()

    def _entries(self, rows: Sequence[sqlite3.Row], asker: Principal) -> list[Entry]:
        ids = _json(row["id"] for row in rows)
        forms: dict[int, list[str]] = {}
        query = (
            "SELECT entry_id, form FROM glossary_forms WHERE position > 0 AND entry_id IN "
            "(SELECT value FROM json_each(?)) ORDER BY entry_id, position"
        )
        for entry, form in self._catalog.db.execute(query, (ids,)):
            forms.setdefault(entry, []).append(form)
        among, given = _readable(self._catalog.access_ids(asker))
        sources: dict[int, list[TermSource]] = {}
        query = (
            'SELECT s.entry_id, c.name, d.path, v.number, v.pages, s.start, s."end" FROM glossary_sources s '
            "JOIN documents d ON d.id = s.document_id JOIN collections c ON c.id = d.collection_id "
            "JOIN versions v ON v.id = s.version_id WHERE d.version_id IS NOT NULL AND NOT "
            f"{order_scores.IS_HELD} AND s.entry_id IN (SELECT value FROM json_each(?)) {among} "
            "ORDER BY s.entry_id, c.name, d.path"
        )
        for entry, collection, path, version, pages, start, end in self._catalog.db.execute(query, (ids, *given)):
            page = _page_at(pages, start)
            sources.setdefault(entry, []).append(TermSource(collection, path, version, page, start, end))
        return [
            Entry(
                row["id"], row["term"], tuple(forms.get(row["id"], ())), row["definition"], row["state"],
                bool(row["taken"]), tuple(sources.get(row["id"], ())), row["person"], row["at"],
            )
            for row in rows
        ]  # fmt: skip

    def _of_term(self, asker: Principal, term: str) -> Entry | None:
        rows = self._rows(
            asker, "e.state = 'accepted' AND e.id IN (SELECT entry_id FROM glossary_forms WHERE position = 0 AND "
            "folded = ?)", (folded(term),),
        )  # fmt: skip
        return self._entries(rows[:1], asker)[0] if rows else None

    def _insert(
        self, db: sqlite3.Connection, new: NewEntry, state: EntryState, asker: Principal | None,
        named: Mapping[str, tuple[int, int, str]] | None = None,
    ) -> int:  # fmt: skip
        row = db.execute(
            "INSERT INTO glossary_entries (term, definition, state, taken, person, at) VALUES (?, ?, ?, 0, ?, ?) "
            "RETURNING id",
            (new.term, new.definition, state, asker.name if asker else "ingest", now()),
        ).fetchone()
        self._write_forms(db, row["id"], new)
        if asker is not None:
            self._write_sources(db, row["id"], new, asker, named)
        return int(row["id"])

    def _write(
        self, db: sqlite3.Connection, id: int, new: NewEntry, asker: Principal,
        named: Mapping[str, tuple[int, int, str]] | None = None,
    ) -> None:  # fmt: skip
        db.execute(
            "UPDATE glossary_entries SET term = ?, definition = ?, state = 'accepted', person = ?, at = ? WHERE id = ?",
            (new.term, new.definition, asker.name, now(), id),
        )
        db.execute("DELETE FROM glossary_forms WHERE entry_id = ?", (id,))
        self._write_forms(db, id, new)
        self._write_sources(db, id, new, asker, named)

    def _write_forms(self, db: sqlite3.Connection, id: int, new: NewEntry) -> None:
        rows = [(id, position, form, folded(form)) for position, form in enumerate((new.term, *new.forms))]
        db.executemany("INSERT INTO glossary_forms (entry_id, position, form, folded) VALUES (?, ?, ?, ?)", rows)

    def _write_sources(
        self, db: sqlite3.Connection, id: int, new: NewEntry, asker: Principal,
        named: Mapping[str, tuple[int, int, str]] | None,
    ) -> None:  # fmt: skip
        """The documents that an entry names as its sources, besides those it has."""
        if not new.sources:
            return
        named = self._named_documents(db, asker, [new]) if named is None else named
        for name in new.sources:
            document_id, version_id, text = named[name]
            at = next((at for form in (new.term, *new.forms) if (at := text.find(form)) >= 0), 0)
            end = at + len(new.term) if text.startswith(new.term, at) else at
            db.execute(
                'INSERT OR IGNORE INTO glossary_sources (entry_id, document_id, version_id, start, "end") '
                "VALUES (?, ?, ?, ?, ?)",
                (id, document_id, version_id, at, end),
            )
        db.execute("UPDATE glossary_entries SET taken = 1 WHERE id = ?", (id,))

    def _named_documents(
        self, db: sqlite3.Connection, asker: Principal, new: Sequence[NewEntry]
    ) -> dict[str, tuple[int, int, str]]:
        """(document, version, text) of what entries name as their sources. Raises UsageError for one that is not there
        or that the asker may not read."""
        found: dict[str, tuple[int, int, str]] = {}
        for entry in new:
            for name in entry.sources or ():
                if name in found:
                    continue
                collection, _, path = name.partition("/")
                try:
                    document_id, _ = self._catalog.find_document(asker, path, collection)
                except DocumentNotFound:
                    raise UsageError("glossary.no_document", term=entry.label, name=name[:200]) from None
                row = db.execute(
                    "SELECT v.id, v.text FROM documents d JOIN versions v ON v.id = d.version_id WHERE d.id = ?",
                    (document_id,),
                ).fetchone()
                if row is None:
                    raise UsageError("glossary.no_text", term=entry.label, name=name[:200])
                found[name] = (document_id, row["id"], row["text"])
        return found

    def _merge(self, asker: Principal, found: Entry, into: Entry) -> Entry:
        """Put the forms of a proposed entry into one of the same term that both are taken from documents. Raises
        UsageError where an editor wrote the other, which everybody reads, or there is no room."""
        self._check_editor(asker)
        if not into.taken:
            raise UsageError("glossary.add_to_entry", term=found.term)
        known = {folded(form) for form in (into.term, *into.forms)}
        forms = (*into.forms, *(form for form in found.forms if folded(form) not in known))
        new = rules.checked(NewEntry(into.term, forms, into.definition))
        self._check_circles(asker, [new], besides={into.id, found.id})
        with self._catalog.transaction() as db:
            self._write(db, into.id, new, asker)
            db.execute("UPDATE OR IGNORE glossary_sources SET entry_id = ? WHERE entry_id = ?", (into.id, found.id))
            db.execute("DELETE FROM glossary_entries WHERE id = ?", (found.id,))
            self._record(db, asker, "changed", into.id)
        return self.entry(asker, into.id)

    def _check_circles(self, asker: Principal, new: Sequence[NewEntry], besides: Iterable[int] = ()) -> None:
        left_out = set(besides)
        others = [(e.term, e.forms) for e in self.entries(asker)[0] if e.id not in left_out]
        rules.check_together(new, others)

    def _check_editor(self, asker: Principal) -> None:
        if not self.is_editor(asker):
            raise RefusedByPolicy("glossary.no_editor", name=asker.name)

    def _check_room(self, db: sqlite3.Connection, more: int) -> None:
        count = db.execute("SELECT count(*) FROM glossary_entries WHERE state = 'accepted'").fetchone()[0]
        if count + more > MOST_ENTRIES:
            raise UsageError("glossary.would_have_too_many", n=count + more, most=MOST_ENTRIES)

    def _record(
        self, db: sqlite3.Connection, asker: Principal, what: str, id: int, detail: Mapping[str, int] | None = None
    ) -> None:
        """Count a change, and note it in the audit trail: by number, for a term may be a document's word."""
        before = db.execute("SELECT value FROM properties WHERE name = ?", (_CHANGES,)).fetchone()
        self._catalog.put_property(db, _CHANGES, str(int(before["value"] if before else 0) + 1))
        told = {"what": what, **(detail or {})}
        self._catalog.record(db, asker.name, "glossary", str(id) if id else "", told)


def _readable(allowed: Sequence[int] | None) -> tuple[str, tuple[str, ...]]:
    """The condition that a document `d` is in one of the access classes, and its values."""
    return ("", ()) if allowed is None else ("AND d.access_id IN (SELECT value FROM json_each(?))", (_json(allowed),))


def _key(entry: NewEntry) -> str:
    return folded(entry.term)


def _same(known: Entry, new: NewEntry) -> bool:
    has = {f"{source.collection}/{source.document}" for source in known.sources}
    named = set(new.sources or ())
    return (known.term, known.forms, known.definition) == (new.term, new.forms, new.definition) and named <= has


def _page_at(pages: str, start: int) -> int | None:
    return page_number_at((PageSpan(*page) for page in json.loads(pages)), start)


def _in_brackets(forms: Sequence[str], language: Language) -> str:
    return f"（{'、'.join(forms)}）" if language == "zh" else f" ({', '.join(forms)})"


def _json(ids: Iterable[int]) -> str:
    return json.dumps(sorted(ids))
