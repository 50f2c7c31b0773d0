"""The pipeline: files become searchable documents. Find, read, split, embed, commit; what is unchanged is left alone.

A document is committed whole or not at all, and work goes on where it was interrupted. Originals are kept by
their hash before the catalog speaks of them.
"""

import errno
import hashlib
import os
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest import files, reading, reindexing, splitting
from kb.assistant import KnowledgeBase
from kb.catalog import Embedding, KnownDocument, NewVersion, embedding_key
from kb.errors import DocumentError, StorageFull, UnsupportedFormat, UsageError
from kb.schema import Chunk, DocumentStatus

_FLUSH_CHUNKS = 256  # chunks embedded and committed together
_FLUSH_DOCUMENTS = 64
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class DocumentReport:
    """What became of one document. `reason` says why it failed, was skipped or deleted."""

    path: str
    status: DocumentStatus
    pages: int | None = None
    chunks: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What became of all documents, in the order they were found."""

    documents: tuple[DocumentReport, ...]
    added: int
    changed: int
    unchanged: int
    deleted: int
    failed: int
    skipped: int
    seconds: float
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class IngestProgress:
    """How far an ingestion is. `chunks` counts those embedded in this run."""

    files_done: int
    files_total: int
    chunks: int
    current: str
    seconds: float


@dataclass(frozen=True, slots=True)
class _Entry:
    """A document that was found: a file, or a record of a bundle."""

    collection: str
    root: str
    path: str
    source: str
    sha256: str
    size: int


def ingest(
    kb: KnowledgeBase,
    paths: Sequence[Path],
    *,
    collection: str | None = None,
    prune: bool = False,
    progress: Callable[[IngestProgress], None] | None = None,
    stop: threading.Event | None = None,
) -> IngestReport:
    """Bring files and folders into the knowledge base; see the module's text.

    With `prune`, documents whose file is gone from a folder are removed. `stop`, set from another thread, ends
    after the current file; all that was reported is committed. A file that cannot be read is reported with its
    reason and stops nothing. Raises UsageError for a missing path, or a folder that would mix with another one,
    and EmbeddingChanged where the home was built with another embedding model or splitting.
    """
    reindexing.check_same(kb)
    run = _Run(kb, progress or (lambda _: None), stop or threading.Event())
    return run.ingest(paths, collection, prune)


class _Run:
    def __init__(self, kb: KnowledgeBase, progress: Callable[[IngestProgress], None], stop: threading.Event) -> None:
        self._kb = kb
        self._progress = progress
        self._stop = stop
        self._began = time.perf_counter()
        self._reports: list[DocumentReport] = []
        self._waiting: list[tuple[_Entry, reading.Parsed, list[Chunk], int]] = []
        self._known: dict[str, dict[str, KnownDocument]] = {}
        self._seen: dict[str, set[str]] = {}
        self._done = self._total = self._chunks = 0

    def ingest(self, paths: Sequence[Path], collection: str | None, prune: bool) -> IngestReport:
        found = list(files.find(paths))
        self._total = len(found)
        for file in found:
            name = collection or file.root_name
            if name not in self._known:
                self._known[name] = self._kb.catalog.known(name)
                self._seen[name] = set()
            self._check_root(name, file, given=collection is not None)
        for file in found:
            if self._stop.is_set():
                break
            self._show(file.path_in_root)
            self._file(file, collection or file.root_name)
            self._done += 1
        self._flush()
        if not self._stop.is_set():
            self._gone(found, paths, collection, prune)
        self._show("")
        count = Counter(report.status for report in self._reports)
        return IngestReport(
            tuple(self._reports), count["added"], count["changed"], count["unchanged"], count["deleted"],
            count["failed"], count["skipped"], time.perf_counter() - self._began, self._stop.is_set(),
        )  # fmt: skip

    def _check_root(self, collection: str, file: files.Found, given: bool) -> None:
        """A collection named after its folder belongs to that folder; a moved folder is followed."""
        if given:
            return
        roots = {known.root for known in self._known[collection].values()}
        others = sorted(root for root in roots if root != str(file.root) and Path(root).is_dir())
        if others:
            raise UsageError(
                f"The collection {collection!r} holds the documents of {others[0]}; {file.root} is another folder of "
                "the same name. Give it a name of its own with --collection."
            )

    def _file(self, file: files.Found, collection: str) -> None:
        try:
            if file.problem:
                raise file.problem
            if reading.is_bundle(file.absolute_path):
                self._bundle(file, collection)
                return
            reading.check_format(file.path_in_root, self._kb.settings.ingest)
            entry = self._entry(file, collection)
            if self._is_unchanged(entry):
                return
            self._read(file, entry)
        except DocumentError as error:
            self._failed(collection, str(file.root), file.path_in_root, file.path_in_root, error)

    def _read(self, file: files.Found, entry: _Entry) -> None:
        original = self._kb.home.original(entry.sha256)
        kept_before = original.is_file()
        self._keep_original(file.absolute_path, entry.sha256)
        try:
            self._add(entry, reading.read(original, self._kb.settings.ingest, name=Path(file.path_in_root).name))
        except DocumentError:
            if not kept_before:
                original.unlink()
            raise

    def _entry(self, file: files.Found, collection: str) -> _Entry:
        limit = self._kb.settings.ingest.max_file_mb
        sha256, size = _hash(file.absolute_path, limit)
        self._forbid_mixing(collection, file.path_in_root, str(file.root), file.path_in_root)
        return _Entry(collection, str(file.root), file.path_in_root, file.path_in_root, sha256, size)

    def _bundle(self, file: files.Found, collection: str) -> None:
        for record in reading.read_bundle(file.absolute_path):
            if self._stop.is_set():
                return
            content = f"{record.title}\0{record.text}".encode("utf-8", "surrogatepass")
            sha256 = hashlib.sha256(content).hexdigest()
            entry = _Entry(collection, str(file.root), record.name, file.path_in_root, sha256, len(content))
            path = record.name if record.problem is None else f"{file.path_in_root}: {record.name}"
            try:
                parsed = reading.record(record)
                self._forbid_mixing(collection, record.name, str(file.root), file.path_in_root)
                if not self._is_unchanged(entry):
                    self._add(entry, parsed)
            except DocumentError as error:
                self._failed(collection, str(file.root), path, file.path_in_root, error)
        self._seen[collection].add(file.path_in_root)

    def _forbid_mixing(self, collection: str, path: str, root: str, source: str) -> None:
        if path in self._seen[collection]:
            raise DocumentError(f"The name {path!r} came twice in this run; the first one was kept.")
        known = self._known[collection].get(path)
        if known and known.root != root and Path(known.root, known.source).exists():
            raise DocumentError(
                f"The collection {collection!r} already holds a document {path!r} from {known.root}. Use another "
                "--collection for this folder."
            )
        self._seen[collection].add(path)

    def _is_unchanged(self, entry: _Entry) -> bool:
        known = self._known[entry.collection].get(entry.path)
        if known is None or known.sha256 != entry.sha256:
            return False
        if known.root != entry.root or known.source != entry.source or known.status == "failed":
            self._kb.catalog.record_outcome(entry.collection, entry.path, entry.root, entry.source, "unchanged", "")
        self._report(DocumentReport(entry.path, "unchanged", known.pages, known.chunks))
        return True

    def _add(self, entry: _Entry, parsed: reading.Parsed) -> None:
        chunks = splitting.split(parsed, entry.path, self._kb.embedder.tokenizer(), self._kb.settings.splitting)
        if not chunks:
            raise DocumentError("No text was found in the file.")
        self._report(
            DocumentReport(
                entry.path,
                "changed" if self._has_version(entry) else "added",
                len(parsed.pages) or None,
                len(chunks),
            )
        )
        self._waiting.append((entry, parsed, chunks, len(self._reports) - 1))
        if len(self._waiting) >= _FLUSH_DOCUMENTS or sum(len(w[2]) for w in self._waiting) >= _FLUSH_CHUNKS:
            self._flush()

    def _has_version(self, entry: _Entry) -> bool:
        known = self._known[entry.collection].get(entry.path)
        return known is not None and known.sha256 is not None

    def _flush(self) -> None:
        """Embed what waits, and commit it. Each text is embedded once, however many documents hold it."""
        if not self._waiting:
            return
        texts = {self._key(c): c.embedded_text for _, _, chunks, _ in self._waiting for c in chunks}
        embeddings = self._kb.catalog.stored_embeddings(list(texts))
        missing = [key for key in texts if key not in embeddings]
        for part in _parts(missing, self._kb.settings.embedding.batch * 4):
            embedded = self._kb.embedder.embed_passages([texts[key] for key in part])
            embeddings.update(zip(part, embedded, strict=True))
            self._chunks += len(part)
            self._show(self._waiting[-1][0].path)
        self._kb.indexes.publish(
            [self._version(e, parsed, chunks, embeddings) for e, parsed, chunks, _ in self._waiting]
        )
        self._waiting.clear()

    def _version(
        self, entry: _Entry, parsed: reading.Parsed, chunks: Sequence[Chunk], embeddings: dict[bytes, Embedding]
    ) -> NewVersion:
        qualities = [page.quality for page in parsed.pages if page.end > page.start]
        return NewVersion(
            collection=entry.collection, path=entry.path, root=entry.root, source=entry.source, sha256=entry.sha256,
            size=entry.size, media_type=parsed.media_type, title=parsed.title, text=parsed.text, pages=parsed.pages,
            quality=sum(qualities) / len(qualities) if qualities else 1.0, chunks=tuple(chunks),
            embeddings=tuple(embeddings[self._key(chunk)] for chunk in chunks), identity=self._kb.indexes.identity,
        )  # fmt: skip

    def _key(self, chunk: Chunk) -> bytes:
        return embedding_key(chunk.embedded_text, self._kb.indexes.identity)

    def _keep_original(self, source: Path, sha256: str) -> None:
        """Copy a file to the originals. What is read, hashed and kept is one content: the copy is checked."""
        place = self._kb.home.original(sha256)
        if place.is_file():
            return
        draft = place.with_suffix(f".{os.getpid()}.part")
        try:
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.copyfile(source, draft)
            if _hash(draft, self._kb.settings.ingest.max_file_mb)[0] != sha256:
                raise DocumentError("The file changed while it was being read. Run the command again.")
            draft.chmod(0o600)
            os.replace(draft, place)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise StorageFull(
                    f"The disk that holds {self._kb.home.path} is full. Free some space and run again."
                ) from error
            raise DocumentError(f"The file cannot be read: {error.strerror}.") from error
        finally:
            draft.unlink(missing_ok=True)

    def _failed(self, collection: str, root: str, path: str, source: str, error: DocumentError) -> None:
        status: DocumentStatus = "skipped" if isinstance(error, UnsupportedFormat) else "failed"
        reason = str(error)
        known = self._known[collection].get(path)
        if known and known.sha256 and status == "failed":
            reason += " The version read before still answers."
        if not (known and known.root != root):
            self._kb.catalog.record_outcome(collection, path, root, source, status, reason)
        self._seen[collection].add(path)
        self._report(DocumentReport(path, status, reason=reason))

    def _gone(self, found: Sequence[files.Found], paths: Sequence[Path], collection: str | None, prune: bool) -> None:
        """Report the documents whose file is no longer in a folder that was walked, and remove them if asked to."""
        unreadable = {(str(f.root), f.path_in_root) for f in found if f.problem}
        for folder in (Path(os.path.abspath(path)) for path in paths if path.is_dir()):
            name = collection or files.root_name(folder)
            known_here = self._known[name] if name in self._known else self._kb.catalog.known(name)
            for known in known_here.values():
                hidden = any(
                    root == known.root and (p == "." or known.source.startswith(p + "/")) for root, p in unreadable
                )
                if known.root != str(folder) or known.path in self._seen.get(name, set()) or hidden:
                    continue
                if prune:
                    self._kb.remove(known.document_id, "ingest --prune")
                    self._report(DocumentReport(known.path, "deleted", reason="The file is gone."))
                else:
                    self._report(
                        DocumentReport(
                            known.path, "skipped", reason="The file is gone; it still answers. --prune removes it."
                        )
                    )

    def _report(self, report: DocumentReport) -> None:
        self._reports.append(report)

    def _show(self, current: str) -> None:
        seconds = time.perf_counter() - self._began
        self._progress(IngestProgress(self._done, self._total, self._chunks, current, seconds))


def _hash(path: Path, max_file_mb: int) -> tuple[str, int]:
    """SHA-256 and size of a file. A file over the limit is not read through. Raises DocumentError."""
    try:
        size = path.stat().st_size
        if size > max_file_mb * _BLOCK:
            raise DocumentError(
                f"The file is {size / _BLOCK:.1f} MB; the limit is {max_file_mb} MB. Split it, or raise "
                "ingest.max_file_mb in the settings."
            )
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
        return digest.hexdigest(), size
    except FileNotFoundError:
        raise DocumentError("The file vanished before it could be read.") from None
    except PermissionError:
        raise DocumentError("The file may not be read: this user has no permission.") from None
    except OSError as error:
        raise DocumentError(f"The file cannot be read: {error.strerror}.") from None


def _parts(keys: Sequence[bytes], size: int) -> Iterator[Sequence[bytes]]:
    for at in range(0, len(keys), size):
        yield keys[at : at + size]
