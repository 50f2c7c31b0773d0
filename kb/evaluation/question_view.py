"""Question view: what is shown of a question that was put, in the report and on the page (`results.html.j2`)."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from kb.evaluation import ranking_metrics
from kb.evaluation.ranking_metrics import PageUnit
from kb.schema import Answer, Citation, Passage

if TYPE_CHECKING:
    from kb.evaluation.outcome import Outcome, Ranked
    from kb.evaluation.questions import Question

_MARKER = re.compile(r"(\[\d+\])")


Words = Callable[..., str]  # of a question's block in one language, by their names and with values


class Badge(NamedTuple):
    """What became of a question: its colour (good, bad, warn, quiet) and its words."""

    css: str
    words: str


class Excerpt(NamedTuple):
    """A citation or passage: its number, place and text, what it scored, and where links lead to it."""

    number: str
    place: str
    text: str
    gold: bool
    score: str = ""
    supported: bool = True
    anchor: str = ""


class Segment(NamedTuple):
    """A part of an answer: a claim or what stands between two. Each text of `parts` has the anchor that it leads to."""

    parts: list[tuple[str, str]]
    claim: bool = False
    supported: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """What one run made of a question."""

    head: str = ""
    mark: Badge | None = None
    facts: Sequence[str] = ()
    error: str = ""
    segments: Sequence[Segment] = ()
    notices: Sequence[str] = ()
    citations: Sequence[Excerpt] = ()
    reasoning: str = ""
    passages: Sequence[Excerpt] = ()  # that the model was given
    ranked: Sequence[Excerpt] = ()  # by the search, best first
    searched: int = 0  # chunks
    found: str = ""


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question to unfold, with what was expected and one side or two with what was answered."""

    key: str
    question: "Question"
    marks: Sequence[Badge]
    expected: Sequence[str]
    sides: Sequence[Side]
    facts: Sequence[str] = ()
    change: str = ""
    states: Sequence[str] = ()  # the filters under which it is shown
    find: str = ""  # in which a reader's words are looked for


def expected(question: "Question", words: Words) -> list[str]:
    """What was right, in lines."""
    kind = f" ({question.kind.replace('_', ' ')})" if question.kind else ""
    lines = [words("expected_refusal") + kind] if question.refuse else []
    forms = [" / ".join(group) for group in question.answer_groups] or question.answers
    lines += [words("expected", words="; ".join(forms))] if forms else []
    places = dict.fromkeys(place(e.doc, e.page, words) for e in question.evidence)
    return lines + ([words("expected_where", words=", ".join(places))] if places else [])


def place(document: str, page: int | None, words: Words) -> str:
    """Where something stands."""
    return document + (f" · {words('page', n=page)}" if page else "")


def side(
    outcome: "Outcome",
    words: Words,
    message: Callable[[str], str],
    *,
    slack: int = 0,
    links: str = "",
    longest: int | None = None,
) -> Side:
    """What one run made of a question, texts to at most `longest` characters.

    `message` puts errors and notices into the language of `words`. Gold is a place at most `slack` pages after one
    that the question names. `links` begins the anchors of citations; without it markers lead nowhere.
    """
    gold = [PageUnit(e.doc, e.page) for e in outcome.question.evidence]
    answer = outcome.answer

    def source(item: "Passage | Ranked | Citation", number: str, text: str) -> Excerpt:
        on_gold = ranking_metrics.on_gold(PageUnit(item.document, item.page), gold, slack) is not None
        return Excerpt(number, place(item.document, item.page, words), text[:longest], on_gold)

    def listed(items: "Sequence[Passage | Ranked]") -> list[Excerpt]:
        return [source(item, str(n), item.text)._replace(score=f"{item.score:.3f}") for n, item in enumerate(items, 1)]

    found = dict.fromkeys(place(r.document, r.page, words) for r in outcome.ranked or ())
    return Side(
        facts=_facts(outcome, words),
        error=message(outcome.error) if outcome.error else "",
        segments=_segments(answer, links, longest) if answer else (),
        notices=[message(notice.text) for notice in answer.notices] if answer else (),
        citations=[
            source(c, f"[{c.marker}]", c.quote)._replace(supported=c.supported, anchor=anchor)
            for c, anchor in _anchored(answer, links)
        ]
        if answer
        else (),
        reasoning=answer.thinking[:longest] if answer else "",
        passages=listed(answer.passages) if answer else (),
        ranked=listed([r for r in outcome.ranked or () if r.text]),
        searched=len(outcome.ranked or ()),
        found=words("found_where", words=", ".join([*found][:3])) if found else "",
    )


def _facts(outcome: "Outcome", words: Words) -> list[str]:
    scores, answer = outcome.scores, outcome.answer
    facts = []
    if scores.gold_units and answer is not None:
        facts.append(words("fact_gold", rank=scores.first_hit) if scores.first_hit else words("fact_no_gold"))
    if scores.f1 is not None:
        facts.append(f"F1 {scores.f1:.2f}")
    if scores.claims:
        facts.append(words("fact_supported", n=scores.claims_supported, all=scores.claims))
    if answer is not None:
        facts.append(words("fact_seconds", n=f"{answer.seconds:.1f}"))
    return facts


def _segments(answer: Answer, links: str, longest: int | None) -> list[Segment]:
    text = answer.text[:longest]
    segments: list[Segment] = []
    at = 0
    for index, claim in sorted(enumerate(answer.claims), key=lambda pair: pair[1].start):
        if claim.start < at or claim.end > len(text):
            continue
        cited = {f"[{c.marker}]": _anchor(c, links) for c in answer.citations if c.claim == index}
        parts = [(part, cited.get(part, "")) for part in _MARKER.split(text[claim.start : claim.end])]
        segments += [Segment([(text[at : claim.start], "")]), Segment(parts, True, claim.supported)]
        at = claim.end
    return [*segments, Segment([(text[at:], "")])]


def _anchored(answer: Answer, links: str) -> list[tuple[Citation, str]]:
    """The citations with their anchors, each of which stands once."""
    found = []
    seen = {""}
    for citation in answer.citations:
        anchor = _anchor(citation, links)
        found.append((citation, "" if anchor in seen else anchor))
        seen.add(anchor)
    return found


def _anchor(citation: Citation, links: str) -> str:
    return f"{links}c{citation.claim}m{citation.marker}" if links else ""
