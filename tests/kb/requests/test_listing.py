"""A whole list or table, item by item."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.sync.pipeline import ingest
from kb.assistant import KnowledgeBase
from kb.requests.blocks import blocks_of
from kb.schema import Heading
from tests.fakes import ScriptedModel
from tests.knowledge import OWNER, open_kb, write

GATES = """# Gates

The site has these gates:

| Gate | Side | Opens |
| --- | --- | --- |
| A | north | 6:00 |
| B | south | 7:30 |
| C | north | 9:15 |

## Rules for visitors

- Show a passport.
- Wear the badge,
  also in the canteen.

- Leave by gate B.
"""
LINES = """# 班车

班车线路如下：

1. 一号线：东湖路
2. 二号线：西山站
3. 三号线：南门
"""


@pytest.fixture
def kb(tmp_path: Path) -> "KnowledgeBase":
    opened = open_kb(tmp_path / "home", ScriptedModel())
    ingest(opened, [write(tmp_path / "site", {"gates.md": GATES, "班车.md": LINES})])
    return opened


Ask = Callable[[str], None]


def test_a_table_is_told_row_by_row_with_the_heads_of_its_columns_and_how_many(kb: KnowledgeBase) -> None:
    with kb:
        answer = kb.answer("List all the gates of the site", OWNER)
        assert (answer.kind, answer.refused, answer.model) == ("list", False, "")
        assert answer.text.splitlines() == [
            "3 items, from **Gates** (gates.md > Gates):",
            "1. **A**: Side: north; Opens: 6:00 [1]",
            "2. **B**: Side: south; Opens: 7:30 [1]",
            "3. **C**: Side: north; Opens: 9:15 [1]",
        ]
        assert [c.quote for c in answer.citations] == [
            "| A | north | 6:00 |",
            "| B | south | 7:30 |",
            "| C | north | 9:15 |",
        ]
        text = kb.stored_text(OWNER, None, "gates.md").text
        assert all(text[c.start : c.end] == c.quote for c in answer.citations)
        assert all(claim.state == "confirmed" for claim in answer.claims)


def test_rows_that_the_question_names_a_value_of_are_listed_alone_and_that_is_said(kb: KnowledgeBase) -> None:
    with kb:
        answer = kb.answer("List all gates on the north side", OWNER)
        assert [line[:8] for line in answer.text.splitlines()[1:]] == ["1. **A**", "2. **C**"]
        assert [(n.kind, n.text) for n in answer.notices] == [
            ("matching_rows", "Of the 3 rows of this table, those that match “north” are listed.")
        ]


@pytest.mark.parametrize("question", ["列出所有班车线路", "班车线路有哪些？"])
def test_a_chinese_list_is_told_item_by_item(kb: KnowledgeBase, question: str) -> None:
    with kb:
        answer = kb.answer(question, OWNER)
        assert answer.kind == "list"
        assert answer.text.splitlines()[0] == "共 3 项，出自 **班车**（班车.md > 班车）："
        assert len(answer.claims) == 3


def test_what_no_list_holds_is_an_ordinary_question(kb: KnowledgeBase) -> None:
    with kb:
        assert kb.answer("List all the passwords of the printers", OWNER).kind == "fact"


def test_a_list_goes_on_behind_empty_lines_and_in_lines_set_further_in() -> None:
    headings = [Heading(0, 1, "Gates"), Heading(GATES.index("## Rules"), 2, "Rules for visitors")]
    table, rules = blocks_of(GATES, headings)
    assert (table.heads, table.lead, table.section) == (("Gate", "Side", "Opens"), "The site has these gates:", "Gates")
    assert [item.cells[0] for item in rules.items] == [
        "Show a passport.",
        "Wear the badge, also in the canteen.",
        "Leave by gate B.",
    ]
    assert rules.section == "Gates > Rules for visitors"
    assert GATES[rules.items[1].start : rules.items[1].end] == "Wear the badge,\n  also in the canteen."


def test_one_line_alone_is_no_list() -> None:
    assert blocks_of("- One thing.\n\nAnd prose - with a dash.\n1. Heading\nText") == []


def test_a_line_of_white_space_is_no_row() -> None:
    [found] = blocks_of("Repair\tState\nLadder\tdone\nRail\tdone\n\t\nIt rains.\n")
    assert [item.cells for item in found.items] == [("Ladder", "done"), ("Rail", "done")]


def test_values_below_zero_keep_their_sign(tmp_path: Path) -> None:
    with open_kb(tmp_path / "home", ScriptedModel()) as kb:
        cold = "# Cold rooms\n\n| Room | Lowest |\n| --- | --- |\n| K1 | -18 |\n| K2 | >4 |\n"
        ingest(kb, [write(tmp_path / "site", {"cold.md": cold})])
        answer = kb.answer("List all cold rooms", OWNER)
    assert answer.text.splitlines()[1:] == ["1. **K1**: Lowest: -18 [1]", "2. **K2**: Lowest: >4 [1]"]
