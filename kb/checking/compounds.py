"""Compounds: claims of several parts, of which each must be said.

What stands behind a comma is part of the claim: something that the source does not say at all is not confirmed by the
rest of it; a reason must be told beside what it is the reason of; and what a list, a table or a text has one behind the
other comes in that order.
"""

import re
from collections.abc import Mapping, Sequence, Set

from kb.checking.contradictions import denies_what_is_said, drops_denial, without_denial
from kb.checking.forms import PRONOUN
from kb.checking.sources import LIST_ITEM
from kb.language.content_terms import content_of, is_number, share_held, words_of
from kb.language.language import CJK
from kb.language.number_forms import NUMBER_WORDS, numbers_in
from kb.language.table_rows import is_row
from kb.language.verbs import has_verb
from kb.schema import Language

# Share of what a part adds, up to which nothing says it.
UNSAID: Mapping[Language, float] = {"en": 0.2, "zh": 0.1}
TOLD: Mapping[Language, float] = {"en": 0.5, "zh": 0.35}  # share of a reason that must stand beside its effect
HALF = 0.5  # of what a clause says of its subject
_ADDS: Mapping[Language, float] = {"en": 2.0, "zh": 3.5}  # weight of words from which on a part says something
_PART = re.compile(r"[,，;；](?!\d)|\bbut\b", re.IGNORECASE)
_ASKED_AGAIN = re.compile(r"\W*(?:before|when|while|if|once|until|as)\b", re.IGNORECASE)
_LEAD_IN = re.compile(  # what is said stands behind it
    r"\W*(?:after|before|when|while|if|once|since|until|as|because|yes|no)\b"
    r"|.*(?:时|后|前|的话|之后|以后|可以|不可以|是的)\s*\Z|\W*(?:如|若|当|因|在|自|从|对|根据|按)",
    re.IGNORECASE,
)
_LONGEST_LEAD: Mapping[Language, int] = {"en": 8, "zh": 20}  # words, or characters
_PREPOSITION = re.compile(r"\W*(?:in|on|at|by|for|from|with|during|under|due)\b", re.IGNORECASE)
_CAUSE = re.compile(  # a sentence of its own for the cause of what was told
    r"\W*(?:the |its )?(?:root |main )?(?:cause|reason)s?\b|\W*(?:根本|直接|主要)?(?:原因|起因|根因)", re.IGNORECASE
)
_REASON = re.compile(
    r"\b(?:because(?: of)?|due to|owing to|as a result of|on account of|the reason (?:is|was|being)(?: that)?)\b"
    r"|是因为|因为|由于|(?:原因|理由)是",
    re.IGNORECASE,
)
PREMISE = 0.75  # share of what a claim gives a reason for that the question says
_FEWEST_WORDS = 2  # that a clause says of its subject, and that the source says, too
_CLAUSE = re.compile(r"[,;，；。:：](?!\d)|而")
_JOINED = re.compile(r"\b(?:and|while|whereas|but)\b", re.IGNORECASE)
_NO_SUBJECT = frozenset("both all each every only most some any no".split())
_MOST = 0.6  # share of a part that a sentence says which denies it
_SEQUENCE = re.compile(
    r"\b(?:first|then|next|finally|afterwards|lastly)\b|首先|先|再|然后|接着|随后|最后|之后才", re.IGNORECASE
)
_LATER = re.compile(r"then|next|finally|afterwards|lastly|然后|接着|随后|最后|之后才", re.IGNORECASE)
_AGENTS = tuple(
    re.compile(pattern)
    for pattern in (
        r"由(?P<who>[\u4e00-\u9fff]{2,12}?)(?P<does>批准|审批|审核|负责|支付|承担|开通|办理|签字|处理|签发|保管|答复|评估|验收|复核|组织|通知|填写)",
        r"\b(?P<does>[a-z]+(?:ed|en|ne|ld)) by (?P<who>(?:the |an? |our )?[A-Za-z]+(?: [A-Za-z]+){0,2})",
    )
)
_STATEMENT = re.compile(r"[;；]|,\s*(?:and|but|so|while|whereas|provided(?: that)?)\b", re.IGNORECASE)
_SHORTEST_STATEMENT = 3.0  # weight of words
_CONDITIONS = ("的", "时", "后", "前")  # end what only says when something holds
_FEWEST_STEPS = 3  # of a list
_STEP = re.compile(
    r"\s*(?:[(（]?\d{1,2}[.)）、]|[a-zA-Z]\)|[①-⑳]|第[一二三四五六七八九十\d]{1,2}步|(?:[Ss]tep|[Dd]ay) \d)"
)
_THEN = re.compile(
    r"\b(?:first|then|next|afterwards|after that|finally|last of all|only then|thereafter|subsequently)\b"
    r"|首先|先|然后|接着|随后|再|最后",
    re.IGNORECASE,
)
_NEXT_ASKED = re.compile(
    r"\b(?:right|directly|immediately|straight|just) after\b|\b(?:comes?|happens?|do(?:es)?|is) next\b|\bnext step\b"
    r"|下一步|紧接着|接着|[完后](?:应|该|要|需|得)*(?:做|干|怎么)",
    re.IGNORECASE,
)
_PREVIOUS_ASKED = re.compile(
    r"\b(?:right|directly|immediately|straight|just) before\b|\b(?:previous|preceding) step\b|\bstep before\b"
    r"|[前上]一步",
    re.IGNORECASE,
)
_BEFORE = re.compile("before|之前|以前", re.IGNORECASE)
_ORDER = re.compile(  # not after so many years
    rf"\b(?:before|after)\b(?!\s+(?:\d|an?\b|{'|'.join(NUMBER_WORDS)}\b))|(?<![\d年月天日周时])(?P<zh>之前|之后|以前|以后)",
    re.IGNORECASE,
)


def adds_unsaid(claim: str, question: str, told: Set[str]) -> bool:
    """Whether a part of a claim behind its first, without a number, says something of which the source, whose words are
    `told`, has next to nothing: "…, but only from accredited providers"."""
    asked = content_of(question).keys()
    first, *parts = [part for part in _PART.split(claim) if part.strip()] or [""]
    is_short = len(first if CJK.search(first) else first.split()) <= _LONGEST_LEAD[_script_of(first)]
    leads_in = (is_short and _LEAD_IN.match(first)) or (_PREPOSITION.match(first) and not has_verb(first))
    for part in parts[1:] if leads_in else parts:
        if numbers_in(part) or _ASKED_AGAIN.match(part):
            continue
        new = {
            token: weight
            for token, weight in content_of(without_denial(part)).items()
            if token not in asked and (token.isascii() or not set(token) <= set(question))
        }
        script = _script_of(part)
        if sum(new.values()) >= _ADDS[script] and _share(new, told) <= UNSAID[script]:
            return True
    return False


def gives_other_reason(claim: str, question: str, sentences: Sequence[str]) -> bool:
    """Whether the reason that a claim gives is told neither in the sentence that says most of the rest of it, nor in
    those beside, the items of a list behind it among them, nor in one that tells a cause."""
    match = _REASON.search(claim)
    if not match:
        return False
    before, behind = claim[: match.start()], claim[match.end() :]
    if not content_of(before):  # "Because of the rain, it was put off": up to the comma
        behind, _, before = behind.partition("，" if "，" in behind else ",")
    asked = content_of(question).keys()
    effect = words_of(before)
    reason = {t: w for t, w in content_of(behind).items() if t not in asked and t not in effect}
    words = [content_of(sentence).keys() for sentence in sentences]
    shares = [_share(effect, own) for own in words]
    most = max(shares, default=0.0)
    if not reason or not most:
        return False
    near = [range(max(0, at - 1), _behind(sentences, at)) for at, share in enumerate(shares) if share == most]
    beside = [set().union(*(words[at] for at in each)) for each in near]
    beside += [set(own) for sentence, own in zip(sentences, words, strict=True) if _CAUSE.match(sentence)]
    return all(_share(reason, own) < TOLD[_script_of(claim)] for own in beside)


def reason_of(claim: str, asked: Set[str]) -> str:
    """What a claim gives as the reason of what the question, of these tokens, says; all of it where it says else."""
    match = _REASON.search(claim)
    before = content_of(claim[: match.start()]) if match else {}
    return claim[match.end() :] if match and before and share_held(before, asked) >= PREMISE else claim


def _behind(sentences: Sequence[str], at: int) -> int:
    """Up to where what follows a sentence tells its reason: the next one, or the list that it announces (its end, which
    is left out)."""
    last = min(at + 1, len(sentences) - 1)
    if not LIST_ITEM.match(sentences[at]):
        while last + 1 < len(sentences) and LIST_ITEM.match(sentences[last]) and LIST_ITEM.match(sentences[last + 1]):
            last += 1
    return last + 1


def takes_other_subject(claim: str, sentences: Sequence[str]) -> bool:
    """Whether what a clause of a claim says of its subject stands in a clause of the source that begins with another
    one, while the claim's begins another clause: "A supplies the patents, B builds the plant", the other way round."""
    told = [
        (part, list(content_of(part)))
        for each in sentences
        if not is_row(each)
        for part in _clauses(each)
        if content_of(part)
    ]
    clauses = [clause for clause in _clauses(claim) if has_verb(clause) and not clause.endswith(_CONDITIONS)]
    opening = {own[0] for _, own in told}
    clauses = [clause for clause in clauses if next(iter(content_of(clause)), "") in opening]
    is_chinese = _script_of(claim) == "zh"
    for clause in () if is_chinese and len(clauses) < _FEWEST_WORDS else clauses:
        subject, *rest = [token for token in content_of(clause) if not is_number(token) and len(token) > 1] or [""]
        if len(rest) < _FEWEST_WORDS or subject in _NO_SUBJECT:
            continue
        numbers, verb = numbers_in(clause), rest[0]
        if numbers and any(own[0] == subject and numbers <= numbers_in(part) for part, own in told):
            continue
        shares = [len({*rest}.intersection(own)) for _, own in told]
        most = max(shares, default=0)
        if most < max(_FEWEST_WORDS, HALF * len(rest)):
            continue
        best = [pair for share, pair in zip(shares, told, strict=True) if share == most]
        goes_on = any(PRONOUN.search(part) and subject in own and verb in own for part, own in told)
        if goes_on or any(PRONOUN.search(part) for part, _ in best):
            continue
        others = [own for _, own in best]
        if not is_chinese and not all(verb in own for own in others):
            continue
        if all(subject not in own and own[0] not in (subject, *rest) for own in others) and any(
            own[0] == subject for _, own in told if own not in others
        ):
            return True
    return False


def _clauses(text: str) -> list[str]:
    """The parts between commas and the like, and those on both sides of "and" where each has a verb. One without a verb
    belongs to the next: "games, books and tools cannot be renewed"."""
    parts: list[str] = []
    open_part = ""
    for part in _CLAUSE.split(text):
        joined = _JOINED.split(part)
        for clause in joined if all(map(has_verb, joined)) else [part]:
            open_part = f"{open_part}, {clause}" if open_part else clause
            if has_verb(clause):
                parts.append(open_part)
                open_part = ""
    return [*parts, open_part] if open_part else parts


def statements_of(claim: str) -> list[str]:
    """The parts of a claim that are statements of their own, where it has several."""
    parts = [part for part in _STATEMENT.split(claim) if has_verb(part)]
    return [part for part in parts if sum(content_of(part).values()) >= _SHORTEST_STATEMENT] if len(parts) > 1 else []


def turns_order(claim: str, question: str, sentences: Sequence[str]) -> bool:
    """Whether a claim has the steps of a list, the rows of a table or the sentences of instructions in another order
    than these: as what comes next, another than the one behind the one that the question names; as before what stands
    behind it."""
    if follows_step(claim, question, sentences) is False:
        return True
    match = _ORDER.search(claim)
    items = _items(sentences) if match else []
    if not match or len(items) < _FEWEST_STEPS:
        return False
    words = _told_apart(items)
    first, then = (content_of(part).keys() for part in (claim[: match.start()], claim[match.end() :]))
    if match["zh"]:  # 在取下滤网之前…: what stands before the word is split where it begins
        before, at, behind = claim[: match.start()].rpartition("在")
        if not at:
            return False
        first, then = (content_of(f"{before} {claim[match.end() :]}").keys(), content_of(behind).keys())
    one, other = _most_like(first - then, words), _most_like(then - first, words)
    if one is None or other is None or one == other or any(_ORDER.search(items[at]) for at in (one, other)):
        return False
    return (one > other) == bool(_BEFORE.fullmatch(match.group().strip()))


def follows_step(claim: str, question: str, sentences: Sequence[str]) -> bool | None:
    """Whether a claim gives the step of a list that comes next to the one which the question names, or before it where
    it asks for that; None where it asks for neither, or a step is not told."""
    aside = 1 if _NEXT_ASKED.search(question) else -1 if _PREVIOUS_ASKED.search(question) else 0
    items = _items(sentences) if aside else []
    if len(items) < _FEWEST_STEPS:
        return None
    words = _told_apart(items)
    asked, said = content_of(question).keys(), content_of(claim).keys()
    named, given = _most_like(asked, words), _most_like(said - asked, words)
    if named is None or given is None or given == named:
        return None
    right = given == named + aside
    mixed = any((said - asked - words[given]) & own for at, own in enumerate(words) if at != named)
    return None if right and mixed else right


def _told_apart(items: Sequence[str]) -> list[Set[str]]:
    """The words of items that not all have."""
    words: list[Set[str]] = [content_of(item).keys() for item in items]
    everywhere = set.intersection(*map(set, words))
    return [own - everywhere for own in words]


def turns_sequence(claim: str, sentences: Sequence[str]) -> bool:
    """Whether a claim tells steps one after the other, 先…再…, "first … then …", that a text tells in another order."""
    markers, steps = _SEQUENCE.findall(claim), [step for step in _SEQUENCE.split(claim) if content_of(step)]
    tells = len(markers) > 1 or any(map(_LATER.fullmatch, markers))  # the "first" of "first half" tells nothing
    if not tells or len(steps) < 2 or _ORDER.search(claim):
        return False
    if not any(_THEN.search(each) or _STEP.match(each) or is_row(each) for each in sentences):
        return False
    clauses = [clause for each in sentences for clause in _CLAUSE.split(each) if content_of(clause)]
    words: list[Set[str]] = [content_of(clause).keys() for clause in clauses]
    said: list[Set[str]] = [content_of(step).keys() for step in steps]
    shared = set.intersection(*map(set, said))
    places = [
        place
        for step in said
        if (place := _most_like(step - shared, words)) is not None
        and len(words[place] & step) >= _MOST * len(step - shared)
    ]
    return len(places) > 1 and places != sorted(places)


def takes_other_agent(claim: str, sentences: Sequence[str]) -> bool:
    """Whether a claim says by whom something is done, 由…批准, "approved by …", where each clause that says it of
    somebody says it of somebody else."""
    for pattern in _AGENTS:
        for match in pattern.finditer(claim):
            who, does = content_of(match["who"]).keys(), match["does"]
            told = [found for each in sentences for found in pattern.finditer(each) if found["does"] == does]
            known = any(who & content_of(each).keys() for each in sentences)
            in_table = any(is_row(each) and who & content_of(each).keys() for each in sentences)
            if known and not in_table and told and all(who.isdisjoint(content_of(found["who"])) for found in told):
                return not any(
                    does in part and who & content_of(part).keys() for each in sentences for part in _CLAUSE.split(each)
                )
    return False


def denies_in_part(claim: str, sentences: Sequence[str]) -> bool:
    """Whether a part of a claim affirms what a sentence that says most of it denies, or denies what one says."""
    parts = [
        part
        for part in _CLAUSE.split(claim)
        if has_verb(part) and sum(content_of(part).values()) >= _ADDS[_script_of(part)]
    ]
    return len(parts) > 1 and any(
        denies_what_is_said(part, sentences)
        or any(
            share_held(content_of(part), content_of(sentence)) >= _MOST and drops_denial(part, sentence)
            for sentence in sentences
        )
        for part in parts
    )


def _items(sentences: Sequence[str]) -> list[str]:
    """The steps of a list, the rows of a table or, where words tell their order, the sentences of a text."""
    marked = [sentence for sentence in sentences if _STEP.match(sentence) or is_row(sentence)]
    if len(marked) >= _FEWEST_STEPS:
        return marked
    return [*sentences] if sum(bool(_THEN.search(sentence)) for sentence in sentences) > 1 else []


def _most_like(said: Set[str], words: Sequence[Set[str]]) -> int | None:
    """Which of some items has the most of what is said, where one alone has."""
    shared = [len(said & own) for own in words]
    most = max(shared, default=0)
    return shared.index(most) if most and shared.count(most) == 1 else None


def _share(said: dict[str, float], told: Set[str]) -> float:
    return sum(weight for token, weight in said.items() if token in told) / (sum(said.values()) or 1.0)


def _script_of(text: str) -> Language:
    """Chinese where a text has any Chinese character, as its words are then pairs of characters."""
    return "zh" if CJK.search(text) else "en"
