"""Who held a post before is not who holds it: hand-overs told in many ways, about people drawn at random."""

from random import Random

import pytest

from kb.checking.citations import cite
from kb.checking.predecessors import holds_post
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
