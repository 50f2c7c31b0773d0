"""The language model: one seam, behind which an Ollama server, the embedded engine or any LlamaIndex LLM answers."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from kb.config import LLMSettings
from kb.errors import EngineUnavailable, KBError, ModelMissing, UsageError, WeightsMissing
from kb.messages.coded_text import together
from kb.models import shipped_adapters, weights
from kb.models.ollama_server import OllamaServer, did_you_mean, same_model
from kb.models.reasoning_stream import Output
from kb.schema import Message

ENGINES = ("auto", "ollama", "embedded", "llamaindex")


class Model(Protocol):
    """A language model that reasons and then answers.

    Errors are kinds of ModelError. Several threads may use one model.
    """

    engine: str  # "ollama" | "embedded" | "llamaindex"
    name: str
    context_tokens: int
    think_budget: int  # reasoning tokens where a call names no budget

    @property
    def reasons(self) -> bool:
        """Whether it reasons by itself. One that does not is led through a reasoning, of which it makes an answer where
        there are no passages to reason about."""

    def digest(self) -> str:
        """What identifies the weights."""

    def count_tokens(self, text: str) -> int:
        """How many tokens the text has: exact where the engine can tell, else an estimate on the safe side."""

    def warm_up(self) -> None:
        """Load what the first question would have to wait for."""

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
        """Reasoning (Thought), then the answer (Token; Revised replaces what there was of it); Notice where due.

        No text holds a think tag, and the answer is not empty (EmptyAnswer is raised). `think_budget` 0
        means no reasoning; None takes the settings' value, or the engine's own. Setting `stop` from
        another thread, or closing the iterator, ends it within a second, also before the first token.
        """

    def complete(
        self, messages: Sequence[Message], *, answer_tokens: int = 128, stop: threading.Event | None = None
    ) -> str:
        """A short auxiliary answer without reasoning, at temperature 0."""

    def preference(
        self,
        messages: Sequence[Message],
        options: Sequence[str],
        stop: threading.Event | None = None,
        by: shipped_adapters.Name | None = None,
    ) -> dict[str, float] | None:
        """How probable each option is as the beginning of the answer, whatever its case, normalised over the options;
        by one of the adapters of the shipped weights, where one is named.

        None where the engine cannot tell or its weights have no such adapter, or when `stop` was set.
        """

    def close(self) -> None:
        """Give back memory and connections."""


def open_model(settings: LLMSettings, engine: str | None = None, model: str | None = None) -> Model:
    """The model that the settings name, or that `engine` and `model` name instead.

    `auto` takes Ollama when its server answers and has the model, else the embedded engine. A model that
    was asked for by name is never replaced by another. Raises EngineUnavailable, ModelMissing,
    WeightsMissing or RefusedByPolicy, each saying what to do.
    """
    engine = engine or settings.engine
    if engine not in ENGINES:
        raise UsageError("engine.not_found", name=engine, names=", ".join(ENGINES))
    if engine == "ollama":
        return _ollama(settings, model)
    if engine == "embedded":
        return _embedded(settings, model)
    if engine == "llamaindex":
        from kb.models.llamaindex_engine import LlamaIndexModel

        return LlamaIndexModel(settings)
    if model is not None:
        return _embedded(settings, model) if _is_embedded(model) else _ollama(settings, model)
    try:
        return _ollama(settings, None)
    except (EngineUnavailable, ModelMissing) as absent:
        try:
            return _embedded(settings, None)
        except WeightsMissing as missing:
            raise EngineUnavailable("engine.none_usable", absent=absent, missing=missing) from None


def _ollama(settings: LLMSettings, model: str | None) -> Model:
    from kb.models.ollama_engine import OllamaModel

    return OllamaModel(settings, model)


def _embedded(settings: LLMSettings, model: str | None) -> Model:
    from kb.models.llamacpp_engine import EmbeddedModel

    return EmbeddedModel(settings, model)


def _is_embedded(name: str) -> bool:
    return name in weights.names("gguf") or name.lower().endswith(".gguf")


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A language model on this machine (or on its Ollama server)."""

    engine: Literal["ollama", "embedded"]
    name: str
    size: int  # bytes
    detail: str
    digest: str


def installed_models(settings: LLMSettings) -> tuple[list[InstalledModel], str]:
    """All models that can be used, and why Ollama's are not among them ("" if they are)."""
    found: list[InstalledModel] = []
    problem = ""
    try:
        server = OllamaServer(settings.ollama_host, settings.timeout_seconds)
        for model in server.models():
            detail = " ".join(filter(None, (model.parameters, model.quantization)))
            found.append(InstalledModel("ollama", model.name, model.size, detail, model.digest))
    except EngineUnavailable as error:
        problem = error.message
    for name in weights.names("gguf"):
        if weights.present(name):
            weight = weights.WEIGHTS[name]
            found.append(InstalledModel("embedded", name, weight.size, weight.title, weight.sha256))
    return found, problem


def left_without(settings: LLMSettings, doomed: str) -> tuple[str, str] | None:
    """Engine and name of the model that the settings take once `doomed` is deleted; None where no model is left."""
    if settings.engine == "llamaindex":
        return "llamaindex", settings.llamaindex_class or ""
    wanted = {"ollama": settings.model, "embedded": settings.embedded_model}
    if settings.engine != "auto":
        wanted = {settings.engine: wanted[settings.engine]}
    there = [(model.engine, model.name) for model in installed_models(settings)[0] if model.name != doomed]
    for engine, name in wanted.items():
        for found in there:
            if found[0] == engine and (found[1] == name or same_model(name, found[1])):
                return found
        if engine == "embedded" and name not in weights.WEIGHTS and name != doomed:  # a file of one's own
            return "embedded", name
    return None


def pull_model(
    settings: LLMSettings,
    name: str,
    progress: Callable[[str, int, int], None] | None = None,
    stop: threading.Event | None = None,
) -> bool:
    """Bring a model: weights of the registry by their name, anything else as a tag to the Ollama server.

    False when `stop` ended a pull. An unknown tag raises ModelMissing with what was probably meant.
    """
    if name in weights.WEIGHTS:
        return _fetch(name, progress, stop)
    try:
        return OllamaServer(settings.ollama_host, settings.timeout_seconds).pull(name, progress, stop)
    except EngineUnavailable as error:
        raise EngineUnavailable(together(error.message, did_you_mean(name, tuple(weights.WEIGHTS)))) from None


class _Stopped(Exception):
    """Ends a fetch of weights: raised from its report of progress."""


def _fetch(name: str, progress: weights.Progress | None, stop: threading.Event | None) -> bool:
    def report(label: str, done: int, total: int) -> None:
        if stop is not None and stop.is_set():
            raise _Stopped
        if progress is not None:
            progress(label, done, total)

    try:
        from kb.models.onnx_embedding import fetch

        fetch(name, report)
    except _Stopped:
        return False
    except KBError:
        if stop is not None and stop.is_set():  # the Ctrl-C that set it has ended the package client too
            return False
        raise
    return True


def remove_model(settings: LLMSettings, name: str) -> None:
    """Delete a model from this machine or from the Ollama server. Raises ModelMissing or WeightsMissing."""
    if name in weights.WEIGHTS:
        weights.remove(name)
    else:
        OllamaServer(settings.ollama_host, settings.timeout_seconds).remove(name)
