"""Markup of the source viewer: exactly the cited words are marked, as text, in tables and on a picture."""

import re
from dataclasses import replace

import pytest

from kb.schema import PageSpan, StoredText
from tests.ui.html.test_sanitise import HOSTILE, elements
from tests.ui.scripted import HANDBOOK, QUOTE
from ui.page import html_source
from ui.page.session import OpenSources, ShownPlace
from ui.pictures.page_picture import Picture
from ui.sources.form import Form
from ui.sources.marking import Marks
from ui.words.strings import Strings

EN = Strings("en")
CHAPTER = "第四章 伙食补助及公杂费"
STORED = StoredText("staff", "prices.csv", 2, "Prices", "text/csv", "0", "item | price\ntea | 3\ncoffee | 4", ())
SOURCE = ShownPlace("staff", "prices.csv", 2, None, 19, 20, "", 1)


def formed(stored: StoredText, start: int, end: int, form: Form | None = None) -> str:
    size = (0, len(stored.text))
    html = html_source.formed(stored, Marks((start, end)), size, form or Form(stored.media_type), EN) or ""
    return re.sub(r"<i hidden[^>]*>[^<]*</i>", "", html)


def test_the_source_marks_exactly_the_quote() -> None:
    start = HANDBOOK.index(QUOTE)
    html = html_source.sheet(HANDBOOK, Marks((start, start + len(QUOTE))), (0, len(HANDBOOK)), EN)
    assert f"<mark data-show>{QUOTE}</mark>" in html
    assert elements(html).text == HANDBOOK


def test_a_long_document_is_shown_around_the_quote() -> None:
    text = "a" * 50_000 + "QUOTE" + "b" * 50_000
    html = html_source.sheet(text, Marks((50_000, 50_005)), (0, len(text)), EN)
    assert "<mark data-show>QUOTE</mark>" in html
    assert html.count("(text left out here)") == 2
    assert len(html) < 20_000


def test_a_table_marks_the_cell_and_its_row() -> None:
    html = formed(STORED, 19, 20)
    assert '<th scope="col">item</th>' in html
    assert "<tr class=hit><td>tea</td><td><mark data-show>3</mark></td></tr>" in html
    assert html.count("<mark") == 1


def test_a_quote_of_several_rows_is_marked_in_each_and_scrolled_to_once() -> None:
    start = STORED.text.index("tea")
    html = formed(STORED, start, len(STORED.text))
    assert html.count("<mark") == 4
    assert html.count("data-show") == 1
    assert html.count("class=hit") == 2


def test_markdown_is_drawn_around_its_marks() -> None:
    text = "# Leave\n\nEvery **employee** has 25 days.\n"
    html = formed(replace(STORED, text=text, media_type="text/markdown"), text.index("25"), text.index("."))
    assert "<h1>Leave</h1><p>Every <strong>employee</strong> has <mark data-show>25 days</mark>.</p>" in html


def test_without_any_form_or_with_endless_lines_there_is_the_text_only() -> None:
    prose = replace(STORED, text="No table here.", media_type="text/html")
    assert formed(prose, 0, 2) == ""
    endless = replace(STORED, text="a | b\n" + "x" * 60_000 + "\nc | d")
    assert formed(endless, 30_000, 30_001) == ""


def test_the_marks_on_a_picture_stand_where_the_words_do() -> None:
    html = html_source.picture(Picture(b"png", (), ((0.1, 0.2, 0.5, 0.25), (0.1, 0.25, 0.3, 0.3))), "page 1")
    assert 'style="left:10.00%;top:20.00%;width:40.00%;height:5.00%" data-show' in html
    assert html.count('class="box"') == 2
    assert html.count("data-show") == 1


def test_pages_are_leafed_within_the_document() -> None:
    stored = replace(STORED, text="one two", pages=(PageSpan(1, 0, 3), PageSpan(2, 4, 7)))
    first, last = (html_source.bar(stored, page, (), EN) for page in (1, 2))
    assert "page 1 of 2" in first
    assert 'data-action="page" data-value="2"' in first
    assert first.count("disabled") == last.count("disabled") == 1
    assert "/api/documents/original?collection=staff&amp;path=prices.csv&amp;version=2" in first
    assert 'target="_blank" rel="noopener"' in first


def test_an_original_that_no_browser_shows_is_offered_to_be_saved() -> None:
    word = replace(STORED, media_type="application/msword")
    assert "Open the original" in html_source.bar(STORED, None, (), EN)
    assert "download>Download the original" in html_source.bar(word, None, (), EN)


def test_who_may_edit_the_passage_of_a_source_is_led_to_it() -> None:
    assert 'data-action="edit"' not in html_source.bar(STORED, None, (), EN)
    assert 'data-action="edit" data-value="">Edit this passage' in html_source.bar(STORED, None, (), EN, editable=True)


def test_a_quote_on_another_page_is_not_marked_here() -> None:
    assert html_source.on_page((19, 20), (19, 30)) == (19, 20)
    assert html_source.on_page((19, 20), (0, 10)) == (0, 0)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_hostile_gets_out_of_its_place(hostile: str) -> None:
    stored = StoredText(hostile, hostile, 1, hostile, "text/csv", "0", f"{hostile} | {hostile}\n1 | {hostile}", ())
    opened = OpenSources((replace(SOURCE, document=hostile), SOURCE))
    size, marks = (0, len(stored.text)), Marks((0, 5))
    html = html_source.pane(
        opened,
        html_source.origin(stored, hostile, EN),
        html_source.bar(stored, None, (), EN),
        html_source.sheet(stored.text, marks, size, EN)
        + (html_source.formed(stored, marks, size, Form("text/csv"), EN) or "")
        + (html_source.formed(replace(stored, media_type="text/markdown"), marks, size, Form(""), EN) or ""),
        EN,
    )
    for tag, attributes in elements(html).elements:
        assert tag not in ("img", "iframe", "script", "style", "svg", "link", "form", "input", "object")
        assert not any(name.startswith("on") for name, _ in attributes)
        for name, value in attributes:
            assert name not in ("src", "style")
            assert name != "href" or (value or "").startswith("/api/documents/original?")


@pytest.mark.parametrize(
    ("section", "shown"),
    [
        ("", ""),
        ("Travel > Meals", "Travel > Meals"),
        (
            f"{'差旅费用管理办法' * 4} > {CHAPTER} > 第十二条 境外伙食补助标准",
            f"… > {CHAPTER} > 第十二条 境外伙食补助标准",
        ),
        ("A > " + "b" * 60, "… > " + "b" * 56 + "…"),
    ],
)
def test_a_long_path_of_headings_is_named_by_its_innermost(section: str, shown: str) -> None:
    html = html_source.origin(STORED, section, EN)
    assert elements(html).text.endswith("Prices" + (f"{shown} · " if shown else "") + "staff · version 2")
    assert (f' title="{section.replace(">", "&gt;")}"' in html) == (shown != section)
