"""Settings in the audit trail: which of them are others than the trail knows."""

import json
from contextlib import AbstractContextManager
from sqlite3 import Connection
from typing import Any, Protocol

from kb.config import Settings

_KNOWN = "settings"  # the property that keeps the settings that the audit trail knows


class _Catalog(Protocol):
    def property(self, name: str) -> str | None: ...

    def put_property(self, db: Connection, name: str, value: str) -> None: ...

    def record(self, db: Connection, asker: str, action: str, subject: str, detail: dict[str, Any]) -> int: ...

    def transaction(self) -> AbstractContextManager[Connection]: ...


def record_settings(catalog: _Catalog, settings: Settings, by: str) -> None:
    """Write into the audit trail which settings are others than when this was last called for this home; the first time
    that they were read."""
    flat = {f"{part}.{name}": value for part, values in settings.model_dump(mode="json").items()
            for name, value in (values.items() if isinstance(values, dict) else [("", values)])}  # fmt: skip
    before = json.loads(catalog.property(_KNOWN) or "{}")
    changed = sorted(name for name in flat.keys() | before.keys() if flat.get(name) != before.get(name))
    if changed:
        with catalog.transaction() as db:
            catalog.put_property(db, _KNOWN, json.dumps(flat))
            told = [[name, before.get(name), flat.get(name)] for name in changed] if before else []
            catalog.record(db, by, "settings", "file", {"changed": told})
