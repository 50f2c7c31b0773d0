"""Markup: what an answer looks like, whatever it and its documents say."""

from dataclasses import replace
from pathlib import Path

import pytest

from kb.schema import Answer, Claim, Document, StoredText
from tests.ui.scripted import HANDBOOK, QUOTE, ScriptedKB
from tests.ui.test_sanitise import HOSTILE, elements
from ui import markup
from ui.running import Snapshot
from ui.strings import Strings

EN = Strings("en")
OURS = {("button", "data-action"), ("button", "data-value"), ("button", "data-copy")}
SAFE = {
    "class",
    "type",
    "aria-label",
    "title",
    "data-card",
    "data-copied",
    "data-key",
    "data-show",
    "open",
    "tabindex",
    "role",
}


@pytest.fixture
def answer(tmp_path: Path) -> Answer:
    kb = ScriptedKB(tmp_path)
    return kb._answer("q", kb._text("q"), kb.passages("q"))


def test_citations_are_buttons_with_the_quote_at_hand(answer: Answer) -> None:
    html = markup.answer(answer, EN)
    assert 'data-action="cite" data-value="0"' in html
    assert f"handbook.md · page 1&#10;{QUOTE}" in html


def test_an_unsupported_claim_is_underlined_and_labelled(answer: Answer) -> None:
    html = markup.answer(answer, EN)
    assert html.count('class="flag"') == 1
    assert "unverified" in html
    assert '<span class="unsupported">The office dog is called Bruno ' in html
    assert "未证实" in markup.answer(answer, Strings("zh"))
    assert "Every employee" not in html.partition('class="unsupported"')[2]


def test_without_documents_nothing_is_called_unverified(answer: Answer) -> None:
    chat = replace(answer, passages=(), citations=())
    assert "flag" not in markup.answer(chat, EN)


def test_a_marker_after_the_full_stop_belongs_to_the_sentence_before(answer: Answer) -> None:
    text = "Days are 25. [1] Dogs. [2]"
    moved = replace(answer, text=text, claims=(Claim(0, 12, True, (1,)), Claim(17, 22, False, (2,))))
    html = markup.answer(moved, EN)
    assert html.index('data-value="0"') < html.index("Dogs") < html.index('data-value="1"')


def test_a_refusal_names_the_nearest_documents_once_each(answer: Answer) -> None:
    html = markup.answer(replace(answer, refused=True, text="Nothing.", claims=(), citations=()), EN)
    assert "Your documents do not answer this" in html
    assert html.count('class="chip"') == 1
    assert 'data-action="passage" data-value="1"' in html


def test_the_copied_answer_lists_its_sources(answer: Answer) -> None:
    copied = markup.copied(Snapshot("done", answer=answer, text=answer.text), EN)
    assert copied.startswith(answer.text)
    assert copied.endswith("Sources:\n[1] handbook.md, page 1\n[2] handbook.md, page 1")


def test_the_source_marks_exactly_the_quote() -> None:
    start = HANDBOOK.index(QUOTE)
    html = markup.sheet(HANDBOOK, start, start + len(QUOTE), (0, len(HANDBOOK)), EN)
    assert f"<mark data-show>{QUOTE}</mark>" in html
    assert elements(html).text == HANDBOOK


def test_a_long_document_is_shown_around_the_quote() -> None:
    text = "a" * 50_000 + "QUOTE" + "b" * 50_000
    html = markup.sheet(text, 50_000, 50_005, (0, len(text)), EN)
    assert "<mark data-show>QUOTE</mark>" in html
    assert html.count("(text left out here)") == 2
    assert len(html) < 20_000


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_hostile_gets_out_of_its_place(hostile: str, answer: Answer) -> None:
    passage = replace(answer.passages[0], document=hostile, section=hostile, text=hostile, title=hostile)
    citation = replace(answer.citations[0], document=hostile, quote=hostile)
    bad = replace(
        answer, text=hostile + " [1]", passages=(passage,), citations=(citation,), claims=(Claim(0, 5, False, (1,)),),
        engine=hostile, model=hostile,
    )  # fmt: skip
    document = Document(
        hostile, hostile, hostile, "text/html", "failed", hostile, 1, "0", 1, None, 0, 1.0, "2026-11-25T10:00:00Z"
    )
    stored = StoredText(hostile, hostile, 1, hostile, "text/html", "0", hostile, ())
    snapshot = Snapshot("done", answer=bad, text=bad.text)
    drawn = [
        markup.question(hostile, EN),
        markup.passages([passage], hostile, hostile + "!", EN, clickable=True),
        markup.reasoning(hostile, 3, None, EN, live=True),
        markup.draft(hostile, 1),
        markup.answer(bad, EN),
        markup.answer(replace(bad, refused=True), EN),
        markup.foot(snapshot, 1.0, EN, documents=True),
        markup.problem(hostile, hostile),
        markup.documents([document, replace(document, status="added")], EN),
        markup.result(hostile, "failed", hostile, EN),
        markup.origin(stored, 1, hostile, EN),
        markup.sheet(hostile, 0, 1, (0, len(hostile)), EN),
    ]
    for html in drawn:
        for tag, attributes in elements(html).elements:
            assert tag not in ("img", "a", "iframe", "script", "style", "svg", "link", "form", "input", "object")
            for name, _ in attributes:
                assert name in SAFE or name == "role" or (tag, name) in OURS or (tag, name) == ("ol", "start")


def test_a_long_question_is_shortened_in_its_bubble() -> None:
    html = markup.question("x" * 100_000, EN)
    assert len(html) < 3_000
    assert "100,000 characters" in html


@pytest.mark.parametrize(
    ("size", "words"), [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KB"), (5 << 20, "5.0 MB"), (3 << 30, "3072 MB")]
)
def test_sizes_in_words(size: int, words: str) -> None:
    assert markup.size(size) == words
