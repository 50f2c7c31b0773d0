"""Editions: of documents that are the same but for their year, the newest answers, or the one that is asked for."""

from collections import Counter
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
    """The passages, ranked anew: each of an edition that is not the newest among `documents` of its collection, where
    the question does not ask for it, has one of the newest before it; where none was found so near, the next best one,
    with the same score. `search` gives those of a document, best first, for one of an older edition; `documents` are
    asked for where a passage names a year."""
    headings = [heading_of(passage.title, passage.document) for passage in found]
    if all(edition(heading) == NONE for heading in headings):
        return tuple(found)
    known: dict[tuple[str, str], list[tuple[str, Document]]] = {}
    for each in documents():
        heading = heading_of(each.title, each.path)
        if each.chunks and not each.quarantined and edition(heading) != NONE:
            known.setdefault((each.collection, without_editions(heading)), []).append((heading, each))
    best: dict[tuple[str, str], Iterator[Passage]] = {}
    placed: Counter[tuple[str, str]] = Counter()  # of the newest: its passages, less those of older editions
    ranked: dict[int, Passage] = {}  # by chunk
    for passage, heading in zip(found, headings, strict=True):
        series = known.get((passage.collection, without_editions(heading)), [])
        newer = [(other, each) for other, each in series if is_other_edition(question, heading, [other])]
        if not newer:
            placed[passage.collection, passage.document] += passage.chunk_id not in ranked
        else:
            _, latest = max(newer, key=lambda pair: edition(pair[0]))
            place = latest.collection, latest.path
            placed[place] -= 1
            if placed[place] < 0:
                if place not in best:
                    best[place] = iter(search(latest, passage))
                if instead := next((each for each in best[place] if each.chunk_id not in ranked), None):
                    ranked[instead.chunk_id] = replace(instead, score=passage.score)
                    placed[place] += 1
        ranked.setdefault(passage.chunk_id, passage)
    return tuple(replace(passage, rank=rank) for rank, passage in enumerate(ranked.values(), 1))


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
