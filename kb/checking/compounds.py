"""Compounds: claims of several parts, of which each must be said.

What stands behind a comma is part of the claim: something that the source does not say at all is not confirmed by the
rest of it; a reason must be told beside what it is the reason of; and what a list, a table or a text has one behind the
other comes in that order.
"""

import re
from collections.abc import Sequence, Set

from kb.checking.contradictions import without_denial
from kb.checking.table_claims import is_row
from kb.language.content_terms import content_of, is_number
from kb.language.language import CJK
from kb.language.number_forms import numbers_in
from kb.language.verbs import has_verb

UNSAID = 0.2  # share of what a part adds, up to which its source says nothing of it
TOLD = 0.5  # share of a reason that must stand beside what it is the reason of
_ADDS = {True: 2.0, False: 1.5}  # weight of words, of English or of Chinese, from which on a part says something
_PART = re.compile(r"[,，;；](?!\d)|\bbut\b", re.IGNORECASE)
_ASKED_AGAIN = re.compile(r"\W*(?:before|when|while|if|once|until|as)\b", re.IGNORECASE)
_LEAD_IN = re.compile(  # what is said stands behind it
    r"\W*(?:after|before|when|while|if|once|since|until|as|because|yes|no)\b"
    r"|.*(?:时|后|前|的话|之后|以后|可以|不可以|是的)\s*\Z|\W*(?:如|若|当|因|在|自|从|对|根据|按)",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(
    r"\W*(?:in|on|at|by|for|from|with|during|under|due)\b", re.IGNORECASE
)  # without a verb behind
_REASON = re.compile(
    r"\b(?:because(?: of)?|due to|owing to|as a result of|on account of|the reason (?:is|was|being)(?: that)?)\b"
    r"|是因为|因为|由于|(?:原因|理由)是",
    re.IGNORECASE,
)


_FEWEST_STEPS = 3
_STEP = re.compile(r"\s*(?:[(（]?\d{1,2}[.)）、]|[a-zA-Z]\)|[①-⑳]|第[一二三四五六七八九十\d]{1,2}步|(?:[Ss]tep|[Dd]ay) \d)")
_THEN = re.compile(
    r"\b(?:first|then|next|afterwards|after that|finally|last of all|only then|thereafter|subsequently)\b|首先|先|然后|接着|随后|再|最后",
    re.IGNORECASE,
)
_NEXT_ASKED = re.compile(
    r"\b(?:right|directly|immediately|straight|just) after\b|\b(?:comes?|happens?|do(?:es)?|is) next\b|\bnext step\b"
    r"|下一步|紧接着|接着|[完后](?:应|该|要|需|得)*(?:做|干|怎么)",
    re.IGNORECASE,
)
_BEFORE = re.compile("before|之前|以前", re.IGNORECASE)
_ORDER = re.compile(r"\b(?:before|after)\b|(?P<zh>之前|之后|以前|以后)", re.IGNORECASE)


def adds_unsaid(claim: str, question: str, told: Set[str]) -> bool:
    """Whether a part of a claim behind its first, without a number, says something of which the source, whose words are
    `told`, has next to nothing: "…, but only from accredited providers"."""
    asked = content_of(question).keys()
    first, *parts = [part for part in _PART.split(claim) if part.strip()] or [""]
    leads_in = _LEAD_IN.match(first) or (_PREPOSITION.match(first) and not has_verb(first))
    for part in parts[1:] if leads_in else parts:
        if numbers_in(part) or _ASKED_AGAIN.match(part):
            continue
        new = {
            token: weight
            for token, weight in content_of(without_denial(part)).items()
            if token not in asked and (token.isascii() or not set(token) <= set(question))
        }
        is_english = not CJK.search(part)
        if sum(new.values()) >= _ADDS[is_english] and _share(new, told) <= UNSAID:
            return True
    return False


def gives_other_reason(claim: str, question: str, sentences: Sequence[str]) -> bool:
    """Whether the reason that a claim gives is told neither in the sentence that says most of the rest of it, nor in
    those beside."""
    match = _REASON.search(claim)
    if not match:
        return False
    before, behind = claim[: match.start()], claim[match.end() :]
    is_first = not content_of(before)
    if is_first:  # "Because of the rain, it was put off": up to the comma
        behind, _, before = behind.partition("，" if "，" in behind else ",")
    asked = content_of(question).keys()
    effect = {t: w for t, w in content_of(before).items() if not is_number(t)}
    reason = {t: w for t, w in content_of(behind).items() if t not in asked and t not in effect}
    words = [content_of(sentence).keys() for sentence in sentences]
    shares = [_share(effect, own) for own in words]
    most = max(shares, default=0.0)
    if not reason or not most:
        return False
    beside = [set().union(*words[max(0, at - 1) : at + 2]) for at, share in enumerate(shares) if share == most]
    return all(_share(reason, near) < TOLD for near in beside)


def turns_order(claim: str, question: str, sentences: Sequence[str]) -> bool:
    """Whether a claim has the steps of a list, the rows of a table or the sentences of instructions in another order than
    these: as what comes next, another than the one behind the one that the question names; as before what stands
    behind it."""
    items = _items(sentences)
    words = [content_of(item).keys() for item in items]
    if len(items) < _FEWEST_STEPS:
        return False
    everywhere = set.intersection(*map(set, words))
    words = [own - everywhere for own in words]
    asked, said = content_of(question).keys(), content_of(claim).keys()
    if _NEXT_ASKED.search(question):
        named, given = _most_like(asked - everywhere, words), _most_like(said - asked - everywhere, words)
        if named is not None and given is not None and given not in (named, named + 1):
            return True
    match = _ORDER.search(claim)
    if not match:
        return False
    first, then = (content_of(part).keys() for part in (claim[: match.start()], claim[match.end() :]))
    if match["zh"]:  # 在取下滤网之前…: what stands before the word is split where it begins
        before, at, behind = claim[: match.start()].rpartition("在")
        if not at:
            return False
        first, then = (content_of(f"{before} {claim[match.end():]}").keys(), content_of(behind).keys())
    one, other = _most_like(first - then, words), _most_like(then - first, words)
    if one is None or other is None or one == other or any(_ORDER.search(items[at]) for at in (one, other)):
        return False
    return (one > other) == bool(_BEFORE.fullmatch(match.group().strip()))


def _items(sentences: Sequence[str]) -> list[str]:
    """The steps of a list, the rows of a table or, where words tell their order, the sentences of a text."""
    marked = [sentence for sentence in sentences if _STEP.match(sentence) or is_row(sentence)]
    if len(marked) >= _FEWEST_STEPS:
        return marked
    return [*sentences] if sum(bool(_THEN.search(sentence)) for sentence in sentences) > 1 else []


def _most_like(said: Set[str], words: Sequence[Set[str]]) -> int | None:
    """Which of some items has the most of what is said, where one alone has."""
    shared = [len(said & own) for own in words]
    most = max(shared)
    return shared.index(most) if most and shared.count(most) == 1 else None


def _share(said: dict[str, float], told: Set[str]) -> float:
    return sum(weight for token, weight in said.items() if token in told) / (sum(said.values()) or 1.0)
