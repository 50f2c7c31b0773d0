"""Fragments confirm nothing: lines without a verb, and what was cut off."""

import pytest

from kb.checking.citations import cite
from kb.checking.fragments import adds_nothing, is_cut_off, is_phrase, is_quotation, is_title, leaves_open, put_in
from kb.language.language import language_of
from tests.kb.passages import passage


@pytest.mark.parametrize(
    ("claim", "phrase"),
    [
        ("Total visitors by season.", True),
        ("The museum opens at nine.", False),
        ("Museum Guide: Hours And Prices Of The Northern Wing For Groups.", True),
        ("客房价格。", True),
        ("客房不含早餐。", False),
        # in a long line a verb may go unseen
        (" ".join(["lake"] * 7), True),
        (" ".join(["lake"] * 8), False),
        (" ".join(["Lake"] * 5 + ["lake"] * 3), True),  # most of it has capitals
        (" ".join(["Lake"] * 4 + ["lake"] * 4), False),
    ],
)
def test_a_phrase_has_no_verb(claim: str, phrase: bool) -> None:
    assert is_phrase(claim) == phrase


@pytest.mark.parametrize(
    ("claim", "source", "cut"),
    [
        ("The season of 2022 was another record for ...", "", True),
        ("The revenues of the season came in at.", "", True),
        ("The fair will be held Friday, Nov.", "The fair will be held Friday, Nov. 18, in Bern.", True),
        ("The fair will be held in Nov.", "The fair will be held in Nov. The fee is 5 euros.", True),
        ("The fair will be held in Nov.", "The fair will be held in Nov.", False),
        ("The fee is 5 euros.", "The fee is 5 euros.", False),
        ("费用为 5 元…", "费用为 5 元。", False),
        # Chinese that opens other words, and goes on
        ("费用由", "费用由公司承担。", True),
        ("费用由", "费用由。", False),
        ("费用由", "费用", False),
        ("费用为 5 元", "费用为 5 元整。", False),
        # a sentence that is whole in the source, or at least its last three words
        ("The care you are looking for.", "It is the care you are looking for. Call.", False),
        ("The care that you are looking for.", "It is what we are looking for.", False),
        ("The care you are looking for.", "It is the care you are looking for a day.", True),
        ("The care you are looking for.", "It is the care you are looking for.net", True),
        ("The care is of the.", "The care is of the. So.", True),
        ("For.", "For. So.", True),
        # an abbreviation behind which a word follows
        ("It is the Corp.", "It is the Corp. of Bern.", True),
        ("It is the Corp.", "It is the Corp.", False),
        ("Visit the U.S.", "Visit the U.S. (or not) today.", False),
        ("Visit the U.S.", "Visit us.", False),
        ("See it", "See it today.", False),
    ],
)
def test_what_the_source_goes_on_with_was_cut_off(claim: str, source: str, cut: bool) -> None:
    assert is_cut_off(claim, source) == cut


@pytest.mark.parametrize(
    ("claim", "question", "source", "reason"),
    [
        ("Total visitors by season.", "Which season had most visitors?",
         "Total visitors by season. Spring had most visitors: 900.", "echo"),
        ("Spring.", "Which season had most visitors?", "Of all seasons Spring had most visitors.", ""),
        ("900 in spring.", "How many visitors came?", "Of all visitors 900 came in spring.", ""),
        ("Prices of the rooms.", "What does a room cost?", "The prices of the rooms: 50 euros.", "echo"),
        # it is no line of its own, but has nothing that the question asks for
        ("Rooms and breakfast.", "Who cleans it?", "The rooms where breakfast is eaten are cleaned by Ana.", "echo"),
        ("Rooms and breakfast.", "Is it clean?", "The rooms where breakfast is eaten are clean.", ""),
        # a name answers wherever it stands
        ("Norvia.", "Which firm supplies batteries?", "Batteries are bought. They come from Norvia.", ""),
        ("Spring.", "Which firm supplies batteries?", "Batteries are bought. They come from spring.", "echo"),
        # the first word of a longer phrase need not be a name
        ("Repairs, and lifts.", "Who pays?", "Repairs of doors and lifts are paid by the landlord.", "echo"),
    ],
)  # fmt: skip
def test_a_line_confirms_only_the_value_that_was_asked(claim: str, question: str, source: str, reason: str) -> None:
    found = cite(f"{claim} [1]", [passage(1, source)], language_of(question), question)
    assert [each.reason for each in found.claims] == [reason]


@pytest.mark.parametrize(
    ("text", "question", "right", "wrong"),
    [
        ("The form is signed by the line manager and kept by the front desk.", "Who signs the form?",
         ["The line manager.", "Line manager", "Your line manager."], ["The front desk.", "Front desk"]),
        ("Lost keys are reported to the front desk. Lost laptops are reported to the service desk.",
         "Where do I report lost keys?", ["The front desk.", "At the front desk."], ["The service desk."]),
        ("Badges are red for visitors and blue for staff.", "What colour is a visitor's badge?", ["Red."], ["Blue."]),
        ("The team meeting is held every Thursday; the board meets on Monday.", "On which day is the team meeting?",
         ["Thursday.", "Every Thursday."], ["On Monday."]),
        ("The warehouse is open from Monday to Friday, the shop from Tuesday to Saturday.",
         "When is the warehouse open?", ["Monday to Friday."], ["Tuesday to Saturday."]),
        ("The report is issued monthly by the finance team.", "How often is the report issued?",
         ["Monthly."], ["Report."]),
        ("表格由部门经理签字，由前台保管。", "表格由谁签字？", ["部门经理。", "由部门经理签字。"], ["前台。"]),
        ("访客证为红色，员工证为蓝色。", "访客证是什么颜色？", ["红色。"], ["蓝色。"]),
        ("钥匙遗失应报告前台，笔记本遗失应报告服务台。", "钥匙遗失报告给谁？", ["前台。"], ["服务台。"]),
        ("仓库周一至周五开放，门店周二至周六开放。", "仓库什么时候开放？", ["周一至周五。"], ["周二至周六。"]),
    ],
)  # fmt: skip
def test_a_few_words_answer_where_they_stand_beside_what_was_asked(
    text: str, question: str, right: list[str], wrong: list[str]
) -> None:
    for claim, expected in [(each, True) for each in right] + [(each, False) for each in wrong]:
        found = cite(claim, [passage(1, text)], language_of(question), question).claims[0]
        assert found.supported is expected, (claim, found)


def test_a_third_of_what_was_asked_must_stand_beside_them() -> None:
    sentence = ["The form is signed by the line manager."]
    assert not leaves_open("the line manager", "Who signs the green form?", sentence)
    assert leaves_open("the line manager", "Who repairs, insures and sells used forms?", sentence)
    assert not leaves_open("the line manager", "Is the form signed?", sentence)  # "yes" would answer that
    assert leaves_open("Form is signed by the line manager.", "Who signs the form?", [sentence[0][4:]])  # all of it
    assert leaves_open("the line manager", "Who signs the form?", ["Form: the line manager"])  # nothing is said


QUOTED = "The pump is cleaned every day, and the tank is filled by night; nobody is there."


@pytest.mark.parametrize(
    ("claim", "quoted"),
    [
        ("The pump is cleaned every day.", True),
        ("and the tank is filled by night", True),
        ("The pump is cleaned every day, and the tank is filled by night", True),
        (QUOTED, True),
        ("the tank is filled by night", False),  # no whole clause
        ("The pump is cleaned every", False),
        ("the tank is filled by night, the pump is cleaned every day", False),
        ("nobody is there", False),  # too few words
    ],
)
def test_whole_clauses_are_a_quotation(claim: str, quoted: bool) -> None:
    assert is_quotation(claim, ["Nothing else.", QUOTED]) is quoted


def test_a_quotation_has_five_words_and_a_verb() -> None:
    assert is_quotation("It is cleaned well today.", ["It is cleaned well today."])
    assert not is_quotation("It is cleaned today.", ["It is cleaned today."])
    assert not is_quotation("Pump, tank, lamp, hose, lid.", ["Pump, tank, lamp, hose, lid."])


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("Fire Drills", True),
        ("Fire", False),
        ("Fire Drills And Alarms For All Halls", True),
        ("Fire Drills And Alarms For All Halls Now", False),  # eight words
        ("Fire of day", True),
        ("Fire cold", False),  # a longer word has four letters
        ("A Day Off", False),  # and one must be there
        ("Fire Drills:", False),
        ("Feuer Übung", False),
    ],
)
def test_a_title_has_two_to_seven_words_the_longer_ones_with_capitals(line: str, title: bool) -> None:
    assert is_title(line) is title


def test_words_that_answer_stand_in_a_sentence_with_a_verb() -> None:
    question = "Who signs the form?"
    assert not leaves_open("front desk", question, ["The form is signed by the front desk."])
    assert leaves_open("desk", question, ["The form of the front desk"])
    assert leaves_open("*", question, ["The form is signed by the front desk."])  # nothing is said
    # of two clauses with as much of the question either may answer
    two = ["The form is signed by Ana. The form is signed by Bo."]
    assert not leaves_open("Bo", question, two[0].split(". "))


@pytest.mark.parametrize(
    ("claim", "source", "cut"),
    [
        # five words or more of a sentence that goes on
        ("The gate closes at six", "The gate closes at six in winter.", True),
        ("The gate closes at six", "The gate closes at sixty.", True),
        ("The gate closes six", "The gate closes six times.", False),
        ("The gate closes at six", "The gate closes at six.", False),
        ("The gate closes at six", "The gate closes at six, in winter at five.", False),
        ("The gate closes at six.", "The gate closes at six in winter.", False),
        ("The gate opens at six", "The gate closes at six in winter.", False),
        ("The gate 正门 closes at six", "The gate 正门 closes at six in winter.", False),
    ],
)
def test_whole_words_of_a_sentence_that_goes_on_are_cut_off(claim: str, source: str, cut: bool) -> None:
    assert is_cut_off(claim, source) is cut


@pytest.mark.parametrize(
    ("claim", "question", "nothing"),
    [
        ("There are a few exceptions to the rule.", "What are the exceptions to the rule?", True),
        ("The plan provides coverage for dental injuries.", "What does the plan do for dental injuries?", True),
        ("The rule has several exceptions.", "What exceptions has the rule?", True),
        ("The rule has several exceptions.", "Which exceptions has the rule?", False),
        ("The information desk provides refunds.", "Which desk provides refunds?", False),
        ("The insurance covers the performance.", "What does the insurance cover?", False),
        ("Exceptions to the rule are holidays.", "What are the exceptions to the rule?", False),
        ("There are 4 exceptions to the rule.", "What are the exceptions to the rule?", False),
        ("No exceptions to the rule are available.", "What are the exceptions to the rule?", False),
        ("Exceptions are covered by all.", "What are the exceptions?", False),
        ("仓库提供多种保险。", "仓库有什么保险？", True),
        ("仓库的保险包括以下内容。", "仓库的保险是什么？", True),
        ("仓库提供火灾保险。", "仓库有什么保险？", False),
        ("仓库不提供保险。", "仓库有什么保险？", False),
    ],
)
def test_that_there_is_some_of_what_is_asked_for_adds_nothing(claim: str, question: str, nothing: bool) -> None:
    assert adds_nothing(claim, question, "是为的了有在") is nothing


@pytest.mark.parametrize(
    ("question", "claim", "words"),
    [
        ("应该找谁申诉？", "应该找工会申诉。", "工会"),
        ("质量方针是哪句话？", "质量方针是“每滴都准确”。", "每滴都准确"),
        ("找谁申诉呢？", "找工会申诉。", "工会"),
        ("谁审核预算？", "罗维审核预算。", "罗维"),
        # of other words, of more than one, or of too few letters
        ("谁在牵头？", "负责的人是韩涛。", ""),
        ("谁审核预算，谁批准？", "罗维审核预算，邱敏批准。", ""),
        ("找谁申诉？", "找我申诉。", ""),
        ("这样可以吗？", "这样可以办理。", ""),
        (f"{'应该' * 100}找谁？", f"{'应该' * 100}找工会。", ""),
        ("", "", ""),
    ],
)
def test_what_is_put_in_place_of_the_word_that_asks_is_told(question: str, claim: str, words: str) -> None:
    assert put_in(claim, question) == words
