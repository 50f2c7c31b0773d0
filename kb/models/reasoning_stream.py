"""Thinking: splits reasoning from answer in a stream, keeps the reasoning to its budget, and gets an answer.

Models mark their reasoning badly: a tag arrives in pieces, the opening or the closing one is missing, the
answer stands inside. Whatever comes, what leaves here as Token holds no tag and is not empty.
"""

import re
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Literal, Protocol

from kb.errors import EmptyAnswer
from kb.language.language import repeats, sentences
from kb.messages.coded_text import text_in
from kb.schema import Language, Notice, Revised, Thought, Token, Usage

NoticeKind = Literal["think_budget", "answer_cut", "answer_repeats"]
Output = Thought | Token | Notice | Revised | Usage

_TAG = re.compile(r"<\s{0,3}(/?)\s{0,3}think(?:ing)?\s{0,3}/?>", re.IGNORECASE)
# The beginning of a tag whose end may be in the next delta.
_TAG_START = re.compile(r"<\s{0,3}/?\s{0,3}(?:t|th|thi|thin|think(?:i|in|ing)?\s{0,3}/?)?", re.IGNORECASE)
_QUOTES = "`\"'“‘「『《（("  # a tag right after one of these is spoken of, not used
_FULL_STOP = re.compile(r"[.!?][\"'”’)]*$")  # ends a sentence if white space follows
_FULL_STOP_ZH = re.compile(r"[。！？；][”’」』）]*$")


def answer_in(events: Iterable[Output]) -> str:
    """The answer that a stream of outputs amounts to."""
    text = ""
    for event in events:
        if isinstance(event, Token):
            text += event.text
        elif isinstance(event, Revised):
            text = event.text
    return text


class ThinkSplitter:
    """Splits a stream into Thought and Token; Revised("") takes back what turns out to have been reasoning.

    `inside` says that the stream begins within the reasoning. Folding the events (Token appends,
    Revised replaces, Thought appends) gives the same result however the stream is cut into deltas.
    """

    def __init__(self, *, inside: bool = False) -> None:
        self.inside = inside  # the text that comes next is reasoning
        self.answer = ""
        self.thinking = ""
        self._reasoned = inside  # reasoning was seen, so that a stray closing tag may be a slip
        self._buffer = ""
        self._field = ""
        self._gap = ""  # white space that is only emitted when something follows
        self._thought_gap = ""

    def feed(self, content: str = "", thinking: str = "") -> list[Output]:
        """Take a delta: raw text that may hold tags, and text that the engine itself says is reasoning."""
        events: list[Output] = []
        if thinking:
            self._field += thinking
            events += self._take_field(final=False)
        if content:
            self._buffer += content
            events += self._take(final=False)
        return events

    def ends_sentence(self, following: str) -> bool:
        """Whether the reasoning so far is at the end of a sentence, given the delta that follows it."""
        if self._thought_gap:
            return "\n" in self._thought_gap or bool(_FULL_STOP.search(self.thinking))
        if _FULL_STOP_ZH.search(self.thinking):
            return True
        return following[:1].isspace() and bool(_FULL_STOP.search(self.thinking))

    def finish(self) -> list[Output]:
        """The stream has ended: what was held back goes where it belongs."""
        return self._take_field(final=True) + self._take(final=True)

    def give_up(self) -> list[Output]:
        """The reasoning is ended from outside: what was held back is part of it."""
        self.inside = True
        return self.finish()

    def _take_field(self, final: bool) -> list[Output]:
        text = _TAG.sub("", self._field)
        cut = len(text) if final else _held_from(text)
        self._field = text[cut:]
        return self._think(text[:cut]) if cut else []

    def _take(self, final: bool) -> list[Output]:
        events: list[Output] = []
        while tag := _TAG.search(self._buffer):
            if tag[1] and not self.inside and tag.end() == len(self._buffer) and not final:
                return events + self._emit_before(tag.start())  # what follows decides what the tag meant
            events += self._emit_before(tag.start())
            events += self._cross(tag)
            self._buffer = self._buffer[len(tag[0]) :]
        events += self._emit_before(len(self._buffer) if final else _held_from(self._buffer))
        return events

    def _emit_before(self, end: int) -> list[Output]:
        text, self._buffer = self._buffer[:end], self._buffer[end:]
        if not text:
            return []
        return self._think(text) if self.inside else self._say(text)

    def _cross(self, tag: re.Match[str]) -> list[Output]:
        closing_tag, following = bool(tag[1]), tag.string[tag.end() : tag.end() + 1]
        spoken_of = bool(self.answer) and not self._gap and self.answer[-1] in _QUOTES
        if self.inside:
            if closing_tag:
                self.inside = False
                self._thought_gap = "\n" if self.thinking else ""
            return []
        if not closing_tag:
            if not (spoken_of and self._reasoned):
                self.inside = self._reasoned = True
                self._thought_gap = "\n" if self.thinking else ""
            return []
        if not self.answer or (self._reasoned and (spoken_of or following != "\n")):
            self._reasoned = True
            return []
        # No opening tag came: what was taken for the answer was reasoning.
        text, self.answer, self._gap, self._reasoned = self.answer, "", "", True
        self._thought_gap = "\n" if self.thinking else ""
        events: list[Output] = [Revised("")]
        events += self._think(text)
        self._thought_gap = "\n"
        return events

    def _think(self, text: str) -> list[Output]:
        self._reasoned = True
        text = self._thought_gap + text
        stripped = text.rstrip()
        self._thought_gap = text[len(stripped) :]
        if not self.thinking:
            stripped = stripped.lstrip()
        if not stripped:
            return []
        self.thinking += stripped
        return [Thought(stripped)]

    def _say(self, text: str) -> list[Output]:
        text = self._gap + text
        stripped = text.rstrip()
        self._gap = text[len(stripped) :]
        if not self.answer:
            stripped = stripped.lstrip()
        if not stripped:
            return []
        self.answer += stripped
        if _TAG.search(self.answer, max(0, len(self.answer) - len(stripped) - 20)):
            self.answer = _TAG.sub("", self.answer)  # what stood around a removed tag made another
            return [Revised(self.answer)]
        return [Token(stripped)]


def _held_from(text: str) -> int:
    """Where the beginning of an unfinished tag stands in the text; its length if there is none."""
    start = text.rfind("<")
    return start if start >= 0 and _TAG_START.fullmatch(text, start) else len(text)


def without_tags(text: str) -> str:
    """The answer in a whole text: its reasoning blocks and stray tags taken out."""
    splitter = ThinkSplitter()
    splitter.feed(text)
    splitter.finish()
    return splitter.answer


_SLIP = 64  # tokens of reasoning that a model led to its answer may still emit before it is given up
_LOOP = 3  # sentences said before, one after the other, that end an answer: small models run in circles
_SENTENCE_ENDS = (".", "。", "!", "！", "?", "？", "；", "\n")


@dataclass(frozen=True, slots=True)
class Delta:
    """What an engine emits: about one token. `cut` is set on the last one if the engine stopped at its limit.

    The numbers of tokens are those of prompt and completion so far, where the engine tells them; 0 elsewhere.
    """

    content: str = ""
    thinking: str = ""
    cut: bool = False
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(slots=True)
class _Spent:
    """What one attempt cost. Deltas are counted where it was ended before the engine told how much it wrote."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    reasoning_deltas: int = 0
    answer_deltas: int = 0

    def take(self, delta: "Delta") -> None:
        self.prompt_tokens = delta.prompt_tokens or self.prompt_tokens
        self.completion_tokens = delta.completion_tokens or self.completion_tokens

    def usage(self) -> Usage:
        written = self.completion_tokens or self.reasoning_deltas + self.answer_deltas
        return Usage(self.prompt_tokens, written, min(self.reasoning_deltas, written))


class Attempts(Protocol):
    """The three ways an engine is asked within one answer. Each stream ends when `stop` (the engine's) is set."""

    def reason(self) -> Generator[Delta, None, None]:
        """Reasoning, then the answer if the engine goes on to it by itself."""

    def answer_after(self, reasoning: str) -> Generator[Delta, None, None]:
        """The answer, with this reasoning given as finished."""

    def answer_plainly(self) -> Generator[Delta, None, None]:
        """The answer without reasoning."""


def think_and_answer(
    attempts: Attempts,
    *,
    budget: int,
    answer_tokens: int,
    stop: threading.Event,
    language: Language,
) -> Iterator[Output]:
    """Drive an engine to an answer: reasoning up to `budget` tokens, then at most `answer_tokens` of answer.

    A reasoning that reaches its budget is closed (at the end of a sentence if one comes shortly before)
    and the model goes on to the answer, with a notice. A model that falls silent is led to its answer
    with its reasoning given, then asked without any. Raises EmptyAnswer when it stays silent. Each time it was asked
    ends with a Usage, where the engine counts. Notices are in `language`.
    """
    notice = partial(_notice, language)
    reasoning = ""
    if budget > 0:
        splitter = ThinkSplitter()
        yield from _run(attempts.reason(), splitter, budget, answer_tokens, stop, notice)
        reasoning = splitter.thinking
        if splitter.answer or stop.is_set():
            return
    if reasoning:
        splitter = ThinkSplitter()
        yield from _run(attempts.answer_after(reasoning), splitter, _SLIP, answer_tokens, stop, notice, led=True)
        if splitter.answer or stop.is_set():
            return
    splitter = ThinkSplitter()
    yield from _run(attempts.answer_plainly(), splitter, _SLIP, answer_tokens, stop, notice, led=True)
    if not splitter.answer and not stop.is_set():
        raise EmptyAnswer("answer.empty")


def _run(
    stream: Generator[Delta, None, None],
    splitter: ThinkSplitter,
    budget: int,
    answer_tokens: int,
    stop: threading.Event,
    notice: Callable[[NoticeKind, int], Notice],
    led: bool = False,
) -> Iterator[Output]:
    spent = _Spent()
    yield from _drive(stream, splitter, budget, answer_tokens, stop, notice, led, spent)
    if spent.prompt_tokens:
        yield spent.usage()


def _drive(
    stream: Generator[Delta, None, None],
    splitter: ThinkSplitter,
    budget: int,
    answer_tokens: int,
    stop: threading.Event,
    notice: Callable[[NoticeKind, int], Notice],
    led: bool,
    spent: _Spent,
) -> Iterator[Output]:
    window = 0 if led else min(budget // 3, 32)
    cut = False
    with closing(stream):
        for delta in stream:
            if stop.is_set():
                return
            spent.take(delta)
            if not (delta.content or delta.thinking or delta.cut):
                continue
            reasoning = bool(delta.thinking) or (splitter.inside and not delta.content.lstrip().startswith("<"))
            if reasoning and not splitter.answer:
                is_near = spent.reasoning_deltas >= budget - window
                ripe = is_near and splitter.ends_sentence(delta.thinking or delta.content)
                if spent.reasoning_deltas >= budget or (ripe and not led):
                    if not led:
                        yield from splitter.give_up()
                        yield notice("think_budget", budget)
                    return
            if spent.answer_deltas >= answer_tokens and delta.content:
                cut = True
                break
            yield from splitter.feed(delta.content, delta.thinking)
            cut = delta.cut
            if delta.thinking or splitter.inside:
                spent.reasoning_deltas += 1
            elif delta.content:
                spent.answer_deltas += 1
                if (kept := _before_loop(splitter.answer)) is not None:
                    yield Revised(kept)
                    yield notice("answer_repeats", spent.answer_deltas)
                    return
    yield from splitter.finish()
    if cut and splitter.answer:
        yield notice("answer_cut", answer_tokens)


def _before_loop(answer: str) -> str | None:
    """The answer without the sentences at its end that it had said before; None while those are fewer than _LOOP."""
    if not answer.endswith(_SENTENCE_ENDS):
        return None
    spans = sentences(answer)
    again = list(repeats(answer[start:end] for start, end in spans))
    fresh = next((i for i in range(len(spans) - 1, -1, -1) if not again[i]), -1)
    return answer[: spans[fresh][1]] if len(spans) - 1 - fresh >= _LOOP else None


def _notice(language: Language, kind: NoticeKind, tokens: int) -> Notice:
    code = {"think_budget": "answer.think_budget", "answer_cut": "answer.cut", "answer_repeats": "answer.repeats"}[kind]
    values = {} if kind == "answer_repeats" else {"tokens": tokens}
    return Notice(kind, text_in(language, code, **values))
