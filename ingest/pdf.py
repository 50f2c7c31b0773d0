"""PDF: the text of each page exactly as pdfium extracts it, and the headings that the bookmarks name."""

import threading
from bisect import bisect_left
from typing import Any

from ingest.parsed import Heading, Parsed, one_line, stored
from kb.errors import DocumentError
from kb.schema import PageSpan

PDF_LOCK = threading.Lock()  # pdfium is not thread-safe: whoever calls it holds this

MEDIA_TYPE = "application/pdf"
_MAX_BOOKMARKS = 20_000
_MAX_DEPTH = 8


def read_pdf(data: bytes) -> Parsed:
    """Read a PDF. Raises DocumentError for one that is encrypted, damaged, or has no text on any page."""
    import pypdfium2
    from pypdfium2 import raw

    with PDF_LOCK:
        try:
            document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            if error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
                raise DocumentError("The PDF is encrypted: save a copy without the password and add that.") from None
            raise DocumentError("The PDF is damaged: pdfium cannot open it. Save it again or export it anew.") from None
        try:
            texts = [_page_text(document, index) for index in range(len(document))]
            bookmarks = _bookmarks(document)
            title = _metadata_title(document)
        finally:
            document.close()
    readable = [text for text in texts if text is not None]
    if not readable:
        raise DocumentError("The PDF is damaged: none of its pages can be read. Export it anew.")
    if not any(text.strip() for text in readable):
        raise DocumentError(
            f"The PDF is a scan without text ({len(texts)} pages of images). "
            "Run it through text recognition (OCR) and add the result."
        )
    return _assemble([text or "" for text in texts], bookmarks, title)


def _page_text(document: Any, index: int) -> str | None:
    """pdfium's text of one page; None for a page it cannot load."""
    import pypdfium2

    try:
        page = document[index]
    except pypdfium2.PdfiumError:
        return None
    try:
        text_page = page.get_textpage()
        try:
            return stored(str(text_page.get_text_range()))
        finally:
            text_page.close()
    except pypdfium2.PdfiumError:
        return None
    finally:
        page.close()


def _bookmarks(document: Any) -> list[tuple[int, int, str]]:
    """(page index, level, title) of the bookmarks in reading order. pypdfium2 ends cycles by itself."""
    import pypdfium2

    found: list[tuple[int, int, str]] = []
    try:
        for bookmark in document.get_toc(max_depth=_MAX_DEPTH):
            if len(found) >= _MAX_BOOKMARKS:
                break
            title = one_line(stored(bookmark.get_title()))
            destination = bookmark.get_dest()
            index = destination.get_index() if destination else None
            if title and index is not None and 0 <= index < len(document):
                found.append((index, bookmark.level + 1, title))
    except (pypdfium2.PdfiumError, UnicodeDecodeError):
        pass  # a broken outline costs headings, not the document
    return found


def _metadata_title(document: Any) -> str:
    import pypdfium2

    try:
        return one_line(stored(str(document.get_metadata_value("Title"))))
    except (pypdfium2.PdfiumError, UnicodeDecodeError):
        return ""


def _assemble(texts: list[str], bookmarks: list[tuple[int, int, str]], title: str) -> Parsed:
    pages: list[PageSpan] = []
    at = 0
    for number, text in enumerate(texts, 1):
        pages.append(PageSpan(number, at, at + len(text), _quality(text)))
        at += len(text) + 2
    headings: list[Heading] = []
    page, searchable, searched_from = -1, _Squeezed(""), 0
    for index, level, bookmark in bookmarks:
        if index != page:
            page, searchable, searched_from = index, _Squeezed(texts[index]), 0
        found = searchable.locate(bookmark, searched_from)
        if found is not None:
            searched_from = found + 1
        start = pages[index].start + (found if found is not None else 0)
        # A bookmark that points back, as some writers leave them, must not end a later heading.
        if not headings or start >= headings[-1].start:
            headings.append(Heading(start, level, bookmark))
    return Parsed("\n\n".join(texts), title, MEDIA_TYPE, tuple(pages), tuple(headings))


class _Squeezed:
    """A page's text without white space, in which a bookmark's words are found however they are spaced or wrapped."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.positions = [at for at, character in enumerate(text) if not character.isspace()]
        self.squeezed = "".join(text[at] for at in self.positions)

    def locate(self, title: str, start: int) -> int | None:
        """Where `title` stands from `start` on, preferably at the beginning of a line; None where it does not."""
        wanted = "".join(title.split())
        first: int | None = None
        at = self.squeezed.find(wanted, bisect_left(self.positions, start))
        while wanted and at >= 0:
            position = self.positions[at]
            line_start = self.text.rfind("\n", 0, position) + 1
            if not self.text[line_start:position].strip():
                return position
            first = position if first is None else first
            at = self.squeezed.find(wanted, at + 1)
        return first


def _quality(text: str) -> float:
    """Share of readable characters: not replaced, private or unassigned ones, as broken font tables give."""
    visible = [character for character in text if not character.isspace()]
    if not visible:
        return 1.0
    bad = sum(1 for c in visible if c == "\ufffd" or "\ue000" <= c <= "\uf8ff" or (c < " " and c != "\x02"))
    return round(1 - bad / len(visible), 4)
