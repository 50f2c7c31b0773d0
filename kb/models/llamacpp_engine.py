"""The embedded engine: llama.cpp in this process, with a small instruct model that is led through its reasoning."""

import contextlib
import http.client
import json
import math
import os
import secrets
import threading
import weakref
from collections.abc import Generator, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from queue import SimpleQueue
from typing import Any
from urllib.parse import urlsplit

from kb.config import LLMSettings
from kb.errors import ContextOverflow, EngineUnavailable, ModelError
from kb.language.prompt_text import conversation_language, without_control_tokens
from kb.models import cancellation, shipped_adapters, speed, weights
from kb.models.adapters import Adapter, adapter_at
from kb.models.cancellation import Cancellation
from kb.models.reasoning_stream import Delta, Output, answer_in, think_and_answer
from kb.schema import Message

THINK_BUDGET = 64
MAX_CONTEXT = 4096
_BATCH = 64  # prompt tokens at a time: a stop is honoured between two batches, and larger ones gain under 5 %
_PROMPT_CACHE_MB = 512  # keeps the shared beginning of prompts across other calls
_LEAST_ANSWER = 64
_NICENESS = 5  # of the threads that compute: a search is short, and goes first
# Some seconds of work that tell how fast the machine is.
_SAMPLE = {"prompt": "The office opens at eight and closes at six. " * 12, "n_predict": 12, "ignore_eos": True}
_USUAL, _VERIFYING = 0, 1  # slots: each keeps what it read last, and the verifier's is at hand at the next answer
# Begins what the verifier reads, and nothing else: the prompt cache does not know by which weights it was read.
_APART = "\n"
_TOP_TOKENS = 1000  # looked through for the options of `preference`


class EmbeddedModel:
    """A GGUF model in this process. One generation at a time; callers wait in order of arrival."""

    engine = "embedded"

    def __init__(self, settings: LLMSettings, model: str | None = None) -> None:
        """Find the weights, of an adapter those it is laid over too; they are loaded at first use.

        Raises WeightsMissing, and what `kb.models.adapters` raises.
        """
        self.name = model or settings.embedded_model
        self.context_tokens = min(settings.context_tokens, MAX_CONTEXT)
        self.think_budget = THINK_BUDGET if settings.think_budget is None else settings.think_budget
        self._settings = settings
        self._path = weights.gguf_path(self.name)
        self._adapter = adapter_at(self._path)
        if self._adapter is not None:
            self._path = self._adapter.base_path
        self._turns = cancellation.Turns()
        self._loading = threading.Lock()
        self._llama: _Llama | None = None

    def digest(self) -> str:
        """The SHA-256 of the GGUF; of an adapter that of both."""
        return self._digest

    @cached_property
    def _digest(self) -> str:
        return weights.digest(self.name) if self._adapter is None else self._adapter.digest

    @cached_property
    def reasons(self) -> bool:
        """Whether its chat template opens the reasoning, as those of reasoning models do."""
        return self._engine.prompt([Message("user", "?")], with_thinking=True).rstrip().endswith("<think>")

    def count_tokens(self, text: str) -> int:
        """Exact, without special tokens."""
        return len(self._engine.tokens(text)) if text else 0

    def warm_up(self) -> None:
        """Load the weights now rather than at the first question; on a machine whose speed is not known, measure it."""
        llama = self._engine
        known = speed.measured(self.engine)
        if known is None or known.weights < llama.size:
            with self._turn(Cancellation()):
                for _ in llama.complete(_SAMPLE, Cancellation()):
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
        sampling = _sampling(next(t for t in (temperature, self._settings.temperature, 0.0) if t is not None), seed)

        def work(cancellation: Cancellation) -> Generator[Output, None, None]:
            with self._turn(cancellation) as llama:
                if llama is None:
                    return
                attempts = _Attempts(llama, messages, budget, limit, sampling, cancellation)
                spoken = conversation_language(messages)
                yield from think_and_answer(
                    attempts, budget=budget, answer_tokens=limit, stop=cancellation, language=spoken
                )

        return cancellation.apart(work, stop)  # llama.cpp lets go after a batch, and nobody need wait for that

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

        None when no option is among the likely tokens, or when `stop` was set; and for an adapter that the weights do
        not have. The options must differ in their first token.
        """
        if by is not None and not shipped_adapters.are_of(self._digest):
            return None

        def work(cancellation: Cancellation) -> Generator[dict[str, float] | None, None, None]:
            with self._turn(cancellation) as llama:
                if llama is not None:
                    prompt = llama.prompt(messages, with_thinking=False)
                    yield llama.preference(prompt, options, cancellation, by)

        return next(cancellation.apart(work, stop), None)

    def close(self) -> None:
        """Unload the model. It is loaded again at the next use."""
        with self._loading:
            if self._llama is not None:
                self._llama.close()
                self._llama = None

    @property
    def _engine(self) -> "_Llama":
        with self._loading:
            if self._llama is None:
                self._llama = _Llama(
                    self._path, self.name, self.context_tokens, self._adapter, shipped_adapters.are_of(self._digest)
                )
            return self._llama

    @contextlib.contextmanager
    def _turn(self, cancellation: threading.Event) -> Iterator["_Llama | None"]:
        """The engine, when it is this caller's turn; None when cancelled before that."""
        ticket = self._turns.take(cancellation)
        if ticket is None:
            yield None
            return
        try:
            yield self._engine
        finally:
            self._turns.end(ticket)


class _Attempts:
    """The ways one question is put to the model; see kb.thinking.Attempts."""

    def __init__(
        self,
        llama: "_Llama",
        messages: Sequence[Message],
        budget: int,
        answer_tokens: int,
        sampling: dict[str, Any],
        cancellation: Cancellation,
    ) -> None:
        self._llama = llama
        self._messages = messages
        self._budget = budget
        self._answer_tokens = answer_tokens
        self._sampling = sampling
        self._cancellation = cancellation

    @cached_property
    def _prompt(self) -> str:
        prompt = self._llama.prompt(self._messages, with_thinking=True).rstrip("\n")
        # Reasoning models' own templates end with the opening tag.
        prompt = prompt.removesuffix("<think>").rstrip("\n") + "\n"
        self._llama.check_room(prompt, self._budget + min(self._answer_tokens, _LEAST_ANSWER))
        return prompt

    def reason(self) -> Generator[Delta, None, None]:
        for delta in self._stream(self._prompt + "<think>\n", self._budget + 1, ["</think>"]):
            yield Delta(
                thinking=delta.content, prompt_tokens=delta.prompt_tokens, completion_tokens=delta.completion_tokens
            )

    def answer_after(self, reasoning: str) -> Generator[Delta, None, None]:
        reasoning = without_control_tokens(reasoning)
        return self._stream(f"{self._prompt}<think>\n{reasoning}\n</think>\n\n", self._answer_tokens, [])

    def answer_plainly(self) -> Generator[Delta, None, None]:
        prompt = self._llama.prompt(self._messages, with_thinking=False)
        self._llama.check_room(prompt, min(self._answer_tokens, _LEAST_ANSWER))
        return self._stream(prompt, self._answer_tokens, [])

    def _stream(self, prompt: str, tokens: int, stop: list[str]) -> Generator[Delta, None, None]:
        request = {"prompt": prompt, "n_predict": tokens, "stop": stop, **self._sampling}
        for event in self._llama.complete(request, self._cancellation):
            choice = event["choices"][0] if event.get("choices") else {}
            cut = choice.get("finish_reason") == "length"
            read, written = _token_counts(event)
            if choice.get("text") or cut or read:
                yield Delta(choice.get("text") or "", cut=cut, prompt_tokens=read, completion_tokens=written)


class _Llama:
    """llama.cpp's server object, and the two routes of it that have no function."""

    def __init__(self, path: Path, name: str, context_tokens: int, adapter: Adapter | None, with_shipped: bool) -> None:
        # Read when libgomp is loaded; kb.privacy sets it earlier, before torch brings the library in.
        os.environ.setdefault("GOMP_SPINCOUNT", "2000")
        from xllamacpp import CommonAdapterLoraInfo, CommonParams, Server

        params = CommonParams()
        params.model.path = str(path)
        if adapter is not None:
            params.lora_adapters = [CommonAdapterLoraInfo(str(adapter.path), 1.0)]
        elif with_shipped:  # loaded, and laid over the weights by the requests that name them
            params.lora_adapters = [CommonAdapterLoraInfo(str(file), 0.0) for file in shipped_adapters.FILES.values()]
            params.lora_init_without_apply = True
        params.model_alias = name
        params.n_parallel = 2 if with_shipped else 1
        params.n_ctx = context_tokens * params.n_parallel  # it is divided among the slots
        params.n_batch = params.n_ubatch = _BATCH
        params.cache_ram_mib = _PROMPT_CACHE_MB
        params.cpuparams.n_threads = _threads()
        params.use_jinja = True
        params.warmup = False
        params.verbosity = -1  # it writes to stderr, with parts of prompts
        # Its routes listen on loopback, for any user of this machine: a key, and none that shows prompts.
        params.port = 0
        params.ui = False
        params.endpoint_slots = False
        params.cors_origins, params.cors_origins_explicit, params.cors_credentials = (
            "",
            True,
            False,
        )  # else it allows any page
        self._has_shipped = with_shipped
        self._key = secrets.token_urlsafe(24)
        params.api_keys = [self._key]
        try:
            server = cancellation.in_low_priority(lambda: Server(params), _NICENESS)
        except Exception as error:
            raise EngineUnavailable(
                "engine.not_loaded", path=path, why=error, size=path.stat().st_size / 1000000000.0
            ) from error
        self.size = path.stat().st_size
        self._address = urlsplit(server.listening_address).netloc
        self._context_tokens = context_tokens
        self._running = _Running(server)
        # What still runs while the interpreter ends would call into what is gone, and abort.
        self._end = weakref.finalize(self, self._running.end)

    def prompt(self, messages: Sequence[Message], *, with_thinking: bool) -> str:
        """The text of the conversation under the model's chat template, ready for the assistant's turn."""
        turns = [{"role": m.role, "content": _content(m, with_thinking)} for m in messages]
        prompt: str = self._post("/apply-template", {"messages": turns})["prompt"]
        return prompt

    def tokens(self, text: str, special: bool = False) -> list[int]:
        body = {"content": text, "add_special": special, "parse_special": special}
        tokens: list[int] = self._post("/tokenize", body)["tokens"]
        return tokens

    def check_room(self, prompt: str, needed: int) -> None:
        """Raise ContextOverflow unless `needed` tokens fit behind the prompt."""
        used = len(self.tokens(prompt, special=True))
        if used + needed > self._context_tokens:
            raise self._overflow(used)

    def complete(self, request: dict[str, Any], cancellation: Cancellation) -> Iterator[dict[str, Any]]:
        """The events of a completion. Ends soon after `cancellation`, also while the prompt is read."""
        events: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
        ended = Cancellation()  # ours: the consumer may leave before the caller cancels

        def on_event(event: dict[str, Any]) -> bool:
            events.put(event)
            return ended.is_set() or cancellation.is_set()

        def body() -> None:
            try:
                # Progress events are what makes it call back, and so stoppable, before the first token. Each request
                # of the usual slot names an adapter that is asleep without its own words: behind one that names
                # the verifier, or none, it would find nothing of what was read.
                self._running.server.handle_completions(
                    {"stream": True, "cache_prompt": True, "return_progress": True, "id_slot": _USUAL}
                    | (_laid_over("answerer") if self._has_shipped else {})
                    | request,
                    on_event,
                )
            except Exception as error:
                events.put({"error": {"message": str(error)}})
            events.put(None)

        thread = threading.Thread(target=body, name="llama.cpp", daemon=True)
        if not self._running.start(thread, ended):
            raise ModelError("engine.closed")
        try:
            while (event := events.get()) is not None:
                if "error" in event:
                    raise self._failure(event["error"])
                if took := event.get("timings"):
                    self._record(took)
                yield event
            if self._running.ended and not cancellation.is_set():
                raise ModelError("engine.closed")
        finally:
            ended.set()
            thread.join()  # the next generation must find the engine idle
            self._running.finished(thread)

    def preference(
        self,
        prompt: str,
        options: Sequence[str],
        cancellation: Cancellation,
        by: shipped_adapters.Name | None,
    ) -> dict[str, float] | None:
        starts = {option: self._starts(option) for option in options}
        first = {token: option for option, tokens in starts.items() for token in tokens}
        if len(first) < sum(map(len, starts.values())):
            raise ValueError(f"options that begin with the same token cannot be told apart: {options}")
        probability = dict.fromkeys(options, 0.0)
        for token, logprob in self._first_tokens(prompt, cancellation, by).items():
            if token in first:
                probability[first[token]] += math.exp(logprob)
        total = sum(probability.values())
        return {option: p / total for option, p in probability.items()} if total else None

    def _first_tokens(
        self, prompt: str, cancellation: Cancellation, by: shipped_adapters.Name | None
    ) -> dict[int, float]:
        """Token -> log probability, of the _TOP_TOKENS likeliest, by the adapter that is named; empty when
        cancelled."""
        request: dict[str, Any] = {"prompt": prompt, "n_predict": 1, "n_probs": _TOP_TOKENS, "temperature": 0.0}
        if by == "verifier":
            request |= {"prompt": _APART + prompt, "id_slot": _VERIFYING}
        if self._has_shipped:  # the judge is asleep where nobody is named
            request |= _laid_over(by or "judge")
        found: dict[int, float] = {}
        for event in self.complete(request, cancellation):
            logprobs = event["choices"][0].get("logprobs") if event.get("choices") else None
            for entry in (logprobs or {}).get("content", [])[:1]:
                found |= {token["id"]: token["logprob"] for token in entry["top_logprobs"]}
        return found

    def _starts(self, option: str) -> set[int]:
        """The tokens with which a model may begin to write an option."""
        cases = {option, option.lower(), option.capitalize()}
        spaced = (self.tokens(f" {each}") for each in cases)
        return {self.tokens(each)[0] for each in cases} | {tokens[0] for tokens in spaced if len(tokens) == 1}

    def _record(self, took: dict[str, float]) -> None:
        read = int(took["prompt_n"]), took["prompt_ms"] / 1000
        written = int(took["predicted_n"]), took["predicted_ms"] / 1000
        speed.record("embedded", self.size, read, written)

    def close(self) -> None:
        """Stop what runs, and free the memory."""
        self._end()

    def _post(self, route: str, body: dict[str, Any]) -> Any:
        connection = http.client.HTTPConnection(self._address, timeout=60)
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {self._key}",
            "Connection": "close",  # one that stays open holds up the engine's end by seconds
        }
        try:
            connection.request("POST", route, json.dumps(body), headers)
            response = connection.getresponse()
            content = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise ModelError("engine.no_answer", route=route, why=error) from error
        finally:
            connection.close()
        if response.status != 200:
            raise self._failure(content.get("error", content))
        return content

    def _failure(self, error: dict[str, Any]) -> ModelError:
        if error.get("type") == "exceed_context_size_error":
            return self._overflow(int(error.get("n_prompt_tokens", 0)))
        return ModelError("engine.failed", why=error.get("message", error))

    def _overflow(self, used: int) -> ContextOverflow:
        return ContextOverflow("engine.prompt_too_long", used=used, size=self._context_tokens)


class _Running:
    """The engine and the threads that are in its code; after `end` there is neither."""

    def __init__(self, server: Any) -> None:
        self.server = server
        self._guard = threading.Lock()
        self._threads: dict[threading.Thread, threading.Event] = {}
        self.ended = False

    def start(self, thread: threading.Thread, stop: threading.Event) -> bool:
        """Start the thread, which ends soon after `stop`; False when it is too late for that."""
        with self._guard:
            if self.ended:
                return False
            self._threads[thread] = stop
            thread.start()
            return True

    def finished(self, thread: threading.Thread) -> None:
        with self._guard:
            self._threads.pop(thread, None)

    def end(self) -> None:
        with self._guard:
            self.ended = True
            threads = dict(self._threads)
        for stop in threads.values():
            stop.set()
        for thread in threads:
            thread.join()
        self.server = None  # the last reference: its own threads end before this returns


def _token_counts(event: dict[str, Any]) -> tuple[int, int]:
    """Tokens read and written so far, those of the cache included; 0 where an event does not tell them."""
    if took := event.get("timings"):
        return int(took["prompt_n"]) + int(took.get("cache_n", 0)), int(took["predicted_n"])
    return int(event.get("prompt_progress", {}).get("total", 0)), 0


def _laid_over(adapter: shipped_adapters.Name) -> dict[str, Any]:
    return {"lora": [{"id": shipped_adapters.NAMES.index(adapter), "scale": 1.0}]}


def _content(message: Message, with_thinking: bool) -> str:
    content = without_control_tokens(message.content)
    if message.role == "assistant" and message.thinking and with_thinking:
        return f"<think>\n{without_control_tokens(message.thinking)}\n</think>\n\n{content}"
    return content


def _sampling(temperature: float, seed: int | None) -> dict[str, Any]:
    sampling: dict[str, Any] = {"temperature": temperature, "top_p": 0.95}
    if seed is not None:
        sampling["seed"] = seed
    return sampling


def _threads() -> int:
    import psutil

    physical = psutil.cpu_count(logical=False) or 1
    try:
        return max(1, min(physical, len(psutil.Process().cpu_affinity())))
    except (AttributeError, psutil.Error):  # macOS has no affinity
        return physical
