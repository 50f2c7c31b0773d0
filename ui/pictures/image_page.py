"""A picture among the documents, with the words marked that were recognised on it. Called in a drawing process."""

from typing import IO

from kb.errors import DocumentError
from ui.pictures.highlight import recognised
from ui.pictures.page_picture import PageError, PageRequest, Picture, finished, scale_of


def draw(request: PageRequest, file: IO[bytes]) -> Picture:
    """Draw an image, or a frame of one, as it was turned to be read, with its words marked. Raises PageError."""
    from ingest.ocr.image_files import frame, opened

    try:
        with opened(file) as image:
            shown = frame(image, request.number)
    except DocumentError as error:
        raise PageError(str(error)) from error
    width, height = shown.size
    scale = min(1.0, scale_of(request, width, height))
    if scale < 1:
        shown = shown.resize((max(1, round(width * scale)), max(1, round(height * scale))))
    shown = shown.rotate(request.turned, expand=True)
    return finished(shown, recognised(request, shown.size, shown))
