"""Whether two questions ask the same: paraphrases do, near misses do not, in Chinese, English and across."""

import json
from pathlib import Path

import pytest

from kb.config import Settings
from kb.models.embedders import open_embedder
from kb.models.embedding import Embedder
from kb.review.same_question import asks_the_same, identical, same
from kb.review.vocabulary import CONCEPTS

PAIRS = Path(__file__).parents[3] / "benchmarks" / "curated"


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return open_embedder(Settings().embedding)


def pairs(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (PAIRS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def given(embedder: Embedder, known: str, asked: str) -> bool:
    cosine = float(embedder.embed_question(known).vector @ embedder.embed_question(asked).vector)
    return asks_the_same(known, asked, cosine)


def test_nine_of_ten_paraphrases_are_the_same_question(embedder: Embedder) -> None:
    for name, least in (("paraphrases", 0.9), ("paraphrases_held_out", 0.9), ("paraphrases_fresh", 0.75)):
        listed = pairs(name)
        missed = [pair for pair in listed if not given(embedder, pair["curated"], pair["asked"])]
        assert len(missed) <= (1 - least) * len(listed) + 1e-9, missed


def test_no_near_miss_is(embedder: Embedder) -> None:
    for name in ("near_misses", "near_misses_held_out", "near_misses_fresh", "near_misses_blind"):
        assert [pair for pair in pairs(name) if given(embedder, pair["curated"], pair["asked"])] == []


def test_no_question_is_taken_for_another_of_all_that_are_known() -> None:
    """Each is held against all curated questions at once, as in a home that has many. Some of those ask the same in
    the other language: what is alike to one of them is alike to both."""
    listed = pairs("paraphrases")
    known = {pair["curated"] for pair in listed}
    for pair in listed:
        taken = {each for each in known if same(each, pair["asked"])}
        assert all(same(each, pair["curated"]) for each in taken), pair


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What is refunded after 30 days?", "What is refunded after 60 days?"),
        ("What was the revenue in 2024?", "2023 年的收入是多少？"),
        ("Who leads project Falcon?", "Who leads project Heron?"),
        ("哪些费用可以报销？", "哪些费用不可以报销？"),
        ("Is smoking allowed?", "Is smoking not allowed?"),
        ("When does it open?", "Where does it open?"),
    ],
)
def test_numbers_years_names_denials_and_what_is_asked_must_agree(one: str, other: str) -> None:
    assert same(one, one)
    assert same(other, other)
    assert not same(one, other)
    assert not same(other, one)


def test_punctuation_and_case_make_no_other_question() -> None:
    assert identical("When does it open?", "when does it  open")
    assert identical("办公室几点开门？", "办公室几点开门")
    assert not identical("When does it open?", "When does it close?")


def test_every_line_of_the_vocabulary_has_both_languages() -> None:
    lines = [line for line in CONCEPTS.strip().splitlines() if not line.startswith(" ")]
    assert len(lines) > 250
    assert all(":" in line for line in lines)
