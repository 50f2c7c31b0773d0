"""The catalog is the truth: versions, shared embeddings, readers, and states that survive a crash."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kb.errors import DocumentNotFound, HomeError, HomeTooNew
from kb.language.local_days import day
from kb.language.tokenizer import any_of, content_words
from kb.schema import Principal, RecognisedPage, WordBox
from kb.store import beside_text, search_queries
from kb.store.catalog import Catalog, name_hash
from kb.store.migrations import MIGRATIONS
from tests.kb.storage import SeededEmbedder, key, version, with_content

OWNER = Principal("owner", unlimited=True)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog(tmp_path / "catalog.db")
    yield opened
    opened.close()


def stored(catalog: Catalog) -> set[bytes]:
    """The keys of the embeddings that are kept."""
    return {row["key"] for row in catalog.db.execute("SELECT key FROM embeddings")}


def publish(catalog: Catalog, *versions: object) -> list[int]:
    ids = catalog.add_versions(versions)  # type: ignore[arg-type]
    catalog.publish(ids)
    return ids


def words(catalog: Catalog, text: str) -> list[int]:
    return [chunk_id for chunk_id, _ in catalog.word_search(any_of(content_words(text)), 100)]


def test_a_version_is_found_only_once_it_is_published(catalog: Catalog) -> None:
    ids = catalog.add_versions([version("a.md", "The pump leaks.")])
    assert catalog.pending() == ids
    assert (catalog.count_live(), words(catalog, "pump")) == (0, [])
    with pytest.raises(DocumentNotFound):
        catalog.stored_text(catalog.find_document(OWNER, "a.md")[0])
    catalog.publish(ids)
    assert (catalog.pending(), catalog.count_live(), len(words(catalog, "pump"))) == ([], 1, 1)


def test_publishing_again_after_a_crash_changes_nothing(catalog: Catalog) -> None:
    ids = publish(catalog, version("a.md", "one", "two"))
    catalog.publish(ids)
    assert catalog.count_live() == catalog.count_words() == 2


def test_the_newest_version_answers_and_the_older_keeps_its_text(catalog: Catalog) -> None:
    publish(catalog, version("a.md", "The office opens at seven."))
    document_id, _ = catalog.find_document(OWNER, "a.md")
    old = [row["id"] for row in catalog.db.execute("SELECT id FROM chunks WHERE document_id = ?", (document_id,))]
    ids = catalog.add_versions([version("a.md", "The office opens at eight.")])
    assert catalog.retired_by(ids) == old
    catalog.publish(ids)
    document, _ = catalog.find_document(OWNER, "a.md")
    assert catalog.stored_text(document).text == "The office opens at eight."
    assert catalog.stored_text(document, 1).text == "The office opens at seven."
    assert (words(catalog, "seven"), len(words(catalog, "eight"))) == ([], 1)
    [listed] = catalog.documents(OWNER)
    assert (listed.version, listed.status, listed.chunks) == (2, "changed", 1)


def test_an_embedding_is_shared_and_lives_as_long_as_a_chunk_uses_it(catalog: Catalog) -> None:
    publish(catalog, version("a.md", "shared", "only a"), version("b.md", "shared"))
    assert catalog.db.execute("SELECT count(*) FROM embeddings").fetchone()[0] == 2
    catalog.delete_documents([catalog.find_document(OWNER, "a.md")[0]], "owner")
    assert stored(catalog) & {key("shared"), key("only a")} == {key("shared")}
    catalog.delete_documents([catalog.find_document(OWNER, "b.md")[0]], "owner")
    assert catalog.db.execute("SELECT count(*) FROM embeddings").fetchone()[0] == 0


def test_the_same_text_of_two_models_is_two_embeddings(catalog: Catalog) -> None:
    other = SeededEmbedder("other")
    publish(catalog, version("a.md", "text"), version("b.md", "text", embedder=other))
    assert catalog.db.execute("SELECT count(*) FROM embeddings").fetchone()[0] == 2
    assert key("text", other) in stored(catalog)


def test_a_deleted_document_leaves_no_word_in_the_file_of_a_closed_catalog(catalog: Catalog, tmp_path: Path) -> None:
    publish(catalog, version("a.md", "The code word is Xylophonist."), version("b.md", "Another text."))
    catalog.delete_documents([catalog.find_document(OWNER, "a.md")[0]], "owner")
    catalog.close()
    content = b"".join(path.read_bytes() for path in tmp_path.glob("catalog.db*"))
    assert b"Another text" in content
    assert b"ylophonist" not in content


def test_a_content_is_named_as_long_as_a_document_holds_it(catalog: Catalog) -> None:
    first, second = version("a.md", "same"), version("b.md", "same")
    publish(catalog, first, second)
    assert len(catalog.delete_documents([catalog.find_document(OWNER, "a.md")[0]], "anna")) == 1
    assert catalog.names_content(first.document.sha256)
    assert len(catalog.delete_documents([catalog.find_document(OWNER, "b.md")[0]], "anna")) == 1
    assert not catalog.names_content(first.document.sha256)
    assert [(row["asker"], row["subject"]) for row in catalog.audit_rows(action="delete")] == [
        ("anna", name_hash("docs", "b.md")),
        ("anna", name_hash("docs", "a.md")),
    ]


def test_an_id_never_names_another_document(catalog: Catalog) -> None:
    publish(catalog, version("a.md", "one"), version("b.md", "two"))
    ids = [document.id for document in catalog.documents(OWNER)]
    assert catalog.name_of(ids[1]) == ("docs", "b.md")
    for document_id in (ids[1], ids[0], 99):  # the highest first; what is not there is passed over
        catalog.delete_documents([document_id], "owner")
    publish(catalog, version("b.md", "two"))
    [again] = catalog.documents(OWNER)
    assert again.id > max(ids)
    with pytest.raises(DocumentNotFound, match="no document with id"):
        catalog.name_of(ids[1])


def test_several_are_deleted_in_one_transaction(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(catalog, *(version(f"{n}.md", f"text {n}") for n in range(5)))
    ids = [document.id for document in catalog.documents(OWNER)]
    delete = catalog._delete_document

    def fails_at_the_fourth(db: sqlite3.Connection, document_id: int, asker: str) -> list[int]:
        if document_id == ids[3]:
            raise KeyboardInterrupt
        return delete(db, document_id, asker)

    with monkeypatch.context() as patch:
        patch.setattr(catalog, "_delete_document", fails_at_the_fourth)
        with pytest.raises(KeyboardInterrupt):
            catalog.delete_documents(ids, "owner", {"mark": "1"})
    assert len(catalog.documents(OWNER)) == catalog.count_live() == catalog.count_words() == 5
    assert catalog.property("mark") is None
    catalog.delete_documents(ids, "owner", {"mark": "1"})
    assert catalog.documents(OWNER) == []
    assert catalog.property("mark") == "1"


def test_collections_keep_documents_of_one_path_apart(catalog: Catalog) -> None:
    publish(catalog, version("a.md", "north"), version("a.md", "south", collection="other"))
    with pytest.raises(DocumentNotFound, match="several collections"):
        catalog.find_document(OWNER, "a.md")
    assert catalog.stored_text(catalog.find_document(OWNER, "a.md", "other")[0]).text == "south"


def test_offsets_point_into_the_stored_text(catalog: Catalog) -> None:
    publish(catalog, version("a.md", "第一段😀文字", "second"))
    document, _ = catalog.find_document(OWNER, "a.md")
    text = catalog.stored_text(document).text
    chunks = catalog.chunks(document)
    assert [text[chunk.start : chunk.end] for chunk in chunks] == [chunk.text for chunk in chunks]


@pytest.mark.parametrize("count", [1, 20_000, 20_001, 200_000])
def test_any_number_of_ids_can_limit_a_search(catalog: Catalog, count: int) -> None:
    publish(catalog, version("a.md", "The pump leaks."), version("b.md", "The pump is old."))
    assert [i for i, _ in catalog.word_search('"pump"', 5, np.arange(1, count + 1))] == [1, 2][:count]
    assert catalog.word_search('"pump"', 5, np.arange(3, count + 3)) == []


def test_few_allowed_among_many_better_ones_are_found(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_queries, "_FEW", 1)
    monkeypatch.setattr(search_queries, "_SPARE", 0)
    publish(catalog, version("a.md", *["pump pump"] * 40, *["A pump that is hidden behind many other words."] * 20))
    allowed = np.arange(41, 61)
    assert [i for i, _ in catalog.word_search('"pump"', 5, allowed)] == [41, 42, 43, 44, 45]


def test_how_often_a_word_occurs_is_counted_again_when_the_chunks_changed(catalog: Catalog) -> None:
    publish(catalog, version("a.md", "The pump leaks."))
    assert catalog.document_frequencies(["pump", "valve"]) == {"pump": 1, "valve": 0}
    publish(catalog, version("b.md", "The valve and the pump."))
    assert catalog.document_frequencies(["pump", "valve"]) == {"pump": 2, "valve": 1}


def test_threads_have_connections_of_their_own_that_end_with_them(catalog: Catalog) -> None:
    def read() -> None:
        assert catalog.count_live() == 0

    for _ in range(20):
        thread = threading.Thread(target=read)
        thread.start()
        thread.join()
    assert len(catalog._connections) <= 2


def test_a_transaction_that_fails_leaves_nothing(catalog: Catalog) -> None:
    broken = version("b.md", "never")
    with pytest.raises(ValueError):
        catalog.add_versions([version("a.md", "one"), type(broken)(**{**fields(broken), "embeddings": ()})])
    assert (catalog.documents(OWNER), catalog.pending()) == ([], [])


def fields(value: object) -> dict[str, object]:
    return {name: getattr(value, name) for name in value.__slots__}  # type: ignore[attr-defined]


SCAN = (
    RecognisedPage(1, 0, (WordBox(0, 3, 1, 2, 3, 4),)),
    RecognisedPage(3, 90, (WordBox(0, 9, 4711, 8152, 6342, 9973), WordBox(9, 12, 0, 5, 10000, 6))),
)


def test_places_of_recognised_words_are_kept_for_each_version_and_go_with_it(catalog: Catalog, tmp_path: Path) -> None:
    publish(catalog, with_content(version("scan.pdf", "one"), recognised=SCAN))
    publish(catalog, with_content(version("scan.pdf", "two"), recognised=SCAN[:1]))
    document, _ = catalog.find_document(OWNER, "scan.pdf")
    first, second = (catalog.stored_text(document, number) for number in (1, 2))
    assert [beside_text.find_recognised(catalog.db, first, page) for page in (1, 2, 3)] == [SCAN[0], None, SCAN[1]]
    assert [beside_text.find_recognised(catalog.db, second, page) for page in (1, 3)] == [SCAN[0], None]
    assert beside_text.find_recognised(catalog.db, replace(first, sha256="another"), 1) is None

    kept = json.dumps([4711, 8152]).strip("[]").replace(" ", "").encode()
    content = b"".join(path.read_bytes() for path in tmp_path.glob("catalog.db*"))
    assert kept in content
    catalog.delete_documents([document], "owner")
    assert catalog.db.execute("SELECT count(*) FROM recognised").fetchone()[0] == 0
    catalog.close()
    assert kept not in b"".join(path.read_bytes() for path in tmp_path.glob("catalog.db*"))


def test_a_version_of_the_same_text_takes_over_what_was_recognised_anew(catalog: Catalog) -> None:
    old, new = catalog.add_versions(
        [
            with_content(version("a.pdf", "one"), recognised=SCAN[:1]),
            with_content(version("b.pdf", "one"), recognised=SCAN[1:]),
        ]
    )
    with catalog.transaction() as db:
        beside_text.hand_over(db, of=new, to=old)
        beside_text.hand_over(db, of=new, to=old)
    rows = catalog.db.execute("SELECT version_id, page FROM recognised ORDER BY 1, 2").fetchall()
    assert [tuple(row) for row in rows] == [(old, 1), (old, 3), (new, 3)]


def test_a_catalog_of_the_first_schema_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    with sqlite3.connect(path) as old:
        old.executescript(MIGRATIONS[0] + "PRAGMA user_version = 1;")
    old.close()
    catalog = Catalog(path)
    publish(catalog, version("a.md", "text"))
    assert catalog.db.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS)
    catalog.close()


def test_code_in_a_chinese_document_counts_as_chinese_after_an_update_too(catalog: Catalog) -> None:
    prose = "This is the part of the manual that you read if the server has been stopped."
    publish(
        catalog, version("手册.md", "执行以下语句。", "SELECT a FROM t;", prose), version("b.sql", "SELECT a FROM t;")
    )
    said = "SELECT language FROM chunks ORDER BY id"
    new = [row[0] for row in catalog.db.execute(said)]
    (update,) = (script for script in MIGRATIONS if "is_english_prose" in script)
    with catalog.transaction() as db:
        db.execute("UPDATE chunks SET language = 'en' WHERE text LIKE 'SELECT%'")  # as it was kept before
        db.execute(update)
    assert [row[0] for row in catalog.db.execute(said)] == new == ["zh", "zh", "en", "en"]


def test_a_catalog_of_a_newer_schema_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    with sqlite3.connect(path) as newer:
        newer.executescript("PRAGMA journal_mode = WAL; PRAGMA user_version = 999;")
    newer.close()
    before = path.read_bytes()
    with pytest.raises(HomeTooNew, match="newer version"):
        Catalog(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_catalog_is_named(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    path.write_bytes(b"not a database, but longer than its header would be" * 100)
    with pytest.raises(HomeError, match=r"catalog\.db is not a catalog"):
        Catalog(path)


def test_the_audit_trail_tells_how_each_question_ended(catalog: Catalog) -> None:
    ended = {
        "answered": {"refused": False, "notices": ["orders"]},
        "stopped": {"refused": False, "notices": ["stopped"]},
        "refused": {"refused": True, "notices": ["weak_evidence"]},
        "withheld": {"refused": True, "notices": ["unsupported_answer"], "withheld": ""},  # what it was is forgotten
        "failed": {"error": "The server died."},
    }
    for outcome, detail in ended.items():
        catalog.audit("ann", "ask", outcome, detail)
    catalog.audit("bob", "ask", "stopped", {"error": "已停止。"})  # before the first word
    catalog.audit("bob", "reindex", "done", {})
    rows = catalog.audit_rows()
    assert [row["outcome"] for row in rows] == [row["subject"] for row in rows] == ["done", "stopped", *reversed(ended)]
    assert [row["subject"] for row in catalog.audit_rows(1, asker="ann", action="ask")] == ["failed"]
    assert len(catalog.audit_rows(asker="bob", since=day(rows[0]["at"]))) == 2
    assert catalog.audit_rows(since="2999-01-01") == []
