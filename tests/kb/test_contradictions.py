"""A claim in the words of its source may still say something else: another column, sign, year, or the opposite."""

import pytest

from kb.alignment import Aligner
from kb.contradictions import is_of_another_year, loses_sign, negates, only_negative
from kb.numbers import in_units_of
from kb.schema import Passage
from kb.table_claims import names_cell, takes_wrong_column
from tests.kb.passages import passage

SALES = "区域 | Q1（万元） | Q2（万元） | Q3（万元） | Q4（万元） | 合计（万元） | 同比"
ROWS = "华北 | 760 | 742 | 811 | 905 | 3218 | -3.2%\n华东 | 1320 | 1420 | 1511 | 1602 | 5853 | 12.1%"
ROOMS = "office | floor | room | name | capacity | phone_ext"
ROOM = "Rotterdam | 2 | 2.03 | Waal | 6 | 7339\nRotterdam | 3 | 3.01 | Rotte | 10 | 7367"
LEAVE = "Employees receive 24 days of annual leave each year."


def sales() -> Passage:
    return passage(1, ROWS, header=SALES, document="2024销售.xlsx", title="2024年销售统计表")


def supported(claim: str, question: str, source: Passage) -> bool:
    return any(span.supported for span in Aligner([source], question).sources(claim, [1]))


@pytest.mark.parametrize(
    ("claim", "right"),
    [
        ("华北区第三季度的销售额是811万元。", True),
        ("2024年华北区第三季度的销售额是811万元。", True),
        ("华北区全年合计3218万元。", True),
        ("华北Q3为905。", False),
        ("华北区第三季度的销售额是905万元。", False),
        ("华北区第三季度的销售额是1420万元。", False),
        ("华北的同比是3.2%。", False),
        ("华北的同比是-3.2%。", True),
        ("华北同比下降3.2%。", True),
    ],
)
def test_a_number_of_a_table_counts_for_its_row_column_unit_and_sign(claim: str, right: bool) -> None:
    assert supported(claim, "2024年华北区第三季度的销售额是多少？", sales()) is right


@pytest.mark.parametrize(
    ("claim", "right"),
    [("Net income in 2024 was 88.2 million.", True), ("Net income in 2024 was 80.1 million.", False)],
)
def test_a_unit_may_stand_in_the_title_of_a_table(claim: str, right: bool) -> None:
    rows = "Net income | 80.1 | 88.2\nRevenue | 500.1 | 612.9"
    source = passage(1, rows, header="Item | 2023 | 2024", title="Consolidated results (USD million)")
    assert supported(claim, "What was net income in 2024?", source) is right


def test_a_unit_is_left_out_only_where_the_source_names_it_elsewhere() -> None:
    assert in_units_of("合计 811万元", "合计（万元）| 811") == "合计 811元"
    assert in_units_of("合计 811万元", "合计（元）| 811") == "合计 811万元"
    assert in_units_of("合计 811万元", "合计（万元）| 811万") == "合计 811万元"


def test_the_column_of_a_number_is_held_against_what_claim_and_question_name() -> None:
    ask = "What is the phone extension of the room Waal?"
    assert not takes_wrong_column("7339", ask, ROOM, ROOMS)  # "room" is named too, and has a number
    assert takes_wrong_column("Its capacity is 7339.", "How many people does Waal hold?", ROOM, ROOMS)
    assert not takes_wrong_column("Its capacity is 6.", "How many people does Waal hold?", ROOM, ROOMS)
    assert not takes_wrong_column("It is 7339.", "What is it?", ROOM, ROOMS)  # no column is named
    assert not takes_wrong_column("It is 7339.", "What is the capacity?", "no table", "")
    assert names_cell("Rotterdam: capacity 10", "", ROOM, ROOMS)
    assert not names_cell("Suzhou: capacity 10", "", ROOM, ROOMS)


@pytest.mark.parametrize(
    ("claim", "source", "lost"),
    [
        ("Revenue grew by 3.2%", "Revenue | -3.2%", True),
        ("Revenue fell by 3.2%", "Revenue | -3.2%", False),
        ("Revenue grew by 3.2%", "Revenue | -3.2% | 3.2%", False),
        ("温度为20度", "测温范围是 −20 至 60", True),
        ("温度为零下20度", "测温范围是 −20 至 60", False),
        ("From 2 to 5 days, by 2025-01-15", "2-5 days, by 2025-01-15", False),
    ],
)
def test_a_minus_sign_is_not_lost(claim: str, source: str, lost: bool) -> None:
    assert loses_sign(claim, source) is lost


def test_negative_numbers_are_told_from_ranges_dates_and_codes() -> None:
    assert only_negative("-20 to +60; 3-5 days; 2025-01-15; BC-17; (-3.2%); 亏损-57万") == {"20", "3.2%", "570000"}


@pytest.mark.parametrize(
    ("claim", "source", "denies"),
    [
        ("Employees receive no annual leave.", LEAVE, True),
        ("Employees don't receive 24 days of annual leave.", LEAVE, True),
        ("Employees receive 24 days.", LEAVE, False),
        ("It is reported not later than 2 hours after.", "It is reported within 2 hours.", False),
        ("密码不得少于 14 个字符。", "密码至少 14 个字符。", False),
        ("员工没有年假。", "员工每年有 24 天年假。", True),
        ("访客不得进入机房。", "机房禁止访客进入。", False),
        ("Guests may not enter.", "Entry is prohibited for guests.", False),
    ],
)
def test_a_denial_is_held_against_a_source_that_denies_nothing(claim: str, source: str, denies: bool) -> None:
    assert negates(claim, source) is denies


def test_a_document_of_another_year_answers_no_question_about_a_year() -> None:
    assert is_of_another_year("2023年版的伙食补助？", "差旅费报销办法（2025年版）", "境内每人每天120元")
    assert not is_of_another_year("2023年版的伙食补助？", "差旅费报销办法（2025年版）", "2023年为100元，2025年起120元")
    assert not is_of_another_year("2023年版的伙食补助？", "差旅费报销办法", "境内每人每天120元")
    assert not is_of_another_year("伙食补助多少？", "差旅费报销办法（2025年版）", "境内每人每天120元")
