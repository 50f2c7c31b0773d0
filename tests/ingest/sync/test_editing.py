"""Correcting and splitting passages of a real home: a new version of the text, found at once, and kept."""

import threading
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from ingest.sync.editing import EditedPlace, correct, join, split
from ingest.sync.pipeline import ingest
from ingest.sync.reindexing import reindex
from kb.assistant import KnowledgeBase
from kb.backups.restore import restore
from kb.editing.passages import DocumentPassage, DocumentPassages
from kb.errors import DocumentNotFound, KBError, PassageNotFound, PassagesChanged, RefusedByPolicy, UsageError
from kb.review.reviews import Mark
from kb.schema import AskOptions, Done
from tests.kb.editing.test_passages import LONG, NAME, agree, finds, kb, leave_out, named, read_again
from tests.kb.people.conftest import quick_hashes
from tests.kb.review.judged import FILES, OPENS, fill, judge, person
from tests.knowledge import OWNER, write
from tests.ui.serving import opened

__all__ = ["kb", "quick_hashes"]


def at(found: DocumentPassages, passage: DocumentPassage) -> EditedPlace:
    return EditedPlace(found.collection, found.document, found.edits, passage.start, passage.end)


def corrected(kb: KnowledgeBase, room: str, old: str, new: str) -> DocumentPassages:
    found = kb.passages(OWNER, *NAME)
    passage = named(found, room)
    assert old in passage.text
    return correct(kb, OWNER, at(found, passage), passage.text.replace(old, new))


def told(kb: KnowledgeBase, words: str) -> list[str]:
    """The live passages that hold these words, by any way of searching."""
    found = kb.search(words, OWNER, 50).passages
    return [p.text for p in found if words in p.text]


@pytest.fixture
def embedded(kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are embedded from now on."""
    texts, embed = list[str](), kb.embedder.embed_passages

    def spy(given: list[str]) -> object:
        texts.extend(given)
        return embed(given)

    monkeypatch.setattr(kb.embedder, "embed_passages", spy)
    return texts


def check(kb: KnowledgeBase) -> None:
    """Every passage is what stands in its place of the text, and all indexes agree."""
    text = kb.stored_text(OWNER, *NAME).text
    for passage in kb.passages(OWNER, *NAME).passages:
        assert passage.text == text[passage.start : passage.end]
    assert agree(kb)


def test_a_correction_is_a_version_of_the_text_with_its_editor(kb: KnowledgeBase, embedded: list[str]) -> None:
    before = kb.stored_text(OWNER, *NAME)
    original = kb.original(OWNER, *NAME).read_bytes()
    passages = kb.passages(OWNER, *NAME).passages
    found = corrected(kb, "Cedar", "seat number 3 by", "seat number 77, newly painted, by")
    assert (found.version, found.edits) == (2, 1)
    assert 1 <= len(embedded) <= 2  # the passage, and one that repeats the sentence
    assert all("number 77" in text for text in embedded)
    now = kb.stored_text(OWNER, *NAME)
    assert now.text == before.text.replace("The room Cedar has seat number 3 by", "The room Cedar has seat number 77, "
                                           "newly painted, by")  # fmt: skip
    assert kb.stored_text(OWNER, *NAME, version=1).text == before.text
    assert (now.sha256, kb.original(OWNER, *NAME).read_bytes()) == (before.sha256, original)
    assert [(v.number, v.answers, v.editor) for v in kb.versions(OWNER, *NAME)] == [(2, True, "owner"), (1, False, "")]
    assert [p.text for p in passages if "Cedar" not in p.text] == [
        p.text for p in found.passages if "Cedar" not in p.text
    ]
    [told_now] = {*told(kb, "seat number 77")}
    assert "newly painted" in told_now
    for heading in kb.headings(now):
        assert now.text[heading.start :].lstrip("# ").startswith(heading.text)
    check(kb)
    record = kb.catalog.audit_rows(action="passage")[0]
    assert (record["asker"], record["detail"]["act"]) == ("owner", "corrected")


def test_corrections_and_splits_are_kept_over_all_that_builds_the_index_again(
    kb: KnowledgeBase, tmp_path: Path
) -> None:
    corrected(kb, "Cedar", "seat number 3 by", "seat number 77 by")
    found = kb.passages(OWNER, *NAME)
    birch = named(found, "Birch")
    place = birch.start + birch.text.index("The room Birch has seat number 4")
    split(kb, OWNER, at(found, birch), place)
    leave_out(kb, "Alder")
    corrected(kb, "Birch", "seat number 1 by", "seat number 66 by")
    wanted = kb.passages(OWNER, *NAME)
    assert place + 1 in {p.start for p in wanted.passages}  # moved by the second correction
    check(kb)
    report = read_again(kb, tmp_path)
    assert "hold no more" not in report.documents[0].reason
    versions = wanted.version + 2
    for act in (lambda: None, lambda: reindex(kb, "test"), kb.repair):
        act()
        now = kb.passages(OWNER, *NAME)
        assert now.passages == wanted.passages
        assert now.version == versions
        check(kb)
    assert told(kb, "seat number 77")
    file = tmp_path / "kb.backup"
    kb.backup(file)
    restore(file, tmp_path / "other")
    with opened(tmp_path / "other") as other:
        assert other.passages(OWNER, *NAME).passages == wanted.passages


def test_a_record_of_a_bundle_is_reindexed_by_its_corrected_text(tmp_path: Path) -> None:
    record = '{"_id": "a", "title": "Rooms", "text": "The pump is red. The valve is green."}\n'
    with opened(tmp_path / "home") as kb:
        ingest(kb, [write(tmp_path / "docs", {"all.jsonl": record})])
        [document] = kb.documents(OWNER)
        found = kb.passages(OWNER, document.collection, document.path)
        [passage] = found.passages
        correct(kb, OWNER, at(found, passage), passage.text.replace("red", "very red"))
        wanted = kb.passages(OWNER, document.collection, document.path)
        reindex(kb, "test")
        assert kb.passages(OWNER, document.collection, document.path) == wanted
        assert "very red" in wanted.passages[0].text


def test_another_content_sets_it_aside(kb: KnowledgeBase, tmp_path: Path) -> None:
    corrected(kb, "Cedar", "seat number 3 by", "seat number 77 by")
    report = ingest(kb, [write(tmp_path / "docs", {"rooms.md": LONG + "\n\nMore.\n"})])
    assert [d.reason for d in report.documents if d.status == "changed"] == [
        "The file changed: 1 changes that editors made to its passages hold no more."
    ]
    assert not told(kb, "seat number 77")
    assert [(d.path, count) for d, count in kb.set_aside(OWNER)] == [("rooms.md", 1)]
    assert [v.editor for v in kb.versions(OWNER, *NAME)] == ["", "owner", ""]
    ingest(kb, [write(tmp_path / "docs", {"rooms.md": LONG})])
    assert told(kb, "seat number 77")


@pytest.mark.parametrize("seed", range(3))
def test_what_editors_did_at_random_is_what_reading_again_gives(kb: KnowledgeBase, tmp_path: Path, seed: int) -> None:
    random, codes = Random(seed), set[str]()
    for _ in range(12):
        found = kb.passages(OWNER, *NAME)
        passage = random.choice(found.passages)
        words = passage.text.split(" ")
        middle = random.randrange(1, len(words)) if len(words) > 1 else 0
        act = random.choice(["correct", "split", "join", "leave out"])
        try:
            if act == "correct":
                words[middle] = random.choice(["", "x", "一二三", "new words here"])
                correct(kb, OWNER, at(found, passage), " ".join(words))
            elif act == "split":
                split(kb, OWNER, at(found, passage), passage.start + len(" ".join(words[:middle])) + 1)
            elif act == "join":
                parts = [each for each in found.passages if each.other_part] or [passage]
                join(kb, OWNER, at(found, random.choice(parts)))
            else:
                kb.leave_out(OWNER, *NAME, found.edits, passage.start, passage.end, not passage.left_out)
        except UsageError as error:
            codes.add(error.message.code)
        check(kb)
    assert codes <= {
        "passage.same", "passage.split_left_out", "passage.split_edge", "passage.too_long", "passage.not_split",
        "passage.join_left_out", "passage.too_long_joined",
    }  # fmt: skip
    wanted = kb.passages(OWNER, *NAME).passages
    read_again(kb, tmp_path)
    assert kb.passages(OWNER, *NAME).passages == wanted
    check(kb)


def test_a_split_passage_is_two(kb: KnowledgeBase, embedded: list[str]) -> None:
    found = kb.passages(OWNER, *NAME)
    cedar = named(found, "Cedar")
    place = cedar.start + cedar.text.index("The room Cedar has seat number 4")
    now = split(kb, OWNER, at(found, cedar), place)
    assert len(now.passages) == len(found.passages) + 1
    parts = [p for p in now.passages if cedar.start <= p.start and p.end <= cedar.end]
    assert [p.text for p in parts] == [cedar.text[: place - cedar.start].strip(), cedar.text[place - cedar.start :]]
    assert len(embedded) == 2
    assert kb.stored_text(OWNER, *NAME).text == kb.stored_text(OWNER, *NAME, version=1).text
    check(kb)


def test_what_was_split_is_joined_again(kb: KnowledgeBase, tmp_path: Path, embedded: list[str]) -> None:
    whole = kb.passages(OWNER, *NAME)
    cedar = named(whole, "Cedar")
    assert all(each.other_part is None for each in whole.passages)
    middle, quarter = (cedar.start + cedar.text.index(f"The room Cedar has seat number {n}") for n in (4, 2))
    halves = split(kb, OWNER, at(whole, cedar), middle)
    first, second = (p for p in halves.passages if cedar.start <= p.start and p.end <= cedar.end)
    assert (first.other_part, second.other_part) == ((second.start, second.end), (first.start, first.end))
    thirds = split(kb, OWNER, at(halves, first), quarter)
    assert [(p.start, p.end) for p in thirds.passages if p.other_part] == [
        (cedar.start, quarter - 1), (quarter, first.end)
    ]  # fmt: skip
    with pytest.raises(UsageError, match="Join those parts first"):
        join(kb, OWNER, at(thirds, second))
    with pytest.raises(UsageError, match="no part of one"):
        join(kb, OWNER, at(thirds, named(thirds, "Birch")))
    part = next(p for p in thirds.passages if p.start == quarter)
    left = kb.leave_out(OWNER, *NAME, thirds.edits, part.start, part.end, True)
    with pytest.raises(UsageError, match="Bring it back"):
        join(kb, OWNER, at(left, part))
    back = kb.leave_out(OWNER, *NAME, left.edits, part.start, part.end, False)
    leave_out(kb, "Fir")
    back = kb.passages(OWNER, *NAME)
    again = join(kb, OWNER, at(back, part))  # either part names both
    assert [(p.start, p.end) for p in again.passages] == [(p.start, p.end) for p in halves.passages]
    embedded.clear()
    again = join(kb, OWNER, at(again, first))
    assert [replace(p, left_out=False) for p in again.passages] == list(whole.passages)
    assert [p.text for p in again.passages if p.left_out] == [named(whole, "Fir").text]
    assert len(embedded) == 1
    assert finds(kb, "Cedar")
    check(kb)
    with pytest.raises(UsageError, match="no part of one"):
        join(kb, OWNER, at(again, cedar))
    assert next(row["detail"]["act"] for row in kb.catalog.audit_rows(action="passage")) == "joined"
    read_again(kb, tmp_path)
    assert kb.passages(OWNER, *NAME).passages == again.passages


def test_parts_are_joined_with_what_was_corrected_in_them_as_long_as_a_passage_holds_it(
    kb: KnowledgeBase, tmp_path: Path
) -> None:
    found = kb.passages(OWNER, *NAME)
    cedar = named(found, "Cedar")
    split(kb, OWNER, at(found, cedar), cedar.start + cedar.text.index("The room Cedar has seat number 4"))
    found = corrected(kb, "Cedar", "seat number 1 by", "seat number 77, newly painted, by")
    joined = join(kb, OWNER, at(found, named(found, "Cedar")))
    text = named(joined, "Cedar").text
    assert text == cedar.text.replace("seat number 1 by", "seat number 77, newly painted, by")
    check(kb)
    place = named(joined, "Cedar")
    parts = split(kb, OWNER, at(joined, place), place.start + text.index("The room Cedar has seat number 5"))
    part = named(parts, "Cedar")
    longer = correct(kb, OWNER, at(parts, part), part.text + " word" * 120)
    with pytest.raises(UsageError, match="Both parts stay as they are"):
        join(kb, OWNER, at(longer, named(longer, "Cedar")))
    assert kb.passages(OWNER, *NAME) == longer
    read_again(kb, tmp_path)
    assert kb.passages(OWNER, *NAME).passages == longer.passages


def test_bad_input_changes_nothing(kb: KnowledgeBase) -> None:
    found = kb.passages(OWNER, *NAME)
    cedar = named(found, "Cedar")
    place = at(found, cedar)
    for text, error in (("", "is empty"), (" \n\0", "is empty"), (cedar.text, "reads so already"),
                        ("word " * 2_000, "Split it first")):  # fmt: skip
        with pytest.raises(UsageError, match=error):
            correct(kb, OWNER, place, text)
    for mark in (cedar.start, cedar.end, cedar.start - 1, cedar.end + 9, 0, 10**9):
        with pytest.raises(UsageError, match="between two of its words"):
            split(kb, OWNER, place, mark)
    with pytest.raises(PassageNotFound):
        correct(kb, OWNER, EditedPlace(*NAME, 0, cedar.start, cedar.end + 1), "x")
    with pytest.raises(DocumentNotFound):
        correct(kb, OWNER, EditedPlace("docs", "gone.md", 0, 0, 9), "x")
    assert kb.passages(OWNER, *NAME) == found
    correct(kb, OWNER, place, "Seat 1.")
    late = (
        lambda: correct(kb, OWNER, place, "Seat 2."), lambda: split(kb, OWNER, place, cedar.start + 9),
        lambda: join(kb, OWNER, place),
    )  # fmt: skip
    for act in late:
        with pytest.raises(PassagesChanged):
            act()
    found = leave_out(kb, "Birch")
    birch = named(found, "Birch")
    with pytest.raises(UsageError, match="Bring it back"):
        split(kb, OWNER, at(found, birch), birch.start + 30)
    assert correct(kb, OWNER, at(found, birch), "Nobody sits at birches.").passages
    assert not told(kb, "Nobody sits at birches.")  # it is left out still
    check(kb)


def test_of_two_editors_at_once_one_is_told_to_look_again(kb: KnowledgeBase) -> None:
    found = kb.passages(OWNER, *NAME)
    barrier, outcomes = threading.Barrier(2), list[str]()

    def act(room: str) -> None:
        barrier.wait()
        try:
            passage = named(found, room)
            correct(kb, OWNER, at(found, passage), passage.text + " Corrected.")
            outcomes.append("done")
        except PassagesChanged:
            outcomes.append("changed")

    threads = [threading.Thread(target=act, args=(room,)) for room in ("Birch", "Cedar")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert sorted(outcomes) == ["changed", "done"]
    assert kb.stored_text(OWNER, *NAME).text.count("Corrected.") in (1, 2)
    check(kb)


def test_a_file_that_is_read_meanwhile_wins(kb: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish, done = kb.indexes.publish, list[int]()

    def read_first(*args: object) -> None:
        if not done:
            done.append(1)
            ingest(kb, [write(tmp_path / "docs", {"rooms.md": "# Rooms\n\nNone.\n"})])
        publish(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(kb.indexes, "publish", read_first)
    with pytest.raises(PassagesChanged):
        corrected(kb, "Cedar", "seat number 3", "seat number 77")
    assert kb.stored_text(OWNER, *NAME).text.endswith("None.\n")
    assert kb.set_aside(OWNER) == []
    check(kb)


def test_who_does_not_edit_the_collection_changes_nothing_and_curated_answers_are_withdrawn(tmp_path: Path) -> None:
    with opened(tmp_path / "home") as kb:
        fill(kb, tmp_path)
        ed, place = person(kb, "ed"), EditedPlace("docs", "handbook.md", 0, 0, 80)
        [passage] = kb.passages(ed, "docs", "handbook.md").passages
        for name in ("bob", "eve"):
            with pytest.raises(RefusedByPolicy):
                correct(kb, person(kb, name), place, "x")
            with pytest.raises(RefusedByPolicy):
                split(kb, person(kb, name), place, 20)
            with pytest.raises(RefusedByPolicy):
                join(kb, person(kb, name), place)
        with pytest.raises(DocumentNotFound):
            correct(kb, ed, EditedPlace("board", "board.md", 0, 0, 9), "x")
        id = judge(kb, "bob", OPENS)
        start = FILES["handbook.md"].index("The office")
        kb.reviews.correct(ed, id, 0, question=OPENS, answer="At 7:45 [1].",
                           marks=[Mark("docs", "handbook.md", start, start + 40)])  # fmt: skip
        kb.reviews.accept(ed, id, 1, curated=True)
        found = kb.passages(ed, "docs", "handbook.md")
        correct(kb, ed, at(found, passage), passage.text.replace("7:45", "8:15"))
        *_, done = kb.ask(OPENS, person(kb, "bob"), AskOptions())
        assert isinstance(done, Done)
        assert not any(notice.kind == "curated" for notice in done.answer.notices)
        [review] = kb.reviews.listed(ed, curated=True)
        assert review.withdrawn == "changed"


def test_a_crash_after_it_was_stored_loses_nothing(
    kb: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*args: object) -> None:
        raise KBError("home.no_hash", path="x", name="x")

    monkeypatch.setattr(kb.indexes, "_publish", crash)
    with pytest.raises(KBError):
        corrected(kb, "Cedar", "seat number 3 by", "seat number 77 by")
    kb.close()
    with opened(tmp_path / "home") as again:
        again.indexes.ready()
        assert told(again, "seat number 77")
        assert finds(again, "Birch")
        check(again)
