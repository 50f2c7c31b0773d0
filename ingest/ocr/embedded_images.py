"""Pictures inside documents: the text that is recognised in those that are large enough to hold some, each once."""

import hashlib
import re
from collections.abc import Sequence

from ingest.document.parsed import TextBuilder, stored
from ingest.ocr.image_files import frame, opened
from ingest.ocr.ocr import Recognised, available, recognise
from ingest.ocr.vector_graphics import is_line_art, words
from kb.config import IngestSettings
from kb.errors import DocumentError

MARK = "Picture (OCR):"  # before what was recognised: the words are not the author's own
_LEAST_SIDE = 100  # pixels; smaller ones are icons, bullets and logos
LEAST_SURE = 0.7  # what is read in photographs where there is nothing to be read is under it
LEAST_CHARACTERS = 3
_GAPS = re.compile(r"\n{2,}")
_NOTHING = Recognised()


class Pictures:
    """The pictures of one document, as its reader comes upon them. At most `ocr_pages` of them are recognised."""

    def __init__(self, settings: IngestSettings) -> None:
        self._ocr_budget = settings.ocr_pages if settings.ocr and available() else 0
        self._recognitions: dict[bytes, Recognised | None] = {}

    def add(self, out: TextBuilder, data: bytes) -> Recognised | None:
        """Add what a picture says to `out`, the first time it comes. Gives what was recognised in it, which is nothing
        where it holds no text or was not looked at; None for one that is too small, that is drawn of lines, whose words
        are exact, or that is of no form that is read."""
        key = hashlib.sha256(data).digest()
        if key not in self._recognitions:
            out.block(words(data))
            found = self._recognitions[key] = self._recognised(data)
            if found is not None and found.text:
                text = _GAPS.sub("\n", stored(found.text))  # so that it ends where its paragraph does
                out.block(f"{MARK}\n{text}")
        return self._recognitions[key]

    def check(self, text: str) -> None:
        """Raise DocumentError for a document that holds pictures and no text, neither its own nor in them."""
        count = sum(found is not None for found in self._recognitions.values())
        if count and not text.strip():
            raise DocumentError("office.pictures_alone", count=count)

    def _recognised(self, data: bytes) -> Recognised | None:
        if is_line_art(data):  # Pillow (12) fails on some of them
            return None
        try:
            with opened(data) as image:
                if min(image.size) < _LEAST_SIDE:
                    return None
                picture = frame(image, 1)
        except DocumentError:  # damaged, or of no form that is read
            return None
        if all(low == high for low, high in picture.getextrema()):
            return None
        if self._ocr_budget < 1:
            return _NOTHING
        self._ocr_budget -= 1
        try:
            found = recognise(picture)
        except DocumentError:
            return _NOTHING
        characters = sum(map(str.isalnum, found.text))
        return found if characters >= LEAST_CHARACTERS and found.confidence >= LEAST_SURE else _NOTHING


def page_of_pictures(written: bool, recognised: Sequence[Recognised]) -> tuple[float, bool]:
    """Quality of a page with text of its own, if `written`, and pictures in which this was recognised, and whether some
    was: without text of its own it is as good as what was recognised."""
    seen = [found.confidence for found in recognised if found.text]
    return 1.0 if written or not recognised else round(sum(seen) / max(1, len(seen)), 4), bool(seen)
