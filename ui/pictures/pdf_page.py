"""A page of a PDF as a picture, with the boxes of some of its words. Called in a process of `render_pool`."""

import ctypes
from typing import IO, Any

from ui.pictures.highlight import located, own_text, recognised, visible
from ui.pictures.page_picture import Box, PageError, PageRequest, Picture, finished, scale_of

_MAX_SCALE = 20.0  # pixels a point: a page may be a dot


def draw(request: PageRequest, file: IO[bytes]) -> Picture:
    """Draw a page, as it was turned to be read, with its words marked: those of its own text, and those that were
    recognised on it. Raises PageError."""
    import pypdfium2

    from ingest.ocr.bounding_boxes import turned
    from ingest.pdf.extras import open_forms

    try:
        document = pypdfium2.PdfDocument(file)
        try:
            open_forms(document)
            page = document[request.number - 1]
            width, height = page.get_size()
            if width <= 0 or height <= 0:
                raise PageError("the page has no size")
            boxes = _boxes(page, request) if request.start < request.end else ()
            scale = min(scale_of(request, width, height), _MAX_SCALE)
            image = page.render(scale=scale).to_pil().convert("RGB")
            marks = [turned(_share(page, box, image.size), request.turned) for box in boxes]
            image = image.rotate(request.turned, expand=True)
            return finished(image, [*marks, *recognised(request, image.size, image)], boxes)
        finally:
            document.close()
    except (pypdfium2.PdfiumError, IndexError, ValueError, MemoryError) as error:
        raise PageError(str(error)) from error


def _boxes(page: Any, request: PageRequest) -> tuple[Box, ...]:
    """The boxes of the words of the page's own text, one a line, in the page's points, y upwards."""
    from ingest.document.quality import mended

    text_page = page.get_textpage()
    try:
        count = text_page.count_chars()
        raw = text_page.get_text_range()
        if len(raw) != count:  # surrogates: pdfium counts UTF-16 units
            raw = "".join(c + "\0" * (ord(c) > 0xFFFF) for c in raw)
        if len(raw) != count:
            return ()
        seen = visible(raw)
        theirs = mended("".join(raw[at] for at in seen))
        boxes: list[Box] = []
        for first, last in located(theirs, own_text(request), request.start, request.end):
            at, length = seen[first], seen[last - 1] - seen[first] + 1
            boxes += [text_page.get_rect(i) for i in range(text_page.count_rects(at, length))]
        return _lines(boxes)
    finally:
        text_page.close()


def _lines(boxes: list[Box]) -> tuple[Box, ...]:
    """Boxes that stand beside each other on a line as one: pdfium gives one for each change of the font."""
    lines: list[Box] = []
    for box in boxes:
        left, bottom, right, top = lines[-1] if lines else box
        height, lower = max(top - bottom, box[3] - box[1]), min(top - bottom, box[3] - box[1])
        shared = min(top, box[3]) - max(bottom, box[1])
        if lines and shared > lower / 2 and left <= box[0] <= right + height:
            lines[-1] = (left, min(bottom, box[1]), max(right, box[2]), max(top, box[3]))
        else:
            lines.append(box)
    return tuple(lines)


def _share(page: Any, box: Box, size: tuple[int, int]) -> Box:
    """A box as shares of the drawn page, rotated and cropped as pdfium draws it."""
    from pypdfium2 import raw

    corners = []
    for x, y in ((box[0], box[1]), (box[2], box[3])):
        device_x, device_y = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page, 0, 0, size[0], size[1], 0, x, y, device_x, device_y)
        corners.append((device_x.value / size[0], device_y.value / size[1]))
    (x0, y0), (x1, y1) = corners
    return (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
