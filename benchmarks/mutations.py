"""Mutated files: bit flips, torn ends and swapped suffixes; each must give text or a reason, in time.

The seeds are the sample documents, one small file of each other format that is made here, and the files of a folder
of one's own. Reading goes on in a process that is ended when a file takes too long. A file read first loads all that
is loaded once.
"""

import argparse
import multiprocessing
import random
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from email.message import EmailMessage
from io import BytesIO
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from benchmarks.result import Result, show
from kb.config import IngestSettings

SEED = 20251125
SECONDS = 30.0  # of processor time for one file, after which it counts as a hang: the machine may be busy
IDLE_SECONDS = 600.0  # without an answer, whatever the processor does
_SAMPLES = Path(__file__).parent.parent / "sample_docs"
_LARGEST = 400_000  # bytes of a seed
_SETTINGS = IngestSettings(ocr=False)


def seeds(folder: Path | None = None) -> list[tuple[str, bytes]]:
    """(name, content) of what is mutated, in a fixed order."""
    found = [(path.name, path.read_bytes()) for root in (_SAMPLES, folder) if root for path in sorted(root.rglob("*.*"))
             if path.is_file() and 0 < path.stat().st_size <= _LARGEST]  # fmt: skip
    return [*found, *_made()]


def mutated(given: list[tuple[str, bytes]], count: int, seed: int = SEED) -> Iterator[tuple[str, bytes]]:
    """(name, content) of `count` mutated files; the same for the same seeds and number."""
    rng = random.Random(seed)
    suffixes = sorted({Path(name).suffix for name, _ in given})
    for number in range(count):
        name, data = given[rng.randrange(len(given))]
        content = bytearray(data)
        kind = rng.choice(("flip", "flip", "tear", "splice", "suffix"))
        if kind == "suffix":
            name = Path(name).stem + rng.choice(suffixes)
        if kind == "tear":
            del content[rng.randrange(len(content)) :]
        if kind == "splice":
            start = rng.randrange(len(content))
            content[start : start + rng.randrange(1, 2000)] = rng.randbytes(rng.randrange(0, 400))
        if kind in ("flip", "suffix"):
            for _ in range(rng.choice((0, 1, 8, 64)) if kind == "suffix" else rng.choice((1, 8, 64, 512))):
                content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        yield f"{number}-{kind}-{name}", bytes(content)


def outcome(name: str, data: bytes) -> str:
    """ "read", or the kind of refusal; raises whatever a reader lets through."""
    from ingest import archives, reading
    from kb.errors import DocumentError

    result = "refused"
    try:
        if data and not reading.is_archive(data, name):
            result = "read" if reading.read_bytes(data, _SETTINGS, name=name).text.strip() else "empty"
    except DocumentError as error:
        if not str(error):
            raise
    try:
        for member in archives.members(data, name, 20):
            try:
                reading.read_bytes(member.open(), _SETTINGS, name=member.name)
            except DocumentError:
                continue
            result = "read"
    except DocumentError:
        pass
    return result


def _work(pipe: Connection) -> None:
    outcome("first.html", b"<html><body><p>words</p></body></html>")
    pipe.send("ready")
    while task := pipe.recv():
        try:
            pipe.send(outcome(*task))
        except BaseException as error:  # what must not happen is counted, not raised
            pipe.send(f"CRASH {type(error).__name__}: {error}"[:300])


def run(count: int = 2000, folder: Path | None = None) -> Result:
    """Read `count` mutated files. Crashes and hangs are named in the notes."""
    counts: Counter[str] = Counter()
    bad: list[str] = []
    slowest = 0.0
    context = multiprocessing.get_context("spawn")
    process, pipe = None, None
    for name, data in mutated(seeds(folder), count):
        if process is None or pipe is None or not process.is_alive():
            pipe, other = context.Pipe()
            process = context.Process(target=_work, args=(other,), daemon=True)
            process.start()
            other.close()
            _answer(process, pipe)
        began = time.perf_counter()
        pipe.send((name, data))
        result = _answer(process, pipe)
        slowest = max(slowest, time.perf_counter() - began)
        if result == "HANG" or result.startswith("CRASH the"):
            process.kill()
            process.join()
        kind = result.split()[0]
        counts[kind] += 1
        if kind.isupper():
            bad.append(f"{name}: {result}")
    if process is not None and pipe is not None and process.is_alive():
        pipe.send(None)
        process.join(10)
    row = (count, counts["read"], counts["refused"] + counts["empty"], counts["CRASH"], counts["HANG"], slowest)
    return Result("mutated files", ("files", "read", "refused", "crashes", "hangs", "slowest s"), (row,), tuple(bad))


def _answer(process: BaseProcess, pipe: Connection) -> str:
    """What the process says of its file, or that it hangs or is gone."""
    import psutil

    began, used = time.perf_counter(), _processor_seconds(process)
    try:
        while not pipe.poll(1.0):
            if _processor_seconds(process) - used > SECONDS or time.perf_counter() - began > IDLE_SECONDS:
                return "HANG"
        return str(pipe.recv())
    except (EOFError, ConnectionError, psutil.NoSuchProcess):
        return "CRASH the process ended"


def _processor_seconds(process: BaseProcess) -> float:
    import psutil

    times = psutil.Process(process.pid).cpu_times()
    return float(times.user + times.system)


def _made() -> Iterator[tuple[str, bytes]]:
    """One small file of each format that is not among the samples and can be made with what the product needs."""
    from PIL import Image

    mail = EmailMessage()
    mail["From"], mail["Subject"] = "a@b.test", "Offer"
    mail.set_content("See below.")
    mail.add_alternative("<p>See <b>below</b>.</p>", subtype="html")
    mail.add_attachment(b"a,b\n1,2\n", maintype="text", subtype="csv", filename="a.csv")
    for number, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        part.set_boundary(f"part-{number}")  # else chosen at random
    yield "mail.eml", mail.as_bytes()
    office = "urn:oasis:names:tc:opendocument:xmlns"
    body = f'<o:d xmlns:o="{office}:office:1.0" xmlns:t="{office}:text:1.0"><o:body><o:text><t:h>A</t:h><t:p>b</t:p>'
    odt = {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": body + "</o:text></o:body></o:d>",
    }
    yield "text.odt", _zip(odt)
    opf = '<package><manifest><item id="a" href="a.html" media-type="text/html"/></manifest><spine><itemref idref="a"/>'
    book = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<c><rootfile full-path="p.opf"/></c>',
        "p.opf": opf + "</spine></package>",
        "a.html": "<h1>One</h1><p>Words.</p>",
    }
    yield "book.epub", _zip(book)
    yield "all.zip", _zip({"a.txt": "words", "b/c.md": "# Title", "d.json": '{"a": [1, 2]}'})
    yield "rich.rtf", rb"{\rtf1\ansi\ansicpg936{\fonttbl{\f0\fcharset134 S;}}\f0\'c4\'ea\'bc\'d9\par\trowd a\cell\row}"
    yield "data.json", b'{"a": [1, 2, {"b": "words"}], "c": null}'
    yield "lines.ndjson", b'{"a": 1}\n{"a": 2}\n'
    yield "data.xml", b"<?xml version='1.0'?><a><title>T</title><b>words</b></a>"
    yield "data.yaml", b"a: 1\nb:\n  - words\n"
    yield "text.rst", b"Title\n=====\n\nWords.\n\n+---+\n| a |\n+---+\n"
    yield "text.org", b"* Title\n| a | b |\n|---+---|\n| 1 | 2 |\n"
    for suffix, text in (("gbk.txt", "员工年假十五天。".encode("gb18030")), ("wide.txt", "员工年假".encode("utf-16"))):
        yield suffix, text * 20
    for name in ("png", "jpeg", "tiff", "bmp"):
        buffer = BytesIO()
        Image.new("RGB", (60, 40), "white").save(buffer, name.upper())
        yield f"image.{name}", buffer.getvalue()


def _zip(entries: dict[str, str]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in entries.items():
            archive.writestr(zipfile.ZipInfo(name), text)  # which has no date of today
    return buffer.getvalue()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutations", description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--folder", type=Path, help="more files to mutate")
    options = parser.parse_args()
    result = run(options.count, options.folder)
    show(result)
    sys.exit(1 if result.notes else 0)
