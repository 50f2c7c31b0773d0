"""The form that readers found: headings, lists, emphasis and tables around the words, of which none is lost."""

import random
import re

import pytest

from kb.schema import Heading
from tests.ui.sources.reading import Read
from ui.sources.form import Form, write
from ui.sources.marking import Marks, Writer

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
POLICY = (
    "Travel\n\nHotels are paid.\nReceipts within 30 days.\n\nMeals\n\n• lunch\n• dinner\n\n(1) first\n\n"
    "Grade | Hotel\nA | 180\nB | 150"
)
HEADINGS = (Heading(0, 1, "Travel"), Heading(POLICY.index("Meals"), 2, "Meals"))
SHEET = (
    "Prices\n\nAll prices in euros\n\nItem | Jan | Feb\n\nLamps\n\nGlow | 10 | 12\n| 11\n\nTotal | 21 | 12\n\nStaff\n\n"
    "Name | Days\nAnn | 20"
)
NAMES = (Heading(0, 1, "Prices"), Heading(SHEET.index("Staff"), 1, "Staff"))


def drawn(text: str, form: Form, cited: tuple[int, int] = (0, 0), bounds: tuple[int, int] | None = None) -> str:
    writer = Writer(text, *(bounds or (0, len(text))), Marks(cited))
    write(form, writer)
    return writer.html()


def bare(html: str) -> str:
    return re.sub(r"<i hidden[^>]*>[^<]*</i>", "", html)


def test_headings_paragraphs_lists_and_tables_have_their_form() -> None:
    html = bare(drawn(POLICY, Form(WORD, HEADINGS)))
    assert "<h1>Travel</h1><p>Hotels are paid.\nReceipts within 30 days.</p><h2>Meals</h2>" in html
    assert '<p class="item">• lunch</p><p class="item">• dinner</p><p class="item">(1) first</p>' in html
    assert '<thead><tr><th scope="col">Grade</th><th scope="col">Hotel</th></tr></thead>' in html


def test_emphasis_is_drawn_where_it_stands() -> None:
    start = POLICY.index("paid")
    html = bare(drawn(POLICY, Form(WORD, HEADINGS, ((start, start + 4, "bold"), (start + 6, start + 14, "italic")))))
    assert "Hotels are <strong>paid</strong>.\n<em>Receipts</em> within" in html


def test_a_sheet_is_one_table_whose_columns_stand_below_their_header() -> None:
    html = bare(drawn(SHEET, Form(EXCEL, NAMES)))
    assert html.count("<table>") == 2
    first, second = html.split("<h1>Staff</h1>")
    assert first.index("All prices in euros") < first.index('<th scope="col">Item</th><th scope="col">Jan</th>')
    assert '<td class="wide" colspan="3">Lamps</td>' in first
    assert "<td>Glow</td><td>10</td><td>12</td>" in first
    assert "<td></td><td>11</td><td></td>" in first
    assert "<td>Total</td><td>21</td><td>12</td>" in first
    assert '<th scope="col">Name</th><th scope="col">Days</th>' in second


def test_the_header_of_a_sheet_stays_above_rows_far_below_it() -> None:
    rows = "".join(f"\nlamp {n} | {n}" for n in range(900))
    text = f"name | price\n{rows}"
    at = text.index("lamp 700")
    read = Read(drawn(text, Form(EXCEL), (at, at + 8), (at, text.index("\nlamp 705"))))
    assert read.seen.startswith("namepricelamp 700700lamp 701")
    assert read.cited == "lamp 700"


@pytest.mark.parametrize("kind", [WORD, EXCEL, "text/html", "text/csv"])
@pytest.mark.parametrize("text", [POLICY, SHEET])
def test_nothing_is_lost_and_what_is_marked_is_exactly_what_is_cited(kind: str, text: str) -> None:
    chance = random.Random(kind + text)
    for _ in range(60):
        start = chance.randint(0, len(text))
        end = chance.randint(start, len(text))
        bold = sorted(chance.sample(range(len(text)), 4))
        form = Form(kind, HEADINGS if text == POLICY else NAMES, ((*bold[:2], "bold"), (*bold[2:], "italic")))  # type: ignore[arg-type]
        read = Read(drawn(text, form, (start, end)))
        assert read.text == text
        assert read.cited == text[start:end]
        assert re.findall(r"\w", read.cited_and_seen) == re.findall(r"\w", text[start:end])


@pytest.mark.parametrize("kind", ["text/plain", "application/pdf"])
def test_free_text_has_no_form(kind: str) -> None:
    assert not write(Form(kind, HEADINGS), Writer(POLICY, 0, len(POLICY), Marks((0, 0))))
