"""Messages: what is asked of a reading process, and what it gives, as bytes that are checked when they come back.

A reading process may have been taken over by a hostile file. So its messages are data, each checked against its type,
and none can name a document, a file or an error that is not of the file it was given.
"""

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ingest.containers import jsonl_bundle
from kb import errors
from kb.config import Settings
from kb.errors import DocumentError, KBError
from kb.messages.coded_text import fields, of_fields
from kb.store.catalog import SplitDocument

# The kinds of frames of a reading process: the file's own time begins; one of its members comes, a page, a message; a
# piece of a content to keep, and the last piece; there is no more.
ALIVE, BEGUN, PAGE, MESSAGE, CONTENT, CONTENT_END, LAST = b"a", b"b", b"p", b"m", b"c", b"e", b"l"


@dataclass(frozen=True, slots=True)
class Task:
    """A file to read. `known` are documents inside it, by path, that need not be read again while their hash is this.

    With `keep` also the content of what could be read is put into `folder`, which is one of the home's, for who asked.
    Readers of the user's own find the file in a folder below `scratch`. The first `skip` members of an archive or mail
    are passed over. With `root` the file is read only if it is really in that folder.
    """

    place: Path
    source: str  # its path in its root
    sha256: str
    settings: Settings
    known: dict[str, str] = field(default_factory=dict)
    folder: Path | None = None
    scratch: Path | None = None
    keep: bool = False
    skip: int = 0
    members: bool = True  # whether they are wanted at all
    root: Path | None = None

    @property
    def is_bundle(self) -> bool:
        """Whether it may hold records that name themselves, and are kept by their text alone."""
        return PurePosixPath(self.source).suffix.lower() in jsonl_bundle.SUFFIXES


@dataclass(frozen=True, slots=True)
class ReadDocument(SplitDocument):
    """A document as read and split. `original` is the file in the task's folder that holds its content; "" where none
    was kept."""

    original: str = ""


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


ReaderMessage = ReadDocument | KnownContent | Unreadable


class MessageError(ValueError):
    """What a reading process sent is no message of its file."""


@dataclass(frozen=True, slots=True)
class _Failure:
    """An error by the name of its class. `path` is "" for one that ends the whole ingestion. Code and values are
    those of its text."""

    path: str
    kind: str
    text: str
    code: str = ""
    values: dict[str, Any] = field(default_factory=dict)


_KINDS: dict[str, TypeAdapter[Any]] = {
    kind.__name__: TypeAdapter(kind) for kind in (ReadDocument, KnownContent, _Failure)
}
_ERRORS = {name: kind for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, KBError)}


def encoded(message: ReaderMessage | Fatal) -> bytes:
    """A message as bytes."""
    if isinstance(message, Unreadable | Fatal):
        kind = next(kind.__name__ for kind in type(message.error).__mro__ if kind.__name__ in _ERRORS)
        path = message.path if isinstance(message, Unreadable) else ""
        form: Any = _Failure(path, kind, str(message.error), **fields(message.error.message))
    else:
        form = message
    name = type(form).__name__
    try:
        data = _KINDS[name].dump_json(form)
    except ValueError:  # a lone half of a surrogate pair, in a name or a reason
        data = json.dumps(asdict(form), ensure_ascii=False).encode("utf-8", "replace")
    return name.encode() + b"\n" + data


def decoded(data: bytes, task: Task) -> ReaderMessage | Fatal:
    """The message, which must be about the task's file or what is in it. Raises MessageError."""
    name, _, body = data.partition(b"\n")
    adapter = _KINDS.get(name.decode("ascii", "replace"))
    if adapter is None:
        raise MessageError("a message of no known kind")
    try:
        form = adapter.validate_json(body, strict=True)
    except ValidationError as error:
        raise MessageError(f"{error.error_count()} of its values are not what they must be") from None
    if isinstance(form, _Failure):
        return _error(form, task)
    _check_path(form.path, task)
    if form.path == task.source and form.sha256 != task.sha256 and not task.is_bundle:
        raise MessageError("another content than the file's")
    if isinstance(form, ReadDocument):
        return replace(_whole(form), original="")  # what was kept is told by who keeps it
    if task.known.get(form.path) != form.sha256:
        raise MessageError(f"{form.path} is not known with that content")
    return form  # type: ignore[no-any-return]


def _error(form: _Failure, task: Task) -> Unreadable | Fatal:
    kind = _ERRORS.get(form.kind)
    if kind is None:
        raise MessageError("an error of no known kind")
    if not form.path:
        return Fatal(kind(_failure_text(form)))
    _check_path(form.path, task)
    if not issubclass(kind, DocumentError):
        raise MessageError("an error that is not one of a document")
    return Unreadable(form.path, kind(_failure_text(form)))


def _failure_text(form: _Failure) -> str:
    return of_fields(form.text, {"code": form.code, "values": form.values})


def _check_path(path: str, task: Task) -> None:
    """A document is named by its file, or by its place inside it; the records of a bundle name themselves."""
    if path != task.source and not path.startswith(f"{task.source}/") and not task.is_bundle:
        raise MessageError("a document that is not in the file")


def _whole(document: ReadDocument) -> ReadDocument:
    """The document, whose parts lie within its text."""
    text, length = document.content.text, len(document.content.text)
    spans = [(page.start, page.end) for page in document.content.pages]
    spans += [(chunk.start, chunk.end) for chunk in document.chunks]
    if not all(0 <= start <= end <= length for start, end in spans):
        raise MessageError("a part that lies outside of its document")
    if not all(chunk.text == text[chunk.start : chunk.end] for chunk in document.chunks):
        raise MessageError("a chunk that is not in its document")
    if len(document.words) not in (0, len(document.chunks)):
        raise MessageError("words of other chunks")
    return document
