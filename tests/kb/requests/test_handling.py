"""From a question to the request that it is, and back to an ordinary question where nothing of it is found."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.sync.pipeline import ingest
from kb.assistant import KnowledgeBase
from kb.schema import Message
from tests.fakes import ScriptedModel
from tests.knowledge import OWNER, open_kb, write

FLOOD = "# Incident 7\n\nA hose burst in the pump house on Friday night. The flood reached the switchboard at 2:10.\n"
FIRE = "# Incident 8\n\nA fire broke out in the kitchen on Sunday. Nobody was hurt.\n"
RULES = "# Harbour rules\n\nA boat may stay for 14 days. The harbour office opens at 8:15.\n"


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel(["The flood reached the switchboard at 2:10. The harbour office opens at 8:15."])


@pytest.fixture
def kb(tmp_path: Path, model: ScriptedModel) -> Iterator[KnowledgeBase]:
    pages = {"incident_report_7.md": FLOOD, "incident_report_8.md": FIRE, "harbour_rules.md": RULES}
    with open_kb(tmp_path / "home", model) as kb:
        ingest(kb, [write(tmp_path / "site", pages)])
        yield kb


def summarised(kb: KnowledgeBase, question: str) -> tuple[str, set[str]]:
    answer = kb.answer(question, OWNER)
    return answer.kind, {passage.document for passage in answer.passages}


def test_a_document_is_found_by_what_is_said_of_it_where_its_name_has_enough_of_that(kb: KnowledgeBase) -> None:
    asked = "Summarise the incident report on the pump house"
    assert summarised(kb, asked) == ("summary", {"incident_report_7.md"})
    assert summarised(kb, "Summarise what happened in the pump house")[0] != "summary"


def test_what_a_summary_shall_say_is_no_part_of_the_name(kb: KnowledgeBase) -> None:
    asked = "Give me a short summary of the harbour rules: how long a boat may stay, and when the office opens"
    assert summarised(kb, asked) == ("summary", {"harbour_rules.md"})


def test_a_comparison_of_which_nothing_is_found_is_an_ordinary_question(tmp_path: Path) -> None:
    model = ScriptedModel(completions=["oak\nbeech\nIn: hardness"])
    with open_kb(tmp_path / "home", model) as kb:
        ingest(kb, [write(tmp_path / "site", {"harbour_rules.md": RULES})])
        answer = kb.answer("oak or beech, how do they differ in hardness?", OWNER)
    assert (answer.kind, answer.outcome) == ("fact", "refused")
    assert len(model.completion_requests) == 1


EARLIER = [
    Message("user", "Where do I find how long a boat may stay?"),
    Message("assistant", "1 document speaks of it: harbour rules (harbour_rules.md) [1]"),
]


def test_a_request_in_a_conversation_is_known_from_the_question_made_self_contained(tmp_path: Path) -> None:
    model = ScriptedModel([RULES.splitlines()[-1]], completions=["Summarise the harbour rules"])
    with open_kb(tmp_path / "home", model) as kb:
        ingest(kb, [write(tmp_path / "site", {"harbour_rules.md": RULES, "incident_report_7.md": FLOOD})])
        earlier = [EARLIER[0], Message("assistant", "The harbour rules say so [1].")]
        answer = kb.answer("summarise that document", OWNER, history=earlier)
        assert (answer.kind, answer.searched) == ("summary", "Summarise the harbour rules")
        assert len(model.completion_requests) == 1
        plain = kb.answer("Summarise incident_report_7.md", OWNER, history=EARLIER)
        assert (plain.kind, plain.searched) == ("summary", "Summarise incident_report_7.md")
        assert len(model.completion_requests) == 1  # it stands alone as it is


def test_a_document_is_told_by_most_of_its_name_where_the_question_names_none_otherwise(tmp_path: Path) -> None:
    model = ScriptedModel([RULES.splitlines()[-1]], completions=["this"])
    with open_kb(tmp_path / "home", model) as kb:
        ingest(kb, [write(tmp_path / "site", {"harbour_rules.md": RULES, "incident_report_7.md": FLOOD})])
        answer = kb.answer("no time to read the harbour rules, what's the gist?", OWNER)
    assert (answer.kind, {passage.document for passage in answer.passages}) == ("summary", {"harbour_rules.md"})


def test_that_document_is_the_one_that_was_named_last(tmp_path: Path) -> None:
    model = ScriptedModel([RULES.splitlines()[-1]], completions=["Where is that?"])
    with open_kb(tmp_path / "home", model) as kb:
        ingest(kb, [write(tmp_path / "site", {"harbour_rules.md": RULES, "incident_report_7.md": FLOOD})])
        answer = kb.answer("please summarise that document", OWNER, history=EARLIER)
        assert (answer.kind, {passage.document for passage in answer.passages}) == ("summary", {"harbour_rules.md"})
        assert model.completion_requests == []
        both = [
            *EARLIER,
            Message("user", "And?"),
            Message("assistant", "harbour_rules.md and incident_report_7.md [1]"),
        ]
        assert kb.answer("please summarise that document", OWNER, history=both).kind != "summary"
