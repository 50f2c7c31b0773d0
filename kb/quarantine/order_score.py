"""The score of a document: how much it speaks to a model instead of to its readers, from 0 to 1, and by which words.

Each paragraph counts by the signs it shows: that it sets instructions aside, speaks to a model, poses as the system,
dictates what is said, or changes how an answer looks. What is told as somebody else's words, in quotation marks or as
what an attacker may write, counts for less; what nobody sees counts for more. The document's score is that of its
strongest part. `without_orders` takes orders out of what a model reads, whatever the score.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from kb.checking.order_patterns import (
    ABOUT_ORDERS,
    ADDS_TO_ANSWER,
    AS_A_MODEL,
    CHANGES_LETTERS,
    DEMANDS,
    DICTATES,
    FORBIDDEN,
    GIVES_A_TASK,
    GIVES_WORDS,
    HINTS,
    QUOTES,
    SETS_ASIDE,
    SPEAKS_AS_SYSTEM,
    SPEAKS_OF_A_MODEL,
    SPEAKS_TO_A_MODEL,
    TURNS,
)
from kb.checking.prompt_injection import LONG, paragraphs
from kb.language.invisible import INVISIBLE_IN_WORD, spelled_in_selectors, spelled_in_tags, without_invisible
from kb.language.language import nfkc
from kb.language.script import without_lookalikes
from kb.schema import HiddenText, OrderReason, OrderScore, PageSpan, WhyOrders, page_number_at

RULES = "1"  # names what is looked for and how it counts: with another, documents are scored anew

_REASONS = 10  # that are kept
_BEFORE = 12  # characters before a verb
_SHOWN = 240  # characters of one
_LEAST = 0.4  # of a part that is worth a word
_HIDDEN_LEAST = 0.35  # the same of what nobody sees
_TOLD = 0.4  # what the words of others count, as a share
_UNSEEN = 0.4  # what is added where nobody sees an order
_LETTERS = 0.7  # of letters that no screen shows, whatever they say
_SPLIT = 3  # invisible characters within words
_QUOTED = re.compile(
    r'“[^”\n]{1,400}”|"[^"\n]{1,400}"|「[^」\n]{1,400}」|『[^』\n]{1,400}』|《[^》\n]{1,100}》|`[^`\n]{1,400}`'
)


def order_score(
    text: str, title: str = "", pages: Sequence[PageSpan] = (), hidden: Sequence[HiddenText] = ()
) -> OrderScore:
    """How much a document speaks to a model, and the parts of it that do, the strongest first."""
    found = [*_in_text(text, pages), *_in_title(title), *_in_hidden(hidden)]
    found.sort(key=lambda reason: -reason.score)
    kept = tuple(reason for reason in dict.fromkeys(found) if reason.score >= _LEAST)[:_REASONS]
    return OrderScore(kept[0].score if kept else 0.0, kept)


def _in_text(text: str, pages: Sequence[PageSpan]) -> Iterator[OrderReason]:
    for start, end in paragraphs(text):
        for part_start, part_end in _parts(text, start, end):
            part = text[part_start:part_end]
            begins = part_end - len(part.lstrip())
            page = page_number_at(pages, begins)
            yield from (_reason(why, score, page, said) for why, score, said in _in_part(part))


def _parts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """A paragraph; of a very long one, a page or a table, its lines."""
    if end - start <= LONG:
        return [(start, end)]
    lines, at = [], start
    for line in text[start:end].splitlines(keepends=True):
        lines.append((at, at + len(line)))
        at += len(line)
    return lines


def _in_part(text: str) -> Iterator[tuple[WhyOrders, float, str]]:
    """Why a part counts, by how much, and what it says."""
    for said in (*spelled_in_tags(text), *spelled_in_selectors(text)):
        yield "letters", max(_LETTERS, strength(said) + _UNSEEN), said
    seen = without_invisible(text)
    score = strength(seen)
    if score < _LEAST:
        return
    if len(INVISIBLE_IN_WORD.findall(text)) >= _SPLIT:
        yield "split", score + _UNSEEN, seen
    elif _is_told(seen):
        yield "quoted", score * _TOLD, seen
    else:
        yield "orders", score, seen


def _in_title(title: str) -> Iterator[OrderReason]:
    yield from (_reason(why, score, None, said) for why, score, said in _in_part(title))


def _in_hidden(hidden: Iterable[HiddenText]) -> Iterator[OrderReason]:
    """What nobody sees: each text, and all of them together, which may be one that was cut up."""
    texts = [(each.page, each.text) for each in hidden]
    if len(texts) > 1:
        texts.append((None, " ".join(text for _, text in texts)))
    for page, text in texts:
        score = strength(without_invisible(text))
        if score >= _HIDDEN_LEAST:
            yield _reason("hidden", score + _UNSEEN, page, text)


def strength(text: str) -> float:
    """How strongly a text without invisible characters speaks to a model: the sum of its signs."""
    text = without_lookalikes(nfkc(text))
    line = " ".join(text.split())
    small = line.lower()
    if not any(hint in small for hint in HINTS):
        return 0.0
    score = 0.3 * bool(GIVES_A_TASK.search(line))
    if _sets_aside(FORBIDDEN.sub(" ", line)):
        score += 0.4 + 0.1 * bool(SPEAKS_OF_A_MODEL.search(line))
    if AS_A_MODEL.search(line):
        score += 0.4
    elif SPEAKS_TO_A_MODEL.search(line):
        score += 0.2
    if TURNS.search(text):
        score += 0.5
    if SPEAKS_AS_SYSTEM.search(text):
        score += 0.3
    if CHANGES_LETTERS.search(line):
        score += 0.6
    if ADDS_TO_ANSWER.search(line):
        score += 0.35
    if score and (DICTATES.search(line) or GIVES_WORDS.search(line)):  # people say alone what is to be said
        score += 0.3
    return min(1.0, round(score, 2))


def _sets_aside(line: str) -> bool:
    """Whether a line demands that instructions be set aside; not that it tells of who does so."""
    return any(
        DEMANDS.search(line[max(0, match.start() - _BEFORE) : match.start()]) for match in SETS_ASIDE.finditer(line)
    )


def _is_told(text: str) -> bool:
    """Whether a text tells of orders instead of giving them: they stand in quotation marks that somebody speaks about,
    or are said of an attack."""
    own = _QUOTED.sub(" ", text)
    if own != text and QUOTES.search(own) and strength(own) < _LEAST:
        return True
    return bool(ABOUT_ORDERS.search(own))


def _reason(why: WhyOrders, score: float, page: int | None, text: str) -> OrderReason:
    said = " ".join(text.split())
    return OrderReason(why, min(1.0, round(score, 2)), page, said if len(said) <= _SHOWN else f"{said[:_SHOWN]}…")
