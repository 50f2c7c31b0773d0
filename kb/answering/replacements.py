"""Replacements: documents that a newer one says it replaces, whatever either is called.

"These rules replace the Contract Standing Orders (version 3.1)"; 本办法自发布之日起施行，《…手册》同时废止.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from kb.checking.year_mismatch import edition, heading_of, is_edition_named, without_editions
from kb.language.content_terms import content_of, share_held, words_of
from kb.language.language import squeezed
from kb.language.proper_names import codes_in
from kb.language.tokenizer import STOP_WORDS, any_of, tokenise
from kb.schema import Passage, Principal
from kb.store.catalog import Catalog

NAMED = 0.8  # share of the words of a title that must stand in what a text says it replaces
MORE = 0.25  # words beside them that may stand there, as a share of theirs: a section of the rules is not the rules
MOST_FOUND = 20  # passages in which it is looked for
_FEWEST_WORDS = 2  # of a title that is known by its words
_SHORTEST = 4  # characters of one that is known as it stands
_MOST_WORDS = 8  # of a title that are searched for
_LONGEST_CHAIN = 4  # documents of which each replaces the next

Place = tuple[str, str]  # the collection and path of a document
Replaced = Mapping[Place, Passage]  # by the place of a document, where another one says that it replaces it
NOTHING_REPLACED: Replaced = MappingProxyType({})

_SAY_SO = "replaces supersedes repealed withdrawn cancels 取代 替代 代替 替换 废止 作废 停止 失效".split()
_REPLACES = re.compile(
    r"(?<!be )(?<!is )(?<!are )(?<!was )(?<!were )(?<!been )(?<!being )"
    r"(?:\b(?:replac|supersed)(?:es?|ing)\b|\b(?:repeal|cancel)s?\b|取代|替代|代替|替换)(?P<object>.{3,160})",
    re.IGNORECASE,
)
_ENDED = re.compile(
    r"\b(?:is|are) (?:hereby )?(?:repealed|withdrawn|superseded|cancelled)\b|\b(?:is|are) replaced by (?:this|these)\b"
    r"|废止|作废|停止(?:执行|使用)|失效",
    re.IGNORECASE,
)
_NOT = re.compile(  # before the verb
    r"(?:\b(?:not|never|no way|neither|nor|would|could|might|may|draft|propos\w{1,8}|once)\b|n't\b)[^.;]{0,24}\Z"
    r"|(?:不|未|没有?|并非|无意|拟|建议|草案)[一-鿿]{0,4}\Z",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?:[^.。\n]|\.(?=\S))+")
_OF_ITSELF = re.compile(r"\b(?:this|these|it|they)\b|[本兹]", re.IGNORECASE)
_LABEL = re.compile(r"(?:^|[(（|,，:：])[\s*_>•·-]*\Z")  # before "replaces", where nothing is said to do so
_TELLS_OF_OTHERS = re.compile(
    r"\.(?:eml|msg|mbox)$|\bminutes\b|\bdraft\b|\bproposal\b|纪要|会议记录|草案|征求意见", re.IGNORECASE | re.MULTILINE
)
_PHRASE_END = re.compile(r"[,，]|\b(?:as|which|that|where|when|from|with effect)\b", re.IGNORECASE)
_AND = re.compile(r"\b(?:and|or)\b|[、及与和]", re.IGNORECASE)
_PART_OF = re.compile(
    r"\b(?:sections?|clauses?|annex(?:es)?|appendi(?:x|ces)|articles?|paragraphs?|chapters?|tables?|schedules?|parts?)\b"
    r"|第\s?[\d一二三四五六七八九十百]{1,4}\s?[条章节款项]|附[件录表]",
    re.IGNORECASE,
)
_BEGIN = re.compile(
    r"(?:the|our|all|any|former|previous|earlier|existing|old|present)\b|[\s*_\"“”'《〈「『(（]|原|旧|公司|现行",
    re.IGNORECASE,
)
_BUT = re.compile(r"[;；]|\b(?:other than|except|excluding|apart from|but not)\b|除外|但不", re.IGNORECASE)
_QUOTED = re.compile(r"[《“\"*]([^《》“”\"*]{2,80})[》”\"*]")
_IN_BRACKETS = re.compile(r"[(（][^()（）]{0,60}[)）]?")


def place_of(passage: Passage) -> Place:
    """Where the document of a passage stands."""
    return passage.collection, passage.document


def searched_in(catalog: Catalog, asker: Principal) -> Callable[[str], list[Passage]]:
    """The search of `replaced` in what somebody may read."""
    return lambda query: catalog.passages(catalog.word_search(query, MOST_FOUND), asker)


def replaced(passages: Iterable[Passage], search: Callable[[str], Sequence[Passage]]) -> Replaced:
    """Of the documents of these passages those that others of their collection say they replace, each with the last of
    those of which one replaces the next. `search` gives the passages that the word index finds for a query."""
    found: dict[Place, Passage] = {}
    for passage in {place_of(each): each for each in passages}.values():
        known = {place_of(passage)}
        latest = passage
        while len(known) <= _LONGEST_CHAIN and (newer := _replacing(latest, search)) is not None:
            if place_of(newer) in known:  # each says so of the other: neither can be believed
                latest = passage
                break
            known.add(place_of(newer))
            latest = newer
        if latest is not passage:
            found[place_of(passage)] = latest
    return found


def _replacing(passage: Passage, search: Callable[[str], Sequence[Passage]]) -> Passage | None:
    """The passage of another document that says it replaces the one of a passage."""
    heading = heading_of(passage.title, passage.document)
    for said in search(_query(passage.title, passage.document)):
        own = heading_of(said.title, said.document)
        is_other = said.collection == passage.collection and said.document != passage.document
        is_copy = without_editions(own) == without_editions(heading) and edition(own) == edition(heading)
        if is_other and not is_copy and not _is_older(own, heading) and says_it_replaces(said, heading):
            return said
    return None


def _is_older(heading: str, other: str) -> bool:
    """Whether a heading names an earlier year than another one, or of the same a lower number."""
    own, than = edition(heading), edition(other)
    return all((own[0], than[0])) and own < than


def says_it_replaces(passage: Passage, heading: str) -> bool:
    """Whether a passage says that its own document replaces that of a heading."""
    if _TELLS_OF_OTHERS.search(f"{passage.document}\n{passage.title}"):
        return False
    for sentence in _SENTENCE.findall(passage.text):
        for match in _REPLACES.finditer(sentence):
            front = sentence[: match.start()]
            if not _NOT.search(front) and _is_of_itself(front, passage.title) and _names(match["object"], heading):
                return True
        for match in _ENDED.finditer(sentence):
            front = sentence[: match.start()]
            if _OF_ITSELF.search(sentence) and not _NOT.search(front) and _is_named_last(front, heading):
                return True
    return False


def is_asked_for(question: str, older: Passage, newer: Passage) -> bool:
    """Whether a question asks for what a replaced document says: it names its edition, or its title."""
    heading, other = (heading_of(passage.title, passage.document) for passage in (older, newer))
    if is_edition_named(question, heading) and not is_edition_named(question, other):
        return True
    said = content_of(question)
    return _covers(said, heading) and not _covers(said, other)


def _query(title: str, path: str) -> str:
    words = [word for word in tokenise(f"{title} {path}") if word not in STOP_WORDS and not word.isdigit()]
    return f"({any_of(_SAY_SO)}) AND ({any_of(words[:_MOST_WORDS])})" if words else ""


def _is_of_itself(front: str, title: str) -> bool:
    return bool(_LABEL.search(front) or _OF_ITSELF.search(front)) or _covers(content_of(front), title)


def _names(said: str, heading: str) -> bool:
    """Whether the document of a heading is among what is said to be replaced: by its code, or by its title and little
    beside; and no other edition of it, nor a part."""
    said = _BUT.split(said)[0]
    if is_edition_named(said, heading) is False:
        return False
    title = next(iter(heading.splitlines()), "")
    codes = {code for code in codes_in(title) if not code.startswith("v")}
    phrases = _PHRASE_END.split(said)
    if not _AND.search(title):
        phrases = [part for phrase in phrases for part in _AND.split(phrase)]
    for phrase in phrases:
        if _PART_OF.search(phrase) and not _PART_OF.search(title):
            return False
        if codes & codes_in(phrase) or any(_is_title(each, heading) for each in (phrase, *_QUOTED.findall(phrase))):
            return True
    return False


def _is_named_last(front: str, heading: str) -> bool:
    """Whether the document of a heading is what stands right before "is withdrawn" or 废止."""
    if is_edition_named(front, heading) is False:
        return False
    phrase = next(
        (part for part in reversed(re.split(r"[;；,，。:：]|同时|即行|自行|随之|一并", front)) if part.strip()), ""
    )
    while found := _BEGIN.match(phrase):
        phrase = phrase[found.end() :]
    name = squeezed(without_editions(heading))
    return len(name) >= _SHORTEST and squeezed(phrase).startswith(name) and _is_title(phrase, heading)


def _is_title(phrase: str, heading: str) -> bool:
    """Whether a phrase has the words of a title, and few others."""
    words, said = words_of(without_editions(heading)), words_of(without_editions(_IN_BRACKETS.sub(" ", phrase)))
    weight = sum(words.values())
    whole = len(words) >= _FEWEST_WORDS or len(squeezed(without_editions(heading))) >= _SHORTEST
    more = sum(each for token, each in said.items() if token not in words)
    return whole and share_held(words, said) >= NAMED and more <= MORE * weight


def _covers(said: Mapping[str, float], heading: str) -> bool:
    """Whether what is said has the words of a title."""
    words = words_of(without_editions(heading))
    return len(words) >= _FEWEST_WORDS and share_held(words, said) >= NAMED
