"""Candidates: which terms a text introduces, and what only looks like one."""

import pytest

from kb.glossary.candidates import MOST_OF_A_DOCUMENT, candidates


@pytest.mark.parametrize(("text", "term", "forms"), [
    ("Ask for Paid Time Off (PTO) early.", "Paid Time Off", ("PTO",)),
    ("The Office of the Inspector General (OIG) audits.", "Office of the Inspector General", ("OIG",)),
    ("PTO (paid time off) is granted.", "paid time off", ("PTO",)),
    ("the key performance indicators (KPIs)", "key performance indicators", ("KPIs",)),
    ("Nordwind Logistics GmbH (hereinafter “Nordwind”) sells.", "Nordwind Logistics GmbH", ("Nordwind",)),
    ("Norsuo Sensing Holding (hereinafter referred to as 'NSH')", "Norsuo Sensing Holding", ("NSH",)),
    ("由信息安全委员会（以下简称“信安委”）负责。", "信息安全委员会", ("信安委",)),
    ("上线客户关系管理系统（Customer Relationship Management，简称 CRM）。", "客户关系管理系统",
     ("CRM", "Customer Relationship Management")),
    ("仓储管理系统（Warehouse Management System，WMS）已上线", "仓储管理系统",
     ("WMS", "Warehouse Management System")),
    ("客户关系管理系统，简称CRM。", "客户关系管理系统", ("CRM",)),
    ("产品评审会（下称“评审会”）", "产品评审会", ("评审会",)),
])  # fmt: skip
def test_a_term_is_found_with_its_forms_and_its_place(text: str, term: str, forms: tuple[str, ...]) -> None:
    (found,) = candidates(text)
    assert (found.term, found.forms) == (term, forms)
    assert term in text[found.start : found.end]
    assert forms[0] in text[found.start : found.end]


@pytest.mark.parametrize("text", [
    "See the annual report (PDF) of last year.",
    "The meeting (Tuesday) was long.",
    "Foo Bar Ltd (hereinafter referred to as the “Supplier”)",
    "北京某某有限公司（以下简称“甲方”）",
    "本公司（以下简称“公司”）",
    "It weighs 5 kg (11 lb).",
    "call the desk (DESK) now",
    "年休假（14 天）",
])  # fmt: skip
def test_what_does_not_fit_is_no_term(text: str) -> None:
    assert candidates(text) == []


def test_a_term_is_told_once_and_a_document_gives_no_flood() -> None:
    assert len(candidates("Paid Time Off (PTO). Paid Time Off (PTO).")) == 1
    many = "\n".join(f"Alpha{n} Beta{n} (A{chr(65 + n % 26)}{n}B)" for n in range(3 * MOST_OF_A_DOCUMENT))
    flood = "\n".join(f"Great Big Word{n} Thing (GBW{n}T)" for n in range(3 * MOST_OF_A_DOCUMENT))
    assert len(candidates(many + flood)) <= MOST_OF_A_DOCUMENT
