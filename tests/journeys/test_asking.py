"""Ways to ask, in real Chromium over the sample documents, with the keyboard alone."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.journeys.conftest import ROOT, Running, Visitor, shot, start
from tests.journeys.seeing import not_chinese, sticking_out, too_faint

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

SAMPLE = str(ROOT / "tests" / "journeys" / "sample_page.py")
BOX = '[data-testid="stChatInputTextArea"]'
LIMITS = ".user .limit"  # where alone a question was looked for
ASKED = {
    "zh": {"part": "常见", "document": "sample_docs/hr/常见问题.md", "question": "总部停车每月停车费多少？"},
    "en": {"part": "security", "document": "sample_docs/it/information_security_policy.pdf",
           "question": "When is the account of a leaver disabled?"},
}  # fmt: skip


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("asking") / "home"
    running = start(SAMPLE, str(home), home=home)
    yield running
    assert running.stop() == 0


def language_of(page: "Page") -> str:
    page.wait_for_function("() => ['zh', 'en'].includes(document.documentElement.lang)")
    return str(page.evaluate("document.documentElement.lang"))


def reach(page: "Page", target: "Locator", most: int = 400) -> None:
    """Come to an element by Tab alone, from wherever the focus is."""
    target.wait_for()
    for _ in range(most):
        page.keyboard.press("Tab")
        if target.evaluate("element => element.getRootNode().activeElement === element"):
            return
    pytest.fail(f"{most} times Tab do not lead to {target}")


def open_menu(page: "Page") -> None:
    """Open the ways to ask again below an answer, by the keyboard."""
    page.locator(BOX).focus()
    reach(page, page.locator(".foot [data-menu]"))
    page.keyboard.press("Enter")
    page.locator(".menu:popover-open").wait_for()


def choose(page: "Page", value: str) -> None:
    """Choose in the open menu by the arrows."""
    item = page.locator(f'.menu:popover-open [data-value="{value}"]')
    while not item.evaluate("element => element.getRootNode().activeElement === element"):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")


def looks_well(page: "Page") -> None:
    assert sticking_out(page) == []
    assert too_faint(page) == []
    if language_of(page) == "zh":
        assert not_chinese(page) == []


def test_a_document_is_chosen_while_the_question_is_written(visitor: Visitor) -> None:
    page = visitor.page
    wanted = ASKED[language_of(page)]
    reach(page, page.locator(BOX))
    page.keyboard.type(f"@{wanted['part']}")
    option = page.locator(".kb-complete [role=option]")
    option.first.wait_for()
    assert option.first.get_attribute("aria-selected") == "true"
    looks_well(page)
    shot(page, "completion")
    page.keyboard.press("Enter")
    page.wait_for_function(f"() => document.querySelector('{BOX}').value.endsWith('{wanted['document']} ')")
    assert option.count() == 0
    page.keyboard.type(wanted["question"])
    page.keyboard.press("Enter")
    page.locator(".foot").wait_for()
    assert page.locator(".bubble").inner_text() == wanted["question"]
    assert page.locator(LIMITS).inner_text() == wanted["document"]
    names = page.locator("details.found .end").inner_text()
    assert names == wanted["document"].rpartition("/")[2]
    looks_well(page)


def test_a_collection_is_chosen_while_the_question_is_written(visitor: Visitor) -> None:
    page = visitor.page
    wanted = ASKED[language_of(page)]
    reach(page, page.locator(BOX))
    page.keyboard.type("#")
    page.locator(".kb-complete [role=option]").wait_for()
    page.keyboard.press("Escape")
    page.locator(".kb-complete").wait_for(state="detached")
    page.keyboard.type("samp")
    page.locator(".kb-complete [role=option]").wait_for()
    page.keyboard.press("Tab")
    page.wait_for_function(f"() => document.querySelector('{BOX}').value === '#sample_docs '")
    page.keyboard.type(wanted["question"])
    page.keyboard.press("Enter")
    page.locator(".foot").wait_for()
    assert page.locator(".bubble").inner_text() == wanted["question"]
    assert "sample_docs" in page.locator(LIMITS).inner_text()


def test_a_name_that_is_not_there_is_told_and_the_question_is_kept(visitor: Visitor) -> None:
    page = visitor.page
    question = "@deleted.pdf how many days?"
    visitor.ask(question)
    page.locator(".notice.bad:has-text('deleted.pdf')").wait_for()
    page.wait_for_function(f"() => document.querySelector('{BOX}').value === '{question}'")
    assert page.locator(".bubble").count() == 0
    looks_well(page)


def test_a_document_is_asked_from_the_list(visitor: Visitor) -> None:
    page = visitor.page
    wanted = ASKED[language_of(page)]
    path = wanted["document"].partition("/")[2]
    visitor.open("/documents")
    ask = page.locator(f'[data-action="ask"][aria-label$="{path}"]')
    reach(page, ask)
    page.keyboard.press("Enter")
    page.locator(f'.limits [data-action="drop"]:has-text("{wanted["document"]}")').wait_for()
    page.locator(BOX).wait_for()
    reach(page, page.locator(BOX))
    page.keyboard.type(wanted["question"])
    page.keyboard.press("Enter")
    page.locator(".foot").wait_for()
    assert page.locator(LIMITS).inner_text() == wanted["document"]
    assert page.locator(".answer button.cite").count() >= 1


def test_a_question_is_asked_again_with_another_budget(visitor: Visitor) -> None:
    page = visitor.page
    wanted = ASKED[language_of(page)]
    visitor.ask(wanted["question"])
    page.locator(".foot").wait_for()
    open_menu(page)
    looks_well(page)
    shot(page, "ask-again")
    page.keyboard.press("ArrowDown")  # from "no thinking", where the focus is, to the smallest budget
    page.keyboard.press("Enter")
    page.locator(".foot >> nth=1").wait_for()
    assert page.locator(".bubble").all_inner_texts() == [wanted["question"]] * 2
    assert "128" in page.locator("details.reasoning .end").last.inner_text()


def test_a_question_is_asked_again_of_another_model(visitor: Visitor) -> None:
    page = visitor.page
    visitor.ask(ASKED[language_of(page)]["question"])
    page.locator(".foot").wait_for()
    open_menu(page)
    choose(page, "model:smollm2-135m")
    page.locator(".foot >> nth=1").wait_for()
    page.locator(".foot", has_text="smollm2-135m").last.wait_for()
    assert page.locator(".answer button.cite").count() >= 2
    looks_well(page)


def test_a_question_is_asked_again_of_five_answers_that_vote(visitor: Visitor) -> None:
    page = visitor.page
    visitor.ask(ASKED[language_of(page)]["question"])
    page.locator(".foot").wait_for()
    open_menu(page)
    choose(page, "vote:5")
    page.locator(".foot >> nth=1").wait_for()
    page.locator(".notice").filter(
        has_text={"en": "5 of 5 answers", "zh": "5 次回答中有 5 次"}[language_of(page)]
    ).wait_for()
    looks_well(page)


def test_a_question_is_changed_and_what_follows_it_is_deleted(visitor: Visitor) -> None:
    page = visitor.page
    wanted = ASKED[language_of(page)]
    visitor.ask(wanted["question"])
    page.locator(".foot").wait_for()
    visitor.ask(wanted["question"])
    page.locator(".foot >> nth=1").wait_for()
    edit = page.locator('[data-action="edit"]')
    page.locator(BOX).focus()
    reach(page, edit.first)
    page.keyboard.press("Enter")
    page.locator(".editing").wait_for()
    page.wait_for_function(f"() => document.querySelector('{BOX}').value === {wanted['question']!r}")
    looks_well(page)
    shot(page, "edit-question")
    reach(page, page.locator('.editing [data-action="leave"]'))
    page.keyboard.press("Enter")
    page.locator(".editing").wait_for(state="detached")
    page.wait_for_function(f"() => document.querySelector('{BOX}').value === ''")
    assert page.locator(".bubble").count() == 2

    reach(page, edit.first)
    page.keyboard.press("Enter")
    page.locator(".editing").wait_for()
    page.wait_for_function(f"() => document.querySelector('{BOX}').value === {wanted['question']!r}")
    page.locator(BOX).focus()
    page.keyboard.press("End")
    page.keyboard.type(" (2025)")
    page.keyboard.press("Enter")
    page.locator(".bubble:has-text('(2025)')").wait_for()
    page.locator(".bubble >> nth=1").wait_for(state="detached")
    page.locator(".foot").wait_for()
    page.locator(".editing").wait_for(state="detached")


def test_a_suggested_question_is_asked_and_an_editor_writes_others(visitor: Visitor) -> None:
    page = visitor.page
    language, path = language_of(page), "it/information_security_policy.pdf"
    suggestion = page.locator('[data-action="suggestion"]')
    suggestion.first.wait_for()
    assert suggestion.count() == 4
    looks_well(page)
    shot(page, "suggestions")
    question = suggestion.first.inner_text()
    reach(page, suggestion.first)
    page.keyboard.press("Enter")
    page.locator(".foot").wait_for()
    assert page.locator(".bubble").inner_text() == question

    visitor.open("/documents")
    reach(page, page.locator(f'.doc:has([data-action="ask"][aria-label$="{path}"]) [data-menu]'))
    page.keyboard.press("Enter")
    item = page.locator('.menu:popover-open [data-action="suggestions"]')
    item.wait_for()
    while not item.evaluate("element => element.getRootNode().activeElement === element"):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    field = page.locator('[role="dialog"] textarea')
    field.wait_for()
    looks_well(page)
    shot(page, "suggested-questions")
    mine = f"When is the account of a leaver disabled ({language}, {page.evaluate('innerWidth')})?"
    field.fill(mine)
    field.press("Control+Enter")
    page.locator('[role="dialog"] .st-key-suggestions-save button').press("Enter")
    field.wait_for(state="detached")
    reply = page.evaluate(f"fetch('/api/suggestions/document?path={path}').then((reply) => reply.json())")
    assert reply == {"questions": [mine], "written": True}
