"""Opposites: a claim that says before where its source says after, or exchanges who does what to whom."""

import functools
import re
from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import combinations, islice

from kb.language.content_terms import content_of, stem
from kb.language.language import nfkc
from kb.language.tokenizer import segmenter

LIKENESS = 0.8  # share of a claim's words that stand in the source in the same order, once two are exchanged
GAIN = 2  # by so many words more than as the claim has them
VERB_WITHIN = 2  # words behind a modal verb
_SHORTEST, _LONGEST = 5, 60  # words of a text that are compared
_BEFORE = r"之前|以前|(?<=[\d日天月年周时])前(?![台几三两]|提(?!交))"
_AFTER = r"之后|以后|(?<=[\d日天月年周时])后(?![台几三两])"
_THEN = r"(?<![今最然稍随前向往落背先之以]){}(?=[，,、）)]|\Z|应|须|方可|再|才|立即|仍|可以|由|将|的?\d)"


def _compiled(*pairs: tuple[str, str]) -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    return tuple((re.compile(one, re.IGNORECASE), re.compile(other, re.IGNORECASE)) for one, other in pairs)


# Words of which a text has the one or the other: of what a thing is, and of the rest. Pairs that one sentence often has
# both of, as opening and closing, are none.
_STATES = _compiled(
    (r"\bopen\b", r"\bclosed\b"),
    (r"开[放启门馆]|启用|营业", r"关闭|停用|禁用|闭[馆园]|休[馆业息]|[停歇]业"),
    (r"\b(?:enabled|active|activated)\b", r"\b(?:disabled|inactive|deactivated)\b"),
    (r"\b(?:allowed|permitted)\b", r"\b(?:forbidden|prohibited|banned)\b"),
    (r"(?<!不)(?:允许|准许)", r"禁止|严禁"),
    (r"\bincluded\b", r"\bexcluded\b"),
    (r"\bautomatic(?:ally)?\b", r"\bmanual(?:ly)?\b"),
    (r"自动", r"手动|人工"),
    (r"必[填选]", r"选填|可选"),
)
_PRICED = _compiled(  # a price list has both of one thing: "180 euros, free in the first year"
    (r"\bfree(?: of charge)?\b", r"\b(?:pays?|costs?|(?<!of )charge[sd]?)\b|[€$£¥]\s?\d"),
    (r"免费", r"收费|付费|自[费付]"),
)
_PAIRS = (
    *_STATES,
    *_compiled(
        (r"\b(?:before|prior to|ahead of|in advance of)\b", r"\b(?:after|following|subsequent to)\b"),
        (rf"{_BEFORE}|{_THEN.format('前')}", rf"{_AFTER}|{_THEN.format('后')}"),
        (
            r"\b(?:increas|ris[ei]|rose|grew|grow|rais)\w*",
            r"\b(?:decreas|declin|fell|fall|dropp|reduc|lower|shr[aiu]nk)\w*|\bcut\b",
        ),
        (r"上升|增加|增长|提高|上调|上涨|[增升]至", r"下降|减少|下滑|降低|下调|下跌|[降减]至|缩短"),
        (
            r"\babove\b|\b(?:over|more than)\b(?=\s+[\d€$£¥])",
            r"\bbelow\b|\b(?:under|less than|fewer than)\b(?=\s+[\d€$£¥])",
        ),
        (r"以上|高于|超过", r"以下|低于|不足"),
        (
            r"\b(?:at most|up to|no more than|cap(?:ped|s)?|max(?:imum)?|highest|longest|largest)\b",
            r"\b(?:at least|no (?:less|fewer) than|min(?:imum)?|lowest|shortest|smallest)\b",
        ),
        (r"最[高多长大]|上限|至多|≤", r"最[低少短小]|下限|至少|起码|≥"),
        (
            r"\bthis (?:week|month|quarter|year)\b",
            r"\b(?:last|next|previous) (?:week|month|quarter|year)\b",
        ),
        (r"(?:本|这[个一]?)[周月季年]|今年", r"[上下](?:个?月|周|季度|年度)|[去明]年"),
        (r"[停终]止|结束", r"开始|启动|生效"),
        (r"\b(?:approved|granted|accepted)\b", r"\b(?:rejected|declined|refused|turned down)\b"),
        (r"(?<!未)(?:获?批准|通过|同意)", r"驳回|否决|拒绝"),
        (
            r"\b(?:mandatory|compulsory|obligatory|obliged|required|must|have to|has to)\b",
            r"\b(?:optional|voluntary|recommended|may|can|entitled|free to)\b",
        ),
        (r"必须|强制|务必", r"建议|自愿|可选|鼓励|可以|享有|有权"),
        (r"\binternal\b", r"\bexternal\b"),
        (r"\b(?:temporary|temporarily)\b", r"\bpermanent(?:ly)?\b"),
        (r"临时", r"永久|长期"),
        (r"\bfull[- ]time\b", r"\bpart[- ]time\b"),
        (r"全职", r"兼职"),
        (r"\bpaid\b", r"\bunpaid\b"),
        (r"\bgross\b", r"\bnet\b"),
        (r"税前", r"税后"),
        (r"\b(?:am|a\.m\.)(?!\w)|\bmorning\b", r"\b(?:pm|p\.m\.)(?!\w)|\b(?:afternoon|evening)\b"),
        (r"上午|早上|清晨", r"下午|晚上|傍晚"),
    ),
)
_NOT = re.compile(r"[不未非无]|\b(?:no|not|never)\b|n['’]t\b", re.IGNORECASE)
_LIMIT = re.compile(r"\b(?:no|not) (?:later|earlier|more|less|fewer|longer|shorter) than\b", re.IGNORECASE)
_WORD = re.compile(r"[a-z]+(?:['’-][a-z]+)*|\d[\d.,]*\d|\d|[\u4e00-\u9fff]+")
_BY = re.compile(r"\b(?P<does>[a-z]+(?:ed|en|ne|ld|de|id)) by (?:the |an? |its |our )?(?P<who>[A-Za-z]+(?: [a-z]+)?)")
_CLAUSE = re.compile(r"[,;，；]")
_STOP = re.compile(r"[;；]")
_CLAUSE_END = re.compile(r"[,;，；。!?！？]|\.(?!\d)")
_MUST, _MAY = re.compile("must|have to|has to|必须|务必", re.IGNORECASE), re.compile("may|can|可以", re.IGNORECASE)
_JOINING = frozenset("and or as well with to the a an 和 与 及 或 以及".split())


def says_opposite(claim: str, source: str) -> bool:
    """Whether of two opposite words a claim has the one alone, and its source the other alone. A denial in either may
    turn a word round ("not before" is "after"), and so does what stands on its sides: "A before B" is "B after A"."""
    if _NOT.search(_LIMIT.sub(" ", claim)) or _NOT.search(_LIMIT.sub(" ", source)):
        return False
    for said, told in (pair for one, other in _PAIRS for pair in ((one, other), (other, one))):
        here, there = said.search(claim), told.search(source)
        if here and there and not (told.search(claim) or said.search(source)):
            aside = _MUST.fullmatch(here[0]) and _MAY.fullmatch(there[0]) and not _next(here) & _next(there)
            if not (aside or _is_inverse(here, there)):  # one may do the one, and must do the other
                return True
    return False


def says_opposite_of_it(claim: str, sentences: Iterable[str]) -> bool:
    """Whether of two opposite states a claim has the one, and a clause the other, with words of the claim that no
    clause with the first one has: "free for staff; family members pay". None of them denies. What stands in front is
    said of all up to the next stop."""
    if _NOT.search(_LIMIT.sub(" ", claim)):
        return False
    mine, clauses = content_of(claim).keys(), list[tuple[str, Set[str]]]()
    for sentence in (part for each in sentences for part in _STOP.split(each)):
        parts = [part for part in _CLAUSE_END.split(sentence) if content_of(part)]
        clauses += [(part, mine & content_of(f"{parts[0]} {part}").keys()) for part in parts]
    for said, told in (pair for one, other in (*_STATES, *_PRICED) for pair in ((one, other), (other, one))):
        if said.search(claim) and not told.search(claim):
            own = {word for part, words in clauses if said.search(part) for word in words}
            own |= {*content_of(" ".join(said.findall(claim)))}
            against = [
                words for part, words in clauses if told.search(part) and not (said.search(part) or _NOT.search(part))
            ]
            if any(words - own for words in against):
                return True
    return False


def _next(modal: re.Match[str]) -> Set[str]:
    """The first words behind a modal verb in its clause, of which the verb is one."""
    return {*islice(content_of(_CLAUSE_END.split(modal.string[modal.end() :], maxsplit=1)[0]), VERB_WITHIN)}


def _is_inverse(here: re.Match[str], there: re.Match[str]) -> bool:
    """Whether what stands before a word of one text stands behind that of the other, and the other way round."""
    (before, behind), (before_there, behind_there) = (
        (content_of(m.string[: m.start()]).keys(), content_of(m.string[m.end() :]).keys()) for m in (here, there)
    )
    return bool(
        before
        and len(before & behind_there) >= len(before & before_there)
        and len(behind & before_there) > len(behind & behind_there)
    )


def exchanges(claim: str, sentences: Iterable[str]) -> bool:
    """Whether a claim reads as a sentence once two of its words are exchanged, and as none before: "A pays B" where B
    pays A. What "and" joins may stand in either order."""
    said = _words(claim)
    if len(said) < _SHORTEST:
        return False
    best, turned = 0, 0
    for sentence in sentences:
        there = _words(sentence)
        if sum(word in there for word in said) < LIKENESS * len(said):
            continue
        as_said = _in_order(said, there)
        best = max(best, as_said)
        turned = max(turned, *(n for n in _exchanged(said, there) if n >= as_said + GAIN), 0)
    return turned >= max(best + GAIN, LIKENESS * len(said))


def turns_direction(claim: str, text: str) -> bool:
    """Whether a claim says that one does to another what its text says the other does: A向B报告 where 向A报告 stands;
    "the management board appoints" whom it is "appointed by"."""
    who, towards, whom = claim.partition("向")
    turned = towards and len(whom) > 1 and any(f"向{who[at:]}" in text for at in range(len(who) - 1))
    if turned and f"向{whom[:2]}" not in text:
        return True
    for match in _BY.finditer(text):
        by, does = content_of(match["who"]).keys(), stem(match["does"].lower())
        for part in _CLAUSE.split(claim):
            words = _words(part)
            verbs = [at for at, word in enumerate(words) if word == does and words[at + 1 : at + 2] != ("by",)]
            if len(verbs) == 1 and "by" not in words:
                agent = by - {*words[: verbs[0]]}
                if agent and agent <= {*words[verbs[0] :]}:
                    return True
    return False


def _exchanged(said: Sequence[str], there: Sequence[str]) -> Iterator[int]:
    """For each two words that both have, how long a row of words is in order once they are exchanged in the first."""
    shared = [word for word in dict.fromkeys(said) if word in there and word not in _JOINING]
    for one, other in combinations(shared, 2):
        first, second = sorted((said.index(one), said.index(other)))
        if not all(word in _JOINING for word in said[first + 1 : second]):
            yield _in_order([other if w == one else one if w == other else w for w in said], there)


@functools.lru_cache(maxsize=4_096)
def _words(text: str) -> tuple[str, ...]:
    words: list[str] = []
    for run in _WORD.findall(nfkc(text).lower()):
        words += segmenter().lcut(run) if run[0] >= "\u4e00" else [stem(run)]
    return tuple(words[:_LONGEST])


def _in_order(words: Sequence[str], others: Sequence[str]) -> int:
    """The length of the longest row of words that both have in the same order."""
    row = [0] * (len(others) + 1)
    for word in words:
        before = 0
        for at, other in enumerate(others, 1):
            before, row[at] = row[at], before + 1 if word == other else max(row[at], row[at - 1])
    return row[-1]
