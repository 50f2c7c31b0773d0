"""Ingestion as the command line shows it: a progress bar on stderr, and the report as JSON."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ingest.document import files
from ingest.sync.pipeline import IngestProgress, IngestReport, document_report_form, ingest
from ingest.sync.reindexing import ReindexProgress, ReindexReport, reindex
from ingest.sync.watching import Leave, follow, watch
from kb.assistant import KnowledgeBase
from kb.schema import Principal
from ui.cli import console
from ui.cli.client import RemoteKnowledgeBase


def ingest_with_progress(
    kb: KnowledgeBase | RemoteKnowledgeBase,
    paths: Sequence[Path],
    asker: Principal,
    collection: str | None = None,
    prune: bool = False,
) -> IngestReport:
    """Ingest with a bar of files, chunks and their rate; Ctrl-C stops after the current file."""
    with _progress("cli_unit_files", "cli_ingesting") as (stop, show_at):

        def show(at: IngestProgress) -> None:
            show_at(at.files_done, at.files_total, at.chunks, at.seconds)

        if isinstance(kb, RemoteKnowledgeBase):
            return kb.ingest(paths, asker, collection=collection, prune=prune, progress=show, stop=stop)
        return ingest(kb, paths, collection=collection, prune=prune, progress=show, stop=stop, by=asker.name)


def reindex_with_progress(kb: KnowledgeBase | RemoteKnowledgeBase, asker: Principal) -> ReindexReport:
    """Build the whole index again, with a bar of documents; Ctrl-C stops, and the old index still answers."""
    with _progress("cli_unit_documents", "cli_reindexing") as (stop, show_at):

        def show(at: ReindexProgress) -> None:
            show_at(at.documents_done, at.documents_total, at.embedded, at.seconds)

        if isinstance(kb, RemoteKnowledgeBase):
            return kb.reindex(asker, progress=show, stop=stop)
        return reindex(kb, asker.name, progress=show, stop=stop)


@contextmanager
def _progress(unit: str, doing: str) -> Iterator[tuple[threading.Event, Callable[[int, int, int, float], None]]]:
    """A bar that is told (done, total, chunks, seconds), and the event that Ctrl-C sets. `unit` and `doing` are keys of
    texts."""
    with console.interruptible() as stop, console.progress_bar(console.t(unit)) as bar:
        task = bar.add_task(console.t(doing), total=None, note="")

        def show(done: int, total: int, chunks: int, seconds: float) -> None:
            note = console.t("cli_chunk_rate", n=chunks, rate=f"{chunks / seconds if seconds else 0.0:.0f}")
            bar.update(task, completed=done, total=total, note=note)

        yield stop, show


def watch_with_reports(
    kb: KnowledgeBase | RemoteKnowledgeBase,
    paths: Sequence[Path],
    asker: Principal,
    collection: str | None = None,
    prune: bool = False,
    poll: bool = False,
) -> Iterator[IngestReport]:
    """Ingest, then follow the folders until Ctrl-C; a report for the first run and for each change. `poll` as in
    `ingest.sync.watching.watch`."""
    with console.interruptible() as stop:

        def by_service(leave: Leave) -> IngestReport:
            assert isinstance(kb, RemoteKnowledgeBase)
            left = [found.absolute_path for found in files.find(paths) if leave(found)]
            return kb.ingest(paths, asker, collection=collection, prune=prune, leave=left, stop=stop)

        if isinstance(kb, RemoteKnowledgeBase):
            yield from follow(paths, by_service, stop=stop, poll=poll)
        else:
            yield from watch(kb, paths, collection=collection, prune=prune, stop=stop, poll=poll, by=asker.name)


def report_form(report: IngestReport) -> dict[str, Any]:
    """The report as JSON."""
    documents = [document_report_form(each) for each in report.documents]
    return {**asdict(report), "documents": documents, "seconds": round(report.seconds, 3)}


def print_report(report: IngestReport) -> None:
    """The report in words: what needs a look, and the counts."""
    out = console.stdout()
    for document in report.documents:
        if document.status in ("failed", "skipped", "deleted"):
            status = console.padded(console.t(f"cli_status_{document.status}"), 8)
            line = f"{status} {document.path}: {console.localized(document.reason)}"
            out.print(console.printable_line(line), markup=False)
    counts = {name: getattr(report, name) for name in ("added", "changed", "unchanged", "deleted", "failed", "skipped")}
    out.print(console.t("cli_ingested", **counts, seconds=f"{report.seconds:.1f}"))
