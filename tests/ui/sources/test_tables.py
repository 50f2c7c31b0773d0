"""Tables in stored text: both forms in which readers keep them, with every cell in its place."""

import pytest

from ui.sources import tables

PIPES = "Intro\n\n| item | price |\n|---|:-:|\n| tea \\| herbs | 3 |\n| coffee | 4 |\n\nThe end | of it\n"
ROWS = "name | qty | note\nA | 1\nB |  | last\n| 4 | x"


def cells(text: str, media_type: str, first: int = 0) -> list[list[list[str]]]:
    """The words of each table found from `first` on, the header first (or an empty list)."""
    found = tables.find(text, first, len(text), media_type)
    return [[[text[a:b] for a, b in row] for row in (table.header or (), *table.rows)] for table in found]


def test_a_pipe_table_of_markdown() -> None:
    assert cells(PIPES, "text/markdown") == [[["item", "price"], ["tea \\| herbs", "3"], ["coffee", "4"]]]


def test_a_pipe_in_markdown_prose_makes_no_table() -> None:
    assert cells("one | two\nthree | four\n", "text/markdown") == []


def test_rows_of_a_spreadsheet_keep_their_empty_cells() -> None:
    assert cells(ROWS, "text/csv") == [[["name", "qty", "note"], ["A", "1"], ["B", "", "last"], ["", "4", "x"]]]


@pytest.mark.parametrize(("text", "kind", "at"), [(ROWS, "text/csv", "B |"), (PIPES, "text/markdown", "| coffee")])
def test_a_part_of_a_table_keeps_the_header_above_it(text: str, kind: str, at: str) -> None:
    (rows,) = cells(text, kind, text.index(at))
    assert rows[0][0] in ("name", "item")
    assert rows[1][0] in ("B", "coffee")


def test_blocks_of_a_document_are_tables_where_most_lines_are_rows() -> None:
    text = "Prices\n\nYear | Lamps\n2024 | 10\n2025 | 12\n\nOne line | alone\n\n10 | 20\n30 | 40"
    assert cells(text, "application/vnd.openxmlformats-officedocument.wordprocessingml.document") == [
        [["Year", "Lamps"], ["2024", "10"], ["2025", "12"]],
        [[], ["10", "20"], ["30", "40"]],
    ]


@pytest.mark.parametrize("kind", ["text/plain", "application/pdf"])
def test_free_text_has_no_tables(kind: str) -> None:
    assert cells(ROWS, kind) == []


def test_the_lines_of_a_table_are_its_own() -> None:
    (table,) = tables.find(PIPES, 0, len(PIPES), "text/markdown")
    assert PIPES[table.start : table.end] == "| item | price |\n|---|:-:|\n| tea \\| herbs | 3 |\n| coffee | 4 |"
