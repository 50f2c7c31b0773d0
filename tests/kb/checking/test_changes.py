"""Who held a post before is not who holds it, and what was before a change is not what is: both told in many ways, of
people and values drawn at random."""

from random import Random

import pytest

from kb.checking.changes import former_numbers, gives_former, gives_what_was, holds_post, turns_succession
from kb.checking.citations import cite
from kb.schema import Language
from tests.kb.passages import passage

_PEOPLE = ["Anna Berg", "Tom Keller", "Lucia Romano", "Erik Dahl", "Marta Silva", "Ivan Petrov"]
_PEOPLE_ZH = ["王芳", "李强", "陈静", "赵磊", "孙浩"]
_POSTS = ["head of purchasing", "data protection officer", "fire warden", "CEO", "site manager"]
_POSTS_ZH = ["采购总监", "数据保护官", "消防责任人", "总经理", "厂长"]
_TOLD = [
    "{new} succeeded {old} as {post} on 1 May 2024.",
    "{new} takes over from {old} as {post} in June.",
    "{old} handed over the role of {post} to {new} in May 2024.",
    "{new} replaced {old} as {post}.",
    "{new} is the new {post}, following {old}, who retired.",
    "The former {post} {old} left in May; {new} is now the {post}.",
    "{old} stepped down as {post} in May 2024, and {new} was appointed.",
    "{old} was {post} until May 2024. Since June it is {new}.",
    "The {post} is {new} (previously {old}).",
]
_TOLD_ZH = [
    "2024年5月起，{new}接替{old}担任{post}。",
    "{post}由{old}改为{new}。",
    "{old}已将{post}一职移交给{new}。",
    "{post}：{new}（原为{old}）。",
    "{old}卸任{post}，由{new}接任。",
    "原{post}{old}已离职，现任{post}为{new}。",
    "前任{post}{old}于5月退休，{new}接任。",
    "{new}取代{old}出任{post}。",
]


def is_confirmed(claim: str, text: str, language: Language, question: str) -> bool:
    return cite(claim, [passage(1, text)], language, question).claims[0].supported


@pytest.mark.parametrize("told", _TOLD)
def test_a_predecessor_does_not_hold_the_post(told: str) -> None:
    random = Random(told)
    for _ in range(5):
        (new, old), post = random.sample(_PEOPLE, 2), random.choice(_POSTS)
        text, question = told.format(new=new, old=old, post=post), f"Who is the {post}?"
        for name in (new, old):
            for claim in (f"The {post} is {name}.", f"{name} is the {post}."):
                assert is_confirmed(claim, text, "en", question) is (name == new), (claim, text)


@pytest.mark.parametrize("told", _TOLD_ZH)
def test_a_predecessor_does_not_hold_the_post_in_chinese(told: str) -> None:
    random = Random(told)
    confirmed = 0
    for _ in range(10):
        (new, old), post = random.sample(_PEOPLE_ZH, 2), random.choice(_POSTS_ZH)
        text, question = told.format(new=new, old=old, post=post), f"{post}是谁？"
        for claim in (f"{post}是{old}。", f"{old}是{post}。"):
            assert not is_confirmed(claim, text, "zh", question), (claim, text)
        confirmed += sum(
            is_confirmed(claim, text, "zh", question) for claim in (f"{post}是{new}。", f"{new}是{post}。")
        )
    assert confirmed >= 12  # of 20: a name that the segmenter takes apart is not found


@pytest.mark.parametrize(
    ("text", "question", "claim"),
    [
        ("Anna Berg succeeded Tom Keller as CEO.", "Who was CEO before?", "Tom Keller was CEO before."),
        ("Anna Berg succeeded Tom Keller as CEO.", "Whom does Anna Berg replace?", "Tom Keller as CEO."),
        ("Anna Berg succeeded Tom Keller as CEO.", "Who is CEO?", "Anna Berg succeeded Tom Keller as CEO."),
        ("Anna Berg succeeded Tom Keller as CEO.", "What does the CEO do?", "The CEO Tom Keller signs."),
        ("Anna Berg will replace Tom Keller as CEO.", "Who is the CEO?", "Tom Keller is the CEO."),
        ("Tom Keller is CEO. Anna Berg replaced Ivan Petrov.", "Who is CEO?", "Tom Keller is CEO."),
        ("Anna Berg replaced Ivan Petrov as driver.", "Who is CEO?", "Ivan Petrov is CEO."),
        ("陈静接替王芳担任总经理。", "之前的总经理是谁？", "之前的总经理是王芳。"),
        ("陈静接替王芳担任总经理。", "谁接替了王芳？", "陈静接替王芳担任总经理。"),
        ("陈静将接替王芳担任总经理。", "总经理是谁？", "总经理是王芳。"),
    ],
)
def test_nothing_is_told_of_what_was_of_the_change_and_of_other_posts(text: str, question: str, claim: str) -> None:
    assert holds_post(claim, question, text.split(". ")) is None


def test_the_reason_is_that_it_was_replaced() -> None:
    text = "Anna Berg succeeded Tom Keller as CEO."
    [claim] = cite("The CEO is Tom Keller.", [passage(1, text)], "en", "Who is the CEO?").claims
    assert (claim.state, claim.reason) == ("contradicted", "replaced")


_DAYS, _DAYS_ZH = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"], ["周一", "周二", "周三", "周四", "周五"]
_CITIES, _CITIES_ZH = ["Rotterdam", "Hamburg", "Lyon", "Oslo", "Madrid"], ["苏州", "成都", "广州", "西安", "青岛"]
_RHYTHMS, _RHYTHMS_ZH = ["weekly", "monthly", "quarterly", "yearly"], ["每周", "每月", "每季度", "每年"]
_FIRMS, _FIRMS_ZH = ["Hexalux", "Brackwell", "Norvia", "Tessaro"], ["恒宇公司", "江海公司", "天元公司", "瑞丰公司"]
_BATTERIES = "Which company supplies the batteries?"
_CHANGED: list[tuple[Language, str, str, str, list[str]]] = [
    ("en", "The team meeting was moved from {old} to {new}.", "When is the team meeting?", "It is on {}.", _DAYS),
    ("en", "The team meeting is now on {new} instead of {old}.", "When is the meeting?",
     "The meeting is on {}.", _DAYS),
    ("en", "The team meeting is no longer on {old} but on {new}.", "When is the meeting?",
     "The meeting is on {}.", _DAYS),
    ("en", "The head office was relocated from {old} to {new} in 2024.", "Where is the head office?",
     "The head office is in {}.", _CITIES),
    ("en", "The supplier of batteries was changed from {old} to {new}.", _BATTERIES,
     "{} supplies the batteries.", _FIRMS),
    ("en", "Batteries now come from {new}; until March they came from {old}.", _BATTERIES,
     "The batteries come from {}.", _FIRMS),
    ("en", "{new} replaces {old} as the supplier of batteries.", _BATTERIES,
     "{} is the supplier of batteries.", _FIRMS),
    ("en", "The report is issued {new}, no longer {old}.", "How often is the report issued?",
     "The report is issued {}.", _RHYTHMS),
    ("en", "The training formerly took place in {old}; it now takes place in {new}.", "Where is the training?",
     "The training takes place in {}.", _CITIES),
    ("zh", "例会由{old}改为{new}。", "例会在星期几？", "例会在{}。", _DAYS_ZH),
    ("zh", "总部已从{old}迁至{new}。", "总部在哪里？", "总部在{}。", _CITIES_ZH),
    ("zh", "电池供应商由{old}更换为{new}。", "电池供应商是哪家？", "电池供应商是{}。", _FIRMS_ZH),
    ("zh", "电池改由{new}供应，不再由{old}供应。", "电池由哪家公司供应？", "电池由{}供应。", _FIRMS_ZH),
    ("zh", "报告由{old}发布改为{new}发布。", "报告多久发布一次？", "报告{}发布。", _RHYTHMS_ZH),
    ("zh", "培训以前在{old}举行，现在改在{new}举行。", "培训在哪里举行？", "培训在{}举行。", _CITIES_ZH),
]  # fmt: skip


@pytest.mark.parametrize(("language", "told", "question", "claim", "values"), _CHANGED)
def test_what_was_before_a_change_is_not_what_is(
    language: Language, told: str, question: str, claim: str, values: list[str]
) -> None:
    random = Random(told)
    for _ in range(4):
        old, new = random.sample(values, 2)
        text = told.format(old=old, new=new)
        assert is_confirmed(claim.format(new), text, language, question), text
        assert not is_confirmed(claim.format(old), text, language, question), text


@pytest.mark.parametrize(
    ("text", "question", "claim"),
    [
        ("The meeting was moved from Tuesday to Thursday.", "When was the meeting before?", "It was on Tuesday."),
        ("The meeting was moved from Tuesday to Thursday.", "When is it?", "It moved from Tuesday to Thursday."),
        ("The meeting was moved from Tuesday to Thursday.", "When is lunch?", "Lunch is on Tuesday."),
        ("The shop is open from Tuesday to Thursday.", "When is the shop open?", "The shop is open on Tuesday."),
        ("The new pump will replace the old one on Tuesday.", "Which pump is it?", "It is the pump of Tuesday."),
        ("例会由周二改为周四。", "例会之前在星期几？", "例会在周二。"),
        ("从周一到周四开放。", "什么时候开放？", "周一开放。"),
    ],
)
def test_what_is_no_change_or_asked_for_is_left(text: str, question: str, claim: str) -> None:
    assert not gives_what_was(claim, question, [text])


@pytest.mark.parametrize("question", ["例会在星期几？", "例会周几开？", "例会在礼拜几？"])
def test_which_day_of_the_week_is_no_amount(question: str) -> None:
    text = "部门例会在每周四举行，地点为三楼会议室。"
    assert is_confirmed("例会在周四。", text, "zh", question)
    assert not is_confirmed("例会在周五。", text, "zh", question)


LENGTH = "Passwords previously had 10 characters; now they have 14."
FEE = "Until now the fee was 20 euros, from Monday it is 30 euros."
RULE = "原规则为10位；新规则为13位。"


@pytest.mark.parametrize(
    ("claim", "question", "text", "former"),
    [
        ("Passwords have 10 characters.", "How long are passwords?", LENGTH, True),
        ("Passwords have 14 characters.", "How long are passwords?", LENGTH, False),
        ("The fee is 20 euros.", "What is the fee?", FEE, True),
        ("The fee is 30 euros.", "What is the fee?", FEE, False),
        # claim or question speak of what was, or give the number themselves
        ("Passwords had 10 characters.", "How long were passwords before?", LENGTH, False),
        ("Previously passwords had 10 characters.", "How long are passwords?", LENGTH, False),
        ("Passwords have 10 characters.", "Are they passwords of 10 characters?", LENGTH, False),
        # nothing is told of what is, or not beside it, or the number is also one of what is
        ("Passwords have 10 characters.", "How long are passwords?", "Passwords previously had 10 characters.", False),
        ("Passwords have 10 characters.", "How long are passwords?",
         "Passwords previously had 10 characters. Keys are red. There are 14 of them now.", False),
        ("Passwords have 10 characters.", "How long are passwords?",
         "Passwords previously had 10 characters. There are 14 of them now.", True),
        ("Passwords have 10 characters.", "How long are passwords?", f"{LENGTH} Keys have 10 characters.", False),
        ("Passwords have 10 characters.", "How long are passwords?", "They set 14 keys, formerly 10 letters.", False),
        # what was a year ago is compared with any amount beside
        ("Sales are 310.", "What are the sales?", "Sales were at 450, against 310 in the previous year.", True),
        ("Sales are 450.", "What are the sales?", "Sales were at 450, against 310 in the previous year.", False),
        ("Sales are 310.", "What are the sales?", "Sales reached 310 in the previous year.", False),
        ("编号为10位。", "编号几位？", RULE, True),
        ("编号为13位。", "编号几位？", RULE, False),
        ("编号为10位。", "编号原来几位？", RULE, False),
        ("编号原来为10位。", "编号几位？", RULE, False),
        ("销售额为310万元。", "销售额多少？", "销售额为450万元，上年同期为310万元。", True),
        ("销售额为450万元。", "销售额多少？", "销售额为450万元，上年同期为310万元。", False),
    ],
)  # fmt: skip
def test_a_former_value_is_told_where_the_present_one_stands_beside(
    claim: str, question: str, text: str, former: bool
) -> None:
    assert gives_former(claim, question, text) is former


_FORMER: list[tuple[Language, str, str, str]] = [
    ("en", "Previously the fee was {old} euros; now the fee is {new} euros.", "What is the fee?",
     "The fee is {} euros."),
    ("en", "The fee is now {new} euros (previously {old} euros).", "What is the fee?", "The fee is {} euros."),
    ("en", "Until now the fee was {old} euros; from Monday the fee is {new} euros.", "What is the fee?",
     "The fee is {} euros."),
    ("en", "Under the old contract the fee was {old} euros. The fee is now {new} euros.", "What is the fee?",
     "The fee is {} euros."),
    ("en", "Passwords previously had {old} characters; passwords now have {new} characters.",
     "How many characters do passwords have?", "Passwords have {} characters."),
    ("en", "Sales rose to {new} tonnes, against {old} tonnes in the previous year.", "What were the sales?",
     "Sales were {} tonnes."),
    ("zh", "原规则的密码长度为{old}位；新规则的密码长度为{new}位。", "密码长度为多少位？", "密码长度为{}位。"),
    ("zh", "密码长度现为{new}位，过去为{old}位。", "密码长度为多少位？", "密码长度为{}位。"),
    ("zh", "此前费用为{old}元，现在费用为{new}元。", "费用是多少？", "费用为{}元。"),
    ("zh", "销售额为{new}万元，上年同期为{old}万元。", "销售额是多少？", "销售额为{}万元。"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "told", "question", "claim"), _FORMER)
def test_a_former_value_is_not_confirmed(language: Language, told: str, question: str, claim: str) -> None:
    random = Random(told)
    for _ in range(6):
        old, new = random.sample(range(12, 90), 2)
        text = told.format(old=old, new=new)
        assert is_confirmed(claim.format(new), text, language, question), text
        assert not is_confirmed(claim.format(old), text, language, question), text


@pytest.mark.parametrize(
    ("claim", "sentences", "turned"),
    [
        ("Anna Berg succeeded Tom Keller.", ["Anna Berg succeeded Tom Keller as CEO."], False),
        ("Tom Keller succeeded Anna Berg.", ["Anna Berg succeeded Tom Keller as CEO."], True),
        ("Tom Keller takes over from Anna Berg.", ["Anna Berg replaced Tom Keller as CEO."], True),
        ("Tom Keller will replace Anna Berg.", ["It is red.", "Anna Berg replaced Tom Keller as CEO."], True),
        # both held it before
        ("Tom Keller succeeded Ivan Petrov.",
         ["Tom Keller replaced Ivan Petrov as CEO, and Anna Berg replaced Tom Keller as CEO."], False),
        # no succession, or one of others
        ("Tom Keller knows Anna Berg.", ["Anna Berg replaced Tom Keller as CEO."], False),
        ("Ivan Petrov succeeded Anna Berg.", ["Anna Berg replaced Tom Keller as CEO."], False),
        ("Tom Keller succeeded Anna Berg.", ["Tom Keller knows Anna Berg."], False),
        ("王芳接替陈静。", ["陈静接替王芳担任总经理。"], True),
        ("陈静接替王芳。", ["陈静接替王芳担任总经理。"], False),
    ],
)  # fmt: skip
def test_who_came_before_does_not_come_after(claim: str, sentences: list[str], turned: bool) -> None:
    assert turns_succession(claim, sentences) is turned


@pytest.mark.parametrize(
    ("text", "former"),
    [
        ("Norwich was planned for 12 June and has been moved to 10 July.", {"--06-12"}),
        ("The start was planned for 12 June and brought forward from that day to 10 May.", {"--06-12"}),
        ("原定6月12日开工，改为7月10日。", {"--06-12"}),
    ],
)
def test_what_was_moved_is_not_what_it_was_moved_to(text: str, former: set[str]) -> None:
    assert former_numbers("When does it start according to the current plan? 现在什么时候开工？", text) == former
