"""Prompt text: what is done to the words of people and documents before a model reads them."""

import math
import re
from collections.abc import Sequence

from kb.schema import Language, Message

_CONTROL_TOKEN = re.compile(r"<([|｜])([^<>|｜\n]{1,40})([|｜])>")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]")
_PIECES = re.compile(r"(?P<word>[A-Za-z]+)|(?P<space>[ \t]+)|(?P<other>.)", re.DOTALL)


def without_control_tokens(text: str) -> str:
    """The text with chat markers such as `<|im_start|>` broken up.

    An engine reads them as the turn of another speaker, so that a document could speak as the system.
    """
    return _CONTROL_TOKEN.sub(r"< \1\2\3 >", text)


def conversation_language(messages: Sequence[Message]) -> Language:
    """The language of the last thing that the model was told, for notices: "zh" if it has Chinese characters."""
    last = next((message.content for message in reversed(messages) if message.role != "assistant"), "")
    return "zh" if _CJK.search(last[-2000:]) else "en"


def estimate_tokens(text: str) -> int:
    """At least as many tokens as a common tokenizer makes of the text, for engines that cannot count.

    Words count a token for each 4 letters begun, single spaces none, and any other character one.
    """
    count = 0
    for piece in _PIECES.finditer(text):
        if piece["word"]:
            count += math.ceil(len(piece["word"]) / 4)
        elif piece["space"]:
            count += len(piece["space"]) > 1
        else:
            count += 1 if ord(piece["other"]) < 0x10000 else 3
    return count
