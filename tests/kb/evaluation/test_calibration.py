"""Calibration: floors from labelled questions, by hand; interrupted, resumed, kept with the home."""

import json
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

from kb.errors import ModelError, UsageError
from kb.evaluation.calibration import FILE, auroc, calibrate, calibrated, form
from kb.evaluation.questions import Question
from kb.models import shipped_adapters, weights
from kb.schema import EVERYTHING, Floors, Language, Principal, Scope
from tests.fakes import ScriptedModel
from tests.knowledge import OWNER

HELD = [Question(f"y{n}", f"What is {n}?", ("x",)) for n in range(20)]
NOT_HELD = [Question(f"n{n}", f"Who is {n}?", refuse=True) for n in range(20)]


class Base:
    """Judges `What is N?` by .5 + N/50, `Who is N?` by N/50."""

    def __init__(self) -> None:
        self.model = ScriptedModel()
        self.kept: dict[Language, Floors] = {}
        self.asked: list[str] = []
        self.stop: threading.Event | None = None

    def judge(self, question: str, asker: Principal, scope: Scope = EVERYTHING) -> float | None:
        self.asked.append(question)
        if self.stop and len(self.asked) == 5:
            self.stop.set()
        number = int(question.split()[-1].rstrip("?"))
        return (0.5 if question.startswith("What") else 0.0) + number / 50

    def keep_floors(self, floors: Mapping[Language, Floors]) -> None:
        self.kept |= floors


def test_the_refusing_floor_separates_best_and_the_other_leaves_a_tenth_between() -> None:
    held, not_held = [0.5 + n / 50 for n in range(20)], [n / 50 for n in range(20)]
    assert calibrated(held, not_held) == Floors(0.44, 0.44)  # all apart: midway between .38 and .5
    assert calibrated([*held, 0.1], [*not_held, 0.1]).refuse == 0.09  # 1 of 21 lost would be too many


def test_at_most_three_in_a_hundred_of_the_answerable_are_lost_and_ten_doubted() -> None:
    held = [n / 100 for n in range(100)]
    floors = calibrated(held, [0.5] * 10)
    assert sum(p < floors.refuse for p in held) <= 3
    assert sum(p < floors.answer for p in held) <= 13
    low = calibrated(held, [0.06] * 10)
    assert (low.refuse, low.answer) == (0.0, 0.065)


def test_the_area_by_hand() -> None:
    assert auroc([0.9, 0.5], [0.5, 0.1]) == pytest.approx((1 + 1 + 0.5 + 1) / 4)


def test_what_is_measured_is_kept_with_the_home(tmp_path: Path) -> None:
    base = Base()
    found = calibrate(base, [*HELD, *NOT_HELD, Question("r", "Only searched?")], OWNER, tmp_path)
    assert found is not None
    assert form(found) == {"language": {"en": {"floor_refuse": 0.44, "floor_answer": 0.44, "auc": 1.0, "n": 40}}}
    assert base.kept == {"en": Floors(0.44, 0.44)}
    assert len(base.asked) == 40


def test_it_goes_on_where_it_was_stopped_and_keeps_nothing_until_it_is_done(tmp_path: Path) -> None:
    base = Base()
    base.stop = threading.Event()
    assert calibrate(base, [*HELD, *NOT_HELD], OWNER, tmp_path, stop=base.stop) is None
    assert base.kept == {}
    base.stop = None
    seen: list[tuple[int, int]] = []
    calibrate(base, [*HELD, *NOT_HELD], OWNER, tmp_path, progress=lambda done, total: seen.append((done, total)))
    assert len(base.asked) == 40
    assert seen[0] == (5, 40)
    assert seen[-1] == (40, 40)
    assert base.kept


def test_judgements_of_other_questions_or_another_model_are_not_mixed(tmp_path: Path) -> None:
    base = Base()
    calibrate(base, [*HELD, *NOT_HELD], OWNER, tmp_path)
    base.model.weights = "1" * 64
    with pytest.raises(UsageError, match="model"):
        calibrate(base, [*HELD, *NOT_HELD], OWNER, tmp_path)
    assert calibrate(base, [*HELD, *NOT_HELD], OWNER, tmp_path, fresh=True)
    assert len((tmp_path / FILE).read_text().splitlines()) == 41


def test_judgements_of_one_judge_are_not_taken_for_those_by_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = Base()
    base.model.weights = weights.WEIGHTS[shipped_adapters.MODEL].sha256
    calibrate(base, [*HELD, *NOT_HELD], OWNER, tmp_path)
    monkeypatch.setattr(shipped_adapters, "judge_digest", lambda: "another")
    with pytest.raises(UsageError, match="model"):
        calibrate(base, [*HELD, *NOT_HELD], OWNER, tmp_path)
    calibrate(base, [*HELD, *NOT_HELD], OWNER, tmp_path, fresh=True)
    calibrate(base, [*HELD, *NOT_HELD], OWNER, tmp_path)


def test_too_few_questions_are_said_before_the_first_is_judged(tmp_path: Path) -> None:
    base = Base()
    with pytest.raises(UsageError, match="at least 10 questions"):
        calibrate(base, [*HELD, *NOT_HELD[:9]], OWNER, tmp_path)
    assert base.asked == []


def test_a_model_without_probabilities_cannot_be_calibrated(tmp_path: Path) -> None:
    class Silent(Base):
        def judge(self, *_: object, **__: object) -> float | None:
            return None

    with pytest.raises(ModelError, match="tells no probabilities"):
        calibrate(Silent(), [*HELD, *NOT_HELD], OWNER, tmp_path)


def test_questions_that_never_reach_the_model_do_not_count(tmp_path: Path) -> None:
    class Far(Base):
        def judge(self, question: str, asker: Principal, scope: Scope = EVERYTHING) -> float | None:
            found = super().judge(question, asker, scope)
            return None if question.startswith("Who") and found and found > 0.1 else found

    with pytest.raises(UsageError, match="passages near them"):
        calibrate(Far(), [*HELD, *NOT_HELD], OWNER, tmp_path)
    assert json.loads((tmp_path / FILE).read_text().splitlines()[-1])["answerable"] is None
