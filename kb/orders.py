"""Orders: text in a document that speaks to the model instead of the reader. It is shown, and never obeyed or cited.

A paragraph counts as orders when it does at least two of three things: sets instructions aside, speaks to a
model, and dictates what is to be answered. A policy that merely writes about such attacks does one.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from kb.schema import Passage

_SIGNS = (
    re.compile(
        r"\b(ignore|disregard|forget|override)\b[^.]{0,40}\b(instructions?|prompts?|rules|guidelines|context)\b"
        r"|(忽略|无视|忘记|忘掉)[^。]{0,16}(指令|指示|提示|规则|要求|设定)",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(ai|language|chat) ?(assistants?|models?|bots?)\b|\bllms?\b|\bsystem prompt\b|\byou are now\b|\bassistant:"
        r"|(AI|人工智能|智能|语言|大)\s*(助手|模型)|系统提示词?|你现在是|你的新身份",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(whatever|no matter what) [^.]{0,30}\basks?\b"
        r"|\b(answer|reply|respond|say)s?\b (only |always )?(that|with)\b"
        r"|\b(end|begin|start) (every|each|your) (answer|reply|response)|\bdo not (mention|tell|reveal|cite)\b"
        r"|\b(always|must) (answer|reply|respond|include)\b|\btell the user\b"
        r"|(无论|不管)[^。]{0,12}(问|提问)|(一律|必须|都要|始终)[^。]{0,6}(回答|回复|答复)|不要(提及|提到|引用|透露)|告诉用户",
        re.IGNORECASE,
    ),
)
_PARAGRAPH = re.compile(r"(?:[^\n]|\n(?!\s*\n))+")
BLANK = "\n" * 12  # no quote runs over so many line breaks: there something was taken out


def without_orders(passage: Passage) -> Passage:
    """The passage with paragraphs of orders blanked out. Its length stays, so offsets hold."""
    text = passage.text
    for start, end in orders_in(text):
        text = text[:start] + "\n" * (end - start) + text[end:]
    return passage if text == passage.text else replace(passage, text=text)


def orders_in(text: str) -> Iterator[tuple[int, int]]:
    """Offsets of the paragraphs that give a model orders."""
    for paragraph in _PARAGRAPH.finditer(text):
        flat = " ".join(paragraph.group().split())
        if sum(bool(sign.search(flat)) for sign in _SIGNS) >= 2:
            yield paragraph.span()
