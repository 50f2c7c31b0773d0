"""A question becomes an answer: events in order, refusals, repairs, and the trail that is kept."""

import hashlib
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.sync.pipeline import ingest
from kb.answering.events import drain
from kb.assistant import KnowledgeBase
from kb.errors import ModelError, ModelMissing, UsageError
from kb.language.local_days import day
from kb.models import llm
from kb.models.reasoning_stream import Delta
from kb.schema import AskOptions, Done, Failed, Message, Principal, Retrieved, Revised, Scope, Thought, Token, Usage
from tests.fakes import ScriptedModel
from tests.knowledge import OWNER
from tests.zones import SHANGHAI, UTC

Fill = Callable[[ScriptedModel], KnowledgeBase]
LAPTOP = "How soon must a lost laptop be reported?"
GOOD = "<think>The handbook says so.</think>\n\nA lost laptop must be reported to the service desk within 2 hours [1]."


def test_the_passages_come_first_and_the_answer_last(filled: Fill) -> None:
    events = list(filled(ScriptedModel([GOOD])).ask(LAPTOP, OWNER))
    assert isinstance(events[0], Retrieved)
    assert isinstance(events[-1], Done)
    kinds = [type(event) for event in events if isinstance(event, Thought | Token)]
    assert kinds == sorted(kinds, key=[Thought, Token].index)
    answer = events[-1].answer
    assert answer.thinking == "The handbook says so."
    assert not answer.refused
    assert [claim.supported for claim in answer.claims] == [True]
    [citation] = answer.citations
    assert "within 2 hours" in citation.quote
    assert citation.document == "handbook.md"
    assert answer.first_word_seconds is not None


def test_an_answer_tells_the_tokens_that_its_engine_counted(filled: Fill) -> None:
    told = [Delta(thinking="Passage 1."), Delta("A lost laptop is reported within 2 hours [1].")]
    counts = [Delta(prompt_tokens=120), Delta(prompt_tokens=120, completion_tokens=19)]
    kb = filled(ScriptedModel([[counts[0], *told, counts[1]], GOOD]))
    assert kb.answer(LAPTOP, OWNER).usage == Usage(120, 19, 1)
    assert kb.answer(LAPTOP, OWNER).usage is None  # this engine counts nothing


def test_another_model_answers_one_question_and_is_closed(filled: Fill, monkeypatch: pytest.MonkeyPatch) -> None:
    kb = filled(ScriptedModel([GOOD]))
    closed: list[str] = []

    class Other(ScriptedModel):
        def close(self) -> None:
            closed.append(self.name)

    def open_model(_settings: object, engine: str, name: str) -> Other:
        return Other([GOOD], name=f"{engine} {name}")

    monkeypatch.setattr(llm, "open_model", open_model)
    used = kb.model
    for answer in (
        drain(kb.ask(LAPTOP, OWNER, AskOptions(model=("ollama", "b")))),
        drain(kb.chat("How are you?", AskOptions(model=("ollama", "b")))),
    ):
        assert answer.model == "ollama b"
    assert closed == ["ollama b", "ollama b"]
    assert kb.model is used
    assert kb.answer(LAPTOP, OWNER).model == "scripted"


def test_another_model_that_is_missing_is_told(filled: Fill, monkeypatch: pytest.MonkeyPatch) -> None:
    def open_model(*_: object) -> ScriptedModel:
        raise ModelMissing("b is not there.")

    kb = filled(ScriptedModel([GOOD]))
    monkeypatch.setattr(llm, "open_model", open_model)
    *_, last = kb.ask(LAPTOP, OWNER, AskOptions(model=("ollama", "b")))
    assert last == Failed("b is not there.")


def test_a_quote_stands_in_the_stored_text_at_its_offsets(filled: Fill) -> None:
    kb = filled(ScriptedModel([GOOD]))
    [citation] = kb.answer(LAPTOP, OWNER).citations
    stored = kb.stored_text(OWNER, citation.collection, citation.document, citation.version)
    assert stored.text[citation.start : citation.end] == citation.quote


def test_off_topic_is_refused_before_the_model_is_called(filled: Fill) -> None:
    model = ScriptedModel([GOOD])
    answer = filled(model).answer("Which team won the football world cup in 1998?", OWNER)
    assert answer.refused
    assert model.requests == []
    assert answer.text
    assert [notice.kind for notice in answer.notices] == ["weak_evidence"]


def test_where_there_is_nothing_to_search_the_reader_is_told_why(filled: Fill) -> None:
    kb = filled(ScriptedModel([]))
    answer = kb.answer(LAPTOP, OWNER, AskOptions(Scope(paths=("no such folder/*",))))
    assert answer.refused
    [notice] = answer.notices
    assert (notice.kind, answer.text) == ("nothing_matches", notice.text)
    assert "matches no document: path no such folder/*" in notice.text
    assert kb.search(LAPTOP, OWNER, scope=Scope(collections=("none",))).notices[0].kind == "nothing_matches"
    for document in kb.documents(OWNER):
        kb.delete_document(OWNER, document.collection, document.path)
    [notice] = kb.answer("笔记本电脑丢了怎么办？", OWNER).notices
    assert notice.kind == "nothing_to_search"
    assert "还没有" in notice.text


def test_a_refusal_names_the_nearest_documents(filled: Fill) -> None:
    answer = filled(ScriptedModel(["The documents do not say."])).answer(LAPTOP, OWNER)
    assert answer.refused
    assert "handbook.md" in answer.text
    assert answer.claims == ()


def test_an_answer_that_nothing_supports_is_withheld_and_kept_in_the_trail(filled: Fill) -> None:
    kb = filled(ScriptedModel(["Lasagne is served on the seventh floor [1]."]))
    answer = kb.answer(LAPTOP, OWNER)
    assert answer.refused
    assert "Lasagne" not in answer.text
    assert "Lasagne" in kb.catalog.audit_rows(1)[0]["detail"]["withheld"]


def test_what_nothing_supports_is_left_out_beside_what_is_confirmed_and_kept_in_the_trail(filled: Fill) -> None:
    kb = filled(ScriptedModel([f"{GOOD} The tower is 914 metres high."]))
    answer = kb.answer(LAPTOP, OWNER)
    assert answer.text == "A lost laptop must be reported to the service desk within 2 hours [1]."
    assert "unconfirmed_left_out" in [notice.kind for notice in answer.notices]
    row = kb.catalog.audit_rows(1)[0]["detail"]
    assert (row["withheld"], row["answer"]) == ("The tower is 914 metres high.", answer.text)


def test_an_answer_in_the_wrong_language_is_asked_for_again(filled: Fill) -> None:
    model = ScriptedModel(["丢失的笔记本电脑必须在两小时内报告给服务台 [1]。", GOOD])
    events = list(filled(model).ask(LAPTOP, OWNER))
    assert Revised("") in events
    assert len(model.requests) == 2
    assert isinstance(events[-1], Done)
    assert events[-1].answer.language == "en"
    assert "within 2 hours" in events[-1].answer.text


@pytest.mark.parametrize("reply", ["18 [1]", "Contoso [1]。"])
def test_a_value_that_is_in_no_language_is_not_asked_for_again(filled: Fill, reply: str) -> None:
    model = ScriptedModel([reply])
    filled(model).answer("满十年的员工每年有几天年休假？", OWNER)
    assert len(model.requests) == 1


def test_a_chinese_question_is_prompted_in_chinese(filled: Fill) -> None:
    model = ScriptedModel(["满 10 年的员工每年有 18 天年休假 [1]。"])
    answer = filled(model).answer("满十年的员工每年有几天年休假？", OWNER)
    assert answer.language == "zh"
    assert not answer.refused
    assert "用中文" in model.requests[0][-1].content


def test_a_model_that_stays_silent_gives_a_refusal_not_an_empty_answer(filled: Fill) -> None:
    answer = filled(ScriptedModel([""])).answer(LAPTOP, OWNER)
    assert answer.refused
    assert answer.text.strip()


@pytest.mark.parametrize(
    "reply", ["<think>a</think>A lost laptop must be reported <think> within 2 hours [1].", GOOD, f"<think>{GOOD}"]
)
def test_no_think_tag_ever_reaches_the_answer(filled: Fill, reply: str) -> None:
    assert "think>" not in filled(ScriptedModel([reply])).answer(LAPTOP, OWNER).text


def test_a_server_that_dies_in_mid_answer_leaves_what_was_written(filled: Fill) -> None:
    model = ScriptedModel([["A lost laptop ", ModelError("The server died.")]])
    events = list(filled(model).ask(LAPTOP, OWNER))
    assert events[-1] == Failed("The server died.", "A lost laptop", "")
    with pytest.raises(ModelError, match="The server died"):
        drain(iter(events))


@pytest.mark.parametrize("half", ["", "[", "[1"])
def test_stopping_keeps_what_was_written_but_for_half_a_number(filled: Fill, half: str) -> None:
    stop, wait = threading.Event(), threading.Event()
    model = ScriptedModel([["A lost laptop must be reported within 2 hours [1]. " + half, wait, "And more."]])
    kb = filled(model)
    last = None
    for event in kb.ask(LAPTOP, OWNER, AskOptions(stop=stop)):
        if isinstance(event, Token):
            stop.set()
        last = event
    wait.set()
    assert isinstance(last, Done)
    assert last.answer.text == "A lost laptop must be reported within 2 hours [1]."
    assert "stopped" in [notice.kind for notice in last.answer.notices]


def test_a_follow_up_is_made_self_contained_before_the_search(filled: Fill) -> None:
    model = ScriptedModel([GOOD], completions=["What about a lost laptop?"])
    history = [Message("user", "What about lost badges?"), Message("assistant", "Ask the desk.")]
    events = list(filled(model).ask("And a laptop?", OWNER, history=history))
    assert isinstance(events[0], Retrieved)
    assert events[0].searched == "What about a lost laptop?"
    assert isinstance(events[-1], Done)
    assert events[-1].answer.question == "And a laptop?"


@pytest.mark.parametrize(("question", "said"), [("", "empty"), (" \n ", "empty"), ("x" * 100_000, "100,000")])
def test_a_question_that_cannot_be_asked_is_refused_at_once(filled: Fill, question: str, said: str) -> None:
    kb = filled(ScriptedModel())
    with pytest.raises(UsageError, match=said):
        kb.ask(question, OWNER)
    with pytest.raises(UsageError, match=said):
        kb.search(question, OWNER)


def test_what_does_not_fit_the_context_is_left_out_with_a_notice(filled: Fill) -> None:
    model = ScriptedModel([GOOD], context_tokens=820)
    answer = filled(model).answer(LAPTOP, OWNER)
    assert "passages_left_out" in [notice.kind for notice in answer.notices]


def test_every_question_leaves_a_row_with_its_evidence(filled: Fill) -> None:
    kb = filled(ScriptedModel([GOOD]))
    kb.answer(LAPTOP, Principal("wang", unlimited=True))
    [row] = kb.catalog.audit_rows(1)
    assert (row["asker"], row["action"], row["subject"]) == ("wang", "ask", LAPTOP)
    assert row["detail"]["citations"][0]["document"] == "handbook.md"
    assert row["detail"]["model"] == "scripted"
    [passage, *_] = row["detail"]["passages"]
    chunk = kb.catalog.chunks(kb.catalog.find_document(OWNER, passage[1])[0])[0]
    assert passage[-1] == hashlib.sha256(chunk.text.encode()).hexdigest()
    assert row["detail"]["answer_sha256"] == hashlib.sha256(row["detail"]["answer"].encode()).hexdigest()
    assert row["detail"]["model_digest"] == kb.model.digest()
    asked, ingested = kb.catalog.audit_rows(3)[1:]
    assert (asked["asker"], asked["action"], asked["subject"]) == ("wang", "question", LAPTOP)
    assert [each["document"] for each in ingested["detail"]["ingested"]] == ["handbook.md", "hr/休假.md"]


def test_chat_needs_no_documents(filled: Fill) -> None:
    [*_, done] = filled(ScriptedModel(["<think>先想</think>\n\n从安装 Python 开始。"])).chat("如何从零学 Python？")
    assert isinstance(done, Done)
    assert (done.answer.text, done.answer.thinking, done.answer.passages) == ("从安装 Python 开始。", "先想", ())


def test_a_long_conversation_without_documents_is_told_as_far_as_the_context_holds_it(filled: Fill) -> None:
    model = ScriptedModel(["Fine."])
    history = [Message("system", "Be brief.")]
    for number in range(60):
        history += [Message("user", f"question {number}"), Message("assistant", "字" * 700)]
    assert drain(filled(model).chat("And now?", history=history)).text == "Fine."
    told = model.requests[-1]
    assert [message.role for message in told[:3]] == ["system", "user", "assistant"]
    assert [message.content for message in told[-3::2]] == ["question 59", "And now?"]
    assert 4 <= len(told) < 20
    assert sum(model.count_tokens(message.content) for message in told) <= model.context_tokens - 512


def test_without_documents_a_model_that_does_not_reason_by_itself_answers_at_once(filled: Fill) -> None:
    model = ScriptedModel(["1. 安装 Python。\n2. 学习语法。"])
    model.reasons = False
    [*_, done] = filled(model).chat("请帮我分析Python编程如何从零开始学习？", AskOptions(think_budget=64))
    assert isinstance(done, Done)
    assert (done.answer.text, done.answer.thinking) == ("1. 安装 Python。\n2. 学习语法。", "")
    assert model.options == [{"think_budget": 0, "temperature": None, "seed": None}]


@pytest.mark.parametrize(
    ("question", "kind", "notices"),
    [
        ("你好！", "greeting", []),
        ("Thanks!", "greeting", []),
        ("你是谁？", "help", ["help"]),
        ("Who are you?", "help", ["help"]),
    ],
)
def test_what_is_no_question_to_the_documents_is_answered_without_them_and_without_the_model(
    filled: Fill, question: str, kind: str, notices: list[str]
) -> None:
    model = ScriptedModel()
    kb = filled(model)
    earlier = (Message("user", LAPTOP), Message("assistant", "Within 2 hours."))
    (done,) = kb.ask(question, OWNER, history=earlier)
    assert isinstance(done, Done)
    answer = done.answer
    assert (answer.kind, answer.refused, answer.claims, answer.passages) == (kind, False, (), ())
    assert [notice.kind for notice in answer.notices] == notices
    assert (model.requests, model.completion_requests) == ([], [])
    [row] = kb.catalog.audit_rows(1)
    assert row["subject"] == question


def test_a_scope_limits_the_search(filled: Fill) -> None:
    kb = filled(ScriptedModel())
    assert {p.document for p in kb.search(LAPTOP, OWNER, 10, scope=Scope(paths=("hr/*",))).passages} == {"hr/休假.md"}
    assert kb.search(LAPTOP, OWNER, 10, scope=Scope(paths=("nothing/*",))).passages == ()


def test_the_same_document_in_two_collections_takes_one_place(filled: Fill, docs: Path, tmp_path: Path) -> None:
    kb = filled(ScriptedModel())
    before = kb.search(LAPTOP, OWNER, 10).passages
    shutil.copytree(docs, tmp_path / "copy")
    ingest(kb, [tmp_path / "copy"])
    after = kb.search(LAPTOP, OWNER, 10).passages
    assert [(p.collection, p.document, p.start) for p in after] == [(p.collection, p.document, p.start) for p in before]
    (copied,) = {p.collection for p in kb.search(LAPTOP, OWNER, 10, scope=Scope(collections=("copy",))).passages}
    assert copied == "copy"


def test_a_scope_limits_by_collection_type_and_day(filled: Fill) -> None:
    kb = filled(ScriptedModel())
    first, *_, last = sorted(day(document.ingested_at) for document in kb.documents(OWNER))  # two, around midnight
    name = kb.documents(OWNER)[0].collection

    def found(scope: Scope) -> set[str]:
        return {passage.document for passage in kb.search(LAPTOP, OWNER, 10, scope=scope).passages}

    everything = found(Scope())
    assert found(Scope(collections=(name,))) == found(Scope(types=("md",))) == everything
    assert found(Scope(collections=("another",))) == found(Scope(types=("pdf",))) == set()
    assert found(Scope(since=first)) == found(Scope(until=last)) == everything
    assert found(Scope(until="2000-01-01")) == found(Scope(since="2999-01-01")) == set()
    assert found(Scope(paths=("hr/*",), types=("md",))) == {"hr/休假.md"}
    with pytest.raises(UsageError, match="tomorrow is not a day"):
        found(Scope(since="tomorrow"))


def test_a_scope_by_day_means_the_days_of_the_machines_place(filled: Fill, zone: Callable[[str], None]) -> None:
    kb = filled(ScriptedModel())
    with kb.catalog.transaction() as db:
        db.execute("UPDATE versions SET ingested_at = '2026-11-24T23:30:00.000+00:00'")

    def found(since: str = "", until: str = "") -> bool:
        return bool(kb.search(LAPTOP, OWNER, 10, scope=Scope(since=since, until=until)).passages)

    zone(SHANGHAI)  # where it was half past seven in the morning of the 25th
    assert found(since="2026-11-25")
    assert found(until="2026-11-25")
    assert not found(until="2026-11-24")
    zone(UTC)
    assert found(until="2026-11-24")
    assert not found(since="2026-11-25")
