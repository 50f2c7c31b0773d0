"""Outcomes: the types of an evaluation: how questions are put, what came of each, and what a run holds."""

from dataclasses import dataclass, field
from typing import Any

from kb.evaluation.questions import Question
from kb.schema import EVERYTHING, Answer, Principal, Scope


@dataclass(frozen=True, slots=True)
class EvalOptions:
    """How a question set is put. All but `parallel`, `fresh` and `asker` are part of the run's fingerprint."""

    retrieval_only: bool = False  # the language model is not opened
    samples: int = 1  # K answers to each question, with the seeds seed, seed + 1, ...
    limit: int | None = None  # only the first so many questions
    sample: int | None = None  # only so many questions, drawn by `seed` in proportion to kinds and languages
    seed: int = 0
    engine: str | None = None  # None takes the settings'
    model: str | None = None
    page_slack: int = 0  # a hit may be so many pages after the gold page
    scope: Scope = EVERYTHING  # for questions that have none of their own
    think_budget: int | None = None
    glossary: bool = True  # search by the forms of terms, and tell the model what they mean
    temperature: float | None = None  # None takes the engine's own for one sample, 0.6 for several
    k: int = 10  # passages of the search that are kept with their text
    parallel: int = 1  # questions at once, where the engine answers several
    candidates: int = 50  # chunks searched, so that ten different pages are among them
    fresh: bool = False  # replace results of another run
    asker: Principal = field(default_factory=lambda: Principal("evaluation", unlimited=True))


@dataclass(frozen=True, slots=True)
class EvalProgress:
    """Where a run stands. `done` and `total` count answers: questions times samples."""

    done: int
    total: int
    question: str
    failed: int
    seconds: float  # since this run began


@dataclass(frozen=True, slots=True)
class Ranked:
    """One chunk of the search, best first. `text` is kept for the first few only."""

    collection: str
    document: str
    page: int | None
    start: int
    end: int
    score: float
    text: str = ""


@dataclass(frozen=True, slots=True)
class Scores:
    """What one outcome comes to. None where it does not apply: no evidence, not answerable, no answer."""

    gold_units: int = 0
    first_hit: int | None = None  # rank of the first gold unit, from 1
    ndcg: float | None = None  # @10
    right: bool | None = None
    f1: float | None = None
    refused: bool | None = None
    empty: bool | None = None
    think_leak: bool | None = None
    language_right: bool | None = None
    claims: int = 0
    claims_supported: int = 0
    claims_contradicted: int = 0
    claims_unchecked: int = 0
    claims_cited: int = 0
    citations: int | None = None  # None without evidence
    citations_on_gold: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question put once: all that its scores are computed from, and the scores."""

    question: Question
    sample: int  # from 0; the search is made with the first sample only
    ranked: tuple[Ranked, ...] | None = None
    enough_evidence: bool | None = None
    retrieval_seconds: float | None = None
    answer: Answer | None = None
    error: str = ""  # why this question failed; "" otherwise
    scores: Scores = field(default_factory=Scores)
    evidence: float | None = None  # how near what was found is, as the search measures it
    collections: tuple[str, ...] = ()  # in which the gold documents stand
    cached: bool = False  # it was found and answered in an earlier run, under the same conditions


@dataclass(frozen=True, slots=True)
class Report:
    """The outcomes of a run and its fingerprint; every figure is computed from them."""

    run: dict[str, Any]
    outcomes: tuple[Outcome, ...]
    planned: int  # outcomes of a complete run

    @property
    def complete(self) -> bool:
        """False if the run was stopped; the same command goes on with it."""
        return len(self.outcomes) == self.planned
