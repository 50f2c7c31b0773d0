"""Workers: files are read and split in processes of their own, which a hostile file can neither hang, fill nor crash.

The processes are started when they are needed, are confined to the file they are given, yield to everything else on the
machine, hold no model, and end when they are idle. A file that goes over its limits of time or memory ends its process,
and is listed with that reason.
"""

import atexit
import contextlib
import json
import os
import pickle
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from ingest.document import files
from ingest.reading import confined_process
from ingest.reading.channel import ChannelError
from ingest.reading.confined_process import ConfinedProcess, NotStarted
from ingest.reading.confinement import Sight
from ingest.reading.keeping import Keeper
from ingest.reading.messages import (
    ALIVE,
    BEGUN,
    CONTENT,
    CONTENT_END,
    LAST,
    MESSAGE,
    PAGE,
    Fatal,
    MessageError,
    ReaderMessage,
    Task,
    Unreadable,
    decoded,
)
from kb.config import Settings
from kb.errors import DocumentError, KBError
from kb.language.tokenizer import segmenter_cache

_MEGABYTE = 1 << 20
_BUFFERED = 4 * _MEGABYTE  # of one file, read and not yet taken
_IDLE_SECONDS = 60.0
_START_SECONDS = 120.0
_POLL_SECONDS = 0.1
_WHOLE_FILE = 100  # times `ingest.file_seconds`: what a file may take with all its members and pages
_LONGEST_NAME = 1 << 16  # bytes, of a page or member that is told
_FROM_OUTSIDE = (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP)  # no crash: a parser does not send them
_READER = "ingest.reading.reader_process"


class Reading:
    """One file being read. What was read waits here, up to some megabytes, then its process waits."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self._changed = threading.Condition()
        self._waiting: deque[tuple[ReaderMessage | Fatal, int]] = deque()
        self._size = 0
        self._page = ""
        self._ended = False
        self.seconds = 0.0  # for which it has been read
        self.cancelled = False
        self._released = threading.Event()  # no process is busy with it any more

    def messages(
        self, stop: threading.Event, show: Callable[[str], None] = lambda page: None
    ) -> Iterator[ReaderMessage]:
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
                page, (message, size) = self._page, self._waiting.popleft() if self._waiting else (None, 0)
                self._size -= size
                self._changed.notify_all()
            if page != shown:
                shown = page
                show(page)
            if isinstance(message, Fatal):
                raise message.error
            if message is not None:
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

    def put(self, message: ReaderMessage | Fatal, size: int = 0) -> None:
        """Add a message of so many bytes; waits while too many are there."""
        with self._changed:
            while self._size > _BUFFERED and not self.cancelled:
                self._changed.wait()
            if not self.cancelled:
                self._waiting.append((message, size))
                self._size += size
            self._changed.notify_all()

    def put_page(self, page: str) -> None:
        """Say which page is being read."""
        with self._changed:
            self._page = page
            self._changed.notify_all()

    def end(self) -> None:
        """All was put."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        self._released.set()


class Workers:
    """The reading processes of this program. They take files in the order in which these are handed in."""

    def __init__(self, limit: int, bootstrap: str = confined_process.BOOTSTRAP) -> None:
        self._limit = limit
        self.bootstrap = bootstrap  # what a process begins with
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
        self._process: ConfinedProcess | None = None
        self._sight = Sight()  # of the process, without its own folder
        self._own: Path | None = None  # the folder that it may write to
        self._scratch: Path | None = None  # in which that one is
        self._was_used = False  # by another file

    @property
    def pid(self) -> int | None:
        process = self._process
        return None if process is None else process.popen.pid

    def run(self) -> None:
        try:
            while (reading := self._workers.next(self)) is not None:
                try:
                    self._serve(reading)
                except KBError as error:
                    reading.put(Fatal(error))
                    self.kill()
                except BaseException as error:  # whoever waits for the file must not wait for ever
                    reading.put(Fatal(KBError("reader.process_failed", why=repr(error))))
                    self.kill()
                finally:
                    self._clear()
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
        from kb.models.embedding import model_folder

        # Its files are checked here; the shipped one's where a class takes the model's place.
        folder = model_folder(task.settings.embedding.model)
        process = self._ready(task, folder)
        try:
            with (
                files.opened(task.place, task.settings.ingest.max_file_mb, task.root) as file,
                contextlib.suppress(BrokenPipeError, ConnectionResetError),  # seen below
            ):
                process.channel.send(b"t", pickle.dumps(_without_secrets(task, folder)), file.fileno(), _START_SECONDS)
        except DocumentError as error:
            reading.put(Unreadable(task.source, error))
            return None
        except TimeoutError:  # what an earlier file has made of the process does not listen
            self.kill()
            return task
        with Keeper(task) as keeper:
            return self._follow(reading, task, process, keeper)

    def _follow(self, reading: Reading, task: Task, process: ConfinedProcess, keeper: Keeper) -> Task | None:
        limits = task.settings.ingest
        member: tuple[int, str] | None = None  # of the file: its number and path
        silent, allowed, looked = 0.0, max(_START_SECONDS, limits.file_seconds), time.monotonic()
        loaded = False  # from then on it is the file's time
        while True:
            if reading.cancelled:
                self.kill()
                return None
            before = time.monotonic()
            trouble: DocumentError | None = None
            try:
                frame = process.channel.receive(limits.file_mb_memory * _MEGABYTE, _POLL_SECONDS)
                if frame is not None:
                    kind, data = frame
                    reading.seconds += (time.monotonic() - before) * loaded
                    silent, allowed, loaded = 0.0, limits.file_seconds, True  # what comes first says so
                    if kind == BEGUN:
                        member = _member(data, task, member)
                    elif kind == PAGE:
                        reading.put_page(data[:_LONGEST_NAME].decode("utf-8", "replace"))
                    elif kind in (CONTENT, CONTENT_END):
                        keeper.take(data, whole=kind == CONTENT_END)
                    elif kind == MESSAGE:
                        reading.put(keeper.joined(decoded(data, task)), len(data))  # may wait: not the file's time
                    elif kind == LAST:
                        self._was_used = True
                        self._renew_if_large(limits.file_mb_memory)
                        return None
                    elif kind != ALIVE:
                        raise MessageError("a frame of no known kind")
                    if time.monotonic() - looked < 1.0:
                        continue
                    before = time.monotonic()  # however much it says, its memory is looked at
            except (MessageError, ChannelError):
                trouble = DocumentError("reader.told_too_much")
            except (EOFError, OSError):
                trouble = self._how_it_ended()
            silent += time.monotonic() - before
            reading.seconds += (time.monotonic() - before) * loaded
            if not trouble and reading.seconds > (whole := _WHOLE_FILE * limits.file_seconds):
                member, trouble = None, DocumentError("reader.whole_too_slow", seconds=whole, times=_WHOLE_FILE)
            if not trouble and silent > allowed:
                trouble = DocumentError("reader.too_slow", seconds=limits.file_seconds)
            if not trouble and self._megabytes(family=time.monotonic() - looked > 1.0) > limits.file_mb_memory:
                trouble = DocumentError("reader.too_much_memory", size=limits.file_mb_memory)
            if trouble:
                is_its_own = loaded or not self._was_used
                self.kill()
                if not is_its_own:  # the process did not even begin with it: an earlier file has made it so
                    return task
                reading.put(Unreadable(member[1] if member else task.source, trouble))
                return None if member is None else replace(task, skip=member[0] + 1)
            if time.monotonic() - looked > 1.0:
                looked = time.monotonic()

    def _ready(self, task: Task, folder: Path) -> ConfinedProcess:
        """The process, which is started if there is none that sees what this task needs. Raises KBError."""
        sight = _sight(task, folder)
        scratch = task.scratch if sight.modules else None  # it writes nothing without a reader of the user's own
        process = self._process
        if (
            process is not None
            and process.popen.poll() is None
            and (self._sight, self._scratch) == (sight, scratch)
            and (self._own is None or self._own.is_dir())
        ):
            return process
        self.kill()
        self._sight, self._scratch, self._was_used = sight, scratch, False
        if sight.modules:
            if scratch is not None:
                scratch.mkdir(mode=0o700, exist_ok=True)
            self._own = Path(tempfile.mkdtemp(prefix="process-", dir=scratch))
        try:
            self._process = confined_process.start(
                _READER, replace(sight, own=str(self._own or "")), _START_SECONDS, with_this_thread=True,
                bootstrap=self._workers.bootstrap,
            )  # fmt: skip
        except NotStarted as error:
            raise KBError("reader.not_started", why=error) from error
        return self._process

    def _how_it_ended(self) -> DocumentError:
        assert self._process is not None
        popen = self._process.popen
        try:
            code = popen.wait(5)
        except subprocess.TimeoutExpired:
            return DocumentError("reader.silent")
        how = confined_process.how_it_ended(popen)
        if -code in _FROM_OUTSIDE:  # this thread says so itself where it was the one
            return DocumentError("reader.ended_from_outside", how=how)
        return DocumentError("reader.ended", how=how)

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

    def _clear(self) -> None:
        """Remove what a file left in the process's folder: the next one is another's."""
        if self._own is not None and self._own.is_dir():
            for each in self._own.iterdir():
                if each.is_dir() and not each.is_symlink():
                    shutil.rmtree(each, ignore_errors=True)
                else:
                    each.unlink(missing_ok=True)

    def kill(self) -> None:
        """End the process and all that it has started."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
        own, self._own = self._own, None
        if own is not None:
            shutil.rmtree(own, ignore_errors=True)


def _sight(task: Task, folder: Path) -> Sight:
    """What a process sees that reads this file: what words and tokens are cut by, of the model in `folder`."""
    modules = sorted({where.partition(":")[0] for where in task.settings.ingest.readers.values()})
    readable = (str(folder), str(folder / "tokenizer.json"), str(segmenter_cache()))  # the file may be a link
    return Sight(readable, modules=tuple(modules))


def _without_secrets(task: Task, folder: Path) -> Task:
    """The task as the process is told it: without where it is from and where things go, and without settings that may
    hold what is secret, such as a model's key."""
    settings = task.settings
    embedding = {"llamaindex_class": "", "llamaindex_options": {}, "model": str(folder)}
    needed = Settings(
        embedding=settings.embedding.model_copy(update=embedding), splitting=settings.splitting, ingest=settings.ingest
    )
    return replace(task, place=Path(task.place.name), root=None, folder=None, scratch=None, settings=needed)


def _member(data: bytes, task: Task, before: tuple[int, str] | None) -> tuple[int, str]:
    """Which member of the file is begun. They are numbered upwards, so that what is left becomes less."""
    try:
        number, path = json.loads(data)
        if not isinstance(number, int) or not isinstance(path, str) or len(path) > _LONGEST_NAME:
            raise TypeError
    except (ValueError, TypeError):
        raise MessageError("no member") from None
    if number < (task.skip if before is None else before[0] + 1) or f"{path}/".find(f"{task.source}/") != 0:
        raise MessageError("a member that is not the next one")
    return number, path


pool = Workers(max(1, min(4, (os.cpu_count() or 1) // 2)))  # the embedding model needs the rest of the machine
atexit.register(pool.close)
