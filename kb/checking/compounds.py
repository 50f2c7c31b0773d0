"""Compounds: claims of several parts, of which each must be said.

What stands behind a comma is part of the claim: something that the source does not say at all is not confirmed by the
rest of it; a reason must be told beside what it is the reason of; and what a list, a table or a text has one behind the
other comes in that order.
"""

import re
from collections.abc import Sequence, Set

from kb.checking.contradictions import without_denial
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


def _share(said: dict[str, float], told: Set[str]) -> float:
    return sum(weight for token, weight in said.items() if token in told) / (sum(said.values()) or 1.0)
