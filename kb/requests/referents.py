"""Referents: a question that says "it" where nothing was said before that this could be."""

import re

from kb.language.language import nfkc
from kb.language.proper_names import codes_in
from kb.language.tokenizer import STOP_WORDS, tokenise
from kb.schema import Language

MOST_OTHER_WORDS = 2  # that carry meaning, in a question that names nothing: "how do I turn it off?"
_EXPLETIVE = re.compile(  # "it" that stands for nothing said before
    r"\b(?:is|was|will|would|does|did|can|could|must|should|has|had|be) it (?:\w{2,20}ly )?(?:be |take|taken|possible"
    r"|necessary|allowed|permitted|required|true|okay|ok|legal|safe|cost to|better|worth|important|mandatory|compulsory"
    r"|time|day|rain|mean to|called)|\bit (?:takes?|is possible|is necessary)\b|\bwhat is it (?:like|called)\b",
    re.I,
)
_IT = re.compile(r"\b(?:it|its|them|they|their|he|she|his|her|him)\b", re.I)
_THAT = re.compile(
    r"\b(?:this|that|these|those)(?=\W*$|\s+(?:one|ones|work|mean|cost|happen|end|start|begin|apply|there)\b)", re.I
)
_IT_ZH = re.compile(
    r"它们?|[他她]们?(?!人)|(?:这|那)(?:个|些|样|种|里|边)?(?=[是的要会能可有在怎多什几何吗呢，,？?]|$)"
)
_SMALL = frozenset(
    "much many long often soon far fast there here get got go going use used do does did off out up".split()
)

ASKED_BACK = {
    "en": "What do you mean by “{}”? Please name it in the question: nothing was said before that it could stand for.",
    "zh": "您说的“{}”指的是什么？前面没有提到过可以指代的内容，请在问题里写明。",
}


def without_referent(question: str) -> str:
    """The word of a question that stands for something that nothing names; "" where there is none."""
    text = nfkc(question)
    found = _IT_ZH.search(text) or (None if _EXPLETIVE.search(text) else _IT.search(text) or _THAT.search(text))
    if found is None or codes_in(text) or re.search(r"[\d“”\"'《]", text):
        return ""
    before, rest = text[: found.start()], text[: found.start()] + " " + text[found.end() :]
    if _names(before):
        return ""
    words = [word for word in tokenise(rest) if word not in STOP_WORDS and word not in _SMALL]
    distinct = {word for word in words if not any(word != other and word in other for other in words)}
    return found.group() if len(distinct) <= MOST_OTHER_WORDS else ""


def _names(before: str) -> bool:
    """Whether something that could be meant is named before the word, as in "if I lose my badge, who replaces it?"."""
    return "," in before or "，" in before or bool(re.search(r"(?<=\s)[A-Z]\w+", before))


def asked_back(word: str, language: Language) -> str:
    """The question that is asked back."""
    return ASKED_BACK[language].format(word)
