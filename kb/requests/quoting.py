"""Quoting: answers put together from the documents' own words, so that each line is cited exactly."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kb.answering.answer_builder import Draft
from kb.schema import Answer, AnswerKind, Citation, Claim, Passage


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """A line of an answer. `passage` is what it quotes from `start` to `end` of the stored text; None: no quotation."""

    text: str
    passage: Passage | None = None
    start: int = 0
    end: int = 0


def answer_of(draft: Draft, kind: AnswerKind, lines: Sequence[AnswerLine]) -> Answer:
    """The answer that these lines make up, each quotation cited and confirmed by its own words."""
    pieces: list[str] = []
    claims: list[Claim] = []
    citations: list[Citation] = []
    at = 0
    for line in lines:
        text = line.text
        if line.passage is not None:
            passage = line.passage
            text = f"{text} [{passage.rank}]"
            claims.append(Claim(at, at + len(text), True, (passage.rank,), "confirmed"))
            citations.append(quotation(passage, line.start, line.end, len(claims) - 1))
        pieces.append(text)
        at += len(text) + 1
    answer = draft.finished("\n".join(pieces))
    return replace(answer, claims=tuple(claims), citations=tuple(citations), kind=kind)


def quotation(passage: Passage, start: int, end: int, claim: int) -> Citation:
    """The words of a passage from `start` to `end` of the stored text, as what a claim rests on."""
    return Citation(
        passage.rank, passage.collection, passage.document, passage.version, passage.page, start, end,
        passage.text[start - passage.start : end - passage.start], True, claim,
    )  # fmt: skip


def one_line(text: str) -> str:
    """The text without line breaks, and without what would be read as markup of a list, a heading or a marker."""
    plain = " ".join(text.replace("**", "").replace("`", "").split())
    return plain.lstrip("#-*•·▪>| ").replace("[", "(").replace("]", ")").strip()
