"""Measures of wording, counted by hand."""

import time
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from kb.confidence.wording import measures


def alike(_: str, texts: Sequence[str]) -> NDArray[np.float32]:
    return np.full(len(texts), 0.75, np.float32)


def test_a_claim_that_takes_over_its_place_is_worded_alike() -> None:
    found = measures("Who signs?", "The head signs.", "The head signs.", frozenset(), alike)
    assert found["runs"] == found["word runs"] == found["new covered"] == found["quote used"] == 1
    assert found["own words"] == found["new missing"] == 0
    assert found["words"] == 3
    assert found["question like quote"] == 0.75


def test_runs_are_counted_in_letters_and_words_and_both_in_order() -> None:
    quote = "Bicycles are left in the yard, and motorcycles at the gate."
    found = measures("Where do cars go?", "Cars are left in the street.", quote, frozenset(), alike)
    # "sareleftinthe" of the 22 letters of "carsareleftinthestreet": of "bicycles", too, the last is an "s"
    assert found["runs"] == pytest.approx(13 / 22)
    assert found["word runs"] == pytest.approx(4 / 6)  # "are left in the"
    assert found["own words"] == 2  # "cars" and "street"
    # Of the stems that the question has not, "left" is there and "street" is not.
    assert (found["new covered"], found["new missing"]) == (0.5, 1.0)


def test_chinese_is_counted_by_characters() -> None:
    found = measures("几点开门？", "九点开门。", "每天九点开门，五点关门。", frozenset(), alike)
    assert (found["words"], found["own words"], found["word runs"]) == (4, 0, 1)
    assert found["sentences"] == 1


def test_what_heads_a_place_speaks_of_what_was_asked() -> None:
    question, claim, quote = "How long is the warranty of Alder?", "Three years.", "Three years."
    bare = measures(question, claim, quote, frozenset(), alike)
    headed = measures(question, claim, quote, frozenset({"alder", "warranti"}), alike)
    assert bare["asked in place"] == 0
    assert headed["asked in place"] > bare["asked in place"]
    assert headed["asked in claim"] == 0


def test_numbers_and_sentences_are_counted() -> None:
    found = measures("When?", "On 3 May and 4 June.", "It opens on 3 May. It closes on 4 June.", frozenset(), alike)
    assert (found["numbers"], found["sentences"]) == (2, 2)


@pytest.mark.parametrize("text", ["", "…", "？"])
def test_nothing_is_divided_by_what_is_not_there(text: str) -> None:
    assert set(measures(text, text, text, frozenset(), alike).values()) <= {0.0, 0.75, 1.0}


def test_what_repeats_itself_endlessly_is_measured_at_once() -> None:
    began = time.monotonic()
    found = measures("Why?", "| a | " * 800, "| a | b " * 800, frozenset(), alike)
    assert found["runs"] == 0
    assert time.monotonic() - began < 5  # it took minutes
