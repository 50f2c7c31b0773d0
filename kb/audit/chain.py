"""The chain: numbered records, each bound to the one before by its hash; what names people and documents lies beside.

A record is canonical JSON (sorted keys, ASCII, no spaces): `number` from 1, `at`, `action`, `outcome`, `facts` and
`sealed`. Its hash is the SHA-256 of the hash before it (32 zero bytes before the first) and its bytes. `sealed` has the
commitment of each entry beside the record: HMAC-SHA256 of the entry's JSON, keyed with its random salt. To erase an
entry takes its value and its salt away; the commitment stays and tells nothing. Which were erased, a record says.
"""

import hashlib
import hmac
import json
import re
import secrets
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from kb.errors import HomeError
from kb.language.local_days import instants

GENESIS: Final = "0" * 64  # the hash before the first record
ERASED, ERASED_UP_TO, KEY = "erased", "erased_up_to", "key"  # facts that verifying reads
_SALT = 16  # bytes
_ITEM = re.compile(r"(\w+)\.(\d+)")  # the entry of an item of a list
_STOPPED_BEFORE = ("Stopped.", "已停止。")  # what rows of 0.1.0 say of an answer that was stopped
_JOINED = (
    "SELECT r.number, r.record, r.hash, r.at, r.action, e.name, e.salt, e.value FROM audit_records r "
    "LEFT JOIN audit_entries e ON e.number = r.number"
)
_BATCH = (
    f"{_JOINED} WHERE r.number > ? AND r.number <= coalesce((SELECT number FROM audit_records WHERE number > ? "
    "ORDER BY number LIMIT 1 OFFSET 499), 9223372036854775807) ORDER BY r.number"
)


@dataclass(frozen=True, slots=True)
class ErasableValue:
    """What lies beside a record: JSON, and the salt of its commitment in hexadecimal digits."""

    salt: str
    value: str


@dataclass(frozen=True, slots=True)
class Link:
    """A record as it is stored: its number, its bytes as text, its hash, and the entries beside it that are left; None
    where it is known without them."""

    number: int
    record: str
    hash: str
    entries: Mapping[str, ErasableValue] | None
    filed: tuple[str, str] | None = None  # the time and the action by which it is found, where it is known

    def content(self) -> dict[str, Any]:
        """The record. Raises HomeError for one that cannot be read, which somebody changed."""
        try:
            content = json.loads(self.record)
            if isinstance(content, dict) and isinstance(content["sealed"], dict):
                return content
        except (ValueError, KeyError, RecursionError):
            pass
        raise HomeError("audit.record_unreadable", number=self.number)

    def values(self) -> dict[str, Any]:
        """The values of the entries that are left, by name."""
        return {name: _value(entry.value) for name, entry in (self.entries or {}).items()}


def canonical(value: Any) -> str:
    """JSON in the one form that is hashed."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def hash_of(previous: str, record: str) -> str:
    """The hash of a record after the one whose hash is `previous`. Raises ValueError for what is no hash."""
    return hashlib.sha256(bytes.fromhex(previous) + record.encode("utf-8", "surrogatepass")).hexdigest()


def commitment(entry: ErasableValue) -> str:
    """What a record keeps of an entry. Raises ValueError for a salt that is none."""
    return hmac.new(bytes.fromhex(entry.salt), entry.value.encode("utf-8", "surrogatepass"), "sha256").hexdigest()


def append(
    db: sqlite3.Connection,
    at: str,
    asker: str,
    action: str,
    subject: str,
    detail: Mapping[str, Any],
    facts: Mapping[str, Any] | None = None,
) -> int:
    """Write a record, in a transaction that holds the right to write; returns its number.

    `facts` stand in the record itself and are never erased: nothing that names anybody belongs there.
    """
    last = db.execute("SELECT number, hash FROM audit_records ORDER BY number DESC LIMIT 1").fetchone()
    number, previous = (last[0] + 1, last[1]) if last else (1, GENESIS)
    values = {**_flat(detail), "asker": asker, "subject": subject}
    entries = {name: ErasableValue(secrets.token_hex(_SALT), canonical(value)) for name, value in values.items()}
    record = canonical(
        {
            "number": number, "at": at, "action": action, "outcome": outcome_of(action, detail),
            "facts": dict(facts or {}), "sealed": {name: commitment(entry) for name, entry in entries.items()},
        }
    )  # fmt: skip
    db.execute(
        "INSERT INTO audit_records (number, record, hash, at, action) VALUES (?, ?, ?, ?, ?)",
        (number, record, hash_of(previous, record), at, action),
    )
    db.executemany(
        "INSERT INTO audit_entries (number, name, salt, value) VALUES (?, ?, ?, ?)",
        [(number, name, entry.salt, entry.value) for name, entry in entries.items()],
    )
    return number


def action_of(link: Link) -> str:
    """What was done; "" where somebody changed the record so that it cannot be read."""
    try:
        return str(link.content().get("action", ""))
    except HomeError:
        return ""


def links(connection: Callable[[], sqlite3.Connection]) -> Iterator[Link]:
    """All records in their order, some at a time; those that are written meanwhile, too. Nothing is held open between:
    `connection` is asked for the one of the thread that goes on."""
    after = 0
    while batch := list(_links(connection().execute(_BATCH, (after, after)).fetchall())):
        yield from batch
        after = batch[-1].number


def _links(rows: Iterable[Any]) -> Iterator[Link]:
    def of_record(row: Any) -> tuple[Any, ...]:
        return tuple(row)[:5]

    for key, beside in groupby(rows, of_record):
        number, record, digest, *filed = key
        entries = {name: ErasableValue(str(salt), str(value)) for *_, name, salt, value in map(tuple, beside) if name}
        yield Link(number, str(record), str(digest), entries, (str(filed[0]), str(filed[1])))


def erase(
    db: sqlite3.Connection, at: str, asker: str, entries: Mapping[int, Collection[str]], detail: Mapping[str, Any]
) -> None:
    """Take entries away, by the number of their record, and append a record that says which."""
    db.executemany(
        "DELETE FROM audit_entries WHERE number = ? AND name = ?",
        [(number, name) for number, names in entries.items() for name in names],
    )
    told = {str(number): sorted(names) for number, names in entries.items()}
    append(db, at, asker, "erase", "", detail, {ERASED: told})


def erase_before(db: sqlite3.Connection, at: str, asker: str, before: str) -> int:
    """Take all entries of the records that were written before an instant (ISO 8601, UTC), up to the first that was
    written later, and append a record that says so. Returns of how many records."""
    later = db.execute("SELECT min(number) FROM audit_records WHERE at >= ?", (before,)).fetchone()[0]
    last = db.execute("SELECT coalesce(max(number), 0) FROM audit_records").fetchone()[0]
    up_to = last if later is None else later - 1
    erased = db.execute("SELECT count(DISTINCT number) FROM audit_entries WHERE number <= ?", (up_to,)).fetchone()[0]
    if erased:
        db.execute("DELETE FROM audit_entries WHERE number <= ?", (up_to,))
        append(db, at, asker, "erase", "", {"before": before}, {ERASED_UP_TO: up_to})
    return int(erased)


def rows(
    db: sqlite3.Connection, limit: int, *, since: str = "", until: str = "", asker: str = "", action: str = ""
) -> list[dict[str, Any]]:
    """The newest records as rows, newest first: `id` (the number), `at`, `asker`, `action`, `outcome`, `subject`,
    `detail`, and `erased`, the names of entries that were.

    `since` and `until` are ISO dates in this machine's time zone, `until` with that day; `asker` and `action` are whole
    names; "" does not limit. Raises UsageError for what is no date, HomeError for a record that cannot be read.
    """
    first, after = instants(since, until)
    wanted = {
        "at >= ?": first,
        "at < ?": after,
        "number IN (SELECT number FROM audit_entries WHERE name = 'asker' AND value = ?)": asker and canonical(asker),
        "action = ?": action,
    }
    chosen = {condition: value for condition, value in wanted.items() if value}
    where = f"WHERE {' AND '.join(chosen)}" if chosen else ""
    query = f"SELECT number FROM audit_records {where} ORDER BY number DESC LIMIT ?"
    numbers = [row[0] for row in db.execute(query, (*chosen.values(), limit)).fetchall()]
    found = (_links(db.execute(f"{_JOINED} WHERE r.number = ?", (number,)).fetchall()) for number in numbers)
    return [_row(link) for batch in found for link in batch]


def _row(link: Link) -> dict[str, Any]:
    record, values = link.content(), link.values()
    erased = sorted(record["sealed"].keys() - values.keys(), key=_place)
    told = _folded({**{name: "" for name in erased if not _ITEM.fullmatch(name)}, **values}, erased)
    asker, subject = told.pop("asker", ""), told.pop("subject", "")
    return {
        "id": link.number, "at": record["at"], "asker": asker, "action": record["action"],
        "outcome": record["outcome"], "subject": subject, "detail": told, "erased": erased,
    }  # fmt: skip


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):  # somebody changed it
        return text


def _flat(detail: Mapping[str, Any]) -> dict[str, Any]:
    """The entries of a detail: each item of a list of lists or objects is one, so that it can go alone."""
    flat: dict[str, Any] = {}
    for name, value in detail.items():
        items = value if isinstance(value, list | tuple) else ()
        if items and all(isinstance(item, dict | list | tuple) for item in items):
            flat |= {f"{name}.{i}": item for i, item in enumerate(items)}
        else:
            flat[name] = value
    return flat


def _folded(values: Mapping[str, Any], erased: Collection[str]) -> dict[str, Any]:
    """The detail of these entries. A list whose items were all erased is empty."""
    folded: dict[str, Any] = {match[1]: [] for name in erased if (match := _ITEM.fullmatch(name))}
    for name in sorted(values, key=_place):
        if match := _ITEM.fullmatch(name):
            folded.setdefault(match[1], []).append(values[name])
        else:
            folded[name] = values[name]
    return folded


def _place(name: str) -> tuple[str, int]:
    match = _ITEM.fullmatch(name)
    return (match[1], int(match[2])) if match else (name, -1)


def outcome_of(action: str, detail: Mapping[str, Any]) -> str:
    """How it ended, what a record tells of: a question is answered,
    perhaps uncertainly, refused, withheld, stopped or failed, anything else done."""
    notices = detail.get("notices", [])
    if action != "ask":
        return "done"
    if "error" in detail:
        return "stopped" if detail.get("stopped", detail["error"] in _STOPPED_BEFORE) else "failed"
    if detail.get("refused"):
        return "withheld" if "unsupported_answer" in notices else "refused"
    return "stopped" if "stopped" in notices else str(detail.get("outcome", "answered"))


def carry_over(db: sqlite3.Connection) -> None:
    """Take the rows of a trail that had no chain into one, as they are; the fact `before` is their old number."""
    query = "SELECT id, at, asker, action, subject, detail FROM audit ORDER BY id"
    for id, at, asker, action, subject, text in db.execute(query).fetchall():
        try:
            detail = json.loads(text)
        except (ValueError, TypeError):
            detail = None
        known = detail if isinstance(detail, dict) else {"detail": str(text)}
        append(db, str(at), str(asker), str(action), str(subject), known, {"before": id})
    db.execute("DROP TABLE audit")
