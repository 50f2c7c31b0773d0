"""Ticks: how many of the claims that the check confirms are true, on labelled claims.

Claims written for the purpose over the sample documents, and claims of answers as they came, also over other sets where
their words are at hand (`claims/answers.jsonl` in the folder of question sets).
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.places import ASKER, SAMPLE_DOCS, evaldata, filled
from benchmarks.result import Result
from kb.assistant import KnowledgeBase
from kb.checking.citations import cite
from kb.language.language import language_of
from kb.schema import Passage

_FOLDER = Path(__file__).parent / "claims"
CLAIMS = _FOLDER / "sample_docs.jsonl"
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


@dataclass(frozen=True, slots=True)
class AnswerClaim:
    """A sentence of an answer as it came, the passages that the model was shown, and whether one of these states it."""

    set: str
    question: str
    claim: str
    passages: Sequence[tuple[str, int, int]]  # path, and offsets into the stored text
    markers: Sequence[int]
    true: bool


def run() -> Result:
    """Ticks by kind of claim; falsehoods first, then claims of answers by set."""
    columns = ("claims", "kind", "of", "ticked")
    found: list[tuple[bool, str, bool]] = []  # true, kind, ticked
    came: list[tuple[bool, str, bool]] = []
    answers = list(load_answers())
    with filled("sample_docs", [SAMPLE_DOCS]) as kb:
        found += [(claim.true, claim.kind, is_ticked(kb, claim)) for claim in load()]
        came += [(c.true, f"answers: {c.set}", _is_confirmed(kb, c)) for c in answers if c.set == "sample_docs"]
    for name in sorted({claim.set for claim in answers} - {"sample_docs"}):
        with filled(name, [evaldata() / name / "docs"]) as kb:
            came += [(c.true, f"answers: {name}", _is_confirmed(kb, c)) for c in answers if c.set == name]
    total = Counter((true, kind) for true, kind, _ in (*found, *came))
    ticked = Counter((true, kind) for true, kind, tick in (*found, *came) if tick)
    rows = [("true" if true else "false", kind, total[true, kind], ticked[true, kind]) for true, kind in sorted(total)]
    notes = (*_summary("written", found), *_summary("of answers", came))
    return Result("ticks", columns, tuple(rows), notes)


def _summary(name: str, found: Sequence[tuple[bool, str, bool]]) -> Iterator[str]:
    right = [tick for true, _, tick in found if true]
    wrong = [tick for true, _, tick in found if not true]
    good, bad = sum(right), sum(wrong)
    yield f"claims {name}: true ones ticked: {good} of {len(right)} ({good / max(1, len(right)):.3f})"
    stopped = len(wrong) - bad
    yield f"claims {name}: false ones not ticked: {stopped} of {len(wrong)} ({stopped / max(1, len(wrong)):.3f})"
    yield f"claims {name}: ticks that are right: {good} of {good + bad} ({good / max(1, good + bad):.3f})"


def load_answers() -> Iterator[AnswerClaim]:
    """The claims of answers on which both labels agree, and whose words are at hand."""
    words = {record["sha256"]: record for record in _records(evaldata() / "claims" / "answers.jsonl")}
    for record in (*_records(_FOLDER / "answers.jsonl"), *_records(_FOLDER / "others.jsonl")):
        text = record if "claim" in record else words.get(record["sha256"])
        labels = set(record["labels"])
        if text is None or len(labels) > 1:
            continue
        question, claim = text["question"], text["claim"]
        if "sha256" in record and hashlib.sha256(f"{question}\n{claim}".encode()).hexdigest() != record["sha256"]:
            continue
        shown = [(path, start, end) for path, start, end in record["passages"]]
        yield AnswerClaim(record["set"], question, claim, shown, record["markers"], labels == {"true"})


def _records(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def _is_confirmed(kb: KnowledgeBase, claim: AnswerClaim) -> bool:
    passages = [
        replace(_passage(kb, path, start, end), rank=rank) for rank, (path, start, end) in enumerate(claim.passages, 1)
    ]
    text = claim.claim + "".join(f" [{marker}]" for marker in claim.markers)
    return _ticks(kb, text, passages, claim.question)


def _passage(kb: KnowledgeBase, path: str, start: int, end: int) -> Passage:
    """The chunk of a document that holds most of a stretch of its text."""
    rows = kb.catalog.db.execute(
        "SELECT k.id FROM chunks k JOIN documents d ON d.id = k.document_id WHERE k.live = 1 AND d.path = ? "
        'ORDER BY MIN(k."end", ?) - MAX(k.start, ?) DESC LIMIT 1',
        (path, end, start),
    ).fetchall()
    [passage] = kb.catalog.passages([(rows[0]["id"], 0.0)], ASKER)
    return passage


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
    return _ticks(kb, f"{claim.claim.rstrip()} [{rank}]", passages, claim.question)


def _ticks(kb: KnowledgeBase, text: str, passages: Sequence[Passage], question: str) -> bool:
    found = cite(text, passages, language_of(question), question, kb.embedder.similarities, kb.catalog.text_around)
    return bool(found.claims) and all(claim.supported for claim in found.claims)


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
