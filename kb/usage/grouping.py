"""Grouping: questions that ask about the same, by the words they share. No model is asked, and nothing is stored."""

import re
from collections import defaultdict
from collections.abc import Sequence

from kb.language.content_terms import stem
from kb.language.number_forms import numbers_in, without_numbers
from kb.language.tokenizer import content_words

SAME = 0.6  # the share of two questions' words that both have, from which they are one group
_DIGITS = re.compile(r"\d+")
# Words that say what kind of answer is wanted, or that one is, and not what it is about.
_OF_ASKING = frozenset(stem(word) for word in (
    "many much long often get give tell know find see want say explain please there long day days hour hours time "
    "times happen happens apply rule rules company "
    "时候 几点 天 年 月 时间 小时 怎么样 告诉 知道 介绍 说明 一下 规定 公司 多久 多长 情况 申请"
).split())  # fmt: skip


def groups(questions: Sequence[str]) -> list[list[int]]:
    """The questions that ask about the same, as their positions; in the order of the first of each.

    A question joins the group whose first question shares most of its words, at least `SAME` of both (Dice, 1945), and
    names the same numbers; else it begins one. So what comes first should be what is asked most.
    """
    found: list[list[int]] = []
    first: list[tuple[frozenset[str], frozenset[str]]] = []  # of each group: words and numbers of its first question
    holding: dict[str, list[int]] = defaultdict(list)  # the groups whose first question has a word
    for position, question in enumerate(questions):
        words, numbers = _words(question)
        near = {group for word in words for group in holding[word]}
        fitting = [(_shared(words, first[group][0]), -group) for group in near if first[group][1] == numbers]
        share, negative = max(fitting, default=(0.0, 0))
        if share >= SAME:
            found[-negative].append(position)
            continue
        for word in words:
            holding[word].append(len(found))
        found.append([position])
        first.append((words, numbers))
    return found


def _words(question: str) -> tuple[frozenset[str], frozenset[str]]:
    """What a question is about, and the numbers it names. A question of nothing but words of asking is about those."""
    numbers = frozenset(map(str, numbers_in(question)))
    words = [stem(word) for word in content_words(without_numbers(question)) if not _DIGITS.fullmatch(word)]
    about = frozenset(word for word in words if word not in _OF_ASKING)
    return about or frozenset(words) or frozenset({question.strip()}), numbers


def _shared(some: frozenset[str], others: frozenset[str]) -> float:
    return 2 * len(some & others) / (len(some) + len(others))
