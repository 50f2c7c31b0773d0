"""Shares: to whom a conversation is shown, to be read and not to be changed.

They are kept as readers are: `person:NAME`, `group:NAME`, or `*` for whoever is signed in and has its address.
"""

import json
from collections.abc import Iterable, Sequence

from kb.access.rules import EVERYONE, GROUP, PERSON, checked_readers, keys_of
from kb.errors import GroupNotFound
from kb.people.accounts import People
from kb.schema import Principal
from kb.store.database import Database


def readers_of(database: Database, conversation_id: str) -> tuple[str, ...]:
    """To whom it is shown, sorted."""
    rows = database.db.execute(
        "SELECT reader FROM conversation_shares WHERE conversation_id = ? ORDER BY reader", (conversation_id,)
    )
    return tuple(row["reader"] for row in rows)


def share(database: Database, conversation_id: str, readers: Iterable[str], by: str) -> None:
    """Show it to these readers and no others; to none: take it back. The conversation is there. Raises StorageFull."""
    wanted = tuple(sorted(set(readers)))
    with database.transaction() as db:
        if readers_of(database, conversation_id) == wanted:
            return
        db.execute("DELETE FROM conversation_shares WHERE conversation_id = ?", (conversation_id,))
        db.executemany(
            "INSERT INTO conversation_shares (conversation_id, reader) VALUES (?, ?)",
            [(conversation_id, reader) for reader in wanted],
        )
        database.record(db, by, "conversation_shared", "", {"id": conversation_id, "readers": [*wanted]})


def known_readers(people: People, given: Iterable[str], asker: Principal) -> tuple[str, ...]:
    """Readers by the names of accounts and groups. Raises UsageError, PersonNotFound and GroupNotFound: also for a
    group that is there, but the asker is not in it, and is no admin."""

    def known_reader(reader: str) -> str:
        if reader.startswith(PERSON):
            return PERSON + people.find(reader.removeprefix(PERSON)).name
        if not reader.startswith(GROUP):
            return reader
        group = reader.removeprefix(GROUP)
        if not asker.unlimited and people.find_group(group) not in asker.groups:
            raise GroupNotFound("people.group_not_found", name=group[:80])
        return GROUP + people.find_group(group)

    return tuple(sorted({known_reader(reader) for reader in checked_readers(given)}))


def is_shown(database: Database, conversation_id: str, asker: Principal) -> bool:
    """Whether it is shown to this one."""
    return not keys_of(asker).isdisjoint(readers_of(database, conversation_id))


def shown_to(database: Database, asker: Principal, limit: int) -> Sequence[str]:
    """The ids of conversations of others that are shown to this one by name or group, the last used first. Those that
    whoever has the address may see are not listed."""
    rows = database.db.execute(
        "SELECT DISTINCT c.id, c.used FROM conversation_shares s JOIN conversations c ON c.id = s.conversation_id "
        "WHERE s.reader IN (SELECT value FROM json_each(?)) AND c.owner <> ? ORDER BY c.used DESC LIMIT ?",
        (json.dumps(sorted(keys_of(asker) - {EVERYONE})), asker.name, limit),
    )
    return [row["id"] for row in rows]
