"""The jobs in the catalog: what was asked to be ingested, how far it is, and what became of it."""

import json
from collections.abc import Mapping
from typing import Any

from kb.messages.coded_text import of_stored, stored
from kb.store.database import Database, now

_KEPT = 200  # finished jobs; older ones are forgotten
_LISTED = (
    "id, kind, title, paths, collection, prune, who, state, files_done, files_total, chunks, current, seconds, counts, "
    "error, error_message, created_at, revision"
)
_JSON = ("paths", "counts", "refused", "documents")


class JobStore:
    """All SQL about jobs. A row is a dict of the columns of `jobs`, with JSON columns as values; `error`
    has its code."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, values: Mapping[str, Any]) -> int:
        """Write a new job and forget the oldest finished ones. Returns its id."""
        columns = {**_as_columns(values), "created_at": now()}
        with self._database.transaction() as db:
            marks = ", ".join("?" * len(columns))
            cursor = db.execute(f"INSERT INTO jobs ({', '.join(columns)}) VALUES ({marks})", tuple(columns.values()))
            db.execute(
                "DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE state IN ('done', 'failed', 'cancelled') "
                "ORDER BY id DESC LIMIT -1 OFFSET ?)",
                (_KEPT,),
            )
        return int(cursor.lastrowid or 0)

    def update(self, job_id: int, values: Mapping[str, Any]) -> None:
        """Change columns of a job."""
        columns = _as_columns(values)
        with self._database.transaction() as db:
            assignments = ", ".join(f"{name} = ?" for name in columns)
            db.execute(f"UPDATE jobs SET {assignments} WHERE id = ?", (*columns.values(), job_id))

    def get(self, job_id: int) -> dict[str, Any] | None:
        """A job with all its columns; None where there is none of this id."""
        row = self._database.db.execute("SELECT * FROM jobs WHERE id = ?", (job_id,)).fetchone()
        return None if row is None else _as_values(dict(row))

    def newest(self, limit: int) -> list[dict[str, Any]]:
        """Jobs, newest first, without the columns that may be long: `refused` and `documents`."""
        rows = self._database.db.execute(f"SELECT {_LISTED} FROM jobs ORDER BY id DESC LIMIT ?", (limit,))
        return [_as_values(dict(row)) for row in rows]

    def in_state(self, *states: str) -> list[int]:
        """Ids of the jobs in one of these states, oldest first."""
        marks = ", ".join("?" * len(states))
        rows = self._database.db.execute(f"SELECT id FROM jobs WHERE state IN ({marks}) ORDER BY id", states)
        return [row["id"] for row in rows]


def _as_columns(values: Mapping[str, Any]) -> dict[str, Any]:
    message = {"error_message": stored(values["error"])} if "error" in values else {}
    return message | {
        name: json.dumps(value, ensure_ascii=False) if name in _JSON and value is not None else value
        for name, value in values.items()
    }


def _as_values(row: dict[str, Any]) -> dict[str, Any]:
    values = {name: json.loads(value) if name in _JSON and value is not None else value for name, value in row.items()}
    message = values.pop("error_message")
    return values if values["error"] is None else values | {"error": of_stored(values["error"], message)}
