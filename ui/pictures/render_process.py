"""The drawing process: draws pages for the service, which no file that a library breaks on can then take down.

`kb.privacy` comes first, as everywhere: nothing that a library does reaches beyond this machine.
"""

from kb import privacy

privacy.protect()

import resource  # noqa: E402  (telemetry is switched off, and the guard stands, before anything else is imported)
import signal  # noqa: E402
from multiprocessing.connection import Connection  # noqa: E402

from ui.pictures.page_picture import PDF, PageError, PageRequest, Picture  # noqa: E402

IDLE_SECONDS = 120.0
LONGEST_SECONDS = 60  # for a page; the service waits for less
_ROOM = 6 << 30  # address space


def main(descriptor: int) -> None:
    """Draw what comes over the connection, until it is closed or nothing comes for a while."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (_ROOM, _ROOM))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    connection = Connection(descriptor)
    connection.send(None)  # ready
    while connection.poll(IDLE_SECONDS):
        try:
            request = connection.recv()
        except EOFError:
            return
        signal.alarm(LONGEST_SECONDS)  # ends this process, should the service be gone
        connection.send(_drawn(request))
        signal.alarm(0)


def _drawn(request: PageRequest) -> Picture | PageError:
    try:
        if request.media_type == PDF:
            from ui.pictures import pdf_page

            return pdf_page.draw(request)
        from ui.pictures import image_page

        return image_page.draw(request)
    except PageError as error:
        return PageError(str(error))  # without its cause, which may be of a kind that cannot be sent
    except MemoryError:
        return PageError("it needs too much memory")
    except Exception as error:  # what a library raises on a broken file is anybody's guess
        return PageError(f"{type(error).__name__}: {error}"[:200])
