"""Ticks: how many of the claims that the check confirms are true, on labelled claims.

Claims written for the purpose over the sample documents, and claims of answers as they came, also over other sets where
their words are at hand (`claims/answers.jsonl` in the folder of question sets). Verifier and confirmer read as they do
in an answer; claims that the verifier has learned from are left out.
"""

import hashlib
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from benchmarks import blocks
from benchmarks.places import ASKER, SAMPLE_DOCS, evaldata, filled, home
from benchmarks.result import Result
from kb.answering import judgement, prompts
from kb.assistant import KnowledgeBase
from kb.checking import (
    alignment,
    citations,
    contradictions,
    fragments,
    objections,
    rival_values,
    table_claims,
    unit_mismatch,
    year_mismatch,
)
from kb.checking.frames import Frames
from kb.checking.objections import Similarities
from kb.checking.steps import StepTaken
from kb.confidence.verdicts import Confirm, Verdict, Verify
from kb.config import LLMSettings, Settings
from kb.language.language import language_of
from kb.models import shipped_adapters
from kb.models.embedders import open_embedder
from kb.models.llamacpp_engine import EmbeddedModel
from kb.models.maxsim import Vectors
from kb.schema import Claim, Passage

LAST_BLIND = ("e4", "z4")  # beginnings of the ids of the blind passages that the verifier has not learned from
_PARTS = ("written", "of answers", "blind", "blind later", "whether")
_FOLDER = Path(__file__).parent / "claims"
CLAIMS = _FOLDER / "sample_docs.jsonl"
_PASSAGES = 3  # that a model is shown
_VERIFIER, _CONFIRMER = shipped_adapters.VERIFIER, shipped_adapters.CONFIRMER


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


def _never(*_: object) -> bool:
    return False


def _nothing(*_: object) -> frozenset[str]:
    return frozenset()


def _no_step(*_: object) -> StepTaken:
    return StepTaken(None)


def _always(*_: object) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Case:
    """A labelled claim with the passages that it is held against."""

    part: str  # "written", "of answers", "blind", "blind later" or "whether"
    kind: str
    true: bool
    question: str
    text: str  # the claim with its markers
    passages: Sequence[Passage]
    around: Mapping[int, str]  # of each passage, by rank: the text of its document

    @property
    def is_blind(self) -> bool:
        """Whether it was written about an invented passage."""
        return self.part not in ("written", "of answers")


def run() -> Result:
    """Ticks by kind of claim; falsehoods first, then claims of answers by set."""
    new = [case for case in cases() if not case.is_blind or case.passages[0].document.startswith(LAST_BLIND)]
    found: list[tuple[Case, bool]] = []
    with _remembered() as similarities, _verdicts() as readers:
        for at, case in enumerate(new, 1):
            found.append((case, is_confirmed(case, similarities, *readers(case))))
            print(f"\r{at} of {len(new)} claims", end="", file=sys.stderr, flush=True)
    total = Counter((case.true, case.kind) for case, _ in found)
    ticked = Counter((case.true, case.kind) for case, tick in found if tick)
    rows = [("true" if true else "false", kind, total[true, kind], ticked[true, kind]) for true, kind in sorted(total)]
    of_part = {part: [(case.true, tick) for case, tick in found if case.part == part] for part in _PARTS}
    notes = [note for part, ticks in of_part.items() if ticks for note in _summary(part, ticks)]
    return Result("ticks", ("claims", "kind", "of", "ticked"), tuple(rows), tuple(notes))


# What can be taken out of the check, and what stands there then.
RULES: Mapping[str, tuple[object, str, object]] = {
    "loses_sign": (contradictions, "loses_sign", _never),
    "negates": (contradictions, "negates", _never),
    "widens": (contradictions, "widens", _never),
    "drops_hedge": (contradictions, "drops_hedge", _never),
    "drops_denial": (contradictions, "drops_denial", _never),
    "excludes": (contradictions, "excludes", _never),
    "assents_to_denied": (contradictions, "assents_to_denied", _never),
    "is_replaced": (contradictions, "is_replaced", _never),
    "names_cell": (table_claims, "names_cell", _never),
    "takes_wrong_row": (table_claims, "takes_wrong_row", _never),
    "other_unit": (unit_mismatch, "other_unit", _never),
    "other_bound": (unit_mismatch, "other_bound", _never),
    "other_rate": (unit_mismatch, "other_rate", _never),
    "takes_wrong_column": (table_claims, "takes_wrong_column", _never),
    "is_of_other_period": (year_mismatch, "is_of_other_period", _never),
    "is_other_edition": (year_mismatch, "is_other_edition", _never),
    "has_rival": (objections, "has_rival", _never),
    "unit behind another number": (rival_values, "_is_counted_otherwise", _never),
    "contrast in a sentence": (rival_values, "_contrast", _never),
    "another name in the place": (objections.Objections, "_swaps_name", _never),
    "another day of the form": (objections, "is_of_another_day", _never),
    "frames": (Frames, "is_elsewhere", _never),
    "lines": (objections.Objections, "_is_line", _never),
    "cut off": (fragments, "is_cut_off", _never),
    "nearest across languages": (objections.Objections, "_is_nearest", _always),
    "echo": (alignment.Aligner, "_echoes", _never),
    "an amount is asked": (citations, "gives_amount", _always),
    "another label": (objections, "takes_other_label", _never),
    "heads alone": (table_claims, "gives_heads_alone", _never),
    "its own question denied": (contradictions, "denies_own_question", _never),
    "another place": (objections, "places_in", _nothing),
    "a relation is repeated": (objections, "lacks_relation", _never),
    "another name begins": (objections, "is_of_another_name", _never),
    "values crossed over": (objections, "crosses_over", _never),
    "a forecast": (contradictions, "drops_forecast", _never),
    "rivals of other periods": (year_mismatch, "of_other_periods", _nothing),
    "a namesake's document": (objections, "is_of_namesake", _never),
    "steps": (objections, "step_taken", _no_step),
    "namesakes of codes": (objections, "has_namesake", _never),
    "another document of the kind": (objections, "is_of_sibling", _never),
    "another section": (objections, "is_of_other_section", _never),
    "another subject": (objections, "swaps_subject", _never),
    "another label of an amount": (rival_values, "_has_other_label", _never),
    "another clause denied": (contradictions, "denies_other_clause", _never),
    "a comparison turned": (contradictions, "turns_comparison", _never),
    "an opposite word": (objections, "says_opposite", _never),
    "words exchanged": (objections, "exchanges", _never),
    "quotations have no rivals": (fragments, "is_quotation", _never),
    "the same in other words": (alignment.Aligner, "_means_same", _never),
    "a value that was": (objections, "gives_former", _never),
    "one end of a range": (objections, "gives_one_end", _never),
    "a part unsaid": (objections, "adds_unsaid", _never),
    "another reason": (objections, "gives_other_reason", _never),
    "another order": (objections, "turns_order", _never),
    "another direction": (objections, "turns_direction", _never),
    "another subject of a clause": (objections, "takes_other_subject", _never),
    "who came after": (objections, "turns_succession", _never),
    "what is said denied": (contradictions, "denies_what_is_said", _never),
    "told as done": (contradictions, "tells_as_done", _never),
    "a bound turned": (unit_mismatch, "turns_bound", _never),
    "no such rate": (unit_mismatch, "has_no_such_rate", _never),
    "another sequence": (objections, "turns_sequence", _never),
    "another agent": (objections, "takes_other_agent", _never),
    "denied in part": (objections, "denies_in_part", _never),
    "another measure of a column": (unit_mismatch, "other_measure_of_column", _never),
    "statements joined": (alignment.Aligner, "_fails_in_part", _never),
    "a sentence's own objection": (alignment, "_OF_A_SENTENCE", frozenset()),
    "columns of one kind": (table_claims, "_are_alike", _never),
    "beside what was asked": (rival_values, "_beside_asked", _nothing),
}


def ablation() -> Result:
    """What each rule is good for: claims ticked without it that are not ticked with it, and the other way round."""
    changed: Counter[tuple[str, bool, str]] = Counter()
    with _remembered() as similarities:
        for case in cases():
            with_all = is_confirmed(case, similarities)
            for name, (owner, attribute, instead) in RULES.items():
                with patch.object(owner, attribute, instead):
                    changed[name, case.true, case.part] += is_confirmed(case, similarities) - with_all
    rows = [(name, *(changed[name, true, part] for true in (False, True) for part in _PARTS)) for name in RULES]
    columns = ("without", *(f"{kind} {part}" for kind in ("false", "true") for part in _PARTS))
    return Result("rules", columns, tuple(rows), ("claims ticked more (+) or less (-) when the rule is taken out",))


@contextmanager
def _remembered() -> Iterator[Similarities]:
    """Cosines of the shipped embedding model; the vectors are kept from run to run, for a claim is judged often."""
    embedder = open_embedder(Settings().embedding)
    with _kept() as db:
        db.execute(
            "CREATE TABLE IF NOT EXISTS vectors (identity TEXT, text TEXT, vector BLOB, UNIQUE (identity, text))"
        )
        identity = embedder.identity()
        known: dict[str, bytes] = dict(db.execute("SELECT text, vector FROM vectors WHERE identity = ?", (identity,)))

        def similarities(claim: str, texts: Sequence[str]) -> Vectors:
            new = [text for text in dict.fromkeys((claim, *texts)) if text not in known]
            if new:
                made = {t: e.vector for t, e in zip(new, embedder.embed_passages(new), strict=True)}
                known.update(made)
                with db:
                    db.executemany("INSERT INTO vectors VALUES (?, ?, ?)", [(identity, t, v) for t, v in made.items()])
            vectors = np.stack([np.frombuffer(known[text], "<f4") for text in (claim, *texts)])
            cosines: Vectors = vectors[1:] @ vectors[0]
            return cosines

        yield similarities


@contextmanager
def _verdicts() -> Iterator[Callable[[Case], tuple[Verify, Confirm]]]:
    """Verifier and confirmer of a case; what they tell is kept from run to run."""
    of = {each: hashlib.sha256(each.read_bytes()).hexdigest() for each in (_VERIFIER, _CONFIRMER)}
    with closing(EmbeddedModel(LLMSettings(embedded_model=shipped_adapters.MODEL))) as model, _kept() as db:
        db.execute("CREATE TABLE IF NOT EXISTS verdicts (of TEXT UNIQUE, states REAL, otherwise REAL)")

        def told(key: tuple[str, ...], read: Callable[[], tuple[float, float] | None]) -> tuple[float, float] | None:
            digest = hashlib.sha256(repr(key).encode()).hexdigest()
            kept = db.execute("SELECT states, otherwise FROM verdicts WHERE of = ?", (digest,)).fetchone()
            if kept is None and (found := read()):
                kept = found
                with db:
                    db.execute("INSERT INTO verdicts VALUES (?, ?, ?)", (digest, *kept))
            return tuple(kept) if kept else None

        def readers(case: Case) -> tuple[Verify, Confirm]:
            question, shown = case.question, prompts.quoted(case.passages, language_of(case.question))
            verifier = judgement.verifying(model, question, None)
            confirmer = judgement.confirming(model, question, shown, None)
            if verifier is None or confirmer is None:
                raise SystemExit(f"{shipped_adapters.MODEL} is not the model of the adapters")

            def verdict(text: str, claim: str, asked: str) -> tuple[float, float] | None:
                found = verifier(text, claim, asked)
                return (found.states, found.otherwise) if found else None

            def confirmed(claim: str) -> tuple[float, float] | None:
                found = confirmer(claim)
                return None if found is None else (found, 0.0)

            def verify(text: str, claim: str, asked: str) -> Verdict | None:
                key = of[_VERIFIER], asked or question, text, claim
                found = told(key, lambda: verdict(text, claim, asked))
                return Verdict(*found) if found else None

            def confirm(claim: str) -> float | None:
                found = told((of[_CONFIRMER], question, shown, claim), lambda: confirmed(claim))
                return found[0] if found else None

            return verify, confirm

        yield readers


def _kept() -> closing[sqlite3.Connection]:
    """What is kept from run to run."""
    file = home("ticks").with_suffix(".db")
    file.parent.mkdir(parents=True, exist_ok=True)
    return closing(sqlite3.connect(file))


def cases() -> Iterator[Case]:
    """All labelled claims whose words are at hand, each with its passages."""
    yield from _blind()
    answers = list(load_answers())
    with filled("sample_docs", [SAMPLE_DOCS]) as kb:
        for claim in load():
            passages, rank = shown(kb, claim)
            text = f"{claim.claim.rstrip()} [{rank}]"
            yield Case("written", claim.kind, claim.true, claim.question, text, passages, _around(kb, passages))
        yield from (_case_of_answer(kb, claim) for claim in answers if claim.set == "sample_docs")
    for name in sorted({claim.set for claim in answers} - {"sample_docs"}):
        with filled(name, [evaldata() / name / "docs"]) as kb:
            yield from (_case_of_answer(kb, claim) for claim in answers if claim.set == name)


def _blind() -> Iterator[Case]:
    """Claims about invented passages, by people who had seen neither check nor rules."""
    texts: dict[str, str] = {}
    for part in ("blind", "blind later", "whether"):
        for record in _records(_FOLDER / f"{part.replace(' ', '_')}.jsonl"):
            of = record.get("passage", record["id"])
            text, name = texts.setdefault(of, record.get("text", "")), f"{of}.txt"
            passage = Passage(1, 1, "blind", name, 1, None, 0, len(text), text, "", "", "", 1.0, language_of(text))
            for claim in record["claims"]:
                yield Case(part, claim["kind"], claim["true"], record["question"], claim["claim"], [passage], {1: text})


def _case_of_answer(kb: KnowledgeBase, claim: AnswerClaim) -> Case:
    passages = [
        replace(_passage(kb, path, start, end), rank=rank) for rank, (path, start, end) in enumerate(claim.passages, 1)
    ]
    text = claim.claim + "".join(f" [{marker}]" for marker in claim.markers)
    kind = f"answers: {claim.set}"
    return Case("of answers", kind, claim.true, claim.question, text, passages, _around(kb, passages))


def _around(kb: KnowledgeBase, passages: Sequence[Passage]) -> Mapping[int, str]:
    return {passage.rank: kb.catalog.text_around(passage) for passage in passages}


def is_confirmed(
    case: Case, similarities: Similarities, verify: Verify | None = None, confirm: Confirm | None = None
) -> bool:
    """Whether every sentence of the claim is confirmed."""
    found = citations.cite(
        case.text, case.passages, language_of(case.question), case.question, similarities,
        lambda passage: case.around[passage.rank], verify=verify, confirm=confirm,
    )  # fmt: skip
    return all_confirmed(found.claims)


def all_confirmed(claims: Sequence[Claim]) -> bool:
    """Whether there are claims, and all of them are supported."""
    return bool(claims) and all(claim.supported for claim in claims)


def _summary(name: str, found: Sequence[tuple[bool, bool]]) -> Iterator[str]:
    right = [tick for true, tick in found if true]
    wrong = [tick for true, tick in found if not true]
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
    return blocks.read(file) if file.exists() else []


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
    for record in blocks.read(file):
        labels = set(record.pop("labels"))
        if len(labels) == 1:
            yield LabelledClaim(**record, true=labels == {"true"})


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
