"""What a search makes of the scores of its parts, where the vectors of texts are drawn and known."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from kb.answering import retrieval
from kb.answering.retrieval import (
    LANGUAGE_GAP,
    Retriever,
    averaged,
    evidence_gap,
    fuse,
    idf,
    piece_weights,
    scaled,
    with_short_ones,
)
from kb.answering.translation import Translation
from kb.config import RetrievalSettings
from kb.glossary.entries import NewEntry
from kb.glossary.glossary import Glossary
from kb.language.tokenizer import any_of
from kb.models.embedding import EmbeddedQuestion
from kb.models.maxsim import Vectors
from kb.schema import Language, Principal, Scope
from kb.store.catalog import Catalog
from kb.store.index_sync import Indexes
from tests.kb.passages import passage
from tests.kb.storage import SeededEmbedder, version

OWNER = Principal("owner", unlimited=True)
TEA = "What does it say of tea?"


def row(*values: float) -> Vectors:
    return np.array(values, np.float32)


def test_scores_are_scaled_by_their_least_and_greatest() -> None:
    assert scaled(row(2.0, 4.0, 3.0)).tolist() == [0.0, 1.0, 0.5]
    assert scaled(row(5.0, 5.0)).tolist() == [1.0, 1.0]
    assert scaled(row()).tolist() == []


def test_two_searches_are_fused_by_their_weights() -> None:
    dense, words = {1: 0.9, 2: 0.5, 3: 0.7}, {2: 8.0, 4: 4.0, 3: 6.0}
    assert dict(fuse(dense, words, 0.25)) == pytest.approx({1: 0.25, 2: 0.75, 3: 0.5, 4: 0.0})
    assert [i for i, _ in fuse(dense, words, 0.25)] == [2, 3, 1, 4]
    assert [i for i, _ in fuse({7: 1.0, 5: 1.0, 6: 0.0}, {}, 0.5)] == [5, 7, 6]  # equals by their number


def test_what_words_cannot_see_has_four_fifths_of_its_dense_score_for_them() -> None:
    dense, words = {1: 0.9, 2: 0.5}, {2: 8.0, 3: 4.0}
    assert dict(fuse(dense, words, 0.5, {1})) == pytest.approx({1: 0.5 + 0.4, 2: 0.5, 3: 0.0})
    assert dict(fuse(dense, words, 0.5, {2})) == pytest.approx({1: 0.5, 2: 0.5, 3: 0.0})  # words saw it better


def test_of_several_rankings_the_best_fifty_count() -> None:
    ranking = [(n, float(100 - n)) for n in range(60)]
    found = averaged([ranking])
    assert [i for i, _ in found] == list(range(50))
    assert (found[0][1], found[-1][1]) == (1.0, 0.0)
    assert [i for i, _ in averaged([[(9, 1.0), (3, 1.0)], []])] == [3, 9]


def test_a_rare_word_tells_more() -> None:
    assert idf(10, 10) == pytest.approx(np.log(1 + 0.5 / 10.5))
    assert idf(10, 0) == pytest.approx(np.log(1 + 10.5 / 0.5))
    assert idf(10, 4) == pytest.approx(np.log(1 + 6.5 / 4.5))


def test_short_passages_find_room_behind_the_first_ones() -> None:
    words = {80: "abcd " * 80, 88: "abcd " * 88, 89: "abcd " * 89}

    def kept(*lengths: int) -> list[int]:
        found = with_short_ones([passage(n, words[length]) for n, length in enumerate(lengths, 1)], 2)
        return [each.rank for each in found]

    assert kept(80, 88, 80, 88) == [1, 2, 3, 4]  # 336 tokens, and no more
    assert kept(80, 88, 80, 89) == [1, 2, 3]
    assert kept(89, 89, 89, 80) == [1, 2, 3]
    assert kept(80) == [1]


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog(tmp_path / "catalog.db")
    yield opened
    opened.close()


def publish(catalog: Catalog, texts: Sequence[str], embedder: SeededEmbedder, size: int = 1) -> None:
    """Documents of so many passages each."""
    catalog.publish(
        catalog.add_versions(
            version(f"{n}.md", *texts[n : n + size], embedder=embedder) for n in range(0, len(texts), size)
        )
    )


@contextmanager
def searching(
    catalog: Catalog, folder: Path, embedder: SeededEmbedder, **settings: object
) -> Iterator[Callable[..., retrieval.Retrieval]]:
    indexes = Indexes(catalog, folder / "chroma", embedder)
    wanted = RetrievalSettings(**settings)  # type: ignore[arg-type]
    try:
        yield Retriever(catalog, indexes, embedder, wanted, Glossary(catalog)).retrieve
    finally:
        indexes.close()


def test_a_piece_weighs_by_its_words_a_stop_word_a_tenth_and_punctuation_nothing(catalog: Catalog) -> None:
    publish(catalog, ["tea is hot", "tea is cold", "milk", "salt"], SeededEmbedder())
    weights = piece_weights(catalog, ["tea", "zebra", "the", "?", "tea milk"])
    rarest = idf(4, 0)
    expected = [idf(4, 2), rarest, 0.1 * rarest, 0.0, (idf(4, 2) + idf(4, 1)) / 2]
    assert weights.tolist() == pytest.approx(expected, abs=1e-5)
    assert piece_weights(catalog, ["?", "!"]).tolist() == [1.0, 1.0]  # where nothing else is asked


@pytest.mark.parametrize(
    ("postings", "words"),
    [(0, ["salt"]), (1, ["salt"]), (2, ["salt"]), (3, ["salt", "tea"]), (6, ["salt", "tea", "milk"])],
)
def test_the_rarest_words_of_a_question_are_looked_for_as_far_as_their_occurrences_allow(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postings: int, words: list[str]
) -> None:
    monkeypatch.setattr(retrieval, "POSTINGS", postings)
    embedder = SeededEmbedder()
    publish(catalog, ["milk tea", "milk tea salt", "milk"], embedder)
    looked_for: list[str] = []
    whole = Catalog.word_search

    def word_search(self: Catalog, query: str, *rest: object) -> list[tuple[int, float]]:
        looked_for.append(query)
        return whole(self, query, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Catalog, "word_search", word_search)
    with searching(catalog, tmp_path, embedder) as search:
        search("milk, tea or salt?", OWNER)
    assert looked_for == [any_of(words)]


def test_what_is_beyond_the_best_fifty_stands_behind_them_in_its_order(catalog: Catalog, tmp_path: Path) -> None:
    embedder = SeededEmbedder()
    texts = [f"passage {n} of tea" for n in range(60)]
    publish(catalog, texts, embedder)
    with searching(catalog, tmp_path, embedder, coverage=False, second_passage=False, dense_weight=1.0) as search:
        found = search(TEA, OWNER, 60).passages
    assert len(found) == 60
    scores = [each.score for each in found]
    assert scores == sorted(scores, reverse=True)
    asked = embedder.vector(TEA)
    cosines = [float(embedder.vector(each.text) @ asked) for each in found]
    assert cosines[50:] == sorted(cosines[50:], reverse=True)
    assert max(cosines[50:]) < min(cosines[:50])
    assert all(-1 <= score < 0 for score in scores[50:])
    assert min(scores[:50]) == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_evidence_is_the_best_passage_with_the_gap_between_languages(
    catalog: Catalog, tmp_path: Path, language: Language
) -> None:
    embedder = SeededEmbedder()
    texts = {"en": [f"passage {n} of tea" for n in range(4)], "zh": [f"这里写的是第{n}种茶叶的规定" for n in range(4)]}
    publish(catalog, texts[language], embedder)
    best = max(float(embedder.vector(text) @ embedder.vector(TEA)) for text in texts[language])
    with searching(catalog, tmp_path, embedder) as search:
        found = search(TEA, OWNER, 3)
    assert evidence_gap(4) == 2 * LANGUAGE_GAP
    assert found.evidence == pytest.approx(best + (2 * LANGUAGE_GAP if language == "zh" else 0.0), abs=0.01)


def test_without_vectors_of_tokens_the_evidence_is_the_best_cosine(catalog: Catalog, tmp_path: Path) -> None:
    class Whole(SeededEmbedder):
        def embed_question(self, text: str) -> EmbeddedQuestion:
            vector = self.vector(text)
            return EmbeddedQuestion(vector, np.empty((0, len(vector)), np.float32), ())

    embedder = Whole()
    chinese = [f"这里写的是第{n}种茶叶的规定" for n in range(3)]
    publish(catalog, chinese, embedder)
    best = max(float(embedder.vector(text) @ embedder.vector(TEA)) for text in chinese)
    with searching(catalog, tmp_path, embedder) as search:
        assert search(TEA, OWNER, 3).evidence == pytest.approx(best + LANGUAGE_GAP, abs=1e-5)


@pytest.mark.parametrize(("floor", "enough"), [(0.99, False), (-0.99, True)])
def test_there_is_evidence_enough_from_the_floor_on(
    catalog: Catalog, tmp_path: Path, floor: float, enough: bool
) -> None:
    embedder = SeededEmbedder()
    publish(catalog, [f"passage {n} of tea" for n in range(9)], embedder)
    with searching(catalog, tmp_path, embedder, evidence_floor=floor) as search:
        assert search(TEA, OWNER).enough_evidence is enough
        # what the reader chose is read, but for a choice of many documents
        assert search(TEA, OWNER, scope=Scope(paths=("[0-7].md",))).enough_evidence
        assert search(TEA, OWNER, scope=Scope(paths=("[0-8].md",))).enough_evidence is enough
        assert not search(TEA, OWNER, scope=Scope(paths=("none.md",))).enough_evidence
    embedder.evidence_floors = {"en": floor}
    with searching(catalog, tmp_path, embedder) as search:
        assert search(TEA, OWNER).enough_evidence is enough
    embedder.evidence_floors = {"en": 0.99}
    with searching(catalog, tmp_path, embedder, evidence_floor=-1.0) as search:
        assert search(TEA, OWNER).enough_evidence  # what is set goes before what the model brings


@pytest.mark.parametrize(("below", "enough"), [(0.019, True), (0.021, False)])
def test_a_little_under_the_floor_the_model_judges(
    catalog: Catalog, tmp_path: Path, below: float, enough: bool
) -> None:
    embedder = SeededEmbedder()
    publish(catalog, [f"passage {n} of tea" for n in range(9)], embedder)
    with searching(catalog, tmp_path, embedder) as search:
        evidence = search(TEA, OWNER).evidence
    embedder.evidence_floors = {"en": evidence + below}
    with searching(catalog, tmp_path, embedder) as search:
        assert search(TEA, OWNER).enough_evidence is enough
    with searching(catalog, tmp_path, embedder, evidence_floor=evidence + 0.001) as search:
        assert not search(TEA, OWNER).enough_evidence  # what is set holds as it is


def test_where_there_is_no_passage_a_notice_says_why(catalog: Catalog, tmp_path: Path) -> None:
    embedder = SeededEmbedder()
    with searching(catalog, tmp_path, embedder) as search:
        assert [notice.kind for notice in search(TEA, OWNER).notices] == ["nothing_to_search"]
        publish(catalog, ["passage of tea"], embedder)
        found = search(TEA, OWNER)
        assert (len(found.passages), found.notices) == (1, ())
        assert 0 <= found.seconds < 60
        nothing = search(TEA, OWNER, scope=Scope(paths=("none.md",)))
        assert (nothing.passages, nothing.evidence) == ((), 0.0)
        assert [notice.kind for notice in nothing.notices] == ["nothing_matches"]


def test_a_question_that_was_embedded_is_not_embedded_again(catalog: Catalog, tmp_path: Path) -> None:
    embedder = SeededEmbedder()
    publish(catalog, ["passage of tea", "passage of milk"], embedder)
    other = embedder.embed_question("passage of milk")
    with searching(catalog, tmp_path, embedder, dense_weight=1.0, coverage=False) as search:
        assert search("passage of tea", OWNER).passages[0].text == "passage of tea"
        assert search("passage of tea", OWNER, embedded=other).passages[0].text == "passage of milk"


def test_a_question_is_searched_with_the_other_forms_of_its_terms(catalog: Catalog, tmp_path: Path) -> None:
    embedder = SeededEmbedder()
    publish(catalog, ["passage of paid time off", "passage of the PTO", "passage of tea"], embedder)
    Glossary(catalog).add(OWNER, NewEntry("Paid Time Off", ("PTO",), "Days off."))
    asked = "Who grants PTO?"
    with searching(catalog, tmp_path, embedder) as search:
        found = search(asked, OWNER)
        assert [term.term for term in found.terms] == ["Paid Time Off"]
        assert found.widened == "Who grants PTO (Paid Time Off)?"
        assert (search(TEA, OWNER).terms, search(TEA, OWNER).widened) == ((), "")
        plain = search(asked, OWNER, glossary=False)
        assert (plain.terms, plain.widened) == ((), "")
        assert plain.evidence != found.evidence  # what was embedded is another text
    with searching(catalog, tmp_path, embedder, glossary=False) as search:
        assert search(asked, OWNER).terms == ()


ZH = [f"这里写的是第{n}种茶叶的规定" for n in range(20)]
EN = [f"passage {n} of milk" for n in range(20)]


class Near(SeededEmbedder):
    """A question is as near to a text as `nearness` says."""

    def __init__(self, nearness: dict[str, float]) -> None:
        super().__init__(dimension=32)
        self._nearness = nearness
        self._axis = np.eye(32, dtype=np.float32)[0]
        self.asked: list[str] = []

    def embed_question(self, text: str) -> EmbeddedQuestion:
        self.asked.append(text)
        return EmbeddedQuestion(self._axis, self._axis[None, :], (text,))

    def vector(self, text: str) -> Vectors:
        cosine = self._nearness.get(text, 0.0)
        drawn = super().vector(text)
        drawn = drawn - self._axis * float(drawn @ self._axis)
        drawn = drawn / np.linalg.norm(drawn)
        vector: Vectors = (cosine * self._axis + np.sqrt(1 - cosine**2) * drawn).astype(np.float32)
        return vector


def test_a_quarter_as_many_of_the_other_language_are_candidates(catalog: Catalog, tmp_path: Path) -> None:
    embedder = Near(dict.fromkeys(EN, 0.8) | dict.fromkeys(ZH, 0.795))  # nearer with the gap between languages
    publish(catalog, [*EN, *ZH], embedder)
    plain = {"coverage": False, "second_passage": False, "late_interaction": False, "dense_weight": 1.0}
    with searching(catalog, tmp_path, embedder, candidates=20, **plain) as search:
        found = [each.text in ZH for each in search("What is it of milk?", OWNER, 20).passages]
    assert found == [True] * 5 + [False] * 15


@pytest.mark.parametrize(
    ("own", "other", "asked", "languages"),
    [
        (0.80, 0.78, True, "en zh en zh"),  # either has half of the places
        (0.80, 0.90, True, "zh en zh en"),  # the better one first
        (0.80, 0.60, False, "en en en en"),  # its own plainly answers
        (0.40, 0.40, False, "en en en en"),  # nothing speaks of it
        (0.65, 0.80, True, "zh zh zh zh"),  # its own does not answer at all
        (0.72, 0.67, True, "en en en en"),  # nor the other
    ],
)
def test_a_question_is_searched_in_both_languages_where_its_own_does_not_plainly_answer(
    catalog: Catalog, tmp_path: Path, own: float, other: float, asked: bool, languages: str
) -> None:
    nearness = {text: value - 0.001 * n for n, (text, value) in enumerate((t, own) for t in EN)}
    nearness |= {text: other - 0.04 - 0.001 * n for n, text in enumerate(ZH)}  # with the gap between languages
    embedder = Near(nearness)
    embedder.evidence_floors = {"en": 0.7, "zh": 0.7}
    publish(catalog, [*EN, *ZH], embedder)
    questions: list[str] = []

    def translate(question: str, to: Language) -> Translation:
        questions.append(f"{to}: {question}")
        return Translation("牛奶是什么规定？")

    with searching(catalog, tmp_path, embedder, coverage=False) as search:
        found = search("What is it of milk?", OWNER, 4, translate=translate)
    assert questions == (["zh: What is it of milk?"] if asked else [])
    assert found.translated == ("牛奶是什么规定？" if asked else "")
    assert " ".join("zh" if each.text in ZH else "en" for each in found.passages) == languages


def test_a_translation_is_searched_with_the_forms_of_its_language(catalog: Catalog, tmp_path: Path) -> None:
    embedder = Near(dict.fromkeys((*EN, *ZH), 0.8))
    publish(catalog, [*EN, *ZH], embedder)
    with searching(catalog, tmp_path, embedder) as search:
        search("Is milk free?", OWNER, translate=lambda question, to: Translation("它免费吗？", "免费"))
        assert embedder.asked == ["Is milk free?", "它免费吗？", "免费"]
        embedder.asked.clear()
        Glossary(catalog).add(OWNER, NewEntry("milk", ("茶叶", "dairy drink")))
        search("Is milk free?", OWNER, translate=lambda question, to: Translation("它免费吗？", "免费"))
        assert embedder.asked[-2:] == ["它免费吗？ 茶叶", "免费 茶叶"]


def test_a_language_with_few_passages_is_not_searched_by_a_translation(catalog: Catalog, tmp_path: Path) -> None:
    embedder = Near({})
    publish(catalog, [*EN[:19], ZH[0]], embedder)
    asked: list[str] = []

    def translate(question: str, to: Language) -> Translation | None:
        asked.append(question)
        return None

    with searching(catalog, tmp_path, embedder) as search:
        assert search("What is it?", OWNER, translate=translate).translated == ""
        assert len(asked) == 1  # one of twenty
        publish(catalog, [*EN, ZH[0]], embedder)
        search("What is it?", OWNER, translate=translate)
        assert len(asked) == 1  # one of twenty-one
