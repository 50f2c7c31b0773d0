"""Synchronising: a second run over ten thousand unchanged files, and the memory that a PDF of 3,000 pages takes."""

import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from benchmarks.result import Result
from ingest.sync.pipeline import IngestProgress, ingest
from kb.assistant import KnowledgeBase
from kb.config import Settings

FILES = 10_000
PAGES = 3_000
_LINES = 42  # of a page
_KB = Path(sys.executable).with_name("kb")


def run(files: int = FILES, pages: int = PAGES) -> Result:
    """Wanted: under 10 s, and at most 300 MB over the process at rest with its model loaded."""
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        first, second = _unchanged(place, files)
        rest, most, seconds, chunks = _large(place, pages)
    rows = (
        (f"first run, {files:,} small files, s", first),
        (f"second run, {files:,} unchanged files, s", second),
        (f"PDF of {pages:,} pages, {chunks:,} chunks, s", seconds),
        ("memory at rest, MB", rest),
        ("memory at its highest, MB", most),
        ("added, MB", most - rest),
    )
    return Result("sync", ("what", ""), rows, (f"load average {os.getloadavg()[0]:.1f}",))


def _unchanged(place: Path, files: int) -> tuple[float, float]:
    """Seconds of the first run and, as the command line takes it, of the second."""
    docs, home = place / "many", place / "home-many"
    for number in range(files):
        path = docs / f"{number // 100:03}" / f"{number:05}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# Note {number}\n\nThe code of room {number} is {number * 37}.\n", encoding="utf-8")
    seconds = []
    for _ in range(2):
        time.sleep(2.5)  # a file that has just changed is hashed once more
        began = time.perf_counter()
        subprocess.run([_KB, "ingest", str(docs), "--home", str(home)], check=True, stdout=subprocess.DEVNULL)
        seconds.append(time.perf_counter() - began)
    return seconds[0], seconds[1]


def _large(place: Path, pages: int) -> tuple[float, float, float, int]:
    """(MB at rest, MB at the highest, seconds, chunks) of this process while it ingests one large PDF."""
    import psutil

    write_pdf(place / "large.pdf", pages)
    process, ended = psutil.Process(), threading.Event()
    most = 0.0

    def look() -> None:
        nonlocal most
        while not ended.wait(0.05):
            most = max(most, process.memory_info().rss / (1 << 20))

    def show(at: IngestProgress) -> None:
        print(f"\r{at.chunks} chunks, {most:.0f} MB", end="", file=sys.stderr)

    with KnowledgeBase.open(place / "home-large", Settings()) as kb:
        kb.embedder.warm_up()
        kb.indexes.ready()
        rest = process.memory_info().rss / (1 << 20)
        watcher = threading.Thread(target=look)
        watcher.start()
        began = time.perf_counter()
        try:
            [document] = ingest(kb, [place / "large.pdf"], progress=show).documents
        finally:
            ended.set()
            watcher.join()
        print(file=sys.stderr)
        return rest, most, time.perf_counter() - began, document.chunks


def write_pdf(path: Path, pages: int) -> None:
    """A PDF whose pages are full of words, no two alike."""
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path))
    for page in range(pages):
        for line in range(_LINES):
            number = page * _LINES + line
            words = f"Line {number} says that part {number % 89} of order {number * 7} weighs {number % 13} kilograms."
            canvas.drawString(60, 790 - 17 * line, words)
        canvas.showPage()
    canvas.save()
