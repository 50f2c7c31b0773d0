"""Tables in text: cells, and heads of one row or more, also where a page's text has left out the empty cells."""

from collections.abc import Sequence

import pytest

from kb.language.table_rows import cells_of, column_heads, is_row, is_rule, with_heads_joined

SIZES = "Model | Price |  | Weight\nModel | list | dealer | Weight\nK2 | 90 | 70 | 3 kg"


@pytest.mark.parametrize(
    ("line", "row", "rule", "cells"),
    [
        ("K2 | 90 | 70", True, False, ["K2", "90", "70"]),
        ("| K2 | 90 |", True, False, [" K2", "90 "]),
        ("|  | silver | gold", True, False, ["", "", "silver", "gold"]),
        ("| K2 | | 70 |", True, False, [" K2", "", "70 "]),
        ("K2\t\t70", True, False, ["K2", "", "70"]),
        ("|---|:-:|", True, True, ["---|:-:"]),
        ("a|b and no row", False, False, ["a|b and no row"]),
    ],
)
def test_cells_are_parted_by_bars_or_tabs(line: str, row: bool, rule: bool, cells: Sequence[str]) -> None:
    assert (is_row(line), is_rule(line), cells_of(line)) == (row, rule, cells)


@pytest.mark.parametrize(
    ("table", "count", "heads"),
    [
        (SIZES, 2, ["Model", "Price\nlist", "Price\ndealer", "Weight"]),
        # an empty corner, or nothing, under what has no heads of its own
        ("| Price\n| list | dealer\nK2 | 90 | 70", 2, ["", "Price\nlist", "Price\ndealer"]),
        ("Model | Price\n| list | dealer\nK2 | 90 | 70", 2, ["Model", "Price\nlist", "Price\ndealer"]),
        ("| Price\nModel | list | dealer\nK2 | 90 | 70", 2, ["Model", "Price\nlist", "Price\ndealer"]),
        # cells that are missing at the end are empty
        ("Years | Share\nYears | first | later\n2 | 60% | 40%", 2, ["Years", "Share\nfirst", "Share\nlater"]),
        # years are heads
        ("\tSales\t\n\t2023\t2022\nK2\t5\t4", 2, ["", "Sales\n2023", "Sales\n2022"]),
        # what is a row of values heads nothing
        ("Model | Price\n| 90 | 70\nK2 | 80 | 60", 1, ["Model", "Price"]),
        ("Model | Price\nK1 | on request | none\nK2 | 80 | 60", 1, ["Model", "Price"]),
        ("| Price\nK1 | on request | none\nK2 | later | none", 1, ["", "Price"]),
        ("Model | Price |  | Note\n| list\nK2 | 80 | 60", 1, ["Model", "Price", "", "Note"]),
        ("Model |  | Price\nModel | list | Price\nK2 | 80 | 60", 1, ["Model", "", "Price"]),
        # without a row under them
        ("\n".join(SIZES.split("\n")[:2]), 1, ["Model", "Price", "", "Weight"]),
        # a page's text without the empty cells: over the labels, and beside heads of several columns
        ("2023\t2022\nK2\t5\t4", 1, ["", "2023", "2022"]),
        (
            "Part\tMade\tSold\n2023\t2022\t2023\t2022\nK2\t5\t4\t3\t2",
            2,
            ["Part", "Made\n2023", "Made\n2022", "Sold\n2023", "Sold\n2022"],
        ),
        (
            "Made\tSold\nPart\t2023\t2022\t2023\t2022\nK2\t5\t4\t3\t2",
            2,
            ["Part", "Made\n2023", "Made\n2022", "Sold\n2023", "Sold\n2022"],
        ),
        ("Part\tMade\tSold\n2023\t2022\t2021\t2022\nK2\t5\t4\t3\t2", 1, ["Part", "Made", "Sold"]),
        ("Part\tAll\n2023\t2022\nK2\t5\t4", 1, ["Part", "All"]),
        ("Model | Price\nK2 | 90 | 70", 1, ["Model", "Price"]),  # of a table, the last column has no head
    ],
)
def test_heads_of_two_rows_are_one_for_each_column(table: str, count: int, heads: list[str]) -> None:
    assert column_heads(table.split("\n")) == (count, heads)


def test_a_table_is_read_with_its_heads_joined() -> None:
    text = "Prices\nModel | Price |  | Weight\nModel | list | dealer | Weight\nK2 | 90 | 70 | 3 kg\nSee below."

    assert with_heads_joined(text) == (
        "Prices\nModel | Price list | Price dealer | Weight\nK2 | 90 | 70 | 3 kg\nSee below."
    )
    assert with_heads_joined("\tSales\t\n\t2023\t2022\nK2\t5\t4") == "\tSales 2023\tSales 2022\nK2\t5\t4"


@pytest.mark.parametrize(
    "text",
    [
        "| Area | Shoes | |\n|---|---|---|\n| | worn | |\n| Hall | yes | no |",  # the rule says how many
        "Model | Price\nK2 | 90\nK3 | 80",
        "no table\nat all",
        "",
    ],
)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert with_heads_joined(text) == text
