"""Where a text may be cut: paragraphs, lines of lists and tables, and sentences in Chinese and English."""

import re
from collections.abc import Iterator

from kb.language.language import is_in_title

_ITEM = r"""
    [^\S\n]* (?: [-*+•·●○■◆▪–][^\S\n] | \d{1,3}[.)、．] | [（(][一二三四五六七八九十\d]{1,3}[）)]
    | [一二三四五六七八九十]{1,3}、 | 第[一二三四五六七八九十百零\d]{1,5}[条章节] )
"""
_BEGINS_ITEM = re.compile(_ITEM, re.VERBOSE)
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")
_TERMINATOR = re.compile(
    r"""
    (?P<paragraph> \n[^\S\n]*\n\s* )
  | (?P<item> \n (?= ITEM ) )
  | (?P<wide> [。！？；｡…]+ [”’」』）)\]"'】》]* \s* )
  | (?P<narrow> (?<![.!?])[.!?]++ [”’"')\]]*+ (?: \s+ | (?=[\u4e00-\u9fff]) ) )
    """.replace("ITEM", _ITEM),
    re.VERBOSE,
)
_LAST_WORD = re.compile(r"[^\W_](?:[\w.&-]{0,22}[^\W_])?$")
_ABBREVIATIONS = frozenset(
    "mr|mrs|ms|dr|prof|sr|jr|st|vs|etc|e.g|i.e|eg|ie|cf|al|no|nos|fig|figs|eq|sec|ch|vol|pp|p|ed|eds|inc|ltd|co|corp|"
    "dept|approx|est|max|min|tel|ext|art|para|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec|u.s|u.k|ph.d|a.m|p.m"
    "".split("|")
)
_AFTER = re.compile(r"\s*[\"'“‘(\[]*")

PARAGRAPH, SENTENCE, PIECE = 2, 1, 0
_DEEPEST_INDENT = 80  # characters before the number of a list item
_HIDDEN_HYPHEN = re.compile("[\ufffe\x02\u00ad]\n?")
_ENDS_IN_HAN = re.compile(r"[^|\t]{12,}[\u3400-\u9fff\uf900-\ufaff]\s*")  # a line that may go on in the next one
_BEGINS_IN_HAN = re.compile(r"\s*[\u3400-\u9fff\uf900-\ufaff][^|\t]*")
_WEAK = re.compile(r"\n|(?<=[，,、：:;|])\s*|(?<=\s)(?=\S)")


def boundaries(text: str) -> Iterator[tuple[int, int]]:
    """(offset, strength) of each place where a sentence, list item or paragraph ends, in order."""
    for match in _TERMINATOR.finditer(text):
        if is_in_title(text, match.start()) and "\n" not in match[0]:
            continue
        if _BLANK_LINE.search(match[0]):
            yield match.end(), PARAGRAPH
        elif match.lastgroup != "narrow" or _ends_sentence(text, match):
            yield match.end(), SENTENCE


def unwrapped(text: str) -> str:
    """The text as it is embedded: without hidden hyphens, and without the ends of lines that part Chinese words."""
    before, *lines = _HIDDEN_HYPHEN.sub("", text).split("\n")
    parts = [before]
    for line in lines:
        goes_on = _BEGINS_IN_HAN.fullmatch(line) and not _BEGINS_ITEM.match(line) and _ENDS_IN_HAN.fullmatch(before)
        parts[-1] = parts[-1].rstrip() if goes_on else parts[-1]
        parts += [line.lstrip()] if goes_on else ["\n", line]
        before = line
    return "".join(parts)


def _ends_sentence(text: str, match: re.Match[str]) -> bool:
    """Whether a full stop, and what follows, is the end of a sentence rather than of an abbreviation."""
    if "\n" in match[0] and _BEGINS_ITEM.match(text, match.end()):
        return True
    after = _AFTER.match(text, match.end())
    following = text[after.end() : after.end() + 1] if after else ""
    if following.islower():
        return False
    if match[0][0] != ".":
        return True
    word = _LAST_WORD.search(text, max(0, match.start() - 24), match.start())
    if not word:
        return True
    if word[0].lower() in _ABBREVIATIONS and following != "":
        return False
    if len(word[0]) == 1 and word[0].isalpha() and word[0].isupper():
        return False  # the initial of a name
    # "1. Scope": the number of a list item, not a sentence
    return not (word[0].isdigit() and len(word[0]) <= 2 and _begins_line(text, match.start() - len(word[0])))


def _begins_line(text: str, at: int) -> bool:
    return not text[max(0, at - _DEEPEST_INDENT) : at].rpartition("\n")[2].strip()


def weak_places(text: str, start: int, end: int) -> list[int]:
    """Offsets within (start, end) after a line, clause, cell or word: for sentences that are too long."""
    return sorted({match.end() for match in _WEAK.finditer(text, start, end) if start < match.end() < end})
