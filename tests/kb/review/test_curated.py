"""Curated answers: given at once where the same is asked again, with sources, editor and trail; and where not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.sync.pipeline import ingest
from kb.access.rules import Place
from kb.assistant import KnowledgeBase
from kb.config import Settings
from kb.errors import EngineUnavailable
from kb.models import llm
from kb.requests.addressed import addressed
from kb.review.answer_judge import AnswerJudge
from kb.schema import AskOptions, Done, Message, Notice, Principal, Retrieved, Scope
from tests.fakes import ScriptedModel
from tests.kb.people.conftest import quick_hashes
from tests.kb.review.judged import FILES, LEAVE, OPENS, asked, corrected, fill, judge, mark, person
from tests.knowledge import OWNER, write
from tests.ui.serving import opened

__all__ = ["quick_hashes"]

ADMIN = Principal("chief", unlimited=True)
ANSWER = "They get 25 days. Ask your manager first."
PLACE = "Full-time employees get 25 days of annual leave."
REPLY = "<think>It says so.</think>\n\nFull-time employees get 25 days of annual leave [1]."


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel([REPLY])


@pytest.fixture
def kb(tmp_path: Path, quick_hashes: None, model: ScriptedModel) -> Iterator[KnowledgeBase]:
    with opened(tmp_path / "home", model, Settings()) as kb:
        fill(kb, tmp_path)
        yield kb


@pytest.fixture
def curated(kb: KnowledgeBase, model: ScriptedModel) -> str:
    """The id of a curated answer to how many days of leave there are; the model was asked for none since."""
    id = judge(kb, "bob", LEAVE)
    corrected(kb, person(kb, "ed"), id, LEAVE, ANSWER, [mark(kb, "leave.md", PLACE)])
    model.requests.clear()
    model.preference_requests.clear()
    return id


@pytest.mark.parametrize(
    "question",
    [
        LEAVE,
        LEAVE.upper(),
        "How many vacation days per year does a full-time employee have?",
        "全职员工每年有几天年假？",
    ],
)
def test_it_is_given_when_the_same_is_asked_again(
    kb: KnowledgeBase, curated: str, model: ScriptedModel, question: str
) -> None:
    events = list(kb.ask(question, person(kb, "bob")))
    assert [type(event).__name__ for event in events] == ["Retrieved", "Notice", "Done"]
    found, told, done = events
    assert isinstance(found, Retrieved)
    assert isinstance(told, Notice)
    assert isinstance(done, Done)
    assert told.kind == "curated"
    assert "ed" in told.text
    answer = done.answer
    assert answer.text == f"{ANSWER} [1]"
    assert (answer.engine, answer.model, answer.refused, answer.outcome) == ("", "", False, "answered")
    [passage] = answer.passages
    text = kb.stored_text(OWNER, "docs", "leave.md").text
    assert passage.text == text[passage.start : passage.end] == PLACE
    assert [answer.text[c.start : c.end] for c in answer.claims] == ["They get 25 days.", "Ask your manager first. [1]"]
    assert all(claim.supported and claim.markers == (1,) for claim in answer.claims)
    assert all(text[c.start : c.end] == c.quote for c in answer.citations)
    assert model.requests == model.preference_requests == model.completion_requests == []
    row = kb.trail.rows(1)[0]
    assert (row["action"], row["outcome"], row["detail"]["curated"]) == ("ask", "answered", curated)
    assert row["detail"]["citations"][0]["document"] == "leave.md"


@pytest.mark.parametrize(
    "question",
    [
        "How many days of sick leave do full-time employees get?", "全职员工每年有几天病假？",
        "How many days of annual leave do part-time employees get?", "Who approves annual leave?", OPENS,
    ],
)  # fmt: skip
def test_it_is_not_given_to_another_question(kb: KnowledgeBase, curated: str, question: str) -> None:
    answer = asked(kb, question, person(kb, "bob"), curated=True)
    assert all(notice.kind != "curated" for notice in answer.notices)


def test_a_question_without_a_hit_is_embedded_once(
    kb: KnowledgeBase, curated: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded: list[str] = []
    embed = kb.embedder.embed_question
    monkeypatch.setattr(kb.embedder, "embed_question", lambda text: (embedded.append(text), embed(text))[1])
    asked(kb, OPENS, person(kb, "bob"), curated=True)
    assert embedded == [OPENS]


def test_a_filter_and_a_conversation_may_make_it_another_question(
    kb: KnowledgeBase, curated: str, model: ScriptedModel
) -> None:
    bob = person(kb, "bob")

    def kinds(**options: object) -> set[str]:
        return {notice.kind for notice in asked(kb, LEAVE, bob, curated=True, **options).notices}

    history = [Message("user", "Tell me of the branch in Lyon."), Message("assistant", "It has 20 employees.")]
    model._completions.append("How many days of annual leave do full-time employees in Lyon get?")
    assert "curated" not in kinds(history=history)
    model._completions.append(LEAVE)
    assert "curated" in kinds(history=history)
    assert "curated" not in kinds(scope=Scope(paths=("leave.md",)))
    assert "curated" in kinds()


@pytest.mark.parametrize("sign", ["@leave.md", "#docs"])
def test_what_is_addressed_to_documents_is_answered_from_them(kb: KnowledgeBase, curated: str, sign: str) -> None:
    bob = person(kb, "bob")
    _, scope = addressed(f"{sign} {LEAVE}", lambda: kb.documents(bob))
    answer = asked(kb, LEAVE, bob, curated=True, scope=scope)
    assert (answer.model, {n.kind for n in answer.notices} & {"curated"}) == ("scripted", set())


def test_another_model_that_is_asked_for_answers(
    kb: KnowledgeBase, curated: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(llm, "open_model", lambda *_: ScriptedModel([REPLY], name="other"))
    answer = asked(kb, LEAVE, person(kb, "bob"), curated=True, model=("ollama", "other"))
    assert answer.model == "other"


def test_asking_without_curated_answers_asks_the_model(kb: KnowledgeBase, curated: str, model: ScriptedModel) -> None:
    assert asked(kb, LEAVE, person(kb, "bob"), curated=False).model == "scripted"
    assert model.requests


def test_it_is_given_only_to_who_may_read_all_its_sources(kb: KnowledgeBase, curated: str) -> None:
    review = kb.reviews.get(ADMIN, curated)
    marks = [mark(kb, "leave.md", PLACE), mark(kb, "board.md", "a bonus of 4 percent", "board")]
    corrected(kb, ADMIN, review.id, LEAVE, "25 days [1], and a bonus of 4 percent [2].", marks)
    told = {
        name: any(n.kind == "curated" for n in asked(kb, LEAVE, person(kb, name), curated=True).notices)
        for name in ("ann", "bob", "ed", "boss")
    }
    assert told["bob"] is told["ed"] is False
    assert told["ann"]
    kb.set_readers(OWNER, Place("document", "docs", "leave.md"), ["person:bob"])
    assert all(n.kind != "curated" for n in asked(kb, LEAVE, person(kb, "ann"), curated=True).notices)


def test_it_is_withdrawn_when_its_document_changes_or_goes(kb: KnowledgeBase, curated: str, tmp_path: Path) -> None:
    bob, ed = person(kb, "bob"), person(kb, "ed")
    ingest(kb, [write(tmp_path / "docs", {"leave.md": FILES["leave.md"].replace("25", "27")})])
    assert all(n.kind != "curated" for n in asked(kb, LEAVE, bob, curated=True).notices)
    [review] = kb.reviews.listed(ed, curated=True)
    assert review.withdrawn == "changed"
    place = mark(kb, "leave.md", "Full-time employees get 27 days of annual leave.")
    corrected(kb, ed, curated, LEAVE, "27 days.", [place])
    assert asked(kb, LEAVE, bob, curated=True).text == "27 days. [1]"
    kb.delete_document(OWNER, "docs", "leave.md")
    assert all(n.kind != "curated" for n in asked(kb, LEAVE, bob, curated=True).notices)
    assert [r.withdrawn for r in kb.reviews.listed(ed, curated=True)] == ["deleted"]


def test_an_editor_withdraws_it_and_other_ways_to_ask_are_taken(kb: KnowledgeBase, curated: str) -> None:
    bob, ed = person(kb, "bob"), person(kb, "ed")
    way = "What is the holiday quota of a permanent colleague?"
    assert all(n.kind != "curated" for n in asked(kb, way, bob, curated=True).notices)
    corrected(kb, ed, curated, LEAVE, ANSWER, [mark(kb, "leave.md", PLACE)], also=[way, " "])
    assert asked(kb, way, bob, curated=True).text == f"{ANSWER} [1]"
    kb.reviews.withdraw(ed, curated, kb.reviews.get(ed, curated).version)
    assert all(n.kind != "curated" for n in asked(kb, LEAVE, bob, curated=True).notices)


IN_OTHER_WORDS = "What holiday allowance can somebody who works here full time expect?"


@pytest.fixture
def measured(model: ScriptedModel) -> ScriptedModel:
    """The model whose judgement of curated answers was measured."""
    model.name = "qwen2.5-coder-1.5b"
    return model


def test_what_is_asked_in_other_words_is_judged_by_the_model(
    kb: KnowledgeBase, curated: str, measured: ScriptedModel
) -> None:
    measured.expect([{"Yes": 0.9, "No": 0.1}])
    answer = asked(kb, IN_OTHER_WORDS, person(kb, "bob"), curated=True)
    assert answer.text == f"{ANSWER} [1]"
    [notice] = answer.notices
    assert notice.kind == "curated"
    assert f"“{LEAVE}”: ed wrote or accepted it" in notice.text
    [[message]] = measured.preference_requests
    assert ANSWER in message.content
    assert IN_OTHER_WORDS in message.content
    assert measured.requests == []


@pytest.mark.parametrize("yes", [0.7, None])
def test_where_it_is_not_sure_the_documents_are_asked(
    kb: KnowledgeBase, curated: str, measured: ScriptedModel, yes: float | None
) -> None:
    measured.expect([None if yes is None else {"Yes": yes, "No": 1 - yes}, {"Yes": 0.99, "No": 0.01}])
    answer = asked(kb, IN_OTHER_WORDS, person(kb, "bob"), curated=True)
    assert [passage.document for passage in answer.passages]
    assert all(notice.kind != "curated" for notice in answer.notices)


@pytest.mark.parametrize("question", ["How many days of sick leave do full-time employees get?", OPENS])
def test_what_shares_most_words_or_is_far_is_not_judged(
    kb: KnowledgeBase, curated: str, measured: ScriptedModel, question: str
) -> None:
    asked(kb, question, person(kb, "bob"), curated=True)
    assert all(ANSWER not in message.content for [message] in measured.preference_requests)


def test_a_model_that_was_not_measured_judges_no_curated_answer(
    kb: KnowledgeBase, curated: str, model: ScriptedModel
) -> None:
    model.expect([{"Yes": 0.99, "No": 0.01}] * 2)
    answer = asked(kb, IN_OTHER_WORDS, person(kb, "bob"), curated=True)
    assert all(notice.kind != "curated" for notice in answer.notices)
    assert all(ANSWER not in message.content for [message] in model.preference_requests)


def test_a_model_is_not_told_what_the_asker_may_not_read(
    kb: KnowledgeBase, curated: str, measured: ScriptedModel
) -> None:
    kb.set_readers(OWNER, Place("collection", "docs"), ["person:ed"])
    asked(kb, IN_OTHER_WORDS, person(kb, "bob"), curated=True)
    assert all(ANSWER not in message.content for [message] in measured.preference_requests)


def test_an_engine_that_fails_costs_only_the_curated_answer(
    kb: KnowledgeBase, curated: str, measured: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise EngineUnavailable("engine.none_usable", absent="no", missing="no")

    with monkeypatch.context() as patched:
        patched.setattr(measured, "preference", failing)
        judge = AnswerJudge(lambda: measured)
        assert not judge.answers(ANSWER, [IN_OTHER_WORDS])
    assert not AnswerJudge(None).answers(ANSWER, [IN_OTHER_WORDS])
    measured.expect([{"Yes": 0.9, "No": 0.1}, {"Yes": 0.8, "No": 0.2}])
    assert not AnswerJudge(lambda: measured).answers(ANSWER, [IN_OTHER_WORDS, LEAVE])  # each has to be sure


def test_it_is_judged_in_its_turn_at_the_model(measured: ScriptedModel) -> None:
    asked_before: list[int] = []
    measured.expect([{"Yes": 0.9, "No": 0.1}] * 2)
    options = AskOptions(take_turn=lambda: asked_before.append(len(measured.preference_requests)))
    assert AnswerJudge(lambda: measured).answers(ANSWER, [IN_OTHER_WORDS, LEAVE], options)
    assert asked_before == [0]
