"""Edits on their way in: what was read, with what the editors of its document made of its passages."""

from dataclasses import dataclass

from ingest.reading.editing import with_edits
from ingest.reading.messages import ReadDocument
from kb.editing import passages
from kb.quarantine.order_score import order_score
from kb.schema import OrderScore
from kb.store.catalog import Catalog


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document as it is to be stored. `left_out` are the positions of its chunks that nothing shall find."""

    read: ReadDocument  # as it was read
    document: ReadDocument
    left_out: frozenset[int]
    edits: int  # how often its editors had changed its passages
    set_aside: int  # edits that hold no more, since the content of the file is another one
    editor: str  # who corrected its text last; "" where nobody did
    orders: OrderScore  # how far it speaks to a model


def prepare(catalog: Catalog, collection: str, read: ReadDocument, *, has_corrections: bool = False) -> Prepared:
    """Carry out on what was read what the editors of its document did, and score that."""
    count, edits, aside = passages.edits_of(catalog.db, collection, read.path, read.sha256)
    done = with_edits(read, edits, has_corrections=has_corrections)
    editor = next((edit.person for edit in reversed(edits) if edit.kind == "corrected"), "")
    return Prepared(read, done.document, done.left_out, count, aside + done.lost, editor, score_of(done.document))


def score_of(document: ReadDocument) -> OrderScore:
    """How far a document speaks to a model."""
    content = document.content
    return order_score(content.text, content.title, content.pages, content.hidden)
