"""What a question in words of one's own asks for."""

import json
from pathlib import Path

import pytest

from kb.config import Settings
from kb.models.embedders import open_embedder
from kb.models.embedding import Embedder
from kb.requests import kinds
from kb.requests.kinds import KINDS, Kind, kind_of, likeliest, shipped, terms_of

SPOKEN = Path(__file__).parents[3] / "benchmarks" / "requests" / "spoken.jsonl"


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return open_embedder(Settings().embedding)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("could you boil the mooring rules down to a few lines for me?", "summary"),
        ("I haven't got time for all of it, what's the gist of lighthouse_report.pdf", "summary"),
        ("灯塔报告讲了些什么，帮我捋一遍", "summary"),
        ("《泊位规定》太长了，给我说个大概", "summary"),
        ("pier 3 or pier 7, how do they differ in depth?", "comparison"),
        ("what's different between the old mooring rules and the new ones", "comparison"),
        ("三号码头跟七号码头在水深上有啥不一样", "comparison"),
        ("新旧两版泊位规定差在哪里", "comparison"),
        ("give me every boat that is still unpaid, as a table", "list"),
        ("all the piers with their depth please, the whole lot", "list"),
        ("还没交费的船有哪些，全部列给我", "list"),
        ("所有码头和水深做成表给我", "list"),
        ("do we have anything written on oil spills?", "documents"),
        ("which of our papers mention the harbour master", "documents"),
        ("有没有讲油污处理的资料", "documents"),
        ("哪些文件里提到过港务长", "documents"),
        ("How deep is pier 3?", "fact"),
        ("Who has to sign the list of moored boats?", "fact"),
        ("By when must the summary of the year be handed in?", "fact"),
        ("What is the difference in cm between the two gauges at high tide?", "fact"),
        ("三号码头水深多少", "fact"),
        ("停泊船只清单由谁签字", "fact"),
        ("年度总结要在几号前交", "fact"),
        ("油污要先报告给谁？", "fact"),
    ],
)
def test_what_is_asked_for_is_told_from_words_that_nothing_was_fitted_to(
    question: str, kind: Kind, embedder: Embedder
) -> None:
    assert question not in SPOKEN.read_text(encoding="utf-8")
    assert kind_of(question, embedder.embed_question(question).vector) == kind


def test_what_the_form_of_a_question_says_needs_less(embedder: Embedder, monkeypatch: pytest.MonkeyPatch) -> None:
    vector = embedder.embed_question("x").vector
    odds: dict[Kind, float] = {"fact": 0.6, "summary": 0.05, "comparison": 0.05, "list": 0.3, "documents": 0.0}
    monkeypatch.setattr(kinds.Classifier, "probabilities", lambda *_: odds)
    assert kind_of("x", vector) == "fact"
    assert kind_of("x", vector, "list") == "list"
    assert kind_of("x", vector, "comparison") == "fact"


def test_a_kind_is_told_where_it_is_probable_enough() -> None:
    rest: dict[Kind, float] = dict.fromkeys(KINDS, 0.0)
    assert likeliest({**rest, "list": 0.51, "fact": 0.4}) == "list"
    assert likeliest({**rest, "list": 0.49, "fact": 0.4}) == "fact"
    assert likeliest({**rest, "documents": 0.59, "fact": 0.4}) == "fact"


def test_terms_are_runs_of_up_to_three_words_characters_and_marks_with_digits_alike() -> None:
    assert terms_of("Rule 12?") == [
        "^", "rule", "00", "?", "$", "^ rule", "rule 00", "00 ?", "? $", "^ rule 00", "rule 00 ?", "00 ? $",
    ]  # fmt: skip
    assert terms_of("规定2")[1:4] == ["规", "定", "0"]


def test_the_classifier_is_of_the_model_that_comes_with_the_product_and_of_all_kinds(embedder: Embedder) -> None:
    classifier = shipped()
    assert json.loads(embedder.identity())["model"] == classifier.model
    assert classifier.vector.shape == (384, len(KINDS))
    odds = classifier.probabilities("", embedder.embed_question("").vector)
    assert tuple(odds) == KINDS
    assert sum(odds.values()) == pytest.approx(1)


def test_what_it_was_fitted_to_stands_in_the_project() -> None:
    lines = [json.loads(line) for line in SPOKEN.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == len({line["question"] for line in lines}) == 2_359
    assert {line["kind"] for line in lines} == set(KINDS)
    assert {line["writer"] for line in lines} == set("abcdefghij")
