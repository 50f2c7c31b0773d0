"""Markup of the page Usage: tiles, tables beside the charts, gaps, documents never cited."""

from collections.abc import Sequence

from kb.language.local_days import day
from kb.schema import Document
from kb.usage.report import Gap
from kb.usage.tables import Part
from ui.html.sanitise import plain
from ui.words.strings import Strings

SHOWN = 50  # entries of a list; the CSV has all


def tiles(figures: Sequence[tuple[str, int]], t: Strings) -> str:
    """Figures with their names, side by side."""
    each = (
        f'<div class="tile"><div class="side">{plain(t(name))}</div><div class="big">{n:,}</div></div>'
        for name, n in figures
    )
    return f'<div class="grid">{"".join(each)}</div>'


def heading(words: str, part: Part, address: str, t: Strings) -> str:
    """The heading of a part, with the link to its table."""
    name = plain(t("usage_csv_of", part=words))
    return (
        f'<div class="cardhead"><div class="sub" style="margin:0" role="heading" aria-level="2">{plain(words)}</div>'
        f'<span class="acts"><a class="tool" href="{plain(address)}" download="usage-{part}.csv" title="{name}" '
        f'aria-label="{name}">{plain(t("usage_csv"))}</a></span></div>'
    )


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], t: Strings) -> str:
    """What a chart shows, as a table that opens below it; the first column names the rows."""
    head = "".join(f'<th scope="col">{plain(name)}</th>' for name in columns)
    body = "".join(
        f'<tr><th scope="row">{plain(str(first))}</th>{"".join(f"<td>{plain(str(each))}</td>" for each in rest)}</tr>'
        for first, *rest in rows
    )
    return (
        f'<details class="usage"><summary>{plain(t("usage_table"))}</summary><div class="scroll">'
        f'<table class="figures"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div></details>'
    )


def gaps(listed: Sequence[Gap], without_words: int, t: Strings) -> str:
    """What was asked in vain, grouped; and how often more, of which no words may be shown."""
    rows = "".join(_gap(gap, t) for gap in listed[:SHOWN])
    found = f'<ul class="docs">{rows}</ul>' if rows else f'<div class="notice">{plain(t("usage_gaps_none"))}</div>'
    others = _said("usage_without_words", without_words, t) if without_words else ""
    return f"{found}{_more(len(listed), t)}{others}"


def _gap(gap: Gap, t: Strings) -> str:
    others = "".join(f"<li>{plain(each)}</li>" for each in gap.wordings[1:])
    more = (
        f'<span class="note"><details><summary>{plain(t("usage_wordings"))}</summary><ul>{others}</ul></details></span>'
        if others
        else ""
    )
    facts = (t.count("usage_times", gap.times), t("usage_last", day=gap.last))
    return (
        f'<li class="doc"><span class="kind">{gap.times:,}</span><span class="name">{plain(gap.wordings[0])}</span>'
        f'<span class="facts">{"".join(f"<span>{plain(fact)}</span>" for fact in facts)}</span>{more}</li>'
    )


def never_cited(listed: Sequence[Document], searchable: int, t: Strings) -> str:
    """The documents that no answer cites, the oldest first."""
    if not listed:
        return f'<div class="notice">{plain(t("usage_never_none"))}</div>'
    rows = "".join(
        f'<li class="doc"><span class="kind">{plain(_kind(each))}</span><span class="name">{plain(each.path)}</span>'
        f'<span class="facts"><span class="wrap">{plain(each.collection)}</span>'
        f"<span>{plain(day(each.ingested_at))}</span></span></li>"
        for each in listed[:SHOWN]
    )
    told = t("usage_never_of", n=f"{len(listed):,}", total=f"{searchable:,}")
    return f'<div class="side">{plain(told)}</div><ul class="docs">{rows}</ul>{_more(len(listed), t)}'


def _kind(document: Document) -> str:
    return document.path.rpartition(".")[2][:4].upper() if "." in document.path else ""


def _more(number: int, t: Strings) -> str:
    return _said("usage_more", number - SHOWN, t) if number > SHOWN else ""


def _said(key: str, number: int, t: Strings) -> str:
    return f'<div class="side">{plain(t.count(key, number))}</div>'
