"""A claim in the words of its source may still say something else: another column, sign, year, or the opposite."""

import pytest

from kb.checking.alignment import Aligner
from kb.checking.contradictions import (
    drops_denial,
    is_of_neighbour,
    is_of_other_clause,
    loses_sign,
    negates,
    only_negative,
    permits_denied,
)
from kb.language.number_forms import in_units_of
from kb.schema import Passage
from tests.kb.passages import passage

SALES = "区域 | Q1（万元） | Q2（万元） | Q3（万元） | Q4（万元） | 合计（万元） | 同比"
ROWS = "华北 | 760 | 742 | 811 | 905 | 3218 | -3.2%\n华东 | 1320 | 1420 | 1511 | 1602 | 5853 | 12.1%"
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


@pytest.mark.parametrize(
    ("claim", "source", "lost"),
    [
        ("Revenue grew by 3.2%", "Revenue | -3.2%", True),
        ("Revenue fell by 3.2%", "Revenue | -3.2%", False),
        ("Revenue grew by 3.2%", "Revenue | -3.2% | 3.2%", False),
        ("温度为20度", "测温范围是 −20 至 60", True),
        ("温度为零下20度", "测温范围是 −20 至 60", False),
        ("From 2 to 5 days, by 2025-01-15", "2-5 days, by 2025-01-15", False),
        ("试用期为3天至5天", "试用期3天-5天", False),
        ("5月至8月，每次3小时至5小时，9:00至18:00", "5月-8月，每次3小时-5小时，9:00 -18:00", False),
        ("Net income was 57", "Net income | (57)", True),
        ("Net income was 57", "Item | Net income | (57) | 88", True),
        ("Net loss was 57", "Net income | (57)", False),
        ("Step 1 of 12", "(1) | Step | all (12) of them", False),
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


@pytest.mark.parametrize(
    ("claim", "sentence", "dropped"),
    [
        ("Visitors may enter the server room.", "Visitors may not enter the server room.", True),
        ("Unused leave is paid out.", "Unused leave is not paid out.", True),
        ("The board approved the budget.", "The board did not approve the budget.", True),
        ("Passwords can be shared.", "Passwords cannot be shared.", True),
        ("访客可以进入机房。", "访客不得进入机房。", True),
        ("未休的年假可以折算为工资。", "未休的年假不得折算为工资。", True),
        ("试用期员工享受年终奖。", "试用期员工不享受年终奖。", True),
        ("Visitors are never allowed to enter.", "Visitors may not enter the server room.", False),
        ("Repairs take up to 10 days.", "Repairs take not more than 10 days.", False),
        ("Refunds are possible for 14 days.", "Refunds are not possible after 14 days.", False),
        ("It may be booked with consent.", "It may not be booked without consent.", False),
        ("Visitors may enter the yard.", "Visitors may not enter the lab, they may enter the yard.", False),
        ("经批准可以预订。", "未经批准不得预订。", False),
        ("可以用公司邮箱发送。", "答：不可以，合同用公司邮箱发送。", False),
        ("密码至少14个字符。", "密码不得少于14个字符。", False),
    ],
)
def test_a_denial_is_not_dropped(claim: str, sentence: str, dropped: bool) -> None:
    assert drops_denial(claim, sentence) is dropped


@pytest.mark.parametrize(
    ("claim", "sentence", "denied"),
    [
        ("Smoking is allowed in the building.", "办公楼内禁止吸烟。", True),
        ("年假可以折算成工资。", "Unused annual leave cannot be paid out.", True),
        ("未休的年假可以折算成工资。", "Unused annual leave is not paid out.", True),
        ("密码须保密。", "Passwords must not be shared.", False),
        ("密码不可以共享。", "Passwords must not be shared.", False),
        ("经同意可以转让。", "It may not be transferred without consent.", False),
        ("密码可以有20个字符。", "Passwords have no fewer than 14 characters.", False),
    ],
)
def test_what_is_permitted_is_not_denied_in_the_other_language(claim: str, sentence: str, denied: bool) -> None:
    assert permits_denied(claim, sentence) is denied


@pytest.mark.parametrize(
    ("claim", "question", "sentence", "neighbour", "other"),
    [
        ("Sick leave is 10 days.", "", "Annual leave is 10 days.", "Sick leave is 15 days.", True),
        ("It is 10 days.", "How long is sick leave?", "Annual leave is 10 days.", "Sick leave is 15 days.", True),
        ("病假为10天。", "", "员工年假为10天。", "员工病假为15天。", True),
        ("Annual leave is 10 days.", "", "Annual leave is 10 days.", "Sick leave is 15 days.", False),
        ("Sick leave is 10 days.", "", "Annual leave is 10 days.", "Sick leave is reported on day 1.", False),
        ("Sick leave is 10 days.", "", "It is 10 days.", "Sick leave is like annual leave of 10 days.", False),
        (
            "Employees with long service get 30 days of annual leave.", "",
            "After ten years it is 30 days.", "Employees get 24 days of annual leave.", False,
        ),
        ("POWER6 was made in 2007.", "", "POWER6 is of 2007 all.", "POWER6 was made on 21 May 2007 in all.", False),
    ],
)  # fmt: skip
def test_a_number_is_not_taken_from_the_sentence_beside(
    claim: str, question: str, sentence: str, neighbour: str, other: bool
) -> None:
    assert is_of_neighbour(claim, question, sentence, [neighbour]) is other


@pytest.mark.parametrize(
    ("claim", "question", "sentence", "other"),
    [
        ("A helmet costs 5 euros.", "What does a helmet cost?", "It costs 5 euros, and a helmet costs 7 euros.", True),
        ("A helmet costs 7 euros.", "What does a helmet cost?", "It costs 5 euros, and a helmet costs 7 euros.", False),
        ("头盔5元。", "头盔多少钱？", "每月5元，头盔7元。", True),
        ("头盔7元。", "头盔多少钱？", "每月5元，头盔7元。", False),
        ("A helmet costs 5 euros.", "What does it cost?", "It costs 5 euros, and a helmet is lent for 7 days.", False),
    ],
)
def test_a_number_is_not_taken_from_the_clause_beside(claim: str, question: str, sentence: str, other: bool) -> None:
    assert is_of_other_clause(claim, question, sentence) is other
