"""Question sets, runs that are killed and go on, figures, and gates."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from kb.config import Settings
from kb.errors import ModelError, QuestionSetError, StorageFull, UsageError
from kb.evaluation.evaluation import (
    EvalOptions,
    EvalProgress,
    Evidence,
    Question,
    evaluate,
    load_questions,
    summarise,
)
from kb.schema import (
    EVERYTHING,
    Answer,
    AskOptions,
    Citation,
    Claim,
    Document,
    DocumentStatus,
    Done,
    Event,
    Message,
    Passage,
    Principal,
    Retrieval,
    Scope,
)

ROOT = Path(__file__).parents[3]


@dataclass
class ScriptedModel:
    engine: str = "embedded"
    name: str = "scripted"

    def digest(self) -> str:
        return "abc"


class NoTerms:
    """A glossary without an entry."""

    def state_of(self, asker: Principal) -> str:
        return ""


@dataclass
class ScriptedBase:
    """A knowledge base that answers from a script: for each question, answers in turn, or errors to raise."""

    answers: dict[str, list[Answer | Exception | None]]  # None: the process is killed
    found: dict[str, list[Passage]] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)
    sha256: str = "1"
    status: DocumentStatus = "added"
    model: ScriptedModel = field(default_factory=ScriptedModel)
    asked: list[tuple[str, AskOptions]] = field(default_factory=list)
    searched: list[dict[str, Any]] = field(default_factory=list)
    glossary: NoTerms = field(default_factory=NoTerms)

    def use_model(self, engine: str | None, model: str | None) -> None:
        self.model = ScriptedModel(engine or "embedded", model or "scripted")

    def warm_up(self) -> None: ...

    def documents(self, asker: Principal) -> list[Document]:
        return [
            Document(
                "c",
                "a.pdf",
                "",
                "application/pdf",
                self.status,
                "",
                1,
                self.sha256,
                1,
                3,
                3,
                1.0,
                "2025-01-01T00:00:00Z",
            )
        ]

    def search(
        self, question: str, asker: Principal, k: int | None = None, scope: Scope = EVERYTHING, glossary: bool = True
    ) -> Retrieval:
        self.searched.append({"question": question, "k": k, "scope": scope})
        passages = tuple(self.found.get(question, []))
        return Retrieval(question, passages[:k], bool(passages), 1.0, 0.25)

    def ask(
        self, question: str, asker: Principal, options: AskOptions, *, history: Sequence[Message] = ()
    ) -> Iterator[Event]:
        yield Done(self.answer(question, asker, options))

    def answer(self, question: str, asker: Principal, options: AskOptions) -> Answer:
        self.asked.append((question, options))
        replies = self.answers[question]
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        if reply is None:
            os.kill(os.getpid(), signal.SIGKILL)
        if not isinstance(reply, Answer):
            raise reply or AssertionError("unreachable")
        return reply


def passage(document: str = "a.pdf", page: int | None = 1, rank: int = 1) -> Passage:
    return Passage(rank, rank, "c", document, 1, page, 0, 4, "text", "", "", "", 0.5)


def answer(
    text: str, refused: bool = False, claims: Sequence[Claim] = (), citations: Sequence[Citation] = ()
) -> Answer:
    return Answer(
        "q", "q", text, "", refused, "en", tuple(claims), tuple(citations), (passage(),), (), "embedded", "m", 2.0, 0.5
    )


def citation(page: int | None, document: str = "a.pdf") -> Citation:
    return Citation(1, "c", document, 1, page, 0, 4, "text", True, 0)


LEAVE = Question("leave", "How many days?", ("15 days",), (Evidence("a.pdf", 2),))
COLOUR = Question("colour", "Which colour?", ("blue",), (Evidence("b.txt"),))
ABSENT = Question("absent", "What is the CEO's shoe size?", refuse=True, kind="near_miss")
WEATHER = Question("weather", "How is the weather?", refuse=True, kind="off_topic")
ALL = [LEAVE, COLOUR, ABSENT, WEATHER]


def base() -> ScriptedBase:
    claims = [Claim(0, 10, True, (1,)), Claim(11, 20, False, (), "contradicted", "unit")]
    return ScriptedBase(
        {
            LEAVE.question: [answer("You get fifteen days [1].", claims=claims, citations=[citation(2), citation(1)])],
            COLOUR.question: [
                answer(
                    "It is red.",
                    claims=[Claim(0, 10, False, (1,), "unchecked", "language")],
                    citations=[citation(None, "b.txt")],
                )
            ],
            ABSENT.question: [answer("It is 42.")],
            WEATHER.question: [answer("The documents do not say.", refused=True)],
        },
        {
            LEAVE.question: [passage(page=1), passage(page=1), passage(page=2, rank=3)],
            COLOUR.question: [passage("b.txt", None)],
            ABSENT.question: [passage()],
        },
    )


def lines(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "results.jsonl").read_text(encoding="utf-8").splitlines()]


# ---- question sets


def write_set(path: Path, *records: object) -> Path:
    texts = [record if isinstance(record, str) else json.dumps(record, ensure_ascii=False) for record in records]
    path.write_text("\n".join(texts), encoding="utf-8")
    return path


def test_a_question_set_is_read_with_all_that_it_says(tmp_path: Path) -> None:
    path = write_set(
        tmp_path / "q.jsonl",
        {
            "id": 7,
            "question": "年假几天？",
            "answers": ["15天"],
            "evidence": [{"doc": "a.pdf", "page": 2, "text": "t"}],
        },
        "",
        {
            "id": "b",
            "question": "Who?",
            "answers": [],
            "lang": "en",
            "meta": {"expected": "REFUSE", "kind": "near_miss"},
        },
        {
            "id": "c",
            "question": "Which?",
            "answers": ["x"],
            "meta": {"scope": "hr/*", "answer_groups": [["x"], [], ["y", "z"]]},
        },
        {
            "id": "d",
            "question": "Which?",
            "answers": ["x"],
            "meta": {"scope_doc": "a[1].txt", "context_docs": ["b.txt"]},
        },
        {"id": "e", "question": "PARSE", "answers": []},
    )
    first, refused, scoped, literal, bare = load_questions(path)
    assert (first.id, first.language, first.evidence) == ("7", "zh", (Evidence("a.pdf", 2, "t"),))
    assert (refused.refuse, refused.answerable, refused.kind) == (True, False, "near_miss")
    assert (scoped.scope, scoped.answer_groups) == (("hr/*",), (("x",), ("y", "z")))
    assert literal.scope == ("a[[]1].txt", "b.txt")  # a path is no pattern
    assert not bare.refuse
    assert not bare.answerable


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ("{", "not valid JSON"),
        ("[]", "a JSON object"),
        ({"id": "x", "answers": []}, "missing question"),
        ({"question": "x"}, "missing id, answers"),
        ({"id": "x", "question": " ", "answers": []}, None),
        ({"id": "x", "question": 3, "answers": []}, "question must"),
        ({"id": True, "question": "x", "answers": []}, "id must"),
        ({"id": "x", "question": "x", "answers": "y"}, "answers must"),
        ({"id": "x", "question": "x", "answers": [1]}, "answers must"),
        ({"id": "x", "question": "x", "answers": [], "evidence": [{"page": 1}]}, "needs doc"),
        ({"id": "x", "question": "x", "answers": [], "evidence": [{"doc": "a", "page": 0}]}, "whole number from 1"),
        ({"id": "x", "question": "x", "answers": [], "lang": "fr"}, "zh or en"),
        ({"id": "x", "question": "x", "answers": [], "meta": []}, None),
        ({"id": "x", "question": "x", "answers": [], "meta": "m"}, "meta must"),
        ({"id": "x", "question": "x", "answers": [], "meta": {"scope": 3}}, "scope"),
        ('{"id": "x", "question": "\\ud800", "answers": []}', "surrogate"),
        ({"id": "a", "question": "again", "answers": []}, "used in line 1"),
    ],
)
def test_a_malformed_line_is_named_with_its_file_and_number(tmp_path: Path, record: object, reason: str | None) -> None:
    path = write_set(tmp_path / "q.jsonl", {"id": "a", "question": "x", "answers": []}, "", record)
    if reason is None:
        assert len(load_questions(path)) == 2
        return
    with pytest.raises(QuestionSetError, match=f"q.jsonl, line 3: .*{reason}"):
        load_questions(path)


def test_a_missing_and_an_empty_question_set_are_errors(tmp_path: Path) -> None:
    with pytest.raises(QuestionSetError, match="no question set"):
        load_questions(tmp_path / "absent.jsonl")
    with pytest.raises(QuestionSetError, match="holds no questions"):
        load_questions(write_set(tmp_path / "q.jsonl", "", " "))


# ---- figures


def test_the_figures_equal_those_computed_by_hand(tmp_path: Path) -> None:
    figures = summarise(evaluate(base(), ALL, EvalOptions(), tmp_path))
    assert (figures["questions"], figures["failed"], figures["complete"]) == (4, 0, True)
    retrieval = figures["retrieval"]
    assert [retrieval[name] for name in ("hit@1", "hit@5", "hit@10", "mrr@10")] == [0.5, 1.0, 1.0, 0.75]
    assert retrieval["ndcg@10"] == pytest.approx((1 / 1.584962500721156 + 1) / 2)
    assert retrieval["below_floor_unanswerable"] == 0.5
    assert retrieval["of"]["questions"] == 2
    answers = figures["answers"]
    assert (answers["right"], answers["of"]["right"]) == (0.5, 2)
    assert (answers["refused_answerable"], answers["refused_unanswerable"]) == (0.0, 0.5)
    assert answers["refused_by_kind"] == {"near_miss": 0.0, "off_topic": 1.0}
    assert (answers["empty"], answers["think_leaks"], answers["language_right"]) == (0.0, 0.0, 1.0)
    assert figures["claims"] == {
        "supported": 1 / 3, "confirmed": 1 / 3, "contradicted": 1 / 3, "unchecked": 1 / 3, "cited": 2 / 3,
        "of": {"claims": 3},
    }  # fmt: skip
    assert figures["citations"] == {"on_gold": 2 / 3, "of": {"citations": 3}}
    assert figures["seconds"]["total"] == {"p50": 2.0, "p95": 2.0}
    assert {"commit", "engine", "model_digest", "settings_hash", "seed"} <= figures["run"].keys()
    assert "pass@1" not in answers
    json.dumps(figures, allow_nan=False)


def test_page_slack_counts_for_retrieval_and_citations(tmp_path: Path) -> None:
    kb = base()
    kb.found[LEAVE.question] = [passage(page=3)]
    kb.answers[LEAVE.question] = [answer("15 days", citations=[citation(3)])]
    strict = summarise(evaluate(kb, [LEAVE], EvalOptions(), tmp_path / "0"))
    slack = summarise(evaluate(kb, [LEAVE], EvalOptions(page_slack=1), tmp_path / "1"))
    assert (strict["retrieval"]["hit@1"], strict["citations"]["on_gold"]) == (0.0, 0.0)
    assert (slack["retrieval"]["hit@1"], slack["citations"]["on_gold"]) == (1.0, 1.0)


def test_a_refused_answer_is_never_right(tmp_path: Path) -> None:
    kb = base()
    kb.answers[LEAVE.question] = [answer("I cannot tell whether it is 15 days.", refused=True)]
    figures = summarise(evaluate(kb, [LEAVE], EvalOptions(), tmp_path))
    assert (figures["answers"]["right"], figures["answers"]["f1"]) == (0.0, 0.0)
    assert figures["answers"]["refused_answerable"] == 1.0
    assert figures["claims"]["supported"] is None


def test_leaks_empty_answers_and_the_wrong_language_are_counted(tmp_path: Path) -> None:
    kb = base()
    kb.answers[LEAVE.question] = [answer("</THINK> fifteen days")]
    kb.answers[COLOUR.question] = [answer("[1]")]
    kb.answers[ABSENT.question] = [answer("文档中没有提到这一点。", refused=True)]
    answers = summarise(evaluate(kb, ALL[:3], EvalOptions(), tmp_path))["answers"]
    assert answers["think_leaks"] == pytest.approx(1 / 3)
    assert answers["empty"] == pytest.approx(1 / 3)
    assert answers["language_right"] == pytest.approx(2 / 3)


def test_retrieval_only_does_not_touch_the_model(tmp_path: Path) -> None:
    kb = base()
    kb.model = None  # type: ignore[assignment]
    figures = summarise(evaluate(kb, ALL, EvalOptions(retrieval_only=True), tmp_path))
    assert kb.asked == []
    assert figures["retrieval"]["hit@10"] == 1.0
    assert figures["answers"]["right"] is None
    assert figures["run"]["engine"] is None


def test_samples_give_pass_at_1_and_the_vote_of_the_majority(tmp_path: Path) -> None:
    kb = base()
    kb.answers[LEAVE.question] = [answer("10 days"), answer("You get 15 days."), answer("You get fifteen days [1].")]
    options = EvalOptions(samples=3, seed=5)
    figures = summarise(evaluate(kb, [LEAVE], options, tmp_path))
    assert figures["answers"]["pass@1"] == pytest.approx(2 / 3)
    assert figures["answers"]["cons@3"] == 1.0
    assert [options.seed for _, options in kb.asked] == [5, 6, 7]
    assert {options.temperature for _, options in kb.asked} == {0.6}
    assert len(kb.searched) == 1
    assert figures["questions"] == 1


def test_a_questions_own_scope_goes_before_the_runs(tmp_path: Path) -> None:
    kb = base()
    own = Question("own", LEAVE.question, ("15 days",), scope=("hr/*",))
    evaluate(kb, [own, COLOUR], EvalOptions(scope=Scope(paths=("a*",))), tmp_path)
    assert [options.scope for _, options in kb.asked] == [Scope(paths=("hr/*",)), Scope(paths=("a*",))]
    assert [call["scope"] for call in kb.searched] == [Scope(paths=("hr/*",)), Scope(paths=("a*",))]


# ---- runs


def test_every_figure_can_be_computed_again_from_the_results(tmp_path: Path) -> None:
    first = evaluate(base(), ALL, EvalOptions(), tmp_path)
    header, *results = lines(tmp_path)
    assert header == {"schema": 1, "run": first.run}
    assert [(r["question"]["id"], r["sample"]) for r in results] == [(q.id, 0) for q in ALL]
    for result in results:
        result["scores"] = {}
    texts = [json.dumps(line) for line in (header, *results)]
    (tmp_path / "results.jsonl").write_text("\n".join(texts) + "\n", encoding="utf-8")
    kb = base()
    again = evaluate(kb, ALL, EvalOptions(), tmp_path)
    assert again == first
    assert kb.asked == []


def be_killed(out: str) -> None:
    """What the killed process does."""
    kb = base()
    kb.answers[ABSENT.question] = [None]
    evaluate(kb, ALL, EvalOptions(), Path(out))


def test_a_killed_run_goes_on_where_it_stopped_and_ends_alike(tmp_path: Path) -> None:
    # Not a fork: this process has threads by now, and one of them may hold a lock that the child would wait for.
    script = "import sys; from tests.kb.evaluation.test_evaluation import be_killed; be_killed(sys.argv[1])"
    child = subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT)
    assert child.returncode == -signal.SIGKILL
    assert len(lines(tmp_path)) == 3
    kb = base()
    resumed = evaluate(kb, ALL, EvalOptions(), tmp_path)
    assert [question for question, _ in kb.asked] == [ABSENT.question, WEATHER.question]
    assert summarise(resumed) == summarise(evaluate(base(), ALL, EvalOptions(), tmp_path / "whole"))


@pytest.mark.parametrize("cut", [1, 40, 300])
def test_a_torn_last_line_is_dropped_and_its_question_put_again(tmp_path: Path, cut: int) -> None:
    whole = evaluate(base(), ALL, EvalOptions(), tmp_path)
    path = tmp_path / "results.jsonl"
    path.write_bytes(path.read_bytes()[:-cut])
    kb = base()
    assert evaluate(kb, ALL, EvalOptions(), tmp_path) == whole
    assert [question for question, _ in kb.asked] == [WEATHER.question]
    assert len(lines(tmp_path)) == 5


def test_a_torn_header_begins_anew(tmp_path: Path) -> None:
    (tmp_path / "results.jsonl").write_bytes(b'{"schema": 1, "ru')
    evaluate(base(), [LEAVE], EvalOptions(), tmp_path)
    assert len(lines(tmp_path)) == 2


def test_a_file_that_is_not_ours_or_damaged_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    for content in (b"my notes", b"my notes\n", b'{"a": 1}\n{"b": 2}\n', b'{"schema": 9, "run": {}}\n'):
        path.write_bytes(content)
        with pytest.raises(UsageError, match="--fresh"):
            evaluate(base(), [LEAVE], EvalOptions(), tmp_path)
        assert path.read_bytes() == content
    path.unlink()
    evaluate(base(), ALL, EvalOptions(), tmp_path)
    header, first, *rest = path.read_bytes().splitlines()
    path.write_bytes(b"\n".join([header, first[:20], *rest, b""]))
    with pytest.raises(UsageError, match="line 2 is damaged"):
        evaluate(base(), ALL, EvalOptions(), tmp_path)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"options": EvalOptions(seed=1)}, "seed"),
        ({"options": EvalOptions(page_slack=1)}, "page_slack"),
        ({"options": EvalOptions(model="other")}, "model"),
        ({"questions": ALL[1:]}, "questions_hash"),
        ({"sha256": "2"}, "documents_hash"),
    ],
)
def test_results_of_another_run_are_refused_and_named(tmp_path: Path, change: dict[str, Any], name: str) -> None:
    evaluate(base(), ALL, EvalOptions(), tmp_path)
    before = (tmp_path / "results.jsonl").read_bytes()
    kb = base()
    kb.sha256 = change.get("sha256", kb.sha256)
    with pytest.raises(UsageError, match=rf"another run \(.*{name}.*--out.*--fresh"):
        evaluate(kb, change.get("questions", ALL), change.get("options", EvalOptions()), tmp_path)
    assert (tmp_path / "results.jsonl").read_bytes() == before


def test_documents_ingested_again_unchanged_leave_the_run_the_same(tmp_path: Path) -> None:
    evaluate(base(), ALL, EvalOptions(), tmp_path)
    kb = base()
    kb.status = "unchanged"
    evaluate(kb, ALL, EvalOptions(), tmp_path)
    assert kb.asked == []


def test_fresh_replaces_the_results_of_another_run(tmp_path: Path) -> None:
    evaluate(base(), ALL, EvalOptions(), tmp_path)
    evaluate(base(), [LEAVE], EvalOptions(fresh=True), tmp_path)
    assert [line["question"]["id"] for line in lines(tmp_path)[1:]] == ["leave"]


def test_a_question_that_fails_is_recorded_and_put_again_by_the_next_run(tmp_path: Path) -> None:
    kb = base()
    kb.answers[LEAVE.question] = [ModelError("the server died")]
    report = evaluate(kb, ALL, EvalOptions(), tmp_path)
    figures = summarise(report)
    assert (figures["failed"], figures["questions"], figures["complete"]) == (1, 4, True)
    assert report.outcomes[0].error == "ModelError: the server died"
    assert (figures["answers"]["right"], figures["answers"]["of"]["right"]) == (0.0, 2)
    assert figures["retrieval"]["hit@10"] == 1.0
    again = summarise(evaluate(base(), ALL, EvalOptions(), tmp_path))
    assert (again["failed"], again["answers"]["right"]) == (0, 0.5)
    assert summarise(evaluate(base(), ALL, EvalOptions(), tmp_path)) == again


def test_an_error_of_the_home_ends_the_run(tmp_path: Path) -> None:
    kb = base()
    kb.answers[LEAVE.question] = [StorageFull("the disk is full")]
    with pytest.raises(StorageFull):
        evaluate(kb, ALL, EvalOptions(), tmp_path)


def test_stop_ends_the_run_after_the_current_question_and_a_second_run_completes_it(tmp_path: Path) -> None:
    stop = threading.Event()
    seen: list[EvalProgress] = []

    def progress(now: EvalProgress) -> None:
        seen.append(now)
        if now.done == 2:
            stop.set()

    stopped = evaluate(base(), ALL, EvalOptions(), tmp_path, progress, stop)
    assert [(now.done, now.total) for now in seen] == [(1, 4), (2, 4)]
    assert not stopped.complete
    assert summarise(stopped)["questions"] == 2
    assert (tmp_path / "report.html").exists()
    finished = evaluate(base(), ALL, EvalOptions(), tmp_path)
    assert finished.complete
    assert summarise(finished)["questions"] == 4


def test_limit_takes_the_first_questions(tmp_path: Path) -> None:
    assert summarise(evaluate(base(), ALL, EvalOptions(limit=1), tmp_path))["questions"] == 1


@pytest.mark.parametrize(
    "options",
    [
        EvalOptions(samples=0),
        EvalOptions(limit=0),
        EvalOptions(page_slack=-1),
        EvalOptions(samples=2, retrieval_only=True),
    ],
)
def test_options_that_make_no_sense_are_refused(tmp_path: Path, options: EvalOptions) -> None:
    with pytest.raises(UsageError):
        evaluate(base(), ALL, options, tmp_path)
    with pytest.raises(UsageError, match="no questions"):
        evaluate(base(), [], EvalOptions(), tmp_path)
    with pytest.raises(UsageError, match=r"matches no document: path zzz\*, b/\*"):
        evaluate(base(), ALL, EvalOptions(scope=Scope(paths=("zzz*", "b/*"))), tmp_path)
    assert [*tmp_path.iterdir()] == []
