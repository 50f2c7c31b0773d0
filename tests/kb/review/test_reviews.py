"""Reviews: who sees which judged answer, corrections with their sources, decisions, conflicts, and the trail of it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.sync.pipeline import ingest
from kb.assistant import KnowledgeBase
from kb.errors import DocumentNotFound, RefusedByPolicy, ReviewChanged, ReviewNotFound, UsageError
from kb.review.reviews import LONGEST_SOURCE, Mark
from kb.schema import Principal
from kb.store.conversations import ConversationStore
from tests.fakes import ScriptedModel
from tests.kb.people.conftest import quick_hashes
from tests.kb.review.judged import FILES, LEAVE, OPENS, corrected, fill, judge, mark, person
from tests.kb.storage import version
from tests.knowledge import OWNER, write
from tests.ui.serving import opened

__all__ = ["quick_hashes"]

ADMIN = Principal("chief", unlimited=True)
RIGHT = "It opens at 7:45 [1]."
PLACE = "The office in Utrecht opens at 7:45"


@pytest.fixture
def kb(tmp_path: Path, quick_hashes: None) -> Iterator[KnowledgeBase]:
    reply = "<think>The handbook says it.</think>\n\nThe office in Utrecht opens at 7:45 [1]."
    with opened(tmp_path / "home", ScriptedModel([reply])) as kb:
        fill(kb, tmp_path)
        yield kb


def test_an_editor_corrects_marks_and_accepts(kb: KnowledgeBase) -> None:
    id, ed = judge(kb, "bob", OPENS, reason="too short"), person(kb, "ed")
    [review] = kb.reviews.listed(ed)
    assert (review.id, review.version, review.state) == (id, 0, "open")
    assert review.judged is not None
    assert (review.judged.who, review.judged.reason, review.judged.verdict) == ("bob", "too short", "down")
    assert review.passages
    made = kb.reviews.correct(ed, id, 0, question=OPENS, answer=RIGHT, marks=[mark(kb, "handbook.md", PLACE)])
    assert (made.version, made.state, made.editor, made.curated) == (1, "corrected", "ed", False)
    assert made.correction is not None
    [source] = made.correction.sources
    text = kb.stored_text(OWNER, "docs", "handbook.md").text
    assert source.quote == text[source.start : source.end] == PLACE
    accepted = kb.reviews.accept(ed, id, 1)
    assert (accepted.version, accepted.state, accepted.curated) == (2, "accepted", False)
    assert [r.id for r in kb.reviews.listed(ed, state="accepted")] == [id]
    assert kb.reviews.listed(ed, state="open") == kb.reviews.listed(ed, verdict="up") == []
    rows = [row for row in kb.trail.rows(10) if row["action"] == "review"]
    assert [(r["asker"], r["detail"]["decision"], r["detail"]["answer"]) for r in rows] == [
        ("ed", "accept", RIGHT), ("ed", "correct", RIGHT),
    ]  # fmt: skip
    assert rows[0]["subject"] == OPENS
    assert rows[0]["detail"]["citations"][0]["document"] == "handbook.md"


def test_the_second_of_two_editors_is_told_of_the_first(kb: KnowledgeBase) -> None:
    id, ed = judge(kb, "bob", OPENS), person(kb, "ed")
    kb.reviews.dismiss(ed, id, 0)
    marks = [mark(kb, "handbook.md", PLACE)]
    with pytest.raises(ReviewChanged, match=r"reviewed by ed meanwhile \(version 1, not 0\)"):
        kb.reviews.correct(ADMIN, id, 0, question=OPENS, answer=RIGHT, marks=marks)
    for act in (kb.reviews.dismiss, kb.reviews.accept):
        with pytest.raises((ReviewChanged, UsageError)):
            act(ADMIN, id, 0)
    review = kb.reviews.get(ADMIN, id)
    assert (review.state, review.version, review.editor) == ("dismissed", 1, "ed")


def test_a_correction_without_a_source_is_refused_with_what_to_do(kb: KnowledgeBase) -> None:
    id, ed = judge(kb, "bob", OPENS), person(kb, "ed")
    good = mark(kb, "handbook.md", PLACE)
    refused: list[tuple[str, list[Mark], str]] = [
        (RIGHT, [], "A correction needs its source. Mark the passage"),
        ("  ", [good], "The corrected answer is empty"),
        ("x" * 20_001, [good], "at most 20,000"),
        ("It is so [2].", [good], r"cites \[2\], and 1 passages are marked"),
        (RIGHT, [Mark("docs", "handbook.md", 5, 5)], "5 to 5 is no passage"),
        (RIGHT, [Mark("docs", "handbook.md", 0, 99_999)], "no passage"),
        (RIGHT, [Mark("docs", "handbook.md", -3, 5)], "no passage"),
        (RIGHT, [Mark("docs", "handbook.md", 0, 20, version=7)], "is of version 7, and version 1 answers"),
        (RIGHT, [good] * 21, "at most 20 sources"),
    ]
    for answer, marks, why in refused:
        with pytest.raises(UsageError, match=why):
            kb.reviews.correct(ed, id, 0, question=OPENS, answer=answer, marks=marks)
    with pytest.raises(UsageError, match="The question is empty"):
        kb.reviews.correct(ed, id, 0, question=" ", answer=RIGHT, marks=[good])
    with pytest.raises(UsageError, match="judged not helpful"):
        kb.reviews.accept(ed, id, 0)
    with pytest.raises(DocumentNotFound):
        kb.reviews.correct(ed, id, 0, question=OPENS, answer=RIGHT, marks=[Mark("board", "board.md", 0, 5)])
    assert LONGEST_SOURCE < 20_000
    assert kb.reviews.get(ed, id).version == 0


def test_an_answer_that_was_judged_helpful_is_accepted_as_it_is(kb: KnowledgeBase) -> None:
    id = judge(kb, "bob", OPENS, "up")
    accepted = kb.reviews.accept(person(kb, "ed"), id, 0, curated=True)
    assert accepted.correction is not None
    assert accepted.correction.answer == "The office in Utrecht opens at 7:45 [1]."
    assert accepted.correction.sources[0].document == "handbook.md"
    assert accepted.curated
    withdrawn = kb.reviews.withdraw(person(kb, "ed"), id, accepted.version)
    assert (withdrawn.state, withdrawn.curated) == ("accepted", False)
    with pytest.raises(UsageError, match="is no curated answer"):
        kb.reviews.withdraw(person(kb, "ed"), id, withdrawn.version)


def test_who_sees_which_judged_answer(kb: KnowledgeBase) -> None:
    open_one, secret = judge(kb, "bob", OPENS), judge(kb, "ann", "Which bonus does the board pay in March?")
    turns = {t.id: t for _, t in ConversationStore(kb.catalog).judged_turns()}
    assert any(p.document == "board.md" for p in turns[secret].passages or ())  # ann, of the board, was given it
    assert {r.id for r in kb.reviews.listed(ADMIN)} == {r.id for r in kb.reviews.listed(OWNER)} == {open_one, secret}
    assert [r.id for r in kb.reviews.listed(person(kb, "ed"))] == [open_one]
    assert kb.reviews.listed(person(kb, "eve")) == []  # who edits nothing that it rests on
    for name in ("ann", "bob"):
        with pytest.raises(RefusedByPolicy, match="may not review answers"):
            kb.reviews.listed(person(kb, name))
    with pytest.raises(ReviewNotFound):
        kb.reviews.get(person(kb, "ed"), secret)
    with pytest.raises(ReviewNotFound):
        kb.reviews.dismiss(person(kb, "eve"), open_one, 0)
    kb.reviews.correct(  # an admin lets it rest on what ed may not read
        ADMIN, open_one, 0, question=OPENS, answer="4 percent [1].", marks=[mark(kb, "board.md", "4 percent", "board")]
    )
    assert kb.reviews.listed(person(kb, "ed")) == []


def test_a_changed_document_leaves_a_correction_to_be_marked_anew(kb: KnowledgeBase, tmp_path: Path) -> None:
    id, ed = judge(kb, "bob", OPENS), person(kb, "ed")
    review = corrected(kb, ed, id, OPENS, RIGHT, [mark(kb, "handbook.md", PLACE)])
    assert review.withdrawn is None
    ingest(kb, [write(tmp_path / "docs", {"handbook.md": FILES["handbook.md"].replace("7:45", "8:15")})])
    [changed] = kb.reviews.listed(ed, curated=True)
    assert changed.withdrawn == "changed"
    assert changed.correction is not None
    assert changed.correction.sources[0].quote == PLACE  # of the version that it was marked in
    with pytest.raises(UsageError, match="was changed since"):
        kb.reviews.accept(ed, id, changed.version, curated=True)


def test_the_same_text_under_another_version_changes_nothing(kb: KnowledgeBase) -> None:
    id, ed = judge(kb, "bob", OPENS), person(kb, "ed")
    place = mark(kb, "handbook.md", PLACE)
    corrected(kb, ed, id, OPENS, RIGHT, [place])
    document_id, _ = kb.catalog.find_document(OWNER, "handbook.md", "docs")
    text = kb.catalog.stored_text(document_id).text
    kb.catalog.publish(kb.catalog.add_versions([version("handbook.md", text, collection="docs")]))
    [review] = kb.reviews.listed(ed, curated=True)
    assert review.withdrawn is None
    assert review.correction is not None
    assert [(s.version, s.quote) for s in review.correction.sources] == [(2, PLACE)]
    again = replace(place, version=1)
    assert kb.reviews.correct(ed, id, review.version, question=OPENS, answer=RIGHT, marks=[again]).correction


def test_no_word_of_a_deleted_document_stays_in_a_correction(kb: KnowledgeBase) -> None:
    canary = "The canary opens at 7:45 [1]."
    id, ed = judge(kb, "bob", OPENS), person(kb, "ed")
    corrected(kb, ed, id, OPENS, canary, [mark(kb, "handbook.md", PLACE)])
    kb.delete_document(OWNER, "docs", "handbook.md")
    [review] = kb.reviews.listed(ADMIN, curated=True)
    assert review.withdrawn == "deleted"
    assert review.correction is not None
    assert (review.correction.answer, review.correction.sources[0].quote) == ("", "")
    assert [r.withdrawn for r in kb.reviews.listed(ed, curated=True)] == ["deleted"]  # who made it is told
    kept = b"".join(path.read_bytes() for path in kb.home.path.glob("catalog.db*"))
    assert b"canary" not in kept
    assert kb.trail.verify().whole


def test_a_deleted_conversation_takes_what_was_not_accepted(kb: KnowledgeBase) -> None:
    first, second = judge(kb, "bob", OPENS), judge(kb, "bob", LEAVE)
    ed, store = person(kb, "ed"), ConversationStore(kb.catalog)
    kb.reviews.dismiss(ed, second, 0)
    corrected(kb, ed, first, OPENS, RIGHT, [mark(kb, "handbook.md", PLACE)])
    for conversation in store.list("bob"):
        store.delete(conversation.id, "bob")
    [left] = kb.reviews.listed(ed)
    assert (left.id, left.judged, left.question) == (first, None, OPENS)
