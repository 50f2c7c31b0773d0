"""How passages are ranked: what each part of a score weighs, and that each can be switched off."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kb.answering.retrieval import (
    COVERAGE,
    MAXSIM_WEIGHT,
    ROUTED,
    SECOND,
    Retriever,
    combined,
    evidence_gap,
    second_best,
    worth_reading,
)
from kb.config import RetrievalSettings
from kb.glossary.glossary import Glossary
from kb.models.maxsim import Vectors
from kb.schema import Principal
from kb.store.catalog import Catalog
from kb.store.index_sync import Indexes
from tests.kb.passages import passage
from tests.kb.storage import SeededEmbedder, version

OWNER = Principal("owner", unlimited=True)


def row(*values: float) -> Vectors:
    return np.array(values, np.float32)


def first(scores: Vectors) -> int:
    return int(np.argmax(scores))


def test_late_interaction_weighs_four_times_what_came_before_it() -> None:
    assert first(combined(row(1.0, 0.0), row(0.7, 1.0))) == 1
    assert first(combined(row(1.0, 0.0), row(0.8, 1.0))) == 0
    assert 0.6 < MAXSIM_WEIGHT < 0.9


def test_words_of_the_question_weigh_four_tenths() -> None:
    late = row(0.9, 0.6)
    assert first(combined(late, late, row(0.0, 0.8))) == 1
    assert first(combined(late, late, row(0.0, 0.7))) == 0
    assert 0.3 < COVERAGE < 0.5


def test_what_a_document_is_about_weighs_three_tenths() -> None:
    late = row(0.9, 0.65)
    assert first(combined(late, late, routed=row(0.0, 1.0))) == 1
    assert first(combined(late, late, routed=row(0.0, 0.8))) == 0
    assert 0.2 < ROUTED < 0.4


def test_a_page_with_two_good_passages_goes_before_one_with_a_single_one() -> None:
    scores = row(1.0, 0.9, 0.6)
    assert first(combined(scores, scores, units=["a", "b", "b"])) == 1
    scores = row(1.0, 0.9, 0.4)
    assert first(combined(scores, scores, units=["a", "b", "b"])) == 0
    assert 0.1 < SECOND < 0.3


def test_the_second_best_of_a_page_counts_for_all_of_its_passages() -> None:
    found = second_best(row(0.5, 0.9, 0.7, 0.4), ["a", "b", "b", "b"])
    assert found.tolist() == pytest.approx([0.0, 0.7, 0.7, 0.7])


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog(tmp_path / "catalog.db")
    yield opened
    opened.close()


def test_which_passages_hold_a_word_is_known_by_its_stem(catalog: Catalog) -> None:
    catalog.publish(catalog.add_versions([version("a.md", "the rules changed", "one rule of changes", "nothing")]))
    held = catalog.holding(["rule", "changes", "absent"], [1, 2, 3])
    assert held == {"rule": [1, 2], "changes": [1, 2], "absent": []}
    assert catalog.holding(["rule"], [2]) == {"rule": [2]}
    assert catalog.places_of([1, 3]) == {1: (1, 1), 3: (1, 1)}


def test_each_step_can_be_switched_off(catalog: Catalog, tmp_path: Path) -> None:
    embedder = SeededEmbedder()
    texts = [f"passage {n} says something of {name}" for n, name in enumerate(("tea", "coffee", "milk"))]
    versions = [version("two.md", *texts[:2], embedder=embedder), version("one.md", texts[2], embedder=embedder)]
    catalog.publish(catalog.add_versions(versions))

    def scores(settings: RetrievalSettings) -> dict[str, float]:
        indexes = Indexes(catalog, tmp_path / "chroma", embedder)
        try:
            found = Retriever(catalog, indexes, embedder, settings, Glossary(catalog)).retrieve(
                "coffee and tea", OWNER, 3
            )
        finally:
            indexes.close()
        return {passage.text: passage.score for passage in found.passages}

    everything = scores(RetrievalSettings())
    plain = scores(RetrievalSettings(coverage=False, second_passage=False))
    without_words = scores(RetrievalSettings(coverage=False))
    without_seconds = scores(RetrievalSettings(second_passage=False))
    without_tokens = scores(RetrievalSettings(coverage=False, second_passage=False, late_interaction=False))
    assert max(plain.values()) <= 1.0
    assert without_tokens != plain
    assert everything[texts[2]] == pytest.approx(plain[texts[2]])  # alone on its page, and without the words
    assert without_seconds[texts[0]] > plain[texts[0]]
    assert without_words[texts[0]] == pytest.approx(plain[texts[0]] + SECOND * min(plain[t] for t in texts[:2]))


@pytest.mark.parametrize(
    ("words", "count", "k", "found"),
    [
        (20, 9, None, 6),  # all are short: twice as many as three
        (72, 9, None, 4),  # what finds room
        (300, 9, None, 3),
        (20, 9, 4, 4),  # as many as are asked for
        (20, 2, None, 2),
    ],
)
def test_of_short_passages_a_model_is_given_more(
    catalog: Catalog, tmp_path: Path, words: int, count: int, k: int | None, found: int
) -> None:
    embedder = SeededEmbedder()
    texts = [f"passage {n} says of tea " + "so " * words for n in range(count)]
    catalog.publish(catalog.add_versions([version(f"{n}.md", t, embedder=embedder) for n, t in enumerate(texts)]))
    indexes = Indexes(catalog, tmp_path / "chroma", embedder)
    try:
        retriever = Retriever(catalog, indexes, embedder, RetrievalSettings(), Glossary(catalog))
        assert len(retriever.retrieve("What does it say of tea?", OWNER, k).passages) == found
    finally:
        indexes.close()


def test_a_question_about_a_year_finds_the_document_of_that_year(catalog: Catalog, tmp_path: Path) -> None:
    embedder = SeededEmbedder()
    said = "The firm spent 4 million on travel."
    texts = [
        f"Annual report {year} of Meridian\n{said[:-1]} and {n} on rent." for n, year in enumerate(range(2019, 2025))
    ]
    versions = [version(f"report-{n}.md", text, embedder=embedder) for n, text in enumerate(texts)]
    catalog.publish(catalog.add_versions(versions))
    indexes = Indexes(catalog, tmp_path / "chroma", embedder)
    try:
        for year in (2020, 2023):
            asked = f"What did Meridian spend on travel in FY{year}?"
            routed, plain = (
                Retriever(catalog, indexes, embedder, RetrievalSettings(routing=routing), Glossary(catalog)).retrieve(
                    asked, OWNER, 6
                )
                for routing in (True, False)
            )
            best, before = (next(p.score for p in found.passages if str(year) in p.text) for found in (routed, plain))
            assert best > before + ROUTED / 2
            assert len(routed.passages) == len(plain.passages) == 6  # it weighs, and filters nothing
    finally:
        indexes.close()


def test_a_passage_in_the_other_language_is_given_more_where_few_are_searched() -> None:
    gaps = [evidence_gap(searched) for searched in (0, 1, 32, 64, 128, 256, 100_000)]
    assert gaps == sorted(gaps, reverse=True)
    assert (gaps[0], gaps[2], gaps[-2], gaps[-1]) == (0.04, 0.04, 0.02, 0.02)
    assert evidence_gap(90) == pytest.approx(0.03, abs=1e-4)  # half of the way, as a logarithm


def test_the_model_reads_only_what_comes_near_the_best_passage_of_its_language() -> None:
    english = [passage(1, "The gate opens at six."), passage(2, "The gate closes at nine."), passage(3, "Bees.")]
    english = [replace(p, language="en") for p in english]
    chinese = replace(passage(4, "大门六点开放。"), language="zh")
    scored = [replace(p, score=score) for p, score in zip([*english, chinese], (0.9, 0.7, 0.6, 0.2), strict=True)]
    assert [p.rank for p in worth_reading(scored)] == [1, 2, 4]
    assert worth_reading([]) == ()
