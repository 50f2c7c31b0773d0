"""Orders: text in a document that speaks to the model instead of the reader. It is shown, and never obeyed or cited.

A paragraph counts as orders when it sets instructions aside and speaks of a model or dictates what is to be answered,
or when it speaks to a model as "you" and dictates. A policy on the use of assistants speaks of them, and to staff.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from kb.schema import Passage

_SETS_ASIDE = re.compile(
    r"\b(ignore|disregard|forget|override)\b[^.]{0,40}\b(instructions?|prompts?|rules|guidelines|context)\b"
    r"|(忽略|无视|忘记|忘掉)[^。]{0,16}(指令|指示|提示|规则|要求|设定)",
    re.IGNORECASE,
)
_FORBIDDEN = re.compile(
    r"\b(never|(must|may|shall|should|do|can) ?not|don['’]t) (try to )?(ignore|disregard|forget|override)\b"
    r"|(不得|不要|不能|不可|不准|禁止|严禁)[^。，]{0,12}(忽略|无视|忘记|忘掉)",
    re.IGNORECASE,
)
_MODEL = r"(?:(?:ai|language|chat) ?(?:assistants?|models?|bots?)|llms?)\b"
_SPEAKS_OF_A_MODEL = re.compile(rf"\b{_MODEL}|(AI|人工智能|智能|语言|大)\s*(助手|模型)", re.IGNORECASE)
_SPEAKS_TO_A_MODEL = re.compile(
    rf"\b(note|attention|message|notice|instructions?|dear|hey) ?(to|for)? (the |all |any |every )?{_MODEL}"
    r"|\byou are (now )?(an? |the )?([\w-]+ )?(ai|language model|assistant|chat ?bot)\b|\byou are now\b|\bas an ai\b"
    r"|\bsystem prompt\b|\bassistants?\s*[:,]"
    r"|系统提示词?|你(现在)?是(一个|一名)?[^。，]{0,8}(助手|模型)|你现在是|你的新身份|(助手|模型)\s*[，,：:]|(致|告|对)[^。，]{0,6}(助手|模型)",
    re.IGNORECASE,
)
_DICTATES = re.compile(
    r"\b(whatever|no matter what) [^.]{0,30}\basks?\b"
    r"|\b(answer|reply|respond|say)s?\b (only |always )?(that|with)\b"
    r"|\b(end|begin|start) (every|each|your) (answer|reply|response)|\bdo not (mention|tell|reveal|cite)\b"
    r"|\b(always|must) (answer|reply|respond|include)\b|\btell the user\b"
    r"|(无论|不管)[^。]{0,12}(问|提问)|(一律|必须|都要|始终)[^。]{0,6}(回答|回复|答复)|不要(提及|提到|引用|透露)|告诉用户",
    re.IGNORECASE,
)
_PARAGRAPH = re.compile(r"(?:[^\n]|\n(?![^\S\n]*\n))+")
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
        if _gives_orders(" ".join(paragraph.group().split())):
            yield paragraph.span()


def _gives_orders(text: str) -> bool:
    dictates, to_a_model = _DICTATES.search(text), _SPEAKS_TO_A_MODEL.search(text)
    if _SETS_ASIDE.search(_FORBIDDEN.sub(" ", text)):
        return bool(dictates or to_a_model or _SPEAKS_OF_A_MODEL.search(text))
    return bool(dictates and to_a_model)
