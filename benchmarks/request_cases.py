"""Requests: how many summaries, comparisons, lists, searches for documents, and answers from documents that disagree or
stand there in several editions are right, on cases written before."""

import json
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from benchmarks.places import ASKER, SAMPLE_DOCS, filled
from benchmarks.result import Result, median
from kb.schema import Answer, AskOptions, Scope

_HERE = Path(__file__).parent / "requests"
ORGANISATIONS = (
    "water_utility",
    "hospital",
    "logistics",
    "college",
    "furniture",
)  # that do not exist, with documents and questions
# Of each set of documents their folder and the cases.
SETS = {
    "sample_docs": (SAMPLE_DOCS, _HERE / "sample_docs.jsonl"),
    **{name: (_HERE / name / "documents", _HERE / name / "cases.jsonl") for name in ORGANISATIONS},
}
_CONFIRMED = 0.8  # share of the claims of a right answer that are confirmed at least


@dataclass(frozen=True, slots=True)
class Case:
    """A request and what a right answer to it holds."""

    id: str
    kind: str
    question: str
    documents: tuple[str, ...]  # that it cites; for "documents" those it lists
    holds: tuple[tuple[str, ...], ...]  # of each group any
    at_least: int  # groups that must be held
    absent: tuple[str, ...] = ()
    items: int | None = None  # how many are listed
    others: int = 0  # documents beside those named that may be listed
    scope: tuple[str, ...] = ()
    disputed: bool = True  # of "conflict": whether its documents do disagree


def run(engine: str = "embedded", kinds: tuple[str, ...] = ()) -> Result:
    """Right answers by kind, and how long they take."""
    right: Counter[str] = Counter()
    seconds: dict[str, list[float]] = {}
    notes: list[str] = []
    for name, (documents, file) in SETS.items():
        cases = [case for case in load(file) if not kinds or case.kind in kinds]
        if not cases:
            continue
        with filled(name, [documents]) as kb:
            kb.use_model(engine)
            for case in cases:
                began = time.monotonic()
                answer = kb.answer(case.question, ASKER, AskOptions(Scope(paths=case.scope), seed=1))
                seconds.setdefault(case.kind, []).append(time.monotonic() - began)
                wrong = what_is_wrong(case, answer)
                right[case.kind] += not wrong
                if wrong:
                    notes.append(f"{case.id}: {wrong}")
    rows = tuple((kind, len(took), right[kind], median(took)) for kind, took in seconds.items())
    return Result("requests", ("kind", "cases", "right", "median seconds"), rows, tuple(notes))


def load(file: Path) -> list[Case]:
    """The cases of a file."""
    cases = []
    for line in file.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        holds = tuple(tuple(group) for group in record.pop("holds"))
        listed = {name: tuple(record.pop(name, ())) for name in ("documents", "absent", "scope")}
        cases.append(Case(**record, **listed, holds=holds))
    return cases


def what_is_wrong(case: Case, answer: Answer) -> str:
    """Why an answer is not right; "" where it is."""
    if case.kind in ("conflict", "version"):
        return _wrong_of_statements(case, answer)
    if answer.kind != case.kind or answer.refused:
        return f"a {'refusal' if answer.refused else answer.kind}"
    cited = {citation.document for citation in answer.citations}
    if missing := [document for document in case.documents if document not in cited]:
        return f"without {', '.join(missing)}"
    if case.kind == "documents":
        return f"also {', '.join(extra)}" if len(extra := sorted(cited - {*case.documents})) > case.others else ""
    text = answer.text.casefold()
    held = [any(words.casefold() in text for words in group) for group in case.holds]
    if sum(held) < case.at_least:
        lacks = [group[0] for group, there in zip(case.holds, held, strict=True) if not there]
        return f"holds {sum(held)} of {case.at_least}, lacks {', '.join(lacks)}"
    if there := [words for words in case.absent if words.casefold() in text]:
        return f"holds {', '.join(there)}"
    if case.items is not None and len(answer.claims) != case.items:
        return f"{len(answer.claims)} items in place of {case.items}"
    confirmed = sum(claim.supported for claim in answer.claims)
    if not answer.claims or confirmed < _CONFIRMED * len(answer.claims):
        return f"{confirmed} of {len(answer.claims)} claims confirmed"
    return ""


def _wrong_of_statements(case: Case, answer: Answer) -> str:
    """The same of a question whose answer several documents, or several editions of one, give."""
    if answer.refused:
        return "a refusal"
    cited = {citation.document for citation in answer.citations}
    if missing := [document for document in case.documents if document not in cited]:
        return f"without {', '.join(missing)}"
    if case.kind == "conflict":
        told = any(notice.kind == "disagreement" for notice in answer.notices)
        if told or case.disputed:
            return "" if told == case.disputed else "said to be disputed" if told else "not said to be disputed"
    text = answer.text.casefold()
    if sum(any(words.casefold() in text for words in group) for group in case.holds) < case.at_least:
        return f"without {case.holds[0][0]}"
    there = [words for words in case.absent if words.casefold() in text]
    return f"holds {', '.join(there)}" if there else ""
