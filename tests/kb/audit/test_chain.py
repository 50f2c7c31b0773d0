"""The chain: whatever is changed of a trail is found, and what is erased leaves it whole."""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kb.audit import chain
from kb.audit.chain import ErasableValue, Link, canonical, commitment, hash_of
from kb.audit.verification import verify
from kb.errors import HomeError
from kb.store.database import Database
from tests.kb.audit.trails import renumbered, tamper, trail_of


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Database]:
    database = trail_of(tmp_path, 12)
    yield database
    database.close()


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> list[Link]:
    database = trail_of(tmp_path_factory.mktemp("large"), 520, evidence=False)  # more than are read at a time
    links = list(chain.links(lambda: database.db))
    database.close()
    return links


def links_of(database: Database) -> list[Link]:
    return list(chain.links(lambda: database.db))


def test_a_trail_is_whole_and_numbered_without_gaps(small: Database, large: list[Link]) -> None:
    links = links_of(small)
    assert [link.number for link in links] == list(range(1, 13))
    verdict = verify(links)
    assert (verdict.whole, verdict.records, verdict.erased, verdict.hash) == (True, 12, 0, links[-1].hash)
    assert [link.number for link in large] == list(range(1, 521))
    assert verify(large).whole


def test_a_record_names_nobody_and_nothing_and_each_entry_fits_its_commitment(small: Database) -> None:
    previous = chain.GENESIS
    for link in links_of(small):
        assert "person" not in link.record
        assert ".md" not in link.record
        assert link.hash == (previous := hash_of(previous, link.record))
        sealed = link.content()["sealed"]
        assert link.entries is not None
        assert sealed == {name: commitment(entry) for name, entry in link.entries.items()}
        assert canonical(link.content()) == link.record
    salts = [entry.salt for link in links_of(small) for entry in (link.entries or {}).values()]
    assert len(set(salts)) == len(salts)


def changed(link: Link) -> Iterator[Link]:
    """Every kind of change of one record: of its content, its hash, and what lies beside."""
    content = link.content()
    others = {"at": "2020-01-01", "action": "x", "outcome": "x", "facts": {"a": 1}, "number": 99}
    for name, value in others.items():
        yield replace(link, record=canonical({**content, name: value}))
    for name in content["sealed"]:
        other = {**content["sealed"], name: "0" * 64}
        yield replace(link, record=canonical({**content, "sealed": other}))
        assert link.entries is not None
        entry = link.entries[name]
        yield replace(link, entries={**link.entries, name: ErasableValue(entry.salt, '"another"')})
        yield replace(link, entries={**link.entries, name: ErasableValue("00" * 16, entry.value)})
        yield replace(link, entries={k: v for k, v in link.entries.items() if k != name})
    yield replace(link, entries={**(link.entries or {}), "more": ErasableValue("00" * 16, "1")})
    yield replace(link, record=link.record + " ")
    yield replace(link, record="no JSON")
    yield replace(link, hash="0" * 64)
    yield replace(link, hash="no hash")
    yield replace(link, filed=("2020-01-01", content["action"]))
    yield replace(link, filed=(content["at"], "sign_in_failed"))


def test_every_change_of_a_small_trail_is_found(small: Database) -> None:
    links = links_of(small)
    for i, link in enumerate(links):
        tried = [[*links[:i], other, *links[i + 1 :]] for other in changed(link)]
        if i + 1 < len(links):  # at the end it takes a head that was kept elsewhere
            tried.append([*links[:i], *links[i + 1 :]])  # removed
            moved = [*links[:i], *links[i + 1 :]]
            tried.append([renumbered(each, n) for n, each in enumerate(moved, 1)])  # removed, and the gap closed
        tried.append([*links[: i + 1], link, *links[i + 1 :]])  # added
        tried.append([renumbered(each, n) for n, each in enumerate([*links[: i + 1], *links[i:]], 1)])
        for j in range(i):  # two in each other's place, with their numbers and with those of the places
            order = [*links]
            order[i], order[j] = order[j], order[i]
            tried += [order, [renumbered(each, n) for n, each in enumerate(order, 1)]]
        for tampered in tried:
            assert not verify(tampered).whole, (i, tampered)


def test_a_record_rewritten_with_a_hash_that_fits_breaks_the_one_after_it(small: Database) -> None:
    links = links_of(small)
    for i, link in enumerate(links[:-1]):
        record = canonical({**link.content(), "at": "2020-01-01"})
        previous = links[i - 1].hash if i else chain.GENESIS
        forged = replace(link, record=record, hash=hash_of(previous, record), filed=None)
        verdict = verify([*links[:i], forged, *links[i + 1 :]])
        assert [problem.number for problem in verdict.problems] == [link.number + 1]


def test_a_thousand_random_changes_of_a_large_trail_are_found(large: list[Link]) -> None:
    drawn = random.Random(13)

    def change(window: list[Link], at: int) -> list[Link]:
        return [*window[:at], drawn.choice(list(changed(window[at]))), *window[at + 1 :]]

    def remove(window: list[Link], at: int) -> list[Link]:
        return [*window[:at], *window[at + 1 :]]

    def add(window: list[Link], at: int) -> list[Link]:
        return [*window[: at + 1], drawn.choice(window), *window[at + 1 :]]

    def swap(window: list[Link], at: int) -> list[Link]:
        other = drawn.choice([i for i in range(len(window)) if i != at])
        window = [*window]
        window[at], window[other] = window[other], window[at]
        return window

    ways: list[Callable[[list[Link], int], list[Link]]] = [change, remove, add, swap]
    for _ in range(1000):
        tampered = drawn.choice(ways)(large, drawn.randrange(len(large) - 1))
        assert not verify(tampered).whole


def test_the_first_record_that_is_wrong_is_named(small: Database) -> None:
    tamper(small, "UPDATE audit_records SET record = replace(record, 'answered', 'refused') WHERE number = 8")
    verdict = verify(links_of(small))
    assert [(p.number, p.what) for p in verdict.problems] == [
        (8, "Record 8 was changed, or the one before it: its hash does not fit.")
    ]
    tamper(small, "DELETE FROM audit_entries WHERE number = 3", "DELETE FROM audit_records WHERE number IN (3, 4)")
    assert verify(links_of(small)).problems[0].what == "Records 3 to 4 are missing."
    tamper(small, "UPDATE audit_entries SET value = '\"nobody\"' WHERE number = 2 AND name = 'asker'")
    assert verify(links_of(small)).problems[0].what == "Record 2: 'asker' was changed."
    tamper(small, "DELETE FROM audit_entries WHERE number = 1 AND name = 'answer'")
    assert verify(links_of(small)).problems[0].what == "Record 1: 'answer' was taken away, and no record says so."


def test_a_record_that_cannot_be_read_is_named_where_the_trail_is_listed(small: Database) -> None:
    tamper(small, "UPDATE audit_records SET record = 'no JSON' WHERE number = 8")
    with pytest.raises(HomeError, match=r"Record 8 of the audit trail cannot be read: it was changed"):
        small.audit_rows()


def test_what_is_erased_leaves_the_trail_whole_and_a_record_that_says_so(small: Database) -> None:
    with small.transaction() as db:
        chain.erase(db, "2026-01-01", "deletion", {2: {"answer", "passages.0"}, 5: {"subject"}}, {})
    assert (verify(links_of(small)).whole, verify(links_of(small)).erased) == (True, 3)
    rows = {row["id"]: row for row in small.audit_rows()}
    assert rows[2]["detail"]["answer"] == ""
    assert rows[2]["detail"]["passages"] == [["docs", "all.md", 1, None, 0, 9]]
    assert rows[2]["erased"] == ["answer", "passages.0"]
    assert (rows[5]["subject"], rows[5]["erased"]) == ("", ["subject"])
    assert (rows[13]["action"], rows[13]["asker"]) == ("erase", "deletion")
    tamper(small, "DELETE FROM audit_entries WHERE number = 2 AND name = 'asker'")  # more than was said
    assert verify(links_of(small)).problems[0].what == "Record 2: 'asker' was taken away, and no record says so."


def test_a_record_cannot_excuse_what_is_taken_away_after_it(small: Database) -> None:
    with small.transaction() as db:
        chain.append(db, "2026-01-01", "x", "erase", "", {}, {chain.ERASED: {"14": ["answer"]}})
        chain.append(db, "2026-01-01", "x", "ask", "later", {"answer": "later"})
    tamper(small, "DELETE FROM audit_entries WHERE number = 14 AND name = 'answer'")
    assert not verify(links_of(small)).whole


def test_a_clock_that_was_set_back_is_recorded_as_it_is_and_the_order_stays(tmp_path: Path) -> None:
    database = Database(tmp_path / "catalog.db")
    with database.transaction() as db:
        for at in ("2026-03-01T00:00:00.000+00:00", "2026-02-01T00:00:00.000+00:00", "2026-04-01T00:00:00.000+00:00"):
            chain.append(db, at, "ann", "ask", at[:7], {})
    assert verify(links_of(database)).whole
    assert [row["subject"] for row in database.audit_rows()] == ["2026-04", "2026-02", "2026-03"]
    assert [row["subject"] for row in database.audit_rows(since="2026-02-15")] == ["2026-04", "2026-03"]
    assert [row["subject"] for row in database.audit_rows(until="2026-02-15")] == ["2026-02"]
    database.close()


def test_values_of_every_kind_come_back_as_they_were(tmp_path: Path) -> None:
    database = Database(tmp_path / "catalog.db")
    detail = {
        "text": "第十三条 \ud800 \" \\", "number": 0.1, "none": None, "flag": False, "names": ["b", "a"], "empty": [],
        "objects": [{"a": [1]}, {"b": {}}], "lists": [[n] for n in range(12)],
    }  # fmt: skip
    database.audit("王", "ask", "为什么？", detail)
    [row] = database.audit_rows(asker="王")
    assert (row["asker"], row["subject"], row["detail"]) == ("王", "为什么？", detail)
    assert verify(links_of(database)).whole
    database.close()


def test_the_rows_of_a_trail_without_a_chain_are_carried_into_it(tmp_path: Path) -> None:
    import sqlite3
    from contextlib import closing

    from kb.store import migrations

    before = next(n for n, text in enumerate(migrations.MIGRATIONS) if "CREATE TABLE audit_records" in text)
    path = tmp_path / "catalog.db"
    detail = {"answer": "It is 7.", "citations": [], "refused": False, "forgotten": ["sha256:00"]}
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for number in range(1, before + 1):
            migrations.carry_out(db, number)
        insert = "INSERT INTO audit (id, at, asker, action, subject, detail) VALUES (?, ?, ?, ?, ?, ?)"
        db.execute(insert, (3, "2025-01-02T00:00:00.000+00:00", "ann", "ask", "When?", json.dumps(detail)))
        db.execute(insert, (9, "2025-01-01T00:00:00.000+00:00", "bob", "delete", "sha256:11", "no JSON"))
    database = Database(path)
    newest, oldest = database.audit_rows()
    assert (oldest["id"], oldest["at"], oldest["asker"], oldest["subject"], oldest["outcome"], oldest["detail"]) == (
        1, "2025-01-02T00:00:00.000+00:00", "ann", "When?", "answered", detail,
    )  # fmt: skip
    assert (newest["asker"], newest["action"], newest["detail"]) == ("bob", "delete", {"detail": "no JSON"})
    links = links_of(database)
    assert [link.content()["facts"] for link in links] == [{"before": 3}, {"before": 9}]
    assert verify(links).whole
    assert not database.db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'audit'").fetchone()
    database.close()
