"""Grouping questions: what asks about the same is one group, as far as shared words tell."""

from kb.usage.grouping import groups

# Pairs of questions that the same document would answer, and pairs that it would not. By the first ten of each the
# threshold and the words of asking were chosen; the others were written afterwards, and nothing was changed for them.
Pairs = tuple[tuple[str, str], ...]
SAME: Pairs = (
    ("When does the canteen open?", "What are the opening hours of the canteen?"),
    ("How do I apply for a parking space?", "How can I get a parking space?"),
    ("Who approves travel expenses?", "Who has to approve my travel expenses?"),
    ("Is there a dress code?", "What is the dress code?"),
    ("How long is the warranty of the X200 pump?", "What is the warranty of the X200 pump?"),
    ("食堂几点开门？", "食堂什么时候开门"),
    ("公司停车位怎么申请？", "怎样申请停车位"),
    ("差旅费由谁审批？", "谁审批差旅费"),
    ("病假工资怎么算？", "病假期间工资怎么算"),
    ("食堂有素食吗？", "食堂提供素食吗"),
    ("Can I work from home on Fridays?", "Is working from home allowed on Fridays?"),
    ("Where is the nearest fire extinguisher?", "Where are the fire extinguishers?"),
    ("What is the wifi password for guests?", "Guest wifi password"),
    ("How do I reset my badge?", "How can a badge be reset?"),
    ("Do we pay for gym membership?", "Is gym membership paid?"),
    ("访客的无线网密码是什么？", "访客无线网密码"),
    ("公司报销健身卡吗？", "健身卡可以报销吗"),
    ("工牌丢了怎么补办？", "如何补办工牌"),
    ("灭火器在哪里？", "哪里有灭火器"),
    ("周五可以居家办公吗？", "周五能不能居家办公"),
)
OTHER: Pairs = (
    ("How many vacation days are there?", "How many sick days are there?"),
    ("When does the canteen open?", "When does the library open?"),
    ("What was the turnover in 2024?", "What was the turnover in 2025?"),
    ("Who approves travel expenses?", "Who approves overtime?"),
    ("How do I apply for leave?", "How do I apply for a laptop?"),
    ("年假有多少天？", "病假有多少天？"),
    ("食堂几点开门？", "图书馆几点开门？"),
    ("2024年营业额是多少？", "2025年营业额是多少？"),
    ("如何申请停车位？", "如何申请笔记本电脑？"),
    ("差旅费由谁审批？", "加班由谁审批？"),
    ("What is the price of the X200?", "What is the price of the X300?"),
    ("Where is the first aid kit?", "Where is the printer?"),
    ("How do I reset my password?", "How do I change my address?"),
    ("Who is the data protection officer?", "Who is the safety officer?"),
    ("Is there a shuttle bus?", "Is there a dress code?"),
    ("打印机在哪里？", "急救箱在哪里？"),
    ("怎么修改密码？", "怎么修改地址？"),
    ("谁是安全主管？", "谁是销售主管？"),
    ("有班车吗？", "有健身房吗？"),
    ("加班费怎么算？", "病假工资怎么算？"),
)


def together(pair: tuple[str, str]) -> bool:
    return len(groups(pair)) == 1


def test_wordings_of_a_question_are_one_group_and_other_questions_are_not() -> None:
    for half in (slice(0, 10), slice(10, 20)):
        same, other = SAME[half], OTHER[half]
        assert [pair for pair in other if together(pair)] == []
        assert len([pair for pair in same if together(pair)]) >= 9


def test_every_question_is_in_one_group_and_groups_keep_the_order() -> None:
    questions = [question for pair in (*SAME, *OTHER) for question in pair]
    found = groups(questions)
    assert sorted(position for group in found for position in group) == list(range(len(questions)))
    assert [group[0] for group in found] == sorted(group[0] for group in found)
    assert groups([]) == []


def test_questions_without_words_are_groups_by_what_they_are() -> None:
    assert groups(["???", "???", "!", "What is it?", "2024", "2025"]) == [[0, 1], [2], [3], [4], [5]]
