"""Markup of the models page: the model in use, those that are here, those that could be, and pulls under way."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from kb.models.hardware import Fit, best_deepseek
from kb.models.speed import Speed, expected
from ui.html.chat import engine
from ui.html.documents import duration, meter, tool
from ui.html.sanitise import message, plain
from ui.service.model_downloads import Pull
from ui.words.strings import Strings

if TYPE_CHECKING:
    from kb.models.llm import InstalledModel, Model
    from kb.models.weights import Weight

State = Literal["loading", "ready", "failed"]

_PARAMETERS = re.compile(r"(?<![\w.])\d+(?:\.\d+)?[bm](?![a-z0-9])", re.IGNORECASE)
_WAYS = ("linux", "macos", "windows", "offline", "elsewhere")
_PULL_STYLE = {"done": "good", "failed": "bad", "stopped": "mute", "stopping": "mute", "running": "busy"}


def told(words: str, t: Strings) -> str:
    """A message of the engines in the reader's language. On this page it does not point to this page."""
    said = t.message(words)
    return message(said.replace(" on the page Models, or choose an embedded model there", " below, or choose another")
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
    sizes = "".join(f"<dt>{plain(term)}</dt><dd>{plain(words)}</dd>" for term, words in pairs)
    why = f'<div class="reason">{told(problem, t)}</div>' if problem else ""
    return (
        f'<div class="card inuse"><div class="cardhead"><b>{plain(name)}</b>'
        f'<span class="status {css}" role="status">{plain(t(f"model_state_{state}"))}</span></div>'
        f'{why}<dl class="pairs">{sizes}</dl></div>'
    )


def installed(models: "Sequence[InstalledModel]", used: tuple[str, str], t: Strings) -> str:
    """The models that can be used now. A click reports the index."""
    rows = []
    for i, model in enumerate(models):
        here = (model.engine, model.name) == used
        mark = f'<span class="status good">{plain(t("model_in_use"))}</span>' if here else ""
        detail = f'<span class="wrap">{plain(t.message(model.detail))}</span>' if model.detail else ""
        use = "" if here else tool("use", i, t("model_use"), model.name, css="strong")
        pace = pace_of(expected(model.engine, model.size), t)
        rows.append(
            f'<li class="doc"><span class="kind">{plain(_badge(model.name))}</span><span class="name">'
            f'{plain(model.name)}</span><span class="facts">{mark}<span>{plain(engine(model.engine, t))}</span>'
            f"<span>{plain(gigabytes(model.size, t))}</span>{pace}{detail}</span>"
            f'<span class="acts">{use}{tool("remove", i, t("delete"), model.name, css="risk")}</span></li>'
        )
    return f'<ul class="docs">{"".join(rows)}</ul>'


def _badge(name: str) -> str:
    """The number of parameters, where the name has it: "1.5B"."""
    found = _PARAMETERS.findall(name)
    return found[-1].upper() if found else "LLM"


def pace_of(speed: Speed | None, t: Strings) -> str:
    """How fast a model is expected to answer; "" where that is not known."""
    if speed is None:
        return ""
    written = f"{speed.written:.0f}" if speed.written >= 10 else f"{speed.written:.1f}"
    return f"<span>{plain(t('pace', n=written, time=duration(speed.answer_seconds, t)))}</span>"


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
        parts = [
            f'<span class="status {css}">{plain(t(words))}</span>',
            f"<span>{plain(t('to_download', size=gigabytes(fit.download, t)))}</span>",
            f"<span>{plain(t('needs_memory', need=gigabytes(fit.needs, t), have=gigabytes(memory, t)))}</span>",
            pace_of(fit.pace, t) if fit.fits else "",
            f'<span class="mark">{plain(t("fits_best"))}</span>' if fit is best else "",
        ]
        why_not = "" if ollama else t("needs_ollama")
        act = _act(fit.tag, fit.tag in here, fit.tag in busy, why_not, t) if fit.fits or fit.tag in here else ""
        rows.append(_offer(fit.tag, "".join(parts), act))
    for weight in weights:
        facts = (
            f"<span>{plain(engine('embedded', t))}</span>"
            f"<span>{plain(t('to_download', size=gigabytes(weight.size, t)))}</span>"
            f"{pace_of(expected('embedded', weight.size), t)}"
            f'<span class="wrap">{plain(t.message(weight.title))}</span>'
            f'<span class="wrap">{plain(t("licence", words=weight.licence))}</span>'
        )
        rows.append(_offer(weight.name, facts, _act(weight.name, weight.name in here, weight.name in busy, "", t)))
    known = any(fit.pace for fit in fits)
    note = plain(t("pace_typical" if known else "pace_unknown"))
    return f'<div class="side">{note}</div><ul class="docs">{"".join(rows)}</ul>'


def _act(name: str, here: bool, busy: bool, why_not: str, t: Strings) -> str:
    if here or why_not:
        return f'<span class="side">{plain(t("model_here") if here else why_not)}</span>'
    return tool("pull", name, t("pull"), name, off=busy)


def _offer(name: str, facts: str, act: str) -> str:
    return (
        f'<li class="doc"><span class="kind">{plain(_badge(name))}</span><span class="name">{plain(name)}</span>'
        f'<span class="facts">{facts}</span><span class="acts">{act}</span></li>'
    )


def ollama(host: str, problem: str, t: Strings) -> str:
    """Whether an Ollama server answers where it is looked for; where none does, how to get one, without a link to
    follow: the machine may have no network."""
    if not problem:
        return f'<div class="side">{plain(t("ollama_there", host=host))}</div>'
    ways = "".join(f"<dt>{plain(t(f'ollama_on_{way}'))}</dt><dd>{message(t(f'ollama_by_{way}'))}</dd>" for way in _WAYS)
    return (
        f'<div class="notice warn">{told(problem, t)}</div><details class="card" data-key="ollama" open>'
        f"<summary><b>{plain(t('ollama_get'))}</b></summary>"
        f'<div class="side">{message(t("ollama_where", host=host))}</div><dl class="pairs">{ways}</dl></details>'
    )


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
    bar = "" if pull.finished else meter(pull.done, pull.total, pull.name)
    said = f'<div class="side">{plain(" · ".join(facts))}</div>' if facts else ""
    if pull.error is not None:
        said += f'<div class="reason">{told(pull.error, t) or plain(t("failed_unknown"))}</div>'
    elif pull.state == "stopped":
        said += f'<div class="side">{plain(t("pull_kept"))}</div>'
    acts = tool("stop-pull", pull.name, t("job_cancel"), pull.name, off=pull.state == "stopping")
    if pull.finished:
        acts = tool("pull", pull.name, t("pull_again"), pull.name) if pull.state != "done" else ""
        acts += tool("dismiss", pull.name, t("upload_dismiss"), pull.name)
    pulse = "" if pull.finished else '<span class="pulse"></span>'
    return (
        f'<div class="card pull"><div class="cardhead">{pulse}<b>{plain(pull.name)}</b><span class="status '
        f'{_PULL_STYLE[pull.state]}">{plain(t(f"pull_{pull.state}"))}</span><span class="acts">{acts}</span></div>'
        f"{bar}{said}</div>"
    )
