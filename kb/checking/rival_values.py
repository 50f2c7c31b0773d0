"""Rival values: another value of the kind that a claim gives, which stands nearer to what was asked.

A claim may tie any number of a passage to the subject of the question. Each number belongs to the words around it: of
its clause, of its row, and less so of its sentence. Where another number of the same kind has more of the question's
words around it, or words that mean more nearly what was asked, the claim's is the answer to another question.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from kb.checking.table_claims import Row, is_row
from kb.language.content_terms import content_of, is_number
from kb.language.number_forms import numbers_in
from kb.models.maxsim import Vectors

SENTENCE = 0.5  # weight of a word of the question that stands in the sentence of a number, against one in its clause
MARGIN = 0.5  # by so much must the words around another number outweigh, where a rare word weighs 1
MEANING_MARGIN = 0.03  # and so much must their cosine with the question be greater (multilingual-e5-small)
_CLAUSE_END = re.compile(r"[，；;、]|,(?!\d)|(?<=\s)(?:and|while|whereas|but|or)(?=\s)|而|其中")
_KINDS = {
    "time": r"秒|分钟|小时|钟头|[天日周年月](?!\d)|星期|季度|seconds?|minutes?|mins?|hours?|hrs?|days?|workdays?"
    r"|nights?|weeks?|months?|quarters?|years?",
    "money": r"[美欧日港]?元|块|英镑|euros?|eur|usd|cny|rmb|sgd|gbp|dollars?|yuan",
    "share": r"%|％|percent|per cent|个百分点",
    "length": r"毫米|厘米|公里|千米|米|mm|cm|km|m|metres?|meters?|inch(?:es)?",
    "weight": r"毫克|千克|公斤|克|吨|mg|kg|g|tons?|tonnes?|grams?",
    "warmth": r"°\s?[cf]|℃|摄氏度|degrees?",
}
_BEHIND = re.compile(
    r"[\s-]*个?(?:(?:working|business|calendar|full|paid|consecutive)\s+)?(?:"
    + "|".join(f"(?P<{kind}>(?:{units})(?![a-z]))" for kind, units in _KINDS.items())
    + r"|(?P<noun>[a-z]{3,}|[一-鿿]))",
    re.IGNORECASE,
)
_MONEY_BEFORE = re.compile(r"(?:€|\$|£|¥|\b(?:eur|usd|cny|rmb|sgd|gbp))\s*$", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?<![\w.,])\d[\d.,]*\d|(?<![\w.,])\d(?![\w.]*\d)|(?<![一二三四五六七八九十百])[一二三四五六七八九十百]++(?=[个天日年月周小分元])"
)


@dataclass(frozen=True, slots=True)
class Value:
    """A number, its kind, and the words that it belongs to: token -> weight."""

    number: str
    kind: str
    words: dict[str, float]
    sentence: int  # by number; rows have numbers below 0
    text: str  # its clause, where its sentence has several values; a row's with the heads


def values_in(sentences: Sequence[str], rows: Sequence[Row]) -> list[Value]:
    """The values of a passage, of its sentences and of the rows of its tables."""
    return [*_in_prose(sentences), *_in_rows(rows)]


def has_rival(
    claim: str, question: str, values: Sequence[Value], similarities: Callable[[str, Sequence[str]], Vectors] | None
) -> bool:
    """Whether a number that the claim adds to the question has, among the values of one passage in the language of the
    question, a rival that is nearer to the question. Without `similarities` words alone decide."""
    added = numbers_in(claim) - numbers_in(question)
    if not added:
        return False
    asked = content_of(question).keys()
    wanted = {token for token in (*asked, *content_of(claim)) if not is_number(token)}
    common = Counter(token for value in values for token in value.words)
    weight = {token: (1.0 if token.isascii() else 0.5) / common[token] ** 0.5 for token in asked if common[token]}

    def nearness(value: Value) -> float:
        return float(sum(weight.get(token, 0.0) * share for token, share in value.words.items()))

    for number in added:
        own = [value for value in values if value.number == number]
        kinds = {value.kind for value in own}
        others = [
            v
            for v in values
            if v.number not in added and f"#{v.number}" not in asked and (v.kind in kinds or not v.kind or "" in kinds)
        ]
        if not own or not others:
            continue
        # What a sentence says of several values it says once: there the words that differ decide.
        here = {value.sentence for value in own if value.sentence >= 0}
        apart = [other for other in others if other.sentence not in here]
        if apart and max(map(nearness, apart)) >= max(map(nearness, own)) + MARGIN:
            return True
        if all(any(_contrast(one, other, wanted) for other in others if other.sentence == one.sentence) for one in own):
            return True
        alike = [other for other in apart if other.kind in kinds]
        if similarities and alike:
            cosines = similarities(question, [value.text for value in (*own, *alike)])
            if float(max(cosines[len(own) :])) >= float(max(cosines[: len(own)])) + MEANING_MARGIN:
                return True
    return False


def _contrast(own: Value, other: Value, wanted: set[str]) -> bool:
    """Whether, of two values of one sentence, the other has a wanted word that this one lacks, and this one another in
    its place: "6.8 % by the employer, 3.4 % by the employee"."""
    here = {token for token, share in own.words.items() if share == 1.0 and not is_number(token)}
    there = {token for token, share in other.words.items() if share == 1.0 and not is_number(token)}
    return bool((there - here) & wanted) and bool(here - there - wanted)


def _in_prose(sentences: Sequence[str]) -> Iterator[Value]:
    for index, sentence in enumerate(sentences):
        if is_row(sentence):
            continue
        ends = [*(m.start() for m in _CLAUSE_END.finditer(sentence)), len(sentence)]
        clauses = [sentence[at:end] for at, end in zip([0, *ends], ends, strict=False)]
        values = sum(1 for clause in clauses for _ in _values(clause, {}, index, ""))
        if not values:
            continue
        around = content_of(sentence)
        for clause in clauses:
            inside = content_of(clause)
            words = {token: 1.0 if token in inside else SENTENCE for token in around}
            yield from _values(clause, words, index, clause if values > 1 else sentence)


def _in_rows(rows: Sequence[Row]) -> Iterator[Value]:
    for index, row in enumerate(rows):
        label = content_of(row.cells[0]) if row.cells else {}
        for at, cell in enumerate(row.cells):
            name = row.heads[at] if at < len(row.heads) else ""
            words = dict.fromkeys((*label, *content_of(name), *content_of(cell)), 1.0)
            yield from _values(cell, words, -1 - index, f"{row.cells[0]} {name}: {cell}")


def _values(text: str, words: dict[str, float], sentence: int, around: str) -> Iterator[Value]:
    for match in _NUMBER.finditer(text):
        behind = _BEHIND.match(text, match.end())
        kind = (behind.lastgroup or "") if behind else ""
        if _MONEY_BEFORE.search(text[: match.start()]):
            kind = "money"
        elif kind == "noun" and behind:
            kind = behind["noun"].lower()
        unit = text[match.end() : behind.end()] if behind else ""
        for number in numbers_in(f"{match.group()}{unit}") or numbers_in(match.group()):
            yield Value(number, kind, words, sentence, around.strip(" ,，;；、"))
