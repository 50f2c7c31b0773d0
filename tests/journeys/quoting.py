"""A language model for `kb up` that quotes its passages, put in through the settings as a LlamaIndex LLM.

    KB_LLM__ENGINE=llamaindex KB_LLM__LLAMAINDEX_CLASS=tests.journeys.quoting:QuotingLLM

What it says stands in the passages, so that a test sees which documents the product gives it.
"""

import re
import time
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from llama_index.core.base.llms.types import ChatMessage, ChatResponse, LLMMetadata
from llama_index.core.llms import CustomLLM

from kb.answering.prompts import NOT_FOUND

_PASSAGE = re.compile(r"^\[(\d+)\] .*\n", re.MULTILINE)
_SENTENCE = re.compile(r"[^。.\n]+[。.]")
_PIECE = re.compile(r"[\u4e00-\u9fff]{1,3}|[^\u4e00-\u9fff\s]*\s*")
_ENOUGH = 0.4  # of the question's pairs of letters
_PAUSE = 0.25  # seconds


class QuotingLLM(CustomLLM):
    """Says the sentence that shares most letters with the question; all sentences to one with "everything" or "全部".

    While the file `slowly` exists each word takes a quarter of a second, and the last quarter of an answer does not
    come.
    """

    slowly: str

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(model_name="quoting", context_window=8192)

    def stream_chat(self, messages: Sequence[ChatMessage], **_: Any) -> Iterator[ChatResponse]:
        prompt = str(messages[-1].content)
        pieces = _PIECE.findall(_said(prompt))
        held = len(pieces) * 3 // 4 if _asked(prompt) else len(pieces)
        for number, piece in enumerate(pieces):
            while Path(self.slowly).exists():
                time.sleep(_PAUSE)
                if number < held:
                    break
            yield ChatResponse(message=ChatMessage(role="assistant", content=""), delta=piece)

    def complete(self, prompt: str, formatted: bool = False, **_: Any) -> Any:
        raise NotImplementedError

    def stream_complete(self, prompt: str, formatted: bool = False, **_: Any) -> Any:
        raise NotImplementedError


def _asked(prompt: str) -> re.Match[str] | None:
    return re.search(r"^(Question:|问题：) (.*)$", prompt.rpartition("\n\n")[2], re.MULTILINE)


def _said(prompt: str) -> str:
    passages, _, request = prompt.rpartition("\n\n")
    asked = _asked(prompt)
    if asked is None:  # to be rewritten: it stands alone as it is
        return re.split("User: |用户：", request)[-1]
    question = asked[2]
    wanted, whole = set(pairwise(question.lower())), re.search("everything|全部", question)
    best = (_ENOUGH, NOT_FOUND["en" if asked[1] == "Question:" else "zh"])
    parts = _PASSAGE.split(passages)
    for number, text in zip(parts[1::2], parts[2::2], strict=True):
        sentences = [f"{s[:-1].strip()} [{number}]{s[-1]}" for s in _SENTENCE.findall(text)]
        for sentence in sentences:
            share = len(wanted & set(pairwise(sentence.lower()))) / len(wanted)
            best = max(best, (1 + share, " ".join(sentences)) if whole else (share, sentence))
    return best[1]
