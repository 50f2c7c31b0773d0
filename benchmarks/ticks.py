"""Ticks: how many of the claims that the check confirms are true, on labelled claims over the sample documents."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.places import ASKER, SAMPLE_DOCS, filled
from benchmarks.result import Result
from kb.assistant import KnowledgeBase
from kb.checking.citations import cite
from kb.language.language import language_of
from kb.schema import Passage

CLAIMS = Path(__file__).parent / "claims" / "sample_docs.jsonl"
_PASSAGES = 3  # that a model is shown


@dataclass(frozen=True, slots=True)
class LabelledClaim:
    """A sentence that answers a question, the words it cites, and whether these state it of what was asked."""

    id: str
    question: str
    claim: str
    document: str
    quote: str
    kind: str
    true: bool


def run() -> Result:
    """Ticks by kind of claim; falsehoods first."""
    columns = ("claims", "kind", "of", "ticked")
    ticked: Counter[tuple[bool, str]] = Counter()
    total: Counter[tuple[bool, str]] = Counter()
    with filled("sample_docs", [SAMPLE_DOCS]) as kb:
        for claim in load():
            total[claim.true, claim.kind] += 1
            ticked[claim.true, claim.kind] += is_ticked(kb, claim)
    rows = [("true" if true else "false", kind, total[true, kind], ticked[true, kind]) for true, kind in sorted(total)]
    all_true = sum(n for (true, _), n in total.items() if true)
    all_false = sum(total.values()) - all_true
    good, bad = (sum(n for (true, _), n in ticked.items() if true is wanted) for wanted in (True, False))
    notes = (
        f"true claims ticked: {good} of {all_true} ({good / all_true:.3f})",
        f"planted falsehoods that are not ticked: {all_false - bad} of {all_false} ({1 - bad / all_false:.3f})",
        f"ticks that are right: {good} of {good + bad} ({good / max(1, good + bad):.3f})",
    )
    return Result("ticks", columns, tuple(rows), notes)


def load(file: Path = CLAIMS) -> Iterator[LabelledClaim]:
    """The claims on which all readers agree."""
    for line in file.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        labels = set(record.pop("labels"))
        if len(labels) == 1:
            yield LabelledClaim(**record, true=labels == {"true"})


def is_ticked(kb: KnowledgeBase, claim: LabelledClaim) -> bool:
    """Whether every sentence of the claim is confirmed, among the passages that a model would be shown."""
    passages, rank = shown(kb, claim)
    text = f"{claim.claim.rstrip()} [{rank}]"
    found = cite(
        text, passages, language_of(claim.question), claim.question, kb.embedder.similarities, kb.catalog.text_around
    )
    return bool(found.claims) and all(c.supported for c in found.claims)


def shown(kb: KnowledgeBase, claim: LabelledClaim) -> tuple[list[Passage], int]:
    """The best passages for the question, that of the quote among them, and its rank."""
    text = kb.catalog.stored_text(kb.catalog.find_document(ASKER, claim.document)[0]).text
    at = text.index(claim.quote)
    found = [*kb.search(claim.question, ASKER, _PASSAGES).passages]
    cited = next((p for p in found if p.document == claim.document and p.start <= at < p.end), None)
    if cited is None:
        rows = kb.catalog.db.execute(
            "SELECT k.id FROM chunks k JOIN documents d ON d.id = k.document_id WHERE k.live = 1 AND d.path = ? "
            'AND k.start <= ? AND ? < k."end" ORDER BY k."end" DESC',
            (claim.document, at, at),
        ).fetchall()
        [cited] = kb.catalog.passages([(rows[0]["id"], 0.0)], ASKER)
        found = [*found[: _PASSAGES - 1], cited]
    ranked = [replace(passage, rank=rank) for rank, passage in enumerate(found, start=1)]
    return ranked, found.index(cited) + 1
