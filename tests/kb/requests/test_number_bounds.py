"""Rows within what a question says of a number or a day."""

from collections.abc import Sequence

import pytest

from kb.requests.blocks import Block, blocks_of
from kb.requests.number_bounds import bears, bounds_in, rows_within, without_bounds

BERTHS = """| Berth | Length (m) | Rent a year | Until | Note |
| --- | --- | --- | --- | --- |
| North 1 | 12 | €1,200 | 31/03/2026 | – |
| North 2 | 8 | €640 | 30/09/2026 | no water |
| South 1 | 20 | €2,500 | 31/12/2027 | 2 x power |
| South 2 | 6 | -€40 | 30/06/2026 | – |
"""


def block(text: str = BERTHS) -> Block:
    [found] = blocks_of(text)
    return found


def first(subject: str, heads: str, columns: Sequence[str]) -> int:
    return 0


def within(question: str) -> list[str]:
    return [item.cells[0] for item in rows_within(question, block(), first)[0]]


@pytest.mark.parametrize(
    ("question", "sign", "value"),
    [
        ("contracts worth more than 100,000 a year", ">", 100_000.0),
        ("rooms that hold under 100 people", "<", 100.0),
        ("which fees are 50 pounds or more?", ">=", 50.0),
        ("orders over £1.5k", ">", 1_500.0),
        ("no more than 30 days", "<=", 30.0),
        ("月价超过 1000 元的型号", ">", 1_000.0),
        ("单价 500 元以上的", ">=", 500.0),
        ("合同额大于 1.5 万元的", ">", 15_000.0),
        ("不少于3台", ">=", 3.0),
        ("contracts that end before July 2026", "<", "2026-07"),
        ("berths rented until 30/06/2026", "<=", "2026-06-30"),
        ("people hired after 2019", ">", "2019"),
        ("2025年以前签的合同", "<", "2025"),
        ("2025年12月31日前到期的", "<=", "2025-12-31"),
        ("contracts before March 31, 2026", "<", "2026-03-31"),
        ("due by 30 June 2026", "<=", "2026-06-30"),
        ("自2025年起生效的", ">=", "2025"),
        ("not exceeding £1,000,000", "<=", 1_000_000.0),
        ("no later than 2025-12-31", "<=", "2025-12-31"),
        ("not before 2026-01-01", ">=", "2026-01-01"),
        ("未超过5万元", "<=", 50_000.0),
        ("不晚于2025年12月31日", "<=", "2025-12-31"),
        ("over £2 million", ">", 2_000_000.0),
        ("under $1.5m", "<", 1_500_000.0),
        ("above 3bn", ">", 3_000_000_000.0),
        ("五万元以上", ">=", 50_000.0),
        ("≥500", ">=", 500.0),
        ("大于等于500", ">=", 500.0),
        ("below -4 degrees", "<", -4.0),
    ],
)
def test_bounds_are_read(question: str, sign: str, value: float | str) -> None:
    [bound] = bounds_in(question)
    assert (bound.sign, bound.day or bound.number) == (sign, value)


@pytest.mark.parametrize("question", [
    "the rules of 2024", "all 12 berths", "within 3 hours", "overtime", "第3章", "contracts that end after 10 May",
    "12月31日以前到期的", "3年前签的合同", "rooms that open before 10:30",
])  # fmt: skip
def test_a_number_alone_is_no_bound(question: str) -> None:
    assert bounds_in(question) == []
    assert without_bounds(question) == question


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("berths with a length of at least 12", ["North 1", "South 1"]),
        ("berths with a length over 12", ["South 1"]),
        ("berths whose rent is below 700", ["North 2", "South 2"]),
        ("berths until before July 2026", ["North 1", "South 2"]),
        ("berths with a length over 7 and a rent under 1,000", ["North 2"]),
        ("berths with a rent under 5", ["South 2"]),  # a sign is a sign
        ("all berths", ["North 1", "North 2", "South 1", "South 2"]),
    ],
)
def test_rows_are_held_against_the_column_that_is_named(question: str, rows: list[str]) -> None:
    assert within(question) == rows


@pytest.mark.parametrize(
    ("question", "low", "high"),
    [
        ("contracts from 2025-06-01 to 2026-06-01", "2025-06-01", "2026-06-01"),
        ("fees between 50 and 100", 50.0, 100.0),
        ("500 到 1000 元之间的", 500.0, 1_000.0),
        ("orders from 2023 to 2025", "2023", "2025"),
    ],
)
def test_a_range_says_two_bounds(question: str, low: float | str, high: float | str) -> None:
    assert [(bound.sign, bound.day or bound.number) for bound in bounds_in(question)] == [(">=", low), ("<=", high)]


def test_a_first_column_of_days_counts_and_numbers_of_rows_do_not() -> None:
    invoices = block("| Invoice date | Sum | Due date |\n| --- | --- | --- |\n| 10/01/2025 | 5 | 10/04/2025 |\n"
                     "| 20/05/2025 | £-40 | 20/06/2025 |\n| 21/05/2025 | (250) | 21/06/2025 |\n")  # fmt: skip
    rows, told = rows_within("invoices with an invoice date after 1 March 2025", invoices, first)
    assert ([row.cells[0] for row in rows], told) == (["20/05/2025", "21/05/2025"], ["Invoice date > 2025-03-01"])
    rows, told = rows_within("invoices with a sum less than 0", invoices, first)
    assert ([row.cells[1] for row in rows], told) == (["£-40", "(250)"], ["Sum < 0"])
    numbered = block("| No. | Sum |\n| --- | --- |\n| 1 | 50 |\n| 2 | 1 |\n")
    assert rows_within("invoices over 10", numbered, first)[1] == ["Sum > 10"]


def test_a_bound_that_no_column_is_of_the_kind_of_holds_nothing_back() -> None:
    times = block("| Gate | Side |\n| --- | --- |\n| A | north |\n| B | south |\n")
    assert not bears("gates over 5", times)
    assert bears("berths over 5", block())
    assert rows_within("gates over 5", times, first) == (list(times.items), [])


def test_of_columns_with_the_same_words_one_is_enough() -> None:
    prices = block("| Size | Price a month Oslo | Price a month Bergen | Year |\n| --- | --- | --- | --- |\n"
                   "| S | 98 | 89 | 980 |\n| L | 1,510 | 900 | 15,100 |\n| XL | 3,980 | | 39,800 |\n")  # fmt: skip
    rows, told = rows_within("sizes with a price a month over 1,000", prices, first)
    assert ([row.cells[0] for row in rows], told) == (
        ["L", "XL"], ["Price a month Oslo / Price a month Bergen > 1,000"],
    )  # fmt: skip


def test_where_words_do_not_tell_the_column_it_is_judged() -> None:
    asked: list[tuple[str, tuple[str, ...]]] = []

    def judged(subject: str, said: str, heads: Sequence[str]) -> int | None:
        asked.append((said, tuple(heads)))
        return 1

    rows, told = rows_within("berths for more than 1,000", block(), judged)
    assert [item.cells[0] for item in rows] == ["North 1", "South 1"]
    assert asked == [("more than 1,000", ("Length (m)", "Rent a year"))]
    assert told == ["Rent a year > 1,000"]
