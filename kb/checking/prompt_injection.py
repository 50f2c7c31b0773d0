"""Orders: text in a document that speaks to the model instead of the reader. It is shown, and never obeyed or cited.

A paragraph counts as orders when it sets instructions aside and speaks of a model or dictates what is to be answered,
when it speaks to a model as "you" and dictates, when it speaks as the system and dictates, or when it says how "your
answer" is to be changed. A policy on the use of assistants speaks of them, and to staff.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from kb.checking.order_patterns import (
    ADDS_TO_ANSWER,
    CHANGES_LETTERS,
    DICTATES,
    FORBIDDEN,
    SETS_ASIDE,
    SPEAKS_AS_SYSTEM,
    SPEAKS_OF_A_MODEL,
    SPEAKS_TO_A_MODEL,
)
from kb.language.invisible import without_invisible
from kb.language.language import nfkc
from kb.schema import Passage

_PARAGRAPH = re.compile(r"(?:[^\n]|(?<=[:：])\n(?:[^\S\n]*\n)?|\n(?![^\S\n]*\n))+")
_LINE = re.compile(r"[^\n]+")
LONG = 1_200  # characters; a longer paragraph is a page or a table, of which an order is some lines
BLANK = "\n" * 12  # no quote runs over so many line breaks: there something was taken out
_FALSE_NUMBER = re.compile(r"^([^\S\n]*)[\[【［〔]([^\S\n]*\d{1,3}[^\S\n]*)[\]】］〕]", re.MULTILINE)
_CELLS = re.compile(r"[|\t]")


@lru_cache(maxsize=256)
def without_orders(passage: Passage) -> Passage:
    """The passage as a model may read it, and as a claim may rest on it: orders are taken out of text, title, section
    and table header. The text keeps its length, so that offsets hold."""
    text = passage.text
    for start, end in orders_in(text):
        text = text[:start] + "\n" * (end - start) + text[end:]
    title, section, header = (_name(part) for part in (passage.title, passage.section, passage.header))
    if gives_orders(f"{title}. {section}. {header}"):  # one order in several parts
        title = section = header = ""
    return replace(passage, text=text, title=title, section=section, header=header)


def said_in_conversation(text: str) -> str:
    """What was answered earlier, which may repeat a document, without its orders."""
    for start, end in reversed(list(orders_in(text))):
        text = text[:start] + text[end:]
    return text


def without_false_numbers(text: str) -> str:
    """The text with a `[2]` at the beginning of a line written as `(2)`: only a passage's own number looks like one."""
    return _FALSE_NUMBER.sub(r"\1(\2)", text)


def paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """Offsets of the paragraphs, to the next blank line; what a colon announces belongs to it."""
    return (paragraph.span() for paragraph in _PARAGRAPH.finditer(text))


def orders_in(text: str) -> Iterator[tuple[int, int]]:
    """Offsets of the paragraphs that give a model orders; of a very long one, of its lines that do."""
    for start, end in paragraphs(text):
        if not gives_orders(text[start:end]):
            continue
        lines = list(_LINE.finditer(text, start, end)) if end - start > LONG else []
        ordering = [line.span() for line in lines if gives_orders(line.group())]
        yield from ordering or [(start, end)]


def gives_orders(text: str) -> bool:
    """Whether a text speaks to a model, and tells it what to do."""
    text = nfkc(without_invisible(text))
    line = " ".join(text.split())
    dictates, to_a_model = DICTATES.search(line), SPEAKS_TO_A_MODEL.search(line)
    if SETS_ASIDE.search(FORBIDDEN.sub(" ", line)):
        return bool(dictates or to_a_model or SPEAKS_OF_A_MODEL.search(line))
    if dictates and (to_a_model or SPEAKS_AS_SYSTEM.search(text)):
        return True
    return bool(CHANGES_LETTERS.search(line) or ADDS_TO_ANSWER.search(line))


def _name(text: str) -> str:
    """A title, a section path or a table header; "" if it gives orders, as one or in one of its parts."""
    return "" if any(map(gives_orders, (text, *_CELLS.split(text), *text.split(" > ")))) else text
