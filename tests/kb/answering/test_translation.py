"""A question is searched in the documents' other language too, as the model translates it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.sync.pipeline import ingest
from kb.answering import translation as translation_module
from kb.answering.retrieval import BESIDE_ACROSS, MORE_OF_SHORT, OFF_TOPIC, OTHER_SHARE, PLAINLY, averaged
from kb.answering.translation import Translation, asking, checked, translated
from kb.assistant import KnowledgeBase
from kb.config import RetrievalSettings, Settings
from kb.schema import EVERYTHING, Language, Notice, Retrieved, Scope
from kb.store import translations
from kb.store.catalog import Catalog
from tests.fakes import ScriptedModel
from tests.knowledge import OWNER, write

Fill = Callable[[ScriptedModel], KnowledgeBase]
SICK = "How many days of fully paid sick leave are there a year?"
SICK_ZH = "每年有多少天全薪病假？\n全薪病假，天数"


@pytest.mark.parametrize(
    ("question", "written", "to", "expected"),
    [
        (SICK, SICK_ZH, "zh", Translation("每年有多少天全薪病假？", "全薪病假，天数")),
        (SICK, "每年有多少天病假？", "zh", Translation("每年有多少天病假？")),
        ("What does BC-17 cost?", "它多少钱？", "zh", Translation("它多少钱？ BC-17")),  # a code that was lost
        ("P2 在 Gold 级卖多少钱？", "What does it cost?", "en", Translation("What does it cost? P2 Gold")),
        ("三十天内退货吗？", "Can it be returned in 30 days?", "en", Translation("Can it be returned in 30 days?")),
        ("When was 3.4 released?", "3.4 于 2021 年发布。", "zh", None),  # an answer, with a number of its own
        (SICK, "How many sick days are there?", "zh", None),  # not translated
        (SICK, asking(SICK, "zh")[-1].content, "zh", None),  # the task, repeated
        (SICK, "", "zh", None),
        ("Why?", "为" * 217, "zh", None),  # four times as long and 200 characters
        ("Why?", "为" * 216, "zh", Translation("为" * 216)),
        ("Why?", f"为什么？\n{'因' * 217}", "zh", Translation("为什么？")),
        ("Why?", f"\n为什么？ \n\n {'因' * 216}\n第三行", "zh", Translation("为什么？", "因" * 216)),
        ("What costs 5 euros?", "什么东西要 5 欧元或 6 欧元？", "zh", None),  # a number of its own
        ("三十天内退货吗？", "三十天内退货吗？", "en", None),
        ("Is it 5 or 1,200?", "是不是？", "zh", Translation("是不是？ 5 1,200")),
        ("Does the bc-17 fit?", "BC-17 合适吗？", "zh", Translation("BC-17 合适吗？")),
        ("天 Gold 怎么卖 5 个？", "怎么卖金的？", "zh", Translation("怎么卖金的？ 5")),  # no code
    ],
)
def test_what_a_model_wrote_is_a_translation_or_is_not_used(
    question: str, written: str, to: Language, expected: Translation | None
) -> None:
    assert checked(question, written, to) == expected


def test_a_question_is_translated_once_by_a_model(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path / "catalog.db")
    model = ScriptedModel(completions=[SICK_ZH, "另一个译文是什么？"])
    first = translated(SICK, "zh", model, catalog)
    assert translated(SICK, "zh", model, catalog) == first == checked(SICK, SICK_ZH, "zh")
    assert len(model.completion_requests) == 1
    assert translated("x" * (translation_module.LONGEST + 1), "zh", model, catalog) is None
    assert len(model.completion_requests) == 1
    catalog.close()


def test_the_newest_translations_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translations, "MOST", 2)
    catalog = Catalog(tmp_path / "catalog.db")
    for n in range(3):
        monkeypatch.setattr(translations, "now", lambda n=n: f"2026-01-0{n + 1}")
        translations.keep(catalog, bytes([n]), str(n))
    assert [translations.stored_translation(catalog, bytes([n])) for n in range(3)] == [None, "1", "2"]
    catalog.close()


def test_a_question_finds_what_is_written_in_the_other_language(filled: Fill) -> None:
    model = ScriptedModel(
        ["<think>It is so.</think>\n\nThere are 9 days of fully paid sick leave [1]."], completions=[SICK_ZH]
    )
    events = list(filled(model).ask(SICK, OWNER))
    retrieved = next(event for event in events if isinstance(event, Retrieved))
    assert retrieved.translated == "每年有多少天全薪病假？"
    assert any("9 天全薪病假" in passage.text for passage in retrieved.passages)
    told = [event.text for event in events if isinstance(event, Notice) and event.kind == "translated"]
    assert told == ["Documents in Chinese were searched too, for: 每年有多少天全薪病假？"]


def test_nothing_is_translated_where_it_is_switched_off_or_not_needed(filled: Fill, tmp_path: Path) -> None:
    model = ScriptedModel()
    kb = filled(model)
    list(kb.ask("When does the office in Utrecht open and close?", OWNER))  # plainly in its own language
    list(kb.ask("Which team won the football world cup in 1998?", OWNER))  # plainly in neither
    kb.search(SICK, OWNER)  # a search has no model
    kb._retriever._settings = RetrievalSettings(both_languages=False)
    list(kb.ask(SICK, OWNER))
    assert model.completion_requests == []
    assert Settings().retrieval.both_languages


def test_what_may_say_otherwise_is_looked_for_in_the_other_language_too(filled: Fill, tmp_path: Path) -> None:
    english = {f"sick-{n}.md": f"# Sick leave {n}\n\nSick leave at site {n} is fully paid.\n" for n in range(9)}
    chinese = {f"车-{n}.md": f"# 停车 {n}\n\n{n} 号车位不收费。\n" for n in range(4)}
    kb = filled(ScriptedModel())
    ingest(kb, [write(tmp_path / "more", {**english, **chinese})])
    beside = kb._retriever.beside
    read = [passage for passage in kb._retriever.retrieve(SICK, OWNER).passages if passage.language == "en"][:1]
    found = beside(SICK, OWNER, EVERYTHING, read, None, glossary=True)
    assert any("9 天全薪病假" in passage.text for passage in found)
    assert sum(passage.language == "zh" for passage in found) == MORE_OF_SHORT * BESIDE_ACROSS  # short ones
    assert [passage.rank for passage in found] == [*range(read[0].rank + 1, len(found) + read[0].rank + 1)]
    assert len({passage.chunk_id for passage in found}) == len(found)
    chosen = Scope(("*.md",), ("docs",))
    assert {each.collection for each in beside(SICK, OWNER, chosen, [], None, glossary=True)} == {"docs"}
    kb._retriever._settings = RetrievalSettings(both_languages=False)
    alone = beside(SICK, OWNER, EVERYTHING, read, None, glossary=True)
    assert {each.document for each in alone} < {each.document for each in found}


def test_several_rankings_make_one() -> None:
    found = averaged([[(1, 0.9), (2, 0.5), (3, 0.1)], [(2, 5.0), (1, 3.0)]])
    assert found == [(2, pytest.approx(0.75)), (1, pytest.approx(0.5)), (3, 0.0)]


def test_the_limits_between_languages() -> None:
    assert (OTHER_SHARE, PLAINLY, OFF_TOPIC) == (0.05, 0.07, 0.02)


def test_a_question_of_600_characters_is_translated_and_a_longer_one_is_not(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path / "catalog.db")
    model = ScriptedModel(completions=["为什么会这样？"] * 2)
    assert translated("x" * 601, "zh", model, catalog) is None
    assert translated("x" * 600, "zh", model, catalog) == Translation("为什么会这样？")
    assert len(model.completion_requests) == 1
    catalog.close()


def test_what_is_searched_for_are_the_question_and_its_key_words() -> None:
    assert Translation("为什么？", "原因").texts == ("为什么？", "原因")
    assert Translation("为什么？").texts == ("为什么？",)
