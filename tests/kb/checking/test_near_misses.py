"""Claims that come near to what a passage says, written by a reader of the check to get by its excuses."""

import pytest

from kb.checking.citations import cite
from kb.language.language import language_of
from tests.kb.passages import passage


@pytest.mark.parametrize(
    ("question", "text", "claim", "right"),
    [
        (
            "What happens if I do not have a badge?",
            "Visitors may enter through the north gate because it is staffed.",
            "Visitors may not enter through the north gate because it is staffed.",
            False,
        ),
        (
            "Why can members not book the court online?",
            "Guests can book the court online because the system is new.",
            "Guests cannot book the court online because the system is new.",
            False,
        ),
        (
            "为什么会员不能在线订场？",
            "访客可以在线订场，因为系统是新的。",
            "访客不可以在线订场，因为系统是新的。",
            False,
        ),
        (
            "How long does the free trial last?",
            "The free trial can be started online by new customers.",
            "The free trial can be started online by new customers.",
            False,
        ),
        (
            "How much is a single room?",
            "A single room has a window to the garden.",
            "A single room has a window to the garden.",
            False,
        ),
        ("保密义务持续多久？", "所有员工承担保密义务。", "所有员工承担保密义务。", False),
        (
            "How many days do I have in which to appeal?",
            "An appeal must be sent to the board.",
            "An appeal must be sent to the board.",
            False,
        ),
        (
            "Who checks the fridges?",
            "Fridges are checked by the kitchen each morning.",
            "All fridges are checked by the kitchen.",
            False,
        ),
        (
            "When is the kitchen cleaned?",
            "The kitchen is cleaned each Monday.",
            "The entire kitchen is cleaned on Monday.",
            False,
        ),
        (
            "Which rooms get new keys?",
            "A room of each wing gets new keys in May.",
            "All rooms get new keys in May.",
            False,
        ),
        (
            "Which rooms can be booked?",
            "Aspen can be booked by guests. Birch is a store."
            " Cedar is being rebuilt. Stairs are new. Lunch is at 12. Elm is for us.",
            "Aspen, Birch, Cedar, and Elm can be booked by guests.",
            False,
        ),
        ("需要几个证人？", "立遗嘱需要两个证人。签合同需要三个证人。", "立遗嘱需要三个证人。", False),
        ("一号楼住多少学生？", "一号楼住40名学生。二号楼住60个学生。", "一号楼住60个学生。", False),
        ("奖金什么时候发放？", "工资每月5日发放，奖金20日发放。", "奖金每月5日发放。", False),
        (
            "How long does a permit last?",
            "A permit is checked by the office. The strike took 3 weeks.",
            "It lasts 3 weeks.",
            False,
        ),
        (
            "Why did sales of the Alto fall?",
            "- Sales of the Alto fell.\n- Sales of the Brio rose.\n- The Cielo is new.\n- A recall hit the Dura.",
            "Sales of the Alto fell because of a recall.",
            False,
        ),
        (
            "申请居住证需要哪些材料？",
            "申请居住证需要以下四种材料：身份证、照片、合同、表格。",
            "申请居住证需要这三种材料：身份证、照片、合同。",
            False,
        ),
        ("How long is the bridge?", "The bridge is 3 km long and cost a lot.", "The bridge cost EUR 3000 m.", False),
        ("哪些假期带薪？", "员工可享受年假、病假和事假，这三种假期均带薪。", "三种假期均带薪。", True),
        (
            "How long does OCE need for its first look?",
            "OCE requires 5 business days for the initial review.",
            "OCE needs 5 business days for the initial review.",
            True,
        ),
        (
            "DM 针对哪些工具做了支持？",
            "DM 仅针对 gh-ost 与 pt-osc 做了特殊支持。",
            "DM 针对 gh-ost 和 pt-osc 这两个工具做了支持。",
            True,
        ),
    ],
)
def test_a_claim_near_to_its_passage(question: str, text: str, claim: str, right: bool) -> None:
    [found] = cite(claim, [passage(1, text, title="Rules")], language_of(question), question).claims
    assert found.supported is right


LONG = "The house by the lake has been let to guests since the year in which the owner left it to the town."
SHORT = "The Cedar room is not open to guests\nThe Birch room is open to all guests\nTowels are lent at the desk"


def test_short_lines_beside_long_paragraphs_are_facts_of_their_own() -> None:
    text = f"{LONG}\n{LONG}\n{SHORT}\nEntry to the pool is free there\nThe gym is closed on Sunday"
    claim = "The Cedar room is open to all guests."
    [found] = cite(claim, [passage(1, text, title="Rules")], "en", "Is the Cedar room open to all guests?").claims
    assert not found.supported
