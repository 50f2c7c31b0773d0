"""Evaluations: question sets put to the knowledge base in the background. Runs are kept in the home and outlive it."""

import hashlib
import json
import logging
import math
import os
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import TypeAdapter

from kb.errors import KBError, UsageError, why
from kb.evaluation.metrics import summarise
from kb.language.local_days import day
from kb.messages.coded_text import fields, of_fields
from kb.schema import Answer, AskOptions, Principal
from ui.pictures import cache
from ui.service.fair_queue import FairQueue
from ui.service.model_list import installed_model
from ui.service.runs import Run, RunNotFound, RunOptions, RunState

if TYPE_CHECKING:
    from kb.assistant import KnowledgeBase
    from kb.evaluation.evaluation import EvalProgress, Outcome, Report

ExportForm = Literal["jsonl", "csv", "junit", "html"]
CLIENT = "evaluation"  # its name in the queue for the model
_FIGURES_EVERY = 2.0  # seconds between two sums of a run that is under way; longer where summing takes long

log = logging.getLogger(__name__)


_RUN = TypeAdapter(Run)
_MESSAGE = ("error_code", "error_values")  # beside what a run has, in its file


class Evaluations:
    """The runs of a home, one at a time. Safe from several threads."""

    def __init__(self, kb: "KnowledgeBase", queue: FairQueue, clock: Callable[[], float] = time.monotonic) -> None:
        self._kb = kb
        self._queue = queue
        self._clock = clock
        self._changed = threading.Condition()
        self._runs: dict[str, Run] = {}
        self._stop = threading.Event()
        self._interrupting = False
        self._thread: threading.Thread | None = None
        self._read_at: dict[str, int] = {}  # when the file of a run was written that was read last
        self._look(at_start=True)

    @property
    def folder(self) -> Path:
        """Where the runs are kept, each in a folder of its id."""
        return self._kb.home.path / "runs"

    # ---- what there is

    def list(self) -> list[Run]:
        """All runs, newest first; also what the command has kept meanwhile."""
        with self._changed:
            self._look()
            return sorted(self._runs.values(), key=lambda run: run.number, reverse=True)

    def get(self, run_id: str) -> Run:
        """A run as it stands. Raises RunNotFound."""
        with self._changed:
            if run_id not in self._runs:
                raise RunNotFound("evaluation.not_found")
            return self._runs[run_id]

    @property
    def running(self) -> Run | None:
        """The run that is under way."""
        with self._changed:
            return next((run for run in self._runs.values() if run.state == "running"), None)

    def wait(self, run_id: str, revision: int, timeout: float) -> Run:
        """The run as soon as its revision is another, or after `timeout` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: run_id not in self._runs or self._runs[run_id].revision != revision, timeout)
            return self.get(run_id)

    def outcomes(self, run_id: str) -> "Sequence[Outcome]":
        """Every answer of a run with its scores, in the order they were made. Raises RunNotFound."""
        report = self.report(run_id)
        return report.outcomes if report else ()

    def report(self, run_id: str) -> "Report | None":
        """A run as far as it came, from its results; None where there are none. Raises RunNotFound."""
        from kb.evaluation.evaluation import Report
        from kb.evaluation.results_log import FILE, read_results

        planned = self.get(run_id).total
        file = self.folder / run_id / FILE
        if not file.is_file():
            return None
        run, outcomes = read_results(file)
        return Report(run, tuple(outcomes), planned) if outcomes else None

    def exported(self, run_id: str, form: "ExportForm") -> bytes | None:
        """A run as a file for another program; None where it has no results. Raises RunNotFound.

        `jsonl`: the results as they were written; `csv`: a line for each answer; `junit`: the limits of its gate and
        the questions as test cases; `html`: the report.
        """
        from kb.evaluation import exports
        from kb.evaluation.results_log import FILE

        run = self.get(run_id)
        if form in ("jsonl", "html"):
            path = self.folder / run_id / (FILE if form == "jsonl" else "report.html")
            return path.read_bytes() if path.is_file() else None
        report = self.report(run_id)
        if report is None:
            return None
        limits = [(str(each["limit"]), str(each["missed"])) for each in run.gate]
        return exports.csv_of(report) if form == "csv" else exports.junit_of(report, limits)

    def report_file(self, run_id: str) -> Path | None:
        """The report as an HTML file; None until there is one. Raises RunNotFound."""
        self.get(run_id)
        path = self.folder / run_id / "report.html"
        return path if path.is_file() else None

    # ---- what can be done

    def start(self, questions: Path | bytes, options: RunOptions, name: str = "") -> Run:
        """Begin a run over a set: a file or BEIR folder of this machine, or the content of a file that was uploaded.

        Raises QuestionSetError for a set that cannot be read, UsageError for options and gates that cannot be, or while
        another run is under way, and ModelMissing for a model that is not here.
        """
        from kb.evaluation.questions import selection
        from kb.evaluation.set_files import keep_set

        self._check_idle()
        run_id = secrets.token_hex(8)
        folder = self.folder / run_id
        copy = folder / "questions.jsonl"
        try:
            folder.mkdir(parents=True, mode=0o700)
            name = name or (_set_name(questions) if isinstance(questions, Path) else "")
            asked = keep_set(questions, copy, name or copy.name)
            _check(options)
            options = self._with_base(options)
            if options.model is not None and not options.retrieval_only:
                installed_model(self._kb.settings.llm, options.model)
            count = len(selection(asked, options.limit, options.sample, options.seed))
            with self._changed:
                self._check_idle()
                run = Run(
                    run_id, name or "questions", "running", options, count, _now(), self._next_number(),
                    total=count * options.samples,
                )  # fmt: skip
                self._runs[run_id] = run
                self._begin(run)
                return run
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise KBError("evaluation.not_kept", why=why(error)) from None
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def _with_base(self, options: RunOptions) -> RunOptions:
        """The options with the run that their gate measures drops from. Raises UsageError where it cannot be read."""
        from kb.evaluation import gates

        if not options.gate.strip():
            if options.base is not None:
                raise UsageError("gate.base_without_limits")
            return options
        limits, named = gates.parse_gate(options.gate, samples=options.samples)
        base = options.base or (run_named(self.folder, named).name if named is not None else None)
        self.list()  # with what the command has kept meanwhile
        if base is not None and self.report(base) is None:
            raise UsageError("evaluation.results_gone", name=self.get(base).name)
        if base is None and any(limit.drop for limit in limits):
            raise UsageError("gate.no_base")
        return replace(options, base=base)

    def resume(self, run_id: str) -> Run:
        """Go on with a run that was stopped, interrupted, or failed. Raises RunNotFound and UsageError."""
        with self._changed:
            run = self.get(run_id)
            if run.place and run.state != "done":
                raise UsageError("evaluation.of_the_command")
            if not run.resumable:
                return run
            self._check_idle()
            run = self._set(replace(run, state="running", error=None))
            self._begin(run)
            return run

    def stop(self, run_id: str) -> None:
        """End a run now; the answer that is being written is thrown away, all before it is kept."""
        with self._changed:
            if self.get(run_id).state == "running":
                self._stop.set()

    def delete(self, run_id: str) -> None:
        """Remove a run with its results. Raises RunNotFound, and UsageError while it is under way."""
        with self._changed:
            if self.get(run_id).state == "running":
                raise UsageError("evaluation.running")
            del self._runs[run_id]
            self._changed.notify_all()
        shutil.rmtree(self.folder / run_id, ignore_errors=True)
        cache.forget()

    def join(self, timeout: float) -> None:
        """Wait for the run that is under way."""
        if self._thread is not None:
            self._thread.join(timeout)

    def shut_down(self, timeout: float = 10.0) -> None:
        """Interrupt what runs; returns when nothing uses the knowledge base."""
        with self._changed:
            if not self._stop.is_set():  # else the run was told to end before
                self._interrupting = True
                self._stop.set()
        self.join(timeout)

    # ---- the work

    def _check_idle(self) -> None:
        if self.running is not None:
            raise UsageError("evaluation.running_already")

    def _begin(self, run: Run) -> None:
        """Start the thread of a run. The lock is held."""
        self._stop = threading.Event()
        self._keep(run)
        self._thread = threading.Thread(target=self._work, args=(run, self._stop), name="evaluation", daemon=True)
        self._thread.start()

    def _work(self, run: Run, stop: threading.Event) -> None:
        from kb.evaluation.evaluation import evaluate
        from kb.evaluation.imports import load_set

        folder = self.folder / run.id
        began = self._clock()
        try:
            questions = load_set(folder / "questions.jsonl")
            with self._answering(run.options) as kb:
                model = None if run.options.retrieval_only else kb.model
                engine, name = (model.engine, model.name) if model else ("", "")
                with self._changed:
                    self._set(replace(self._runs[run.id], engine=engine, model=name))
                show = _ProgressReport(self, run, began)
                report = evaluate(
                    _InTurn(kb, self._queue, stop), questions, run.options.for_evaluation(), folder, show, stop,
                    self._kb.home.answers if run.options.cache else None,
                )  # fmt: skip
            self._end(run, began, "done" if report.complete else self._ended(), report=report)
        except _Stopped:
            self._end(run, began, self._ended())
        except KBError as error:
            self._end(run, began, "failed", error=error.message)
        except Exception:
            log.exception("an evaluation failed")
            self._end(run, began, "failed", error="")

    def _answering(self, options: RunOptions) -> "AbstractContextManager[KnowledgeBase]":
        """The knowledge base with the model that the options name."""
        if options.model is None or options.retrieval_only:
            return nullcontext(self._kb)
        return self._kb.by(installed_model(self._kb.settings.llm, options.model))

    def _judged(self, run: Run, report: "Report") -> tuple[dict[str, Any], ...]:
        """What the gate of a run says of it. Raises UsageError where that cannot be said."""
        from kb.evaluation import gates
        from kb.evaluation.evaluation import load_run

        if not run.options.gate.strip():
            return ()
        limits, _ = gates.parse_gate(run.options.gate, samples=run.options.samples)
        gate = gates.Gate(limits)
        base = load_run(self.folder / run.options.base) if run.options.base and gate.drops else None
        return tuple(gates.judged_form(gates.judge(report, gate, base)))

    def _ended(self) -> RunState:
        return "interrupted" if self._interrupting else "stopped"

    def _end(
        self, run: Run, began: float, state: RunState, report: "Report | None" = None, error: str | None = None
    ) -> None:
        gate: tuple[dict[str, Any], ...] = ()
        try:
            if report is None and error is None:
                from kb.evaluation import report as pages

                report = self.report(run.id)
                if report is not None:
                    pages.write(report, self.folder / run.id / "report.html")
            gate = self._judged(run, report) if report is not None and report.outcomes else ()
        except (KBError, OSError) as problem:
            state, error = "failed", problem.message if isinstance(problem, KBError) else str(problem)
        except Exception:
            log.exception("the report of an evaluation could not be made")
            state, error = "failed", ""
        with self._changed:
            now = self._runs[run.id]
            if report is not None and report.outcomes:
                figures = summarise(report)
                now = replace(now, done=len(report.outcomes), failed=figures["failed"], figures=figures)
            seconds = run.seconds + self._clock() - began
            now = replace(now, state=state, error=error, current="", seconds=seconds, gate=gate)
            self._keep(self._set(now))

    def _set(self, run: Run) -> Run:
        """Take a run's new state, and tell who waits."""
        with self._changed:
            run = replace(run, revision=self._runs[run.id].revision + 1)
            self._runs[run.id] = run
            self._changed.notify_all()
            return run

    # ---- the files

    def _next_number(self) -> int:
        return max((run.number for run in self._runs.values()), default=0) + 1

    def _look(self, at_start: bool = False) -> None:
        """Read the files of runs: at the start all, later those that the command has written. The lock is held."""
        found = []
        for path in self.folder.glob("*/run.json"):
            known = self._runs.get(path.parent.name)
            if known is not None and (not known.place or self._read_at.get(known.id) == _written_at(path)):
                continue
            self._read_at[path.parent.name] = _written_at(path)
            if (run := _read(path)) is not None:
                found.append(run)
        for run in sorted(found, key=lambda run: (run.number or math.inf, run.created_at)):
            if at_start and run.state == "running":
                run = replace(run, state="interrupted")
            known = self._runs.get(run.id)
            if not run.number:
                run = replace(run, number=known.number if known else self._next_number())
                self._keep(run)
            self._runs[run.id] = replace(run, revision=known.revision + 1) if known else run

    def _keep(self, run: Run) -> None:
        try:
            _write(self.folder / run.id, run)
            self._read_at[run.id] = _written_at(self.folder / run.id / "run.json")
        except OSError:
            log.exception("the state of an evaluation could not be written")


def _write(folder: Path, run: Run) -> None:
    """Put `run.json` in place whole. Raises OSError."""
    draft = folder / "run.json.part"
    form = _RUN.dump_python(run, mode="json") | fields(run.error, "error_")
    draft.write_text(json.dumps(form), encoding="utf-8")
    os.replace(draft, folder / "run.json")


def _read(path: Path) -> Run | None:
    try:
        form = json.loads(path.read_bytes())
        run = _RUN.validate_python({name: value for name, value in form.items() if name not in _MESSAGE})
        if run.error is not None:
            run = replace(run, error=of_fields(run.error, form, "error_"))
    except (OSError, ValueError, AttributeError):
        log.warning("%s is not a run of this version; it is left alone", path)
        return None
    return run if run.id == path.parent.name else None


def keep_run(
    runs: Path,
    questions: Path,
    out: Path,
    report: "Report",
    options: RunOptions,
    gate: Sequence[dict[str, Any]] = (),
) -> None:
    """Keep a run of the command, whose results are in `out`, among the runs of a home, for the page to show.

    `gate` is what `kb.evaluation.gates.judged_form` gives. The same run again, into the same folder, takes the place of
    the one before, and its number. Raises OSError.
    """
    id = hashlib.sha256(f"{out.resolve()} {json.dumps(report.run, sort_keys=True)}".encode()).hexdigest()[:16]
    figures = summarise(report)
    seconds = sum(o.answer.seconds if o.answer else o.retrieval_seconds or 0.0 for o in report.outcomes)
    folder = runs / id
    before = _read(folder / "run.json") if (folder / "run.json").is_file() else None
    run = Run(
        id, _set_name(questions), "done" if report.complete else "stopped", options,
        report.planned // int(report.run["samples"]), _now(), before.number if before else 0,
        report.run["engine"] or "", report.run["model"] or "", len(report.outcomes), report.planned, figures["failed"],
        "", seconds, figures, place=str(out.resolve()), gate=tuple(gate),
    )  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in ("results.jsonl", "report.html"):
        shutil.copyfile(out / name, folder / name)
        (folder / name).chmod(0o600)
    _write(folder, run)


def run_named(runs: Path, name: str) -> Path:
    """The folder of the run of a home that goes by a name: its id, its number (`3` or `#3`), the name of its set, or
    the last part or the whole of the folder that the command wrote it into.

    Raises UsageError where none or several do; their names are told.
    """
    found = [run for path in runs.glob("*/run.json") if (run := _read(path)) is not None]
    found.sort(key=lambda run: (run.number, run.created_at))
    wanted = {name.strip().rstrip("/"), Path(name.strip()).name}
    for names in zip(*map(_names_of, found), strict=True):
        named = [run for run, own in zip(found, names, strict=True) if not wanted.isdisjoint(own)]
        if len(named) > 1:
            raise UsageError("evaluation.several_named", name=name, names=[_called(run) for run in named])
        if named:
            return runs / named[0].id
    if not found:
        raise UsageError("evaluation.no_runs", name=name)
    raise UsageError("evaluation.no_run_named", name=name, names=[_called(run) for run in found[-20:]])


def _names_of(run: Run) -> tuple[set[str], ...]:
    """What a run goes by, the surest first."""
    numbers = {str(run.number), f"#{run.number}"} if run.number else set[str]()
    return {run.id}, numbers, {run.place} - {""}, {run.name, Path(run.place).name} - {""}


def _called(run: Run) -> str:
    """A run as it is told apart from others: its number, or its id as long as it has none, name and day."""
    return f"{f'#{run.number}' if run.number else run.id} {run.name} ({day(run.created_at)})"


class _Stopped(Exception):
    """Ends a run in the middle of an answer, which is not an outcome then."""


@dataclass
class _ProgressReport:
    """Takes what a run reports of its progress."""

    evaluations: Evaluations
    run: Run
    began: float
    next_sum: float = float("-inf")

    def __call__(self, at: "EvalProgress") -> None:
        own, now = self.evaluations, self.evaluations._clock()
        figures = None
        if now >= self.next_sum:
            report = own.report(self.run.id)
            figures = summarise(report) if report else None
            took = own._clock() - now
            self.next_sum = now + took + max(_FIGURES_EVERY, 20 * took)
        with own._changed:
            run = own._runs[self.run.id]
            own._set(
                replace(
                    run, done=at.done, total=at.total, failed=at.failed, current=at.question,
                    seconds=self.run.seconds + now - self.began, figures=figures or run.figures,
                )
            )  # fmt: skip


class _InTurn:
    """A knowledge base whose answers wait for their turn at the model, and end when `stop` is set."""

    def __init__(self, kb: "KnowledgeBase", queue: FairQueue, stop: threading.Event) -> None:
        self._kb = kb
        self._queue = queue
        self._stop = stop

    def __getattr__(self, name: str) -> Any:
        return getattr(self._kb, name)

    def answer(self, question: str, asker: Principal, options: AskOptions) -> Answer:
        """`KnowledgeBase.answer`, holding a slot of the queue."""
        with self._queue.turn(CLIENT, self._stop) as mine:
            if not mine:
                raise _Stopped
            try:
                answer = self._kb.answer(question, asker, replace(options, stop=self._stop))
            except KBError:
                if self._stop.is_set():  # it failed because it was stopped
                    raise _Stopped from None
                raise
        if self._stop.is_set():
            raise _Stopped
        return answer


def _check(options: RunOptions) -> None:
    counts = {name: getattr(options, name) for name in ("samples", "limit", "sample", "parallel")}
    for name, value in counts.items():
        if value is not None and value < 1:
            raise UsageError("evaluation.at_least_one", name=name, value=value)
    if options.retrieval_only and options.samples > 1:
        raise UsageError("evaluation.samples_of_answers")


def _set_name(path: Path) -> str:
    """What a set is called: its file, or its folder where the file has the usual name."""
    return path.absolute().parent.name if path.stem == "questions" else path.stem


def _written_at(path: Path) -> int:
    """When a file was written last, in nanoseconds; 0 where it is gone."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
