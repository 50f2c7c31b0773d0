"""Markup: answers, passages and documents as HTML. Every text passes through `ui.sanitise`."""

import base64
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from kb.schema import Answer, Citation, Document, Notice, Passage, StoredText
from ui.running import Conversation, Snapshot
from ui.sanitise import Span, body, plain, rich
from ui.strings import TEXTS, Strings

_QUESTION_SHOWN = 2_000
_CARD_SHOWN = 420
_CONTEXT_SHOWN = 6_000
_SEARCHABLE = ("added", "changed", "unchanged")


def wrap(html: str) -> str:
    """`html` as it stands in the page outside a panel."""
    return f'<div class="kb">{html}</div>'


def question(text: str, t: Strings) -> str:
    """What the reader asked, as a bubble."""
    shown = body(text[:_QUESTION_SHOWN])
    if len(text) > _QUESTION_SHOWN:
        shown += f'<span class="cut">{plain(t("question_shortened", n=f"{len(text):,}"))}</span>'
    return f'<div class="user"><div class="bubble" aria-label="{plain(t("you"))}">{shown}</div></div>'


def state(snapshot: Snapshot, seconds: float, t: Strings) -> str:
    """What is being done now, and for how long."""
    if snapshot.finished:
        return ""
    clock = f"<span>{int(seconds)} s</span>" if seconds >= 1 else ""
    words = plain(t(f"state_{snapshot.state}"))
    return f'<div class="state" role="status"><span class="pulse"></span><span>{words}</span>{clock}</div>'


def where(page: int | None, section: str, t: Strings) -> str:
    """Page and section in words."""
    return " · ".join(part for part in (t("page", n=page) if page else "", section) if part)


def passages(found: Sequence[Passage], asked: str, searched: str, t: Strings, *, clickable: bool) -> str:
    """The passages found, in a panel to unfold."""
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
        note = f'<div class="thinking">{plain(t("searched_as", question=searched[:500]))}</div>'
    names = len({(p.collection, p.document) for p in found})
    summary = f"<b>{plain(t.count('passages_found', len(found)))}</b>"
    shown = ", ".join(plain(PurePosixPath(p.document).name) for p in _first_of_each(found)[:2]) + (
        "…" if names > 2 else ""
    )
    return (
        f'<details class="found" data-key="passages"><summary>{summary}<span class="end">{shown}</span></summary>'
        f'{note}<ol class="passages">{"".join(items)}</ol></details>'
    )


def reasoning(text: str, tokens: int, budget: int | None, t: Strings, *, live: bool) -> str:
    """The model's reasoning: open and following its end while it is written, folded afterwards."""
    if not text.strip():
        return ""
    words = t("reasoning_budget", n=tokens, budget=budget) if budget else t("reasoning_tokens", n=tokens)
    end = f'<span class="end">{plain(words)}</span>' if tokens else ""
    return (
        f'<details class="reasoning" data-key="reasoning"{" open" if live else ""}>'
        f"<summary><b>{plain(t('reasoning'))}</b>{end}</summary>"
        f'<div class="{"live" if live else "told"}"><div class="thinking">{body(text.strip())}</div></div></details>'
    )


def draft(text: str, passages_found: int) -> str:
    """The answer while it is written: markers of known passages as chips that do nothing yet."""

    def chip(n: int, _claim: int | None) -> str | None:
        return f'<span class="cite">{n}</span>' if 1 <= n <= passages_found else None

    return f'<div class="answer">{rich(text, marker=chip)}</div>' if text.strip() else ""


def answer(given: Answer, t: Strings) -> str:
    """The finished answer: sentences with their citations, and a mark on those nothing confirms."""
    if given.refused:
        return _refusal(given, t)
    flag = f'<span class="flag" title="{plain(t("unverified_help"))}">{plain(t("unverified"))}</span>'
    spans = [
        Span(c.start, c.end) if c.supported or not given.passages else Span(c.start, c.end, "unsupported", flag)
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


def notices(given: Iterable[Notice]) -> str:
    """What the reader must know about how the answer came about."""
    return "".join(f'<div class="notice warn">{plain(notice.text)}</div>' for notice in given)


def problem(title: str, text: str) -> str:
    """Something that failed: what, and what to do."""
    return f'<div class="notice bad" role="alert"><b>{plain(title)}</b>{body(text)}</div>'


def foot(snapshot: Snapshot, seconds: float, t: Strings, *, documents: bool) -> str:
    """Below an answer: whether it is confirmed, who wrote it, how long it took, and copying."""
    given = snapshot.answer
    parts = []
    if given and not given.refused and documents:
        weak = sum(not claim.supported for claim in given.claims)
        if given.claims:
            words = t.count("unverified_count", weak) if weak else t("verified_all")
            parts.append(f'<span class="{"weak" if weak else "good"}">{plain(words)}</span>')
    if not documents:
        parts.append(f"<span>{plain(t('no_sources'))}</span>")
    if given and given.model:
        parts.append(f"<span>{plain(f'{engine(given.engine, t)} · {given.model}')}</span>")
    parts.append(f"<span>{plain(t('took', seconds=f'{given.seconds if given else seconds:.1f}'))}</span>")
    if snapshot.text.strip():
        parts.append(
            f'<button type="button" class="tool" data-copy="{_attribute(copied(snapshot, t))}" '
            f'data-copied="{plain(t("copied"))}">{plain(t("copy"))}</button>'
        )
    return f'<div class="foot">{"".join(parts)}</div>'


def engine(name: str, t: Strings) -> str:
    """An engine's name in words."""
    return t(f"engine_{name}") if f"engine_{name}" in TEXTS else name


def copied(snapshot: Snapshot, t: Strings) -> str:
    """The answer as plain text, with its sources listed below."""
    given = snapshot.answer
    if not given or not given.citations or given.refused:
        return snapshot.text
    lines: dict[int, str] = {}
    for citation in given.citations:
        place = where(citation.page, "", t)
        lines.setdefault(
            citation.marker,
            f"[{citation.marker}] {citation.document}" + (f", {place}" if place else ""),
        )
    return "\n".join([given.text, "", t("copy_sources"), *(lines[n] for n in sorted(lines))])


def hero(documents: int, t: Strings) -> str:
    """The page before the first question."""
    text = t("hero_text") if documents else t("hero_empty")
    return (
        f'<div class="hero"><div class="big">{plain(t("hero_title"))}</div><div class="small">{plain(text)}</div></div>'
    )


def brand(t: Strings) -> str:
    """The product's name, above everything."""
    return (
        f'<div class="brand"><span class="logo" aria-hidden="true">知</span><span>{plain(t("product"))}'
        f'<div class="tag">{plain(t("tagline"))}</div></span></div>'
    )


def conversations(recent: Sequence[Conversation], current: str, t: Strings) -> str:
    """The conversations to go back to."""
    items = []
    for conversation in recent:
        here = ' aria-current="true"' if conversation.id == current else ""
        items.append(
            f'<li><button type="button" data-action="open" data-value="{plain(conversation.id)}"{here}>'
            f"{plain(conversation.title or t('untitled'))}</button></li>"
        )
    return f'<div class="side">{plain(t("recent"))}</div><ul class="chats">{"".join(items)}</ul>'


def documents(shown: Sequence[Document], t: Strings) -> str:
    """The list of documents. A click reports the index into `shown`."""
    return f'<ul class="docs">{"".join(_document(d, i, t) for i, d in enumerate(shown))}</ul>'


def origin(stored: StoredText, page: int | None, section: str, t: Strings) -> str:
    """Which document, version and page a source is."""
    facts = " · ".join(
        p
        for p in (
            where(page, section, t),
            t("version", n=stored.version),
            stored.collection,
        )
        if p
    )
    title = f" — {plain(stored.title)}" if stored.title and stored.title != stored.path else ""
    return (
        f'<div class="origin"><div class="name">{plain(stored.path)}{title}</div>'
        f'<div class="where">{plain(facts)}</div></div>'
    )


def sheet(text: str, start: int, end: int, shown: tuple[int, int], t: Strings) -> str:
    """The stored text from `shown[0]` to `shown[1]`, with `[start:end]` marked and scrolled to."""
    first, last = (
        max(shown[0], start - _CONTEXT_SHOWN),
        min(shown[1], end + _CONTEXT_SHOWN),
    )
    first, last = min(first, start), max(last, end)
    cut = f'<span class="cut">{plain(t("text_shortened"))}</span>'
    marked = f"<mark data-show>{body(text[start:end])}</mark>" if end > start else ""
    before = (cut + "\n" if first > shown[0] else "") + body(text[first:start])
    after = body(text[end:last]) + ("\n" + cut if last < shown[1] else "")
    return f'<div class="sheet" tabindex="0">{before}{marked}{after}</div>'


def picture(png: bytes, alt: str) -> str:
    """A picture of our own making, in the page itself."""
    return f'<img class="picture" alt="{plain(alt)}" src="data:image/png;base64,{base64.b64encode(png).decode()}">'


def size(count: int) -> str:
    """Bytes in words."""
    value = float(count)
    for unit in ("B", "KB", "MB"):
        if value < 1024 or unit == "MB":
            break
        value /= 1024
    return f"{value:.0f} {unit}" if value >= 10 or unit == "B" else f"{value:.1f} {unit}"


def searchable(document: Document) -> bool:
    """Whether questions find it."""
    return document.status in _SEARCHABLE


def result(path: str, status: str, reason: str, t: Strings) -> str:
    """One file of an upload: what became of it."""
    css = "good" if status in _SEARCHABLE else "bad" if status == "failed" else "mute"
    why = f'<span class="reason">{body(reason)}</span>' if reason else ""
    return (
        f'<li class="doc"><span class="kind">{plain(_kind(path))}</span><span class="name">{plain(path)}</span>'
        f'<span class="facts"><span class="status {css}">{plain(t(f"result_{status}"))}</span></span>{why}</li>'
    )


def _document(document: Document, index: int, t: Strings) -> str:
    ready = searchable(document)
    css = "good" if ready else "bad" if document.status == "failed" else "mute"
    facts = [f'<span class="status {css}">{plain(t(f"status_{document.status}"))}</span>']
    if document.title and document.title not in (
        document.path,
        PurePosixPath(document.path).stem,
    ):
        facts.append(f'<span class="wrap">{plain(document.title)}</span>')
    facts.append(f'<span class="wrap">{plain(document.collection)}</span>')
    if document.pages:
        facts.append(f"<span>{plain(t.count('pages', document.pages))}</span>")
    if ready:
        facts.append(f"<span>{plain(t.count('chunks', document.chunks))}</span>")
    if document.version > 1:
        facts.append(f"<span>{plain(t('version', n=document.version))}</span>")
    facts += [
        f"<span>{plain(size(document.size))}</span>",
        f"<span>{plain(document.ingested_at[:10])}</span>",
    ]
    reason = f'<span class="reason">{body(document.reason)}</span>' if document.reason else ""
    name = plain(document.path)
    opening = f'<button type="button" class="name" data-action="preview" data-value="{index}">{name}</button>'
    preview = _tool("preview", index, t("preview"), document.path) if ready else ""
    return (
        f'<li class="doc"><span class="kind">{plain(_kind(document.path))}</span>'
        f"{opening if ready else f'<span class=name>{name}</span>'}"
        f'<span class="facts">{"".join(facts)}</span>'
        f'<span class="acts">{preview}{_tool("delete", index, t("delete"), document.path)}</span>{reason}</li>'
    )


def _tool(action: str, index: int, words: str, path: str) -> str:
    return (
        f'<button type="button" class="tool" data-action="{action}" data-value="{index}" '
        f'aria-label="{plain(f"{words}: {path}")}">{plain(words)}</button>'
    )


def _kind(path: str) -> str:
    return PurePosixPath(path).suffix.lstrip(".").upper()[:5] or "TXT"


def _first_of_each(found: Sequence[Passage]) -> list[Passage]:
    return list({(p.collection, p.document): p for p in reversed(found)}.values())[::-1]


def _refusal(given: Answer, t: Strings) -> str:
    chips = "".join(
        f'<button type="button" class="chip" data-action="passage" data-value="{p.rank}">{plain(p.document)}</button>'
        for p in _first_of_each(given.passages)[:4]
    )
    said = "".join(f'<div class="where">{plain(notice.text)}</div>' for notice in given.notices)
    nearest = f'<div class="nearest"><span>{plain(t("nearest"))}</span>{chips}</div>' if chips else ""
    return (
        f'<div class="refused"><div class="title">{plain(t("refused"))}</div>'
        f'<div class="answer">{rich(given.text)}</div>{said}{nearest}</div>'
    )


def _chip(n: int, citation: Citation, index: int, t: Strings) -> str:
    place = where(citation.page, "", t)
    head = citation.document + (f" · {place}" if place else "")
    card = f"{head}\n{citation.quote[:_CARD_SHOWN]}{'…' if len(citation.quote) > _CARD_SHOWN else ''}"
    weak = "" if citation.supported else " weak"
    return (
        f'<button type="button" class="cite{weak}" data-action="cite" data-value="{index}" '
        f'data-card="{_attribute(card)}" aria-label="{plain(t("cite_label", n=n, document=head))}">{n}</button>'
    )


def _passage_chip(n: int, passage: Passage, t: Strings) -> str:
    name = plain(t("cite_label", n=n, document=passage.document))
    return f'<button type="button" class="cite" data-action="passage" data-value="{n}" aria-label="{name}">{n}</button>'


def _attribute(text: str) -> str:
    """Text with its line breaks for an attribute."""
    return body(text).replace("\n", "&#10;")
