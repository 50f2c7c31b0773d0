"""The trail of a home, as people and programs use it: listed, signed, verified, exported and, after a time, emptied."""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Connection
from typing import Any, Protocol

from kb.audit import chain, heads
from kb.audit.chain import KEY, ErasableValue, Link
from kb.audit.heads import Head, head_form, read_head
from kb.audit.verification import Verification, verify
from kb.errors import UsageError, why
from kb.files import open_regular
from kb.language.local_days import instants


class _Database(Protocol):
    @property
    def db(self) -> Connection: ...

    def transaction(self) -> AbstractContextManager[Connection]: ...

    def wipe(self) -> None: ...


class Trail:
    """The audit trail of an open home. Raises HomeError, StorageFull."""

    def __init__(self, database: _Database, home: Path) -> None:
        self._database, self._home = database, home

    def rows(
        self, limit: int = 100, *, since: str = "", until: str = "", asker: str = "", action: str = ""
    ) -> list[dict[str, Any]]:
        """The newest rows, newest first; see `kb.audit.chain.rows`."""
        return chain.rows(self._database.db, limit, since=since, until=until, asker=asker, action=action)

    def verify(self, head: Head | None = None) -> Verification:
        """Whether the trail is whole and, where a head is given that was kept outside, leads to it."""
        return verify(chain.links(lambda: self._database.db), *([] if head is None else [head]))

    def head(self) -> Head:
        """The signed head. The first one that a key signs has a record of its own, which names that key."""
        key = heads.key_of(self._home)
        with self._database.transaction() as db:
            self._name_key(db, heads.public(key))
            number, digest = db.execute(
                "SELECT number, hash FROM audit_records ORDER BY number DESC LIMIT 1"
            ).fetchone()
        return heads.signed(number, digest, _now(), key)

    def export(self, by: str, *, texts: bool = True) -> Iterator[dict[str, Any]]:
        """The lines of an export: a record each, with what lies beside it where `texts` are wanted, and last the head.

        That it was exported is a record in it.
        """
        key = heads.key_of(self._home)
        with self._database.transaction() as db:
            self._name_key(db, heads.public(key))
            chain.append(db, _now(), by, "export", "", {"what": "audit", "texts": texts})
        return self._lines(key, texts)

    def _lines(self, key: Any, texts: bool) -> Iterator[dict[str, Any]]:
        last, digest = 0, chain.GENESIS
        for link in chain.links(lambda: self._database.db):
            last, digest = link.number, link.hash
            yield line_of(link, texts)
        yield {"head": head_form(heads.signed(last, digest, _now(), key))}

    def erase(self, by: str, before: str) -> int:
        """Erase what lies beside the records that were written before a day (ISO date, of this machine). Returns of how
        many records. The records stay, and one more says so. Raises UsageError for what is no day."""
        instant = instants(before, "")[0]
        if not instant:
            raise UsageError("audit.name_day")
        with self._database.transaction() as db:
            erased = chain.erase_before(db, _now(), by, instant)
        if erased:
            self._database.wipe()
        return erased

    def _name_key(self, db: Connection, public: str) -> None:
        named = db.execute(
            "SELECT 1 FROM audit_records WHERE action = 'audit_key' AND instr(record, ?)", (f'"{public}"',)
        ).fetchone()
        if not named:
            chain.append(db, _now(), "", "audit_key", "", {}, {KEY: public})


def line_of(link: Link, texts: bool = True) -> dict[str, Any]:
    """A record as a line of an export. `record` is its bytes as text, which its hash is of."""
    line: dict[str, Any] = {"number": link.number, "record": link.record, "hash": link.hash}
    if texts:
        line["entries"] = {name: {"salt": e.salt, "value": e.value} for name, e in (link.entries or {}).items()}
    return line


def verify_export(file: Path, head: Head | None = None) -> Verification:
    """Whether an export is whole and leads to the head in its last line, and to another one where it is given.

    What lies beside the records is compared where it is in the export. Raises UsageError for what is no export.
    """
    own = read_head(file)
    return verify(_links_in(file), *([own] if head is None else [own, head]))


def _links_in(file: Path) -> Iterator[Link]:
    try:
        with open_regular(file) as content:
            for number, line in enumerate(content, 1):
                try:
                    form = json.loads(line)
                    if "head" not in form:
                        yield _link(form)
                except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                    raise UsageError("audit.no_export", file=file, number=number) from None
    except OSError as error:
        raise UsageError("audit.file_unreadable", file=file, why=why(error)) from None


def _link(form: Any) -> Link:
    record, digest = form["record"], form["hash"]
    if type(form["number"]) is not int or not isinstance(record, str) or not isinstance(digest, str):
        raise ValueError("no record")
    if "entries" not in form:
        return Link(form["number"], record, digest, None)
    entries = {str(name): ErasableValue(str(e["salt"]), str(e["value"])) for name, e in form["entries"].items()}
    return Link(form["number"], record, digest, entries)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
