"""Markup of the documents page: the list, the jobs with what became of each file, and the versions of a document."""

from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from kb.language.local_days import day, local
from kb.schema import Document, PageSpan
from kb.store.document_queries import POOR, SEARCHABLE, DocumentPage, VersionFacts
from ui.html.chat import searchable
from ui.html.templates import Fact, ToolButton, draw
from ui.words.strings import Strings

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
    return draw("parts.fit", html)


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


# ---- the list


def documents(
    listed: DocumentPage,
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
    own = [d.id for d in listed.documents if may_edit(d.collection)]
    ticked = [id in chosen for id in own]
    some = "true" if all(ticked) else "mixed" if any(ticked) else "false"
    pick = ("drop-page" if all(ticked) else "pick-page", some, " ".join(map(str, own))) if own else None
    rows = []
    for document in listed.documents:
        editable = may_edit(document.collection)
        offered = _tools(document, t, editable, may_ask), _items(document, t, editable, readers)
        address = _original(document.collection, document.path, None) if document.version else ""
        reason = t.message(document.reason)
        shown = document.id in chosen, _facts(document, t), *offered, address, reason, editable
        rows.append((document, kind(document.path), *shown))
    return draw("documents.documents", rows, pick, *_leaf(listed, offset, limit, t), t)


def _leaf(listed: DocumentPage, offset: int, limit: int, t: Strings) -> tuple[str, list[tuple[int, bool]]]:
    """Where in the list a page is, in words, and the offsets of those before and after it, with whether there is none;
    nothing where one page holds the list."""
    if listed.total <= limit:
        return t.count("documents_found", listed.total), []
    last = f"{offset + len(listed.documents):,}"
    words = t("documents_range", first=f"{offset + 1:,}", last=last, total=f"{listed.total:,}")
    return words, [(max(0, offset - limit), offset <= 0), (offset + limit, offset + limit >= listed.total)]


def _tools(document: Document, t: Strings, editable: bool, may_ask: bool) -> list[ToolButton]:
    offered = {
        "release": editable and document.quarantined,
        "ask": may_ask and searchable(document),
        "preview": document.version > 0,
        "delete": editable,
    }
    words = {"ask": "document_ask"}
    return [ToolButton(act, document.id, t(words.get(act, act)), document.path) for act, on in offered.items() if on]


def _items(document: Document, t: Strings, editable: bool, readers: bool) -> list[tuple[str, str]]:
    """What else an editor may do with a document, as action and words."""
    offered = {
        "again": ("document_again", editable),
        "suggestions": ("suggestions_edit", editable and searchable(document)),
        "title": ("title_edit", editable),
        "tags": ("tags_edit", editable),
        "move": ("move", editable and document.version > 0),
        "passages": ("passages", editable and document.version > 0),
        "access": ("access", editable and readers),
    }
    return [(action, t(words)) for action, (words, on) in offered.items() if on]


def quarantine(document: Document, t: Strings) -> str:
    """Why a document is in quarantine, with its own words; "" where it is not."""
    return draw("documents.quarantine", document, t)


def _facts(document: Document, t: Strings) -> list[Fact]:
    facts = [_status(document, t)]
    if document.shown_title:
        facts.append(Fact(document.path, "wrap"))
    elif document.title and document.title not in (document.path, PurePosixPath(document.path).stem):
        facts.append(Fact(document.title, "wrap"))
    facts.append(Fact(document.collection, "wrap"))
    if document.tags:
        facts.append(Fact(t("tags_of", names=" · ".join(document.tags)), "wrap"))
    if document.version:
        if document.pages:
            facts.append(Fact(t.count("pages", document.pages)))
        facts += [Fact(t.count("chunks", document.chunks)), *_quality(document, t)]
        if document.version > 1:
            facts.append(Fact(t("version", n=document.version)))
        facts += [Fact(size(document.size)), Fact(day(document.ingested_at))]
    return facts


def _status(document: Document, t: Strings) -> Fact:
    """Whether questions find it, in a word with a sign."""
    if document.quarantined:
        return Fact(t("quarantined"), "status bad")
    return Fact(t(f"status_{document.status}"), f"status {_status_style(document.status)}")


def _status_style(status: str) -> str:
    return "good" if status in SEARCHABLE else "bad" if status == "failed" else "mute"


def _quality(document: Document, t: Strings) -> list[Fact]:
    """What to know of how well the text was read."""
    found = []
    if document.poor_pages:
        found.append(Fact(t.count("pages_poor", document.poor_pages), "mark weak", t("poor_why")))
    if document.ocr_pages:
        found.append(Fact(t.count("pages_ocr", document.ocr_pages), "mark", t("ocr_why")))
    if document.quality < _NOTE:
        words = t("quality", n=f"{document.quality:.0%}")
        found.append(Fact(words, "mark weak" if document.quality < POOR else "mark", t("quality_why")))
    return found


def page_note(pages: Sequence[PageSpan], number: int | None, t: Strings) -> str:
    """What to know before one relies on the text of a page; "" where there is nothing."""
    page = next((page for page in pages if page.number == number), None)
    if page is None:
        return ""
    notes = [t("page_poor", why=t("poor_why"))] if page.quality < POOR else []
    notes += [t("page_ocr", why=t("ocr_why"))] if page.ocr else []
    return draw("documents.page_notes", page.quality < POOR, notes)


def _original(collection: str, path: str, version: int | None) -> str:
    """The address of a document's file."""
    named = {"collection": collection, "path": path} | ({"version": str(version)} if version else {})
    return f"/api/documents/original?{urlencode(named)}"


def kind(path: str) -> str:
    """A document's type as its badge says it."""
    return PurePosixPath(path).suffix.lstrip(".").upper()[:5] or "TXT"


# ---- versions


def versions(collection: str, path: str, found: Sequence[VersionFacts], t: Strings) -> str:
    """The versions of a document, newest first."""
    rows = []
    for version in found:
        answers = (
            Fact(t("version_answers"), "status good") if version.answers else Fact(t("version_old"), "status mute")
        )
        about = [answers, Fact(size(version.size))]
        if version.editor:
            about.append(Fact(t("version_corrected", name=version.editor), "wrap"))
        if version.pages:
            about.append(Fact(t.count("pages", len(version.pages))))
        about += [Fact(t("quality", n=f"{version.quality:.0%}")), Fact(local(version.ingested_at))]
        poor = _numbers((page.number for page in version.pages if page.quality < POOR), t)
        ocr = _numbers((page.number for page in version.pages if page.ocr), t)
        notes = [
            f"{t(name, pages=pages)} {t(why)}"
            for name, why, pages in (("pages_poor_named", "poor_why", poor), ("pages_ocr_named", "ocr_why", ocr))
            if pages
        ]
        rows.append((version, _original(collection, path, version.number), about, notes))
    return draw("documents.versions", rows, t)


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
    rows = [
        _ended(job, opened if opened is not None and opened.id == job.id else None, t) for job in listed if job.finished
    ]
    return cards + (draw("documents.ended", rows, opened is not None, t) if rows else "")


def _under_way(job: "Job", t: Strings) -> str:
    facts = [t("job_files", done=f"{job.files_done:,}", total=f"{job.files_total:,}")] if job.files_total else []
    if job.chunks:
        facts.append(t.count("chunks", job.chunks))
    if job.seconds >= 1 and job.files_done and job.state not in ("queued", "paused"):
        rate = job.files_done / job.seconds
        facts.append(t("job_rate", n=f"{rate:.1f}" if rate < 10 else f"{rate:.0f}"))
        if job.files_total > job.files_done and not job.stopping:
            facts.append(t("time_left", time=duration((job.files_total - job.files_done) / rate, t)))
    state = "stopping" if job.stopping else job.state
    acts = ["resume"] if state in ("paused", "stopping") else ["pause"] if state in ("running", "queued") else []
    tools = [ToolButton(act, job.id, t(f"job_{act}"), job.title) for act in (*acts, "cancel")]
    words = " · ".join(facts) or t("upload_starting")
    return draw("documents.under_way", job, state, _JOB_STYLE[state], words, tools, t)


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


def _ended(job: "Job", opened: "Job | None", t: Strings) -> tuple[object, ...]:
    """What the template needs of a job that ended; the last is what became of its files, which only `opened` knows."""
    bad = _troubled(job)
    words = t("job_close" if opened else "job_open")
    acts = [ToolButton("files", job.id, words, job.title)] if job.report is not None else []
    if job.state in ("failed", "cancelled"):
        acts.append(ToolButton("resume", job.id, t("job_again"), job.title))
    why = (t.message(job.error) or t("failed_unknown")) if job.error is not None else ""
    took = f"{duration(job.seconds, t)} · {local(job.created_at)}"
    results = _results(opened, t) if opened is not None else None
    return job, bad, "bad" if bad else _JOB_STYLE[job.state], _outcome(job, t), took, acts, why, results


def _results(job: "Job", t: Strings) -> tuple[list[tuple[object, ...]], int]:
    """What became of each file: first what failed, then what was passed over, then the rest; and of how many more."""
    found = job.report.documents if job.report else ()
    order = {"failed": 0, "skipped": 1}
    listed = sorted(found, key=lambda d: order.get(d.status, 2))
    rows = [_result(document, t) for document in listed[:_RESULTS_SHOWN]]
    return rows, len(listed) - _RESULTS_SHOWN


def _result(document: "DocumentReport", t: Strings) -> tuple[object, ...]:
    """One file of a job: what became of it."""
    facts = [Fact(t(f"result_{document.status}"), f"status {_status_style(document.status)}")]
    facts += [Fact(t.count("chunks", document.chunks))] if document.chunks else []
    return kind(document.path), document.path, facts, t.message(document.reason)
