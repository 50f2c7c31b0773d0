"""Which documents speak of something, and a question that is asked back."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.sync.pipeline import ingest
from kb.access.rules import Place
from kb.assistant import KnowledgeBase
from kb.schema import AskOptions, Done, Message, Principal, Retrieved, Scope
from tests.fakes import ScriptedModel
from tests.kb.storage import version
from tests.knowledge import OWNER, open_kb, write

Fill = Callable[[ScriptedModel], KnowledgeBase]


def test_the_documents_that_have_the_words_are_listed_with_their_places_and_no_model_is_asked(filled: Fill) -> None:
    model = ScriptedModel()
    kb = filled(model)
    retrieved, done = kb.ask("Which documents mention a lost laptop?", OWNER)
    assert isinstance(retrieved, Retrieved)
    assert isinstance(done, Done)
    answer = done.answer
    assert (answer.kind, answer.refused) == ("documents", False)
    assert answer.text.startswith("1 document speaks of “lost laptop”:\n1. **Staff handbook** (handbook.md): ")
    [citation] = answer.citations
    stored = kb.stored_text(OWNER, citation.collection, citation.document).text
    assert stored[citation.start : citation.end] == citation.quote
    assert citation.quote.startswith("A lost laptop must be reported")
    assert [claim.state for claim in answer.claims] == ["confirmed"]
    assert answer.text[answer.claims[0].start : answer.claims[0].end].endswith("[1]")
    assert (model.requests, model.completion_requests) == ([], [])


def test_what_no_document_mentions_is_said_to_be_in_none(filled: Fill) -> None:
    answer = filled(ScriptedModel()).answer("哪些文档提到火星移民？", OWNER)
    assert (answer.kind, answer.citations, answer.passages) == ("documents", (), ())
    assert answer.text == "您可阅读的文档都没有提到“火星移民”。"


def test_documents_outside_of_the_scope_or_of_other_readers_are_not_listed(filled: Fill) -> None:
    kb = filled(ScriptedModel())
    text = "The office in Utrecht moves in May."
    kb.indexes.publish([version("plan.md", text, embedder=kb.embedder)])
    kb.catalog.set_readers("owner", Place("default"), ["*"])
    kb.catalog.set_readers("owner", Place("document", "docs", "plan.md"), ["group:board"])
    question = "Which documents mention Utrecht?"
    assert {c.document for c in kb.answer(question, OWNER).citations} == {"handbook.md", "plan.md"}
    assert {c.document for c in kb.answer(question, Principal("guest")).citations} == {"handbook.md"}
    assert kb.answer(question, OWNER, AskOptions(Scope(paths=("hr/*",)))).citations == ()
    [notice] = kb.answer(question, OWNER, AskOptions(Scope(collections=("none",)))).notices
    assert notice.kind == "nothing_matches"


@pytest.mark.parametrize("question", ["怎么关闭它？", "How do I turn it off?"])
def test_it_without_a_referent_is_asked_back(filled: Fill, question: str) -> None:
    model = ScriptedModel(completions=["How soon must a lost laptop be reported?"])
    kb = filled(model)
    answer = kb.answer(question, OWNER)
    assert (answer.kind, answer.refused, answer.passages) == ("clarify", False, ())
    assert answer.text.endswith(("?", "before that it could stand for.", "写明。"))
    assert model.requests == []
    earlier = (Message("user", "How soon must a lost laptop be reported?"), Message("assistant", "Within 2 hours [1]."))
    assert kb.answer(question, OWNER, history=earlier).kind == "fact"
    one = Scope(paths=("handbook.md",))
    assert kb.answer(question, OWNER, AskOptions(one)).kind == "fact"  # it may be what the one document is about


def test_what_is_named_twice_is_found_by_either_name(tmp_path: Path) -> None:
    pages = {
        "a.md": "# Gas\n\nGoods are treated with EO sterilisation in hall 3.\n",
        "b.md": "# Air\n\nEthylene oxide sterilisation needs an open window.\n",
        "c.md": "# Oxide\n\nRust is an oxide of iron.\n",
        "d.md": "# 灭菌\n\n环氧乙烷灭菌后要通风。\n",
    }
    with open_kb(tmp_path / "home", ScriptedModel()) as kb:
        ingest(kb, [write(tmp_path / "site", pages)])
        said = kb.answer("Which documents mention EO (ethylene oxide) sterilisation?", OWNER).text
        told = kb.answer("哪些文件提到EO（环氧乙烷）灭菌的事？", OWNER).text
    assert said.startswith("2 documents speak of")
    assert ("a.md" in said, "b.md" in said) == (True, True)
    assert "d.md" in told


def test_what_stands_in_the_documents_in_the_other_language_is_found_by_its_translation(filled: Fill) -> None:
    model = ScriptedModel(completions=["全薪病假\n病假"])
    answer = filled(model).answer("Which documents mention fully paid sick leave for staff?", OWNER)
    assert {passage.document for passage in answer.passages} == {"hr/休假.md"}
    assert "translated" in [notice.kind for notice in answer.notices]
