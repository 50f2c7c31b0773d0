"""Alignment: the span of a passage that carries a claim best, and whether it supports it.

What a claim adds to the question must stand in the span: its words mostly, its numbers, dates and names all.
What only repeats the question may stand in what heads the span: title, section, table header, the rest of the
passage. A claim in another language than the passage is compared by vectors instead of words.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kb.checking import contradictions, table_claims, unit_mismatch, year_mismatch
from kb.checking.prompt_injection import BLANK, gives_orders, without_orders
from kb.checking.table_claims import Row, is_row
from kb.language import date_forms
from kb.language.content_terms import content_of, is_number
from kb.language.language import language_of, sentences
from kb.language.number_forms import in_units_of, missing_numbers, numbers_in
from kb.language.proper_names import codes_in, names_in
from kb.models.maxsim import Vectors
from kb.schema import Passage

SUPPORT = 0.5  # share of a claim's content that span and heading must cover
SUPPORT_COSINE = 0.80  # the same between languages, as cosine of multilingual-e5-small
CLOSE = 0.012  # cosines this near tell no sentence from another
BARE = 1.0  # weight of words up to which a claim is a value that says nothing without its question: "25 分钟"
KEEP_MARKER = 0.6  # a cited passage that carries less than this share of the best one's is not a source
WINDOW = 4  # most sentences, or lines, in a span
WINDOW_ACROSS = 2  # the same between languages, where each is embedded
BREVITY = 0.12  # how much a span's own precision counts when spans are compared
_FULL_LINE = 0.8  # length of a line that the text has filled, as a share of the longest line's
_SHORTEST_FULL_LINE = 25  # characters; of Chinese a line holds about 30
_LONGEST_SENTENCE = 600  # characters
_CLOSING = ".!?:;。！？：；…"
_DIGITS = re.compile(r"\d+")
_LIST_ITEM = re.compile(r"[-*•·▪‣–—◦●○□■]|\(?(?:\d{1,3}|[a-zA-Z]|[一二三四五六七八九十]{1,3})[.)、）．]")
_KINDS_OF_PLACE = "区省市县州"  # left out where a place is named in a table
_LINKING = "是为的了有在元共达约计"  # characters that tie an answer to what was asked
REPEATED = 0.3  # weight of what only repeats the question, against what is new

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
    parts: range  # of the sentences, or lines, that it is made of
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class _Source:
    """A passage cut into windows, and the words that head them."""

    passage: Passage
    windows: tuple[_Window, ...]
    heading: str  # title, section, table header, path
    heading_tokens: frozenset[str]
    heading_numbers: frozenset[str]
    rows: Sequence[Row]
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
        self._sources = [_source(without_orders(passage), document_text) for passage in passages]
        self._question_language = language_of(question)
        self._question = question
        self._asked_tokens = frozenset(content_of(question))
        self._asked_numbers = numbers_in(question)
        self._asked_names = names_in(question)
        self._asked_codes = codes_in(question)
        self._similarities = similarities

    def sources(self, claim: str, cited: Sequence[int]) -> list[Span]:
        """The spans a claim rests on, best first: of the cited passages where they carry it, else of the one that does.

        An unsupported claim keeps the best span of each passage it cited, marked unsupported.
        """
        own = sorted(
            self._spans(claim, [s for s in self._sources if s.passage.rank in cited], is_cited=True), key=_merit
        )
        if own and own[0].supported:
            return [span for span in own if span.supported and span.strength >= KEEP_MARKER * own[0].strength]
        others = self._spans(claim, [s for s in self._sources if s.passage.rank not in cited], is_cited=False)
        return sorted((span for span in others if span.supported), key=_merit)[:1] or own

    def _spans(self, claim: str, sources: Sequence[_Source], is_cited: bool) -> list[Span]:
        return [self._best(claim, source, is_cited) for source in sources if source.windows]

    def _best(self, claim: str, source: _Source, is_cited: bool) -> Span:
        claim = in_units_of(claim, f"{source.heading}\n{source.passage.text}")
        crosses = self._similarities is not None and language_of(claim) != language_of(source.passage.text)
        names = codes_in(claim) if crosses else names_in(claim)
        if crosses:
            windows = [window for window in source.windows if len(window.parts) <= WINDOW_ACROSS]
            strengths = self._cosines(claim, names, windows, source, is_cited)
        else:
            windows = list(source.windows)
            strengths = self._coverages(claim, windows, source)
        carrying = [
            strength >= (SUPPORT_COSINE if crosses else SUPPORT)
            and self._holds(claim, names, window, source)
            and not self._contradicted(claim, window, source, crosses)
            for window, (strength, _) in zip(windows, strengths, strict=True)
        ]
        denying = {
            window.parts.start: strength
            for window, carries, (strength, _) in zip(windows, carrying, strengths, strict=True)
            if carries and len(window.parts) == 1 and self._denies(claim, window, source, crosses)
        }
        least = max(denying.values(), default=0.0) + (CLOSE * bool(denying) if crosses else 0.0)
        merits = [
            (carries and strength >= least and denying.keys().isdisjoint(window.parts), strength + BREVITY * precision)
            for window, carries, (strength, precision) in zip(windows, carrying, strengths, strict=True)
        ]
        chosen = merits.index(max(merits))
        window = windows[chosen]
        asked = self._asked_names if self._question_language == language_of(source.passage.text) else self._asked_codes
        return Span(
            passage=source.passage,
            start=window.start,
            end=window.end,
            quote=window.quote,
            strength=strengths[chosen][0],
            supported=merits[chosen][0],
            on_target=2 * sum(name in source.whole for name in asked) >= len(asked),
        )

    def _holds(self, claim: str, names: frozenset[str], window: _Window, source: _Source) -> bool:
        """Whether numbers, dates and names of the claim are in the span, or where they may be instead."""
        excused = self._asked_numbers & source.heading_numbers
        header = source.passage.header or " | ".join(window.rows[0].heads if window.rows else ())
        if missing_numbers(claim, f"{window.quote}\n{header}") - excused:
            return False
        # In a table each row speaks for itself; in prose a name may stand a sentence earlier, and one that the
        # question gave anywhere in the document.
        table = bool(window.rows)
        place = f"{window.quote if table else source.passage.text}\n{header}\n{source.heading}".lower()
        return all(
            name in place
            or (not table and name in self._asked_names and name in source.whole and not _has_namesake(name, place))
            or (name[-1] in _KINDS_OF_PLACE and len(name) > 2 and name[:-1] in place)
            for name in names
        )

    def _contradicted(self, claim: str, window: _Window, source: _Source, crosses: bool) -> bool:
        """Whether span or heading speak against the claim. Between languages cosine tells no row of codes from another:
        what is said of one must name a number or code of it."""
        quote = window.quote
        if crosses and window.rows:
            added = (numbers_in(claim) | codes_in(claim)) - self._asked_numbers - self._asked_codes
            if not added & (numbers_in(quote) | codes_in(quote)):
                return True
        return (
            contradictions.loses_sign(claim, quote)
            or table_claims.takes_wrong_column(claim, self._question, window.rows)
            or (bool(window.rows) and table_claims.takes_wrong_row(claim, self._question, source.rows))
            or year_mismatch.is_of_another_year(self._question, source.heading, source.passage.text)
            or (not crosses and contradictions.negates(claim, f"{quote}\n{source.heading}"))
        )

    def _denies(self, claim: str, window: _Window, source: _Source, crosses: bool) -> bool:
        """Whether a sentence, or line, that seems to carry the claim says something else."""
        quote = window.quote
        if unit_mismatch.other_unit(claim, quote) or unit_mismatch.other_bound(claim, quote):
            return True
        if crosses:
            return not window.rows and contradictions.permits_denied(claim, quote)
        neighbours = [w.quote for w in source.windows if len(w.parts) == 1 and w != window and not w.rows]
        return contradictions.drops_denial(claim, quote) or (
            not window.rows and contradictions.is_of_neighbour(claim, self._question, quote, neighbours)
        )

    def _cosines(
        self, claim: str, names: frozenset[str], windows: Sequence[_Window], source: _Source, is_cited: bool
    ) -> list[tuple[float, float]]:
        """For each window the cosine with the claim, and 0; 0 too where it lacks what the claim must share with it.

        Where all do, the sentences of a cited passage are compared, so that the nearest can be shown.
        """
        assert self._similarities is not None
        near = [window for window in windows if self._holds(claim, names, window, source)]
        if not near and is_cited:
            near = [window for window in windows if len(window.parts) == 1]
        words = sum(weight for token, weight in content_of(claim).items() if not is_number(token))
        said = claim if words > BARE else f"{self._question} {claim}"
        cosines = map(float, self._similarities(said, [window.quote for window in near]) if near else ())
        found = {window.parts: cosine for window, cosine in zip(near, cosines, strict=True)}
        return [(found.get(window.parts, 0.0), 0.0) for window in windows]

    def _coverages(self, claim: str, windows: Sequence[_Window], source: _Source) -> list[tuple[float, float]]:
        """For each window the share of the claim that it covers, and the share of it that the claim covers."""
        tokens, falling = content_of(claim), content_of(contradictions.FALLING.sub(" ", claim))
        numbers = numbers_in(claim)
        found = []
        for window in windows:
            said = falling if numbers & contradictions.only_negative(window.quote) else tokens
            inside = sum(weight for token, weight in said.items() if token in window.tokens)
            precision = inside / (sum(window.tokens.values()) or 1.0)
            covered = self._covered(said, window, source) if inside else 0.0
            if covered and table_claims.names_cell(claim, self._question, window.rows):
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
        answers = any(map(is_number, added)) and all(token in window.tokens for token in added)
        return max(share, SUPPORT) if answers and 2 * repeated_here >= sum(repeated.values()) else share


def _has_namesake(code: str, place: str) -> bool:
    """Whether a place names another thing of the kind: INC-2025-017 where INC-2023-009 is meant."""
    form = _DIGITS.sub("#", code)
    return form != code and any(_DIGITS.sub("#", other) == form for other in codes_in(place))


def _merit(span: Span) -> tuple[bool, float, int]:
    return (not span.supported, -span.strength, span.passage.rank)


def states_something(sentence: str) -> bool:
    """Whether there is anything in a sentence that could be checked."""
    return bool(content_of(sentence))


def warm_up() -> None:
    """Load the word tools, which take seconds, now instead of at the first answer."""
    content_of("warm up")
    names_in("预热")


def _source(passage: Passage, document_text: Callable[[Passage], str] | None) -> _Source:
    path = "" if gives_orders(passage.document) else passage.document
    heading = f"{passage.title}\n{passage.section}\n{passage.header}\n{path}"
    numbers = numbers_in(heading)
    around = document_text(passage) if document_text else ""
    rows = table_claims.rows_of(passage.text, passage.header)
    return _Source(
        passage=passage,
        windows=tuple(_windows(passage, _over_lines(passage.text), rows)),
        heading=heading,
        heading_tokens=frozenset(content_of(heading)),
        heading_numbers=numbers | {part for number in numbers for part in date_forms.parts(number)},
        rows=rows,
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
        and not is_row(line)
        and not is_row(following)
    )


def _windows(passage: Passage, cuts: Sequence[tuple[int, int]], rows: Sequence[Row]) -> Iterator[_Window]:
    """Every run of one to WINDOW neighbouring sentences or lines of a passage."""
    for first in range(len(cuts)):
        for last in range(first, min(first + WINDOW, len(cuts))):
            start, end = cuts[first][0], cuts[last][1]
            quote = passage.text[start:end]
            if BLANK in quote:
                break
            inside = [row for row in rows if row.start < end and start < row.end]
            yield _Window(
                passage.start + start, passage.start + end, quote, content_of(quote), range(first, last + 1), inside
            )
