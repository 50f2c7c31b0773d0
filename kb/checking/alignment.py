"""Alignment: the span of a passage that carries a claim best, and whether it supports it.

What a claim adds to the question must stand in the span: its words mostly, its numbers, dates and names all.
What only repeats the question may stand in what heads the span: title, section, table header, the rest of the
passage. A claim in another language than the passage is compared by vectors instead of words.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from kb.checking import contradictions, fragments, table_claims, unit_mismatch, year_mismatch
from kb.checking.changes import gives_former, gives_what_was, holds_post, turns_succession
from kb.checking.compounds import (
    adds_unsaid,
    gives_other_reason,
    names_nobody,
    statements_of,
    takes_other_subject,
    turns_order,
)
from kb.checking.disagreements import Disagreements
from kb.checking.forms import ALTERNATIVES, OPEN_QUESTION, PRONOUN
from kb.checking.frames import Frames, lines
from kb.checking.labels import takes_other_label, takes_other_partner
from kb.checking.opposites import exchanges, says_opposite, turns_direction
from kb.checking.prompt_injection import without_orders
from kb.checking.ranges import gives_one_end
from kb.checking.relations import crosses_over, is_of_another_name, lacks_relation
from kb.checking.rival_values import Value, has_rival, swaps_subject, values_in
from kb.checking.sections import is_of_other_section
from kb.checking.sources import (
    Source,
    Window,
    bare,
    core_of,
    header_of,
    headings_of,
    long_windows,
    parts_of,
    says_most,
    source_of,
)
from kb.checking.steps import StepTaken, step_taken
from kb.checking.table_claims import is_row
from kb.language.content_terms import content_of, is_number, stem
from kb.language.date_forms import is_told_in_parts
from kb.language.language import language_of
from kb.language.number_forms import in_units_of, is_amount, is_of_another_day, missing_numbers, numbers_in
from kb.language.periods import periods
from kb.language.proper_names import (
    codes_in,
    has_namesake,
    holds_name,
    is_of_namesake,
    names_in,
    opening_name,
    places_in,
)
from kb.language.transliteration import reads_as
from kb.models.maxsim import Vectors
from kb.schema import ClaimReason, Language, Passage

SUPPORT = 0.5  # share of a claim's content that span and heading must cover
SUPPORT_NEAREST = 0.35  # the same of the sentence that means question and claim more nearly than all others shown
# Cosine of a claim with a sentence that has its values, from which it says the same in whatever words.
SAME_MEANING: Mapping[Language, float] = {"en": 0.92, "zh": 0.94}
SUPPORT_COSINE = 0.80  # the same between languages, as cosine of multilingual-e5-small
SUPPORT_COSINE_OF_VALUE = 0.78  # and of a claim that adds a number, code or name, which the span must have
CLOSE = 0.012  # cosines this near tell no sentence from another
BARE = 1.0  # weight of words up to which a claim is a value that says nothing without its question: "25 分钟"
KEEP_MARKER = 0.6  # a cited passage that carries less than this share of the best one's is not a source
WINDOW_ACROSS = 2  # the same between languages, where each is embedded
BREVITY = 0.12  # how much a span's own precision counts when spans are compared
LONG_CLAIM = 20  # words that a claim adds, from which on it may be a list, told in one sentence
_CHINESE_ENDS = "。！？"  # no heading has one
_KINDS_OF_PLACE = "区省市县州"  # left out where a place is named in a table
_LINKING = "是为的了有在元共达约计"  # characters that tie an answer to what was asked
# The source holds what such a claim says, but not surely of what was asked: it is marked, and not withheld.
UNDECIDED: frozenset[ClaimReason] = frozenset({"language", "rival", "quantifier"})
_OF_A_SENTENCE: frozenset[ClaimReason] = frozenset({"unit", "quantifier", "negation"})
_OF_A_PART: frozenset[ClaimReason] = frozenset({"rival", "name", "row"})
REPEATED = 0.3  # weight of what only repeats the question, against what is new

_ASKS = re.compile(r"[?？][\s*_]*\Z")
_MODAL = re.compile(r"\b(?:may|can|must|should)\b", re.IGNORECASE)  # "who may clear it" heads a column of people
_SMALL_WORD = re.compile(r"(?<![A-Za-z])[a-z]{2,}")

Similarities = Callable[[str, Sequence[str]], Vectors]


@dataclass(frozen=True, slots=True)
class SupportSpan:
    """A stretch of a passage and how well it carries a claim. Offsets count into the document's stored text."""

    passage: Passage
    start: int
    end: int
    quote: str
    strength: float  # 0..1
    supported: bool
    reason: ClaimReason  # why it is not supported; "" where it is
    on_target: bool  # its document speaks of at least half of what the question names


class Aligner:
    """Finds the sources of claims among passages, which are cut up once.

    `question` is what the claims answer. `document_text` gives the stored text around a passage, where names of
    the question are looked for. `similarities` compares a claim with spans in another language. `beside` gives
    passages that were found, too: they confirm nothing, and may say something else. It is called where a claim is
    confirmed.
    """

    def __init__(
        self,
        passages: Sequence[Passage],
        question: str,
        similarities: Similarities | None = None,
        document_text: Callable[[Passage], str] | None = None,
        beside: Callable[[], Sequence[Passage]] = tuple,
    ) -> None:
        self._sources = [source_of(without_orders(passage), document_text) for passage in passages]
        self._question_language = language_of(question)
        self._question = question
        self._asked_tokens = frozenset(content_of(question))
        self._asked_numbers = numbers_in(question)
        self._asked_names = names_in(question)
        self._asked_codes = codes_in(question)
        # Stems of the words that question or passages have in small letters: no names.
        texts = (question, *(passage.text for passage in passages))
        self._small = frozenset(stem(word) for text in texts for word in _SMALL_WORD.findall(text))
        self._headings = {bare(heading) for source in self._sources for heading in headings_of(source.passage)}
        self._similarities = similarities
        headings = [source.heading for source in self._sources]
        self._other_editions = {
            source.passage.rank
            for source in self._sources
            if year_mismatch.is_other_edition(question, source.heading, headings)
        }
        self._disagreements = Disagreements(
            self._sources, question, similarities, self._values_of, self._other_editions,
            lambda: [source_of(without_orders(passage), document_text) for passage in beside()],
        )  # fmt: skip
        self._replaced = [old for s in self._sources for old in contradictions.replaced_in(s.passage.text)]
        self._frames = Frames([line for source in self._sources for line in lines(source)])
        self._values: dict[int, list[Value]] = {}  # of passages, by rank
        # Of passages, by rank, the numbers of other years or months than those asked about.
        self._elsewhen = {
            source.passage.rank: year_mismatch.of_other_periods(question, source.passage.text)
            for source in self._sources
        }
        # Of claim and rank: where a sentence begins, its cosine, and whether it has a value that the claim adds.
        self._nearness: dict[tuple[str, int], list[tuple[int, float, bool]]] = {}
        self._nearest: dict[str, tuple[Window, Source] | None] = {}  # the sentence that means a claim most nearly
        self._steps: dict[tuple[str, int], StepTaken] = {}
        self._against: dict[tuple[str, int], ClaimReason] = {}  # what whole passages have against a claim

    def sources(self, claim: str, cited: Sequence[int]) -> list[SupportSpan]:
        """The spans a claim rests on, best first: of the cited passages where they carry it, else of the one that does.

        An unsupported claim keeps the best span of each passage it cited, marked unsupported; one that cited none, the
        span that would carry it but for what speaks against that.
        """
        own = sorted(
            self._spans(claim, [s for s in self._sources if s.passage.rank in cited], is_cited=True), key=_merit
        )
        if self._echoes(claim):
            return [replace(span, supported=False, reason="echo") for span in own]
        language = language_of(claim)
        supported = [span for span in own if span.supported and span.strength >= KEEP_MARKER * own[0].strength]
        crosses = bool(supported) and language_of(supported[0].passage.text) != language
        if supported and not crosses:
            return supported
        others = self._spans(
            claim,
            [
                source
                for source in self._sources
                if source.passage.rank not in cited and not (cited and language_of(source.passage.text) != language)
            ],
            is_cited=False,
        )
        if supported:  # across languages, by cosines: what says it in the claim's own words is a better source
            return sorted((span for span in others if span.supported), key=_merit)[:1] or supported
        holding = sorted((span for span in others if span.supported), key=_merit)[:1]
        undecided = sorted((span for span in others if span.reason in UNDECIDED), key=_merit)[:1]
        opposed = sorted((span for span in others if span.reason and span.reason != "words"), key=_merit)[:1]
        return holding or own or undecided or [span for span in opposed if span.strength >= SUPPORT]

    def disagreement(self, claim: str, span: SupportSpan) -> SupportSpan | None:
        """The sentence of another document that gives another value than the claim, which `span` confirms, of the same.
        An older edition of the document does not count, nor what is in another language."""
        source = next(source for source in self._sources if source.passage == span.passage)
        found = self._disagreements.find(claim, source, range(span.start, span.end))
        return _conflict(*found, span) if found else None

    def _values_of(self, source: Source) -> list[Value]:
        if source.passage.rank not in self._values:
            self._values[source.passage.rank] = values_in(source.sentences, source.rows)
        return self._values[source.passage.rank]

    def _spans(self, claim: str, sources: Sequence[Source], is_cited: bool) -> list[SupportSpan]:
        return [self._best(claim, source, is_cited) for source in sources if source.windows]

    def _best(self, claim: str, source: Source, is_cited: bool) -> SupportSpan:
        claim = in_units_of(claim, f"{source.heading}\n{source.passage.text}")
        language = language_of(claim)
        crosses = self._similarities is not None and language != language_of(source.passage.text)
        names = self._names(claim, crosses)
        windows = [window for window in source.windows if not crosses or len(window.parts) <= WINDOW_ACROSS]
        if not crosses and len(self._new(claim)) >= LONG_CLAIM:
            windows += long_windows(source)
        # A line of a passage may be in the claim's language: then it is compared by words.
        foreign = {w.parts for w in windows if crosses and language_of(w.quote) != language}
        across = [window for window in windows if window.parts in foreign]
        within = [window for window in windows if window.parts not in foreign]
        found = dict(zip((w.parts for w in within), self._coverages(claim, within, source), strict=True))
        if across:
            cosines = self._cosines(claim, names, across, source, is_cited)
            found.update(zip((w.parts for w in across), cosines, strict=True))
        strengths = [found[window.parts] for window in windows]
        objections: list[ClaimReason] = [
            self._objection(claim, names, window, source, window.parts in foreign)
            if self._is_carried(claim, window, source, strength, window.parts in foreign)
            else "words"
            for window, (strength, _) in zip(windows, strengths, strict=True)
        ]
        # What a sentence has against a claim that it says enough of, its neighbours do not take back.
        opposing = {
            window.parts.start
            for window, objection in zip(windows, objections, strict=True)
            if len(window.parts) == 1 and objection in _OF_A_SENTENCE and window.parts not in foreign
        }
        carrying = [
            not objection and opposing.isdisjoint(window.parts)
            for window, objection in zip(windows, objections, strict=True)
        ]
        denials = {
            window.parts.start: contradictions.denial(claim, window.quote, carries and window.parts in foreign)
            for window, carries, (strength, _) in zip(windows, carrying, strengths, strict=True)
            if len(window.parts) == 1 and (carries or (window.parts not in foreign and strength >= SUPPORT / 2))
        }
        denying = {
            window.parts.start: strength
            for window, (strength, _) in zip(windows, strengths, strict=True)
            if len(window.parts) == 1 and denials.get(window.parts.start)
        }
        foreign_starts = {parts.start for parts in foreign}
        if any(
            denials[start] == "negation" and strength >= SUPPORT and start not in foreign_starts
            for start, strength in denying.items()
        ):  # whatever else there is, this says the contrary in the claim's own words
            carrying = [False] * len(carrying)
        least = max(denying.values(), default=0.0) + (CLOSE * bool(denying) if crosses else 0.0)
        merits = [
            (carries and strength >= least and denying.keys().isdisjoint(window.parts), strength + BREVITY * precision)
            for window, carries, (strength, precision) in zip(windows, carrying, strengths, strict=True)
        ]
        chosen = merits.index(max(merits))
        window, supported = windows[chosen], merits[chosen][0]
        if supported and not crosses and self._fails_in_part(claim, source, is_cited):
            supported = False
            objections[chosen] = "rival"
        reason: ClaimReason = ""
        if not supported:
            reason = objections[chosen] or next(
                (why for at, why in denials.items() if why and at in window.parts), "words"
            )
            if objections[chosen] == "words":  # where there is more against it, that is said
                reason = self._objection(claim, names, window, source, window.parts in foreign) or "words"
        asked = self._asked_names if self._question_language == language_of(source.passage.text) else self._asked_codes
        return SupportSpan(
            passage=source.passage,
            start=window.start,
            end=window.end,
            quote=window.quote,
            strength=strengths[chosen][0],
            supported=supported,
            reason=reason,
            on_target=2 * sum(name in source.whole for name in asked) >= len(asked),
        )

    def _fails_in_part(self, claim: str, source: Source, is_cited: bool) -> bool:
        """Whether a part of a claim, which is a statement of its own, is another one's of the words that it has."""
        parts = statements_of(claim)
        if sum(bool(self._added_values(part)) for part in parts) > 1:
            return False  # what was asked of several has a value for each
        for part in parts:
            span = self._best(part, source, is_cited)
            if not span.supported and span.reason in _OF_A_PART and span.strength >= SUPPORT:
                return True
        return False

    def _is_carried(self, claim: str, window: Window, source: Source, strength: float, crosses: bool) -> bool:
        """Whether a window says enough of a claim: by its words; of one that says it in other words, with a number that
        the claim adds, also where no sentence of any passage means question and claim more nearly."""
        if crosses:
            adds = self._added_values(claim) or names_in(claim) - self._asked_names
            return strength >= (SUPPORT_COSINE_OF_VALUE if adds else SUPPORT_COSINE)
        if strength >= SUPPORT or self._similarities is None:
            return strength >= SUPPORT
        added = numbers_in(claim) - self._asked_numbers
        words = sum(weight for token, weight in content_of(claim).items() if not is_number(token))
        if words <= 2 * BARE or not added or not added <= numbers_in(window.quote):
            return False
        if strength < SUPPORT_NEAREST:
            return len(window.parts) == 1 and self._means_same(claim, window)
        if claim not in self._nearest:
            language = language_of(claim)
            lines = [
                (w, each)
                for each in self._sources
                for w in each.windows
                if len(w.parts) == 1 and language_of(w.quote) == language and not _ASKS.search(w.quote)
            ]
            cosines = self._similarities(f"{self._question} {claim}", [w.quote for w, _ in lines]) if lines else ()
            near = max(zip(map(float, cosines), lines, strict=True), default=None, key=lambda found: found[0])
            self._nearest[claim] = near[1] if near else None
        nearest = self._nearest[claim]
        if nearest is None or nearest[1] is not source or nearest[0].parts.start not in window.parts:
            return False
        return added <= numbers_in(nearest[0].quote)

    def _means_same(self, claim: str, window: Window) -> bool:
        """Whether a sentence says, in whatever words, what the claim says."""
        assert self._similarities is not None
        return float(self._similarities(claim, [window.quote])[0]) >= SAME_MEANING[language_of(claim)]

    def _added_values(self, claim: str) -> frozenset[str]:
        """The numbers and codes of a claim that the question does not have."""
        return (numbers_in(claim) | codes_in(claim)) - self._asked_numbers - self._asked_codes

    def _names(self, claim: str, crosses: bool) -> frozenset[str]:
        """What the claim names. Its first word is a name where nothing here has it in small letters."""
        opening = opening_name(claim)
        if opening and (not crosses or _is_bare(claim)) and stem(opening) not in self._small:
            return names_in(claim) | {opening}
        return names_in(claim)

    def _echoes(self, claim: str) -> bool:
        """Whether a claim is a heading, or only repeats what was asked where the question cannot be answered so."""
        if bare(claim) in self._headings or names_nobody(claim, self._question):
            return True
        if not OPEN_QUESTION.search(self._question) or ALTERNATIVES.search(self._question):
            return False
        return not any(
            token not in self._asked_tokens
            and (token.isascii() or any(c not in self._question + _LINKING for c in token))
            for token in content_of(claim)
        )

    def _objection(
        self, claim: str, names: frozenset[str], window: Window, source: Source, crosses: bool
    ) -> ClaimReason:
        """Why a window cannot carry the claim, whatever words they share; "" where it can."""
        missing = self._missing(claim, names, window, source)
        if missing == "asked" and self._step(claim, source).right is False:
            return "row" if window.rows else "rival"
        if missing in ("name", "asked") and crosses and not self._missing(claim, codes_in(claim), window, source):
            return "language"  # a name in another script cannot be compared
        return missing or self._contradiction(claim, names, window, source, crosses)

    def _missing(self, claim: str, names: frozenset[str], window: Window, source: Source) -> ClaimReason:
        """Whether a number, date or name of the claim is not in the span, nor where it may be instead; "asked" where it
        only repeats the question, and the source has none like it."""
        said = numbers_in(window.quote)
        excused = self._asked_numbers & source.heading_numbers
        if len(window.parts) == 1:  # a sentence of June, under a title of 2025
            dated = said | {number for number in source.heading_numbers if len(number) == 4 and number.isdigit()}
            excused |= {number for number in self._asked_numbers if is_told_in_parts(number, dated)}
        excused = frozenset(number for number in excused if not is_of_another_day(number, said))
        header = header_of(window, source)
        numbers = missing_numbers(claim, f"{window.quote}\n{header}") - excused
        step = self._step(claim, source)
        numbers -= step.numbers if step.is_in(window, source) else frozenset()
        if any(number not in self._asked_numbers or not is_amount(number) for number in numbers):
            return "number"
        # What the claim adds stands in the span. In a table each row speaks for itself; in prose a name that the
        # question gave may stand anywhere in the document.
        table = bool(window.rows)
        span = f"{window.quote}\n{header}\n{source.heading}".lower()
        place = span if table else f"{span}\n{source.passage.text}".lower()
        lacking = [
            name
            for name in names
            if not (
                holds_name(place if name in self._asked_names else span, name)
                or (not table and name in self._asked_names and name in source.whole and not has_namesake(name, place))
                or (name[-1] in _KINDS_OF_PLACE and len(name) > 2 and name[:-1] in place)
                or reads_as(name, place if name in self._asked_names else span)
                or name in periods(span)
            )
        ]
        if any(table or name not in self._asked_names or has_namesake(name, place) for name in lacking):
            return "name"
        if not places_in(claim).isdisjoint(lacking) and places_in(window.quote) - places_in(claim):
            return "name"
        return "asked" if numbers or lacking else ""

    def _contradiction(
        self, claim: str, names: frozenset[str], window: Window, source: Source, crosses: bool
    ) -> ClaimReason:
        """How span or heading speak against the claim. Between languages cosine tells no row of codes from another:
        what is said of one must name a number or code of it."""
        quote = window.quote
        if fragments.is_cut_off(claim, source.passage.text) or self._is_line(claim, names, source):
            return "echo"
        if not window.rows and not fragments.is_phrase(claim) and fragments.is_title(core_of(self._new(claim), window)):
            return "echo"
        if crosses and window.rows and not self._added_values(claim) & (numbers_in(quote) | codes_in(quote)):
            return "row"
        if not crosses and unit_mismatch.counts_other_things(claim, f"{quote}\n{source.heading}"):
            return "unit"
        if window.rows and unit_mismatch.other_measure(claim, header_of(window, source)):
            return "unit"
        if not crosses and (
            unit_mismatch.turns_bound(claim, self._question)
            or unit_mismatch.has_no_such_rate(claim, f"{source.heading}\n{source.passage.text}")
        ):
            return "unit"
        if crosses and unit_mismatch.lacks_unit(claim, f"{quote}\n{header_of(window, source)}"):
            return "number"
        if contradictions.loses_sign(claim, quote):
            return "sign"
        marked = table_claims.agrees_with_mark(claim, self._question, source.rows) if window.rows else None
        if marked is False:
            return "negation"
        if window.rows and table_claims.gives_heads_alone(claim, self._question, source.rows):
            return "echo"
        if window.rows and (
            table_claims.takes_wrong_row(claim, self._question, source.rows)
            or table_claims.takes_wrong_column(claim, self._question, source.rows)
            or self._step(claim, source).right is False
        ):
            return "row"
        if is_of_namesake(self._asked_codes, quote, source.heading):
            return "name"
        if year_mismatch.is_of_other_year(claim, self._question):
            return "relation"
        if source.passage.rank in self._other_editions or year_mismatch.is_of_other_period(
            claim, self._question, quote
        ):
            return "year"
        if contradictions.is_replaced(claim, self._question, self._replaced):
            return "replaced"
        if crosses:
            return "" if self._is_nearest(claim, window, source) else "rival"
        if takes_other_label(claim, self._question, names - self._asked_names, quote) or is_of_other_section(
            claim, self._question, window.parts, source.sentences, source.above
        ):
            return "rival"
        if against := self._passage_against(claim, source):
            return against
        if not window.rows and lacks_relation(claim, self._question, window.parts, source):
            return "relation"
        if not window.rows and is_of_another_name(claim, self._question, window.parts, source):
            return "rival"
        if self._frames.is_elsewhere(claim, self._question, source.passage.rank, window.parts):
            return "rival"
        said = content_of(contradictions.without_denial(claim))
        core = core_of(said, window)
        if not says_most(core, said):
            core = quote
        if not marked and (
            contradictions.negates(claim, f"{self._question_before(window, source)}{core}")
            or contradictions.denies_other_clause(claim, core)
        ):
            return "negation"
        if says_opposite(claim, f"{core}\n{_MODAL.sub(' ', header_of(window, source))}"):
            return "negation"
        if contradictions.widens(claim, f"{core}\n{source.heading}") or contradictions.drops_hedge(claim, core):
            return "quantifier"
        if gives_one_end(claim, self._question, quote):
            return "quantifier"
        if contradictions.drops_forecast(claim, self._question, quote) or contradictions.tells_as_done(claim, core):
            return "forecast"
        if takes_other_partner(names - self._asked_names, self._asked_names, quote):
            return "rival"
        return "name" if not window.rows and self._swaps_name(claim, names, window, source) else ""

    def _question_before(self, window: Window, source: Source) -> str:
        """The question of the text that a window answers: "What is not insured?"."""
        before = source.sentences[window.parts.start - 1] if window.parts.start else ""
        return f"{before}\n" if _ASKS.search(before) else ""

    def _is_nearest(self, claim: str, window: Window, source: Source) -> bool:
        """Whether no other sentence of the passage, in its language, means question and claim more nearly."""
        assert self._similarities is not None
        rank = source.passage.rank
        if (claim, rank) not in self._nearness:
            language = language_of(claim)
            lines = [w for w in source.windows if len(w.parts) == 1 and language_of(w.quote) != language]
            said = f"{self._question} {claim}"
            cosines = self._similarities(said, [w.quote for w in lines]) if len(lines) > 1 else ()
            added = self._added_values(claim)
            holding = [not added or bool(added & (numbers_in(w.quote) | codes_in(w.quote))) for w in lines]
            self._nearness[claim, rank] = [
                (w.parts.start, float(cosine), holds) for w, cosine, holds in zip(lines, cosines, holding, strict=False)
            ]
        nearness = self._nearness[claim, rank]
        inside = [(cosine, holds) for at, cosine, holds in nearness if at in window.parts]
        own = [cosine for cosine, holds in inside if holds] or [cosine for cosine, _ in inside]
        others = [cosine for at, cosine, _ in nearness if at not in window.parts or cosine not in own]
        return not (own and others) or max(others) < max(own) + CLOSE

    def _is_line(self, claim: str, names: frozenset[str], source: Source) -> bool:
        """Whether a claim without a verb is a line of its own in the source, or gives nothing that is asked for."""
        if not fragments.is_phrase(claim):
            return False
        said = content_of(claim)
        for w in source.windows:
            if len(w.parts) == 1 and not w.rows and w.tokens.keys() <= said.keys() and says_most(w.quote, said):
                return w.quote.rstrip()[-1] not in _CHINESE_ENDS  # else a sentence of which no verb is seen
        named = names if len(said) == 1 else names_in(claim)  # the first word of a longer phrase need not be a name
        has_value = bool(numbers_in(claim) - self._asked_numbers or named - self._asked_names)
        return not has_value and fragments.leaves_open(claim, self._question, source.sentences)

    def _swaps_name(self, claim: str, names: frozenset[str], window: Window, source: Source) -> bool:
        """Whether the words that say most of the claim have another name in the place of one that it adds."""
        said = {t: weight for t, weight in content_of(claim).items() if not any(t in stem(name) for name in names)}
        core = core_of(said, window)
        added, place = (names & names_in(claim)) - self._asked_names, f"{core}\n{source.heading}".lower()
        return (
            not all(holds_name(place, name) for name in added)
            and bool(names_in(core) - names)
            and says_most(core, said)
            and not (PRONOUN.search(core) or holds_post(claim, self._question, source.sentences))
        )

    def _passage_against(self, claim: str, source: Source) -> ClaimReason:
        """What a passage as a whole has against a claim in its language, whichever window seems to carry it."""
        rank = source.passage.rank
        if (claim, rank) not in self._against:
            same = self._question_language == language_of(source.passage.text)
            against: ClaimReason = ""
            step = self._step(claim, source).right  # of the values of steps the question tells which is meant
            near = self._similarities if same else None
            elsewhen = self._elsewhen[rank] - numbers_in(claim)
            values = [value for value in self._values_of(source) if value.number not in elsewhen]
            holds = holds_post(claim, self._question, source.sentences)
            if (
                holds is False
                or gives_what_was(claim, self._question, source.sentences)
                or gives_former(claim, self._question, source.passage.text)
            ):
                against = "replaced"
            elif step is False or (
                not step
                and not holds
                and not fragments.is_quotation(claim, source.sentences)
                and (
                    has_rival(claim, self._question, values, near)
                    or swaps_subject(claim, self._question, source.sentences, source.above)
                )
            ):
                against = "rival"
            elif gives_other_reason(claim, self._question, source.sentences):
                against = "relation"
            elif adds_unsaid(claim, self._question, source.tokens):
                against = "words"
            elif (
                contradictions.denies_own_question(claim, source.sentences)
                or contradictions.denies_what_is_said(claim, source.sentences)
                or any(contradictions.excludes(claim, sentence) for sentence in source.sentences)
            ):
                against = "negation"
            elif (
                contradictions.turns_comparison(claim, source.sentences)
                or turns_order(claim, self._question, source.sentences)
                or turns_direction(claim, source.passage.text)
                or takes_other_subject(claim, source.sentences)
                or turns_succession(claim, source.sentences)
                or crosses_over(claim, self._question, source)
                or exchanges(claim, (part for each in source.sentences if not is_row(each) for part in parts_of(each)))
            ):
                against = "row"
            self._against[claim, rank] = against
        return self._against[claim, rank]

    def _step(self, claim: str, source: Source) -> StepTaken:
        key = (claim, source.passage.rank)
        if key not in self._steps:
            self._steps[key] = step_taken(claim, self._question, source)
        return self._steps[key]

    def _cosines(
        self, claim: str, names: frozenset[str], windows: Sequence[Window], source: Source, is_cited: bool
    ) -> list[tuple[float, float]]:
        """For each window the cosine with the claim, and 0; 0 too where it lacks what the claim must share with it.

        Where all do, the sentences of a cited passage are compared, so that the nearest can be shown; of one that is
        not cited those that hold all the numbers which the claim adds.
        """
        assert self._similarities is not None
        near = [window for window in windows if not self._missing(claim, names, window, source)]
        if not near:
            added = numbers_in(claim) - self._asked_numbers
            near = [w for w in windows if len(w.parts) == 1 and (is_cited or (added and added <= numbers_in(w.quote)))]
        said = f"{self._question} {claim}" if _is_bare(claim) else claim
        cosines = map(float, self._similarities(said, [window.quote for window in near]) if near else ())
        found = {window.parts: cosine for window, cosine in zip(near, cosines, strict=True)}
        return [(found.get(window.parts, 0.0), 0.0) for window in windows]

    def _coverages(self, claim: str, windows: Sequence[Window], source: Source) -> list[tuple[float, float]]:
        """For each window the share of the claim that it covers, and the share of it that the claim covers."""
        tokens, falling = content_of(claim), content_of(contradictions.FALLING.sub(" ", claim))
        numbers, step = numbers_in(claim), self._step(claim, source)
        found = []
        for window in windows:
            said = falling if numbers & contradictions.only_negative(window.quote) else tokens
            inside = sum(weight for token, weight in said.items() if token in window.tokens)
            precision = inside / (sum(window.tokens.values()) or 1.0)
            covered = self._covered(said, window, source) if inside else 0.0
            if covered and (
                table_claims.names_cell(claim, self._question, window.rows)
                or table_claims.agrees_with_mark(claim, self._question, window.rows)
                or (step.right and step.is_in(window, source))
            ):
                covered = max(covered, SUPPORT)
            found.append((covered, min(1.0, precision)))
        return found

    def _new(self, claim: str) -> Mapping[str, float]:
        """What a claim says that the question does not."""
        return {token: weight for token, weight in content_of(claim).items() if token not in self._asked_tokens}

    def _covered(self, said: Mapping[str, float], window: Window, source: Source) -> float:
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


def _is_bare(claim: str) -> bool:
    """Whether a claim is a value that says nothing without its question."""
    return sum(weight for token, weight in content_of(claim).items() if not is_number(token)) <= BARE


def _conflict(window: Window, passage: Passage, span: SupportSpan) -> SupportSpan:
    return SupportSpan(passage, window.start, window.end, window.quote, span.strength, False, "conflict", True)


def _merit(span: SupportSpan) -> tuple[bool, float, int]:
    return (not span.supported, -span.strength, span.passage.rank)


def warm_up() -> None:
    """Load the word tools, which take seconds, now instead of at the first answer."""
    content_of("warm up")
    names_in("预热")
