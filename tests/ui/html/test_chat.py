"""Markup: what an answer looks like, whatever it and its documents say."""

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from kb.schema import Answer, Claim, Notice, Progress, Scope
from kb.store.conversations import Feedback, StoredConversation
from tests.ui.html.test_sanitise import HOSTILE, elements
from tests.ui.scripted import QUOTE, ScriptedKB
from ui.html import chat as html_chat
from ui.html import sidebar as html_sidebar
from ui.service.conversations import Snapshot
from ui.words.strings import Strings

EN, ZH = Strings("en"), Strings("zh")
OURS = {("button", "data-action"), ("button", "data-value"), ("button", "data-copy")}
SAFE = {
    "class",
    "type",
    "aria-label",
    "title",
    "data-card",
    "aria-current",
    "aria-expanded",
    "aria-haspopup",
    "aria-hidden",
    "aria-pressed",
    "data-copied",
    "data-focus",
    "data-head",
    "data-menu",
    "data-key",
    "data-show",
    "open",
    "tabindex",
    "popover",
    "role",
}


@pytest.fixture
def answer(tmp_path: Path) -> Answer:
    kb = ScriptedKB(tmp_path)
    return kb._answer("q", kb._text("q"), kb.passages("q"))


def test_citations_are_buttons_with_the_quote_at_hand(answer: Answer) -> None:
    html = html_chat.answer(answer, EN)
    assert 'data-action="cite" data-value="0"' in html
    assert f'data-head="handbook.md · page 1" data-card="{QUOTE}"' in html


def test_an_unsupported_claim_is_underlined_and_labelled(answer: Answer) -> None:
    html = html_chat.answer(answer, EN)
    assert html.count('class="flag not_found"') == 1
    assert "unverified" in html
    assert '<span class="unsupported">The office dog is called Bruno ' in html
    assert "未证实" in html_chat.answer(answer, Strings("zh"))
    assert "Every employee" not in html.partition('class="unsupported"')[2]


def test_a_block_of_code_stays_whole_and_its_marker_stands_behind_it(answer: Answer) -> None:
    text = "1. Do this:\n\n    ```sh\n    load a\n    ```\n    [1]\n\nDone [1]."
    start = text.index("    ```")
    claims = (Claim(start, text.index("[1]") + 3, True, (1,)), Claim(text.index("Done"), len(text), True, (1,)))
    html = html_chat.answer(replace(answer, text=text, claims=claims), EN)
    assert "load a\n</code></pre>" in html
    assert html.index("</pre>") < html.index('data-value="0"') < html.index("Done")


def test_without_documents_nothing_is_called_unverified(answer: Answer) -> None:
    chat = replace(answer, passages=(), citations=())
    assert "flag" not in html_chat.answer(chat, EN)


def test_a_marker_after_the_full_stop_belongs_to_the_sentence_before(answer: Answer) -> None:
    text = "Days are 25. [1] Dogs. [2]"
    moved = replace(answer, text=text, claims=(Claim(0, 12, True, (1,)), Claim(17, 22, False, (2,))))
    html = html_chat.answer(moved, EN)
    assert html.index('data-value="0"') < html.index("Dogs") < html.index('data-value="1"')


@pytest.mark.parametrize(
    ("kind", "title"),
    [("nothing_matches", "The filter matches no document"), ("nothing_to_search", "There is nothing to search yet")],
)
def test_where_nothing_was_searched_documents_are_not_said_to_be_silent(answer: Answer, kind: str, title: str) -> None:
    told = "policys/* names none <b>"
    nothing = replace(
        answer, refused=True, text=told, claims=(), citations=(), passages=(), notices=(Notice(kind, told),)
    )
    html = html_chat.answer(nothing, EN)
    assert title in html
    assert "policys/* names none &lt;b&gt;" in html
    assert "do not answer" not in html


def test_a_refusal_names_the_nearest_documents_once_each(answer: Answer) -> None:
    html = html_chat.answer(replace(answer, refused=True, text="Nothing.", claims=(), citations=()), EN)
    assert "Your documents do not answer this" in html
    assert "Nothing." not in html  # the title and the names say it
    assert "Ask with the words of the documents" in html
    assert html.count('class="chip"') == 1
    assert 'data-action="passage" data-value="1"' in html


def test_the_copied_answer_keeps_its_marks_and_lists_every_source(answer: Answer) -> None:
    other = replace(answer.citations[0], document="annual_report.pdf", page=None, quote="25\ndays")
    cited = replace(answer, citations=(*answer.citations, other))
    copied = html_chat.copied(Snapshot("done", answer=cited, text=answer.text), EN)
    assert copied.startswith("- Every employee has **25 days** of paid leave a year [1].\n- The office dog")
    assert "called Bruno [2]. (not supported by the sources)\n\nSources\n" in copied
    assert f"- [1] staff/handbook.md, page 1: “{QUOTE}”\n- [1] staff/annual_report.pdf: “25 days”\n- [2] " in copied
    assert copied.endswith("” (not supported by the sources)")
    assert "（来源不支持此句）\n\n来源\n" in html_chat.copied(
        Snapshot("done", answer=cited, text=answer.text), Strings("zh")
    )


def test_a_chip_says_aloud_that_its_passage_does_not_confirm_the_sentence(answer: Answer) -> None:
    html = html_chat.answer(answer, EN)
    assert re.findall('aria-label="([^"]+)"', html) == [
        "Source 1: handbook.md · page 1",
        "Source 2: handbook.md · page 1 (does not confirm the sentence)",
    ]
    unchecked = html_chat.answer(replace(answer, citations=()), EN)  # a number with which nothing was compared
    assert unchecked.count('class="cite weak"') == unchecked.count("handbook.md (does not confirm the sentence)") == 2


def test_the_reasoning_shows_how_much_of_its_budget_is_used() -> None:
    live = html_chat.reasoning("So", 16, 64, EN, live=True)
    assert '<i style="width:25%">' in live
    assert "16 of 64 tokens" in live
    assert "width:100%" in html_chat.reasoning("So", 70, 64, EN, live=True)
    after = html_chat.reasoning("So", 16, 64, EN, live=False)
    assert "16 of 64 tokens" in after
    assert "width" not in after
    assert "16 tokens" in html_chat.reasoning("So", 16, None, EN, live=True)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_hostile_gets_out_of_its_place(hostile: str, answer: Answer) -> None:
    passage = replace(answer.passages[0], document=hostile, section=hostile, text=hostile, title=hostile)
    citation = replace(answer.citations[0], document=hostile, quote=hostile)
    bad = replace(
        answer, text=hostile + " [1]", passages=(passage,), citations=(citation,), claims=(Claim(0, 5, False, (1,)),),
        engine=hostile, model=hostile,
    )  # fmt: skip
    scope = Scope(paths=(hostile,), collections=(hostile,), types=(hostile,), since=hostile, until=hostile)
    listed = StoredConversation(hostile, hostile, hostile, hostile, hostile, 1)
    snapshot = Snapshot("done", answer=bad, text=bad.text)
    drawn = [
        html_chat.question(hostile, EN, scope),
        html_chat.limits(scope, EN),
        html_chat.passages([passage], hostile, hostile + "!", EN, clickable=True),
        html_chat.reasoning(hostile, 3, None, EN, live=True),
        html_chat.draft(hostile, 1),
        html_chat.answer(bad, EN),
        html_chat.answer(replace(bad, refused=True), EN),
        html_chat.foot(snapshot, 1.0, EN, documents=True, feedback=Feedback("down", hostile, "")),
        html_chat.problem(hostile, hostile),
        html_sidebar.conversations([listed], "", None, date(2026, 11, 25), EN, more=True),
        html_sidebar.conversations([listed], "", ("remove", hostile), date(2026, 11, 25), EN, more=False),
    ]
    for html in drawn:
        for tag, attributes in elements(html).elements:
            assert tag not in ("img", "iframe", "script", "style", "svg", "link", "form", "input", "object")
            if tag == "a":  # the only links are those to export a conversation
                assert dict(attributes)["href"].startswith("/api/conversations/")  # type: ignore[union-attr]
                continue
            for name, _ in attributes:
                assert name in SAFE or name == "role" or (tag, name) in OURS or (tag, name) == ("ol", "start")


def test_a_long_question_is_shortened_in_its_bubble() -> None:
    html = html_chat.question("x" * 100_000, EN)
    assert len(html) < 3_000
    assert "100,000 characters" in html


def test_a_follow_up_shows_what_was_searched_for(answer: Answer) -> None:
    html = html_chat.passages(
        answer.passages, "And for staff?", "How many days of leave for staff?", EN, clickable=True
    )
    assert html.index("Searched for: How many days of leave for staff?") < html.index("<details")
    assert "Searched for" not in html_chat.passages(answer.passages, "Same?", "Same? ", EN, clickable=True)


def test_who_waits_is_told_how_many_come_first() -> None:
    assert "Waiting, 2 before you" in html_chat.state(Snapshot("queued", ahead=2), 0.0, EN)
    assert "排队中，前面还有 1 个" in html_chat.state(Snapshot("queued", ahead=1), 0.0, Strings("zh"))


def test_which_section_is_read_is_said_and_how_long_the_rest_takes() -> None:
    def told(number: int, left: float | None, t: Strings = EN) -> str:
        return html_chat.state(Snapshot("answering", progress=Progress(number, 12, "Hours <b>", left)), 5.0, t)

    assert "Reading section 1 of 12: Hours &lt;b&gt;</span>" in told(1, None)
    assert "Reading section 3 of 12: Hours &lt;b&gt; (about 40 s left)" in told(3, 40.4)
    assert "正在阅读第 3 部分，共 12 部分：Hours &lt;b&gt;（约还需 2 分钟）" in told(3, 121, ZH)


def test_the_filters_of_a_question_are_shown_and_each_can_be_taken_away() -> None:
    scope = Scope(collections=("hr",), types=("pdf",), since="2026-01-02")
    assert [name for name, _ in html_chat.limits_of(scope, EN)] == ["collections:hr", "types:pdf", "since:"]
    assert 'data-action="drop" data-value="types:pdf" aria-label="Remove filter: PDF"' in html_chat.limits(scope, EN)
    assert "since 2026-01-02" in html_chat.question("q", EN, scope)


def test_a_judgement_is_marked_and_its_reason_asked_for_once(answer: Answer) -> None:
    snapshot = Snapshot("done", answer=answer, text=answer.text)
    given = Feedback("down", "", "")
    asking = html_chat.foot(snapshot, 1.0, EN, documents=True, feedback=given, judging=True)
    assert 'data-value="down" aria-pressed="true"' in asking
    assert 'data-value="up" aria-pressed="false"' in asking
    assert "What was wrong?" in asking
    later = html_chat.foot(snapshot, 1.0, EN, documents=True, feedback=replace(given, reason="Wrong source"))
    assert "Your feedback: Wrong source" in later
    assert "data-reveal" in asking
    assert "data-reveal" not in later
    for reason, t, told in (
        ("出处不对", EN, "Your feedback: Wrong source"),
        ("Wrong source", ZH, "您的评价：出处不对"),
        ("写错了楼层", EN, "Your feedback: 写错了楼层"),  # in the reader's own words
    ):
        judged = html_chat.foot(snapshot, 1.0, t, documents=True, feedback=replace(given, reason=reason))
        assert told in judged
    assert "<input" not in later


def test_a_turn_without_any_word_can_be_asked_again() -> None:
    html = html_chat.foot(Snapshot("interrupted"), 1.0, EN, documents=True)
    assert 'data-action="again"' in html
    assert "judge" not in html


def test_conversations_stand_under_days_that_never_repeat() -> None:
    today = date(2026, 11, 25)
    ages = [0, 3, 0, 1, 40]  # the third was written after the clock had been set back
    listed = [
        StoredConversation(f"c{i}", "local", f"title {i}", "", f"{today - timedelta(days=age)}T12:00:00", 1)
        for i, age in enumerate(ages)
    ]
    html = html_sidebar.conversations(listed, "c1", None, today, EN, more=False)
    headings = [html.index(f">{words}<") for words in ("Today", "Previous 7 days", "Earlier")]
    assert headings == sorted(headings)
    assert html.count('class="side"') == 3
    assert html.count("aria-current") == 1


def test_a_conversation_is_deleted_only_after_a_second_click() -> None:
    listed = [StoredConversation("c1", "local", "<b>leave</b>", "", "2026-11-25T12:00:00", 1)]
    html = html_sidebar.conversations(listed, "", ("remove", "c1"), date(2026, 11, 25), EN, more=False)
    assert "&lt;b&gt;leave&lt;/b&gt;" in html
    assert 'data-action="removed" data-value="c1"' in html
    assert 'data-action="cancel"' in html


def test_commands_stand_apart_in_what_is_told() -> None:
    said = "m is not here. Run `kb models pull m`, or use `--engine embedded`."
    for html in (html_chat.problem("Failed", said), html_chat.notices([Notice("think_budget", said)], EN)):
        assert "Run <code>kb models pull m</code>, or use <code>--engine embedded</code>." in html


@pytest.mark.parametrize("end", ["", " [", " [1", " [12"])
def test_a_number_that_is_half_written_is_not_shown(end: str) -> None:
    assert html_chat.draft(f"Every employee has 25 days{end}", 2) == (
        '<div class="answer"><p>Every employee has 25 days</p>\n</div>'
    )


def test_an_uncertain_answer_is_never_said_to_be_confirmed(answer: Answer) -> None:
    sure = replace(answer, claims=(Claim(0, 4, True, (1,)),))
    snapshot = Snapshot("done", answer=sure, text=sure.text)
    assert EN("verified_all") in html_chat.foot(snapshot, 1.0, EN, documents=True)
    doubted = html_chat.foot(replace(snapshot, answer=replace(sure, uncertain=True)), 1.0, EN, documents=True)
    assert EN("verified_all") not in doubted
    assert f'<span class="weak">{EN("uncertain")}</span>' in doubted


@pytest.mark.parametrize("t", [EN, ZH])
def test_a_refusal_shows_the_nearest_words_and_what_is_missing(answer: Answer, t: Strings) -> None:
    near = replace(answer.passages[0], text="The canteen opens at noon. The office opens at nine.")
    refused = replace(answer, refused=True, searched="When does the zebra office open?", passages=(near,))
    html = html_chat.answer(refused, t)
    assert "The office opens at nine." in html
    assert "The canteen" not in html
    assert "zebra" in html
