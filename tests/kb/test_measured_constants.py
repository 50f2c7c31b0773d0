"""Constants that decide stand as they were measured: whoever moves one runs the benchmark beside it again."""

import importlib

import pytest

from kb.answering.judgement import OF_A_SENTENCE
from kb.checking.alignment import OUTWEIGHED, SAME_MEANING
from kb.checking.disagreements import ALIKE
from kb.requests.kinds import FLOORS

MEASURED = {
    "python -m benchmarks ticks": {
        "kb.checking.alignment": {
            "SUPPORT": 0.5, "SUPPORT_NEAREST": 0.35, "SUPPORT_PUT_IN": 0.25, "SUPPORT_COSINE": 0.80,
            "SUPPORT_COSINE_OF_VALUE": 0.78, "CLOSE": 0.012, "BARE": 1.0, "LONG_CLAIM": 20,
            "KEEP_MARKER": 0.6, "WINDOW_ACROSS": 2, "BREVITY": 0.12, "REPEATED": 0.3,
        },
        "kb.checking.rival_values": {
            "SENTENCE": 0.5, "MARGIN": 0.5, "OWN_WORDS": 4.0, "MEANING_MARGIN": 0.03, "SHARED": 2,
        },
        "kb.checking.opposites": {"LIKENESS": 0.8, "GAIN": 2, "VERB_WITHIN": 2},
        "kb.checking.contradictions": {"SAME_QUESTION": 0.5},
        "kb.checking.frames": {"LEAST": 0.4, "ENOUGH": 0.5, "OF_YES": 0.8, "OUTDONE": 0.1, "SHORT": 4},
        "kb.checking.sources": {"WINDOW": 4, "LONG_WINDOW": 12, "SAME_FRAME": 0.75, "ANSWER": 3},
        "kb.checking.disagreements": {
            "SAME": 0.8, "ASKED": 0.6, "FURTHER": 0.025, "JUDGED": 3, "JUDGED_FURTHER": 0.08, "MOST_JUDGED": 8,
        },
        "kb.checking.fragments": {"LONGEST_PHRASE": 7, "SHORTEST_OF_TITLE": 4, "SHORTEST_QUOTATION": 5},
    },
    "python -m benchmarks confidence": {
        "kb.checking.alignment": {"SURE_BY_WORDING": 0.6},
        "kb.confidence.wording": {"RUN": 3},
    },
    "python -m benchmarks verifying": {
        "kb.checking.alignment": {"SAID": 0.8, "TAKEN": 0.3},
        "kb.checking.disagreements": {"MAY_DISPUTE": 0.2, "DISPUTES": 0.3, "SAME_ANSWER": 0.5},
        "kb.confidence.verdicts": {"OF_ANSWER": 0.3},
    },
    "python -m benchmarks confirming": {
        "kb.checking.alignment": {"SURE": 0.7, "SURE_ACROSS": 0.8, "OUTWEIGHS": 0.8},
        "kb.checking.citations": {"UNSTATED": 0.05},
        "kb.confidence.verdicts": {"OF_WORDING": 0.6, "OF_CONFIRMER": 0.8, "OF_JUDGE": 0.3, "TYPICAL": 0.95},
    },
    "python -m benchmarks retrieval": {
        "kb.answering.retrieval": {
            "RERANKED": 50, "MAXSIM_WEIGHT": 0.8, "LANGUAGE_GAP": 0.02, "WORDS_UNSEEN": 0.8, "FEW_DOCUMENTS": 8,
            "COVERAGE": 0.4, "SECOND": 0.2, "OTHER_SHARE": 0.05, "PLAINLY": 0.07, "OFF_TOPIC": 0.02,
            "WORTH_READING": 0.75, "COMMON_PIECE": 0.1, "MORE_OF_SHORT": 2, "ROOM": 336,
        },
    },
    "python -m benchmarks curated": {
        "kb.review.same_question": {
            "NEAR": 0.86, "NEAR_ACROSS": 0.75, "NEAR_IN_OTHER_WORDS": 0.88, "MOST_SHARED": 0.3,
        },
        "kb.review.answer_judge": {"SURE_OF_SHIPPED": 0.82},
    },
    "python -m benchmarks recognition": {
        "kb.requests.kinds": {"FLOOR_SUPPOSED": 0.25},
        "kb.requests.understanding": {"COPIED": 0.8, "NAMELESS": 8.5},
    },
    "python -m benchmarks requests": {
        "kb.answering.product_help": {"NEAR": 0.90},
        "kb.answering.quotation": {"STATED": 0.7, "STATED_INSTEAD": 0.85, "READ": 4, "OF_WORDS": 0.15},
        "kb.answering.judgement": {"MAY_BE_FURTHER": 0.03},
        "kb.answering.retrieval": {"BESIDE": 8, "BESIDE_ACROSS": 2},
        "kb.checking.disagreements": {
            "OF_WORDS": 0.15, "NEAREST": 3, "NEAREST_ACROSS": 2, "MOST_VERIFIED": 12, "SHORTEST": 3,
        },
        "kb.requests.mentions": {"NEAR": 0.86},
        "kb.requests.listing": {"COVERED": 1 / 3, "COVERED_UNSURE": 0.6, "RIVAL": 0.05},
        "kb.requests.document_names": {
            "COVERED": 0.8, "COVERED_WITH_DATE": 0.3, "TELLING": 0.5, "TELLING_WITH_EDITION": 0.3, "CLOSE": 0.1,
        },
        "kb.requests.handling": {"NAMED": 0.4},
        "kb.requests.comparison": {"NAMED": 0.6, "MOST_QUOTED": 2},
        "kb.requests.side_by_side": {"ASPECT": 0.5, "FEWEST_POINTS": 2},
        "kb.requests.edition_changes": {"ALIKE": 0.45, "SHARED": 0.2, "FEWEST_SHARED": 3, "TITLE": 0.7},
        "kb.requests.row_conditions": {"MEANT": 0.7, "MEANT_TOO": 0.2, "TIMES_LIKELIER": 4.0},
        "kb.requests.summary": {"SUBJECT": 0.5},
        "kb.requests.referents": {"MOST_OTHER_WORDS": 2},
    },
}  # fmt: skip


def test_the_cosines_from_which_sentences_mean_the_same_stand_as_they_were_measured() -> None:
    assert dict(SAME_MEANING) == {"en": 0.92, "zh": 0.94}, "run `python -m benchmarks ticks`"
    assert dict(ALIKE) == {"en": 0.86, "zh": 0.925}, "run `python -m benchmarks requests --kind conflict`"


def test_what_the_confirmer_may_outweigh_stands_as_it_was_measured() -> None:
    doubted, against = {"words", "rival", "part", "asked", "relation", "language"}, {"number", "name", "negation"}
    assert {*OUTWEIGHED} == doubted | against | {"quantifier"}, "run `python -m benchmarks confirming`"


def test_the_floors_of_requests_stand_as_they_were_measured() -> None:
    measured = {"summary": 0.5, "comparison": 0.6, "list": 0.5, "documents": 0.6}
    assert dict(FLOORS) == measured, "run `python -m benchmarks recognition`"


def test_the_floors_of_single_sentences_stand_as_they_were_measured() -> None:
    measured = {"qwen2.5-coder-1.5b": {"en": 0.575, "zh": 0.88}}
    assert measured == OF_A_SENTENCE, "run `python -m benchmarks requests --kind conflict`"


@pytest.mark.parametrize("benchmark", MEASURED)
def test_a_constant_stands_as_it_was_measured(benchmark: str) -> None:
    for module, measured in MEASURED[benchmark].items():
        found = {name: getattr(importlib.import_module(module), name) for name in measured}
        assert found == pytest.approx(measured), f"run `{benchmark}`, then write the figures into the decision"
