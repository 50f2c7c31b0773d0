"""Markup of the models page: the model in use, those that are here, those that could be, and pulls under way."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from kb.models.hardware import Fit, best_deepseek
from kb.models.speed import Speed, expected
from ui.html.chat import engine
from ui.html.documents import duration
from ui.html.templates import Fact, ToolButton, draw
from ui.service.model_downloads import Pull
from ui.words.strings import Strings

if TYPE_CHECKING:
    from kb.models.llm import InstalledModel, Model
    from kb.models.weights import Weight

State = Literal["loading", "ready", "failed"]

_PARAMETERS = re.compile(r"(?<![\w.])\d+(?:\.\d+)?[bm](?![a-z0-9])", re.IGNORECASE)
_WAYS = ("linux", "macos", "windows", "offline", "elsewhere")
_PULL_STYLE = {"done": "good", "failed": "bad", "stopped": "mute", "stopping": "mute", "running": "busy"}


def _here(words: str, t: Strings) -> str:
    """A message of the engines in the reader's language. On this page it does not point to this page."""
    said = t.message(words)
    return (said.replace(" on the page Models, or choose an embedded model there", " below, or choose another")
                .replace(" on the page Models", " below"))  # fmt: skip


def gigabytes(count: float, t: Strings) -> str:
    """Bytes as the model libraries give them: in powers of ten."""
    return t("gigabytes", n=f"{count / 1e9:.1f}") if count >= 1e8 else t("megabytes", n=f"{count / 1e6:.0f}")


def in_use(model: "Model | None", state: State, problem: str, context_setting: int, t: Strings) -> str:
    """The model that answers and how it is; `problem` is why there is none, or why it could not be loaded."""
    css = {"ready": "good", "failed": "bad", "loading": "busy"}[state]
    name = f"{engine(model.engine, t)} · {model.name}" if model is not None else t("models_without")
    pairs = []
    if model is not None:
        window = t("tokens", n=f"{model.context_tokens:,}")
        if model.context_tokens != context_setting:
            window += t("context_less", n=f"{context_setting:,}")
        pairs = [(t("context_size"), window), (t("think_of_model"), t("tokens", n=f"{model.think_budget:,}"))]
    return draw("models.in_use", name, css, state, _here(problem, t), pairs, t)


def installed(models: "Sequence[InstalledModel]", used: tuple[str, str], t: Strings) -> str:
    """The models that can be used now. A click reports the index."""
    rows = []
    for i, model in enumerate(models):
        here = (model.engine, model.name) == used
        facts = [Fact(t("model_in_use"), "status good")] if here else []
        facts += [Fact(engine(model.engine, t)), Fact(gigabytes(model.size, t))]
        facts += _pace(expected(model.engine, model.size), t)
        facts += [Fact(t.message(model.detail), "wrap")] if model.detail else []
        acts = [] if here else [ToolButton("use", i, t("model_use"), model.name, css="strong")]
        acts.append(ToolButton("remove", i, t("delete"), model.name, css="risk"))
        rows.append((_badge(model.name), model.name, facts, acts))
    return draw("models.installed", rows)


def _badge(name: str) -> str:
    """The number of parameters, where the name has it: "1.5B"."""
    found = _PARAMETERS.findall(name)
    return found[-1].upper() if found else "LLM"


def _pace(speed: Speed | None, t: Strings) -> list[Fact]:
    """How fast a model is expected to answer; nothing where that is not known."""
    if speed is None:
        return []
    written = f"{speed.written:.0f}" if speed.written >= 10 else f"{speed.written:.1f}"
    return [Fact(t("pace", n=written, time=duration(speed.answer_seconds, t)))]


def suggestions(
    fits: Sequence[Fit], weights: "Sequence[Weight]", here: Sequence[str], busy: Sequence[str], memory: int, t: Strings,
    *, ollama: bool,
) -> str:  # fmt: skip
    """Models to bring: the sizes of DeepSeek-R1 against this machine's memory and speed, and weights the product ships.

    What would fail has no button: DeepSeek-R1 without an Ollama server, and the sizes that the memory does not hold.
    """
    best = best_deepseek(fits)
    rows = []
    for fit in fits:
        css, words = ("good", "fits") if fit.quick else ("busy", "fits_slow") if fit.pace else ("good", "fits_memory")
        css, words = (css, words) if fit.fits else ("mute", "fits_not")
        facts = [
            Fact(t(words), f"status {css}"),
            Fact(t("to_download", size=gigabytes(fit.download, t))),
            Fact(t("needs_memory", need=gigabytes(fit.needs, t), have=gigabytes(memory, t))),
            *(_pace(fit.pace, t) if fit.fits else []),
            *([Fact(t("fits_best"), "mark")] if fit is best else []),
        ]
        why_not = "" if ollama else t("needs_ollama")
        there = fit.tag in here
        act = _act(fit.tag, there, fit.tag in busy, why_not, t) if fit.fits or there else (None, "")
        rows.append((_badge(fit.tag), fit.tag, facts, *act))
    for weight in weights:
        name = weight.name
        facts = [
            Fact(engine("embedded", t)),
            Fact(t("to_download", size=gigabytes(weight.size, t))),
            *_pace(expected("embedded", weight.size), t),
            Fact(t.message(weight.title), "wrap"),
            Fact(t("licence", words=weight.licence), "wrap"),
        ]
        rows.append((_badge(name), name, facts, *_act(name, name in here, name in busy, "", t)))
    known = any(fit.pace for fit in fits)
    return draw("models.suggestions", t("pace_typical" if known else "pace_unknown"), rows)


def _act(name: str, here: bool, busy: bool, why_not: str, t: Strings) -> tuple[ToolButton | None, str]:
    """The button that brings a model, or why there is none."""
    if here or why_not:
        return None, t("model_here") if here else why_not
    return ToolButton("pull", name, t("pull"), name, off=busy), ""


def ollama(host: str, problem: str, t: Strings) -> str:
    """Whether an Ollama server answers where it is looked for; where none does, how to get one, without a link to
    follow: the machine may have no network."""
    return draw("models.ollama", host, _here(problem, t), _WAYS, t)


def pulls(listed: Sequence[Pull], t: Strings) -> str:
    """The pulls of this process, newest first."""
    return "".join(_pull(pull, t) for pull in reversed(listed))


def _pull(pull: Pull, t: Strings) -> str:
    facts = []
    if pull.total and not pull.finished:
        facts.append(t("pull_bytes", done=gigabytes(pull.done, t), total=gigabytes(pull.total, t)))
        if pull.rate:
            facts.append(t("pull_rate", n=f"{pull.rate / 1e6:.1f}"))
        if pull.seconds_left is not None:
            facts.append(t("time_left", time=duration(pull.seconds_left, t)))
    elif not pull.finished:
        facts.append(t("upload_starting"))
    error = (_here(pull.error, t) or t("failed_unknown")) if pull.error is not None else ""
    acts = [ToolButton("stop-pull", pull.name, t("job_cancel"), pull.name, off=pull.state == "stopping")]
    if pull.finished:
        acts = [ToolButton("pull", pull.name, t("pull_again"), pull.name)] if pull.state != "done" else []
        acts.append(ToolButton("dismiss", pull.name, t("upload_dismiss"), pull.name))
    return draw("models.pull", pull, _PULL_STYLE[pull.state], " · ".join(facts), error, acts, t)
