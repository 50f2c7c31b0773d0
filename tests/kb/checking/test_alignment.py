"""What a claim rests on is quoted in whole sentences, wherever the page breaks its lines."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from kb.checking.alignment import Aligner
from kb.checking.sources import over_lines, says_most
from kb.language.content_terms import content_of
from kb.models.maxsim import Vectors
from kb.schema import Passage

POLICY = """2.3 Granting and taking back
Rights are given by role and only as far as the work needs them. System owners look at all rights
once a quarter. When somebody leaves, the account is disabled within 4 hours of the end of the last
working day; for a dismissal it is disabled before the conversation.

Rights from a former role end within 5 working days of the transfer to the new one, without a word
- of the line manager
- of the system owner"""


RULES = """Visitors may not enter the server room. Unused leave is not paid out. Passwords have at least 14 characters.
A lost laptop is reported within 2 hours. Annual leave is 10 days. Sick leave is 15 days. It is granted on request."""
RULES_ZH = (
    "访客不得进入机房。访客须由员工陪同。试用期员工不享受年终奖。丢失电脑须在2小时内报告。年假为10天。病假为15天。"
)
HOTELS = """| City | Currency | Hotel | Meals |
|---|---|---|---|
| Hamburg | EUR | 142 | 30 |
| Rome | EUR | 150 | 35 |
| Berlin | EUR | 155 | 35 |
| Paris | EUR | 190 | 45 |"""


def passage(text: str, rank: int = 1) -> Passage:
    return Passage(
        rank=rank, chunk_id=1, collection="c", document="policy.pdf", version=1, page=2, start=100, end=100 + len(text),
        text=text, section="", header="", title="Policy", score=1.0,
    )  # fmt: skip


class Cosines:
    """Stands in for the embedder: every text is near, and counted."""

    def __init__(self) -> None:
        self.claims: list[str] = []
        self.texts: list[str] = []

    def __call__(self, claim: str, texts: Sequence[str]) -> Vectors:
        self.claims.append(claim)
        self.texts += texts
        return np.full(len(texts), 0.9, np.float32)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        (
            POLICY,
            [
                "2.3 Granting and taking back",
                "Rights are given by role and only as far as the work needs them.",
                "System owners look at all rights\nonce a quarter.",
                "When somebody leaves, the account is disabled within 4 hours of the end of the last\n"
                "working day; for a dismissal it is disabled before the conversation.",
                "Rights from a former role end within 5 working days of the transfer to the new one, without a word",
                "- of the line manager",
                "- of the system owner",
            ],
        ),
        (
            "员工每年享有带薪年假十五天，入职未满一年的员工按照实际工作月数折算年假天数，折算后不\n足一天的部分不计。\n"
            "一、申请人在系统中填写申请单并且说明请假的原因和起止时间并附上证明材料后\n二、主管审批",
            [
                "员工每年享有带薪年假十五天，入职未满一年的员工按照实际工作月数折算年假天数，折算后不\n足一天的部分不计。",
                "一、申请人在系统中填写申请单并且说明请假的原因和起止时间并附上证明材料后",
                "二、主管审批",
            ],
        ),
        (
            "Revenue of the first half of the year\t1,204\t1,310\nCosts of the same half of the year\t904\t910",
            [
                "Revenue of the first half of the year\t1,204\t1,310",
                "Costs of the same half of the year\t904\t910",
            ],
        ),
    ],
    ids=["prose of a page", "Chinese", "rows of a table"],
)
def test_a_sentence_over_several_lines_is_one(text: str, sentences: list[str]) -> None:
    assert [text[start:end] for start, end in over_lines(text)] == sentences


def test_a_quote_ends_where_its_sentence_ends() -> None:
    aligner = Aligner([passage(POLICY)], "When is the account of a leaver disabled?")
    [span] = aligner.sources("The account is disabled within 4 hours.", [1])
    assert span.supported
    assert span.quote.startswith("When somebody leaves")
    assert span.quote.endswith("before the conversation.")
    assert POLICY[span.start - 100 : span.end - 100] == span.quote


@pytest.mark.parametrize(
    ("text", "question", "claim", "right"),
    [
        (RULES, "May visitors enter the server room?", "Visitors may enter the server room.", False),
        (RULES, "May visitors enter the server room?", "Visitors are not allowed to enter the server room.", True),
        (RULES, "Is unused leave paid out?", "Unused leave is paid out.", False),
        (RULES, "", "Passwords have at most 14 characters.", False),
        (RULES, "", "A lost laptop is reported within 2 days.", False),
        (RULES, "How much sick leave is there?", "Sick leave is 10 days.", False),
        (RULES, "How much sick leave is there?", "Sick leave is 15 days and granted on request.", True),
        (RULES_ZH, "访客能进机房吗？", "访客可以进入机房。", False),
        (RULES_ZH, "", "试用期员工享受年终奖。", False),
        (RULES_ZH, "", "丢失电脑须在2天内报告。", False),
        (RULES_ZH, "", "病假为10天。", False),
        (RULES_ZH, "", "年假10天，病假15天。", True),
        (HOTELS, "What is the hotel limit in Berlin?", "The hotel limit in Berlin is 155 EUR.", True),
        (HOTELS, "What is the hotel limit in Berlin?", "The hotel limit in Berlin is 35 EUR.", False),
        (HOTELS, "What is the hotel limit in Berlin?", "The hotel limit in Berlin is 190 EUR.", False),
        (HOTELS, "What is the hotel limit in Berlin?", "155 EUR, which is more than in Rome.", True),
    ],
)
def test_what_speaks_against_a_claim_leaves_it_unsupported(text: str, question: str, claim: str, right: bool) -> None:
    assert [span.supported for span in Aligner([passage(text)], question).sources(claim, [1])] == [right]


def test_between_languages_only_what_may_carry_a_claim_is_embedded() -> None:
    near = Cosines()
    aligner = Aligner([passage(RULES), passage(RULES, 2)], "", near)
    [span] = aligner.sources("病假为15天。", [1])
    assert span.supported
    carrying, sentences = near.texts[:3], near.texts[3:]
    assert all("15 days" in text for text in carrying)
    assert len(sentences) == 7  # of the one passage that may carry it, each once: none of them may be nearer


def test_a_claim_without_support_in_the_other_language_shows_the_nearest_sentence() -> None:
    near = Cosines()
    [span] = Aligner([passage(RULES), passage(RULES, 2)], "", near).sources("病假为99天。", [1])
    assert not span.supported
    assert near.texts == [RULES[start:end] for start, end in over_lines(RULES)]


def test_a_bare_value_is_compared_with_its_question() -> None:
    near = Cosines()
    aligner = Aligner([passage(RULES)], "病假有多少天？", near)
    for claim in ("15天 [1]", "员工的病假为15天。"):
        aligner.sources(claim, [1])
    assert near.claims[0] == "病假有多少天？ 15天 [1]"
    assert "员工的病假为15天。" in near.claims


@pytest.mark.parametrize("heading", ["INC-2025-017", ""])
def test_what_is_said_of_one_incident_is_not_said_of_another(heading: str) -> None:
    text = f"{heading}\n\n1,860 gateways were affected by the incident."
    aligner = Aligner(
        [passage(text)], "How many gateways were affected by INC-2023-009?", None, lambda _: f"{text}\nINC-2023-009"
    )
    [span] = aligner.sources("1,860 gateways were affected by the incident INC-2023-009.", [1])
    assert span.supported == (not heading)


def test_the_month_that_the_question_names_may_stand_in_a_date_of_the_title() -> None:
    minutes = replace(passage("The move was put off to 31 October 2025."), title="Minutes of 2025-07-10")
    aligner = Aligner([minutes], "To which day did the July meeting put off the move?")
    [span] = aligner.sources("The July meeting put off the move to 31 October 2025.", [1])
    assert span.supported


@pytest.mark.parametrize(("sentence", "most"), [("a bridge of iron and stone", True), ("a bridge of iron", False)])
def test_a_sentence_says_most_of_a_claim(sentence: str, most: bool) -> None:
    said = content_of("bridge iron stone river")
    assert says_most(sentence, said) == most


def test_a_sentence_of_which_no_verb_is_seen_is_no_fragment() -> None:
    text = "图书馆每周二至周日开门。逾期的图书每天收费两角。少儿区在一层东侧。"  # 收费 is tagged as a noun
    [span] = Aligner([passage(text)], "图书馆逾期的图书每天收费多少？").sources("逾期的图书每天收费两角。", [1])
    assert (span.supported, span.quote) == (True, "逾期的图书每天收费两角。")
    listed = "逾期的图书\n每天收费两角\n少儿区在一层东侧"
    [span] = Aligner([passage(listed)], "图书馆逾期的图书每天收费多少？").sources("每天收费两角。", [1])
    assert (span.supported, span.reason) == (False, "echo")


def test_between_languages_a_number_keeps_its_unit() -> None:
    service = "| Years of service | Bonus |\n|---|---|\n| 5 | CNY 5,000 |\n| 10 | one month's salary |"

    def alike(_: str, spans: Sequence[str]) -> Vectors:
        return np.full(len(spans), 0.9, np.float32)

    def states(claim: str) -> tuple[bool, str]:
        [span] = Aligner([passage(service)], "新员工有几天年假？", alike).sources(claim, [1])
        return span.supported, span.reason

    assert states("新员工有 10 天年假。") == (False, "number")
    assert states("工龄满 10 年的员工有奖金。")[1] != "number"


def test_what_says_it_in_the_claims_language_is_cited_instead_of_what_says_it_in_another() -> None:
    def similarities(_: str, texts: Sequence[str]) -> Vectors:
        return np.array([0.9 - len(text) / 1e4 if "15" in text else 0.7 for text in texts], np.float32)

    aligner = Aligner([passage(RULES, 1), passage(RULES_ZH, 2)], "病假有几天？", similarities)
    [span] = aligner.sources("病假为15天。", [1])
    assert (span.passage.rank, span.quote, span.supported) == (2, "病假为15天。", True)
    [span] = Aligner([passage(RULES, 1)], "病假有几天？", similarities).sources("病假为15天。", [1])
    assert (span.passage.rank, span.quote, span.supported) == (1, "Sick leave is 15 days.", True)


@pytest.mark.parametrize(
    ("title", "claim", "supported"),
    [
        ("运营例会纪要 2025-07-10", "2025年6月份的合格率是98.9%。", True),
        ("运营例会纪要 2024-07-10", "2025年6月份的合格率是98.9%。", False),
        ("运营例会纪要", "2025年6月份的合格率是98.9%。", False),
        ("运营例会纪要 2025-07-10", "2025年6月份的合格率是98.6%。", False),  # that of May
    ],
)
def test_the_year_of_a_month_may_stand_in_the_title(title: str, claim: str, supported: bool) -> None:
    minutes = replace(passage("5月份合格率98.6%。\n6月份合格率98.9%。"), title=title)
    spans = Aligner([minutes], "2025年6月份的合格率是多少？").sources(claim, [1])
    assert [span.supported for span in spans] == [supported]
