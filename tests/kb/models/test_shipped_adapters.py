"""Verifier, judge, answerer and confirmer with the model that comes with the product: what they tell of texts that they
have not learned from."""

import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import replace

import pytest
from gguf import GGUFReader

from benchmarks import answer_course, blocks, confirm_course, judge_course, verifying
from kb.answering import judgement, prompts
from kb.checking.alignment import SAID
from kb.checking.disagreements import DISPUTES
from kb.confidence.verdicts import (
    OTHERWISE,
    SILENT,
    STATES,
    asked,
    asked_of_answer,
    asked_of_passages,
    probability_confirmed,
    probability_stated,
    verdict_on,
)
from kb.config import LLMSettings
from kb.language.language import language_of
from kb.language.script import is_written_in
from kb.models import shipped_adapters, weights
from kb.models.llamacpp_engine import EmbeddedModel
from kb.schema import Message
from tests.kb.passages import passage

KEYS = (
    "How many keys does a tenant get?",
    "Lease — 4 Keys\nEach tenant gets two keys for the front door and one for the cellar.",
)
PARKING = (
    "访客停车怎么收费？",
    "园区须知 — 三、停车\n访客前两小时免费，之后每小时 6 元；员工凭月卡停车，每月 180 元。",
)
LEASE = [
    passage(1, KEYS[1].partition("\n")[2]),
    passage(2, "The rent is due on the third working day of each month. It is paid by standing order, never in cash, "
            "and adjusted every June by the index of consumer prices. A deposit of two rents is returned when the flat "
            "is handed back."),
    passage(3, "Cats and small animals in cages may be kept. A dog needs the consent of the owner, which is given in "
            "writing; it may be withdrawn where neighbours complain. Birds are not named here."),
]  # fmt: skip


@pytest.fixture(scope="module")
def model() -> Iterator[EmbeddedModel]:
    if not weights.present(shipped_adapters.MODEL):
        pytest.fail("The shipped model is not here. Run `make setup`.", pytrace=False)
    opened = EmbeddedModel(LLMSettings(embedded_model=shipped_adapters.MODEL, context_tokens=1024))
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("question", "text", "claim", "true"),
    [
        (*KEYS, "A tenant gets two front-door keys and a cellar key.", True),
        (*KEYS, "A tenant gets two keys for the cellar.", False),
        (*KEYS, "The cellar is opened by a key.", False),
        (*PARKING, "访客停车前两小时不收费，超过后每小时6元。", True),
        (*PARKING, "访客停车每月180元。", False),
    ],
)
def test_it_tells_what_a_text_states(model: EmbeddedModel, question: str, text: str, claim: str, true: bool) -> None:
    found = verdict_on(model, question, text, claim)
    assert found is not None
    assert (found.states >= SAID) is true
    assert found.otherwise < 0.5


@pytest.mark.parametrize(
    ("question", "text", "claim", "otherwise"),
    [
        (
            "How often are the moth traps checked?",
            "Notes of the caretaker\nThe traps are looked at every three months, the last time in July.",
            "The moth traps are checked once a month.",
            True,
        ),
        (KEYS[0], "House rules\nA lost key costs the tenant 40 euros.", "Each tenant gets three keys.", False),
        (PARKING[0], "前台问答\n来访车辆一律按每小时 10 元收费。", "访客前两小时免费，之后每小时6元。", True),
        (PARKING[0], "前台问答\n来访车辆请停在B区，不得占用消防通道。", "访客前两小时免费，之后每小时6元。", False),
    ],
)
def test_it_tells_what_gives_another_answer(
    model: EmbeddedModel, question: str, text: str, claim: str, otherwise: bool
) -> None:
    found = verdict_on(model, question, text, claim)
    assert found is not None
    assert (found.otherwise >= DISPUTES) is otherwise


def test_only_who_asks_for_it_meets_it(model: EmbeddedModel) -> None:
    """Also where both read the same words, one after the other: the prompt cache keeps what they read apart."""
    messages = asked(*KEYS, "A tenant gets two keys for the cellar.")
    options = (STATES, OTHERWISE, SILENT)
    found = [model.preference(messages, options, by=by) for by in (None, "verifier", None, "verifier")]
    bare, verdict, bare_again, verdict_again = (each or {} for each in found)
    assert bare_again == pytest.approx(bare, abs=0.03)  # what is read in other batches differs a little
    assert verdict_again == pytest.approx(verdict, abs=0.03)
    assert verdict[SILENT] + verdict[OTHERWISE] > bare[SILENT] + bare[OTHERWISE] + 0.2


@pytest.mark.parametrize(
    ("question", "stated"),
    [
        ("How many keys does a tenant get?", True),
        ("Is the rent paid in cash?", True),
        ("May I keep a cat?", True),
        ("What does a lost key cost?", False),
        ("Until when must the deposit be paid?", False),
        ("May I keep a parrot?", False),
    ],
)
def test_the_judge_tells_whether_passages_state_an_answer(model: EmbeddedModel, question: str, stated: bool) -> None:
    found = probability_stated(model, question, prompts.quoted(LEASE, "en"))
    assert found is not None
    assert (found >= judgement.BY_JUDGE.answer) is stated


@pytest.mark.parametrize(("question", "stated"), [(PARKING[0], True), ("访客可以停几天？", False)])
def test_it_tells_so_of_chinese_ones(model: EmbeddedModel, question: str, stated: bool) -> None:
    found = probability_stated(model, question, prompts.quoted([passage(1, PARKING[1])], "zh"))
    assert found is not None
    assert (found >= judgement.BY_JUDGE.answer) is stated


@pytest.mark.parametrize(
    ("question", "said", "unsaid"),
    [
        ("How many keys does a tenant get?", ("two", "front door", "cellar"), ("rent", "deposit")),
        ("Can I pay the rent in cash?", ("No", "standing order"), ("key", "deposit")),
        ("when do i get my deposit back", ("hand", "flat", "deposit"), ("June", "key")),
        ("Whose consent does a dog need?", ("owner",), ("Birds", "rent")),
    ],
)
def test_the_answerer_says_what_was_asked_and_no_more(
    model: EmbeddedModel, question: str, said: tuple[str, ...], unsaid: tuple[str, ...]
) -> None:
    found = model.complete(prompts.for_answerer(question, LEASE, "en"))
    assert all(each in found for each in said), found
    assert not any(each in found for each in unsaid), found


def test_the_answerer_answers_in_chinese(model: EmbeddedModel) -> None:
    found = model.complete(prompts.for_answerer("员工停车一个月多少钱？", [passage(1, PARKING[1])], "zh"))
    assert "180" in found
    assert is_written_in(found, "zh")


@pytest.mark.parametrize("question", ["What does a lost key cost?", "Who is the owner of the flat?"])
def test_the_answerer_says_where_the_passages_are_silent(model: EmbeddedModel, question: str) -> None:
    assert model.complete(prompts.for_answerer(question, LEASE, "en")) == prompts.NOT_FOUND["en"]


@pytest.mark.parametrize(
    ("question", "answer", "stated"),
    [
        ("How many keys does a tenant get?", "A tenant gets two front-door keys and one for the cellar.", True),
        ("Can I pay the rent in cash?", "No, the rent is paid by standing order and never in cash.", True),
        ("Whose consent does a dog need?", "The owner has to agree to a dog in writing.", True),
        ("How many keys does a tenant get?", "A tenant gets three keys for the front door.", False),
        ("Can I pay the rent in cash?", "Yes, the rent can be paid in cash on the third working day.", False),
        ("When is the deposit returned?", "The deposit is adjusted every June.", False),
        ("What does a lost key cost?", "Each tenant gets two keys for the front door.", False),
        ("When is the rent due?", "The rent is paid by standing order, never in cash.", False),
    ],
)
def test_the_confirmer_tells_whether_passages_state_an_answer(
    model: EmbeddedModel, question: str, answer: str, stated: bool
) -> None:
    found = probability_confirmed(model, question, prompts.quoted(LEASE, "en"), answer)
    assert found is not None
    assert (found >= 0.5) is stated


@pytest.mark.parametrize(
    ("answer", "stated"), [("访客停车前两小时不收费，之后每小时6元。", True), ("访客停车每月180元。", False)]
)
def test_the_confirmer_tells_so_of_chinese_ones(model: EmbeddedModel, answer: str, stated: bool) -> None:
    found = probability_confirmed(model, PARKING[0], prompts.quoted([passage(1, PARKING[1])], "zh"), answer)
    assert found is not None
    assert (found >= 0.5) is stated


def test_the_confirmer_reads_nothing_of_the_passages_again(
    model: EmbeddedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    monkeypatch.setattr(model._engine, "_record", lambda took: read.append(int(took["prompt_n"])))
    told = prompts.quoted(LEASE, "en")
    found = []
    for claim in (
        "A tenant gets two front-door keys.",
        "A tenant gets four keys.",
        "A tenant gets two front-door keys.",
    ):
        answer = model.complete(prompts.for_answerer(KEYS[0], LEASE, "en"))
        assert answer
        read.clear()
        found.append(probability_confirmed(model, KEYS[0], told, claim))
        assert read[-1] < 75
    assert found[0] == pytest.approx(found[2], abs=0.03)


def test_an_answer_reads_nothing_of_the_passages_that_were_judged(
    model: EmbeddedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    monkeypatch.setattr(model._engine, "_record", lambda took: read.append(int(took["prompt_n"])))
    told = prompts.quoted(LEASE, "en")
    written = []
    for _ in range(2):
        model.preference([Message("user", "Say hello.")], ("Yes", "No"))  # nothing is at hand
        read.clear()
        probability_stated(model, KEYS[0], told)
        written.append(model.complete(prompts.for_answerer(KEYS[0], LEASE, "en")))
        assert read[0] > 150
        assert read[-1] < 60
    model.preference([Message("user", "Say hello.")], ("Yes", "No"))
    read.clear()
    written.append(model.complete(prompts.for_answerer(KEYS[0], LEASE, "en")))  # read anew, by nobody but the model
    assert read[-1] > 120
    assert len({*written}) == 1


def test_what_it_has_read_of_the_passages_is_read_once_and_by_nobody_as_it_read_it(
    model: EmbeddedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    monkeypatch.setattr(model._engine, "_record", lambda took: read.append(int(took["prompt_n"])))
    told, plain = prompts.quoted(LEASE, "en"), prompts.judging(KEYS[0], LEASE, "en")
    found = []
    for _ in range(2):
        read.clear()
        model.preference([Message("user", "Say hello.")], ("Yes", "No"))  # nothing is at hand
        found.append(model.preference(plain, ("Yes", "No")))
        alone, others = read[-1], read[1:-1]
        assert not others
        probability_stated(model, KEYS[0], told)
        found.append(model.preference(plain, ("Yes", "No")))
        probability_stated(model, "Who owns the cat?", told)
        assert alone > 150
        assert max(read[-3:]) < 60
    shares = [each["Yes"] for each in found if each is not None]
    assert shares == pytest.approx([shares[0]] * 4, abs=0.03)  # what is read in other batches differs a little


def test_the_judge_acts_from_its_own_words_on(model: EmbeddedModel) -> None:
    """Also where nobody means it: `preference` names it always."""
    told = prompts.quoted(LEASE, "en")
    asked_of = asked_of_passages("What does a lost key cost?", told)
    told_plainly = [*asked_of[:1], replace(asked_of[1], content=asked_of[1].content.replace("exactly ", ""))]
    by_judge, plain = (model.preference(each, (STATES, SILENT)) for each in (asked_of, told_plainly))
    assert by_judge is not None
    assert by_judge[SILENT] > 0.9
    assert plain is None or plain[SILENT] < 0.6


def test_a_model_of_other_weights_has_none() -> None:
    other = EmbeddedModel(LLMSettings(embedded_model="smollm2-135m", context_tokens=1024))
    try:
        assert verdict_on(other, *KEYS, "A tenant gets two keys.") is None
    finally:
        other.close()


def test_the_files_are_those_that_were_measured() -> None:
    """Figures and floors were measured with these weights."""
    assert hashlib.sha256(shipped_adapters.VERIFIER.read_bytes()).hexdigest()[:16] == "d57ed1ffe289bfc0"
    assert shipped_adapters.judge_digest() == "6664e154"
    assert hashlib.sha256(shipped_adapters.ANSWERER.read_bytes()).hexdigest()[:16] == "b81426c3f63211b1"
    assert hashlib.sha256(shipped_adapters.CONFIRMER.read_bytes()).hexdigest()[:16] == "5fb37f86350b85bc"
    assert shipped_adapters.are_of(weights.WEIGHTS[shipped_adapters.MODEL].sha256)


def test_what_it_learns_from_is_labelled() -> None:
    groups = [*verifying.groups(), *verifying.of_several(), *verifying.blind()]
    assert len(groups) > 2000
    replies = {example.reply for group in groups for example in group}
    assert replies == {STATES, OTHERWISE, SILENT, verifying.NOT_STATED}
    assert all(example.question and example.text.strip() and example.claim for group in groups for example in group)
    assert len({(example.question, example.text) for group in groups if (example := group[0]).held_out}) > 100


def test_what_the_judge_learns_from_is_labelled() -> None:
    blocks = [*judge_course.written()]
    questions = [each for block in blocks for each in block.questions]
    assert len(questions) > 3000
    assert 0.3 < sum(stated for _, stated in questions) / len(questions) < 0.7
    assert sum(block.held_out for block in blocks) > 20
    for sequence in itertools.islice(judge_course._sequences(), 40):
        assert 1 < len(sequence) <= judge_course.MOST_QUESTIONS
        assert {replies for _, replies in sequence} <= {(STATES,), (SILENT,)}
        assert len({messages[0].content for messages, _ in sequence}) == 1  # it is read once


def test_no_text_is_right_and_wrong_for_a_question() -> None:
    questions = judge_course._questions()
    assert len(questions) > 1000
    assert not [question for question, (right, wrong) in questions.items() if {*right} & {*wrong}]


def test_what_the_confirmer_learns_from_is_labelled() -> None:
    learned = [*confirm_course.written()]
    assert sum(block.held_out for block in learned) > 40
    wrong = [kind for block in learned for _, _, kind in block.wrong]
    assert len(wrong) > 2700
    assert sum(kind.endswith("other language") for kind in wrong) > 600
    assert sum(kind.endswith("near") for kind in wrong) > 600
    given = [stated for block in learned for _, _, stated in block.given]
    assert len(given) > 300
    assert 0.3 < sum(given) / len(given) < 0.6
    for block in learned:
        right = {(each.question, each.answer) for each in block.right}
        assert right.isdisjoint((question, answer) for question, answer, _ in block.wrong)
        assert right.isdisjoint((question, answer) for question, answer, stated in block.given if not stated)
        assert all(each.places and {*each.places} <= {*range(len(block.texts))} for each in block.right)
    yes = []
    for sequence in itertools.islice(confirm_course._sequences(), 80):
        assert {replies for _, replies in sequence} <= {(STATES,), (SILENT,)}
        assert len({messages[0].content for messages, _ in sequence}) == 1  # it is read once
        yes += [replies == (STATES,) for _, replies in sequence]
    assert 0.25 < sum(yes) / len(yes) < 0.5


def test_judge_answerer_and_confirmer_wake_at_their_own_words(model: EmbeddedModel) -> None:
    llama, told = model._engine, prompts.quoted(LEASE, "en")
    for file, turn, messages in (
        (shipped_adapters.JUDGE, judge_course.TURN, asked_of_passages(KEYS[0], told)),
        (shipped_adapters.CONFIRMER, confirm_course.TURN, asked_of_answer(KEYS[0], told, "Two keys.")),
        (shipped_adapters.ANSWERER, answer_course.TURN, prompts.for_answerer(KEYS[0], LEASE, "en")),
    ):
        field = GGUFReader(file).get_field("adapter.alora.invocation_tokens")
        assert field is not None
        assert field.contents() == llama.tokens(turn, special=True)
        assert llama.prompt(messages, with_thinking=False).count(f"\n{turn}") == 1


def test_what_the_answerer_learns_from_is_written_in_the_language_of_its_question() -> None:
    learned = [*answer_course.judged(), *answer_course.own()]
    answers = [each for block in learned for each in (*block.answered, *block.in_other)]
    assert len(answers) > 3400
    assert sum(len(block.in_other) for block in learned) > 1400
    other = [answer for question, answer in answers if language_of(answer) != language_of(question)]
    assert len(other) <= 3  # short ones that are mostly names
    assert sum(block.held_out for block in learned) > 20
    for sequence in itertools.islice(answer_course._sequences(), 80):
        assert 1 <= len(sequence) <= answer_course.MOST_ANSWERED + 2
        assert all(reply.strip() for _, (reply,) in sequence)
        assert len({messages[0].content for messages, _ in sequence}) == 1  # it is read once
    for record, block in zip(blocks.read(answer_course.OF_PASSAGES), blocks.read(answer_course.PASSAGES), strict=True):
        assert record["id"] == block["id"]
        stated = [number for number, each in enumerate(block["questions"]) if each["yes"]]
        assert [answer["n"] for answer in record["answers"]] == stated
    groups = {group["q"] for group in blocks.read(verifying.GROUPS)}
    assert {each["q"] for each in blocks.read(answer_course.CONFLICTS)} <= groups
