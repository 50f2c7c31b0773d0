"""Contradictions: what speaks against a claim in the very words that seem to carry it.

A claim may use the words and numbers of its source and still say something else: it loses a minus sign, adds a "not",
or answers from the document of another year.
"""

import re

from kb.numbers import numbers_in

_NEGATIVE = re.compile(r"(?<![A-Za-z0-9.,%)）])[-−]\d[\d.,]*\s*(?:%|[万亿千]|million\b|billion\b)?")
FALLING = re.compile(
    r"负|零下|下降|下滑|下跌|降低|减少|亏损|降|跌|\b(?:minus|negative|below|decrease[sd]?|decreasing|decline[sd]?|declining"
    r"|dropp?e?d?s?|fell|falls?|fallen|falling|loss(?:es)?|lost|losing|down|lower|shrank|shrunk|reduced?|reduction)\b",
    re.IGNORECASE,
)
_NOT_A_LIMIT = re.compile(  # "not more than 3" limits, and may be said without a "not"
    r"\b(?:not?|never)\s+(?:more|less|fewer|later|earlier|longer|higher|lower|larger|smaller|greater|exceed\w*|only"
    r"|until|to exceed)\b"
    r"|不(?:得|能|应|可|宜)?(?:少于|低于|超过|大于|小于|多于|高于|晚于|早于|迟于|超出|长于|短于|满|足|仅|只|断|同)",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"\b(?:no|not|never|none|neither|nor|cannot|without)\b|n['’]t\b|没有|并未|尚未|未曾|无需|无须|无权|禁止"
    r"|不(?:是|会|能|可|得|需|必|用|允许|享受|包括|包含|提供|支付|适用|发)",
    re.IGNORECASE,
)
_DENIES = re.compile(
    r"\b(?:except|exclu\w+|prohibit\w*|forb[aio]\w+|only|un\w+able|exempt\w*|free of|instead of|rather than|stop\w*"
    r"|refus\w*|deny|denie[sd]|invalid|non-?\w+)\b|[不无未非免禁仅限除勿莫]|拒绝|停止|取消",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def loses_sign(claim: str, source: str) -> bool:
    """Whether the source has a number of the claim with a minus sign alone, and the claim without any word of it."""
    return bool(only_negative(source) & numbers_in(claim)) and not (_NEGATIVE.search(claim) or FALLING.search(claim))


def only_negative(source: str) -> frozenset[str]:
    """The numbers that stand in a text with a minus sign, and nowhere without."""
    signed = _NEGATIVE.findall(source)
    return numbers_in("\n".join(signed)) - numbers_in(_NEGATIVE.sub(" ", source)) if signed else frozenset()


def negates(claim: str, source: str) -> bool:
    """Whether the claim denies what the source says without denying anything."""
    denied = _NOT.search(_NOT_A_LIMIT.sub(" ", claim))
    return bool(denied) and not (_NOT.search(source) or _DENIES.search(source))


def is_of_another_year(question: str, heading: str, text: str) -> bool:
    """Whether the question names years, and what heads the source names others, with none of those in sight."""
    asked, headed = set(_YEAR.findall(question)), set(_YEAR.findall(heading))
    return bool(asked and headed) and not asked & (headed | set(_YEAR.findall(text)))
