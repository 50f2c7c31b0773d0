"""PDF: the text of each page as pdfium extracts it, recognised (OCR) where it is poor, with headings and tables.

Headings are what the bookmarks name; without bookmarks, short lines set larger than the text. What people added to a
page, values of forms and comments, follows its text.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ingest.document.parsed import HiddenTexts, Parsed, one_line, stored
from ingest.document.quality import mended, page_quality, readable_share
from ingest.ocr.bounding_boxes import Share, moved, on_whole, turned
from ingest.ocr.progress import at_page
from ingest.pdf.extras import beside_text, open_forms
from ingest.pdf.headings import SizedLine, bookmarks, by_size, placed, sized
from ingest.pdf.hidden import take_hidden
from ingest.pdf.lines import Box, lines_of, rejoined
from ingest.pdf.pdfium import PDF_LOCK
from ingest.pdf.pictures import PdfPicture, objects_of, regions, with_hidden_words, without_backgrounds
from ingest.pdf.tables import PageTable, laid_out, with_headers
from kb.config import IngestSettings
from kb.errors import DocumentError
from kb.schema import PageSpan, RecognisedPage, WordBox

if TYPE_CHECKING:
    from ingest.ocr.ocr import Recognised


MEDIA_TYPE = "application/pdf"
_DEFAULTS = IngestSettings()
_MAX_PAGES = 20_000
_WHOLE_PAGE: Share = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class _Page:
    """A page: its text, how good it is, whether (a part of) it was recognised, and the sizes of its lines.

    `beside` is what people added to the page. `pictures` may hold words that are not in its text. `places` are those of
    recognised words, on the page `turned` counter-clockwise by so many degrees.
    """

    text: str
    quality: float
    ocr: bool = False
    lines: tuple[SizedLine, ...] = ()
    tables: tuple[PageTable, ...] = ()
    beside: str = ""
    pictures: tuple[PdfPicture, ...] = ()
    turned: int = 0
    places: tuple[WordBox, ...] = ()

    @property
    def whole(self) -> str:
        """All that is stored of the page."""
        return "\n\n".join(part for part in (self.text.rstrip("\n") if self.beside else self.text, self.beside) if part)


def read_pdf(data: bytes, settings: IngestSettings = _DEFAULTS) -> Parsed:
    """Read a PDF. Raises DocumentError for one that is encrypted, damaged, or has no text on any page."""
    with PDF_LOCK:
        document = _opened(data)
        open_forms(document)
        count = len(document)
    hidden = HiddenTexts()
    try:
        if count > _MAX_PAGES:
            raise DocumentError("pdf.too_many_pages", count=count, most=_MAX_PAGES)
        with PDF_LOCK:
            marked = bookmarks(document)
            read = [_page(document, index, hidden, with_sizes=not marked) for index in range(count)]
            title = _metadata_title(document)
        if not any(read):
            raise DocumentError("pdf.no_page")
        pages = [page or _Page("", 0.0) for page in read]
        poor = [at for at, page in enumerate(pages) if read[at] and page.quality < settings.ocr_floor]
        if settings.ocr:
            _recognise(document, pages, poor, settings)
    finally:
        with PDF_LOCK:
            document.close()
    if not any(page.whole.strip() for page in pages):
        raise _without_text(len(pages), len(poor), settings.ocr)
    return replace(_assemble(pages, marked, title), hidden=hidden())


def _opened(data: bytes) -> Any:
    import pypdfium2
    from pypdfium2 import raw

    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
            raise DocumentError("pdf.encrypted") from None
        raise DocumentError("pdf.damaged") from None


def _without_text(pages: int, scanned: int, ocr: bool) -> DocumentError:
    if not scanned:
        return DocumentError("pdf.empty", pages=pages)
    if not ocr:
        return DocumentError("pdf.ocr_off", scanned=scanned, pages=pages)
    return DocumentError("pdf.nothing_recognised", pages=pages)


def _page(document: Any, index: int, hidden: HiddenTexts, *, with_sizes: bool) -> _Page | None:
    """One page as pdfium reads it; None for a page it cannot load. What nobody sees on it goes into `hidden`."""
    import pypdfium2

    try:
        page = document[index]
    except pypdfium2.PdfiumError:
        return None
    try:
        take_hidden(document, index, page, hidden)
        text_page = page.get_textpage()
        try:
            raw_text = str(text_page.get_text_range())
            text = mended(stored(raw_text))
            lines, quarter = lines_of(text_page, raw_text, text)
            lines, text = rejoined(lines, text)
        finally:
            text_page.close()
        laid = laid_out(lines, text)
        marks = objects_of(page)
        sizes = sized(lines, text, laid.moved) if with_sizes else ()
        return _Page(
            laid.text,
            page_quality(text, marks.covered, marks.others),
            lines=sizes,
            tables=tuple(laid.tables),
            beside=beside_text(document, page),
            pictures=with_hidden_words(marks, lines, quarter),
        )
    except pypdfium2.PdfiumError:
        return None
    finally:
        page.close()


def _recognise(document: Any, pages: list[_Page], poor: Sequence[int], settings: IngestSettings) -> None:
    """Put what OCR reads into the pages: the poor ones, and those with pictures that may hold words, as many as the
    settings allow. The others are kept as they are, poor ones marked as such."""
    from ingest.ocr.ocr import available

    poor = poor[: settings.ocr_pages]
    for at in poor:
        at_page(at + 1, len(pages))
        pages[at] = _recognised(document, at, pages[at])
    pictures = without_backgrounds([page.pictures for page in pages])
    left = settings.ocr_pages - len(poor)
    if any(pictures) and available():
        read = set(poor)
        for at in [at for at, found in enumerate(pictures) if found and at not in read][:left]:
            at_page(at + 1, len(pages))
            pages[at] = _with_pictures(document, at, pages[at], pictures[at])


def _recognised(document: Any, index: int, page: _Page) -> _Page:
    """The page with what OCR reads on it, where that says more; its own text is kept as far as it is readable."""
    from ingest.ocr.ocr import recognise

    image = _page_image(document, index)
    found = recognise(image) if image is not None else None
    if found is None or not found.text.strip():
        return page
    text, tables = found.text, tuple[PageTable, ...]()
    own = page.text.rstrip()
    if own and readable_share(own) >= 0.9:
        found = _unknown(found, own)
        text, tables = f"{own}\n\n{found.text}" if found.text else own, page.tables
    return replace(
        page, text=text, quality=max(page.quality, found.confidence), ocr=True, lines=(), tables=tables,
        turned=found.turned, places=moved(found.places, len(text) - len(found.text)),
    )  # fmt: skip


def _with_pictures(document: Any, index: int, page: _Page, pictures: Sequence[PdfPicture]) -> _Page:
    """The page with what OCR reads in its pictures, after its own text."""
    from ingest.ocr.embedded_images import LEAST_CHARACTERS, LEAST_SURE, MARK
    from ingest.ocr.ocr import recognise

    text, there, letters = f"{page.text.rstrip()}\n\n{MARK}", list[WordBox](), 0
    for part in _shares(document, index, regions(pictures)):
        image = _page_image(document, index, part)
        with contextlib.suppress(DocumentError):  # the engine fails on it; the page's own text stays
            found = recognise(image) if image is not None else None
            if found is None or found.confidence < LEAST_SURE:
                continue
            new = _unknown(found, page.text)
            if new.text:
                if new.turned != 180:  # a part of such a line would be marked at its wrong end
                    there += moved(on_whole(new.places, new.turned, part), len(text) + 1)
                text += f"\n{new.text}"
                letters += sum(map(str.isalnum, new.text))
    return replace(page, text=text, ocr=True, places=tuple(there)) if letters >= LEAST_CHARACTERS else page


def _unknown(found: "Recognised", own: str) -> "Recognised":
    """What was recognised, without the lines that stand in the page's own text."""
    known = "".join(own.split())
    lines, there, at, length = list[str](), list[WordBox](), 0, 0
    for line in found.text.split("\n"):
        if "".join(line.split()) not in known:
            inside = (each for each in found.places if at <= each.start < at + len(line))
            there += moved(inside, length - at)
            lines.append(line)
            length += len(line) + 1
        at += len(line) + 1
    return replace(found, text="\n".join(lines), places=tuple(there))


def _shares(document: Any, index: int, boxes: Sequence[Box]) -> list[Share]:
    """Parts of a page, given in its points, on its picture, which is turned as the page says; from above."""
    with PDF_LOCK:
        page = document[index]
        try:
            left, bottom, right, top = page.get_bbox()
            rotation = page.get_rotation()
        finally:
            page.close()
    wide, high = right - left, top - bottom
    shares = (((a - left) / wide, (top - d) / high, (c - left) / wide, (top - b) / high) for a, b, c, d in boxes)
    return sorted((turned(share, -rotation) for share in shares), key=lambda share: share[1])


def _page_image(document: Any, index: int, part: Share = _WHOLE_PAGE) -> Any:
    """An image of a page, or of a part of it, for recognition; None where it cannot be drawn."""
    import pypdfium2

    from ingest.ocr.ocr import page_scale

    try:
        with PDF_LOCK:
            page = document[index]
            try:
                width, height = page.get_size()
                left, top, right, bottom = part
                crop = left * width, (1 - bottom) * height, (1 - right) * width, top * height
                return page.render(scale=page_scale(width, height), crop=crop).to_pil().convert("RGB")
            finally:
                page.close()
    except (pypdfium2.PdfiumError, ValueError, MemoryError):
        return None


def _metadata_title(document: Any) -> str:
    import pypdfium2

    try:
        return one_line(stored(str(document.get_metadata_value("Title"))))
    except (pypdfium2.PdfiumError, UnicodeDecodeError):
        return ""


def _assemble(read: list[_Page], marked: list[tuple[int, int, str]], title: str) -> Parsed:
    pages: list[PageSpan] = []
    recognised: list[RecognisedPage] = []
    tables: list[tuple[int, PageTable]] = []
    texts: list[str] = []
    at = 0
    for number, page in enumerate(read, 1):
        texts.append(page.whole)
        pages.append(PageSpan(number, at, at + len(texts[-1]), page.quality, page.ocr))
        if page.places:
            recognised.append(RecognisedPage(number, page.turned, page.places))
        tables += [(at, table) for table in page.tables]
        at += len(texts[-1]) + 2
    text = "\n\n".join(texts)
    headings = placed(marked, texts, pages) if marked else by_size([page.lines for page in read], pages)
    with_rows = tuple(with_headers(text, tables))
    return Parsed(text, title, MEDIA_TYPE, tuple(pages), tuple(headings), tuple(recognised), tables=with_rows)
