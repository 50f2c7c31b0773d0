"""What a claim rests on is quoted in whole sentences, wherever the page breaks its lines."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from kb.checking.alignment import Aligner
from kb.checking.objections import CLOSE, Similarities
from kb.checking.sources import over_lines, says_most
from kb.language.content_terms import content_of
from kb.models.maxsim import Vectors
from kb.schema import Language, Passage

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


COMMANDS = "# store load --queue-size 16\n# store list --all --long\n# store drop --force --now\n队列最多存16条。"


@pytest.mark.parametrize(("within", "compared"), [("zh", False), ("en", True), (None, True)])
def test_code_does_not_make_a_passage_of_another_language(within: Language | None, compared: bool) -> None:
    near = Cosines()
    source = replace(passage(COMMANDS), language=within)
    [span] = Aligner([source], "队列可以存几条？", near).sources("这个队列最多存16条。", [1])
    assert span.supported
    assert ("这个队列最多存16条。" in near.claims) is compared


def test_code_does_not_make_a_claim_of_another_language() -> None:
    near, claim = Cosines(), "用 store drop --force --now now now 删除。"
    source = passage("删除队列时用 store drop --force --now。队列里的消息同时全部丢失，请先备份这些消息。")
    [span] = Aligner([source], "怎么删除？", near).sources(claim, [1])
    assert span.supported
    assert claim not in near.claims
    Aligner([source], "How is it dropped?", near).sources(claim, [1])
    assert claim in near.claims
    # English with a Chinese word is English
    source = passage("Guests may not use the swimming pool after eight. Members may use it.")
    [span] = Aligner([source], "访客可以使用泳池吗？", near).sources("Guests may use the pool 泳池 after eight.", [1])
    assert span.reason == "negation"


def test_an_english_line_of_a_chinese_document_is_english_too() -> None:
    near, source = Cosines(), replace(passage("Backups: 30 days. Logs: 90 days."), language="zh")
    [span] = Aligner([source], "How long are backups kept?", near).sources("Backups are kept for 30 days.", [1])
    assert span.supported
    assert "Backups are kept for 30 days." not in near.claims


def test_between_languages_what_is_not_cited_and_lacks_the_number_is_not_compared() -> None:
    near = Cosines()
    assert Aligner([passage(RULES)], "", near).sources("病假为99天。", []) == []
    assert near.texts == []


@pytest.mark.parametrize(
    ("claim", "reason"),
    [("受潮的代码是 E-47。", ""), ("受潮有一个代码。", "row"), ("受潮的代码是 E-49。", "name")],
)
def test_between_languages_a_row_is_told_by_its_number_or_code(claim: str, reason: str) -> None:
    codes = passage("Code | Meaning\nE-47 | moisture\nE-48 | heat")
    [span] = Aligner([codes], "受潮的代码是什么？", Cosines()).sources(claim, [1])
    assert span.reason == reason


@pytest.mark.parametrize(
    ("claim", "row", "reason"),
    [
        # a plain number is of anything
        ("班车三号线停靠 4 站。", "Suzhou | 3 | 309 | laboratory | 4", "row"),
        # with its unit, beside a word or name that is said, or as a time beside a number that is asked
        ("班车三号线停靠 4 公里。", "Suzhou | 3 | 309 | laboratory | 4 km", ""),
        ("班车三号线停靠 4 站。", "班车 | 3 | 309 | laboratory | 4", ""),
        ("苏州班车三号线停靠 4 站。", "Suzhou | 3 | 309 | laboratory | 4", ""),
        ("班车三号线 18:30 出发。", "Suzhou | 3 | 309 | laboratory | 18:30", ""),
        ("班车 18:30 出发。", "Suzhou | 2 | 309 | laboratory | 18:30", "row"),
    ],
)
def test_between_languages_a_plain_number_in_a_row_tells_nothing(claim: str, row: str, reason: str) -> None:
    [span] = Aligner([passage(f"Site | Floor | Room | Kind | Seats\n{row}")], "班车三号线怎么走？", Cosines()).sources(
        claim, [1]
    )
    assert span.reason == reason


def test_a_word_of_falling_is_told_by_a_minus_sign() -> None:
    def strength(text: str) -> float:
        [span] = Aligner([passage(text)], "How did it develop?").sources("Revenue fell by 3.2 %.", [1])
        return span.strength

    assert strength("Revenue: -3.2 %.") == 1.0
    assert strength("Revenue: 3.2 %.") == pytest.approx(2 / 3)


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

    assert states("新员工有 10 天年假。") == (False, "unit")
    assert states("工龄满 10 年的员工有奖金。")[1] != "number"


def test_what_says_it_in_the_claims_language_is_cited_instead_of_what_says_it_in_another() -> None:
    def similarities(_: str, texts: Sequence[str]) -> Vectors:
        return np.array([0.9 - len(text) / 1e4 if "15" in text else 0.7 for text in texts], np.float32)

    aligner = Aligner([passage(RULES, 1), passage(RULES_ZH, 2), passage(RULES_ZH, 3)], "病假有几天？", similarities)
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
    assert not supported or [span.quote for span in spans] == ["6月份合格率98.9%。"]


def cosines(**near: float) -> Similarities:
    """A text is as near as `near` says of the word that it begins with, and else by a half."""

    def similarities(_: str, texts: Sequence[str]) -> Vectors:
        return np.array([near.get(text.split()[0], 0.5) for text in texts], np.float32)

    return similarities


DIAL = "The repair of the dial takes 180 apiece."


@pytest.mark.parametrize(
    ("texts", "near", "right"),
    [
        # the sentence that has its number, and two fifths of its words, is the nearest
        (["Repair of faces: 180. Straps of leather: 25."], {"Repair": 0.9}, True),
        (["Repair of faces: 180. Straps of leather: 25."], {"Repair": 0.8, "Straps": 0.9}, False),
        (["Repair of faces: 180. What of the repair?"], {"Repair": 0.9, "What": 0.95}, True),  # a question says nothing
        (["Repair of faces: 180. 修理表盘的价格。"], {"Repair": 0.9, "修理表盘的价格。": 0.95}, True),
        (["Repair of faces: 180.", "Clocks are sold."], {"Repair": 0.9, "Clocks": 0.95}, False),  # in any passage
        (["Repair of faces: 180.", "Clocks are sold for 180."], {"Repair": 0.9, "Clocks": 0.95}, False),
        (["Repair of faces: 25. Straps of leather: 180."], {"Repair": 0.9}, False),
        # with less of its words it must mean the same
        (["Mending of faces: 180. Straps of leather: 25."], {"Mending": 0.93}, True),
        (["Mending of faces: 180. Straps of leather: 25."], {"Mending": 0.91}, False),
        (["Mending of faces: 25. Straps of leather: 180."], {"Mending": 0.93}, False),
    ],
)
def test_what_says_it_in_other_words_has_its_number_and_is_the_nearest(
    texts: list[str], near: dict[str, float], right: bool
) -> None:
    passages = [passage(text, rank) for rank, text in enumerate(texts, 1)]
    [span] = Aligner(passages, "What is charged?", cosines(**near)).sources(DIAL, [1])
    assert span.supported is right
    [span] = Aligner(passages, "What is charged?").sources(DIAL, [1])
    assert not span.supported  # by words alone


def test_a_claim_of_two_words_or_without_a_number_of_its_own_is_not_read_in_other_words() -> None:
    def supported(claim: str, question: str = "What is charged?") -> bool:
        near = cosines(Mending=0.99)
        [span] = Aligner([passage("Mending of faces: 180. Straps: 25.")], question, near).sources(claim, [1])
        return span.supported

    assert supported(DIAL)
    assert supported("The dial takes 180 apiece.")
    assert not supported("180 for a dial apiece.")
    assert not supported("The repair of the dial takes a lot apiece.")
    assert not supported(DIAL, "What costs 180?")


@pytest.mark.parametrize("other", [0.9, 0.905, 0.92])
def test_of_sentences_that_are_as_near_as_another_each_may_say_it(other: float) -> None:
    near = cosines(Repair=0.9, Clocks=other)
    [span] = Aligner([passage("Clocks are sold. Repair of faces: 180.")], "What is charged?", near).sources(DIAL, [1])
    assert span.supported is (other < 0.9 + CLOSE)


@pytest.mark.parametrize(
    ("claim", "cosine", "right"),
    [
        ("病假规定是这样安排的。", 0.81, True),
        ("病假规定是这样安排的。", 0.79, False),
        # one that adds a number, which the sentence has
        ("病假为15天。", 0.79, True),
        ("病假为15天。", 0.77, False),
        ("病假为16天。", 0.99, False),
    ],
)
def test_between_languages_the_cosine_decides(claim: str, cosine: float, right: bool) -> None:
    [span] = Aligner([passage("Sick leave is 15 days.")], "病假怎么样？", cosines(Sick=cosine)).sources(claim, [1])
    assert span.supported is right


def test_between_languages_what_is_not_near_enough_is_not_shown_where_nothing_was_cited() -> None:
    aligner = Aligner([passage("Sick leave is fine.")], "病假怎么样？", cosines(Sick=0.7))
    assert aligner.sources("病假规定是这样安排的。", []) == []
    assert [span.reason for span in aligner.sources("病假规定是这样安排的。", [1])] == ["words"]


@pytest.mark.parametrize(("cosine", "right"), [(0.915, True), (0.905, False)])
def test_between_languages_a_sentence_must_be_nearer_than_one_that_says_otherwise(cosine: float, right: bool) -> None:
    text = "Sick leave is at least 15 days. Leave of the sick is up to 15 days."
    aligner = Aligner([passage(text)], "病假多久？", cosines(Sick=0.9, Leave=cosine))
    [span] = aligner.sources("病假最多15天。", [1])
    assert (span.supported, span.quote) == (right, "Leave of the sick is up to 15 days.")


@pytest.mark.parametrize(
    ("text", "question", "on_target"),
    [
        ("It is red.", "What colour is the Falcon M2?", False),
        ("It is red. The Falcon M2 is one.", "What colour is the Falcon M2?", True),
        # half of what is named
        ("It is red, in Bern.", "Is the Falcon M2 by Norvia in Bern?", False),
        ("It is red, by Norvia in Bern.", "Is the Falcon M2 by Norvia in Bern?", True),
        ("It is red, in Bern.", "Is it by Norvia, in Bern or in Lyon?", False),
        ("It is red.", "What colour is it?", True),
        # of a question in another language the codes alone
        ("It is red.", "苏州的 FX-3 是什么颜色？", False),
        ("It is red, the FX-3.", "苏州的 FX-3 是什么颜色？", True),
    ],
)
def test_a_document_that_speaks_of_half_of_what_is_named_is_on_target(
    text: str, question: str, on_target: bool
) -> None:
    [span] = Aligner([passage(text)], question).sources("It is red.", [1])
    assert (span.supported, span.on_target) == (True, on_target)


def test_the_span_that_says_little_else_is_quoted() -> None:
    text = "The red pump stops at noon. It is old. The red pump stops at noon and starts again at night in the hall."
    [span] = Aligner([passage(text)], "When?").sources("The red pump stops at noon.", [1])
    assert span.quote == "The red pump stops at noon."


@pytest.mark.parametrize(
    ("claim", "title", "strength"),
    [
        # what stands in the title alone counts half, and no more than what the sentence has
        ("The oil of it is clean.", "", 1.0),
        ("The clean oil of pumps.", "", 2 / 3),
        ("The clean oil of pumps.", "Pump", 2.5 / 3),
        ("The clean pump hall yard lamp door.", "Pump hall yard lamp door", 2 / 6),
        ("The pump hall.", "Pump hall", 0.0),
    ],
)
def test_a_heading_carries_a_claim_only_beside_words_of_the_span(claim: str, title: str, strength: float) -> None:
    told = replace(passage("There is clean oil." if "oil" in claim else "It is clean."), title=title, document="x")
    [span] = Aligner([told], "What is there?").sources(claim, [1])
    assert span.strength == pytest.approx(strength)


CITED = "The pump is red."


@pytest.mark.parametrize(
    ("texts", "cited", "ranks"),
    [
        (["Nothing here.", CITED], [1], [2]),
        (["Nothing here.", CITED], [], [2]),
        ([CITED, CITED], [2], [2]),
        ([CITED, CITED], [], [1]),
        ([CITED, CITED], [1, 2], [1, 2]),
        ([CITED, "The pump is red, and it is new, and it is here."], [], [1]),
        (["Zebras graze.", "Dogs bark."], [], []),
        (["Zebras graze.", "Dogs bark."], [2], [2]),  # what was cited is shown
    ],
)
def test_a_claim_rests_on_what_it_cites_else_on_the_best(texts: list[str], cited: list[int], ranks: list[int]) -> None:
    aligner = Aligner([passage(text, rank) for rank, text in enumerate(texts, 1)], "Which colour?")
    assert [span.passage.rank for span in aligner.sources(CITED, cited)] == ranks


@pytest.mark.parametrize(
    ("claim", "question", "text", "reason"),
    [
        # what speaks against an uncited claim is shown where its words are there
        ("The pump costs 5 euros.", "What?", "The pump costs 6 euros.", "number"),
        ("All lots are free.", "What is free?", "The Ghent lot is free.", "quantifier"),
        # a first word is a name where nothing has it in small letters
        ("Vermont has paid leave now.", "Where?", "Ohio has paid leave now.", "name"),
        ("Staff has paid leave.", "Where?", "The staff has paid leave.", ""),
        # a heading, and what only repeats an open question
        ("Long service", "What is there?", "Long service\nGifts are given.", "echo"),
        ("Gifts are given.", "What is there?", "Long service\nGifts are given.", ""),
        ("The pump is clean.", "When is the pump clean?", "The pump is clean.", "echo"),
        ("The pump is clean.", "Is the pump clean?", "The pump is clean.", ""),
        ("The pump is clean.", "Which is clean, the pump or the tank?", "The pump is clean.", ""),
        # a name that the question gave may stand anywhere in prose, and another must stand in the span
        ("The limit in Lyon is 90 euros.", "What is the limit in Lyon?",
         "The limit is 90 euros.\nw\nx\ny\nz\nLyon is near.", ""),
        ("The limit in Lyon is 90 euros.", "What is the limit?",
         "The limit is 90 euros.\nw\nx\ny\nz\nLyon is near.", "name"),
        ("The limit in Lyon is 90 euros.", "What is the limit in Lyon?", "The limit is 90 euros.", "asked"),
        ("The limit in Lyon is 90.", "What is the limit in Lyon?",
         "City | Limit\nBern | 90\n\nw\nx\ny\nz\nLyon is near.", "name"),
        # so may a number
        ("For 4 people the limit is 90 euros.", "What is the limit for 4 people?", "The limit is 90 euros.", "asked"),
        ("For 4 people the limit is 90 euros.", "What is the limit?", "The limit is 90 euros.", "number"),
        # kinds of place are left out in a table
        ("浦东区的限额为90元。", "浦东区的限额是多少？", "City | Limit\n浦东 | 90 元", ""),
        ("浦西区的限额为90元。", "浦西区的限额是多少？", "City | Limit\n浦东 | 90 元", "name"),
        # a minus sign is told by a word
        ("Revenue fell by 3.2 %.", "How did revenue develop?", "Revenue of the year: -3.2 %.", ""),
        ("Revenue grew by 3.2 %.", "How did revenue develop?", "Revenue of the year: -3.2 %.", "sign"),
        ("Dogs may come in.", "Who?", "Dogs may not come in. Cats may come in.", "negation"),
        ("Rome is 150.", "What is the hotel limit in Rome?", "City | Hotel\nRome | 150\nBerlin | 155", ""),
        ("Rome is 155.", "What is the hotel limit in Rome?", "City | Hotel\nRome | 150\nBerlin | 155", "row"),
    ],
)  # fmt: skip
def test_what_a_claim_lacks_is_told(claim: str, question: str, text: str, reason: str) -> None:
    told = replace(passage(text), section="Benefits > Long service")
    assert [span.reason for span in Aligner([told], question).sources(claim, [1])] == [reason]


@pytest.mark.parametrize(
    ("claim", "question", "text", "reasons"),
    [
        ("The pump costs 5 euros.", "What?", "The pump costs 6 euros.", ["number"]),
        ("All lots are free.", "What is free?", "The Ghent lot is free.", ["quantifier"]),
        ("Dogs and cats and zebras may come for 5 days.", "Who?", "It takes 6 days.", []),  # little of it is there
    ],
)
def test_what_speaks_against_a_claim_without_a_marker_is_shown_where_its_words_are(
    claim: str, question: str, text: str, reasons: list[str]
) -> None:
    aligner = Aligner([passage(text), passage(text, 2), passage("Nothing here.", 3)], question)
    assert [span.reason for span in aligner.sources(claim, [])] == reasons  # of one of them


@pytest.mark.parametrize(
    ("claim", "question", "title", "right"),
    [
        ("In 2024 the limit is 90 euros.", "What is the limit in 2024?", "Rules 2024", True),
        ("In 2024 the limit is 90 euros.", "What is the limit?", "Rules 2024", False),
        ("In 2024 the limit is 90 euros.", "What is the limit in 2024?", "Rules 2025", False),
        ("The limit in Lyon is 90 euros.", "What is the limit in Lyon?", "Lyon", True),
    ],
)
def test_a_year_or_place_that_was_asked_may_stand_in_the_title(
    claim: str, question: str, title: str, right: bool
) -> None:
    [span] = Aligner([replace(passage("The limit is 90 euros."), title=title)], question).sources(claim, [1])
    assert span.supported is right


NOUNS = (
    "knives ovens spices sauces salads soups bread pastry cheese fruit herbs oils vinegar noodles rice tea mugs plates "
    "lamps towels"
).split()


@pytest.mark.parametrize(("count", "lines"), [(20, 5), (19, 4)])
def test_a_claim_of_twenty_new_words_may_stand_in_more_than_four_lines(count: int, lines: int) -> None:
    nouns = NOUNS[:count]
    text = "\n".join(f"- {' and '.join(nouns[at : at + 4])}" for at in range(0, count, 4))
    [span] = Aligner([passage(text)], "What is there?").sources(f"There are {' '.join(nouns)}.", [1])
    assert (span.supported, span.quote) == (lines > 4, "\n".join(text.splitlines()[:lines]))


@pytest.mark.parametrize(("count", "right"), [(4, True), (3, False)])
def test_a_claim_of_four_parts_may_stand_in_more_than_four_lines(count: int, right: bool) -> None:
    text = "\n".join(f"- {noun}\n- Cold rain falls on hills." for noun in NOUNS[:count])
    claim = f"There are {', '.join(NOUNS[: count - 1])} and {NOUNS[count - 1]}."
    [span] = Aligner([passage(text)], "What is there?").sources(claim, [1])
    assert span.supported is right


def test_a_word_more_of_a_long_claim_is_not_worth_a_sentence_of_other_things() -> None:
    nouns = NOUNS[:19]
    own = f"There are {', '.join(nouns[:-1])}."
    rest = "Boats carry crates, barrels, sacks, ropes, nets, sails, masts, anchors, lanterns, maps, cooks, cats, dogs"
    text = f"{own} {rest}, horses, hens, geese, bees and {nouns[-1]}."
    claim = f"There are {', '.join(nouns)}."
    [span] = Aligner([passage(text)], "What is there?").sources(claim, [1])
    assert (span.supported, span.quote) == (True, own)


NO_DOGS, DOGS = "Dogs may not come into the hall.", "Dogs may come into the hall at noon, with a lead."
YEARLY, MONTHLY = "The fee is 5 euros a year.", "The fee is 5 euros a month, too."


@pytest.mark.parametrize(
    ("claim", "text", "reason", "quote"),
    [
        # what denies it in its own words counts, whatever else there is
        ("Dogs may come into the hall.", f"{NO_DOGS} {DOGS}", "negation", NO_DOGS),
        ("Dogs may come into the hall.", f"{DOGS} {NO_DOGS}", "negation", NO_DOGS),
        # nor is it carried together with one that denies a third of it
        ("Dogs may come into the hall at noon on days of rest.",
         "Dogs may not come. The hall is open at noon on days of rest.", "negation",
         "Dogs may not come. The hall is open at noon on days of rest."),
        ("Dogs may come into the hall at noon on days of rest.",
         "Dogs may come. The hall is open at noon on days of rest.", "",
         "Dogs may come. The hall is open at noon on days of rest."),
        # of another unit another sentence may say it
        ("The fee is 5 euros a month.", f"{YEARLY} {MONTHLY}", "", MONTHLY),
        ("The fee is 5 euros a month.", YEARLY, "unit", YEARLY),
    ],
)  # fmt: skip
def test_a_denial_outweighs_what_else_a_passage_says(claim: str, text: str, reason: str, quote: str) -> None:
    [span] = Aligner([passage(text)], "What is so?").sources(claim, [1])
    assert (span.reason, span.quote) == (reason, quote)


DOORS = "Doors of the hall are locked at night."
PUMP, VALVE = "The pump of the hall is red and made of steel.", "The valve of the cellar weighs 12 kg."
GAUGE = "The gauge of the hall weighs 30 kg."
KEEPERS = "Anna Berg keeps the red pump of the hall. Tom Keller keeps the old valve of the cellar."


@pytest.mark.parametrize(
    ("claim", "text", "reason"),
    [
        # what a sentence says otherwise its neighbours do not take back
        ("All doors of the hall are locked at night.", f"{DOORS} All windows are of glass.", "quantifier"),
        ("All doors of the hall are locked at night.", f"All windows are of glass. {DOORS}", "quantifier"),
        ("All doors of the hall are locked at night.", f"All {DOORS.lower()} Most windows are of glass.", ""),
        ("The fee is 5 euros a month.", "The fee is 5 euros a year. It is paid every month.", "unit"),
        ("Doors of the hall are not locked at night.", f"{DOORS} The windows are not open.", "negation"),
        ("Doors of the hall are locked at night.", f"{DOORS} The windows are not open.", ""),
        # each of the statements that a claim joins is held against the text
        ("The pump of the hall is red, and the valve of the cellar weighs 12 kg.", f"{PUMP} {VALVE} {GAUGE}", ""),
        ("The pump of the hall is red, and the valve of the cellar weighs 30 kg.", f"{PUMP} {VALVE} {GAUGE}", "rival"),
        ("The pump of the hall is red; the valve of the cellar weighs 30 kg.", f"{PUMP} {VALVE} {GAUGE}", "rival"),
        ("Anna Berg keeps the red pump of the hall, and Tom Keller keeps the old valve of the cellar.", KEEPERS, ""),
        ("The pump of the hall is red, and Anna Berg keeps the old valve of the cellar.", KEEPERS, "rival"),
    ],
)
def test_neither_a_neighbour_nor_another_statement_makes_up_for_what_is_wrong(
    claim: str, text: str, reason: str
) -> None:
    [span] = Aligner([passage(text)], "What is said?").sources(claim, [1])
    assert (span.supported, span.reason) == (not reason, reason)
