"""Editions: of documents that are the same but for their year, the newest answers, or the one that is asked for."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import replace

from kb.checking.year_mismatch import NONE, edition, heading_of, is_other_edition
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
    search: Callable[[Document, Passage], Sequence[Passage]],
) -> tuple[Passage, ...]:
    """The passages, ranked anew: before each one of an edition that is not the newest among `documents`, where the
    question does not ask for it and the newest was not found, the next best passage of the newest, with the same score.
    `search` gives those of a document, best first, for one of an older edition; `documents` are asked for where a
    passage names a year."""
    headings = [heading_of(passage.title, passage.document) for passage in found]
    if all(edition(heading) == NONE for heading in headings):
        return tuple(found)
    known = {heading_of(each.title, each.path): each for each in documents() if each.chunks and not each.quarantined}
    best: dict[str, Iterator[Passage]] = {}
    ranked: list[Passage] = []
    for passage, heading in zip(found, headings, strict=True):
        newer = [other for other in known if is_other_edition(question, heading, [other])]
        latest = max(newer, key=edition, default=heading)
        if latest not in headings:
            if latest not in best:
                best[latest] = iter(search(known[latest], passage))
            ranked += [replace(each, score=passage.score) for each in itertools.islice(best[latest], 1)]
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
