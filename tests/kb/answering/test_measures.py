"""A ratio that no passage states is searched by what it is calculated from."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.sync.pipeline import ingest
from kb.access.rules import Place
from kb.answering.measures import commonest, parts_of, rows_of, states
from kb.answering.retrieval import COUNTED
from kb.assistant import KnowledgeBase
from kb.config import RetrievalSettings
from kb.schema import Notice, Principal
from tests.fakes import ScriptedModel
from tests.knowledge import OWNER, write

STATEMENT = """# Brookvale Group, annual report 2024

## Message of the chair

Our current ratio is watched by the board, and we are proud of the current ratio culture that our finance team lives.
A healthy current ratio lets Brookvale Group grow in 2024 and beyond.

## Risks

The current ratio may suffer where customers pay late. A weak current ratio in 2024 would raise what banks ask for.

## Consolidated balance sheets

| EUR million | 2024 | 2023 |
|---|---|---|
| Cash and cash equivalents | 41 | 38 |
| Total current assets | 312 | 287 |
| Total current liabilities | 208 | 199 |
| Total assets | 905 | 880 |
"""
CHINESE = """# 江临股份 2024 年年度报告

## 董事长致辞

公司一贯重视流动比率，流动比率是董事会关注的指标。2024 年我们将继续保持健康的流动比率。

## 风险

若客户延迟付款，流动比率可能下降。2024 年流动比率下降会提高融资成本。

## 合并资产负债表

| 项目（万元） | 2024 年 | 2023 年 |
|---|---|---|
| 货币资金 | 4100 | 3800 |
| 流动资产合计 | 31200 | 28700 |
| 流动负债合计 | 20800 | 19900 |
| 资产总计 | 90500 | 88000 |
"""


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("What was the current ratio in 2024?", ("total current assets",)),
        ("What was the Current-Ratio of FY24?", ("total current liabilities",)),
        ("Did PP&E grow in 2023?", ("property, plant and equipment", "property and equipment")),
        ("Is the ROE of 2022 better?", ("net income", "net earnings", "profit for the year")),
        ("2024 年的毛利率是多少？", ("营业成本",)),
        ("2023 年末的资产负债率？", ("负债合计",)),
    ],
)
def test_a_measure_of_a_period_is_calculated_from_parts(question: str, part: tuple[str, ...]) -> None:
    assert part in parts_of(question)


@pytest.mark.parametrize(
    "question",
    [
        "Who approves capital expenditures?",  # of no period: what is said of them is wanted
        "谁批准资本开支？",
        "What did it earn in 2024?",
        "What is the radio of 2024?",
        "2024 年有多少天年假？",
    ],
)
def test_other_questions_have_none(question: str) -> None:
    assert parts_of(question) == ()


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("The current ratio was 1.5.", True),
        ("Current ratio | 1.5 | 1.4", True),
        ("The current ratio fell in 2024.", False),  # a year is no figure of it
        ("The current ratio fell. Assets were 312.", False),
        ("The quick ratio was 1.1.", False),
    ],
)
def test_a_sentence_or_row_states_a_measure(text: str, stated: bool) -> None:
    assert states([text], "What was the current ratio in 2024?") is stated


def test_the_two_commonest_names_of_a_part_are_searched_in_their_order() -> None:
    parts = [("sales", "revenue", "turnover", "income"), ("inventory",)]
    assert commonest(parts, {"sales": 2, "revenue": 9, "turnover": 0, "income": 3, "inventory": 0}) == [
        "revenue",
        "income",
    ]
    assert commonest(parts, {"sales": 2, "revenue": 1, "turnover": 1, "income": 0, "inventory": 5}) == [
        "sales", "revenue", "inventory",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "question", "wanted", "told"),
    [
        (
            STATEMENT,
            "What was the current ratio of Brookvale Group in 2024?",
            "Total current liabilities",
            "current assets",
        ),
        (CHINESE, "江临股份 2024 年的流动比率是多少？", "流动负债合计", "流动资产合计"),
    ],
)
def test_the_statement_that_has_the_parts_is_found(
    tmp_path: Path, filled: Callable[[ScriptedModel], KnowledgeBase], text: str, question: str, wanted: str, told: str
) -> None:
    kb = filled(ScriptedModel(["It is 1.5 [1]."]))
    ingest(kb, [write(tmp_path / "reports", {"report.md": text})])
    kb._retriever._settings = RetrievalSettings(measures=False)
    before = kb.search(question, OWNER, 9)
    kb._retriever._settings = RetrievalSettings()
    found = kb.search(question, OWNER, 9)

    def place(passages: tuple[object, ...]) -> int:
        return next(n for n, passage in enumerate(passages) if wanted in passage.text)  # type: ignore[attr-defined]

    assert before.parts == ()
    assert any(told in name for name in found.parts)
    assert place(found.passages) == 0 < place(before.passages)
    notices = [event.text for event in kb.ask(question, OWNER) if isinstance(event, Notice) and event.kind == "parts"]
    assert len(notices) == 1
    assert told in notices[0]


def test_what_is_stated_is_not_searched_by_its_parts(
    tmp_path: Path, filled: Callable[[ScriptedModel], KnowledgeBase]
) -> None:
    kb = filled(ScriptedModel())
    stated = STATEMENT.replace("A healthy current ratio lets", "The current ratio of 1.5 lets")
    ingest(kb, [write(tmp_path / "reports", {"report.md": stated})])
    found = kb.search("What was the current ratio of Brookvale Group in 2024?", OWNER, 9)
    assert found.parts == ()
    assert "1.5" in found.passages[0].text


def test_nothing_of_what_may_not_be_read_tells_how_it_is_searched(
    tmp_path: Path, filled: Callable[[ScriptedModel], KnowledgeBase]
) -> None:
    kb = filled(ScriptedModel())
    readable = STATEMENT[: STATEMENT.index("## Consolidated")] + "## Assets\n\nTotal current assets grew in 2024.\n"
    ingest(kb, [write(tmp_path / "open", {"report.md": readable})], collection="open")
    ingest(kb, [write(tmp_path / "closed", {"statement.md": STATEMENT})], collection="closed")
    kb.catalog.set_readers("owner", Place("collection", "open"), ["*"])
    kb.catalog.set_readers("owner", Place("collection", "closed"), [])
    kb.catalog.set_readers("owner", Place("collection", "docs"), [])
    question = "What was the current ratio of Brookvale Group in 2024?"
    assert kb.search(question, Principal("rita"), 9).parts == ("total current assets",)
    assert "total current liabilities" in kb.search(question, OWNER, 9).parts
    assert 60 < COUNTED < 140


def test_a_home_without_statements_is_searched_as_before(filled: Callable[[ScriptedModel], KnowledgeBase]) -> None:
    kb = filled(ScriptedModel())
    question = "What was the current ratio in 2024?"
    found = kb.search(question, OWNER, 9)
    assert found.parts == ()


def test_the_rows_of_parts_are_told_below_the_line_with_their_periods() -> None:
    total = "| Total assets | 905 | 880 |"
    text = f"Balance of 2024\n| | 2024 | 2023 |\n| Cash | 41 | 38 |\n{total}\n{total}"
    parts = [("total assets",), ("cash",)]
    assert rows_of(text, parts) == ["2024 | 2023", "Cash | 41 | 38", "Total assets | 905 | 880"]
    assert rows_of(text, [("debt",)]) == []
    assert rows_of("Cash is king.\nThe cash is 41.", parts) == []  # no number, and no name first
    assert rows_of("In 2024 and 2023 it grew by 9 and 8.\nCash 41", parts) == ["Cash 41"]  # no line of periods
    assert rows_of("2024 and 2023, in 1000\nCash 41", parts) == ["2024 and 2023, in 1000", "Cash 41"]
    assert rows_of("2022 | 2021\n2024 | 2023\nCash 41", parts) == ["2024 | 2023", "Cash 41"]  # the nearest above
    assert rows_of("2024\nCash 41\n2022 | 2021", parts) == ["Cash 41"]
