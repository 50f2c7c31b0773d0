"""A number is that of its clause, row and sentence: where another stands nearer to the question, it answers another."""

from collections.abc import Sequence

import numpy as np
import pytest

from kb.checking.rival_values import MARGIN, MEANING_MARGIN, OWN_WORDS, SENTENCE, has_rival, values_in
from kb.checking.table_claims import rows_of
from kb.models.maxsim import Vectors

RATES = "The share of broken pumps was 1.7 % for the A3, 0.6 % for the A5 and 2.9 % for the B2."
PENSION = "The employer pays 6.8 % of the salary into the fund, and the employee pays 3.4 %."
BIKES = ["A bicycle may be leased for EUR 28 a month.", "A helmet costs EUR 41 once."]
TABLE = "| Room | Seats | Floor |\n|---|---|---|\n| Maas | 10 | 3 |\n| Rotte | 6 | 3 |"


@pytest.mark.parametrize(
    ("claim", "question", "sentences", "rival"),
    [
        ("The A5 had a share of 1.7 %.", "What was the share of broken A5 pumps?", [RATES], True),
        ("The A5 had a share of 0.6 %.", "What was the share of broken A5 pumps?", [RATES], False),
        ("The employee pays 6.8 %.", "What does the employee pay into the fund?", [PENSION], True),
        ("The employee pays 3.4 %.", "What does the employee pay into the fund?", [PENSION], False),
        ("It costs EUR 41.", "What does a leased bicycle cost a month?", BIKES, True),
        ("It costs EUR 28 a month.", "What does a leased bicycle cost a month?", BIKES, False),
        ("It costs nothing.", "What does a leased bicycle cost a month?", BIKES, False),
        ("试用期为 3 个月。", "研发岗的试用期多久？", ["研发岗的试用期为 6 个月，其他岗位为 3 个月。"], True),
        ("试用期为 6 个月。", "研发岗的试用期多久？", ["研发岗的试用期为 6 个月，其他岗位为 3 个月。"], False),
    ],
)
def test_another_value_nearer_to_the_question_is_a_rival(
    claim: str, question: str, sentences: list[str], rival: bool
) -> None:
    assert has_rival(claim, question, values_in(sentences, []), None) is rival


def test_in_a_table_the_words_of_row_and_column_belong_to_a_value() -> None:
    values = values_in(TABLE.splitlines(), rows_of(TABLE))
    assert has_rival("It has 6 seats.", "How many seats does the room Maas have?", values, None)
    assert not has_rival("It has 10 seats.", "How many seats does the room Maas have?", values, None)


@pytest.mark.parametrize(("apart", "rival"), [(MEANING_MARGIN + 0.005, True), (MEANING_MARGIN / 2, False)])
def test_what_means_more_nearly_what_was_asked_is_a_rival(apart: float, rival: bool) -> None:
    def similarities(question: str, texts: Sequence[str]) -> Vectors:
        return np.array([0.85 + (apart if "dinner" in text else 0.0) for text in texts], np.float32)

    sentences = ["Presents are worth at most EUR 35.", "A dinner for guests is worth EUR 60."]
    values = values_in(sentences, [])
    assert has_rival("EUR 35.", "What may be spent on eating out?", values, similarities) is rival
    assert not has_rival("EUR 60.", "What may be spent on eating out?", values, similarities)


def test_values_of_one_sentence_are_not_told_apart_by_meaning() -> None:
    def similarities(question: str, texts: Sequence[str]) -> Vectors:
        return np.array(
            [0.9 if "share" in text else 0.8 for text in texts], np.float32
        )  # as the first clause says more

    values = values_in([RATES], [])
    assert not has_rival("0.6 %", "What was the share of broken A5 pumps?", values, similarities)
    assert has_rival("1.7 %", "What was the share of broken A5 pumps?", values, similarities)


def test_a_value_of_another_kind_is_no_rival() -> None:
    sentences = ["The course takes 90 minutes.", "The course for new staff costs EUR 20."]
    assert not has_rival("It takes 90 minutes.", "What about the course for new staff?", values_in(sentences, []), None)


def test_the_margin_is_a_rare_word_of_the_question() -> None:
    near = ["The red valve opens at 5 bar.", "The valve closes at 7 bar."]
    assert has_rival("At 7 bar.", "When does the red valve open?", values_in(near, []), None)
    assert MARGIN == 0.5


@pytest.mark.parametrize(
    ("claim", "question", "sentence", "rival"),
    [
        ("1,860 customers were cut off.", "How many customers?", "1,860 lines of 94 customers were cut off.", True),
        ("94 customers were cut off.", "How many customers?", "1,860 lines of 94 customers were cut off.", False),
        ("无线电的距离为 5.0 米。", "无线电能传多远？", "无线电为 BLE 5.0，距离 40 米。", True),
        ("8b 有七十亿个参数。", "8b 有多少参数？", "7b 约七十亿个，8b 约八十亿个参数。", True),
        ("8b 有八十亿个参数。", "8b 有多少参数？", "7b 约七十亿个，8b 约八十亿个参数。", False),
        (
            "紧急工单 4 个工作小时内回复。",
            "紧急工单多快回复？",
            "普通工单 4 个工作小时内回复，紧急工单 20 分钟内回复。",
            True,
        ),
        ("外祖父去世，丧假 5 天。", "外祖父去世几天丧假？", "子女去世，丧假 5 天；外祖父母去世，丧假 2 天。", True),
    ],
)
def test_a_value_belongs_to_its_unit_and_to_its_part_of_a_sentence(
    claim: str, question: str, sentence: str, rival: bool
) -> None:
    assert has_rival(claim, question, values_in([sentence], []), None) is rival


@pytest.mark.parametrize(
    ("claim", "question", "sentences", "rival"),
    [
        ("On 11 March.", "When was it reviewed?", ["It was reviewed on 25 March.", "On 11 March it broke."], True),
        ("It closes at 18:45.", "When does it close?", ["The shower closes at 21:45.", "Yoga starts at 18:45."], True),
        ("Take AB-1.", "Which node serves the north?", ["The north node is AB-2.", "AB-1 was closed."], True),
        # Nobody asks when, and so no date is the answer.
        ("It broke on 11 March.", "What broke?", ["What was new on 25 March broke.", "On 11 March it was."], False),
        ("On 11 March.", "Why did it break?", ["Why it broke on 25 March is known.", "On 11 March it was."], False),
    ],
)
def test_dates_times_and_codes_are_values_too(claim: str, question: str, sentences: list[str], rival: bool) -> None:
    assert has_rival(claim, question, values_in(sentences, []), None) is rival


def test_a_claim_with_words_enough_of_its_own_is_read_as_of_its_own_subject() -> None:
    sentences = ["The sale of the valve ends on 30 June.", "Customers with open orders are told by 31 October."]
    values, question = values_in(sentences, []), "When does the sale of the valve end?"
    told = "Customers with open orders are told by 31 October."
    assert not has_rival(told, question, values, None)
    assert has_rival("By 31 October.", question, values, None)
    assert OWN_WORDS <= 4.0  # "Customers", "open", "orders" and "told"


def test_a_word_of_the_sentence_counts_half_of_one_in_the_clause() -> None:
    values = values_in(["The pump, when it is red, takes 5 litres and the tank holds 7 litres."], [])
    assert {value.words["pump"] for value in values if value.number == "7"} == {SENTENCE} == {0.5}
