"""Images: the text that is recognised in a PNG, JPEG, TIFF, BMP or HEIC; each frame of a TIFF or HEIC is a page."""

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from typing import IO, Any

from ingest.document.parsed import Parsed, TextBuilder
from ingest.ocr.ocr import Recognised, recognise
from ingest.ocr.progress import at_page
from kb.config import IngestSettings
from kb.errors import DocumentError
from kb.schema import RecognisedPage

_MAX_PIXELS = 200_000_000
_MAX_FRAMES = 20_000
_BROKEN = (OSError, ValueError, SyntaxError, EOFError, TypeError, KeyError, struct.error)  # as PIL raises on bad files
_PAGED = ("TIFF", "HEIF")  # in other formats further frames are a film, or a small copy of the first


def read_image(data: bytes, settings: IngestSettings) -> Parsed:
    """Read an image. A frame that is damaged, or beyond `ocr_pages`, is kept as an empty page of quality 0.

    Raises DocumentError where OCR is switched off, the file is damaged, or no text is found in it.
    """
    if not settings.ocr:
        raise DocumentError("image.ocr_off")
    out = TextBuilder()
    damaged: DocumentError | None = None
    recognised: list[RecognisedPage] = []
    with opened(data) as image:
        from PIL import Image

        media_type = Image.MIME.get(image.format or "", "image/unknown")
        count = frames(image)
        for number in range(1, count + 1):
            out.begin_page(number)
            found = Recognised()
            if number <= max(1, settings.ocr_pages):
                at_page(number, count)
                try:
                    found = recognise(frame(image, number))
                except DocumentError as error:
                    damaged = damaged or error
            out.block(found.text)
            out.end_page(quality=found.confidence, ocr=bool(found.text.strip()))
            if found.places:
                recognised.append(RecognisedPage(number, found.turned, found.places))
    parsed = replace(out.build("", media_type), recognised=tuple(recognised))
    if not parsed.text.strip():
        raise damaged or DocumentError("image.no_text")
    return parsed


@contextmanager
def opened(source: bytes | IO[bytes]) -> Iterator[Any]:
    """An image as PIL opens it. Raises DocumentError."""
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            file = BytesIO(source) if isinstance(source, bytes) else source
            head = file.read(8)
            file.seek(0)
            if head[4:8] == b"ftyp":
                import pillow_heif

                pillow_heif.register_heif_opener()
            with Image.open(file) as image:
                yield image
        except Image.DecompressionBombError:
            limit = 2 * (Image.MAX_IMAGE_PIXELS or 0)
            raise DocumentError("image.too_many_pixels", limit=limit) from None
        except _BROKEN as error:
            raise _damaged(error) from None


def frames(image: Any) -> int:
    """How many pages an image has. Raises DocumentError for more than anybody has."""
    if image.format not in _PAGED:
        return 1
    try:
        count = int(getattr(image, "n_frames", 1))
    except Exception:  # what a torn list of frames raises is anybody's guess
        count = _reached(image)
    if count > _MAX_FRAMES:
        raise DocumentError("image.too_many_frames", count=count, most=_MAX_FRAMES)
    return count


def _reached(image: Any) -> int:
    """The number of frames up to the first that cannot be found, with that one."""
    for number in range(_MAX_FRAMES):
        try:
            image.seek(number)
        except Exception:
            return number + 1
    return _MAX_FRAMES + 1


def frame(image: Any, number: int) -> Any:
    """Frame `number` (from 1) of an image, upright, on white and in RGB. Raises DocumentError."""
    from PIL import ImageOps

    try:
        if image.format in _PAGED:
            image.seek(number - 1)
        if image.width * image.height > _MAX_PIXELS:
            raise DocumentError("image.size", width=image.width, height=image.height)
        upright = ImageOps.exif_transpose(image)
        if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
            upright = _on_white(upright.convert("RGBA"))
        elif upright.mode.startswith("I") or upright.mode == "F":
            upright = _in_eight_bits(upright)
        return upright.convert("RGB")
    except _BROKEN as error:
        raise _damaged(error) from None


def _damaged(error: Exception) -> DocumentError:
    return DocumentError("image.damaged", why=str(error)[:100])


def _on_white(image: Any) -> Any:
    from PIL import Image

    white = Image.new("RGBA", image.size, "white")
    white.alpha_composite(image)
    return white


def _in_eight_bits(image: Any) -> Any:
    """A picture of more than 256 greys from its darkest to its lightest: PIL would cut them off."""
    grey = image.convert("F")
    low, high = grey.getextrema()
    scale = 255 / max(1e-9, high - low)
    return grey.point(lambda value: value * scale - low * scale).convert("L")
