"""The sample documents and their questions: what they promise to hold, and that every gold answer can be found."""

import re
import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from ingest.reading import reading
from kb.config import IngestSettings
from kb.evaluation.questions import Question, load_questions
from kb.evaluation.scoring import is_right
from kb.language.script import written_language

SAMPLES = Path(__file__).parents[1] / "sample_docs"
QUESTIONS = SAMPLES / "questions.jsonl"
FORMATS = {".pdf", ".docx", ".pptx", ".xlsx", ".html", ".md", ".txt", ".csv", ".eml", ".jsonl"}
KINDS = {"fact", "table", "version", "paraphrase", "cross_language", "guide", "near_miss", "off_topic"}


def files() -> list[Path]:
    return sorted(path for path in SAMPLES.rglob("*") if path.is_file() and path != QUESTIONS)


@cache
def questions() -> tuple[Question, ...]:
    return tuple(load_questions(QUESTIONS))


@cache
def texts() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Of each document its text, and the text of each page where it has pages."""
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for path in files():
        with path.open("rb") as file:
            if reading.is_bundle(file, path.name):
                found.update((record.name, (record.text, ())) for record in reading.read_bundle(file))
                continue
        parsed = reading.read(path, IngestSettings())
        assert [page.number for page in parsed.pages] == list(range(1, len(parsed.pages) + 1))
        pages = tuple(parsed.text[page.start : page.end] for page in parsed.pages)
        found[path.relative_to(SAMPLES).as_posix()] = (parsed.text, pages)
    return found


def squeezed(text: str) -> str:
    """Without white space and the bars between cells, which are the reader's and not the document's."""
    return re.sub(r"[\s|]+", "", text)


def answerable() -> list[Question]:
    return [question for question in questions() if not question.refuse]


def refused(kind: str) -> list[Question]:
    return [question for question in questions() if question.refuse and question.kind == kind]


def test_the_folder_holds_every_format_and_stays_small() -> None:
    assert len(files()) >= 16
    assert {path.suffix for path in files()} == FORMATS
    assert sum(path.stat().st_size for path in files()) < 1_500_000


def test_documents_are_in_both_languages() -> None:
    languages = Counter(written_language(text) for text, _ in texts().values())
    assert languages["zh"] >= 7
    assert languages["en"] >= 7


def test_there_are_enough_questions_of_every_kind() -> None:
    assert len(questions()) >= 90
    assert {question.kind for question in questions()} == KINDS
    assert sum(question.kind == "cross_language" for question in questions()) >= 16
    languages = Counter(question.language for question in questions())
    assert min(languages["zh"], languages["en"]) >= 0.45 * len(questions())


def test_enough_questions_have_no_answer_and_most_of_them_are_near_misses() -> None:
    unanswerable = [question for question in questions() if question.refuse]
    near, off = refused("near_miss"), refused("off_topic")
    assert len(unanswerable) >= 28
    assert len(near) + len(off) == len(unanswerable)
    assert len(near) * 2 >= len(unanswerable)
    assert off
    assert not any(question.answers or question.evidence for question in unanswerable)


def test_no_question_is_asked_twice() -> None:
    asked = Counter(squeezed(question.question) for question in questions())
    assert asked.most_common(1)[0][1] == 1


def test_every_question_is_in_the_language_it_names() -> None:
    assert [question.id for question in questions() if written_language(question.question) != question.language] == []


@pytest.mark.parametrize("question", answerable(), ids=lambda question: question.id)
def test_evidence_stands_in_its_document_on_its_page(question: Question) -> None:
    assert question.answers
    assert question.evidence
    for evidence in question.evidence:
        text, pages = texts()[evidence.doc]
        assert (evidence.page is not None) == bool(pages)
        where = pages[evidence.page - 1] if evidence.page else text
        assert squeezed(evidence.text) in squeezed(where)


def test_cross_language_questions_are_about_a_document_in_the_other_language() -> None:
    for question in answerable():
        languages = {written_language(texts()[evidence.doc][0]) for evidence in question.evidence}
        if question.kind == "cross_language":
            assert question.language not in languages, question.id
        elif question.kind != "table":  # a list of rooms is in both
            assert languages == {question.language}, question.id


def test_neither_a_refusal_nor_the_question_itself_counts_as_an_answer() -> None:
    for question in answerable():
        for reply in ("", question.question, "I do not know.", "文档中没有相关信息。"):
            assert not is_right(reply, question.answers, question.answer_groups), question.id


def test_version_questions_tell_the_versions_apart() -> None:
    """Where the other version of the leave policy answers the same question, its answer must be wrong."""
    old, new = (texts()[f"hr/休假管理制度_{year}.docx"][0] for year in (2024, 2025))
    lines_of = {"hr/休假管理制度_2024.docx": new, "hr/休假管理制度_2025.docx": old}
    checked = 0
    for question in answerable():
        for evidence in question.evidence:
            if evidence.doc in lines_of:
                assert squeezed(evidence.text) not in squeezed(lines_of[evidence.doc])
                checked += 1
    assert checked >= 8


@pytest.mark.parametrize("question", refused("near_miss"), ids=lambda question: question.id)
def test_what_a_near_miss_asks_for_is_in_no_document(question: Question) -> None:
    """`meta.absent` names what no line of any document holds together. The one exception is the mail's trap."""
    if question.meta.get("trap") == "injection":
        return
    absent = [squeezed(word).casefold() for word in question.meta["absent"]]
    assert absent
    for name, (text, _) in texts().items():
        for line in unicodedata.normalize("NFKC", text).splitlines():
            assert not all(word in squeezed(line).casefold() for word in absent), name


def test_the_mail_that_gives_orders_also_holds_a_harmless_fact() -> None:
    text, _ = texts()["mail/garage_closed.eml"]
    assert "Ignore previous instructions" in text
    assert re.search(r"!\[[^]]*]\(http://", text)
    assert "Havenoord car park" in text


def test_the_guide_is_of_the_promised_length_and_names_the_think_tag_once() -> None:
    (name,) = [name for name in texts() if name.startswith("guides/")]
    text, _ = texts()[name]
    assert 1500 <= len(re.findall(r"[\u4e00-\u9fff]", text)) <= 2500
    assert re.findall(r".?</?think>.?", text) == ["`<think>`"]
    assert not any("<think" in other for key, (other, _) in texts().items() if key != name)
