"""A document as it is stored, whole: what an edit begins from, so that its file is not read again for it."""

from dataclasses import dataclass

from kb.schema import Chunk, DocumentText
from kb.store import beside_text, heading_paths
from kb.store.catalog import Catalog, SplitDocument


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """The version of a document that answers. `left_out` are the positions of its chunks that nothing finds."""

    id: int
    version_id: int
    collection: str
    root: str
    source: str
    document: SplitDocument
    left_out: frozenset[int]
    edits: int
    editor: str  # who corrected its text last; "" where it is as it was read


def stored_document(catalog: Catalog, document_id: int) -> StoredDocument:
    """The version of a document that answers, with its chunks. Raises DocumentNotFound where it has no text."""
    stored = catalog.stored_text(document_id)
    row = catalog.db.execute(
        "SELECT d.root, d.source, d.version_id, d.edits, v.size, v.editor FROM documents d "
        "JOIN versions v ON v.id = d.version_id WHERE d.id = ?",
        (document_id,),
    ).fetchone()
    chunks = catalog.db.execute(
        'SELECT start, "end", text, embedded_text, page, section, header, left_out FROM chunks WHERE version_id = ? '
        "ORDER BY id",
        (row["version_id"],),
    ).fetchall()
    recognised = (beside_text.find_recognised(catalog.db, stored, page.number) for page in stored.pages)
    content = DocumentText(
        stored.text, stored.title, stored.media_type, stored.pages,
        heading_paths.find(catalog.db, stored) or (),
        tuple(page for page in recognised if page),
        beside_text.find_hidden(catalog.db, stored),
    )  # fmt: skip
    document = SplitDocument(
        stored.path, stored.sha256, row["size"], content, tuple(Chunk(*chunk[:7]) for chunk in chunks)
    )
    left_out = frozenset(number for number, chunk in enumerate(chunks) if chunk["left_out"])
    return StoredDocument(
        document_id, row["version_id"], stored.collection, row["root"], row["source"], document, left_out,
        row["edits"], row["editor"],
    )  # fmt: skip
