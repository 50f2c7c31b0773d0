"""A follow-up's rewriting asks the same, and never brings in an answer."""

import pytest

from kb.answering.follow_up import keeps_to, standalone
from kb.schema import Message
from tests.fakes import ScriptedModel

EN = (
    Message("user", "How much does a meal cost for staff?"),
    Message("assistant", "Staff pay 3.50 euros a meal in the canteen of building K2 [1]."),
)
ZH = (Message("user", "密码复杂度检查是什么？"), Message("assistant", "它要求密码至少 12 位 [1]。"))


@pytest.mark.parametrize(
    ("rewriting", "question", "history"),
    [
        ("How much does a meal cost for guests?", "And for guests?", EN),
        ("When is the canteen of K2 open?", "When is it open?", EN),
        ("怎么关闭密码复杂度检查？", "怎么关闭它？", ZH),
        ("怎么检查复杂密码？", "怎么关闭它？", ZH),  # its characters, in another order
        ("When is the canteen of K2 open at 9?", "When is it open at 9?", EN),
        ("What costs 2 in K2?", "And that?", EN),  # a part of the code
        # another form of a word, of five letters or more
        ("How are meals costing for guests?", "And for guests?", EN),
        ("Where are buildings?", "Where?", EN),
        ("Is a mealtime known?", "Is a time known?", (Message("user", "mealtimes"),)),
    ],
)
def test_a_rewriting_that_asks_the_same_is_kept(rewriting: str, question: str, history: tuple[Message, ...]) -> None:
    assert keeps_to(rewriting, question, history)


@pytest.mark.parametrize(
    ("rewriting", "question", "history"),
    [
        ("Guests pay 8 euros a meal.", "And for guests?", EN),
        ("A meal costs guests in the canteen.", "And for guests?", EN),
        ("Does a meal cost 3.50 euros for guests?", "And for guests?", EN),
        ("How much does a meal cost for guests in Lima?", "And for guests?", EN),
        ("How much does a meal cost in K3?", "And for guests?", EN),
        ("关闭密码复杂度检查。", "怎么关闭它？", ZH),
        ("怎么把密码长度改为 12 位？", "怎么关闭它？", ZH),
        ("怎么关闭防火墙？", "怎么关闭它？", ZH),
        ("What costs 3.50?", "And that?", EN),
        ("What costs 9 in K2?", "And that?", EN),
        ("What do melons cost?", "And that?", EN),
        ("What does meat cost?", "And that?", EN),  # four letters are too few to tell
        ("What of staffroom?", "And that?", EN),
    ],
)
def test_one_that_says_more_or_asks_nothing_is_dropped(
    rewriting: str, question: str, history: tuple[Message, ...]
) -> None:
    assert not keeps_to(rewriting, question, history)


@pytest.mark.parametrize(
    ("said", "searched", "asked"),
    [
        (["How much does a meal cost for guests?"], "How much does a meal cost for guests?", 1),
        (["Guests pay 8 euros.", "How much does a meal cost for guests?"], "How much does a meal cost for guests?", 2),
        (["Guests pay 8 euros.", "Guests pay 8 euros."], f"{EN[0].content} And for guests?", 2),
        (
            ["And for those guests?", "How much does a meal cost for guests?"],
            "How much does a meal cost for guests?",
            2,
        ),
        (["How much does a meal cost for staff?"] * 2, f"{EN[0].content} And for guests?", 2),
    ],
)
def test_a_model_that_answers_a_follow_up_is_shown_the_questions_alone(
    said: list[str], searched: str, asked: int
) -> None:
    model = ScriptedModel(completions=said)
    assert standalone(model, "And for guests?", EN, "en", None) == searched
    assert len(model.completion_requests) == asked
    shown = [request[-1].content for request in model.completion_requests]
    assert ["3.50" in each for each in shown] == [True, False][:asked]


@pytest.mark.parametrize(
    ("question", "joined"),
    [
        ("and at Eastfield?", True),
        ("What does it weigh?", True),
        ("motorbikes?", True),
        ("她的分机多少？", True),
        ("那成都呢？", True),
        ("Compare the prices of Riverside and Northgate for swimming", False),
        ("成都机房的空调报价多少？", False),
    ],
)
def test_what_stands_by_itself_is_not_put_with_the_question_before(question: str, joined: bool) -> None:
    model = ScriptedModel(completions=["It weighs 90 kg."] * 2)
    assert standalone(model, question, EN, "en", None) == (f"{EN[0].content} {question}" if joined else question)
