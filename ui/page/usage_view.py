"""The usage page, for editors: what is asked, what finds no answer, documents never cited, feedback by document."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import streamlit as st

from kb.errors import KBError
from kb.usage.report import UsageReport, report
from kb.usage.tables import Part
from ui.html import chat as html_chat
from ui.html import usage as html_usage
from ui.html.blocks import block, heading
from ui.page import session
from ui.page.panel import show_html
from ui.page.settings_dialog import agreement
from ui.service import runtime
from ui.words.strings import Strings
from ui.words.strings_usage import OUTCOMES, REASONS

CSV = "/api/usage/csv"
_PERIODS = (30, 90, 365)  # days
_BY_WEEK = 92  # days from which weeks are drawn
_JUDGED = 10  # documents in the chart of feedback
_LONGEST = 28  # characters of a document's name there
# How questions ended, and bars of one kind: on the light background and the dark one at least 3:1 (WCAG 2.1, 1.4.11).
COLOURS: Mapping[str, str] = {
    "answered": "#2f9360", "uncertain": "#b9761c", "refused": "#d9534a", "stopped": "#7b8396", "failed": "#5470e8"
}  # fmt: skip
_BARS = "#5470e8"


def render() -> None:
    """Draw the page."""
    service, t = runtime.current(), session.strings()
    show_html(heading(t("usage_title"), t("usage_intro")))
    try:
        found = _read(service, t)
    except KBError as error:
        show_html(html_chat.problem(t("usage_failed"), t.message(error)))
        return
    told = t("usage_counted_since", since=found.since, until=found.until, counted=found.counted_since)
    show_html(block("side", told))
    _draw_questions(found, t)
    _reasons(found, t)
    _heading("usage_gaps", "gaps", found, t)
    show_html(html_usage.gaps(found.gaps, found.without_words, t))
    _heading("usage_never", "never-cited", found, t)
    show_html(html_usage.never_cited(found.never_cited, found.searchable, t))
    _feedback(found, t)
    agreement(service, t, "usage-page-agree")


def _read(service: runtime.Service, t: Strings) -> UsageReport:
    """What there is to tell to whoever looks at the page, of the period that is chosen. Raises RefusedByPolicy."""
    settings = service.kb.settings.usage
    periods = [days for days in _PERIODS if days < settings.days] + [min(settings.days, _PERIODS[-1])]
    days = st.segmented_control(
        t("usage_period"), periods, format_func=lambda n: t.count("usage_days", n), default=periods[0], required=True,
        key="usage-period", label_visibility="collapsed",
    )  # fmt: skip
    since = date.today() - timedelta(days=(days or periods[0]) - 1)
    return report(service.kb.catalog, settings, session.asker(service), since.isoformat())


def _heading(words: str, part: Part, found: UsageReport, t: Strings) -> None:
    address = f"{CSV}?part={part}&since={found.since}&until={found.until}"
    show_html(html_usage.heading(t(words), part, address, t))


# ---- questions


def _draw_questions(found: UsageReport, t: Strings) -> None:
    asked = [count for count in found.counts if count.kind == "question"]
    total: Counter[str] = Counter()
    for count in asked:
        total[count.outcome] += count.times
    searches = sum(count.times for count in found.counts if count.kind == "search")
    figures = (
        ("usage_asked", total.total()), ("usage_found", total["answered"] + total["uncertain"]),
        ("usage_in_vain", total["refused"]), ("usage_searches", searches),
    )  # fmt: skip
    show_html(html_usage.tiles(figures, t))
    weekly, bars = bars_of(found)
    name = "week" if weekly else "day"
    _heading(f"usage_by_{name}", "questions", found, t)
    outcomes = [outcome for outcome in OUTCOMES if total[outcome]]
    rows = [(bar, times[outcome], t(f"usage_outcome_{outcome}")) for bar, times in bars.items() for outcome in outcomes]
    colours = [COLOURS[outcome] for outcome in outcomes]
    if rows:
        words = [t(f"usage_outcome_{outcome}") for outcome in outcomes]
        _draw(stacked(rows, list(bars), (t(f"usage_{name}"), t("usage_count")), words, colours), t(f"usage_by_{name}"))
    table = [(bar, *(times[outcome] for outcome in OUTCOMES)) for bar, times in bars.items() if times.total()]
    columns = (t(f"usage_{name}"), *(t(f"usage_outcome_{outcome}") for outcome in OUTCOMES))
    show_html(html_usage.table(columns, table, t))


def bars_of(found: UsageReport) -> tuple[bool, dict[str, Counter[str]]]:
    """Whether the bars are weeks, and how questions ended in each, by its first day; also where nothing was asked."""
    first, last = date.fromisoformat(found.since), date.fromisoformat(found.until)
    weekly = (last - first).days >= _BY_WEEK

    def bar(day: date) -> str:
        return (day - timedelta(days=day.weekday()) if weekly else day).isoformat()

    bars: dict[str, Counter[str]] = {}
    for n in range((last - first).days + 1):
        bars.setdefault(bar(first + timedelta(days=n)), Counter())
    for count in found.counts:
        if count.kind == "question":
            bars[bar(date.fromisoformat(count.day))][count.outcome] += count.times
    return weekly, bars


def _reasons(found: UsageReport, t: Strings) -> None:
    times: Counter[str] = Counter()
    for count in found.counts:
        if count.outcome == "refused":
            known = count.reason if count.reason in REASONS else "other"
            times["search" if count.kind == "search" else known] += count.times
    if not times:
        return
    _heading("usage_reasons", "questions", found, t)
    rows = [(t(f"usage_reason_{reason}"), n) for reason, n in times.most_common()]
    _draw(across([(name, n, "") for name, n in rows], t("usage_count"), [], [_BARS]), t("usage_reasons"))
    show_html(html_usage.table((t("usage_reason"), t("usage_count")), rows, t))


def _feedback(found: UsageReport, t: Strings) -> None:
    _heading("usage_feedback", "feedback", found, t)
    if not found.feedback:
        show_html(block("notice", t("usage_feedback_none")))
        return
    words = [t("usage_down"), t("usage_up")]
    rows = [
        (f"{place}. {_short(each.title or each.document)}", n, word)
        for place, each in enumerate(found.feedback[:_JUDGED], 1)
        for n, word in zip((each.down, each.up), words, strict=True)
    ]
    _draw(across(rows, t("usage_count"), words, [COLOURS["refused"], COLOURS["answered"]]), t("usage_feedback"))
    table = [
        (f"{each.collection}/{each.document}", each.up, each.down) for each in found.feedback[: html_usage.SHOWN]
    ]  # fmt: skip
    columns = (t("usage_document"), t("usage_up"), t("usage_down"))
    show_html(html_usage.table(columns, table, t))


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


# ---- charts


def _draw(spec: Mapping[str, Any], said: str) -> None:
    """Draw a chart, which is called so; what else it would say of itself is English, and stands in its table."""
    st.vega_lite_chart({**spec, "description": said}, width="stretch")


def stacked(
    rows: Sequence[tuple[str, int, str]], bars: Sequence[str], titles: tuple[str, str], words: Sequence[str],
    colours: Sequence[str],
) -> dict[str, Any]:  # fmt: skip
    """Bars over days, as Vega-Lite; each row has a day, how often, and what."""
    x = {
        "field": "bar", "type": "ordinal", "title": None, "scale": {"domain": [bar[5:] for bar in bars]},
        "axis": {"labelOverlap": True, "labelAngle": 0, "aria": False},
    }  # fmt: skip
    tips = [_tip("day", titles[0]), _tip("what", " "), _tip("times", titles[1])]
    values = [
        {"day": bar, "bar": bar[5:], "times": n, "what": what, "place": words.index(what)} for bar, n, what in rows
    ]  # fmt: skip
    return _bars(values, {"x": x, "y": _whole(rows), "tooltip": tips}, words, colours, 220)


def across(rows: Sequence[tuple[str, int, str]], title: str, words: Sequence[str], colours: Sequence[str]) -> Any:
    """Bars with their names at the left, as Vega-Lite; each row has a name, how often, and what, of these words, or ""
    where there are none."""
    names = list(dict.fromkeys(name for name, _, _ in rows))
    y = {"field": "bar", "type": "nominal", "title": None, "sort": names, "axis": {"labelLimit": 190, "aria": False}}
    tips = [_tip("bar", " "), _tip("times", title)]
    values = [
        {"bar": name, "times": n, "what": what, "place": words.index(what) if words else 0} for name, n, what in rows
    ]  # fmt: skip
    height = 30 * len(names) + 30
    return _bars(values, {"y": y, "x": _whole(rows), "tooltip": tips}, words, colours, height)


def _bars(
    values: Sequence[Mapping[str, Any]], encoding: dict[str, Any], words: Sequence[str], colours: Sequence[str],
    height: int,
) -> dict[str, Any]:  # fmt: skip
    if words:
        encoding["color"] = {
            "field": "what", "type": "nominal", "scale": {"domain": list(words), "range": list(colours)},
            "legend": {"title": None, "orient": "bottom", "columns": 3, "aria": False},
        }  # fmt: skip
        encoding["order"] = {"field": "place", "type": "quantitative"}
    else:
        encoding["color"] = {"value": colours[0]}
    return {
        "mark": {"type": "bar", "aria": False},
        "data": {"values": list(values)},
        "encoding": encoding,
        "height": height,
    }


def _tip(field: str, title: str) -> dict[str, Any]:
    return {"field": field, "type": "nominal", "title": title}


def _whole(rows: Sequence[tuple[str, int, str]]) -> dict[str, Any]:
    """How often, over an axis of whole numbers."""
    sums: Counter[str] = Counter()
    for name, n, _ in rows:
        sums[name] += n
    axis = {"format": "d", "tickMinStep": 1, "tickCount": min(5, max(sums.values()) + 1), "aria": False}
    return {"field": "times", "type": "quantitative", "title": None, "axis": axis}
