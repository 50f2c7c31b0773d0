"""Disagreements: a sentence of another document that answers a question otherwise than a claim which is confirmed.

The two sentences are told by their words besides the values: nearly all that either says, the other, the question or
their headings have, too; or, where they say it in other words, by vectors: each is as like the question as the other,
and both are alike; or by the model, which judges that the other sentence, too, states the answer to the question.
A verifier and a confirmer (`kb.confidence.verdicts`) tell it better: by these any sentence that is like question and
claim is read beside the claim, and need not have a value, and what words or vectors tell is read so, too.
Then neither can be believed without the other, and a reader must see both.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

import numpy as np

from kb.checking import year_mismatch
from kb.checking.ranges import measured, ranges_in
from kb.checking.rival_values import Value
from kb.checking.sources import (
    Source,
    Window,
    around,
    document_of,
    headed,
    header_of,
    heads_of,
    in_context,
    led_in,
    may_answer,
    question_before,
    told_by,
    with_antecedent,
    without_mark,
)
from kb.checking.unit_mismatch import gives_amount
from kb.confidence.verdicts import ConfirmBy, Verdict, Verify, with_answer
from kb.language.content_terms import content_of, is_number, share_held, words_of
from kb.language.date_forms import months_in
from kb.language.language import language_of
from kb.language.number_forms import AMOUNT, numbers_in, plain
from kb.language.periods import periods
from kb.language.proper_names import codes_in, has_namesake, names_in
from kb.language.quantities import in_units_of
from kb.models.maxsim import Vectors
from kb.schema import Language, Passage

SAME = 0.8  # share of the words of either sentence that the other, the question or their headings have
ASKED = 0.6  # share of the question's words that one sentence has, which one that says the same in other words has, too
# Cosines (multilingual-e5-small) from which two sentences say the same in other words: with each other, by language;
# and by how much less the second may be like the question than the first.
ALIKE: Mapping[Language, float] = {"en": 0.86, "zh": 0.925}
FURTHER = 0.025
# How many of the sentences with another value the model judges, those most like the question and the claim's own, and
# by how much less (cosine) they may be like the question than that.
JUDGED, JUDGED_FURTHER = 3, 0.08
MOST_JUDGED = 8  # sentences that the model judges of one answer, however many claims it has
# Probability, by the verifier, from which on a sentence may give another answer than a claim; and from which on it
# does, by that and what the confirmer tells of the sentence as the answer, read in its passage alone.
MAY_DISPUTE, DISPUTES = 0.2, 0.3
# Sentences that the verifier reads for a claim, in its language and in the other one: those most like question and
# claim, by themselves, and behind their heading and the sentence before.
NEAREST, NEAREST_ACROSS = 3, 2
OF_WORDS = 0.15  # weight in that of the share of their words, beside these two cosines
MOST_VERIFIED = 12  # sentences that it reads for an answer, however many claims that has, beside what words tell
SHORTEST = 3  # words that such a sentence has at least
SAME_ANSWER = 0.5  # probability from which on a text states what a sentence of another document says, too
_OF_MONTH = re.compile(r"(?:每月|每季度?|每年\s?\d{1,2}\s?月)的?\s?\d{1,2}\s?[日号]")
_DAY = re.compile(r"\d{4}-\d\d(?:-\d\d)?")
_FROM_TO = re.compile(  # a change: "from EUR 500 to", 由原来的 5 元至
    r"(?:\bfrom\W{1,3}(?:[a-z]+\W{1,3})?|[由从自][^\d起,;，；。]{0,6})"
    rf"(?:{AMOUNT})[^,;，；。\n]{{0,12}}?(?:[-–—~至到]|\bto\b)",
    re.IGNORECASE,
)

_Read = tuple[Window, Source, Verdict]  # a sentence, and the verdict on a claim by it


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence, or the row of a table, with what heads it."""

    words: Mapping[str, float]  # token -> weight, numbers among them
    heads: Set[str]  # tokens of title, section and column names
    values: Sequence[Value]
    names: Set[str]  # what it names, codes among them
    editions: Set[str]  # the years and quarters of sentence and headings, and its months
    answers: Set[str] = frozenset()  # tokens of the question of the text that it answers
    titled: Set[str] = frozenset()  # the years and quarters of the headings alone
    codes: Set[str] = frozenset()  # of the title: "HR-04"


class Disagreements:
    """Finds, for claims that are confirmed, the sentence of another document that answers otherwise.

    `sources` are the passages that were read, of which those of the ranks `other_editions` are of editions that were
    not asked for; `beside` gives what was found, too, and is called where it is needed. `answers` tells how sure
    it is that a text states the answer to the question, under 0 where it is not; `verify` does better where there is a
    verifier, and with `confirm_by` better still.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        question: str,
        similarities: Callable[[str, Sequence[str]], Vectors] | None,
        values_of: Callable[[Source], Sequence[Value]],
        other_editions: Set[int],
        beside: Callable[[], Sequence[Source]],
        answers: Callable[[str], float] | None = None,
        verify: Verify | None = None,
        confirm_by: ConfirmBy | None = None,
    ) -> None:
        self._sources, self._question, self._similarities = sources, question, similarities
        self._answers, self._verify, self._confirm_by = answers, verify, confirm_by
        self._judgements: dict[str, float] = {}  # of sentences that the model judged
        self._verdicts = 0  # that were asked for
        self._values_of, self._other_editions, self._find_beside = values_of, other_editions, beside

    def find(
        self, claim: str, source: Source, place: range, confirmed: bool, agreeing: Set[tuple[str, str]] = frozenset()
    ) -> tuple[Window, Passage] | None:
        """The sentence that disagrees with a claim which a place in a source confirms, and its passage; where the place
        says it, and perhaps not of what was asked, the model must take that for an answer, too. An older edition of the
        document does not count, nor an earlier one of a series, nor, but for the verifier, what is in another language.
        What words or vectors tell, the verifier must confirm where it can; for it the documents `agreeing` do not
        count, which confirm the claim.
        """
        found = self._told(claim, source, place, confirmed)
        if self._verify is not None and (found is None or not self._is_confirmed(claim, source, place, found)):
            found = self._disputed(claim, source, place, agreeing, but=found[0] if found else None)
        return (found[0], found[1].passage) if found else None

    def _told(self, claim: str, source: Source, place: range, confirmed: bool) -> tuple[Window, Source] | None:
        """The sentence that disagrees by words or vectors, or, without a verifier, as the model judges it."""
        language = language_of(claim)
        numbers = numbers_in(claim) - numbers_in(self._question)
        if not numbers or language not in source.languages:
            return None
        asked = words_of(self._question)
        names = frozenset().union(*(found(text) for found in (names_in, codes_in) for text in (self._question, claim)))
        lines = [line for line in _lines_of(source, place) if numbers & numbers_in(line.quote)]
        own = [self._statement(line, source) for line in lines]
        others: list[tuple[Window, Source]] = []  # that say it in other words, as vectors may tell
        instead: list[tuple[Window, Source]] = []  # and in any words, as the model may
        differing: list[Window] = []  # of the claim's own
        for window, other, is_newer in self._elsewhere(source):
            if language not in other.languages or not numbers_in(window.quote):
                continue
            there = self._other_statement(window, other, is_newer)
            differ = [
                (line, here) for line, here in zip(lines, own, strict=True) if gives_another(here, there, numbers)
            ]
            if not differ or gives_same(claim, self._question, window.quote):
                continue
            if not self._agrees(differ[0][1], there, other, source, numbers, asked):
                instead.append((window, other))
                differing.append(differ[0][0])
            if not confirmed:
                continue
            near = [here for _, here in differ if not names_more(here, there, names)]
            if any(disagrees(here, there, asked) for here in near):
                return window, other
            if any(may_disagree(here, there, asked) for here in near):
                others.append((window, other))
        found = self._most_alike(lines[0], source, others, language) if others else None
        by_model = bool(instead) and self._verify is None
        return found or (self._judged(differing[0], source, instead) if by_model else None)

    def _is_confirmed(self, claim: str, source: Source, place: range, found: tuple[Window, Source]) -> bool:
        """Whether the verifier confirms that a sentence disagrees, or cannot tell."""
        verdict = self._verdict(claim, *found)
        if verdict is None:
            return True
        read = [(*found, verdict)]
        return self._disputing(claim, source, place, read, _stating(read)) is not None

    def _disputed(
        self, claim: str, source: Source, place: range, agreeing: Set[tuple[str, str]], *, but: Window | None
    ) -> tuple[Window, Source] | None:
        """Of the sentences of other documents that are most like question and claim, without one, the one that most
        surely gives another answer; None where none does. Beside an amount stands another one, or a word for one.
        Those in the claim's language go first: between languages there is more that only seems to disagree."""
        if self._similarities is None or self._verdicts >= MOST_VERIFIED:
            return None
        of_period = _periods_of(claim) - _periods_of(self._question)
        is_amount = bool(numbers_in(claim) - numbers_in(self._question))
        own = [self._statement(line, source) for line in _lines_of(source, place)]
        others = [
            (window, other)
            for window, other, is_newer in self._elsewhere(source)
            if window is not but
            and document_of(other) not in agreeing
            and may_answer(window)
            and (not is_amount or gives_amount(led_in(window, other) or without_mark(window.quote), self._question))
            and sum(not is_number(token) for token in _tokens_of(window, other)) >= SHORTEST
            and not _is_of_another_period(own, self._other_statement(window, other, is_newer), bool(of_period))
        ]
        if not others:
            return None
        said = f"{self._question} {claim}"
        alone, in_place = ([how(*pair) for pair in others] for how in (told_by, in_context))
        likeness = self._similarities(said, alone) + self._similarities(said, in_place)
        words = content_of(said)
        likeness = likeness + OF_WORDS * np.array([share_held(words, window.tokens) for window, _ in others])
        language, stating = language_of(claim), set[tuple[str, str]]()
        for is_own, most in ((True, NEAREST), (False, NEAREST_ACROSS)):
            of_it = [at for at, (_, other) in enumerate(others) if (language in other.languages) is is_own]
            nearest = sorted(of_it, key=lambda at: -likeness[at])[: min(most, MOST_VERIFIED - self._verdicts)]
            self._verdicts += len(nearest)
            read = [(*others[at], verdict) for at in nearest if (verdict := self._verdict(claim, *others[at]))]
            stating |= _stating(read)
            if found := self._disputing(claim, source, place, read, stating):
                return found
        return None

    def _disputing(
        self, claim: str, source: Source, place: range, read: Sequence[_Read], stating: Set[tuple[str, str]]
    ) -> tuple[Window, Source] | None:
        """Of sentences that were read beside a claim the one that most surely gives another answer; not where what the
        claim rests on states it, too, nor of the documents `stating` the claim."""
        sure = [
            (self._sureness(window, other, verdict), window, other)
            for window, other, verdict in read
            if verdict.otherwise >= MAY_DISPUTE
            and document_of(other) not in stating
            and not gives_same(claim, self._question, window.quote)
        ]
        for chance, window, other in sorted(sure, key=lambda each: -each[0]):
            if chance >= DISPUTES and not self._is_stated_by(source, place, with_antecedent(window, other)):
                return window, other
        return None

    def _is_stated_by(self, source: Source, place: range, said: str) -> bool:
        """Whether what a claim rests on states, too, what a sentence of another document says: its passage by the
        confirmer, or else its place by the verifier."""
        stated = self._confirm_by(source.passage, said) if self._confirm_by else None
        if stated is None and self._verify is not None:
            verdict = self._verify(around(place.start, place.stop, source), said, "")
            stated = None if verdict is None else verdict.states
        return stated is not None and stated >= SAME_ANSWER

    def _sureness(self, window: Window, source: Source, verdict: Verdict) -> float:
        """How surely a sentence gives another answer than a claim, by the verdict on the claim and by the confirmer."""
        answers = self._confirm_by(source.passage, with_antecedent(window, source)) if self._confirm_by else None
        return with_answer(verdict.otherwise, answers)

    def _verdict(self, claim: str, window: Window, source: Source) -> Verdict | None:
        """The verdict on a claim by a sentence; None where there is none."""
        if self._verify is None:
            return None
        whole = replace(window, quote=with_antecedent(window, source))
        return self._verify(headed(_said(whole, source), source), claim, "")

    def _agrees(
        self, own: Statement, there: Statement, other: Source, source: Source, numbers: Set[str],
        asked: Mapping[str, float],
    ) -> bool:  # fmt: skip
        """Whether the other passage has the claim's value of what was asked, too, in another sentence, or the claim's
        own passage the value that the other sentence gives."""
        kinds = {value.kind for value in own.values if value.number in numbers}
        theirs = {value.number for value in there.values if value.kind in kinds}
        return any(
            value.kind in kinds and value.number in given and share_held(asked, value.words) >= ASKED
            for of, given in ((source, theirs), (other, numbers))
            for value in self._values_of(of)
        )

    def _elsewhere(self, source: Source) -> Iterator[tuple[Window, Source, bool]]:
        """The sentences of other documents, but of editions and of earlier ones of a series that do not count beside
        `source`; and whether they are of a newer edition of the same."""
        for other in (*self._sources, *self._beside):
            passage = other.passage
            if document_of(other) == document_of(source) or passage.rank in self._other_editions:
                continue
            if year_mismatch.gives_way(other.heading, source.heading, self._question):
                continue
            is_newer = year_mismatch.is_other_edition(self._question, source.heading, [other.heading])
            yield from ((window, other, is_newer) for window in other.windows if len(window.parts) == 1)

    def _other_statement(self, window: Window, other: Source, is_newer: bool) -> Statement:
        """A sentence of another document; of a newer edition of the same it counts that it is another one."""
        there = self._statement(window, other)
        return replace(there, editions=frozenset(), titled=frozenset(), codes=frozenset()) if is_newer else there

    @cached_property
    def _beside(self) -> list[Source]:
        """What was found besides, without older editions of what was read or found."""
        found = self._find_beside()
        headings = [source.heading for source in self._sources]
        everywhere = [*headings, *(source.heading for source in found)]
        return [
            source for source in found if not year_mismatch.is_other_edition(self._question, source.heading, everywhere)
        ]

    def _most_alike(
        self, line: Window, source: Source, others: Sequence[tuple[Window, Source]], language: Language
    ) -> tuple[Window, Source] | None:
        """Of sentences with another value the one that is most like the question, if it says the same as the claim's
        own sentence: by itself, or with the question of the text that it answers."""
        if self._similarities is None:
            return None
        owns = list({line.quote, told_by(line, source)})
        told = [(quote, pair) for pair in others for quote in {pair[0].quote, told_by(*pair)}]
        quotes = [quote for quote, _ in told]
        asked = [*map(float, self._similarities(self._question, [*owns, *quotes]))]
        found = [
            (with_question, *pair)
            for own, first in zip(owns, asked, strict=False)
            for with_question, with_own, (_, pair) in zip(
                asked[len(owns) :], map(float, self._similarities(own, quotes)), told, strict=True
            )
            if is_alike(language, (first, with_question), with_own)
        ]
        if not found:
            return None
        _, window, other = max(found, key=lambda each: each[0])
        return window, other

    def _judged(
        self, line: Window, source: Source, instead: Sequence[tuple[Window, Source]]
    ) -> tuple[Window, Source] | None:
        """Of sentences with another value, those most like the question and the claim's own, the one that the model
        takes for an answer most surely; None where it takes none for one."""
        if self._similarities is None:
            return None
        texts = [told_by(line, source), *(told_by(*pair) for pair in instead)]
        own, *asked = map(float, self._similarities(self._question, texts))
        within = [at for at, cosine in enumerate(asked) if cosine >= own - JUDGED_FURTHER]
        near = sorted(within, key=lambda at: -asked[at])[: 3 * JUDGED]
        if not near or self._judgement(_said(line, source)) < 0:
            return None
        alike = self._similarities(texts[0], [texts[1 + at] for at in near])
        ranked = sorted(zip(near, map(float, alike), strict=True), key=lambda each: -asked[each[0]] - each[1])
        sure = {at: self._judgement(_said(*instead[at])) for at, _ in ranked[:JUDGED]}
        best = max(sure, key=lambda at: sure[at], default=None)
        return None if best is None or sure[best] < 0 else instead[best]

    def _judgement(self, text: str) -> float:
        """How surely the model takes a text for an answer to the question; -1 where it is not asked any more."""
        if text not in self._judgements:
            if self._answers is None or len(self._judgements) >= MOST_JUDGED:
                return -1.0
            self._judgements[text] = self._answers(text)
        return self._judgements[text]

    def _statement(self, window: Window, source: Source) -> Statement:
        quote = window.quote
        inside = {-1 - source.rows.index(row) for row in window.rows} or set(window.parts)
        return Statement(
            window.tokens, heads_of(window, source),
            [value for value in self._values_of(source) if value.sentence in inside],
            names_in(quote) | codes_in(quote),
            periods(f"{quote}\n{source.heading}") | months_in(quote),
            content_of(question_before(window, source)).keys(),
            periods(source.heading),
            codes_in(source.passage.title),
        )  # fmt: skip


def disagrees(own: Statement, other: Statement, asked: Mapping[str, float]) -> bool:
    """Whether of two statements with different values each says, values apart, what the other says.

    `asked` are the tokens of the question, with their weights.
    """
    return (
        _asks_of_both(own, other, asked, SAME)
        and _is_within(other.words, own, asked.keys())
        and _is_within(own.words, other, asked.keys())
    )


def may_disagree(own: Statement, other: Statement, asked: Mapping[str, float]) -> bool:
    """Whether the other of two statements with different values speaks of what was asked as the first does, in whatever
    words. Whether of the same, vectors tell."""
    return _asks_of_both(own, other, asked, ASKED)


def is_alike(language: Language, with_question: tuple[float, float], with_each_other: float) -> bool:
    """Whether two sentences say the same in other words, by the cosines of the first and the second with the question,
    and with each other."""
    first, second = with_question
    return second >= first - FURTHER and with_each_other >= ALIKE[language]


def gives_another(own: Statement, other: Statement, numbers: Set[str]) -> bool:
    """Whether `other` gives another value where `own` gives one of `numbers`, those that a claim adds; not where it has
    one of these, too, or is of another year, month or edition."""
    mine = [value for value in own.values if value.number in numbers]
    instead = [value for value in other.values if any(_is_of_kind(value, meant) for meant in mine)]
    if not instead or any(value.number in numbers for value in other.values):
        return False
    return not _is_of_another_edition(own, other, numbers, {value.number for value in instead})


def _tokens_of(window: Window, source: Source) -> Set[str]:
    """The tokens of a window, those of what leads in to its list, and of its columns' names among them."""
    heads = {token for row in window.rows for head in row.heads for token in content_of(head)}
    return window.tokens.keys() | heads | content_of(led_in(window, source)).keys()


def _stating(read: Sequence[_Read]) -> set[tuple[str, str]]:
    """The documents of which a sentence states the claim beside which it was read."""
    return {document_of(other) for _, other, verdict in read if verdict.states >= SAME_ANSWER}


def _lines_of(source: Source, place: range) -> list[Window]:
    """The sentences of a place."""
    return [w for w in source.windows if len(w.parts) == 1 and place.start <= w.start and w.end <= place.stop]


def _periods_of(text: str) -> Set[str]:
    return periods(text) | months_in(text)


def _is_of_another_period(own: Sequence[Statement], other: Statement, of_headings: bool) -> bool:
    """Whether a statement is of another thing of the kind, or of other years, months or editions than one of `own`: by
    what it says, else by its headings, and by these alone where what is said is itself a period. September 2025 is no
    other one than 2025, nor is it of its first quarter."""
    for each in own:
        here, there = (of.titled if of_headings else _editions_of(of) for of in (each, other))
        if _are_namesakes(each, other) or not _may_be_of_one(here, there):
            return True
    return False


def _editions_of(statement: Statement) -> Set[str]:
    """The years, quarters and months that a statement says, and those of its title of kinds that it does not say."""
    own = statement.editions - statement.titled
    said = {*map(_kind_of, own)}
    return own | {period for period in statement.titled if _kind_of(period) not in said}


def _may_be_of_one(here: Set[str], there: Set[str]) -> bool:
    """Whether years, quarters and months may be of one period: those of a kind are the same, or one has more of them.
    A month may be of any year, and is of its quarter."""
    here, there = _with_quarters(here), _with_quarters(there)
    for kind in {*map(_kind_of, here | there)}:
        own, other = ({period for period in of if _kind_of(period) == kind} for of in (here, there))
        if not (own <= other or other <= own):
            return False
    return True


def _kind_of(period: str) -> str:
    """The kind of a period such as 2023, q2 or month 6."""
    return "year" if period[0].isdigit() else period[0]


def _with_quarters(named: Set[str]) -> Set[str]:
    """Periods with the quarters in which their months lie, where they name none."""
    if any(_kind_of(period) == "q" for period in named):
        return named
    months = (int(period.removeprefix("month ")) for period in named if _kind_of(period) == "m")
    return named | {f"q{(month + 2) // 3}" for month in months}


def _is_of_another_edition(own: Statement, other: Statement, values: Set[str], instead: Set[str]) -> bool:
    """Whether two statements are of other years, months or editions, besides the values that they give."""
    here = own.editions - values - (_parts_of_days(values) - own.titled)
    there = other.editions - instead - (_parts_of_days(instead) - other.titled)
    return bool(here and there and here != there) or _are_namesakes(own, other)


def _are_namesakes(own: Statement, other: Statement) -> bool:
    """Whether the titles of two statements name different things of a kind: INC-2025-017 and INC-2023-009."""
    there = " ".join(other.codes)
    return own.codes.isdisjoint(other.codes) and any(has_namesake(code, there) for code in own.codes)


def _parts_of_days(numbers: Set[str]) -> set[str]:
    """The years and months of days among numbers: where dates differ, these say of no edition."""
    days = [number for number in numbers if _DAY.fullmatch(number)]
    return {*(day[:4] for day in days), *(f"month {int(day[5:7])}" for day in days)}


def gives_same(claim: str, question: str, sentence: str) -> bool:
    """Whether a sentence has the values that the claim adds, or no others, in units of its own or within a range: two
    weeks are 14 days, and 20 minutes are 15 to 30. From 2 to 8 o'clock is not from 2 to 7."""
    claim = in_units_of(claim, sentence)
    added = numbers_in(claim) - numbers_in(question)
    if not added:
        return False
    there = numbers_in(sentence)
    if not added.isdisjoint(there) and (added <= there or there - numbers_in(question) <= numbers_in(claim)):
        return True
    values = {number: units for number, units in measured(claim).items() if plain(number) in added}
    return _lie_within(values, sentence) or _lie_within(measured(sentence), claim)


def _lie_within(values: Mapping[Decimal, Set[str]], text: str) -> bool:
    """Whether numbers lie in a range of their unit which is all that a text measures: "15 to 30 minutes", and no change
    "from 15 to 30"."""
    told = measured(text)
    for each in ranges_in(text):
        if each.low is None or each.high is None or _FROM_TO.search(text):
            continue
        is_all = told.keys() <= {each.low, each.high} and all(units & each.units for units in values.values())
        if values and is_all and all(map(each.holds, values)):
            return True
    return False


def _said(window: Window, source: Source) -> str:
    """A sentence with the question of the text that it answers, and the head of its table."""
    return f"{header_of(window, source)}\n{told_by(window, source)}".strip()


def names_more(own: Statement, other: Statement, names: Set[str]) -> bool:
    """Whether the second statement names something that neither the first does nor question and claim, the `names`."""
    return bool(other.names - own.names - names)


def _asks_of_both(own: Statement, other: Statement, asked: Mapping[str, float], least: float) -> bool:
    """Whether the second sentence with its heads has the words of the question that the first has with its own."""
    of_it = {token: weight for token, weight in asked.items() if token in own.words.keys() | own.heads}
    return not of_it or share_held(of_it, other.words.keys() | other.heads | other.answers) >= least


def _is_of_kind(value: Value, meant: Value) -> bool:
    """Whether two values have a unit of one kind, or stand in the same cell of two tables."""
    if value.sentence < 0 and meant.sentence < 0:
        return value.text.rpartition(":")[0] == meant.text.rpartition(":")[0]
    return value.kind == meant.kind != "" and _is_day_of_month(value) == _is_day_of_month(meant)


def _is_day_of_month(value: Value) -> bool:
    """Whether a value is a day that comes again: 每月10日, which no number of days is."""
    return bool(_OF_MONTH.search(value.text)) and value.unit in ("日", "号")


def _is_within(words: Mapping[str, float], of: Statement, asked: Set[str]) -> bool:
    said = {token: weight for token, weight in words.items() if not is_number(token)}
    return bool(said) and share_held(said, of.words.keys() | of.heads | asked) >= SAME
