"""Workers: files are read and split in processes of their own, which a hostile file can neither hang, fill nor crash.

The processes are started when they are needed, yield to everything else on the machine, hold no model, and end when
they are idle. A file that goes over its limits of time or memory ends its process, and is listed with that reason.
"""

import atexit
import contextlib
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

from kb.config import Settings
from kb.errors import DocumentError, KBError
from kb.schema import Chunk, Heading, PageSpan, RecognisedPage

MORE, LAST, BEGUN, PAGE, READY = b"m", b"l", b"b", b"p", b"r"  # the first byte of what a process sends

_MEGABYTE = 1 << 20
_BUFFERED = 4 * _MEGABYTE  # of one file, read and not yet taken
_IDLE_SECONDS = 60.0
_START_SECONDS = 120.0
_POLL_SECONDS = 0.1
_WHOLE_FILE = 100  # times `ingest.file_seconds`: what a file may take with all its members and pages
_FROM_OUTSIDE = (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP)  # no crash: a parser does not send them
_CHILD = (
    "import sys; sys.path[:] = sys.argv[2:]; from ingest.reading.reader_process import main; main(int(sys.argv[1]))"
)


@dataclass(frozen=True, slots=True)
class Task:
    """A file to read. `known` are documents inside it, by path, that need not be read again while their hash is this.

    In `folder`, which is one of the home's, temporary files are put; with `keep` also the content of what could be
    read, for who asked. The first `skip` members of an archive or mail are passed over.
    """

    place: Path
    source: str  # its path in its root
    sha256: str
    settings: Settings
    known: dict[str, str] = field(default_factory=dict)
    folder: Path | None = None
    keep: bool = False
    skip: int = 0
    members: bool = True  # whether they are wanted at all


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document as read and split."""

    path: str
    sha256: str
    size: int
    media_type: str
    title: str
    text: str
    pages: tuple[PageSpan, ...]
    chunks: tuple[Chunk, ...]
    words: tuple[str, ...] = ()  # what the word index holds of each chunk
    original: str = ""  # the file in the task's folder that holds its content; "" where none was kept
    recognised: tuple[RecognisedPage, ...] = ()
    headings: tuple[Heading, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownContent:
    """A document inside a file that is still the known one."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A document that cannot be read, and why."""

    path: str
    error: DocumentError


@dataclass(frozen=True, slots=True)
class Fatal:
    """What ends the whole ingestion: a setting that cannot be used, a full disk."""

    error: KBError


Message = ReadDocument | KnownContent | Unreadable


class Reading:
    """One file being read. What was read waits here, up to some megabytes, then its process waits."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self._changed = threading.Condition()
        self._waiting: deque[bytes] = deque()
        self._size = 0
        self._page = ""
        self._ended = False
        self.seconds = 0.0  # for which it has been read
        self.cancelled = False
        self._released = threading.Event()  # no process is busy with it any more

    def messages(self, stop: threading.Event, show: Callable[[str], None] = lambda page: None) -> Iterator[Message]:
        """What the file holds, in order. Ends early where `stop` is set. Raises the error of a Fatal.

        `show` is told which page is being read, where that takes long: `scan.pdf (12/300)`.
        """
        shown = ""
        while True:
            with self._changed:
                while not (self._waiting or self._ended or stop.is_set() or self._page != shown):
                    self._changed.wait(_POLL_SECONDS)
                if stop.is_set() or not (self._waiting or self._page != shown):
                    return
                page, data = self._page, self._waiting.popleft() if self._waiting else b""
                self._size -= len(data)
                self._changed.notify_all()
            if page != shown:
                shown = page
                show(page)
            for message in pickle.loads(data) if data else ():
                if isinstance(message, Fatal):
                    raise message.error
                yield message

    def cancel(self) -> None:
        """Nobody takes what is read any more; `wait` returns when its process is through with it."""
        with self._changed:
            self.cancelled = self._ended = True
            self._waiting.clear()
            self._changed.notify_all()

    def wait(self, timeout: float) -> None:
        """Wait until no process is busy with the file."""
        self._released.wait(timeout)

    def put(self, data: bytes) -> None:
        """Add pickled messages; waits while too many are there."""
        with self._changed:
            while self._size > _BUFFERED and not self.cancelled:
                self._changed.wait()
            if not self.cancelled:
                self._waiting.append(data)
                self._size += len(data)
            self._changed.notify_all()

    def put_page(self, page: str) -> None:
        """Say which page is being read."""
        with self._changed:
            self._page = page
            self._changed.notify_all()

    def put_message(self, message: Message | Fatal) -> None:
        self.put(pickle.dumps([message]))

    def end(self) -> None:
        """All was put."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        self._released.set()


class Workers:
    """The reading processes of this program. They take files in the order in which these are handed in."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._changed = threading.Condition()
        self._tasks: deque[Reading] = deque()
        self._threads: list[_Worker] = []
        self._free = 0

    def read(self, task: Task) -> Reading:
        """Begin to read a file, as soon as a process is free."""
        reading = Reading(task)
        with self._changed:
            self._tasks.append(reading)
            if self._free < len(self._tasks) and len(self._threads) < self._limit:
                worker = _Worker(self)
                self._threads.append(worker)
                worker.start()
            self._changed.notify()
        return reading

    def next(self, worker: "_Worker") -> Reading | None:
        """The next file for a worker; None where there was none for a while: then the worker ends."""
        with self._changed:
            self._free += 1
            self._changed.wait_for(lambda: self._tasks, _IDLE_SECONDS)
            self._free -= 1
            if self._tasks:
                return self._tasks.popleft()
            self._threads.remove(worker)
            return None

    @property
    def pids(self) -> list[int]:
        """The processes there are."""
        with self._changed:
            return [pid for thread in self._threads if (pid := thread.pid) is not None]

    def close(self) -> None:
        """End all processes now."""
        with self._changed:
            threads = list(self._threads)
        for thread in threads:
            thread.kill()


class _Worker(threading.Thread):
    """Owns one process at a time, and watches it. Linux ends the process with this thread, however that ends."""

    def __init__(self, workers: Workers) -> None:
        super().__init__(name="reading", daemon=True)
        self._workers = workers
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None

    @property
    def pid(self) -> int | None:
        process = self._process
        return None if process is None else process.pid

    def run(self) -> None:
        try:
            while (reading := self._workers.next(self)) is not None:
                try:
                    self._serve(reading)
                except BaseException as error:  # whoever waits for the file must not wait for ever
                    reading.put_message(Fatal(KBError(f"The reading process failed: {error!r}. Run it again.")))
                    self.kill()
                finally:
                    reading.end()
        finally:
            self.kill()

    def _serve(self, reading: Reading) -> None:
        """Read one file, with a new process after each of its members that ended the one before."""
        task: Task | None = reading.task
        while task is not None and not reading.cancelled:
            task = self._read(reading, task)

    def _read(self, reading: Reading, task: Task) -> Task | None:
        """Let the process read a file. Returns what is left to do of it where a member of it ended the process."""
        connection, limits = self._ready(), task.settings.ingest
        member: tuple[int, str] | None = None  # of the file: its number and path
        silent, allowed, looked = 0.0, max(_START_SECONDS, limits.file_seconds), time.monotonic()
        loaded = False  # from then on it is the file's time
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # seen below
            connection.send(task)
        while True:
            if reading.cancelled:
                self.kill()
                return None
            before = time.monotonic()
            trouble = ""
            if connection.poll(_POLL_SECONDS):
                try:
                    data = connection.recv_bytes()
                except (EOFError, OSError):
                    trouble = self._how_it_ended()
                else:
                    reading.seconds += (time.monotonic() - before) * loaded
                    silent, allowed, loaded = 0.0, limits.file_seconds, True  # what comes first says so
                    if data[:1] == BEGUN:
                        member = pickle.loads(data[1:])
                    elif data[:1] == PAGE:
                        reading.put_page(pickle.loads(data[1:]))
                    else:
                        reading.put(data[1:])  # may wait: that is not the file's time
                    if data[:1] == LAST:
                        self._renew_if_large(limits.file_mb_memory)
                        return None
                    continue
            silent += time.monotonic() - before
            reading.seconds += (time.monotonic() - before) * loaded
            if not trouble and reading.seconds > (whole := _WHOLE_FILE * limits.file_seconds):
                member, trouble = None, (
                    f"Reading it with all it holds took longer than {whole} s, {_WHOLE_FILE} times "
                    "ingest.file_seconds, and was ended. Split the file, or raise that setting."
                )  # fmt: skip
            if not trouble and silent > allowed:
                trouble = (
                    f"Reading it took longer than {limits.file_seconds} s and was ended. Split the file, or raise "
                    "ingest.file_seconds in the settings."
                )
            if not trouble and self._megabytes(family=time.monotonic() - looked > 1.0) > limits.file_mb_memory:
                trouble = (
                    f"Reading it needed more than {limits.file_mb_memory} MB of memory and was ended. Split the file, "
                    "or raise ingest.file_mb_memory in the settings."
                )
            if trouble:
                self.kill()
                reading.put_message(Unreadable(member[1] if member else task.source, DocumentError(trouble)))
                return None if member is None else replace(task, skip=member[0] + 1)
            if time.monotonic() - looked > 1.0:
                looked = time.monotonic()

    def _ready(self) -> Connection:
        """The connection to the process, which is started if there is none. Raises KBError."""
        if self._connection is not None and self._process is not None and self._process.poll() is None:
            return self._connection
        self.kill()
        ours, theirs = Pipe()
        command = [sys.executable, "-c", _CHILD, str(theirs.fileno()), *sys.path]
        try:
            self._process = subprocess.Popen(
                command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise KBError(f"No reading process could be started: {error.strerror or error}.") from error
        finally:
            theirs.close()
        self._connection = ours
        try:
            ready = ours.poll(_START_SECONDS) and ours.recv_bytes() == READY
        except (EOFError, OSError):
            ready = False
        if not ready:
            how = self._how_it_ended()
            self.kill()
            raise KBError(f"The reading process did not start ({how}). What it said stands above.")
        return ours

    def _how_it_ended(self) -> str:
        assert self._process is not None
        try:
            code = self._process.wait(5)
        except subprocess.TimeoutExpired:
            return "The process that read it went silent."
        how = f"code {code}"
        if code < 0:
            with contextlib.suppress(ValueError):
                how = signal.Signals(-code).name
        if -code in _FROM_OUTSIDE:  # this thread says so itself where it was the one
            return f"The process that read it was ended from outside by {how}, as where memory is short. Run it again."
        return f"The process that read it was ended by {how}: the file is damaged or hostile."

    def _megabytes(self, family: bool = False) -> float:
        """Memory of the process, without pages of files it shares; with `family`, of what it has started too."""
        import psutil

        try:
            process = psutil.Process(self.pid)
            processes = [process, *process.children(recursive=True)] if family else [process]
            memory = [each.memory_info() for each in processes]
            return float(sum(each.rss - each.shared for each in memory)) / _MEGABYTE
        except psutil.Error:
            return 0.0

    def _renew_if_large(self, limit: int) -> None:
        """Parsers keep memory: a process that has come near its limit is not used again."""
        if self._megabytes() > limit / 2:
            self.kill()

    def kill(self) -> None:
        """End the process and all that it has started."""
        process, self._process = self._process, None
        connection, self._connection = self._connection, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if connection is not None:
            connection.close()


pool = Workers(max(1, min(4, (os.cpu_count() or 1) // 2)))  # the embedding model needs the rest of the machine
atexit.register(pool.close)
