"""The reading process: reads and splits files for the process that ingests. It holds no model and opens no home.

`kb.privacy` comes first, as everywhere: nothing that a parser does reaches beyond this machine.
"""

from kb import privacy

privacy.protect()

import ctypes  # noqa: E402  (telemetry is switched off, and the guard stands, before anything else is imported)
import errno  # noqa: E402
import hashlib  # noqa: E402
import os  # noqa: E402
import pickle  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
from collections.abc import Iterator  # noqa: E402
from contextlib import contextmanager  # noqa: E402
from dataclasses import replace  # noqa: E402
from multiprocessing.connection import Connection  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import TYPE_CHECKING  # noqa: E402

from ingest.document import files  # noqa: E402
from ingest.ocr import ocr, progress  # noqa: E402
from ingest.reading import reading, splitting  # noqa: E402
from ingest.reading.process_pool import (  # noqa: E402
    BEGUN,
    LAST,
    MORE,
    PAGE,
    READY,
    Fatal,
    KnownContent,
    Message,
    ReadDocument,
    Task,
    Unreadable,
)
from kb.errors import DocumentError, KBError, StorageFull  # noqa: E402
from kb.models import cancellation  # noqa: E402
from kb.store.search_queries import word_body  # noqa: E402

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from ingest.document.parsed import Parsed
    from kb.config import EmbeddingSettings, Settings

_NICENESS = 10
_SENT_TOGETHER = 1 << 18  # bytes of text
_ROOM = 4 << 30  # address space beyond the limit of memory: a single request for more is refused at once
_PR_SET_PDEATHSIG = 1


def main(descriptor: int) -> None:
    """Read what comes over the connection, until it is closed."""
    _live_as_a_child()
    connection = Connection(descriptor)
    connection.send_bytes(READY)
    allowed: tuple[str, ...] = ()
    while True:
        try:
            task = connection.recv()
        except EOFError:
            return
        if task.settings.privacy.allow != allowed:  # a reader of the user's own may need what the settings allow
            allowed = task.settings.privacy.allow
            privacy.protect(allowed)
        _limit_memory(task.settings.ingest.file_mb_memory)
        out = _Outbox(connection, task.source)
        ocr.tell(out.alive)
        progress.listen(out.at_page)
        try:
            _tokenizer(task.settings.embedding)
            out.alive()
            with _temporary_files_in(task.folder):
                for message in _read(task, out):
                    out.add(message)
        except DocumentError as error:
            out.add(Unreadable(task.source, error))
        except KBError as error:
            out.add(Fatal(error))
        except MemoryError:
            out.add(Unreadable(task.source, _too_large(task)))
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            out.add(Fatal(StorageFull("The disk of the home is full. Free some space and run again.")))
        out.send(LAST)


class _Outbox:
    """Sends small messages together."""

    def __init__(self, connection: Connection, path: str) -> None:
        self._connection = connection
        self._path = path  # of what is being read
        self._messages: list[Message | Fatal] = []
        self._size = 0

    def add(self, message: Message | Fatal) -> None:
        self._messages.append(message)
        self._size += 2 * len(message.text) if isinstance(message, ReadDocument) else 100
        if self._size > _SENT_TOGETHER:
            self.send(MORE)

    def alive(self) -> None:
        """Say that the file's own time begins now."""
        self._connection.send_bytes(MORE + pickle.dumps([]))

    def begin(self, number: int, path: str) -> None:
        """Say which member of the file comes now, so that it is known should it end this process."""
        self.send(MORE)
        self._path = path
        self._connection.send_bytes(BEGUN + pickle.dumps((number, path)))

    def at_page(self, page: int, pages: int) -> None:
        """Say which page comes now."""
        self._connection.send_bytes(PAGE + pickle.dumps(f"{self._path} ({page}/{pages})"))

    def send(self, mark: bytes) -> None:
        if self._messages or mark == LAST:
            self._connection.send_bytes(mark + pickle.dumps(self._messages))
        self._messages, self._size = [], 0


def _read(task: Task, out: _Outbox) -> Iterator[Message]:
    """All documents of a file."""
    if reading.is_bundle(task.place):
        yield from _bundle(task)
        return
    data = files.content(task.place, task.settings.ingest.max_file_mb)
    if hashlib.sha256(data).hexdigest() != task.sha256:
        raise DocumentError("The file changed while it was being read. Run the command again.")
    is_container = reading.is_container(data, task.source)
    if task.skip == 0 and not (is_container and reading.is_archive(data, task.source)):
        if is_container:
            out.begin(0, task.source)
        yield _document(task, task.source, data)
    if not is_container or not task.members:
        return
    del data
    for number, member in enumerate(reading.members(task.place, task.settings.ingest, name=task.source), 1):
        if number < task.skip:
            continue
        path = f"{task.source}/{member.name}"
        out.begin(number, path)
        try:
            content = member.open()
        except DocumentError as error:
            yield Unreadable(path, error)
            continue
        message = _document(task, path, content)
        yield Unreadable(path, member.reason(message.error)) if isinstance(message, Unreadable) else message


def _document(task: Task, path: str, data: bytes) -> Message:
    sha256 = hashlib.sha256(data).hexdigest()
    if task.known.get(path) == sha256:
        return KnownContent(path, sha256, len(data))
    try:
        parsed = reading.read_bytes(data, task.settings.ingest, name=path.rpartition("/")[2])
        message = _split(task.settings, path, parsed, sha256, len(data))
    except DocumentError as error:
        return Unreadable(path, error)
    except MemoryError:
        return Unreadable(path, _too_large(task))
    if task.folder is not None and task.keep:
        return replace(message, original=_keep(task.folder, data))
    return message


def _bundle(task: Task) -> Iterator[Message]:
    for record in reading.read_bundle(task.place):
        content = f"{record.title}\0{record.text}".encode("utf-8", "surrogatepass")
        sha256 = hashlib.sha256(content).hexdigest()
        if record.problem:
            yield Unreadable(f"{task.source}: {record.name}", record.problem)
        elif task.known.get(record.name) == sha256:
            yield KnownContent(record.name, sha256, len(content))
        else:
            yield _split(task.settings, record.name, reading.record(record), sha256, len(content))


def _split(settings: "Settings", path: str, parsed: "Parsed", sha256: str, size: int) -> ReadDocument:
    chunks = splitting.split(parsed, path, _tokenizer(settings.embedding), settings.splitting)
    if not chunks:
        raise DocumentError("No text was found in the file.")
    words = tuple(word_body(chunk.embedded_text) for chunk in chunks)
    return ReadDocument(
        path, sha256, size, parsed.media_type, parsed.title, parsed.text, parsed.pages, tuple(chunks), words,
        recognised=parsed.recognised, headings=parsed.headings,
    )  # fmt: skip


def _tokenizer(settings: "EmbeddingSettings") -> "Tokenizer":
    """The tokenizer of the embedding model; of the shipped one where a class of the user's own takes its place."""
    from kb.models.embedders import open_embedder

    return open_embedder(settings.model_copy(update={"llamaindex_class": "", "backend": "torch"})).tokenizer()


def _keep(folder: Path, data: bytes) -> str:
    """Put a content into a file of its own. Returns its name in the folder."""
    descriptor, name = tempfile.mkstemp(prefix="read-", dir=folder)
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name).name


@contextmanager
def _temporary_files_in(folder: Path | None) -> Iterator[None]:
    """Meanwhile parsers, and programs they start, put their temporary files there; they are removed at the end."""
    if folder is None:
        yield
        return
    before = os.environ.get("TMPDIR"), tempfile.tempdir
    with tempfile.TemporaryDirectory(prefix="temporary-", dir=folder, ignore_cleanup_errors=True) as own:
        os.environ["TMPDIR"] = tempfile.tempdir = own
        try:
            yield
        finally:
            tempfile.tempdir = before[1]
            if before[0] is None:
                del os.environ["TMPDIR"]
            else:
                os.environ["TMPDIR"] = before[0]


def _too_large(task: Task) -> DocumentError:
    return DocumentError(
        f"Reading it needed more than {task.settings.ingest.file_mb_memory} MB of memory and was ended. Split the "
        "file, or raise ingest.file_mb_memory in the settings."
    )


def _live_as_a_child() -> None:
    """Yield to all others, and end with the process that started this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        parent = os.getppid()
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
    cancellation.lower_priority(_NICENESS)


def _limit_memory(megabytes: int) -> None:
    """A net under the watch of the other process, which looks ten times a second."""
    import resource

    room = (megabytes << 20) + _ROOM
    resource.setrlimit(resource.RLIMIT_AS, (room, resource.getrlimit(resource.RLIMIT_AS)[1]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
