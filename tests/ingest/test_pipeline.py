"""Files become searchable documents: nothing twice, nothing lost, every failure listed."""

import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.pipeline import IngestProgress, ingest
from kb.assistant import KnowledgeBase
from kb.errors import StorageFull, UsageError
from tests.knowledge import HANDBOOK, OWNER, open_kb, statuses, write


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

    def refuse(path: str) -> list[str]:
        if str(path).endswith("hr"):
            raise PermissionError(13, "Permission denied")
        return listdir(path)

    monkeypatch.setattr(os, "listdir", refuse)
    report = ingest(kb, [docs], prune=True)
    assert (report.deleted, statuses(report)["hr"]) == (0, "failed")


def test_a_bad_file_is_listed_with_its_reason_and_stops_nothing(kb: KnowledgeBase, docs: Path) -> None:
    write(docs, {"empty.txt": "", "not.pdf": "plain text", "x.unknown": "?", "zz.md": "# Last\n\nStill read."})
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
    assert {p.document for p in kb.search("When is a lost laptop reported?", OWNER, 10).passages} == {
        "a/report.md",
        "b/report.md",
    }
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


def test_an_interrupted_run_keeps_what_it_reported_and_goes_on(kb: KnowledgeBase, tmp_path: Path) -> None:
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
