"""Quoting: answers put together from the documents' own words, so that each line is cited exactly."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kb.answering.answer_builder import Draft
from kb.schema import Answer, AnswerKind, Citation, Claim, Passage


@dataclass(frozen=True, slots=True)
class Place:
    """From `start` to `end` of the stored text of a passage."""

    passage: Passage
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """A line of an answer, with the places that it quotes."""

    text: str
    places: tuple[Place, ...] = ()


def answer_of(draft: Draft, kind: AnswerKind, lines: Sequence[AnswerLine]) -> Answer:
    """The answer that these lines make up, each quotation cited and confirmed by its own words."""
    pieces: list[str] = []
    claims: list[Claim] = []
    citations: list[Citation] = []
    at = 0
    for line in lines:
        text = line.text
        if line.places:
            ranks = tuple(dict.fromkeys(place.passage.rank for place in line.places))
            text = f"{text} {''.join(f'[{rank}]' for rank in ranks)}"
            citations += [quotation(place, len(claims)) for place in line.places]
            claims.append(Claim(at, at + len(text), True, ranks, "confirmed"))
        pieces.append(text)
        at += len(text) + 1
    answer = draft.finished("\n".join(pieces))
    return replace(answer, claims=tuple(claims), citations=tuple(citations), kind=kind)


def quotation(place: Place, claim: int) -> Citation:
    """The words of a place, as what a claim rests on."""
    passage = place.passage
    return Citation(
        passage.rank, passage.collection, passage.document, passage.version, passage.page, place.start, place.end,
        passage.text[place.start - passage.start : place.end - passage.start], True, claim,
    )  # fmt: skip


def one_line(text: str) -> str:
    """The text without line breaks, and without what would be read as markup of a list, a heading or a marker."""
    return in_cell(text).lstrip("#-*•·▪>| ")


def in_cell(text: str) -> str:
    """The text of a cell without line breaks, and without what would be read as markup of a marker or of bold type."""
    plain = " ".join(text.replace("**", "").replace("`", "").split())
    return plain.replace("[", "(").replace("]", ")").strip()
