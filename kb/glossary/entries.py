"""Entries: what a glossary holds, and what an entry may be. Nothing here is stored."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from kb.errors import UsageError
from kb.language.invisible import without_invisible
from kb.language.language import CJK, nfkc
from kb.schema import Language

MOST_ENTRIES = 20_000  # of a home, accepted ones
MOST_FORMS = 20  # of an entry, besides its term
LONGEST_FORM = 100  # characters
LONGEST_DEFINITION = 1_000

EntryState = Literal["accepted", "proposed", "dismissed"]

_SPACES = re.compile(r"\s+")
_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class TermSource:
    """Where a document gives a term: `text[start:end]` of its version. `page` is None where there are none."""

    collection: str
    document: str
    version: int
    page: int | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A term with its other forms: short forms, synonyms, the word in the other language.

    `taken` says that it comes from documents: only who may read one of its `sources` sees it. `sources` are those that
    the reader may read. `person` changed it last, `at` that time (ISO 8601, UTC).
    """

    id: int
    term: str
    forms: tuple[str, ...]
    definition: str
    state: EntryState
    taken: bool
    sources: tuple[TermSource, ...]
    person: str
    at: str

    @property
    def languages(self) -> tuple[Language, ...]:
        """The languages of its forms."""
        return tuple(dict.fromkeys(form_language(form) for form in (self.term, *self.forms)))


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry as an editor writes it. `sources` name the documents it is taken from, as COLLECTION/PATH; None leaves
    those it has. `place` is how messages name it: the line of a file, or its term."""

    term: str
    forms: tuple[str, ...] = ()
    definition: str = ""
    sources: tuple[str, ...] | None = None
    place: str = field(default="", compare=False)

    @property
    def label(self) -> str:
        return f"{self.term[:80]!r} ({self.place})" if self.place else repr(self.term[:80])


def form_language(form: str) -> Language:
    """The language of a form: Chinese where it has a Chinese character."""
    return "zh" if CJK.search(form) else "en"


def folded(form: str) -> str:
    """A form as it is compared: without differences of case, width and spacing."""
    return _SPACES.sub(" ", nfkc(form)).strip().casefold()


def checked(entry: NewEntry) -> NewEntry:
    """The entry, tidied. Raises UsageError for what is empty, too long or too short, or given twice."""
    term, *forms = (_tidy(form) for form in (entry.term, *entry.forms))
    told = entry.label
    if not term:
        if entry.place:
            raise UsageError("glossary.no_term_at", place=entry.place)
        raise UsageError("glossary.no_term")
    if len(forms) > MOST_FORMS:
        raise UsageError("glossary.too_many_forms", term=told, n=len(forms), most=MOST_FORMS)
    seen: set[str] = set()
    for form in (term, *forms):
        if not form:
            raise UsageError("glossary.empty_form", term=told)
        if len(form) > LONGEST_FORM:
            raise UsageError("glossary.long_form", term=told, n=len(form), most=LONGEST_FORM)
        if len(_WORD.findall(form)) < 2:
            raise UsageError("glossary.short_form", form=form, term=told)
        if folded(form) in seen:
            raise UsageError("glossary.form_twice", term=told, form=form)
        seen.add(folded(form))
    definition = _tidy(entry.definition)
    if len(definition) > LONGEST_DEFINITION:
        raise UsageError("glossary.long_definition", term=told, n=len(definition), most=LONGEST_DEFINITION)
    return NewEntry(term, tuple(forms), definition, entry.sources, entry.place)


def check_together(entries: Sequence[NewEntry], others: Iterable[tuple[str, Sequence[str]]] = ()) -> None:
    """Raises UsageError where entries cannot stand together, and with `others`, as (term, forms): two of the same term,
    and circles, where following forms that are terms themselves leads back."""
    places: dict[str, str] = {}
    for entry in entries:
        key = folded(entry.term)
        if key in places:
            raise UsageError("glossary.term_twice", term=entry.label, first=places[key])
        places[key] = entry.label
    names = {key: entry.term for key, entry in zip(places, entries, strict=True)}
    forms = {key: [folded(form) for form in entry.forms] for key, entry in zip(places, entries, strict=True)}
    for term, given in others:
        key = folded(term)
        if key in places:
            continue
        names[key], forms[key] = term, [folded(form) for form in given]
    circle = _circle(forms)
    if circle:
        told = " → ".join(names[key][:80] for key in (*circle, circle[0]))
        raise UsageError("glossary.circle", circle=told)


def _circle(forms: Mapping[str, Sequence[str]]) -> list[str]:
    """The terms of a circle, in order; none where there is no circle. Each term is walked through once."""
    done: set[str] = set()
    for first in forms:
        path: list[str] = []
        on_path: set[str] = set()
        steps = [(first, iter(forms[first]))] if first not in done else []
        path += [first] if steps else []
        on_path.update(path)
        while steps:
            term, left = steps[-1]
            following = next((form for form in left if form in forms and form not in done), None)
            if following is None:
                steps.pop()
                done.add(term)
                on_path.discard(path.pop())
            elif following in on_path:
                return path[path.index(following) :]
            else:
                steps.append((following, iter(forms[following])))
                path.append(following)
                on_path.add(following)
    return []


def _tidy(text: str) -> str:
    return _SPACES.sub(" ", without_invisible(text)).strip()
