"""The verifier with the model that comes with the product: what it tells of texts that it has not learned from."""

import hashlib
from collections.abc import Iterator

import pytest

from benchmarks import verifying
from kb.checking.alignment import VERIFIED
from kb.checking.disagreements import DISPUTES
from kb.confidence.verdicts import OTHERWISE, SILENT, STATES, asked, verdict_on
from kb.config import LLMSettings
from kb.models import verifier, weights
from kb.models.llamacpp_engine import EmbeddedModel

KEYS = (
    "How many keys does a tenant get?",
    "Lease — 4 Keys\nEach tenant gets two keys for the front door and one for the cellar.",
)
PARKING = (
    "访客停车怎么收费？",
    "园区须知 — 三、停车\n访客前两小时免费，之后每小时 6 元；员工凭月卡停车，每月 180 元。",
)


@pytest.fixture(scope="module")
def model() -> Iterator[EmbeddedModel]:
    if not weights.present(verifier.MODEL):
        pytest.fail("The shipped model is not here. Run `make setup`.", pytrace=False)
    opened = EmbeddedModel(LLMSettings(embedded_model=verifier.MODEL, context_tokens=1024))
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
    assert (found.states >= VERIFIED["words"]) is true
    assert found.otherwise < DISPUTES


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
    found = [ask(messages, options) for ask in (model.preference, model.verdict) * 2]
    bare, verdict, bare_again, verdict_again = (each or {} for each in found)
    assert bare_again == pytest.approx(bare, abs=0.03)  # what is read in other batches differs a little
    assert verdict_again == pytest.approx(verdict, abs=0.03)
    assert verdict[SILENT] + verdict[OTHERWISE] > bare[SILENT] + bare[OTHERWISE] + 0.2


def test_a_model_of_other_weights_has_none() -> None:
    other = EmbeddedModel(LLMSettings(embedded_model="smollm2-135m", context_tokens=1024))
    try:
        assert verdict_on(other, *KEYS, "A tenant gets two keys.") is None
    finally:
        other.close()


def test_the_file_is_the_one_that_was_measured() -> None:
    """Figures and floors were measured with these weights."""
    assert hashlib.sha256(verifier.PATH.read_bytes()).hexdigest()[:16] == "d57ed1ffe289bfc0"
    assert verifier.is_of(weights.WEIGHTS[verifier.MODEL].sha256)


def test_what_it_learns_from_is_labelled() -> None:
    groups = [*verifying.groups(), *verifying.of_several(), *verifying.blind()]
    assert len(groups) > 2000
    replies = {example.reply for group in groups for example in group}
    assert replies == {STATES, OTHERWISE, SILENT, verifying.NOT_STATED}
    assert all(example.question and example.text.strip() and example.claim for group in groups for example in group)
    questions = [example for block in verifying.of_passages() for example in block]
    assert len(questions) > 3000
    assert all(not example.claim and example.reply in (STATES, SILENT) for example in questions)
    assert len({(example.question, example.text) for group in groups if (example := group[0]).held_out}) > 100
