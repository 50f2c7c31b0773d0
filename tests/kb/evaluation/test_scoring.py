"""What counts as a right answer, token by token; the rankings' figures against values computed by hand."""

import math

import pytest

from kb.evaluation import ranking_metrics, scoring
from kb.evaluation.answer_numbers import chinese_to_digits
from kb.evaluation.ranking_metrics import PageUnit
from kb.language.script import is_written_in, written_language

SAID = [
    # numbers have one form however they are written
    ("15天", "员工每年享有十五天年假。[1]"),
    ("十五天", "15 天"),
    ("15天", "年假为１５天"),
    ("fifteen days", "You get 15 days [2]."),
    ("21", "twenty-one people"),
    ("6 months", "six (6) months"),
    ("2 weeks", "a two-week notice"),
    ("1,234", "共１，２３４元"),
    ("1.2万", "12,000"),
    ("$1.8 bn", "1,800,000,000 dollars"),
    ("一百二十人", "120人"),
    ("二〇二四年", "2024年"),
    ("3.5", "三点五"),
    ("第三章", "见第3章"),
    ("24小时", "二十四个小时内"),
    ("5千克", "5 千克"),
    ("5kg", "weighs 5 kg"),
    # percent, sign, currency, range, time
    ("5%", "5 percent"),
    ("5%", "百分之五"),
    ("100%", "百分之百"),
    ("-15", "−15°C"),
    ("负三度", "约 -3 度"),
    ("$2099.00", "paid US$2,099 to them"),
    ("15元", "人民币15元"),
    ("3-5天", "3至5天"),
    ("5 to 10 days", "5–10 days"),
    ("20", "raised from 15 to 20 days"),
    ("8:30", "from 08:30 on"),
    ("上午九点半", "上午9:30"),
    # dates
    ("2024-01-15", "January 15, 2024"),
    ("2024年1月15日", "on 15 January 2024"),
    ("January 15", "2024/01/15"),
    ("2024", "2024-01-15"),
    ("May 5", "the 5th of May"),
    # letters, punctuation, negation
    ("the Board", "It is the BOARD's task."),
    ("《员工手册》", "见「员工手册」"),
    ("employees", "An employee."),
    ("deepseek-r1:1.5b", "Use `deepseek-r1:1.5b`."),
    ("不支持", "该功能不支持"),
    ("café", "The Cafe"),
    ("Yes", "Yes, it is covered."),
    ("否", "不可以。"),
]
NOT_SAID = [
    ("15", "in 2015"),
    ("15", "150 days"),
    ("15", "1.5"),
    ("15", "-15"),
    ("15", "15:30"),
    ("-15", "15"),
    ("15", "$15.50"),
    ("5天", "15天"),
    ("5天", "十五天"),
    ("5天", "3-5天"),
    ("1234", "1,234,567"),
    ("20", "twenty-one"),
    ("5%", "15%"),
    ("5%", "0.5%"),
    ("5%", "5 days"),
    ("5%", "百分之五十"),
    ("$15", "€15"),
    ("15元", "15美元"),
    ("8:30", "18:30"),
    ("1.2", "version 1.2.3"),
    ("v2.1", "v2.10"),
    ("7b", "17b"),
    ("R1", "R10"),
    ("1月5日", "11月5日"),
    ("1月5日", "1月15日"),
    ("3月", "3个月"),
    ("1", "见 [1]，一般需要3天"),
    ("3", "1. 甲\n2. 乙\n3. 丙"),
    ("10", "十分重要"),
    ("1", "one of the reasons"),
    ("art", "party"),
    ("支持", "该功能不支持"),
    ("required", "It is not required."),
    ("Yes", "No. The yes-vote failed."),
    ("是", "不是。"),
    ("15", ""),
    ("……", "……"),
]


@pytest.mark.parametrize(("gold", "answer"), SAID)
def test_a_gold_form_is_found_however_it_is_written(gold: str, answer: str) -> None:
    assert scoring.is_right(answer, [gold])


@pytest.mark.parametrize(("gold", "answer"), NOT_SAID)
def test_a_gold_form_is_not_found_within_something_else(gold: str, answer: str) -> None:
    assert not scoring.is_right(answer, [gold])


def test_any_gold_form_will_do_but_every_group_must_be_hit() -> None:
    assert scoring.is_right("It is SE3.", ["SE 3", "SE3"])
    groups = [["长津湖之水门桥", "水门桥"], ["流浪地球2"]]
    assert scoring.is_right("《水门桥》和《流浪地球2》", [], groups)
    assert not scoring.is_right("《水门桥》", [], groups)


LONG = (
    "Employees must notify the benefits office of a new dependent within 30 days of birth and send the certificate, "
    "otherwise coverage begins with the next enrolment period."
)


def test_of_a_long_gold_enough_words_and_half_the_numbers_must_occur() -> None:
    said = "The benefits office must be told of a new dependent within 30 days, with the birth certificate."
    assert scoring.is_right(said, [LONG])
    assert not scoring.is_right(said.replace("30", "60"), [LONG])
    assert not scoring.is_right("Employees must do so within 30 days.", [LONG])


def test_words_of_the_question_do_not_make_a_long_gold_right() -> None:
    question = "Must employees notify the benefits office of a new dependent, and when does coverage begin?"
    echo = "Employees must notify the benefits office of a new dependent, and coverage will begin within 30 days."
    assert scoring.is_right(echo, [LONG])
    assert not scoring.is_right(echo, [LONG], question=question)


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        ("Yes, the margin rose to 34.6 % thanks to the new plant.", True),
        ("The new plant lifted the margin, to 34.6 %.", True),
        ("Yes, it did.", False),
        ("No, the new plant did not; it fell to 34.6 %.", False),
        ("Yes, the new plant lifted it to 36.6 %.", False),
    ],
)
def test_a_yes_with_reasons_needs_its_number_and_some_of_its_words(answer: str, right: bool) -> None:
    gold = "Yes, thanks to the new plant the margin improved to 34.6%."
    assert scoring.is_right(answer, [gold], question="Did the margin improve?") is right


def test_a_long_chinese_gold_is_compared_by_character() -> None:
    gold = "员工应在子女出生后三十天内通知人力资源部并提交出生证明，否则保险从下一个登记期开始生效。"
    assert scoring.is_right("子女出生后30天内须通知人力资源部，并提交出生证明。", [gold])
    assert not scoring.is_right("请在15天内通知财务部。", [gold])


def test_a_short_gold_is_never_matched_by_scattered_words() -> None:
    assert not scoring.is_right("green paint and a blue door", ["blue green"])


def test_f1_is_squads() -> None:
    assert scoring.f1("The cat sat.", ["a cat sat down"]) == pytest.approx(2 * 1 * (2 / 3) / (1 + 2 / 3))
    assert scoring.f1("年假15天[1]", ["年假 15 天"]) == 1.0
    assert scoring.f1("年假十天", ["年假五天", "十天"]) == pytest.approx(3 / 4)
    assert scoring.f1("", ["x"]) == 0.0
    assert scoring.f1("x", []) == 0.0


@pytest.mark.parametrize(
    "text", ["<think>", "a </THINK> b", "< think >", "＜think＞", "<thinking>", "</ think", "◁think▷", "<|think|>"]
)
def test_a_think_tag_in_any_form_is_a_leak(text: str) -> None:
    assert scoring.think_leak(text)


@pytest.mark.parametrize("text", ["I think so.", "<thinkpad@example.com>", "think > act", "思考"])
def test_thinking_without_a_tag_is_no_leak(text: str) -> None:
    assert not scoring.think_leak(text)


@pytest.mark.parametrize(
    ("text", "empty"),
    [("", True), (" \n", True), ("[2]", True), ("[1][2].", True), ("</think>", True), ("。", True), ("15", False)],
)
def test_an_answer_that_says_nothing_is_empty(text: str, empty: bool) -> None:
    assert scoring.is_empty(text) is empty


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("员工每年有15天年假。", "zh"),
        ("You have 15 days of leave.", "en"),
        ("使用 kubectl get pods 命令查看。", "zh"),
        ("运行 `ollama pull deepseek-r1:1.5b` 即可", "zh"),
        ("根据文档，Employees are entitled to fifteen days of annual leave.", "en"),
        ("See 《员工手册》 for the rules.", "en"),
        ("The policy says “员工每年享有十五天带薪年休假，须提前申请” in its second part.", "en"),
        ("“员工每年有15天年假。”", "zh"),
        ("15", None),
        ("Paris", None),
        ("[1]", None),
        ("DeepSeek-R1-Zero 与 DeepSeek-R1", "zh"),
    ],
)
def test_the_language_is_told_by_the_script(text: str, language: str | None) -> None:
    assert written_language(text) == language


def test_an_answer_in_no_language_is_in_the_right_one() -> None:
    assert is_written_in("2024", "zh")
    assert not is_written_in("It takes five days.", "zh")


def test_the_majority_is_found_among_answers_that_are_worded_differently() -> None:
    answers = ["You get 10 days of leave.", "You get 15 days of leave [1].", None, "You get fifteen days of leave."]
    assert scoring.majority(answers) == 1
    assert scoring.majority([None, "Paris", None]) == 0
    assert scoring.majority(["A city", "Nothing else"]) == 0  # a tie goes to the earliest
    assert scoring.majority([]) is None


def places(*found: tuple[str, int | None]) -> list[PageUnit]:
    return [PageUnit(*place) for place in found]


def test_chunks_count_once_at_their_best_rank() -> None:
    found = places(("a", 1), ("a", 1), ("b", 7), ("a", 2))
    gold = places(("a", 2))
    assert ranking_metrics.ranked_units(found, gold) == places(("a", 1), ("b", 7), ("a", 2))
    assert ranking_metrics.first_hit(ranking_metrics.gains(found, gold)) == 3


def test_without_a_page_the_document_is_the_unit() -> None:
    gains = ranking_metrics.gains(places(("a", 1), ("a", 2), ("b", None), ("c", 9)), places(("c", None)))
    assert gains == [False, False, True]


def test_a_gold_document_and_a_gold_page_of_another_go_together() -> None:
    gold = places(("a", None), ("b", 3))
    assert ranking_metrics.gains(places(("a", 1), ("b", 1), ("a", 2), ("b", 3)), gold) == [True, False, True]


def test_a_run_of_numerals_too_long_for_a_number_stays() -> None:
    assert chinese_to_digits("一" * 8_000 + "天") == "一" * 8_000 + "天"


def test_slack_reaches_forward_only_and_a_gold_is_hit_once() -> None:
    gold = places(("a", 5))
    assert ranking_metrics.gains(places(("a", 4), ("a", 6), ("a", 5), ("a", 7)), gold, 1) == [False, True, False, False]
    assert ranking_metrics.gains(places(("a", 6)), gold) == [False]
    assert ranking_metrics.gains(places(("b", 5)), gold, 1) == [False]
    assert ranking_metrics.gains(places(("a", None)), gold, 1) == [False]


def test_a_page_between_two_golds_takes_the_nearer_one_that_is_open() -> None:
    gold = places(("a", 5), ("a", 6))
    assert ranking_metrics.gains(places(("a", 6), ("a", 5)), gold, 1) == [True, True]
    assert ranking_metrics.gains(places(("a", 7), ("a", 6)), gold, 1) == [True, True]


def test_ndcg_equals_values_computed_by_hand() -> None:
    assert ranking_metrics.ndcg([1], [1]) == 1.0
    assert ranking_metrics.ndcg([0, 1], [1]) == pytest.approx(1 / math.log2(3))
    ideal = 1 + 1 / math.log2(3) + 1 / math.log2(4)
    assert ranking_metrics.ndcg([1, 0, 1], [1, 1, 1]) == pytest.approx((1 + 0.5) / ideal)
    assert ranking_metrics.ndcg([0] * 10 + [1], [1]) == 0.0
    assert ranking_metrics.ndcg([1] * 10, [1] * 12) == pytest.approx(1.0)
    with pytest.raises(ValueError, match="at least one"):
        ranking_metrics.ndcg([], [])


def test_nothing_found_is_no_hit() -> None:
    assert ranking_metrics.first_hit([]) is None
    assert ranking_metrics.first_hit([0, 0]) is None
