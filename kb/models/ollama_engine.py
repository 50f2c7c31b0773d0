"""The Ollama engine: a reasoning model on an Ollama server, with a budget that the server does not have."""

import math
import threading
from collections.abc import Generator, Iterator, Sequence
from typing import Any

from kb.config import LLMSettings
from kb.errors import ModelError
from kb.language.prompt_text import conversation_language, estimate_tokens, without_control_tokens
from kb.models import cancellation, shipped_adapters, speed
from kb.models.cancellation import Cancellation
from kb.models.ollama_server import PATIENCE_SECONDS, CannotThink, OllamaServer
from kb.models.reasoning_stream import Delta, Output, answer_in, think_and_answer
from kb.schema import Message

THINK_BUDGET = 1024
TEMPERATURE = 0.6  # with top_p 0.95: the advice of DeepSeek-R1's makers
_TOP_TOKENS = 20  # the most that the server lists
_LOADED = 100e6  # bytes a second of a model that is loaded from a slow disk
_SLOW = 20.0  # tokens of a prompt a second, where nothing is known of the machine


class OllamaModel:
    """A model on an Ollama server. Several generations at once are queued by the server."""

    engine = "ollama"
    reasons = True  # or answers at once; it is never led

    def __init__(self, settings: LLMSettings, model: str | None = None, server: OllamaServer | None = None) -> None:
        """Find the model. Raises EngineUnavailable, ModelMissing or RefusedByPolicy."""
        self._server = server or OllamaServer(settings.ollama_host, settings.timeout_seconds)
        found = self._server.find(model or settings.model)
        self.name = found.name
        self.context_tokens = settings.context_tokens
        self.think_budget = THINK_BUDGET if settings.think_budget is None else settings.think_budget
        self._digest = found.digest
        self.size = found.size
        self._settings = settings
        self.thinks = "thinking" in self._server.capabilities(self.name)
        self._keeps_prefill: bool | None = None  # whether the model's renderer lets a reasoning be given

    def digest(self) -> str:
        """The server's digest of the model."""
        return self._digest

    def count_tokens(self, text: str) -> int:
        """An estimate on the safe side: the server has no route that counts."""
        return estimate_tokens(text)

    def warm_up(self) -> None:
        """Load the model on the server now rather than at the first question."""
        body = {"model": self.name, "messages": [], "options": self._options(1, 0.0, None)}
        for _ in self.chat(body, None):
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
        """Reasoning, then the answer; see kb.llm.Model."""
        budget = self.think_budget if think_budget is None else think_budget
        limit = self._settings.answer_tokens if answer_tokens is None else answer_tokens
        warmth = next(t for t in (temperature, self._settings.temperature, TEMPERATURE) if t is not None)

        def work(cancellation: Cancellation) -> Generator[Output, None, None]:
            # Without reasoning the server ends by itself, where it would have to be hung up just then.
            options = self._options(budget + limit + 1 if budget else limit, warmth, seed)
            attempts = _Attempts(self, self._server, messages, options, cancellation)
            spoken = conversation_language(messages)
            yield from think_and_answer(
                attempts, budget=budget, answer_tokens=limit, stop=cancellation, language=spoken
            )

        return cancellation.run(work, stop)

    def complete(
        self, messages: Sequence[Message], *, answer_tokens: int = 128, stop: threading.Event | None = None
    ) -> str:
        """A short answer without reasoning, at temperature 0."""
        return answer_in(
            self.generate(messages, think_budget=0, answer_tokens=answer_tokens, temperature=0.0, stop=stop)
        )

    def preference(
        self,
        messages: Sequence[Message],
        options: Sequence[str],
        stop: threading.Event | None = None,
        by: shipped_adapters.Name | None = None,
    ) -> dict[str, float] | None:
        """How probable each option is as the beginning of the answer, whatever its case, as shares of their sum.

        None when the server lists no probabilities, or none of the options among the likely tokens, or when `stop` was
        set; and for an adapter, which is of other weights than those of a server.
        """
        if by is not None:
            return None
        body = {
            "model": self.name,
            "messages": turns(messages, self.name, with_thinking=False),
            "options": self._options(1, 0.0, None),
            "logprobs": True,
            "top_logprobs": _TOP_TOKENS,
        }
        if self.thinks:
            body["think"] = False
        probability = dict.fromkeys(options, 0.0)

        # To its end, which is near: to hang up now and then makes the server stand still.
        told = [line["logprobs"][0] for line in self.chat(body, stop) if line.get("logprobs")]
        first: dict[str, Any] = told[0] if told else {}
        for token in first.get("top_logprobs") or []:
            text = token["token"].strip().casefold()
            meant = [option for option in options if text and option.casefold().startswith(text)]
            if len(meant) == 1:
                probability[meant[0]] += math.exp(token["logprob"])
        total = sum(probability.values())
        return {option: p / total for option, p in probability.items()} if total else None

    def chat(self, body: dict[str, Any], stop: threading.Event | None) -> Iterator[dict[str, Any]]:
        """The lines of a chat; see `OllamaServer.chat`, with the patience that loading and the prompt need."""
        tokens = sum(estimate_tokens(turn["content"]) for turn in body["messages"])
        known = speed.expected(self.engine, self.size)
        reading = tokens / (known.read if known is not None else _SLOW)
        return self._server.chat(body, stop, PATIENCE_SECONDS + self.size / _LOADED + 3 * reading)

    def close(self) -> None:
        """Nothing is held open; the server unloads the model by itself."""

    def keeps_prefill(self, body: dict[str, Any], reasoning: str) -> bool:
        """Whether a reasoning given in the last message stands in the prompt that the server renders."""
        if self._keeps_prefill is None:
            rendered = self._server.render(body)
            self._keeps_prefill = rendered is None or reasoning in rendered
        return self._keeps_prefill

    def _options(self, tokens: int, temperature: float, seed: int | None) -> dict[str, Any]:
        # num_ctx is always sent and constant: the default is 4096, and a change reloads the model.
        options: dict[str, Any] = {
            "num_ctx": self.context_tokens,
            "num_predict": tokens,
            "temperature": temperature,
            "top_p": 0.95,
        }
        if seed is not None:
            options["seed"] = seed
        return options


class _Attempts:
    """The ways one question is put to the model; see kb.thinking.Attempts."""

    def __init__(
        self,
        model: OllamaModel,
        server: OllamaServer,
        messages: Sequence[Message],
        options: dict[str, Any],
        cancellation: Cancellation,
    ) -> None:
        self._model = model
        self._server = server
        self._messages = messages
        self._options = options
        self._cancellation = cancellation

    def reason(self) -> Generator[Delta, None, None]:
        body = self._body(with_thinking=True)
        if self._model.thinks:
            try:
                yield from self._stream({**body, "think": True})
                return
            except CannotThink:  # the server refuses before the first token
                self._model.thinks = False
        yield from self._stream(body)

    def answer_after(self, reasoning: str) -> Generator[Delta, None, None]:
        body = self._body(with_thinking=True)
        reasoning = without_control_tokens(reasoning)
        if self._model.thinks:
            # With empty content some of the server's renderers keep on reasoning.
            given = {"role": "assistant", "thinking": reasoning, "content": "\n"}
            led = {**body, "think": True, "messages": [*body["messages"], given]}
            if self._model.keeps_prefill(led, reasoning):
                return self._stream(led)
        given = {"role": "assistant", "content": f"<think>\n{reasoning}\n</think>\n\n"}
        led = {**body, "messages": [*body["messages"], given]}
        return self._stream({**led, "think": False} if self._model.thinks else led)

    def answer_plainly(self) -> Generator[Delta, None, None]:
        body = self._body(with_thinking=False)
        return self._stream({**body, "think": False} if self._model.thinks else body)

    def _body(self, with_thinking: bool) -> dict[str, Any]:
        messages = turns(self._messages, self._model.name, with_thinking, raw_tags=not self._model.thinks)
        return {"model": self._model.name, "messages": messages, "options": self._options}

    def _stream(self, body: dict[str, Any]) -> Generator[Delta, None, None]:
        done = False
        for line in self._model.chat(body, self._cancellation):
            message = line.get("message") or {}
            done = bool(line.get("done"))
            tokens = 0, 0
            if done:
                tokens = int(line.get("prompt_eval_count") or 0), int(line.get("eval_count") or 0)
                read = int(line.get("prompt_eval_count") or 0), (line.get("prompt_eval_duration") or 0) / 1e9
                written = int(line.get("eval_count") or 0), (line.get("eval_duration") or 0) / 1e9
                speed.record("ollama", self._model.size, read, written)
            cut = done and line.get("done_reason") == "length"
            content, thinking = message.get("content") or "", message.get("thinking") or ""
            if content or thinking or cut or any(tokens):
                yield Delta(content, thinking, cut, *tokens)
        if not done and not self._cancellation.is_set():
            raise ModelError("ollama.broke_off", address=self._server.address)


def turns(messages: Sequence[Message], model: str, with_thinking: bool, raw_tags: bool = False) -> list[dict[str, str]]:
    """The conversation in the server's form. DeepSeek-R1 is given no system turn, as its makers advise."""
    system = ""
    result: list[dict[str, str]] = []
    for message in messages:
        content = without_control_tokens(message.content)
        if message.role == "system" and "deepseek-r1" in model.lower():
            system += f"{content}\n\n"
            continue
        if message.role == "user" and system:
            content, system = system + content, ""
        turn = {"role": message.role, "content": content}
        if message.role == "assistant" and message.thinking and with_thinking:
            thinking = without_control_tokens(message.thinking)
            if raw_tags:
                turn["content"] = f"<think>\n{thinking}\n</think>\n\n{content}"
            else:
                turn["thinking"] = thinking
        result.append(turn)
    return result
