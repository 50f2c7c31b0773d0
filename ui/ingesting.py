"""Ingestion as the command line shows it: a progress bar on stderr, and the report as JSON."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ingest.pipeline import IngestProgress, IngestReport, ingest
from kb.assistant import KnowledgeBase
from ui import console


def ingest_with_progress(
    kb: KnowledgeBase,
    paths: Sequence[Path],
    collection: str | None = None,
    prune: bool = False,
) -> IngestReport:
    """Ingest with a bar of files, chunks and their rate; Ctrl-C stops after the current file."""
    with console.interruptible() as stop, console.progress_bar("files") as bar:
        task = bar.add_task("ingesting", total=None, note="")

        def show(at: IngestProgress) -> None:
            rate = at.chunks / at.seconds if at.seconds else 0.0
            note = f"{at.chunks} chunks, {rate:.0f}/s"
            bar.update(task, completed=at.files_done, total=at.files_total, note=note)

        return ingest(kb, paths, collection=collection, prune=prune, progress=show, stop=stop)


def report_form(report: IngestReport) -> dict[str, Any]:
    """The report as JSON."""
    return {**asdict(report), "seconds": round(report.seconds, 3)}
