"""Markup: questions, passages and answers as HTML. Every text passes through `ui.html.sanitise`."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from kb.answering import refusal
from kb.schema import EVERYTHING, Answer, Citation, Claim, ClaimState, Document, Notice, Passage, Progress, Scope, Term
from kb.store.conversations import Feedback
from ui.html.sanitise import Span, body, message, plain, rich
from ui.service.answer_task import Snapshot
from ui.service.export import as_text
from ui.words.strings import TEXTS, Strings

_QUESTION_SHOWN = 2_000
_CARD_SHOWN = 420
_PART_SHOWN = 60
AGAIN_BUDGETS = (0, 128, 512, 2048)  # tokens of reasoning to choose from for another answer
_REASONS = {
    "up": ("reason_right", "reason_clear"),
    "down": ("reason_wrong", "reason_source", "reason_incomplete", "reason_unclear"),
}
_STATES: tuple[ClaimState, ...] = ("not_found", "contradicted", "unchecked")
_NOTHING_SEARCHED = {"nothing_matches": "refused_filter", "nothing_to_search": "refused_empty"}
_HALF_MARKER = re.compile(r"(?<!\s)\s*\[\d{0,3}\Z")  # the rest of it has not come yet
_SEARCHABLE = ("added", "changed", "unchanged")


def wrap(html: str) -> str:
    """`html` as it stands in the page outside a panel."""
    return f'<div class="kb">{html}</div>'


def question(text: str, t: Strings, scope: Scope = EVERYTHING, *, editable: bool = False) -> str:
    """What the reader asked, as a bubble, and where alone it was looked for; `editable` with a button to change it."""
    shown = body(text[:_QUESTION_SHOWN])
    if len(text) > _QUESTION_SHOWN:
        shown += f'<span class="cut">{plain(t("question_shortened", n=f"{len(text):,}"))}</span>'
    limits = "".join(f'<span class="limit">{plain(words)}</span>' for _, words in limits_of(scope, t))
    return (
        f'<div class="user"><div class="bubble" aria-label="{plain(t("you"))}">{shown}</div>'
        f"{f'<div class=limits>{limits}</div>' if limits else ''}{_edit(t) if editable else ''}</div>"
    )


def _edit(t: Strings) -> str:
    return (
        f'<button type="button" class="act edit" data-action="edit" data-value="" title="{plain(t("edit_help"))}">'
        f'<span class="icon i-edit"></span><span class="words">{plain(t("edit"))}</span></button>'
    )


def editing(later: int, t: Strings) -> str:
    """What is said while a question is changed, with the way to leave it as it is."""
    words = t.count("editing", later) if later else t("editing_last")
    leave = (
        f'<button type="button" class="limit" data-action="leave" data-value="">{plain(t("editing_leave"))} '
        '<span aria-hidden="true">✕</span></button>'
    )
    return f'<div class="limits editing" role="status"><span>{plain(words)}</span>{leave}</div>'


def limits_of(scope: Scope, t: Strings) -> list[tuple[str, str]]:
    """The parts of a scope: a name to take each away by, and its words."""
    named = [(f"paths:{p}", p) for p in scope.paths]
    named += [(f"collections:{c}", t("limit_collection", name=c)) for c in scope.collections]
    named += [(f"types:{s}", s.upper()) for s in scope.types]
    named += [("since:", t("limit_since", date=scope.since))] if scope.since else []
    return named + ([("until:", t("limit_until", date=scope.until))] if scope.until else [])


def limits(scope: Scope, t: Strings) -> str:
    """The filters of the next question, each with a button that takes it away."""
    chips = "".join(
        f'<button type="button" class="limit" data-action="drop" data-value="{plain(name)}" '
        f'aria-label="{plain(t("limit_drop", name=words))}">{plain(words)} <span aria-hidden="true">✕</span></button>'
        for name, words in limits_of(scope, t)
    )
    return f'<div class="limits">{chips}</div>'


def state(snapshot: Snapshot, seconds: float, t: Strings) -> str:
    """What is being done now, and for how long."""
    if snapshot.finished:
        return ""
    clock = f"<span>{plain(t('seconds', n=int(seconds)))}</span>" if seconds >= 1 else ""
    ahead = snapshot.ahead if snapshot.state == "queued" else 0
    words = plain(t.count("state_ahead", ahead) if ahead else t(f"state_{snapshot.state}"))
    if snapshot.progress is not None and not ahead:
        words = plain(part_read(snapshot.progress, t))
    return f'<div class="state" role="status"><span class="pulse"></span><span>{words}</span>{clock}</div>'


def part_read(at: Progress, t: Strings) -> str:
    """Which part of a document is being read, and about how long the rest takes."""
    name = at.part[:_PART_SHOWN] + ("…" if len(at.part) > _PART_SHOWN else "")
    words = t("state_part", number=at.number, total=at.total, part=name)
    if at.seconds_left is None or at.seconds_left < 1:
        return words
    minutes = round(at.seconds_left / 60)
    return words + (t("minutes_left", n=minutes) if minutes > 1 else t("seconds_left", n=max(1, int(at.seconds_left))))


def where(page: int | None, section: str, t: Strings) -> str:
    """Page and section in words."""
    return " · ".join(part for part in (t("page", n=page) if page else "", section) if part)


def passages(
    found: Sequence[Passage], asked: str, searched: str, t: Strings, *, clickable: bool, terms: Sequence[Term] = ()
) -> str:
    """The passages found, in a panel to unfold; above it what was searched for, if that is not what was asked, and the
    terms of the glossary by which it was widened."""
    if not found:
        return f'<div class="notice">{plain(t("passages_none"))}</div>'
    tag, kind = ("button", ' type="button"') if clickable else ("div", "")
    items = []
    for passage in found:
        place = where(passage.page, passage.section, t)
        score = t("score", score=f"{passage.score:.2f}")
        action = f' data-action="passage" data-value="{passage.rank}"' if clickable else ""
        items.append(
            f'<li><{tag}{kind} class="passage"{action}><span class="cite">{passage.rank}</span>'
            f'<span class="name">{plain(passage.document)}</span>'
            f'<span class="where">{plain(" · ".join(p for p in (place, score) if p))}</span>'
            f'<span class="snippet">{body(passage.text[:300])}</span></{tag}></li>'
        )
    note = ""
    if searched and searched.strip() != asked.strip():
        words = plain(t("searched_as", question=searched[:500]))
        note = f'<div class="searched"><span class="icon i-search"></span>{words}</div>'
    if terms:
        words = "; ".join(" = ".join((term.term, *term.forms)) for term in terms)
        note += f'<div class="searched terms"><span class="icon i-search"></span>{plain(t("glossary_used"))}: '
        note += f"{plain(words[:500])}</div>"
    names = len({(p.collection, p.document) for p in found})
    summary = f"<b>{plain(t.count('passages_found', len(found)))}</b>"
    shown = ", ".join(plain(PurePosixPath(p.document).name) for p in _first_of_each(found)[:2]) + (
        "…" if names > 2 else ""
    )
    return (
        f'{note}<details class="found" data-key="passages"><summary>{summary}<span class="end">{shown}</span></summary>'
        f'<ol class="passages">{"".join(items)}</ol></details>'
    )


def reasoning(text: str, tokens: int, budget: int | None, t: Strings, *, live: bool) -> str:
    """The model's reasoning: open and following its end while it is written, folded afterwards."""
    if not text.strip():
        return ""
    words = t("reasoning_budget", n=tokens, budget=budget) if budget else t("reasoning_tokens", n=tokens)
    end = f'<span class="end">{_budget(tokens, budget) if live and budget else ""}{plain(words)}</span>'
    end = end if tokens else ""
    return (
        f'<details class="reasoning" data-key="reasoning"{" open" if live else ""}>'
        f"<summary><b>{plain(t('reasoning'))}</b>{end}</summary>"
        f'<div class="{"live" if live else "told"}"><div class="thinking">{body(text.strip())}</div></div></details>'
    )


def _budget(tokens: int, budget: int) -> str:
    """How much of the budget for reasoning is used, as a bar; the words beside it say the same."""
    return f'<span class="budget" aria-hidden="true"><i style="width:{min(1.0, tokens / budget):.0%}"></i></span>'


def draft(text: str, passages_found: int) -> str:
    """The answer while it is written: markers of known passages as chips that do nothing yet."""

    def chip(n: int, _claim: int | None) -> str | None:
        return f'<span class="cite">{n}</span>' if 1 <= n <= passages_found else None

    text = _HALF_MARKER.sub("", text)
    return f'<div class="answer">{rich(text, marker=chip)}</div>' if text.strip() else ""


def answer(given: Answer, t: Strings) -> str:
    """The finished answer: sentences with their citations, and a mark on those nothing confirms."""
    if given.refused:
        return _refusal(given, t)
    spans = [
        Span(c.start, c.end) if c.supported or not given.passages else Span(c.start, c.end, "unsupported", _flag(c, t))
        for c in given.claims
    ]
    by_claim = {(c.claim, c.marker): i for i, c in reversed(list(enumerate(given.citations)))}
    by_marker = {c.marker: i for i, c in reversed(list(enumerate(given.citations)))}
    latest: dict[int, int] = {}  # a marker after the full stop belongs to the sentence before it

    def chip(n: int, claim: int | None) -> str | None:
        index = by_claim.get((claim, n)) if claim is not None else latest.get(n)
        index = by_marker.get(n) if index is None else index
        if index is not None:
            latest[n] = index
            return _chip(n, given.citations[index], index, t)
        passage = next((p for p in given.passages if p.rank == n), None)
        return _passage_chip(n, passage, t) if passage else None

    return f'<div class="answer">{rich(given.text, spans, chip)}</div>'


def _flag(claim: Claim, t: Strings) -> str:
    state = claim.state or "not_found"
    why = t(f"claim_{claim.reason}") if claim.reason else t("unverified_help")
    return f'<span class="flag {state}" title="{plain(why)}">{plain(t(f"state_{state}"))}</span>'


def notices(given: Iterable[Notice], t: Strings) -> str:
    """What the reader must know about how the answer came about."""
    return "".join(f'<div class="notice warn">{message(t.message(n.text))}</div>' for n in given)


def problem(title: str, text: str) -> str:
    """Something that failed: what, and what to do."""
    return f'<div class="notice bad" role="alert"><b>{plain(title)}</b>{message(text)}</div>'


def foot(
    snapshot: Snapshot,
    seconds: float,
    t: Strings,
    *,
    documents: bool,
    feedback: Feedback | None = None,
    judging: bool = False,
    models: Sequence[str] = (),
) -> str:
    """Below an answer: whether it is confirmed, who wrote it and how long it took; copying, judging, asking again, also
    with another of `models`."""
    given = snapshot.answer
    parts = []
    curated = given is not None and any(
        notice.kind == "curated" for notice in given.notices
    )  # it says whose word it is
    if given and not given.refused and documents and not curated:
        weak = Counter(claim.state or "not_found" for claim in given.claims if not claim.supported)
        counts = [t.count(f"{state}_count", weak[state]) for state in _STATES if weak[state]]
        if given.uncertain:
            counts.insert(0, t("uncertain"))
        if given.claims:
            words = t("list_separator").join(counts) if counts else t("verified_all")
            parts.append(f'<span class="{"weak" if counts else "good"}">{plain(words)}</span>')
    if not documents:
        parts.append(f"<span>{plain(t('no_sources'))}</span>")
    facts = [f"{engine(given.engine, t)} · {given.model}"] if given and given.model else []
    facts.append(t("took", seconds=f"{given.seconds if given else seconds:.1f}"))
    parts.append(f"<span>{plain(' · '.join(facts))}</span>")
    acts = []
    if snapshot.text.strip():
        acts.append(
            f'<button type="button" class="act" data-copy="{_attribute(copied(snapshot, t))}" '
            f'data-copied="{plain(t("copied"))}" title="{plain(t("copy_help"))}"><span class="icon i-copy"></span>'
            f'<span class="words">{plain(t("copy"))}</span></button>'
        )
        for verdict in ("up", "down"):
            chosen = str(feedback is not None and feedback.verdict == verdict).lower()
            words = plain(t(f"judge_{verdict}"))
            acts.append(
                f'<button type="button" class="act" data-action="judge" data-value="{verdict}" aria-pressed="{chosen}" '
                f'aria-label="{words}" title="{words}"><span class="icon i-{verdict}"></span></button>'
            )
    acts += [again(t), _again_with(models, t)]
    below = _reason(feedback, t, asking=judging) if feedback else ""
    return f'<div class="foot"><span class="acts">{"".join(acts)}</span>{"".join(parts)}</div>{below}'


def again(t: Strings) -> str:
    """The button that asks the question once more."""
    return (
        f'<button type="button" class="act" data-action="again" data-value="" title="{plain(t("again_help"))}">'
        f'<span class="icon i-again"></span><span class="words">{plain(t("again"))}</span></button>'
    )


def _again_with(models: Sequence[str], t: Strings) -> str:
    """The menu that asks the question once more with another budget, or another model."""

    def item(value: str, words: str) -> str:
        return (
            f'<button type="button" role="menuitem" data-action="again-with" data-value="{plain(value)}">{plain(words)}'
            "</button>"
        )

    items = [item(f"think:{n}", t("again_think", n=f"{n:,}") if n else t("think_off")) for n in AGAIN_BUDGETS]
    items += [item(f"model:{name}", t("again_model", name=name)) for name in models]
    words = plain(t("again_with"))
    return (
        '<button type="button" class="act" data-menu aria-haspopup="menu" aria-expanded="false" '
        f'aria-label="{words}" title="{words}"><span class="icon i-down-small"></span></button>'
        f'<div class="menu" role="menu" popover>{"".join(items)}</div>'
    )


def _reason(feedback: Feedback, t: Strings, *, asking: bool) -> str:
    if not asking:
        words = t("judged_as", reason=_reason_in(feedback.reason, t)) if feedback.reason else t("judged")
        return f'<div class="judged" role="status">{plain(words)}</div>'
    chips = "".join(
        f'<button type="button" class="chip" data-action="reason" data-value="{words}">{words}</button>'
        for words in (plain(t(name)) for name in _REASONS[feedback.verdict])
    )
    words = plain(t(f"reason_{feedback.verdict}"))
    return (
        f'<div class="judged asking" data-reveal><div>{words}</div><div class="nearest">{chips}</div>'
        f'<div class="field"><input type="text" maxlength="500" placeholder="{plain(t("reason_placeholder"))}" '
        f'aria-label="{words}">'
        f'<button type="button" class="tool" data-action="reason" data-value="" data-from>{plain(t("send"))}</button>'
        f"</div></div>"
    )


def _reason_in(reason: str, t: Strings) -> str:
    """A reason as it is kept: one of those offered is shown in the page's language, in whichever it was given."""
    offered = (name for names in _REASONS.values() for name in names)
    return next((t(name) for name in offered if reason in (TEXTS[name].zh, TEXTS[name].en)), reason)


def engine(name: str, t: Strings) -> str:
    """An engine's name in words."""
    return t(f"engine_{name}") if f"engine_{name}" in TEXTS else name


def copied(snapshot: Snapshot, t: Strings) -> str:
    """The answer as plain text, with a remark on what nothing confirms and its sources listed below."""
    given = snapshot.answer
    if not given or not given.citations or given.refused:
        return snapshot.text
    return as_text(given, t.language)


def hero(documents: int, t: Strings) -> str:
    """The page before the first question."""
    text = t("hero_text") if documents else t("hero_empty")
    return (
        f'<div class="hero"><div class="big">{plain(t("hero_title"))}</div><div class="small">{plain(text)}</div></div>'
    )


def suggestions(questions: Sequence[str], t: Strings) -> str:
    """Questions that one may begin with, each a button."""
    buttons = "".join(
        f'<button type="button" class="chip" data-action="suggestion" data-value="{plain(each)}">{plain(each)}</button>'
        for each in questions
    )
    return f'<div class="suggested" role="group" aria-label="{plain(t("suggestions"))}">{buttons}</div>'


def searchable(document: Document) -> bool:
    """Whether questions find it."""
    return document.status in _SEARCHABLE and not document.quarantined


def _first_of_each(found: Sequence[Passage]) -> list[Passage]:
    return list({(p.collection, p.document): p for p in reversed(found)}.values())[::-1]


def _refusal(given: Answer, t: Strings) -> str:
    """Why there is no answer, the nearest words, what is missing, and the nearest documents to click on."""
    chips = "".join(
        f'<button type="button" class="chip" data-action="passage" data-value="{p.rank}">{plain(p.document)}</button>'
        for p in _first_of_each(given.passages)[:4]
    )
    said = "".join(f'<div class="where">{plain(t.message(n.text))}</div>' for n in given.notices)
    if found := refusal.nearest(given.searched, given.passages):
        said += "".join(f'<div class="where">{plain(line)}</div>' for line in refusal.evidence(found, t.language))
    help_ = f'<div class="side">{plain(t("refused_help"))}</div>'
    nearest = f'{help_}<div class="nearest"><span>{plain(t("nearest"))}</span>{chips}</div>' if chips else ""
    title = next((_NOTHING_SEARCHED[n.kind] for n in given.notices if n.kind in _NOTHING_SEARCHED), "refused")
    return f'<div class="refused"><div class="title">{plain(t(title))}</div>{said}{nearest}</div>'


def _chip(n: int, citation: Citation, index: int, t: Strings) -> str:
    place = where(citation.page, "", t)
    head = citation.document + (f" · {place}" if place else "")
    quote = f"{citation.quote[:_CARD_SHOWN]}{'…' if len(citation.quote) > _CARD_SHOWN else ''}"
    weak, label = ("", "cite_label") if citation.supported else (" weak", "cite_label_weak")
    return (
        f'<button type="button" class="cite{weak}" data-action="cite" data-value="{index}" '
        f'data-head="{plain(head)}" data-card="{_attribute(quote)}" '
        f'aria-label="{plain(t(label, n=n, document=head))}">{n}</button>'
    )


def _passage_chip(n: int, passage: Passage, t: Strings) -> str:
    name = plain(t("cite_label_weak", n=n, document=passage.document))  # nothing was compared with it
    return (
        f'<button type="button" class="cite weak" data-action="passage" data-value="{n}" '
        f'data-head="{plain(passage.document)}" data-card="{_attribute(passage.text[:_CARD_SHOWN])}" '
        f'aria-label="{name}">{n}</button>'
    )


def _attribute(text: str) -> str:
    """Text with its line breaks for an attribute."""
    return body(text).replace("\n", "&#10;")
