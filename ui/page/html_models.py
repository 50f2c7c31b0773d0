"""Markup of the models page: the model in use, those that are here, those that could be, and pulls under way."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from kb.models.hardware import Fit
from ui.page.html_chat import engine
from ui.page.html_documents import duration, meter, tool
from ui.page.sanitise import message, plain
from ui.service.model_downloads import Pull
from ui.words.strings import Strings
from ui.words.translations import localised

if TYPE_CHECKING:
    from kb.models.llm import InstalledModel, Model
    from kb.models.weights import Weight

State = Literal["loading", "ready", "failed"]

_PARAMETERS = re.compile(r"(?<![\w.])\d+(?:\.\d+)?[bm](?![a-z0-9])", re.IGNORECASE)
_PULL_STYLE = {"done": "good", "failed": "bad", "stopped": "mute", "stopping": "mute", "running": "busy"}


def told(words: str, t: Strings) -> str:
    """A message of the engines in the reader's language."""
    return message(localised(words, t.language))


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
        detail = f'<span class="wrap">{plain(localised(model.detail, t.language))}</span>' if model.detail else ""
        use = "" if here else tool("use", i, t("model_use"), model.name, css="strong")
        rows.append(
            f'<li class="doc"><span class="kind">{plain(_badge(model.name))}</span><span class="name">'
            f'{plain(model.name)}</span><span class="facts">{mark}<span>{plain(engine(model.engine, t))}</span>'
            f"<span>{plain(gigabytes(model.size, t))}</span>{detail}</span>"
            f'<span class="acts">{use}{tool("remove", i, t("delete"), model.name, css="risk")}</span></li>'
        )
    return f'<ul class="docs">{"".join(rows)}</ul>'


def _badge(name: str) -> str:
    """The number of parameters, where the name has it: "1.5B"."""
    found = _PARAMETERS.findall(name)
    return found[-1].upper() if found else "LLM"


def suggestions(
    fits: Sequence[Fit], weights: "Sequence[Weight]", here: Sequence[str], busy: Sequence[str], memory: int, t: Strings
) -> str:
    """Models to bring: the sizes of DeepSeek-R1 against this machine's memory, and weights the product ships."""
    best = max((fit.needs for fit in fits if fit.fits), default=0)
    rows = []
    for fit in fits:
        css, words = ("good", t("fits")) if fit.fits else ("mute", t("fits_not"))
        need = f"<span>{plain(t('needs_memory', need=gigabytes(fit.needs, t), have=gigabytes(memory, t)))}</span>"
        advice = f'<span class="mark">{plain(t("fits_best"))}</span>' if fit.fits and fit.needs == best else ""
        facts = f'<span class="status {css}">{plain(words)}</span>{need}{advice}'
        rows.append(_offer(fit.tag, facts, fit.tag in here, fit.tag in busy, t))
    for weight in weights:
        facts = (
            f"<span>{plain(engine('embedded', t))}</span><span>{plain(gigabytes(weight.size, t))}</span>"
            f'<span class="wrap">{plain(localised(weight.title, t.language))}</span>'
            f'<span class="wrap">{plain(t("licence", words=weight.licence))}</span>'
        )
        rows.append(_offer(weight.name, facts, weight.name in here, weight.name in busy, t))
    return f'<ul class="docs">{"".join(rows)}</ul>'


def _offer(name: str, facts: str, here: bool, busy: bool, t: Strings) -> str:
    act = tool("pull", name, t("pull"), name, off=busy)
    if here:
        act = f'<span class="side">{plain(t("model_here"))}</span>'
    return (
        f'<li class="doc"><span class="kind">{plain(_badge(name))}</span><span class="name">{plain(name)}</span>'
        f'<span class="facts">{facts}</span><span class="acts">{act}</span></li>'
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
