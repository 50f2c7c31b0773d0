"""Mutated files: bit flips, torn ends and swapped suffixes; each must give text or a reason, and harm no other.

The seeds are the sample documents, one small file of each other format that is made here, and the files of a folder
of one's own. They are read as an ingestion reads them, by the reading processes with text recognition, and among them
whole files that must come out unharmed.
"""

import random
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

from benchmarks.places import SAMPLE_DOCS
from benchmarks.reading import Outcome, read_files
from benchmarks.result import Result

SEED = 20251125
FILES = 2_000
_EVERY = 10  # mutated files to each whole one
_LARGEST = 400_000  # bytes of a seed
_WHOLE = "# Neighbour {number}\n\nThe neighbour of the damaged file number {number} is whole.\n"


def seeds(folder: Path | None = None) -> list[tuple[str, bytes]]:
    """(name, content) of what is mutated, in a fixed order."""
    paths = (path for root in (SAMPLE_DOCS, folder) if root for path in sorted(root.rglob("*.*")) if path.is_file())
    small = (path for path in paths if 0 < path.stat().st_size <= _LARGEST)
    return [*((path.name, path.read_bytes()) for path in small), *_made()]


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


def run(count: int = FILES, folder: Path | None = None) -> Result:
    """Read `count` mutated files. What should not be is counted, and named in the notes."""
    with tempfile.TemporaryDirectory() as temporary:
        files: list[tuple[Path, str]] = []

        def write(name: str, data: bytes) -> None:
            place = Path(temporary) / name
            place.write_bytes(data)
            files.append((place, name))

        for number, (name, data) in enumerate(mutated(seeds(folder), count)):
            write(name, data)
            if number % _EVERY == 0:
                write(f"neighbour-{number}.md", _WHOLE.format(number=number).encode())
        began = time.perf_counter()
        counts: Counter[str] = Counter()
        bad: list[str] = []
        for (_, name), outcome in zip(files, read_files(files), strict=True):
            kind = _kind(name, outcome)
            counts[kind] += 1
            if kind not in ("read", "refused", "whole"):
                bad.append(f"{name}: {kind}: {'; '.join(outcome.reasons)[:200]}")
        seconds = time.perf_counter() - began
    rows = tuple(
        (what, counts[kind], limit)
        for what, kind, limit in (
            ("gave text", "read", ""), ("gave a reason", "refused", ""), ("crashed a reader", "crash", 0),
            ("had to be ended", "hang", 0), ("gave neither text nor reason", "lost", 0),
            ("whole neighbours", "whole", ""), ("neighbours lost or changed", "harmed", 0),
        )
    )  # fmt: skip
    notes = (f"{count} mutated files in {seconds:.0f} s, one whole file after every {_EVERY}", *bad)
    return Result("mutations", ("files that", "count", "limit"), rows, notes)


def _kind(name: str, outcome: Outcome) -> str:
    if name.startswith("neighbour-"):
        number = name.removeprefix("neighbour-").removesuffix(".md")
        return "whole" if outcome.text.strip() == _WHOLE.format(number=number).strip() else "harmed"
    if outcome.ended:
        return "crash" if any(reason.startswith(("The process", "FATAL")) for reason in outcome.reasons) else "hang"
    return "read" if outcome.documents else "refused" if outcome.reasons else "lost"


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
