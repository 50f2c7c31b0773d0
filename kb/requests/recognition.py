"""Recognition: which questions are requests, and what they name. What is not surely one is an ordinary question.

A request is known by how it begins and ends; what stands between names its object.
"""

import re
from dataclasses import dataclass, replace

from kb.language.language import nfkc


@dataclass(frozen=True, slots=True)
class Summarise:
    """A summary of a document. `name` is "" for the one that is being read."""

    name: str
    sure: bool = True  # False: only where it names a document


@dataclass(frozen=True, slots=True)
class Compare:
    """What is alike and what differs between documents or subjects, mostly two.

    `sides` are the ways to read which they are, the likeliest first; one alone is a text of which editions are meant.
    `aspect` says in what, or is "".
    """

    sides: tuple[tuple[str, ...], ...]
    aspect: str = ""
    sure: bool = True  # False: only where something is found of a side


@dataclass(frozen=True, slots=True)
class ListAll:
    """All of something."""

    subject: str
    sure: bool = True  # False: only where a list or table is plainly what is meant
    conditions: str = ""  # the question as a whole, where the subject is less; "": the subject


@dataclass(frozen=True, slots=True)
class FindDocuments:
    """Which documents speak of something."""

    subject: str


Request = Summarise | Compare | ListAll | FindDocuments

LONGEST = 300  # characters of a request; a longer text tells something and asks
_QUOTES = "\"'`“”‘’«»《》〈〉「」『』"
_ARTICLE = re.compile(r"(?:the|our|my|a|an) ", re.I)
_POLITE = re.compile(
    r"(?:please|kindly|now|okay|ok|(?:can|could|would|will) (?:you|we)|i (?:want|need|would like)(?: you)?"
    r"|i'd like(?: you)?|help me|to)[ ,]{1,2}"
    r"|请问|请(?![假求示款柬教])|帮我|麻烦|能否|能不能|可以|可否|你|您|我想要?|我要|给我|帮忙"
    r"|用(?:中文|英文|一段话|几句话|[一二三四五]句话|简短的话) ?",
    re.I,
)
_MANNER = re.compile(  # how a summary or list is wanted, at the end
    r",? (?:for me|please|briefly|in short|in brief|in detail|in (?:plain )?(?:english|chinese)"
    r"|in (?:a few|two|three|four|five|ten|\d\d?|some) (?:short )?(?:words|sentences|lines|points|bullet points|bullets"
    r"|paragraphs)|in (?:a|one) (?:paragraph|sentence|table)|as (?:a )?(?:table|list|bullet points|bullets))$",
    re.I,
)

_A_SHORT = r"(?:an? |one )?(?:short |brief |quick |concise )?"
_SUMMARISE = re.compile(
    r"(?:summari[sz]e|sum up|outline"
    rf"|give (?:me |us )?{_A_SHORT}(?:summary|overview|outline|synopsis|digest) (?:of|for|about)"
    rf"|(?:write|make|prepare|produce|create) (?:me )?{_A_SHORT}(?:summary|overview|outline|synopsis) (?:of|for|about)"
    r"|(?:short |brief )?summary of) (?:(?:the )?(?:contents?|main points|key points) (?:of|in) )?",
    re.I,
)
_MAIN_POINTS = re.compile(
    r"what (?:are|is) the (?:main|key|most important) (?:points?|contents?|message|takeaways) (?:of|in|from) ", re.I
)
_SUMMARISE_ZH = re.compile(
    r"(?:简要|简单|简短|扼要|大致|大概|快速)?地?(?:总结|概括|概述|归纳|小结|摘要)(?:一下|下|出)?(?:说明)?[ :,]{0,2}"
)
_TAKEN_ZH = re.compile(r"(?:把|将(?!来|要|会))(?=.)")  # 把……总结一下
_SUMMED_UP_ZH = re.compile(r"(?:简要|简单|大致|大概)?地?(?:总结|概括|概述|归纳|小结)(?:一下|下|出来)?$")
_LISTED_ZH = re.compile(r"(?:全部|全|都|逐一|逐条|一一)?地?(?:列出|列举|罗列)(?:一下|出来|来)?$")
_WRITE_ZH = re.compile(r"(?:给出|写出|写|做|生成|提供|列出)(?:一份|一个|一段|个|份)?(?:关于)?")
_SUMMARY_OF_ZH = re.compile(r"的(?:简要|简短)?(?:摘要|总结|概要|大意)$")
_CONTENT_OF_ZH = re.compile(r"的(?:所有|全部|整体)?(?:主要内容|内容|要点|重点|大意|概要|摘要|总结|核心内容|主旨)$")
_SAYS_ZH = re.compile(
    r"(?:里面|里|中)?(?:主要|大概|大致)?(?:讲|说|写)(?:的是|了|的)?(?:一些|些)?什么(?:内容)?$"
    r"|的(?:主要)?(?:内容|要点|大意)(?:是什么|有哪些)$"
)
_THIS = re.compile(
    r"(?:this|the|that)(?: (?:whole|entire|selected|chosen))? (?:document|file|text|page|report)|(?:this|it)"
    r"|(?:这|那|该|此|本)一?(?:个|份|篇)?(?:文档|文件|资料|文章|材料|报告|全文)?|全文|文档|文件",
    re.I,
)
_KIND_BEHIND_ZH = re.compile(r"(?<=\S)[这那该]一?[份个篇本封](?!里|中)[\u4e00-\u9fff]{0,8}$")  # SB-2024-06这份通告
_KIND_BEFORE = re.compile(r"(?:document|file|report) |(?:这个|这份|这篇)?(?:文档|文件) ?(?=[《“\"「])", re.I)

_COMPARE = re.compile(r"compare (?:between )?", re.I)
_ASPECT = re.compile(r" (?:in terms of|with (?:respect|regard) to|regarding|as to) ", re.I)
_IN_BRACKETS = re.compile(r" ?[(]([^()]{2,80})[)]$")  # "the two libraries (hours, manager)"
_IN_WHAT = re.compile(  # "…: what's different in the thresholds"
    r"[:,] (?:what(?:'s| is| are| has| have)? (?:the )?(?:different|differences?|changed|new)"
    r"(?: (?:in|on|about|with|for))?|in what|mainly|especially|above all|only|focus(?:ing)? on) (?:the )?"
    r"|: (?=(?:which|who|how|where|when)\b)",
    re.I,
)
_DIFFERENCE = re.compile(
    r"(?:what|which) (?P<be>is|are) the (?:main |key |most important )?differences?(?: in)? ", re.I
)
_HOW = re.compile(r"how (?:do|does|did) ", re.I)
_JOINTS = (re.compile(r" and ", re.I), re.compile(r" (?:with|to|against|versus|vs\.?) ", re.I))
_COMPARE_ZH = re.compile(r"(?:比较|对比|比对)(?:一下|下)?[ :,]{0,2}")
_DIFFERENT_ZH = r"(?:区别|不同之处|不同点|不同|异同|差异|差别)"
_DIFFERENCES_ZH = re.compile(rf"的?{_DIFFERENT_ZH}$")
_DIFFER_ZH = re.compile(
    rf"(?:之间|相比)?,?(?:有(?:什么|哪些|何|啥)|的)(?:主要|具体)?{_DIFFERENT_ZH}(?:是什么|有哪些|在哪里|在哪儿|在哪|在于什么)?$"
)
_BOTH_ZH = re.compile(  # editions of one text
    r"(?:新旧|旧新|新老|前后|两个?|这两个?)(?:两|个)?版|(?:新旧|旧新|新老)[一-鿿]{0,10}(?:办法|细则|规[程定则范]|制度|手册|指引|标准|合同|条例|守则|方案)"
)
_JOINT_ZH = re.compile(r" ?(?:和|与|跟|以及|对比|(?<![合不相共])同) ?")
_SENTENCE_MORE = re.compile(r"(?<=[a-z]{4})[.?!] (?=[A-Z])|[。?!](?=[\u4e00-\u9fff])")
_ALSO_ASKS = re.compile(
    r"[.;?。；？] |(?:,| and) (?:which|what|who|how|find|determine|calculate|compute|explain)\b", re.I
)
_AMOUNT = re.compile(  # a difference that is reckoned, not described
    r"\b(?:19|20)\d\d\b|\b(?:year|amount|total|number|value|percent|millions?|billions?|balance|price|cost|fair value)"
    r"s?\b",
    re.I,
)
_WITHIN = re.compile(r" (?:in|of|for|at|with|between|under|on) (?:the )?", re.I)
_PREPOSITION = re.compile(r"(?:in|of|for|at|with|under|on) ", re.I)
_THAT = re.compile(r"(?:that|those|the ones?|the same) (?=(?:in|of|for|at|with|under|on)\b)", re.I)
_OF_FIRST = re.compile(r"(?:its|their) ", re.I)  # one thing with its parts

_LIST = re.compile(
    r"(?:(?:list|enumerate|name|itemi[sz]e|show|give)(?: me| us| out)?|what are)"
    r" (?:all|everything|every|each|the (?:whole|full|complete|entire) (?:list|table)(?: of)?)(?: of)?(?: the| our)? ",
    re.I,
)
_WHICH = re.compile(r"(?:which|what) ", re.I)
_AS_LIST = re.compile(  # "what may not be carried? Give me a list"
    r"[.,;:?!–-] ?(?:and )?(?:please )?(?:(?:give|make|show|write)(?: me| us)?|i(?:'d like| need| want)|as|in) "
    r"(?:it |them )?(?:as )?an? (?:full |complete |short )?list(?: please| of (?:it|them|these|those|all))?$",
    re.I,
)
_HOW_TO = re.compile(r"^(?:how|why)\b|怎么|如何|为什么|为何", re.I)
_AND_WHICH = re.compile(r"^how many (?P<subject>.{3,120}?),? and (?:which|what)(?: ones?| are they)?$", re.I)
_ARE_THERE = re.compile(r" (?:are|is) there(?= |$)", re.I)
_LIST_ZH = re.compile(r"(?:完整地?|全部|逐一|逐条)?(?:列出|列举|罗列|枚举|列一下)(?:一下)?")
_AS_LIST_ZH = re.compile(
    r"[,.;?!。！？，；] ?(?:请)?(?:给我|帮我)?(?:列|开|做|写)(?:一)?[个张份](?:清单|列表|名单)(?:给我|出来)?$"
)
_ALL_ZH = re.compile(r"(?:所有|全部|完整)的?|每一?[个项种条]|一切")
_WHICH_ZH = re.compile(r"(?:一共|总共|都|分别)?有哪些$")
_COUNT_ZH = r"(?:一共|总共|共|分别)?(?:是|有)?(?:几|多少)[个种项条款类份家人]?"
_WHICH_OF_ZH = re.compile(rf"(?P<of>.{{1,30}}?)(?:里|中)?(?:都|一共)?有哪些(?P<what>.{{1,30}}?)[,?。 ]+{_COUNT_ZH}$")
_COUNT_AND_ZH = re.compile(  # "有几个报错码，分别怎么处理"
    r"(?P<of>.{1,30}?)(?:里|中)?(?:一共|总共|共)?有(?:几|多少)[个种项条款类份家]"
    r"(?P<what>.{1,20}?)[,?。 ]+(?:分别|都|各).{1,12}$"
)

_DOCUMENTS = r"(?:documents?|files?|papers?|pages?|reports?|sources?)"
_SPEAK = (
    r"(?:(?:speaks?|talks?|is|are|says? (?:something|anything)) (?:of|about)|mentions?|discuss(?:es)?|deals? with"
    r"|covers?|contains?|refers? to|concerns?|treats?|describes?|writes? about|names?|address(?:es)?)"
)
_FIND = re.compile(
    rf"(?:in )?(?:which|what)(?: of (?:the|our|my))? {_DOCUMENTS} (?:do |does |that )?(?:all )?{_SPEAK} "
    rf"|(?:find|list|show|name|search for|give)(?: me| us)?(?: all| any| every)?(?: the| our| my)? {_DOCUMENTS}"
    rf" (?:about|on|concerning|mentioning|(?:that|which) {_SPEAK}|with|related to|regarding) "
    rf"|(?:find|show)(?: me| us)? (?:everything|anything|all places|all passages) (?:(?:that|which|where) )?{_SPEAK} ",
    re.I,
)
_MENTIONED_IN = re.compile(rf"in (?:which|what) {_DOCUMENTS} (?:is|are) ", re.I)
_MENTIONED = re.compile(r" (?:mentioned|discussed|described|named|covered)$", re.I)
_WHICH_DOCUMENTS_ZH = r"(?:哪些|哪几[个份篇]|什么|哪[个份篇])(?:文档|文件|资料|文章|材料)"
_SPEAK_ZH = (
    r"(?:提到|提及|谈到|谈及|讲到|说到|写到|涉及|涵盖|讨论|介绍|出现|包含|描述|记载|关于|有关|讲述|说明|含有)[了过到]?"
)
_FIND_ZH = re.compile(rf"(?:在|有)?{_WHICH_DOCUMENTS_ZH}(?:里面|里|中|当中)?(?:有|曾|都)?{_SPEAK_ZH} ?")
_APPEARS_ZH = re.compile(
    rf"(?:出现|写)?(?:在|[,，] ?)有?{_WHICH_DOCUMENTS_ZH}(?:里面|里|中|当中)?(?:被|有|曾)?"
    rf"(?:{_SPEAK_ZH}|写|规定|记录)?$"
)
_SEARCH_ZH = re.compile(rf"(?:找出|查找|列出|搜索|找到|找|查)(?:一下)?(?:所有|全部)?(?:与|和|跟)?{_SPEAK_ZH} ?")
_DOCUMENTS_OF_ZH = re.compile(r" ?(?:相关|有关)?的(?:所有|全部)?(?:文档|文件|资料|文章|材料)$")


def recognise(question: str) -> Request | None:
    """The request that a question is; None for an ordinary question."""
    text = " ".join(nfkc(question).split()).rstrip("?!.。 ")
    if len(text) > LONGEST or "\n" in question.strip():
        return None
    while found := _POLITE.match(text):
        text = text[found.end() :]
    return _find(text) or _summarise(text) or _compare(text) or _list(text)


def bare_name(text: str) -> str:
    """What is named, without quotation marks and articles around it."""
    bare = text.strip(_QUOTES + " ,:")
    found = _ARTICLE.match(bare)
    return bare[found.end() :].strip(_QUOTES + " ") if found else bare


def _behind(begin: re.Pattern[str], text: str, end: re.Pattern[str] | None = None) -> str | None:
    """What stands behind how a text begins, and before how it ends; None where it does not begin or end so."""
    found = begin.match(text)
    if found is None:
        return None
    rest = text[found.end() :]
    return rest if end is None else _before(end, rest)


def _before(end: re.Pattern[str], text: str) -> str | None:
    found = end.search(text)
    return text[: found.start()] if found else None


def _without_manner(text: str) -> str:
    while found := _MANNER.search(text):
        text = text[: found.start()]
    return text


def _summarise(text: str) -> Summarise | None:
    plain = _without_manner(text)
    said = _behind(_SUMMARISE, plain)
    if said is None:
        said = _behind(_SUMMARISE_ZH, text) or _behind(_TAKEN_ZH, text, _SUMMED_UP_ZH)
        said = said and (_before(_CONTENT_OF_ZH, said) or _before(_SAYS_ZH, said) or said)
    if said is None:
        said = _behind(_WRITE_ZH, text, _SUMMARY_OF_ZH)
    if said:
        return Summarise(of_this(said))
    said = _behind(_MAIN_POINTS, plain) or _before(_SAYS_ZH, text)
    return Summarise(of_this(said), sure=False) if said else None


def name_in(said: str) -> str:
    """The name before "讲了些什么", where that is said with it."""
    begun = re.split(r"[,，。?？]", nfkc(said))[0]
    return _before(_SAYS_ZH, begun) or said


def of_this(name: str) -> str:
    bare = bare_name(name)
    if _THIS.fullmatch(bare):
        return ""
    bare = bare_name(_KIND_BEHIND_ZH.sub("", bare))
    kind = _KIND_BEFORE.match(bare)
    return bare_name(bare[kind.end() :]) if kind else bare


def _compare(text: str) -> Compare | None:
    found = _IN_BRACKETS.search(text)
    if found and "(" not in text[: found.start()]:
        told = _compare(text[: found.start()])
        return told and replace(told, aspect=told.aspect or bare_name(found[1]))
    if _ALSO_ASKS.search(text):
        return None
    if sides := _behind(_COMPARE, text):
        sides, *aspect = _IN_WHAT.split(sides, 1) if _IN_WHAT.search(sides) else _ASPECT.split(sides, 1)
        return _sides([cut for joint in _JOINTS for cut in _cuts(joint, sides)], aspect[0] if aspect else "")
    if found := _DIFFERENCE.match(text):
        aspect_said, between, sides = f" {text[found.end() :]}".partition(" between ")
        reckoned = found["be"].lower() == "is" and _AMOUNT.search(text)
        return None if not between or reckoned else _sides(_cuts(_JOINTS[0], sides), aspect_said)
    if differing := _behind(_HOW, text):
        if differing.endswith(" differ"):
            return _sides(_cuts(_JOINTS[0], differing.removesuffix(" differ")), "")
        left, differs, right = differing.partition(" differ from ")
        return _sides([(left, right)], "") if differs else None
    sides_zh = _behind(_COMPARE_ZH, text)
    sides_zh = (_before(_DIFFERENCES_ZH, sides_zh) or sides_zh) if sides_zh else _before(_DIFFER_ZH, text)
    if sides_zh and _BOTH_ZH.search(sides_zh):
        return Compare(((bare_name(sides_zh),),), sure=False)
    return _sides_zh(sides_zh) if sides_zh else None


def _cuts(joint: re.Pattern[str], text: str) -> list[tuple[str, str]]:
    return [(text[: cut.start()], text[cut.end() :]) for cut in joint.finditer(text)]


def _sides(cuts: list[tuple[str, str]], aspect: str) -> Compare | None:
    """What is said of one side only ("the hotel limits in Suzhou and Shanghai") is said of the other too."""
    sides = []
    for left, right in cuts:
        if _OF_FIRST.match(right):
            continue
        shared = _WITHIN.search(left)
        bare = _THAT.sub("", right, count=1).strip()
        if _PREPOSITION.match(bare):
            bare = f"{left[: shared.start()] if shared else left} {bare}"
        elif shared and not _WITHIN.search(bare):
            bare = f"{left[: shared.end()]}{bare}"
        sides.append((bare_name(left), bare_name(bare)))
    return _compare_of(sides, aspect)


def _sides_zh(text: str) -> Compare | None:
    """As `_sides`, where it stands behind both: 鹿特丹和苏州的停车规定."""
    found = []
    aspect = ""
    for left, right in _cuts(_JOINT_ZH, text):
        own, _, shared = right.partition("的")
        if shared and "的" not in left:
            aspect, right = aspect or shared, own
        found.append((bare_name(left), bare_name(right)))
    return _compare_of(found, aspect)


def _compare_of(sides: list[tuple[str, str]], aspect: str) -> Compare | None:
    found = tuple((a, b) for a, b in sides if a and b and a != b)
    return Compare(found, bare_name(aspect)) if found else None


def _list(text: str) -> ListAll | None:
    subject = _before(_AS_LIST, text) or _before(_AS_LIST_ZH, text)
    if subject is not None and not _HOW_TO.search(subject):
        return ListAll(bare_name(subject))
    if found := _AND_WHICH.match(text):
        return ListAll(bare_name(found["subject"]), sure=False)
    if found := _WHICH_OF_ZH.match(text) or _COUNT_AND_ZH.match(text):
        return ListAll(bare_name(f"{found['of']}的{found['what']}"), sure=False)
    text = _SENTENCE_MORE.split(text)[0]
    if subject := _behind(_LIST, _without_manner(text)):
        return ListAll(bare_name(subject))
    subject = _behind(_LIST_ZH, text)
    if subject is None or not _ALL_ZH.search(subject):
        subject = _behind(_TAKEN_ZH, text, _LISTED_ZH)
    if subject:
        return ListAll(bare_name(_ALL_ZH.sub("", subject)))
    if (rest := _behind(_WHICH, text)) and (found := _ARE_THERE.search(rest)):
        return ListAll(bare_name(f"{rest[: found.start()]}{rest[found.end() :]}"), sure=False)
    subject = _before(_WHICH_ZH, text)
    return ListAll(bare_name(subject), sure=False) if subject else None


def _find(text: str) -> FindDocuments | None:
    found = (
        _behind(_FIND, text)
        or _behind(_MENTIONED_IN, text, _MENTIONED)
        or _behind(_FIND_ZH, text)
        or _before(_APPEARS_ZH, text)
        or _behind(_SEARCH_ZH, text, _DOCUMENTS_OF_ZH)
    )
    return FindDocuments(bare_name(found)) if found and bare_name(found) else None
