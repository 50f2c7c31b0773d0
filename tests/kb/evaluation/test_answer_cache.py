"""The answer cache: what was asked before under the same conditions is not asked again; several questions at once."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from kb.config import RetrievalSettings, Settings
from kb.errors import ModelError, StorageFull, UsageError
from kb.evaluation import answer_cache
from kb.evaluation.evaluation import EvalOptions, evaluate, summarise
from kb.schema import Answer, AskOptions, Principal
from tests.kb.evaluation.test_evaluation import ALL, COLOUR, LEAVE, ScriptedBase, ScriptedModel, base


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    evaluate(base(), ALL, EvalOptions(), tmp_path / "first", cache=tmp_path / "answers")
    return tmp_path / "answers"


def asked(tmp_path: Path, cache: Path, kb: ScriptedBase | None = None, **options: Any) -> list[str]:
    """The questions that another run puts to the model."""
    kb = kb or base()
    evaluate(kb, ALL, EvalOptions(fresh=True, **options), tmp_path / "again", cache=cache)
    return [question for question, _ in kb.asked]


def test_a_run_over_the_same_questions_costs_nothing_and_comes_to_the_same(tmp_path: Path, cache: Path) -> None:
    kb = base()
    report = evaluate(kb, ALL, EvalOptions(), tmp_path / "again", cache=cache)
    assert (kb.asked, kb.searched) == ([], [])
    figures, first = summarise(report), summarise(evaluate(base(), ALL, EvalOptions(), tmp_path / "first"))
    assert (figures.pop("cached"), first.pop("cached")) == (4, 0)
    assert figures == first
    assert {file.stat().st_mode & 0o077 for file in (cache, *cache.iterdir())} == {0}


def test_a_draw_of_questions_that_were_put_costs_nothing(tmp_path: Path, cache: Path) -> None:
    assert asked(tmp_path, cache, sample=2, seed=0) == []
    assert asked(tmp_path, cache, page_slack=1) == []  # the score is computed anew


@pytest.mark.parametrize(
    "changed",
    [
        lambda kb, _: setattr(kb, "sha256", "2"),
        lambda kb, _: setattr(kb, "settings", Settings(retrieval=RetrievalSettings(passages=2))),
        lambda kb, _: setattr(kb, "model", ScriptedModel(name="another")),
        lambda kb, _: setattr(ScriptedModel, "digest", lambda self: "other weights"),
        lambda _, patch: patch.setattr(answer_cache, "_code", lambda: "another version"),
        lambda _, options: options.update(seed=1),
        lambda _, options: options.update(think_budget=0),
        lambda _, options: options.update(temperature=0.1),
    ],
    ids=["documents", "settings", "model", "weights", "code", "seed", "budget", "temperature"],
)
def test_whatever_decides_an_answer_has_it_asked_again(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, changed: Callable[[Any, Any], None]
) -> None:
    kb, options = base(), Options(monkeypatch)
    monkeypatch.setattr(ScriptedModel, "digest", ScriptedModel.digest)  # put back afterwards
    changed(kb, options)
    assert asked(tmp_path, cache, kb, **options.values) == [question.question for question in ALL]


@dataclass
class Options:
    """What a changed condition may change beside the knowledge base."""

    monkeypatch: pytest.MonkeyPatch
    values: dict[str, Any] = field(default_factory=dict)

    def update(self, **values: Any) -> None:
        self.values |= values

    def setattr(self, *arguments: Any) -> None:
        self.monkeypatch.setattr(*arguments)


def test_the_code_of_the_product_is_a_condition(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    known = answer_cache._code.__wrapped__()
    package = tmp_path / "kb" / "evaluation"
    package.mkdir(parents=True)
    monkeypatch.setattr(answer_cache, "__file__", str(package / "answer_cache.py"))
    (package / "answer_cache.py").write_text("one = 1\n")
    first = answer_cache._code.__wrapped__()
    (tmp_path / "kb" / "other.py").write_text("two = 2\n")
    second = answer_cache._code.__wrapped__()
    (tmp_path / "kb" / "learned.json").write_text("[3]")
    assert len({known, first, second, answer_cache._code.__wrapped__()}) == 4


def test_what_failed_is_asked_again_and_what_is_damaged_is_no_answer(tmp_path: Path) -> None:
    kb, cache = base(), tmp_path / "answers"
    kb.answers[LEAVE.question] = [ModelError("it died")]
    evaluate(kb, [LEAVE, COLOUR], EvalOptions(), tmp_path / "first", cache=cache)
    (file,) = cache.iterdir()
    assert asked(tmp_path, cache) == [q.question for q in ALL if q != COLOUR]
    file.write_bytes(b'{"torn')
    assert asked(tmp_path, cache) == [COLOUR.question]


def test_the_cache_keeps_the_newest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer_cache, "KEPT", 2)
    evaluate(base(), ALL, EvalOptions(), tmp_path / "first", cache=tmp_path / "answers")
    assert len([*(tmp_path / "answers").iterdir()]) == 2


# ---- several at once


@dataclass
class Meeting(ScriptedBase):
    """Answers only while a second question is being answered, too."""

    both: threading.Barrier = field(default_factory=lambda: threading.Barrier(2))

    def answer(self, question: str, asker: Principal, options: AskOptions) -> Answer:
        self.both.wait(20)
        return super().answer(question, asker, options)


def test_several_questions_are_put_at_once_where_the_engine_answers_several(tmp_path: Path) -> None:
    kb = Meeting(base().answers, base().found, model=ScriptedModel(engine="ollama"))
    report = evaluate(kb, ALL, EvalOptions(parallel=2), tmp_path / "two")
    assert [(o.question.id, o.error) for o in report.outcomes] == [(q.id, "") for q in ALL]
    alone = evaluate(base(), ALL, EvalOptions(parallel=2), tmp_path / "one")  # the embedded engine: one at a time
    assert [o.scores for o in alone.outcomes] == [o.scores for o in report.outcomes]


def test_a_stop_lets_what_is_under_way_end_and_a_full_disk_ends_the_run(tmp_path: Path) -> None:
    stop = threading.Event()
    kb = Meeting(base().answers, base().found, model=ScriptedModel(engine="ollama"))
    report = evaluate(kb, ALL, EvalOptions(parallel=2), tmp_path / "a", lambda _: stop.set(), stop)
    assert {o.question.id for o in report.outcomes} == {"leave", "colour"}
    full = ScriptedBase(base().answers, model=ScriptedModel(engine="ollama"))
    full.answers[LEAVE.question] = [StorageFull("the disk is full")]
    with pytest.raises(StorageFull):
        evaluate(full, ALL, EvalOptions(parallel=2), tmp_path / "b")
    with pytest.raises(UsageError, match="--parallel must be at least 1"):
        evaluate(base(), ALL, EvalOptions(parallel=0), tmp_path / "c")
