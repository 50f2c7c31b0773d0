"""Text: which language a text is in, and where its sentences begin and end."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from kb.schema import Language

CJK = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_LATIN_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")
_ENGLISH = re.compile(
    r"\b(?:an?|are|can|do|does|for|how|i[ns]|of|on|the|to|what|when|where|which|who|why)\b", re.IGNORECASE
)
_PROSE_WORD = re.compile(
    r"\b(?:an?|are|be|been|has|have|if|it|its|of|that|the|their|they|this|was|were|will|with|you|your)\b", re.I
)
_CHINESE = re.compile(r"什么|怎|如何|多少|是|谁|哪|吗|呢|请")
_CODE = re.compile(r"```.*?```|`[^`]*`|https?://\S+", re.DOTALL)
_MARKER = re.compile(r"\[\d+\]")
_LIST_MARK = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)、])\s+")
CHINESE_PARTS = 0.2  # share of a document's parts in Chinese from which on it is a Chinese document
PROSE_WORDS = 0.1  # share of "the", "of" and the like among the words of English prose; code and names have few
_SHORTEST_REPEAT = 10  # characters
_DEEPEST_INDENT = 80  # characters before the number of a list item
_ABBREVIATIONS = frozenset(
    ("mr mrs ms dr prof st vs etc inc ltd co corp no fig sec e.g i.e eg ie approx dept est al").split()
)
_BEFORE_NUMBERS = frozenset("no jan feb mar apr jun jul aug sep sept oct nov dec min max ca art vol pos tel".split())
_MINUTES = re.compile(r"\d\s?min$", re.IGNORECASE)
_INITIALS = re.compile(r"(?:[a-z]\.)+[a-z]")
_OPENER = re.compile(r"\s*(?:\n|$|(?:The|It|Its|He|She|They|We|You|I|This|That|These|In|On|At|As|For|But|And|A|An)\b)")
_MEASURED = re.compile(r"\d\s?[A-Za-z]$")
_CAPITAL = re.compile(r"\s+[A-Z][a-z]")
_NUMBER_BEHIND = re.compile(r"\s*#?[A-Z-]*\d")
_END = re.compile(r"[。！？；…]+[”’」』）)\]]*|(?<![.!?])[.!?]++[\"'”’)\]]*+(?=\s|$|[\u4e00-\u9fff])|\n+")
_LONGEST_TITLE = 80  # characters
_RAISED = re.compile(r"(?<=\d)[⁰¹²³⁴-⁹⁺⁻⁽⁾ⁿ]+")


def nfkc(text: str) -> str:
    """The text in Unicode's compatibility form; a figure set above another (500¹) stays apart from it."""
    return unicodedata.normalize("NFKC", _RAISED.sub(" ", text))


def squeezed(text: str) -> str:
    """The text in that form, without white space and capitals."""
    return "".join(nfkc(text).split()).casefold()


def language_of(text: str) -> Language:
    """`zh` where Chinese characters outweigh Latin words, else `en`; grammar decides on a short mixed text.

    Code, addresses and citation markers do not count: a Chinese answer may name an English command.
    """
    text = _MARKER.sub("", _CODE.sub("", text))
    chinese = len(CJK.findall(text))
    latin = len(_LATIN_WORD.findall(text))
    if _ENGLISH.search(text):
        return "zh" if chinese > (latin if chinese >= 4 else 2 * latin) else "en"
    return "zh" if chinese > latin or _CHINESE.search(text) else "en"


def may_be_chinese(text: str) -> bool:
    """Whether a text has Chinese characters and no words of English grammar, however many names and commands it has."""
    return bool(CJK.search(text)) and not _ENGLISH.search(text)


def languages_within(parts: Sequence[str]) -> list[Language]:
    """The language of each part of one document.

    In a Chinese document a part without Chinese is Chinese too (code, tables of names, output of programs), but for
    English prose.
    """
    found = [language_of(part) for part in parts]
    if found.count("zh") < CHINESE_PARTS * len(parts):
        return found
    return ["en" if of == "en" and is_english_prose(part) else "zh" for of, part in zip(found, parts, strict=True)]


def is_english_prose(text: str) -> bool:
    """Whether a text is English sentences: words that only sentences have are a good part of its Latin words."""
    words = len(_LATIN_WORD.findall(text))
    return len(_PROSE_WORD.findall(text)) >= max(3, PROSE_WORDS * words)


def listed(names: Iterable[str], language: Language) -> str:
    """Names one after the other, as the language parts them."""
    return ("、" if language == "zh" else ", ").join(names)


def sentences(text: str) -> list[tuple[int, int]]:
    """Offsets of the sentences, without surrounding white space. Line breaks end a sentence; decimals do not."""
    return list(_sentences(text))


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for end in _END.finditer(text):
        if is_in_title(text, end.start()) or (end.group().startswith(".") and _is_abbreviation(text, end.start())):
            continue
        yield from _trimmed(text, start, end.end())
        start = end.end()
    yield from _trimmed(text, start, len(text))


def is_in_title(text: str, at: int) -> bool:
    """Whether an offset lies within the title of a work: 《出发！去远方》 ends no sentence."""
    before, behind = text[max(0, at - _LONGEST_TITLE) : at], text[at : at + _LONGEST_TITLE]
    for opening, closing in ("《》", "〈〉"):
        begins, ends = before.rfind(opening), behind.find(closing)
        if begins >= 0 and ends >= 0:
            title = before[begins + 1 :] + behind[:ends]
            if not any(mark in title for mark in (opening, closing, "\n")):
                return True
    return False


def repeats(said: Iterable[str]) -> Iterator[bool]:
    """For each sentence whether it was said before, be its markers and list mark others. Short ones never count."""
    seen: set[str] = set()
    for sentence in said:
        words = " ".join(_LIST_MARK.sub("", _MARKER.sub(" ", sentence)).lower().split()).rstrip(".。 ")
        yield len(words) >= _SHORTEST_REPEAT and words in seen
        seen.add(words)


def _is_abbreviation(text: str, dot: int) -> bool:
    word = re.search(r"(?<![\w.])[\w.]+$", text[max(0, dot - 12) : dot])
    token = word.group().lower() if word else ""
    if token in _BEFORE_NUMBERS:
        return bool(_NUMBER_BEHIND.match(text, dot + 1)) and not _MINUTES.search(text[max(0, dot - 12) : dot])
    if _INITIALS.fullmatch(token):  # "the U.S. Open"; it may end a sentence, too
        return not _OPENER.match(text, dot + 1)
    if _MEASURED.search(text[max(0, dot - 12) : dot]) and _CAPITAL.match(text, dot + 1):
        return False  # "It is 45 m. Keep away"
    # "1." at the start of a line numbers a list item; "J." is an initial.
    if token in _ABBREVIATIONS or (len(token) == 1 and token.isalpha()):
        return True
    line = text[max(0, dot - _DEEPEST_INDENT) : dot].rpartition("\n")[2]
    return token.isdigit() and not line.strip(" \t" + token)


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end
