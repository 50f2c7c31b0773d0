"""Replacements: documents that a newer one says it replaces, whatever either is called.

"These rules replace the Contract Standing Orders (version 3.1)"; 本办法自发布之日起施行，《…手册》同时废止.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from kb.checking.year_mismatch import heading_of, is_edition_named, without_editions
from kb.language.content_terms import content_of, is_number, share_held
from kb.language.language import squeezed
from kb.language.proper_names import codes_in
from kb.language.tokenizer import STOP_WORDS, any_of, tokenise
from kb.schema import Passage

NAMED = 0.8  # share of the words of a title that must stand in what a text says it replaces
MOST_FOUND = 20  # passages in which it is looked for
_FEWEST_WORDS = 2  # of a title that is known by its words
_SHORTEST = 4  # characters of one that is known as it stands
_MOST_WORDS = 8  # of a title that are searched for

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
_SENTENCE = re.compile(r"(?:[^.。\n]|\.(?=\S))+")
_OF_ITSELF = re.compile(r"\b(?:this|these|it|they)\b|[本兹]", re.IGNORECASE)
_LABEL = re.compile(r"(?:^|[(（|,，:：])[\s*_>•·-]*\Z")  # before "replaces", where nothing is said to do so
_TELLS_OF_OTHERS = re.compile(r"\.(?:eml|msg|mbox)$|\bminutes\b|纪要|会议记录", re.IGNORECASE | re.MULTILINE)


def place_of(passage: Passage) -> Place:
    """Where the document of a passage stands."""
    return passage.collection, passage.document


def replaced(passages: Iterable[Passage], search: Callable[[str], Sequence[Passage]]) -> Replaced:
    """Of the documents of these passages those that others of their collection say they replace. `search` gives the
    passages that the word index finds for a query."""
    titles = {place_of(passage): passage.title for passage in passages}
    found: dict[Place, Passage] = {}
    for (collection, path), title in titles.items():
        for said in search(_query(title, path)):
            is_other = said.collection == collection and said.document != path
            if is_other and says_it_replaces(said, heading_of(title, path)):
                found[collection, path] = said
                break
    return found


def says_it_replaces(passage: Passage, heading: str) -> bool:
    """Whether a passage says that its own document replaces that of a heading."""
    if _TELLS_OF_OTHERS.search(f"{passage.document}\n{passage.title}"):
        return False
    for sentence in _SENTENCE.findall(passage.text):
        for match in _REPLACES.finditer(sentence):
            if _is_of_itself(sentence[: match.start()], passage.title) and _is_meant(match["object"], heading):
                return True
        for match in _ENDED.finditer(sentence):
            if _OF_ITSELF.search(sentence) and _is_meant(sentence[: match.start()], heading):
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


def _is_meant(said: str, heading: str) -> bool:
    """Whether the document of a heading is named, and no other edition of it."""
    name = squeezed(without_editions(heading))
    if is_edition_named(said, heading) is False:
        return False
    codes = {code for code in codes_in(heading.partition("\n")[0]) if not code.startswith("v")}
    return (
        (len(name) >= _SHORTEST and name in squeezed(said))
        or bool(codes & codes_in(said))
        or _covers(content_of(said), heading)
    )


def _covers(said: Mapping[str, float], heading: str) -> bool:
    """Whether what is said has the words of a title."""
    words = {token: weight for token, weight in content_of(without_editions(heading)).items() if not is_number(token)}
    return len(words) >= _FEWEST_WORDS and share_held(words, said) >= NAMED
