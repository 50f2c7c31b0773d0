"""What a document says that it replaces is read only where it is asked for, whatever either is called."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.sync.pipeline import ingest
from kb.answering.replacements import is_asked_for, replaced, says_it_replaces
from kb.schema import AskOptions, Passage, Scope
from tests.fakes import ScriptedModel
from tests.kb.passages import passage
from tests.knowledge import OWNER, open_kb, write

ORDERS = "Contract Standing Orders\nCSO_2022_v3-1.docx"
DUTY = "值班手册\n值班手册_V2.0.docx"


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("In force from 1 April. These rules replace the Contract Standing Orders of 2022 (version 3.1).", ORDERS),
        ("This procedure supersedes the contract standing orders.", ORDERS),
        ("Version 4.0\nReplaces: Contract Standing Orders, version 3.1", ORDERS),
        ("Version 4.0 (replaces the Contract Standing Orders 2022)", ORDERS),
        ("The Contract Standing Orders are hereby repealed by this resolution.", ORDERS),
        ("Replaces *HS07 Lone working*, version 1.2 (2019).", "HS07 Guidance on working alone\nhs07.txt"),
        ("本指引自 2025-07-01 起执行，取代《值班手册》V2.0。", DUTY),
        ("本办法自发布之日起施行，原《值班手册》（V2.0）同时废止。", DUTY),
        ("本办法替代CY-FIN-008 V2.0《值班手册》，自 4 月 1 日起施行。", DUTY),
        ("V3.0 | 2025 年 3 月 15 日 | 代替《值班手册》V2.0", DUTY),
    ],
)
def test_what_a_document_says_that_it_replaces_is_told(text: str, heading: str) -> None:
    assert says_it_replaces(passage(1, text, document="new.docx", title="Procedure"), heading)


@pytest.mark.parametrize(
    ("text", "heading", "document"),
    [
        ("These rules replace the Contract Standing Orders of 2018 (version 3.0).", ORDERS, "new.docx"),  # an older one
        ("Ms Birch said that the new rules replace the Contract Standing Orders.", ORDERS, "report.docx"),
        ("These rules replace the Contract Standing Orders.", ORDERS, "mail.eml"),
        ("The Contract Standing Orders apply. This replaces what was agreed on pumps.", ORDERS, "new.docx"),
        ("Torches are replaced every second year under the contract and standing orders.", ORDERS, "new.docx"),
        ("本指引自 2025 年起执行，取代《值班手册》V1.4。", DUTY, "new.docx"),
        ("取代值班人员的是自动告警，本手册不变。", DUTY, "new.docx"),
        ("本会议决定取代《值班手册》。", DUTY, "会议纪要.docx"),
        ("These rules do not replace the Contract Standing Orders.", ORDERS, "new.docx"),
        ("This guide in no way supersedes the Contract Standing Orders.", ORDERS, "new.docx"),
        ("本指引不取代《值班手册》。", DUTY, "new.docx"),
        ("This draft would replace the Contract Standing Orders.", ORDERS, "new.docx"),
        ("This amendment replaces section 4.2 of the Contract Standing Orders 2022.", ORDERS, "new.docx"),
        ("This annex replaces Annex B of the Contract Standing Orders.", ORDERS, "new.docx"),
        ("本通知替换《值班手册》第三条。", DUTY, "new.docx"),
        ("This policy replaces the old rules; the Contract Standing Orders remain valid.", ORDERS, "new.docx"),
        ("This policy replaces the old rules and is read with the Contract Standing Orders.", ORDERS, "new.docx"),
        ("These rules supersede all prior orders, other than the Contract Standing Orders.", ORDERS, "new.docx"),
        ("Owner (replaces Ben as owner of the Contract Standing Orders)", ORDERS, "new.docx"),
        ("Replaces: n/a; related documents: Contract Standing Orders", ORDERS, "new.docx"),
        ("This replaces the Contract Standing Orders for Schools and Academies.", ORDERS, "new.docx"),
        ("Orders under the Contract Standing Orders are cancelled if this form is late.", ORDERS, "new.docx"),
        ("根据《值班手册》，本次排班逾期作废。", DUTY, "new.docx"),
        ("违反《值班手册》的，本公司签发的证件作废。", DUTY, "new.docx"),
    ],
)
def test_what_is_said_of_others_or_of_other_editions_is_no_replacement(text: str, heading: str, document: str) -> None:
    assert not says_it_replaces(passage(1, text, document=document, title="Procedure"), heading)


OLD = passage(1, "Up to £9,999 one quote is enough.", document="CSO_2022_v3-1.docx", title="Contract Standing Orders")
NEW = passage(2, "Below £25,000 one quote.", document="rules_2025.docx", title="Contract Procedure Rules")


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("Up to what amount will one quote do?", False),
        ("Up to what amount was one quote enough in 2022?", True),
        ("What does version 3.1 of the rules say on quotes?", True),
        ("How many quotes did the Contract Standing Orders want?", True),
        ("What do the contract procedure rules of 2025 say on quotes?", False),
    ],
)
def test_an_older_one_is_asked_for_by_its_edition_or_its_title(question: str, asked: bool) -> None:
    assert is_asked_for(question, OLD, NEW) is asked


def library(texts: dict[str, tuple[str, str]]) -> tuple[list[Passage], Callable[[str], list[Passage]]]:
    """Passages of documents by path (title, text), and a search that finds all of them."""
    found = [
        passage(rank, text, document=path, title=title, chunk_id=rank)
        for rank, (path, (title, text)) in enumerate(texts.items(), 1)
    ]
    return found, lambda query: found


def test_copies_and_documents_that_replace_each_other_replace_nothing() -> None:
    says = "This policy replaces the Expense Policy of the group."
    copies, search = library({"a/expense.md": ("Expense Policy", says), "b/copy.md": ("Expense Policy", says)})
    assert replaced(copies, search) == {}
    both, search = library(
        {
            "fees.md": ("List of fees", "This list replaces the Table of charges."),
            "charges.md": ("Table of charges", "This table replaces the List of fees."),
        }
    )
    assert replaced(both, search) == {}


def test_the_last_of_a_chain_replaces_all_before_it() -> None:
    found, search = library(
        {
            "a.md": ("Rules for boats", "Ten days."),
            "b.md": ("Guide to mooring", "This guide replaces the Rules for boats."),
            "c.md": ("Harbour code", "This code replaces the Guide to mooring."),
        }
    )
    assert {place[1]: newer.document for place, newer in replaced(found, search).items()} == {
        "a.md": "c.md", "b.md": "c.md",
    }  # fmt: skip


def test_what_names_an_earlier_year_does_not_replace_what_names_a_later_one() -> None:
    found, search = library(
        {
            "rules_2025.md": ("Rules for boats 2025", "Ten days."),
            "guide_2021.md": ("Guide to mooring 2021", "This guide replaces the Rules for boats."),
        }
    )
    assert replaced(found, search) == {}


def test_a_document_of_another_collection_replaces_nothing() -> None:
    says = passage(2, "These rules replace the Contract Standing Orders.", document="new.docx", title="Rules")
    assert replaced([OLD], lambda query: [says]) == {("c", "CSO_2022_v3-1.docx"): says}
    there = passage(
        2, "These rules replace the Contract Standing Orders.", document="new.docx", title="Rules", collection="law"
    )
    assert replaced([OLD], lambda query: [there]) == {}


SITE = {
    "orders_2022.md": "# Contract Standing Orders\n\nUp to 9,999 pounds one quote will do for a purchase.\n",
    "rules.md": (
        "# Procedure for purchases\n\nThese rules replace the Contract Standing Orders of 2022.\n\n"
        "## Quotes\n\nBelow 25,000 pounds one quote will do for a purchase.\n"
    ),
}


def test_the_replacing_document_answers_and_the_older_one_where_it_is_named(tmp_path: Path) -> None:
    model = ScriptedModel(["Below 25,000 pounds one quote will do [1].", "Up to 9,999 pounds one quote will do [1]."])
    with open_kb(tmp_path / "home", model) as kb:
        ingest(kb, [write(tmp_path / "site", SITE)])
        now = kb.answer("For a purchase of how many pounds will one quote do?", OWNER)
        then = kb.answer("For what purchase would one quote do in 2022?", OWNER)
        chosen = kb.answer(
            "For a purchase of how many pounds will one quote do?", OWNER, AskOptions(Scope(("*/orders_2022.md",)))
        )
    assert {each.document for each in now.passages} == {"rules.md"}
    assert {each.document for each in now.citations} == {"rules.md"}
    assert [notice.kind for notice in now.notices] == []
    for answer in (then, chosen):
        assert {each.document for each in answer.citations} == {"orders_2022.md"}
        assert [notice.text for notice in answer.notices if notice.kind == "older_edition"] == [
            "orders_2022.md is an older edition; the newest is rules.md."
        ]
