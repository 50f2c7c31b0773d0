"""Markup of the documents page: the list, the jobs with what became of each file, and the versions of a document."""

from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from kb.language.local_days import day, local
from kb.schema import Document, HiddenText, OrderReason, PageSpan
from kb.store.document_queries import POOR, SEARCHABLE, Listed, VersionFacts
from ui.html.chat import searchable
from ui.html.sanitise import message, plain
from ui.words.strings import Strings
from ui.words.translations import localised

if TYPE_CHECKING:
    from ingest.sync.jobs import Job
    from ingest.sync.pipeline import DocumentReport

_RESULTS_SHOWN = 200
_PAGES_NAMED = 12
_NOTE = 0.9  # a quality under it is worth a word
_JOB_STYLE = {
    "done": "good",
    "failed": "bad",
    "cancelled": "mute",
    "paused": "mute",
    "queued": "mute",
    "running": "busy",
    "stopping": "mute",
}


def fit(html: str) -> str:
    """`html` laid out by the width it has, which is little beside an open source."""
    return f'<div class="fit">{html}</div>'


def tool(action: str, value: object, words: str, about: str = "", *, css: str = "", off: bool = False) -> str:
    """A small button that reports `action` and `value`."""
    name = f' aria-label="{plain(f"{words}: {about}")}"' if about else ""
    return (
        f'<button type="button" class="tool{css and f" {css}"}" data-action="{action}" data-value="{plain(str(value))}"'
        f"{name}{' disabled' if off else ''}>{plain(words)}</button>"
    )


def size(count: int) -> str:
    """Bytes in words."""
    value, unit = float(count), "B"
    for unit in ("B", "KB", "MB", "GB"):
        if value < 1024 or unit == "GB":
            break
        value /= 1024
    return f"{value:.0f} {unit}" if value >= 10 or unit == "B" else f"{value:.1f} {unit}"


def duration(seconds: float, t: Strings) -> str:
    """A time in words, as a person would say it."""
    whole = max(0, round(seconds))
    if whole < 60:
        return t("seconds", n=whole)
    if whole < 3600:
        return t("minutes", m=whole // 60, s=f"{whole % 60:02}")
    return t("hours", h=whole // 3600, m=f"{whole % 3600 // 60:02}")


def meter(done: float, total: float, words: str) -> str:
    """A bar that says how far something is; without a total one that only says that it goes on."""
    if total <= 0:
        return f'<div class="meter open" role="progressbar" aria-label="{plain(words)}"><i></i></div>'
    share = min(1.0, max(0.0, done / total))
    return (
        f'<div class="meter" role="progressbar" aria-label="{plain(words)}" aria-valuemin="0" aria-valuemax="100" '
        f'aria-valuenow="{share * 100:.0f}"><i style="width:{share:.1%}"></i></div>'
    )


# ---- the list


def documents(
    listed: Listed,
    offset: int,
    limit: int,
    chosen: Collection[int],
    t: Strings,
    may_edit: Callable[[str], bool] = lambda collection: True,
    *,
    readers: bool = False,
    may_ask: bool = True,
) -> str:
    """A page of the list, with the way to the other pages. A click reports the id of a document, or of all of them.

    `may_edit` says of a collection whether its documents can be deleted and read again here, `readers` whether there is
    anybody who could be given them to read, `may_ask` whether they can be asked here.
    """
    rows = "".join(
        _document(d, d.id in chosen, t, may_edit(d.collection), readers, may_ask=may_ask) for d in listed.documents
    )
    own = [d.id for d in listed.documents if may_edit(d.collection)]
    ticked = [id in chosen for id in own]
    some = "true" if all(ticked) else "mixed" if any(ticked) else "false"
    action, ids = "drop-page" if all(ticked) else "pick-page", " ".join(map(str, own))
    pick = (
        f'<button type="button" class="pick" role="checkbox" aria-checked="{some}" data-action="{action}" '
        f'data-value="{ids}" aria-label="{plain(t("select_page"))}"></button>'
    )
    head = f'<div class="listhead">{pick if own else ""}{_leaf(listed, offset, limit, t)}</div>'
    foot = f'<div class="listfoot">{_leaf(listed, offset, limit, t)}</div>' if listed.total > limit else ""
    return f'{head}<ul class="docs">{rows}</ul>{foot}'


def _leaf(listed: Listed, offset: int, limit: int, t: Strings) -> str:
    words = t(
        "documents_range",
        first=f"{offset + 1:,}",
        last=f"{offset + len(listed.documents):,}",
        total=f"{listed.total:,}",
    )
    if listed.total <= limit:
        return f'<div class="leaf"><span>{plain(t.count("documents_found", listed.total))}</span></div>'
    steps = [
        f'<button type="button" class="step" data-action="offset" data-value="{to}" aria-label="{plain(t(name))}" '
        f'title="{plain(t(name))}"{"" if on else " disabled"}>{sign}</button>'
        for to, name, sign, on in (
            (max(0, offset - limit), "page_previous", "‹", offset > 0),
            (offset + limit, "page_next", "›", offset + limit < listed.total),
        )
    ]
    return f'<div class="leaf">{steps[0]}<span>{plain(words)}</span>{steps[1]}</div>'


def _document(document: Document, chosen: bool, t: Strings, editable: bool, readers: bool, *, may_ask: bool) -> str:
    name = plain(document.path)
    readable = document.version > 0
    pick = (
        f'<button type="button" class="pick" role="checkbox" aria-checked="{str(chosen).lower()}" data-action="pick" '
        f'data-value="{document.id}" aria-label="{plain(t("select_one"))}: {name}"></button>'
    )
    opening = (
        f'<button type="button" class="name" data-action="preview" data-value="{document.id}">{name}</button>'
        if readable
        else f'<span class="name">{name}</span>'
    )
    preview = tool("preview", document.id, t("preview"), document.path) if readable else ""
    ask = tool("ask", document.id, t("document_ask"), document.path) if may_ask and searchable(document) else ""
    pickable = " pickable" if editable else ""
    delete = tool("delete", document.id, t("delete"), document.path) if editable else ""
    release = tool("release", document.id, t("release"), document.path) if editable and document.quarantined else ""
    reason = localised(document.reason, t.language)
    return (
        f'<li class="doc{pickable}">{pick if editable else ""}'
        f'<span class="kind">{plain(kind(document.path))}</span>{opening}'
        f'<span class="facts">{"".join(_facts(document, t))}</span>'
        f'<span class="acts">{release}{ask}{preview}{delete}'
        f"{_menu(document, t, editable, readers)}</span>"
        f"{f'<span class=reason>{message(reason)}</span>' if reason else ''}{quarantine(document, t)}</li>"
    )


def quarantine(document: Document, t: Strings) -> str:
    """Why a document is in quarantine, with its own words; "" where it is not."""
    if not document.quarantined:
        return ""
    why = plain(t("quarantined_why", n=f"{document.orders.score:.0%}"))
    return f'<span class="reason">{why}</span>{"".join(_order(reason, t) for reason in document.orders.reasons)}'


def _order(reason: OrderReason, t: Strings) -> str:
    place = t("hidden_page", n=reason.page) if reason.page else ""
    said = t("orders_said", page=place, why=t(f"orders_{reason.why}"), n=f"{reason.score:.0%}")
    return f'<span class="note hidden">{plain(said)} <q>{plain(reason.text)}</q></span>'


def _facts(document: Document, t: Strings) -> list[str]:
    facts = [status(document, t)]
    if document.title and document.title not in (document.path, PurePosixPath(document.path).stem):
        facts.append(f'<span class="wrap">{plain(document.title)}</span>')
    facts.append(f'<span class="wrap">{plain(document.collection)}</span>')
    if document.version:
        if document.pages:
            facts.append(f"<span>{plain(t.count('pages', document.pages))}</span>")
        facts.append(f"<span>{plain(t.count('chunks', document.chunks))}</span>")
        facts += _quality(document, t)
        if document.version > 1:
            facts.append(f"<span>{plain(t('version', n=document.version))}</span>")
        facts.append(f"<span>{plain(size(document.size))}</span>")
        facts.append(f"<span>{plain(day(document.ingested_at))}</span>")
    return facts


def _quality(document: Document, t: Strings) -> list[str]:
    """What to know of how well the text was read."""
    found = []
    if document.poor_pages:
        found.append(_mark(t.count("pages_poor", document.poor_pages), t("poor_why"), weak=True))
    if document.ocr_pages:
        found.append(_mark(t.count("pages_ocr", document.ocr_pages), t("ocr_why"), weak=False))
    if document.quality < _NOTE:
        words = t("quality", n=f"{document.quality:.0%}")
        found.append(_mark(words, t("quality_why"), weak=document.quality < POOR))
    return found


def _mark(words: str, why: str, *, weak: bool) -> str:
    return f'<span class="mark{" weak" if weak else ""}" title="{plain(why)}">{plain(words)}</span>'


def page_note(pages: Sequence[PageSpan], number: int | None, t: Strings) -> str:
    """What to know before one relies on the text of a page; "" where there is nothing."""
    page = next((page for page in pages if page.number == number), None)
    if page is None:
        return ""
    said = [t("page_poor", why=t("poor_why"))] if page.quality < POOR else []
    said += [t("page_ocr", why=t("ocr_why"))] if page.ocr else []
    return "".join(
        f'<div class="notice{" warn" if page.quality < POOR else ""}">{plain(words)}</div>' for words in said
    )


def status(document: Document, t: Strings) -> str:
    """Whether questions find it, in a word with a sign."""
    if document.quarantined:
        return f'<span class="status bad">{plain(t("quarantined"))}</span>'
    css = "good" if document.status in SEARCHABLE else "bad" if document.status == "failed" else "mute"
    return f'<span class="status {css}">{plain(t(f"status_{document.status}"))}</span>'


def _menu(document: Document, t: Strings, editable: bool, readers: bool) -> str:
    more = plain(t("document_menu", name=document.path))
    items = [_item("again", document.id, t("document_again"))] if editable else []
    items += [_item("suggestions", document.id, t("suggestions_edit"))] if editable and searchable(document) else []
    items += [_item("access", document.id, t("access"))] if editable and readers else []
    if document.version:
        items = [
            _item("versions", document.id, t("document_versions")),
            f'<a role="menuitem" href="{original(document.collection, document.path, None)}" download>'
            f"{plain(t('document_original'))}</a>",
            *items,
        ]
    if not items:
        return ""
    return (
        '<button type="button" class="tool more" data-menu aria-haspopup="menu" aria-expanded="false" '
        f'aria-label="{more}" title="{more}">⋯</button><div class="menu" role="menu" popover>{"".join(items)}</div>'
    )


def _item(action: str, document_id: int, words: str) -> str:
    about = f'data-action="{action}" data-value="{document_id}"'
    return f'<button type="button" role="menuitem" {about}>{plain(words)}</button>'


def original(collection: str, path: str, version: int | None) -> str:
    """The address of a document's file, ready for an attribute."""
    named = {"collection": collection, "path": path} | ({"version": str(version)} if version else {})
    return plain(f"/api/documents/original?{urlencode(named)}")


def kind(path: str) -> str:
    """A document's type as its badge says it."""
    return PurePosixPath(path).suffix.lstrip(".").upper()[:5] or "TXT"


# ---- versions


def versions(collection: str, path: str, found: Sequence[VersionFacts], t: Strings) -> str:
    """The versions of a document, newest first."""
    return f'<ul class="docs">{"".join(_version(collection, path, v, t) for v in found)}</ul>'


def _version(collection: str, path: str, version: VersionFacts, t: Strings) -> str:
    state = ("good", t("version_answers")) if version.answers else ("mute", t("version_old"))
    facts = [f'<span class="status {state[0]}">{plain(state[1])}</span>', f"<span>{plain(size(version.size))}</span>"]
    if version.pages:
        facts.append(f"<span>{plain(t.count('pages', len(version.pages)))}</span>")
    facts += [
        f"<span>{plain(t('quality', n=f'{version.quality:.0%}'))}</span>",
        f"<span>{plain(local(version.ingested_at))}</span>",
        f'<span title="SHA-256 {plain(version.sha256)}"><code>{plain(version.sha256[:12])}</code></span>',
    ]
    poor = _numbers((page.number for page in version.pages if page.quality < POOR), t)
    ocr = _numbers((page.number for page in version.pages if page.ocr), t)
    notes = "".join(
        f'<span class="note">{plain(t(name, pages=pages))} {plain(t(why))}</span>'
        for name, why, pages in (("pages_poor_named", "poor_why", poor), ("pages_ocr_named", "ocr_why", ocr))
        if pages
    )
    notes += "".join(_hidden(each, t) for each in version.hidden)
    address = original(collection, path, version.number)
    return (
        f'<li class="doc"><span class="kind">{version.number}</span><span class="name">'
        f'{plain(t("version", n=version.number))}</span><span class="facts">{"".join(facts)}</span>'
        f'<span class="acts">{tool("version", version.number, t("preview"))}'
        f'<a class="tool" href="{address}" download>{plain(t("download"))}</a></span>{notes}</li>'
    )


def _hidden(hidden: HiddenText, t: Strings) -> str:
    """What of a file nobody sees, where it is, and why it is not searched."""
    place = t("hidden_page", n=hidden.page) if hidden.page else ""
    said = t("hidden_text", page=place, why=t(f"hidden_{hidden.why}"))
    return f'<span class="note hidden">{plain(said)} <q>{plain(hidden.text)}</q></span>'


def _numbers(pages: Iterable[int], t: Strings) -> str:
    numbers = [*pages]
    shown = ", ".join(map(str, numbers[:_PAGES_NAMED]))
    return shown + (t("and_more", n=len(numbers) - _PAGES_NAMED) if len(numbers) > _PAGES_NAMED else "")


# ---- jobs


def jobs(listed: "Sequence[Job]", opened: "Job | None", t: Strings) -> str:
    """The jobs: those under way as cards, the running one first, then in the order in which they get their turn; those
    that ended in a list to unfold, newest first. `opened` shows its files."""
    turn = {"running": 0, "queued": 1}
    waiting = sorted((job for job in listed if not job.finished), key=lambda job: (turn.get(job.state, 2), job.id))
    cards = "".join(_under_way(job, t) for job in waiting)
    ended = [job for job in listed if job.finished]
    if not ended:
        return cards
    rows = "".join(_ended(job, opened if opened is not None and opened.id == job.id else None, t) for job in ended)
    newest = ended[0]
    open_ = " open" if opened is not None else ""
    trouble = " status bad" if _troubled(newest) else ""
    return (
        f'{cards}<details class="recent" data-key="recent-{newest.id}-{bool(open_)}"{open_}><summary>'
        f"<b>{plain(t('jobs_recent'))}</b>"
        f'<span class="end{trouble}">{plain(newest.title)} · {plain(_outcome(newest, t))}</span></summary>'
        f'<ul class="jobs">{rows}</ul></details>'
    )


def _under_way(job: "Job", t: Strings) -> str:
    waits = job.state in ("queued", "paused")
    facts = [t("job_files", done=f"{job.files_done:,}", total=f"{job.files_total:,}")] if job.files_total else []
    if job.chunks:
        facts.append(t.count("chunks", job.chunks))
    if job.seconds >= 1 and job.files_done and not waits:
        rate = job.files_done / job.seconds
        facts.append(t("job_rate", n=f"{rate:.1f}" if rate < 10 else f"{rate:.0f}"))
        if job.files_total > job.files_done and not job.stopping:
            facts.append(t("time_left", time=duration((job.files_total - job.files_done) / rate, t)))
    now = "" if waits or not job.current else f'<div class="now">{plain(t("job_current", name=job.current))}</div>'
    state = "stopping" if job.stopping else job.state
    acts = tool("resume", job.id, t("job_resume"), job.title) if state in ("paused", "stopping") else ""
    if state in ("running", "queued"):
        acts += tool("pause", job.id, t("job_pause"), job.title)
    acts += tool("cancel", job.id, t("job_cancel"), job.title)
    pulse = '<span class="pulse"></span>' if job.state == "running" else ""
    return (
        f'<div class="card job" data-job="{job.id}"><div class="cardhead">{pulse}<b>{plain(job.title)}</b>'
        f'<span class="status {_JOB_STYLE[state]}" role="status">{plain(t(f"job_{state}"))}</span>'
        f'<span class="acts">{acts}</span></div>'
        f"{meter(job.files_done, job.files_total if job.files_total or waits else 0, job.title)}"
        f'<div class="side">{plain(" · ".join(facts) or t("upload_starting"))}</div>{now}</div>'
    )


def _outcome(job: "Job", t: Strings) -> str:
    """What became of a job that ended, in words."""
    if job.state != "done" or job.report is None:
        return t(f"job_{job.state}")
    r = job.report
    words = t("upload_done", added=r.added, changed=r.changed, unchanged=r.unchanged, failed=r.failed)
    words += t("job_skipped", n=r.skipped) if r.skipped else ""
    return words + (t("job_deleted", n=r.deleted) if r.deleted else "")


def _troubled(job: "Job") -> bool:
    return job.state == "failed" or (job.report is not None and job.report.failed > 0)


def _ended(job: "Job", opened: "Job | None", t: Strings) -> str:
    css = "bad" if _troubled(job) else _JOB_STYLE[job.state]
    sign = {"bad": "▲", "good": "✓"}.get(css, "○")
    words = t("job_close") if opened else t("job_open")
    acts = tool("files", job.id, words, job.title) if job.report is not None else ""
    if job.state in ("failed", "cancelled"):
        acts += tool("resume", job.id, t("job_again"), job.title)
    why = ""
    if job.error is not None:
        why = f'<div class="reason">{message(localised(job.error, t.language) or t("failed_unknown"))}</div>'
    return (
        f'<li class="job" data-job="{job.id}"><span class="sign {css}" aria-hidden="true">{sign}</span>'
        f'<span class="what"><b>{plain(job.title)}</b><span class="side">{plain(_outcome(job, t))} · '
        f"{plain(duration(job.seconds, t))} · {plain(local(job.created_at))}</span></span>"
        f'<span class="acts">{acts}</span>{why}{_results(opened, t) if opened else ""}</li>'
    )


def _results(job: "Job", t: Strings) -> str:
    """What became of each file: first what failed, then what was passed over, then the rest."""
    found = job.report.documents if job.report else ()
    order = {"failed": 0, "skipped": 1}
    listed = sorted(found, key=lambda d: order.get(d.status, 2))
    rest = len(listed) - _RESULTS_SHOWN
    more = (
        f'<li class="doc"><span class="name">{plain(t("results_more", n=f"{rest:,}"))}</span></li>' if rest > 0 else ""
    )
    rows = "".join(result(document, t) for document in listed[:_RESULTS_SHOWN])
    return f'<ul class="docs results">{rows}{more}</ul>' if listed else ""


def result(document: "DocumentReport", t: Strings) -> str:
    """One file of a job: what became of it."""
    css = "good" if document.status in SEARCHABLE else "bad" if document.status == "failed" else "mute"
    reason = localised(document.reason, t.language)
    chunks = f"<span>{plain(t.count('chunks', document.chunks))}</span>" if document.chunks else ""
    return (
        f'<li class="doc"><span class="kind">{plain(kind(document.path))}</span>'
        f'<span class="name">{plain(document.path)}</span><span class="facts"><span class="status {css}">'
        f"{plain(t(f'result_{document.status}'))}</span>{chunks}</span>"
        f"{f'<span class=reason>{message(reason)}</span>' if reason else ''}</li>"
    )
