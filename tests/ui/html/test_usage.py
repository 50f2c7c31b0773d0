"""The usage page: its markup, its bars and charts."""

from collections import Counter

import pytest

from kb.schema import Document
from kb.usage.report import Count, Gap, UsageReport
from tests.ui.html.test_sanitise import HOSTILE, elements
from ui.html import usage
from ui.page.usage_view import COLOURS, across, bars_of, stacked
from ui.words.strings import Strings
from ui.words.strings_usage import OUTCOMES

EN, ZH = Strings("en"), Strings("zh")


def document(path: str, collection: str = "docs") -> Document:
    return Document(collection, path, "Title", "text/plain", "added", "", 1, "0" * 64, 1, None, 1, 1.0,
                    "2026-01-02T03:04:05.000+00:00")  # fmt: skip


def report(since: str, until: str, *counts: Count) -> UsageReport:
    return UsageReport(since, until, since, counts, (), 0, (), 0, ())


def test_gaps_and_documents_are_told_with_what_is_left_out() -> None:
    gaps = [Gap((f"question {n}", "otherwise"), 2, 1, "2026-11-27") for n in range(60)]
    text = elements(usage.gaps(gaps, 7, EN)).text
    for words in (
        "question 0",
        "otherwise",
        "3 times",
        "last on 2026-11-27",
        "10 more: the CSV has all.",
        "7 more: nobody",
    ):
        assert words in text
    assert "question 50" not in text
    assert "没有可显示的文字" in elements(usage.gaps([], 0, ZH)).text
    told = elements(usage.never_cited([document("a.md")], 9, EN)).text
    for words in ("a.md", "docs", "2026-01-02", "1 of 9 searchable documents"):
        assert words in told
    assert "Every document was cited." in elements(usage.never_cited([], 9, EN)).text


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_of_it_becomes_markup(hostile: str) -> None:
    html = usage.gaps([Gap((hostile, hostile), 1, 0, hostile)], 0, EN)
    html += usage.never_cited([document(hostile, hostile)], 1, EN) + usage.table([hostile], [(hostile, hostile)], EN)
    html += usage.heading(hostile, "gaps", hostile, EN)
    found = elements(html).elements
    assert {name for name, _ in found} <= {
        "ul", "li", "span", "details", "summary", "div", "table", "thead", "tbody", "tr", "th", "td", "a",
    }  # fmt: skip
    assert {name for _, attributes in found for name, _ in attributes} <= {
        "class", "scope", "href", "download", "title", "aria-label", "role", "aria-level", "style",
    }  # fmt: skip


def test_every_day_has_a_bar_and_a_long_period_has_weeks() -> None:
    counts = (Count("2026-11-02", "question", "answered", "", 3), Count("2026-11-03", "question", "refused", "x", 1),
              Count("2026-11-03", "search", "refused", "x", 9))  # fmt: skip
    weekly, bars = bars_of(report("2026-11-01", "2026-11-04", *counts))
    assert not weekly
    assert bars == {
        "2026-11-01": Counter(), "2026-11-02": Counter(answered=3), "2026-11-03": Counter(refused=1),
        "2026-11-04": Counter(),
    }  # fmt: skip
    weekly, bars = bars_of(report("2026-08-01", "2026-11-04", *counts))
    assert weekly
    assert next(iter(bars)) == "2026-07-27"  # a Monday
    assert bars["2026-11-02"] == Counter(answered=3, refused=1)
    assert sum(times.total() for times in bars.values()) == 4


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("background", ["#ffffff", "#14161c"])
def test_every_bar_stands_out_in_both_themes(background: str) -> None:
    assert set(COLOURS) == set(OUTCOMES)
    for colour in COLOURS.values():
        low, high = sorted((luminance(colour), luminance(background)))
        assert (high + 0.05) / (low + 0.05) >= 3, colour


def test_charts_hold_their_figures_and_axes_of_whole_numbers() -> None:
    spec = stacked(
        [("2026-11-02", 3, "Answered"), ("2026-11-02", 1, "Refused")], ["2026-11-02", "2026-11-03"], ("Day", "Times"),
        ["Answered", "Refused"], ["#111", "#222"],
    )  # fmt: skip
    assert spec["encoding"]["x"]["scale"]["domain"] == ["11-02", "11-03"]
    assert [row["times"] for row in spec["data"]["values"]] == [3, 1]
    assert spec["encoding"]["y"]["axis"] == {"format": "d", "tickMinStep": 1, "tickCount": 5, "aria": False}
    assert spec["encoding"]["color"]["scale"] == {"domain": ["Answered", "Refused"], "range": ["#111", "#222"]}
    spec = across([("a", 1, ""), ("b", 0, "")], "Times", [], ["#111"])
    assert spec["encoding"]["color"] == {"value": "#111"}
    assert spec["encoding"]["x"]["axis"]["tickCount"] == 2
