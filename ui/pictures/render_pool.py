"""Drawing: pages of PDFs and images as pictures with the cited words marked, by processes of their own.

A file on which a library crashes or hangs ends such a process, and its page is not shown; the service goes on. The
processes are started when they are needed, and end when they are idle. Pictures are kept for a while.
"""

import atexit
import contextlib
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

from kb.schema import RecognisedPage, StoredText
from ui.pictures.cache import Kept
from ui.pictures.page_picture import PDF, PageError, PageRequest, Picture

_SECONDS = 30.0  # for a page
_START_SECONDS = 60.0
_PROCESSES = 2
_KEPT = 24  # pictures, some 200 KB each
_CHILD = "import sys; sys.path[:] = sys.argv[2:]; from ui.pictures.render_process import main; main(int(sys.argv[1]))"


def is_drawn(media_type: str) -> bool:
    """Whether a document's pages are shown as pictures."""
    return media_type == PDF or media_type.startswith("image/")


class Drawings:
    """The drawing processes of this program, and the pictures they made last."""

    def __init__(self) -> None:
        self._drawers: queue.LifoQueue[_Drawer] = queue.LifoQueue()  # the one that drew last is taken first
        self._all = [_Drawer() for _ in range(_PROCESSES)]
        for drawer in self._all:
            self._drawers.put(drawer)
        self._kept: Kept[tuple[str, PageRequest], Picture] = Kept(_KEPT)

    def draw(
        self, path: Path, stored: StoredText, number: int, start: int, end: int,
        recognised: RecognisedPage | None = None,
    ) -> Picture:  # fmt: skip
        """Draw page `number` (from 1) of a document with what of `stored.text[start:end]` stands on it marked.

        `recognised` is what the knowledge base keeps of the page. Raises PageError.
        """
        span = next((page for page in stored.pages if page.number == number), None)
        if span is None:
            raise PageError(f"there is no page {number}")
        start, end = max(start, span.start), min(end, span.end)
        start, end = (start, end) if start < end else (span.start, span.start)
        text = stored.text[span.start : span.end]
        turned, places = (recognised.turned, recognised.places) if recognised is not None else (0, ())
        request = PageRequest(
            path, stored.media_type, number, text, start - span.start, end - span.start, turned, places
        )  # fmt: skip
        return self._kept.get((stored.sha256, request), lambda: self._drawn(request))

    def _drawn(self, request: PageRequest) -> Picture:
        with self._drawer() as drawer:
            return drawer.draw(request, _SECONDS)

    @contextlib.contextmanager
    def _drawer(self) -> "Iterator[_Drawer]":
        try:
            drawer = self._drawers.get(timeout=2 * _SECONDS)
        except queue.Empty:
            raise PageError("too many pages are being drawn") from None
        try:
            yield drawer
        finally:
            self._drawers.put(drawer)

    @property
    def pids(self) -> list[int]:
        """The processes there are."""
        return [pid for drawer in self._all if (pid := drawer.pid) is not None]

    def close(self) -> None:
        """End the processes."""
        for drawer in self._all:
            drawer.end()


class _Drawer:
    """One process at a time, used by one thread at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None

    @property
    def pid(self) -> int | None:
        process = self._process
        return None if process is None or process.poll() is not None else process.pid

    def draw(self, request: PageRequest, seconds: float) -> Picture:
        """Raises PageError for a page that cannot be drawn, not in this time, or that ends the process."""
        try:
            return self._asked(request, seconds)
        except (EOFError, OSError):
            pass  # the process ended, perhaps of having been idle until a moment ago
        try:
            return self._asked(request, seconds)
        except (EOFError, OSError) as error:
            raise PageError("the process that drew it was ended: the file is damaged or hostile") from error

    def _asked(self, request: PageRequest, seconds: float) -> Picture:
        connection = self._ready()
        try:
            connection.send(request)
            if not connection.poll(seconds):
                raise PageError(f"it took longer than {seconds:.0f} s")
            drawn = connection.recv()
        except BaseException:
            self.end()  # what it would still send is not for who asks next
            raise
        if isinstance(drawn, Picture):
            return drawn
        raise drawn

    def _ready(self) -> Connection:
        if self._connection is not None and self.pid is not None and not self._connection.poll():
            return self._connection  # what can be read now is its end
        self.end()
        ours, theirs = Pipe()
        command = [sys.executable, "-c", _CHILD, str(theirs.fileno()), *sys.path]
        try:
            self._process = subprocess.Popen(
                command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            ours.close()
            raise PageError(f"no process could be started: {error.strerror or error}") from error
        finally:
            theirs.close()
        threading.Thread(target=self._process.wait, name="drawing", daemon=True).start()  # so that it is gone then
        self._connection = ours
        try:
            ready = ours.poll(_START_SECONDS) and ours.recv() is None
        except (EOFError, OSError):
            ready = False
        if not ready:
            self.end()
            raise PageError("the process that draws it did not start")
        return ours

    def end(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        connection, self._connection = self._connection, None
        if process is not None:
            process.kill()
            process.wait()
        if connection is not None:
            connection.close()


drawings = Drawings()
atexit.register(drawings.close)
