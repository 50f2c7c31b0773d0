"""Ranking: how high the gold pages or documents of a question stand among what a search found."""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

CUTOFF = 10


class PageUnit(NamedTuple):
    """Where something stands: a page of a document, or the document as a whole (`page` is None)."""

    document: str
    page: int | None


def ranked_units(found: Sequence[PageUnit], gold: Sequence[PageUnit]) -> list[PageUnit]:
    """Chunks, best first, as the units that are ranked, each once, at its best rank.

    The unit is the page; it is the document where the gold names that document without a page, or where no gold
    has a page at all.
    """
    whole = {place.document for place in gold if place.page is None}
    by_page = any(place.page is not None for place in gold)
    units = (place if by_page and place.document not in whole else PageUnit(place.document, None) for place in found)
    return list(dict.fromkeys(units))


def gold_units(gold: Sequence[PageUnit], grades: Sequence[int] = ()) -> dict[PageUnit, int]:
    """The distinct gold units with their grades; a document that is gold as a whole takes up its pages.

    `grades` has one for each gold place, and of one unit the highest counts; without them all are 1.
    """
    whole = {place.document for place in gold if place.page is None}
    units: dict[PageUnit, int] = {}
    for place, grade in zip(gold, grades or [1] * len(gold), strict=True):
        unit = place if place.document not in whole else PageUnit(place.document, None)
        units[unit] = max(grade, units.get(unit, 0))
    return units


def on_gold(place: PageUnit, gold: Iterable[PageUnit], page_slack: int = 0) -> PageUnit | None:
    """The gold unit that a place hits: its document, or its page at most `page_slack` pages before. None if none."""
    hits = [
        g
        for g in gold
        if g.document == place.document
        and (g.page is None or (place.page is not None and g.page <= place.page <= g.page + page_slack))
    ]
    return max(hits, key=lambda g: g.page or 0, default=None)


def gains(
    found: Sequence[PageUnit], gold: Sequence[PageUnit], page_slack: int = 0, grades: Sequence[int] = ()
) -> list[int]:
    """For each ranked unit the grade of the gold unit that it hits and none before it has hit, or 0.

    With slack two pages may hit the same gold: only the first counts. A page between two golds takes the nearer one
    that is still open.
    """
    open_golds = gold_units(gold, grades)
    result = []
    for unit in ranked_units(found, gold):
        hit = on_gold(unit, open_golds, page_slack)
        result.append(open_golds.pop(hit) if hit is not None else 0)
    return result


def first_hit(gained: Sequence[int]) -> int | None:
    """The rank, from 1, of the first unit that is gold. hit@k is whether it is at most k; MRR the mean of 1/rank."""
    return next((rank for rank, gain in enumerate(gained, start=1) if gain), None)


def ndcg(gained: Sequence[int], golds: Iterable[int], cutoff: int = CUTOFF) -> float:
    """Normalised discounted cumulative gain: Σ gain/log2(rank + 1) over the best that the grades `golds` of all gold
    units allow.

    Järvelin and Kekäläinen, ACM TOIS 2002, in the form that trec_eval and BEIR use. 0..1.
    """
    best = _discounted(sorted(golds, reverse=True)[:cutoff])
    if not best:
        raise ValueError("nDCG needs at least one gold unit")
    return _discounted(gained[:cutoff]) / best


def _discounted(gained: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gained, start=1))
