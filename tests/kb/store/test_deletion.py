"""Deletion leaves nothing: the raw bytes of every file of the home are searched for what the document held."""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from ingest.sync.pipeline import ingest
from kb.assistant import KnowledgeBase
from kb.audit import chain
from kb.errors import DocumentNotFound, HomeError, RefusedByPolicy
from kb.language.tokenizer import tokenise
from kb.schema import EVERYTHING, Answer, Citation, Passage, PlannedDeletion, Principal
from kb.store.catalog import Catalog, name_hash
from kb.store.conversations import ConversationStore, StoredTurn
from kb.store.database import TRACES, now
from kb.store.deletion import Deletion
from tests import tiny
from tests.kb.storage import unnumbered, version
from tests.knowledge import OWNER, write

BODY, TITLE, NAME, CELL, NOTE = "Quixovertane", "Zephyrlumic", "vornaxipel", "Brellomarque", "Plintovessa"
CHINESE = "蠼螋磔麴鼙"  # jieba splits it: each piece is looked for too
EDITED = "Wexlorutine"  # only in the second version
CANARIES = (BODY, TITLE, NAME, CELL, NOTE, CHINESE, EDITED)
SECRET = f"""# {TITLE} report

The pump {BODY} leaks in the cellar, says {CHINESE}的报告。

| part | state |
|---|---|
| {CELL} | broken |

Note: {NOTE} must be told.
"""
KEPT = "# Canteen\n\nThe canteen serves lasagne on Thursday. It opens at noon and closes at two in the afternoon.\n"


@pytest.fixture
def open_home(tmp_path: Path) -> Iterator[Callable[[], KnowledgeBase]]:
    from kb.config import load_settings

    opened: list[KnowledgeBase] = []

    def open_() -> KnowledgeBase:
        opened.append(KnowledgeBase.open(tmp_path / "home", load_settings(env=dict(tiny.ENVIRONMENT))))
        return opened[-1]

    yield open_
    for kb in opened:
        kb.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = write(tmp_path / "docs", {f"{NAME}.md": SECRET, "kept.md": KEPT})
    return write(
        folder, {f"more/{n:02}.md": f"# Room {n}\n\n" + f"The key of room {n} hangs there. " * 40 for n in range(20)}
    )


def needles(*canaries: str) -> set[bytes]:
    """What must not be in a file: the canaries in any case and encoding, as tokens, stems and JSON writes them."""
    found: set[bytes] = set()
    for canary in canaries:
        pieces = {canary, canary.lower(), canary.upper(), *(t for t in tokenise(canary) if len(t) > 1)}
        # A stem; every two characters of a word that is not Latin. One alone is short enough to stand there by chance.
        pieces |= {canary[:-2].lower()} if canary.isascii() else {"".join(pair) for pair in pairwise(canary)}
        for piece in pieces:
            found |= {piece.encode(), piece.encode("utf-16-le"), piece.encode("utf-16-be"), piece.encode("gb18030")}
            found.add(json.dumps(piece)[1:-1].encode())
    return found


def files_with(home: Path, sought: set[bytes]) -> list[tuple[str, bytes]]:
    return [
        (str(path.relative_to(home)), needle)
        for path in sorted(home.rglob("*"))
        if path.is_file()
        for needle in sought
        if needle in path.read_bytes()
    ] + [(str(path), b"its name") for path in home.rglob("*") if any(n in str(path).encode() for n in sought)]


def files_with_vectors(home: Path, vectors: list[bytes]) -> list[str]:
    """The files in which a vector stands, to the bit, or as Chroma's graph holds it, scaled anew."""
    found = []
    for path in sorted(path for path in home.rglob("*") if path.is_file()):
        content = path.read_bytes()
        if any(vector in content for vector in vectors):
            found.append(path.name)
        elif path.name == "data_level0.bin":
            floats = np.frombuffer(content[: len(content) // 4 * 4], "<f4")
            windows = np.lib.stride_tricks.sliding_window_view(floats, tiny.DIMENSION)[::1]
            for vector in vectors:
                with np.errstate(invalid="ignore", over="ignore"):
                    if (np.abs(windows - np.frombuffer(vector, "<f4")).max(axis=1) < 1e-4).any():
                        found.append(path.name)
    return found


def vectors_of(kb: KnowledgeBase, path: str) -> list[bytes]:
    rows = kb.catalog.db.execute(
        "SELECT e.vector FROM embeddings e JOIN chunks k ON k.embedding_id = e.id "
        "JOIN documents d ON d.id = k.document_id WHERE d.path = ?",
        (path,),
    )
    return [row["vector"] for row in rows]


def assert_no_trace(home: Path, vectors: list[bytes]) -> None:
    with closing(sqlite3.connect(f"file:{home}/catalog.db?mode=ro", uri=True)) as db:
        index = b"".join(row[0] for row in db.execute("SELECT block FROM words_data"))
    assert [character for character in CHINESE if character.encode() in index] == []
    assert files_with(home, needles(*CANARIES)) == []
    assert files_with_vectors(home, vectors) == []


def test_the_search_itself_finds_what_is_there(open_home: Callable[[], KnowledgeBase], folder: Path) -> None:
    kb = open_home()
    ingest(kb, [folder])
    vectors = vectors_of(kb, f"{NAME}.md")
    kb.close()
    assert {"catalog.db"} <= {name for name, _ in files_with(kb.home.path, needles(BODY, CHINESE, NAME))}
    assert {"catalog.db", "chroma.sqlite3"} <= set(files_with_vectors(kb.home.path, vectors))


def asked(kb: KnowledgeBase, question: str, path: str, *, searched: str = "", quote: str = SECRET) -> None:
    """An answer in the audit trail and in a conversation that rests on a document."""
    chunk = kb.catalog.chunks(kb.catalog.find_document(OWNER, path)[0])[0]
    passage = Passage(
        1, 1, "docs", path, 1, 1, chunk.start, chunk.end, chunk.text, chunk.section, chunk.header, path, 0.9
    )
    citation = Citation(1, "docs", path, 1, 1, 0, 9, quote, True, 0)
    answer = Answer(
        question, searched or question, f"It is {quote}", f"I read {quote}", False, "en", (), (citation,), (passage,),
        (), "embedded", "m", 1.0, None,
    )  # fmt: skip
    kb.catalog.audit(
        "ann", "ask", question,
        {
            "engine": "embedded", "model": "m", "searched": searched or question, "withheld": quote,
            "answer": answer.text, "refused": False, "citations": [asdict(citation)],
            "passages": [["docs", path, 1, 1, 0, 9]], "notices": [],
        },
    )  # fmt: skip
    store = ConversationStore(kb.catalog)
    conversation = next(iter(store.list(None)), None) or store.create("local")
    turn = StoredTurn(
        id=f"turn {question}", position=conversation.turns, question=question, mode="documents", scope=EVERYTHING,
        state="done", searched=searched or question, thinking=answer.thinking, thought_tokens=3, text=answer.text,
        passages=(passage,), notices=(), answer=answer, error=None, asked_at="2026-01-01", seconds=1.0, feedback=None,
    )  # fmt: skip
    store.save_turn(conversation.id, turn)


def everything(kb: KnowledgeBase, folder: Path) -> list[bytes]:
    """A home in which the document has left its traces everywhere. Returns all vectors it ever had."""
    path = f"{NAME}.md"
    ingest(kb, [folder])
    vectors = vectors_of(kb, path)
    write(folder, {path: SECRET + f"\n\nAnd {EDITED} was added.\n"})
    ingest(kb, [folder])
    vectors += vectors_of(kb, path)
    kb.search(BODY, OWNER)
    asked(kb, "What leaks?", path)
    asked(kb, "Where is it?", "kept.md", searched=f"Where is {BODY}?", quote="The canteen")
    run = kb.home.runs / "r1"
    run.mkdir(parents=True)
    line = {"answer": {"text": BODY, "passages": [{"collection": "docs", "document": path, "text": SECRET}]}}
    (run / "results.jsonl").write_text("{}\n" + json.dumps(line) + "\n", encoding="utf-8")
    (run / "report.html").write_text(SECRET, encoding="utf-8")
    (run / "run.json").write_text('{"figures": {}}', encoding="utf-8")
    with kb.catalog.transaction() as db:
        held = {"reason": f"{CELL} is odd", "reason_code": "document.held", "reason_values": {"words": CELL}}
        documents = json.dumps([{"path": path, "status": "added", **held}, {"path": "kept.md"}])
        db.execute(
            "INSERT INTO jobs (kind, title, paths, collection, prune, who, state, current, documents, created_at) "
            "VALUES ('ingest', ?, ?, 'docs', 0, 'me', 'done', ?, ?, '')",
            (path, json.dumps([str(folder / path)]), path, documents),
        )
    return vectors


def test_nothing_is_left_while_the_home_is_open_or_closed(open_home: Callable[[], KnowledgeBase], folder: Path) -> None:
    kb = open_home()
    vectors = everything(kb, folder)
    assert unnumbered(kb.delete_documents(OWNER, [(None, f"{NAME}.md")])) == [PlannedDeletion("docs", f"{NAME}.md")]
    assert_no_trace(kb.home.path, vectors)
    assert kb.search("Where is the canteen?", OWNER).passages[0].document == "kept.md"
    assert not kb.deletion.pending
    kb.close()
    assert_no_trace(kb.home.path, vectors)
    kb = open_home()
    assert [p for p in kb.search(BODY, OWNER, 50).passages if p.document == f"{NAME}.md"] == []
    assert kb.check(deep=True).problems == ()


def test_what_the_records_keep(open_home: Callable[[], KnowledgeBase], folder: Path) -> None:
    kb = open_home()
    everything(kb, folder)
    path = f"{NAME}.md"
    hashes = {row["sha256"] for row in kb.catalog.db.execute("SELECT sha256 FROM versions WHERE number > 0")}
    kb.delete_document(OWNER, "docs", path)
    erased, deleted, other, ask = kb.catalog.audit_rows(4)
    assert (deleted["asker"], deleted["action"], deleted["subject"]) == ("owner", "delete", name_hash("docs", path))
    assert set(deleted["detail"]["sha256"]) <= hashes
    assert len(deleted["detail"]["sha256"]) == 2
    assert (ask["asker"], ask["subject"], ask["detail"]["model"]) == ("ann", "What leaks?", "m")
    assert (ask["detail"]["answer"], ask["detail"]["citations"], ask["detail"]["passages"]) == ("", [], [])
    assert ask["erased"] == ["answer", "citations.0", "passages.0", "withheld"]
    assert (erased["asker"], erased["action"]) == ("deletion", "erase")
    assert erased["detail"]["documents"] == [name_hash("docs", path)]
    assert kb.trail.verify().problems == ()
    assert kb.trail.verify().erased > len(ask["erased"])
    assert (other["detail"]["answer"], other["detail"]["searched"]) == ("It is The canteen", "")
    store = ConversationStore(kb.catalog)
    turns = {turn.question: turn for found in store.list(None) for turn in store.turns(found.id)}
    assert (turns["What leaks?"].text, turns["What leaks?"].answer) == ("", None)
    assert (turns["Where is it?"].searched, turns["Where is it?"].text) == ("", "")  # a follow-up may hold the words
    assert [file.name for file in (kb.home.runs / "r1").iterdir()] == ["run.json"]
    [job] = kb.catalog.db.execute("SELECT * FROM jobs WHERE title = '(deleted)'").fetchall()
    assert [d["path"] for d in json.loads(job["documents"])] == ["(deleted)", "kept.md"]


def test_nothing_is_left_after_a_reindexing(
    open_home: Callable[[], KnowledgeBase], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ingest.sync.reindexing import reindex

    kb = open_home()
    vectors = everything(kb, folder)
    kb.settings = kb.settings.model_copy(
        update={"splitting": kb.settings.splitting.model_copy(update={"chunk_tokens": 40, "overlap_tokens": 0})}
    )
    reindex(kb, "owner")
    vectors += vectors_of(kb, f"{NAME}.md")
    kb.delete_document(OWNER, None, f"{NAME}.md")
    assert_no_trace(kb.home.path, vectors)


def test_what_a_reindexing_has_prepared_goes_too(open_home: Callable[[], KnowledgeBase], folder: Path) -> None:
    from ingest.sync.reindexing import ReindexProgress, reindex

    kb = open_home()
    vectors = everything(kb, folder)
    kb.settings = kb.settings.model_copy(
        update={"splitting": kb.settings.splitting.model_copy(update={"chunk_tokens": 40, "overlap_tokens": 0})}
    )
    stop = threading.Event()

    def halt(at: ReindexProgress) -> None:
        if at.documents_done and not at.current:
            stop.set()

    assert reindex(kb, "owner", progress=halt, stop=stop).stopped
    vectors += vectors_of(kb, f"{NAME}.md")
    assert kb.catalog.db.execute("SELECT count(*) FROM staged").fetchone()[0]
    kb.delete_document(OWNER, None, f"{NAME}.md")
    assert_no_trace(kb.home.path, vectors)


def test_pruning_deletes_likewise(open_home: Callable[[], KnowledgeBase], folder: Path) -> None:
    kb = open_home()
    vectors = everything(kb, folder)
    (folder / f"{NAME}.md").unlink()
    assert ingest(kb, [folder], prune=True).deleted == 1
    kb.scrub()
    assert_no_trace(kb.home.path, vectors)


def test_cells_of_a_workbook_and_an_upload_go_with_their_document(
    open_home: Callable[[], KnowledgeBase],
) -> None:
    kb = open_home()
    kb.home.uploads.mkdir(mode=0o700)
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["part", CELL])
    book.active.append([CHINESE, NOTE])
    book.save(kb.home.uploads / f"{NAME}.xlsx")
    write(kb.home.uploads, {"kept.md": KEPT})
    ingest(kb, [kb.home.uploads / f"{NAME}.xlsx", kb.home.uploads / "kept.md"], collection="uploads")
    vectors = vectors_of(kb, f"{NAME}.xlsx")
    assert vectors
    kb.delete_document(OWNER, "uploads", f"{NAME}.xlsx")
    assert_no_trace(kb.home.path, vectors)
    assert [file.name for file in kb.home.uploads.iterdir()] == ["kept.md"]


def test_a_moved_document_leaves_neither_of_its_names(open_home: Callable[[], KnowledgeBase], folder: Path) -> None:
    kb = open_home()
    ingest(kb, [folder])
    asked(kb, "What leaks?", f"{NAME}.md")
    (folder / f"{NAME}.md").rename(folder / f"moved-{EDITED}.md")
    ingest(kb, [folder], prune=True)
    vectors = vectors_of(kb, f"moved-{EDITED}.md")
    kb.delete_document(OWNER, None, f"moved-{EDITED}.md")
    assert_no_trace(kb.home.path, vectors)


def test_a_text_that_another_document_holds_stays(open_home: Callable[[], KnowledgeBase], folder: Path) -> None:
    write(folder, {"copy/kept.md": KEPT})
    kb = open_home()
    ingest(kb, [folder])
    kb.delete_documents(OWNER, [("docs", "kept.md")])
    assert kb.search("Where is the canteen?", OWNER).passages[0].document == "copy/kept.md"
    assert kb.original(OWNER, "docs", "copy/kept.md").read_text(encoding="utf-8") == KEPT
    assert kb.check(deep=True).problems == ()


def test_many_are_deleted_with_one_scrub(
    open_home: Callable[[], KnowledgeBase], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kb = open_home()
    ingest(kb, [folder])
    wiped: list[int] = []
    original = Catalog.wipe

    def counted(catalog: Catalog) -> None:
        wiped.append(1)
        original(catalog)

    monkeypatch.setattr(Catalog, "wipe", counted)
    names = [("docs", f"more/{n:02}.md") for n in range(10)]
    assert unnumbered(kb.delete_documents(OWNER, names)) == [PlannedDeletion(*name) for name in names]
    assert len(wiped) == 1
    assert len(kb.documents(OWNER)) == 12


def test_all_are_found_before_one_is_deleted(open_home: Callable[[], KnowledgeBase], folder: Path) -> None:
    kb = open_home()
    ingest(kb, [folder])
    with pytest.raises(DocumentNotFound, match="nothing"):
        kb.delete_documents(OWNER, [("docs", "kept.md"), ("docs", "nothing.md")])
    with pytest.raises(RefusedByPolicy):
        kb.delete_documents(Principal("guest"), [("docs", "kept.md")])
    assert len(kb.documents(OWNER)) == 22


@pytest.mark.parametrize("step", ["_delete_files", "vectors", "words", "pages"])
def test_a_crash_while_scrubbing_is_finished_by_the_next_start(
    open_home: Callable[[], KnowledgeBase], folder: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kb.store import database
    from kb.store.vectors import VectorIndex

    class Crash(BaseException):
        pass

    def crash(*_: object, **__: object) -> None:
        raise Crash

    owner: object
    owner, name = {
        "_delete_files": (Deletion, "_delete_files"),
        "vectors": (VectorIndex, "wipe"),
        "words": (Catalog, "wipe"),
        "pages": (database, "wipe_unused"),
    }[step]
    kb = open_home()
    vectors = everything(kb, folder)
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, crash)
        with pytest.raises(Crash):
            kb.delete_document(OWNER, None, f"{NAME}.md")
        assert kb.deletion.pending
        abandon(kb)
    kb = open_home()
    assert not kb.deletion.pending
    assert_no_trace(kb.home.path, vectors)
    assert kb.check(deep=True).problems == ()


def abandon(kb: KnowledgeBase) -> None:
    """As a killed process leaves a home, as far as one process can: nothing is finished, the lock is given up."""
    kb.indexes.close()
    for connection in kb.catalog._connections.values():
        connection.close()
    kb.catalog._connections.clear()
    kb.catalog._local = threading.local()
    kb.catalog.wipe = kb.scrub = lambda: None  # type: ignore[method-assign]
    kb.home.close(in_order=False)


def test_a_reader_that_holds_the_log_is_waited_for_and_then_told(
    open_home: Callable[[], KnowledgeBase], folder: Path
) -> None:
    kb = open_home()
    vectors = everything(kb, folder)
    kb.catalog.db.execute("PRAGMA busy_timeout = 50")
    reader = sqlite3.connect(kb.home.catalog, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM documents").fetchone()
    with pytest.raises(HomeError, match="can no longer be found"):
        kb.delete_document(OWNER, None, f"{NAME}.md")
    assert kb.catalog.property(TRACES) == "1"
    reader.close()
    kb.scrub()
    assert_no_trace(kb.home.path, vectors)


def test_originals_are_swept_after_a_crash_only(open_home: Callable[[], KnowledgeBase], folder: Path) -> None:
    kb = open_home()
    ingest(kb, [folder])
    stray = kb.home.original("0" * 64)
    stray.parent.mkdir(exist_ok=True)
    stray.write_text("left by a crash", encoding="utf-8")
    kb.close()
    kb = open_home()
    assert stray.exists()
    abandon(kb)
    open_home()
    assert not stray.exists()


def test_a_file_that_came_since_the_start_is_not_swept(open_home: Callable[[], KnowledgeBase]) -> None:
    kb = open_home()
    coming = kb.home.original("1" * 64)
    coming.parent.mkdir(parents=True)
    coming.write_text("its version is being written", encoding="utf-8")
    kb.repair()
    assert coming.exists()


@pytest.mark.parametrize("seed", range(3))
def test_copies_that_sqlite_leaves_in_its_pages_are_overwritten(tmp_path: Path, seed: int) -> None:
    """Rows of many sizes come and go; none that is gone may be in the file, though SQLite moved them about."""
    import random

    chance = random.Random(seed)
    catalog = Catalog(tmp_path / "catalog.db")
    alive: dict[str, int] = {}
    gone: list[str] = []
    for _ in range(250):
        word = f"canary{chance.getrandbits(40):010x}"
        texts = [f"{word} {'x' * chance.randint(1, 900)} {i}" for i in range(chance.randint(1, 4))]
        catalog.publish(catalog.add_versions([version(f"{word}/{'p' * chance.randint(1, 90)}", *texts)]))
        alive[word] = catalog.db.execute("SELECT max(id) FROM documents").fetchone()[0]
        while len(alive) > 100 or (alive and chance.random() < 0.3):
            dead = chance.choice(sorted(alive))
            catalog.delete_documents([alive.pop(dead)], "owner")
            gone.append(dead)
    with catalog.transaction() as db:  # the notes and the trail are the business of kb.store.deletion
        db.execute("DELETE FROM properties WHERE name LIKE 'forget:%'")
        chain.erase_before(db, now(), "owner", "9999")
    catalog.wipe()
    content = b"".join(path.read_bytes() for path in tmp_path.glob("catalog.db*"))
    assert [word for word in gone if word.encode() in content] == []
    assert all(word.encode() in content for word in alive)
    assert catalog.db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert catalog.property(TRACES) is None
    catalog.close()
