"""The probes that the product ships, and how probes are read."""

import json
import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import kb.confidence.probes as of_probes
from benchmarks import judging
from benchmarks.request_cases import ORGANISATIONS, SETS
from kb.checking.sources import bare
from kb.confidence.probes import Probe, shipped
from kb.evaluation.questions import load_questions
from kb.language.language import language_of
from kb.models import weights
from kb.models.llamacpp_engine import _TOP_TOKENS
from kb.schema import Floors, Language

FLOORS = Floors(0.4, 0.5)


def test_log_probabilities_by_their_weights_are_added_to_the_log_odds() -> None:
    probe = Probe(0.5, [3, 7], [2.0, -1.0], FLOORS)
    assert probe.probability({3: -1.0, 7: -4.0, 9: -0.1}) == pytest.approx(1 / (1 + math.exp(-2.5)))


def test_a_token_that_is_not_listed_counts_as_the_least_probable_one() -> None:
    probe = Probe(0.0, [3, 7], [1.0, 1.0], FLOORS)
    assert probe.probability({3: -1.0, 9: -6.0}) == probe.probability({3: -1.0, 7: -6.0})


def test_without_any_token_nothing_can_be_told() -> None:
    with pytest.raises(ValueError, match="log probabilities"):
        Probe(0.0, [], [], FLOORS).probability({})


def test_a_probability_is_never_out_of_range() -> None:
    far = [Probe(start, [], [], FLOORS).probability({1: -1.0}) for start in (-1e4, 1e4)]
    assert far == [0.0, 1.0]


def test_what_is_shipped_is_of_the_model_that_is_shipped() -> None:
    assert list(shipped()) == [weights.WEIGHTS[judging.MODEL].sha256]
    assert [*shipped()[weights.WEIGHTS[judging.MODEL].sha256]] == [*judging.FLOORS]
    assert Path(of_probes.__file__).with_name("probes.json") == judging.SHIPPED


@pytest.mark.parametrize(("language", "floors"), [("en", Floors(0.33, 0.45)), ("zh", Floors(0.4, 0.45))])
def test_what_is_shipped_was_fitted_to_the_table(language: Language, floors: Floors) -> None:
    """Written by `python -m benchmarks judging --write`; another release of the library may differ a little."""
    rows = [row for row in judging.load() if row.language == language]
    fitted, kept = judging.fit(rows), shipped()[weights.WEIGHTS[judging.MODEL].sha256][language]
    assert list(kept.tokens) == list(fitted.tokens)
    again = [[probe.probability(row.first) for row in rows] for probe in (fitted, kept)]
    assert again[0] == pytest.approx(again[1], abs=0.02)
    assert kept.floors == judging.FLOORS[language] == floors


def test_the_table_is_of_the_model_the_prompt_and_the_tokens_of_today() -> None:
    """Else the probe reads what it was not fitted to: `python -m benchmarks judging --measure --write`."""
    assert judging._kept_asked() == judging.asked()
    assert {len(row.first) for row in judging.load()} == {_TOP_TOKENS}


def test_probes_are_told_apart_by_what_they_weigh() -> None:
    one = Probe(0.5, [3], [2.0], FLOORS)
    assert one.digest == Probe(0.5, [3], [2.0], Floors(0.1, 0.2)).digest
    assert len({one.digest, Probe(0.5, [3], [2.5], FLOORS).digest, Probe(0.6, [3], [2.0], FLOORS).digest}) == 3


def test_a_fitted_probe_tells_what_its_rows_hold() -> None:
    draw = np.random.default_rng(0)
    rows = [
        judging.Row(str(at), "drawn", "zh", held, 0.5, {1: -1.0 - held, 2: float(-draw.random()), 3: -5.0})
        for at, held in enumerate([True, False] * 20)
    ]
    probe = judging.fit(rows)
    assert list(probe.tokens) == [1, 2, 3]
    told = {held: [probe.probability(row.first) for row in rows if row.held is held] for held in (True, False)}
    assert min(told[True]) > max(told[False])


def test_the_table_is_read_as_it_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "TABLE", tmp_path / "table.npz")
    rows = [
        judging.Row("a", "one", "en", True, 0.75, {4: -0.25, 9: -3.5}),
        judging.Row("b", "two", "zh", False, 0.5, {4: -0.001, 7: -12.34}),
    ]
    judging.save(rows)
    assert [row.first for row in judging.load()] == [{4: -0.25, 9: -3.5}, {4: -0.01, 7: -12.34}]
    assert json.dumps([[row.id, row.set, row.language, row.held, row.yes] for row in judging.load()]) == json.dumps(
        [["a", "one", "en", True, 0.75], ["b", "two", "zh", False, 0.5]]
    )


def test_the_sections_of_a_question_differ() -> None:
    items = [json.loads(line) for line in judging.SECTIONS.read_text(encoding="utf-8").splitlines()]
    assert len({item["id"] for item in items}) == len(items)
    assert Counter(language_of(item["question"]) for item in items) == {"en": 90, "zh": 180}
    assert all(len({item["yes"], item["no"], item["beside"]}) == 3 for item in items)
    assert sum(row.set == "sections" for row in judging.load()) == 3 * len(items)


@pytest.mark.parametrize("name", ORGANISATIONS)
def test_the_questions_about_an_organisation_are_answered_in_documents_that_are_there(name: str) -> None:
    documents, cases = SETS[name]
    questions = load_questions(cases.with_name("questions.jsonl"))
    assert len({question.id for question in questions}) == len(questions) == 43
    assert sum(question.refuse for question in questions) == 20
    for question in questions:
        assert bool(question.evidence) == question.answerable != question.refuse
        for gold in question.evidence:
            said = bare((documents / gold.doc).read_text(encoding="utf-8"))
            assert any(bare(part) in said for part in gold.text.split("|"))
