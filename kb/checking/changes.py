"""Changes: who held a post before is not who holds it, and what was before a change is not what is.

"Berg succeeded Keller as CEO", "moved from Tuesday to Thursday", 由王芳改为陈静. Of numbers see
`contradictions.is_replaced`.
"""

import functools
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from kb.checking.contradictions import FORMERLY
from kb.language.content_terms import content_of
from kb.language.language import CJK
from kb.language.number_forms import is_amount, numbers_in

_NAME = r"(?<!\w)(?P<name>[A-Z][\w'’-]{0,30}(?:\s+[A-Z][\w'’-]{0,30}){0,3})"
_POST = r"(?:(?:the|our|its|a)\s+)?(?:[a-z][\w-]*\s+){0,5}"
_LEFT = r"(?:left|leaves|departed|resigned|retire[sd]|steps? down|stepped down|hands? over|handed over)"
_CHANGED = "(?:改为|变更为|调整为|更换为|换成|换为)"
_FOLLOWS = "(?:接替|取代|代替|替换|替代)"
_ENDED = "(?:卸任|离任|离职|退休|辞职|辞任|调离|不再担任|不再负责|移交)"
# What tells who held a post before: the name, in Chinese the part of a clause that has it.
_BEFORE = tuple(
    map(
        re.compile,
        (
            r"(?<!will )(?<!to )\b(?:succeed(?:s|ed|ing)?|replac(?:es?|ed|ing)|following|in place of"
            rf"|t(?:akes?|aking|ook) over (?:[\w-]+\s+){{0,6}}?from)\s+{_POST}{_NAME}",
            r"\b(?:[Ff]ormer|[Pp]revious|[Oo]utgoing|[Dd]eparting|[Pp]reviously|[Ff]ormerly|[Pp]redecessor),?\s+"
            rf"{_POST}{_NAME}",
            rf"{_NAME}(?:,?\s+who)?\s+(?:has\s+|had\s+)?{_LEFT}\b",
            rf"{_NAME}\s+(?:was|is|has been|had been)\s+(?:succeeded|replaced|followed) by\b",
            rf"{_NAME}\s+(?:was|had been)\s[^.;]{{1,60}}?\buntil\b",
            rf"\((?:[Uu]ntil|[Bb]efore)\s[^():]{{1,20}}:?\s{_NAME}",
            rf"(?<!将){_FOLLOWS}(?P<name>[^，。；、（）]{{2,20}}?)(?=担任|出任|任|成为|负责|，|。|；|）|\Z)",
            r"(?:前任|原为|原来?是|原任|此前[为是由]|之前[为是由])(?P<name>[^，。；（）]{2,20})",
            r"(?:^|[，。；、（\s])原(?P<name>[^，。；（）来先定有]{3,20})",
            rf"[由从](?P<name>[^，。；由从]{{2,16}}?){_CHANGED}",
            rf"(?:^|[，。；])(?P<name>(?:(?!{_FOLLOWS})[^，。；]){{2,24}}?){_ENDED}",
        ),
    )
)
# What tells who came after.
_NOW = tuple(
    map(
        re.compile,
        (
            rf"{_NAME}\s+(?:was|is|has been)\s+(?:now|appointed|named|elected|promoted|chosen)\b",
            rf"{_NAME}\s+(?:took over|takes over|succeed(?:s|ed)|replace[sd])\b",
            rf"\b(?:succeeded|replaced|followed) by\s+{_POST}{_NAME}",
            rf"\b(?:[Nn]ow|[Ss]ince [^.;,]{{1,30}}?),?\s+(?:it\s+)?is\s+{_POST}{_NAME}",
            rf"{_NAME}\s+\((?:previously|formerly)\b",
            r"由(?P<name>[^，。；由]{2,12}?)(?:接任|继任|担任|接替|负责|出任)",
            rf"(?P<name>[^，。；]{{2,12}}?)(?:接任|继任|{_FOLLOWS})",
            r"现任[^，。；]{0,12}?[为是]?(?P<name>[\u4e00-\u9fff]{2,4})(?=[，。；]|\Z)",
            rf"{_CHANGED}(?P<name>[^，。；]{{2,12}})",
        ),
    )
)
_SUCCEEDS = re.compile(
    rf"{_NAME.replace('name', 'first')}\s+(?:will\s+|has\s+)?"
    r"(?:succeed(?:s|ed)?|replace[sd]?|follow(?:s|ed)?|takes? over from)\s+"
    rf"(?:the\s+)?{_NAME.replace('name', 'second')}"
    rf"|(?P<zh_first>[\u4e00-\u9fff]{{2,4}}){_FOLLOWS}(?P<zh_second>[\u4e00-\u9fff]{{2,4}}?)(?=担任|出任|任|成为|，|。|\Z)"
)
_FEW = r"[^.;:,()\n]{1,40}?"
_END = r"(?=\s(?:as|for|in|since|on)\b|[.;:,()\n]|\Z)"
# What was before a change, and what is in its place.
_REPLACED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?:chang|mov|relocat|transfer|switch|renam|shift|postpon|reschedul|convert)\w*\b[^.;\n]{0,40}?\bfrom\s"
        rf"(?P<old>{_FEW})\sto\s(?P<new>{_FEW}){_END}",
        rf"(?<![\w])(?P<new>[^.;:,()\n]{{1,60}})\s(?:instead of|rather than)\s(?P<old>{_FEW}){_END}",
        rf"\bno longer\s(?P<old>{_FEW}),?\s+but\s(?P<new>{_FEW}){_END}",
        rf"(?<![\w])(?P<new>[^.;:,()\n]{{1,60}}),\s+(?:and\s+)?no longer\s(?P<old>{_FEW}){_END}",
        rf"(?<![\w])(?P<new>[^.;:,()\n]{{1,60}})\s(?<!will )(?<!to )(?:has\s)?replace[sd]\s(?P<old>{_FEW}){_END}",
        r"\b(?:formerly|previously|used to|originally)\b[^.;:\n]{0,40}?\b(?:in|at|on|by|from|with)\s"
        rf"(?P<old>{_FEW})[;,.]\s"
        rf"[^.;:\n]{{0,20}}?\b(?:now|today|since)\b[^.;:\n]{{0,40}}?\b(?:in|at|on|by|from|with)\s(?P<new>{_FEW}){_END}",
        r"[由从](?P<old>[^，。；由从\n]{1,20}?)(?:改|变更|更换|调整|迁|搬|换|转|移|更名)[^，。；\n]{0,3}?[为到至成在往]"
        r"(?P<new>[^，。；\n]{1,20})",
        r"不再(?P<old>[^，。；\n]{1,16})，(?:而是|改)(?P<new>[^，。；\n]{1,16})",
        r"(?:以前|原来?|此前|之前|过去)(?P<old>[^，。；\n]{1,20})，"
        r"(?P<new>(?:现|如今|目前|后来?|(?:19|20)\d\d\s?年)[^，。；\n]{1,24})",
    )
)
# A question or claim that tells the change itself is right about both.
_CHANGES = re.compile(
    rf"\b(?:succe(?:ed|ssor)|replac|follow|predecess|t(?:ake|aking|ook)\w* over|hand\w* over|step\w* down|retire)"
    rf"|{_FOLLOWS}|{_ENDED}|{_CHANGED}|前任|后任|接任|继任|退休",
    re.IGNORECASE,
)
# A clause that tells what was, and what ends it: "until now 12 hours; from Monday 8", 原规则为10位；新规则为13位.
_YEAR_BEFORE = re.compile(
    r"\b(?:(?:previous|prior|preceding) (?:financial )?year|year (?:ago|earlier)|last year)\b|[上去]年同期",
    re.IGNORECASE,
)
_FORMER = re.compile(
    rf"{_YEAR_BEFORE.pattern}"
    r"|\b(?:until (?:now|recently)|up to now|so far|previously|formerly|originally|used to|in the past)\b"
    r"|\b(?:under|by|in) the (?:old|former)\b|\bunder the [a-z]+ of (?:19|20)\d\d\b"
    r"|\bbefore (?:that|then|the [a-z]+|[a-z]+ \d{4}|\d{4})\b[^,;.]{0,20}\bwas\b"
    r"|此前|以前|原[先来为本]|原[规方定版标]|旧[版规制标]|过去|曾[为是经]|[调修更]改?[整订改]前|迄今为止",
    re.IGNORECASE,
)
_FORMER_OR_PAST = re.compile(rf"{_FORMER.pattern}|\b(?:was|were|had)\b", re.IGNORECASE)  # where "now" is asked
_NOW_ASKED = re.compile(
    r"\b(?:now(?:adays)?|today|current(?:ly)?|at (?:the moment|present)|these days|still|present|new)\b"
    r"|现在|目前|如今|现行|新",
    re.IGNORECASE,
)
_PRESENT = re.compile(
    r"\b(?:now|from|since|as of|currently|today|new|after|is|are|may|must|receives?|gets?)\b"
    r"|现|新|今|改[为成至用]|调整?[为至]|[增降提缩][加少高低短]?[为到至]|不再",
    re.IGNORECASE,
)
_MOVED_TO = re.compile(  # from here on a clause tells what is
    r"\b(?:moved|changed|postponed|shifted|raised|lowered|increased|reduced|extended|cut|put (?:off|back|forward)"
    r"|brought forward) (?:from [^,;.]{1,30} )?to\b|改[为到至在]|调整[为到至]|[推延提][迟后期前长][为到至]",
    re.IGNORECASE,
)
_FORMER_ASKED = re.compile(
    rf"{_FORMER.pattern}|\b(?:old|former|original|change[ds]?|before|until)\b|之前|旧|原|变化|变更|改",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[;；。！？\n]|[.!?](?=\s|\Z)")
_CLAUSE_END = re.compile(r"[，()（）]|,\s|\s[–—-]\s|\bafter\b(?=\s[€$£¥\d])", re.IGNORECASE)
_WHO = re.compile(r"\bwho(?:m|se)?\b|谁|哪[一]?位|什么人|名字|姓名|\bname\b", re.IGNORECASE)
_CHINESE_RUN = re.compile(rf"{CJK.pattern}{{2,4}}")
_LATIN_NAME = re.compile(r"[A-Z][\w'’-]+")
_LINKING = re.compile(r"[是为由的在]|现任|目前|担任|负责|公司|我们")


def holds_post(claim: str, question: str, sentences: Sequence[str]) -> bool | None:
    """Whether whom a claim gives as who holds a post is told to be who came after somebody (True), or who held it
    before (False); None where that is not told, where nobody is asked for, and where question or claim speak of what
    was or of the change itself."""
    if not _WHO.search(question) or _tells_change(question, claim):
        return None
    added = list(_added_names(claim, question))
    post = claim
    for name in added:
        post = post.replace(name, " ")
    said = content_of(post).keys()
    for text in _one_or_two(sentences):
        named = [name for name in added if name in text]
        if not named or not said & content_of(text).keys():
            continue
        before, rest = _held_before(text), text
        if not before:
            continue
        for span in before:
            rest = rest.replace(span, " ")
        if not any(name in rest for name in named):
            return False
        now = [match.group("name") for pattern in _NOW for match in pattern.finditer(text)]
        if any(name in span for name in named for span in now):
            return True
    return None


def turns_succession(claim: str, sentences: Sequence[str]) -> bool:
    """Whether a claim has who held a post before come after who held it then."""
    match = _SUCCEEDS.search(claim)
    if not match:
        return False
    first, second = _successor_and_former(match)
    told = [_successor_and_former(found) for sentence in sentences for found in _SUCCEEDS.finditer(sentence)]
    if (first, second) in told:
        return False
    for text in _one_or_two(sentences):
        before = _held_before(text)
        if any(first in name for name in before):
            return not any(second in name for name in before)
    return False


def _successor_and_former(match: re.Match[str]) -> tuple[str, str]:
    return match["first"] or match["zh_first"], match["second"] or match["zh_second"]


def _one_or_two(sentences: Sequence[str]) -> Iterator[str]:
    """Each sentence, and each two that follow one another."""
    yield from sentences
    yield from (f"{first} {second}" for first, second in pairwise(sentences))


def _held_before(text: str) -> list[str]:
    """What tells in a text who held a post before: names, in Chinese parts of clauses that have them."""
    return [match["name"] for pattern in _BEFORE for match in pattern.finditer(text)]


def gives_what_was(claim: str, question: str, sentences: Sequence[str]) -> bool:
    """Whether a claim gives what a sentence says was before a change, and not what is in its place, where question and
    claim do not speak of what was or of the change."""
    if _tells_change(question, claim):
        return False
    said, asked = content_of(claim).keys(), content_of(question).keys()
    for sentence in sentences:
        for match in (match for pattern in _REPLACED for match in pattern.finditer(sentence)):
            before, now = content_of(match["old"]).keys(), content_of(match["new"]).keys()
            old, new = before - now - asked, now - before - asked
            around = content_of(sentence).keys() - before - now
            if (
                old
                and new
                and old <= said
                and not new <= said
                and (said | asked) & (around | (before & now) | (now & asked))
            ):
                return True
    return False


def gives_former(claim: str, question: str, text: str) -> bool:
    """Whether a number that a claim adds stands in a text only where that tells what was, beside what is, and neither
    question nor claim speak of what was."""
    added = numbers_in(claim) - numbers_in(question)
    return bool(added) and not _FORMER.search(claim) and not added.isdisjoint(former_numbers(question, text))


@functools.lru_cache(maxsize=256)
def former_numbers(question: str, text: str) -> frozenset[str]:
    """The numbers that stand in a text only where that tells what was, beside what is; none where a question asks what
    was."""
    tells_was = _FORMER_OR_PAST if _NOW_ASKED.search(question) else _FORMER
    if not tells_was.search(text) or _FORMER_ASKED.search(question):
        return frozenset()
    former: set[str] = set()
    present: set[str] = set()
    sentences = _SENTENCE_END.split(text)
    for at, sentence in enumerate(sentences):
        was = False
        before: list[str] = []
        now: list[str] = []
        for clause in _CLAUSE_END.split(sentence):
            was = bool(tells_was.search(clause)) or (was and not _PRESENT.search(clause))
            moved = _MOVED_TO.search(clause) if was else None
            (before if was else now).append(clause[: moved.start()] if moved else clause)
            if moved:
                now.append(clause[moved.start() :])
        told = {number for clause in before for number in numbers_in(clause)}
        present |= {number for clause in now for number in numbers_in(clause)}
        near = [*now, *sentences[max(0, at - 1) : at], *sentences[at + 1 : at + 2]]
        if any((_PRESENT.search(each) or _MOVED_TO.match(each)) and numbers_in(each) - told for each in near):
            former |= told
        elif any(map(is_amount, {number for clause in now for number in numbers_in(clause)} - told)):
            former |= {n for clause in before if _YEAR_BEFORE.search(clause) for n in numbers_in(clause)}
    return frozenset(former - present)


def _tells_change(*texts: str) -> bool:
    """Whether a text speaks of what was, or of a change."""
    return any(pattern.search(text) for pattern in (FORMERLY, _CHANGES) for text in texts)


def _added_names(claim: str, question: str) -> Iterator[str]:
    """What may be a name in a claim, and does not stand in its question."""
    yield from (name for name in _LATIN_NAME.findall(claim) if name.lower() not in question.lower())
    left = claim
    for start in range(len(question)):
        for end in range(len(question), start + 1, -1):  # the longest that both have
            if CJK.search(question[start:end]) and question[start:end] in left:
                left = left.replace(question[start:end], " ")
                break
    yield from _CHINESE_RUN.findall(_LINKING.sub(" ", left))
