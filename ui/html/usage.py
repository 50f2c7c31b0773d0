"""Markup of the page Usage: tiles, tables beside the charts, gaps, documents never cited."""

from collections.abc import Sequence

from kb.language.local_days import day
from kb.schema import Document
from kb.usage.report import Gap
from kb.usage.tables import Part
from ui.html.templates import Fact, draw
from ui.words.strings import Strings

SHOWN = 50  # entries of a list; the CSV has all


def tiles(figures: Sequence[tuple[str, int]], t: Strings) -> str:
    """Figures with their names, side by side."""
    return draw("usage.tiles", figures, t)


def heading(words: str, part: Part, address: str, t: Strings) -> str:
    """The heading of a part, with the link to its table."""
    return draw("usage.heading", words, part, address, t("usage_csv_of", part=words), t)


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], t: Strings) -> str:
    """What a chart shows, as a table that opens below it; the first column names the rows."""
    return draw("usage.table", columns, [(str(first), [*map(str, rest)]) for first, *rest in rows], t)


def gaps(listed: Sequence[Gap], without_words: int, t: Strings) -> str:
    """What was asked in vain, grouped; and how often more, of which no words may be shown."""
    rows = []
    for gap in listed[:SHOWN]:
        facts = [Fact(t.count("usage_times", gap.times)), Fact(t("usage_last", day=gap.last))]
        rows.append((f"{gap.times:,}", gap.wordings[0], facts, gap.wordings[1:]))
    others = [t.count("usage_without_words", without_words)] if without_words else []
    return draw("usage.gaps", rows, _more(len(listed), t) + others, t)


def never_cited(listed: Sequence[Document], searchable: int, t: Strings) -> str:
    """The documents that no answer cites, the oldest first."""
    if not listed:
        return draw("parts.notice", t("usage_never_none"))
    rows = [
        (_kind(each), each.path, [Fact(each.collection, "wrap"), Fact(day(each.ingested_at))])
        for each in listed[:SHOWN]
    ]
    words = t("usage_never_of", n=f"{len(listed):,}", total=f"{searchable:,}")
    return draw("usage.never_cited", words, rows, _more(len(listed), t))


def _kind(document: Document) -> str:
    return document.path.rpartition(".")[2][:4].upper() if "." in document.path else ""


def _more(number: int, t: Strings) -> list[str]:
    return [t.count("usage_more", number - SHOWN)] if number > SHOWN else []
