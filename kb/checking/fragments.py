"""Fragments: claims that are no statement, as a small model copies them from headings and from lists of results.

What has no verb says nothing of anything: it may be the value that a question asks for, never a line that stands for
itself. What the source goes on with, after the last word of the claim, was cut off. Whole clauses are quotations.
"""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache

from kb.checking import contradictions
from kb.checking.forms import OPEN_QUESTION
from kb.checking.sources import bare
from kb.language.content_terms import content_of
from kb.language.language import CJK
from kb.language.tokenizer import tokenise
from kb.language.verbs import has_verb

LONGEST_PHRASE = 7  # English words
SAYS_OF_IT = 1 / 3  # of a question's words, that a sentence has which answers it in a few words
_WORD = re.compile(r"[A-Za-z]+")
SHORTEST_OF_TITLE = 4  # letters of a word that a title sets with a capital
_LEAD = re.compile(r"\A(?:(?:(?:on|in|at|by|to|from|every|each|the|a|an|your|it is)\s+)+|[由在是向])", re.IGNORECASE)
_CLAUSES = re.compile(r"[,;，；]|\b(?:and|but|while)\b|而")
_DOTS = ("...", "…")
_OPENING = frozenset("a an the of at by in on to for from with and or is are was were be".split())  # open other words
_OPENING_ZH = frozenset("的由在于从和与及为至到以将把被并且或有")
_ABBREVIATED = re.compile(  # "U.S.", "Nov."
    r"\b(?:[A-Z]|Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec|Inc|Ltd|Corp|Co|Mr|Mrs|Ms|Dr|Prof|Gen|Col|Rev|St|Ave|Rd|Vol|Fig|Dept)\.$"
)
SHORTEST_QUOTATION = 5  # words
_SAYING_NOTHING = re.compile(  # of what is asked: that there is some of it
    r"\b(?:(?:a )?(?:few|several|some|certain|various|many|multiple|number of)|(?:a )?(?:wide )?(?:variety|range) of"
    r"|offer\w*|provid\w*|includ\w*|cover(?:s|ed|ing|age)?|exist\w*|appl(?:y|ies)|however|also|additionally|such|other)\b"
    r"|一些|若干|多种|多个|各种|各类|某些|一定|相关|有关|提供|包括|包含|存在|如下|以下|此外|另外|内容",
    re.IGNORECASE,
)
_OF_ONE = re.compile(r"\b(?:which|who|whom|whose|when|where)\b|哪|谁|何时|什么时[候间]|何[年处地]", re.IGNORECASE)
_ASKING = re.compile(r"谁|什么|啥|哪|几|多少|多[久长大高远]|怎|如何|何[时处地]")
_PARTICLES = frozenset(("呢", "啊", "呀", "吧", "的", "了", "嘛"))
_LONGEST_ASKING = 5  # characters: 哪个部门
_LONGEST_ASKED = 200
_CLAUSE_END = re.compile(r"[，；。！？：、,;!?:]|\.(?!\d)|\s[-–—]\s|[()（）\n]")
_SPACE = re.compile(r"\s+")
_FIGURE = re.compile(r"[\d:]")


def states_something(sentence: str) -> bool:
    """Whether there is anything in a sentence that could be checked."""
    return bool(content_of(sentence))


def adds_nothing(claim: str, question: str, linking: str) -> bool:
    """Whether a claim has no word besides those of the question, `linking` characters, and such as say that there is
    some of what was asked for: "there are a few exceptions"; unless it denies that, or one of several is asked for."""
    asked = content_of(question).keys()
    whole = contradictions.denies(claim) or _OF_ONE.search(question)
    said = claim if whole else _SAYING_NOTHING.sub(" ", claim)
    return not any(
        token not in asked and (token.isascii() or any(c not in question + linking for c in token))
        for token in content_of(said)
    )


@lru_cache(maxsize=1_024)
def put_in(claim: str, question: str) -> str:
    """What a claim in Chinese puts into the place of the word that asks, in lower case and without punctuation, where
    it has the words of the question else: 工会 of 应该找工会申诉, where 应该找谁申诉 was asked; "" otherwise."""
    asked, said = bare(question), bare(claim)
    if not _ASKING.search(asked) or max(len(asked), len(said)) > _LONGEST_ASKED:
        return ""
    codes = SequenceMatcher(None, asked, said, autojunk=False).get_opcodes()
    changed = [(asked[a:b], said[c:d]) for tag, a, b, c, d in codes if tag != "equal" and asked[a:b] not in _PARTICLES]
    if len(changed) != 1:
        return ""
    old, new = changed[0]
    is_put_in = _ASKING.search(old) and len(old) <= min(_LONGEST_ASKING, len(asked) / 2)
    return new if is_put_in and len(new) > 1 else ""


def holds_put_in(words: str, question: str, quote: str) -> bool:
    """Whether a clause of a quote holds some words whole, and another word of the question."""
    asked = content_of(question).keys() - content_of(words).keys()
    clauses = _CLAUSE_END.split(quote)
    return any(words in bare(clause) and not asked.isdisjoint(content_of(clause)) for clause in clauses)


def is_phrase(claim: str) -> bool:
    """Whether a claim has no verb, and in English is short or set as a title: in a long one a verb may go unseen."""
    if has_verb(claim):
        return False
    words = _WORD.findall(claim)
    return len(words) <= LONGEST_PHRASE or 2 * sum(word[0].isupper() for word in words) > len(words)


def leaves_open(phrase: str, question: str, sentences: Iterable[str]) -> bool:
    """Whether a phrase without a number or name leaves an open question unanswered. It answers where it stands, letter
    by letter, in the clause that has most of what was asked: "the line manager", where that signs the form in question.
    """
    if not OPEN_QUESTION.search(question):
        return False
    plain = bare(_LEAD.sub("", phrase.strip(" *_")))
    told = content_of(question).keys() - content_of(phrase).keys()
    clauses = [(clause, sentence) for sentence in sentences for clause in _CLAUSES.split(sentence)]
    shares = [len(told & content_of(clause).keys()) for clause, _ in clauses]
    most = max(shares, default=0)
    if not plain or most < SAYS_OF_IT * len(told):
        return True
    best = [pair for share, pair in zip(shares, clauses, strict=True) if share == most]
    return not any(
        plain in bare(clause) and plain != bare(sentence) and (has_verb(sentence) or plain == bare(clause))
        for clause, sentence in best
    )


def is_title(line: str) -> bool:
    """Whether a line is set as an English title: a few words, the longer ones with capitals, without figures or end."""
    words = _WORD.findall(line)
    longer = [word for word in words if len(word) >= SHORTEST_OF_TITLE]
    return (
        1 < len(words) <= LONGEST_PHRASE
        and not _FIGURE.search(line)
        and line.replace(" ", "").isascii()
        and line.strip()[-1:].isalpha()
        and all(map(str.isalpha, words))
        and bool(longer)
        and all(word[0].isupper() for word in longer)
    )


def is_cut_off(claim: str, source: str) -> bool:
    """Whether a claim ends where no sentence does: in words that open another, in dots, or in an abbreviation behind
    which the source goes on."""
    plain, there = " ".join(claim.split()), _SPACE.sub(" ", source)
    if CJK.search(plain[-3:]):
        end = plain.rstrip(" 。！？")
        _, found, after = there.partition(end)
        return end[-1:] in _OPENING_ZH and bool(found) and after[:1].isalnum()
    if not CJK.search(plain):
        if plain.endswith(_DOTS):
            return True
        if plain[-1:].isalnum() and len(plain.split()) >= SHORTEST_QUOTATION:  # whole words of a sentence that goes on
            _, found, after = there.partition(plain)
            if found and re.match(r"\s?[^\W_]", after):
                return True
        words = plain.rstrip(" .").split()
        if words and words[-1].lower() in _OPENING:
            end = re.escape(" ".join(words[-3:]))  # "the care you are looking for." may be whole
            is_whole = len(words) > 1 and words[-2].lower() not in _OPENING
            return not (is_whole and re.search(rf"{end}\.(?![.\w])", there))
    if not _ABBREVIATED.search(plain):
        return False
    _, found, after = there.partition(plain)
    return bool(found) and bool(re.match(r" [^\W_]", after))


def is_quotation(claim: str, sentences: Iterable[str]) -> bool:
    """Whether a claim is one or more whole clauses of a sentence, letter by letter, with a verb of its own."""
    plain = bare(claim)
    if len(tokenise(claim)) < SHORTEST_QUOTATION or not has_verb(claim):
        return False
    for sentence in sentences:
        if plain in bare(sentence):
            clauses = [bare(clause) for clause in _CLAUSE_END.split(sentence)]
            ends = range(1, len(clauses) + 1)
            if any(plain == "".join(clauses[first:last]) for last in ends for first in range(last)):
                return True
    return False
