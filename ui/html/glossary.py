"""Markup of the page Glossary: terms with their other forms, their definition, and where they come from."""

from collections.abc import Sequence

from kb.glossary.entries import Entry
from kb.language.local_days import local
from ui.html.templates import Fact, ToolButton, draw
from ui.words.strings import Strings

_SOURCES = 5  # of an entry that are shown


def entries(listed: Sequence[Entry], t: Strings, *, editor: bool) -> str:
    """The entries as a list. A click reports the id of one, or `ID:n` for its n-th source."""
    rows = []
    for entry in listed:
        origin = t("glossary_taken") if entry.taken else t("glossary_by", name=entry.person, day=local(entry.at))
        facts = [*(Fact(form, "mark") for form in entry.forms), Fact(origin)]
        sources = [
            ToolButton("source", f"{entry.id}:{n}", each.document) for n, each in enumerate(entry.sources[:_SOURCES])
        ]
        rows.append((entry, facts, _acts(entry, t) if editor else [], sources))
    return draw("glossary.entries", rows)


def _acts(entry: Entry, t: Strings) -> list[ToolButton]:
    change = ToolButton("change", entry.id, t("glossary_change"), entry.term)
    if entry.state == "proposed":
        accept = ToolButton("accept", entry.id, t("glossary_accept"), entry.term)
        return [accept, change, ToolButton("dismiss", entry.id, t("glossary_dismiss"), entry.term)]
    return [change, ToolButton("remove", entry.id, t("delete"), entry.term, css="danger")]
