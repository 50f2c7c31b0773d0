"""The drawing process: draws pages for the service, which no file that a library breaks on can then take down.

It is confined when it begins (`ingest.reading.confined_process`): what it draws comes as an open file.
"""

import json
import pickle
import resource
import signal
from collections.abc import Callable
from typing import IO

from ingest.reading.channel import Channel
from ui.pictures.page_picture import PDF, EmphasisRequest, PageError, PageRequest, Picture

PICTURE, EMPHASIS, ERROR = b"p", b"w", b"e"  # the kinds of what is sent: a picture follows where it is marked
IDLE_SECONDS = 120.0
LONGEST_SECONDS = 60  # for a page; the service waits for less
_ROOM = 6 << 30  # address space
_LARGEST_REQUEST = 1 << 28  # bytes: it has the text of the page


def main(channel: Channel) -> None:
    """Draw what comes over the channel, until it is closed or nothing comes for a while."""
    resource.setrlimit(resource.RLIMIT_AS, (_ROOM, _ROOM))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        while (frame := channel.receive(_LARGEST_REQUEST, IDLE_SECONDS)) is not None:
            signal.alarm(LONGEST_SECONDS)  # ends this process, should the service be gone
            with open(channel.file(), "rb") as file:
                _answer(channel, pickle.loads(frame[1]), file)
            signal.alarm(0)
    except EOFError:
        return


def _answer(channel: Channel, request: PageRequest | EmphasisRequest, file: IO[bytes]) -> None:
    try:
        picture = _emphasis(file) if isinstance(request, EmphasisRequest) else _drawer(request)(request, file)
    except PageError as error:
        channel.send(ERROR, str(error).encode("utf-8", "replace"))
    except MemoryError:
        channel.send(ERROR, b"it needs too much memory")
    except Exception as error:  # what a library raises on a broken file is anybody's guess
        channel.send(ERROR, f"{type(error).__name__}: {error}"[:200].encode("utf-8", "replace"))
    else:
        if isinstance(picture, bytes):
            channel.send(EMPHASIS, picture)
            return
        channel.send(PICTURE, json.dumps((picture.boxes, picture.marks)).encode())
        channel.send(PICTURE, picture.png)


def _emphasis(file: IO[bytes]) -> bytes:
    """The paragraphs of a Word document as JSON."""
    from ingest.office.docx_emphasis import paragraphs

    return json.dumps([(each.text, each.emphasis) for each in paragraphs(file.read())]).encode()


def _drawer(request: PageRequest) -> Callable[[PageRequest, IO[bytes]], Picture]:
    if request.media_type == PDF:
        from ui.pictures import pdf_page

        return pdf_page.draw
    from ui.pictures import image_page

    return image_page.draw
