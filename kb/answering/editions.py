"""Editions: of documents that are the same but for their year, the newest answers, or the one that is asked for."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import replace

from kb.checking.year_mismatch import NONE, edition, heading_of, is_other_edition, without_editions
from kb.messages.coded_text import text_in
from kb.schema import Document, Language, Notice, Passage


def newest(question: str, passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """The passages, ranked anew, without those of editions older than others among them; where the question asks for
    the year of one, without those of the others."""
    headings = [heading_of(passage.title, passage.document) for passage in passages]
    kept = [
        passage
        for passage, heading in zip(passages, headings, strict=True)
        if not is_other_edition(question, heading, headings)
    ]
    return tuple(replace(passage, rank=rank) for rank, passage in enumerate(kept, 1))


def passed_over(question: str, passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """The newest of those that `newest` leaves out, ranked anew."""
    read = {passage.chunk_id for passage in newest(question, passages)}
    return newest(question, [passage for passage in passages if passage.chunk_id not in read])


def with_newest(
    question: str,
    found: Sequence[Passage],
    documents: Callable[[], Iterable[Document]],
    search: Callable[[Document, Passage], Iterable[Passage]],
) -> tuple[Passage, ...]:
    """The passages, ranked anew, with one of the newest edition among `documents` of its collection for each of an
    older one that the question does not ask for. Where the newest was found, too, that is its next one found, which
    gets at least the same score; else the next best of it, before the older one. `search` gives those of a document,
    best first, for one of an older edition; `documents` are asked for where a passage names a year."""
    headings = [heading_of(passage.title, passage.document) for passage in found]
    if all(edition(heading) == NONE for heading in headings):
        return tuple(found)
    known: dict[tuple[str, str], list[tuple[str, Document]]] = {}
    for each in documents():
        heading = heading_of(each.title, each.path)
        if each.chunks and not each.quarantined and edition(heading) != NONE:
            known.setdefault((each.collection, without_editions(heading)), []).append((heading, each))
    places = {(passage.collection, passage.document) for passage in found}
    best: dict[tuple[str, str], Iterator[Passage]] = {}
    outranked: dict[tuple[str, str], list[float]] = {}  # scores of older editions that were found before the newest
    ranked: list[Passage] = []
    for passage, heading in zip(found, headings, strict=True):
        series = known.get((passage.collection, without_editions(heading)), [])
        newer = [(other, each) for other, each in series if is_other_edition(question, heading, [other])]
        if newer:
            _, latest = max(newer, key=lambda pair: edition(pair[0]))
            place = latest.collection, latest.path
            if place in places:
                outranked.setdefault(place, []).append(passage.score)
            else:
                if place not in best:
                    best[place] = iter(search(latest, passage))
                ranked += [replace(each, score=passage.score) for each in itertools.islice(best[place], 1)]
        elif scores := outranked.get((passage.collection, passage.document)):
            passage = replace(passage, score=max(passage.score, scores.pop(0)))
        ranked.append(passage)
    return tuple(replace(passage, rank=rank) for rank, passage in enumerate(ranked, 1))


def without_documents(documents: Set[tuple[str, str]], passages: Iterable[Passage]) -> tuple[Passage, ...]:
    """The passages of other documents than these, each a collection and a path."""
    return tuple(passage for passage in passages if (passage.collection, passage.document) not in documents)


def older_editions(
    cited: Iterable[Passage], documents: Callable[[], Iterable[Document]], language: Language
) -> Iterator[Notice]:
    """A notice for each cited document of which there is a newer edition among those that the asker may read, which
    `documents` gives; it is asked where a cited one names a year."""
    headings = {heading_of(passage.title, passage.document): passage.document for passage in cited}
    dated = {heading: path for heading, path in headings.items() if edition(heading) != NONE}
    if not dated:
        return
    others = {heading_of(each.title, each.path): each.path for each in documents() if not each.quarantined}
    for heading, path in dated.items():
        newer = [other for other in others if is_other_edition("", heading, [other])]
        if newer:
            yield Notice(
                "older_edition",
                text_in(language, "answer.older_edition", path=path, newest=others[max(newer, key=edition)]),
            )
