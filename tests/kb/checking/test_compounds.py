"""Of a claim of several parts each must be said: what it adds, its reason, its subjects and its order."""

from collections.abc import Callable, Iterator, Sequence
from random import Random

import pytest

from kb.checking.citations import cite
from kb.checking.compounds import (
    adds_unsaid,
    follows_step,
    gives_other_reason,
    statements_of,
    takes_other_subject,
    turns_order,
)
from kb.language.content_terms import content_of
from kb.language.language import language_of
from kb.schema import Language
from tests.kb.passages import passage

# Language, text, question, claim, and whether the text states it of what was asked.
Trial = tuple[Language, str, str, str, bool]

COURSES = "Staff may take a course each year. The company pays the fee."
COURSES_ZH = "员工每年可参加一次课程，费用由公司承担。"


def is_confirmed(text: str, question: str, claim: str) -> bool:
    return cite(claim, [passage(1, text)], language_of(text), question).claims[0].supported


@pytest.mark.parametrize(
    ("claim", "question", "adds"),
    [
        ("Staff may take a course each year, but only from accredited providers.", "May staff take a course?", True),
        ("Staff may take a course each year; accredited providers send invoices.", "May staff take a course?", True),
        ("Staff may take a course each year but from accredited providers.", "May staff take a course?", True),
        ("Staff may take a course each year, paid by the company.", "May staff take a course?", False),
        # behind "and" alone it is one part
        ("Staff may take a course each year and accredited providers send it.", "May staff take a course?", False),
        # one word says too little
        ("Staff may take a course each year, accredited.", "May staff take a course?", False),
        ("Staff may take a course each year, never abroad.", "May staff take a course?", False),
        # numbers are compared elsewhere, and what was asked may be said again
        ("Staff may take a course each year, from 3 accredited providers.", "May staff take a course?", False),
        ("Staff may take a course each year, when accredited providers agree.", "May staff take a course?", False),
        ("Staff may take it, from accredited providers.", "May accredited providers teach staff?", False),
        # a fifth of it may be said, a quarter is enough
        ("Staff may learn, iron stone glass clay course.", "", True),
        ("Staff may learn, iron stone glass course.", "", False),
        # what leads in says nothing itself: what stands behind it is the first part
        ("After work hours end, accredited providers teach.", "", False),
        ("In the summer months, accredited providers teach.", "", False),
        ("In the summer staff may take courses, accredited providers teach.", "", True),
        ("Staff may take courses, accredited providers teach.", "", True),
        ("After work, staff may take courses, accredited providers teach.", "", True),
        # eight words lead in, nine do not
        ("Once all of the staff have gone home, accredited providers teach.", "", False),
        ("Once all of the staff have gone home late, accredited providers teach.", "", True),
    ],
)
def test_a_part_of_which_the_source_has_next_to_nothing_is_added(claim: str, question: str, adds: bool) -> None:
    assert adds_unsaid(claim, question, content_of(COURSES).keys()) is adds


@pytest.mark.parametrize(
    ("claim", "question", "adds"),
    [
        ("员工可参加课程，由外部专业讲师授课。", "", True),
        ("员工可参加课程，费用由公司承担。", "", False),
        ("员工可参加课程，由外部专业讲师授课。", "外部专业讲师授课吗？", False),
        # seven pairs of characters say something, six do not
        ("员工可参加课程，外部专业讲师授课。", "", True),
        ("员工可参加课程，外部专业讲师授。", "", False),
        # a tenth of it may be said, an eighth is enough
        ("员工可参加，课程带护照、相机、雨伞、毛巾和手套。", "", True),
        ("员工可参加，课程带护照、相机、雨伞、毛巾、手套。", "", False),
        ("下班以后，外部专业讲师授课。", "", False),
        # twenty characters lead in, twenty-one do not
        ("在全体员工都已经离开办公大楼并且关灯以后，外部专业讲师授课。", "", False),
        ("在全体员工都已经离开了办公大楼并且关灯以后，外部专业讲师授课。", "", True),
    ],
)
def test_a_part_in_chinese_is_added_in_the_same_way(claim: str, question: str, adds: bool) -> None:
    assert adds_unsaid(claim, question, content_of(COURSES_ZH).keys()) is adds


def test_what_is_added_leaves_the_whole_claim_unconfirmed() -> None:
    question = "May staff take a course?"
    assert is_confirmed(COURSES, question, "Staff may take a course each year, and the company pays the fee.")
    assert not is_confirmed(COURSES, question, "Staff may take a course each year, but only from accredited providers.")
    assert is_confirmed(COURSES_ZH, "员工可参加课程吗？", "员工每年可参加一次课程，费用由公司承担。")
    assert not is_confirmed(COURSES_ZH, "员工可参加课程吗？", "员工每年可参加一次课程，由外部专业讲师授课。")


def test_what_repeats_the_question_without_a_time_is_not_confirmed() -> None:
    text = "The canteen is closed after lunch. The canteen has red doors."
    assert not is_confirmed(text, "When is the canteen closed?", "The canteen is closed.")
    assert is_confirmed(text, "When is the canteen closed?", "The canteen is closed after lunch.")
    assert is_confirmed(text, "Is the canteen closed?", "The canteen is closed after lunch.")


FAIR, HALL = "The fair was put off because of a heavy storm.", "The hall was sold because the rent had doubled."
FAIR_ZH, HALL_ZH = "展会推迟是因为台风来袭。", "大厅出售是因为租金上涨。"


@pytest.mark.parametrize(
    ("claim", "sentences", "other"),
    [
        ("The fair was put off because of a heavy storm.", [FAIR, "The gate is red.", HALL], False),
        ("The fair was put off because the rent had doubled.", [FAIR, "The gate is red.", HALL], True),
        ("The fair was put off due to a strike.", [FAIR, "The gate is red."], True),
        # the reason may stand in the sentence before or behind
        ("The fair was put off because the rent had doubled.", [FAIR, "The rent had doubled."], False),
        ("The fair was put off because the rent had doubled.", ["The rent had doubled.", FAIR], False),
        ("The fair was put off because the rent had doubled.",
         ["The rent had doubled.", "The gate is red.", FAIR], True),
        # one that is told first ends at the comma
        ("Because of a strike, the fair was put off.", [FAIR], True),
        ("Because of a heavy storm, the fair was put off.", [FAIR], False),
        # half of the reason is enough, two fifths are not
        ("The fair was put off because of a heavy flood.", [FAIR], False),
        ("The fair was put off because of a heavy storm, iron, hail and snow.", [FAIR], True),
        # what is said of it is no part of the reason
        ("The fair was put off because the fair lost.", [FAIR], True),
        # a sentence that says less of it has not its reason beside
        ("The fair was put off because the rent had doubled.", [FAIR, "The gate is red.", "The fair is old.", HALL],
         True),
        # no reason is given, or one of something that nothing is said of
        ("The fair was put off after a strike.", [FAIR], False),
        ("The king resigned because of a strike.", [FAIR], False),
        ("展会推迟是因为台风来袭。", [FAIR_ZH, "门是红色。", HALL_ZH], False),
        ("展会推迟是因为租金上涨。", [FAIR_ZH, "门是红色。", HALL_ZH], True),
        ("因为租金上涨，展会推迟。", [FAIR_ZH, "门是红色。", HALL_ZH], True),
        ("因为台风来袭，展会推迟。", [FAIR_ZH, "门是红色。", HALL_ZH], False),
    ],
)  # fmt: skip
def test_a_reason_stands_beside_what_it_is_the_reason_of(claim: str, sentences: list[str], other: bool) -> None:
    assert gives_other_reason(claim, "Why is it so?", sentences) is other


def test_of_sentences_that_say_as_much_each_may_have_the_reason() -> None:
    sentences = ["The fair was put off again.", "The gate is red.", "It is old.", FAIR]
    assert not gives_other_reason("The fair was put off because of a heavy storm.", "Why?", sentences)
    assert gives_other_reason("The fair was put off because of a strike.", "Why?", sentences)


PARTIES = "Norvia supplies the patents and tests, Tessaro builds the new plant."
PARTIES_ZH = "甲方提供专利技术，乙方建设工厂厂房。"


@pytest.mark.parametrize(
    ("claim", "sentences", "other"),
    [
        ("Norvia supplies the patents and tests.", [PARTIES], False),
        ("Tessaro supplies the patents and tests.", [PARTIES], True),
        ("Norvia builds the new plant.", [PARTIES], True),
        ("Norvia supplies the patents while Norvia builds the new plant.", [PARTIES], True),
        # one that begins no clause there is told apart by its name
        ("Hexalux builds the new plant.", [PARTIES], False),
        # it goes on from what was named before
        ("Norvia builds the new plant.", ["Norvia supplies the patents, in spring it builds the new plant."], False),
        # rows speak for themselves
        ("Norvia builds the new plant.", ["Norvia | has patents, Tessaro builds the new plant"], False),
        # two words besides the subject tell, one does not
        ("Norvia builds houses.", ["Norvia supplies patents, Tessaro builds houses."], True),
        ("Norvia builds.", ["Norvia supplies patents, Tessaro builds houses."], False),
        ("Norvia builds sheds.", ["Norvia supplies patents, Tessaro builds houses."], False),
        # a part without a verb belongs to the next
        ("Games are sold, books and tools cannot be renewed.", ["Games, books and tools cannot be renewed."], False),
        (
            "Games cannot be renewed online.",
            ["Games, books and tools cannot be renewed online.", "Games are sold."],
            False,
        ),
        # "most" is no subject, and what is done must be the same
        ("Most doors are locked at night.", ["Most gates are green.", "Old doors are locked at night."], False),
        ("Red doors are locked at night.", ["Red gates are green.", "Old doors are locked at night."], True),
        ("Norvia builds the new plant.", ["Norvia supplies patents, Tessaro sells the new plant."], False),
        ("甲方提供专利技术，乙方建设工厂厂房。", [PARTIES_ZH], False),
        ("乙方提供专利技术，甲方建设工厂厂房。", [PARTIES_ZH], True),
        ("乙方提供专利技术。", [PARTIES_ZH], False),  # one clause of Chinese alone tells too little
    ],
)
def test_what_one_does_is_not_what_another_does(claim: str, sentences: list[str], other: bool) -> None:
    assert takes_other_subject(claim, sentences) is other


@pytest.mark.parametrize(
    ("claim", "statements"),
    [
        ("The pump was sold in May, and the valve was bought in June.",
         ["The pump was sold in May", " the valve was bought in June."]),
        ("The pump was sold in May; the valve was bought in June.",
         ["The pump was sold in May", " the valve was bought in June."]),
        ("The pump was sold in May, provided that the valve was bought in June.",
         ["The pump was sold in May", " the valve was bought in June."]),
        # without a comma it is one, and so are names and what has no verb
        ("The pump was sold in May and the valve was bought in June.", []),
        ("The red pump of the hall, and the old valve, were sold in May.", []),
        # two words are no statement of their own
        ("The pump was sold in May, and the valve was bought.", ["The pump was sold in May"]),
        ("旧的水泵已经在五月售出；新的阀门已经在六月购买。",
         ["旧的水泵已经在五月售出", "新的阀门已经在六月购买。"]),
    ],
)  # fmt: skip
def test_a_claim_of_several_statements_is_parted(claim: str, statements: list[str]) -> None:
    assert statements_of(claim) == statements


STEPS = ["1. Open the lid.", "2. Remove the filter.", "3. Rinse the basket.", "4. Close the valve."]
STEPS_ZH = ["1. 打开盖子", "2. 取下滤网", "3. 冲洗水箱", "4. 关闭阀门"]
PROSE = ["First open the lid.", "Then remove the filter.", "Rinse the basket."]
NEXT = "What comes next when the lid is opened?"
THEN = "What do I do right after removing the filter?"
NEXT_ZH = "打开盖子后，下一步做什么？"


@pytest.mark.parametrize(
    ("claim", "question", "sentences", "turned"),
    [
        ("Remove the filter.", NEXT, STEPS, False),
        ("Rinse the basket.", NEXT, STEPS, True),
        ("Close the valve.", NEXT, STEPS, True),
        ("Open the lid.", THEN, STEPS, True),
        ("Rinse the basket.", THEN, STEPS, False),
        # more of the step that was named
        ("It is done with care.", THEN, [STEPS[0], "2. Remove the filter with care.", STEPS[2]], False),
        ("Rinse the basket.", "What is done when the lid is opened?", STEPS, False),  # not asked what is next
        ("Rinse the basket.", "What comes next when the gate is opened?", ["1. Lift it.", *STEPS[1:]], False),
        # two steps have no order that could be turned
        ("Rinse the basket.", NEXT, [STEPS[0], STEPS[2]], False),
        ("Rinse the basket.", NEXT, STEPS[:3], True),
        # rows, and sentences with words that tell their order
        ("Rinse the basket.", NEXT, ["Act | Thing", "Open | lid", "Remove | filter", "Rinse | basket"], True),
        ("Rinse the basket.", NEXT, PROSE, True),
        ("Remove the filter.", NEXT, PROSE, False),
        ("Rinse the basket.", NEXT, [PROSE[0], "Remove the filter.", PROSE[2]], False),
        ("冲洗水箱。", NEXT_ZH, STEPS_ZH, True),
        ("取下滤网。", NEXT_ZH, STEPS_ZH, False),
    ],
)
def test_what_comes_next_is_the_step_behind(claim: str, question: str, sentences: list[str], turned: bool) -> None:
    assert turns_order(claim, question, sentences) is turned


@pytest.mark.parametrize(
    ("claim", "sentences", "turned"),
    [
        ("The filter is removed before the basket is rinsed.", STEPS, False),
        ("The filter is removed after the basket is rinsed.", STEPS, True),
        ("The basket is rinsed before the filter is removed.", STEPS, True),
        ("The basket is rinsed after the filter is removed.", STEPS, False),
        ("The basket is rinsed before the filter is removed.", PROSE, True),
        ("The basket is rinsed and the filter is removed.", STEPS, False),
        # a step that tells its place itself, and one that is not there
        ("The basket is rinsed before the filter is removed.",
         [*STEPS[:2], "3. Before that, rinse the basket."], False),
        ("The oven is heated before the filter is removed.", STEPS, False),
        # of words that two steps have neither is meant, and what all have tells none from another
        ("It is rinsed before the filter is removed.", [*STEPS[:3], "4. Rinse the lid."], False),
        ("The pump basket is rinsed before the pump filter.", ["1. Pump lid.", "2. Pump filter.", "3. Pump basket."],
         True),
        ("The basket is rinsed before the lid is opened.", [STEPS[0], STEPS[2]], False),  # too few
        # lines that say nothing of an order
        ("The basket is rinsed before the filter is removed.", [step[3:] for step in STEPS], False),
        ("在取下滤网之前冲洗水箱。", STEPS_ZH, True),
        ("在取下滤网之后冲洗水箱。", STEPS_ZH, False),
        ("在冲洗水箱之后取下滤网。", STEPS_ZH, True),
        ("在冲洗水箱之前取下滤网。", STEPS_ZH, False),
        ("取下滤网之前冲洗水箱。", STEPS_ZH, False),  # where the time begins is not told
    ],
)  # fmt: skip
def test_before_and_after_are_those_of_the_list(claim: str, sentences: Sequence[str], turned: bool) -> None:
    assert turns_order(claim, "", sentences) is turned


_ACTS = [
    ("remove the filter", "the filter is removed"),
    ("rinse the basket", "the basket is rinsed"),
    ("press the button", "the button is pressed"),
    ("clean the sieve", "the sieve is cleaned"),
    ("fill the tank", "the tank is filled"),
]
_ACTS_ZH = ["打开盖子", "取下滤网", "冲洗水箱", "关闭阀门", "按下按钮"]
_EVENTS = [
    ("The fair was put off", "Why was the fair put off?"),
    ("The bridge was repaired", "Why was the bridge repaired?"),
    ("The concert was cancelled", "Why was the concert cancelled?"),
]
_EVENTS_ZH = [("展会推迟", "展会为什么推迟？"), ("大桥封闭", "大桥为什么封闭？"), ("演出取消", "演出为什么取消？")]
_REASONS = ["of a heavy storm", "of a lack of staff", "of a burst pipe", "of missing permits"]
_REASONS_ZH = ["台风来袭", "人手不足", "水管破裂", "审批未完成"]
_DEEDS = ["supplies the patents and tests", "builds the new plant", "pays all the taxes", "trains the local staff"]


def _steps(random: Random) -> Iterator[Trial]:
    acts, at = random.sample(_ACTS, 4), random.randrange(3)
    text = "\n".join(f"{number}. {act.capitalize()}." for number, (act, _) in enumerate(acts, 1))
    one, other = sorted(random.sample(range(4), 2))
    for first, then in ((one, other), (other, one)):
        for word, right in (("before", first < then), ("after", first > then)):
            claim = f"{acts[first][1].capitalize()} {word} {acts[then][1]}."
            yield "en", text, "In which order is it done?", claim, right
    acts_zh = random.sample(_ACTS_ZH, 4)
    text = "\n".join(f"{number}. {act}。" for number, act in enumerate(acts_zh, 1))
    for number, act in enumerate(acts_zh):
        if number not in (at, at + 1):
            yield "zh", text, f"{acts_zh[at]}后，下一步做什么？", f"下一步{act}。", False


def _reasons(random: Random) -> Iterator[Trial]:
    events, reasons = random.sample(_EVENTS, 2), random.sample(_REASONS, 3)
    told = [f"{event} because {reason}." for (event, _), reason in zip(events, reasons, strict=False)]
    text = f"{told[0]} Tickets remain valid. The doors were painted last week. {told[1]}"
    for (event, question), right in zip(events, reasons, strict=False):
        for reason in reasons:
            yield "en", text, question, f"{event} because {reason}.", reason == right
            yield "en", text, question, f"Because {reason}, {event[0].lower()}{event[1:]}.", reason == right
    events, reasons = random.sample(_EVENTS_ZH, 2), random.sample(_REASONS_ZH, 3)
    told = [f"{event}是因为{reason}。" for (event, _), reason in zip(events, reasons, strict=False)]
    text = f"{told[0]}门票继续有效。上周重新刷了门。{told[1]}"
    for (event, question), right in zip(events, reasons, strict=False):
        for reason in reasons:
            yield "zh", text, question, f"{event}是因为{reason}。", reason == right


def _parties(random: Random) -> Iterator[Trial]:
    firms, deeds = random.sample(["Norvia", "Tessaro", "Hexalux", "Brackwell"], 2), random.sample(_DEEDS, 2)
    text = f"{firms[0]} {deeds[0]}, {firms[1]} {deeds[1]}."
    for firm, right in zip(firms, deeds, strict=True):
        for deed in deeds:
            yield "en", text, f"What does {firm} do?", f"{firm} {deed}.", deed == right


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("family", [_steps, _reasons, _parties])
def test_orders_reasons_and_parties_drawn_at_random(family: Callable[[Random], Iterator[Trial]], seed: int) -> None:
    for language, text, question, claim, right in family(Random(seed)):
        found = cite(claim, [passage(1, text)], language, question).claims[0].supported
        assert found == right, (text, question, claim)


@pytest.mark.parametrize("seed", range(8))
def test_the_step_behind_the_one_that_is_named_comes_next(seed: int) -> None:
    random = Random(seed)
    acts, at = random.sample(_ACTS, 4), random.randrange(3)
    steps = [f"{number}. {act.capitalize()}." for number, (act, _) in enumerate(acts, 1)]
    for number, (act, _) in enumerate(acts):
        turned = turns_order(f"{act.capitalize()}.", f"What comes next after {acts[at][1]}?", steps)
        assert turned == (number not in (at, at + 1)), (steps, at, act)


LOAN = [
    "第一步，填写登记表；", "第二步，由部门负责人签字；", "第三步，保密办核对编号；", "第四步，借用人领取设备。",
]  # fmt: skip
BREW = ["1. Fill the tank.", "2. Heat the boiler.", "3. Grind the beans.", "4. Pour the cup."]


@pytest.mark.parametrize(
    ("question", "claim", "sentences", "right"),
    [
        ("部门负责人签完字以后，下一步是什么？", "部门负责人签字后，由保密办核对编号。", LOAN, True),
        ("部门负责人签完字以后，下一步是什么？", "部门负责人签字后，由借用人领取设备。", LOAN, False),
        ("部门负责人签完字以后，下一步是什么？", "部门负责人签字后，由借用人核对编号。", LOAN, None),  # of two steps
        ("保密办核对编号的前一步是什么？", "前一步是部门负责人签字。", LOAN, True),
        ("保密办核对编号的前一步是什么？", "前一步是填写登记表。", LOAN, False),
        ("保密办核对编号的前一步是什么？", "前一步是领取设备。", LOAN, False),
        ("What is done right after heating the boiler?", "The beans are ground.", BREW, True),
        ("What is done right after heating the boiler?", "The cup is poured.", BREW, False),
        ("What is done right before heating the boiler?", "The tank is filled.", BREW, True),
        ("What is the step before grinding the beans?", "The tank is filled.", BREW, False),
        # where no step is asked for, given or named, or there are no steps
        ("What is done with the beans?", "The beans are ground.", BREW, None),
        ("What is done right after heating the boiler?", "It is loud.", BREW, None),
        ("What is done right after painting the wall?", "The beans are ground.", BREW, None),
        ("What is done right after heating the boiler?", "The boiler is heated.", BREW, None),
        ("What is done right after heating the boiler?", "The beans are ground.", BREW[1:3], None),
    ],
)
def test_what_comes_next_or_before_is_told(question: str, claim: str, sentences: list[str], right: bool | None) -> None:
    assert follows_step(claim, question, sentences) is right
    assert not (right is not False and turns_order(claim, question, sentences))


def test_the_step_that_is_asked_for_has_no_rival() -> None:
    question = "部门负责人签完字以后，下一步是什么？"
    for claim, confirmed in (
        ("部门负责人签字后，由保密办核对编号。", True),
        ("部门负责人签字后，由借用人领取设备。", False),
    ):
        [checked] = cite(claim, [passage(1, "\n".join(LOAN))], "zh", question).claims
        assert checked.supported is confirmed
