"""Disagreements: a sentence of another document that says the same of the same, with another value.

The two sentences are told by their words besides the values: nearly all that either says, the other, the question or
their headings have, too; or, where they say it in other words, by vectors: each is as like the question as the other,
and both are alike. Then neither can be believed without the other, and a reader must see both.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from kb.checking.rival_values import Value
from kb.language.content_terms import is_number, share_held
from kb.schema import Language

SAME = 0.8  # share of the words of either sentence that the other, the question or their headings have
ASKED = 0.6  # share of the question's words that one sentence has, which one that says the same in other words has, too
# Cosines (multilingual-e5-small) from which two sentences say the same in other words: with each other, by language;
# and by how much less the second may be like the question than the first.
ALIKE: Mapping[Language, float] = {"en": 0.86, "zh": 0.925}
FURTHER = 0.025


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence, or the row of a table, with what heads it."""

    words: Mapping[str, float]  # token -> weight, numbers among them
    heads: Set[str]  # tokens of title, section and column names
    values: Sequence[Value]
    names: Set[str]  # what it names, codes among them
    editions: Set[str]  # the years and quarters of sentence and headings, its months, and the codes of the title


def disagrees(own: Statement, other: Statement, numbers: Set[str], asked: Mapping[str, float], names: Set[str]) -> bool:
    """Whether `other` gives another value where `own` gives one of `numbers`, those that a claim adds.

    `asked` are the tokens of the question, with their weights, and `names` what question and claim name.
    """
    if not _gives_another(own, other, numbers, names):
        return False
    return (
        _asks_of_both(own, other, asked, SAME)
        and _is_within(other.words, own, asked.keys())
        and _is_within(own.words, other, asked.keys())
    )


def may_disagree(
    own: Statement, other: Statement, numbers: Set[str], asked: Mapping[str, float], names: Set[str]
) -> bool:
    """Whether `other` gives another value of the kind, in whatever words. Whether of the same, vectors tell."""
    return _gives_another(own, other, numbers, names) and _asks_of_both(own, other, asked, ASKED)


def is_alike(language: Language, with_question: tuple[float, float], with_each_other: float) -> bool:
    """Whether two sentences say the same in other words, by the cosines of the first and the second with the question,
    and with each other."""
    first, second = with_question
    return second >= first - FURTHER and with_each_other >= ALIKE[language]


def _gives_another(own: Statement, other: Statement, numbers: Set[str], names: Set[str]) -> bool:
    mine = [value for value in own.values if value.number in numbers]
    instead = [value for value in other.values if any(_is_of_kind(value, meant) for meant in mine)]
    if not instead or any(value.number in numbers for value in other.values):
        return False
    here, there = own.editions - numbers, other.editions - {value.number for value in instead}
    return not (other.names - own.names - names or (here and there and here != there))


def _asks_of_both(own: Statement, other: Statement, asked: Mapping[str, float], least: float) -> bool:
    """Whether the second sentence with its heads has the words of the question that the first has with its own."""
    of_it = {token: weight for token, weight in asked.items() if token in own.words.keys() | own.heads}
    return not of_it or share_held(of_it, other.words.keys() | other.heads) >= least


def _is_of_kind(value: Value, meant: Value) -> bool:
    """Whether two values have a unit of one kind, or stand in the same cell of two tables."""
    if value.sentence < 0 and meant.sentence < 0:
        return value.text.rpartition(":")[0] == meant.text.rpartition(":")[0]
    return value.kind == meant.kind != ""


def _is_within(words: Mapping[str, float], of: Statement, asked: Set[str]) -> bool:
    said = {token: weight for token, weight in words.items() if not is_number(token)}
    return bool(said) and share_held(said, of.words.keys() | of.heads | asked) >= SAME
