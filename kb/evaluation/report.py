"""Report: an evaluation as one HTML page that needs nothing else and runs nothing of what it shows."""

import base64
import hashlib
import html
import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kb.errors import KBError
from kb.evaluation import ranking_metrics
from kb.evaluation.metrics import NO_VALUE, rows, summarise
from kb.evaluation.ranking_metrics import Place
from kb.evaluation.report_assets import SCRIPT, STYLE
from kb.evaluation.results_log import private
from kb.schema import Answer, Citation, Passage

if TYPE_CHECKING:
    from kb.evaluation.outcome import Outcome, Ranked, Report
    from kb.evaluation.questions import Question

FILTERS = {
    "all": "All",
    "right": "Right",
    "wrong": "Wrong",
    "refused": "Refused",
    "unsupported": "Unsupported claims",
    "missed": "Gold not in first 10",
    "failed": "Failed",
}


def write(report: "Report", path: Path) -> None:
    """Write the page; an older one stays until the new one is whole. Raises KBError if it cannot be written."""
    draft = path.with_suffix(".html.part")
    try:
        with open(draft, "w", encoding="utf-8", opener=private) as out:
            out.write(render(report))
        os.replace(draft, path)
    except OSError as error:
        raise KBError(f"The report {path} cannot be written: {error.strerror}. The results are kept.") from None


def render(report: "Report") -> str:
    """The page. Every text of questions, documents and models is escaped; only the page's own script may run."""
    figures = summarise(report)
    states = [_states(outcome) for outcome in report.outcomes]
    script_hash = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{script_hash}'; "
        "base-uri 'none'; form-action 'none'"
    )
    run = report.run
    engine = "retrieval only" if run["retrieval_only"] else f"{run['engine']} · {run['model']}"
    progress = "complete" if report.complete else f"stopped at {len(report.outcomes)} of {report.planned}"
    chips = "".join(
        f'<button type="button" data-filter="{name}" aria-pressed="{str(name == "all").lower()}">{label} '
        f"<b>{sum(1 for s in states if name == 'all' or name in s)}</b></button>"
        for name, label in FILTERS.items()
        if name == "all" or any(name in s for s in states)
    )
    slack = int(run["page_slack"])
    filed = enumerate(zip(report.outcomes, states, strict=True))
    items = "\n".join(_item(i, outcome, found, slack, run["samples"]) for i, (outcome, found) in filed)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Evaluation · {_text(engine)}</title>
<style>{STYLE}</style>
</head>
<body>
<header>
<h1>Evaluation</h1>
<p>{figures["questions"]} questions · {figures["failed"]} failed · {_text(engine)} · {progress}</p>
</header>
<main>
<section class="figures" aria-label="Figures">{_figures(figures)}</section>
<details class="run"><summary>Fingerprint of the run</summary><dl>{_run(run)}</dl></details>
<section aria-label="Questions">
<div class="tools" role="toolbar" aria-label="Filter questions">{chips}
<input type="search" id="find" placeholder="Find in questions and answers" aria-label="Find in questions and answers">
</div>
<p id="none" hidden>No question matches.</p>
<div id="outcomes">
{items}
</div>
</section>
</main>
<script>{SCRIPT}</script>
</body>
</html>
"""


def _text(value: object) -> str:
    """A text made harmless: escaped, and without control characters."""
    return html.escape(re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "\ufffd", str(value).replace("\r\n", "\n")))


def _figures(figures: Mapping[str, object]) -> str:
    groups: dict[str, list[str]] = {}
    for section, name, value, between, count in rows(figures):
        if value == NO_VALUE:
            continue
        if section == "Seconds":
            cells = f'<td class="times">{_text(value)}</td>'
        else:
            meter = f'<i class="bar"><i style="width:{min(1.0, float(value)):.1%}"></i></i>'
            cells = (
                f'<td class="value">{_text(value)}</td><td class="meter">{meter}</td>'
                f'<td class="count">{_text(between)}</td><td class="count">{_text(count)}</td>'
            )
        groups.setdefault(section, []).append(f'<tr><th scope="row">{_text(name)}</th>{cells}</tr>')
    return "".join(
        f'<div class="card"><h2>{section}</h2><table>{"".join(lines)}</table></div>'
        for section, lines in groups.items()
    )


def _run(run: Mapping[str, object]) -> str:
    return "".join(
        f"<div><dt>{_text(name.replace('_', ' '))}</dt><dd>{_text(json.dumps(value, ensure_ascii=False))}</dd></div>"
        for name, value in run.items()
    )


def _states(outcome: "Outcome") -> list[str]:
    """The filters under which an outcome is shown."""
    scores, question = outcome.scores, outcome.question
    states = []
    if outcome.error:
        states.append("failed")
    if scores.refused:
        states.append("refused")
    if question.refuse and scores.refused is not None:
        states.append("right" if scores.refused else "wrong")
    elif scores.right is not None and not scores.refused:
        states.append("right" if scores.right else "wrong")
    if scores.claims > scores.claims_supported:
        states.append("unsupported")
    if scores.gold_units and (scores.first_hit is None or scores.first_hit > ranking_metrics.CUTOFF):
        states.append("missed")
    return states


def _badge(outcome: "Outcome", states: Sequence[str]) -> str:
    scores = outcome.scores
    if "failed" in states:
        kind, label = "bad", "failed"
    elif outcome.answer is None:
        found = "missed" not in states
        label = (f"rank {scores.first_hit}" if found else "not found") if scores.gold_units else "no gold"
        kind = ("good" if found else "bad") if scores.gold_units else "quiet"
    elif scores.refused:
        kind = "good" if outcome.question.refuse else "warn"
        label = "refused" if outcome.question.refuse else "refused, answerable"
    elif outcome.question.refuse:
        kind, label = "bad", "should refuse"
    elif scores.right is None:
        kind, label = "quiet", "not scored"
    else:
        kind, label = ("good", "right") if scores.right else ("bad", "wrong")
    return f'<span class="badge {kind}">{label}</span>'


def _item(number: int, outcome: "Outcome", states: Sequence[str], slack: int, samples: int) -> str:
    question, scores, answer = outcome.question, outcome.scores, outcome.answer
    facts = [f"sample {outcome.sample + 1}"] if samples > 1 else []
    if scores.gold_units and answer is not None:
        facts.append(f"gold at {scores.first_hit}" if scores.first_hit else "gold not found")
    if scores.f1 is not None:
        facts.append(f"F1 {scores.f1:.2f}")
    if scores.claims:
        facts.append(f"{scores.claims_supported}/{scores.claims} supported")
    if answer is not None:
        facts.append(f"{answer.seconds:.1f} s")
    found = " ".join([question.id, question.question, answer.text if answer else ""]).lower()
    return (
        f'<details class="outcome" data-states="{" ".join(states)}" data-find="{_text(found)}">'
        f'<summary>{_badge(outcome, states)}<span class="q" dir="auto" lang="{question.language}">'
        f'{_text(question.question)}</span><span class="facts">{_text(" · ".join(facts))}</span></summary>'
        f'<div class="body">{"".join(_body(number, outcome, slack))}</div></details>'
    )


def _body(number: int, outcome: "Outcome", slack: int) -> Iterable[str]:
    question, answer = outcome.question, outcome.answer
    gold = [Place(e.doc, e.page) for e in question.evidence]
    yield _block("Gold", _gold(question))
    if outcome.error:
        yield _block("Error", f'<p class="error">{_text(outcome.error)}</p>')
    if answer is not None:
        yield _block("Answer", f'<p class="answer" dir="auto">{_marked(answer, number)}</p>')
        if answer.notices:
            notices = "".join(f"<li><b>{_text(n.kind)}</b> {_text(n.text)}</li>" for n in answer.notices)
            yield _block("Notices", f"<ul>{notices}</ul>")
        if answer.citations:
            lines = "".join(_citation(c, i, number, gold, slack, answer) for i, c in enumerate(answer.citations))
            yield _block("Citations", f"<ol class=plain>{lines}</ol>")
        if answer.thinking:
            yield _fold("Reasoning", f'<p class="thinking" dir="auto">{_text(answer.thinking)}</p>')
    shown = answer.passages if answer is not None else ()
    if shown:
        yield _fold(f"Passages given to the model ({len(shown)})", _passages(shown, gold, slack))
    if outcome.ranked:
        kept = [r for r in outcome.ranked if r.text]
        label = f"Search, first {len(kept)} of {len(outcome.ranked)} chunks"
        yield _fold(label, _passages(kept, gold, slack), opened=answer is None)


def _block(title: str, content: str) -> str:
    return f"<section><h3>{title}</h3>{content}</section>"


def _fold(title: str, content: str, opened: bool = False) -> str:
    return f"<details class=fold{' open' if opened else ''}><summary>{title}</summary>{content}</details>"


def _gold(question: "Question") -> str:
    if question.refuse:
        kind = f" ({_text(question.kind.replace('_', ' '))})" if question.kind else ""
        said = f"<p><em>The documents hold no answer{kind}: it must be refused.</em></p>"
    elif question.answer_groups:
        groups = (" / ".join(_text(form) for form in group) for group in question.answer_groups)
        said = "<ul>" + "".join(f'<li dir="auto">{group}</li>' for group in groups) + "</ul>"
    else:
        said = "<ul>" + "".join(f'<li dir="auto">{_text(form)}</li>' for form in question.answers) + "</ul>"
    places = ", ".join(_place(e.doc, e.page) for e in question.evidence)
    return said + (f'<p class="where">in {places}</p>' if places else "")


def _place(document: str, page: int | None) -> str:
    return f"<code>{_text(document)}</code>" + (f" p. {page}" if page is not None else "")


def _marked(answer: Answer, number: int) -> str:
    """The answer with each claim marked, and its markers as links to the citations below."""
    parts, at = [], 0
    for index, claim in sorted(enumerate(answer.claims), key=lambda pair: pair[1].start):
        if claim.start < at or claim.end > len(answer.text):
            continue
        cited = {c.marker for c in answer.citations if c.claim == index}
        kind, title = ("ok", "supported") if claim.supported else ("no", "not supported")
        parts.append(_text(answer.text[at : claim.start]))
        words = re.sub(
            r"\[(\d+)\]",
            lambda m, i=index, known=cited: (  # type: ignore[misc]
                f'<a href="#o{number}c{i}m{m[1]}">[{m[1]}]</a>' if int(m[1]) in known else m[0]
            ),
            _text(answer.text[claim.start : claim.end]),
        )
        parts.append(f'<span class="claim {kind}" title="{title}">{words}</span>')
        at = claim.end
    return "".join(parts) + _text(answer.text[at:])


def _citation(c: Citation, index: int, number: int, gold: Sequence[Place], slack: int, answer: Answer) -> str:
    first = next(i for i, d in enumerate(answer.citations) if (d.claim, d.marker) == (c.claim, c.marker)) == index
    anchor = f' id="o{number}c{c.claim}m{c.marker}"' if first else ""
    support = "" if c.supported else ' <span class="badge warn">not supported</span>'
    return (
        f"<li{anchor}><b>[{c.marker}]</b> {_place(c.document, c.page)}{_gold_badge(c, gold, slack)}{support}"
        f'<blockquote dir="auto">{_text(c.quote)}</blockquote></li>'
    )


def _passages(passages: "Sequence[Passage | Ranked]", gold: Sequence[Place], slack: int) -> str:
    return (
        "<ol class=plain>"
        + "".join(
            f"<li><b>{rank}</b> {_place(p.document, p.page)} <small>{p.score:.3f}</small>{_gold_badge(p, gold, slack)}"
            f'<blockquote dir="auto">{_text(p.text)}</blockquote></li>'
            for rank, p in enumerate(passages, start=1)
        )
        + "</ol>"
    )


def _gold_badge(item: "Citation | Passage | Ranked", gold: Sequence[Place], slack: int) -> str:
    hit = ranking_metrics.on_gold(Place(item.document, item.page), gold, slack)
    return ' <span class="badge gold">gold</span>' if hit is not None else ""
