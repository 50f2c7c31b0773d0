"""Quarantine: documents that were stored earlier, by other rules or under another floor, are scored and held anew.

What is ingested is scored before it is stored (`ingest.sync`); an editor releases it (`Catalog.release`).
"""

from collections.abc import Iterable, Mapping

from kb.access import order_scores
from kb.quarantine.order_score import RULES, order_score
from kb.store import beside_text
from kb.store.catalog import Catalog
from kb.store.search_queries import batches

_SCORING = "order_scoring"  # the property that names the rules by which the home's documents were scored
_TOGETHER = 50  # documents scored in one transaction


def settle(catalog: Catalog, floor: float | None, properties: Mapping[str, str]) -> None:
    """Score the documents that were not scored by the rules in use, and hold those whose score reaches the floor (None:
    none at all), unless they were released. Where any came into quarantine or out of it, `properties` are stored."""
    anew = catalog.property(_SCORING) != RULES
    unscored = catalog.db.execute(
        "SELECT d.id FROM documents d LEFT JOIN order_scores s ON s.version_id = d.version_id "
        "WHERE d.version_id IS NOT NULL AND (?1 OR s.version_id IS NULL) ORDER BY d.id",
        (anew,),
    ).fetchall()
    for part in batches([row["id"] for row in unscored], _TOGETHER):
        _score(catalog, part)
    _hold(catalog, floor, properties)
    if anew:
        catalog.set_property(_SCORING, RULES)


def _score(catalog: Catalog, document_ids: Iterable[int]) -> None:
    """Score documents; whether they are held is looked at afterwards."""
    with catalog.transaction() as db:
        for document_id in document_ids:
            stored = catalog.stored_text(document_id)
            orders = order_score(stored.text, stored.title, stored.pages, beside_text.find_hidden(db, stored))
            version_id = db.execute("SELECT version_id FROM documents WHERE id = ?", (document_id,)).fetchone()[0]
            order_scores.keep(db, version_id, orders, order_scores.is_held(db, version_id))
    catalog.listing.forget()


def _hold(catalog: Catalog, floor: float | None, properties: Mapping[str, str]) -> None:
    """Hold what reaches the floor, and nothing else."""
    rows = catalog.db.execute(
        "SELECT d.id, d.version_id, s.score, s.held, v.title, v.text FROM documents d "
        "JOIN order_scores s ON s.version_id = d.version_id JOIN versions v ON v.id = d.version_id "
        "WHERE s.held = 1 OR s.score >= ?1",
        (floor,),
    )
    wanted = {}
    for row in rows:
        above = order_scores.reaches(row["score"], floor)
        held = above and not order_scores.is_released(catalog.db, row["id"], row["title"], row["text"])
        if held != bool(row["held"]):
            wanted[row["id"]] = (row["version_id"], held)
    if not wanted:
        return
    with catalog.transaction() as db:
        for document_id, (version_id, held) in wanted.items():
            catalog.set_held(db, version_id, held)
            detail = {"by": "floor", "floor": floor}
            catalog.record(
                db, "quarantine", "quarantine" if held else "release", "/".join(catalog.name_of(document_id)), detail
            )
        catalog.quarantine_changed(db, wanted)
        for name, value in properties.items():
            catalog.put_property(db, name, value)
    catalog.listing.forget()
    catalog.changed(wanted)
