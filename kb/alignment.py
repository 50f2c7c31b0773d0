"""Alignment: the span of a passage that carries a claim best, and whether it supports it.

What a claim adds to the question must stand in the span: its words mostly, its numbers, dates and names all.
What only repeats the question may stand in what heads the span: title, section, table header, the rest of the
passage. A claim in another language than the passage is compared by vectors instead of words.
"""

import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kb import contradictions, table_claims
from kb.maxsim import Vectors
from kb.names import codes_in, names_in
from kb.numbers import in_units_of, missing_numbers, numbers_in
from kb.orders import BLANK
from kb.schema import Passage
from kb.text import CJK, language_of, sentences
from kb.words import STOP_WORDS, tokenise

SUPPORT = 0.5  # share of a claim's content that span and heading must cover
SUPPORT_COSINE = 0.80  # the same between languages, as cosine of multilingual-e5-small
KEEP_MARKER = 0.6  # a cited passage that carries less than this share of the best one's is not a source
WINDOW = 4  # most sentences, or lines, in a span
BREVITY = 0.12  # how much a span's own precision counts when spans are compared
_CELL = re.compile(r" \| |\t")  # parts the cells of a table's row
_FULL_LINE = 0.8  # length of a line that the text has filled, as a share of the longest line's
_SHORTEST_FULL_LINE = 25  # characters; of Chinese a line holds about 30
_LONGEST_SENTENCE = 600  # characters
_CLOSING = ".!?:;。！？：；…"
_LIST_ITEM = re.compile(r"[-*•·▪‣–—◦●○□■]|\(?(?:\d{1,3}|[a-zA-Z]|[一二三四五六七八九十]{1,3})[.)、）．]")
_KINDS_OF_PLACE = "区省市县州"  # left out where a place is named in a table
_LINKING = "是为的了有在元共达约计"  # characters that tie an answer to what was asked
REPEATED = 0.3  # weight of what only repeats the question, against what is new

_NUMERIC = re.compile(r"[\d.,]+")

Similarities = Callable[[str, Sequence[str]], Vectors]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a passage and how well it carries a claim. Offsets count into the document's stored text."""

    passage: Passage
    start: int
    end: int
    quote: str
    strength: float  # 0..1
    supported: bool
    on_target: bool  # its document speaks of at least half of what the question names


@dataclass(frozen=True, slots=True)
class _Window:
    start: int
    end: int
    quote: str
    tokens: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Source:
    """A passage cut into windows, and the words that head them."""

    passage: Passage
    windows: tuple[_Window, ...]
    heading: str  # title, section, table header, path
    heading_tokens: frozenset[str]
    whole: str  # heading and text, and more of the document where the caller gave it; lower case


class Aligner:
    """Finds the sources of claims among passages, which are cut up once.

    `question` is what the claims answer. `document_text` gives the stored text around a passage, where names of
    the question are looked for. `similarities` compares a claim with spans in another language.
    """

    def __init__(
        self,
        passages: Sequence[Passage],
        question: str,
        similarities: Similarities | None = None,
        document_text: Callable[[Passage], str] | None = None,
    ) -> None:
        self._sources = [_source(passage, document_text) for passage in passages]
        self._question_language = language_of(question)
        self._question = question
        self._asked_tokens = frozenset(_tokens(question))
        self._asked_numbers = numbers_in(question)
        self._asked_names = names_in(question)
        self._asked_codes = codes_in(question)
        self._similarities = similarities

    def sources(self, claim: str, cited: Sequence[int]) -> list[Span]:
        """The spans a claim rests on, best first: of the cited passages where they carry it, else of the one that does.

        An unsupported claim keeps the best span of each passage it cited, marked unsupported.
        """
        spans = [span for source in self._sources if (span := self._best(claim, source))]
        own = sorted((span for span in spans if span.passage.rank in cited), key=_merit)
        if own and own[0].supported:
            return [span for span in own if span.supported and span.strength >= KEEP_MARKER * own[0].strength]
        others = sorted((span for span in spans if span.supported), key=_merit)
        return others[:1] or own

    def _best(self, claim: str, source: _Source) -> Span | None:
        if not source.windows:
            return None
        claim = in_units_of(claim, f"{source.heading}\n{source.passage.text}")
        crosses = self._similarities is not None and language_of(claim) != language_of(source.passage.text)
        strengths = self._cosines(claim, source) if crosses else self._coverages(claim, source)
        excused = self._asked_numbers & numbers_in(source.heading)
        names = codes_in(claim) if crosses else names_in(claim)
        threshold = SUPPORT_COSINE if crosses else SUPPORT
        best: tuple[tuple[bool, float], int] | None = None
        for i, (window, (strength, precision)) in enumerate(zip(source.windows, strengths, strict=True)):
            checked = (
                strength >= threshold
                and self._holds(claim, names, window, source, excused)
                and not self._contradicted(claim, window, source, crosses)
            )
            merit = (checked, strength + BREVITY * precision)
            if best is None or merit > best[0]:
                best = merit, i
        assert best is not None
        (supported, _), chosen = best
        window = source.windows[chosen]
        asked = self._asked_names if self._question_language == language_of(source.passage.text) else self._asked_codes
        return Span(
            passage=source.passage,
            start=window.start,
            end=window.end,
            quote=window.quote,
            strength=strengths[chosen][0],
            supported=supported,
            on_target=2 * sum(name in source.whole for name in asked) >= len(asked),
        )

    def _holds(
        self, claim: str, names: frozenset[str], window: _Window, source: _Source, excused: frozenset[str]
    ) -> bool:
        """Whether numbers, dates and names of the claim are in the span, or where they may be instead."""
        if missing_numbers(claim, f"{window.quote}\n{source.passage.header}") - excused:
            return False
        # In a table each row speaks for itself; in prose a name may stand a sentence earlier, and one that the
        # question gave anywhere in the document.
        table = bool(_CELL.search(window.quote))
        place = f"{window.quote if table else source.passage.text}\n{source.heading}".lower()
        return all(
            name in place
            or (not table and name in self._asked_names and name in source.whole)
            or (name[-1] in _KINDS_OF_PLACE and len(name) > 2 and name[:-1] in place)
            for name in names
        )

    def _contradicted(self, claim: str, window: _Window, source: _Source, crosses: bool) -> bool:
        """Whether span or heading speak against the claim. Between languages cosine tells no row of codes from another:
        what is said of one must name a number or code of it."""
        quote = window.quote
        if crosses and _CELL.search(quote):
            added = (numbers_in(claim) | codes_in(claim)) - self._asked_numbers - self._asked_codes
            if not added & (numbers_in(quote) | codes_in(quote)):
                return True
        return (
            contradictions.loses_sign(claim, quote)
            or table_claims.takes_wrong_column(claim, self._question, quote, source.passage.header)
            or contradictions.is_of_another_year(self._question, source.heading, source.passage.text)
            or (not crosses and contradictions.negates(claim, f"{quote}\n{source.heading}"))
        )

    def _cosines(self, claim: str, source: _Source) -> list[tuple[float, float]]:
        assert self._similarities is not None
        return [(float(cosine), 0.0) for cosine in self._similarities(claim, [w.quote for w in source.windows])]

    def _coverages(self, claim: str, source: _Source) -> list[tuple[float, float]]:
        """For each window the share of the claim that it covers, and the share of it that the claim covers."""
        tokens, falling = _tokens(claim), _tokens(contradictions.FALLING.sub(" ", claim))
        numbers = numbers_in(claim)
        found = []
        for window in source.windows:
            said = falling if numbers & contradictions.only_negative(window.quote) else tokens
            inside = sum(weight for token, weight in said.items() if token in window.tokens)
            precision = inside / (sum(window.tokens.values()) or 1.0)
            covered = self._covered(said, window, source) if inside else 0.0
            if covered and table_claims.names_cell(claim, self._question, window.quote, source.passage.header):
                covered = max(covered, SUPPORT)
            found.append((covered, min(1.0, precision)))
        return found

    def _covered(self, said: Mapping[str, float], window: _Window, source: _Source) -> float:
        """The share of what is said that a window covers."""
        new = {token: weight for token, weight in said.items() if token not in self._asked_tokens}
        repeated = {token: REPEATED * weight for token, weight in said.items() if token in self._asked_tokens}
        new_here = sum(weight for token, weight in new.items() if token in window.tokens)
        new_above = sum(w for t, w in new.items() if t not in window.tokens and t in source.heading_tokens)
        repeated_here = sum(w for t, w in repeated.items() if t in window.tokens or t in source.heading_tokens)
        # What only the heading says counts half, and never without words of the span itself.
        covered = new_here + min(new_above / 2, new_here) + repeated_here
        share = covered / (sum(new.values()) + sum(repeated.values()))
        # A number that answers, all of it here, is not outweighed by how long the question is.
        added = [token for token in new if any(c not in self._question and c not in _LINKING for c in token)]
        answers = any(token.startswith("#") for token in added) and all(token in window.tokens for token in added)
        return max(share, SUPPORT) if answers and 2 * repeated_here >= sum(repeated.values()) else share


def _merit(span: Span) -> tuple[bool, float, int]:
    return (not span.supported, -span.strength, span.passage.rank)


def states_something(sentence: str) -> bool:
    """Whether there is anything in a sentence that could be checked."""
    return bool(_tokens(sentence))


def warm_up() -> None:
    """Load the word tools, which take seconds, now instead of at the first answer."""
    _tokens("warm up")
    names_in("预热")


def _source(passage: Passage, document_text: Callable[[Passage], str] | None) -> _Source:
    heading = f"{passage.title}\n{passage.section}\n{passage.header}\n{passage.document}"
    around = document_text(passage) if document_text else ""
    return _Source(
        passage=passage,
        windows=tuple(_windows(passage, _over_lines(passage.text))),
        heading=heading,
        heading_tokens=frozenset(_tokens(heading)),
        whole=f"{heading}\n{passage.text}\n{around}".lower(),
    )


def _over_lines(text: str) -> list[tuple[int, int]]:
    """Offsets of the sentences and lines of a passage; a sentence that is set in several full lines is one."""
    longest = max((len(line) for line in text.splitlines()), default=0)
    joined: list[tuple[int, int]] = []
    for start, end in sentences(text):
        if joined and end - joined[-1][0] <= _LONGEST_SENTENCE and _runs_on(text, joined[-1][1], start, longest):
            joined[-1] = joined[-1][0], end
        else:
            joined.append((start, end))
    return joined


def _runs_on(text: str, end: int, start: int, longest: int) -> bool:
    """Whether what ends at `end` goes on in the next line, at `start`: its line is full and no cell of a table."""
    line = text[text.rfind("\n", 0, end) + 1 : end]
    following = text[start:].partition("\n")[0]
    return (
        text[end:start].strip(" ") == "\n"
        and len(line) >= max(_FULL_LINE * longest, _SHORTEST_FULL_LINE)
        and line[-1] not in _CLOSING
        and not _LIST_ITEM.match(following)
        and not _CELL.search(line)
        and not _CELL.search(following)
    )


def _windows(passage: Passage, cuts: Sequence[tuple[int, int]]) -> Iterator[_Window]:
    """Every run of one to WINDOW neighbouring sentences or lines of a passage."""
    for first in range(len(cuts)):
        for last in range(first, min(first + WINDOW, len(cuts))):
            start, end = cuts[first][0], cuts[last][1]
            quote = passage.text[start:end]
            if BLANK in quote:
                break
            yield _Window(passage.start + start, passage.start + end, quote, _tokens(quote))


def _tokens(text: str) -> dict[str, float]:
    """Content tokens with weights: stems of Latin words and numbers weigh 1, pairs of Chinese characters a half."""
    weights: dict[str, float] = {}
    for token in tokenise(text):
        if not CJK.search(token) and token not in STOP_WORDS and not _NUMERIC.fullmatch(token):
            weights[_stem(token)] = 1.0
    for number in numbers_in(text):
        weights[f"#{number}"] = 1.0
    for run in re.findall(rf"{CJK.pattern}+", text):
        for pair in (run[i : i + 2] for i in range(max(1, len(run) - 1))):
            if pair not in STOP_WORDS:
                weights[pair] = 0.5
    return weights


@functools.lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    return str(_stemmer().stemWord(word))


@functools.cache
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("english")
