"""Drawing: pages of PDFs and images as pictures with the cited words marked, by processes of their own.

A file on which a library crashes or hangs ends such a process, and its page is not shown; the service goes on. The
processes are started when they are needed, see nothing but the file they draw, and end when they are idle. Pictures are
kept for a while.
"""

import atexit
import contextlib
import pickle
import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Literal, TypeVar

from pydantic import TypeAdapter, ValidationError

from ingest.document.files import opened
from ingest.reading import confined_process
from ingest.reading.confined_process import ConfinedProcess, NotStarted
from ingest.reading.confinement import Sight
from kb.errors import DocumentError
from kb.schema import RecognisedPage, StoredText
from ui.pictures.cache import RecentValues
from ui.pictures.page_picture import PDF, Box, EmphasisRequest, PageError, PageRequest, Picture, Printed
from ui.pictures.render_process import EMPHASIS, PICTURE

_SECONDS = 30.0  # for a page
_START_SECONDS = 60.0
_PROCESSES = 2
_KEPT = 24  # pictures, some 200 KB each
_KEPT_PRINTED = 4  # documents
_PROCESS = "ui.pictures.render_process"
_LARGEST = 64 << 20  # bytes, of a picture
_LARGEST_FILE = 1 << 20  # MB: it was read, so it was within the limit
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_PRINTED: TypeAdapter[list[tuple[str, tuple[tuple[int, int, Literal["bold", "italic"]], ...]]]] = TypeAdapter(
    list[tuple[str, tuple[tuple[int, int, Literal["bold", "italic"]], ...]]]
)
_PLACES: TypeAdapter[tuple[tuple[Box, ...], tuple[Box, ...]]] = TypeAdapter(tuple[tuple[Box, ...], tuple[Box, ...]])

Given = TypeVar("Given")


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
        self._recent_pictures: RecentValues[tuple[str, PageRequest], Picture] = RecentValues(_KEPT)
        self._printed: RecentValues[str, tuple[Printed, ...]] = RecentValues(_KEPT_PRINTED)

    def draw(
        self, path: Path, stored: StoredText, number: int, start: int, end: int,
        recognised: RecognisedPage | None = None, zoom: int = 100,
    ) -> Picture:  # fmt: skip
        """Draw page `number` (from 1) of a document with what of `stored.text[start:end]` stands on it marked.

        `recognised` is what the knowledge base keeps of the page; `zoom` is in percent. Raises PageError.
        """
        span = next((page for page in stored.pages if page.number == number), None)
        if span is None:
            raise PageError(f"there is no page {number}")
        start, end = max(start, span.start), min(end, span.end)
        start, end = (start, end) if start < end else (span.start, span.start)
        text = stored.text[span.start : span.end]
        turned, places = (recognised.turned, recognised.places) if recognised is not None else (0, ())
        words = start - span.start, end - span.start
        request = PageRequest(stored.media_type, number, text, *words, turned, places, zoom)
        return self._recent_pictures.get((stored.sha256, request), lambda: self._page_picture(path, request))

    def _page_picture(self, path: Path, request: PageRequest) -> Picture:
        try:
            with opened(path, _LARGEST_FILE) as file, self._drawer() as drawer:
                return drawer.draw(request, file, _SECONDS)
        except DocumentError as error:
            raise PageError(str(error)) from error

    def emphasis(self, path: Path, stored: StoredText) -> tuple[Printed, ...]:
        """The paragraphs of a Word document with their bold and italic print; empty for what is none.

        Raises PageError.
        """
        if stored.media_type != WORD:
            return ()
        return self._printed.get(stored.sha256, lambda: self._read(path))

    def _read(self, path: Path) -> tuple[Printed, ...]:
        try:
            with opened(path, _LARGEST_FILE) as file, self._drawer() as drawer:
                return drawer.emphasis(file, _SECONDS)
        except DocumentError as error:
            raise PageError(str(error)) from error

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
        self._process: ConfinedProcess | None = None

    @property
    def pid(self) -> int | None:
        process = self._process
        return None if process is None or process.popen.poll() is not None else process.popen.pid

    def draw(self, request: PageRequest, file: IO[bytes], seconds: float) -> Picture:
        """Raises PageError for a page that cannot be drawn, not in this time, or that ends the process."""
        return self._twice(lambda: self._ask(request, file, seconds, self._picture))

    def emphasis(self, file: IO[bytes], seconds: float) -> tuple[Printed, ...]:
        """Raises PageError as `draw` does."""
        return self._twice(lambda: self._ask(EmphasisRequest(), file, seconds, self._paragraphs))

    def _twice(self, ask: Callable[[], Given]) -> Given:
        try:
            return ask()
        except (EOFError, OSError):
            pass  # the process ended, perhaps of having been idle until a moment ago
        try:
            return ask()
        except (EOFError, OSError) as error:
            raise PageError("the process that drew it was ended: the file is damaged or hostile") from error

    def _ask(
        self, request: PageRequest | EmphasisRequest, file: IO[bytes], seconds: float,
        given: "Callable[[bytes, bytes, float], Given | None]",
    ) -> Given:  # fmt: skip
        channel = self._ready().channel
        try:
            file.seek(0)
            channel.send(b"d", pickle.dumps(request), file.fileno(), seconds)
            kind, data = self._received(seconds)
            if (found := given(kind, data, seconds)) is not None:
                return found
        except ValidationError as error:
            self.end()
            raise PageError("the process that drew it sent no picture: the file is damaged or hostile") from error
        except BaseException:
            self.end()  # what it would still send is not for who asks next
            raise
        raise PageError(data.decode("utf-8", "replace")[:1000])

    def _picture(self, kind: bytes, data: bytes, seconds: float) -> Picture | None:
        if kind != PICTURE:
            return None
        boxes, marks = _PLACES.validate_json(data)
        return Picture(self._received(seconds)[1], boxes, marks)

    def _paragraphs(self, kind: bytes, data: bytes, _seconds: float) -> tuple[Printed, ...] | None:
        return tuple(Printed(*each) for each in _PRINTED.validate_json(data)) if kind == EMPHASIS else None

    def _received(self, seconds: float) -> tuple[bytes, bytes]:
        """What the process sends next. Raises PageError where that takes too long, EOFError, OSError."""
        assert self._process is not None
        frame = self._process.channel.receive(_LARGEST, seconds)
        if frame is None:
            raise PageError(f"it took longer than {seconds:.0f} s")
        return frame

    def _ready(self) -> ConfinedProcess:
        if self._process is not None and self.pid is not None and self._process.channel.is_quiet:
            return self._process  # what can be read now is its end
        self.end()
        try:
            self._process = confined_process.start(_PROCESS, Sight(), _START_SECONDS)
        except NotStarted as error:
            raise PageError(f"the process that draws it did not start ({error})") from error
        ended = self._process.popen.wait
        threading.Thread(target=ended, name="drawing", daemon=True).start()  # so that it is gone then
        return self._process

    def end(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()


drawings = Drawings()
atexit.register(drawings.close)
