"""The report: for editors, of a period, and of documents and words as far as its reader may read them now."""

import csv
import io
from dataclasses import replace

import pytest

from kb.access.rules import Place
from kb.assistant import KnowledgeBase
from kb.config import UsageSettings
from kb.errors import RefusedByPolicy, UsageError
from kb.schema import Principal
from kb.store.conversations import ConversationStore
from kb.usage.report import UsageReport, report
from kb.usage.tables import PARTS, as_csv, report_form
from tests.kb.usage.asking import answer, found, refuse, turn
from tests.kb.usage.conftest import EDITOR, READER, TODAY, Days
from tests.knowledge import OWNER


def told(
    kb: KnowledgeBase, asker: Principal = OWNER, since: str = "", until: str = "", **settings: object
) -> UsageReport:
    return report(kb.catalog, UsageSettings.model_validate(settings), asker, since, until, TODAY)


@pytest.mark.parametrize(
    "asker",
    [
        READER,
        Principal("x", frozenset({"hr"}), edits=frozenset({"~x"})),
        Principal("y", edits=frozenset({""})),  # somebody without a collection of their own
    ],
)
def test_usage_is_told_to_editors_and_admins_alone(kb: KnowledgeBase, asker: Principal) -> None:
    with pytest.raises(RefusedByPolicy, match=f"{asker.name} edits no collection"):
        told(kb, asker)


def test_gaps_are_grouped_and_the_most_frequent_comes_first(agreed: KnowledgeBase) -> None:
    refuse(agreed, READER, "When does the  canteen open?", "open.md", times=2)
    refuse(agreed, EDITOR, "What are the opening hours of the canteen?", "open.md")
    agreed.usage.searched(OWNER, found("canteen open", "open.md"))
    refuse(agreed, EDITOR, "Is there a dress code?")
    first, second = told(agreed).gaps
    assert first.wordings == (
        "When does the canteen open?", "What are the opening hours of the canteen?", "canteen open"
    )  # fmt: skip
    assert (first.times, first.questions, first.searches, first.last) == (4, 3, 1, TODAY)
    assert (second.wordings, second.times) == (("Is there a dress code?",), 1)
    assert told(agreed).without_words == 0


def test_words_are_shown_to_who_may_read_all_that_came_nearest_and_others_are_counted(agreed: KnowledgeBase) -> None:
    refuse(agreed, READER, "Open?", "open.md")
    refuse(agreed, READER, "Staff?", "open.md", "hr.md")
    refuse(agreed, READER, "Board?", "hr.md", "board.md")
    refuse(agreed, Principal("boss"), "of one who did not agree", "open.md")
    assert {gap.wordings[0] for gap in told(agreed).gaps} == {"Open?", "Staff?", "Board?"}
    assert told(agreed).without_words == 1
    assert {gap.wordings[0] for gap in told(agreed, EDITOR).gaps} == {"Open?", "Staff?"}
    assert told(agreed, EDITOR).without_words == 2
    outside = replace(EDITOR, groups=frozenset())
    assert {gap.wordings[0] for gap in told(agreed, outside).gaps} == {"Open?"}
    agreed.catalog.set_readers("owner", Place("document", "docs", "open.md"), ["group:board"])  # from now on
    assert told(agreed, EDITOR).gaps == ()
    assert told(agreed, EDITOR).without_words == 4


def test_documents_never_cited_are_those_that_one_may_read(kb: KnowledgeBase, days: Days) -> None:
    assert [d.path for d in told(kb).never_cited] == ["board.md", "hr.md", "open.md"]
    assert [d.path for d in told(kb, EDITOR).never_cited] == ["hr.md", "open.md"]
    assert (told(kb).searchable, told(kb, EDITOR).searchable) == (3, 2)
    with kb.catalog.transaction() as db:  # the oldest first
        db.execute("UPDATE versions SET ingested_at = '2020-01-02T03:04:05.000+00:00' WHERE title = 'open.md'")
    kb.catalog.listing.forget()
    assert [d.path for d in told(kb).never_cited] == ["open.md", "board.md", "hr.md"]
    days.day = "2026-11-20"
    kb.usage.count_question(READER, turn("a", answer("a", "hr.md", "board.md")))
    assert [d.path for d in told(kb, EDITOR).never_cited] == ["open.md"]
    assert [d.path for d in told(kb, EDITOR, since="2026-11-21").never_cited] == ["open.md", "hr.md"]


def test_feedback_is_counted_by_document_and_only_of_those_one_may_read(kb: KnowledgeBase) -> None:
    store = ConversationStore(kb.catalog)
    conversation = store.create("rita").id
    cited = (("open.md", "hr.md"), ("open.md", "open.md"), ("board.md",), ("open.md",))
    for position, (documents, verdict) in enumerate(zip(cited, ("down", "down", "up", None), strict=True)):
        made = turn(f"q{position}", answer("q", *documents), position=position)
        store.save_turn(conversation, made)
        store.set_feedback(made.id, verdict, "a reason that is nobody else's", "rita")  # type: ignore[arg-type]
    now = told(kb, until="2100-01-01", since="2000-01-01", days=36_500)
    assert [(each.document, each.up, each.down) for each in now.feedback] == [
        ("open.md", 0, 2), ("hr.md", 0, 1), ("board.md", 1, 0),
    ]  # fmt: skip
    seen = told(kb, EDITOR, until="2100-01-01", since="2000-01-01", days=36_500)
    assert [each.document for each in seen.feedback] == ["open.md", "hr.md"]
    assert "reason" not in str(report_form(seen)["feedback"])
    assert told(kb, until="2001-01-01", since="2000-01-01", days=36_500).feedback == ()


def test_a_period_is_made_of_days_and_never_older_than_what_is_kept(kb: KnowledgeBase, days: Days) -> None:
    for day in ("2026-10-28", "2026-10-29", TODAY):
        days.day = day
        kb.usage.count_question(READER, turn("a", answer("a", "open.md")))
    assert [count.day for count in told(kb).counts] == ["2026-10-29", TODAY]  # thirty days
    assert (told(kb).since, told(kb).until) == ("2026-10-29", TODAY)
    assert [count.day for count in told(kb, since="2026-01-01", until="2026-10-28").counts] == ["2026-10-28"]
    assert [count.day for count in told(kb, since="2026-01-01", days=30).counts] == ["2026-10-29", TODAY]
    assert told(kb, since="2020-01-01", until="2020-02-01").counts == ()
    for since, until in (("yesterday", ""), ("", "2026-13-01"), ("x' OR 1=1 --", "")):
        with pytest.raises(UsageError, match="is not a day"):
            told(kb, since=since, until=until)
    with pytest.raises(UsageError, match="comes after"):
        told(kb, since="2026-11-02", until="2026-11-01")


def test_each_part_is_a_table_in_which_nothing_is_a_formula(agreed: KnowledgeBase) -> None:
    refuse(agreed, READER, "=HYPERLINK(1)", "open.md")
    refuse(agreed, READER, '"quoted", 食堂', "open.md")
    form = report_form(told(agreed))
    tables = {part: list(csv.reader(io.StringIO(as_csv(form, part)))) for part in PARTS}
    assert tables["questions"] == [
        ["day", "kind", "outcome", "reason", "times"], [TODAY, "question", "refused", "not_stated", "2"],
    ]  # fmt: skip
    assert {row[4] for row in tables["gaps"][1:]} == {"'=HYPERLINK(1)", '"quoted", 食堂'}
    assert [row[1] for row in tables["never-cited"][1:]] == ["board.md", "hr.md", "open.md"]
    assert tables["feedback"] == [["collection", "document", "title", "up", "down"]]
