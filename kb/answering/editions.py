"""Editions: of documents that are the same but for their year, or of which one replaces the other, the newest answers,
or the one that is asked for."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import replace

from kb.answering.replacements import NOTHING_REPLACED, Place, Replaced, is_asked_for, place_of
from kb.checking.year_mismatch import NONE, edition, heading_of, is_other_edition, without_editions
from kb.messages.coded_text import text_in
from kb.schema import Document, Language, Notice, Passage


def newest(question: str, passages: Sequence[Passage], replaced: Replaced = NOTHING_REPLACED) -> tuple[Passage, ...]:
    """The passages, ranked anew, without those of editions older than others among them; where the question asks for
    the year of one, without those of the others."""
    headings = [heading_of(passage.title, passage.document) for passage in passages]
    places, left_out = set(map(place_of, passages)), set[Place]()
    for passage in passages if replaced else ():
        if (other := replaced.get(place_of(passage))) and place_of(other) in places:
            left_out.add(place_of(other if is_asked_for(question, passage, other) else passage))
    kept = [
        passage
        for passage, heading in zip(passages, headings, strict=True)
        if place_of(passage) not in left_out and not is_other_edition(question, heading, headings)
    ]
    return tuple(replace(passage, rank=rank) for rank, passage in enumerate(kept, 1))


def passed_over(
    question: str, passages: Sequence[Passage], replaced: Replaced = NOTHING_REPLACED
) -> tuple[Passage, ...]:
    """The newest of those that `newest` leaves out, ranked anew."""
    read = {passage.chunk_id for passage in newest(question, passages, replaced)}
    return newest(question, [passage for passage in passages if passage.chunk_id not in read], replaced)


def _newer(question: str, passage: Passage, replaced: Replaced) -> Passage | None:
    """The passage of the document that replaces a passage's, where the question does not ask for the older one."""
    newer = replaced.get(place_of(passage))
    return newer if newer is not None and not is_asked_for(question, passage, newer) else None


def with_newest(
    question: str,
    found: Sequence[Passage],
    documents: Callable[[], Iterable[Document]],
    search: Callable[[Place, Passage], Iterable[Passage]],
    replaced: Replaced = NOTHING_REPLACED,
) -> tuple[Passage, ...]:
    """The passages, ranked anew, with one of the newest edition among `documents` of its collection for each of an
    older one that the question does not ask for, or of what replaces it. Where the newest was found, too, that is its
    next one found, which gets at least the same score; else the next best of it, before the older one. `search` gives
    those of a document, best first, for one of an older edition; `documents` are asked for where a passage names a
    year."""
    headings = [heading_of(passage.title, passage.document) for passage in found]
    if not replaced and all(edition(heading) == NONE for heading in headings):
        return tuple(found)
    known: dict[tuple[str, str], list[tuple[str, Place]]] = {}
    there: set[Place] = set()
    for each in documents():
        heading, place = heading_of(each.title, each.path), (each.collection, each.path)
        there.add(place)
        if each.chunks and not each.quarantined and edition(heading) != NONE:
            known.setdefault((each.collection, without_editions(heading)), []).append((heading, place))
    places = set(map(place_of, found))
    best: dict[Place, Iterator[Passage]] = {}
    outranked: dict[Place, list[float]] = {}  # scores of older editions that were found before the newest
    ranked: list[Passage] = []
    for passage, heading in zip(found, headings, strict=True):
        series = known.get((passage.collection, without_editions(heading)), [])
        newer = [(edition(other), each) for other, each in series if is_other_edition(question, heading, [other])]
        instead = _newer(question, passage, replaced)
        if instead and place_of(instead) not in there:
            instead = None
        if newer or instead:
            latest = place_of(instead) if instead else max(newer)[1]
            if latest in places:
                outranked.setdefault(latest, []).append(passage.score)
            else:
                if latest not in best:
                    best[latest] = iter(search(latest, passage))
                ranked += [replace(each, score=passage.score) for each in itertools.islice(best[latest], 1)]
        elif scores := outranked.get(place_of(passage)):
            passage = replace(passage, score=max(passage.score, scores.pop(0)))
        ranked.append(passage)
    return tuple(replace(passage, rank=rank) for rank, passage in enumerate(ranked, 1))


def without_documents(documents: Set[tuple[str, str]], passages: Iterable[Passage]) -> tuple[Passage, ...]:
    """The passages of other documents than these, each a collection and a path."""
    return tuple(passage for passage in passages if place_of(passage) not in documents)


def older_editions(
    cited: Sequence[Passage],
    documents: Callable[[], Iterable[Document]],
    language: Language,
    replaced: Replaced = NOTHING_REPLACED,
) -> Iterator[Notice]:
    """A notice for each cited document of which there is a newer edition among those that the asker may read, which
    `documents` gives; it is asked where a cited one names a year. And for each that another one replaces."""
    for path, newer in {p.document: replaced[place_of(p)] for p in cited if place_of(p) in replaced}.items():
        yield Notice("older_edition", text_in(language, "answer.older_edition", path=path, newest=newer.document))
    cited = [passage for passage in cited if place_of(passage) not in replaced]
    headings = {heading_of(passage.title, passage.document): passage.document for passage in cited}
    dated = {heading: path for heading, path in headings.items() if edition(heading) != NONE}
    if not dated:
        return
    others = {heading_of(each.title, each.path): each.path for each in documents() if not each.quarantined}
    for heading, path in dated.items():
        newest_of = [other for other in others if is_other_edition("", heading, [other])]
        if newest_of:
            yield Notice(
                "older_edition",
                text_in(language, "answer.older_edition", path=path, newest=others[max(newest_of, key=edition)]),
            )
