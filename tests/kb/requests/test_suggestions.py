"""Suggested questions: what documents ask themselves, what their sections are on, or what an editor wrote."""

from pathlib import Path

import pytest

from ingest.sync.editing import EditedPlace, correct, split
from ingest.sync.pipeline import ingest
from kb.access.rules import Place
from kb.assistant import KnowledgeBase
from kb.errors import UsageError
from kb.requests.suggestions import LONGEST, MOST, by_rule, questions_of, suggested, write
from kb.schema import Document, Heading, Language, Principal
from tests.knowledge import OWNER, open_kb
from tests.knowledge import write as write_files

READER = Principal("li", frozenset({"hr"}))
FILES = {
    "faq.md": "# Questions\n\n## Who feeds the office dog?\n\nThe desk does.\n\n## When is the gym open?\n\nAt noon.\n",
    "handbook.md": "# Staff handbook\n\n## 1. Introduction\n\nHi\n\n## 2. Hours\n\n7:45\n\n## 3. Laptops\n\nHm.\n",
    "休假.md": "# 休假制度\n\n## 第一章 总则\n\n适用于全体员工。\n\n## 第二章 年休假\n\n满一年五天。\n",
    "常见问题.md": "# 常见问题\n\n问：停车费多少？\n\n答：150 元。\n",
    "bare.txt": "Nothing but text.\n",
}  # fmt: skip


@pytest.fixture
def kb(tmp_path: Path) -> "KnowledgeBase":
    kb = open_kb(tmp_path / "home")
    ingest(kb, [write_files(tmp_path / "docs", FILES)])
    return kb


def asked(kb: KnowledgeBase, language: Language = "en", asker: Principal = OWNER, seed: str = "1") -> list[str]:
    return [each.question for each in suggested(kb.catalog, kb.documents(asker), language, 4, seed)]


def named(kb: KnowledgeBase, path: str) -> Document:
    return next(document for document in kb.documents(OWNER) if document.path == path)


def test_a_documents_own_questions_come_before_those_made_of_headings(kb: KnowledgeBase) -> None:
    with kb:
        own = ["Who feeds the office dog?", "When is the gym open?"]
        made = ["What does “Staff handbook” say about Hours?", "What does “Staff handbook” say about Laptops?"]
        assert questions_of(kb.catalog, named(kb, "faq.md")) == (own, False)
        assert questions_of(kb.catalog, named(kb, "handbook.md")) == (made, False)
        assert questions_of(kb.catalog, named(kb, "休假.md")) == (["《休假制度》对“年休假”有什么说明？"], False)
        assert questions_of(kb.catalog, named(kb, "bare.txt")) == ([], False)
        english, chinese = asked(kb), asked(kb, "zh")
        assert english[0] in own
        assert english[1] in made
        assert chinese[:2] == ["停车费多少？", "《休假制度》对“年休假”有什么说明？"]
        assert len(english) == len(chinese) == 4
        assert asked(kb) == english
        assert len({tuple(asked(kb, seed=str(seed))) for seed in range(20)}) > 1


def test_only_what_may_be_read_now_is_suggested(kb: KnowledgeBase) -> None:
    with kb:
        assert asked(kb, asker=READER) == []
        kb.catalog.set_readers("owner", Place("document", "docs", "faq.md"), ["group:hr"])
        [question] = asked(kb, asker=READER)
        assert question in questions_of(kb.catalog, named(kb, "faq.md"))[0]
        write(kb.catalog, named(kb, "handbook.md"), ["What is secret?"], OWNER)
        assert asked(kb, asker=READER) == [question]
        kb.catalog.set_readers("owner", Place("document", "docs", "faq.md"), None)
        assert asked(kb, asker=READER) == []


def test_what_an_editor_writes_takes_the_place_of_the_rules_until_the_document_is_deleted(kb: KnowledgeBase) -> None:
    with kb:
        faq = named(kb, "faq.md")
        write(kb.catalog, faq, ["  Who   walks the dog? ", "", "Who walks the dog?"], OWNER)
        assert questions_of(kb.catalog, faq) == (["Who walks the dog?"], True)
        assert "Who walks the dog?" in asked(kb)
        write(kb.catalog, faq, [], OWNER)
        assert questions_of(kb.catalog, faq) == ([], True)
        assert not any("dog" in question or "gym" in question for question in asked(kb))
        write(kb.catalog, faq, None, OWNER)
        assert len(questions_of(kb.catalog, faq)[0]) == 2
        write(kb.catalog, faq, ["Who walks the dog?"], OWNER)
        kb.delete_documents(OWNER, [faq.id])
        assert "Who walks the dog?" not in asked(kb)
        assert kb.catalog.db.execute("SELECT count(*) FROM suggestions").fetchone()[0] == 0
        counts = [row["detail"]["questions"] for row in kb.trail.rows(action="suggestions")]
        assert counts == [1, None, 0, 1]


def test_nothing_of_a_passage_that_was_left_out_is_asked_and_corrections_are_followed(kb: KnowledgeBase) -> None:
    with kb:

        def edit(path: str, act: str, words: str, other: str = "") -> list[str]:
            """Do something to the passage that holds these words; what is suggested then."""
            found = kb.passages(OWNER, "docs", path)
            passage = next(each for each in found.passages if words in each.text)
            if act == "leave out":
                kb.leave_out(OWNER, "docs", path, found.edits, passage.start, passage.end, not passage.left_out)
            elif act == "split":
                place = EditedPlace("docs", path, found.edits, passage.start, passage.end)
                split(kb, OWNER, place, passage.start + passage.text.index(words))
            else:
                place = EditedPlace("docs", path, found.edits, passage.start, passage.end)
                correct(kb, OWNER, place, passage.text.replace(words, other))
            return questions_of(kb.catalog, named(kb, path))[0]

        hours, laptops = (f"What does “Staff handbook” say about {each}?" for each in ("Hours", "Laptops"))
        assert edit("handbook.md", "split", "## 3. Laptops") == [hours, laptops]
        assert edit("handbook.md", "leave out", "## 3. Laptops") == [hours]
        assert edit("handbook.md", "leave out", "## 3. Laptops") == [hours, laptops]
        assert edit("handbook.md", "correct", "Laptops", "Telephones") == [
            hours, "What does “Staff handbook” say about Telephones?"
        ]  # fmt: skip
        assert edit("handbook.md", "split", "Hm.")  # the heading is no part of what is left out, but over nothing else
        assert edit("handbook.md", "leave out", "Hm.") == [hours]
        assert edit("handbook.md", "leave out", "Hm.")[1:]
        assert edit("handbook.md", "correct", "Staff handbook", "House rules") == [
            "What does “handbook” say about Hours?", "What does “handbook” say about Telephones?"
        ]  # fmt: skip
        assert edit("faq.md", "split", "## When") == ["Who feeds the office dog?", "When is the gym open?"]
        assert edit("faq.md", "leave out", "dog?") == ["When is the gym open?"]
        assert edit("faq.md", "correct", "the gym", "the pool") == ["When is the pool open?"]
        assert edit("常见问题.md", "correct", "停车费", "洗车费") == ["洗车费多少？"]
        assert not any("gym" in question or "dog" in question for question in asked(kb))


@pytest.mark.parametrize(
    ("questions", "word"), [([f"Question {n}?" for n in range(MOST + 1)], "at most 8"), (["a" * (LONGEST + 1)], "200")]
)
def test_too_many_or_too_long_questions_are_refused(kb: KnowledgeBase, questions: list[str], word: str) -> None:
    with kb:
        with pytest.raises(UsageError, match=word):
            write(kb.catalog, named(kb, "faq.md"), questions, OWNER)
        assert not questions_of(kb.catalog, named(kb, "faq.md"))[1]


@pytest.mark.parametrize(
    ("line", "question"),
    [
        ("**私人快递能寄到公司吗？**", "私人快递能寄到公司吗？"),
        ("**工牌丢了怎么办？** 先挂失，再补办。", "工牌丢了怎么办？"),
        ("问：停车费多少？", "停车费多少？"),
        ("Q3. Who feeds the dog?", "Who feeds the dog?"),
        ("- 2.1 When is the gym open?", "When is the gym open?"),
        ("of which nobody asked why?", ""),  # the end of a sentence
        ("It rains. Why does it?", ""),
        ("Why?", ""),
        ("No question.", ""),
    ],
)
def test_a_line_that_is_a_question_is_one(line: str, question: str) -> None:
    assert by_rule("Title", f"Text.\n{line}\nMore.", []) == ([question] if question else [], bool(question))


def test_headings_over_others_and_dull_ones_make_no_question() -> None:
    headings = [Heading(0, 1, "Rules"), Heading(1, 2, "Part A"), Heading(2, 3, "A.1 Travel"), Heading(3, 2, "Contents")]
    assert by_rule("Rules", "", headings) == (["What does “Rules” say about A.1 Travel?"], False)
