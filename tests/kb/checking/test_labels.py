"""Names behind labels, and other parts of a document that say what a name or a word there is."""

import pytest

from kb.checking.citations import cite
from kb.checking.contradictions import denies_own_question
from kb.checking.fragments import is_title
from kb.checking.labels import names_other_holder, takes_other_label, takes_other_partner
from kb.checking.table_claims import gives_heads_alone, rows_of
from kb.language.proper_names import names_in
from tests.kb.passages import passage

_HEAD = "Status: closed · Author: Tobias Renkema · Reviewed by: Hanna Brouwers (quality)"


@pytest.mark.parametrize(
    ("question", "claim", "other"),
    [
        ("Who declared the incident?", "It was declared by Tobias Renkema.", True),
        ("Who wrote the report?", "The author of it is Tobias Renkema.", False),
        ("Who reviewed the report?", "It was reviewed by Hanna Brouwers.", False),
        ("Who answers for quality?", "That is Hanna Brouwers.", False),
        ("What did Tobias Renkema close?", "It was an incident that Tobias Renkema closed.", False),
        ("Who spoke?", "It was Mira Oudkerk who spoke.", False),  # stands nowhere, which is told otherwise
    ],
)
def test_a_name_is_what_its_label_says(question: str, claim: str, other: bool) -> None:
    assert takes_other_label(claim, question, names_in(claim) - names_in(question), _HEAD) == other


@pytest.mark.parametrize("text", ["姓名：张伟\n部门：财务", "From: 张伟\nSubject: 报销"])
def test_what_says_only_that_somebody_is_named_is_no_label(text: str) -> None:
    assert not takes_other_label("张伟在财务部。", "谁在财务部？", frozenset({"张伟"}), text)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("经院党委研究决定：聘任苗若兰为骨科主任。", False),
        ("The board decided: Mira Oudkerk leads the ward.", False),
        ("党委书记：苗若兰", True),
        ("Secretary: Mira Oudkerk", True),
    ],
)
def test_who_announces_is_no_label(text: str, other: bool) -> None:
    for question, claim, name in (
        ("骨科主任是谁？", "骨科主任为苗若兰。", "苗若兰"),
        ("Who leads the ward?", "The ward is led by Oudkerk.", "oudkerk"),
    ):
        if name in text.lower():
            assert takes_other_label(claim, question, frozenset({name}), text) is other


def test_a_name_in_a_sentence_has_no_label() -> None:
    assert not takes_other_label(
        "It was Tobias Renkema.", "Who was it?", frozenset({"tobias"}), f"{_HEAD}\nTobias Renkema declared it at noon."
    )


def test_a_name_of_another_label_is_marked_and_not_withheld() -> None:
    question = "Who chaired the board?"
    [claim] = cite("The board was chaired by Tobias Renkema.", [passage(1, _HEAD)], "en", question).claims
    assert not claim.supported


@pytest.mark.parametrize(
    ("claim", "sentences", "denied"),
    [
        ("可以带宠物上班。", ["**可以带宠物来上班吗？**", "不可以，导盲犬除外。"], True),
        ("不可以带宠物上班。", ["**可以带宠物来上班吗？**", "不可以，导盲犬除外。"], False),
        ("可以带宠物上班。", ["**可以带宠物来上班吗？**", "可以，须牵绳。"], False),
        ("访客可以在前台登记。", ["**可以带宠物来上班吗？**", "不可以。"], False),
        ("可以带宠物上班。", ["**员工可不可以带宠物上班？**", "没有这个规定。"], True),
        ("年休假最多可以结转 5 天。", ["年休假最多可以结转几天？", "不超过 5 天。"], False),
        ("年休假可以结转 5 天。", ["年休假可以结转吗？", "不超过 5 天的可以。"], False),
        ("Guests may park in the garage.", ["May guests park in the garage?", "No, it is for staff."], True),
        ("Guests may park for two hours.", ["How long may guests park?", "No longer than two hours."], False),
        ("Guests may park for two hours.", ["May guests park for two hours?", "Not longer, but for so long."], False),
        ("Guests may not park in the garage.", ["May guests park in the garage?", "No, it is for staff."], False),
        ("Guests may park in the garage.", ["May guests park in the garage?", "Notably, they may at any time."], False),
    ],
)
def test_what_a_document_asks_and_denies_is_not_so(claim: str, sentences: list[str], denied: bool) -> None:
    assert denies_own_question(claim, sentences) == denied


@pytest.mark.parametrize(
    ("claim", "alone"),
    [
        ("Long service: years of service, gift and extra.", True),
        ("After 3 years the gift is a voucher.", False),
        ("There is a party for everybody.", False),
    ],
)
def test_names_of_columns_are_no_answer(claim: str, alone: bool) -> None:
    rows = rows_of("| Years of service | Gift | Extra |\n| --- | --- | --- |\n| 3 | Voucher | none |")
    assert gives_heads_alone(claim, "What do I get for long service?", rows) == alone


def test_a_row_with_a_number_is_no_head_of_the_rows_below_it() -> None:
    rows = rows_of("Glow | 40 | 129\nGleam | 12 | 59")
    assert not gives_heads_alone("The Glow lamp costs 129 euros.", "How many euros does the Glow lamp cost?", rows)
    kinds = rows_of("Protection class | IP65 | IP67\nRadio | LTE-M | NB-IoT")
    assert not gives_heads_alone("The T3 has protection class IP65.", "How well is the T3 protected?", kinds)


def test_one_and_a_half_of_another_unit_is_contradicted() -> None:
    told = passage(1, "After 15 years the bonus is one and a half months' salary.")
    question = "What is the bonus after 15 years?"
    states = [
        cite(f"After 15 years the bonus is one and a half {unit}' salary.", [told], "en", question).claims[0].reason
        for unit in ("months", "years")
    ]
    assert states == ["", "unit"]


@pytest.mark.parametrize(
    ("added", "asked", "other"),
    [
        ("raman", "rotterdam", True),
        ("raman", "singapore", False),
        ("oudkerk", "rotterdam", False),
        ("oudkerk", "singapore", True),
        ("oudkerk", "lyon", False),  # stands nowhere, which is told otherwise
    ],
)
def test_of_a_list_each_name_belongs_to_its_own(added: str, asked: str, other: bool) -> None:
    told = "Mira Oudkerk answers for Rotterdam, 谭若溪 for Suzhou and Shenzhen, and Devika Raman for Singapore."
    assert takes_other_partner(frozenset({added}), frozenset({asked}), told) == other


def test_what_denies_elsewhere_does_not_excuse_a_denial() -> None:
    told = passage(1, "原因：海上没有网络，数据存在设备里。说明：离线时设备继续按设定间隔记录。")
    [claim] = cite("离线时设备不再按间隔记录 [1]。", [told], "zh", "离线时设备怎样记录？").claims
    assert (claim.state, claim.reason) == ("contradicted", "negation")


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("Emergency Services", True),
        ("Benefits of the Plan", True),
        ("Emergency services", False),
        ("Emergency Services.", False),
        ("Benefits", False),
        ("Parking costs 5 Euros", False),
        ("急诊服务", False),
    ],
)
def test_a_line_that_is_set_as_a_title(line: str, title: bool) -> None:
    assert is_title(line) == title


def test_a_title_in_the_text_confirms_no_sentence() -> None:
    told = passage(
        1, "The Northwind plan may offer discounts for network providers.\nEmergency Services\nCall the plan."
    )
    question = "What does the Northwind plan offer?"
    [claim] = cite(
        "Emergency services are also available through the Northwind plan [1].", [told], "en", question
    ).claims
    assert (claim.supported, claim.reason) == (False, "echo")


@pytest.mark.parametrize(
    ("names", "question", "text", "other"),
    [
        ("ann", "Who wrote it?", "Author: Ann; Editor: Bo", True),
        ("ann", "Who is the author?", "Author: Ann; Editor: Bo", False),
        ("ann", "Who wrote it as editor?", "Author: Ann; Editor: Ann", False),  # one of its labels
        ("ann", "Who wrote it?", "Author: Bo", False),  # stands nowhere
        ("ann", "Who wrote it?", "2024: Ann", False),  # no label
        ("ann bo", "Who is the editor?", "Author: Ann; Editor: Bo", True),  # one of two names
        ("ann1", "Who wrote it?", "Author: Ann1", False),  # no name of letters
        # what stands in brackets behind the name, but for what it was before
        ("ann", "Who is the chief?", "Author: Ann (chief)", False),
        ("ann", "Who is the chief?", "Author: Ann (former chief)", True),
        ("ann", "Who is the chief?", "Author: Bo (chief), Ann (clerk)", True),
    ],
)
def test_a_label_or_what_is_in_brackets_says_who_somebody_is(names: str, question: str, text: str, other: bool) -> None:
    assert takes_other_label("That is so.", question, frozenset(names.split()), text) is other


@pytest.mark.parametrize(
    ("question", "claim", "other"),
    [
        ("Who is the CEO of Tarn?", "The former CEO of Oudkerk said that Tarn will need fewer batteries.", True),
        ("Who is the head of Finance?", "The head of Logistics is Mira Oud.", True),
        ("Who is the mayor of Bree?", "Ann Lee is the mayor of North Dove.", True),
        # of the same, too, in whatever form
        ("Who is the CEO of Tarn?", "The CEO of Tarn is Ann Lee.", False),
        ("Who is the CEO of Tarn?", "Tarn's CEO is Ann Lee, once CEO of Oudkerk.", False),
        ("Who is the CEO of Tarn?", "Ann Lee is the CEO of the Tarn Group.", False),
        ("Who is the CEO of Tarn?", "Ann Lee is CEO of Oudkerk, and CEO of Tarn.", False),
        # what a name is short for
        ("Who is the head of HR?", "The head of Human Resources is Mira Oud.", False),
        ("Who is the head of Human Resources?", "The head of HR is Mira Oud.", False),
        # another post, and a question that names nobody's
        ("Who is the CEO of Tarn?", "Ann Lee was the founder of Oudkerk.", False),
        ("Who leads Tarn?", "The CEO of Oudkerk leads it.", False),
    ],
)
def test_the_holder_of_a_post_elsewhere_is_another_one(question: str, claim: str, other: bool) -> None:
    assert names_other_holder(claim, question) is other


def test_what_is_said_of_another_holder_is_not_confirmed() -> None:
    text = "The former CEO of Oudkerk said that Tarn will need fewer batteries."
    [claim] = cite(text, [passage(1, text)], "en", "Who is the CEO of Tarn?").claims
    assert (claim.supported, claim.reason) == (False, "relation")
    [claim] = cite(text, [passage(1, text)], "en", "What did the former CEO of Oudkerk say?").claims
    assert claim.supported


def test_a_note_is_a_label_of_anybody() -> None:
    text = "Note: the approval goes to Anna Berg."
    assert not takes_other_label("Anna Berg approves.", "Who approves?", frozenset({"anna"}), text)
    assert takes_other_label("Anna Berg decides.", "Who decides?", frozenset({"anna"}), "Author: Anna Berg.")
