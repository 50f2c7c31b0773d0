"""Fakes: a language model that says what a test wrote down, through the same driver as the real ones."""

import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence

from kb.language.prompt_text import conversation_language, estimate_tokens
from kb.models import cancellation, shipped_adapters
from kb.models.cancellation import Cancellation
from kb.models.reasoning_stream import Delta, Output, think_and_answer
from kb.schema import Message


class OnDemand:
    """A reply without an end, each word of which is written when it is asked for; it says so when nobody takes more."""

    def __init__(self) -> None:
        self._asked = threading.Semaphore(0)
        self.written = 0
        self.ended = threading.Event()

    def ask(self, words: int = 1) -> None:
        """Ask for so many words more."""
        self._asked.release(words)

    def __iter__(self) -> Iterator[str]:
        try:
            while True:
                self._asked.acquire()
                self.written += 1
                yield f"word {self.written} "
        finally:
            self.ended.set()


Reply = str | Sequence[str | Delta | BaseException | threading.Event] | OnDemand


class ScriptedModel:
    """A queue of replies: each request to the model takes the next, and the last one is repeated.

    A reply is a text, cut into words, or a list of deltas: text with raw tags, Delta(thinking=...), an
    exception that is raised there, or an Event that is waited for there.

        ScriptedModel(["<think>why</think>\n\nBecause [1]."])
        ScriptedModel([["<thi", "nk>wh", "y</think>", "Because [1]."], [ModelError("the server died")]])

    `completions` are the texts that `complete` gives, in turn (default: the last user message);
    `preferences` what `preference` gives. `requests` holds the messages of every call to `generate`.
    """

    engine = "embedded"
    reasons = True

    def __init__(
        self,
        replies: Iterable[Reply] = ("<think>It is so.</think>\n\nIt is so [1].",),
        *,
        completions: Iterable[str] = (),
        preferences: Iterable[dict[str, float] | None] = (),
        name: str = "scripted",
        context_tokens: int = 4096,
        think_budget: int = 48,
        answer_tokens: int = 512,
    ) -> None:
        self.name = name
        self.context_tokens = context_tokens
        self.requests: list[tuple[Message, ...]] = []
        self.options: list[dict[str, object]] = []
        self.completion_requests: list[tuple[Message, ...]] = []
        self.preference_requests: list[tuple[Message, ...]] = []
        self.weights = "0" * 64
        self.verdicts: Mapping[str, float] | None = None  # what the verifier gives, of the options
        self.confirmed: Mapping[str, float] | None = None  # and what the confirmer gives
        self.confirmed_of: dict[str, Mapping[str, float]] = {}  # and gives of what ends with these words
        self.verdict_requests: list[tuple[Message, ...]] = []
        self.confirmer_requests: list[tuple[Message, ...]] = []
        self.closed = False
        self._replies = deque(replies)
        self._completions = deque(completions)
        self._preferences = deque(preferences)
        self.think_budget = think_budget
        self._answer_tokens = answer_tokens

    def expect(self, preferences: Iterable[dict[str, float] | None]) -> None:
        """What `preference` gives from now on, in turn."""
        self._preferences = deque(preferences)

    def digest(self) -> str:
        return self.weights

    def count_tokens(self, text: str) -> int:
        return estimate_tokens(text)

    def warm_up(self) -> None:
        pass

    def generate(
        self,
        messages: Sequence[Message],
        *,
        think_budget: int | None = None,
        answer_tokens: int | None = None,
        temperature: float | None = None,
        seed: int | None = None,
        stop: threading.Event | None = None,
    ) -> Iterator[Output]:
        self.requests.append(tuple(messages))
        self.options.append({"think_budget": think_budget, "temperature": temperature, "seed": seed})
        budget = self.think_budget if think_budget is None else think_budget
        limit = self._answer_tokens if answer_tokens is None else answer_tokens

        def work(cancellation: Cancellation) -> Generator[Output, None, None]:
            yield from think_and_answer(
                _Attempts(self._replies, cancellation),
                budget=budget,
                answer_tokens=limit,
                stop=cancellation,
                language=conversation_language(messages),
            )

        return cancellation.apart(work, stop)  # a reply may wait for what nothing wakes

    def complete(
        self, messages: Sequence[Message], *, answer_tokens: int = 128, stop: threading.Event | None = None
    ) -> str:
        self.completion_requests.append(tuple(messages))
        return self._completions.popleft() if self._completions else messages[-1].content

    def preference(
        self,
        messages: Sequence[Message],
        options: Sequence[str],
        stop: threading.Event | None = None,
        by: shipped_adapters.Name | None = None,
    ) -> dict[str, float] | None:
        if by in ("verifier", "confirmer"):
            (self.verdict_requests if by == "verifier" else self.confirmer_requests).append(tuple(messages))
            told = self.verdicts
            if by == "confirmer":
                ends = messages[-1].content.endswith
                told = next((each for words, each in self.confirmed_of.items() if ends(words)), self.confirmed)
            return None if told is None else {option: told.get(option, 0.0) for option in options}
        self.preference_requests.append(tuple(messages))
        return self._preferences.popleft() if self._preferences else None

    def close(self) -> None:
        self.closed = True


class _Attempts:
    def __init__(self, replies: deque[Reply], cancellation: Cancellation) -> None:
        self._replies = replies
        self._cancellation = cancellation

    def reason(self) -> Generator[Delta, None, None]:
        return self._next()

    def answer_after(self, reasoning: str) -> Generator[Delta, None, None]:
        return self._next()

    def answer_plainly(self) -> Generator[Delta, None, None]:
        return self._next()

    def _next(self) -> Generator[Delta, None, None]:
        reply = self._replies.popleft() if len(self._replies) > 1 else self._replies[0]
        pieces = reply.replace(" ", "\0 ").split("\0") if isinstance(reply, str) else reply
        for piece in pieces:
            if isinstance(piece, BaseException):
                raise piece
            if isinstance(piece, threading.Event):
                while not piece.wait(0.01):
                    if self._cancellation.is_set():
                        return
            else:
                yield piece if isinstance(piece, Delta) else Delta(piece)
