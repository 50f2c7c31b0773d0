"""Known: what a collection holds already, and whether a file is still what was read before, has moved, or is new."""

import os
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path, PurePosixPath

from ingest.document.files import FoundFile
from kb.store.catalog import Catalog, KnownDocument
from kb.store.file_tracking import SeenFile, Sync

_CLOCK_GRAIN_NS = 2_000_000_000  # a file that changed so shortly before it was hashed may have changed again since


class Collection:
    """The documents of one collection as a run finds and changes them. `seen` are the paths met in this run."""

    def __init__(self, name: str, catalog: Catalog, sync: Sync) -> None:
        self.name = name
        self.seen: set[str] = set()
        self._sync = sync
        self.documents: dict[str, KnownDocument] = catalog.known_documents(name)
        self._of_source: dict[str, list[str]] = defaultdict(list)
        for document in self.documents.values():
            self._of_source[document.source].append(document.path)
        self._files: dict[str, dict[str, SeenFile]] = {}

    def of_file(self, root: str, source: str) -> list[KnownDocument]:
        """The documents that came from a file."""
        found = (self.documents[path] for path in self._of_source.get(source, ()) if path in self.documents)
        return [document for document in found if document.root == root and document.source == source]

    def of_root(self, root: Path) -> list[KnownDocument]:
        """The documents of a folder."""
        return [document for document in self.documents.values() if document.root == str(root)]

    def seen_file(self, root: str, source: str) -> SeenFile | None:
        """The file as it was last seen."""
        return self._seen_in(root).get(source)

    def seen_sources(self, root: str) -> Iterable[str]:
        """The files that were ever seen under a root."""
        return self._seen_in(root).keys()

    def _seen_in(self, root: str) -> dict[str, SeenFile]:
        if root not in self._files:
            self._files[root] = self._sync.seen_files(self.name, root)
        return self._files[root]

    def is_untouched(self, found: FoundFile) -> bool:
        """Whether size and times of a file say that it is as it was, and all its documents are there. Opens nothing."""
        file, status = self.seen_file(str(found.root), found.path_in_root), found.status
        return (
            file is not None
            and status is not None
            and (file.size, file.modified_ns, file.changed_ns)
            == (status.st_size, status.st_mtime_ns, status.st_ctime_ns)
            and max(file.modified_ns, file.changed_ns) < file.hashed_ns - _CLOCK_GRAIN_NS
            and self._is_whole(found, file.sha256)
        )

    def unchanged(self, found: FoundFile, sha256: str) -> list[KnownDocument]:
        """The documents of a file whose content is known; none where some must be read (again)."""
        documents = self.of_file(str(found.root), found.path_in_root)
        if self._is_whole(found, sha256):
            return documents
        known = self.documents.get(found.path_in_root)
        if known is None or known.sha256 != sha256:
            return []
        file = self.seen_file(str(found.root), found.path_in_root)
        single = file is not None and file.sha256 == sha256 and file.documents == 1
        return [known] if single else []  # whether there is more in it is seen by who may open it

    def _is_whole(self, found: FoundFile, sha256: str) -> bool:
        file = self.seen_file(str(found.root), found.path_in_root)
        documents = self.of_file(str(found.root), found.path_in_root)
        return (
            file is not None
            and file.sha256 == sha256
            and file.documents == len(documents)
            and all(d.status == "skipped" or (d.sha256 is not None and d.status != "failed") for d in documents)
            and all(d.sha256 == sha256 for d in documents if d.path == d.source and d.status != "skipped")
        )

    def readable(self, found: FoundFile) -> dict[str, str]:
        """Path and hash of the documents of a file (in any root) that need not be read again while they are so."""
        documents = (self.documents.get(path) for path in self._of_source.get(found.path_in_root, ()))
        return {d.path: d.sha256 for d in documents if d is not None and d.sha256 is not None}

    def moved(self, found: FoundFile, sha256: str) -> str | None:
        """The path from which a file of this content is gone, so that it is this one; its documents are renamed."""
        root, new = str(found.root), found.path_in_root
        if new in self.documents:
            return None
        old = next(
            (source for source in self._of_content(root, sha256) if not os.path.lexists(Path(root, source))), None
        )
        if old is None:
            return None
        renamed = {}
        for document in self.of_file(root, old):
            inside = document.path.removeprefix(old)
            path = new + inside if document.path == old or inside.startswith("/") else document.path
            renamed[document.document_id] = path
        if any(path in self.documents for path in renamed.values()):
            return None
        self._sync.move(self.name, root, old, new, renamed)
        for document in self.of_file(root, old):
            del self.documents[document.path]
            path = renamed[document.document_id]
            self.documents[path] = replace(document, path=path, source=new, status="unchanged")
            self._of_source[new].append(path)
        files = self._seen_in(root)
        if old in files:
            files[new] = replace(files.pop(old), source=new)
        return old

    def _of_content(self, root: str, sha256: str) -> list[str]:
        """The files of a root that had this content when they were last read, whole."""
        files = self._seen_in(root)
        found = [file.source for file in files.values() if file.sha256 == sha256 and self.of_file(root, file.source)]
        return found or [
            d.source for d in self.documents.values() if d.sha256 == sha256 and d.root == root and d.path == d.source
        ]


def is_out_of_sight(known: KnownDocument, unread: set[tuple[str, str]]) -> bool:
    """Whether the document's file, or a folder above it, could not be looked at: then it is not known to be gone."""
    above = map(str, PurePosixPath(known.source).parents)  # the last is "."
    return any((known.root, place) in unread for place in (known.source, *above))
