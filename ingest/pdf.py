"""PDF: the text of each page as pdfium extracts it, recognised (OCR) where it is poor, with headings.

Headings are what the bookmarks name; without bookmarks, short lines set larger than the text.
"""

import threading
from dataclasses import dataclass
from typing import Any

from ingest.parsed import Parsed, one_line, stored
from ingest.pdf_headings import Line, bookmarks, by_size, placed, sized_lines
from ingest.quality import mended, page_quality
from kb.config import IngestSettings
from kb.errors import DocumentError
from kb.schema import PageSpan

PDF_LOCK = threading.Lock()  # pdfium is not thread-safe: whoever calls it holds this

MEDIA_TYPE = "application/pdf"
_DEFAULTS = IngestSettings()
_MAX_PAGES = 20_000
_DOTS = 200  # an inch, for OCR, as far as the engine takes such large images
_MAX_OBJECTS = 2_000  # of a page that are looked at


@dataclass(frozen=True, slots=True)
class _Page:
    """A page: its text, how good it is, whether it was recognised, and the sizes of its lines."""

    text: str
    quality: float
    ocr: bool = False
    lines: tuple[Line, ...] = ()


def read_pdf(data: bytes, settings: IngestSettings = _DEFAULTS) -> Parsed:
    """Read a PDF. Raises DocumentError for one that is encrypted, damaged, or has no text on any page."""
    with PDF_LOCK:
        document = _opened(data)
        count = len(document)
    try:
        if count > _MAX_PAGES:
            raise DocumentError(f"The PDF claims to have {count:,} pages; the limit is {_MAX_PAGES:,}. Split it.")
        with PDF_LOCK:
            marked = bookmarks(document)
            read = [_page(document, index, with_sizes=not marked) for index in range(count)]
            title = _metadata_title(document)
        if not any(read):
            raise DocumentError("The PDF is damaged: none of its pages can be read. Export it anew.")
        pages = [page or _Page("", 0.0) for page in read]
        poor = [at for at, page in enumerate(pages) if read[at] and page.quality < settings.ocr_floor]
        if settings.ocr:
            for at in poor[: settings.ocr_pages]:  # the others are kept, and marked as poor
                pages[at] = _recognised(document, at, pages[at])
    finally:
        with PDF_LOCK:
            document.close()
    if not any(page.text.strip() for page in pages):
        raise DocumentError(_without_text(len(pages), len(poor), settings.ocr))
    return _assemble(pages, marked, title)


def _opened(data: bytes) -> Any:
    import pypdfium2
    from pypdfium2 import raw

    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
            raise DocumentError("The PDF is encrypted: save a copy without the password and add that.") from None
        raise DocumentError("The PDF is damaged: pdfium cannot open it. Save it again or export it anew.") from None


def _without_text(pages: int, scanned: int, ocr: bool) -> str:
    if not scanned:
        return f"No text was found in the PDF: its pages ({pages}) are empty."
    if not ocr:
        return (
            f"The PDF is a scan without text ({scanned} of {pages} pages are images), and text recognition is switched "
            "off (ingest.ocr in the settings)."
        )
    return f"The PDF has no text, and none was recognised on its {pages} pages."


def _page(document: Any, index: int, *, with_sizes: bool) -> _Page | None:
    """One page as pdfium reads it; None for a page it cannot load."""
    import pypdfium2

    try:
        page = document[index]
    except pypdfium2.PdfiumError:
        return None
    try:
        text_page = page.get_textpage()
        try:
            raw_text = str(text_page.get_text_range())
            text = mended(stored(raw_text))
            lines = sized_lines(text_page, raw_text, text) if with_sizes else ()
        finally:
            text_page.close()
        return _Page(text, page_quality(text, lambda: _marks(page)), lines=lines)
    except pypdfium2.PdfiumError:
        return None
    finally:
        page.close()


def _marks(page: Any) -> tuple[float, int]:
    """(share of the page that images cover, number of other objects) of a page."""
    import pypdfium2
    from pypdfium2 import raw

    width, height = page.get_size()
    area, covered, others = max(1.0, width * height), 0.0, 0
    try:
        for number, item in enumerate(page.get_objects(max_depth=3)):
            if number >= _MAX_OBJECTS:
                break
            if item.type == raw.FPDF_PAGEOBJ_IMAGE:
                left, bottom, right, top = item.get_bounds()
                across = min(right, width) - max(left, 0.0)
                covered += max(0.0, across) * max(0.0, min(top, height) - max(bottom, 0.0))
            elif item.type != raw.FPDF_PAGEOBJ_FORM:
                others += 1
    except pypdfium2.PdfiumError:
        pass  # what was counted so far has to do
    return min(1.0, covered / area), others


def _recognised(document: Any, index: int, page: _Page) -> _Page:
    """The page with what OCR reads on it, where that says more; its own text is kept as far as it is readable."""
    import pypdfium2

    from ingest.ocr import LONGEST_SIDE, recognise
    from ingest.quality import readable_share

    try:
        with PDF_LOCK:
            loaded = document[index]
            try:
                scale = min(_DOTS / 72, LONGEST_SIDE / max(1.0, *loaded.get_size()))
                image = loaded.render(scale=scale).to_pil().convert("RGB")
            finally:
                loaded.close()
    except (pypdfium2.PdfiumError, ValueError, MemoryError):
        return page
    found = recognise(image)
    text = stored(found.text)
    if not text.strip():
        return page
    own = page.text.strip()
    if own and readable_share(own) >= 0.9:
        known = "".join(own.split())
        new = [line for line in text.split("\n") if "".join(line.split()) not in known]
        text = own + "\n\n" + "\n".join(new).strip("\n") if any(map(str.strip, new)) else own
    return _Page(text, max(page.quality, round(found.confidence, 4)), ocr=True)


def _metadata_title(document: Any) -> str:
    import pypdfium2

    try:
        return one_line(stored(str(document.get_metadata_value("Title"))))
    except (pypdfium2.PdfiumError, UnicodeDecodeError):
        return ""


def _assemble(read: list[_Page], marked: list[tuple[int, int, str]], title: str) -> Parsed:
    pages: list[PageSpan] = []
    at = 0
    for number, page in enumerate(read, 1):
        pages.append(PageSpan(number, at, at + len(page.text), page.quality, page.ocr))
        at += len(page.text) + 2
    texts = [page.text for page in read]
    headings = placed(marked, texts, pages) if marked else by_size([page.lines for page in read], pages)
    return Parsed("\n\n".join(texts), title, MEDIA_TYPE, tuple(pages), tuple(headings))
