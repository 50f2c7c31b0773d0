"""Ranking: how high the gold pages or documents of a question stand among what a search found."""

import math
from collections.abc import Sequence
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


def gold_units(gold: Sequence[PageUnit]) -> list[PageUnit]:
    """The distinct gold units; a document that is gold as a whole takes up its pages."""
    whole = {place.document for place in gold if place.page is None}
    return list(dict.fromkeys(p if p.document not in whole else PageUnit(p.document, None) for p in gold))


def on_gold(place: PageUnit, gold: Sequence[PageUnit], page_slack: int = 0) -> PageUnit | None:
    """The gold unit that a place hits: its document, or its page at most `page_slack` pages before. None if none."""
    hits = [
        g
        for g in gold
        if g.document == place.document
        and (g.page is None or (place.page is not None and g.page <= place.page <= g.page + page_slack))
    ]
    return max(hits, key=lambda g: g.page or 0, default=None)


def gains(found: Sequence[PageUnit], gold: Sequence[PageUnit], page_slack: int = 0) -> list[bool]:
    """For each ranked unit whether it hits a gold unit that none before it has hit.

    With slack two pages may hit the same gold: only the first counts. A page between two golds takes the nearer one
    that is still open.
    """
    open_golds = gold_units(gold)
    result = []
    for unit in ranked_units(found, gold):
        hit = on_gold(unit, open_golds, page_slack)
        if hit is not None:
            open_golds.remove(hit)
        result.append(hit is not None)
    return result


def first_hit(gained: Sequence[bool]) -> int | None:
    """The rank, from 1, of the first unit that is gold. hit@k is whether it is at most k; MRR the mean of 1/rank."""
    return gained.index(True) + 1 if True in gained else None


def ndcg(gained: Sequence[bool], golds: int, cutoff: int = CUTOFF) -> float:
    """Normalised discounted cumulative gain with binary gains: Σ gain/log2(rank + 1) over the best that `golds` allow.

    Järvelin and Kekäläinen, ACM TOIS 2002, in the form that trec_eval and BEIR use. 0..1.
    """
    if golds < 1:
        raise ValueError("nDCG needs at least one gold unit")
    best = sum(1 / math.log2(rank + 1) for rank in range(1, min(golds, cutoff) + 1))
    return sum(1 / math.log2(rank + 1) for rank, hit in enumerate(gained[:cutoff], start=1) if hit) / best
