"""Images: the text that is recognised in a PNG, JPEG, TIFF, BMP or HEIC; each frame of a TIFF is a page."""

import warnings
from io import BytesIO
from typing import Any

from ingest.ocr import LONGEST_SIDE, recognise
from ingest.parsed import Parsed, TextBuilder, stored
from kb.config import IngestSettings
from kb.errors import DocumentError

_MAX_PIXELS = 200_000_000
_MAX_FRAMES = 1_000


def read_image(data: bytes, settings: IngestSettings) -> Parsed:
    """Read an image. Raises DocumentError where OCR is switched off, or no text is found in it."""
    if not settings.ocr:
        raise DocumentError("It is an image, and text recognition is switched off (ingest.ocr in the settings).")
    from PIL import Image, UnidentifiedImageError

    if data[4:8] == b"ftyp":
        import pillow_heif

        pillow_heif.register_heif_opener()
    out = TextBuilder()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(BytesIO(data)) as image:
                media_type = Image.MIME.get(image.format or "", "image/unknown")
                frames = min(int(getattr(image, "n_frames", 1)), _MAX_FRAMES)
                for number in range(frames):
                    image.seek(number)
                    _add(out, image, number + 1)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise DocumentError(f"The image is damaged: it cannot be opened ({str(error)[:100]}).") from None
    parsed = out.build("", media_type)
    if not parsed.text.strip():
        raise DocumentError("No text was recognised in the image.")
    return parsed


def _add(out: TextBuilder, image: Any, number: int) -> None:
    from PIL import ImageOps

    if image.width * image.height > _MAX_PIXELS:
        raise DocumentError(f"The image has {image.width} x {image.height} pixels; make it smaller.")
    upright = ImageOps.exif_transpose(image)
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        upright = _on_white(upright.convert("RGBA"))
    upright = upright.convert("RGB")
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    found = recognise(upright)
    out.begin_page(number)
    out.block(stored(found.text))
    out.end_page(quality=found.confidence, ocr=True)


def _on_white(image: Any) -> Any:
    from PIL import Image

    white = Image.new("RGBA", image.size, "white")
    white.alpha_composite(image)
    return white
