"""Dooming: what goes when documents, or the files they came from, are deleted by name, and what still holds of it."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from kb.errors import DocumentNotFound
from kb.schema import Document, PlannedDeletion, Principal, Target
from kb.store.catalog import Catalog, KnownDocument
from kb.store.uploads import are_uploads

YES_IS_ENOUGH = 20  # documents; to delete more, something is typed


def planned_deletions(
    catalog: Catalog, uploads: Path, asker: Principal, targets: Iterable[Target], *, alone: bool = False
) -> list[PlannedDeletion]:
    """What goes with these, by collection and path. If `alone`, nothing goes with those that are given by their id.

    Raises DocumentNotFound for an id that no document has, or none that the asker may read, and a name that is
    neither that of a document nor that of what some came from.
    """
    collections = _Collections(catalog)
    found: dict[int, tuple[str, KnownDocument]] = {}
    for target in targets:
        if isinstance(target, int):
            name, path = catalog.name_of(target, asker)
        else:
            name, path = _collection_of(catalog, collections, asker, *target), target[1]
        for each in collections[name].named.get(path, ()):
            if not (alone and isinstance(target, int)) or each.document_id == target:
                found[each.document_id] = (name, each)
    kept = {name: collections[name].sources_beside(found.keys()) for name in {name for name, _ in found.values()}}

    def kept_in(name: str, document: KnownDocument) -> str:
        """The path of what holds it still: a mail above it, or the uploaded file it came from; "" for none."""
        for path in _above(document):
            above = collections[name].documents.get(path)
            if above is not None and above.document_id not in found and above.source == document.source:
                return path
        is_kept = are_uploads(uploads, document.root) and (document.root, document.source) in kept[name]
        return document.source if is_kept else ""

    return [
        PlannedDeletion(name, each.path, kept_in(name, each), document_id)
        for document_id, (name, each) in sorted(found.items(), key=lambda item: (item[1][0], item[1][1].path))
    ]


def to_be_typed(planned: Collection[PlannedDeletion], documents: Iterable[Document]) -> str:
    """What is typed before these of all `documents` are deleted: the name of a collection that goes as a whole, else
    their number where they are many; "" where a yes is enough."""
    going, held = (Counter(each.collection for each in listed) for listed in (planned, documents))
    whole = [name for name, n in going.items() if n == held[name] > 1]
    if whole and len(going) == 1 and whole[0].isprintable():
        return whole[0].strip()
    return str(len(planned)) if whole or len(planned) > YES_IS_ENOUGH else ""


class _Documents:
    """The documents of a collection by their paths. `named` has those that a name stands for.

    It is the path of a document, or of a file, archive or mail that documents came from.
    """

    def __init__(self, documents: dict[str, KnownDocument]) -> None:
        self.documents = documents
        self.named: dict[str, list[KnownDocument]] = defaultdict(list)
        for each in documents.values():
            for name in {each.path, each.source, *_above(each)}:
                self.named[name].append(each)

    def came_from(self, path: str) -> bool:
        """Whether a document came from a file, or an archive or mail inside one, of this path."""
        return any(each.source == path or each.path != path for each in self.named.get(path, ()))

    def sources_beside(self, deleted: Collection[int]) -> set[tuple[str, str]]:
        """(root, source) of the files from which other documents come."""
        return {(each.root, each.source) for each in self.documents.values() if each.document_id not in deleted}


class _Collections(dict[str, _Documents]):
    """The collections by name, each read at first need."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def __missing__(self, name: str) -> _Documents:
        self[name] = _Documents(self._catalog.known_documents(name))
        return self[name]


def _above(document: KnownDocument) -> Iterator[str]:
    """The paths above a document up to the file it came from: folders, archives and mails in that. Nearest first."""
    path = document.path
    while path.startswith(f"{document.source}/"):
        path = path.rpartition("/")[0]
        yield path


def _collection_of(
    catalog: Catalog, collections: _Collections, asker: Principal, collection: str | None, path: str
) -> str:
    """The collection of a document, or of a file that is none itself. Raises DocumentNotFound."""
    try:
        return catalog.find_document(asker, path, collection)[1]
    except DocumentNotFound:
        names = [collection] if collection is not None else catalog.collections()
        changeable = [name for name in names if asker.unlimited or name in asker.edits]
        with_it = [name for name in changeable if collections[name].came_from(path)]
        if len(with_it) != 1:
            raise
        return with_it[0]
