"""Refusal: what is said when the documents are silent: the nearest words there are, and what is missing in them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kb.answering.measures import parts_of, rows_of
from kb.checking.prompt_injection import BLANK, without_orders
from kb.language.content_terms import content_of, is_number
from kb.language.language import language_of, listed, nfkc, sentences
from kb.language.tokenizer import STOP_WORDS, segmenter
from kb.schema import Language, Passage

_LONGEST_QUOTE = 160  # characters
_MOST_MISSING = 4  # words
_MOST_ROWS = 5  # of a passage, that give what a figure is calculated from
_ENOUGH_ROWS = 3  # with so many a passage is shown, though one that was found later has more
_MOST_DOCUMENTS = 3
_WORD = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*")
_SHORTEST = {"en": 3, "zh": 2}  # characters of a word that may be said to be missing

_REFUSAL = {"en": "The documents do not answer this question.", "zh": "文档没有回答这个问题。"}
_NEAREST = {"en": " The nearest documents: {}.", "zh": "最接近的文档：{}。"}
_QUOTE = {"en": "The nearest passage says: “{quote}” ({place})", "zh": "最接近的一段是：“{quote}”（{place}）"}
_ROWS = {"en": "What it is calculated from: {rows} ({place})", "zh": "计算它所用的数据：{rows}（{place}）"}
_MISSING = {
    "en": "Not mentioned in the passages that were found: {words}.",
    "zh": "找到的段落里没有提到：{words}。",
}


@dataclass(frozen=True, slots=True)
class Nearest:
    """The words that come nearest to an answer, and the words of the question that no passage has; `rows` are lines of
    the passage that give what the figure that is asked for is calculated from."""

    passage: Passage
    quote: str
    missing: tuple[str, ...]
    rows: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Document and page."""
        return _place(self.passage)


def nearest(question: str, passages: Sequence[Passage]) -> Nearest | None:
    """The sentence of the first passage that shares most words with the question, then most numbers; or, where passages
    have them, the rows that give what the figure that is asked for is calculated from. None where there is no
    passage."""
    if not passages:
        return None
    if parts := parts_of(question):
        texts = [without_orders(passage).text for passage in passages]
        rows = [[row for row in rows_of(text, parts) if BLANK not in row][:_MOST_ROWS] for text in texts]
        best = next((at for at, found in enumerate(rows) if len(found) >= _ENOUGH_ROWS), rows.index(max(rows, key=len)))
        if rows[best]:
            return Nearest(passages[best], "", tuple(_missing(question, passages)), tuple(map(_cut, rows[best])))
    first = without_orders(passages[0])
    asked = content_of(question)
    said = [first.text[start:end] for start, end in sentences(first.text)]
    said = [each for each in said if BLANK not in each and not each.startswith("#")] or [""]
    quote = max(said, key=lambda sentence: _shared(asked, sentence))
    return Nearest(first, _cut(quote), tuple(_missing(question, passages)))


def refusal(question: str, passages: Sequence[Passage], language: Language) -> str:
    """What is said when the documents are silent: up to three nearest documents, the nearest words, what is missing."""
    found = nearest(question, passages)
    if found is None:
        return _REFUSAL[language]
    places = list(dict.fromkeys(map(_place, passages)))
    said = _REFUSAL[language] + _NEAREST[language].format(listed(places[:_MOST_DOCUMENTS], language))
    return "\n".join([said, *evidence(found, language)])


def evidence(found: Nearest, language: Language) -> list[str]:
    """The nearest words, and what is missing, in words."""
    lines = [_QUOTE[language].format(quote=found.quote, place=found.place)] if found.quote else []
    if found.rows:
        lines.append(_ROWS[language].format(rows=" · ".join(found.rows), place=found.place))
    if found.missing:
        lines.append(_MISSING[language].format(words=listed(found.missing, language)))
    return lines


def _shared(asked: Mapping[str, float], sentence: str) -> tuple[float, int]:
    """The weight of the words that are shared, and how many numbers are: 一个月 makes no "Table 1." the nearest."""
    shared = asked.keys() & content_of(sentence).keys()
    numbers = {token for token in shared if is_number(token)}
    return sum(asked[token] for token in shared - numbers), len(numbers)


def _cut(quote: str) -> str:
    quote = " ".join(quote.split())
    return f"{quote[:_LONGEST_QUOTE].rstrip()}…" if len(quote) > _LONGEST_QUOTE else quote


def _place(passage: Passage) -> str:
    return f"{passage.document} (p. {passage.page})" if passage.page else passage.document


def _missing(question: str, passages: Sequence[Passage]) -> list[str]:
    """Words of the question that no passage of its language has; none where all are in the other language."""
    language = language_of(question)
    texts = [f"{p.title}\n{p.section}\n{p.header}\n{p.text}" for p in passages]
    text = nfkc("\n".join(each for each in texts if language_of(each) == language)).lower()
    if not text:
        return []
    had = content_of(text).keys()
    words = segmenter().cut(question) if language == "zh" else _WORD.findall(question)
    return [
        word
        for word in dict.fromkeys(word for each in words for word in _WORD.findall(each))
        if len(word) >= _SHORTEST[language]
        and word.lower() not in STOP_WORDS
        and word.lower() not in text
        and had.isdisjoint(content_of(word))
    ][:_MOST_MISSING]
