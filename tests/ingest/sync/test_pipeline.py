"""Files become searchable documents: nothing twice, nothing lost, every failure listed."""

import json
import os
import shutil
import threading
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from ingest.document import files
from ingest.sync import change_detection, indexing, pipeline
from ingest.sync.pipeline import IngestProgress, IngestReport, ingest
from kb.access.rules import Place
from kb.assistant import KnowledgeBase
from kb.config import load_settings
from kb.errors import StorageFull, UsageError
from kb.models.embedding import Embedding
from kb.schema import Principal, Scope
from kb.store.catalog import NewVersion
from tests import tiny
from tests.knowledge import HANDBOOK, LEAVE, OWNER, open_kb, statuses, write


def test_a_second_run_embeds_nothing(kb: KnowledgeBase, docs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert statuses(ingest(kb, [docs])) == {"handbook.md": "added", "hr/休假.md": "added"}

    def never(texts: object) -> None:
        raise AssertionError("embedded again")

    monkeypatch.setattr(kb.embedder, "embed_passages", never)
    report = ingest(kb, [docs])
    assert (report.added, report.unchanged) == (0, 2)


def test_a_changed_file_becomes_a_new_version_everywhere(kb: KnowledgeBase, docs: Path) -> None:
    ingest(kb, [docs])
    write(docs, {"handbook.md": HANDBOOK.replace("7:45", "6:30")})
    assert statuses(ingest(kb, [docs]))["handbook.md"] == "changed"
    [document] = [d for d in kb.documents(OWNER) if d.path == "handbook.md"]
    assert (document.version, document.status) == (2, "changed")
    found = kb.search("When does the office in Utrecht open?", OWNER).passages
    assert any("6:30" in p.text for p in found)
    assert not any("7:45" in p.text for p in found)
    assert "7:45" in kb.stored_text(OWNER, "docs", "handbook.md", version=1).text
    assert kb.indexes.vectors.count() == kb.catalog.count_live() == kb.catalog.count_words()


def test_a_file_that_is_gone_is_reported_and_removed_only_on_demand(kb: KnowledgeBase, docs: Path) -> None:
    ingest(kb, [docs])
    (docs / "handbook.md").unlink()
    report = ingest(kb, [docs])
    assert report.deleted == 0
    assert "--prune" in next(d.reason for d in report.documents if d.path == "handbook.md")
    assert statuses(ingest(kb, [docs], prune=True))["handbook.md"] == "deleted"
    assert [d.path for d in kb.documents(OWNER)] == ["hr/休假.md"]
    assert kb.indexes.vectors.count() == kb.catalog.count_live()


def test_a_folder_that_cannot_be_opened_does_not_delete_what_is_in_it(
    kb: KnowledgeBase, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    ingest(kb, [docs])
    listdir = os.listdir

    def refuse(folder: int) -> list[str]:
        if os.path.samestat(os.fstat(folder), (docs / "hr").stat()):
            raise PermissionError(13, "Permission denied")
        return listdir(folder)

    monkeypatch.setattr(os, "listdir", refuse)
    report = ingest(kb, [docs], prune=True)
    assert (report.deleted, statuses(report)["hr"]) == (0, "failed")


def test_a_bad_file_is_listed_with_its_reason_and_stops_nothing(kb: KnowledgeBase, docs: Path) -> None:
    write(docs, {"empty.txt": "", "not.pdf": "%PDF-1.7 cut off", "x.unknown": "?", "zz.md": "# Last\n\nStill read."})
    report = ingest(kb, [docs])
    assert statuses(report) == {
        "empty.txt": "failed", "handbook.md": "added", "hr/休假.md": "added", "not.pdf": "failed",
        "x.unknown": "skipped", "zz.md": "added",
    }  # fmt: skip
    assert all(d.reason for d in report.documents if d.status in ("failed", "skipped"))
    listed = {d.path: d.reason for d in kb.documents(OWNER)}
    assert "empty" in listed["empty.txt"]
    assert not list(kb.home.originals.rglob("*.part"))


def test_a_file_over_the_limit_names_both_sizes(kb: KnowledgeBase, tmp_path: Path) -> None:
    big = tmp_path / "big"
    big.mkdir()
    with (big / "big.txt").open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    [document] = ingest(kb, [big]).documents
    assert document.status == "failed"
    assert "200.0 MB" in document.reason
    assert "100 MB" in document.reason


def test_an_unreadable_new_content_leaves_the_old_version_answering(kb: KnowledgeBase, docs: Path) -> None:
    ingest(kb, [docs])
    (docs / "handbook.md").write_bytes(b"")
    report = ingest(kb, [docs])
    assert "still answers" in next(d.reason for d in report.documents if d.path == "handbook.md")
    assert any(p.document == "handbook.md" for p in kb.search("When does the office open?", OWNER).passages)


def test_two_folders_of_one_name_never_mix(kb: KnowledgeBase, docs: Path, tmp_path: Path) -> None:
    ingest(kb, [docs])
    other = write(tmp_path / "other" / "docs", {"handbook.md": "# Other\n\nAnother handbook."})
    with pytest.raises(UsageError, match="--collection"):
        ingest(kb, [other])
    assert ingest(kb, [other], collection="other").added == 1
    report = ingest(kb, [other], collection="docs")
    assert statuses(report) == {"handbook.md": "failed"}
    assert "7:45" in kb.stored_text(OWNER, "docs", "handbook.md").text


def test_a_folder_that_moved_keeps_its_documents(kb: KnowledgeBase, docs: Path, tmp_path: Path) -> None:
    ingest(kb, [docs])
    moved = tmp_path / "elsewhere" / "docs"
    moved.parent.mkdir()
    docs.rename(moved)
    assert ingest(kb, [moved], prune=True).unchanged == 2


def test_the_same_content_in_two_places_is_embedded_once(kb: KnowledgeBase, tmp_path: Path) -> None:
    folder = write(tmp_path / "twice", {"a/report.md": HANDBOOK, "b/report.md": HANDBOOK})
    report = ingest(kb, [folder])
    assert report.added == 2
    copies = {p.document for p in kb.search("When is a lost laptop reported?", OWNER, 10).passages}
    assert copies in ({"a/report.md"}, {"b/report.md"})  # of which one takes a place
    for place in ("a/report.md", "b/report.md"):
        found = kb.search("When is a lost laptop reported?", OWNER, 10, scope=Scope(paths=(place,))).passages
        assert {passage.document for passage in found} == {place}
    assert kb.catalog.db.execute("SELECT count(*) FROM embeddings").fetchone()[0] == kb.catalog.count_live() / 2
    kb.delete_document(OWNER, "twice", "a/report.md")
    assert kb.original(OWNER, "twice", "b/report.md").read_text(encoding="utf-8") == HANDBOOK


def test_a_bundle_gives_a_document_for_each_record(kb: KnowledgeBase, tmp_path: Path) -> None:
    records = [{"doc": "t/1", "text": "The pump leaks."}, {"_id": "2", "title": "Fan", "text": "The fan is loud."}]
    lines = [json.dumps(record) for record in records]
    folder = write(tmp_path / "tickets", {"t.jsonl": "\n".join([*lines, "{broken"])})
    report = ingest(kb, [folder])
    assert statuses(report)["t/1"] == statuses(report)["2"] == "added"
    assert any(d.status == "failed" and "3" in d.path for d in report.documents)
    assert ingest(kb, [folder]).unchanged == 2
    write(folder, {"t.jsonl": lines[0]})
    assert statuses(ingest(kb, [folder], prune=True))["2"] == "deleted"


def test_an_interrupted_run_keeps_what_it_reported_and_goes_on(
    kb: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "_GRACE_SECONDS", 600.0)
    folder = write(
        tmp_path / "many", {f"{n:02}.md": f"# Note {n}\n\nThe code of room {n} is {n * 37}." for n in range(12)}
    )
    stop = threading.Event()

    def interrupt(at: IngestProgress) -> None:
        if at.files_done == 5:
            stop.set()

    report = ingest(kb, [folder], progress=interrupt, stop=stop)
    assert report.stopped
    assert 0 < report.added < 12
    assert len(kb.documents(OWNER)) == report.added
    assert ingest(kb, [folder]).added == 12 - report.added


def test_odd_names_are_kept(kb: KnowledgeBase, tmp_path: Path) -> None:
    folder = write(tmp_path / "odd", {"line\nbreak 🎉.md": HANDBOOK, "空 格.md": "# 空\n\n内容是有的。"})
    assert set(statuses(ingest(kb, [folder]))) == {"line\nbreak 🎉.md", "空 格.md"}


def test_a_missing_path_is_an_error_that_names_it(kb: KnowledgeBase, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nowhere"):
        ingest(kb, [tmp_path / "nowhere"])


def test_a_full_disk_is_said_and_leaves_nothing_half_done(
    docs: Path, tmp_path: Path, small_disk: Callable[[int], Path]
) -> None:
    disk = small_disk(6)
    big = write(tmp_path / "big", {f"{n}.txt": f"Paragraph {n}. " * 200_000 for n in range(3)})
    with open_kb(disk / "home") as kb:
        ingest(kb, [docs])
        before = len(kb.documents(OWNER))
        with pytest.raises(StorageFull, match="full"):
            ingest(kb, [big])
    with open_kb(disk / "home") as kb:
        assert len([d for d in kb.documents(OWNER) if d.collection == "docs"]) == before
        assert kb.search("When does the office in Utrecht open?", OWNER).passages
        assert kb.indexes.vectors.count() == kb.catalog.count_live()
        assert not list(kb.home.originals.rglob("*.part"))


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[KnowledgeBase]:
    """A knowledge base whose embedding model is a tiny one, for what is not about the words found."""
    with KnowledgeBase.open(tmp_path / "home", load_settings(env=dict(tiny.ENVIRONMENT))) as opened:
        yield opened


@pytest.fixture
def embedded(quick: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are embedded."""
    texts: list[str] = []
    embed = quick.embedder.embed_passages

    def noted(some: Sequence[str]) -> list[Embedding]:
        texts.extend(some)
        return embed(some)

    monkeypatch.setattr(quick.embedder, "embed_passages", noted)
    return texts


def reasons(report: IngestReport) -> dict[str, str]:
    return {document.path: document.reason for document in report.documents}


def aged(folder: Path, seconds: float = 60.0) -> Path:
    """The folder with its files as old as that. (The time of the last change of state cannot be set.)"""
    for path in folder.rglob("*"):
        os.utime(path, (time.time() - seconds, time.time() - seconds))
    return folder


@pytest.fixture
def long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was changed is taken to have been changed long before it was hashed."""
    monkeypatch.setattr(change_detection, "_CLOCK_GRAIN_NS", -(10**18))


def packed(path: Path, files: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)


def test_a_moved_file_keeps_its_document_and_is_not_embedded_again(
    quick: KnowledgeBase, docs: Path, embedded: list[str]
) -> None:
    ingest(quick, [docs])
    before, _ = quick.catalog.find_document(OWNER, "handbook.md")
    (docs / "new").mkdir()
    (docs / "handbook.md").rename(docs / "new/manual.md")
    embedded.clear()
    report = ingest(quick, [docs], prune=True)
    assert statuses(report) == {"hr/休假.md": "unchanged", "new/manual.md": "unchanged"}
    assert reasons(report)["new/manual.md"] == "Moved from handbook.md."
    assert embedded == []
    assert quick.catalog.find_document(OWNER, "new/manual.md")[0] == before
    assert [(d.path, d.version) for d in quick.documents(OWNER)] == [("hr/休假.md", 1), ("new/manual.md", 1)]
    assert reasons(ingest(quick, [docs]))["new/manual.md"] == ""


def test_a_file_that_moves_behind_what_was_listed_keeps_its_document(
    quick: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "docs", {"a/other.md": LEAVE, "b/handbook.md": HANDBOOK})
    ingest(quick, [folder])
    before, _ = quick.catalog.find_document(OWNER, "b/handbook.md")
    find = files.find

    def meanwhile(paths: Sequence[Path]) -> Iterator[files.FoundFile]:
        for found in find(paths):
            yield found
            if found.path_in_root == "a/other.md" and (folder / "b/handbook.md").exists():
                (folder / "b/handbook.md").rename(folder / "a/handbook.md")

    monkeypatch.setattr(files, "find", meanwhile)
    assert statuses(ingest(quick, [folder], prune=True)) == {"a/other.md": "unchanged", "a/handbook.md": "unchanged"}
    assert quick.catalog.find_document(OWNER, "a/handbook.md")[0] == before


def test_a_moved_file_keeps_readers_of_its_own_and_has_those_of_its_new_path(quick: KnowledgeBase, docs: Path) -> None:
    write(docs, {"plan.md": "The office moves in May."})
    ingest(quick, [docs])
    guest, berta = Principal("guest"), Principal("berta", frozenset({"hr"}))
    quick.catalog.set_readers("owner", Place("collection", "docs"), ["*"])
    quick.catalog.set_readers("owner", Place("path", "docs", "hr/*"), ["group:hr"])
    quick.catalog.set_readers("owner", Place("document", "docs", "handbook.md"), ["group:hr"])
    assert {d.path for d in quick.documents(guest)} == {"plan.md"}
    (docs / "handbook.md").rename(docs / "manual.md")
    (docs / "plan.md").rename(docs / "hr/plan.md")
    (docs / "hr/休假.md").rename(docs / "休假.md")
    assert ingest(quick, [docs]).unchanged == 3
    assert {d.path for d in quick.documents(guest)} == {"休假.md"}
    assert {d.path for d in quick.documents(berta)} == {"休假.md", "hr/plan.md", "manual.md"}


def test_a_copy_is_a_document_of_its_own_and_no_move(quick: KnowledgeBase, docs: Path, embedded: list[str]) -> None:
    ingest(quick, [docs])
    embedded.clear()
    shutil.copyfile(docs / "handbook.md", docs / "another name.md")
    assert statuses(ingest(quick, [docs]))["another name.md"] == "added"
    assert embedded == []
    assert {d.path for d in quick.documents(OWNER)} == {"another name.md", "handbook.md", "hr/休假.md"}
    quick.delete_document(OWNER, "docs", "handbook.md")
    assert quick.catalog.count_live() == quick.catalog.count_words() == quick.indexes.vectors.count()
    assert "7:45" in " ".join(chunk.text for chunk in quick.chunks(OWNER, "docs", "another name.md"))


def test_copies_that_come_together_are_embedded_once(quick: KnowledgeBase, tmp_path: Path, embedded: list[str]) -> None:
    folder = write(tmp_path / "twice", {"a/report.md": HANDBOOK, "b/other.md": HANDBOOK})
    ingest(quick, [folder])
    assert len(embedded) == len(quick.chunks(OWNER, "twice", "a/report.md")) == quick.catalog.count_live() / 2


def test_an_unchanged_file_is_not_opened(
    quick: KnowledgeBase, docs: Path, long_ago: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed(docs / "more.zip", {"in/a.md": "# Inside", "in/b.md": "# Also inside"})
    assert ingest(quick, [docs]).added == 4
    monkeypatch.setattr(files, "hashed", _never)
    report = ingest(quick, [docs])
    assert (report.unchanged, len(report.documents)) == (4, 4)
    with pytest.raises(AssertionError, match="opened"):
        ingest(quick, [docs], check=True)


def _never(*_: object) -> tuple[str, int]:
    raise AssertionError("opened")


def test_a_file_that_changed_just_before_it_was_hashed_is_hashed_once_more(
    quick: KnowledgeBase, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_second_later = max(path.stat().st_ctime_ns for path in docs.rglob("*.md")) + 10**9
    clocks = SimpleNamespace(time_ns=lambda: a_second_later, perf_counter=time.perf_counter)
    monkeypatch.setattr(pipeline, "time", clocks)
    ingest(quick, [docs])
    monkeypatch.setattr(files, "hashed", _never)
    with pytest.raises(AssertionError, match="opened"):
        ingest(quick, [docs])


def test_a_change_that_leaves_size_and_time_as_they_were_is_found(
    quick: KnowledgeBase, docs: Path, long_ago: None
) -> None:
    ingest(quick, [aged(docs)])
    before = (docs / "handbook.md").stat()
    write(docs, {"handbook.md": HANDBOOK.replace("7:45", "6:45")})
    os.utime(docs / "handbook.md", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert statuses(ingest(quick, [docs]))["handbook.md"] == "changed"


def test_the_empty_place_of_a_drive_that_is_not_mounted_prunes_nothing(quick: KnowledgeBase, docs: Path) -> None:
    ingest(quick, [docs])
    drive = docs.rename(docs.with_name("drive"))
    docs.mkdir()
    report = ingest(quick, [docs], prune=True)
    assert statuses(report) == {"handbook.md": "skipped", "hr/休假.md": "skipped"}
    assert "not mounted" in reasons(report)["handbook.md"]
    docs.rmdir()
    drive.rename(docs)
    assert statuses(ingest(quick, [docs], prune=True)) == {"handbook.md": "unchanged", "hr/休假.md": "unchanged"}
    (docs / "handbook.md").unlink()
    assert statuses(ingest(quick, [docs], prune=True)) == {"handbook.md": "deleted", "hr/休假.md": "unchanged"}


def test_a_pruning_of_many_can_be_stopped(
    quick: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "docs", {f"{n}.md": f"# Note {n}" for n in range(7)})
    ingest(quick, [folder])
    for n in range(6):
        (folder / f"{n}.md").unlink()
    monkeypatch.setattr(pipeline, "_GONE_TOGETHER", 2)
    stop, remove = threading.Event(), quick.remove

    def removed(ids: Sequence[int], asker: str) -> None:
        remove(ids, asker)
        stop.set()

    monkeypatch.setattr(quick, "remove", removed)
    report = ingest(quick, [folder], prune=True, stop=stop)
    assert (report.stopped, report.deleted, len(quick.documents(OWNER))) == (True, 2, 5)
    assert ingest(quick, [folder], prune=True).deleted == 4
    assert quick.check().problems == ()


def test_of_two_files_that_are_shown_by_one_name_the_first_is_kept_each_time(
    quick: KnowledgeBase, tmp_path: Path, long_ago: None
) -> None:
    folder = write(tmp_path / "docs", {"a\\xff.md": "# The first", "b.md": "# Another"})
    Path(os.fsdecode(os.fsencode(folder) + b"/a\xff.md")).write_text("# The second")
    for status in ("added", "unchanged"):
        report = ingest(quick, [folder])
        assert [document.status for document in report.documents] == [status, "failed", status]
        assert "came twice" in report.documents[1].reason
    assert quick.stored_text(OWNER, "docs", "a\\xff.md").text == "# The first"


def test_a_document_that_was_deleted_comes_back_while_its_file_is_there(
    quick: KnowledgeBase, docs: Path, long_ago: None
) -> None:
    packed(docs / "more.zip", {"a.md": "# Inside", "b.md": "# Also inside"})
    ingest(quick, [docs])
    for path in ("handbook.md", "more.zip/a.md"):
        quick.delete_document(OWNER, "docs", path)
    assert statuses(ingest(quick, [docs])) == {
        "handbook.md": "added", "hr/休假.md": "unchanged", "more.zip/a.md": "added", "more.zip/b.md": "unchanged",
    }  # fmt: skip


def test_members_of_an_archive_are_documents_that_come_change_and_go(
    quick: KnowledgeBase, tmp_path: Path, embedded: list[str]
) -> None:
    folder = tmp_path / "zips"
    packed(folder / "a.zip", {"1.md": "# One", "2.md": "# Two", "x.bin": "\0\1"})
    first = ingest(quick, [folder])
    assert statuses(first) == {"a.zip/1.md": "added", "a.zip/2.md": "added", "a.zip/x.bin": "skipped"}
    write(folder, {".neighbour": ""})
    assert quick.original(OWNER, "zips", "a.zip/1.md").read_bytes() == b"# One"
    packed(folder / "a.zip", {"1.md": "# One", "2.md": "# Two, changed", "3.md": "# Three"})
    embedded.clear()
    report = ingest(quick, [folder], prune=True)
    assert statuses(report) == {
        "a.zip/1.md": "unchanged", "a.zip/2.md": "changed", "a.zip/3.md": "added", "a.zip/x.bin": "deleted",
        ".neighbour": "skipped",
    }  # fmt: skip
    assert len(embedded) == 2
    (folder / "a.zip").write_bytes(b"PK\3\4 no longer an archive")
    assert ingest(quick, [folder], prune=True).deleted == 0
    assert len(quick.chunks(OWNER, "zips", "a.zip/3.md")) == 1
    (folder / "a.zip").unlink()
    assert ingest(quick, [folder], prune=True).deleted >= 3
    assert quick.catalog.count_live() == 0


def test_an_archive_that_moved_takes_its_members_along(
    quick: KnowledgeBase, tmp_path: Path, embedded: list[str]
) -> None:
    folder = tmp_path / "zips"
    packed(folder / "a.zip", {"1.md": "# One", "2.md": "# Two"})
    ingest(quick, [folder])
    (folder / "a.zip").rename(folder / "b.zip")
    embedded.clear()
    assert statuses(ingest(quick, [folder], prune=True)) == {"b.zip/1.md": "unchanged", "b.zip/2.md": "unchanged"}
    assert embedded == []


def test_a_large_document_that_was_interrupted_is_not_embedded_from_the_beginning(
    quick: KnowledgeBase, tmp_path: Path, embedded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "_CALL_BYTES", 2000)
    monkeypatch.setattr(indexing, "_GRACE_SECONDS", 0.0)
    text = "\n\n".join(f"Paragraph {n} is about room {n * 37}. " * 20 for n in range(200))
    folder = write(tmp_path / "large", {"large.txt": text})
    stop = threading.Event()

    def after_some(at: IngestProgress) -> None:
        if at.chunks > 20:
            stop.set()

    report = ingest(quick, [folder], progress=after_some, stop=stop)
    assert (report.stopped, report.documents) == (True, ())
    assert quick.documents(OWNER) == []
    assert quick.catalog.db.execute("SELECT count(*) FROM embeddings").fetchone()[0] > 0
    first = len(embedded)
    ingest(quick, [folder])
    chunks = quick.catalog.count_live()
    assert 20 < first < chunks
    assert len(set(embedded)) == len(embedded) == chunks


def test_what_a_run_embedded_for_nothing_is_gone_with_the_next(
    quick: KnowledgeBase, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(quick.indexes, "publish", _full)
        with pytest.raises(StorageFull):
            ingest(quick, [docs])
    assert quick.catalog.db.execute("SELECT count(*) FROM embeddings").fetchone()[0] > 0
    (docs / "handbook.md").unlink()
    (docs / "hr/休假.md").unlink()
    ingest(quick, [docs])
    assert quick.catalog.db.execute("SELECT count(*) FROM embeddings").fetchone()[0] == 0


def _full(*_: object) -> None:
    raise StorageFull("full")


def test_embeddings_that_a_deletion_took_meanwhile_are_made_again(
    quick: KnowledgeBase, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest(quick, [docs])
    write(docs, {"copy.md": HANDBOOK})
    publish = quick.indexes.publish

    def after_a_deletion(versions: Sequence[NewVersion], by: str) -> None:
        monkeypatch.setattr(quick.indexes, "publish", publish)
        quick.delete_document(OWNER, "docs", "handbook.md")
        publish(versions, by)

    monkeypatch.setattr(quick.indexes, "publish", after_a_deletion)
    assert statuses(ingest(quick, [docs]))["copy.md"] == "added"
    assert "7:45" in " ".join(chunk.text for chunk in quick.chunks(OWNER, "docs", "copy.md"))
    assert quick.catalog.count_live() == quick.indexes.vectors.count()
