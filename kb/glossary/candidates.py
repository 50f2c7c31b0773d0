"""Candidates: terms with short forms as documents introduce them: `Long Name (LN)`, `全称（以下简称“简称”）`.

The letters of a short form must fit its long one (Schwartz & Hearst, A Simple Algorithm for Identifying Abbreviation
Definitions in Biomedical Text, PSB 2003); the characters of a Chinese short form stand in the long one in their order.
Roles of contracts (`the "Supplier"`, `甲方`) fit nothing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from kb.glossary.entries import LONGEST_FORM, folded
from kb.language.language import CJK
from kb.language.tokenizer import segmenter

MOST_OF_A_DOCUMENT = 200  # candidates
_LONGEST_LONG = 12  # words of an English long form
_LONGEST_RUN = 40  # characters before a bracket in which a Chinese long form is looked for

_BRACKETS = re.compile(r"[（(]([^（）()\n]{2,120})[)）]")
_PLAIN_SHORT = re.compile(
    r"[，,；;]\s{0,2}(?:以下)?(?:简称|缩写)(?:为|是|作)?[：:\s]{0,2}[“\"「『‘'《]?([^\s“”\"「」『』‘’'《》，,。；;、（）()]{2,20})"
)
_ZH_CUE = re.compile(
    r"(?:以?下(?:统称|简称|称)|简称|缩写)(?:为|是|作)?[：:\s]{0,2}[“\"「『‘'《]?([^“”\"「」『』‘’'《》，,。；;、]{2,30}?)[”\"」』’'》]?\s*\Z"
)
_EN_CUE = re.compile(
    r"\A\s*(?:(?:hereinafter|hereafter|henceforth)(?:\s+(?:referred\s+to\s+as|called))?|abbreviated(?:\s+(?:as|to))?"
    r"|short|in\s+short|referred\s+to\s+as|also\s+called|abbr\.?)[\s,:]{1,3}(?:the\s+)?[“\"‘']?"
    r"([^“”\"‘’']{2,60}?)[”\"’']?[.,]?\s*\Z",
    re.IGNORECASE,
)
_SHORT = re.compile(r"[A-Za-z][A-Za-z0-9&/.\-]{1,11}")
_QUOTES = "“”\"‘’'「」『』《》"
_FOREIGN = re.compile(r"[()（）\[\]“”\"`|<>]")
_WORDS = re.compile(r"[A-Za-z0-9][\w&/'’.\-]*")
_CJK_SIGN = re.compile(rf"{CJK.pattern}|[A-Za-z0-9·\-]")
_CJK_ONLY = re.compile(rf"{CJK.pattern}+")
# Words before a name that are no part of it.
_BEFORE_NAME = re.compile(
    r".*(?:的|了|在|对|由|从|是|于|将|把|被|按照|依据|根据|通过|使用|采用|以及|包括|有关|关于|请向|登录|提交|上线|成立|设立|建立|实行|推行|启用|引入|部署|成为|一系列)"
)
_POINTING = "本该我贵此各其"
_SMALL = frozenset("a an and at by for from in of on or the to with".split())


@dataclass(frozen=True, slots=True)
class Candidate:
    """A term with other forms, as `text[start:end]` introduces it."""

    term: str
    forms: tuple[str, ...]
    start: int
    end: int


def candidates(text: str) -> list[Candidate]:
    """What a text introduces, in its order; the same term with the same form once."""
    found: dict[tuple[str, str], Candidate] = {}
    for each in sorted(_candidates_in(text), key=lambda candidate: candidate.start):
        key = folded(each.term), folded(each.forms[0])
        if key not in found and _is_clean(each):
            found[key] = each
        if len(found) == MOST_OF_A_DOCUMENT:
            break
    return list(found.values())


def _candidates_in(text: str) -> Iterator[Candidate]:
    for bracket in _BRACKETS.finditer(text):
        before = text[max(0, bracket.start() - 200) : bracket.start()].rpartition("\n")[2].rstrip()
        begin = _offset(text, bracket.start(), before)
        for term, forms, at in _of_bracket(before, bracket[1].strip()):
            yield Candidate(term, forms, begin + at, bracket.end())
    within = [bracket.span() for bracket in _BRACKETS.finditer(text)]
    for plain in _PLAIN_SHORT.finditer(text):
        if any(start < plain.start() < end for start, end in within):
            continue
        before = text[max(0, plain.start() - 200) : plain.start()].rpartition("\n")[2].rstrip()
        begin = _offset(text, plain.start(), before)
        for term, forms, at in _named_short(before, plain[1]):
            yield Candidate(term, forms, begin + at, plain.end(1))


def _is_clean(candidate: Candidate) -> bool:
    """Whether each form is short enough, and holds no bracket or quotation mark that belongs to something else."""
    forms = (candidate.term, *candidate.forms)
    return all(len(form) <= LONGEST_FORM and not _FOREIGN.search(form) for form in forms)


def _offset(text: str, end: int, before: str) -> int:
    while end > 0 and text[end - 1].isspace():
        end -= 1
    return end - len(before)


def _of_bracket(before: str, within: str) -> Iterator[tuple[str, tuple[str, ...], int]]:
    """(term, forms, where the term begins in `before`) of a bracket and what stands before it."""
    cue = _ZH_CUE.search(within)
    if cue is not None:
        other = within[: cue.start()].rstrip(" ，,;；:：")
        for term, forms, at in _named_short(before, cue[1].strip()):
            yield term, (*forms, other) if _is_name(other) else forms, at
        return
    cue = _EN_CUE.match(within)
    if cue is not None:
        yield from _named_short(before, cue[1].strip())
        return
    whole, _, last = within.rpartition(",") if "," in within else within.rpartition("，")
    last = last.strip()
    if whole and _SHORT.fullmatch(last) and _long_of(whole.strip(), last) == 0 and CJK.search(before[-1:]):
        term, at = _chinese_name(before)
        if term:
            yield term, (last, whole.strip()), at  # 仓储系统（Warehouse Management System，WMS）
        return
    short = within.strip(_QUOTES)
    if _is_short(short):
        start = _long_of(before, short)
        if start is not None:
            yield before[start:], (short,), start
        return
    words = _WORDS.findall(within)
    spoken = list(_WORDS.finditer(before))
    if 2 <= len(words) <= _LONGEST_LONG and spoken and spoken[-1].end() == len(before):
        short = spoken[-1].group()
        if _is_short(short) and _long_of(within, short) == 0:
            yield within, (short,), spoken[-1].start()  # PTO (paid time off)


def _named_short(before: str, short: str) -> Iterator[tuple[str, tuple[str, ...], int]]:
    """Of a short form that a text calls one: the long form before it."""
    if CJK.search(before[-1:]):
        if CJK.search(short):
            start = _chinese_long(before, short)
            if start is not None and before[start:] == short:  # 产品评审会（下称“评审会”）
                name, start = _chinese_name(before)
                start = start if name and name[0] not in _POINTING else None
            if start is not None and before[start:] != short:
                yield before[start:], (short,), start
        elif _is_short(short):
            term, at = _chinese_name(before)
            if term:
                yield term, (short,), at
        return
    start = _long_of(before, short) if _is_short(short) else None
    if start is None:
        start = _named_by_its_words(before, short)
    if start is not None and folded(before[start:]) != folded(short):
        yield before[start:], (short,), start


def _is_short(short: str) -> bool:
    """Whether it looks like a short form: two letters or more, one of them a capital, and no word of prose."""
    capitals = sum(sign.isupper() for sign in short)
    return bool(_SHORT.fullmatch(short)) and capitals >= 2 and sum(map(str.isalpha, short)) >= 2


def _long_of(before: str, short: str) -> int | None:
    """Where the long form of a short one begins that ends `before`; None where the letters do not fit.

    Each letter of the short form stands in the long one in order, the first at the beginning of a word, and at least
    half of them begin words.
    """
    signs = [sign.lower() for sign in short if sign.isalnum()]
    words = list(_WORDS.finditer(before))
    if not words or len(before) - words[-1].end() > 1:
        return None
    most = min(len(signs) + 5, 2 * len(signs), _LONGEST_LONG)
    for passed_over in (_SMALL, frozenset[str]()):  # Office of the Chief, and what counts its small words
        plain = _initials(words, signs, passed_over)
        if plain is not None:
            return plain
    text, at, initials = before.lower(), len(before), 0
    starts = {word.start() for word in words} | {i + 1 for i, sign in enumerate(text) if sign in "-/"}
    for i, sign in reversed(list(enumerate(signs))):
        at -= 1
        while at >= 0 and (text[at] != sign or (i == 0 and at not in starts)):
            at -= 1
        if at < 0:
            return None
        initials += at in starts
    start = max((word.start() for word in words if word.start() <= at), default=at)
    named = [word.group() for word in words if word.start() >= start]
    fits = 2 * initials >= len(signs) and 2 <= len(named) <= most and any(word.lower() not in _SMALL for word in named)
    return start if fits and folded(short) not in {folded(word) for word in named} else None


def _initials(words: Sequence[re.Match[str]], signs: Sequence[str], passed_over: frozenset[str]) -> int | None:
    """Where the words begin whose first letters the signs are; those of `passed_over` do not count."""
    left = list(signs)
    for word in reversed(words[-_LONGEST_LONG:]):
        if word.group().lower() in passed_over:
            continue
        if word.group()[0].lower() == left[-1]:
            left.pop()
            if not left:
                return word.start() if len(signs) > 1 else None
        else:
            return None
    return None


def _named_by_its_words(before: str, short: str) -> int | None:
    """Where a long name begins of which the short one is the first words: `Acme Logistics GmbH`, called `Acme`."""
    words, wanted = list(_WORDS.finditer(before)), [folded(word) for word in _WORDS.findall(short)]
    if not wanted or not short[:1].isupper():
        return None
    for i in range(max(0, len(words) - _LONGEST_LONG), len(words) - len(wanted)):
        if [folded(word.group()) for word in words[i : i + len(wanted)]] == wanted:
            named = [word.group() for word in words[i:]]
            between = before[words[i].start() :]
            if all(word[:1].isupper() or word.lower() in _SMALL for word in named) and not re.search(
                r"[.;:!?]\s", between
            ):
                return words[i].start()
    return None


def _run_before(before: str) -> str:
    """The characters, letters and figures that end a text, without a space between them."""
    signs = takewhile(_CJK_SIGN.fullmatch, reversed(before[-_LONGEST_RUN:]))
    return "".join(signs)[::-1]


def _chinese_long(before: str, short: str) -> int | None:
    """Where the shortest long form begins that holds the characters of a Chinese short form in their order."""
    at = len(before)
    begin = at - len(_run_before(before))
    for sign in reversed(short):
        at = before.rfind(sign, begin, at)
        if at < 0:
            return None
    return _word_start(before, begin, at)


def _chinese_name(before: str) -> tuple[str, int]:
    """The Chinese name that ends a text, and where it begins; "" where that is not told."""
    name = _run_before(before)
    leading = _BEFORE_NAME.match(name)
    name = name[leading.end() :] if leading else name
    return (name, len(before) - len(name)) if 3 <= len(name) <= 16 else ("", 0)


def _word_start(text: str, begin: int, at: int) -> int:
    """Where the Chinese word begins that holds the place `at`, not before `begin`."""
    run = next((run for run in _CJK_ONLY.finditer(text, begin) if run.start() <= at < run.end()), None)
    if run is None:
        return at
    place = run.start()
    for word in segmenter().cut(run.group(), HMM=False):
        if at < place + len(word):
            return place
        place += len(word)
    return at


def _is_name(text: str) -> bool:
    return len(_WORDS.findall(text)) >= 2 and not CJK.search(text)
