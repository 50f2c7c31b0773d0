"""Evaluations: runs in the background that can be stopped, resumed and compared, and that outlive the process."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.sync.pipeline import ingest
from kb.assistant import KnowledgeBase
from kb.config import EmbeddingSettings, Settings
from kb.errors import KBError, ModelError, QuestionSetError, UsageError
from kb.evaluation.comparison import compare
from kb.evaluation.evaluation import EvalOptions, evaluate, load_questions
from kb.schema import Principal
from tests.fakes import Reply, ScriptedModel
from tests.knowledge import HANDBOOK, write
from ui.service.evaluation_runs import CLIENT, Evaluations, keep_run
from ui.service.fair_queue import FairQueue
from ui.service.runs import Run, RunNotFound, RunOptions
from ui.words.strings import TEXTS

REPLY = "The office in Utrecht opens at 7:45 [1]."
HERE = [{"doc": "h.md"}]
QUESTIONS = [
    {"id": "1", "question": "When does the office in Utrecht open?", "answers": ["7:45"], "evidence": HERE},
    {"id": "2", "question": "When does the office in Utrecht close?", "answers": ["19:10"], "evidence": HERE},
    {"id": "3", "question": "Who paints the office in Utrecht?", "answers": [], "meta": {"expected": "REFUSE"}},
]  # fmt: skip
SET = "".join(json.dumps(question) + "\n" for question in QUESTIONS).encode()


@pytest.fixture
def kb(tmp_path: Path) -> Iterator[KnowledgeBase]:
    settings = Settings(embedding=EmbeddingSettings(llamaindex_class="tests.tiny:TinyEmbedding"))
    with KnowledgeBase.open(tmp_path / "home", settings) as opened:
        ingest(opened, [write(tmp_path / "docs", {"h.md": HANDBOOK})])
        yield opened


@pytest.fixture
def evaluations(kb: KnowledgeBase) -> Iterator[Evaluations]:
    made = Evaluations(kb, FairQueue())
    yield made
    made.shut_down()


def says(kb: KnowledgeBase, *replies: Reply) -> ScriptedModel:
    kb._model = model = ScriptedModel(replies)
    return model


def ended(evaluations: Evaluations, run: Run) -> Run:
    while run.state == "running":
        run = evaluations.wait(run.id, run.revision, 20)
    evaluations.join(60)
    return evaluations.get(run.id)


def test_a_run_is_scored_and_kept(kb: KnowledgeBase, evaluations: Evaluations, tmp_path: Path) -> None:
    says(kb, REPLY)
    path = tmp_path / "office" / "questions.jsonl"
    path.parent.mkdir()
    path.write_bytes(SET)
    run = ended(evaluations, evaluations.start(path, RunOptions()))
    assert (run.name, run.state, run.done, run.total, run.failed) == ("office", "done", 3, 3, 0)
    assert (run.engine, run.model) == ("embedded", "scripted")
    assert run.figures is not None
    assert run.figures["retrieval"]["hit@10"] == 1.0
    assert run.figures["answers"]["right"] == 0.5
    assert [name for name in run.figures["run"] if f"part_{name}" not in TEXTS] == []
    assert [o.question.id for o in evaluations.outcomes(run.id)] == ["1", "2", "3"]
    report = evaluations.report_file(run.id)
    assert report is not None
    assert REPLY[:20] in report.read_text(encoding="utf-8")
    assert Evaluations(kb, FairQueue()).list() == [run]


def test_an_uploaded_set_and_its_options_count(kb: KnowledgeBase, evaluations: Evaluations) -> None:
    model = says(kb, REPLY)
    options = RunOptions(retrieval_only=True, limit=2)
    run = ended(evaluations, evaluations.start(SET, options, "mine.jsonl"))
    assert (run.name, run.state, run.total, run.options) == ("mine.jsonl", "done", 2, options)
    assert model.requests == []
    again = ended(evaluations, evaluations.start(SET, RunOptions(limit=1, samples=2, seed=7, think_budget=0)))
    assert again.done == 2
    assert [o["seed"] for o in model.options] == [7, 8]
    assert {o["think_budget"] for o in model.options} == {0}
    assert [r.id for r in evaluations.list()] == [again.id, run.id]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "mine.jsonl holds no questions"),
        (b'{"id": 1}', r"mine\.jsonl, line 1: missing question, answers"),
        (b"\xff\xfe\x00", "mine.jsonl cannot be read"),
    ],
)
def test_a_set_that_cannot_be_read_is_refused_by_its_name(evaluations: Evaluations, content: bytes, words: str) -> None:
    with pytest.raises(QuestionSetError, match=words):
        evaluations.start(content, RunOptions(), "mine.jsonl")
    assert evaluations.list() == []
    assert not [*evaluations.folder.iterdir()]


def test_a_missing_file_and_impossible_options_are_refused(evaluations: Evaluations, tmp_path: Path) -> None:
    with pytest.raises(QuestionSetError, match=r"no question set .*nowhere\.jsonl"):
        evaluations.start(tmp_path / "nowhere.jsonl", RunOptions())
    with pytest.raises(UsageError, match="retrieval-only"):
        evaluations.start(SET, RunOptions(retrieval_only=True, samples=2))
    with pytest.raises(UsageError, match="limit must be at least 1"):
        evaluations.start(SET, RunOptions(limit=0))
    with pytest.raises(RunNotFound):
        evaluations.get("nothing")


def test_a_run_is_stopped_in_mid_answer_and_resumed(kb: KnowledgeBase, evaluations: Evaluations) -> None:
    never = threading.Event()
    says(kb, REPLY, ["The office", never])
    run = evaluations.start(SET, RunOptions())
    while evaluations.get(run.id).done < 1:
        evaluations.wait(run.id, evaluations.get(run.id).revision, 5)
    with pytest.raises(UsageError, match="running already"):
        evaluations.start(SET, RunOptions())
    with pytest.raises(UsageError, match="Stop it first"):
        evaluations.delete(run.id)
    evaluations.stop(run.id)
    run = ended(evaluations, run)
    assert (run.state, run.done) == ("stopped", 1)
    assert run.figures is not None
    assert evaluations.report_file(run.id) is not None

    model = says(kb, REPLY)
    run = ended(evaluations, evaluations.resume(run.id))
    assert (run.state, run.done) == ("done", 3)
    assert len(model.requests) == 2  # the first answer was kept, the one cut off is put again
    assert evaluations.resume(run.id) == run


def test_a_run_that_a_restart_ended_is_interrupted_and_can_be_resumed(kb: KnowledgeBase) -> None:
    says(kb, REPLY, ["The office", threading.Event()])
    first = Evaluations(kb, FairQueue())
    run = first.start(SET, RunOptions())
    while first.get(run.id).done < 1:
        first.wait(run.id, first.get(run.id).revision, 5)
    first.shut_down()
    assert first.get(run.id).state == "interrupted"

    # Killed: what the file says last is that it runs.
    file = first.folder / run.id / "run.json"
    file.write_text(file.read_text().replace('"interrupted"', '"running"'))
    (first.folder / "broken").mkdir()
    (first.folder / "broken" / "run.json").write_text("{")
    says(kb, REPLY)
    second = Evaluations(kb, FairQueue())
    (found,) = second.list()
    assert found.state == "interrupted"
    assert ended(second, second.resume(run.id)).done == 3


def test_a_run_that_was_told_to_end_does_so_where_the_service_stops_meanwhile(kb: KnowledgeBase) -> None:
    says(kb, ["The office", threading.Event()])
    evaluations = Evaluations(kb, FairQueue())
    run = evaluations.start(SET, RunOptions())
    evaluations.stop(run.id)
    evaluations.shut_down(60)
    assert evaluations.get(run.id).state == "stopped"
    assert Evaluations(kb, FairQueue()).get(run.id).state == "stopped"


def test_a_run_whose_documents_changed_is_not_mixed(
    kb: KnowledgeBase, evaluations: Evaluations, tmp_path: Path
) -> None:
    says(kb, REPLY, ["The office", threading.Event()])
    run = evaluations.start(SET, RunOptions())
    while evaluations.get(run.id).done < 1:
        evaluations.wait(run.id, evaluations.get(run.id).revision, 5)
    evaluations.stop(run.id)
    ended(evaluations, run)
    ingest(kb, [write(tmp_path / "more", {"new.md": "# New\n\nSomething else."})])
    run = ended(evaluations, evaluations.resume(run.id))
    assert run.state == "failed"
    assert run.error is not None
    assert "documents_hash" in run.error
    assert run.done == 1


def test_an_answer_that_fails_is_counted_and_the_run_goes_on(kb: KnowledgeBase, evaluations: Evaluations) -> None:
    says(kb, [ModelError("the server died")], REPLY)
    run = ended(evaluations, evaluations.start(SET, RunOptions()))
    assert (run.state, run.done, run.failed) == ("done", 3, 1)
    assert "the server died" in evaluations.outcomes(run.id)[0].error


def test_each_answer_takes_its_turn(kb: KnowledgeBase) -> None:
    says(kb, REPLY)
    queue = FairQueue()
    evaluations = Evaluations(kb, queue)
    with queue.turn("page") as mine:
        assert mine
        run = evaluations.start(SET, RunOptions(limit=1))
        while not queue.waiting:
            evaluations.wait(run.id, -1, 0.01)
        assert queue._waiting[0].client == CLIENT
        assert evaluations.get(run.id).done == 0
    assert ended(evaluations, run).done == 1


def test_a_run_waiting_for_its_turn_stops_at_once(kb: KnowledgeBase) -> None:
    model = says(kb, REPLY)
    queue = FairQueue()
    evaluations = Evaluations(kb, queue)
    with queue.turn("page"):
        run = evaluations.start(SET, RunOptions())
        while not queue.waiting:
            evaluations.wait(run.id, -1, 0.01)
        evaluations.stop(run.id)
        assert ended(evaluations, run).state == "stopped"
    assert model.requests == []


def test_two_runs_are_compared_and_one_is_deleted(kb: KnowledgeBase, evaluations: Evaluations) -> None:
    says(kb, REPLY)
    before = ended(evaluations, evaluations.start(SET, RunOptions()))
    says(kb, "The office in Utrecht closes at 19:10 [1].")
    after = ended(evaluations, evaluations.start(SET, RunOptions(cache=False)))
    found = compare(evaluations.outcomes(before.id), evaluations.outcomes(after.id))
    assert [(row.id, row.change) for row in found.rows if row.change != "same"] == [("1", "worse"), ("2", "better")]
    evaluations.delete(before.id)
    assert [run.id for run in evaluations.list()] == [after.id]
    assert not (evaluations.folder / before.id).exists()


def test_an_internal_error_ends_a_run_without_its_details(
    kb: KnowledgeBase, evaluations: Evaluations, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr("kb.evaluation.evaluation.evaluate", broken)
    run = ended(evaluations, evaluations.start(SET, RunOptions()))
    assert (run.state, run.error) == ("failed", "")


def test_a_home_that_cannot_be_written_is_named(
    evaluations: Evaluations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "home" / "runs").write_text("in the way")
    with pytest.raises(KBError, match="cannot be kept"):
        evaluations.start(SET, RunOptions())


def test_what_a_run_was_answered_is_taken_by_the_next_unless_it_is_to_ask_again(
    kb: KnowledgeBase, evaluations: Evaluations
) -> None:
    says(kb, REPLY)
    first = ended(evaluations, evaluations.start(SET, RunOptions()))
    model = says(kb, "Never said.")
    again = ended(evaluations, evaluations.start(SET, RunOptions(sample=2)))
    assert again.figures is not None
    assert (again.figures["cached"], model.requests) == (2, [])
    said = {o.question.id: o.answer for o in evaluations.outcomes(first.id)}
    assert all(o.answer == said[o.question.id] for o in evaluations.outcomes(again.id))
    ended(evaluations, evaluations.start(SET, RunOptions(limit=1, cache=False)))
    assert len(model.requests) == 1


def test_a_deletion_takes_the_kept_answers_along(kb: KnowledgeBase, evaluations: Evaluations) -> None:
    says(kb, REPLY)
    ended(evaluations, evaluations.start(SET, RunOptions()))
    assert len([*kb.home.answers.iterdir()]) == 3
    kb.delete_documents(Principal("ann", unlimited=True), [(None, "h.md")])
    assert [*kb.home.answers.iterdir()] == []


def test_a_file_in_squads_form_is_a_set(kb: KnowledgeBase, evaluations: Evaluations) -> None:
    says(kb, REPLY)
    asked = {"id": "s", "question": QUESTIONS[0]["question"], "answers": [{"text": "7:45", "answer_start": 0}]}
    squad = {"data": [{"title": "Office", "paragraphs": [{"context": "It opens at 7:45.", "qas": [asked]}]}]}
    run = ended(evaluations, evaluations.start(json.dumps(squad, indent=1).encode(), RunOptions(), "squad.json"))
    assert (run.name, run.state, run.questions) == ("squad.json", "done", 1)
    assert run.figures is not None
    assert run.figures["answers"]["right"] == 1.0


def test_a_run_of_the_command_is_listed_once_and_compared(
    kb: KnowledgeBase, evaluations: Evaluations, tmp_path: Path
) -> None:
    says(kb, REPLY)
    own = ended(evaluations, evaluations.start(SET, RunOptions()))
    path = write(tmp_path / "office", {"questions.jsonl": SET.decode()}) / "questions.jsonl"
    report = evaluate(kb, load_questions(path), EvalOptions(limit=2), tmp_path / "out")
    for _ in range(2):
        keep_run(kb.home.runs, path, tmp_path / "out", report, RunOptions(limit=2))
    kept, before = evaluations.list()
    assert before == own
    assert (kept.name, kept.number, kept.state, kept.done, kept.total) == ("office", 2, "done", 2, 2)
    assert evaluations.get(kept.id) == kept
    assert compare(evaluations.outcomes(own.id), evaluations.outcomes(kept.id)).same == 2
    assert evaluations.report_file(kept.id) is not None
    assert Evaluations(kb, FairQueue()).list() == [kept, own]
    evaluations.delete(kept.id)
    assert evaluations.list() == [own]


def test_a_run_whose_id_is_not_its_folder_s_is_not_taken_for_one(kb: KnowledgeBase, tmp_path: Path) -> None:
    """Its id names what is deleted with it; it may come from a backup that somebody made up."""
    first = Evaluations(kb, FairQueue())
    says(kb, REPLY, REPLY, REPLY)
    run = ended(first, first.start(SET, RunOptions()))
    first.shut_down()
    file = first.folder / run.id / "run.json"
    file.write_text(file.read_text(encoding="utf-8").replace(run.id, "../.."), encoding="utf-8")

    assert Evaluations(kb, FairQueue()).list() == []
