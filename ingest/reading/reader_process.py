"""The reading process: reads and splits files for the process that ingests. It holds no model and opens no home.

It is confined when it begins (`confined_process`): what it reads comes as an open file, what it gives goes over the
channel.
"""

import errno
import hashlib
import json
import pickle
import resource
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

from ingest.document import files
from ingest.ocr import ocr, progress
from ingest.reading import reading, splitting
from ingest.reading.channel import Channel
from ingest.reading.messages import (
    ALIVE,
    BEGUN,
    CONTENT,
    CONTENT_END,
    LAST,
    MESSAGE,
    PAGE,
    Fatal,
    KnownContent,
    ReadDocument,
    ReaderMessage,
    Task,
    Unreadable,
    encoded,
)
from kb.errors import DocumentError, KBError, StorageFull
from kb.models import cancellation
from kb.store.search_queries import word_body

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from ingest.document.parsed import Parsed
    from kb.config import EmbeddingSettings, Settings

_NICENESS = 10
_LARGEST_TASK = 1 << 30  # bytes: it names all that is known of an archive
_PIECE = 1 << 20  # of a content that is kept
_ROOM = 4 << 30  # address space beyond the limit of memory: a single request for more is refused at once


def main(channel: Channel) -> None:
    """Read what comes over the channel, until it is closed."""
    cancellation.lower_priority(_NICENESS)
    while True:
        try:
            frame = channel.receive(_LARGEST_TASK)
        except EOFError:
            return
        assert frame is not None
        with open(channel.file(), "rb") as file:
            _serve(pickle.loads(frame[1]), file, channel)


def _serve(task: Task, file: IO[bytes], channel: Channel) -> None:
    """Read one file."""
    _limit_memory(task.settings.ingest.file_mb_memory)
    out = _Outbox(channel, task.source)
    ocr.tell(out.alive)
    progress.listen(out.at_page)
    try:
        _tokenizer(task.settings.embedding)
        out.alive()
        for message in _read(task, file, out):
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
        out.add(Fatal(StorageFull("home.disk_full_run_again")))
    channel.send(LAST)


class _Outbox:
    """Says what becomes of one file."""

    def __init__(self, channel: Channel, path: str) -> None:
        self._channel = channel
        self._path = path  # of what is being read

    def add(self, message: ReaderMessage | Fatal) -> None:
        self._channel.send(MESSAGE, encoded(message))

    def alive(self) -> None:
        """Say that the file's own time begins now."""
        self._channel.send(ALIVE)

    def begin(self, number: int, path: str) -> None:
        """Say which member of the file comes now, so that it is known should it end this process."""
        self._path = path
        self._channel.send(BEGUN, json.dumps((number, path)).encode())

    def at_page(self, page: int, pages: int) -> None:
        """Say which page comes now."""
        self._channel.send(PAGE, f"{self._path} ({page}/{pages})".encode("utf-8", "replace"))

    def keep(self, content: bytes) -> None:
        """Have a content kept; the document of its hash comes next."""
        for at in range(0, len(content), _PIECE):
            last = at + _PIECE >= len(content)
            self._channel.send(CONTENT_END if last else CONTENT, content[at : at + _PIECE])


def _read(task: Task, file: IO[bytes], out: _Outbox) -> Iterator[ReaderMessage]:
    """All documents of a file."""
    if reading.is_bundle(file, task.place.name):
        yield from _bundle(task, file)
        return
    data = files.content(file, task.settings.ingest.max_file_mb)
    if hashlib.sha256(data).hexdigest() != task.sha256:
        raise DocumentError("file.changed")
    content = reading.Content(data, task.source)
    is_container = content.is_container
    if task.skip == 0 and not content.is_archive:
        if is_container:
            out.begin(0, task.source)
        yield _document(task, content, task.sha256, out)
    if not is_container or not task.members:
        return
    for number, member in enumerate(reading.members(content, task.settings.ingest), 1):
        if number < task.skip:
            continue
        path = f"{task.source}/{member.name}"
        out.begin(number, path)
        try:
            data = member.open()
        except DocumentError as error:
            yield Unreadable(path, error)
            continue
        message = _document(task, reading.Content(data, path), hashlib.sha256(data).hexdigest(), out)
        yield Unreadable(path, member.reason(message.error)) if isinstance(message, Unreadable) else message


def _document(task: Task, content: reading.Content, sha256: str, out: _Outbox) -> ReaderMessage:
    path, data = content.name, content.data
    if task.known.get(path) == sha256:
        return KnownContent(path, sha256, len(data))
    try:
        parsed = reading.read_content(content, task.settings.ingest)
        message = _split(task.settings, path, parsed, sha256, len(data))
    except DocumentError as error:
        return Unreadable(path, error)
    except MemoryError:
        return Unreadable(path, _too_large(task))
    if task.keep:
        out.keep(data)
    return message


def _bundle(task: Task, file: IO[bytes]) -> Iterator[ReaderMessage]:
    for record in reading.read_bundle(file):
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
        raise DocumentError("file.no_text")
    if len(chunks) > settings.ingest.max_chunks:
        raise DocumentError("file.too_many_chunks", chunks=len(chunks), limit=settings.ingest.max_chunks)
    words = tuple(word_body(chunk.embedded_text) for chunk in chunks)
    return ReadDocument(path, sha256, size, parsed, tuple(chunks), words)


def _tokenizer(settings: "EmbeddingSettings") -> "Tokenizer":
    """The tokenizer of the embedding model; of the shipped one where a class of the user's own takes its place."""
    from kb.models.embedders import open_embedder

    return open_embedder(settings.model_copy(update={"llamaindex_class": "", "backend": "torch"})).tokenizer()


def _too_large(task: Task) -> DocumentError:
    return DocumentError("reader.too_much_memory", size=task.settings.ingest.file_mb_memory)


def _limit_memory(megabytes: int) -> None:
    """A net under the watch of the other process, which looks ten times a second."""
    room = (megabytes << 20) + _ROOM
    resource.setrlimit(resource.RLIMIT_AS, (room, resource.getrlimit(resource.RLIMIT_AS)[1]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
