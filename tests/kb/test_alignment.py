"""What a claim rests on is quoted in whole sentences, wherever the page breaks its lines."""

import pytest

from kb.alignment import Aligner, _over_lines
from kb.schema import Passage

POLICY = """2.3 Granting and taking back
Rights are given by role and only as far as the work needs them. System owners look at all rights
once a quarter. When somebody leaves, the account is disabled within 4 hours of the end of the last
working day; for a dismissal it is disabled before the conversation.

Rights from a former role end within 5 working days of the transfer to the new one, without a word
- of the line manager
- of the system owner"""


def passage(text: str) -> Passage:
    return Passage(
        rank=1, chunk_id=1, collection="c", document="policy.pdf", version=1, page=2, start=100, end=100 + len(text),
        text=text, section="", header="", title="Policy", score=1.0,
    )  # fmt: skip


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
    assert [text[start:end] for start, end in _over_lines(text)] == sentences


def test_a_quote_ends_where_its_sentence_ends() -> None:
    aligner = Aligner([passage(POLICY)], "When is the account of a leaver disabled?")
    [span] = aligner.sources("The account is disabled within 4 hours.", [1])
    assert span.supported
    assert span.quote.startswith("When somebody leaves")
    assert span.quote.endswith("before the conversation.")
    assert POLICY[span.start - 100 : span.end - 100] == span.quote
