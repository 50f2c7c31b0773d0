"""What a run of the service takes and gives beside the questions: gates, models, sets of others, files, runs of the
command."""

import csv
import io
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from kb.assistant import KnowledgeBase
from kb.errors import ModelMissing, QuestionSetError, UsageError
from kb.evaluation import evaluation
from kb.evaluation.evaluation import EvalOptions, evaluate, load_questions
from kb.evaluation.gates import Gate, judge, judged_form, parse_gate
from kb.messages.coded_text import of_fields
from kb.models import llm
from kb.schema import Scope
from tests.fakes import ScriptedModel
from tests.knowledge import write
from tests.ui.service.test_evaluation_runs import REPLY, evaluations, kb, says
from ui.service import evaluation_runs
from ui.service.evaluation_runs import Evaluations, keep_run, run_named
from ui.service.fair_queue import FairQueue
from ui.service.runs import Run, RunOptions
from ui.words.strings import Strings

__all__ = ["evaluations", "kb"]

WRONG = "The office in Utrecht closes at 19:10 [1]."
ASKED = {"id": "1", "question": "When does the office in Utrecht open?", "answers": ["7:45"],
         "evidence": [{"doc": "h.md"}]}  # fmt: skip
SET = json.dumps(ASKED).encode()
QUERIES = '{"_id": "q1", "text": "When does the office in Utrecht open?"}\n{"_id": "q2", "text": "Not judged"}\n'
QRELS = "query-id\tcorpus-id\tscore\nq1\th.md\t2\nq1\tother.md\t1\n"
CORPUS = '{"_id": "h.md", "title": "", "text": "It opens at 7:45."}\n'


def ran(evaluations: Evaluations, questions: Path | bytes = SET, options: RunOptions | None = None) -> Run:
    run = evaluations.start(questions, options or RunOptions(cache=False), "office.jsonl")
    while run.state == "running":
        run = evaluations.wait(run.id, run.revision, 20)
    evaluations.join(60)
    return evaluations.get(run.id)


def zipped(**files: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def beir(top: str = "") -> bytes:
    return zipped(**{f"{top}queries.jsonl": QUERIES, f"{top}qrels/test.tsv": QRELS, f"{top}corpus.jsonl": CORPUS})


# ---- gates


def test_the_limits_of_a_gate_are_judged_and_kept_with_the_run(kb: KnowledgeBase, evaluations: Evaluations) -> None:
    says(kb, REPLY)
    gate = 'answers.right: ">=0.9"\nretrieval.hit@10: "<0.5"\n'
    run = ran(evaluations, options=RunOptions(gate=gate, cache=False))
    assert run.state == "done"
    assert [(each["limit"], bool(each["missed"])) for each in run.gate] == [
        ("answers.right >= 0.9", False), ("retrieval.hit@10 < 0.5", True),
    ]  # fmt: skip
    assert run.missed == 1
    (kept,) = Evaluations(kb, FairQueue()).list()
    assert kept == run
    missed = kept.gate[1]
    assert Strings("zh").message(of_fields(missed["missed"], missed, "missed_")) == "retrieval.hit@10 为 1，要求 < 0.5"


def test_drops_are_measured_from_the_run_that_is_chosen_or_named_in_the_gate(
    kb: KnowledgeBase, evaluations: Evaluations
) -> None:
    says(kb, REPLY)
    before = ran(evaluations)
    for base, named in ((before.id, ""), (None, 'base: "#1"\n')):
        says(kb, WRONG)
        run = ran(evaluations, options=RunOptions(gate=f'{named}answers.right: "drop<=0.1"', base=base, cache=False))
        assert run.options.base == before.id
        assert run.gate[0]["missed_code"] == "gate.dropped"
        assert "from 1 to 0" in run.gate[0]["missed"]


@pytest.mark.parametrize(
    ("gate", "base", "words"),
    [
        ('answers.wrong: ">0"', None, "no figure"),
        ("answers.right: high", None, "cannot be read"),
        ("{", None, "cannot be read"),
        ('answers.right: "drop<=0"', None, "no run is named"),
        ('base: main\nanswers.right: "drop<=0"', None, "it has none yet"),
        ("", "0123", "no gate that limits"),
    ],
)
def test_a_gate_that_cannot_be_judged_is_refused_before_anything_is_asked(
    evaluations: Evaluations, gate: str, base: str | None, words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        evaluations.start(SET, RunOptions(gate=gate, base=base))
    assert not [*evaluations.folder.iterdir()]


def test_a_gate_whose_base_was_deleted_meanwhile_fails_the_run_and_says_so(
    kb: KnowledgeBase, evaluations: Evaluations, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(kb, REPLY)
    before = ran(evaluations)
    real = evaluation.evaluate

    def first_deleted(*arguments: Any, **named: Any) -> Any:
        evaluations.delete(before.id)
        return real(*arguments, **named)

    monkeypatch.setattr(evaluation, "evaluate", first_deleted)
    options = RunOptions(gate='answers.right: "drop<=0.1"', base=before.id, cache=False)
    run = ran(evaluations, options=options)
    assert (run.state, run.done, run.gate) == ("failed", 1, ())
    assert run.error is not None
    assert "There are no results" in run.error


# ---- models


def test_another_model_answers_a_run_and_the_one_in_use_stays(
    kb: KnowledgeBase, evaluations: Evaluations, monkeypatch: pytest.MonkeyPatch
) -> None:
    used, other = says(kb, REPLY), ScriptedModel([REPLY], name="scripted-7b")
    monkeypatch.setattr(evaluation_runs, "installed_model", lambda _settings, name: ("embedded", name))
    monkeypatch.setattr(llm, "open_model", lambda _settings, _engine, _name: other)
    run = ran(evaluations, options=RunOptions(model="scripted-7b"))
    assert (run.state, run.model, len(other.requests), used.requests) == ("done", "scripted-7b", 1, [])
    assert kb.model is used


def test_a_model_that_is_not_here_is_refused(evaluations: Evaluations, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llm, "installed_models", lambda _settings: ([], ""))
    with pytest.raises(ModelMissing, match="nobody-1b"):
        evaluations.start(SET, RunOptions(model="nobody-1b"))
    assert evaluations.list() == []


def test_searches_go_on_at_once_and_where_they_look_is_said(kb: KnowledgeBase, evaluations: Evaluations) -> None:
    run = ran(evaluations, options=RunOptions(retrieval_only=True, parallel=3, scope=Scope(paths=("h.*",))))
    assert (run.state, run.done) == ("done", 1)
    run = ran(evaluations, options=RunOptions(retrieval_only=True, scope=Scope(tags=("none",))))
    assert run.state == "failed"
    with pytest.raises(UsageError, match="parallel must be at least 1"):
        evaluations.start(SET, RunOptions(parallel=0))


# ---- sets of others


@pytest.mark.parametrize("top", ["", "scifact/"])
def test_a_zip_of_a_beir_folder_is_a_set_with_its_grades(evaluations: Evaluations, top: str) -> None:
    run = ran(evaluations, beir(top), RunOptions(retrieval_only=True))
    assert (run.state, run.questions) == ("done", 1)
    (outcome,) = evaluations.outcomes(run.id)
    assert [(e.doc, e.grade) for e in outcome.question.evidence] == [("h.md", 2), ("other.md", 1)]
    assert outcome.scores.ndcg == pytest.approx(2 / (2 + 1 / 1.584962500721156))


def test_a_beir_folder_and_a_zip_of_this_machine_are_sets(evaluations: Evaluations, tmp_path: Path) -> None:
    folder = write(tmp_path / "beir", {"queries.jsonl": QUERIES, "qrels/test.tsv": QRELS, "corpus.jsonl": CORPUS})
    archive = tmp_path / "beir.zip"
    archive.write_bytes(beir())
    for path in (folder, folder / "qrels" / "test.tsv", archive):
        run = ran(evaluations, path, RunOptions(retrieval_only=True))
        assert (run.state, run.questions) == ("done", 1)


def test_zips_that_hold_no_set_are_told(evaluations: Evaluations, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb.evaluation.archives.MAX_SET_MB", 1)
    told = {
        zipped(**{"queries.jsonl": QUERIES}): r"office\.jsonl holds no set in BEIR's form",
        beir()[:-40]: r"office\.jsonl cannot be read",
        zipped(**{"queries.jsonl": " " * (2 << 20), "qrels/test.tsv": QRELS}): r"queries\.jsonl is larger than 1 MB",
        zipped(**{"queries.jsonl": "{}", "qrels/test.tsv": QRELS}): r"office\.jsonl: queries\.jsonl, line 1",
    }
    for content, words in told.items():
        with pytest.raises(QuestionSetError, match=words):
            evaluations.start(content, RunOptions(), "office.jsonl")
    assert not [*evaluations.folder.iterdir()]


# ---- files


def test_a_run_is_given_as_files_for_other_programs(kb: KnowledgeBase, evaluations: Evaluations) -> None:
    says(kb, WRONG)
    run = ran(evaluations, options=RunOptions(gate='answers.right: ">=0.9"', cache=False))
    files = {form: evaluations.exported(run.id, form) for form in ("jsonl", "csv", "junit", "html")}  # type: ignore[arg-type]
    assert json.loads((files["jsonl"] or b"").splitlines()[1])["question"]["id"] == "1"
    (row,) = csv.DictReader(io.StringIO((files["csv"] or b"").decode("utf-8-sig")))
    assert (row["id"], row["verdict"]) == ("1", "wrong")
    suites = ElementTree.fromstring(files["junit"] or b"")
    assert [(s.get("name"), s.get("failures")) for s in suites] == [("gate", "1"), ("questions", "1")]
    assert b"<html" in (files["html"] or b"")
    shutil.rmtree(evaluations.folder / run.id)
    assert [evaluations.exported(run.id, form) for form in ("jsonl", "csv", "junit", "html")] == [None] * 4  # type: ignore[arg-type]


# ---- runs of the command


def of_command(
    kb: KnowledgeBase, tmp_path: Path, name: str = "out", limit: int | None = None, planned: int = 2
) -> Path:
    """What the command does at the end of a run that was planned over so many questions."""
    path = write(tmp_path / "office", {"questions.jsonl": f"{json.dumps(ASKED)}\n{json.dumps(ASKED | {'id': '2'})}"})
    says(kb, REPLY)
    asked = load_questions(path / "questions.jsonl")
    report = evaluate(kb, asked[:limit], EvalOptions(fresh=True), tmp_path / name)
    limits = judged_form(judge(report, Gate(parse_gate('answers.right: ">=0.9"')[0])))
    report = evaluation.Report({**report.run, "questions_hash": "1"}, report.outcomes, planned)
    keep_run(kb.home.runs, path / "questions.jsonl", tmp_path / name, report, RunOptions(), limits)
    return tmp_path / name


def test_a_run_of_the_command_says_where_it_lies_and_when_that_is_gone(
    kb: KnowledgeBase, evaluations: Evaluations, tmp_path: Path
) -> None:
    out = of_command(kb, tmp_path)
    (run,) = evaluations.list()
    assert (run.name, run.number, run.state, run.questions, run.place) == ("office", 1, "done", 2, str(out))
    assert (run.place_gone, len(run.gate), run.missed) == (False, 1, 0)
    shutil.rmtree(out)
    (run,) = evaluations.list()
    assert run.place_gone
    assert len(evaluations.outcomes(run.id)) == 2  # the home keeps what it needs to show it


def test_a_run_of_the_command_that_was_stopped_is_replaced_when_it_has_gone_on(
    kb: KnowledgeBase, evaluations: Evaluations, tmp_path: Path
) -> None:
    of_command(kb, tmp_path, limit=1)
    (stopped,) = evaluations.list()
    assert (stopped.state, stopped.done, stopped.total, stopped.resumable) == ("stopped", 1, 2, False)
    with pytest.raises(UsageError, match="same command again"):
        evaluations.resume(stopped.id)
    of_command(kb, tmp_path)
    (done,) = evaluations.list()
    assert (done.id, done.number, done.state, done.done) == (stopped.id, 1, "done", 2)
    assert done.revision > stopped.revision


def test_runs_that_the_command_made_while_no_service_ran_are_numbered(kb: KnowledgeBase, tmp_path: Path) -> None:
    of_command(kb, tmp_path, "a")
    of_command(kb, tmp_path, "b")
    for _ in range(2):
        assert sorted(run.number for run in Evaluations(kb, FairQueue()).list()) == [1, 2]


def test_a_run_is_named_by_id_number_set_or_folder(kb: KnowledgeBase, evaluations: Evaluations, tmp_path: Path) -> None:
    runs = kb.home.runs
    with pytest.raises(UsageError, match="it has none yet"):
        run_named(runs, "3")
    says(kb, REPLY)
    own = ran(evaluations)
    out = of_command(kb, tmp_path)
    kept = evaluations.list()[0]
    for name, run in {
        own.id: own, "1": own, "#1": own, "office.jsonl": own,
        "#2": kept, "office": kept, "out": kept, str(out): kept, f"{out}/": kept, "runs/out": kept,
    }.items():  # fmt: skip
        assert run_named(runs, name) == runs / run.id
    with pytest.raises(UsageError, match=r"#1 office\.jsonl \(20.*#2 office"):
        run_named(runs, "7")
    of_command(kb, tmp_path, "more")
    with pytest.raises(UsageError, match="Several runs of this home"):
        run_named(runs, "office")
