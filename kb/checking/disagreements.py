"""Disagreements: a sentence of another document that says the same of the same, with another value.

The two sentences are told by their words besides the values: nearly all that either says, the other, the question or
their headings have, too. Then neither can be believed without the other, and a reader must see both.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from kb.checking.rival_values import Value
from kb.language.content_terms import is_number, share_held

SAME = 0.8  # share of the words of either sentence that the other, the question or their headings have


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence, or the row of a table, with what heads it."""

    words: Mapping[str, float]  # token -> weight, numbers among them
    heads: Set[str]  # tokens of title, section and column names
    values: Sequence[Value]
    names: Set[str]  # what it names, codes among them
    editions: Set[str]  # the years and quarters of sentence and headings, and the codes of the title


def disagrees(own: Statement, other: Statement, numbers: Set[str], asked: Mapping[str, float], names: Set[str]) -> bool:
    """Whether `other` gives another value where `own` gives one of `numbers`, those that a claim adds.

    `asked` are the tokens of the question, with their weights, and `names` what question and claim name.
    """
    mine = [value for value in own.values if value.number in numbers]
    instead = [value for value in other.values if any(_is_of_kind(value, meant) for meant in mine)]
    if not instead or any(value.number in numbers for value in other.values):
        return False
    here, there = own.editions - numbers, other.editions - {value.number for value in instead}
    if other.names - own.names - names or (here and there and here != there):
        return False
    of_it = {token: weight for token, weight in asked.items() if token in own.words.keys() | own.heads}
    if of_it and share_held(of_it, other.words.keys() | other.heads) < SAME:
        return False
    return _is_within(other.words, own, asked.keys()) and _is_within(own.words, other, asked.keys())


def _is_of_kind(value: Value, meant: Value) -> bool:
    """Whether two values have a unit of one kind, or stand in the same cell of two tables."""
    if value.sentence < 0 and meant.sentence < 0:
        return value.text.rpartition(":")[0] == meant.text.rpartition(":")[0]
    return value.kind == meant.kind != ""


def _is_within(words: Mapping[str, float], of: Statement, asked: Set[str]) -> bool:
    said = {token: weight for token, weight in words.items() if not is_number(token)}
    return bool(said) and share_held(said, of.words.keys() | of.heads | asked) >= SAME
