"""Contradictions: what speaks against a claim in the very words that seem to carry it.

A claim may use the words and numbers of its source and still say something else: it loses a minus sign, adds or drops
a "not", or takes the number of the sentence beside.
"""

import re
from collections.abc import Iterator, Sequence, Set
from itertools import pairwise
from typing import NamedTuple

from kb.checking.unit_mismatch import other_bound, other_rate, other_unit
from kb.language.content_terms import content_of, is_number, share_held, stem
from kb.language.language import CJK, language_of, sentences
from kb.language.number_forms import NUMBER_WORDS, missing_numbers, numbers_in
from kb.language.verbs import has_verb
from kb.schema import ClaimReason

_NEGATIVE = re.compile(  # not "3-5", "3天-5天", "3小时-5小时" or "9:00 -18:00"; a whole cell "(57)" as accounts have it
    r"(?<![A-Za-z0-9.,%)）])(?<!\d )(?<!\d[一-鿿])(?<!\d[一-鿿]{2})[-−]\d[\d.,]*\s*(?:%|[万亿千]|million\b|billion\b)?"
    r"|(?:(?<= \| )|(?<=\t))\(\d[\d.,]*%?\)(?= \||\t|$)",
    re.MULTILINE,
)
_BEFORE_OUR_ERA = re.compile(  # not "BC Hydro"
    r"[公西]元前\s*\d{1,4}|\b\d{1,4}(?:th|st|nd|rd)?(?: century)? ?B\.?C(?:\.?E)?\b(?! [A-Z])"
)
_ERA = re.compile(r"元前|\bB\.?C(?:\.?E)?\b")
FALLING = re.compile(
    r"负|零下|下降|下滑|下跌|降低|减少|亏损|降|跌|\b(?:minus|negative|below|decrease[sd]?|decreasing|decline[sd]?|declining"
    r"|dropp?e?d?s?|fell|falls?|fallen|falling|loss(?:es)?|lost|losing|down|lower|shrank|shrunk|reduced?|reduction)\b",
    re.IGNORECASE,
)
_NOT_A_LIMIT = re.compile(  # "not more than 3" limits, and may be said without a "not"
    r"\b(?:not?|never)\s+(?:more|less|fewer|later|earlier|longer|higher|lower|larger|smaller|greater|faster|slower|further"
    r"|farther|nearer|closer|heavier|lighter|wider|older|younger|sooner|exceed\w*|only"
    r"|until|to exceed)\b"
    r"|不(?:得|能|应|可|宜)?(?:少于|低于|超过|大于|小于|多于|高于|晚于|早于|迟于|超出|长于|短于|满|足|仅|只|断|同)",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"\b(?:no|not|never|none|neither|nor|cannot|without)\b|n['’]t\b|没有|并未|尚未|未曾|无需|无须|无权|禁止"
    r"|不(?:是|会|能|可|得|予|再|需|必|用|允许|享受|包括|包含|提供|支付|适用|发|支持|兼容|适合|建议|推荐|接受"
    r"|开放|举办|保证|影响|参加|参与)",
    re.IGNORECASE,
)
_DENIES = re.compile(
    r"\b(?:except|exclu\w+|prohibit\w*|forb[aio]\w+|only|un\w+able|exempt\w*|free of|instead of|rather than|stop\w*"
    r"|refus\w*|deny|denie[sd]|invalid|non-?\w+)\b|[不无未非免禁仅限除勿莫]|拒绝|停止|取消",
    re.IGNORECASE,
)
# Words that say something of all, or of one alone.
_ALL = re.compile(
    r"\b(?:all|every|both|always|either|any|whole|entire|whatever|whichever|no matter|regardless|irrespective)\b"
    r"|全部|所有|(?<![成首古])都(?![市会城江匀])|均(?![值价数])|一律|任何|总是|始终|双方|[无不]论|不管",
    re.IGNORECASE,
)
_ALONE = re.compile(
    r"\b(?:only|alone|solely|exclusively|merely)\b|只(?![是要])|[仅唯]|(?<![上下期权额界有无极局时年度])限(?![制额期度权界时])",
    re.IGNORECASE,
)
_LISTED_ALL = re.compile(r"((?:(?<!人)每[天日周月年次]|[和与及、])[^，。；,;都]{0,12})都")  # 每天都, 周六和周日都
_CAN_ONLY = re.compile("只[能可]")  # not more, where there is a limit
_LIMITED = re.compile("不[得能可]?(?:超过|超出|高于|多于|大于)|最[多高长大]|上限|至多|以内")
_FOR_EVER = re.compile(
    r"\b(?:lifetime|for life|permanent(?:ly)?|forever|indefinitely)\b|终[身生]|永[久远]|无限期", re.IGNORECASE
)
_EACH_DAY = re.compile(r"\bevery (?=(?:[a-z]+day|morning|evening|afternoon|night|week|month|year)\b)", re.IGNORECASE)
_QUOTED = re.compile(r"[\"“「『`][^\"”」』`\n]{1,80}[\"”」』`]")
_EACH = re.compile(r"\beach(?: of (?:the|our|these))? ([a-z]+)", re.IGNORECASE)  # as good as "every"
_EVERY_ONE = re.compile(r"\b(?:every|all)(?: of)?(?: the| our| these)? ([a-z]+)", re.IGNORECASE)
_OFTEN = re.compile(  # how often a thing is done says nothing of all
    rf"\bevery (?=(?:\d|{'|'.join(NUMBER_WORDS)}|other|second|third)\b"
    r"|(?:[a-z]+day|morning|evening|night|week|month|quarter|year)\b)",
    re.IGNORECASE,
)
_EACH_DAY_THERE = re.compile(  # "on Wednesdays" is "every Wednesday"
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)days\b|\b(?:daily|weekly|monthly|yearly|annually|nightly)\b"
    r"|\b(?:mornings|evenings|afternoons)\b|\b(?:a|per) (?:day|week|month|year)\b",
    re.IGNORECASE,
)
_HEDGE = re.compile(
    r"\b(?:most|mostly|usually|generally|normally|typically|often|mainly|largely|some|partly|many)\b"
    r"|大部分|大多|多数|部分|一般|通常|往往|主要|常常|有些|有的",
    re.IGNORECASE,
)
_EXACTLY = re.compile(r"\b(?:exactly|precisely)\b|恰好|正好|刚好", re.IGNORECASE)
_BOUND = re.compile(
    r"\b(?:at least|at most|up to|about|around|(?:more|less|fewer) than)\b|至[少多]|最[多少]|不超过|约|左右",
    re.IGNORECASE,
)
_PARTS = re.compile(r"[^,，]+(?:[,，]|\Z)|[,，]")
_TO_LAST_DIGIT = re.compile(r".*\d", re.DOTALL)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_EXPECTED = re.compile(
    r"\b(?:expect(?:s|ed)?|forecasts?|predict(?:s|ed|ion)?|projected|projections?|estimated)\b|预[计测估]|预期(?!目标|值)|有望",
    re.IGNORECASE,
)
_PLANNED = re.compile(
    r"\b(?:will|plan(?:s|ned)?|propos(?:es?|ed|al|ing)|suggest(?:s|ed)?|intends?|scheduled|expected|to be|considers?)\b"
    r"|预[计定]|计划|拟|将[于在由会]|打算|建议|提议|有望|待",
    re.IGNORECASE,
)
_DONE = re.compile(
    r"\b(?:(?:has|have|had) (?:already )?been|has|have|had|was|were) (?:already )?[a-z]+(?:ed|en|t|ne|wn)\b|\balready\b"
    r"|已[经于在]?|完成了|过了",
    re.IGNORECASE,
)
_FUTURE = re.compile(
    r"\b(?:will|shall|plans?|planned|target|goal|next|budget)\b|将|会[有是达]|计划|目标|预算|明年|" + _EXPECTED.pattern,
    re.IGNORECASE,
)
# What a denial denies: the word behind it.
_DENIED = re.compile(
    r"(?:\b(?:not|never)\s+|\bcannot\s+|n['’]t\s+)(?:be\s+)?([a-z]{3,})"
    r"|\bno\s+(?!one\b|other|doubt|matter|case\b|way\b|longer)([a-z]{3,})"
    r"|(?:不得|不能|不可以|不可|不允许|不予|不会|不再|禁止|严禁|无权|无需|没有|不(?![可能得允予会再])|未)(?:做|作|进行|任何|过)*([一-鿿]{2})",
    re.IGNORECASE,
)
# What is taken out stands behind these, or before those.
_INCLUDES = re.compile(r"包括|包含|含|\binclud", re.IGNORECASE)
_NOT_INCLUDING = re.compile(
    r"[不未](?:包括|包含|含)有?([^，。；：,;()（）]+)|\b(?:do|does|did)(?: not|n['’]t) include ([^,.;:()]+)",
    re.IGNORECASE,
)
_EXCLUDING = re.compile(r"\b(?:except(?: for)?|excluding|other than|not including) ([^,.;:()]+)", re.IGNORECASE)
_EXCEPT_ZH = re.compile(r"除了?([^，。；,;]{1,20}?)(?:之外|以外|外)")
_WITHOUT = re.compile(r"\bwithout ([^,.;:()]+)", re.IGNORECASE)
_BUT_NOT = re.compile(r"\bnot (?:by|from|in|at|for|because of) ([^,.;:()]+)", re.IGNORECASE)  # of what else is said
_EXCLUDED = re.compile(r"\b(?:is|are) excluded\b|除外", re.IGNORECASE)
_STOP = re.compile(r"[;；]")
_PART_END = re.compile(r"[,.;:()，。；]")
_PART_STOP = re.compile(r"[.;()]|:(?!\d)")
_LONGEST_PART = 120  # characters
_CONDITION = re.compile(  # what is denied in one case may be allowed in another
    r"\b(?:without|unless|until|except|before|after|beyond|over(?=\W+(?:[\d€$£¥]|[a-z]{3} \d))|above|more than|if"
    r"|other than|but|only)\b"
    r"|未经|除|前|后|超|以上|否则|但|如|若|只|仅",
    re.IGNORECASE,
)
_BUT_NO = re.compile(r"\s*(?:但是?|而)?(?:不|没有|未)[一-鿿]{2,6}[。\s]*\Z")
_CLAUSE_END = re.compile(r"[，；;]|,\s|\bbut\b|\bwhile\b|但是?|而(?![且后])", re.IGNORECASE)
_NOT_SO = re.compile(
    r"\b(?:not?|never|cannot)\b|n['’]t\b|没有|(?:不(?!但|仅|只|过|断|同|足|论|管|限|行)|未(?!来)|无(?!论|线))[会能可得予再需必用]?",
    re.IGNORECASE,
)
_MORE_THAN = re.compile(
    r"\b(?P<more>[a-z]{2,12}er than\b|worse than\b|(?:more|less|fewer)\b(?: [a-z]{1,20}){0,3} than\b)", re.IGNORECASE
)
_LATIN = re.compile(r"[a-z]+")
# One value in the place of another: the old one stands between, or behind, these.
_REPLACED = re.compile(
    r"由(?P<zh>[^，。；由\n]{1,24}?)(?:改|调|提|增|上|下|降|减|延|缩|变|推|涨|升)[^，。；\d]{0,4}?[为到至成]"
    r"(?P<zh_new>[^，。；]{1,24})"
    r"|\bfrom\s(?P<en>[^.;:()\n]{1,40}?)\sto\s(?P<en_new>[^.;:()]{1,40})"
    r"|\binstead\sof\s(?P<instead>(?:[^.;:()\n]|:(?=\d)){1,40})",
    re.IGNORECASE,
)
_CHANGED = re.compile(
    r"\b(?:rais|ris|increas|reduc|lower|chang|extend|shorten|cut|mov|postpon|grew|grow|rose|fell|dropp?|climb)\w*\b"
    r"|\b(?:go(?:es)?|went|gone|brought|put) (?:up|down)\b",
    re.IGNORECASE,
)
FORMERLY = re.compile(
    r"原|之前|以前|此前|过去|本来|[整更改订涨调]前"
    r"|\b(?:before|previous(?:ly)?|old|former(?:ly)?|original(?:ly)?|used to|first|was|were|did|from|instead)\b",
    re.IGNORECASE,
)
_BEFORE_ASKED = re.compile(
    r"原来|原先|之前|以前|此前|过去|[整更改订涨调]前"
    r"|\b(?:was|were|did|used)\b.{0,80}?\b(?:before|previously|formerly|originally|earlier)\b|\bused to be\b"
    r"|\b(?:previous|former|original|old)\b",
    re.IGNORECASE,
)
_YES_OR_NO_ASKED = re.compile(
    r"[\s*_]*(?:is|are|was|were|can|could|may|must|do|does|did|should|will|would|has|have)\b[^?\n]{1,200}\?[\s*_]*"
    r"|[^?？\n]{1,100}吗[\s*_]*[?？][\s*_]*|[^?？\n]{0,60}(?:是否|能否|可否|([可能会要需])不\1)[^?？\n]{1,60}[?？][\s*_]*",
    re.IGNORECASE,
)
_NO = re.compile(r"[\s*_]*(?:No|Not)\b|[\s*_]*(?:不(?:可|能|行|会|用|需|必|是|允许|得|包|提供|算|要)|没有|否[，,。])")
SAME_QUESTION = 0.5  # share of a question of the source that a claim must say
_OPPOSED = re.compile(
    r"(?<!at )\bno\b(?!\.? ?\d)|\b(?:not|never|nor|neither|none|nothing|nobody|cannot)\b|n['’]t\b"
    r"|\b(?:is|are|was|were|be|been) (?:[a-z]+ )?(?=(?:forbidden|prohibited|banned|refused|rejected|excluded)\b)"
    r"|不(?![同仅但只断超低少满高足到锈动良稳管论限])|未(?!来)|没有?|无(?![线论人障偿理关])|[并而绝]非|(?<!门)禁止?|[勿免](?=[做去除于])|弃去|除外|谢绝",
    re.IGNORECASE,
)
_SAYS_APART = re.compile(  # clauses of which each says something of its own, or when something holds
    r"[，,:：]|\b(?:and|but|while|whereas|if|unless|who|which|that|because|so|otherwise)\b"
    r"|但是?|而(?!且)|并且?|且|即可|就[能可]|[也仍][能可]|(?<=[\u4e00-\u9fff])(?:时(?![间候长限段效])|后(?![台勤续果])|的(?:员工|人员|人|用户))|如果|否则",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(  # "unused" leave is no denial of what is said of it
    r"[未不][一-鿿]{1,3}的|\b(?:that|which|who) (?:has|have|had|is|are|was|were) not (?:been )?[a-z]+", re.IGNORECASE
)


def loses_sign(claim: str, source: str) -> bool:
    """Whether the source has a number of the claim with a minus sign alone, or only as a year before our era, and the
    claim without any word of it."""
    if only_negative(source) & numbers_in(claim) and not (_NEGATIVE.search(claim) or FALLING.search(claim)):
        return True
    return not _ERA.search(claim) and bool(_only_as(_BEFORE_OUR_ERA, source) & numbers_in(claim))


def only_negative(source: str) -> frozenset[str]:
    """The numbers that stand in a text with a minus sign, and nowhere without."""
    return _only_as(_NEGATIVE, source)


def _only_as(form: re.Pattern[str], source: str) -> frozenset[str]:
    """The numbers that stand in a text in this form alone."""
    found = form.findall(source)
    return numbers_in("\n".join(found)) - numbers_in(form.sub(" ", source)) if found else frozenset()


def negates(claim: str, source: str) -> bool:
    """Whether the claim denies what the source says without denying anything. What the claim quotes is a name."""
    denied = _NOT.search(_NOT_A_LIMIT.sub(" ", _QUOTED.sub(" ", claim)))
    return bool(denied) and not (_NOT.search(source) or _DENIES.search(_ALONE.sub(" ", source)))


def without_denial(claim: str) -> str:
    """The claim without the words by which it denies."""
    return _NOT.sub(" ", claim)


def widens(claim: str, source: str) -> bool:
    """Whether the claim says something of all, of one alone, or for ever, and the source has no such word; or gives a
    bound as what it is exactly."""
    if _EXACTLY.search(claim) and _BOUND.search(source) and not _EXACTLY.search(source):
        return True
    claim = _EACH_DAY.sub(" ", claim) if _EACH_DAY_THERE.search(source) else claim
    claim = _LISTED_ALL.sub(r"\1", _CAN_ONLY.sub(" ", claim) if _LIMITED.search(source) else claim)
    source = source if _OFTEN.search(claim) else _OFTEN.sub(" ", source)
    told = {stem(noun.lower()) for noun in _EACH.findall(source)}
    claim = _EVERY_ONE.sub(lambda match: " " if stem(match[1].lower()) in told else match.group(), claim)
    return any(quantifier.search(claim) and not quantifier.search(source) for quantifier in (_ALL, _ALONE, _FOR_EVER))


def drops_hedge(claim: str, sentence: str) -> bool:
    """Whether the claim says of all, or always, what a sentence says of most, as a rule, or of some alone."""
    return bool(_ALL.search(claim)) and any(
        some.search(sentence) and not some.search(claim) for some in (_HEDGE, _ALONE)
    )


def drops_forecast(claim: str, question: str, source: str) -> bool:
    """Whether the source expects what the claim says of a year that was asked about, and neither looks ahead."""
    added = numbers_in(claim) - numbers_in(question)
    if not added or not _YEAR.search(question) or _FUTURE.search(claim + question):
        return False
    told = [source[start:end] for start, end in sentences(source)]
    before = [_up_to(added, sentence) for sentence in told if added <= numbers_in(sentence)]
    return bool(before) and all(map(_EXPECTED.search, before))


def tells_as_done(claim: str, sentence: str) -> bool:
    """Whether a claim tells as done what the clause of a sentence that has its numbers, or else most of its words, only
    plans or proposes."""
    if not _DONE.search(claim) or _PLANNED.search(claim):
        return False
    numbers, said = numbers_in(claim), content_of(claim).keys()
    clauses = [clause for clause in _CLAUSE_END.split(sentence) if content_of(clause)]
    shares = [(len(numbers & numbers_in(clause)), len(said & content_of(clause).keys())) for clause in clauses]
    best = [clause for clause, share in zip(clauses, shares, strict=True) if share == max(shares)]
    return any(map(_PLANNED.search, best)) and not any(map(_DONE.search, best))


def _up_to(numbers: Set[str], sentence: str) -> str:
    """What stands in a sentence up to the part that has these numbers, and in that before its last digit."""
    parts = _PARTS.findall(sentence)
    last = next((at for at, part in enumerate(parts) if numbers & numbers_in(part)), len(parts) - 1)
    return "".join(parts[:last]) + (_TO_LAST_DIGIT.match(parts[last]) or [parts[last]])[0]


def drops_denial(claim: str, sentence: str) -> bool:
    """Whether a sentence denies what the claim says without denying anything."""
    claim = _ATTRIBUTE.sub(" ", claim)
    if denies(claim):
        return False
    for clause in _STOP.split(_NOT_A_LIMIT.sub(" ", sentence)):
        elsewhere = _DENIED.sub(" ", clause)
        denied = _denied_alone(clause) if _CONDITION.search(clause) else _DENIED.findall(clause)
        if any(_says(claim, word) and not _says(elsewhere, word) for words in denied for word in words if word):
            return True
    return False


def _denied_alone(clause: str) -> list[tuple[str, ...]]:
    """What the Chinese parts of a clause deny that have nothing but "but" and the denial: 但不停水."""
    return [words for part in _CLAUSE_END.split(clause) if _BUT_NO.match(part) for words in _DENIED.findall(part)]


def denial(claim: str, quote: str, crosses: bool, step: bool = False) -> ClaimReason:
    """What else a sentence, or line, says that seems to carry the claim. Where that gives the right `step` of several,
    the bounds of the others are none of its own."""
    checks = (other_unit, other_rate) if step else (other_unit, other_bound, other_rate)
    if any(differs(claim, quote) for differs in checks):
        return "unit"
    return "negation" if not crosses and drops_denial(claim, quote) else ""


def denies_own_question(claim: str, sentences: Sequence[str]) -> bool:
    """Whether a text asks what the claim says, and answers "no", as lists of questions do: 可以带宠物吗？不可以。"""
    if _NOT.search(_NOT_A_LIMIT.sub(" ", claim)):
        return False
    said = content_of(claim)
    return any(
        _YES_OR_NO_ASKED.fullmatch(asked)
        and _NO.match(_NOT_A_LIMIT.sub(" ", answer))
        and share_held(content_of(asked), said) >= SAME_QUESTION
        for asked, answer in pairwise(sentences)
    )


def denies_other_clause(claim: str, sentence: str) -> bool:
    """Whether of the clauses of a sentence, some of which deny and some do not, the one that alone has words of the
    claim denies what the claim says, or says what it denies: 报销牙科，不报销视力检查."""
    said_there = _ATTRIBUTE.sub(" ", _NOT_A_LIMIT.sub(" ", sentence))
    clauses = _with_verbs([clause for clause in _CLAUSE_END.split(said_there) if content_of(clause)])
    denying = [bool(_NOT_SO.search(clause)) for clause in clauses]
    plain = _ATTRIBUTE.sub(" ", _NOT_A_LIMIT.sub(" ", claim))
    claimed = {bool(_NOT_SO.search(clause)) for clause in _CLAUSE_END.split(plain) if content_of(clause)}
    if len(set(denying)) < 2 or len(claimed) != 1:
        return False
    said = content_of(_NOT_SO.sub(" ", claim)).keys()
    words = [content_of(_NOT_SO.sub(" ", clause)).keys() for clause in clauses]
    alone = [
        own - set().union(*(words[at] for at in range(len(words)) if at != number)) for number, own in enumerate(words)
    ]
    spoken = [denies for denies, own in zip(denying, alone, strict=True) if own and 2 * len(own & said) >= len(own)]
    return len(spoken) == 1 and spoken[0] not in claimed


def _with_verbs(clauses: Sequence[str]) -> list[str]:
    """Clauses, each of those without a verb together with the next one: "DVDs, games and tools cannot be renewed". One
    that denies something says it without a verb, too: 耗时不大."""
    joined: list[str] = []
    open_clause = ""
    for clause in clauses:
        open_clause = f"{open_clause}, {clause}" if open_clause else clause
        if has_verb(clause) or _NOT_SO.search(clause):
            joined.append(open_clause)
            open_clause = ""
    return [*joined, open_clause] if open_clause else joined


def assents_to_denied(claim: str, sentences: Sequence[str]) -> bool:
    """Whether the clauses of a text that have most of a claim, which denies nothing, deny something of that: "yes,
    desks are provided", where "desks and chairs are not provided"."""
    if _OPPOSED.search(claim):
        return False
    said, clauses = content_of(claim).keys(), list[str]()
    for part in (part for each in sentences for part in _STOP.split(_NOT_A_LIMIT.sub(" ", _ATTRIBUTE.sub(" ", each)))):
        found = [clause for clause in _SAYS_APART.split(part) if clause and content_of(clause)]
        clauses += found if CJK.search(part) else _with_verbs(found)
    held = [len(said & content_of(clause).keys()) for clause in clauses]
    most = max(held, default=0)
    best = [clause for clause, count in zip(clauses, held, strict=True) if count == most]
    return most > 0 and all(_denies_any(said, clause) for clause in best)


def _denies_any(said: Set[str], clause: str) -> bool:
    """Whether what stands behind a denial has one of some words."""
    found = _OPPOSED.search(clause)
    return found is not None and not said.isdisjoint(content_of(clause[found.end() :]))


def denies_what_is_said(claim: str, sentences: Sequence[str]) -> bool:
    """Whether a claim denies what the clause says that has most of the rest of it, and no clause denies anything of
    that: 不由承租方负责, where 门窗由承租方负责."""
    plain = _ATTRIBUTE.sub(" ", _NOT_A_LIMIT.sub(" ", claim))
    match = _NOT_SO.search(plain)
    if not match:
        return False
    rest = _PART_END.split(plain[match.end() :])[0]
    denied = {token for token in content_of(rest) if not is_number(token)}
    said = content_of(_NOT_SO.sub(" ", plain)).keys()
    excepted = {token for each in sentences for part in _EXCEPT_ZH.findall(each) for token in content_of(part)}
    if said & excepted:
        return False
    clauses = [clause for each in sentences for clause in _CLAUSE_END.split(each) if content_of(clause)]
    words = [content_of(clause).keys() for clause in clauses]
    denying = [bool(_DENIES.search(clause) or _NOT.search(clause)) for clause in clauses]
    if any(denies and 2 * len(denied & own) >= len(denied) for denies, own in zip(denying, words, strict=True)):
        return False
    most = max((len(said & own) for own in words), default=0)
    best = [own for own in words if len(said & own) == most]
    of_whom = content_of(plain[: match.start()]).keys() - set().union(*best)  # 实习生不得申请, where others may
    if any(
        denies and (len(said & own) == most or (own & denied and own & of_whom))
        for denies, own in zip(denying, words, strict=True)
    ):
        return False
    return bool(denied) and 2 * most >= len(said) and all(denied & own for own in best)


def excludes(claim: str, sentence: str) -> bool:
    """Whether a sentence takes something out, and the claim, which denies nothing, names it; or says of it what the
    sentence says of something else: "caused by a certificate, not by the power failure"."""
    if denies(_ATTRIBUTE.sub(" ", claim)):
        return False
    before = (sentence[max(0, at.start() - _LONGEST_PART) : at.start()] for at in _EXCLUDED.finditer(sentence))
    out = set(content_of(" ".join([*_EXCLUDING.findall(sentence), *(_PART_END.split(part)[-1] for part in before)])))
    if _INCLUDES.search(claim):
        out |= {each for match in _NOT_INCLUDING.finditer(sentence) for each in content_of(match[1] or match[2])}
    other, said = content_of(" ".join(_BUT_NOT.findall(sentence))).keys(), content_of(claim).keys()
    without, there = content_of(" ".join(_WITHOUT.findall(sentence))).keys(), content_of(sentence).keys()
    for beside in (other, without):  # of what else the sentence says
        if (said - beside) & (there - beside):
            out |= beside
    return bool(out) and 2 * len(out & said) >= len(out)


class Replacement(NamedTuple):
    """What was replaced, what is in its place, and the words around that say of what."""

    old: str
    new: str
    around: str


def replaced_in(text: str) -> list[Replacement]:
    """What a text says was replaced: "raised from 60 to 80", 由 60 改为 80. Only numbers."""
    found = []
    for match in _REPLACED.finditer(text):
        lead = text[max(0, match.start() - _LONGEST_PART) : match.start()]
        if match["en"] and not _CHANGED.search(lead):
            continue  # as "from Monday to Friday"
        old = match["zh"] or match["en"] or match["instead"]
        new = match["zh_new"] or match["en_new"] or _PART_STOP.split(lead)[-1]
        if numbers_in(old) - numbers_in(new) and numbers_in(new) - numbers_in(old):
            found.append(Replacement(old, new, lead + text[match.start() : match.end() + _LONGEST_PART]))
    return found


def is_replaced(claim: str, question: str, replacements: Sequence[Replacement]) -> bool:
    """Whether the claim gives numbers that were replaced, and none of those in their place, where the question does not
    ask what was before; or where it does the new ones alone. Of another unit they are other numbers; and in its own
    language what was replaced must share a word with it."""
    replaced = [(r.old, r.new) for r in replacements if _may_be_of_it(r, claim, question)]
    in_place = {number for _, new in replaced for number in numbers_in(new)}  # of one thing, and replaced of another
    replaced = [(old, new) for old, new in replaced if in_place.isdisjoint(numbers_in(old)) or len(replaced) == 1]
    if not replaced:
        return False
    for told in replaced_in(claim):  # the other way round
        if any(
            numbers_in(told.old) & numbers_in(new) and numbers_in(told.new) & numbers_in(old) for old, new in replaced
        ):
            return True
    if _BEFORE_ASKED.search(question):
        given = numbers_in(claim) - numbers_in(question)
        return any(given & (numbers_in(new) - numbers_in(old)) and not given & numbers_in(old) for old, new in replaced)
    if FORMERLY.search(question) or FORMERLY.search(claim):
        return False
    return any(
        not missing_numbers(old, claim)
        and missing_numbers(old, question)
        and missing_numbers(new, claim) == numbers_in(new)
        for old, new in replaced
    )


def _may_be_of_it(replacement: Replacement, claim: str, question: str) -> bool:
    if other_unit(claim, replacement.old):
        return False
    if language_of(replacement.around) != language_of(claim):
        return True
    said = content_of(claim).keys() | content_of(question).keys()
    return any(len(token) > 1 and not is_number(token) for token in said & content_of(replacement.around).keys())


def turns_comparison(claim: str, sentences: Sequence[str]) -> bool:
    """Whether a sentence says of the second that it is more than the first, where the claim says it of the first:
    "the pump is heavier than the scanner"."""
    return any(
        more == of_other and second - first <= left and first - second <= right and not (first - second) & left
        for more, first, second in _compared(claim)
        if first - second and second - first
        for sentence in sentences
        for of_other, left, right in _compared(sentence)
    )


def _compared(text: str) -> Iterator[tuple[str, Set[str], Set[str]]]:
    """Of each "more than" its words, and what stands before and behind it in its clause."""
    for clause in _PART_END.split(text):
        if match := _MORE_THAN.search(clause):
            before, behind = clause[: match.start()], clause[match.end() :]
            yield match["more"].lower(), content_of(before).keys(), content_of(behind).keys()


def denies(text: str) -> bool:
    """Whether a text says that something is not so."""
    plain = _NOT_A_LIMIT.sub(" ", text)
    return bool(_NOT.search(plain) or _DENIES.search(plain))


def _says(text: str, word: str) -> bool:
    """Whether a text has an English word in some form, or Chinese characters."""
    if not word.isascii():
        return word in text
    return stem(word.lower()) in (stem(found) for found in _LATIN.findall(text.lower()))
