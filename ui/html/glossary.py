"""Markup of the page Glossary: terms with their other forms, their definition, and where they come from."""

from collections.abc import Sequence

from kb.glossary.entries import Entry
from kb.language.local_days import local
from ui.html.documents import fit, tool
from ui.html.sanitise import plain
from ui.words.strings import Strings

_SOURCES = 5  # of an entry that are shown


def entries(listed: Sequence[Entry], t: Strings, *, editor: bool) -> str:
    """The entries as a list. A click reports the id of one, or `ID:n` for its n-th source."""
    return fit(f'<ul class="docs glossary">{"".join(_entry(entry, t, editor) for entry in listed)}</ul>')


def _entry(entry: Entry, t: Strings, editor: bool) -> str:
    facts = [f'<span class="mark">{plain(form)}</span>' for form in entry.forms]
    if entry.taken:
        facts.append(f"<span>{plain(t('glossary_taken'))}</span>")
    else:
        facts.append(f"<span>{plain(t('glossary_by', name=entry.person, day=local(entry.at)))}</span>")
    sources = "".join(
        f" {tool('source', f'{entry.id}:{n}', source.document)}" for n, source in enumerate(entry.sources[:_SOURCES])
    )
    notes = "".join(f'<span class="note">{each}</span>' for each in (plain(entry.definition), sources) if each)
    acts = _acts(entry, t) if editor else ""
    return (
        f'<li class="doc"><span class="kind">{plain(entry.term[:1].upper())}</span>'
        f'<span class="name">{plain(entry.term)}</span><span class="facts">{"".join(facts)}</span>{acts}{notes}</li>'
    )


def _acts(entry: Entry, t: Strings) -> str:
    change = tool("change", entry.id, t("glossary_change"), entry.term)
    if entry.state == "proposed":
        accept = tool("accept", entry.id, t("glossary_accept"), entry.term)
        dismiss = tool("dismiss", entry.id, t("glossary_dismiss"), entry.term)
        return f'<span class="acts">{accept}{change}{dismiss}</span>'
    return f'<span class="acts">{change}{tool("remove", entry.id, t("delete"), entry.term, css="danger")}</span>'
