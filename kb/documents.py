"""Documents: the part of a knowledge base that lists, shows, deletes and keeps them."""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from kb.backup import BackupReport, CheckReport, back_up, check
from kb.catalog import Catalog, KnownDocument
from kb.deletion import Deletion
from kb.errors import DocumentNotFound, RefusedByPolicy
from kb.home import Home
from kb.indexes import Indexes
from kb.listing import VersionFacts, versions
from kb.schema import Chunk, Document, Doomed, Principal, StoredText
from kb.uploads import are_uploads


class Documents:
    """What a `KnowledgeBase` can do without a question."""

    home: Home
    catalog: Catalog
    indexes: Indexes
    deletion: Deletion

    def documents(self, asker: Principal, collection: str | None = None) -> list[Document]:
        """The document list, as far as the asker may read it."""
        return self.catalog.documents(asker, collection)

    def stored_text(
        self, asker: Principal, collection: str | None, path: str, version: int | None = None
    ) -> StoredText:
        """The text of a document: the version that answers, or an earlier one. `collection` may be None."""
        document_id, _ = self.catalog.find_document(asker, path, collection)
        return self.catalog.stored_text(document_id, version)

    def chunks(self, asker: Principal, collection: str | None, path: str) -> list[Chunk]:
        """The chunks of a document, in reading order."""
        document_id, _ = self.catalog.find_document(asker, path, collection)
        return self.catalog.chunks(document_id)

    def versions(self, asker: Principal, collection: str | None, path: str) -> list[VersionFacts]:
        """The versions of a document, newest first."""
        document_id, _ = self.catalog.find_document(asker, path, collection)
        return versions(self.catalog.db, document_id)

    def original(self, asker: Principal, collection: str | None, path: str, version: int | None = None) -> Path:
        """The file as it was ingested. Raises DocumentNotFound where none was kept (a record of a bundle)."""
        return self.original_of(self.stored_text(asker, collection, path, version))

    def original_of(self, stored: StoredText) -> Path:
        """The file that a stored text was read from. Raises DocumentNotFound where none was kept."""
        file = self.home.original(stored.sha256)
        if not file.is_file():
            raise DocumentNotFound(f"No original file was kept for {stored.path!r}: it is a record of a bundle.")
        return file

    def delete_document(self, asker: Principal, collection: str | None, path: str) -> None:
        """Delete a document with all its versions, and every trace of it. Only an unlimited asker may."""
        self.delete_documents(asker, [(collection, path)])

    def doomed(self, asker: Principal, names: Iterable[tuple[str | None, str]]) -> list[Doomed]:
        """What `delete_documents` would delete of these, given as (collection or None, path).

        What is inside a mail, or comes from an archive or bundle, goes with it; an archive, which is no document, is
        named by its path. An attachment that is deleted alone is still in the mail, which is why `kept_in` says so.
        Raises DocumentNotFound.
        """
        return [found for _, found in self._doomed(asker, names)]

    def delete_documents(self, asker: Principal, names: Iterable[tuple[str | None, str]]) -> list[tuple[str, str]]:
        """Delete documents, given as (collection or None, path), and scrub once. Returns them as (collection, path).

        All that `doomed` gives is deleted. When it returns, nothing of them is in the files of the home but hashes in
        the audit trail, and what `kept_in` names. All or none is found: DocumentNotFound is raised before anything is
        deleted. Raises what `Deletion.scrub` raises too.
        """
        found = self._doomed(asker, names)
        for document_id, _ in found:
            self.remove(document_id, asker.name)
        self.scrub()
        return [(each.collection, each.path) for _, each in found]

    def _doomed(self, asker: Principal, names: Iterable[tuple[str | None, str]]) -> list[tuple[int, Doomed]]:
        if not asker.unlimited:
            raise RefusedByPolicy(f"{asker.name} may not delete documents.")
        found: dict[int, tuple[str, KnownDocument]] = {}
        collections: dict[str, dict[str, KnownDocument]] = {}
        for collection, path in names:
            name = self._collection_of(asker, collection, path)
            known = collections[name] if name in collections else self.catalog.known(name)
            collections[name] = known
            doomed = [each for each in known.values() if each.path == path or _comes_from(each, path)]
            found |= {each.document_id: (name, each) for each in doomed}
        uploads = self.home.uploads
        return [
            (document_id, Doomed(name, each.path, _kept_in(each, collections[name], found.keys(), uploads)))
            for document_id, (name, each) in sorted(found.items(), key=lambda item: (item[1][0], item[1][1].path))
        ]

    def _collection_of(self, asker: Principal, collection: str | None, path: str) -> str:
        """The collection of a document, or of a file that is none itself. Raises DocumentNotFound."""
        try:
            return self.catalog.find_document(asker, path, collection)[1]
        except DocumentNotFound:
            names = [collection] if collection is not None else self.catalog.collections()
            with_it = [
                name for name in names if any(_comes_from(each, path) for each in self.catalog.known(name).values())
            ]
            if len(with_it) != 1:
                raise
            return with_it[0]

    def remove(self, document_id: int, asker: str) -> None:
        """Remove a document so that nothing finds it. Call `scrub` once when all that shall go is removed."""
        self.deletion.remove(document_id, asker)

    def scrub(self) -> None:
        """Overwrite every trace of what was removed; see `Deletion.scrub`. Does nothing where nothing was."""
        self.deletion.scrub()

    def repair(self) -> dict[str, int]:
        """Build the derived indexes again from the catalog, and drop originals that no version names."""
        self.deletion.scrub()
        repaired = self.indexes.repair(rebuild=True)
        removed = self.deletion.sweep()
        return {"chunks": self.catalog.count_live(), "published": repaired.published, "originals_removed": removed}

    def backup(self, target: Path) -> BackupReport:
        """Write all of the home that cannot be built again into one file, while it is in use; see `kb.backup`."""
        self.scrub()
        return back_up(self.home, self.catalog, target, self.deletion.lock)

    def check(self, deep: bool = False) -> CheckReport:
        """Whether catalog, indexes and originals are whole and agree; `deep` reads every original."""
        return check(self.home, self.catalog, self.indexes, deep)


def _comes_from(document: KnownDocument, path: str) -> bool:
    """Whether a document came from a file, or from an archive or mail inside one, of this path."""
    inside = path.startswith(f"{document.source}/") and document.path.startswith(f"{path}/")
    return path == document.source or inside


def _kept_in(
    document: KnownDocument, known: Mapping[str, KnownDocument], doomed: Collection[int], uploads: Path
) -> str:
    """The path of what still holds a document that is deleted: a mail above it, or the uploaded file it came from."""
    path = document.path
    if path.startswith(f"{document.source}/"):
        while path != document.source:
            path = path.rpartition("/")[0]
            above = known.get(path)
            if above is not None and above.document_id not in doomed and above.source == document.source:
                return path
    if not are_uploads(uploads, document.root):
        return ""
    others = (each for each in known.values() if (each.root, each.source) == (document.root, document.source))
    return document.source if any(each.document_id not in doomed for each in others) else ""
