"""Sources: passages cut into the stretches that may carry a claim, and what heads them."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from kb.checking import table_claims
from kb.checking.forms import ASKS
from kb.checking.prompt_injection import BLANK, gives_orders
from kb.checking.sections import words_above
from kb.checking.table_claims import ClaimRow
from kb.language import date_forms
from kb.language.content_terms import content_of, share_held
from kb.language.language import CJK, language_of, sentences
from kb.language.number_forms import numbers_in
from kb.language.prompt_text import estimate_tokens
from kb.language.table_rows import is_row
from kb.schema import Language, Passage

SAME_FRAME = 0.75  # share of a claim that one sentence says: what else stands there is said of the same
WINDOW = 4  # most sentences, or lines, in a span
LONG_WINDOW = 12  # and in one that carries a list told in one sentence
LONGEST_LIST = 30  # items behind what leads in to them
ANSWER = 3  # sentences behind a question of the text that answer it
LONGEST_AROUND = 130  # tokens of a passage around a place, for the verifier
_FULL_LINE = 0.8  # length of a line that the text has filled, as a share of the width
_WIDTH_AT = 2  # place of the line whose length is taken for the width, the longest first: some lines are not wrapped
_LONGEST_SHORT_TEXT = 5  # lines; of so few the longest is taken
_RUNS_ON = 40  # characters of a line that ends in no stop, from which a next one in small letters goes on with it
_SHORTEST_FULL_LINE = 25  # characters; of Chinese a line holds about 30
_SHORTEST_WRAPPED = 60  # of other text in which some lines are not wrapped
_LONGEST_SENTENCE = 600  # characters
_SEMICOLON = re.compile(r"[;；]")
_LABEL = re.compile(r"[\s*_]*[^\W\d_][^\n:：。.，,；;]{0,29}(?:(?<!\d)[:：]|[:：](?!\d))")  # no time of day
_CLOSING = ".!?:;。！？：；…"
_OPENING = "“‘（《「『【"
_CAPTION = re.compile(  # "Table 4: …", "表 5.3 …"; what goes on behind a stop, or without a space, is a sentence
    r"^[ \t]*(?:(?:Table|Figure|Fig\.)[ \t]\d+(?:[.-]\d+)*[.:]|[表图][ \t]?\d+(?:[.-]\d+)*(?:[.:：]|(?=[ \t])))[ \t]*"
    r"((?:[^.。!！?？;；\n]|\.(?=\S))+)$",
    re.MULTILINE,
)
_GOES_ON = re.compile(  # what begins like this speaks of what was said before; IT is a department
    r"(?:He|She|It|They|His|Her|Its|Their|This|These)\b|[他她它]|该|其(?![中他余它间实次])|此(?!外)"
)
_BULLET = "[-*•·▪‣–—◦●○□■]"
_NUMERALS = "一二三四五六七八九十"
_COUNTED = "|".join(map("、".join, pairwise(_NUMERALS)))  # 三、四年级
_ITEM_NUMBER = (
    rf"[(（]?(?!{_COUNTED}|\d{{1,3}}、\d{{1,3}}[、和或及])(?:\d{{1,3}}|[a-zA-Z]|[{_NUMERALS}]{{1,3}})"  # no 3、5、8元
)
_NO_PROSE = re.compile(rf"^\s*(?:#|{_BULLET}\s)|[?？:：]\s*\Z")
_LEADS_IN = re.compile(r"\w\W{0,4}[:：][*_]{0,3}\Z")
_NUMBER = re.compile(rf"(?P<digits>\d+)|(?P<han>[{_NUMERALS}]+)|(?P<large>[A-Z])|(?P<small>[a-z])")
LIST_MARK = re.compile(
    rf"(?:{_BULLET}\s+|{_ITEM_NUMBER}(?:[.)]\s+|[、）．]\s*))"
)  # with its space: 2.5 days are no item
LIST_ITEM = re.compile(rf"{_BULLET}|{_ITEM_NUMBER}[.)、）．]")


@dataclass(frozen=True, slots=True)
class Window:
    start: int
    end: int
    quote: str
    tokens: Mapping[str, float]
    parts: range  # of the sentences, or lines, that it is made of
    rows: Sequence[ClaimRow]
    sentences: Sequence[str]  # these


@dataclass(frozen=True, slots=True)
class Source:
    """A passage cut into windows, and the words that head them."""

    passage: Passage
    languages: frozenset[Language]  # of its text, and of its document: code and names make it no other's
    captions: frozenset[str]  # what names its tables and figures, behind "Table 4:"
    windows: tuple[Window, ...]
    heading: str  # title, section, table header, path
    heading_tokens: frozenset[str]
    tokens: frozenset[str]  # of heading and text
    heading_numbers: frozenset[str]
    cuts: Sequence[tuple[int, int]]  # offsets in its text of the sentences, or lines
    sentences: Sequence[str]  # these
    above: Sequence[frozenset[str]]  # of each the words of the headings above it in the passage
    rows: Sequence[ClaimRow]
    whole: str  # heading and text, and more of the document where the caller gave it; lower case


def source_of(passage: Passage, document_text: Callable[[Passage], str] | None) -> Source:
    path = "" if gives_orders(passage.document) else passage.document
    heading = f"{passage.title}\n{passage.section}\n{passage.header}\n{path}"
    numbers = numbers_in(heading)
    around = document_text(passage) if document_text else ""
    rows = table_claims.rows_of(passage.text, passage.header)
    cuts = over_lines(passage.text)
    said = [passage.text[start:end] for start, end in cuts]
    of_text = language_of(passage.text)
    return Source(
        passage=passage,
        languages=frozenset({of_text, passage.language or of_text}),
        captions=frozenset(match[1].strip() for match in _CAPTION.finditer(passage.text)),
        windows=tuple(_windows(passage, cuts, rows)),
        heading=heading,
        heading_tokens=frozenset(content_of(heading)),
        tokens=frozenset(content_of(f"{heading}\n{passage.text}")),
        heading_numbers=numbers | {part for number in numbers for part in date_forms.parts(number)},
        cuts=cuts,
        sentences=said,
        above=words_above(said),
        rows=rows,
        whole=f"{heading}\n{passage.text}\n{around}".lower(),
    )


def document_of(source: Source) -> tuple[str, str]:
    """The collection and path of its document."""
    return source.passage.collection, source.passage.document


def over_lines(text: str) -> list[tuple[int, int]]:
    """Offsets of the sentences and lines of a passage; a sentence that is set in several full lines is one."""
    lengths = sorted(map(len, filter(None, text.splitlines())), reverse=True) or [0]
    width = lengths[_WIDTH_AT if len(lengths) > _LONGEST_SHORT_TEXT else 0]
    is_sure = width == lengths[0] or CJK.search(text)
    least = _SHORTEST_FULL_LINE if is_sure else _SHORTEST_WRAPPED
    joined: list[tuple[int, int]] = []
    for start, end in sentences(text):
        if joined and end - joined[-1][0] <= _LONGEST_SENTENCE and _runs_on(text, joined[-1][1], start, width, least):
            joined[-1] = joined[-1][0], end
        else:
            joined.append((start, end))
    return joined


def _runs_on(text: str, end: int, start: int, width: int, least: int) -> bool:
    """Whether what ends at `end` goes on in the next line, at `start`: its line is full or ends with an open quotation
    or bracket, or the next one begins small, and neither is a row of a table."""
    line = text[text.rfind("\n", 0, end) + 1 : end]
    following = text[start:].partition("\n")[0]
    is_full = len(line) >= max(_FULL_LINE * width, least)
    return (
        text[end:start].strip(" ") == "\n"
        and (is_full or line[-1] in _OPENING or (len(line) >= _RUNS_ON and following[:1].islower()))
        and line[-1] not in _CLOSING
        and not LIST_ITEM.match(following)
        and not _LABEL.match(following)
        and not is_row(line)
        and not is_row(following)
    )


def heads_of(window: Window, source: Source) -> frozenset[str]:
    """The tokens of what heads a window: title, section, table header, path, and the columns' names of its rows."""
    return source.heading_tokens.union(
        token for row in window.rows for head in row.measures for token in content_of(head)
    )


def heading_over(source: Source) -> str:
    """The section of a source, or the title where it is in none."""
    return source.passage.section or source.passage.title


def headed(text: str, source: Source) -> str:
    """A text of a source as the verifier reads it: title and section, then the text."""
    passage = source.passage
    head = " — ".join(filter(None, (passage.title, passage.section)))
    return f"{head}\n{text}" if head else text


def around(start: int, end: int, source: Source) -> str:
    """What a passage says from `start` to `end` (offsets into its document) and around that, whole sentences or lines
    up to LONGEST_AROUND tokens, as the verifier reads it."""
    passage = source.passage
    cuts = source.cuts or [(0, len(passage.text))]
    inside = [at for at, cut in enumerate(cuts) if cut[0] < end - passage.start and cut[1] > start - passage.start]
    first, last = (inside[0], inside[-1]) if inside else (0, 0)
    said = passage.text[cuts[first][0] : cuts[last][1]]
    while (first, last) != (0, len(cuts) - 1):
        first, last = max(0, first - 1), min(len(cuts) - 1, last + 1)
        wider = passage.text[cuts[first][0] : cuts[last][1]]
        if estimate_tokens(wider) > LONGEST_AROUND:
            break
        said = wider
    return headed(said if said.startswith(passage.header) else f"{passage.header}\n{said}", source)


def header_of(window: Window, source: Source) -> str:
    """The names of a window's columns and the line above its table, where it is of one."""
    if not window.rows:
        return source.passage.header
    first = next((row for row in window.rows if row.heads), window.rows[0])
    above = [whole.rpartition("\n")[0].lower() for whole in first.measures]  # of two rows of heads the upper one
    heads = [f"{upper} {head}".strip() for upper, head in zip(above, first.heads, strict=True)]
    return f"{source.passage.header or ' | '.join(heads)}\n{first.above}"


def parts_of(sentence: str) -> list[str]:
    """The parts of a sentence between semicolons."""
    return _SEMICOLON.split(sentence)


def question_before(window: Window, source: Source) -> str:
    """The question of the text that a window answers, as a line: "What is not insured?"; "" where there is none."""
    start = window.parts.start
    before = reversed(source.sentences[max(0, start - ANSWER) : start])
    return next((f"{sentence}\n" for sentence in before if ASKS.search(sentence)), "")


def may_answer(window: Window) -> bool:
    """Whether a sentence or row may answer something: questions, and the heads of columns, do not."""
    return not ASKS.search(window.quote) and (not window.rows or any(row.heads for row in window.rows))


def told_by(window: Window, source: Source) -> str:
    """What a window says, with the question that it answers."""
    return f"{question_before(window, source)}{window.quote}"


def in_context(window: Window, source: Source) -> str:
    """What a window says, behind its heading, and what leads in to it, or else the sentence, or row, before it."""
    start = window.parts.start
    before = _lead_in(window, source) or "".join(source.sentences[max(0, start - 1) : start])
    return f"{heading_over(source)}\n{before} {window.quote}"


def without_mark(text: str) -> str:
    """A line without the mark of a list with which it begins."""
    return text[found.end() :] if (found := LIST_MARK.match(text)) else text


def with_antecedent(window: Window, source: Source) -> str:
    """What a window says, behind the sentence from which it goes on: "Five days move on. They are taken by June"; an
    item behind what leads in to its list: "Not to be brought: refrigerators"."""
    return led_in(window, source) or f"{_antecedent(window, source)}{window.quote}"


def leads_in(text: str) -> bool:
    """Whether a line leads in to what follows: "Not to be brought:"."""
    return bool(_LEADS_IN.search(text))


def led_in(window: Window, source: Source) -> str:
    """An item behind what leads in to its list; "" where a window is none, or its list has none."""
    before = _lead_in(window, source)
    return f"{before} {without_mark(window.quote)}" if before else ""


def item_behind(window: Window, source: Source, said: Mapping[str, float]) -> Window:
    """Of the items to which a window leads in the one that has most of what is `said` besides; the window itself where
    none has any of that, or where it leads in to none."""
    if not leads_in(window.quote):
        return window
    besides = {token: weight for token, weight in said.items() if token not in window.tokens}
    lead = without_mark(window.quote)
    items = [w for w in source.windows if len(w.parts) == 1 and _lead_in(w, source) == lead]
    best = max(items, key=lambda item: share_held(besides, item.tokens), default=window)
    return best if share_held(besides, best.tokens) else window


def _lead_in(window: Window, source: Source) -> str:
    """What leads in to the list of which a window is an item; "" where it is none, or its list has none.

    That is the line with a colon right before the first item that is marked and indented as the window: what stands
    behind an inner list is an item of the outer one. An empty line ends a list, unless there is one before each item.
    """
    start = window.parts.start
    mark = None if window.rows else _mark_of(start, source)
    if mark is None:
        return ""
    is_apart, first, first_mark = _is_apart(start, source), start, mark
    for at in range(start - 1, max(-1, start - LONGEST_LIST - 1), -1):
        before = source.sentences[at]
        if _column_of(at, source) is None:
            continue  # it goes on with an item
        there = _mark_of(at, source)
        if leads_in(before) and there != mark:
            return without_mark(before) if first_mark == mark and not before.startswith("#") else ""
        if there is None or _is_apart(first, source) is not is_apart:
            return ""
        first, first_mark = at, there
    return ""


def _mark_of(at: int, source: Source) -> tuple[int, str] | None:
    """How far a sentence is indented, and the kind of its mark: "1." is of the kind of "2.". None without a mark, or
    where it does not begin its line."""
    column, found = _column_of(at, source), LIST_MARK.match(source.sentences[at])
    if column is None or found is None:
        return None
    return column, _NUMBER.sub(lambda number: number.lastgroup or "", found.group().strip(), count=1)


def _column_of(at: int, source: Source) -> int | None:
    """How far a sentence is indented; None where it does not begin its line."""
    text, start = source.passage.text, source.cuts[at][0]
    indent = text[text.rfind("\n", 0, start) + 1 : start]
    return None if indent.strip() else len(indent.expandtabs())


def _is_apart(at: int, source: Source) -> bool:
    """Whether an empty line stands before a sentence."""
    return source.passage.text[source.cuts[at - 1][1] : source.cuts[at][0]].count("\n") > 1 if at else True


def _antecedent(window: Window, source: Source) -> str:
    """The sentence before a window that goes on from it, as it stands there; "" where it does not, or stands apart."""
    passage, at = source.passage, window.parts.start
    if not at or window.rows or not _GOES_ON.match(window.quote):
        return ""
    before, here = source.sentences[at - 1], window.start - passage.start
    start = passage.text.rfind(before, 0, here)
    said = passage.text[start:here]
    is_apart = start < 0 or said[len(before) :] not in ("", " ", "\n") or BLANK in said
    return "" if is_apart or is_row(before) or _NO_PROSE.search(before) else said


def core_of(said: Mapping[str, float], window: Window) -> str:
    """The sentence of a window, or the part of one between semicolons, that has most of what is said."""
    parts = [part for sentence in window.sentences for part in parts_of(sentence)]
    have = [content_of(part) for part in parts]
    shares = [sum(weight for token, weight in said.items() if token in content) for content in have]
    return parts[shares.index(max(shares))] if parts else window.quote


def says_most(text: str, said: Mapping[str, float]) -> bool:
    """Whether a text has so much of what is said that the rest of it is said of the same."""
    have = content_of(text)
    return sum(weight for token, weight in said.items() if token in have) >= SAME_FRAME * sum(said.values()) > 0


def headings_of(passage: Passage) -> list[str]:
    return [heading for heading in passage.section.split(" > ") if heading]


def bare(text: str) -> str:
    """The letters and digits of a text, in lower case."""
    return "".join(filter(str.isalnum, text)).lower()


def long_windows(source: Source, lists: bool = False) -> Iterator[Window]:
    """Every run of more than WINDOW neighbouring sentences or lines, up to LONG_WINDOW; of `lists` those whose lines
    are items but for the first."""
    lengths = range(WINDOW + 1, LONG_WINDOW + 1)
    return _windows(source.passage, source.cuts, source.rows, lengths, lists)


def _windows(
    passage: Passage,
    cuts: Sequence[tuple[int, int]],
    rows: Sequence[ClaimRow],
    lengths: range = range(1, WINDOW + 1),
    lists: bool = False,
) -> Iterator[Window]:
    """Every run of so many neighbouring sentences or lines of a passage that can confirm something: a heading alone, or
    a line without letters, cannot. Of `lists` all lines but the first are items."""
    lines = [passage.text[start:end] for start, end in cuts]
    headings = {bare(heading) for heading in headings_of(passage)} | {""}
    for first in range(len(cuts)):
        for last in range(first, min(first + lengths.stop - 1, len(cuts))):
            start, end = cuts[first][0], cuts[last][1]
            quote = passage.text[start:end]
            if BLANK in quote or (lists and last > first and not LIST_ITEM.match(lines[last])):
                break
            if last - first + 1 < lengths.start or bare(quote) in headings:
                continue
            inside = [row for row in rows if row.start < end and start < row.end]
            yield Window(
                passage.start + start, passage.start + end, quote, content_of(quote), range(first, last + 1), inside,
                lines[first : last + 1],
            )  # fmt: skip
