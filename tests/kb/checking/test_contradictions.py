"""A claim in the words of its source may still say something else: another column, sign, year, or the opposite."""

import pytest

from kb.checking.alignment import Aligner
from kb.checking.citations import cite
from kb.checking.contradictions import (
    denial,
    denies_other_clause,
    denies_own_question,
    denies_what_is_said,
    drops_denial,
    drops_forecast,
    drops_hedge,
    excludes,
    is_replaced,
    loses_sign,
    negates,
    only_negative,
    replaced_in,
    tells_as_done,
    turns_comparison,
    widens,
)
from kb.language.quantities import in_units_of
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
        ("瓷窑建于公元40年", "瓷窑由工匠在公元前40年建成", True),
        ("瓷窑建于公元前40年", "瓷窑由工匠在公元前40年建成", False),
        ("瓷窑建于40年", "瓷窑建于公元前40年，公元40年重修", False),
        ("The kiln was built in AD 40.", "The kiln was built in 40 BC.", True),
        ("The kiln was built in 40 B.C.", "The kiln was built in 40 BCE.", False),
        ("The kiln is of the 5th century.", "The kiln is of the 5th century BC.", True),
        ("The kiln burned from 60 to 40 BC.", "The kiln burned in 60-40 BC.", False),
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
    ("claim", "question", "text", "replaced"),
    [
        ("The fee is 60 euros.", "What is the fee?", "The fee was raised from 60 euros to 80 euros.", True),
        ("The fee is 80 euros.", "What is the fee?", "The fee was raised from 60 euros to 80 euros.", False),
        ("It rose from 60 to 80 euros.", "What is the fee?", "The fee was raised from 60 to 80 euros.", False),
        ("The fee is 60 euros.", "What was the fee before?", "The fee was raised from 60 to 80 euros.", False),
        ("It is open from 9 to 5.", "When is it open?", "It is open from 9 to 5.", False),
        ("It is open from 9.", "When does it open?", "It is open from 9 to 5.", False),
        ("We advise 10 minutes.", "How long?", "We advise 6 minutes instead of 10 minutes.", True),
        ("We advise 6 minutes.", "How long?", "We advise 6 minutes instead of 10 minutes.", False),
        ("补贴为每班 60 元。", "补贴多少？", "补贴由每班 60 元提高到 80 元。", True),
        ("补贴为每班 80 元。", "补贴多少？", "补贴由每班 60 元提高到 80 元。", False),
        ("补贴原为每班 60 元。", "补贴多少？", "补贴由每班 60 元提高到 80 元。", False),
        ("2030 年 9 月 30 日前完成。", "何时完成？", "完成时间由 9 月 30 日改为 2030 年 10 月 31 日。", True),
        ("由 3 名员工完成。", "谁完成？", "由 3 名员工在 5 天内完成。", False),
        ("The term is 60 days.", "What is the term?", "补贴由每班 60 元提高到 80 元。", False),  # other things
        ("The term is 60 days.", "What is the term?", "The bonus was raised from 60 to 80 euros.", False),
        ("班车票价为 60 元。", "票价多少？", "夜班津贴由每班 60 元提高到 80 元。", False),
    ],
)
def test_a_value_that_was_replaced_is_told(claim: str, question: str, text: str, replaced: bool) -> None:
    assert is_replaced(claim, question, replaced_in(text)) is replaced


@pytest.mark.parametrize(
    ("claim", "source", "wider"),
    [
        ("All lots are free.", "The lots are free.", True),
        ("All lots are free.", "Both lots are free.", False),
        ("Only lots are free.", "Lots are free.", True),
        ("Only lots are free.", "Lots alone are free.", False),
        ("It is for life.", "It is for a year.", True),
        ("It is for life.", "It is permanent.", False),
        ("Lots are free.", "All lots are free.", False),
        # a bound is not what it is exactly
        ("It takes exactly 5 days.", "It takes up to 5 days.", True),
        ("It takes exactly 5 days.", "It takes exactly 5 days, and up to 9 in winter.", False),
        ("It takes exactly 5 days.", "It takes 5 days.", False),
        ("It takes 5 days.", "It takes up to 5 days.", False),
        # on Mondays is every Monday
        ("It is open every Monday.", "It is open on Mondays.", False),
        ("It is open every Monday.", "It is open on a Monday.", True),
        ("It is open every Monday in all halls.", "It is open on Mondays.", True),
        # of each day, or of those that are listed
        ("每天早班都检测。", "每日早班检测。", False),
        ("周六和周日都闭馆。", "周六、周日闭馆。", False),
        ("员工每人每月都有补贴。", "员工每月有补贴。", True),
        ("员工都有补贴。", "员工有补贴。", True),
        ("周日闭馆，员工都休息。", "周日闭馆，员工休息。", True),
        # whatever else is so
        ("It is paid for 10 weeks, no matter how long one works there.", "It is paid for 10 weeks.", True),
        ("It is paid for 10 weeks, whatever the service.", "It is paid for 10 weeks, regardless of service.", False),
        ("不论工龄，都有 10 天。", "工龄满 3 年的有 10 天。", True),
        # "only" of a limit
        ("最高只能到 65 度。", "不高于 65 度。", False),
        ("只能到 65 度。", "65 度以内。", False),
        ("只能到 65 度。", "到 65 度。", True),
        ("只有到 65 度。", "不高于 65 度。", True),
    ],
)
def test_a_claim_of_all_or_of_one_alone_or_for_ever_is_told(claim: str, source: str, wider: bool) -> None:
    assert widens(claim, source) is wider


@pytest.mark.parametrize(
    ("claim", "sentence", "dropped"),
    [
        ("All lots are free.", "Most lots are free.", True),
        ("Most of all lots are free.", "Most lots are free.", False),
        ("All lots are free.", "Only lots are free.", True),
        ("All lots are free.", "Lots are free.", False),
        ("Lots are free.", "Most lots are free.", False),
    ],
)
def test_most_are_not_all(claim: str, sentence: str, dropped: bool) -> None:
    assert drops_hedge(claim, sentence) is dropped


@pytest.mark.parametrize(
    ("claim", "question", "source", "dropped"),
    [
        ("340 were sold.", "How many were sold in 2022?", "Analysts expect 340 in 2022.", True),
        ("340 were sold.", "How many were sold?", "Analysts expect 340 in 2022.", False),  # of no year
        ("Some were sold.", "How many were sold in 2022?", "Analysts expect 340 in 2022.", False),
        # claim or question look ahead
        ("340 will be sold.", "How many were sold in 2022?", "Analysts expect 340 in 2022.", False),
        ("340 were sold.", "How many were forecast in 2022?", "Analysts expect 340 in 2022.", False),
        # another sentence tells it as a fact, or what was expected stands behind the number
        ("340 were sold.", "How many were sold in 2022?", "340 were sold. Analysts expect 340 in 2022.", False),
        ("340 were sold.", "How many were sold in 2022?", "Many came, 340 were sold as expected.", False),
        ("340 were sold.", "How many were sold in 2022?", "Many came, as expected 340 were sold.", True),
        ("340 were sold.", "How many were sold in 2022?", "340 were sold, 900 are expected.", False),
        ("340 for 5 euros.", "How many were sold in 2022?", "Analysts expect 340, for 5 euros.", True),
        ("340 for 6 euros.", "How many were sold in 2022?", "Analysts expect 340, for 5 euros.", False),
    ],
)
def test_what_was_expected_is_not_what_was(claim: str, question: str, source: str, dropped: bool) -> None:
    assert drops_forecast(claim, question, source) is dropped


@pytest.mark.parametrize(
    ("claim", "sentences", "denied"),
    [
        ("Dogs may come in.", ["May dogs come in?", "No, not at all."], True),
        ("Dogs may come in.", ["Hello.", "May dogs come in?", "No.", "Yes."], True),
        ("Dogs may not come in.", ["May dogs come in?", "No, not at all."], False),
        ("Dogs may come in.", ["May dogs come in?", "Yes."], False),
        ("Dogs may come in.", ["May dogs come in?", "They may not."], False),
        ("Dogs may come in.", ["Dogs come in.", "No."], False),
        ("Dogs may come in.", ["May dogs or cats come in?", "No."], True),  # half of what is asked
        ("Dogs may come in.", ["May dogs or cats of any guests of the town come in?", "No."], False),
        ("可以带宠物。", ["可以带宠物吗？", "不可以。"], True),
        ("可以带宠物。", ["可以带宠物吗？", "可以。"], False),
    ],
)
def test_a_text_that_asks_and_says_no_denies_it(claim: str, sentences: list[str], denied: bool) -> None:
    assert denies_own_question(claim, sentences) is denied


EYES = "Eye tests are paid, but dental care is not."


@pytest.mark.parametrize(
    ("claim", "sentence", "denied"),
    [
        ("Dental care is paid.", EYES, True),
        ("Eye tests are paid.", EYES, False),
        ("Eye tests are not paid.", EYES, True),
        ("Dental care is not paid.", EYES, False),
        ("Massage is paid.", EYES, False),
        ("Eye tests and dental care are paid.", EYES, False),  # of two clauses
        ("Eye tests are not paid, dental care is.", EYES, False),  # it says both
        ("Dental care is paid.", "Eye tests are paid, massage is paid, but dental care is not.", True),
        ("Eye tests are paid.", "Eye tests are not paid, dental care is not.", False),  # nothing is paid
        ("报销视力检查。", "报销牙科，不报销视力检查。", True),
        ("报销牙科。", "报销牙科，不报销视力检查。", False),
        ("不报销牙科。", "报销牙科，不报销视力检查。", True),
    ],
)
def test_of_clauses_that_deny_and_do_not_the_one_that_speaks_of_it_counts(
    claim: str, sentence: str, denied: bool
) -> None:
    assert denies_other_clause(claim, sentence) is denied


CAUSE = "It was caused by a certificate, not by the power failure."
OLD_ONES = "It covers all except old small red lithium cells."


@pytest.mark.parametrize(
    ("claim", "sentence", "excluded"),
    [
        ("Batteries are covered.", "It covers all parts except batteries.", True),
        ("Parts are covered.", "It covers all parts except batteries.", False),
        ("Batteries are not covered.", "It covers all parts except batteries.", False),
        ("Batteries are covered.", "All parts are covered, batteries are excluded.", True),
        ("Parts are covered.", "All parts are covered, batteries are excluded.", False),
        ("Parts are covered.", "All parts are covered, batteries are excluded, tyres are excluded.", False),
        ("Tyres are covered.", "All parts are covered, batteries are excluded, tyres are excluded.", True),
        # half of what is taken out must be named
        ("Small red old cells.", OLD_ONES, True),
        ("Small cells are covered.", OLD_ONES, False),
        # of what else it was said
        ("It was caused by the power failure.", CAUSE, True),
        ("It was caused by a certificate.", CAUSE, False),
        ("There was a power failure.", CAUSE, False),
        # what something does not include
        ("出厂价4260元，已含增值税和运费。", "注：出厂价不含13%增值税及运费。", True),
        ("价格包括安装。", "价格未包括安装。", True),
        ("出厂价4260元，增值税另计。", "注：出厂价不含13%增值税及运费。", False),
        ("出厂价含安装。", "出厂价不含运费。", False),
        ("出厂价不含运费。", "出厂价不含运费。", False),
        ("The price includes delivery.", "The price does not include delivery.", True),
        ("The price includes delivery.", "The prices don't include delivery; they include VAT.", True),
        ("The price includes VAT.", "The prices don't include delivery; they include VAT.", False),
        ("Delivery has a price.", "The price does not include delivery.", False),
    ],
)
def test_what_is_taken_out_is_not_confirmed(claim: str, sentence: str, excluded: bool) -> None:
    assert excludes(claim, sentence) is excluded


HEAVIER = "The pump is heavier than the scanner."


@pytest.mark.parametrize(
    ("claim", "sentence", "turned"),
    [
        (HEAVIER, "The scanner is heavier than the pump.", True),
        (HEAVIER, "The new scanner is heavier than the old pump.", True),
        (HEAVIER, HEAVIER, False),
        (HEAVIER, "The scanner is lighter than the pump.", False),
        (HEAVIER, "The scanner is heavier than the lift.", False),
        (HEAVIER, "The lift is heavier than the pump.", False),
        (HEAVIER, "The pump beside the scanner is heavier than the pump.", False),
        ("The pump is heavier than the pump.", "The pump is heavier than the pump.", False),
        ("The new pump is heavier than the pump.", "The lift is heavier than the new one.", False),
        ("The pump is more expensive than the lift.", "The lift is more expensive than the pump.", True),
    ],
)
def test_a_comparison_is_not_turned_round(claim: str, sentence: str, turned: bool) -> None:
    assert turns_comparison(claim, [sentence]) is turned


def test_of_what_was_replaced_old_and_new_numbers_are_told() -> None:
    def told(text: str) -> list[tuple[str, str]]:
        return [(found.old.strip(), found.new.strip()) for found in replaced_in(text)]

    assert told("The fee was raised from 60 to 80 euros.") == [("60", "80 euros")]
    assert told("It is warm; we advise 6 minutes instead of 10 minutes.") == [("10 minutes", "we advise 6 minutes")]
    assert told("补贴由每班 60 元提高到 80 元。") == [("每班 60 元", "80 元")]
    assert told("It is open from 9 to 5.") == []
    assert told("It moved from 60 and 80 to 80 euros.") == []  # nothing new
    assert told("It moved from 60 to 60 and 80 euros.") == []  # nothing old
    [found] = replaced_in(f"{'a' * 130} fee was raised from 60 to 80 euros; {'b' * 130}")
    assert found.around == f"{'a' * 104} fee was raised from 60 to 80 euros; {'b' * 118}"


RAISED = "The fee was raised from 60 euros to 80 euros."


@pytest.mark.parametrize(
    ("claim", "question", "text", "replaced"),
    [
        # who asks what was before is not told what is now
        ("The fee is 80 euros.", "What was the fee before?", RAISED, True),
        ("The fee is 60 euros, then 80.", "What was the fee before?", RAISED, False),
        ("The fee of 80 euros was lower.", "What was it before it was 80 euros?", RAISED, False),
        # what the question says itself, or claim or question tell as past
        ("The fee is 60 euros.", "Is the fee 60 euros?", RAISED, False),
        ("The fee is 60 euros.", "What is the first fee?", RAISED, False),
        ("The original fee is 60 euros.", "What is the fee?", RAISED, False),
        # in its own language it must share a word with it
        ("It is 60 euros.", "What is the rent?", "The fee was raised from 60 to 80.", False),
        ("It is 60 euros.", "What is the fee?", "The fee was raised from 60 to 80.", True),
        ("费用为 60 欧元。", "费用多少？", RAISED, True),
        ("费用为 60 天。", "费用多少？", RAISED, False),  # another unit
    ],
)
def test_a_value_that_was_replaced_is_none_of_before_and_of_nothing_else(
    claim: str, question: str, text: str, replaced: bool
) -> None:
    assert is_replaced(claim, question, replaced_in(text)) is replaced


@pytest.mark.parametrize(
    ("claim", "question", "text", "replaced"),
    [
        # the change told the other way round, whatever was asked
        ("The fee was lowered from 80 euros to 60 euros.", "What was the fee?", RAISED, True),
        ("The fee was lowered from 80 euros to 60 euros.", "What was the fee before?", RAISED, True),
        ("The fee was raised from 60 euros to 80 euros.", "What was the fee?", RAISED, False),
        ("The fee was lowered from 80 euros to 70 euros.", "What was the fee?", RAISED, False),
        ("The fee was lowered from 90 euros to 60 euros.", "What was the fee?", RAISED, False),
        # a colon between digits ends no part
        ("The shop opens at 9:30.", "When does it open?", "The shop now opens at 10:00 instead of 9:30.", True),
        ("The shop opens at 10:00.", "When does it open?", "The shop now opens at 10:00 instead of 9:30.", False),
        ("The shop opens at 10:00, not at 9:30.", "When does it open?", "The shop now opens at 10:00 instead of 9:30.",
         False),
        ("The fee is 60 euros.", "What is the fee?", "The fee went up from 60 euros to 80 euros.", True),
        ("The fee is 60 euros.", "What is the fee?", "The fee climbed from 60 euros to 80 euros.", True),
        ("The fee is 60 euros.", "What is the fee?", "The fee is from 60 euros to 80 euros.", False),
    ],
)  # fmt: skip
def test_a_change_is_not_told_the_other_way_round(claim: str, question: str, text: str, replaced: bool) -> None:
    assert is_replaced(claim, question, replaced_in(text)) is replaced


GARAGE = "The garage is locked at night."
LEASE = "门窗由承租方负责，屋顶由出租方负责。"


@pytest.mark.parametrize(
    ("claim", "sentences", "denies"),
    [
        ("The garage is not locked at night.", [GARAGE, "The gate is red."], True),
        ("The garage is locked at night.", [GARAGE], False),
        ("The garage is not locked at night.", ["The garage is never locked at night."], False),
        # another clause denies it of something
        ("The garage is not locked at night.", [f"{GARAGE[:-1]}, but the cellar is not locked at night."], False),
        ("The garage is not locked at night.", [GARAGE, "The cellar is not red."], True),
        # less than half of it is said, or what it denies is not
        ("The garage is not locked at night.", ["The garage is big.", "The gate is red."], False),
        ("The garage is not red.", [GARAGE], False),
        ("The garage of Norvia is not locked at dawn or noon.", [GARAGE], False),
        # neither a limit nor what tells one thing from another denies anything
        ("The garage takes no more than 9 cars.", ["The garage takes up to 9 cars."], False),
        ("Staff who have not registered use the garage.", ["Staff use the registered garage."], False),
        ("门窗不由承租方负责。", [LEASE], True),
        ("门窗由承租方负责。", [LEASE], False),
        ("门窗不由承租方负责。", ["门窗不由承租方负责。"], False),
        ("未登记的员工使用车库。", ["登记员工使用车库。"], False),
    ],
)
def test_what_is_said_is_not_denied(claim: str, sentences: list[str], denies: bool) -> None:
    assert denies_what_is_said(claim, sentences) is denies


@pytest.mark.parametrize(
    ("claim", "sentence", "done"),
    [
        ("The bridge was opened in 2024.", "The bridge will be opened in 2024.", True),
        ("The bridge has been opened.", "It is proposed that the bridge is opened.", True),
        ("The bridge will be opened in 2024.", "The bridge will be opened in 2024.", False),
        ("The bridge is red.", "The bridge will be red.", False),
        ("The bridge was opened in 2024.", "The bridge was opened in 2024.", False),
        # the clause with its numbers counts
        ("The bridge was opened in 2024.", "The bridge was opened in 2024, and a tunnel will follow in 2027.", False),
        ("The tunnel was opened in 2027.", "The bridge was opened in 2024, the tunnel is planned for 2027.", True),
        ("The old bridge was opened in 2024.",
         "The old bridge will be opened for guests, the new one was opened in 2024.", False),
        ("The bridge was opened in 2024.", "The bridge was opened in 2024 as planned.", False),
        ("It was proposed that the bridge is opened.", "The bridge will be opened.", False),
        ("The council has approved the plan.", "The council has already approved what was proposed.", False),
        ("大桥已于2024年开通。", "大桥计划于2024年开通。", True),
        ("大桥已于2024年开通。", "大桥已于2024年开通，隧道计划于2027年开通。", False),
        ("隧道已于2027年开通。", "大桥已于2024年开通，隧道计划于2027年开通。", True),
    ],
)  # fmt: skip
def test_what_is_planned_is_not_done(claim: str, sentence: str, done: bool) -> None:
    assert tells_as_done(claim, sentence) is done


@pytest.mark.parametrize(
    ("claim", "sentence", "dropped"),
    [
        ("检修期间停水。", "检修期间停电，但不停水。", True),
        ("检修期间停水。", "检修期间停电，但是不停水。", True),
        ("检修期间停水。", "检修期间停电，而不停水。", True),
        ("检修期间停电。", "检修期间停电，但不停水。", False),
        ("检修期间不停水。", "检修期间停电，但不停水。", False),
        # in one case alone
        ("检修期间停水。", "检修期间停电，但如无必要不停水。", False),
        ("检修期间停水。", "检修期间停电，但夜间不停水。", False),
    ],
)
def test_but_not_denies_it_outright(claim: str, sentence: str, dropped: bool) -> None:
    assert drops_denial(claim, sentence) is dropped


@pytest.mark.parametrize(
    ("claim", "sentence", "excluded"),
    [
        ("The tour with a guide is open.", "The tour is open without a guide.", True),
        ("The tour without a guide is open.", "The tour is open without a guide.", False),
        ("The tour is open.", "The tour is open without a guide.", False),
        # nothing else of the sentence is said
        ("A guide costs 5 euros.", "The tour is open without a guide.", False),
        # less than half of what it is without
        ("The tour with a guide is open.", "The tour is open without a guide, map or lamp.", True),
        ("The tour with a guide is open.", "The tour is open without a guide and map and lamp.", False),
    ],
)
def test_what_it_is_without_is_not_said_of_it(claim: str, sentence: str, excluded: bool) -> None:
    assert excludes(claim, sentence) is excluded


@pytest.mark.parametrize(
    ("claim", "source", "wider"),
    [
        # how often says nothing of all
        ("All boilers are checked.", "Boilers are checked every 2 years.", True),
        ("All boilers are checked.", "Boilers are checked every two years.", True),
        ("All boilers are checked.", "Boilers are checked every other year.", True),
        ("All boilers are checked.", "Boilers are checked every month.", True),
        ("All boilers are checked.", "Every boiler is checked.", False),
        ("The boiler is checked every 2 years.", "The boiler is checked every 2 years.", False),
        # "as long as", and "if only"
        ("只要登记即可入内。", "登记即可入内。", False),
        ("只有员工可入内。", "员工可入内。", True),
    ],
)
def test_how_often_is_not_of_all(claim: str, source: str, wider: bool) -> None:
    assert widens(claim, source) is wider


DVDS = "Books can be renewed twice. DVDs, games and tools cannot be renewed."


@pytest.mark.parametrize(
    ("claim", "sentence", "denied"),
    [
        ("DVDs cannot be renewed.", DVDS, False),
        ("报销视力检查。", "报销牙科，不报销视力检查", True),
        ("不报销视力检查。", "报销牙科，不报销视力检查", False),
    ],
)
def test_what_is_listed_is_denied_together(claim: str, sentence: str, denied: bool) -> None:
    assert denies_other_clause(claim, sentence) is denied


@pytest.mark.parametrize(("claim", "denied"), [("登山不需要在内网报名。", False), ("合唱不需要在内网报名。", True)])
def test_what_is_excepted_may_be_denied(claim: str, denied: bool) -> None:
    sentences = ["合唱和登山每周一次。", "除登山外，各项活动均需在内网报名。"]
    assert denies_what_is_said(claim, sentences) is denied


@pytest.mark.parametrize(
    ("claim", "step", "reason"),
    [
        ("满 10 年不满 20 年的，年休假 10 天。", False, "unit"),
        ("满 10 年不满 20 年的，年休假 10 天。", True, ""),  # the bound of another step
        ("满 10 年不满 20 年的，年休假 5 周。", True, "unit"),
    ],
)
def test_of_steps_the_bounds_of_another_deny_nothing(claim: str, step: bool, reason: str) -> None:
    assert denial(claim, "满 1 年不满 10 年的，年休假 5 天。", False, step) == reason


def test_what_is_in_place_of_one_value_is_replaced_of_another() -> None:
    text = "普通账号口令长度由8位调整为12位；特权账号口令长度由12位调整为16位。"
    replacements = replaced_in(text)
    assert not is_replaced("普通账号口令长度为12位。", "普通账号口令多少位？", replacements)
    assert is_replaced("普通账号口令长度为8位。", "普通账号口令多少位？", replacements)


@pytest.mark.parametrize(
    ("claim", "text", "question", "right"),
    [
        # "each" is as good as "every"
        ("Members are rated on every element.", "Members: a rating is needed for each element.", "Who is rated?", True),
        ("All members are rated.", "Members are rated each year.", "Who is rated?", False),
        # what is quoted is a name
        (
            'The error "card is not trusted" comes from a poor reader.',
            'Error "card is not trusted": it comes from a poor reader.',
            "Where does the error come from?",
            True,
        ),
    ],
)
def test_each_is_all_and_what_is_quoted_a_name(claim: str, text: str, question: str, right: bool) -> None:
    assert supported(claim, question, passage(1, text, title="Rules")) is right


@pytest.mark.parametrize(
    ("claim", "question", "denied"),
    [
        ("公司不公开薪水是因为“同岗同酬”的绝对公平很难实现。", "公司为什么不公开薪水？", False),
        ("公司不公开薪水是因为“同岗同酬”的绝对公平很难实现。", "公司为什么公开薪水？", True),
        ("公司不公开薪水是因为“同岗同酬”的绝对公平不难实现。", "公司为什么不公开薪水？", True),
    ],
)
def test_who_asks_why_something_is_not_so_has_said_that_it_is_not(claim: str, question: str, denied: bool) -> None:
    text = "第二，有的岗位稀缺。所以，“同岗同酬”的绝对公平很难实现。如果薪资透明，工资高的同事会被嫉妒。"
    source = passage(1, text, title="薪水", section="保密")
    [span] = Aligner([source], question).sources(claim, [1])
    assert (span.reason == "negation") is denied


def test_a_clause_that_denies_without_a_verb_says_it_of_itself() -> None:
    sentence = "此过程只是在内存中构建实例，耗时不大，因此，耗时主要取决于集群的恢复时间。"
    assert not denies_other_clause("恢复服务要多久主要取决于集群的恢复时间。", sentence)
    assert denies_other_clause("视力检查可以报销。", "报销牙科，不报销视力检查。")


def test_no_faster_is_a_limit_and_no_denial() -> None:
    rule = passage(1, "No vehicle, whether lorry or private car, goes faster than 10 km/h anywhere in the Leeds yard.")
    question = "How fast may a lorry drive inside the yard in Leeds?"
    [claim] = cite(
        "A lorry may drive no faster than 10 km/h inside the yard in Leeds [1].", [rule], "en", question
    ).claims
    assert claim.state == "confirmed"
