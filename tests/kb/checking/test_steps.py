"""Numbers of a question that lie in a range: of ranges in either language, of tables of steps, and of prose."""

from collections.abc import Iterator
from decimal import Decimal
from random import Random

import pytest

from kb.checking.citations import cite
from kb.checking.ranges import ranges_in
from kb.checking.sources import source_of
from kb.checking.steps import StepTaken, step_taken
from kb.schema import Language
from tests.kb.passages import passage


@pytest.mark.parametrize(
    ("text", "inside", "outside", "unit"),
    [
        ("满 5 年不满 10 年", "5 6 9.5", "4 10", "year"),
        ("满五年不满十年", "5 9", "10", "year"),
        ("5 年以上 10 年以下", "5 10", "4 11", "year"),
        ("5-10 年", "5 10", "4 11", "year"),
        ("5 to under 10 years", "5 9", "4 10", "year"),
        ("between 2 and 5 years", "2 5", "1 6", "year"),
        ("less than 1 year", "0.5", "1", "year"),
        ("10 years or more", "10 30", "9", "year"),
        ("工作满 10 年及以上", "10 30", "9", "year"),
        ("more than EUR 10,000", "10001", "10000", "EUR"),
        ("not more than 3 days", "3", "4", "day"),
        ("不超过 5,000 元", "5000", "5001", "CNY"),
        ("不少于 3 个月", "3 4", "2", "month"),
        ("3 天以内", "1 3", "4", "day"),
        ("above CNY 8,000 and up to CNY 30,000", "8001 30000", "8000 30001", "CNY"),
        ("超过 5 万元不超过 20 万元", "60000 200000", "50000", "CNY"),
    ],
)
def test_a_range_holds_what_lies_in_it(text: str, inside: str, outside: str, unit: str) -> None:
    [found] = ranges_in(text)
    assert found.units == {unit}
    assert all(found.holds(Decimal(number)) for number in inside.split())
    assert not any(found.holds(Decimal(number)) for number in outside.split())


def test_a_limit_may_be_told_in_two_units() -> None:
    first, second = ranges_in("up to CNY 30,000 or EUR 4,000")
    assert (first.high, first.units, second.high, second.units) == (Decimal(30000), {"CNY"}, Decimal(4000), {"EUR"})


@pytest.mark.parametrize("text", ["12 天", "EUR 45 a person", "Room 5, building 10", "v5-10", ""])
def test_what_has_no_bound_is_no_range(text: str) -> None:
    assert not ranges_in(text)


_STAFF = ["team lead", "department head", "finance director", "managing director"]
_STAFF_ZH = ["部门经理", "分管副总", "财务总监", "总经理"]


def _rules(random: Random) -> Iterator[tuple[Language, str, str, list[str], int]]:
    """Rules by steps, in tables and prose of both languages; a question about one of them, the sentences that answer
    it, one for each step, and which of these is right."""
    first, second, third = sorted(random.sample([2, 4, 6, 8, 10, 15, 20, 30], 3))
    asked = random.choice([n for n in range(1, 40) if n not in (first, second, third)])
    right = next((at for at, bound in enumerate((first, second, third)) if asked < bound), 3)
    days = random.sample(range(41, 80), 4)
    cells = [
        f"不满 {first} 年",
        f"满 {first} 年不满 {second} 年",
        f"满 {second} 年不满 {third} 年",
        f"满 {third} 年及以上",
    ]
    table = "\n".join(["工作年限 | 年假天数", *(f"{cell} | {n} 天" for cell, n in zip(cells, days, strict=True))])
    question = f"工作 {asked} 年有多少天年假？"
    yield "zh", table, question, [f"工作 {asked} 年有 {n} 天年假。" for n in days], right
    yield "zh", table, question, [f"年假为 {n} 天。" for n in days], right
    prose = "；".join(f"{cell}的，年假 {n} 天" for cell, n in zip(cells, days, strict=True)) + "。"
    yield "zh", f"工作{prose}", question, [f"工作 {asked} 年有 {n} 天年假。" for n in days], right
    limits = [f"up to EUR {first},000", f"up to EUR {second},000", f"up to EUR {third},000", f"over EUR {third},000"]
    table = "\n".join(
        ["Value | Approved by", *(f"{limit} | {name}" for limit, name in zip(limits, _STAFF, strict=True))]
    )
    question = f"Who approves an order of EUR {asked},000?"
    answers = [f"An order of EUR {asked},000 is approved by the {name}." for name in _STAFF]
    yield "en", table, question, answers, right
    yield "en", table, question, [f"The {name} approves the order." for name in _STAFF], right
    prose = " ".join(f"Orders {limit} are approved by the {name}." for limit, name in zip(limits, _STAFF, strict=True))
    yield "en", prose, question, answers, right
    amounts = [
        f"{first} 万元以下",
        f"{first} 万元至 {second} 万元",
        f"{second} 万元至 {third} 万元",
        f"{third} 万元以上",
    ]
    rule = "；".join(f"{amount}的由{name}审批" for amount, name in zip(amounts, _STAFF_ZH, strict=True))
    question = f"{asked} 万元的合同由谁审批？"
    yield "zh", f"合同金额{rule}。", question, [f"{asked} 万元的合同由{name}审批。" for name in _STAFF_ZH], right


@pytest.mark.parametrize("seed", range(20))
def test_of_steps_the_one_that_was_asked_is_confirmed_and_no_other(seed: int) -> None:
    for language, text, question, answers, right in _rules(Random(seed)):
        found = [cite(each, [passage(1, text)], language, question).claims[0].supported for each in answers]
        assert found == [at == right for at in range(len(answers))], (text, question)


def test_a_value_of_another_row_of_steps_is_contradicted() -> None:
    table = "Years of service | Leave\nless than 5 years | 20 days\n5 years or more | 25 days"
    [claim] = cite("After 7 years you get 20 days of leave.", [passage(1, table)], "en", "Leave after 7 years?").claims
    assert (claim.state, claim.reason) == ("contradicted", "row")


def test_the_head_of_a_column_may_name_the_unit() -> None:
    table = "Years of service | Days of leave\n1-4 | 20\n5-9 | 25\n10-20 | 30"
    question = "How many days of leave after 7 years?"
    right, wrong = (
        cite(f"After 7 years it is {n} days of leave.", [passage(1, table)], "en", question).claims[0] for n in (25, 20)
    )
    assert (right.supported, wrong.supported) == (True, False)


def test_a_calendar_year_lies_in_no_number_of_years() -> None:
    table = "工作年限 | 年假天数\n满 5 年不满 10 年 | 12 天\n满 10 年及以上 | 15 天"
    [claim] = cite(
        "按 2024 年版，满 5 年不满 10 年为 12 天。",
        [passage(1, table, title="休假制度 2024 年版")],
        "zh",
        "2024 年版干满 6 年有几天年假？",
    ).claims
    assert claim.supported


def test_the_bound_of_a_step_is_not_what_holds_in_it() -> None:
    text = "连续休假超过 5 天的，应提前 15 个工作日提出。"
    [claim] = cite("应提前 5 个工作日提出申请。", [passage(1, text)], "zh", "连休 7 天要提前多久申请？").claims
    assert not claim.supported


SERVICE = "Years of service | Leave\nunder 5 years | 20 days\n5 to under 10 years | 25 days\n10 years or more | 30 days"
PROSE = (
    "Under 5 years of service there are 20 days of leave; from 5 to under 10 years 25 days. "
    "From 10 years on there are 30 days."
)
ORDERS = "Orders | Approval\nup to EUR 10,000 | head\nup to EUR 4,000 | lead\nabove EUR 10,000 | board"
HOURS = "Days | Hours\nMonday to Friday | 9:00 to 17:00\nSaturday | 10:00 to 14:00\nSunday | closed"
AFTER = "How much leave is there after 6 years?"
NONE, WRONG = StepTaken(None), StepTaken(False)


def taken(number: str, at: int, is_row: bool = True) -> StepTaken:
    return StepTaken(True, frozenset({number} if number else ()), frozenset({(at, is_row)}))


@pytest.mark.parametrize(
    ("claim", "question", "text", "step"),
    [
        ("25 days.", AFTER, SERVICE, taken("6", 2)),
        ("20 days.", AFTER, SERVICE, WRONG),
        ("20 or 25 days.", AFTER, SERVICE, StepTaken(True)),  # not that one alone
        ("9 days.", AFTER, SERVICE, NONE),
        ("25 days.", "How much leave is there?", SERVICE, NONE),
        ("25 days.", "How much leave is there after 6 months?", SERVICE, NONE),
        ("There are 25 days.", AFTER, PROSE, taken("6", 0, False)),
        ("There are 30 days.", AFTER, PROSE, WRONG),
        ("There are 5 days.", AFTER, PROSE, NONE),  # a bound is no value
        # of several steps that hold it the narrowest
        ("The lead.", "Who approves EUR 3,000?", ORDERS, taken("3000", 2)),
        ("The head.", "Who approves EUR 3,000?", ORDERS, WRONG),
        ("The head.", "Who approves EUR 5,000?", ORDERS, taken("5000", 1)),
        ("The lead.", "Who approves EUR 5,000?", ORDERS, WRONG),
        # by its bounds where it gives words, and by another unit than theirs where it has one
        ("Above 4,000 and up to 10,000 euros it is the head.", "Who approves EUR 5,000?",
         "Orders up to EUR 4,000: lead. Above EUR 4,000 and up to EUR 10,000: head.", taken("5000", 1, False)),
        ("Up to 10,000 euros it is the head.", "Who approves EUR 5,000?",
         "Orders up to EUR 4,000: lead. Above EUR 4,000 and up to EUR 10,000: head.", NONE),
        ("满 10 年不满 20 年的，年休假为 10 天。", "工作 12 年有几天年假？",
         "满 1 年不满 10 年的，年休假 5 天；满 10 年不满 20 年的，10 天。", taken("12", 1, False)),
        ("满 10 年不满 20 年的，年休假为 5 天。", "工作 12 年有几天年假？",
         "满 1 年不满 10 年的，年休假 5 天；满 10 年不满 20 年的，10 天。", WRONG),
        # a single range is no step
        ("25 days.", AFTER, "5 to under 10 years | 25 days",
         StepTaken(None, frozenset({"6"}), frozenset({(0, False)}))),
        # days of the week
        ("It is open 9:00 to 17:00.", "When is it open on Tuesday?", HOURS, taken("", 1)),
        ("It is open 10:00 to 14:00.", "When is it open on Tuesday?", HOURS, WRONG),
        ("It is closed.", "When is it open on Sunday?", HOURS, taken("", 3)),
        ("On Saturday 10:00 to 14:00.", "When is it open?", HOURS, taken("", 2)),
        ("On Saturday 9:00 to 17:00.", "When is it open?", HOURS, WRONG),
        ("On Saturday 10:00 to 14:00.", "When is it open on Tuesday?", HOURS, NONE),  # it says itself when
        ("It is delivered on Monday.", "What is done on Friday?", "Ordered by Friday, delivered on Monday.", NONE),
    ],
)  # fmt: skip
def test_the_step_that_a_claim_gives_is_told(claim: str, question: str, text: str, step: StepTaken) -> None:
    assert step_taken(claim, question, source_of(passage(1, text), None)) == step


@pytest.mark.parametrize(
    ("claim", "text", "reason"),
    [
        ("After 6 years there are 25 days.", SERVICE, ""),
        ("After 6 years there are 20 days.", SERVICE, "row"),
        ("After 6 years there are 25 days.", PROSE, ""),
        ("After 6 years there are 30 days.", PROSE, "rival"),
    ],
)
def test_a_number_of_the_question_that_lies_in_a_step_is_confirmed_with_it(claim: str, text: str, reason: str) -> None:
    assert cite(claim, [passage(1, text)], "en", AFTER).claims[0].reason == reason


def test_a_span_has_the_step_that_is_right() -> None:
    for text, quotes in (
        (SERVICE, {"5 to under 10 years | 25 days": True, "under 5 years | 20 days": False}),
        (PROSE, {PROSE.split(". ")[0] + ".": True, "From 10 years on there are 30 days.": False}),
    ):
        source = source_of(passage(1, text), None)
        step = step_taken("25 days.", AFTER, source)
        assert {w.quote: step.is_in(w, source) for w in source.windows if w.quote in quotes} == quotes
        assert not StepTaken(True).is_in(source.windows[0], source)


LEAVE = """Annual leave accrues according to the years of service.

* Fewer than 3 years: 4 hours per pay period
* 3 to 15 years: 6 hours per pay period
* More than 15 years: 8 hours per pay period

Sick leave accrues at 4 hours per pay period."""


@pytest.mark.parametrize(
    ("claim", "right"),
    [
        # a claim may repeat the bounds of its step
        ("After more than 15 years you accrue 8 hours per pay period.", True),
        ("You accrue 8 hours per pay period.", True),
        # and is of another one where it has the value of that
        ("After more than 15 years you accrue 4 hours per pay period.", False),
        ("After more than 15 years you accrue 6 hours per pay period.", False),
        ("You accrue 6 hours per pay period.", False),
        # a bound is no value, nor is what stands in no step
        ("You accrue 15 hours per pay period.", None),
        ("After more than 15 years you accrue 9 hours per pay period.", None),
    ],
)
def test_a_claim_with_the_bounds_of_a_step_has_its_value(claim: str, right: bool | None) -> None:
    source = source_of(passage(1, LEAVE), None)
    assert step_taken(claim, "How much annual leave do I accrue after 20 years?", source).right is right
