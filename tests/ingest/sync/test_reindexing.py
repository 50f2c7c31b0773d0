"""Reindexing puts a new index in the place of the old one, which answers until the very end."""

import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.reading import splitting
from ingest.reading.messages import ReadDocument
from ingest.reading.process_pool import Reading
from ingest.sync import reindexing
from ingest.sync.pipeline import ingest
from ingest.sync.reindexing import ReindexProgress, reindex
from kb.access.rules import Place
from kb.assistant import KnowledgeBase
from kb.config import EmbeddingSettings, Settings, SplittingSettings
from kb.errors import EmbeddingChanged
from kb.schema import Principal
from kb.store.catalog import Catalog
from kb.store.index_sync import Indexes
from kb.store.reindex_staging import Staging
from kb.store.vectors import VectorIndex
from tests.ingest.ocr.test_ocr import picture, saved
from tests.knowledge import HANDBOOK, LEAVE, OWNER, write

QUESTION = "When must a lost laptop be reported?"
SMALLER = Settings(splitting=SplittingSettings(chunk_tokens=32, overlap_tokens=0))
OTHER_MODEL = Settings(embedding=EmbeddingSettings(passage_prefix="text: "))  # another identity of the same weights


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home with two files and a bundle of two records."""
    records = [
        {"_id": "t1", "title": "Pump", "text": "The pump leaks. " * 20},
        {"_id": "t2", "text": "The fan is loud."},
    ]
    docs = write(
        tmp_path / "docs",
        {"handbook.md": HANDBOOK, "hr/休假.md": LEAVE, "tickets.jsonl": "\n".join(map(json.dumps, records))},
    )
    with opened(tmp_path / "home") as kb:
        assert ingest(kb, [docs]).added == 4
    return tmp_path / "home"


def opened(home: Path, settings: Settings | None = None) -> KnowledgeBase:
    return KnowledgeBase.open(home, settings or Settings())


def content(kb: KnowledgeBase) -> dict[str, list[tuple[int, int, str]]]:
    """Every document's chunks, and all indexes in agreement."""
    assert kb.indexes.vectors.count() == kb.catalog.count_live() == kb.catalog.count_words()
    assert kb.catalog.db.execute("PRAGMA foreign_key_check").fetchall() == []
    return {d.path: [(c.start, c.end, c.text) for c in kb.chunks(OWNER, "docs", d.path)] for d in kb.documents(OWNER)}


def embeddings(kb: KnowledgeBase) -> tuple[int, int]:
    """(embeddings stored, those that chunks use)"""
    row = kb.catalog.db.execute(
        "SELECT (SELECT count(*) FROM embeddings), (SELECT count(DISTINCT embedding_id) FROM chunks)"
    )
    stored, used = row.fetchone()
    return stored, used


def test_another_splitting_is_refused_until_it_is_carried_out(home: Path) -> None:
    docs = home.parent / "docs"
    with opened(home, SMALLER) as kb:
        before = content(kb)
        with pytest.raises(EmbeddingChanged, match=r"split with .*224.*32.*kb reindex"):
            ingest(kb, [docs])
        assert kb.search(QUESTION, OWNER).passages[0].document == "handbook.md"
        report = reindex(kb, "owner")
        after = content(kb)
        assert set(after) == set(before)
        assert len(after["handbook.md"]) > len(before["handbook.md"])
        assert (report.documents, report.chunks) == (4, sum(map(len, after.values())))
        assert ingest(kb, [docs]).unchanged == 4
    with opened(home) as kb, pytest.raises(EmbeddingChanged):
        ingest(kb, [docs])


def test_another_embedding_model_is_refused_until_it_is_carried_out(home: Path) -> None:
    with opened(home, OTHER_MODEL) as kb:
        with pytest.raises(EmbeddingChanged, match="kb reindex"):
            ingest(kb, [home.parent / "docs"])
        with pytest.raises(EmbeddingChanged):
            kb.search(QUESTION, OWNER)
        report = reindex(kb, "owner")
        assert report.embedded == report.chunks
        assert kb.search(QUESTION, OWNER).passages[0].document == "handbook.md"
        kb.catalog.set_readers("owner", Place("collection", "docs"), ["*"])
        assert kb.search(QUESTION, Principal("guest")).passages[0].document == "handbook.md"
        stored, used = embeddings(kb)
        assert stored == used


def test_another_version_of_the_splitter_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(splitting, "SPLITTER_VERSION", "next")
    with opened(home) as kb:
        with pytest.raises(EmbeddingChanged, match="kb reindex"):
            ingest(kb, [home.parent / "docs"])
        reindex(kb, "owner")
        assert ingest(kb, [home.parent / "docs"]).unchanged == 4


def test_a_home_without_documents_takes_any_splitting(tmp_path: Path) -> None:
    docs = write(tmp_path / "docs", {"a.md": "# A\n\nText."})
    with opened(tmp_path / "home") as kb:
        ingest(kb, [write(tmp_path / "none", {"x.unknown": "?"})])
    with opened(tmp_path / "home", SMALLER) as kb:
        assert ingest(kb, [docs]).added == 1


def test_the_places_of_recognised_words_follow_their_document_and_come_to_a_home_without_them(home: Path) -> None:
    data = saved(picture(["Fifteen days of leave a year."], (700, 150)), "PNG")
    scans = home.parent / "scans"
    for name in ("a.png", "copies/b.png"):
        (scans / name).parent.mkdir(exist_ok=True, parents=True)
        (scans / name).write_bytes(data)

    def kept(kb: KnowledgeBase, *names: str) -> list[str | None]:
        found = []
        for name in names:
            stored = kb.stored_text(OWNER, "scans", name)
            page = kb.recognised(stored, 1)
            found.append(page and stored.text[page.places[0].start : page.places[0].end])
        return found

    with opened(home) as kb:
        assert ingest(kb, [scans]).added == 2
        assert kept(kb, "a.png", "copies/b.png") == ["Fifteen days of leave a year."] * 2
        (scans / "a.png").rename(scans / "c.png")
        ingest(kb, [scans])
        assert kept(kb, "c.png") == ["Fifteen days of leave a year."]

        kb.catalog.db.execute("DELETE FROM recognised")  # as in a home of an earlier version
        assert kept(kb, "c.png", "copies/b.png") == [None, None]
        reindex(kb, "owner")
        assert kept(kb, "c.png", "copies/b.png") == ["Fifteen days of leave a year."] * 2
        assert kb.stored_text(OWNER, "scans", "copies/b.png").version == 1
        assert kb.catalog.db.execute("SELECT count(*) FROM recognised").fetchone()[0] == 2


def test_headings_follow_their_document_and_come_to_a_home_without_them(home: Path) -> None:
    more = write(home.parent / "more", {"a.md": LEAVE})
    with zipfile.ZipFile(more / "b.zip", "w") as archive:
        archive.writestr("hr/c.md", LEAVE)

    def named(kb: KnowledgeBase, name: str, words: str, collection: str = "more") -> str | None:
        stored = kb.stored_text(OWNER, collection, name)
        return kb.section_at(stored, stored.text.index(words))

    def both(kb: KnowledgeBase, name: str) -> list[str | None]:
        return [named(kb, name, "18 天"), named(kb, name, "9 天")]

    paths = ["休假制度 > 年休假", "休假制度 > 病假"]
    with opened(home) as kb:
        assert ingest(kb, [more]).added == 2
        (more / "a.md").rename(more / "moved.md")
        ingest(kb, [more])
        assert [both(kb, name) for name in ("moved.md", "b.zip/hr/c.md")] == [paths, paths]
        assert named(kb, "t1", "leaks", "docs") == ""

        kb.catalog.db.execute("DELETE FROM headings")  # as in a home of an earlier version
        assert both(kb, "moved.md") == [None, None]
        reindex(kb, "owner")
        assert [both(kb, name) for name in ("moved.md", "b.zip/hr/c.md")] == [paths, paths]
        assert named(kb, "t1", "leaks", "docs") == ""
        assert kb.stored_text(OWNER, "more", "moved.md").version == 1
        assert kb.catalog.db.execute("SELECT count(*) FROM headings").fetchone()[0] == 6


def test_nothing_is_embedded_twice_and_versions_stay_where_nothing_changed(home: Path) -> None:
    with opened(home) as kb:
        before, versions = content(kb), [(d.path, d.version) for d in kb.documents(OWNER)]
        report = reindex(kb, "owner")
        assert (report.documents, report.embedded) == (4, 0)
        assert content(kb) == before
        assert [(d.path, d.version) for d in kb.documents(OWNER)] == versions
        assert kb.catalog.audit_rows(1)[0]["action"] == "reindex"


def test_originals_are_read_again_and_what_has_none_goes_by_its_text(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Reading.messages

    def better(self: Reading, stop: threading.Event) -> Iterator[object]:
        for message in read(self, stop):
            assert isinstance(message, ReadDocument)
            first, *others = (replace(c, start=c.start + 14, end=c.end + 14) for c in message.chunks)
            chunk = replace(first, start=0, text=f"Read better.\n\n{first.text}")
            content = replace(message.content, text=f"Read better.\n\n{message.content.text}")
            yield replace(message, content=content, chunks=(chunk, *others))

    monkeypatch.setattr(Reading, "messages", better)
    with opened(home) as kb:
        reindex(kb, "owner")
        listed = {d.path: d.version for d in kb.documents(OWNER)}
        assert listed == {"handbook.md": 2, "hr/休假.md": 2, "t1": 1, "t2": 1}
        text = kb.stored_text(OWNER, "docs", "handbook.md").text
        assert text.startswith("Read better.")
        assert kb.stored_text(OWNER, "docs", "handbook.md", 1).text in text
        assert all(text[start:end] == chunk for start, end, chunk in content(kb)["handbook.md"])


def test_an_original_that_is_lost_does_not_lose_the_document(home: Path) -> None:
    with opened(home, SMALLER) as kb:
        kb.original(OWNER, "docs", "handbook.md").unlink()
        assert reindex(kb, "owner").documents == 4
        assert kb.search(QUESTION, OWNER).passages[0].document == "handbook.md"
        stored = kb.stored_text(OWNER, "docs", "handbook.md")
        assert kb.section_at(stored, stored.text.index("lost laptop")) == "Staff handbook > Laptops"
        paths = {chunk.section for chunk in kb.chunks(OWNER, "docs", "handbook.md")}
        assert paths == {"Staff handbook > Hours", "Staff handbook > Laptops"}


def test_readers_stay_who_they_were(home: Path) -> None:
    guest = Principal("guest")
    with opened(home, SMALLER) as kb:
        kb.catalog.set_readers("owner", Place("collection", "docs"), ["*"])
        kb.catalog.set_readers("owner", Place("document", "docs", "handbook.md"), ["group:hr"])
        reindex(kb, "owner")
        assert kb.search(QUESTION, guest, 50).passages
        assert "handbook.md" not in {p.document for p in kb.search(QUESTION, guest, 50).passages}
        assert kb.search(QUESTION, Principal("berta", frozenset({"hr"}))).passages[0].document == "handbook.md"


class Killed(BaseException):
    """The process ends here."""


def killed(*_: object, **__: object) -> None:
    raise Killed


def killed_after(function: Callable[..., object]) -> Callable[..., None]:
    def run(*arguments: object, **options: object) -> None:
        function(*arguments, **options)
        raise Killed

    return run


OLD_ANSWERS = [
    (Staging, "add", killed),
    (Staging, "add", killed_after),
    (Staging, "swap", killed),
    (Catalog, "index_words", killed_after),  # inside the transaction that swaps
]
NEW_ANSWERS = [(Staging, "swap", killed_after), (VectorIndex, "rebuild", killed), (VectorIndex, "add", killed_after)]


@pytest.mark.parametrize(("owner", "name", "kill"), OLD_ANSWERS)
def test_killed_before_the_swap_the_old_index_answers_and_the_next_run_ends_it(
    home: Path, monkeypatch: pytest.MonkeyPatch, owner: type, name: str, kill: Callable[..., object]
) -> None:
    with opened(home) as kb:
        before = content(kb)
    kill_during(home, monkeypatch, owner, name, kill)
    with opened(home) as kb:
        assert content(kb) == before
        assert kb.search(QUESTION, OWNER).passages[0].document == "handbook.md"
        assert ingest(kb, [home.parent / "docs"]).unchanged == 4
    finishes(home)


@pytest.mark.parametrize(("owner", "name", "kill"), NEW_ANSWERS)
def test_killed_after_the_swap_the_new_index_is_completed_by_the_next_start(
    home: Path, monkeypatch: pytest.MonkeyPatch, owner: type, name: str, kill: Callable[..., object]
) -> None:
    kill_during(home, monkeypatch, owner, name, kill)
    with opened(home, OTHER_MODEL) as kb:
        content(kb)
        assert kb.search(QUESTION, OWNER).passages[0].document == "handbook.md"
    finishes(home)


def kill_during(
    home: Path, monkeypatch: pytest.MonkeyPatch, owner: type, name: str, kill: Callable[..., object]
) -> None:
    original = getattr(owner, name)
    with monkeypatch.context() as patch, opened(home, OTHER_MODEL) as kb:
        patch.setattr(owner, name, killed if kill is killed else killed_after(original))
        with pytest.raises(Killed):
            reindex(kb, "owner")


def finishes(home: Path) -> None:
    with opened(home, OTHER_MODEL) as kb:
        assert reindex(kb, "owner").documents == 4
        content(kb)
        stored, used = embeddings(kb)
        assert stored == used
        assert ingest(kb, [home.parent / "docs"]).unchanged == 4


def test_a_stopped_run_says_so_and_the_next_one_goes_on(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reindexing, "_FLUSH_CHUNKS", 1)
    stop = threading.Event()

    def after_two(at: ReindexProgress) -> None:
        if at.documents_done == 2:
            stop.set()

    with opened(home, OTHER_MODEL) as kb:
        first = reindex(kb, "owner", progress=after_two, stop=stop)
        assert first.stopped
        assert first.documents >= 1
    with opened(home) as kb:
        assert kb.search(QUESTION, OWNER).passages
    seen: list[ReindexProgress] = []
    with opened(home, OTHER_MODEL) as kb:
        second = reindex(kb, "owner", progress=seen.append)
        assert not second.stopped
        assert seen[0].documents_done == first.documents
        assert first.embedded + second.embedded == second.chunks


def test_what_was_prepared_for_other_settings_is_forgotten(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kill_during(home, monkeypatch, Staging, "swap", killed)
    with opened(home, SMALLER) as kb:
        reindex(kb, "owner")
        content(kb)
        assert kb.catalog.db.execute("SELECT count(*) FROM staged").fetchone()[0] == 0
        stored, used = embeddings(kb)
        assert stored == used


def test_a_document_that_changed_or_went_while_others_were_prepared_comes_out_right(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docs = home.parent / "docs"
    with opened(home) as kb:
        replace = Indexes.replace

        def changed_meanwhile(self: Indexes, *arguments: object) -> bool:
            monkeypatch.setattr(Indexes, "replace", replace)
            write(docs, {"handbook.md": HANDBOOK.replace("2 hours", "3 hours")})
            ingest(kb, [docs])
            kb.delete_document(OWNER, "docs", "t1")
            return replace(self, *arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(Indexes, "replace", changed_meanwhile)
        report = reindex(kb, "owner")
        assert report.documents == 3
        assert "3 hours" in " ".join(p.text for p in kb.search(QUESTION, OWNER).passages)
        assert set(content(kb)) == {"handbook.md", "hr/休假.md", "t2"}


def test_an_ingestion_killed_before_it_was_published_is_part_of_the_new_index(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = write(home.parent / "more", {"new.md": "# Car park\n\nThe car park closes at midnight."})
    with monkeypatch.context() as patch, opened(home) as kb:
        patch.setattr(Catalog, "publish", killed)
        with pytest.raises(Killed):
            ingest(kb, [more])
    with opened(home, OTHER_MODEL) as kb:
        assert reindex(kb, "owner").documents == 5
        assert kb.search("When does the car park close?", OWNER).passages[0].document == "new.md"
