"""Uploads: files sent to the service are kept in the home, each collection's by themselves, and read in by a job.

Those dropped into a conversation are put into their person's own collection, each under a name of its own. They go with
the conversation, or when they are let go, unless they were kept before.
"""

import contextlib
import errno
import os
import re
import threading
import time
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from glob import escape
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Literal

from ingest.sync.jobs import JobNotFound
from ingest.sync.pipeline import DocumentReport
from kb.access.rules import OWNER
from kb.errors import DocumentError, DocumentNotFound, HomeError, RefusedByPolicy, StorageFull, why
from kb.messages.coded_text import CodedText
from kb.models.cancellation import Cancellation
from kb.schema import Document, Principal, Scope
from kb.store.collection_names import collection_name
from kb.store.conversations import ConversationFile, ConversationStore
from kb.store.document_queries import SEARCHABLE
from kb.store.uploads import folder_of
from ui.service.answer_task import FileAwaited

if TYPE_CHECKING:
    from ingest.sync.jobs import Job, Jobs
    from kb.assistant import KnowledgeBase
    from kb.people.accounts import People

COLLECTION = "uploads"
FileState = Literal["waiting", "reading", "ready", "failed"]
_HOLDING = frozenset({".zip", ".eml", ".msg", ".jsonl", ".ndjson"})  # files in which there are others
_LOOK = 0.3  # seconds between two looks at a file that is being read
_STOPPED_WITHIN = 60.0  # seconds in which a file is let go of by who reads it
_MAX_NAME_BYTES = 180
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_MEGABYTE = 1 << 20


class Uploads:
    """Keeps uploaded files and hands them to the jobs, a batch at a time. Safe to use from several threads."""

    def __init__(self, kb: "KnowledgeBase", jobs: "Jobs") -> None:
        self._kb = kb
        self._jobs = jobs
        self._lock = threading.Lock()

    def folder(self, collection: str = COLLECTION) -> Path:
        """Where the files of a collection are kept."""
        return folder_of(self._kb.home.uploads, collection)

    def add(
        self,
        files: Iterable[tuple[str, IO[bytes]]],
        collection: str = COLLECTION,
        who: str = "local",
        *,
        apart: bool = False,
        first: bool = False,
    ) -> "Job | None":
        """Keep the files and let a job read them in. None where no file was sent.

        A name that the collection knows is a new version of that document, unless they are to be kept `apart`; two of
        one name in one batch are told apart. What goes `first` is read before all that waits to be.
        A file that is empty, over the limit or cut off is not kept; the job's report gives its reason, and so does the
        list of documents, unless the collection has one of that name. Raises UsageError for what cannot be the name of
        a collection, and StorageFull or HomeError where the files cannot be kept; then none of the batch is.
        """
        collection = collection_name(self._kb.catalog, collection)
        with self._lock:
            taken = self._used_names(collection) if apart else set()
            kept, refused = self._keep(files, self.folder(collection), taken)
            if not kept and not refused:
                return None
            self._list(refused, collection)
            title = ", ".join([*(path.name for path in kept), *(report.path for report in refused)][:3])
            more = " …" if len(kept) + len(refused) > 3 else ""
            return self._jobs.ingest(
                kept, collection=collection, title=title + more, who=who, refused=refused, first=first
            )

    def _used_names(self, collection: str) -> set[str]:
        """The names that documents or files of a collection have."""
        known, folder = self._kb.catalog.known_documents(collection), self.folder(collection)
        names = {name for each in known.values() for name in (each.path, each.source)}
        return names | ({file.name for file in folder.iterdir()} if folder.is_dir() else set())

    def _keep(
        self, files: Iterable[tuple[str, IO[bytes]]], folder: Path, taken: Collection[str] = ()
    ) -> tuple[list[Path], list[DocumentReport]]:
        """The files on disk under their names, and those that were refused. All are whole, or none is kept."""
        parts: dict[str, Path] = {}
        refused: list[DocumentReport] = []
        try:
            self._kb.home.uploads.mkdir(mode=0o700, exist_ok=True)
            folder.mkdir(mode=0o700, exist_ok=True)
            _sweep(folder)
            for given, content in files:
                name = _apart(safe_name(given), {*parts, *taken})
                part = folder / f".{len(parts)}.part"
                try:
                    self._receive(content, part)
                except DocumentError as error:
                    refused.append(DocumentReport(name, "failed", reason=error.message))
                    part.unlink(missing_ok=True)
                else:
                    parts[name] = part
            for name, part in parts.items():
                os.replace(part, folder / name)
        except OSError as error:
            with contextlib.suppress(OSError):
                _sweep(folder)
            raise _explained(error) from error
        except BaseException:
            _sweep(folder)
            raise
        return [folder / name for name in parts], refused

    def _list(self, refused: Iterable[DocumentReport], collection: str) -> None:
        """Have the list of documents show the files that were refused."""
        known, folder = self._kb.catalog.known_documents(collection), str(self.folder(collection))
        for each in refused:
            if each.path not in known or known[each.path].sha256 is None:
                self._kb.catalog.record_outcome(collection, each.path, folder, each.path, each.status, each.reason)

    def _receive(self, content: IO[bytes], part: Path) -> None:
        """Write one file. Raises DocumentError where it is empty, over the limit or cut off."""
        limit = self._kb.settings.ingest.max_file_mb
        size = 0
        with part.open("wb") as out:
            part.chmod(0o600)
            while block := _block(content):
                size += len(block)
                if size > limit * _MEGABYTE:
                    raise DocumentError("upload.file_over_limit", limit=limit)
                out.write(block)
        if size == 0:
            raise DocumentError("file.empty")
        announced = getattr(content, "size", None)
        if isinstance(announced, int) and size < announced:
            raise DocumentError("upload.cut_off_at", size=size, total=announced)


@dataclass(frozen=True, slots=True)
class DroppedFile:
    """A file of a conversation, by the name of its document in its person's own collection. `reason` says why questions
    do not find it; one that is no document itself, as an archive is, has those inside it."""

    collection: str
    name: str
    state: FileState
    reason: str = ""
    is_document: bool = False


class DroppedFiles:
    """The files that people dropped into their conversations. Safe to use from several threads.

    Who asks is not looked at here: whoever gives the id of a conversation is the one whose it is.
    """

    def __init__(self, kb: "KnowledgeBase", jobs: "Jobs", uploads: Uploads, people: "People") -> None:
        self._kb, self._jobs, self._uploads, self._people = kb, jobs, uploads, people
        self._store = ConversationStore(kb.catalog)

    def own_collection(self, asker: Principal) -> str:
        """Where the files of whoever asks are put: what nobody else reads. Raises RefusedByPolicy."""
        account = self._people.get(asker.name)
        if account is not None:
            return account.own_collection
        if not asker.unlimited:
            raise RefusedByPolicy("conversation.no_files", name=asker.name)
        return self._kb.catalog.own_collection(OWNER)

    def drop(self, asker: Principal, conversation: str, files: Iterable[tuple[str, IO[bytes]]]) -> list[DroppedFile]:
        """Put files into a conversation and have them read before all else. Returns these.

        One that is empty, over the limit or cut off is listed with its reason. Raises ConversationNotFound, UsageError
        where there are too many, and what `Uploads.add` raises; files before the one that failed are there.
        """
        collection, names = self.own_collection(asker), list[str]()
        for file in files:
            self._store.check_room(conversation)
            job = self._uploads.add([file], collection, asker.name, apart=True, first=True)
            assert job is not None
            dropped = ConversationFile(collection, job.title, job.id)
            try:
                self._store.add_file(conversation, dropped)
            except BaseException:
                self._remove([dropped], asker)
                raise
            names.append(dropped.name)
        return [each for each in self.of(conversation) if each.name in names]

    def of(self, conversation: str) -> list[DroppedFile]:
        """The files of a conversation, in order, and how they stand."""
        return [self._as_it_is(file) for file in self._store.files(conversation)]

    def keep(self, conversation: str, name: str) -> None:
        """Let a file stay in its collection when the conversation goes. Raises DocumentNotFound."""
        self._store.keep_file(conversation, self._file_named(conversation, name).name)

    def let_go(self, asker: Principal, conversation: str, name: str) -> None:
        """Delete a file with all that was read from it, for good. Raises DocumentNotFound, and what
        `KnowledgeBase.scrub` raises; then nothing finds it, and the next start overwrites what is left."""
        self._remove([self._file_named(conversation, name)], asker)

    def let_all_go(self, asker: Principal, conversation: str) -> None:
        """Delete all files of a conversation that were not kept."""
        if files := self._store.files(conversation):
            self._remove(files, asker)

    def scope(self, conversation: str, names: Iterable[str]) -> Scope:
        """These files of a conversation, and what is inside them, as where alone to look. Raises DocumentNotFound."""
        return Scope(paths=tuple(glob for name in names for glob in _globs(self._file_named(conversation, name))))

    def without(self, scope: Scope, file: DroppedFile) -> Scope:
        """The scope when this file is gone."""
        gone = _globs(file)
        return replace(scope, paths=tuple(path for path in scope.paths if path not in gone))

    def first(self, conversation: str, scope: Scope) -> Callable[[Cancellation], Iterator[FileAwaited]] | None:
        """What an answer does first that looks into files of its conversation: wait until they are read. Where it looks
        nowhere else, it raises DocumentError if questions find none of them. None where it looks into none."""
        named = {path: file.name for file in self._store.files(conversation) for path in _globs(file)}
        names = {named[path] for path in scope.paths if path in named}
        return partial(self._await, conversation, names, named.keys() >= set(scope.paths)) if names else None

    def _await(
        self, conversation: str, names: Collection[str], alone: bool, stop: Cancellation
    ) -> Iterator[FileAwaited]:
        told = ""
        while not stop.is_set():
            files = [each for each in self.of(conversation) if each.name in names]
            reading = next((each.name for each in files if each.state in ("waiting", "reading")), "")
            if reading != told:
                told = reading
                yield FileAwaited(reading)
            if not reading:
                if alone and files and all(each.state == "failed" for each in files):
                    raise DocumentError("conversation.file_not_read", name=files[0].name, why=files[0].reason)
                return
            stop.wait(_LOOK)

    def _file_named(self, conversation: str, name: str) -> ConversationFile:
        found = next((file for file in self._store.files(conversation) if file.name == name), None)
        if found is None:
            raise DocumentNotFound("conversation.no_file", name=name)
        return found

    def _as_it_is(self, file: ConversationFile) -> DroppedFile:
        job = self._job(file)
        if job is not None and not job.finished:
            return DroppedFile(file.collection, file.name, "reading" if job.state == "running" else "waiting")
        documents = self._documents(file)
        if any(each.status in SEARCHABLE and not each.quarantined for each in documents):
            own = any(each.path == file.name for each in documents)
            return DroppedFile(file.collection, file.name, "ready", is_document=own)
        held = next((each for each in documents if each.quarantined), None)
        reason = next((each.reason for each in documents if each.reason), "")
        if held is not None and held.orders.reasons:
            reason = CodedText("document.held", words=held.orders.reasons[0].text)
        elif not reason:
            reason = (job.error if job is not None else "") or CodedText("conversation.reading_stopped")
        return DroppedFile(file.collection, file.name, "failed", reason)

    def _documents(self, file: ConversationFile) -> list[Document]:
        """What came of a file: one document, or those inside it."""
        ids = set(self._ids(file))
        everything = Principal("uploads", unlimited=True)
        return [each for each in self._kb.documents(everything, file.collection) if each.id in ids]

    def _ids(self, file: ConversationFile) -> list[int]:
        folder = str(self._uploads.folder(file.collection))
        known = self._kb.catalog.known_documents(file.collection).values()
        return [each.document_id for each in known if (each.root, each.source) == (folder, file.name)]

    def _job(self, file: ConversationFile) -> "Job | None":
        try:
            return self._jobs.get(file.job_id)
        except JobNotFound:
            return None

    def _remove(self, files: Sequence[ConversationFile], asker: Principal) -> None:
        """Delete files with their documents. What became no document is deleted as one, so that its name goes, too."""
        for file in files:
            self._stop_reading(file)
        for file in files:
            if not self._ids(file):
                folder = str(self._uploads.folder(file.collection))
                self._kb.catalog.record_outcome(file.collection, file.name, folder, file.name, "skipped", "")
        self._kb.remove([id for file in files for id in self._ids(file)], asker.name)
        self._kb.scrub()

    def _stop_reading(self, file: ConversationFile) -> None:
        """End the job that reads a file. Raises DocumentError where that takes too long."""
        ends = time.monotonic() + _STOPPED_WITHIN
        job = self._job(file)
        if job is not None and not job.finished:
            job = self._jobs.cancel(job.id)
        while job is not None and not job.finished:
            if time.monotonic() > ends:
                raise DocumentError("conversation.file_still_read", name=file.name)
            job = self._jobs.wait(job.id, job.revision, _LOOK)


def _globs(file: ConversationFile | DroppedFile) -> list[str]:
    """What names the documents of a file, and no other, in a scope."""
    glob = escape(f"{file.collection}/{file.name}")
    return [glob, f"{glob}/*"] if PurePosixPath(file.name).suffix.lower() in _HOLDING else [glob]


def _sweep(folder: Path) -> None:
    """Remove the parts of a batch that ended before its files had their names."""
    for part in folder.glob(".*.part"):
        part.unlink(missing_ok=True)


def _block(content: IO[bytes]) -> bytes:
    """The next piece of an upload. Raises DocumentError where the connection ended in the middle of it."""
    try:
        return content.read(_MEGABYTE)
    except (ValueError, EOFError, ConnectionError, TimeoutError) as error:
        raise DocumentError("upload.cut_off") from error


def safe_name(name: str) -> str:
    """A file name that stays in its folder on any system, and is still the name its owner knows."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    name = _FORBIDDEN.sub("_", name).strip().strip(".").strip()
    stem, suffix = os.path.splitext(name)
    suffix = suffix if len(suffix.encode("utf-8", "ignore")) <= 16 else ""
    room = _MAX_NAME_BYTES - len(suffix.encode("utf-8", "ignore"))
    stem = (stem if suffix else name).encode("utf-8", "ignore")[:room].decode("utf-8", "ignore").rstrip(". ")
    return f"{stem or 'file'}{suffix}"


def _apart(name: str, taken: Collection[str]) -> str:
    stem, suffix = os.path.splitext(name)
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{stem} ({number}){suffix}"
    return free


def _explained(error: OSError) -> HomeError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFull("upload.disk_full")
    return HomeError("upload.not_kept", why=why(error))
