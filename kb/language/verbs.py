"""Verbs: whether a text says that something is or does, rather than naming it.

Chinese words have jieba's tags. English verbs are told by their form, and the frequent irregular ones are listed.
"""

import re

from kb.language.language import CJK
from kb.language.proper_names import tagged

_WORD = re.compile(r"[A-Za-z]+(?:['’][a-z]+)?")
_PAST = re.compile(r"[a-z]{2,}ed")
# "The logger stores readings": a plural looks the same, but seldom has words on both sides that it binds.
_PRESENT = re.compile(
    r"[A-Za-z0-9'’)] (?!(?:is|as|us|its|his|this|yes|days|hours|weeks|months|years)\b)[a-z]{2,}s"
    r" (?!(?:of|and|or|by|per)\b)[A-Za-z0-9]"
)
_TAKES_AS = re.compile(r"以[^，。；,;]{1,20}为")  # 以鱼类为食: the tagger knows no verb there
_FREQUENT = frozenset(
    "is are was were be been being am has have had having do does did done will would can could may might must shall"
    " should cannot get got need make made take took taken give gave given go went gone come came say said see saw seen"
    " know knew find found keep kept hold held let run ran pay paid cost last begin began begun start end become became"
    " lead led win won lose lost set put mean meant meet met send sent buy bought build built write wrote written stand"
    " stood leave left feel felt bring brought think thought sell sold fall fell rise rose grow grew speak spoke read"
    " spend spent draw drew show shown wear wore drive drove fly flew cut hit apply ask use want help call try work"
    " allow require receive include remain contain".split()
)


def has_verb(text: str) -> bool:
    """Whether a text has a verb, as far as its form tells."""
    if CJK.search(text):
        return bool(_TAKES_AS.search(text)) or any(word.flag.startswith("v") for word in tagged(text))
    return bool(_PRESENT.search(text)) or any(
        word.lower() in _FREQUENT or "n't" in word.replace("’", "'") or bool(_PAST.fullmatch(word))
        for word in _WORD.findall(text)
    )
