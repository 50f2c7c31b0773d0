"""Sameness: whether two questions ask the same, so that the answer to the one may be given to the other.

An embedding model alone cannot tell: to it "annual leave" is as near to "sick leave" as to "vacation". So it only
finds candidates; then every number, year, name, denial and content word of either question must have its counterpart in
the other: the same word, or one that `kb.review.vocabulary` holds for the same. What it does not know is no match:
of questions that share few words the language model is asked (`kb.review.answer_judge`).
"""

import functools
import re

from kb.language.content_terms import content_of, stem
from kb.language.language import CJK, language_of, nfkc
from kb.language.number_forms import numbers_in, without_numbers
from kb.language.periods import periods
from kb.language.proper_names import codes_in
from kb.language.tokenizer import segmenter
from kb.review.vocabulary import CONCEPTS

NEAR = 0.86  # cosine of multilingual-e5-small between two questions in one language that may be the same
NEAR_ACROSS = 0.75  # and of one in Chinese and one in English
NEAR_IN_OTHER_WORDS = 0.88
MOST_SHARED = 0.3  # of the shorter one's words: what shares more and is not the same asks of something beside it
_IDENTICAL = re.compile(r"[\s?？。.!！,，、;；:：]+")
_OPENING = {"who", "whom", "whose", "what", "which", "where", "how", "can", "may", "is", "are", "do", "does", "must"}
_LATIN = re.compile(r"[a-z0-9]+(?:['’]s\b)?")
_DENIAL_EN = re.compile(r"\b(?:no|not|none|never|without|neither|nor|cannot|except|excluding)\b|n['’]t\b", re.I)
_ASKS = {"when", "who", "where", "why", "how", "quantity"}
_MODAL = {"permitted", "obliged"}  # that are asked of in a question with yes or no alone
# What one of two questions may leave unsaid, where the other says nothing else instead.
_UNSAID = {
    "keep", "pay", "serve", "use", "report", "within", "maximum", "evening", "morning", "permitted", "document",
    "obliged", "wear",
}  # fmt: skip
_ALIKE = {frozenset({"purchase", "request"})}
_NO_DENIAL_ZH = re.compile(
    r"是不是|有没有|能不能|可不可以|要不要|会不会|该不该|是否|用不用|准不准|让不让|不同|不久|不过|差不多|多不多"
)
_WHETHER = re.compile(r"([\u4e00-\u9fff])[不没]\1")  # 开不开
_DENIAL_ZH = re.compile(r"不|没|无|未|勿|免|除外|非")


def cosine_enough(one: str, other: str, cosine: float) -> bool:
    """Whether two questions of this cosine may be the same at all."""
    return cosine >= (NEAR if language_of(one) == language_of(other) else NEAR_ACROSS)


def asks_the_same(one: str, other: str, cosine: float) -> bool:
    """Whether two questions of this cosine ask the same by their words."""
    return cosine_enough(one, other, cosine) and same(one, other)


def identical(one: str, other: str) -> bool:
    """Whether two questions are the same but for case, white space and punctuation."""
    return _bare(one) == _bare(other)


def same(one: str, other: str) -> bool:
    """Whether two questions that are near each other ask the same."""
    here, there = _meanings(one), _meanings(other)
    rest = here - there, there - here
    if all(rest):
        return frozenset.union(*rest) in _ALIKE
    return frozenset.union(*rest) <= _UNSAID


def in_other_words(one: str, other: str, cosine: float) -> bool:
    """Whether two questions in one language are near each other, and share so few words that they may be the same."""
    if cosine < NEAR_IN_OTHER_WORDS or language_of(one) != language_of(other):
        return False
    here, there = content_of(one).keys(), content_of(other).keys()
    return len(here & there) <= MOST_SHARED * min(len(here), len(there))


@functools.lru_cache(maxsize=4_096)
def _bare(text: str) -> str:
    return _IDENTICAL.sub(" ", nfkc(text).casefold()).strip()


@functools.lru_cache(maxsize=4_096)
def _meanings(question: str) -> frozenset[str]:
    """All that a question says that another one must say, too, to be the same."""
    text = nfkc(question)
    text = _WHETHER.sub(r"\1", text)
    said = {f"#{number}" for number in numbers_in(text) - {"1"}}  # mostly an article, or "each"
    said |= {f"code {code}" for code in codes_in(text)} | {f"period {period}" for period in periods(text)}
    if _DENIAL_EN.search(text) or _DENIAL_ZH.search(_NO_DENIAL_ZH.sub(" ", text)):
        said.add("denied")
    words = without_numbers(text).casefold()
    for code in codes_in(text):
        words = words.replace(code, " ")
    said |= _english(words) | _chinese(words)
    return frozenset(said - _MODAL if said & _ASKS else said)


def _english(text: str) -> set[str]:
    """The concepts of the Latin words, the longest phrase first; of an unknown word its stem."""
    phrases, longest = _phrases()
    words = [word.removesuffix("'s").removesuffix("’s") for word in _LATIN.findall(text)]
    if words and words[0] in _OPENING:  # "who approves it when the manager is away" does not ask when
        words = [word for at, word in enumerate(words) if at == 0 or word != "when"]
    found, at = set[str](), 0
    while at < len(words):
        for length in range(min(longest, len(words) - at), 0, -1):
            phrase = tuple(words[at : at + length])
            known = phrases.get(phrase, phrases.get(tuple(map(stem, phrase))))
            if known is not None:
                found |= known
                at += length
                break
        else:
            found.add(f"word {stem(words[at])}")
            at += 1
    return found


def _chinese(text: str) -> set[str]:
    """The concepts of the Chinese words, the longest first; an unknown one stands for itself."""
    words, longest = _words()
    found, unknown, at = set[str](), "", 0
    while at < len(text):
        if not CJK.match(text[at]):
            found |= _unknown(unknown)
            unknown, at = "", at + 1
            continue
        for length in range(longest, 0, -1):
            known = words.get(text[at : at + length])
            if known is not None and len(text[at : at + length]) == length:
                found |= known | _unknown(unknown)
                unknown, at = "", at + length
                break
        else:
            unknown, at = unknown + text[at], at + 1
    return found | _unknown(unknown)


def _unknown(run: str) -> set[str]:
    return {f"word {word}" for word in segmenter().lcut(run)} if run else set()


@functools.cache
def _lines() -> list[tuple[frozenset[str], list[str], list[str]]]:
    """(concepts, English phrases, Chinese words) of each line of the vocabulary."""
    entries: list[str] = []
    for line in CONCEPTS.strip().splitlines():
        if line.startswith(" "):
            entries[-1] += line
        else:
            entries.append(line)
    found = []
    for entry in entries:
        names, _, phrases = entry.partition(":")
        english, _, chinese = phrases.partition("|")
        concepts = frozenset() if names == "-" else frozenset(names.split())
        found.append((concepts, *([p.strip() for p in part.split(",") if p.strip()] for part in (english, chinese))))
    return found  # type: ignore[return-value]


@functools.cache
def _phrases() -> tuple[dict[tuple[str, ...], frozenset[str]], int]:
    """The concepts of each English phrase, as it is and by its stems, and the length of the longest."""
    known: dict[tuple[str, ...], frozenset[str]] = {}
    phrases = [(tuple(_LATIN.findall(phrase)), concepts) for concepts, english, _ in _lines() for phrase in english]
    for words, concepts in phrases:
        known.setdefault(words, concepts)
    for words, concepts in phrases:
        known.setdefault(tuple(map(stem, words)), concepts)
    return known, max(map(len, known))


@functools.cache
def _words() -> tuple[dict[str, frozenset[str]], int]:
    known: dict[str, frozenset[str]] = {}
    for concepts, _, chinese in _lines():
        for word in chinese:
            known.setdefault(word, concepts)
    return known, max(map(len, known))
