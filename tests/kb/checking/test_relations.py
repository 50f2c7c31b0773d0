"""A sentence that has what a claim adds must say it of what was asked."""

import pytest

from kb.checking.citations import cite
from kb.checking.relations import (
    crosses_over,
    is_of_another_name,
    is_of_other_designation,
    is_of_other_item,
    is_of_sibling,
    lacks_outcome,
    lacks_relation,
)
from kb.checking.sources import Source, source_of
from tests.kb.passages import passage

WHEN, RELEASED = "When was Orion released?", "Orion was released on 3 May 2022."


def source(text: str, **fields: str) -> Source:
    return source_of(passage(1, text, **fields), None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "parts", "lacks"),
    [
        ("On 3 May 2022 Orion was shown.", range(1), True),
        ("On 3 May 2022 Orion was released.", range(1), False),
        # what heads it says it
        ("## Released\nOn 3 May 2022 Orion was shown.", range(1, 2), False),
        # a pronoun goes on with it, or goes back to it
        ("On 3 May 2022 Orion was shown. It was released then.", range(2), False),
        ("Orion was released. On 3 May 2022 it was shown.", range(2), False),
        ("Orion was released. On 3 May 2022 it was shown.", range(1, 2), False),
        ("It is old. On 3 May 2022 Orion was shown. Later others were released.", range(3), True),
        # a sentence beside it that speaks for itself does not
        ("Orion was released. On 3 May 2022 Orion was shown.", range(2), True),
        ("On 3 May 2022 Orion was shown. Orion was released.", range(2), True),
        # nor does one beside a date alone
        ("3 May 2022. Release party.", range(2), True),
    ],
)
def test_a_date_beside_a_name_is_not_surely_what_was_asked(text: str, parts: range, lacks: bool) -> None:
    assert lacks_relation(RELEASED, WHEN, parts, source(text)) is lacks


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        ("The Netherlands, 2022. Runner-up.", False),
        ("The Netherlands, 2022. Nobody was runner-up.", True),
        ("The Netherlands won in 2022. Runner-up.", True),
        ("Runner-up. The Netherlands, 2022.", True),
        ("The Netherlands, 2022. Prize of Bern. Runner-up.", True),
    ],
)
def test_two_pieces_without_a_verb_are_one_sentence(text: str, lacks: bool) -> None:
    told, question = source(text), "When was the Netherlands runner-up?"
    claim = "The Netherlands was runner-up in 2022."
    assert lacks_relation(claim, question, range(len(told.sentences)), told) is lacks


def test_a_title_says_of_what_a_sentence_speaks() -> None:
    assert not lacks_relation(RELEASED, WHEN, range(1), source("On 3 May 2022 Orion was shown.", title="Releases"))


@pytest.mark.parametrize(
    ("claim", "question", "text", "lacks"),
    [
        ("It was so.", WHEN, "On 3 May 2022 Orion was shown.", False),  # nothing is added
        ("On 3 May 2022.", WHEN, "On 3 May 2022 Orion was shown.", False),  # nothing is repeated
        ("Orion on 3 May 2022.", WHEN, "On 3 May 2022 Orion was shown.", False),  # but for a name
        ("The lamp was made by Vera Lind.", "Who made the lamp?", "A chair was shown by Vera Lind.", True),
        ("The lamp was made by Vera Lind.", "Who made the lamp?", "A chair was made by Vera Lind.", False),
        ("The lamp was made by Vera Lind in 1962.", "Who made the lamp?", "Vera Lind came. A lamp is of 1962.", False),
        ("The lamp was made by Vera Lind in 1962.", "Who made the lamp?", "Vera Lind came. A chair is of 1962.", True),
        # one sentence has all that it adds: no other speaks for it
        (
            "The lamp was made by Vera Lind in 1962.",
            "Who made the lamp?",
            "A chair by Vera Lind is of 1962. The lamp was made.",
            True,
        ),
    ],
)
def test_what_a_claim_repeats_must_stand_where_it_adds_something(
    claim: str, question: str, text: str, lacks: bool
) -> None:
    told = source(text)
    assert lacks_relation(claim, question, range(len(told.sentences)), told) is lacks


BOTH = "What is the weight of the pump and the scanner?"
WEIGHTS = "The pump weighs 5 kg, the scanner weighs 6 kg."


@pytest.mark.parametrize(
    ("claim", "question", "text", "crosses"),
    [
        (WEIGHTS, BOTH, "The pump weighs 6 kg, the scanner weighs 5 kg.", True),
        (WEIGHTS, BOTH, "The pump weighs 6 kg while the scanner weighs 5 kg.", True),
        (WEIGHTS, BOTH, "The pump weighs 6 kg. The scanner weighs 5 kg.", True),
        (WEIGHTS, BOTH, WEIGHTS, False),
        (
            "The pump weighs 5 kg and the scanner weighs 6 kg.",
            BOTH,
            "The pump weighs 6 kg; the scanner weighs 5 kg.",
            True,
        ),
        # what one part adds, and the other repeats
        ("The pump weighs 5 kg, as does the scanner.", BOTH, "The pump weighs 6 kg, the scanner weighs 5 kg.", True),
        # of one thing that is asked about in two parts
        (
            "To weigh the pump, the scanner shows 6 kg.",
            "To weigh the pump, what does the scanner show?",
            "For the pump it shows 6 kg. The scanner is big.",
            False,
        ),
        ("The pump weighs 5 kg.", BOTH, "The pump weighs 6 kg, the scanner weighs 5 kg.", False),  # of one alone
        (WEIGHTS, "What is the weight of the pump?", "The pump weighs 6 kg, the scanner weighs 5 kg.", False),
        (WEIGHTS, BOTH, "The lift weighs 5 kg, the scanner weighs 6 kg.", False),
        (WEIGHTS, BOTH, "The pump | weighs 6 kg\nThe scanner | weighs 5 kg", False),  # rows
        (WEIGHTS, BOTH, "It weighs 5 kg; the scanner weighs 5 kg, the pump 6 kg.", False),
    ],
)
def test_of_two_things_each_has_its_own(claim: str, question: str, text: str, crosses: bool) -> None:
    assert crosses_over(claim, question, source(text)) is crosses


REVENUE, FIVE = "What was the revenue of Hexalux?", "The revenue of Hexalux was 5 million."


@pytest.mark.parametrize(
    ("claim", "question", "text", "part", "other"),
    [
        # a name of two words, or one that stands elsewhere within a sentence
        (FIVE, REVENUE, "Norvia Group had revenue of 5 million.", 0, True),
        (FIVE, REVENUE, "Norvia's Group had revenue of 5 million.", 0, True),
        (FIVE, REVENUE, "Hexalux met Norvia. Norvia had revenue of 5 million.", 1, True),
        (FIVE, REVENUE, "Hexalux opened a plant. Norvia had revenue of 5 million.", 1, False),
        (FIVE, REVENUE, "Revenue Group had 5 million.", 0, False),  # a word of the question
        # it has the question's name, or a pronoun
        (FIVE, REVENUE, "Norvia Group had revenue of 5 million, as Hexalux.", 0, False),
        (FIVE, REVENUE, "Norvia Group had revenue of 5 million in its year.", 0, False),
        (FIVE, REVENUE, "Hexalux met Norvia. It had revenue of 5 million.", 1, False),
        # nothing is added, or no name asked for
        ("The revenue of Hexalux rose.", REVENUE, "Norvia Group had revenue of 5 million.", 0, False),
        (FIVE, "What was the revenue?", "Norvia Group had revenue of 5 million.", 0, False),
        ("Norvia Group had revenue of 5 million.", REVENUE, "Norvia Group had revenue of 5 million.", 0, False),
        ("The revenue of Hexalux was 9 million.", REVENUE, "Norvia Group had revenue of 5 million.", 0, False),
    ],
)
def test_a_sentence_that_begins_with_another_name_is_of_that(
    claim: str, question: str, text: str, part: int, other: bool
) -> None:
    assert is_of_another_name(claim, question, range(part, part + 1), source(text)) is other


def test_under_a_title_with_the_name_that_was_asked_all_is_of_it() -> None:
    told = source("Norvia Group had revenue of 5 million.", title="Hexalux")
    assert not is_of_another_name(FIVE, REVENUE, range(1), told)


def test_each_sentence_that_has_it_must_begin_with_another_name() -> None:
    told = source("Norvia Group had revenue of 5 million. The revenue was 5 million.")
    assert not is_of_another_name(FIVE, REVENUE, range(2), told)
    assert is_of_another_name(FIVE, REVENUE, range(1), told)


@pytest.mark.parametrize(
    ("claim", "text", "parts", "lacks"),
    [
        ("Mira Oud won the regatta.", "Regatta 2024: Mira Oud and Ann Lee in lane one.", range(1), True),
        ("The winner was Mira Oud.", "Mira Oud took part in the regatta.", range(1), True),
        ("今年的比赛由李娜赢得。", "李娜参加了今年的比赛。", range(1), True),
        # what tells a winner in other words
        ("Mira Oud won the regatta.", "Mira Oud beat Ann Lee in the regatta.", range(1), False),
        ("Mira Oud won the regatta.", "The title of the regatta went to Mira Oud.", range(1), False),
        ("Mira Oud won the regatta.", "In the regatta Mira Oud finished first.", range(1), False),
        ("今年的比赛由李娜赢得。", "今年的比赛，李娜夺冠。", range(1), False),
        # the sentence beside it, or what heads it
        ("Mira Oud won the regatta.", "It was a victory. Mira Oud took part in the regatta.", range(1, 2), False),
        ("Mira Oud won the regatta.", "Mira Oud took part. It was a victory.", range(1), False),
        ("Mira Oud won the regatta.", "Mira Oud took part. It rained. It was a victory.", range(1), True),
        # another thing that is first, and another claim
        ("Mira Oud won the regatta.", "Her first regatta was a hard one for Mira Oud.", range(1), True),
        ("Mira Oud rowed in the regatta.", "Mira Oud took part in the regatta.", range(1), False),
    ],
)
def test_who_took_part_did_not_win(claim: str, text: str, parts: range, lacks: bool) -> None:
    assert lacks_outcome(claim, parts, source(text)) is lacks


def test_a_title_that_tells_of_a_win_says_it() -> None:
    assert not lacks_outcome("Mira Oud won.", range(1), source("Mira Oud took part.", title="Winners of the regatta"))


def test_a_winner_that_no_passage_tells_of_is_not_confirmed() -> None:
    question, claim = "Who won the Harbour Cup regatta in 2024?", "Mira Oud won the Harbour regatta in 2024."
    for text, confirmed in (
        ("Harbour regatta 2024: Mira Oud and Ann Lee in lane one.", False),
        ("Harbour regatta 2024: won by Mira Oud, ahead of Ann Lee.", True),
    ):
        [checked] = cite(claim, [passage(1, text)], "en", question).claims
        assert (checked.supported, checked.reason) == (confirmed, "" if confirmed else "relation")


@pytest.mark.parametrize(("labels", "other"), [("Opening hours", False), ("Bern", True), ("Bern and Basel", True)])
def test_the_label_of_a_line_may_be_a_name_where_no_label_is_told_in_small_letters(labels: str, other: bool) -> None:
    text = f"The board decides:\n\n- {labels}: 9 to 17.\n- Timetable: the pilot goes live on 15 September 2025."
    question, claim = "When does the Dove Lane pilot go live?", "The Dove Lane pilot goes live on 15 September 2025."
    told = source(text)
    place = range(len(told.sentences) - 1, len(told.sentences))
    assert is_of_another_name(claim, question, place, told) is other


PLUS, BASIC = "Harbour Plus Plan Details", "Harbour Basic Plan Details"
ON_PLUS = "Does the Harbour Plus plan pay for glasses?"


@pytest.mark.parametrize(
    ("question", "claim", "text", "titles", "sibling"),
    [
        (ON_PLUS, "Glasses are paid for.", "Glasses are paid for.", (PLUS, BASIC), True),
        (ON_PLUS, "Glasses are paid for.", "Glasses are paid for.", (BASIC,), False),  # nothing else was found
        ("Are glasses paid for?", "Glasses are paid for.", "Glasses are paid for.", (PLUS, BASIC), False),
        ("Do Plus and Basic pay?", "Glasses are paid for.", "Glasses are paid for.", (PLUS, BASIC), False),
        # claim or text say of which
        (ON_PLUS, "The Basic plan pays for glasses.", "Glasses are paid for.", (PLUS, BASIC), False),
        (ON_PLUS, "Glasses are paid for.", "Glasses are paid for, as by Plus.", (PLUS, BASIC), False),
        # titles that share less, and those that differ in a number or add a word alone
        (ON_PLUS, "Glasses are paid for.", "Glasses are paid for.", ("Plus", BASIC), False),
        (ON_PLUS.lower(), "Glasses are paid for.", "Glasses are paid for.", (PLUS, BASIC), False),  # no name
        ("What pays the 2024 Harbour Plan?", "Glasses.", "Glasses.", ("Harbour Basic Plan Details 2024", BASIC), False),
        (ON_PLUS, "Glasses are paid for.", "Glasses are paid for.", (f"{BASIC} Plus", BASIC), False),
    ],
)
def test_a_document_of_the_kind_that_was_not_asked_about_is_a_sibling(
    question: str, claim: str, text: str, titles: tuple[str, ...], sibling: bool
) -> None:
    assert is_of_sibling(claim, question, source(text, title=BASIC), titles) is sibling


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        ("To get a pass for any of the rooms upstairs you can either:\n\n- visit the Hub\n- write to Orion", False),
        (
            "要得到通行证，可以：\n\n- 去前台\n- 写信给 Orion",
            False,
        ),
        ("To get a pass for any of the rooms upstairs you can wait.\n\n- visit the Hub\n- write to Orion", True),
        ("To get a pass for any of the rooms upstairs you can either:\n\nVisit the Hub.\nWrite to Orion.", True),
    ],
)
def test_what_announces_a_list_says_of_what_its_items_are(text: str, lacks: bool) -> None:
    question, claim = ("How do I get a pass?", "To get a pass you can write to Orion.")
    if "通行证" in text:
        question, claim = ("怎么得到通行证？", "写信给 Orion 可得到通行证。")
    sentences = source(text).sentences
    assert lacks_relation(claim, question, range(len(sentences) - 1, len(sentences)), source(text)) is lacks


@pytest.mark.parametrize(
    ("question", "claim", "text", "lacks"),
    [
        ("How long does OCE need?", "OCE needs 5 days.", "OCE requires 5 days.", False),
        ("How long does OCE close?", "OCE closes for 5 days.", "OCE requires 5 days.", True),
    ],
)
def test_verbs_that_others_stand_for_are_no_relation(question: str, claim: str, text: str, lacks: bool) -> None:
    assert lacks_relation(claim, question, range(1), source(text)) is lacks


@pytest.mark.parametrize(
    ("claim", "text", "title", "other"),
    [
        ("叉车在一厂限速5公里。", "叉车限速：室内5公里。", "三厂安全规程", True),
        ("叉车在三厂限速5公里。", "叉车限速：室内5公里。", "三厂安全规程", False),
        ("叉车在一厂限速5公里。", "叉车限速：室内5公里，室外10公里，第1次警告。", "三厂安全规程", True),
        ("Building B has 40 desks.", "Building A has 30 desks and B has 40 desks.", "", False),
        ("叉车在一厂限速5公里。", "叉车限速：室内5公里，一厂相同。", "三厂安全规程", False),
        ("叉车在一厂限速5公里。", "叉车限速：室内5公里。", "安全规程", False),
        # of a sentence with several, the clause with the value
        ("二厂的点击率是6.8%。", "全公司点击率6.8%，其中三厂最低。", "", True),
        ("三厂的点击率是6.8%。", "三厂点击率6.8%，二厂更高。", "", False),
        ("二厂的点击率是6.8%。", "二厂更高。三厂的全年点击率是6.8%。", "", True),
        ("B类供应商要80分。", "A类须现场审核，得分80分；B类只审资料。", "", True),
        ("A类供应商要80分。", "A类须现场审核，得分80分；B类只审资料。", "", False),
        ("A类和B类供应商要80分。", "A类须80分；B类须80分。", "", False),
        # what heads it says of which
        ("一厂限速5公里。", "限速5公里，比二厂慢。", "一厂规程", False),
        ("Plant 2 closes at 18:00.", "It closes at 18:00.", "Rules of Plant 3", True),
        ("Plant 2 closes at 18:00.", "Plants 2 and 3 close at 18:00.", "", False),
        ("Plant 2 closes at 18:00.", "Plant 2 and Plant 3 close at 18:00.", "", False),
        ("A类每年复审2次。", "A类，B类供应商每年复审2次。", "", False),
        ("A类每年复审2次。", "除C类外，供应商每年复审2次。", "", False),
        ("A类人员住600元。", "去一类城市，住宿标准为600元。", "", False),  # letters and numbers are of two kinds
        ("A类物料每月盘点2次。", "A类物料价值高。这一类物料每月盘点2次。", "", False),
        ("The gate of Plant 2 closes at 18:00.", "Unlike in Plant 3, the gate closes at 18:00.", "", False),
    ],
)
def test_another_thing_of_the_kind_is_not_what_was_asked(claim: str, text: str, title: str, other: bool) -> None:
    told = source(text, title=title)
    assert is_of_other_designation(claim, "", range(len(told.sentences)), told) is other


def test_the_question_says_of_which_thing_of_a_kind_a_claim_is() -> None:
    told = source("三厂限速5公里。")
    assert is_of_other_designation("限速5公里。", "一厂限速多少？", range(1), told)
    assert not is_of_other_designation("限速5公里。", "三厂限速多少？", range(1), told)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("在研项目：闭环系统，2025年提交注册；TCI算法，已完成验证。", True),
        ("在研项目：TCI算法，2025年提交注册；闭环系统，已完成验证。", False),
        ("在研项目：TCI算法，已完成验证；2025年提交注册。", False),
        ("闭环系统2025年提交注册。TCI算法已完成验证。", False),  # sentences of their own
        ("闭环系统2024年立项；“\n样机”2025年提交注册；TCI算法已完成验证。", True),
        ("TCI：2025年提交注册；TCI已完成验证。", False),
        ("2025年提交注册；由TCI项目组负责。", False),
        ("2025年提交注册；项目：TCI。", False),
    ],
)
def test_a_value_of_an_item_is_not_of_what_a_later_one_names(text: str, other: bool) -> None:
    told = source(text)
    question, claim = "TCI哪一年提交注册？", "TCI在2025年提交注册。"
    assert is_of_other_item(claim, question, range(len(told.sentences)), told) is other
    assert not is_of_other_item(claim, question, range(len(told.sentences)), source(text, title="TCI"))
