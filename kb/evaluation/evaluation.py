"""Evaluation: a question set put to the knowledge base, every answer scored and kept, and the figures of it all."""

import functools
import hashlib
import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Protocol

from pydantic import TypeAdapter, ValidationError

from kb.config import Settings
from kb.errors import HomeError, KBError, UsageError
from kb.evaluation import ranking_metrics, report, scoring, voting
from kb.evaluation.answer_cache import AnswerCache
from kb.evaluation.exports import write_csv
from kb.evaluation.metrics import summarise
from kb.evaluation.outcome import EvalOptions, EvalProgress, Outcome, Ranked, Report, Scores
from kb.evaluation.questions import Evidence, Question, load_questions, selection
from kb.evaluation.ranking_metrics import PageUnit
from kb.evaluation.results_log import FILE, ResultsLog, line_of, outcome_of, read_results
from kb.language.script import is_written_in
from kb.messages.coded_text import CodedText
from kb.schema import EVERYTHING, Answer, AskOptions, Document, Passage, Principal, Retrieval, Scope
from kb.store.scopes import ScopeFilter, scope_in_words

__all__ = [
    "EvalOptions",
    "EvalProgress",
    "Evidence",
    "Outcome",
    "Question",
    "Ranked",
    "Report",
    "Scores",
    "evaluate",
    "load_questions",
    "load_run",
    "selection",
    "summarise",
]


_QUESTION = TypeAdapter(Question)


class LoadedModel(Protocol):
    """What an evaluation needs to know of a language model."""

    @property
    def engine(self) -> str: ...
    @property
    def name(self) -> str: ...
    def digest(self) -> str: ...


class Terms(Protocol):
    """What an evaluation needs to know of a glossary."""

    def state_of(self, asker: Principal) -> str: ...


class AskedKnowledgeBase(Protocol):
    """The part of a knowledge base that an evaluation asks."""

    @property
    def settings(self) -> Settings: ...
    @property
    def model(self) -> LoadedModel: ...
    @property
    def glossary(self) -> Terms: ...
    def use_model(self, engine: str | None, model: str | None) -> object: ...
    def warm_up(self) -> object: ...
    def documents(self, asker: Principal) -> list[Document]: ...
    def search(
        self, question: str, asker: Principal, k: int | None = None, scope: Scope = EVERYTHING, glossary: bool = True
    ) -> Retrieval: ...
    def answer(self, question: str, asker: Principal, options: AskOptions) -> Answer: ...


def evaluate(
    kb: AskedKnowledgeBase,
    questions: Sequence[Question],
    options: EvalOptions,
    out: Path,
    progress: Callable[[EvalProgress], None] | None = None,
    stop: threading.Event | None = None,
    cache: Path | None = None,
) -> Report:
    """Put each question, score it, and write `results.jsonl`, `results.csv` and `report.html` into `out`.

    A run with the same fingerprint (questions, documents, settings, model, code, options) goes on where the last one
    stopped, and puts again what failed. Setting `stop` ends it after the current answer. A question that fails is
    recorded with its error, and counts as not found and not right. `cache` is a folder that keeps every answer, from
    which what was asked before under the same conditions is taken. Raises UsageError if `out` holds another run, or
    no document is within the scope of the options.
    """
    _check(options)
    questions = selection(questions, options.limit, options.sample, options.seed)
    if not questions:
        raise UsageError("evaluation.no_questions")
    _check_scope(kb, options)
    if not options.retrieval_only:
        if options.engine is not None or options.model is not None:
            kb.use_model(options.engine, options.model)
        kb.warm_up()  # so that loading is not counted into the first answer's seconds
    documents = kb.documents(options.asker)
    run = fingerprint(kb, questions, options, documents)
    with ResultsLog(out / FILE, run, options.fresh) as log:
        done = _resumed(log, options)
        plan = [(question, sample) for question in questions for sample in range(options.samples)]
        collections = _collections(questions, documents)
        pending = [(q, s) for q, s in plan if (q.id, s) not in done or done[q.id, s].error]
        if options.retrieval_only and pending:
            _warm_search(kb, pending[0][0], options)
        began = time.monotonic()
        answers = AnswerCache(cache, _conditions(run)) if cache is not None else None
        for found in _put_all(kb, pending, options, answers, stop or threading.Event()):
            outcome = replace(found, collections=collections.get(found.question.id, ()))
            question, sample = outcome.question, outcome.sample
            log.append(line_of(outcome))
            done[question.id, sample] = outcome
            if progress is not None:
                failed = sum(1 for o in done.values() if o.error)
                seconds = time.monotonic() - began
                progress(EvalProgress(len(done), len(plan), question.question, failed, seconds))
        if answers is not None:
            answers.tidy()
    outcomes = tuple(done[q.id, s] for q, s in plan if (q.id, s) in done)
    result = Report(run, outcomes, len(plan))
    report.write(result, out / "report.html")
    write_csv(result, out / "results.csv")
    return result


def _put_all(
    kb: AskedKnowledgeBase,
    pending: Sequence[tuple[Question, int]],
    options: EvalOptions,
    cache: AnswerCache | None,
    stop: threading.Event,
) -> Iterator[Outcome]:
    """The outcomes as they come, until `stop` is set; what is under way then is waited for."""

    def one(question: Question, sample: int) -> Outcome:
        seed = options.seed + sample
        known = cache.get(question, sample, seed) if cache is not None else None
        if known is not None:
            known = replace(known, question=question, sample=sample, cached=True)
            return replace(known, scores=score(known, options))
        outcome = put(kb, question, sample, options)
        if cache is not None:
            cache.put(outcome, seed)
        return outcome

    lanes = lanes_of(kb, options)
    if lanes == 1:
        for question, sample in pending:
            if stop.is_set():
                return
            yield one(question, sample)
        return
    with ThreadPoolExecutor(lanes, thread_name_prefix="evaluation") as pool:
        left = iter(pending)
        running: set[Future[Outcome]] = set()
        while True:
            while len(running) < lanes and not stop.is_set() and (following := next(left, None)) is not None:
                running.add(pool.submit(one, *following))
            if not running:
                return
            ended, running = wait(running, return_when=FIRST_COMPLETED)
            for future in ended:
                yield future.result()


def lanes_of(kb: AskedKnowledgeBase, options: EvalOptions) -> int:
    """How many questions are put at once; where the engine writes one answer at a time, one."""
    return options.parallel if options.retrieval_only or kb.model.engine == "ollama" else 1


def _conditions(run: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a run's fingerprint that decides an answer, whatever else is asked in the run."""
    return {
        name: value
        for name, value in run.items()
        if name not in ("commit", "questions_hash", "seed", "samples", "limit", "sample", "page_slack")
    }


def load_run(path: Path) -> Report:
    """A run that was kept, from its folder or its `results.jsonl`, scored as this version scores. Raises UsageError."""
    run, outcomes = read_results(path)
    options = EvalOptions(retrieval_only=bool(run.get("retrieval_only")), page_slack=int(run.get("page_slack") or 0))
    return Report(run, tuple(replace(o, scores=score(o, options)) for o in outcomes), len(outcomes))


def put(kb: AskedKnowledgeBase, question: Question, sample: int, options: EvalOptions) -> Outcome:
    """Put one question once. Errors of the home (a full disk) end the run; any other is the outcome."""
    outcome = Outcome(question, sample)
    scope = Scope(paths=question.scope) if question.scope else options.scope
    try:
        if sample == 0:
            found = kb.search(question.question, options.asker, options.candidates, scope, options.glossary)
            outcome = replace(
                outcome,
                ranked=tuple(_ranked(p, i < options.k) for i, p in enumerate(found.passages)),
                enough_evidence=found.enough_evidence,
                evidence=found.evidence,
                retrieval_seconds=found.seconds,
            )
        if not options.retrieval_only:
            how = AskOptions(
                scope, options.think_budget, options.seed + sample, _temperature(options), curated=False,
                glossary=options.glossary,
            )  # fmt: skip
            outcome = replace(outcome, answer=kb.answer(question.question, options.asker, how))
    except HomeError:
        raise
    except KBError as error:
        outcome = replace(outcome, error=CodedText("evaluation.question_failed", kind=type(error).__name__, why=error))
    return replace(outcome, scores=score(outcome, options))


def score(outcome: Outcome, options: EvalOptions) -> Scores:
    """Compute an outcome's scores from what it holds."""
    question, answer = outcome.question, outcome.answer
    scores = Scores()
    gold = [PageUnit(e.doc, e.page) for e in question.evidence]
    grades = [e.grade for e in question.evidence]
    if gold and outcome.sample == 0:
        gained = ranking_metrics.gains(
            [PageUnit(r.document, r.page) for r in outcome.ranked or ()], gold, options.page_slack, grades
        )
        units = ranking_metrics.gold_units(gold, grades)
        scores = replace(
            scores,
            gold_units=len(units),
            first_hit=ranking_metrics.first_hit(gained),
            ndcg=ranking_metrics.ndcg(gained, units.values()),
        )
    if options.retrieval_only:
        return scores
    if question.answerable:
        scores = replace(scores, right=False, f1=0.0)
    if answer is None:
        return scores
    scores = replace(
        scores,
        refused=answer.refused,
        empty=scoring.is_empty(answer.text),
        think_leak=scoring.think_leak(answer.text),
        language_right=is_written_in(answer.text, question.language),
    )
    if answer.refused:
        return scores
    if question.answerable:
        golds = question.answers or tuple(form for group in question.answer_groups for form in group)
        right = scoring.is_right(answer.text, question.answers, question.answer_groups, question.question)
        scores = replace(scores, right=right, f1=scoring.f1(answer.text, golds))
    if gold:
        on_gold = [
            ranking_metrics.on_gold(PageUnit(c.document, c.page), gold, options.page_slack) for c in answer.citations
        ]
        hits = sum(1 for place in on_gold if place is not None)
        scores = replace(scores, citations=len(on_gold), citations_on_gold=hits)
    return replace(
        scores,
        claims=len(answer.claims),
        claims_supported=sum(1 for claim in answer.claims if claim.supported),
        claims_contradicted=sum(1 for claim in answer.claims if claim.state == "contradicted"),
        claims_unchecked=sum(1 for claim in answer.claims if claim.state == "unchecked"),
        claims_cited=sum(1 for claim in answer.claims if claim.markers),
    )


def fingerprint(
    kb: AskedKnowledgeBase, questions: Sequence[Question], options: EvalOptions, documents: Sequence[Document]
) -> dict[str, Any]:
    """What identifies a run over these documents: two runs that agree in all of it measure the same thing."""
    model = None if options.retrieval_only else kb.model

    def state(document: Document) -> tuple[str | int, ...]:
        """What an answer may depend on; edits and tags only where there are any, or they are asked for."""
        edits = (document.edits,) if document.edits else ()
        tags = document.tags if options.scope.tags else ()
        return (document.collection, document.path, document.sha256, *edits, *tags)

    return {
        "commit": _commit(),
        "engine": model.engine if model else None,
        "model": model.name if model else None,
        "model_digest": model.digest() if model else None,
        "settings_hash": _hash(kb.settings.model_dump(mode="json")),
        "questions_hash": _hash([_form(question) for question in questions]),
        "documents_hash": _hash(sorted(map(state, documents))),
        "seed": options.seed,
        "samples": options.samples,
        "limit": options.limit,
        "sample": options.sample,
        "retrieval_only": options.retrieval_only,
        "page_slack": options.page_slack,
        "scope": {
            name: list(part) if isinstance(part, tuple) else part
            for name, part in asdict(options.scope).items()
            if name != "tags" or part
        },
        "think_budget": options.think_budget,
        "glossary": (kb.glossary.state_of(options.asker) or None) if options.glossary else None,
        "temperature": _temperature(options),
        "k": options.k,
        "candidates": options.candidates,
    }


def _form(question: Question) -> dict[str, Any]:
    """A question as it counts for the identity of a run; grades only where there are any."""
    form: dict[str, Any] = _QUESTION.dump_python(question, mode="json")
    for evidence in form["evidence"]:
        if evidence["grade"] == 1:
            del evidence["grade"]
    return form


def _check(options: EvalOptions) -> None:
    for name, value, least in (
        ("--samples", options.samples, 1),
        ("--limit", 1 if options.limit is None else options.limit, 1),
        ("--sample", 1 if options.sample is None else options.sample, 1),
        ("--page-slack", options.page_slack, 0),
        ("--parallel", options.parallel, 1),
        ("-k", options.k, 1),
        ("candidates", options.candidates, ranking_metrics.CUTOFF),
    ):
        if value < least:
            raise UsageError("evaluation.at_least", name=name, least=least, value=value)
    if options.retrieval_only and options.samples > 1:
        raise UsageError("evaluation.samples_of_answers")


def _collections(questions: Sequence[Question], documents: Sequence[Document]) -> dict[str, tuple[str, ...]]:
    """For each question the collections in which its gold documents stand."""
    by_path: dict[str, set[str]] = {}
    for document in documents:
        by_path.setdefault(document.path, set()).add(document.collection)
    return {q.id: tuple(sorted({name for e in q.evidence for name in by_path.get(e.doc, ())})) for q in questions}


def _check_scope(kb: AskedKnowledgeBase, options: EvalOptions) -> None:
    if options.scope == EVERYTHING:
        return
    wanted = ScopeFilter(options.scope)
    if not any(
        wanted.names(d.collection, d.path, d.ingested_at, d.tags) for d in kb.documents(options.asker) if d.chunks
    ):
        filters = scope_in_words(options.scope, "en")
        raise UsageError("evaluation.filter_matches_nothing", filter=filters)


def _temperature(options: EvalOptions) -> float | None:
    return voting.TEMPERATURE if options.temperature is None and options.samples > 1 else options.temperature


def _resumed(log: ResultsLog, options: EvalOptions) -> dict[tuple[str, int], Outcome]:
    done = {}
    for number, line in enumerate(log.lines, start=2):
        try:
            outcome = outcome_of(line)
        except ValidationError:
            raise UsageError("evaluation.outcome_of_other_version", path=log.path, number=number) from None
        done[outcome.question.id, outcome.sample] = replace(outcome, scores=score(outcome, options))
    return done


def _warm_search(kb: AskedKnowledgeBase, question: Question, options: EvalOptions) -> None:
    """Load what searching needs, so that it is not counted into the first question's seconds."""
    try:
        kb.search(question.question, options.asker, k=1)
    except HomeError:
        raise
    except KBError:
        pass  # the question is put again, and its error recorded


def _ranked(passage: Passage, with_text: bool) -> Ranked:
    p = passage
    return Ranked(p.collection, p.document, p.page, p.start, p.end, p.score, p.text if with_text else "")


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]


@functools.cache
def _commit() -> str | None:
    """The commit of this code's own repository, with + if files differ from it; None where it is not in one."""
    root = Path(__file__).resolve().parents[2]
    top = _git(root, "rev-parse", "--show-toplevel")
    head = _git(root, "rev-parse", "--verify", "--quiet", "HEAD")
    if top is None or head is None or Path(top).resolve() != root:
        return None  # installed: a repository around the environment says nothing about this code
    return head + ("+" if _git(root, "status", "--porcelain", "--untracked-files=no") else "")


def _git(root: Path, *arguments: str) -> str | None:
    try:
        command = ["git", "-C", str(root), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
