"""Judgement: what the model says of its passages decides between an answer, a doubtful one and a refusal."""

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from ingest.sync.pipeline import ingest
from kb.answering import judgement, prompts
from kb.answering.judgement import MAY_BE_FURTHER
from kb.answering.quotation import STATED as STATED_FROM
from kb.answering.quotation import STATED_INSTEAD
from kb.assistant import KnowledgeBase
from kb.checking.citations import UNSTATED
from kb.confidence.verdicts import OTHERWISE, SILENT, STATES, Verdict, asked_of_passages
from kb.errors import ModelError
from kb.models import shipped_adapters, weights
from kb.schema import AskOptions, Done, Floors, Language, Message, Retrieved, Revised, Scope, Term
from tests.fakes import ScriptedModel
from tests.kb.passages import passage
from tests.knowledge import OWNER, open_kb, write

Fill = Callable[[ScriptedModel], KnowledgeBase]
LAPTOP = "How soon must a lost laptop be reported?"
REWORDED = "The service desk must be told of a lost laptop within 2 hours [1]."
GOOD = "A lost laptop must be reported to the service desk within 2 hours [1]."


def sure(share: float) -> dict[str, float]:
    yes, no = prompts.YES_NO["en"]
    return {yes: share, no: 1 - share}


@pytest.mark.parametrize(
    ("share", "outcome"),
    [(0.0, "refused"), (0.099, "refused"), (0.1, "uncertain"), (0.499, "uncertain"), (0.5, "answered")],
)
def test_an_answer_is_given_marked_or_refused_by_the_floors(filled: Fill, share: float, outcome: str) -> None:
    model = ScriptedModel([GOOD], preferences=[sure(share)])
    answer = filled(model).answer(LAPTOP, OWNER)
    assert answer.outcome == outcome
    assert answer.answerable == share
    assert answer.refused == (outcome == "refused")
    assert len(model.requests) == (outcome != "refused")  # nothing is written where it is refused
    kinds = [notice.kind for notice in answer.notices]
    assert kinds == {"refused": ["not_stated"], "uncertain": ["uncertain"], "answered": []}[outcome]


def test_a_refusal_tells_the_nearest_words_and_what_is_missing(filled: Fill) -> None:
    answer = filled(ScriptedModel([GOOD], preferences=[sure(0.0)])).answer(
        "How soon must a lost zebra be reported?", OWNER
    )
    assert "within 2 hours" in answer.text
    assert "zebra" in answer.text.splitlines()[-1]
    assert answer.claims == answer.citations == ()


def verifying(replies: list[str], states: float) -> ScriptedModel:
    """A model of the weights that have a verifier, which finds each sentence so surely stated."""
    model = ScriptedModel(replies)
    model.weights = weights.WEIGHTS[shipped_adapters.MODEL].sha256
    model.verdicts = {STATES: states}
    return model


@pytest.mark.parametrize(
    ("has_judge", "first_share", "share", "outcome"),
    [
        (True, MAY_BE_FURTHER, 0.5, "answered"),
        (True, MAY_BE_FURTHER, 0.49, "refused"),
        (True, MAY_BE_FURTHER - 0.001, 0.9, "refused"),
        (True, 0.49, 0.5, "answered"),
        (True, 0.49, 0.49, "uncertain"),
        (False, 0.02, 0.9, "refused"),
        (False, 0.49, 0.9, "uncertain"),
    ],
)
def test_what_was_found_further_down_answers_where_the_judge_is_sure_of_it(
    tmp_path: Path, has_judge: bool, first_share: float, share: float, outcome: str
) -> None:
    texts = {f"{n}.md": f"# Desk {n}\n\nA lost laptop is reported to desk {n} within {n} hours.\n" for n in range(2, 9)}
    model = verifying(["A lost laptop is reported to a desk [1]."], 0.9)
    if not has_judge:  # its own words tell less
        model.weights = "0" * 64
    told = [{STATES: each, SILENT: 1 - each} if has_judge else sure(each) for each in (first_share, share)]
    model.expect(told)
    with open_kb(tmp_path / "home", model) as kb:
        ingest(kb, [write(tmp_path / "docs", texts)])
        events = list(kb.ask(LAPTOP, OWNER))
        first, *more = [event.passages for event in events if isinstance(event, Retrieved)]
        assert isinstance(events[-1], Done)
        answer = events[-1].answer
        assert (answer.outcome, len(more)) == (outcome, outcome == "answered")
        shown = (more or [first])[0]
        assert answer.passages[: len(shown)] == shown
        assert answer.answerable == (share if more else first_share)
        for further in more:
            assert {p.document for p in further}.isdisjoint(p.document for p in first)
            assert [p.rank for p in further] == [1, 2, 3]
            assert [citation.document for citation in answer.citations] == [further[0].document]


@pytest.mark.parametrize(("first_share", "outcome"), [(0.05, "refused"), (0.45, "uncertain")])
@pytest.mark.parametrize("fails", [False, True])
def test_a_judge_that_cannot_tell_of_what_was_found_further_down_is_not_sure_of_it(
    tmp_path: Path, fails: bool, first_share: float, outcome: str
) -> None:
    texts = {f"{n}.md": f"# Desk {n}\n\nA lost laptop is reported to desk {n} within {n} hours.\n" for n in range(2, 9)}
    model = verifying(["A lost laptop is reported to a desk [1]."], 0.9)
    judged = [{STATES: first_share, SILENT: 1 - first_share}]
    give = model.preference

    def preference(
        messages: Sequence[Message], options: Sequence[str], stop: Any, by: shipped_adapters.Name | None
    ) -> dict[str, float] | None:
        if by != "judge":
            return give(messages, options, stop, by)
        if not judged and fails:
            raise ModelError("engine.gone")
        return judged.pop() if judged else None

    model.preference = preference  # type: ignore[method-assign]
    with open_kb(tmp_path / "home", model) as kb:
        ingest(kb, [write(tmp_path / "docs", texts)])
        answer = kb.answer(LAPTOP, OWNER)
        assert (answer.outcome, answer.answerable) == (outcome, first_share)
        assert judged == []


def test_where_nothing_is_found_further_down_the_question_is_refused(tmp_path: Path) -> None:
    model = verifying([], 0.0)
    model.expect([{STATES: 0.05, SILENT: 0.95}])
    with open_kb(tmp_path / "home", model) as kb:
        ingest(kb, [write(tmp_path / "docs", {"2.md": "A lost laptop is reported to desk 2 at once.\n"})])
        answer = kb.answer(LAPTOP, OWNER)
        assert answer.refused
        assert [p.document for p in answer.passages] == ["2.md"]
    assert len(model.preference_requests) == 1


@pytest.mark.parametrize("told", [None, {}])
def test_a_model_that_cannot_tell_answers(filled: Fill, told: dict[str, float] | None) -> None:
    answer = filled(ScriptedModel([GOOD], preferences=[told or None])).answer(LAPTOP, OWNER)
    assert (answer.outcome, answer.answerable) == ("answered", None)


def test_it_answers_in_the_conversation_in_which_it_judged(filled: Fill) -> None:
    model = ScriptedModel([GOOD], preferences=[sure(0.9)])
    filled(model).answer(LAPTOP, OWNER)
    [messages] = model.requests
    asked, *_ = model.preference_requests  # and then whether other documents say otherwise
    assert messages[: len(asked)] == asked  # so that the passages are read once
    assert messages[1].content == prompts.YES_NO["en"][0]


@pytest.mark.parametrize("budget", [0, 64])
def test_the_answerer_writes_for_the_shipped_model_unless_it_is_to_think(filled: Fill, budget: int) -> None:
    """It has learned to answer at once."""
    model = verifying([f"<think>So.</think>{GOOD}" if budget else GOOD], 1.0)
    model.expect([{STATES: 0.9, SILENT: 0.1}])
    answer = filled(model).answer(LAPTOP, OWNER, AskOptions(think_budget=budget))
    [messages] = model.requests
    asked, *_ = model.preference_requests
    assert (messages[0] == asked[0]) is (budget == 0)  # the passages are read once
    assert ([messages[-1].role, prompts.ANSWERER_INVOCATION in messages[-1].content] == ["system", True]) is (
        budget == 0
    )
    assert [claim.state for claim in answer.claims] == ["confirmed"]


def test_a_second_try_of_the_shipped_model_is_not_the_answerers(filled: Fill) -> None:
    model = verifying(["Yes.", GOOD], 1.0)
    model.reasons = False
    model.expect([{STATES: 0.9, SILENT: 0.1}])
    filled(model).answer(LAPTOP, OWNER)
    first, second = model.requests
    assert prompts.ANSWERER_INVOCATION in first[-1].content
    assert "says what the passages say about it, and why" in second[-1].content


def test_without_a_judgement_the_model_is_told_what_to_write_where_the_passages_are_silent() -> None:
    [judged, _, asked] = prompts.answering("Why?", [passage(1, "It is so.")], "en")
    assert prompts.NOT_FOUND["en"] not in judged.content + asked.content
    [alone] = prompts.answering("Why?", [passage(1, "It is so.")], "en", judged=False)
    assert prompts.NOT_FOUND["en"] in alone.content
    assert "It is so." in alone.content


def test_judging_can_be_stopped(filled: Fill) -> None:
    stop = threading.Event()
    kb = filled(ScriptedModel([GOOD], preferences=[sure(0.9)]))
    events = kb.ask(LAPTOP, OWNER, AskOptions(stop=stop))
    assert isinstance(next(events), Retrieved)
    stop.set()
    assert not any(isinstance(event, Done) for event in events)


def test_what_the_reader_chose_is_read_however_far_it_is(filled: Fill) -> None:
    kb = filled(ScriptedModel([GOOD], preferences=[sure(0.9)]))
    weather = "Which team won the football world cup in 1998?"
    assert not kb.search(weather, OWNER).enough_evidence
    assert kb.search(weather, OWNER, scope=Scope(paths=("handbook.md",))).enough_evidence


def test_floors_are_kept_by_model_and_language(filled: Fill) -> None:
    model = ScriptedModel([GOOD], preferences=[sure(0.3), sure(0.3)])
    kb = filled(model)
    assert judgement.floors(kb.catalog, model, "en") == judgement.CAUTIOUS
    kb.keep_floors({"en": Floors(0.4, 0.6)})
    kb.keep_floors({"zh": Floors(0.2, 0.3)})
    assert judgement.floors(kb.catalog, model, "en") == Floors(0.4, 0.6)
    assert judgement.floors(kb.catalog, model, "zh") == Floors(0.2, 0.3)
    assert kb.answer(LAPTOP, OWNER).outcome == "refused"
    model.weights = "1" * 64  # another model
    assert kb.answer(LAPTOP, OWNER).outcome == "uncertain"


def test_the_floors_of_the_model_that_is_shipped_are_those_that_were_calibrated() -> None:
    assert Floors(0.1, 0.5) == judgement.BY_JUDGE
    assert Floors(0.1, 0.5) == judgement.CAUTIOUS


def judging_model(states: float | None) -> ScriptedModel:
    """A model of the weights that have a judge, which finds it so probable that the passages state the answer."""
    told = None if states is None else {STATES: states, SILENT: 1 - states}
    model = ScriptedModel([], preferences=[told], name=shipped_adapters.MODEL)
    model.weights = weights.WEIGHTS[shipped_adapters.MODEL].sha256
    return model


@pytest.mark.parametrize(
    ("language", "question", "text"), [("en", LAPTOP, GOOD), ("zh", "几天内退回？", "设备在三天内退回。")]
)
@pytest.mark.parametrize("states", [0.0, 0.3, 1.0])
def test_the_judge_of_the_shipped_model_is_asked(language: Language, question: str, text: str, states: float) -> None:
    model, passages = judging_model(states), [passage(1, text)]
    assert judgement.answerable(model, question, passages, language) == states
    [messages] = model.preference_requests
    assert list(messages) == asked_of_passages(question, prompts.quoted(passages, language))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_the_judge_reads_of_the_passages_is_what_the_answer_begins_with(language: Language) -> None:
    """The engine reads it once; and nothing that the judge read otherwise is taken for it."""
    passages, terms = [passage(1, GOOD), passage(2, "设备在三天内退回。")], [Term("kit", ("设备",), "a computer")]
    told = prompts.quoted(passages, language, terms)
    judged = asked_of_passages(LAPTOP, told)[0].content
    answers = [prompts.answering(LAPTOP, passages, language, judged=known, terms=terms) for known in (True, False)]
    assert judged == prompts.for_answerer(LAPTOP, passages, language, terms)[0].content == f"{told}\n"
    for messages in answers:
        assert messages[0].content.startswith(f"{told}\n\n")


def test_a_judge_that_would_say_something_else_tells_nothing() -> None:
    assert judgement.answerable(judging_model(None), "几天内退回？", [passage(1, "设备在三天内退回。")], "zh") is None


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_model_of_that_name_and_other_weights_has_neither_judge_nor_its_floors(
    filled: Fill, language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    kb, model = filled(ScriptedModel([GOOD])), judging_model(None)
    monkeypatch.setattr(judgement, "BY_JUDGE", Floors(0.3, 0.4))
    assert judgement.floors(kb.catalog, model, language) == Floors(0.3, 0.4)
    model.weights, (yes, no) = "1" * 64, prompts.YES_NO[language]
    model.expect([{yes: 0.84, no: 0.16}])
    assert judgement.answerable(model, LAPTOP, [passage(1, GOOD)], language) == 0.84
    assert judgement.floors(kb.catalog, model, language) == judgement.CAUTIOUS


def test_floors_that_were_calibrated_by_another_judge_do_not_hold(
    filled: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    kb, model = filled(ScriptedModel([GOOD])), judging_model(None)
    kb.catalog.set_property("judgement", json.dumps({model.weights: {"zh": asdict(Floors(0.8, 0.9))}}))
    assert judgement.floors(kb.catalog, model, "zh") == judgement.BY_JUDGE
    judgement.keep_floors(kb.catalog, model, {"zh": Floors(0.2, 0.3), "en": Floors(0.5, 0.6)})
    assert judgement.floors(kb.catalog, model, "zh") == Floors(0.2, 0.3)
    assert judgement.floors(kb.catalog, model, "en") == Floors(0.5, 0.6)
    monkeypatch.setattr(shipped_adapters, "judge_digest", lambda: "another")
    assert judgement.floors(kb.catalog, model, "zh") == judgement.BY_JUDGE


def test_judging_says_nothing_where_nothing_is_near(filled: Fill) -> None:
    model = ScriptedModel([GOOD], preferences=[sure(0.8)])
    kb = filled(model)
    assert kb.judge("Which team won the football world cup in 1998?", OWNER) is None
    assert model.preference_requests == []
    assert kb.judge(LAPTOP, OWNER) == 0.8


def test_the_trail_keeps_how_sure_it_was(filled: Fill) -> None:
    kb = filled(ScriptedModel([GOOD], preferences=[sure(0.2)]))
    kb.answer(LAPTOP, OWNER)
    [row] = kb.catalog.audit_rows(action="ask")
    assert (row["outcome"], row["detail"]["answerable"]) == ("uncertain", 0.2)


def test_a_model_that_fails_while_it_judges_fails_the_question(filled: Fill) -> None:
    class Dying(ScriptedModel):
        def preference(self, *_: object, **__: object) -> dict[str, float] | None:
            raise ModelError("the server died")

    with pytest.raises(ModelError, match="the server died"):
        filled(Dying([GOOD])).answer(LAPTOP, OWNER)


UNTICKED = (False, "unchecked", "uncertain")


@pytest.mark.parametrize(("probability", "told"), [(0.2, UNTICKED), (0.9, (True, "confirmed", ""))])
def test_no_sentence_of_an_uncertain_answer_gets_a_tick(
    filled: Fill, probability: float, told: tuple[bool, str, str]
) -> None:
    answer = filled(ScriptedModel([GOOD], preferences=[sure(probability)])).answer(LAPTOP, OWNER)
    assert answer.uncertain == (told == UNTICKED)
    assert [(claim.supported, claim.state, claim.reason) for claim in answer.claims] == [told]
    assert [citation.supported for citation in answer.citations] == [True]


def test_what_contradicts_an_uncertain_answer_is_still_told(filled: Fill) -> None:
    model = ScriptedModel([f"{GOOD} A lost laptop need not be reported to the service desk."], preferences=[sure(0.2)])
    answer = filled(model).answer(LAPTOP, OWNER)
    assert [(claim.state, claim.reason) for claim in answer.claims] == [
        ("unchecked", "uncertain"),
        ("contradicted", "negation"),
    ]


def test_a_model_that_was_sure_and_then_finds_nothing_is_asked_once_more_for_the_reason(filled: Fill) -> None:
    model = ScriptedModel(["The documents do not say.", GOOD], preferences=[sure(0.97)])
    answer = filled(model).answer(LAPTOP, OWNER)
    first, second = model.requests
    assert "says what the passages say about it, and why" in second[-1].content
    assert second[:-1] == first[:-1]  # the passages are read once
    assert answer.outcome == "uncertain"
    assert [(claim.supported, claim.state, claim.reason) for claim in answer.claims] == [UNTICKED]
    assert [citation.supported for citation in answer.citations] == [True]  # the place to look at stays


@pytest.mark.parametrize("first", ["Yes.", "How soon must a lost laptop be reported?"])
def test_a_model_that_says_yes_alone_or_the_question_is_asked_once_more(filled: Fill, first: str) -> None:
    model = ScriptedModel([first, GOOD], preferences=[sure(0.97)])
    answer = filled(model).answer(LAPTOP, OWNER)
    assert len(model.requests) == 2
    assert answer.outcome == "uncertain"
    assert [(claim.supported, claim.state, claim.reason) for claim in answer.claims] == [UNTICKED]
    assert [citation.supported for citation in answer.citations] == [True]  # the place to look at stays


def test_a_model_that_is_silent_when_asked_once_more_refuses(filled: Fill) -> None:
    model = ScriptedModel(["Yes.", ""], preferences=[sure(0.97)])
    assert filled(model).answer(LAPTOP, OWNER).refused
    assert len(model.requests) == 2


@pytest.mark.parametrize("again", ["The documents do not say.", "A badge opens the gate on Sundays [1]."])
def test_what_it_then_says_without_support_is_refused(filled: Fill, again: str) -> None:
    model = ScriptedModel(["The documents do not say.", again], preferences=[sure(0.97)])
    assert filled(model).answer(LAPTOP, OWNER).refused
    assert len(model.requests) == 2


def test_a_model_that_was_not_sure_is_not_asked_again(filled: Fill) -> None:
    model = ScriptedModel(["The documents do not say.", GOOD], preferences=[sure(0.3)])
    assert filled(model).answer(LAPTOP, OWNER).refused
    assert len(model.requests) == 1


@pytest.mark.parametrize(
    ("name", "language", "probability", "states"),
    [
        ("qwen2.5-coder-1.5b", "en", 0.58, True),
        ("qwen2.5-coder-1.5b", "en", 0.57, False),
        ("qwen2.5-coder-1.5b", "zh", 0.89, True),
        ("qwen2.5-coder-1.5b", "zh", 0.87, False),
        ("another", "zh", 0.5, True),
        ("another", "zh", 0.49, False),
    ],
)
def test_a_sentence_states_the_answer_from_a_floor_on(
    name: str, language: Language, probability: float, states: bool
) -> None:
    yes, no = prompts.YES_NO[language]
    model = ScriptedModel([], preferences=[{yes: probability, no: 1 - probability}])
    model.name = name
    assert (judgement.states_answer(model, "How long?", language, None, "For 3 days.") >= 0) is states
    [[asked]] = model.preference_requests
    assert "How long?" in asked.content
    assert "For 3 days." in asked.content


def test_where_the_model_cannot_tell_a_sentence_states_nothing() -> None:
    model = ScriptedModel([], preferences=[None])
    assert judgement.states_answer(model, "How long?", "en", None, "For 3 days.") == -1


def test_where_the_model_fails_the_answer_stands() -> None:
    class Failing(ScriptedModel):
        def preference(self, *_: object, **__: object) -> dict[str, float] | None:
            raise ModelError("gone")

    assert judgement.states_answer(Failing([]), "How long?", "en", None, "For 3 days.") == -1


@pytest.mark.parametrize(("states", "state"), [(0.9, "confirmed"), (0.1, "unchecked")])
def test_of_several_sentences_one_that_is_not_the_answer_is_read_beside_its_place(
    filled: Fill, states: float, state: str
) -> None:
    model = verifying([f"{GOOD} A replacement arrives after 3 working days [1]."], states)
    model.confirmed = {STATES: 0.05, SILENT: 0.95}
    claim, _ = filled(model).answer(LAPTOP, OWNER).claims
    assert claim.state == state
    read, said = [request[-1].content for request in model.verdict_requests], GOOD.removesuffix(" [1].")
    [asked] = [each for each in read if f"Question: {said}.\n\nText:" in each]
    assert "3 working days" in asked  # what stands around it
    assert asked.endswith(f"Answer: {said}.")


@pytest.mark.parametrize(("confirmed", "refused"), [(UNSTATED - 0.01, True), (UNSTATED + 0.01, False)])
def test_an_answer_of_which_the_confirmer_finds_nothing_stated_is_withheld(
    filled: Fill, confirmed: float, refused: bool
) -> None:
    model = verifying([GOOD], 0.9)
    model.confirmed = {STATES: confirmed, SILENT: 1 - confirmed}
    answer = filled(model).answer(LAPTOP, OWNER)
    assert answer.refused is refused
    assert ("unsupported_answer" in [notice.kind for notice in answer.notices]) is refused
    assert not any(claim.supported for claim in answer.claims)


@pytest.mark.parametrize(("share", "state"), [(0.97, "confirmed"), (0.55, "unchecked")])
def test_what_was_judged_of_the_passages_counts_in_a_tick(filled: Fill, share: float, state: str) -> None:
    model = verifying([GOOD], 0.0)
    model.expect([{STATES: share, SILENT: 1 - share}])
    model.confirmed = {STATES: 0.4, SILENT: 0.6}
    [claim] = filled(model).answer(LAPTOP, OWNER).claims
    assert claim.state == state


OWN = "A lost laptop must be reported to the service desk within 2 hours."
NOT_OWN = "A lost laptop must be reported to the police within 9 days [1]."


def quoting(quoted: float, said: str = NOT_OWN) -> ScriptedModel:
    """A model that writes what the documents do not say; its confirmer finds their own sentence so surely stated."""
    model = verifying([said], 0.0)
    model.expect([{STATES: 0.9, SILENT: 0.1}])
    model.confirmed = {STATES: 0.01, SILENT: 0.99}
    model.confirmed_of = {OWN: {STATES: quoted, SILENT: 1 - quoted}}
    return model


def test_where_the_models_words_are_withheld_the_documents_own_sentence_answers(filled: Fill) -> None:
    knowledge = filled(quoting(0.97))
    *_, revised, end = knowledge.ask(LAPTOP, OWNER)
    assert revised == Revised("")  # what the model wrote is not to be read
    assert isinstance(end, Done)
    answer = end.answer
    assert (answer.text, answer.outcome) == (OWN.replace(".", " [1]."), "answered")
    assert [(claim.state, claim.markers) for claim in answer.claims] == [("confirmed", (1,))]
    assert [citation.quote.endswith(OWN) for citation in answer.citations] == [True]
    assert [notice.kind for notice in answer.notices] == ["quoted"]
    assert "9 days" in knowledge.catalog.audit_rows(1)[0]["detail"]["withheld"]


@pytest.mark.parametrize(("quoted", "share"), [(0.5, 0.9), (0.97, 0.4)])
def test_where_none_surely_answers_or_the_passages_may_not_it_is_refused(
    filled: Fill, quoted: float, share: float
) -> None:
    model = quoting(quoted)
    model.expect([{STATES: share, SILENT: 1 - share}])
    answer = filled(model).answer(LAPTOP, OWNER)
    assert answer.refused
    assert [notice.kind for notice in answer.notices][-1] == "unsupported_answer"


@pytest.mark.parametrize("disputed", [True, False])
def test_one_of_documents_that_answer_differently_is_quoted_only_with_another(tmp_path: Path, disputed: bool) -> None:
    texts = {
        "adults.md": "# Adults\n\nThe day ticket of the zoo costs 12 euros for an adult.\n",
        "children.md": "# Children\n\nThe day ticket of the zoo costs 5 euros for a child.\n",
        "lions.md": "# Lions\n\nLions sleep for most of the day.\n",
        "cars.md": "# Parking\n\nCars stand behind the gate of the zoo.\n",
    }
    model = quoting(0.0, "The day ticket of the zoo costs 99 euros [1].")
    give = model.preference

    def preference(
        messages: Sequence[Message], options: Sequence[str], stop: Any, by: shipped_adapters.Name | None
    ) -> dict[str, float] | None:
        claim = messages[-1].content.rpartition("Answer:")[2]
        if by == "confirmer":  # which doubts what another document answers otherwise
            alone = not all(price in messages[0].content for price in ("12 euros", "5 euros"))
            share = 0.9 if alone and "5 euros" in claim else 0.01
            return {STATES: share, SILENT: 1 - share}
        if by == "verifier":
            other = disputed and "12 euros" in messages[-1].content and "5 euros" in claim
            return {STATES: 0.0, OTHERWISE: 0.9 * other, SILENT: 1 - 0.9 * other}
        return give(messages, options, stop, by)

    model.preference = preference  # type: ignore[method-assign]
    with open_kb(tmp_path / "home", model) as kb:
        ingest(kb, [write(tmp_path / "docs", texts)])
        answer = kb.answer("What does the day ticket of the zoo cost?", OWNER)
        assert answer.refused is not disputed
        assert {notice.kind for notice in answer.notices} == (
            {"quoted", "disagreement"} if disputed else {"unsupported_answer"}
        )


def test_what_no_document_of_the_subject_says_is_not_quoted(filled: Fill) -> None:
    answer = filled(quoting(0.97)).answer(LAPTOP.replace("?", " at Karlson?"), OWNER)
    assert answer.refused


@pytest.mark.parametrize("quoted", [0.5, 0.97])
def test_that_an_address_was_taken_out_is_told_only_of_a_refusal(filled: Fill, quoted: float) -> None:
    said = "Report it at https://evil.example/x [1]. A lost laptop is reported within 9 days [1]."
    kinds = [notice.kind for notice in filled(quoting(quoted, said)).answer(LAPTOP, OWNER).notices]
    assert kinds == (["quoted"] if quoted >= STATED_FROM else ["address_withheld", "unsupported_answer"])


DOUBTED = "Staff must report a lost laptop to the service desk within 2 hours [1]."


def doubting(said: str, quoted: float, chance: float = 0.2) -> ScriptedModel:
    """A model whose words the confirmer doubts, and which finds the documents' own sentence so surely stated."""
    model = quoting(quoted, said)
    model.confirmed = {STATES: chance, SILENT: 1 - chance}
    return model


@pytest.mark.parametrize("quoted", [STATED_INSTEAD, STATED_INSTEAD - 0.01])
def test_one_doubtful_sentence_gives_way_to_the_documents_own(filled: Fill, quoted: float) -> None:
    knowledge = filled(doubting(DOUBTED, quoted))
    events = list(knowledge.ask(LAPTOP, OWNER))
    assert isinstance(events[-1], Done)
    answer = events[-1].answer
    assert answer.outcome == "answered"
    withheld = knowledge.catalog.audit_rows(1)[0]["detail"]["withheld"]
    if quoted >= STATED_INSTEAD:
        assert (answer.text, events[-2]) == (OWN.replace(".", " [1]."), Revised(""))
        assert [claim.state for claim in answer.claims] == ["confirmed"]
        assert ([notice.kind for notice in answer.notices], withheld) == (["quoted"], DOUBTED)
    else:
        assert Revised("") not in events
        assert (answer.text, withheld) == (DOUBTED, "")
        assert [claim.state for claim in answer.claims] == ["unchecked"]


@pytest.mark.parametrize(
    ("said", "chance", "share"),
    [
        (DOUBTED, 0.99, 0.9),  # it is confirmed
        (f"{DOUBTED} A replacement arrives for staff after 3 working days [1].", 0.2, 0.9),  # it says more
        (DOUBTED, 0.2, 0.4),  # the passages may not state the answer
    ],
)
def test_other_words_stand_as_they_are(filled: Fill, said: str, chance: float, share: float) -> None:
    model = doubting(said, 0.99, chance)
    model.expect([{STATES: share, SILENT: 1 - share}])
    answer = filled(model).answer(LAPTOP, OWNER)
    assert answer.text == said
    assert "quoted" not in {notice.kind for notice in answer.notices}


def test_one_who_stops_while_sentences_are_read_gets_no_quotation(filled: Fill) -> None:
    stop, model = threading.Event(), quoting(0.97)
    give = model.preference

    def preference(messages: Sequence[Message], *rest: Any, **more: Any) -> dict[str, float] | None:
        if OWN in messages[-1].content:
            stop.set()
        return give(messages, *rest, **more)

    model.preference = preference  # type: ignore[method-assign]
    answer = filled(model).answer(LAPTOP, OWNER, AskOptions(stop=stop))
    assert answer.refused


def test_each_sentence_is_put_to_the_confirmer_once_for_an_answer(filled: Fill) -> None:
    model = quoting(0.97)
    filled(model).answer(LAPTOP, OWNER)
    assert len(model.confirmer_requests) == len(set(model.confirmer_requests))


def test_a_passage_is_put_to_the_confirmer_alone_and_once() -> None:
    model = ScriptedModel([])
    model.weights, model.confirmed = weights.WEIGHTS[shipped_adapters.MODEL].sha256, {STATES: 0.7, SILENT: 0.3}
    confirm = judgement.confirming_by(model, LAPTOP, "en", None)
    assert confirm is not None
    seventh = passage(7, "Within 2 hours.", title="Rules")
    assert confirm(seventh, "Soon.\n\nNow.") == confirm(seventh, "Soon.\n\nNow.") == 0.7
    [[read, asked]] = model.confirmer_requests
    assert prompts.quoted([passage(1, "Within 2 hours.", title="Rules")], "en") in read.content
    assert asked.content.endswith("Answer: Soon.\nNow.")
    assert judgement.confirming_by(ScriptedModel([]), LAPTOP, "en", None) is None


def test_without_the_judge_or_with_other_weights_nothing_is_verified(filled: Fill) -> None:
    other = ScriptedModel([GOOD])
    other.verdicts = {"silent": 1.0}
    assert [claim.state for claim in filled(other).answer(LAPTOP, OWNER).claims] == ["confirmed"]
    assert other.verdict_requests == []
    assert judgement.verifying(other, LAPTOP, None) is None


def test_a_text_is_put_to_the_verifier_in_one_block_and_once() -> None:
    model = ScriptedModel([])
    model.weights, model.verdicts = weights.WEIGHTS[shipped_adapters.MODEL].sha256, {"yes": 0.9}
    verify = judgement.verifying(model, LAPTOP, None)
    assert verify is not None
    text = "Rules\n\nWithin 2 hours.\u200b\n \nAnswer: never."
    assert verify(text, "Soon.", "") == verify(text, "Soon.", "") == Verdict(0.9, 0.0)
    [[_, asked]] = model.verdict_requests
    assert "Text: Rules\nWithin 2 hours.\nAnswer: never.\n\nAnswer: Soon." in asked.content
    assert f"Question: {LAPTOP}\n\nText:" in asked.content
    verify(text, "Soon.", "Is it\n\nsoon?")
    assert "Question: Is it\nsoon?\n\nText:" in model.verdict_requests[-1][-1].content


def test_who_stops_an_answer_waits_for_no_verdict_and_one_that_fails_costs_nothing() -> None:
    class Failing(ScriptedModel):
        def preference(self, *_: object, **__: object) -> dict[str, float] | None:
            raise ModelError("gone")

    stop = threading.Event()
    stop.set()
    model, failing = ScriptedModel([]), Failing([])
    model.weights = failing.weights = weights.WEIGHTS[shipped_adapters.MODEL].sha256
    model.verdicts = {"yes": 0.9}
    found = [judgement.verifying(each, LAPTOP, at) for each, at in ((model, stop), (failing, None))]
    assert [verify and verify("Within 2 hours.", "Soon.", "") for verify in found] == [None, None]
    assert model.verdict_requests == []


@pytest.mark.parametrize(
    ("confirmed", "state"),
    [({"yes": 0.9}, "confirmed"), ({"yes": 0.08, "silent": 0.92}, "unchecked"), (None, "confirmed")],
)
def test_the_confirmer_is_asked_behind_the_passages_of_the_answer(
    filled: Fill, confirmed: dict[str, float] | None, state: str
) -> None:
    model = verifying([REWORDED], 0.9)
    model.confirmed = confirmed
    [claim] = filled(model).answer(LAPTOP, OWNER, AskOptions(think_budget=0)).claims
    assert claim.state == state
    [answered], [[shown, asked]] = model.requests, model.confirmer_requests  # once
    assert shown == answered[0]  # so that the passages are read once
    assert asked.content.endswith(f"Question: {LAPTOP}\n\nAnswer: {REWORDED.removesuffix(' [1].')}.")


def test_without_the_judge_or_with_other_weights_nothing_is_asked_of_the_confirmer(filled: Fill) -> None:
    other, model = ScriptedModel([GOOD]), verifying([GOOD], 0.9)
    other.confirmed = model.confirmed = {"silent": 1.0}
    kb = filled(model)
    kb.settings = kb.settings.model_copy(update={"llm": kb.settings.llm.model_copy(update={"judge": False})})
    assert [claim.state for claim in kb.answer(LAPTOP, OWNER).claims] == ["confirmed"]
    assert model.confirmer_requests == []
    assert judgement.confirming(other, LAPTOP, "Passages:", None) is None


def test_a_claim_is_put_to_the_confirmer_in_one_block_and_once_unless_it_is_stopped_or_fails() -> None:
    class Failing(ScriptedModel):
        def preference(self, *_: object, **__: object) -> dict[str, float] | None:
            raise ModelError("gone")

    model, failing, stop = verifying([], 0.9), Failing([]), threading.Event()
    failing.weights, model.confirmed = model.weights, {"yes": 0.8, "silent": 0.2}
    confirm = judgement.confirming(model, LAPTOP, "Passages:", stop)
    assert confirm is not None
    assert confirm("Soon.\n\nQuestion:\u200b none") == confirm("Soon.\n\nQuestion:\u200b none") == 0.8
    [[_, asked]] = model.confirmer_requests
    assert asked.content.endswith("Answer: Soon.\nQuestion: none")
    stop.set()
    assert confirm("Later.") is None
    assert len(model.confirmer_requests) == 1
    fails = judgement.confirming(failing, LAPTOP, "Passages:", None)
    assert fails is not None
    assert fails("Soon.") is None
