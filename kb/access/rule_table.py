"""The rules in the catalog: read, written and carried out on its documents, within a transaction of the catalog.

Each document names an access class: a distinct set of readers. That is all a request looks at; no rule is read then.
"""

import sqlite3
from collections.abc import Iterable

from kb.access import order_scores
from kb.access.rules import DEFAULT, EDITOR, PERSON, PERSONAL, Place, Readers, Rule, RuleBook, decoded, encoded

CARRIED_OUT = "1"  # the way in which rules become access classes; with another one they are carried out anew
_PERSONAL = "SELECT name FROM collections WHERE person IS NOT NULL"


def load(db: sqlite3.Connection) -> list[Rule]:
    """All rules: the default, then those of collections, paths and documents, by name. One that cannot be read names
    nobody. A personal collection is its person's, whatever other rules say of it."""
    rules = []
    for collection, glob, readers in db.execute(
        f"SELECT collection, glob, readers FROM access_rules WHERE collection NOT IN ({_PERSONAL}) "
        "ORDER BY collection <> '', glob <> '', collection, glob"
    ):
        place = Place("path", collection, glob) if glob else Place("collection", collection)
        rules.append(Rule(place if collection else DEFAULT, decoded(readers)))
    for name, person in db.execute("SELECT name, person FROM collections WHERE person IS NOT NULL ORDER BY name"):
        rules.append(Rule(Place("collection", name), (f"{PERSON}{person}",), personal=True))
    for collection, path, readers in db.execute(
        "SELECT c.name, d.path, d.readers FROM documents d JOIN collections c ON c.id = d.collection_id "
        "WHERE d.readers IS NOT NULL AND c.person IS NULL ORDER BY c.name, d.path"
    ):
        rules.append(Rule(Place("document", collection, path), decoded(readers)))
    return rules


def put(db: sqlite3.Connection, place: Place, readers: Iterable[str] | None) -> bool:
    """Set the readers of a place, or take its rule away. False where there is no such document."""
    if place.level == "document":
        return _put_on_document(db, place, None if readers is None else encoded(readers))
    if readers is None:
        db.execute("DELETE FROM access_rules WHERE collection = ? AND glob = ?", (place.collection, place.path))
    else:
        db.execute(
            "INSERT OR REPLACE INTO access_rules (collection, glob, readers) VALUES (?, ?, ?)",
            (place.collection, place.path, encoded(readers)),
        )
    return True


def _put_on_document(db: sqlite3.Connection, place: Place, readers: str | None) -> bool:
    changed = db.execute(
        "UPDATE documents SET readers = ? WHERE path = ? AND collection_id = "
        "(SELECT id FROM collections WHERE name = ?)",
        (readers, place.path, place.collection),
    )
    return changed.rowcount > 0


def class_of(db: sqlite3.Connection, readers: Iterable[str]) -> int:
    """The access class of these readers, made if it is new."""
    key = encoded(readers)
    db.execute("INSERT OR IGNORE INTO access_classes (readers) VALUES (?)", (key,))
    return int(db.execute("SELECT id FROM access_classes WHERE readers = ?", (key,)).fetchone()[0])


def all_readers(collection: str, found: Readers, quarantined: bool = False) -> tuple[str, ...]:
    """The readers of a document, with those who edit its collection, and so may give themselves access. A personal one
    has no editors but its person. One in quarantine has no other readers than these."""
    if found.personal:
        return found.readers
    return (*(() if quarantined else found.readers), f"{EDITOR}{collection}")


def carry_out(db: sqlite3.Connection, rules: Iterable[Rule], document_ids: Iterable[int] | None = None) -> int:
    """Give documents the access class that the rules say: all of them, or these. Returns how many have another now."""
    book = RuleBook(list(rules))
    query = (
        f"SELECT d.id, d.access_id, c.name, d.path, {order_scores.IS_HELD} FROM documents d "
        "JOIN collections c ON c.id = d.collection_id {} ORDER BY d.id"
    )
    if document_ids is None:
        rows = db.execute(query.format("")).fetchall()
    else:
        rows = [row for id in document_ids for row in db.execute(query.format("WHERE d.id = ?"), (id,))]
    classes: dict[tuple[str, ...], int] = {}
    changes = []
    for document_id, before, collection, path, quarantined in rows:
        readers = all_readers(collection, book.readers(collection, path), bool(quarantined))
        if readers not in classes:
            classes[readers] = class_of(db, readers)
        if classes[readers] != before:
            changes.append((classes[readers], document_id))
    db.executemany("UPDATE documents SET access_id = ? WHERE id = ?", changes)
    return len(changes)


def personal_collection(db: sqlite3.Connection, person: str, at: str) -> str:
    """The name of a person's own collection, which is made if it is not there."""
    row = db.execute("SELECT name FROM collections WHERE person = ?", (person,)).fetchone()
    if row is not None:
        return str(row["name"])
    name = f"{PERSONAL}{person}"
    while db.execute("SELECT 1 FROM collections WHERE name = ?", (name,)).fetchone():
        name = f"{PERSONAL}{name}"  # of a time in which collections could be named so, or of somebody of that name
    db.execute("INSERT INTO collections (name, created_at, person) VALUES (?, ?, ?)", (name, at, person))
    return name


def drop_reader(db: sqlite3.Connection, reader: str) -> None:
    """Take a reader that is no more out of all rules. A personal collection of theirs is nobody's then."""
    for rule in load(db):
        if reader in rule.readers:
            put(db, rule.place, [each for each in rule.readers if each != reader])
    if reader.startswith(PERSON):
        db.execute("UPDATE collections SET person = NULL WHERE person = ?", (reader.removeprefix(PERSON),))
