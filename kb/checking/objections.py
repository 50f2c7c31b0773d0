"""Objections: what speaks against a claim in a span that says enough of it, or in its passage as a whole."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kb.checking import contradictions, fragments, table_claims, unit_mismatch, year_mismatch
from kb.checking.changes import former_numbers, gives_former, gives_what_was, holds_post, turns_succession
from kb.checking.compounds import (
    adds_unsaid,
    denies_in_part,
    follows_step,
    gives_other_reason,
    reason_of,
    takes_other_agent,
    takes_other_subject,
    turns_order,
    turns_sequence,
)
from kb.checking.forms import PRONOUN, asks_whether
from kb.checking.frames import Frames, lines
from kb.checking.labels import names_other_holder, takes_other_label, takes_other_partner
from kb.checking.opposites import exchanges, says_opposite, says_opposite_of_it, turns_direction
from kb.checking.ranges import gives_one_end
from kb.checking.relations import (
    crosses_over,
    is_of_another_name,
    is_of_other_designation,
    is_of_other_item,
    is_of_sibling,
    lacks_outcome,
    lacks_relation,
)
from kb.checking.rival_values import Value, has_rival, swaps_subject, values_in
from kb.checking.sections import is_of_other_section
from kb.checking.sources import (
    Source,
    Window,
    core_of,
    header_of,
    parts_of,
    question_before,
    says_most,
)
from kb.checking.steps import StepTaken, step_taken
from kb.language.content_terms import content_of, is_number, stem
from kb.language.date_forms import is_told_in_parts
from kb.language.language import language_of
from kb.language.number_forms import is_amount, is_of_another_day, missing_numbers, numbers_in, without_numbers
from kb.language.periods import periods
from kb.language.proper_names import (
    codes_in,
    has_namesake,
    holds_name,
    is_of_namesake,
    is_of_variant,
    names_in,
    places_in,
)
from kb.language.table_rows import is_row
from kb.language.transliteration import reads_as
from kb.language.weekdays import weekdays_in
from kb.models.maxsim import Vectors
from kb.schema import ClaimReason, Language

CLOSE = 0.012  # cosines this near tell no sentence from another
_CHINESE_ENDS = "。！？"  # no heading has one
_KINDS_OF_PLACE = "区省市县州"  # left out where a place is named in a table
_MODAL = re.compile(r"\b(?:may|can|must|should)\b", re.IGNORECASE)  # "who may clear it" heads a column of people

Similarities = Callable[[str, Sequence[str]], Vectors]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and what it names."""

    text: str
    language: Language
    tokens: frozenset[str]
    numbers: frozenset[str]
    names: frozenset[str]
    codes: frozenset[str]
    whether: bool  # whether yes or no answers it


def asked_of(question: str, answered: bool = False) -> Asked:
    """A question with what it names; `answered` where what is said to it begins with yes or no."""
    tokens = frozenset(content_of(question))
    return Asked(
        question, language_of(question), tokens, numbers_in(question), names_in(question), codes_in(question),
        answered or asks_whether(question),
    )  # fmt: skip


class Objections:
    """What speaks against claims that answer a question, among passages that are cut up. Arguments as of Aligner."""

    def __init__(self, sources: Sequence[Source], asked: Asked, similarities: Similarities | None) -> None:
        self._asked = asked
        self._similarities = similarities
        self._asks_of_denied = contradictions.denies(asked.text)
        headings = [source.heading for source in sources]
        self.other_editions = {
            source.passage.rank
            for source in sources
            if year_mismatch.is_other_edition(asked.text, source.heading, headings)
        }
        self._titles = {source.passage.title for source in sources}
        self._of_variants = {s.passage.rank for s in sources if is_of_variant(asked.text, s.passage.text)}
        self._replaced = [old for s in sources for old in contradictions.replaced_in(s.passage.text)]
        self._frames = Frames([line for source in sources for line in lines(source)])
        self._values: dict[int, list[Value]] = {}  # of passages, by rank
        # Of passages, by rank, the numbers of other years or months than those asked about, and those that were.
        self._elsewhen = {
            source.passage.rank: year_mismatch.of_other_periods(asked.text, source.passage.text)
            | former_numbers(asked.text, source.passage.text)
            for source in sources
        }
        # Of claim and rank: where a sentence begins, its cosine, and whether it has a value that the claim adds.
        self._nearness: dict[tuple[str, int], list[tuple[int, float, bool]]] = {}
        self._steps: dict[tuple[str, int], StepTaken] = {}
        self._against: dict[tuple[str, int], ClaimReason] = {}  # what whole passages have against a claim

    def against(self, claim: str, names: frozenset[str], window: Window, source: Source, crosses: bool) -> ClaimReason:
        """Why a window cannot carry the claim, whatever words they share; "" where it can."""
        missing = self.missing(claim, names, window, source)
        if missing == "asked" and self.step(claim, source).right is False:
            return "row" if window.rows else "rival"
        if missing in ("name", "asked") and crosses and not self.missing(claim, codes_in(claim), window, source):
            return "language"  # a name in another script cannot be compared
        return missing or self._contradiction(claim, names, window, source, crosses)

    def missing(self, claim: str, names: frozenset[str], window: Window, source: Source) -> ClaimReason:
        """Whether a number, date or name of the claim, or a day of the week, is not in the span, nor where it may be
        instead; "asked" where it only repeats the question, and the source has none like it."""
        said = numbers_in(window.quote)
        excused = self._asked.numbers & source.heading_numbers
        if len(window.parts) == 1:  # a sentence of June, under a title of 2025
            dated = said | {number for number in source.heading_numbers if len(number) == 4 and number.isdigit()}
            excused |= {number for number in self._asked.numbers if is_told_in_parts(number, dated)}
        excused = frozenset(number for number in excused if not is_of_another_day(number, said))
        header = header_of(window, source)
        numbers = missing_numbers(claim, f"{window.quote}\n{header}") - excused
        step = self.step(claim, source)
        numbers -= step.numbers if step.is_in(window, source) else frozenset()
        if any(number not in self._asked.numbers or not is_amount(number) for number in numbers):
            return "number"
        here = f"{window.quote}\n{header}\n{source.heading}"
        if days := _days_in(claim):
            told = _days_in(here)
            if not days <= told and (told or not days <= _days_in(self._asked.text)):
                return "name"
        # What the claim adds stands in the span. In a table each row speaks for itself; in prose a name that the
        # question gave may stand anywhere in the document.
        table = bool(window.rows)
        span = here.lower()
        place = span if table else f"{span}\n{source.passage.text}".lower()
        lacking = [
            name
            for name in names
            if not (
                holds_name(place if name in self._asked.names else span, name)
                or (not table and name in self._asked.names and name in source.whole and not has_namesake(name, place))
                or (name[-1] in _KINDS_OF_PLACE and len(name) > 2 and name[:-1] in place)
                or reads_as(name, place if name in self._asked.names else span)
                or name in periods(span)
            )
        ]
        if any(table or name not in self._asked.names or has_namesake(name, place) for name in lacking):
            return "name"
        if not places_in(claim).isdisjoint(lacking) and places_in(window.quote) - places_in(claim):
            return "name"
        return "asked" if numbers or lacking else ""

    def may_show(self, source: Source) -> bool:
        """Whether a source is of the edition, and of the thing, that was asked about."""
        is_other_edition = source.passage.rank in self.other_editions
        return not (is_other_edition or self._is_of_another("", source.passage.text, source))

    def _is_of_another(self, claim: str, text: str, source: Source) -> bool:
        """Whether a source, or the text of it that carries a claim, is of another thing of the kind than was asked."""
        return (
            source.passage.rank in self._of_variants
            or is_of_namesake(self._asked.codes, text, source.heading)
            or is_of_sibling(claim, self._asked.text, source, self._titles)
        )

    def step(self, claim: str, source: Source) -> StepTaken:
        key = (claim, source.passage.rank)
        if key not in self._steps:
            self._steps[key] = step_taken(claim, self._asked.text, source)
        return self._steps[key]

    def values_of(self, source: Source) -> list[Value]:
        if source.passage.rank not in self._values:
            self._values[source.passage.rank] = values_in(source.sentences, source.rows)
        return self._values[source.passage.rank]

    def added_values(self, claim: str) -> frozenset[str]:
        """The numbers and codes of a claim that the question does not have."""
        return (numbers_in(claim) | codes_in(claim)) - self._asked.numbers - self._asked.codes

    def new(self, claim: str) -> Mapping[str, float]:
        """What a claim says that the question does not."""
        return {token: weight for token, weight in content_of(claim).items() if token not in self._asked.tokens}

    def _contradiction(
        self, claim: str, names: frozenset[str], window: Window, source: Source, crosses: bool
    ) -> ClaimReason:
        """How span or heading speak against the claim. Between languages cosine tells no row of codes from another:
        what is said of one must name a number or code of it."""
        question, quote = self._asked.text, window.quote
        if fragments.is_cut_off(claim, source.passage.text) or self._is_line(claim, names, source):
            return "echo"
        if not window.rows and not fragments.is_phrase(claim) and fragments.is_title(core_of(self.new(claim), window)):
            return "echo"
        if not crosses and unit_mismatch.counts_other_things(claim, f"{quote}\n{source.heading}"):
            return "unit"
        if window.rows and (
            unit_mismatch.other_measure(claim, header_of(window, source))
            or unit_mismatch.other_measure_of_column(claim, source.rows)
        ):
            return "unit"
        if not crosses and (
            unit_mismatch.turns_bound(claim, question)
            or unit_mismatch.has_no_such_rate(claim, f"{source.heading}\n{source.passage.text}")
        ):
            return "unit"
        if crosses and unit_mismatch.lacks_unit(claim, f"{quote}\n{header_of(window, source)}"):
            return "number"
        if crosses and window.rows and not self._tells_row(claim, names, quote):
            return "row"
        if contradictions.loses_sign(claim, quote):
            return "sign"
        marked = table_claims.agrees_with_mark(claim, question, source.rows) if window.rows else None
        if marked is False:
            return "negation"
        if window.rows and table_claims.gives_heads_alone(claim, question, source.rows):
            return "echo"
        if window.rows and (
            (
                table_claims.takes_wrong_row(claim, question, source.rows)
                and not follows_step(claim, question, source.sentences)
            )
            or table_claims.takes_wrong_label(claim, question, source.rows)
            or table_claims.takes_wrong_column(claim, question, source.rows)
            or self.step(claim, source).right is False
        ):
            return "row"
        if self._is_of_another(claim, quote, source) or is_of_other_designation(claim, question, window.parts, source):
            return "name"
        if year_mismatch.is_of_other_year(claim, question) or names_other_holder(claim, question):
            return "relation"
        if source.passage.rank in self.other_editions or year_mismatch.is_of_other_period(claim, question, quote):
            return "year"
        if contradictions.is_replaced(claim, question, self._replaced):
            return "replaced"
        if crosses:
            return "" if self._is_nearest(claim, window, source) else "rival"
        if takes_other_label(claim, question, names - self._asked.names, quote) or is_of_other_section(
            claim, question, window.parts, source.sentences, source.above
        ):
            return "rival"
        if against := self._passage_against(claim, source):
            return against
        if not window.rows and (
            (not self.step(claim, source).numbers and lacks_relation(claim, question, window.parts, source))
            or lacks_outcome(claim, window.parts, source)
        ):
            return "relation"
        if not window.rows and (
            is_of_another_name(claim, question, window.parts, source)
            or is_of_other_item(claim, question, window.parts, source)
        ):
            return "rival"
        is_yes = (
            self._asked.whether
            and not self._asked.tokens.isdisjoint(content_of(claim))
            and not (contradictions.denies(claim) and contradictions.denies(quote))
        )
        if self._frames.is_elsewhere(claim, question, source.passage.rank, window.parts, is_yes):
            return "rival"
        said = content_of(contradictions.without_denial(claim))
        core = core_of(said, window)
        if not says_most(core, said):
            core = quote
        told = self._beyond_premise(claim)
        if not marked and (
            contradictions.negates(told, f"{question_before(window, source)}{core}")
            or contradictions.denies_other_clause(told, core)
        ):
            return "negation"
        if says_opposite(claim, f"{core}\n{_MODAL.sub(' ', header_of(window, source))}"):
            return "negation"
        if contradictions.widens(claim, f"{core}\n{source.heading}") or contradictions.drops_hedge(claim, core):
            return "quantifier"
        if gives_one_end(claim, question, quote):
            return "quantifier"
        if contradictions.drops_forecast(claim, question, quote) or contradictions.tells_as_done(claim, core):
            return "forecast"
        if takes_other_partner(names - self._asked.names, self._asked.names, quote):
            return "rival"
        return "name" if not window.rows and self._swaps_name(claim, names, window, source) else ""

    def _tells_row(self, claim: str, names: frozenset[str], quote: str) -> bool:
        """Whether rows in another language hold a number or code that the claim adds: with its unit, or beside what
        question or claim say else."""
        held = (numbers_in(quote) | codes_in(quote)) & self.added_values(claim)
        measured, lower = unit_mismatch.units_of(quote), quote.lower()
        said = {token for token in (*content_of(claim), *self._asked.tokens) if not is_number(token)}
        return bool(held) and bool(
            any(measured.get(number) for number in held)
            or (not all(map(is_amount, held)) and self._asked.numbers & numbers_in(quote))
            or not said.isdisjoint(content_of(quote))
            or any(holds_name(lower, name) or reads_as(name, lower) for name in names | self._asked.names)
        )

    def _is_nearest(self, claim: str, window: Window, source: Source) -> bool:
        """Whether no other sentence of the passage, in its language, means question and claim more nearly."""
        assert self._similarities is not None
        rank = source.passage.rank
        if (claim, rank) not in self._nearness:
            language = language_of(claim)
            lines = [w for w in source.windows if len(w.parts) == 1 and language_of(w.quote) != language]
            said = f"{self._asked.text} {claim}"
            cosines = self._similarities(said, [w.quote for w in lines]) if len(lines) > 1 else ()
            added = self.added_values(claim)
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
        has_value = bool(numbers_in(claim) - self._asked.numbers or named - self._asked.names)
        return not has_value and fragments.leaves_open(claim, self._asked.text, source.sentences)

    def _swaps_name(self, claim: str, names: frozenset[str], window: Window, source: Source) -> bool:
        """Whether the words that say most of the claim have another name in the place of one that it adds."""
        said = {t: weight for t, weight in content_of(claim).items() if not any(t in stem(name) for name in names)}
        core = core_of(said, window)
        added, place = (names & names_in(claim)) - self._asked.names, f"{core}\n{source.heading}".lower()
        return (
            not all(holds_name(place, name) for name in added)
            and bool(names_in(core) - names)
            and says_most(core, said)
            and not (PRONOUN.search(core) or holds_post(claim, self._asked.text, source.sentences))
        )

    def _beyond_premise(self, claim: str) -> str:
        """The reason that a claim gives where the question has said that something is not so: "why is it not open?"."""
        return reason_of(claim, self._asked.tokens) if self._asks_of_denied else claim

    def _passage_against(self, claim: str, source: Source) -> ClaimReason:
        """What a passage as a whole has against a claim in its language, whichever window seems to carry it."""
        question, rank = self._asked.text, source.passage.rank
        if (claim, rank) not in self._against:
            same = self._asked.language in source.languages
            against: ClaimReason = ""
            step = self.step(claim, source).right  # of the values of steps the question tells which is meant
            near = self._similarities if same else None
            elsewhen = self._elsewhen[rank] - numbers_in(claim)
            values = [value for value in self.values_of(source) if value.number not in elsewhen]
            prose = [sentence for sentence in source.sentences if not is_row(sentence)]
            is_yes = self._asked.whether and not contradictions.denies(claim)
            asked = without_numbers(question) if is_yes else question  # the numbers, too, are what it says yes to
            holds = holds_post(claim, question, source.sentences)
            if (
                holds is False
                or gives_what_was(claim, question, source.sentences)
                or gives_former(claim, question, source.passage.text)
            ):
                against = "replaced"
            elif step is False or (
                not step
                and not holds
                and not fragments.is_quotation(claim, source.sentences)
                and not table_claims.fits_cell(claim, question, source.rows)
                and not follows_step(claim, question, source.sentences)
                and (
                    has_rival(claim, asked, values, near)
                    or swaps_subject(claim, asked, source.sentences, source.above, source.captions)
                )
            ):
                against = "rival"
            elif gives_other_reason(claim, question, source.sentences):
                against = "relation"
            elif (
                contradictions.denies_own_question(claim, source.sentences)
                or contradictions.denies_what_is_said(self._beyond_premise(claim), prose)
                or (is_yes and contradictions.assents_to_denied(claim, prose))
                or denies_in_part(claim, prose)
                or (self._asked.whether and says_opposite_of_it(claim, prose))
                or any(contradictions.excludes(claim, sentence) for sentence in source.sentences)
            ):
                against = "negation"
            elif (
                turns_order(claim, question, source.sentences)
                or turns_sequence(claim, source.sentences)
                or takes_other_agent(claim, source.sentences)
                or turns_direction(claim, source.passage.text)
                or takes_other_subject(claim, source.sentences)
                or turns_succession(claim, source.sentences)
            ):
                against = "order"
            elif (
                contradictions.turns_comparison(claim, source.sentences)
                or crosses_over(claim, question, source)
                or exchanges(claim, (part for each in source.sentences if not is_row(each) for part in parts_of(each)))
            ):
                against = "row"
            elif adds_unsaid(claim, question, source.tokens):
                against = "part"
            self._against[claim, rank] = against
        return self._against[claim, rank]


@lru_cache(maxsize=4_096)
def _days_in(text: str) -> frozenset[int]:
    """The days of the week that a text names."""
    return frozenset[int]().union(*(mention.days for mention in weekdays_in(text)))
