"""Alignment: the span of a passage that carries a claim best, and whether it supports it.

What a claim adds to the question must stand in the span: its words mostly, its numbers, dates and names all.
What only repeats the question may stand in what heads the span: title, section, table header, the rest of the
passage. A claim in another language than the passage is compared by vectors instead of words.
"""

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from kb.checking import contradictions, fragments, table_claims
from kb.checking.compounds import statements_of
from kb.checking.disagreements import Disagreements, gives_same
from kb.checking.forms import ALTERNATIVES, ASKS, OPEN_QUESTION
from kb.checking.objections import CLOSE, Objections, Similarities, asked_of
from kb.checking.prompt_injection import without_orders
from kb.checking.sources import (
    Source,
    Window,
    around,
    bare,
    header_of,
    headings_of,
    heads_of,
    item_behind,
    leads_in,
    led_in,
    long_windows,
    may_answer,
    source_of,
    told_by,
)
from kb.confidence.trees import shipped
from kb.confidence.verdicts import Confirm, ConfirmBy, Verify, with_wording
from kb.confidence.wording import measures
from kb.language.code_blocks import lines_in
from kb.language.content_terms import content_of, is_number, share_held, stem
from kb.language.date_forms import less_exact
from kb.language.language import language_of, may_be_chinese
from kb.language.number_forms import missing_numbers, numbers_in
from kb.language.proper_names import codes_in, names_in, opening_name
from kb.language.quantities import in_units_of
from kb.schema import ClaimReason, Language, Passage

SUPPORT = 0.5  # share of a claim's content that span and heading must cover
SUPPORT_NEAREST = 0.35  # the same of the sentence that means question and claim more nearly than all others shown
SUPPORT_PUT_IN = 0.25  # the same where the claim has the question's words, and another in place of the one that asks
# Cosine of a claim with a sentence that has its values, from which it says the same in whatever words.
SAME_MEANING: Mapping[Language, float] = {"en": 0.92, "zh": 0.94}
SUPPORT_COSINE = 0.80  # the same between languages, as cosine of multilingual-e5-small
SUPPORT_COSINE_OF_VALUE = 0.78  # and of a claim that adds a number, code or name, which the span must have
BARE = 1.0  # weight of words up to which a claim is a value that says nothing without its question: "25 分钟"
KEEP_MARKER = 0.6  # a cited passage that carries less than this share of the best one's is not a source
WINDOW_ACROSS = 2  # the same between languages, where each is embedded
BREVITY = 0.12  # how much a span's own precision counts when spans are compared
LONG_CLAIM = 20  # words that a claim adds, from which on it may be a list, told in one sentence
LISTED = 4  # and so many parts of it between commas
_LINKING = "是为的了有在元共达约计"  # characters that tie an answer to what was asked
# The source holds what such a claim says, but not surely of what was asked: it is marked, and not withheld.
UNDECIDED: frozenset[ClaimReason] = frozenset({"language", "rival", "quantifier", "part"})
# What a rule doubts, or speaks against, that confirmer and wording may confirm all the same; the probability from which
# on they do.
OUTWEIGHED: frozenset[ClaimReason] = frozenset(
    {"words", "rival", "part", "asked", "relation", "language", "number", "name", "negation", "quantifier"}
)
OUTWEIGHS = 0.8
# Probability under which a place that the rules pass does not surely say what a claim says: by wording and confirmer,
# by the wording alone, and by the confirmer alone, as between languages.
SURE, SURE_BY_WORDING, SURE_ACROSS = 0.7, 0.6, 0.8
# Probabilities, by the wording and by a verdict on the sentence as the answer to itself, from which on a place says one
# of several sentences, which need not be the answer: a step of many, or what goes with it.
SAID = 0.8
TAKEN = 0.3  # by either, from which on what may be of something else is an answer that others may dispute
_OF_ANOTHER: frozenset[ClaimReason] = frozenset({"rival", "asked"})
_OF_A_SENTENCE: frozenset[ClaimReason] = frozenset({"unit", "quantifier", "negation"})
_OF_A_PART: frozenset[ClaimReason] = frozenset({"rival", "name", "row"})
REPEATED = 0.3  # weight of what only repeats the question, against what is new

_LISTING = re.compile(r"[，、;；]|,(?!\d)|\b(?:and|or)\b|以及|和|及|或")
_SMALL_WORD = re.compile(r"(?<![A-Za-z])[a-z]{2,}")


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
    says_enough: bool = True  # of the claim, whatever speaks against it


class Aligner:
    """Finds the sources of claims among passages, which are cut up once.

    `question` is what the claims answer. `document_text` gives the stored text around a passage, where names of
    the question are looked for. `similarities` compares a claim with spans in another language. `beside` gives
    passages that were found, too: they confirm nothing, and may say something else. It is called where a claim has a
    place, as is `answers`, which tells how sure it is that a text states the answer to the question, under 0 where it
    is not, and `verify`, which gives verdicts. `confirm` tells whether the passages state a claim as the answer,
    and `confirm_by` whether one passage alone does. `stated` is how probable it is, 0..1, that they state an answer, as
    the judge told before there was one.
    `answered` is where what is said to the question begins with yes or no.
    """

    def __init__(
        self,
        passages: Sequence[Passage],
        question: str,
        similarities: Similarities | None = None,
        document_text: Callable[[Passage], str] | None = None,
        beside: Callable[[], Sequence[Passage]] = tuple,
        answered: bool = False,
        answers: Callable[[str], float] | None = None,
        verify: Verify | None = None,
        confirm: Confirm | None = None,
        confirm_by: ConfirmBy | None = None,
        stated: float | None = None,
    ) -> None:
        self._verify, self._confirm, self._stated = verify, confirm, stated
        self._sources = [source_of(without_orders(passage), document_text) for passage in passages]
        self._asked = asked_of(question, answered)
        # Stems of the words that question or passages have in small letters: no names.
        texts = (question, *(passage.text for passage in passages))
        self._small = frozenset(stem(word) for text in texts for word in _SMALL_WORD.findall(text))
        self._headings = {bare(heading) for source in self._sources for heading in headings_of(source.passage)}
        self._similarities = similarities
        self._objections = Objections(self._sources, self._asked, similarities)
        self._disagreements = Disagreements(
            self._sources, question, similarities, self._objections.values_of, self._objections.other_editions,
            lambda: [source_of(without_orders(passage), document_text) for passage in beside()], answers, verify,
            confirm_by,
        )  # fmt: skip
        self._nearest: dict[str, list[tuple[Window, Source]]] = {}  # the sentences that mean a claim most nearly

    def sources(self, claim: str, cited: Sequence[int]) -> list[SupportSpan]:
        """The spans a claim rests on, best first: of the cited passages where they carry it, else of the one that does.

        An unsupported claim keeps the best span of each passage it cited, marked unsupported; one that cited none, the
        span that would carry it but for what speaks against that.
        """
        language = self._language_of(claim)
        sources = self._in_its_language(claim, language)
        own = sorted(self._spans(claim, [s for s in sources if s.passage.rank in cited], is_cited=True), key=_merit)
        if self._echoes(claim):
            return [replace(span, supported=False, reason="echo") for span in own]
        supported = [span for span in own if span.supported and span.strength >= KEEP_MARKER * own[0].strength]
        crosses = bool(supported) and language not in self._source_of(supported[0]).languages
        if supported and not crosses:
            return supported
        others = self._spans(
            claim,
            [
                source
                for source in sources
                if source.passage.rank not in cited and not (cited and language not in source.languages)
            ],
            is_cited=False,
        )
        if supported:  # across languages, by cosines: what says it in the claim's own words is a better source
            return sorted((span for span in others if span.supported), key=_merit)[:1] or supported
        holding = sorted((span for span in others if span.supported), key=_merit)[:1]
        undecided = sorted((span for span in others if span.reason in UNDECIDED), key=_merit)[:1]
        opposed = sorted((span for span in others if span.reason and span.reason != "words"), key=_merit)[:1]
        return holding or own or undecided or [span for span in opposed if span.strength >= SUPPORT or span.says_enough]

    def outweighed(self, claim: str, spans: Sequence[SupportSpan], written: str) -> SupportSpan | None:
        """The span that confirms a claim after all, since confirmer, which reads it as it is `written`, with yes or no,
        and wording are surer of it than the rules: the first of `spans`, or, where that says too little, lacks values
        that another sentence has, or there is none, the sentence that means it most nearly. None where one of `spans`
        confirms it, or something is against it that nothing outweighs."""
        if self._confirm is None or not self._asked.text or self._echoes(claim) or any(s.supported for s in spans):
            return None
        several = len(statements_of(claim)) > 1  # of one of them there may be more than a rival
        if any(
            span.reason not in OUTWEIGHED
            or (span.reason == "words" and span.says_enough)  # another sentence is against it
            or (span.reason == "rival" and several)
            for span in spans
        ):
            return None
        place = spans[0] if spans and spans[0].says_enough else self._nearest_sentence(claim)
        if place is not None and not self._has_values(claim, *self._window_of(place)):
            place = self._nearest_sentence(claim, with_values=True) or place
        if place is None:
            return None
        confirmed = self._confirm(written)
        is_sure = (
            confirmed is not None and with_wording(self._wording(claim, place), confirmed, self._stated) >= OUTWEIGHS
        )
        return replace(place, supported=True, reason="") if is_sure else None

    def _has_values(self, claim: str, window: Window, source: Source) -> bool:
        """Whether a sentence, or row, has the values that a claim adds: be it in other units, less exact, within a
        range, or as the head of a column."""
        told = f"{window.quote}\n{header_of(window, source)}"
        said = in_units_of(claim, told)
        added = self._objections.added_values(said)
        numbers = missing_numbers(said, told) & added
        return added & codes_in(said) <= codes_in(told) and (not numbers or gives_same(claim, self._asked.text, told))

    def _nearest_sentence(self, claim: str, *, with_values: bool = False) -> SupportSpan | None:
        """Of the sentences, or of those with the claim's values, the one that means question and claim most nearly;
        None without vectors, or where there is none."""
        sources = self._in_its_language(claim, self._language_of(claim))
        lines = [
            (w, each)
            for each in sources
            for w in each.windows
            if len(w.parts) == 1
            and may_answer(w)
            and not leads_in(w.quote)
            and (not with_values or self._has_values(claim, w, each))
        ]
        cosines = self._likeness(claim, lines)
        if not cosines:
            return None
        window, source = lines[cosines.index(max(cosines))]
        return SupportSpan(
            source.passage, window.start, window.end, window.quote, SUPPORT, supported=False, reason="words",
            on_target=True, says_enough=False,
        )  # fmt: skip

    def _likeness(self, claim: str, lines: Sequence[tuple[Window, Source]]) -> list[float]:
        """The cosines of question and claim with sentences, each with the question that it answers or behind what leads
        in to its list; none without vectors."""
        if self._similarities is None or not lines:
            return []
        told = [led_in(*line) or told_by(*line) for line in lines]
        return [*map(float, self._similarities(f"{self._asked.text} {claim}", told))]

    def _chance(self, claim: str, span: SupportSpan, asked: str = "") -> float:
        """How probable it is by the verifier that a span states a claim as the answer; 0 where it does not tell."""
        if self._verify is None:
            return 0.0
        verdict = self._verify(around(span.start, span.end, self._source_of(span)), claim, asked)
        return 0.0 if verdict is None else verdict.states

    def doubt(self, claim: str, spans: Sequence[SupportSpan], written: str, *, one_of_several: bool) -> ClaimReason:
        """Why none of the spans that confirm a claim surely states it of what was asked: of confirmer, which reads it
        as it is `written`, with yes or no, and wording the one that doubts the surest span more. "" where one does, or
        says it plainly and it is `one_of_several` that answer together; and where nothing tells: without a question or
        a span, or, between languages, where the confirmer does not.
        """
        supported = [span for span in spans if span.supported]
        if not self._asked.text or not supported:
            return ""
        confirmed = self._confirm(written) if self._confirm else None
        doubts: list[tuple[float, ClaimReason]] = []
        for span in supported:
            wording = self._wording(claim, span)
            chance = with_wording(wording, confirmed, self._stated)
            least = SURE_ACROSS if wording is None else SURE_BY_WORDING if confirmed is None else SURE
            may_be_aside = one_of_several and (wording or 0.0) >= SAID
            if chance >= least or (may_be_aside and self._chance(claim, span, asked=claim) >= SAID):
                return ""
            is_worded = confirmed is None or (wording is not None and wording < confirmed)
            doubts.append((chance, "wording" if is_worded else "verdict"))
        return max(doubts, key=lambda doubt: doubt[0])[1]

    def _wording(self, claim: str, span: SupportSpan) -> float | None:
        """How probable it is by the wording; None between languages, of which it does not tell."""
        if self._similarities is None or language_of(claim) != language_of(span.quote):
            return None
        source = self._source_of(span)
        at = span.start, span.end
        window = next((w for w in source.windows if (w.start, w.end) == at), None)
        heads = source.heading_tokens if window is None else heads_of(window, source)
        quote = (window and led_in(window, source)) or span.quote
        found = measures(self._asked.text, claim, quote, heads, self._similarities)
        return shipped().probability(found)

    def _window_of(self, span: SupportSpan) -> tuple[Window, Source]:
        source = self._source_of(span)
        at = span.start, span.end
        windows = itertools.chain(source.windows, long_windows(source), long_windows(source, lists=True))
        return next(window for window in windows if (window.start, window.end) == at), source

    def _source_of(self, span: SupportSpan) -> Source:
        return next(source for source in self._sources if source.passage == span.passage)

    def code(self, lines: Sequence[str], cited: Sequence[int]) -> SupportSpan | None:
        """The passage that holds lines of code as they are, of those cited first, and speaks of what was asked; None
        where there is none."""
        asked = content_of(self._asked.text)
        for source in sorted(self._sources, key=lambda source: source.passage.rank not in cited):
            found = lines_in(source.passage.text, lines)
            if found and self._objections.may_show(source) and share_held(asked, source.tokens) >= SUPPORT:
                start, end = (source.passage.start + at for at in found)
                quote = source.passage.text[found[0] : found[1]]
                return SupportSpan(source.passage, start, end, quote, 1.0, True, "", on_target=True)
        return None

    def _in_its_language(self, claim: str, language: Language) -> Sequence[Source]:
        """The sources that may say a claim: those in its language alone, where a sentence of those speaks of that,
        whatever it says of it. Between languages a cosine tells little."""
        own = [source for source in self._sources if language in source.languages]
        if self._similarities is None or len(own) in (0, len(self._sources)):
            return self._sources
        lines = [w.quote for s in own for w in s.windows if len(w.parts) == 1 and language_of(w.quote) == language]
        cosines = self._similarities(claim, lines) if lines else ()
        return own if max(map(float, cosines), default=0.0) >= SAME_MEANING[language] else self._sources

    def disagreement(self, claim: str, spans: Sequence[SupportSpan], written: str) -> SupportSpan | None:
        """The sentence of another document that answers otherwise than the claim, where the first of its spans confirms
        it, or says it and perhaps not of what was asked: then it must be taken for the answer by the confirmer, which
        reads it as it is `written`, or by the verifier. An older edition of the document does not count, nor what
        confirms the claim, too."""
        span = spans[0]
        if not span.supported and (span.reason not in _OF_ANOTHER or not self._is_taken(claim, span, written)):
            return None
        source, place = self._source_of(span), range(span.start, span.end)
        agreeing = {(each.passage.collection, each.passage.document) for each in spans if each.supported}
        found = self._disagreements.find(claim, source, place, span.supported, agreeing)
        return _conflict(*found, span) if found else None

    def _is_taken(self, claim: str, span: SupportSpan, written: str) -> bool:
        """Whether confirmer or verifier may take a claim for the answer; also where neither tells."""
        if self._verify is None:
            return True
        confirmed = self._confirm(written) if self._confirm else None
        return (confirmed is not None and confirmed >= TAKEN) or self._chance(claim, span) >= TAKEN

    def _spans(self, claim: str, sources: Sequence[Source], is_cited: bool) -> list[SupportSpan]:
        return [self._best(claim, source, is_cited) for source in sources if source.windows]

    def _best(self, claim: str, source: Source, is_cited: bool) -> SupportSpan:
        claim = in_units_of(claim, f"{source.heading}\n{source.passage.text}")
        language = self._language_of(claim)
        crosses = self._similarities is not None and language not in source.languages
        names = self._names(claim, crosses)
        windows = [window for window in source.windows if not crosses or len(window.parts) <= WINDOW_ACROSS]
        is_long = len(self._objections.new(claim)) >= LONG_CLAIM
        if not crosses and (is_long or _parts_listed(claim) >= LISTED):
            windows += long_windows(source, lists=not is_long)
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
            self._objections.against(claim, names, window, source, window.parts in foreign)
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
        step = bool(self._objections.step(claim, source).right)
        denials = {
            window.parts.start: self._denial(claim, window, carries and window.parts in foreign, step)
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
            if objections[chosen] == "words":  # where there is more against it than words, that is said
                more = self._objections.against(claim, names, window, source, window.parts in foreign)
                reason = more if more not in ("", "part") else "words"
        asked = self._asked.names if self._asked.language in source.languages else self._asked.codes
        window = item_behind(window, source, content_of(claim))
        return SupportSpan(
            passage=source.passage,
            start=window.start,
            end=window.end,
            quote=window.quote,
            strength=strengths[chosen][0],
            supported=supported,
            reason=reason,
            on_target=2 * sum(name in source.whole for name in asked) >= len(asked),
            says_enough=objections[chosen] != "words",
        )

    def _denial(self, claim: str, window: Window, crosses: bool, step: bool) -> ClaimReason:
        """What a sentence has against a claim; another unit or rate nothing, where it has none of the values added."""
        against = contradictions.denial(claim, window.quote, crosses, step)
        added = self._objections.added_values(claim)
        return "" if against == "unit" and added and added.isdisjoint(numbers_in(window.quote)) else against

    def _fails_in_part(self, claim: str, source: Source, is_cited: bool) -> bool:
        """Whether a part of a claim, which is a statement of its own, is another one's of the words that it has."""
        parts = statements_of(claim)
        if sum(bool(self._objections.added_values(part)) for part in parts) > 1:
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
            adds = self._objections.added_values(claim) or names_in(claim) - self._asked.names
            return strength >= (SUPPORT_COSINE_OF_VALUE if adds else SUPPORT_COSINE)
        if strength >= SUPPORT or self._similarities is None:
            return strength >= SUPPORT
        added = numbers_in(claim) - self._asked.numbers
        answer = "" if added else fragments.put_in(claim, self._asked.text)
        words = sum(weight for token, weight in content_of(claim).items() if not is_number(token))

        def holds(quote: str) -> bool:
            return fragments.holds_put_in(answer, self._asked.text, quote) if answer else added <= numbers_in(quote)

        if words <= 2 * BARE or not (added or answer) or not holds(window.quote):
            return False
        if strength < (SUPPORT_PUT_IN if answer else SUPPORT_NEAREST):
            return len(window.parts) == 1 and self._means_same(claim, window)
        if claim not in self._nearest:
            language = self._language_of(claim)
            lines = [
                (w, each)
                for each in self._sources
                for w in each.windows
                if len(w.parts) == 1 and language_of(w.quote) == language and not ASKS.search(w.quote)
            ]
            cosines = self._likeness(claim, lines)
            least = max(cosines, default=0.0) - CLOSE
            self._nearest[claim] = [line for cosine, line in zip(cosines, lines, strict=True) if cosine >= least]
        return any(
            each is source and near.parts.start in window.parts and holds(near.quote)
            for near, each in self._nearest[claim]
        )

    def _means_same(self, claim: str, window: Window) -> bool:
        """Whether a sentence says, in whatever words, what the claim says."""
        assert self._similarities is not None
        return float(self._similarities(claim, [window.quote])[0]) >= SAME_MEANING[self._language_of(claim)]

    def _language_of(self, claim: str) -> Language:
        """The language of a claim; what answers a Chinese question may be full of code and names."""
        return "zh" if self._asked.language == "zh" and may_be_chinese(claim) else language_of(claim)

    def _names(self, claim: str, crosses: bool) -> frozenset[str]:
        """What the claim names. Its first word is a name where nothing here has it in small letters."""
        opening = opening_name(claim)
        if opening and (not crosses or _is_bare(claim)) and stem(opening) not in self._small:
            return names_in(claim) | {opening}
        return names_in(claim)

    def _echoes(self, claim: str) -> bool:
        """Whether a claim is a heading, or only repeats what was asked where the question cannot be answered so."""
        if bare(claim) in self._headings:
            return True
        if not OPEN_QUESTION.search(self._asked.text) or ALTERNATIVES.search(self._asked.text):
            return False
        return fragments.adds_nothing(claim, self._asked.text, _LINKING)

    def _cosines(
        self, claim: str, names: frozenset[str], windows: Sequence[Window], source: Source, is_cited: bool
    ) -> list[tuple[float, float]]:
        """For each window the cosine with the claim, and 0; 0 too where it lacks what the claim must share with it.

        Where all do, the sentences of a cited passage are compared, so that the nearest can be shown; of one that is
        not cited those that hold all the numbers which the claim adds.
        """
        assert self._similarities is not None
        near = [window for window in windows if not self._objections.missing(claim, names, window, source)]
        if not near:
            added = numbers_in(claim) - self._asked.numbers
            near = [w for w in windows if len(w.parts) == 1 and (is_cited or (added and added <= numbers_in(w.quote)))]
        said = f"{self._asked.text} {claim}" if _is_bare(claim) else claim
        cosines = map(float, self._similarities(said, [window.quote for window in near]) if near else ())
        found = {window.parts: cosine for window, cosine in zip(near, cosines, strict=True)}
        return [(found.get(window.parts, 0.0), 0.0) for window in windows]

    def _coverages(self, claim: str, windows: Sequence[Window], source: Source) -> list[tuple[float, float]]:
        """For each window the share of the claim that it covers, and the share of it that the claim covers."""
        tokens, falling = content_of(claim), content_of(contradictions.FALLING.sub(" ", claim))
        numbers, step = numbers_in(claim), self._objections.step(claim, source)
        found = []
        for window in windows:
            said = falling if numbers & contradictions.only_negative(window.quote) else tokens
            inside = sum(weight for token, weight in said.items() if token in window.tokens)
            precision = inside / (sum(window.tokens.values()) or 1.0)
            covered = self._covered(said, window, source) if inside else 0.0
            if covered and (
                table_claims.names_cell(claim, self._asked.text, window.rows)
                or table_claims.agrees_with_mark(claim, self._asked.text, window.rows)
                or (step.right and step.is_in(window, source))
            ):
                covered = max(covered, SUPPORT)
            found.append((covered, min(1.0, precision)))
        return found

    def _covered(self, said: Mapping[str, float], window: Window, source: Source) -> float:
        """The share of what is said that a window covers; a date of its year has the day of a claim without one."""
        dates = (date for number in numbers_in(window.quote) for date in less_exact(number))
        here = window.tokens.keys() | {f"#{date}" for date in dates}
        new = {token: weight for token, weight in said.items() if token not in self._asked.tokens}
        repeated = {token: REPEATED * weight for token, weight in said.items() if token in self._asked.tokens}
        new_here = sum(weight for token, weight in new.items() if token in here)
        new_above = sum(w for t, w in new.items() if t not in here and t in source.heading_tokens)
        repeated_here = sum(w for t, w in repeated.items() if t in here or t in source.heading_tokens)
        # What only the heading says counts half, and never without words of the span itself.
        covered = new_here + min(new_above / 2, new_here) + repeated_here
        share = covered / (sum(new.values()) + sum(repeated.values()))
        # A number that answers, all of it here, is not outweighed by how long the question is.
        added = [token for token in new if any(c not in self._asked.text and c not in _LINKING for c in token)]
        answers = any(map(is_number, added)) and all(token in here for token in added)
        return max(share, SUPPORT) if answers and 2 * repeated_here >= sum(repeated.values()) else share


def _is_bare(claim: str) -> bool:
    """Whether a claim is a value that says nothing without its question."""
    return sum(weight for token, weight in content_of(claim).items() if not is_number(token)) <= BARE


def _parts_listed(claim: str) -> int:
    """How many parts a claim has between commas, "and" and "or"."""
    return sum(bool(content_of(part)) for part in _LISTING.split(claim))


def _conflict(window: Window, passage: Passage, span: SupportSpan) -> SupportSpan:
    return SupportSpan(passage, window.start, window.end, window.quote, span.strength, False, "conflict", True)


def _merit(span: SupportSpan) -> tuple[bool, float, int]:
    return (not span.supported, -span.strength, span.passage.rank)


def warm_up() -> None:
    """Load the word tools, which take seconds, now instead of at the first answer."""
    content_of("warm up")
    names_in("预热")
