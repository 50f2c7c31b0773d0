"""A trail for tests, and a way to change it behind the product's back."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from kb.audit.chain import Link
from kb.store.database import Database

ACTIONS = ("question", "ask", "sign_in", "delete", "access", "settings")


def trail_of(folder: Path, records: int, *, evidence: bool = True) -> Database:
    """A database in a folder, with so many records of several kinds; without `evidence` each has two entries only."""
    database = Database(folder / "catalog.db")
    detail: dict[str, Any]
    with database.transaction() as db:
        for n in range(records):
            passages = [["docs", f"{n}.md", 1, None, 0, 9], ["docs", "all.md", 1, None, 0, 9]]
            detail = {"answer": f"It is {n}.", "passages": passages, "notices": []}
            detail = detail if evidence else {}
            database.record(db, f"person {n % 7}", ACTIONS[n % len(ACTIONS)], f"question {n}", detail)
    return database


def tamper(database: Database, *statements: str) -> None:
    """Write into the file as somebody who has it, without a foreign key that would keep them."""
    with closing(sqlite3.connect(database.path, isolation_level=None)) as db:
        for statement in statements:
            db.execute(statement)


def renumbered(link: Link, number: int) -> Link:
    """The record in another place."""
    return Link(number, link.record, link.hash, link.entries)
