"""The LlamaIndex engine: any LLM class of that framework, named in the settings, in the place of ours."""

import importlib
import threading
from collections.abc import Generator, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from kb.config import LLMSettings
from kb.errors import ConfigError, EngineUnavailable, KBError, ModelError
from kb.language.prompt_text import conversation_language, estimate_tokens, without_control_tokens
from kb.models import cancellation, shipped_adapters
from kb.models.cancellation import Cancellation
from kb.models.reasoning_stream import Delta, Output, think_and_answer, without_tags
from kb.schema import Message, Revised, Token

if TYPE_CHECKING:
    from llama_index.core.base.llms.types import ChatMessage
    from llama_index.core.llms import LLM

THINK_BUDGET = 1024
_GO_ON = {  # such an LLM offers no way to give it a reasoning as its own, so it is told
    "zh": "你已经思考过：\n{reasoning}\n\n不要再思考，请直接给出最终回答。",
    "en": "You have already thought about it:\n{reasoning}\n\nDo not think any further. Give the final answer now.",
}


class LlamaIndexModel:
    """An LLM of LlamaIndex. Sampling is the instance's own: no options are shared by all classes."""

    engine = "llamaindex"
    reasons = True  # or answers at once; it is never led

    def __init__(self, settings: LLMSettings) -> None:
        """Make the instance from `llm.llamaindex_class` and its options. Raises ConfigError or EngineUnavailable."""
        self._llm = _instance(settings)
        self._settings = settings
        metadata = self._llm.metadata
        self.name = metadata.model_name or settings.llamaindex_class.partition(":")[2]
        window = metadata.context_window
        self.context_tokens = min(settings.context_tokens, window) if window > 0 else settings.context_tokens
        self.think_budget = THINK_BUDGET if settings.think_budget is None else settings.think_budget

    def digest(self) -> str:
        """The class and the model's name: LlamaIndex knows nothing of weights."""
        return f"{self._settings.llamaindex_class}/{self.name}"

    def count_tokens(self, text: str) -> int:
        """An estimate on the safe side."""
        return estimate_tokens(text)

    def warm_up(self) -> None:
        """Nothing that all such LLMs share."""

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
        """Reasoning, then the answer; see kb.llm.Model. `temperature` and `seed` cannot be passed on."""
        budget = self.think_budget if think_budget is None else think_budget
        limit = self._settings.answer_tokens if answer_tokens is None else answer_tokens

        def work(cancellation: Cancellation) -> Generator[Output, None, None]:
            attempts = _Attempts(self._llm, messages)
            spoken = conversation_language(messages)
            yield from think_and_answer(
                attempts, budget=budget, answer_tokens=limit, stop=cancellation, language=spoken
            )

        return cancellation.apart(work, stop)  # nothing wakes a class of the user's own

    def complete(
        self, messages: Sequence[Message], *, answer_tokens: int = 128, stop: threading.Event | None = None
    ) -> str:
        """A short answer; reasoning that the model emits all the same is left out."""
        text = ""
        for event in self.generate(messages, think_budget=256, answer_tokens=answer_tokens, stop=stop):
            if isinstance(event, Token):
                text += event.text
            elif isinstance(event, Revised):
                text = event.text
        return without_tags(text)

    def preference(
        self,
        messages: Sequence[Message],
        options: Sequence[str],
        stop: threading.Event | None = None,
        by: shipped_adapters.Name | None = None,
    ) -> dict[str, float] | None:
        """None: LlamaIndex has no probabilities that all classes share."""
        return None

    def close(self) -> None:
        """Nothing that all such LLMs share."""


class _Attempts:
    """The ways one question is put to the model; see kb.thinking.Attempts."""

    def __init__(self, llm: "LLM", messages: Sequence[Message]) -> None:
        self._llm = llm
        self._messages = messages

    def reason(self) -> Generator[Delta, None, None]:
        return self._stream(self._messages)

    def answer_after(self, reasoning: str) -> Generator[Delta, None, None]:
        go_on = _GO_ON[conversation_language(self._messages)].format(reasoning=reasoning)
        return self._stream([*self._messages, Message("user", go_on)])

    def answer_plainly(self) -> Generator[Delta, None, None]:
        return self._stream(self._messages)

    def _stream(self, messages: Sequence[Message]) -> Generator[Delta, None, None]:
        try:
            for reply in self._llm.stream_chat(_merged(messages)):
                thinking = str(reply.additional_kwargs.get("thinking_delta") or "")
                if reply.delta or thinking:
                    yield Delta(reply.delta or "", thinking)
        except KBError:
            raise
        except Exception as error:  # each class has errors of its own
            raise ModelError("llamaindex.failed", name=type(self._llm).__name__, why=error) from error


def _merged(messages: Sequence[Message]) -> "list[ChatMessage]":
    """The conversation as LlamaIndex has it; neighbours of one role are joined, as many models demand."""
    from llama_index.core.base.llms.types import ChatMessage, MessageRole

    turns: list[tuple[str, str]] = []
    for message in messages:
        content = without_control_tokens(message.content)
        if turns and turns[-1][0] == message.role:
            turns[-1] = (message.role, f"{turns[-1][1]}\n\n{content}")
        else:
            turns.append((message.role, content))
    return [ChatMessage(role=MessageRole(role), content=content) for role, content in turns]


def _instance(settings: LLMSettings) -> "LLM":
    from llama_index.core.llms import LLM

    named = settings.llamaindex_class
    module_name, found, class_name = named.partition(":")
    if not found or not module_name or not class_name:
        raise ConfigError("llamaindex.no_class", name=named)
    try:
        cls: Any = getattr(importlib.import_module(module_name), class_name)
    except (ImportError, AttributeError) as error:
        raise ConfigError("llamaindex.not_imported", name=named, why=error) from None
    if not (isinstance(cls, type) and issubclass(cls, LLM)):
        raise ConfigError("llamaindex.no_llm", name=named)
    try:
        return cls(**settings.llamaindex_options)
    except Exception as error:  # each class has errors of its own
        raise EngineUnavailable("llamaindex.not_made", name=named, why=error) from error
