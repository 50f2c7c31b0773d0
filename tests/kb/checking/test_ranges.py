"""Ranges as they are written: where they begin and end, whether their ends belong to them, and what they count."""

from decimal import Decimal
from random import Random

import pytest

from kb.checking.citations import cite
from kb.checking.ranges import gives_one_end, measured, range_of_unit, ranges_in
from tests.kb.passages import passage

YEAR = frozenset({"year"})


def told(text: str) -> list[tuple[str, str, str]]:
    """Of each range its low end with "(" where it is left out, its high end with ")", and its units."""
    return [
        (
            "" if r.low is None else f"{'(' if r.over else '['}{r.low}",
            "" if r.high is None else f"{r.high}{')' if r.below else ']'}",
            " ".join(sorted(r.units)),
        )
        for r in ranges_in(text)
    ]


@pytest.mark.parametrize(
    ("text", "ranges"),
    [
        ("2.5 to 3.5 hours", [("[2.5", "3.5]", "hour")]),
        ("over 5 years", [("(5", "", "year")]),
        ("from 5 years on", [("[5", "", "year")]),
        ("not less than 2 and not more than 4 weeks", [("[2", "4]", "week")]),
        ("above CNY 8,000 and below CNY 30,000", [("(8000", "30000)", "CNY")]),
        ("满 3 年以上 5 年以下", [("[3", "5]", "year")]),
        ("3 天以下", [("", "3]", "day")]),
        # one after the other
        (
            "under 5 years, 5 to 10 years, over 10 years",
            [("", "5)", "year"), ("[5", "10]", "year"), ("(10", "", "year")],
        ),
        ("5 years or more, less than 3 days", [("[5", "", "year"), ("", "3)", "day")]),
        ("at least 3 days; at most 9 days", [("[3", "", "day"), ("", "9]", "day")]),
        ("up to 5 days, from 7 days", [("", "5]", "day"), ("[7", "", "day")]),
        # a number beside a range is none
        ("more than 3 days, 2 days", [("(3", "", "day")]),
        ("3 days or less, 4 days", [("", "3]", "day")]),
        ("in 2024 at least 5 years", [("[5", "", "year")]),
        # nothing runs from more to less, nor from a number to itself
        ("from 5 days to 3 days", [("[5", "", "day")]),
        ("5 to 5 days", []),
        # the same in other units, as often as they are told
        (
            "up to 30,000 CNY or 4,000 EUR or 3,500 GBP",
            [("", "30000]", "CNY"), ("", "4000]", "EUR"), ("", "3500]", "GBP")],
        ),
        ("over 5 years or 60 months", [("(5", "", "year"), ("(60", "", "month")]),
        ("less than 3 days or 20 hours", [("", "3)", "day"), ("", "20)", "hour")]),
    ],
)
def test_a_range_has_its_ends_and_units(text: str, ranges: list[tuple[str, str, str]]) -> None:
    assert told(text) == ranges


def test_the_ends_of_a_range_are_told_as_numbers_of_a_text() -> None:
    [found] = ranges_in("5 to 10 years")
    assert found.bounds == {"5", "10"}
    [found] = ranges_in("at least 2,500 EUR")
    assert found.bounds == {"2500"}


def test_of_ranges_that_hold_a_number_the_narrower_is_meant() -> None:
    texts = ["up to EUR 10,000", "up to EUR 4,000", "from EUR 2,000", "from EUR 1,000", "EUR 2,000 to 9,000"]
    found = {text: ranges_in(text)[0] for text in texts}
    assert all(each.holds(Decimal(3000)) for each in found.values())
    assert sorted(texts, key=lambda text: found[text].narrowness, reverse=True) == [
        "EUR 2,000 to 9,000", "from EUR 2,000", "from EUR 1,000", "up to EUR 4,000", "up to EUR 10,000",
    ]  # fmt: skip


def test_a_year_of_the_calendar_counts_nothing() -> None:
    assert measured("1899 years, 1900 years, 2099 years, 2100 years, 2000 days, 5 years") == {
        Decimal(1899): YEAR, Decimal(2100): YEAR, Decimal(2000): {"day"}, Decimal(5): YEAR,
    }  # fmt: skip


def test_a_range_is_taken_where_there_is_one_of_the_unit() -> None:
    found = range_of_unit(YEAR, "5 to 10 years, after 12 to 14 days")
    assert found is not None
    assert (found.low, found.high) == (5, 10)
    assert range_of_unit(YEAR, "5 to 10 years, 12 to 14 years") is None
    assert range_of_unit(YEAR, "5 to 10 days") is None
    assert range_of_unit(YEAR, "no range") is None


def test_the_head_of_a_column_names_the_unit_of_numbers_that_have_none() -> None:
    assert range_of_unit(YEAR, "5 to 10") is None
    found = range_of_unit(YEAR, "5 to 10", "Years of service")
    assert found is not None
    assert (found.low, found.high) == (5, 10)


BREAK = "The break takes 10 to 15 minutes."


@pytest.mark.parametrize(
    ("claim", "question", "source", "one"),
    [
        ("It takes 15 minutes.", "How long is the break?", BREAK, True),
        ("It takes 10 minutes.", "How long is the break?", BREAK, True),
        ("It takes 10 to 15 minutes.", "How long is the break?", BREAK, False),
        ("It takes 12 minutes.", "How long is the break?", BREAK, False),
        ("It takes 15 minutes.", "How long is the break?", "It takes between 10 and 15 minutes.", True),
        ("It costs 15 euros.", "What is the fee?", "It costs €10 - €15.", True),
        # each end is the bound that it is
        ("It takes at most 15 minutes.", "How long is the break?", BREAK, False),
        ("It takes at least 10 minutes.", "How long is the break?", BREAK, False),
        ("It takes at most 10 minutes.", "How long is the break?", BREAK, True),
        ("It takes at least 15 minutes.", "How long is the break?", BREAK, True),
        ("It takes at least 15 minutes, for 3 people.", "How long is the break?", BREAK, False),
        ("It ends within 15 minutes.", "How long is the break?", BREAK, False),
        # one end was asked for, or given
        ("It takes 15 minutes.", "How long is the longest break?", BREAK, False),
        ("It takes 15 minutes.", "How long may the break be?", BREAK, False),
        ("It takes 15 minutes.", "Does the break take 10 minutes?", BREAK, True),
        ("It takes 15 minutes.", "Does the break take 15 minutes?", BREAK, False),
        # it stands elsewhere, too
        ("It takes 15 minutes.", "How long is the break?", f"{BREAK} The walk takes 15 minutes.", False),
        # changes and times of day are no ranges
        ("It takes 15 minutes.", "How long is the break?", "It went from 10 to 15 minutes.", False),
        ("It is at 15:00.", "How long is the break?", "The break is 10:00-15:00.", False),
        ("It was in 2015.", "How long is the break?", "The break was 2010-2015.", False),
        ("休息15分钟。", "休息多久？", "休息10至15分钟。", True),
        ("休息10至15分钟。", "休息多久？", "休息10至15分钟。", False),
        ("休息至少15分钟。", "休息多久？", "休息10至15分钟。", True),
        ("休息至多10分钟。", "休息多久？", "休息10至15分钟。", True),
        ("休息至多15分钟。", "休息多久？", "休息10至15分钟。", False),
        ("休息最长15分钟。", "休息多久？", "休息10至15分钟。", False),
    ],
)
def test_one_end_of_a_range_is_not_the_whole(claim: str, question: str, source: str, one: bool) -> None:
    assert gives_one_end(claim, question, source) is one


@pytest.mark.parametrize("seed", range(8))
def test_one_end_of_a_range_drawn_at_random_is_not_confirmed(seed: int) -> None:
    random = Random(seed)
    low, high = sorted(random.sample(range(3, 60), 2))
    task, task_zh = random.choice(["check", "briefing", "cleaning"]), random.choice(["检查", "清洗", "培训"])
    said = [
        (f"{low} to {high}", f"{low}至{high}", True),
        (f"{low}", f"{low}", False),
        (f"{high}", f"{high}", False),
        (f"at least {low}", f"至少{low}", True),
        (f"at most {high}", f"至多{high}", True),
        (f"at least {high}", f"至少{high}", False),
        (f"at most {low}", f"至多{low}", False),
    ]
    for told, told_zh, right in said:
        [claim] = cite(
            f"The {task} takes {told} minutes.", [passage(1, f"The {task} takes {low} to {high} minutes.")], "en",
            f"How long does the {task} take?",
        ).claims  # fmt: skip
        assert claim.supported is right, (low, high, told)
        [claim] = cite(
            f"{task_zh}需要{told_zh}分钟。", [passage(1, f"{task_zh}需要{low}至{high}分钟。")], "zh",
            f"{task_zh}需要多长时间？",
        ).claims  # fmt: skip
        assert claim.supported is right, (low, high, told_zh)
