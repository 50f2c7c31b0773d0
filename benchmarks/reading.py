"""Reading: how much of what stands in files is found in the text that is stored of them, by the reading processes.

Four measures over the question sets: snippets of files of every format, words and numbers of the pages of long PDFs
against a text made by people, and the same of pages that are pictures. White space, punctuation and symbols do not
count; a word is found where it stands in the text without them, a number where the text has that very number.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import unicodedata
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import chain
from pathlib import Path
from typing import Any

from benchmarks.places import chromium, evaldata
from benchmarks.result import Result
from ingest.reading import process_pool
from ingest.reading.messages import ReadDocument, Task, Unreadable
from kb.config import Settings
from kb.errors import KBError
from kb.language.tokenizer import tokenise

LIMITS = {"snippets": 0.97, "words": 0.97, "numbers": 0.98, "recognised words": 0.93}
SETS = ("formats_unstructured", "zh_office")
PAGES = "ohr_finance_pdf"
DPI = 150
ENGLISH, CHINESE = 20, 10  # pages that are made pictures of
_AHEAD = 4  # files handed in before they are asked for
_ENDED = ("The process that read it", "Reading it took longer", "Reading it needed more", "FATAL")
_MATH = re.compile(r"\$([^$]*)\$")
_LAYOUT = re.compile(
    r"\\begin\s*\{tabular\}\s*\{(?:[^{}]|\{[^{}]*\})*\}|\\(?:begin|end)\s*\{\w+\*?\}|\\cline\s*\{[^{}]*\}"
    r"|\\multirow\s*(?:\[\w*\])?\s*\{[^{}]*\}\s*\{[^{}]*\}|\\multicolumn\s*\{[^{}]*\}\s*\{[^{}]*\}"
)
_COMMAND = re.compile(r"\\[A-Za-z]+|[\\${}^_&|~]")
_WORD = re.compile(r"[^\W\d_]{3,}")
_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
Rows = list[tuple[str | float, ...]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one file: its documents, and the reasons for what could not be read. A lost file has neither."""

    documents: tuple[ReadDocument, ...]
    reasons: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(document.content.text for document in self.documents)

    @property
    def ended(self) -> bool:
        """Whether the reading process had to be ended, or ended by itself."""
        return any(reason.startswith(_ENDED) for reason in self.reasons)


def run() -> Result:
    """All four; a question set that is absent is named in the notes."""
    rows: Rows = []
    notes: list[str] = []
    for name in SETS:
        folder = evaldata() / name
        if (folder / "queries.jsonl").is_file():
            _snippets(folder, rows, notes)
        else:
            notes.append(f"{name} is absent: {folder} (set KB_EVALDATA)")
    folder = evaldata() / PAGES
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        if (folder / "gold_pages.jsonl").is_file():
            gold = [json.loads(line) for line in (folder / "gold_pages.jsonl").open(encoding="utf-8")]
            _pages(folder / "docs", gold, rows, notes)
            _recognised_english(folder / "docs", gold, place, rows, notes)
        else:
            notes.append(f"{PAGES} is absent: {folder} (set KB_EVALDATA)")
        _recognised_chinese(evaldata() / "zh_office" / "docs", place, rows, notes)
    return Result("reading", ("what", "found", "of", "limit"), tuple(rows), tuple(notes))


def read_files(files: Sequence[tuple[Path, str]], settings: Settings | None = None) -> Iterator[Outcome]:
    """What comes of files, given as (place, name), in their order. Some are handed in ahead, as an ingestion does."""
    chosen = settings or Settings()
    waiting: deque[process_pool.Reading] = deque()
    for number in range(len(files) + _AHEAD):
        if number < len(files):
            place, name = files[number]
            sha256 = hashlib.sha256(place.read_bytes()).hexdigest()
            waiting.append(process_pool.pool.read(Task(place, name, sha256, chosen)))
        if number >= _AHEAD:
            print(f"\rreading {number - _AHEAD + 1}/{len(files)} files", end="", file=sys.stderr)
            yield _outcome(waiting.popleft())
    print(file=sys.stderr)


def _outcome(reading: process_pool.Reading) -> Outcome:
    documents: list[ReadDocument] = []
    reasons: list[str] = []
    try:
        for message in reading.messages(threading.Event()):
            if isinstance(message, ReadDocument):
                documents.append(message)
            elif isinstance(message, Unreadable):
                reasons.append(str(message.error))
    except KBError as error:
        reasons.append(f"FATAL {error}")
    return Outcome(tuple(documents), tuple(reasons))


# ---- snippets


def _snippets(folder: Path, rows: Rows, notes: list[str]) -> None:
    """Which snippets of a file's content are in its text. Files without any must give text or a reason."""
    wanted: dict[str, list[str]] = {}
    for line in (folder / "queries.jsonl").open(encoding="utf-8"):
        for evidence in json.loads(line)["evidence"]:
            wanted.setdefault(evidence["doc"], []).append(squeezed(evidence["text"]))
    files = [(path, path.relative_to(folder / "docs").as_posix()) for path in _files(folder / "docs")]
    found = total = lost = ended = 0
    for (_, name), outcome in zip(files, read_files(files), strict=True):
        text = squeezed(outcome.text)
        snippets = [snippet for snippet in wanted.pop(name, []) if snippet]
        there = sum(snippet in text for snippet in snippets)
        found, total = found + there, total + len(snippets)
        lost += not outcome.documents and not outcome.reasons
        ended += outcome.ended
        why = f" ({'; '.join(dict.fromkeys(outcome.reasons))[:160]})" if outcome.reasons else ""
        if there < len(snippets):
            notes.append(f"{folder.name}: {name}: {len(snippets) - there} of {len(snippets)} not found{why}")
        elif not outcome.documents and not snippets:
            notes.append(f"{folder.name}: {name}: nothing wanted{why}")
    notes += [f"{folder.name}: {name} is not among the files" for name in wanted]
    rows += [
        (f"{folder.name}, snippets", found / total, f"{total:,} snippets", LIMITS["snippets"]),
        (f"{folder.name}, files with neither text nor reason", lost, f"{len(files)} files", 0),
        (f"{folder.name}, readers that crashed or were ended", ended, f"{len(files)} files", 0),
    ]


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def squeezed(text: str) -> str:
    """The text, NFKC, without white space, punctuation and symbols."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c)[0] not in "ZPSC")


# ---- pages


def _pages(folder: Path, gold: Sequence[dict[str, Any]], rows: Rows, notes: list[str]) -> None:
    files = [(path, path.name) for path in _files(folder)]
    texts: dict[tuple[str, int], str] = {}
    for (_, name), outcome in zip(files, read_files(files), strict=True):
        notes += [f"{name}: {reason}" for reason in outcome.reasons]
        for document in outcome.documents:
            content = document.content
            texts |= {(name, page.number): content.text[page.start : page.end] for page in content.pages}
    words, numbers = _compared(gold, [texts.get((page["doc"], page["page"]), "") for page in gold])
    rows += [
        (f"{PAGES}, words of a page", words.mean, f"{len(gold)} pages", LIMITS["words"]),
        (f"{PAGES}, numbers of a page", numbers.mean, f"{len(gold)} pages", LIMITS["numbers"]),
    ]
    notes += [
        f"{PAGES}: fewest {what} found: {recall.lowest}" for what, recall in (("words", words), ("numbers", numbers))
    ]


class Recall:
    """The mean share of what was wanted of each page that was found; pages of which nothing is wanted do not count."""

    def __init__(self) -> None:
        self._shares: list[tuple[float, str]] = []

    def add(self, wanted: Iterable[str], text: str | frozenset[str], page: str) -> None:
        sought = [*dict.fromkeys(wanted)]
        if sought:
            self._shares.append((sum(each in text for each in sought) / len(sought), page))

    @property
    def mean(self) -> float:
        return sum(share for share, _ in self._shares) / len(self._shares) if self._shares else float("nan")

    @property
    def lowest(self) -> str:
        return ", ".join(f"{page} {share:.2f}" for share, page in sorted(self._shares)[:5])


def _compared(pages: Sequence[dict[str, Any]], texts: Iterable[str]) -> tuple[Recall, Recall]:
    """Words and numbers of gold pages in the texts that were read of them."""
    words, numbers = Recall(), Recall()
    for page, text in zip(pages, texts, strict=True):
        true, name = without_markup(page["text"]), f"{page['doc']} {page['page']}"
        words.add(words_of(true), squeezed(text).casefold(), name)
        numbers.add(numbers_of(true), numbers_of(text), name)
    return words, numbers


def without_markup(text: str) -> str:
    """The text of a gold page without its LaTeX: layout is dropped, and what is in a formula stands without gaps."""
    text = _LAYOUT.sub(" ", text.replace("\\$", " "))
    text = _MATH.sub(lambda match: f" {re.sub(r'(?<=[0-9,.]) +(?=[0-9,.])', '', match[1])} ", text)
    return _COMMAND.sub(" ", text)


def words_of(text: str) -> frozenset[str]:
    """The words of three letters or more, casefolded."""
    return frozenset(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def numbers_of(text: str) -> frozenset[str]:
    """The numbers, without the commas between thousands."""
    return frozenset(found.replace(",", "") for found in _NUMBER.findall(unicodedata.normalize("NFKC", text)))


# ---- pages that are pictures


def _recognised_english(
    folder: Path, gold: Sequence[dict[str, Any]], place: Path, rows: Rows, notes: list[str]
) -> None:
    full = [page for page in gold if len(words_of(without_markup(page["text"]))) >= 80]
    chosen = [full[number * len(full) // ENGLISH] for number in range(ENGLISH)]
    texts, marked = _recognised([(folder / page["doc"], page["page"]) for page in chosen], place / "en.pdf", notes)
    words, numbers = _compared(chosen, texts)
    notes.append(f"{PAGES} at {DPI} dpi: numbers {numbers.mean:.3f}; fewest words: {words.lowest}")
    rows += [
        (f"{PAGES} at {DPI} dpi, words", words.mean, f"{ENGLISH} pages", LIMITS["recognised words"]),
        (f"{PAGES} at {DPI} dpi, pages not marked as OCR", ENGLISH - marked, f"{ENGLISH} pages", 0),
    ]


def _recognised_chinese(folder: Path, place: Path, rows: Rows, notes: list[str]) -> None:
    """Pages of Word documents, printed by Chromium; the words are those of the printed page."""
    files = [(path, path.name) for path in _files(folder) if path.suffix == ".docx"]
    texts = [outcome.text for outcome in read_files(files)]
    printed = _printed([text for text in texts if len(text) > 2_000], place)
    if printed is None:
        notes.append("Chinese pages were not measured: zh_office or Chromium is absent")
        return
    pages = _text_layers(printed)
    full = [number for number, text in enumerate(pages, 1) if len(squeezed(text)) >= 300]
    chosen = [full[number * len(full) // CHINESE] for number in range(CHINESE)]
    texts, marked = _recognised([(printed, number) for number in chosen], place / "zh.pdf", notes)
    words = Recall()
    for number, text in zip(chosen, texts, strict=True):
        wanted = (word for word in tokenise(pages[number - 1]) if len(word) >= 2)
        words.add(wanted, squeezed(text).casefold(), f"page {number}")
    notes.append(f"zh_office at {DPI} dpi: fewest words: {words.lowest}")
    rows += [
        (f"zh_office at {DPI} dpi, words", words.mean, f"{CHINESE} pages", LIMITS["recognised words"]),
        (f"zh_office at {DPI} dpi, pages not marked as OCR", CHINESE - marked, f"{CHINESE} pages", 0),
    ]


def _recognised(pages: Sequence[tuple[Path, int]], file: Path, notes: list[str]) -> tuple[list[str], int]:
    """The texts of pages after they were made a PDF of pictures, and how many of these are marked as OCR."""
    import pypdfium2

    pictures = []
    for path, number in pages:
        document = pypdfium2.PdfDocument(path)
        pictures.append(document[number - 1].render(scale=DPI / 72).to_pil().convert("RGB"))
        document.close()
    pictures[0].save(file, "PDF", save_all=True, append_images=pictures[1:], resolution=DPI, quality=90)
    [outcome] = read_files([(file, file.name)], _patient())
    notes += [f"{file.name}: {reason}" for reason in outcome.reasons]
    found = {
        page.number: (outcome.text[page.start : page.end], page.ocr)
        for document in outcome.documents
        for page in document.content.pages
    }
    texts = [found.get(number, ("", False)) for number in range(1, len(pages) + 1)]
    return [text for text, _ in texts], sum(ocr for _, ocr in texts)


def _patient() -> Settings:
    """Settings that leave a busy machine time for a file of many pictures."""
    settings = Settings()
    return settings.model_copy(update={"ingest": settings.ingest.model_copy(update={"file_seconds": 600})})


def _printed(texts: Sequence[str], place: Path) -> Path | None:
    """A PDF of these texts; None where there are none, or no browser to print them."""
    browser = chromium() or shutil.which("google-chrome")
    if not texts or browser is None:
        return None
    lines = chain.from_iterable(text.splitlines() for text in texts)
    body = "".join(f"<p>{escape(line)}</p>" for line in lines if line.strip())
    page, file = place / "zh.html", place / "zh-printed.pdf"
    page.write_text(f"<!doctype html><html lang=zh><meta charset=utf-8>{body}", encoding="utf-8")
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={place / 'browser'}"]
    subprocess.run(
        [*command, "--no-pdf-header-footer", f"--print-to-pdf={file}", page.as_uri()], check=True, timeout=300,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    return file


def _text_layers(file: Path) -> list[str]:
    import pypdfium2

    document = pypdfium2.PdfDocument(file)
    texts = [document[number].get_textpage().get_text_range() for number in range(len(document))]
    document.close()
    return texts
