"""The report: questions a day, what is asked in vain, documents never cited, and feedback by document; for editors.

Counts are those of the whole home. Documents, and words of questions whose nearest documents they were, are told as far
as the editor may read them now.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from kb.config import UsageSettings
from kb.errors import RefusedByPolicy, UsageError
from kb.language.local_days import day as day_of
from kb.language.local_days import instants
from kb.people.permissions import edits_for_others
from kb.schema import Document, Principal
from kb.store.catalog import Catalog
from kb.usage.counting import first_day, today
from kb.usage.grouping import groups

DAYS = 30  # of a report, where none are named
_WORDINGS = 5  # of a group that are told


@dataclass(frozen=True, slots=True)
class Count:
    """How often something happened on a day. `kind`, `outcome` and `reason` are stable words (`kb.usage.counting`)."""

    day: str  # ISO date, of this machine
    kind: str
    outcome: str
    reason: str
    times: int


@dataclass(frozen=True, slots=True)
class Gap:
    """What was asked or searched in vain, grouped: in which words, most often first, and how often."""

    wordings: tuple[str, ...]  # at most five
    questions: int
    searches: int
    last: str  # the last day, ISO

    @property
    def times(self) -> int:
        """How often altogether."""
        return self.questions + self.searches


@dataclass(frozen=True, slots=True)
class Judgements:
    """How many answers that cite a document readers found helpful, and how many not."""

    collection: str
    document: str  # its path
    title: str
    up: int
    down: int


@dataclass(frozen=True, slots=True)
class UsageReport:
    """Usage from a day to a day, both with it. `counted_since` is when counting began; `without_words` counts what was
    asked in vain and no gap tells of."""

    since: str
    until: str
    counted_since: str
    counts: tuple[Count, ...]  # by day
    gaps: tuple[Gap, ...]  # the most frequent first
    without_words: int
    never_cited: tuple[Document, ...]  # of those that questions find, the oldest first
    searchable: int  # documents that questions find
    feedback: tuple[Judgements, ...]  # the least helpful first


def report(
    catalog: Catalog, settings: UsageSettings, asker: Principal, since: str = "", until: str = "", day: str = ""
) -> UsageReport:
    """Usage from `since` to `until`, ISO dates of this machine; without them the last 30 days up to `day`, today.

    Raises RefusedByPolicy for who edits nothing, UsageError for what is no period.
    """
    if not edits_for_others(asker):
        raise RefusedByPolicy("usage.no_editor", name=asker.name)
    day = day or today()
    last = until or day
    instants(since, last)  # are they days
    first = since or first_day(last, DAYS)
    if first > last:
        raise UsageError("usage.days_reversed", first=first, last=last)
    first = min(max(first, first_day(day, settings.days)), last)  # what is older is about to be removed
    counts = _counts(catalog, first, last)
    gaps = _gaps(catalog, asker, first, last)
    in_vain = sum(count.times for count in counts if count.outcome == "refused")
    documents = [d for d in catalog.documents(asker) if d.chunks and not d.quarantined]
    cited = _cited_ids(catalog, first, last)
    never = sorted(
        (d for d in documents if d.id not in cited), key=lambda d: (day_of(d.ingested_at), d.collection, d.path)
    )
    return UsageReport(
        first, last, catalog.property("usage_since") or "", counts, gaps,
        max(0, in_vain - sum(gap.times for gap in gaps)), tuple(never), len(documents),
        _feedback(catalog, asker, first, last),
    )  # fmt: skip


def _counts(catalog: Catalog, first: str, last: str) -> tuple[Count, ...]:
    rows = catalog.db.execute(
        "SELECT day, kind, outcome, reason, times FROM usage_counts WHERE day BETWEEN ? AND ? ORDER BY 1, 2, 3, 4",
        (first, last),
    )
    return tuple(Count(*row) for row in rows)


def _cited_ids(catalog: Catalog, first: str, last: str) -> set[int]:
    query = "SELECT DISTINCT document_id FROM usage_citations WHERE day BETWEEN ? AND ?"
    return {row[0] for row in catalog.db.execute(query, (first, last))}


def _gaps(catalog: Catalog, asker: Principal, first: str, last: str) -> tuple[Gap, ...]:
    allowed = catalog.access_ids(asker)
    rows = catalog.db.execute(
        "SELECT u.words, u.kind, u.day FROM unanswered u WHERE u.day BETWEEN ?1 AND ?2 AND (?3 IS NULL OR NOT EXISTS "
        "(SELECT 1 FROM unanswered_sources s JOIN documents d ON d.id = s.document_id WHERE s.unanswered_id = u.id "
        "AND d.access_id NOT IN (SELECT value FROM json_each(?3))))",
        (first, last, None if allowed is None else json.dumps(allowed)),
    ).fetchall()
    asked: dict[str, list[tuple[str, str]]] = {}  # by wording: kind and day of each
    for words, kind, day in rows:
        asked.setdefault(" ".join(words.split()), []).append((kind, day))
    wordings = sorted(asked, key=lambda wording: (-len(asked[wording]), wording))
    found = [_gap({wordings[at]: asked[wordings[at]] for at in group}) for group in groups(wordings)]
    return tuple(sorted(found, key=lambda gap: (-gap.times, gap.wordings)))


def _gap(asked: Mapping[str, list[tuple[str, str]]]) -> Gap:
    kinds = Counter(kind for each in asked.values() for kind, _ in each)
    last = max(day for each in asked.values() for _, day in each)
    return Gap(tuple(asked)[:_WORDINGS], kinds["question"], kinds["search"], last)


def _feedback(catalog: Catalog, asker: Principal, first: str, last: str) -> tuple[Judgements, ...]:
    begins, ended = instants(first, last)
    rows = catalog.db.execute(
        "SELECT json_extract(c.value, '$.collection'), json_extract(c.value, '$.document'), "
        "count(DISTINCT iif(t.verdict = 'up', t.id, NULL)), count(DISTINCT iif(t.verdict = 'down', t.id, NULL)) "
        "FROM turns t, json_each(t.answer, '$.citations') c WHERE t.verdict IS NOT NULL AND t.answer IS NOT NULL "
        "AND t.judged_at >= ? AND (?2 = '' OR t.judged_at < ?2) GROUP BY 1, 2",
        (begins, ended),
    )
    readable = {(d.collection, d.path): d for d in catalog.documents(asker)}
    found = [
        Judgements(collection, path, readable[collection, path].title, up, down)
        for collection, path, up, down in rows
        if (collection, path) in readable
    ]
    return tuple(sorted(found, key=lambda each: (each.up - each.down, -each.down, each.collection, each.document)))
