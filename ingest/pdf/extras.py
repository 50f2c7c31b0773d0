"""What a PDF holds beside the text of its pages: values of forms, comments, text boxes, and attached files."""

import contextlib
import ctypes
import re
import zlib
from collections.abc import Callable, Iterator
from typing import Any

from ingest.document.attachment import Attachment
from ingest.document.parsed import one_line, stored
from ingest.pdf.pdfium import PDF_LOCK
from kb.errors import DocumentError

_MAX_ANNOTATIONS = 5_000  # of a page that are looked at
_MAX_CHARACTERS = 20_000  # of a page that are kept
_LONGEST = 4_000  # characters of one value or comment
_LONGEST_LABEL = 200
_MAX_PAGES = 2_000  # that are searched for files
_OF_DOCUMENT, _ON_PAGES = b"/EmbeddedFiles", b"/FileAttachment"  # what names the files of a PDF
_PACKED = re.compile(rb"/ObjStm\b")  # of a stream that holds objects
_LONGEST_HEAD = 2_000  # bytes from there to the stream's beginning
_MEGABYTE = 1 << 20
_MAX_UNPACKED = 64 * _MEGABYTE  # of all objects together, to see what they name
_HIDDEN = 1 << 1 | 1 << 5  # hidden, not to be viewed
_PASSWORD = 1 << 13  # of a text field
_PLAIN_STATES = frozenset({"", "yes", "on", "true", "1", "x", "checked"})


def open_forms(document: Any) -> None:
    """Make the values of a document's form readable. Must come before a page is loaded; scripts are not run."""
    import logging

    from pypdfium2 import PdfiumError

    logging.getLogger("pypdfium2").setLevel(logging.ERROR)  # it says that XFA forms need another build: we read both
    with contextlib.suppress(PdfiumError):  # a broken form costs its values, not the document
        document.init_forms()


def beside_text(document: Any, page: Any) -> str:
    """The values, comments and text boxes on a page, a paragraph each; "" where there are none."""
    from pypdfium2 import raw

    found: dict[str, None] = {}  # in order, without repetitions
    size = 0
    for index in range(min(raw.FPDFPage_GetAnnotCount(page), _MAX_ANNOTATIONS)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            text = _annotation_text(document, annotation)
        finally:
            raw.FPDFPage_CloseAnnot(annotation)
        if text and text not in found:
            found[text] = None
            size += len(text) + 2
            if size > _MAX_CHARACTERS:
                break
    return "\n\n".join(found)


def _annotation_text(document: Any, annotation: Any) -> str:
    from pypdfium2 import raw

    kind = raw.FPDFAnnot_GetSubtype(annotation)
    if kind in (raw.FPDF_ANNOT_LINK, raw.FPDF_ANNOT_POPUP) or raw.FPDFAnnot_GetFlags(annotation) & _HIDDEN:
        return ""
    if kind == raw.FPDF_ANNOT_WIDGET:
        return _field(document.formenv, annotation) if document.formenv else ""
    words = _string(annotation, b"Contents")
    if not words or raw.FPDFAnnot_HasKey(annotation, b"StateModel"):  # "accepted", as some programs keep it
        return ""
    if kind == raw.FPDF_ANNOT_FREETEXT:
        return words
    author = one_line(_string(annotation, b"T"))[:_LONGEST_LABEL]
    return f"Comment ({author}): {words}" if author else f"Comment: {words}"


def _field(form: Any, annotation: Any) -> str:
    """`label: value` of a field that is filled in; "" for all others, and for passwords."""
    from pypdfium2 import raw

    kind = raw.FPDFAnnot_GetFormFieldType(form, annotation)
    if kind in (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON):
        if not raw.FPDFAnnot_IsChecked(form, annotation):
            return ""
        state = one_line(_wide(raw.FPDFAnnot_GetFormFieldExportValue, form, annotation))
        value = "yes" if state.lower() in _PLAIN_STATES else state
    elif kind in (raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX):
        if kind == raw.FPDF_FORMFIELD_TEXTFIELD and raw.FPDFAnnot_GetFormFieldFlags(form, annotation) & _PASSWORD:
            return ""
        value = _wide(raw.FPDFAnnot_GetFormFieldValue, form, annotation)
    else:
        return ""
    label = one_line(
        _wide(raw.FPDFAnnot_GetFormFieldAlternateName, form, annotation)
        or _wide(raw.FPDFAnnot_GetFormFieldName, form, annotation)
    )[:_LONGEST_LABEL]
    return f"{label}: {value}" if label and value else value


def _string(annotation: Any, key: bytes) -> str:
    from pypdfium2 import raw

    return _wide(lambda buffer, size: raw.FPDFAnnot_GetStringValue(annotation, key, buffer, size))


def _wide(call: Callable[..., int], *arguments: Any) -> str:
    """What a function of pdfium writes as UTF-16, as stored text. pdfium is asked for the length first."""
    from pypdfium2 import raw

    size = call(*arguments, None, 0)
    if size <= 2:
        return ""
    buffer = (raw.FPDF_WCHAR * (size // 2))()
    call(*arguments, buffer, size)
    text = bytes(memoryview(buffer))[: size - 2].decode("utf-16-le", "ignore")
    return stored(text).strip()[:_LONGEST]


def attachments(data: bytes, limit: int) -> Iterator[Attachment]:
    """The files attached to a PDF, in order: those of the document, then those that stand on its pages. To open one
    raises DocumentError where it is empty, damaged or has more than `limit` bytes; do so while iterating."""
    import pypdfium2
    from pypdfium2 import raw

    named = _occurring_names(data)
    if not named:
        return
    with PDF_LOCK:
        try:
            document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError:
            return  # its reader says why
        count, pages = raw.FPDFDoc_GetAttachmentCount(document), len(document)
    try:
        for index in range(count):
            with PDF_LOCK:
                handle = raw.FPDFDoc_GetAttachment(document, index)
            yield _attachment(document, handle, limit)
        if _ON_PAGES in named:
            for index in range(min(pages, _MAX_PAGES)):
                yield from _on_page(document, index, limit)
    finally:
        with PDF_LOCK:
            document.close()


def has_attachments(data: bytes) -> bool:
    """Whether files are attached to a PDF; False for one that cannot be opened. It is opened only if it names some."""
    found = attachments(data, 0)
    try:
        return next(found, None) is not None
    finally:
        found.close()  # type: ignore[attr-defined]


def _occurring_names(data: bytes) -> set[bytes]:
    """Which of the names occur in a PDF without which no file is attached to it, or pinned to a page of it; those that
    may occur where objects cannot be unpacked."""
    both = {_OF_DOCUMENT, _ON_PAGES}
    named = {name for name in both if name in data}
    room = _MAX_UNPACKED
    for match in _PACKED.finditer(data):
        if named == both:
            break
        begin = data.find(b"stream", match.end(), match.end() + _LONGEST_HEAD)
        head = data[data.rfind(b"obj", 0, match.start()) : begin]
        if begin < 0 or b"/Predictor" in head:
            return both
        if b"/Filter" not in head:
            continue  # it is not packed
        begin += len(b"stream\r\n" if data.startswith(b"\r\n", begin + 6) else b"stream\n")
        unpacker = zlib.decompressobj()
        try:
            objects = unpacker.decompress(data[begin : data.find(b"endstream", begin)], room)
        except zlib.error:  # encrypted, or packed in another way
            return both
        room -= len(objects)
        if not unpacker.eof or room <= 0:
            return both
        named |= {name for name in both if name in objects}
    return named


def _on_page(document: Any, index: int, limit: int) -> Iterator[Attachment]:
    from pypdfium2 import raw

    with PDF_LOCK:
        page = raw.FPDF_LoadPage(document, index)
        count = min(raw.FPDFPage_GetAnnotCount(page), _MAX_ANNOTATIONS) if page else 0
    try:
        for number in range(count):
            with PDF_LOCK:
                annotation = raw.FPDFPage_GetAnnot(page, number)
                is_file = annotation and raw.FPDFAnnot_GetSubtype(annotation) == raw.FPDF_ANNOT_FILEATTACHMENT
                handle = raw.FPDFAnnot_GetFileAttachment(annotation) if is_file else None
            try:
                if handle:
                    yield _attachment(document, handle, limit)
            finally:
                if annotation:
                    with PDF_LOCK:
                        raw.FPDFPage_CloseAnnot(annotation)
    finally:
        if page:
            with PDF_LOCK:
                raw.FPDF_ClosePage(page)


def _attachment(document: Any, handle: Any, limit: int) -> Attachment:
    from pypdfium2 import raw

    def load() -> bytes:
        size = ctypes.c_ulong()
        with PDF_LOCK:
            if not document.raw:
                raise ValueError("an attachment must be opened while iterating")
            if not handle or not raw.FPDFAttachment_GetFile(handle, None, 0, size) or not size.value:
                raise DocumentError("attachment.empty")
            if size.value > limit:
                raise DocumentError("attachment.too_large", size=size.value / _MEGABYTE, limit=limit // _MEGABYTE)
            buffer = ctypes.create_string_buffer(size.value)
            if not raw.FPDFAttachment_GetFile(handle, buffer, size.value, size):
                raise DocumentError("attachment.damaged")
            return buffer.raw[: size.value]

    with PDF_LOCK:
        name = one_line(_wide(raw.FPDFAttachment_GetName, handle)) if handle else ""
    return Attachment(name, load)
